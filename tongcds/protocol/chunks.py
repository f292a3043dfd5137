"""A chunk: writes of one device, or states of many records, laid out in columns by record type.

Ids are never written out where they follow from something else: a new record's id is its device's prefix and its
creating stamp; other ids stand once in a sorted table and are referred to by place. The bytes are zstd with the
dictionary of `protocol.compression`; the outer signature is `protocol.envelope`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from tongcds.domain.stamps import ID_LENGTH, Dot, make_id, split_id
from tongcds.protocol import compression
from tongcds.protocol.columns import (
    pack_numbers,
    pack_optional,
    pack_steps,
    pack_values,
    pack_words,
    unpack_numbers,
    unpack_optional,
    unpack_steps,
    unpack_values,
    unpack_words,
)
from tongcds.protocol.messages import ProtocolError, State, Version, Write
from tongcds.records import Kind, RecordType, Value, type_numbered

MAX_RECORDS = 50_000
_TAIL = (1 << 62) - 1

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(type=list).decode  # type: ignore[type-arg]


class WriteChunk(NamedTuple):
    """Consecutive writes of one device."""

    device: int
    prefix: int
    writes: list[Write]


class _Table:
    """The ids of a chunk and their places: created ones first, in order, then all others, sorted."""

    def __init__(self, created: Sequence[bytes], mentioned: Iterable[bytes]) -> None:
        places = {record_id: place for place, record_id in enumerate(created)}
        self.others = sorted(set(mentioned) - places.keys())
        places.update((record_id, len(created) + i) for i, record_id in enumerate(self.others))
        self.places = places

    def pack_others(self) -> list[object]:
        """The ids that cannot be derived, as prefixes and steps between tails; odd ids go as they are."""
        regular = [i for i in self.others if _is_regular(i)]
        odd = [i for i in self.others if not _is_regular(i)]
        parts = [split_id(i) for i in regular]
        tails = [tail for _, tail in parts]
        return [
            pack_words([prefix for prefix, _ in parts]),
            pack_steps(tails),
            len(regular),
            b"".join(odd),
        ]

    @staticmethod
    def unpack_others(column: object) -> list[bytes]:
        """The inverse of `pack_others`."""
        match column:
            case [prefixes, bytes(tails), int(count), bytes(odd)] if 0 <= count <= MAX_RECORDS * 4:
                numbers = unpack_steps(tails, count)
                if numbers and max(numbers) > _TAIL:
                    raise ProtocolError("bad_chunk", "a tail out of range")
                words = unpack_words(prefixes, count)
                regular = [make_id(_number(p), tail) for p, tail in zip(words, numbers, strict=True)]
                if len(odd) % ID_LENGTH:
                    raise ProtocolError("bad_chunk", "odd ids are cut")
                ids = regular + [odd[i : i + ID_LENGTH] for i in range(0, len(odd), ID_LENGTH)]
                return sorted(ids)
        raise ProtocolError("bad_chunk", "not a table of ids")


def _number(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 60:
        raise ProtocolError("bad_chunk", "not a number")
    return value


def _is_regular(record_id: bytes) -> bool:
    return len(record_id) == ID_LENGTH and make_id(*split_id(record_id)) == record_id


def _split_ids(value: Value) -> list[bytes]:
    if not isinstance(value, bytes) or len(value) % ID_LENGTH:
        raise ProtocolError("bad_value", "not a list of ids")
    return [value[i : i + ID_LENGTH] for i in range(0, len(value), ID_LENGTH)]


class _References:
    """Columns of ids, as places in the table: beside the own place or as steps, whichever is shorter."""

    def __init__(self, ids: Sequence[bytes], places: Mapping[bytes, int]) -> None:
        self._ids = ids
        self._places = places

    def pack(self, values: Sequence[Value], own: Sequence[int]) -> object:
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
        weight_beside = sum(abs(v).bit_length() for v in beside if v is not None)
        weight_steps = sum(abs(v).bit_length() for v in steps if v is not None)
        if weight_beside <= weight_steps:
            return [0, pack_optional(beside)]
        return [1, pack_optional(steps)]

    def unpack(self, column: object, own: Sequence[int]) -> list[Value]:
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
        known = len(self._ids)
        if any(p is not None and not 0 <= p < known for p in places):
            raise ProtocolError("bad_chunk", "a reference to nowhere")
        return [None if p is None else self._ids[p] for p in places]

    def pack_lists(self, values: Sequence[Value], own: Sequence[int]) -> object:
        if all(v is None for v in values):
            return None
        lists = [None if v is None else _split_ids(v) for v in values]
        sizes = [None if ids is None else len(ids) for ids in lists]
        flat: list[Value] = [i for ids in lists if ids for i in ids]
        owners = [o for ids, o in zip(lists, own, strict=True) if ids for _ in ids]
        return [pack_optional(sizes), self.pack(flat, owners) if flat else None]

    def unpack_lists(self, column: object, own: Sequence[int]) -> list[Value]:
        match column:
            case None:
                return [None] * len(own)
            case [bytes(packed), flat_column]:
                sizes = unpack_optional(packed, len(own))
                if sum(s or 0 for s in sizes) > MAX_RECORDS * 4 or any(s is not None and s < 0 for s in sizes):
                    raise ProtocolError("bad_chunk", "too many references")
                owners = [o for size, o in zip(sizes, own, strict=True) for _ in range(size or 0)]
                flat = iter(self.unpack(flat_column, owners))
                return [
                    None if size is None else b"".join(_an_id(next(flat)) for _ in range(size))
                    for size in sizes
                ]
        raise ProtocolError("bad_chunk", "not a column of lists")


def _an_id(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise ProtocolError("bad_chunk", "a missing reference")
    return value


def _mentioned(record: RecordType, names: Sequence[str], values: Mapping[str, Value]) -> list[bytes]:
    found: list[bytes] = []
    for name in names:
        value = values[name]
        if isinstance(value, bytes):
            kind = record.kinds[name]
            if kind is Kind.ID:
                found.append(value)
            elif kind is Kind.IDS:
                found.extend(_split_ids(value))
    return found


def _pack_fields(
    record: RecordType,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Value]],
    own: Sequence[int],
    references: _References,
) -> list[object]:
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


def _unpack_fields(
    record: RecordType, names: Sequence[str], columns: object, own: Sequence[int], references: _References
) -> list[dict[str, Value]]:
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
            unpacked.append(unpack_values(kind, column, len(own)))
    if not names:
        return [{} for _ in own]
    return [dict(zip(names, row, strict=True)) for row in zip(*unpacked, strict=True)]


def _field_mask(record: RecordType, names: Iterable[str]) -> int:
    order = {name: 1 << i for i, name in enumerate(record.field_names)}
    return sum(order[name] for name in names)


def _fields_of_mask(record: RecordType, mask: object) -> list[str]:
    if not isinstance(mask, int) or isinstance(mask, bool) or not 0 <= mask < 1 << len(record.field_names):
        raise ProtocolError("bad_chunk", "fields that this version does not know")
    return [name for i, name in enumerate(record.field_names) if mask >> i & 1]


def _known_type(number: object) -> RecordType:
    found = type_numbered(number) if isinstance(number, int) else None
    if found is None:
        raise ProtocolError("unknown_type", "a record type that this version does not know")
    return found


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_RECORDS:
        raise ProtocolError("bad_chunk", "too many records, or none")
    return value


def pack_writes(chunk: WriteChunk) -> bytes:
    """Consecutive writes of one device as bytes. Every write's type must be known here."""
    groups: dict[tuple[int, bool, int], list[Write]] = {}
    created: list[bytes] = []
    mentioned: list[bytes] = []
    for write in chunk.writes:
        record = _known_type(write.type)
        new = not write.bases and write.id == make_id(chunk.prefix, write.stamp)
        groups.setdefault((write.type, new, _field_mask(record, write.values)), []).append(write)
        if new:
            created.append(write.id)
        else:
            mentioned.append(write.id)
        mentioned.append(write.author)
        mentioned.extend(_mentioned(record, list(write.values), write.values))
    table = _Table(created, mentioned)
    references = _References([], table.places)
    first = chunk.writes[0].n if chunk.writes else 0
    body: list[object] = []
    for (number, new, mask), writes in groups.items():
        record = _known_type(number)
        names = _fields_of_mask(record, mask)
        own = [table.places[w.id] for w in writes]
        zeros = [0] * len(writes)
        body.append(
            [
                number,
                new,
                mask,
                len(writes),
                pack_steps([w.n - first for w in writes]),
                pack_steps([w.stamp for w in writes]),
                references.pack([w.author for w in writes], zeros),
                None if new else references.pack([w.id for w in writes], zeros),
                None if new else _pack_bases(names, writes),
                _pack_fields(record, names, [w.values for w in writes], own, references),
            ]
        )
    return compression.pack(
        _encode([chunk.device, chunk.prefix, first, len(created), table.pack_others(), body])
    )


