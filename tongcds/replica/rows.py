"""Rows of record tables as plain dictionaries, read and written in bulk, and the sums that describe an area.

A row carries the table's columns. `versions` is kept unpacked here (field → Version) and packed at the edge.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import repeat
from operator import itemgetter
from typing import Any, TypedDict

import msgspec
from sqlalchemy import Connection, RowMapping, Select, Table, bindparam, insert, select, update

from tongcds.protocol.messages import State, Version, Write
from tongcds.records import RecordType, Value
from tongcds.records.declare import DELETED
from tongcds.replica.dialect import insert_new, insert_rows
from tongcds.replica.statements import statements
from tongcds.replica.tables import AREA

_SLICE = 400
_FEW = 20
_MODULUS = 1 << 128
_pack = msgspec.msgpack.Encoder().encode
_SUMS = (
    select(AREA.c.area, AREA.c.counter, AREA.c.count, AREA.c.digest)
    .where(AREA.c.area.in_(bindparam("areas", expanding=True)))
    .order_by(AREA.c.area)
)
_LOCK_SUMS = _SUMS.with_for_update()
_PUT_SUMS = (
    update(AREA)
    .where(AREA.c.area == bindparam("the_area"))
    .values({c: bindparam(c) for c in ("counter", "count", "digest")})
)
_unpack_versions = msgspec.msgpack.Decoder(dict[str, tuple[int, int, int, bytes]]).decode


class Row(TypedDict):
    """A record in memory; `editor` as in `records.declare`."""

    id: bytes
    area: bytes
    number: int
    editor: int
    version: Version
    later: dict[str, Version]
    values: dict[str, Value]


def copied(row: Row) -> Row:
    """The row as it is now; changes of the original do not reach it."""
    return {**row, "later": dict(row["later"]), "values": dict(row["values"])}


def read_rows(connection: Connection, record: RecordType, ids: Sequence[bytes]) -> dict[bytes, Row]:
    """The rows with these ids."""
    found: dict[bytes, Row] = {}
    its = statements(connection, record)
    if len(ids) == 1:
        # The most frequent question; a list of parameters costs as much as all the rest of it.
        raw = connection.execute(its.one, {"the_id": ids[0]}).mappings().one_or_none()
        return found if raw is None else {raw["id"]: row_from(record, raw)}
    if len(ids) > _FEW and not _any_between(connection, its.between_ids, min(ids), max(ids)):
        return found
    for start in range(0, len(ids), _SLICE):
        for raw in connection.execute(its.some, {"ids": list(ids[start : start + _SLICE])}).mappings():
            found[raw["id"]] = row_from(record, raw)
    return found


def _any_between(connection: Connection, query: Select[bytes], low: bytes, high: bytes) -> bool:
    """Whether there is any row between two ids; between those of what a device just made there is none."""
    return connection.execute(query, {"low": low, "high": high}).first() is not None


def areas_of(connection: Connection, record: RecordType, ids: Sequence[bytes]) -> set[bytes]:
    """The areas in which the rows with these ids are."""
    found: set[bytes] = set()
    query = statements(connection, record).areas
    for start in range(0, len(ids), _SLICE):
        found.update(connection.execute(query, {"ids": list(ids[start : start + _SLICE])}).scalars())
    return found


def row_from(record: RecordType, raw: RowMapping) -> Row:
    """A row of the table as a Row."""
    return Row(
        id=raw["id"],
        area=raw["area"],
        number=raw["number"],
        editor=raw["editor"],
        version=Version(raw["device"], raw["n"], raw["stamp"], raw["author"]),
        later=_later(raw["versions"]),
        values={name: raw[name] for name in record.field_names},
    )


def read_states(
    connection: Connection,
    record: RecordType,
    query: Select[*tuple[object, ...]],
    given: Mapping[str, object],
) -> list[State]:
    """The records that a query for whole rows of the table finds, as they travel."""
    names = record.field_names
    # Any: each column has the type that its field has.
    found: Iterable[Any] = connection.execute(query, given)
    return [
        State(
            record.number,
            i,
            Version(device, n, stamp, by),
            dict(zip(names, values, strict=True)),
            _later(later),
        )
        for i, _area, _number, device, n, stamp, by, _editor, later, *values in found
    ]


def _later(packed: bytes | None) -> dict[str, Version]:
    return {} if packed is None else {name: Version(*v) for name, v in _unpack_versions(packed).items()}


def _columns_of(record: RecordType, row: Row) -> tuple[object, ...]:
    """A Row as the table's columns, in their order."""
    version, later, values = row["version"], row["later"], row["values"]
    return (
        row["id"],
        row["area"],
        row["number"],
        *version,
        row["editor"],
        _packed_later(later),
        *[values[name] for name in record.field_names],
    )


def rows_of_states(
    record: RecordType, states: Sequence[State], areas: Sequence[bytes]
) -> list[tuple[object, ...]]:
    """The table's rows of records that came as they stand, without number or editor."""
    names, unset = record.field_names, record.unset
    return [
        (
            state.id,
            area,
            0,
            *state.version,
            0,
            _packed_later(state.later),
            # An older server does not name the fields that it does not know.
            *[state.values.get(name, unset[name]) for name in names],
        )
        for state, area in zip(states, areas, strict=True)
    ]


