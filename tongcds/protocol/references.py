"""Ids inside a chunk: each stands once in a table, everything else names its place.

Ids are never written out where they follow from something else: a new record's id is its device's prefix and
its creating stamp. What is made of the table: `protocol.chunks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tongcds.domain.stamps import ID_LENGTH, make_id, split_id
from tongcds.protocol.columns import (
    pack_optional,
    pack_steps,
    pack_words,
    unpack_optional,
    unpack_steps,
    unpack_words,
)
from tongcds.protocol.messages import ProtocolError
from tongcds.records import Value

MAX_RECORDS = 50_000
MAX_IDS = MAX_RECORDS * 4
MAX_REPEATED = 16 * 1024 * 1024
TAIL = (1 << 62) - 1
_SHORT_WORD = 64


class IdTable:
    """The ids of a chunk and their places: created ones first, in order, then all others, sorted."""

    def __init__(self, created: Sequence[bytes], mentioned: Iterable[bytes]) -> None:
        places = {record_id: place for place, record_id in enumerate(created)}
        self.others = sorted(set(mentioned) - places.keys())
        places.update((record_id, len(created) + i) for i, record_id in enumerate(self.others))
        self.places = places

    def pack_others(self) -> list[object]:
        """The ids that cannot be derived, as prefixes and steps between tails; odd ids go as they are."""
        parts: list[tuple[int, int]] = []
        odd: list[bytes] = []
        for record_id in self.others:
            prefix, tail = split_id(record_id)
            if make_id(prefix, tail) == record_id:
                parts.append((prefix, tail))
            else:
                odd.append(record_id)
        return [
            pack_words([prefix for prefix, _ in parts]),
            pack_steps([tail for _, tail in parts]),
            len(parts),
            b"".join(odd),
        ]

    @staticmethod
    def unpack_others(column: object) -> list[bytes]:
        """The inverse of `pack_others`."""
        match column:
            case [prefixes, bytes(tails), int(count), bytes(odd)] if 0 <= count <= MAX_IDS:
                numbers = unpack_steps(tails, count)
                if numbers and max(numbers) > TAIL:
                    raise ProtocolError("bad_chunk", "a tail out of range")
                words = unpack_words(prefixes, count)
                regular = [make_id(number_of(p), tail) for p, tail in zip(words, numbers, strict=True)]
                if len(odd) % ID_LENGTH:
                    raise ProtocolError("bad_chunk", "odd ids are cut")
                ids = regular + [odd[i : i + ID_LENGTH] for i in range(0, len(odd), ID_LENGTH)]
                return sorted(ids)
        raise ProtocolError("bad_chunk", "not a table of ids")


def number_of(value: Value) -> int:
    """The value as a number of at most 60 bits, such as a device's."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 60:
        raise ProtocolError("bad_chunk", "not a number")
    return value


def split_ids(value: Value) -> list[bytes]:
    """The single ids of a packed list."""
    if not isinstance(value, bytes) or len(value) % ID_LENGTH:
        raise ProtocolError("bad_value", "not a list of ids")
    return [value[i : i + ID_LENGTH] for i in range(0, len(value), ID_LENGTH)]


class Room:
    """What a chunk may still unfold to.

    A word stands once and is named by thousands of records: the bytes that carry it do not bound that.
    """

    def __init__(self) -> None:
        self._listed = MAX_IDS
        self._repeated = MAX_REPEATED

    def take_listed(self, count: int) -> None:
        """Room for so many ids in lists."""
        self._listed -= count
        if self._listed < 0:
            raise ProtocolError("bad_chunk", "too many references")

    def take_words(self, words: Sequence[Value], values: Sequence[Value]) -> None:
        """Room for the words of a column where they land."""
        sizes = [len(word) for word in words if isinstance(word, str | bytes)]
        if not sizes or max(sizes) <= _SHORT_WORD:
            # Shorter than what a record takes anyway.
            return
        self._repeated -= sum(len(value) for value in values if isinstance(value, str | bytes))
        if self._repeated < 0:
            raise ProtocolError("too_big", "long words, repeated often")


class References:
    """Columns of ids, as places in the table: beside the own place or as steps, whichever is shorter.

    One for each chunk that is read; `room` is what it may still unfold to.
    """

    def __init__(self, ids: Sequence[bytes], places: Mapping[bytes, int]) -> None:
        self._ids = ids
        self._places = places
        self.room = Room()

    def pack(self, values: Sequence[Value], own: Sequence[int]) -> object:
        """A column of ids; `own` is the place of the record that each stands in."""
        if all(v is None for v in values):
            return None
        there = [None if v is None else self._places[v] for v in values]  # type: ignore[index]
        before: list[int] = []
        last = 0
        for place in there:
            before.append(last)
            last = last if place is None else place
        beside = [None if p is None else o - p for p, o in zip(there, own, strict=True)]
        steps = [None if p is None else p - b for p, b in zip(there, before, strict=True)]
        if _weight(beside) <= _weight(steps):
            return [0, pack_optional(beside)]
        return [1, pack_optional(steps)]

    def unpack(self, column: object, own: Sequence[int]) -> list[Value]:
        """The inverse of `pack`."""
        count = len(own)
        places: list[int | None]
        match column:
            case None:
                return [None] * count
            case [0, bytes(packed)]:
                relative = unpack_optional(packed, count)
                places = [None if r is None else o - r for r, o in zip(relative, own, strict=True)]
            case [1, bytes(packed)]:
                places, last = [], 0
                for step in unpack_optional(packed, count):
                    last = last if step is None else last + step
                    places.append(None if step is None else last)
            case _:
                raise ProtocolError("bad_chunk", "not a column of references")
        named = [p for p in places if p is not None]
        if named and not 0 <= min(named) <= max(named) < len(self._ids):
            raise ProtocolError("bad_chunk", "a reference to nowhere")
        return [None if p is None else self._ids[p] for p in places]

    def pack_lists(self, values: Sequence[Value], own: Sequence[int]) -> object:
        """A column of packed lists of ids."""
        if all(v is None for v in values):
            return None
        lists = [None if v is None else split_ids(v) for v in values]
        sizes = [None if ids is None else len(ids) for ids in lists]
        flat: list[Value] = [i for ids in lists if ids for i in ids]
        owners = [o for ids, o in zip(lists, own, strict=True) if ids for _ in ids]
        return [pack_optional(sizes), self.pack(flat, owners) if flat else None]

    def unpack_lists(self, column: object, own: Sequence[int]) -> list[Value]:
        """The inverse of `pack_lists`."""
        match column:
            case None:
                return [None] * len(own)
            case [bytes(packed), flat_column]:
                sizes = unpack_optional(packed, len(own))
                if any(size is not None and size < 0 for size in sizes):
                    raise ProtocolError("bad_chunk", "a list of less than nothing")
                self.room.take_listed(sum(size or 0 for size in sizes))
                owners = [o for size, o in zip(sizes, own, strict=True) for _ in range(size or 0)]
                flat = iter(self.unpack(flat_column, owners))
                return [
                    None if size is None else b"".join(an_id(next(flat)) for _ in range(size))
                    for size in sizes
                ]
        raise ProtocolError("bad_chunk", "not a column of lists")


def _weight(numbers: Sequence[int | None]) -> int:
    """How many bits they take; the sign is no matter."""
    return sum(map(int.bit_length, filter(None, numbers)))


def an_id(value: Value) -> bytes:
    """The value, which must not be missing."""
    if not isinstance(value, bytes):
        raise ProtocolError("bad_chunk", "a missing reference")
    return value
