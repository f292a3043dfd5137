"""Columns: how a list of values of one kind becomes few bytes, and back.

Numbers are split into byte planes (all lowest bytes, then all second bytes …), so that the compressor behind
sees runs of zeros where values are small; `array` and strided slices keep this out of Python loops. Every
`unpack` is bounded by the count it is given and raises `ProtocolError` on anything else. The records made of
these columns: `protocol.chunks`.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import cast

from tongcds.protocol.messages import ProtocolError
from tongcds.records import Kind, Value

_SINGLE = frozenset({type(None), bool, int, float, str, bytes})
_WORD = 8
_LIMIT = 1 << 63
_EPOCH_DAY = date(2020, 1, 1).toordinal()

# How a column of texts is coded.
_PLAIN, _NUMBERS = 0, 1
_YEAR, _MONTH, _DAY = 4, 7, 10


def pack_numbers(values: Sequence[int]) -> bytes:
    """Byte planes of non-negative numbers below 2^63, led by the count of planes."""
    if not values:
        return b""
    width = (max(values).bit_length() + 7) // 8
    raw = array("Q", values)
    if sys.byteorder != "little":
        raw.byteswap()
    flat = raw.tobytes()
    return bytes([width]) + b"".join(flat[plane::_WORD] for plane in range(width))


def unpack_numbers(packed: bytes, count: int) -> list[int]:
    """The inverse of `pack_numbers` for exactly `count` numbers."""
    if not count:
        if packed:
            raise ProtocolError("bad_chunk", "bytes for an empty column")
        return []
    if not packed or packed[0] > _WORD or len(packed) != 1 + packed[0] * count:
        raise ProtocolError("bad_chunk", "a column of numbers has the wrong length")
    flat = bytearray(_WORD * count)
    for plane in range(packed[0]):
        flat[plane::_WORD] = packed[1 + plane * count : 1 + (plane + 1) * count]
    raw = array("Q", bytes(flat))
    if sys.byteorder != "little":
        raw.byteswap()
    return raw.tolist()


def pack_signed(values: Sequence[int]) -> bytes:
    """Byte planes of numbers of either sign."""
    return pack_numbers([v << 1 if v >= 0 else (-v << 1) - 1 for v in values])


def unpack_signed(packed: bytes, count: int) -> list[int]:
    """The inverse of `pack_signed`."""
    return [-((v + 1) >> 1) if v & 1 else v >> 1 for v in unpack_numbers(packed, count)]


def pack_steps(values: Sequence[int]) -> bytes:
    """Numbers as differences from the one before."""
    if not values:
        return b""
    return pack_signed([values[0], *(b - a for a, b in pairwise(values))])


def unpack_steps(packed: bytes, count: int) -> list[int]:
    """The inverse of `pack_steps`; refuses numbers outside 0 … 2^63."""
    values = list(accumulate(unpack_signed(packed, count)))
    if values and (min(values) < 0 or max(values) >= _LIMIT):
        raise ProtocolError("bad_chunk", "a number out of range")
    return values


def pack_optional(values: Sequence[int | None]) -> bytes:
    """Numbers of either sign, some of them missing."""
    return pack_numbers([0 if v is None else (v << 1) + 1 if v >= 0 else -v << 1 for v in values])


def unpack_optional(packed: bytes, count: int) -> list[int | None]:
    """The inverse of `pack_optional`."""
    return [None if not v else v >> 1 if v & 1 else -(v >> 1) for v in unpack_numbers(packed, count)]


def singles(values: list[object]) -> list[Value]:
    """The values, none of which is a list or the like: nobody behind has to expect that."""
    if not _SINGLE.issuperset(map(type, values)):
        raise ProtocolError("bad_chunk", "a value with parts")
    return cast("list[Value]", values)


def pack_words(values: Sequence[Value]) -> list[object]:
    """Few different values: each once, then their places."""
    places = {v: i for i, v in enumerate(dict.fromkeys(values))}
    return [list(places), pack_numbers([places[v] for v in values])]


def unpack_words(column: object, count: int) -> list[Value]:
    """The inverse of `pack_words`."""
    match column:
        case [list(words), bytes(packed)]:
            places = unpack_numbers(packed, count)
            if places and max(places) >= len(words):
                raise ProtocolError("bad_chunk", "a word that is not in the list")
            known = singles(words)
            return [known[i] for i in places]
    raise ProtocolError("bad_chunk", "not a column of words")


def _date_number(text: Value) -> int | None:
    return None if text is None else date.fromisoformat(str(text)).toordinal() - _EPOCH_DAY


def _number_date(number: int | None) -> str | None:
    if number is None:
        return None
    try:
        return date.fromordinal(number + _EPOCH_DAY).isoformat()
    except (ValueError, OverflowError):
        raise ProtocolError("bad_chunk", "a day that does not exist") from None


def _partial_number(text: Value) -> int | None:
    if text is None:
        return None
    digits = str(text).replace("-", "")
    if len(str(text)) not in {_YEAR, _MONTH, _DAY} or not digits.isascii() or not digits.isdigit():
        raise ValueError(text)
    return int(digits.ljust(8, "0"))


def _number_partial(number: int | None) -> str | None:
    if number is None:
        return None
    year, rest = divmod(number, 10_000)
    month, day = divmod(rest, 100)
    text = f"{year:04d}"
    return f"{text}-{month:02d}-{day:02d}" if day else f"{text}-{month:02d}" if month else text


def _pack_day_texts(values: Sequence[Value], *, partial: bool) -> list[object]:
    """Day texts as numbers where each comes back to the letter, plain otherwise; nothing is refused."""
    there, back = (_partial_number, _number_partial) if partial else (_date_number, _number_date)
    try:
        numbers = [there(v) for v in values]
        if all(back(number) == v for number, v in zip(numbers, values, strict=True)):
            return [_NUMBERS, pack_optional(numbers)]
    except (ValueError, OverflowError):
        pass
    return [_PLAIN, list(values)]


def _unpack_day_texts(column: object, count: int, *, partial: bool) -> list[Value]:
    back = _number_partial if partial else _number_date
    match column:
        case [0, list(values)] if len(values) == count:
            return singles(values)
        case [1, bytes(packed)]:
            return [back(v) for v in unpack_optional(packed, count)]
    raise ProtocolError("bad_chunk", "not a column of days")


def pack_values(kind: Kind, values: Sequence[Value]) -> object:
    """One column of field values (ids excepted: they need the chunk's table, see `protocol.chunks`)."""
    match kind:
        case Kind.WORD | Kind.BOOL:
            return pack_words(values)
        case Kind.DATE | Kind.PARTIAL_DATE:
            return _pack_day_texts(values, partial=kind is Kind.PARTIAL_DATE)
        case _:
            if any(v is not None for v in values):
                return list(values)
            return None


def unpack_values(kind: Kind, column: object, count: int) -> list[Value]:
    """The inverse of `pack_values`. What single values are is checked by `replica.values`."""
    match kind:
        case Kind.WORD | Kind.BOOL:
            return unpack_words(column, count)
        case Kind.DATE | Kind.PARTIAL_DATE:
            return _unpack_day_texts(column, count, partial=kind is Kind.PARTIAL_DATE)
        case _:
            if column is None:
                return [None] * count
            if isinstance(column, list) and len(column) == count:
                return singles(column)
    raise ProtocolError("bad_chunk", "a column has the wrong length")