def _packed_later(later: Mapping[str, Version]) -> bytes | None:
    return _pack({name: tuple(later[name]) for name in sorted(later)}) if later else None


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert whole rows, every column of the table named in each."""
    pick = itemgetter(*table.columns.keys())
    insert_rows(connection, table, [pick(row) for row in rows])


def write_rows(
    connection: Connection, record: RecordType, new: Iterable[Row], changed: Iterable[Row]
) -> None:
    """Insert and update in bulk."""
    insert_rows(connection, record.table, [_columns_of(record, row) for row in new])
    names = record.table.columns.keys()
    stale = [dict(zip(names, _columns_of(record, row), strict=True)) for row in changed]
    if stale:
        for values in stale:
            values["the_id"] = values.pop("id")
        connection.execute(statements(connection, record).change, stale)


def new_rows(
    record: RecordType,
    device: int,
    writes: Sequence[Write],
    *,
    areas: Sequence[bytes],
    numbers: Sequence[int],
    columns: Mapping[str, Sequence[Value]],
) -> list[tuple[object, ...]]:
    """The table's rows of new records that their author holds as they are; `columns` by field, as written."""
    unset = record.unset
    return list(
        zip(
            [write.id for write in writes],
            areas,
            numbers,
            repeat(device),
            [write.n for write in writes],
            [write.stamp for write in writes],
            [write.author for write in writes],
            repeat(device),
            repeat(None),
            *[columns.get(name) or repeat(unset[name]) for name in record.field_names],
            strict=False,  # what is the same in every row ends nowhere
        )
    )


def version_hash(record: RecordType, row: Row) -> int:
    """What a record adds to its area's digest: type, id, and the dot of every field's version."""
    return _version_hash(record.number, row["id"], row["version"], row["later"])


def _version_hash(number: int, record_id: bytes, version: Version, later: Mapping[str, Version]) -> int:
    dots = [(name, v.device, v.n) for name, v in sorted(later.items())] if later else ()
    text = _pack((number, record_id, version.device, version.n, dots))
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big")


class AreaSums:
    """Changes of counts and digests, gathered while rows change and written once.

    Removed records count for nothing: a replica may purge them when it likes and stays equal to the others.
    """

    def __init__(self) -> None:
        self._count: defaultdict[bytes, int] = defaultdict(int)
        self._digest: defaultdict[bytes, int] = defaultdict(int)

    def add(self, record: RecordType, row: Row) -> None:
        """The row is there now."""
        if row["values"][DELETED]:
            self._know(row["area"])
            return
        self._count[row["area"]] += 1
        self._digest[row["area"]] += version_hash(record, row)

    def add_new(
        self, record: RecordType, device: int, writes: Iterable[Write], areas: Sequence[bytes]
    ) -> None:
        """Records that these writes made are there now as they were made; none of them is removed."""
        number, digest = record.number, self._digest
        for area, write in zip(areas, writes, strict=True):
            text = _pack((number, write.id, device, write.n, ()))
            digest[area] += int.from_bytes(blake2b(text, digest_size=16).digest(), "big")
        for area, count in Counter(areas).items():
            self._count[area] += count

    def add_states(self, record: RecordType, states: Iterable[State], areas: Sequence[bytes]) -> None:
        """Records are there now as they came."""
        number, count, digest = record.number, self._count, self._digest
        for state, area in zip(states, areas, strict=True):
            if state.values.get(DELETED):
                self._know(area)
            else:
                count[area] += 1
                digest[area] += _version_hash(number, state.id, state.version, state.later)

    def drop(self, record: RecordType, row: Row) -> None:
        """The row, as it was, is there no more."""
        if row["values"][DELETED]:
            return
        self._count[row["area"]] -= 1
        self._digest[row["area"]] -= version_hash(record, row)

    def of(self, area: bytes) -> tuple[int, int]:
        """Count and digest gathered for an area."""
        return self._count[area], self._digest[area] % _MODULUS

    def _know(self, area: bytes) -> None:
        """The area is among those held here, though it may have no record that counts."""
        self._count[area] += 0

    def save(self, connection: Connection, counters: Mapping[bytes, int] | None = None) -> None:
        """Add everything gathered to the areas' rows; `counters` sets counters beside."""
        counters = counters or {}
        areas = sorted(self._count.keys() | self._digest.keys() | counters.keys())
        known = read_areas(connection, areas)
        fresh, stale = [], []
        for area in areas:
            counter, count, digest = known.get(area, (0, 0, 0))
            values = {
                "counter": counters.get(area, counter),
                "count": count + self._count[area],
                "digest": ((digest + self._digest[area]) % _MODULUS).to_bytes(16, "big"),
            }
            if area in known:
                stale.append({**values, "the_area": area})
            else:
                fresh.append({**values, "area": area})
        if fresh:
            connection.execute(insert(AREA), fresh)
        if stale:
            connection.execute(_PUT_SUMS, stale)


def read_areas(
    connection: Connection, areas: Sequence[bytes], *, lock: bool = False
) -> dict[bytes, tuple[int, int, int]]:
    """Counter, count and digest by area; with `lock` in id order, so that two pushes never wait in a ring."""
    found: dict[bytes, tuple[int, int, int]] = {}
    ordered = sorted(areas)
    for start in range(0, len(ordered), _SLICE):
        given = {"areas": ordered[start : start + _SLICE]}
        for area, counter, count, digest in connection.execute(_LOCK_SUMS if lock else _SUMS, given):
            found[area] = (counter, count, int.from_bytes(digest, "big"))
    return found


def lock_areas(connection: Connection, areas: set[bytes]) -> None:
    """Lock the areas' rows in id order, making those that are not there."""
    if areas:
        _insert_areas(connection, areas - read_areas(connection, list(areas)).keys())
        read_areas(connection, list(areas), lock=True)


def _insert_areas(connection: Connection, areas: Iterable[bytes]) -> None:
    """Make the areas' rows where nobody else made them meanwhile."""
    fresh = [{"area": area, "counter": 0, "count": 0, "digest": bytes(16)} for area in sorted(areas)]
    if fresh:
        insert_new(connection, AREA, fresh)
