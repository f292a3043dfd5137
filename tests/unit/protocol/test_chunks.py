from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest

from tests.unit.protocol.samples import AUTHOR, DEVICE, PREFIX, STAMP, full_values, state, write
from tongcds.domain.stamps import Dot, derived_id, make_id
from tongcds.protocol import chunks, compression, groups
from tongcds.protocol.chunks import WriteChunk, pack_states, pack_writes, unpack_states, unpack_writes
from tongcds.protocol.messages import WHOLE, ProtocolError, State, Version, Write
from tongcds.records import all_types, record_type

HOUSEHOLD = record_type("household")


def there_and_back(*writes: Write) -> list[Write]:
    chunk = WriteChunk(DEVICE, PREFIX, list(writes))
    found = unpack_writes(pack_writes(chunk))
    assert (found.device, found.prefix) == (DEVICE, PREFIX)
    return found.writes


def states_there_and_back(*states: State) -> dict[bytes, State]:
    return {found.id: found for found in unpack_states(pack_states(states))}


@pytest.mark.parametrize("record", all_types(), ids=lambda record: record.name)
def test_a_new_record_of_every_type_comes_back_as_it_was(record: Any) -> None:
    whole, empty = write(1, record, full_values(record)), write(2, record, {})
    assert there_and_back(whole, empty) == [whole, empty]


@pytest.mark.parametrize("record", all_types(), ids=lambda record: record.name)
def test_a_state_of_every_type_comes_back_as_it_was(record: Any) -> None:
    whole = state(record, 1, full_values(record))
    empty = state(record, 2, {})
    assert states_there_and_back(whole, empty) == {whole.id: whole, empty.id: empty}


def test_an_empty_chunk_and_an_empty_page_come_back_empty() -> None:
    assert there_and_back() == []
    assert states_there_and_back() == {}


@pytest.mark.parametrize(
    "birth", ["1985", "1985-02", "1985-02-01", None, "0001", "9999-12-31", "85", "not a day", ""]
)
def test_a_birth_comes_back_as_precise_as_it_was(birth: str | None) -> None:
    sent = write(1, record_type("person"), {"birth": birth})
    assert there_and_back(sent) == [sent]


@pytest.mark.parametrize(
    "on", ["2026-11-23", "0001-01-01", "1600-02-29", "2026-02-30", "23/11/2026", None, "20261123"]
)
def test_a_day_comes_back_to_the_letter_even_when_it_is_none(on: str | None) -> None:
    sent = [write(1, record_type("visit"), {"on": on}), write(2, record_type("visit"), {"on": "2026-11-23"})]
    assert there_and_back(*sent) == sent


def test_changes_name_their_bases_and_records_made_elsewhere() -> None:
    elsewhere = make_id(77, STAMP - 5)
    odd = b"\x00" * 16
    sent = [
        write(
            7,
            HOUSEHOLD,
            {"address": "Nhóm 2", "note": None},
            bases={"address": Dot(9, 3), "note": Dot(11, 1)},
        ),
        write(8, HOUSEHOLD, {"address": "Nhóm 3"}, record_id=elsewhere, bases={"address": Dot(9, 1 << 40)}),
        write(9, HOUSEHOLD, {"deleted": 1}, record_id=odd, bases={WHOLE: Dot((1 << 60) - 1, 12)}),
        write(10, HOUSEHOLD, {"deleted": 0}, record_id=odd, bases={"deleted": Dot(9, 9)}),
    ]
    assert there_and_back(*sent) == sent


def test_ids_of_every_form_come_back() -> None:
    ids = [
        make_id(PREFIX, STAMP + 1),
        make_id(1, 0),
        make_id((1 << 60) - 1, (1 << 62) - 1),
        derived_id("x"),
        b"\xff" * 16,
    ]
    support = record_type("support")
    sent = [
        write(n + 1, support, {"visit_id": i, "person_ids": b"".join(ids[:n])}) for n, i in enumerate(ids)
    ]
    assert there_and_back(*sent) == sent


def test_an_empty_list_of_people_is_not_a_missing_one() -> None:
    sent = [
        write(1, record_type("support"), {"person_ids": b""}),
        write(2, record_type("support"), {"person_ids": None}),
    ]
    assert there_and_back(*sent) == sent


def test_fields_set_later_keep_their_versions() -> None:
    later = {
        "address": Version(12, 4, STAMP + 9, derived_id("other")),
        "deleted": Version(11, 9, STAMP + 3, AUTHOR),
    }
    sent = msgspec.structs.replace(state(HOUSEHOLD, 1, full_values(HOUSEHOLD)), later=later)
    assert states_there_and_back(sent) == {sent.id: sent}


