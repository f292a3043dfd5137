"""The wire format: whatever is written comes back, and whatever else comes in is refused as such."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tongcds.domain.stamps import Dot, make_id
from tongcds.protocol import chunks as protocol_chunks
from tongcds.protocol import columns, compression, groups
from tongcds.protocol.chunks import WriteChunk, pack_states, pack_writes, unpack_states, unpack_writes
from tongcds.protocol.messages import (
    WHOLE,
    ProtocolError,
    State,
    SyncAnswer,
    SyncRequest,
    Version,
    Write,
    decode,
)
from tongcds.records import Kind, RecordType, Value, all_types

DEVICE, PREFIX = 11, 0xABCDEF0123456

numbers = st.integers(0, (1 << 59) - 1)
stamps = st.integers(0, (1 << 62) - 1)
ids = st.one_of(
    st.builds(make_id, st.just(PREFIX), st.integers(1_000, 1_020)),
    st.builds(make_id, st.integers(0, (1 << 60) - 1), stamps),
    st.binary(min_size=16, max_size=16),
)
texts = st.text(max_size=30) | st.sampled_from(["Bản Nà Ngà", "", "2026-11-23", "1985"])
days = st.dates().map(str) | st.sampled_from(["1985", "1985-02", "0000", "2026-02-30", "10000-01-01", "-"])

BY_KIND: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.TEXT: texts,
    Kind.WORD: texts,
    Kind.INT: st.integers(-(1 << 62), 1 << 62),
    Kind.BOOL: st.integers(0, 1),
    Kind.DATE: days | texts,
    Kind.PARTIAL_DATE: days | texts,
    Kind.ID: ids,
    Kind.IDS: st.lists(ids, max_size=4).map(b"".join),
    Kind.BYTES: st.binary(max_size=30),
}
types = st.sampled_from(all_types())


@st.composite
def values(draw: st.DrawFn, record: RecordType, *, whole: bool = False) -> dict[str, Value]:
    chosen = [f for f in record.fields if whole or draw(st.integers(0, 2)) == 0]
    return {field.name: draw(st.none() | BY_KIND[field.kind]) for field in chosen}


@st.composite
def chunks(draw: st.DrawFn) -> WriteChunk:
    first = draw(st.integers(1, 1 << 40))
    writes = []
    for n in range(first, first + draw(st.integers(0, 6))):
        record = draw(types)
        held = draw(values(record))
        stamp = draw(st.integers(1_000, 1_020) | stamps)
        new = draw(st.booleans())
        names = [*held, WHOLE]
        bases = (
            {} if new else {name: Dot(draw(numbers), draw(stamps)) for name in names if draw(st.booleans())}
        )
        record_id = make_id(PREFIX, stamp) if new else draw(ids)
        writes.append(Write(record.number, record_id, n, stamp, draw(ids), held, bases))
    return WriteChunk(DEVICE, PREFIX, writes)


@st.composite
def pages(draw: st.DrawFn) -> list[State]:
    found: dict[tuple[int, bytes], State] = {}
    for _ in range(draw(st.integers(0, 6))):
        record = draw(types)
        stamp = draw(st.integers(1_000, 1_020) | stamps)
        record_id = draw(st.just(make_id(PREFIX, stamp)) | ids)
        held = draw(values(record, whole=True))
        names = draw(st.sets(st.sampled_from(record.field_names), max_size=3))
        later = {name: Version(draw(numbers), draw(stamps), draw(stamps), draw(ids)) for name in names}
        version = Version(draw(st.sampled_from([DEVICE, 12])), draw(stamps), stamp, draw(ids))
        found[record.number, record_id] = State(record.number, record_id, version, held, later)
    return list(found.values())


@given(chunks())
@settings(max_examples=150)
def test_any_writes_come_back_as_they_were(chunk: WriteChunk) -> None:
    assert unpack_writes(pack_writes(chunk)) == chunk


@given(pages())
@settings(max_examples=150)
def test_any_states_come_back_as_they_were(states: list[State]) -> None:
    found = {(s.type, s.id): s for s in unpack_states(pack_states(states))}
    assert found == {(s.type, s.id): s for s in states}


def test_the_comparison_notices_a_coder_that_mixes_two_values_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control: nothing would be told from nought.
    monkeypatch.setattr(
        columns, "pack_optional", lambda some: columns.pack_numbers([0 if v is None else v for v in some])
    )

    @given(chunks())
    @settings(max_examples=150, database=None, phases=[Phase.generate])
    def there_and_back(chunk: WriteChunk) -> None:
        assert unpack_writes(pack_writes(chunk)) == chunk

    with pytest.raises((AssertionError, ProtocolError, OverflowError, ExceptionGroup)):
        there_and_back()


def is_only_refused(raw: bytes) -> None:
    """Anything but a ProtocolError comes through."""
    for read in (unpack_writes, unpack_states, partial(decode, SyncRequest), partial(decode, SyncAnswer)):
        with suppress(ProtocolError):
            read(raw)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_as_such(raw: bytes) -> None:
    is_only_refused(raw)
    is_only_refused(compression.pack(raw))


@given(chunks() | pages(), st.data())
@settings(max_examples=300)
def test_a_damaged_chunk_is_refused_as_such(original: WriteChunk | list[State], data: st.DataObject) -> None:
    packed = pack_writes(original) if isinstance(original, WriteChunk) else pack_states(original)
    raw = bytearray(compression.unpack(packed))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
    is_only_refused(compression.pack(bytes(raw)))
    is_only_refused(packed[: data.draw(st.integers(0, len(packed)))])


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-5, 1 << 63)
    | st.binary(max_size=9)
    | st.text(max_size=3)
    | st.floats()
)
trees = st.recursive(leaves, lambda children: st.lists(children, max_size=6), max_leaves=12)


@given(chunks() | pages(), st.data())
@settings(max_examples=300)
def test_a_chunk_of_the_wrong_shape_is_refused_as_such(
    original: WriteChunk | list[State], data: st.DataObject
) -> None:
    packed = pack_writes(original) if isinstance(original, WriteChunk) else pack_states(original)
    tree = msgspec.msgpack.decode(compression.unpack(packed))
    node = tree
    while True:
        inner = [i for i, child in enumerate(node) if isinstance(child, list) and child]
        if not inner or data.draw(st.integers(0, 3)) == 0:
            break
        node = node[data.draw(st.sampled_from(inner))]
    node[data.draw(st.integers(0, len(node) - 1))] = data.draw(trees)
    is_only_refused(compression.pack(msgspec.msgpack.encode(tree)))


def test_an_error_that_is_no_refusal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control: a count that is trusted.
    monkeypatch.setattr(groups, "checked_count", lambda count: count)
    monkeypatch.setattr(protocol_chunks, "checked_count", lambda count: count)
    packed = pack_writes(WriteChunk(DEVICE, PREFIX, [Write(1, make_id(PREFIX, 5), 1, 5, bytes(16), {}, {})]))
    tree = msgspec.msgpack.decode(compression.unpack(packed))
    tree[5][0][3] = "many"
    with pytest.raises(TypeError):
        is_only_refused(compression.pack(msgspec.msgpack.encode(tree)))
