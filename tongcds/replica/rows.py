"""Rows of record tables as plain dictionaries, read and written in bulk, and the sums that describe an area.

A row carries the table's columns. `versions` is kept unpacked here (field → Version) and packed at the edge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import TypedDict

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

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


def read_rows(connection: Connection, record: RecordType, ids: Sequence[bytes], *, lock: bool = False) -> dict[bytes, Row]:
    """The rows with these ids; `lock` keeps others off them until the transaction ends, where the database can."""
    found: dict[bytes, Row] = {}
    table = record.table
    for start in range(0, len(ids), _SLICE):
        query = select(table).where(table.c.id.in_(ids[start : start + _SLICE]))
        if lock:
            query = query.with_for_update()
        for raw in connection.execute(query).mappings():
            found[raw["id"]] = row_from(record, raw)
    return found


def row_from(record: RecordType, raw: Mapping[str, object]) -> Row:
    """A row of the table as a Row."""
    packed = raw["versions"]
    later: dict[str, Version] = {}
    if packed is not None:
        later = {name: Version(*v) for name, v in _unpack_versions(packed).items()}  # type: ignore[arg-type]
    return Row(
        id=raw["id"],  # type: ignore[typeddict-item]
        area=raw["area"],  # type: ignore[typeddict-item]
        number=raw["number"],  # type: ignore[typeddict-item]
        editor=raw["editor"],  # type: ignore[typeddict-item]
        version=Version(raw["device"], raw["n"], raw["stamp"], raw["author"]),  # type: ignore[arg-type]
        later=later,
        values={name: raw[name] for name in record.field_names},  # type: ignore[misc]
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


def write_rows(connection: Connection, record: RecordType, new: Iterable[Row], changed: Iterable[Row]) -> None:
    """Insert and update in bulk."""
    fresh = [pack_row(row) for row in new]
    if fresh:
        connection.execute(insert(record.table), fresh)
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
        query = select(AREA).where(AREA.c.area.in_(ordered[start : start + _SLICE])).order_by(AREA.c.area)
        if lock:
            query = query.with_for_update()
        for row in connection.execute(query):
            found[row.area] = (row.counter, row.count, int.from_bytes(row.digest, "big"))
    return found
