"""The merge: what one write does to one record. Pure; the same on the laptop, on the server and in the tests.

A write follows what it names as its base, and then simply applies. Where it does not, it and the current
value are concurrent: the higher (stamp, device, n) stands and the other is kept whole in a `Clash`. Equal
values never clash, different fields never clash. A removal that had not seen a change, and a change that had
not seen a removal, leave the record alive, with a clash. An erasure wins over everything (`erasure`).
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from tongcds.domain.stamps import Dot, derived_id
from tongcds.protocol.messages import WHOLE, Version, Write
from tongcds.records import RecordType, Value, record_type, type_numbered
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica import erasure
from tongcds.replica.rows import Row

_pack = msgspec.msgpack.Encoder().encode


class Clash(NamedTuple):
    """Two values for one field; `kept` stands, `other` is kept beside it."""

    field: str
    kept: Value
    kept_version: Version
    other: Value
    other_version: Version


def rank(version: Version) -> tuple[int, int, int]:
    """Of two concurrent writes the one that ranks higher stands."""
    return version.stamp, version.device, version.n


def dot_of(version: Version) -> Dot:
    """The name of the write behind a version."""
    return Dot(version.device, version.n)


def version_of(row: Row, name: str) -> Version:
    """Who set this field last."""
    return row["later"].get(name, row["version"])


def newest(row: Row) -> Version:
    """The change with the highest stamp; with wrong clocks not always the last one."""
    return max((row["version"], *row["later"].values()), key=rank)


def whole_of(row: Row) -> Dot:
    """Stands for everything that is known of the record, so that a removal can say what it saw.

    Not a write's name, but 60 bits of a hash over all of them and how many fields were set later.
    """
    later = [(name, *dot_of(version)) for name, version in sorted(row["later"].items())]
    text = _pack((dot_of(row["version"]), later))
    return Dot(int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 4, len(later))


def created(record: RecordType, area: bytes, device: int, write: Write) -> Row:
    """The row that a creating write makes; fields it does not name are empty."""
    values = record.unset | write.values
    values[DELETED] = values[DELETED] or 0
    if record.erasable and values[ERASED]:
        erasure.empty(record, values, {})
    return Row(
        id=write.id,
        area=area,
        number=0,
        editor=0,
        version=Version(device, write.n, write.stamp, write.author),
        later={},
        values=values,
    )


def _put(row: Row, name: str, value: Value, version: Version) -> None:
    row["values"][name] = value
    row["later"][name] = version


def _merge_field(row: Row, name: str, value: Value, base: Dot | None, incoming: Version) -> Clash | None:
    current = version_of(row, name)
    # A field that nobody set follows on nothing, whichever write made the row.
    unset = name not in row["later"] and row["values"][name] is None
    if unset or base == dot_of(current):
        _put(row, name, value, incoming)
        return None
    mine, wins = row["values"][name], rank(incoming) > rank(current)
    if mine == value:
        if wins:
            _put(row, name, value, incoming)
        return None
    if wins:
        _put(row, name, value, incoming)
        return Clash(name, value, incoming, mine, current)
    return Clash(name, mine, current, value, incoming)


def _merge_removal(row: Row, base: Dot | None, incoming: Version) -> Clash | None:
    if row["values"][DELETED]:
        return None
    if base == whole_of(row):
        _put(row, DELETED, 1, incoming)
        return None
    return Clash(DELETED, 0, newest(row), 1, incoming)


def merge(row: Row, device: int, write: Write) -> list[Clash]:
    """Apply a write to the record it names, in place; what did not stand comes back as clashes.

    `write.stamp` must already be lowered where it was too far ahead.
    """
    incoming = Version(device, write.n, write.stamp, write.author)
    if erasure.is_erasure(write):
        _erase(row, write, incoming)
        return []
    if row["values"].get(ERASED) or erasure.is_husk(write):
        write = erasure.plain(write)
    clashes: list[Clash | None] = []
    if write.values.get(DELETED):
        clashes.append(_merge_removal(row, write.bases.get(WHOLE), incoming))
    elif row["values"][DELETED] and DELETED not in write.values:
        removal = version_of(row, DELETED)
        _put(row, DELETED, 0, incoming)
        clashes.append(Clash(DELETED, 0, incoming, 1, removal))
    for name, value in write.values.items():
        if name == DELETED and value:
            continue
        clashes.append(_merge_field(row, name, value, write.bases.get(name), incoming))
    return [clash for clash in clashes if clash is not None]


def _erase(row: Row, write: Write, incoming: Version) -> None:
    record = type_numbered(write.type)
    if record is None or not record.erasable:
        return
    stands = version_of(row, ERASED)
    if (
        not row["values"][ERASED]
        or write.bases.get(ERASED) == dot_of(stands)
        or rank(incoming) > rank(stands)
    ):
        row["later"][ERASED] = incoming
    erasure.empty(record, row["values"], row["later"])


def conflict_row(record: RecordType, row: Row, clash: Clash) -> Row:
    """The conflict record of a clash; the same on every replica that meets the same two writes."""
    loser, kept = clash.other_version, clash.kept_version
    latest = max(loser, kept, key=rank)
    conflict = record_type("conflict")
    values: dict[str, Value] = dict.fromkeys(conflict.field_names)
    values |= {
        "area_id": row["area"],
        "subject_type": record.name,
        "subject_id": row["id"],
        "field": clash.field,
        "kept_value": _pack(clash.kept),
        "kept_stamp": kept.stamp,
        "kept_device": kept.device,
        "kept_author": kept.author,
        "other_value": _pack(clash.other),
        "other_stamp": loser.stamp,
        "other_device": loser.device,
        "other_author": loser.author,
        "resolved": 0,
        DELETED: 0,
    }
    first, second = sorted((dot_of(loser), dot_of(kept)))
    return Row(
        id=derived_id("conflict", row["id"], clash.field, *first, *second),
        area=row["area"],
        number=0,
        editor=0,
        version=latest,
        later={},
        values=values,
    )


def changed_fields(row: Row, wanted: Mapping[str, Value]) -> dict[str, Value]:
    """The part of `wanted` that differs from the row."""
    return {name: value for name, value in wanted.items() if row["values"][name] != value}