def _pack_bases(names: Sequence[str], writes: Sequence[Write]) -> list[object]:
    columns: list[object] = []
    for name in (*names, "*"):
        dots = [w.bases.get(name) for w in writes]
        columns.append(
            [
                pack_words([None if d is None else d[0] for d in dots]),
                pack_numbers([0 if d is None else d[1] for d in dots]),
            ]
        )
    return columns


def _unpack_bases(names: Sequence[str], columns: object, count: int) -> list[dict[str, Dot]]:
    keys = (*names, "*")
    if not isinstance(columns, list) or len(columns) != len(keys):
        raise ProtocolError("bad_chunk", "bases are missing")
    bases: list[dict[str, Dot]] = [{} for _ in range(count)]
    for name, column in zip(keys, columns, strict=True):
        match column:
            case [devices, bytes(numbers)]:
                for row, device, n in zip(
                    bases, unpack_words(devices, count), unpack_numbers(numbers, count), strict=True
                ):
                    if device is not None:
                        row[name] = Dot(_number(device), n)
            case _:
                raise ProtocolError("bad_chunk", "not a column of bases")
    return bases


def unpack_writes(packed: bytes) -> WriteChunk:
    """The inverse of `pack_writes`.

    Raises:
        ProtocolError: `bad_chunk`, or `unknown_type` for a record type of a newer version.
    """
    match _loads(packed):
        case [int(device), int(prefix), int(first), int(created), others, list(groups)]:
            pass
        case _:
            raise ProtocolError("bad_chunk", "not a chunk of writes")
    _number(prefix), _number(device), _number(first)
    heads: list[tuple[RecordType, bool, list[str], list[int], list[int], list[object]]] = []
    made: list[tuple[int, bytes]] = []
    total = 0
    for group in groups:
        match group:
            case [number, bool(new), mask, count, bytes(ns), bytes(stamps), *rest] if len(rest) == 4:  # noqa: PLR2004
                record = _known_type(number)
                size = _count(count)
                total = _count(total + size)
                places = [first + n for n in unpack_steps(ns, size)]
                moments = unpack_steps(stamps, size)
                heads.append((record, new, _fields_of_mask(record, mask), places, moments, rest))
                if new:
                    made.extend((n, make_id(prefix, s)) for n, s in zip(places, moments, strict=True))
            case _:
                raise ProtocolError("bad_chunk", "not a group of writes")
    made.sort()
    if len(made) != created:
        raise ProtocolError("bad_chunk", "the count of new records is wrong")
    ids = [record_id for _, record_id in made] + _Table.unpack_others(others)
    place_of = {record_id: place for place, (_, record_id) in enumerate(made)}
    references = _References(ids, {})
    writes: list[Write] = []
    for record, new, names, places, moments, (authors, targets, bases, columns) in heads:
        zeros = [0] * len(places)
        who = references.unpack(authors, zeros)
        if new:
            targets_ids: list[Value] = [make_id(prefix, s) for s in moments]
            own = [place_of[_an_id(i)] for i in targets_ids]
            each: list[dict[str, Dot]] = [{} for _ in places]
        else:
            targets_ids = references.unpack(targets, zeros)
            own_places = {record_id: place for place, record_id in enumerate(ids)}
            own = [own_places[_an_id(i)] for i in targets_ids]
            each = _unpack_bases(names, bases, len(places))
        rows = _unpack_fields(record, names, columns, own, references)
        writes.extend(
            Write(record.number, _an_id(i), n, stamp, _an_id(author), values, base)
            for i, n, stamp, author, values, base in zip(
                targets_ids, places, moments, who, rows, each, strict=True
            )
        )
    writes.sort(key=lambda w: w.n)
    if any(w.n != first + i for i, w in enumerate(writes)):
        raise ProtocolError("bad_chunk", "the writes do not follow each other")
    return WriteChunk(device, prefix, writes)


