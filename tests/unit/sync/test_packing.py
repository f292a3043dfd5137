"""A large push: the next chunk is packed while one is under way, and only what follows on is sent."""

from __future__ import annotations

import threading

import pytest

from tests.unit.server.conftest import COMMUNE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, server_rows
from tongcds.errors import UnavailableError
from tongcds.sync import packing
from tongcds.sync.exchange import SYNC_PATH
from tongcds.sync.pace import Pace

HOUSEHOLDS, A_CHUNK = 100, 30


@pytest.fixture
def desk(small_world: World, desks: Desks, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A commune's desktop with much to send, for which ten writes are worth a thread."""
    made = desks(small_world, COMMUNE, "Cà Thị Hương")
    made.sync()
    monkeypatch.setattr(packing, "WORTH_A_THREAD", 10)
    monkeypatch.setattr(Pace, "writes", lambda _: A_CHUNK)
    village = small_world.unit(VILLAGE)
    with made.writing() as writer:
        for number in range(HOUSEHOLDS):
            writer.create("household", village_id=village, code=f"HN-{number:04d}")
    return made


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, int, int]]:
    """Every chunk with something in it: whether it was packed ahead, after which number, how many writes."""
    seen: list[tuple[bool, int, int]] = []
    pack = packing.pack

    def noting(device, prefix, after, writes):
        made = pack(device, prefix, after, writes)
        if made.count:
            seen.append((threading.current_thread() is not threading.main_thread(), after, made.count))
        return made

    monkeypatch.setattr(packing, "pack", noting)
    monkeypatch.setattr("tongcds.sync.exchange.pack", noting)
    return seen


def test_all_chunks_but_the_first_are_packed_ahead_and_once(desk, packed):
    assert desk.sync().sent == HOUSEHOLDS
    assert packed == [(False, 0, 30), (True, 30, 30), (True, 60, 30), (True, 90, 10)]
    assert server_rows(desk.world, "household").keys() == desk.rows("household").keys()


def test_a_few_writes_need_no_thread(desk, packed, monkeypatch):
    monkeypatch.setattr(packing, "WORTH_A_THREAD", HOUSEHOLDS)
    assert desk.sync().sent == HOUSEHOLDS
    assert [ahead for ahead, _, _ in packed] == [False] * 4


def test_what_was_packed_ahead_of_a_lost_answer_is_forgotten(desk, packed):
    desk.wire.cut.add(SYNC_PATH)
    with pytest.raises(UnavailableError):
        desk.sync()
    desk.wire.cut.clear()
    packed.clear()
    assert desk.sync().sent == HOUSEHOLDS
    # The server holds the first chunk, but the laptop did not hear of it.
    assert packed[0] == (False, 0, 30)
    assert server_rows(desk.world, "household").keys() == desk.rows("household").keys()


def test_a_chunk_that_does_not_follow_on_is_packed_anew(desk, packed, monkeypatch):
    begin = packing.Ahead.begin

    def beginning_too_late(self, me, sent, most):
        begin(self, me, packing.Packed(sent.device, sent.after + 5, sent.chunk, sent.count), most)

    monkeypatch.setattr(packing.Ahead, "begin", beginning_too_late)
    assert desk.sync().sent == HOUSEHOLDS
    assert [(after, count) for ahead, after, count in packed if not ahead] == [
        (0, 30), (30, 30), (60, 30), (90, 10),
    ]  # fmt: skip
    assert server_rows(desk.world, "household").keys() == desk.rows("household").keys()
