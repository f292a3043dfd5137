"""Writes and states of every kind."""

from __future__ import annotations

from collections.abc import Mapping

from tongcds.domain.stamps import Dot, derived_id, make_id, stamp_of
from tongcds.protocol.messages import State, Version, Write
from tongcds.records import Kind, RecordType, Value

DEVICE, PREFIX = 4711, 0x123456789ABCDEF
STAMP = stamp_of(1_795_000_000_000)
AUTHOR = derived_id("author")

_FULL: dict[Kind, Value] = {
    Kind.TEXT: "Nhóm 2, bản Nà Ngà 🏠",
    Kind.WORD: "near_poor",
    Kind.INT: -(1 << 40),
    Kind.BOOL: 1,
    Kind.DATE: "2026-11-23",
    Kind.PARTIAL_DATE: "1985-02",
    Kind.ID: make_id(PREFIX, STAMP + 99),
    Kind.IDS: make_id(77, STAMP) + derived_id("somebody"),
    Kind.BYTES: bytes(range(256)),
}


def full_values(record: RecordType) -> dict[str, Value]:
    """A value for each field."""
    return {field.name: _FULL[field.kind] for field in record.fields}


def write(
    n: int,
    record: RecordType,
    values: Mapping[str, Value],
    *,
    record_id: bytes | None = None,
    bases: Mapping[str, Dot] | None = None,
) -> Write:
    """The n-th write; without an id it makes a record of its own, without bases a new one."""
    return Write(
        type=record.number,
        id=record_id or make_id(PREFIX, STAMP + n),
        n=n,
        stamp=STAMP + n,
        author=AUTHOR,
        values=dict(values),
        bases=dict(bases or {}),
    )


def state(record: RecordType, n: int, values: Mapping[str, Value]) -> State:
    """A record that the n-th write made and nobody changed since."""
    whole = {**dict.fromkeys(record.field_names), "deleted": 0, **values}
    return State(record.number, make_id(PREFIX, STAMP + n), Version(DEVICE, n, STAMP + n, AUTHOR), whole, {})
