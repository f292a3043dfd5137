"""Units of a province as records: seeded from the register that ships with the program, and made by hand.

Ids of provinces and communes are those of `tongcds.domain.units`, the same on every machine.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import Connection, select

from tongcds.domain.stamps import derived_id
from tongcds.domain.text import clean, fold
from tongcds.domain.units import FIRST_DAY_2025, Era, UnitKind, load_units, unit_id
from tongcds.domain.village_names import VillageSpellings
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.server import figures
from tongcds.server.enrolment import Place, place_of
from tongcds.server.office import OfficeWriter, office, structure_changed

_UNIT = record_type("unit").table.c
_VILLAGE = record_type("village").table.c
_ERA = Era.SINCE_2025.value


@dataclass(frozen=True, slots=True)
class VillageLine:
    """One village of a list: name and commune must be there, the rest may be blank."""

    name: str
    commune_code: str
    village_code: str = ""
    type: str = ""
    old_commune_code: str = ""
    electricity: str = ""
    viettel_4g: str = ""
    vinaphone_4g: str = ""
    mobifone_4g: str = ""
    viettel_fibre: str = ""


def seed(connection: Connection, province_code: str, communes: Collection[str], *, now: int) -> int:
    """Write the province, its communes and what they came from; returns how many units.

    Args:
        connection: in a transaction that may write.
        province_code: the code since 2025.
        communes: only these; empty for all.
        now: milliseconds since 1970 (UTC).

    Raises:
        UserError: `unit_unknown` for a code that the province does not have.
    """
    register = load_units()
    province = register.by_code(province_code, Era.SINCE_2025)
    if province is None or province.kind is not UnitKind.PROVINCE:
        raise UserError("unit_unknown", code=province_code)
    below = register.children(province.id, FIRST_DAY_2025)
    unknown = set(communes) - {commune.code for commune in below}
    if unknown:
        raise UserError("unit_unknown", code=min(unknown))
    wanted = [province, *(commune for commune in below if not communes or commune.code in communes)]
    writer = OfficeWriter(connection, now=now)
    for unit in wanted:
        writer.put(
            "unit",
            unit.id,
            kind=unit.kind.value,
            code=unit.code,
            name=unit.name,
            unit_type=unit.type,
            parent_id=unit.parent_id,
            valid_from=FIRST_DAY_2025.isoformat(),
            source=unit.source,
        )
        for event in register.events_into(unit.id):
            writer.put(
                "unit_event",
                derived_id("unit_event", unit.id, event.date.isoformat()),
                unit_id=unit.id,
                on=event.date.isoformat(),
                document=event.document,
                kind=event.kind.value,
                from_ids=b"".join(event.from_ids),
                to_ids=b"".join(event.to_ids),
                share=event.share,
            )
    writer.flush()
    structure_changed(connection)
    return len(wanted)


def find(connection: Connection, code: str) -> Place:
    """The unit or village with this code, or a cluster or village by its name.

    Raises:
        UserError: `unit_unknown`, or `unit_ambiguous` when several villages have the name.
    """
    state = office(connection)
    wanted = clean(code)
    table = select(_UNIT.id, _UNIT.code, _UNIT.name).where(_UNIT.deleted == 0)
    villages = select(_VILLAGE.id, _VILLAGE.code, _VILLAGE.name).where(_VILLAGE.deleted == 0)
    rows = [*connection.execute(table), *connection.execute(villages)]
    found = [row.id for row in rows if row.code == wanted] or [
        row.id for row in rows if fold(row.name) == fold(wanted)
    ]
    if not found or state is None:
        raise UserError("unit_unknown", code=code)
    if len(found) > 1:
        raise UserError("unit_ambiguous", name=code)
    place = place_of(connection, found[0], state.province_id)
    if place is None:
        raise UserError("unit_unknown", code=code)
    return place


def make_cluster(connection: Connection, name: str, communes: Sequence[str], *, now: int) -> bytes:
    """Make or change a cluster: the communes that one office looks after. Returns its id.

    Raises:
        UserError: `unit_unknown` for a commune that is not seeded.
    """
    state = office(connection)
    members = []
    for code in communes:
        place = find(connection, code)
        if place.kind != UnitKind.COMMUNE:
            raise UserError("unit_unknown", code=code)
        members.append(place.unit_id)
    if state is None or not members:
        raise UserError("nothing_selected")
    slug = "-".join(fold(name).split())
    cluster = unit_id(UnitKind.CLUSTER.value, f"{state.province_id.hex()}:{slug}", _ERA)
    writer = OfficeWriter(connection, now=now)
    writer.put(
        "unit",
        cluster,
        kind=UnitKind.CLUSTER.value,
        code=slug,
        name=clean(name),
        unit_type="khu vực",
        parent_id=state.province_id,
        member_ids=b"".join(members),
    )
    writer.flush()
    structure_changed(connection)
    return cluster


def read_villages(file: Path) -> list[VillageLine]:
    """The villages of a CSV file (UTF-8, commas, one header line); columns it does not know are left aside.

    Raises:
        UserError: with file, line and column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, strict=True))
    except FileNotFoundError:
        raise UserError("file_missing") from None
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError("table_unreadable", file=file.name) from None
    names = {f.name for f in fields(VillageLine)}
    for column in ("name", "commune_code"):
        if not rows or column not in rows[0]:
            raise UserError("table_column_missing", file=file.name, line=1, column=column)
    lines: list[VillageLine] = []
    for number, row in enumerate(rows, 2):
        values = {key: clean(value or "") for key, value in row.items() if key in names}
        for column in ("name", "commune_code"):
            if not values[column]:
                raise UserError("table_value_blank", file=file.name, line=number, column=column)
        lines.append(VillageLine(**values))
    return lines


