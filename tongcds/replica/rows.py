"""Rows of record tables as plain dictionaries, read and written in bulk, and the sums that describe an area.

A row carries the table's columns. `versions` is kept unpacked here (field → Version) and packed at the edge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import TypedDict

import msgspec
from sqlalchemy import Connection, Dialect, RowMapping, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tongcds.protocol.messages import State, Version
from tongcds.records import RecordType, Value
from tongcds.replica.tables import AREA

_SLICE = 400
_MODULUS = 1 << 128
_pack = msgspec.msgpack.Encoder().encode
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
    table = record.table
    for start in range(0, len(ids), _SLICE):
        query = select(table).where(table.c.id.in_(ids[start : start + _SLICE]))
        for raw in connection.execute(query).mappings():
            found[raw["id"]] = row_from(record, raw)
    return found


def areas_of(connection: Connection, record: RecordType, ids: Sequence[bytes]) -> set[bytes]:
    """The areas in which the rows with these ids are."""
    found: set[bytes] = set()
    for start in range(0, len(ids), _SLICE):
        query = select(record.table.c.area).where(record.table.c.id.in_(ids[start : start + _SLICE]))
        found.update(connection.execute(query.distinct()).scalars())
    return found


def row_from(record: RecordType, raw: RowMapping) -> Row:
    """A row of the table as a Row."""
    packed = raw["versions"]
    later: dict[str, Version] = {}
    if packed is not None:
        later = {name: Version(*v) for name, v in _unpack_versions(packed).items()}
    return Row(
        id=raw["id"],
        area=raw["area"],
        number=raw["number"],
        editor=raw["editor"],
        version=Version(raw["device"], raw["n"], raw["stamp"], raw["author"]),
        later=later,
        values={name: raw[name] for name in record.field_names},
    )


def pack_row(row: Row) -> dict[str, object]:
    """The table's columns of a Row."""
    version = row["version"]
    later = row["later"]
    return {
        "id": row["id"],
        "area": row["area"],
        "number": row["number"],
        "editor": row["editor"],
        "device": version.device,
        "n": version.n,
        "stamp": version.stamp,
        "author": version.author,
        "versions": _pack({name: tuple(later[name]) for name in sorted(later)}) if later else None,
        **row["values"],
    }


@lru_cache(maxsize=256)
def _insert_sql(table: Table, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
    """The statement that inserts a whole row, and the order of its values where they go by place."""
    compiled = insert(table).compile(dialect=dialect)
    places = compiled.positiontup
    return str(compiled), None if places is None else tuple(places)


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert whole rows, every column of the table named in each.

    Goes to the driver itself: our values are what it takes, and looking at each once more doubled the time.
    """
    if not rows:
        return
    statement, places = _insert_sql(table, connection.dialect)
    if places is None:
        connection.exec_driver_sql(statement, [dict(row) for row in rows])
    else:
        pick = itemgetter(*places)
        connection.exec_driver_sql(statement, [pick(row) for row in rows])


def write_rows(
    connection: Connection, record: RecordType, new: Iterable[Row], changed: Iterable[Row]
) -> None:
    """Insert and update in bulk."""
    insert_many(connection, record.table, [pack_row(row) for row in new])
    stale = [{**pack_row(row), "the_id": row["id"]} for row in changed]
    if stale:
        statement = (
            update(record.table)
            .where(record.table.c.id == bindparam("the_id"))
            .values({column.name: bindparam(column.name) for column in record.table.c if column.name != "id"})
        )
        for values in stale:
            del values["id"]
        connection.execute(statement, stale)


def state_of(record: RecordType, row: Row) -> State:
    """The record as it travels."""
    return State(record.number, row["id"], row["version"], row["values"], row["later"])


def version_hash(record: RecordType, row: Row) -> int:
    """What a record adds to its area's digest: type, id, and the dot of every field's version."""
    version = row["version"]
    dots = [(name, v.device, v.n) for name, v in sorted(row["later"].items())]
    text = _pack((record.number, row["id"], version.device, version.n, dots))
    return int.from_bytes(blake2b(text, digest_size=16).digest(), "big")


class AreaSums:
    """Changes of counts and digests, gathered while rows change and written once."""

    def __init__(self) -> None:
        self._count: defaultdict[bytes, int] = defaultdict(int)
        self._digest: defaultdict[bytes, int] = defaultdict(int)

    def add(self, record: RecordType, row: Row) -> None:
        """The row is there now."""
        self._count[row["area"]] += 1
        self._digest[row["area"]] += version_hash(record, row)

    def drop(self, record: RecordType, row: Row) -> None:
        """The row, as it was, is there no more."""
        self._count[row["area"]] -= 1
        self._digest[row["area"]] -= version_hash(record, row)

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
            connection.execute(
                update(AREA)
                .where(AREA.c.area == bindparam("the_area"))
                .values({c: bindparam(c) for c in ("counter", "count", "digest")}),
                stale,
            )


def read_areas(
    connection: Connection, areas: Sequence[bytes], *, lock: bool = False
) -> dict[bytes, tuple[int, int, int]]:
    """Counter, count and digest by area; with `lock` in id order, so that two pushes never wait in a ring."""
    found: dict[bytes, tuple[int, int, int]] = {}
    ordered = sorted(areas)
    for start in range(0, len(ordered), _SLICE):
        query = (
            select(AREA.c.area, AREA.c.counter, AREA.c.count, AREA.c.digest)
            .where(AREA.c.area.in_(ordered[start : start + _SLICE]))
            .order_by(AREA.c.area)
        )
        if lock:
            query = query.with_for_update()
        for area, counter, count, digest in connection.execute(query):
            found[area] = (counter, count, int.from_bytes(digest, "big"))
    return found


def insert_areas(connection: Connection, areas: Iterable[bytes]) -> None:
    """Make the areas' rows where nobody else made them meanwhile."""
    fresh = [{"area": area, "counter": 0, "count": 0, "digest": bytes(16)} for area in sorted(areas)]
    if not fresh:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(AREA).on_conflict_do_nothing(), fresh)
    else:
        connection.execute(sqlite.insert(AREA).on_conflict_do_nothing(), fresh)
