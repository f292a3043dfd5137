"""Whether a value that came in may be what its field says; whoever sent it hears `bad_value` otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from typing import Final

from tongcds.domain.stamps import ID_LENGTH
from tongcds.domain.text import is_storable
from tongcds.protocol.messages import Write
from tongcds.records import Kind, RecordType, Value

MAX_TEXT = 20_000
"""Longest text, in characters, and longest run of bytes."""

_INT_LIMIT = 1 << 62
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_WHOLE_DAY = len("2026-11-23")


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and is_storable(value)


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _INT_LIMIT


def _is_truth(value: Value) -> bool:
    return _is_number(value) and value in {0, 1}


@lru_cache(maxsize=4096)
def _reads_as_day(text: str) -> bool:
    try:
        date.fromisoformat(text + "-01-01"[len(text) - _WHOLE_DAY :] if len(text) < _WHOLE_DAY else text)
    except ValueError:
        return False
    return True


def _is_partial_day(value: Value) -> bool:
    return isinstance(value, str) and _DAY.fullmatch(value) is not None and _reads_as_day(value)


def _is_day(value: Value) -> bool:
    return isinstance(value, str) and len(value) == _WHOLE_DAY and _is_partial_day(value)


def _is_id(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) == ID_LENGTH


def _is_bytes(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) <= MAX_TEXT


def _is_ids(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) <= MAX_TEXT and len(value) % ID_LENGTH == 0


_FITS: Final[dict[Kind, Callable[[Value], bool]]] = {
    Kind.TEXT: _is_text,
    Kind.WORD: _is_text,
    Kind.INT: _is_number,
    Kind.BOOL: _is_truth,
    Kind.DATE: _is_day,
    Kind.PARTIAL_DATE: _is_partial_day,
    Kind.ID: _is_id,
    Kind.IDS: _is_ids,
    Kind.BYTES: _is_bytes,
}


def fits(record: RecordType, write: Write) -> bool:
    """Whether every field of the write is one of its type's and holds what it may, or nothing."""
    kinds = record.kinds
    for name, value in write.values.items():
        if value is None and name in kinds:
            continue
        kind = kinds.get(name)
        if kind is None or not _FITS[kind](value):
            return False
    return True


def all_fit(kind: Kind, column: Collection[Value]) -> bool:
    """Whether all values of one field hold what they may, or nothing: `fits`, for many records at once.

    May say no where `fits` says yes, of a type derived from the one that a reader makes.
    """
    wanted = bytes if kind in _PACKED else _SHAPE.get(kind, str)
    if not {wanted, type(None)}.issuperset(map(type, column)):
        return False
    # Only of one type, since True equals 1.
    return all(map(_FITS[kind], set(column) - {None}))


_PACKED: Final = frozenset({Kind.ID, Kind.IDS})
_SHAPE: Final[dict[Kind, type]] = {Kind.INT: int, Kind.BOOL: int, Kind.BYTES: bytes}


def may_travel(kind: Kind, value: Value) -> bool:
    """Whether a value has the shape of its kind; a wrong one could not even be sent to be refused."""
    if value is None:
        return True
    if kind in {Kind.ID, Kind.IDS, Kind.INT}:
        return _FITS[kind](value)
    return isinstance(value, _SHAPE.get(kind, str))
