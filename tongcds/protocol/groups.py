"""What writes and states have in common on the wire: groups of records with the same fields, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

import msgspec

from tongcds.protocol import compression, structure
from tongcds.protocol.columns import pack_values, unpack_values
from tongcds.protocol.messages import ProtocolError
from tongcds.protocol.references import MAX_RECORDS, References, split_ids
from tongcds.records import Kind, RecordType, Value, type_numbered
from tongcds.records.declare import DELETED, ERASED

_MOST_FIELDS = 63
_decode = msgspec.msgpack.Decoder(type=list[object]).decode
_encode = msgspec.msgpack.Encoder().encode


def mentioned_ids(
    record: RecordType, names: Sequence[str], rows: Sequence[Mapping[str, Value]]
) -> set[bytes]:
    """Every id that these fields hold."""
    found: set[Value] = set()
    for name in names:
        kind = record.kinds[name]
        if kind is Kind.ID:
            found.update(row[name] for row in rows)
        elif kind is Kind.IDS:
            for listed in {row[name] for row in rows} - {None}:
                found.update(split_ids(listed))
    return {value for value in found if isinstance(value, bytes)}


def pack_fields(
    record: RecordType,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Value]],
    own: Sequence[int],
    references: References,
) -> list[object]:
    """A column for each of the fields; `own` are the places of the records."""
    columns: list[object] = []
    for name in names:
        kind = record.kinds[name]
        values = [row[name] for row in rows]
        if kind is Kind.ID:
            columns.append(references.pack(values, own))
        elif kind is Kind.IDS:
            columns.append(references.pack_lists(values, own))
        else:
            columns.append(pack_values(kind, values))
    return columns


def unpack_fields(
    record: RecordType,
    names: Sequence[str],
    columns: object,
    own: Sequence[int],
    references: References,
    *,
    shaped: bool = False,
) -> list[dict[str, Value]]:
    """The inverse of `pack_fields`.

    `shaped` refuses values that could not even be put down, as no replica has them; a laptop's write with
    such a value goes on to be set aside.
    """
    if not isinstance(columns, list) or len(columns) != len(names):
        raise ProtocolError("bad_chunk", "columns are missing")
    unpacked: list[list[Value]] = []
    for name, column in zip(names, columns, strict=True):
        kind = record.kinds[name]
        if kind is Kind.ID:
            unpacked.append(references.unpack(column, own))
        elif kind is Kind.IDS:
            unpacked.append(references.unpack_lists(column, own))
        else:
            values = unpack_values(kind, column, len(own))
            match column:
                case [list(words), bytes()] if kind in {Kind.WORD, Kind.BOOL}:
                    references.room.take_words(words, values)
            if shaped:
                _shaped(kind, values)
            unpacked.append(values)
    if not names:
        return [{} for _ in own]
    return [dict(zip(names, row, strict=True)) for row in zip(*unpacked, strict=True)]


_TYPES = {Kind.INT: int, Kind.BOOL: int, Kind.BYTES: bytes}
_LIMIT = 1 << 63


def _shaped(kind: Kind, values: Sequence[Value]) -> None:
    """Refuse a column in which something has not the type of its kind."""
    wanted = _TYPES.get(kind, str)
    if not {wanted, type(None)}.issuperset(map(type, values)):
        raise ProtocolError("bad_chunk", "a value of another type")
    if wanted is int:
        numbers = [value for value in values if isinstance(value, int)]
        if numbers and not -_LIMIT <= min(numbers) <= max(numbers) < _LIMIT:
            raise ProtocolError("bad_chunk", "a number out of range")


@cache
def _places(names: tuple[str, ...]) -> dict[str, int]:
    system = [name for name in (DELETED, ERASED) if name in names]
    ordered = (*system, *(name for name in names if name not in system))
    return {name: place for place, name in enumerate(ordered)}


def wire_order(record: RecordType) -> tuple[str, ...]:
    """The fields as their places count on the wire: ours first, because a type's are added at the end."""
    return tuple(_places(record.field_names))


def field_mask(record: RecordType, names: Iterable[str]) -> int:
    """A bit for each of the fields."""
    return _mask(record.field_names, tuple(names))


@lru_cache(maxsize=4096)
def _mask(known: tuple[str, ...], names: tuple[str, ...]) -> int:
    places = _places(known)
    return sum(1 << places[name] for name in names)


def fields_of_mask(record: RecordType, mask: object) -> list[str]:
    """The inverse of `field_mask`.

    Raises:
        ProtocolError: `unknown_type` for fields that this version does not know, `bad_chunk`.
    """
    names, unknown = known_fields_of_mask(record, mask)
    if unknown:
        raise ProtocolError("unknown_type", "fields that this version does not know")
    return names


def known_fields_of_mask(record: RecordType, mask: object) -> tuple[list[str], int]:
    """The fields of a mask that this version knows, and how many it has beyond those."""
    order = wire_order(record)
    if not isinstance(mask, int) or isinstance(mask, bool) or not 0 <= mask < 1 << _MOST_FIELDS:
        raise ProtocolError("bad_chunk", "not a mask of fields")
    return [name for i, name in enumerate(order) if mask >> i & 1], (mask >> len(order)).bit_count()


def known_type(number: object) -> RecordType:
    """The record type with this number.

    Raises:
        ProtocolError: `unknown_type`.
    """
    found = type_numbered(number) if isinstance(number, int) else None
    if found is None:
        raise ProtocolError("unknown_type", "a record type that this version does not know")
    return found


def checked_count(value: object) -> int:
    """A count of records that a chunk may hold."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_RECORDS:
        raise ProtocolError("bad_chunk", "too many records, or none")
    return value


def pair_of(value: object) -> tuple[Value, Value]:
    """Two numbers."""
    match value:
        case [int(first), int(second)]:
            return first, second
    raise ProtocolError("bad_chunk", "not a pair")


def dumps(tree: list[object]) -> bytes:
    """A chunk's bytes.

    Raises:
        ProtocolError: `too_big` for what `loads` would refuse; half of the records may fit.
    """
    raw = _encode(tree)
    structure.bounded(raw)
    packed = compression.pack(raw)
    if len(raw) > compression.most_unpacked(len(packed)):
        raise ProtocolError("too_big", "no reader would unpack it")
    return packed


def loads(packed: bytes) -> list[object]:
    """What a chunk's bytes hold, before anything in it is believed.

    Raises:
        ProtocolError: `bad_chunk`, `unknown_dictionary`, or `too_big` for what would take more memory than
        any chunk may.
    """
    raw = compression.unpack(packed)
    structure.bounded(raw)
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise ProtocolError("bad_chunk", "not MessagePack") from None