def test_states_of_several_devices_and_of_lowered_stamps_keep_their_ids() -> None:
    own = state(HOUSEHOLD, 1, {})
    other = State(HOUSEHOLD.number, make_id(99, STAMP + 4), Version(12, 3, STAMP + 4, AUTHOR), own.values, {})
    lowered = State(HOUSEHOLD.number, make_id(99, STAMP + 9), Version(12, 4, STAMP, AUTHOR), own.values, {})
    cloned = State(
        HOUSEHOLD.number, make_id(98, STAMP + 5), Version(12, 5, STAMP + 5, AUTHOR), own.values, {}
    )
    assert states_there_and_back(own, other, lowered, cloned) == {
        s.id: s for s in (own, other, lowered, cloned)
    }


def test_ids_of_new_records_cost_nothing_beside_their_stamps() -> None:
    few = pack_writes(
        WriteChunk(DEVICE, PREFIX, [write(n, HOUSEHOLD, {"village_id": AUTHOR}) for n in range(1, 1001)])
    )
    assert len(few) / 1000 < 1


def test_a_type_that_this_version_does_not_know_is_named() -> None:
    packed = compression.pack(
        msgspec.msgpack.encode(
            [
                DEVICE,
                PREFIX,
                1,
                0,
                [[[], b""], b"", 0, b""],
                [[999, True, 0, 1, b"\x00", b"\x00", None, None, None, []]],
            ]
        )
    )
    with pytest.raises(ProtocolError) as refused:
        unpack_writes(packed)
    assert refused.value.code == "unknown_type"


def test_groups_are_bounded_together() -> None:
    group = [6, True, 0, chunks.MAX_RECORDS, b"\x00", b"\x00", None, None, None, []]
    packed = compression.pack(
        msgspec.msgpack.encode([DEVICE, PREFIX, 1, 0, [[[], b""], b"", 0, b""], [group] * 40])
    )
    with pytest.raises(ProtocolError, match="too many records"):
        unpack_writes(packed)


def test_writes_that_do_not_follow_each_other_are_no_chunk() -> None:
    with pytest.raises(ProtocolError, match="do not follow"):
        there_and_back(write(1, HOUSEHOLD, {}), write(3, HOUSEHOLD, {}))


def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_unpacked() -> None:
    bomb = compression.pack(bytes(compression.MAX_UNPACKED + 1))
    assert len(bomb) < 10_000
    with pytest.raises(ProtocolError) as refused:
        unpack_writes(bomb)
    assert refused.value.code == "too_big"


@pytest.mark.parametrize("raw", [b"", b"\x00", b"<html>Please log in</html>", b"\x28\xb5\x2f\xfd"])
def test_what_is_no_chunk_is_refused(raw: bytes) -> None:
    for unpack in (unpack_writes, unpack_states):
        with pytest.raises(ProtocolError) as refused:
            unpack(raw)
        assert refused.value.code == "bad_chunk"


def test_a_frame_followed_by_something_is_refused() -> None:
    packed = pack_writes(WriteChunk(DEVICE, PREFIX, [write(1, HOUSEHOLD, {})]))
    for damaged in (packed + b"\x00", packed[:-1]):
        with pytest.raises(ProtocolError):
            unpack_writes(damaged)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ProtocolError):
        unpack_writes(compression.pack(b"\x91" * 100_000 + b"\x90"))


def test_a_dictionary_that_is_not_here_is_named() -> None:
    zstd = compression.zstd
    foreign = zstd.train_dict([f"mẫu {i} {i * 7919 % 1000}".encode() * 9 for i in range(400)], 4096)
    assert foreign.dict_id not in {known.dict_id for known in compression._dictionaries()}
    with pytest.raises(ProtocolError) as refused:
        compression.unpack(zstd.compress(b"x" * 100, zstd_dict=foreign))
    assert refused.value.code == "unknown_dictionary"


def test_a_new_field_does_not_change_the_places_of_the_others() -> None:
    fields = record_type("person").fields
    older = dataclasses.replace(record_type("person"), fields=(*fields[:-3], *fields[-2:]))
    names = [*older.field_names]
    assert groups.fields_of_mask(record_type("person"), groups.field_mask(older, names)) == sorted(
        names, key=groups.wire_order(older).index
    )
