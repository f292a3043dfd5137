"""What becomes of units, and of those who work for them: merged, moved, narrowed, while laptops are away.

A merger takes everything of the old units over into the new one and leaves a dated `unit_event`. Whoever
wrote under an old unit without knowing loses nothing by it: `successors` maps such writes when they arrive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select, update

from tongcds.domain.stamps import derived_id
from tongcds.domain.units import EventKind, UnitKind
from tongcds.domain.views import Role
from tongcds.errors import UserError
from tongcds.records import RecordType, all_types, record_type
from tongcds.server import figures, trainers
from tongcds.server.enrolment import Place
from tongcds.server.office import OfficeWriter, structure_changed
from tongcds.server.scopes import clusters, role_at
from tongcds.server.tables import DEVICE, INVITATION

_MEMBER = record_type("member").table.c

_EVENT = record_type("unit_event").table.c
_VILLAGE = record_type("village").table.c
_MERGERS = (
    select(_EVENT.from_ids, _EVENT.to_ids)
    .where(_EVENT.kind == EventKind.MERGE.value, _EVENT.deleted == 0)
    .order_by(_EVENT.on, _EVENT.stamp)
)
_ID = 16
_MERGED = ("village", "commune")


def successors(connection: Connection) -> dict[bytes, bytes]:
    """Which unit stands in the place of each that was merged into another one, to the end of the line."""
    next_: dict[bytes, bytes] = {}
    for old, new in connection.execute(_MERGERS):
        if old and new and len(new) == _ID:
            next_.update((old[i : i + _ID], new) for i in range(0, len(old), _ID))
    return {unit: _end_of(next_, unit) for unit in next_}


def _end_of(next_: Mapping[bytes, bytes], unit: bytes) -> bytes:
    met = {unit}
    while next_.get(unit) not in {None, *met}:
        unit = next_[unit]
        met.add(unit)
    return unit


def merge(
    connection: Connection, sources: Sequence[Place], target: Place, *, on: date, document: str, now: int
) -> int:
    """Take villages into a village, or communes into a commune; returns how many records went over.

    Villages of a merged commune go over as they are, with all that is in them. People who worked for an old
    unit work for the new one, their laptops hear of it at their next exchange.

    Args:
        connection: in a transaction that may write.
        sources: the units that end.
        target: the unit that goes on.
        on: the day.
        document: the decision behind it.
        now: milliseconds since 1970 (UTC).

    Raises:
        UserError: `units_not_alike`.
    """
    for source in sources:
        if source.kind != target.kind or source.kind not in _MERGED or source.unit_id == target.unit_id:
            raise UserError("units_not_alike", source=source.name, target=target.name)
    old = [source.unit_id for source in sources]
    writer = OfficeWriter(connection, now=now)
    count = sum(
        _take_over(connection, writer, record, unit, target.unit_id)
        for record in all_types()
        if record.area_field and not record.server_only and record.name != "unit_event"
        for unit in old
    )
    if target.kind == UnitKind.COMMUNE:
        _take_villages(connection, writer, old, target)
    writer.put(
        "unit_event",
        derived_id("unit_event", target.unit_id, on.isoformat(), *sorted(old)),
        unit_id=target.unit_id,
        on=on.isoformat(),
        document=document,
        kind=EventKind.MERGE.value,
        from_ids=b"".join(old),
        to_ids=target.unit_id,
        share="whole",
    )
    for unit in old:
        type_name = "village" if target.kind == UnitKind.VILLAGE else "unit"
        writer.put(type_name, unit, valid_to=on.isoformat())
        writer.remove(type_name, unit)
    figures.touch(connection, writer.flush())
    for table in (DEVICE, INVITATION):
        connection.execute(update(table).where(table.c.unit_id.in_(old)).values(unit_id=target.unit_id))
    structure_changed(connection)
    return count


def _take_over(
    connection: Connection, writer: OfficeWriter, record: RecordType, old: bytes, new: bytes
) -> int:
    """Removed ones too: whoever changed one meanwhile brings it back, and must find it in a unit that is."""
    query = select(record.table.c.id).where(record.table.c.area == old).order_by(record.table.c.number)
    ids = list(connection.execute(query).scalars())
    writer.load(record.name, ids)
    for record_id in ids:
        # Any: what a name behind two asterisks may be is more than a type can say.
        there: dict[str, Any] = {record.area_field: new}
        writer.put(record.name, record_id, wake=False, **there)
    return len(ids)


def _take_villages(connection: Connection, writer: OfficeWriter, old: Sequence[bytes], target: Place) -> None:
    for village in connection.execute(select(_VILLAGE.id).where(_VILLAGE.commune_id.in_(old))).scalars():
        writer.put("village", village, commune_id=target.unit_id)
    for cluster, members in _all_clusters(connection).items():
        stay = [target.unit_id if member in old else member for member in members]
        writer.put("unit", cluster, member_ids=b"".join(dict.fromkeys(stay)))


def _all_clusters(connection: Connection) -> dict[bytes, list[bytes]]:
    unit = record_type("unit").table.c
    provinces = connection.execute(select(unit.id).where(unit.kind == UnitKind.PROVINCE.value)).scalars()
    return {c: members for province in provinces for c, members in clusters(connection, province).items()}


def move_village(
    connection: Connection, village: Place, commune: Place, *, on: date, document: str, now: int
) -> None:
    """Give a village to another commune; what is in it stays where it is, and its team notices nothing.

    Raises:
        UserError: `units_not_alike`.
    """
    if village.kind != UnitKind.VILLAGE or commune.kind != UnitKind.COMMUNE:
        raise UserError("units_not_alike", source=village.name, target=commune.name)
    before = connection.execute(
        select(_VILLAGE.commune_id).where(_VILLAGE.id == village.unit_id)
    ).scalar_one()
    writer = OfficeWriter(connection, now=now)
    if writer.put("village", village.unit_id, commune_id=commune.unit_id):
        writer.put(
            "unit_event",
            derived_id("unit_event", village.unit_id, on.isoformat(), commune.unit_id),
            unit_id=village.unit_id,
            on=on.isoformat(),
            document=document,
            kind=EventKind.MOVE.value,
            from_ids=before,
            to_ids=commune.unit_id,
            share="whole",
        )
    writer.flush()
    # The commune that it left, too: what its own teams did there is theirs no more.
    figures.touch(connection, [village.unit_id, before, commune.unit_id], entirely=True)
    structure_changed(connection)


def reassign(connection: Connection, device: int, place: Place, *, role: str = "", now: int) -> None:
    """Let a laptop, under each of its numbers, and its person work for another unit, with the role there.

    As a trainer of it, where `role` says so.

    What was written for the old unit and not sent yet is set aside when it comes, for the old unit to see.

    Raises:
        UserError: `device_unknown`, `unit_wrong_role` for a unit that nobody works for, or
            `trainer_name_taken`.
    """
    given = role_at(place.kind, role)
    if given is None:
        raise UserError("unit_wrong_role", unit=place.name)
    row = connection.execute(
        select(DEVICE.c.public_key, DEVICE.c.member_id).where(DEVICE.c.device == device)
    ).one_or_none()
    if row is None:
        raise UserError("device_unknown", device=device)
    if given is Role.TRAINER:
        name = connection.execute(select(_MEMBER.full_name).where(_MEMBER.id == row.member_id)).scalar()
        trainers.require_own_name(connection, name or "", place.unit_id)
    connection.execute(
        update(DEVICE)
        .where(DEVICE.c.public_key == row.public_key)
        .values(unit_id=place.unit_id, role=given.value, structure=-1)
    )
    writer = OfficeWriter(connection, now=now)
    writer.put("member", row.member_id, unit_id=place.unit_id, team_id=None, role=given.value)
    writer.flush()
