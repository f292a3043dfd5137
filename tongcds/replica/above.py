"""Which units stand above one: whose targets hold for it, to whom it reports, and who may decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.stamps import ID_LENGTH
from tongcds.domain.units import UnitKind, load_units
from tongcds.records import record_type

_UNIT: Final = record_type("unit").table.c
_VILLAGE: Final = record_type("village").table.c


def communes_of_villages(connection: Connection, unit_ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """The commune of each village among these units."""
    query = select(_VILLAGE.id, _VILLAGE.commune_id).where(_VILLAGE.id.in_(unit_ids))
    return {village: commune for village, commune in connection.execute(query) if commune is not None}


def units_above(connection: Connection, unit_ids: Sequence[bytes]) -> dict[bytes, tuple[bytes, ...]]:
    """For each unit itself and the units above it, the nearest first: commune, areas, province."""
    commune_of = communes_of_villages(connection, unit_ids)
    rows = connection.execute(
        select(_UNIT.id, _UNIT.kind, _UNIT.parent_id, _UNIT.member_ids).where(_UNIT.deleted == 0)
    ).all()
    parents = {row.id: row.parent_id for row in rows}
    areas = [
        (row.id, {row.member_ids[i : i + ID_LENGTH] for i in range(0, len(row.member_ids), ID_LENGTH)})
        for row in rows
        if row.kind == UnitKind.CLUSTER and row.member_ids
    ]
    found = {}
    for unit in unit_ids:
        chain = [unit]
        commune = commune_of.get(unit)
        if commune is not None:
            chain.append(commune)
        chain += [area for area, members in areas if (commune or unit) in members]
        province = parents.get(commune or unit) or _province(commune or unit)
        if province is not None:
            chain.append(province)
        found[unit] = tuple(dict.fromkeys(chain))
    return found


def _province(unit: bytes) -> bytes | None:
    """As the register that ships with the program says it; None for what it does not know."""
    known = load_units().by_id(unit)
    if known is None or known.valid_from is None:
        return None
    parents = load_units().parents(unit, known.valid_from)
    return parents[-1].id if parents else None
