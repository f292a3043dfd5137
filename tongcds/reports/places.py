"""The units that figures are shown for: what a unit is made of, what is below it, what it is called.

`reports.units` answers single questions about units; here they are put together for whoever looks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.text import natural_sort_key
from tongcds.domain.units import Era, load_units
from tongcds.records import record_type
from tongcds.reports import units

VILLAGE: Final = "village"
COMMUNE: Final = "commune"
OLD_COMMUNE: Final = "old_commune"
_VILLAGE: Final = record_type("village").table.c


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, the places that its figures add up, and the units below it.

    `kind` is that of the units below: village, commune, or "" where there are none.
    """

    unit_id: bytes
    name: str
    places: tuple[bytes, ...]
    kind: str
    below: tuple[tuple[bytes, str], ...]


def place(connection: Connection, unit_id: bytes, on: date) -> Place | None:
    """A unit as it stood on a day; None where nobody knows it, or it did not stand then."""
    row = connection.execute(
        select(_VILLAGE.name, _VILLAGE.valid_from, _VILLAGE.valid_to).where(
            _VILLAGE.id == unit_id, _VILLAGE.deleted == 0
        )
    ).first()
    if row is not None:
        day = on.isoformat()
        stands = (row.valid_from or "") <= day and (row.valid_to is None or row.valid_to >= day)
        return Place(unit_id, row.name or "", (unit_id,), "", ()) if stands else None
    name = units.unit_names(connection, [unit_id])[unit_id]
    communes = units.communes_of(connection, unit_id, on)
    if communes == [unit_id] or not communes:
        villages = units.villages_of(connection, unit_id, on)
        if not villages and not name:
            return None
        below = _in_order([(village, called) for village, called in villages.items()])
        return Place(unit_id, name, (*(village for village, _ in below), unit_id), VILLAGE, below)
    names = units.unit_names(connection, communes)
    below = _in_order([(commune, names[commune]) for commune in communes])
    inside = units.villages_in(connection, communes, on)
    return Place(unit_id, name, (*inside, *communes), COMMUNE, below)


def called(connection: Connection, unit_id: bytes) -> str:
    """The name of a unit, ended or not; "" where nothing is known of it here."""
    village = connection.execute(select(_VILLAGE.name).where(_VILLAGE.id == unit_id)).scalar()
    return village or units.unit_names(connection, [unit_id])[unit_id]


def is_known(connection: Connection, unit_id: bytes) -> bool:
    """Whether anything is known of a unit here, ended or not; a laptop that never synced knows none."""
    village = connection.execute(select(_VILLAGE.id).where(_VILLAGE.id == unit_id)).first()
    return village is not None or bool(units.unit_names(connection, [unit_id])[unit_id])


def places_of(
    connection: Connection, unit_ids: Sequence[bytes], kind: str, on: date
) -> dict[bytes, tuple[bytes, ...]]:
    """The places that each of some units of one kind adds up."""
    if kind != COMMUNE:
        return {unit: (unit,) for unit in unit_ids}
    found: dict[bytes, list[bytes]] = {unit: [unit] for unit in unit_ids}
    for village, (_name, commune) in units.villages_in(connection, unit_ids, on).items():
        found[commune].append(village)
    return {unit: tuple(members) for unit, members in found.items()}


@dataclass(frozen=True, slots=True)
class OldCommunes:
    """The villages of a commune by the commune they belonged to before 1 July 2025.

    `unplaced` are villages of which nobody wrote down the old commune: with one of them no sum of an old
    commune is whole. `beyond` are the names of old communes of which a part lies in other communes of today.
    """

    members: tuple[tuple[str, tuple[bytes, ...]], ...]
    unplaced: tuple[bytes, ...]
    beyond: tuple[str, ...] = ()


def villages_below(connection: Connection, found: Place, on: date) -> tuple[bytes, ...]:
    """The villages of a commune, an area or a province on a day; none below a village."""
    if found.kind == VILLAGE:
        return tuple(village for village, _name in found.below)
    communes = [commune for commune, _name in found.below]
    return tuple(units.villages_in(connection, communes, on))


def old_communes(
    connection: Connection, villages: Sequence[bytes], communes: Collection[bytes] = ()
) -> OldCommunes:
    """Where villages of today belonged before 1 July 2025, by the name of the old commune.

    `communes` are those of today that the villages are all of.
    """
    register = load_units()
    inside = frozenset(communes) if all(register.by_id(commune) for commune in communes) else frozenset()
    query = select(_VILLAGE.id, _VILLAGE.old_commune_code).where(_VILLAGE.id.in_(villages))
    members: dict[str, list[bytes]] = {}
    beyond: set[str] = set()
    unplaced = []
    for village, code in connection.execute(query):
        unit = register.by_code(code, Era.BEFORE_2025) if code else None
        if unit is None:
            unplaced.append(village)
        else:
            members.setdefault(unit.name, []).append(village)
            if inside and not {link.unit.id for link in register.successors(unit.id)} <= inside:
                beyond.add(unit.name)
    named = [(name, tuple(members[name])) for name in sorted(members, key=natural_sort_key)]
    return OldCommunes(tuple(named), tuple(unplaced), tuple(sorted(beyond, key=natural_sort_key)))


def _in_order(named: Sequence[tuple[bytes, str]]) -> tuple[tuple[bytes, str], ...]:
    return tuple(sorted(named, key=lambda one: natural_sort_key(one[1])))
