"""Whatever arrives, the server answers with a problem and is none the worse for it."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from random import Random

import msgspec
import pytest
from sqlalchemy import Engine, event, func, select

from tests.unit.server import hostile
from tests.unit.server.conftest import OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.protocol import compression
from tongcds.protocol.messages import SyncAnswer, decode
from tongcds.records import record_type
from tongcds.server.problems import STATUS, Refusal


def play(world, seed: int, count: int) -> Counter[str]:
    """Broken requests of an enrolled laptop; how each of them ended."""
    laptop = world.laptop(VILLAGE)
    for _ in range(4):
        laptop.observe(laptop.household(laptop.me.unit_id), "fibre", True, on="2026-11-01")
    make = hostile.cases(laptop, Random(seed))
    ends: Counter[str] = Counter()
    for _ in range(count):
        try:
            answer = decode(SyncAnswer, world.post("/api/v1/sync", make()))
        except Refusal as refusal:
            ends[refusal.problem.code] += 1
            continue
        laptop.answers[:] = [answer]
        ends.update({"taken"} | {outcome.code for outcome in answer.outcomes})
    return ends


def test_broken_requests_are_refused_or_kept_aside(world):
    ends = play(world, seed=7, count=400)
    assert {STATUS[code] for code in ends.keys() & STATUS.keys()} <= {400, 401, 409}
    # The cases went all the way in, each kind of them.
    assert {
        "bad_envelope",
        "bad_signature",
        "bad_message",
        "bad_chunk",
        "taken",
        "bad_value",
    } <= ends.keys(), ends


def test_after_broken_requests_an_honest_laptop_goes_on(world):
    play(world, seed=11, count=60)
    honest = world.laptop(SECOND_VILLAGE, "Hà Văn Thu")
    household = honest.household(honest.me.unit_id)
    assert honest.sync().outcomes == []
    with world.province.database.read() as connection:
        table = record_type("household").table
        count = select(func.count()).select_from(table).where(table.c.id == household)
        assert connection.execute(count).scalar() == 1


def test_a_bomb_is_refused_before_it_unfolds(small_world):
    laptop = small_world.laptop(VILLAGE)
    packed = hostile.bomb(400_000_000)
    assert len(packed) < 100_000
    request = msgspec.structs.replace(laptop.request(), chunk=packed)
    sealed = laptop.sealed(request)
    tracemalloc.start()
    with pytest.raises(Refusal) as refusal:
        small_world.post("/api/v1/sync", sealed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.problem.code == "too_big"
    assert peak < 3 * compression.MAX_UNPACKED


def test_many_small_groups_do_not_add_up_to_a_bomb(small_world):
    laptop = small_world.laptop(VILLAGE)
    household = record_type("household").number
    group = [household, True, 0, 50_000, b"\x00", b"\x00", [0, b"\x00"], None, None, []]
    raw = hostile.encode_odd(
        [laptop.me.device, laptop.prefix, 1, 50_000 * 200, [[[], b""], b"", 0, b""], [group] * 200]
    )
    request = msgspec.structs.replace(laptop.request(), chunk=compression.pack(raw))
    with pytest.raises(Refusal) as refusal:
        small_world.post("/api/v1/sync", laptop.sealed(request))
    assert refusal.value.problem.code == "bad_chunk"


def test_notes_too_long_for_one_page_reach_the_others(small_world):
    writer, reader = small_world.laptop(VILLAGE), small_world.laptop(VILLAGE, "Hà Văn Thu")
    household = writer.household(writer.me.unit_id)
    hand = writer.writer()
    for _ in range(150):
        hand.create(
            "visit", village_id=writer.me.unit_id, household_id=household, on="2026-11-01", note="à" * 20_000
        )
    hand.flush()
    for _ in range(4):
        writer.exchange(writes=50)
    reader.sync()
    assert len(reader.rows("visit")) == 150
    assert len([answer for answer in reader.answers if answer.page]) > 1


def statements(world, writes: int) -> int:
    """How many statements the database is asked for while it sets so many writes aside."""
    laptop = world.laptop(VILLAGE)
    for _ in range(writes):
        hand = laptop.writer()
        hand.create("visit", village_id=world.unit(OTHER_VILLAGE), on="2026-11-01")
        hand.flush()
    sealed = laptop.sealed(laptop.request())
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        answer = decode(SyncAnswer, world.post("/api/v1/sync", sealed))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert [outcome.code for outcome in answer.outcomes] == ["not_allowed"] * writes
    return len(asked)


def test_setting_a_whole_chunk_aside_costs_no_more_questions_than_one_write(small_world):
    assert statements(small_world, 300) <= statements(small_world, 1) + 3


@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_nesting_is_refused(small_world, depth):
    laptop = small_world.laptop(VILLAGE)
    for body in (b"\x91" * depth, compression.pack(b"\x91" * depth)):
        with pytest.raises(Refusal) as refusal:
            small_world.post("/api/v1/sync", laptop.sealed(body))
        assert refusal.value.problem.code == "bad_message"
    request = msgspec.structs.replace(laptop.request(), chunk=compression.pack(b"\x91" * depth + b"\xc0"))
    with pytest.raises(Refusal) as refusal:
        small_world.post("/api/v1/sync", laptop.sealed(request))
    assert refusal.value.problem.code == "bad_chunk"


def test_any_bytes_at_the_door_of_enrolment_are_refused(small_world):
    random = Random(3)
    for _ in range(300):
        with pytest.raises(Refusal):
            small_world.post("/api/v1/enrol", random.randbytes(random.randrange(120)))
