"""New records by the chunk: what `receive` says of each write alone, said of whole columns at once.

Most of what a server takes in is new: a register, visits, supports. Where nothing in a chunk asks for more
than that it is put down, its checks, rows and sums are made column by column, in a fraction of the time. One
write that asks for more (a change, a wrong value, a foreign area, an erased person, a unit that is no more),
and the whole chunk goes the general way, which alone knows what to do. Both give the same rows and numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from sqlalchemy import Connection

from tongcds.domain.stamps import FAR_AHEAD_MS, make_ids, milliseconds_of
from tongcds.protocol.messages import Write
from tongcds.records import Kind, RecordType, Value, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.authority import Allowed
from tongcds.replica.dialect import insert_rows
from tongcds.replica.erasure import subject_fields
from tongcds.replica.forgetting import erased_among
from tongcds.replica.rows import AreaSums, lock_areas, new_rows, read_areas, read_rows
from tongcds.replica.values import all_fit

_OF_BYTES = frozenset({Kind.ID, Kind.IDS, Kind.BYTES})


@dataclass(frozen=True, slots=True)
class _Group:
    """Writes that make records of one type and name the same fields; `places` are theirs in the chunk."""

    record: RecordType
    places: list[int]
    writes: list[Write]
    columns: dict[str, tuple[Value, ...]]
    areas: list[bytes]


def take_new(
    connection: Connection,
    device: int,
    prefix: int,
    writes: Sequence[Write],
    *,
    allowed: Allowed,
    now: int,
    successors: Mapping[bytes, bytes],
) -> dict[bytes, tuple[int, int]] | None:
    """Put down a chunk of nothing but new records that are all as they should be.

    Returns the first and last head of each area that got some, or None: then nothing was written, and
    somebody has to look at each write.
    """
    groups = _plain_groups(prefix, writes, now=now, successors=successors)
    if groups is None or not all(_allowed(group, allowed) for group in groups):
        return None
    areas = {area for group in groups for area in group.areas}
    lock_areas(connection, areas)
    if any(read_rows(connection, record, ids) for record, ids in _ids(groups)):
        return None
    if erased_among(connection, _subjects(groups) - {write.id for write in writes}):
        return None
    return _put_down(connection, device, groups, len(writes))


def _plain_groups(
    prefix: int, writes: Sequence[Write], *, now: int, successors: Mapping[bytes, bytes]
) -> list[_Group] | None:
    """The writes in groups; None where one of them is anything but a new record with good values."""
    stamps = [write.stamp for write in writes]
    ids = [write.id for write in writes]
    if milliseconds_of(max(stamps)) > now + FAR_AHEAD_MS or any(write.bases for write in writes):
        return None
    # Of this device's own making, and each once.
    if ids != make_ids(prefix, stamps) or len(set(ids)) != len(ids):
        return None
    places: defaultdict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for place, write in enumerate(writes):
        places[write.type, tuple(write.values)].append(place)
    groups: list[_Group] = []
    for (number, names), where in places.items():
        group = _plain_group(number, names, where, [writes[place] for place in where])
        if group is None or _names_one_of(group, successors):
            return None
        groups.append(group)
    return groups


def _plain_group(
    number: int, names: tuple[str, ...], places: list[int], writes: list[Write]
) -> _Group | None:
    record = type_numbered(number)
    if record is None or not _stands_alone(record):
        return None
    if not {record.area_field} <= set(names) <= record.kinds.keys() - {DELETED, ERASED}:
        return None
    by_field = zip(*[write.values.values() for write in writes], strict=True)
    columns = dict(zip(names, by_field, strict=True))
    if not all(all_fit(record.kinds[name], column) for name, column in columns.items()):
        return None
    areas = [area for area in columns[record.area_field] if isinstance(area, bytes)]
    return _Group(record, places, writes, columns, areas) if len(areas) == len(writes) else None


def _stands_alone(record: RecordType) -> bool:
    """Whether a new record of the type changes nothing of what others in the chunk may be.

    A village is an area to write in, a member somebody who may write.
    """
    return record.about_people and not record.server_only and record.name != "member"


def _names_one_of(group: _Group, units: Mapping[bytes, bytes]) -> bool:
    if not units:
        return False
    kinds = group.record.kinds
    named = (column for name, column in group.columns.items() if kinds[name] in _OF_BYTES)
    return any(not units.keys().isdisjoint(column) for column in named)


def _allowed(group: _Group, allowed: Allowed) -> bool:
    return not any(map(allowed, repeat(group.record), group.areas, group.writes, repeat(None)))


def _ids(groups: Sequence[_Group]) -> list[tuple[RecordType, list[bytes]]]:
    ids: defaultdict[str, list[bytes]] = defaultdict(list)
    for group in groups:
        ids[group.record.name].extend(write.id for write in group.writes)
    return [(record_type(name), some) for name, some in ids.items()]


def _subjects(groups: Sequence[_Group]) -> set[bytes]:
    """Whom the records are about."""
    named: set[Value] = set()
    for group in groups:
        named.update(*(group.columns.get(name, ()) for name in subject_fields(group.record)))
    return {subject for subject in named if isinstance(subject, bytes)}


def _put_down(
    connection: Connection, device: int, groups: Sequence[_Group], count: int
) -> dict[bytes, tuple[int, int]]:
    """Number the records in the order of their writes, insert them and sum them up."""
    place_areas = [b""] * count
    for group in groups:
        for place, area in zip(group.places, group.areas, strict=True):
            place_areas[place] = area
    before = {area: sums[0] for area, sums in read_areas(connection, list(set(place_areas))).items()}
    counters, numbers = dict(before), list[int]()
    for area in place_areas:
        counters[area] = number = counters.get(area, 0) + 1
        numbers.append(number)
    sums = AreaSums()
    rows: defaultdict[str, list[tuple[object, ...]]] = defaultdict(list)
    for group in groups:
        rows[group.record.name].extend(
            new_rows(
                group.record,
                device,
                group.writes,
                areas=group.areas,
                numbers=[numbers[place] for place in group.places],
                columns=group.columns,
            )
        )
        sums.add_new(group.record, device, group.writes, group.areas)
    for name, some in rows.items():
        insert_rows(connection, record_type(name).table, some)
    sums.save(connection, counters)
    return {area: (before.get(area, 0), last) for area, last in counters.items()}