def pack_states(states: Sequence[State]) -> bytes:
    """Records as they stand, as bytes."""
    groups: dict[tuple[int, bool], list[State]] = {}
    created: list[bytes] = []
    mentioned: list[bytes] = []
    prefixes: dict[int, int] = {}
    for state in states:
        record = _known_type(state.type)
        prefix, tail = split_id(state.id)
        regular = (
            tail == state.version.stamp & _TAIL
            and prefixes.setdefault(state.version.device, prefix) == prefix
            and _is_regular(state.id)
        )
        groups.setdefault((state.type, regular), []).append(state)
        mentioned.append(state.version.author)
        mentioned.extend(v.author for v in state.later.values())
        mentioned.extend(_mentioned(record, record.field_names, state.values))
        if not regular:
            mentioned.append(state.id)
    for (_, regular), members in groups.items():
        if regular:
            created.extend(s.id for s in members)
    table = _Table(created, mentioned)
    references = _References([], table.places)
    body: list[object] = []
    for (number, regular), members in groups.items():
        record = _known_type(number)
        zeros = [0] * len(members)
        own = [table.places[s.id] for s in members]
        body.append(
            [
                number,
                regular,
                _field_mask(record, record.field_names),
                len(members),
                pack_words([s.version.device for s in members]),
                pack_steps([s.version.n for s in members]),
                pack_steps([s.version.stamp for s in members]),
                references.pack([s.version.author for s in members], zeros),
                None if regular else references.pack([s.id for s in members], zeros),
                _pack_later(record, members, table),
                _pack_fields(record, record.field_names, [s.values for s in members], own, references),
            ]
        )
    known = [[device, prefix] for device, prefix in prefixes.items()]
    return compression.pack(_encode([known, len(created), table.pack_others(), body]))