def add_villages(
    connection: Connection, lines: Sequence[VillageLine], *, now: int, file: str = ""
) -> list[bytes]:
    """Make or change villages; returns their ids in the order of the lines.

    A village without a code gets one of its commune: 04123-01 for the first line of commune 04123. One that a
    commune made from its own register, before it was in a list, is the one of that name here.

    Raises:
        UserError: `table_reference_unknown` for a commune that is not seeded.
    """
    query = select(_UNIT.code, _UNIT.id).where(_UNIT.kind == "commune", _UNIT.deleted == 0)
    communes = {str(code): commune for code, commune in connection.execute(query)}
    writer = OfficeWriter(connection, now=now)
    counts: dict[str, int] = {}
    ids: list[bytes] = []
    for number, line in enumerate(lines, 2):
        commune = communes.get(line.commune_code)
        if commune is None:
            raise UserError(
                "table_reference_unknown",
                file=file,
                line=number,
                column="commune_code",
                value=line.commune_code,
            )
        counts[line.commune_code] = counts.get(line.commune_code, 0) + 1
        code = line.village_code or f"{line.commune_code}-{counts[line.commune_code]:02d}"
        village = _made_by_commune(connection, commune, code, line.name)
        village = village or unit_id(UnitKind.VILLAGE.value, code, _ERA)
        ids.append(village)
        writer.put(
            "village",
            village,
            commune_id=commune,
            code=code,
            name=line.name,
            village_type=line.type or None,
            old_commune_code=line.old_commune_code or None,
            electricity=line.electricity or None,
            viettel_4g=line.viettel_4g or None,
            vinaphone_4g=line.vinaphone_4g or None,
            mobifone_4g=line.mobifone_4g or None,
            fibre=line.viettel_fibre or None,
        )
    figures.touch(connection, writer.flush())
    structure_changed(connection)
    return ids


def _made_by_commune(connection: Connection, commune: bytes, code: str, name: str) -> bytes | None:
    """The village of a commune under an id of its own that has this code, or none yet and this name."""
    query = select(_VILLAGE.id, _VILLAGE.code, _VILLAGE.name).where(
        _VILLAGE.commune_id == commune, _VILLAGE.deleted == 0, _VILLAGE.valid_to.is_(None)
    )
    rows = connection.execute(query).all()
    coded = next((row.id for row in rows if row.code == code), None)
    spellings = VillageSpellings()
    wanted = spellings.spelled(clean(name))
    alike = [row.id for row in rows if not row.code and row.name and spellings.spelled(row.name) == wanted]
    return coded or (alike[0] if len(alike) == 1 else None)
