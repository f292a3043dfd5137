"""A chunk: writes of one device, or states of many records, laid out in columns by record type.

The ids of a chunk stand once in a table (`protocol.references`), fields in columns (`protocol.groups`). The
bytes are zstd with the dictionary of `protocol.compression`; the outer signature is `protocol.envelope`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tongcds.domain.stamps import Dot, make_id, make_ids, split_id
from tongcds.protocol.columns import (
    pack_numbers,
    pack_steps,
    pack_words,
    unpack_numbers,
    unpack_steps,
    unpack_words,
)
from tongcds.protocol.groups import (
    checked_count,
    dumps,
    field_mask,
    fields_of_mask,
    known_fields_of_mask,
    known_type,
    loads,
    mentioned_ids,
    pack_fields,
    pair_of,
    unpack_fields,
    wire_order,
)
from tongcds.protocol.messages import WHOLE, ProtocolError, State, Version, Write
from tongcds.protocol.references import MAX_RECORDS, IdTable, References, an_id, number_of
from tongcds.records import RecordType, Value, type_numbered

__all__ = [
    "MAX_RECORDS",
    "WriteChunk",
    "pack_most",
    "pack_states",
    "pack_writes",
    "understand_states",
    "unpack_states",
    "unpack_writes",
]

# After the head of a group: authors, ids, bases or versions, fields.
_COLUMNS = 4
_HIGHEST = (1 << 63) - 1
_Loaded = tuple[RecordType, list[bytes] | None, list[str], list[int], list[int], list[object]]


class WriteChunk(NamedTuple):
    """Consecutive writes of one device."""

    device: int
    prefix: int
    writes: list[Write]


def pack_writes(chunk: WriteChunk) -> bytes:
    """Consecutive writes of one device as bytes. Every write's type must be known here.

    Raises:
        ProtocolError: `too_big` for more than any reader takes.
    """
    groups: dict[tuple[int, bool, int], list[Write]] = {}
    created: list[bytes] = []
    mentioned: set[bytes] = {write.author for write in chunk.writes}
    for write in chunk.writes:
        new = not write.bases and write.id == make_id(chunk.prefix, write.stamp)
        mask = field_mask(known_type(write.type), write.values)
        groups.setdefault((write.type, new, mask), []).append(write)
        if new:
            created.append(write.id)
        else:
            mentioned.add(write.id)
    for (number, _, mask), writes in groups.items():
        record = known_type(number)
        mentioned |= mentioned_ids(record, fields_of_mask(record, mask), [w.values for w in writes])
    table = IdTable(created, mentioned)
    references = References([], table.places)
    first = chunk.writes[0].n if chunk.writes else 0
    body: list[object] = []
    for (number, new, mask), writes in groups.items():
        record = known_type(number)
        names = fields_of_mask(record, mask)
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
                pack_fields(record, names, [w.values for w in writes], own, references),
            ]
        )
    return dumps([chunk.device, chunk.prefix, first, len(created), table.pack_others(), body])


def pack_most(chunk: WriteChunk, *, limit: int) -> tuple[bytes, int]:
    """As many of the writes, from the first on, as any reader takes in at most `limit` bytes.

    Returns the bytes and how many writes are in them: one at least, whatever it weighs.
    """
    count = len(chunk.writes)
    while True:
        try:
            packed = pack_writes(chunk._replace(writes=chunk.writes[:count]))
            if count <= 1 or len(packed) <= limit:
                return packed, count
        except ProtocolError as problem:
            if count <= 1 or problem.code != "too_big":
                raise
        count //= 2


def _pack_bases(names: Sequence[str], writes: Sequence[Write]) -> list[object]:
    columns: list[object] = []
    for name in (*names, WHOLE):
        dots = [w.bases.get(name) for w in writes]
        columns.append(
            [
                pack_words([None if d is None else d[0] for d in dots]),
                pack_numbers([0 if d is None else d[1] for d in dots]),
            ]
        )
    return columns


def _unpack_bases(names: Sequence[str], columns: object, count: int) -> list[dict[str, Dot]]:
    keys = (*names, WHOLE)
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
                        row[name] = Dot(number_of(device), n)
            case _:
                raise ProtocolError("bad_chunk", "not a column of bases")
    return bases


def unpack_writes(packed: bytes) -> WriteChunk:
    """The inverse of `pack_writes`.

    Raises:
        ProtocolError: `bad_chunk`, `too_big`, or `unknown_type` for a record type of a newer version.
    """
    match loads(packed):
        case [int(device), int(prefix), int(first), int(created), others, list(groups)]:
            pass
        case _:
            raise ProtocolError("bad_chunk", "not a chunk of writes")
    number_of(prefix), number_of(device), number_of(first)
    heads: list[_Loaded] = []
    made: list[tuple[int, bytes]] = []
    total = 0
    for group in groups:
        match group:
            case [number, bool(new), mask, count, bytes(ns), bytes(stamps), *rest] if len(rest) == _COLUMNS:
                record = known_type(number)
                size = checked_count(count)
                total = checked_count(total + size)
                places = [first + n for n in unpack_steps(ns, size)]
                moments = unpack_steps(stamps, size)
                fresh = make_ids(prefix, moments) if new else None
                heads.append((record, fresh, fields_of_mask(record, mask), places, moments, rest))
                if fresh is not None:
                    made.extend(zip(places, fresh, strict=True))
            case _:
                raise ProtocolError("bad_chunk", "not a group of writes")
    made.sort()
    if len(made) != created:
        raise ProtocolError("bad_chunk", "the count of new records is wrong")
    ids = [record_id for _, record_id in made] + IdTable.unpack_others(others)
    # Where an id stands twice, a new record's own place is the first and any other mention's the last.
    place_of = {record_id: place for place, (_, record_id) in enumerate(made)}
    own_places = {record_id: place for place, record_id in enumerate(ids)}
    references = References(ids, {})
    writes: list[Write] = []
    for record, fresh, names, places, moments, (authors, targets, bases, columns) in heads:
        zeros = [0] * len(places)
        who = references.unpack(authors, zeros)
        targets_ids: Sequence[Value]
        if fresh is not None:
            targets_ids = fresh
            own = [place_of[i] for i in fresh]
            each: list[dict[str, Dot]] = [{} for _ in places]
        else:
            targets_ids = references.unpack(targets, zeros)
            own = [own_places[an_id(i)] for i in targets_ids]
            each = _unpack_bases(names, bases, len(places))
        rows = unpack_fields(record, names, columns, own, references)
        writes.extend(
            Write(record.number, an_id(i), n, stamp, an_id(author), values, base)
            for i, n, stamp, author, values, base in zip(
                targets_ids, places, moments, who, rows, each, strict=True
            )
        )
    writes.sort(key=lambda w: w.n)
    if any(w.n != first + i for i, w in enumerate(writes)):
        raise ProtocolError("bad_chunk", "the writes do not follow each other")
    return WriteChunk(device, prefix, writes)


def pack_states(states: Sequence[State]) -> bytes:
    """Records as they stand, as bytes.

    Raises:
        ProtocolError: `too_big` for more than any reader takes.
    """
    groups: dict[tuple[int, bool], list[State]] = {}
    created: list[bytes] = []
    mentioned: set[bytes] = set()
    prefixes: dict[int, int] = {}
    for state in states:
        groups.setdefault((state.type, _follows(state, prefixes)), []).append(state)
        mentioned.add(state.version.author)
        mentioned.update(v.author for v in state.later.values())
    for (number, regular), members in groups.items():
        record = known_type(number)
        mentioned |= mentioned_ids(record, record.field_names, [s.values for s in members])
        if regular:
            created.extend(s.id for s in members)
        else:
            mentioned.update(s.id for s in members)
    table = IdTable(created, mentioned)
    references = References([], table.places)
    body: list[object] = []
    for (number, regular), members in groups.items():
        record = known_type(number)
        zeros = [0] * len(members)
        own = [table.places[s.id] for s in members]
        body.append(
            [
                number,
                regular,
                field_mask(record, record.field_names),
                len(members),
                pack_words([s.version.device for s in members]),
                pack_steps([s.version.n for s in members]),
                pack_steps([s.version.stamp for s in members]),
                references.pack([s.version.author for s in members], zeros),
                None if regular else references.pack([s.id for s in members], zeros),
                _pack_later(record, members, table),
                pack_fields(record, wire_order(record), [s.values for s in members], own, references),
            ]
        )
    known = [[device, prefix] for device, prefix in prefixes.items()]
    return dumps([known, len(created), table.pack_others(), body])


def _follows(state: State, prefixes: dict[int, int]) -> bool:
    """Whether the id follows from its version, given the prefix of its device, which is noted here."""
    version = state.version
    prefix = prefixes.get(version.device)
    if prefix is None:
        prefix, _ = split_id(state.id)
    if state.id != make_id(prefix, version.stamp):
        return False
    prefixes[version.device] = prefix
    return True


def _pack_later(record: RecordType, members: Sequence[State], table: IdTable) -> list[object]:
    order = {name: i for i, name in enumerate(wire_order(record))}
    return [
        [row, order[name], v.device, v.n, v.stamp, table.places[v.author]]
        for row, state in enumerate(members)
        for name, v in sorted(state.later.items())
    ]


class Understood(NamedTuple):
    """What a page holds as far as this version knows it; `all` is False when something was passed over."""

    states: list[State]
    all: bool


def unpack_states(packed: bytes) -> list[State]:
    """The inverse of `pack_states`; record types that this version does not know refuse the whole page.

    Raises:
        ProtocolError: `bad_chunk`, `too_big` or `unknown_type`.
    """
    found = understand_states(packed)
    if not found.all:
        raise ProtocolError("unknown_type", "records that this version does not know")
    return found.states


def understand_states(packed: bytes) -> Understood:
    """The inverse of `pack_states`, for a page of a newer server: passes over what is not known here.

    Raises:
        ProtocolError: `bad_chunk` or `too_big`.
    """
    heads, ids = _heads(loads(packed))
    references = References(ids, {})
    place_of = {record_id: place for place, record_id in enumerate(ids)}
    states: list[State] = []
    start, whole = 0, True
    for record, regular, mask, devices, places, moments, (authors, targets, later, columns) in heads:
        size = len(places)
        zeros = [0] * size
        who_ids = references.unpack(authors, zeros)
        own_ids: list[Value]
        if regular:
            own_ids = list(ids[start : start + size])
            start += size
        else:
            own_ids = references.unpack(targets, zeros)
        if record is None:
            whole = False
            continue
        own = [place_of[an_id(i)] for i in own_ids]
        names, unknown = known_fields_of_mask(record, mask)
        whole = whole and not unknown
        # Fields are added at the end, so are their columns.
        here = columns[: len(names)] if unknown and isinstance(columns, list) else columns
        rows = unpack_fields(record, names, here, own, references, shaped=True)
        laters = _unpack_later(record, later, size, ids, unknown=unknown)
        states.extend(
            State(record.number, an_id(i), Version(d, n, s, an_id(a)), values, lv)
            for i, d, n, s, a, values, lv in zip(
                own_ids, devices, places, moments, who_ids, rows, laters, strict=True
            )
        )
    return Understood(states, whole)


_Head = tuple[RecordType | None, bool, object, list[int], list[int], list[int], list[object]]


def _heads(page: object) -> tuple[list[_Head], list[bytes]]:
    """What each group of a page says of its records, whether their type is known or not, and every id."""
    match page:
        case [list(known), int(created), others, list(groups)]:
            prefixes = {number_of(d): number_of(p) for d, p in (pair_of(pair) for pair in known)}
        case _:
            raise ProtocolError("bad_chunk", "not a page of states")
    heads: list[_Head] = []
    ids: list[bytes] = []
    total = 0
    for group in groups:
        match group:
            case [number, bool(regular), mask, count, devices, bytes(ns), bytes(stamps), *rest] if (
                len(rest) == _COLUMNS
            ):
                record = type_numbered(number) if isinstance(number, int) else None
                size = checked_count(count)
                total = checked_count(total + size)
                who = [number_of(d) for d in unpack_words(devices, size)]
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
    ids.extend(IdTable.unpack_others(others))
    return heads, ids


def _unpack_later(
    record: RecordType, column: object, count: int, ids: Sequence[bytes], *, unknown: int
) -> list[dict[str, Version]]:
    laters: list[dict[str, Version]] = [{} for _ in range(count)]
    order = wire_order(record)
    if not isinstance(column, list):
        raise ProtocolError("bad_chunk", "not a column of versions")
    for entry in column:
        match entry:
            case [int(row), int(field), int(device), int(n), int(stamp), int(author)] if (
                0 <= row < count
                and 0 <= field < len(order) + unknown
                and 0 <= author < len(ids)
                and 0 <= device <= _HIGHEST
                and 0 <= n <= _HIGHEST
                and 0 <= stamp <= _HIGHEST
            ):
                if field < len(order):
                    laters[row][order[field]] = Version(device, n, stamp, ids[author])
            case _:
                raise ProtocolError("bad_chunk", "not a version")
    return laters