def _pack_later(record: RecordType, members: Sequence[State], table: _Table) -> list[object]:
    order = {name: i for i, name in enumerate(record.field_names)}
    return [
        [row, order[name], v.device, v.n, v.stamp, table.places[v.author]]
        for row, state in enumerate(members)
        for name, v in sorted(state.later.items())
    ]


def unpack_states(packed: bytes) -> list[State]:
    """The inverse of `pack_states`; record types that this version does not know refuse the whole page.

    Raises:
        ProtocolError: `bad_chunk` or `unknown_type`.
    """
    match _loads(packed):
        case [list(known), int(created), others, list(groups)]:
            prefixes = {_number(d): _number(p) for d, p in (_pair(pair) for pair in known)}
        case _:
            raise ProtocolError("bad_chunk", "not a page of states")
    heads = []
    ids: list[bytes] = []
    total = 0
    for group in groups:
        match group:
            case [number, bool(regular), mask, count, devices, bytes(ns), bytes(stamps), *rest] if len(rest) == 4:  # noqa: PLR2004
                record = _known_type(number)
                size = _count(count)
                total = _count(total + size)
                who = [_number(d) for d in unpack_words(devices, size)]
                moments = unpack_steps(stamps, size)
                heads.append((record, regular, mask, who, unpack_steps(ns, size), moments, rest))
                if regular:
                    if not prefixes.keys() >= set(who):
                        raise ProtocolError("bad_chunk", "a device without prefix")
                    ids.extend(make_id(prefixes[d], s) for d, s in zip(who, moments, strict=True))
            case _:
                raise ProtocolError("bad_chunk", "not a group of states")
    if len(ids) != created:
        raise ProtocolError("bad_chunk", "the count of derived ids is wrong")
    ids.extend(_Table.unpack_others(others))
    references = _References(ids, {})
    place_of = {record_id: place for place, record_id in enumerate(ids)}
    states: list[State] = []
    start = 0
    for record, regular, mask, devices, ns, moments, (authors, targets, later, columns) in heads:
        size = len(ns)
        zeros = [0] * size
        who_ids = references.unpack(authors, zeros)
        own_ids: list[Value]
        if regular:
            own_ids = list(ids[start : start + size])
            start += size
        else:
            own_ids = references.unpack(targets, zeros)
        own = [place_of[_an_id(i)] for i in own_ids]
        rows = _unpack_fields(record, _fields_of_mask(record, mask), columns, own, references)
        laters = _unpack_later(record, later, size, ids)
        states.extend(
            State(record.number, _an_id(i), Version(d, n, s, _an_id(a)), values, lv)
            for i, d, n, s, a, values, lv in zip(
                own_ids, devices, ns, moments, who_ids, rows, laters, strict=True
            )
        )
    return states


def _unpack_later(
    record: RecordType, column: object, count: int, ids: Sequence[bytes]
) -> list[dict[str, Version]]:
    laters: list[dict[str, Version]] = [{} for _ in range(count)]
    if not isinstance(column, list):
        raise ProtocolError("bad_chunk", "not a column of versions")
    for entry in column:
        match entry:
            case [int(row), int(field), int(device), int(n), int(stamp), int(author)] if (
                0 <= row < count and 0 <= field < len(record.field_names) and 0 <= author < len(ids)
            ):
                laters[row][record.field_names[field]] = Version(device, n, stamp, ids[author])
            case _:
                raise ProtocolError("bad_chunk", "not a version")
    return laters


def _pair(value: object) -> tuple[Value, Value]:
    match value:
        case [int(first), int(second)]:
            return first, second
    raise ProtocolError("bad_chunk", "not a pair")


def _loads(packed: bytes) -> list[object]:
    raw = compression.unpack(packed)
    try:
        return _decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise ProtocolError("bad_chunk", "not MessagePack") from None
