"""B3: every push comes a hundred times, in any order, to four threads at once; nothing happens twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

import msgspec
import pytest
from nacl.signing import VerifyKey
from sqlalchemy import delete, func, select, update

from tests.faults.amounts import chance, seeds
from tests.unit.server.conftest import COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.server.laptop import Laptop
from tongcds.protocol.chunks import WriteChunk, pack_writes
from tongcds.protocol.messages import SyncAnswer, decode, receipt_text
from tongcds.records import METADATA, record_type
from tongcds.replica import pending
from tongcds.replica.identity import EMPTY_CHAIN
from tongcds.replica.own import chain_at
from tongcds.replica.rows import read_areas
from tongcds.replica.tables import BOOKS, DEVICE, SEEN
from tongcds.server import ops, tables

TIMES, THREADS = 100, 4
ASKING = {
    tables.DEVICE.c.counter,
    tables.DEVICE.c.last_seen_at,
    tables.DEVICE.c.cursors,
    tables.DEVICE.c.cursors_scope,
}
"""Where a request leaves its trace whatever it brings."""


@dataclass(frozen=True, eq=False)
class Push:
    """One request as it went out, and the numbers of the writes in it."""

    laptop: Laptop
    sealed: bytes
    first: int
    last: int


def pushes(laptop: Laptop, size: int) -> Iterator[Push]:
    """All that waits on a laptop, `size` writes a push; each is made before the one before was answered."""
    after = laptop.identity.received
    while writes := pending(laptop.connection, after, size):
        chunk = pack_writes(WriteChunk(laptop.me.device, laptop.prefix, writes))
        before = chain_at(laptop.connection, after) or EMPTY_CHAIN
        request = msgspec.structs.replace(laptop.request(), chunk=chunk, chain=before[:8])
        after = writes[-1].n
        yield Push(laptop, laptop.sealed(request), writes[0].n, after)


def send(world: World, push: Push) -> SyncAnswer:
    """Let the server take a push, however often and late it comes; the receipt is the server's own."""
    answer = decode(SyncAnswer, ops.sync(world.province, push.sealed, once=False))
    receipt, device = answer.receipt, push.laptop.me.device
    chain = chain_at(push.laptop.connection, receipt.watermark) or EMPTY_CHAIN
    text = receipt_text(device, receipt.watermark, chain, receipt.epoch, receipt.time)
    VerifyKey(push.laptop.me.server_key).verify(text, receipt.signature)
    return answer


def storm(world: World, sent: Sequence[Push], random: Random) -> list[tuple[Push, SyncAnswer]]:
    """Each push a hundred times, shuffled, from four threads; every answer."""
    order = list(sent) * TIMES
    random.shuffle(order)
    with ThreadPoolExecutor(THREADS) as threads:
        return list(zip(order, threads.map(lambda push: send(world, push), order), strict=True))


def refusals(push: Push, answer: SyncAnswer) -> list[tuple[int, str]]:
    """What an answer says of the writes of this very push."""
    return [(o.n, o.code) for o in answer.outcomes if push.first <= o.n <= push.last]


def state_hash(world: World) -> str:
    """A hash over every table of the server: records, numbers of areas, chains, what was set aside."""
    whole = hashlib.sha256()
    with world.province.database.read() as connection:
        for metadata in (METADATA, BOOKS, tables.OFFICE):
            for table in metadata.sorted_tables:
                kept = [column for column in table.columns if column not in ASKING]
                rows = sorted(map(repr, map(tuple, connection.execute(select(*kept)))))
                whole.update(repr((table.name, rows)).encode())
    return whole.hexdigest()


@pytest.fixture
def sent(world: World) -> list[Push]:
    """Pushes with all that can happen to a write: new, changed, contested, removed, moved, set aside."""
    team, other = world.laptop(VILLAGE), world.laptop(SECOND_VILLAGE, "Hà Văn Thu")
    commune = world.laptop(COMMUNE, "Cà Thị Hương")
    homes = [team.household(team.me.unit_id) for _ in range(3)]
    for laptop in (team, other, commune):
        laptop.sync()
    for laptop, address in ((team, "Nhóm 1"), (commune, "Nhóm 2")):
        writer = laptop.writer()
        writer.update("household", homes[0], address=address)
        writer.flush()
    team.household(world.unit(OTHER_VILLAGE))
    writer = team.writer()
    writer.update("household", homes[1], note="Sát suối")
    writer.remove("household", homes[2])
    writer.flush()
    other.household(other.me.unit_id)
    writer = commune.writer()
    writer.update("household", homes[1], village_id=other.me.unit_id)
    writer.flush()
    return [push for laptop in (team, other, commune) for push in pushes(laptop, 2)]


@pytest.mark.parametrize("seed", seeds(0, 20))
def test_a_push_that_comes_a_hundred_times_changes_nothing_and_is_answered_the_same(world, sent, seed):
    first = {push: refusals(push, send(world, push)) for push in sent}
    assert {code for told in first.values() for _n, code in told} == {"not_allowed"}
    last = {push.laptop.me.device: push.last for push in sent}
    before = state_hash(world)
    for push, answer in storm(world, sent, chance(f"b3 repeated {seed}")):
        assert answer.receipt.watermark == last[push.laptop.me.device]
        assert refusals(push, answer) == first[push]
    assert state_hash(world) == before


@pytest.mark.parametrize("seed", seeds(0, 20))
def test_pushes_that_overtake_each_other_from_the_beginning_are_taken_once(world, seed):
    laptops = [world.laptop(village) for village in (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)]
    for laptop in laptops:
        laptop.sync()
        for _ in range(3):
            laptop.household(laptop.me.unit_id)
    areas = [laptop.me.unit_id for laptop in laptops]
    with world.province.database.read() as connection:
        before = read_areas(connection, areas)
    everything = [push for laptop in laptops for push in pushes(laptop, 2)]
    for push in reversed(everything):
        if push.first > 1:
            assert send(world, push).receipt.watermark == 0
    storm(world, everything, chance(f"b3 overtaking {seed}"))
    with world.province.database.read() as connection:
        marks = connection.execute(select(DEVICE.c.device, DEVICE.c.watermark))
        watermarks = {row.device: row.watermark for row in marks}
        after = read_areas(connection, areas)
        held = connection.execute(select(func.count()).select_from(record_type("household").table)).scalar()
    assert [watermarks[laptop.me.device] for laptop in laptops] == [6, 6, 6]
    assert held == 9
    # A number for each record and none twice: whoever pulls gets each once.
    assert [after[area][0] - before[area][0] for area in areas] == [6, 6, 6]
    for laptop in laptops:
        laptop.sync()
        assert len(laptop.rows("household")) == 3


def test_without_the_watermark_repeated_pushes_would_be_noticed(world, sent, monkeypatch):
    """The control: a server that forgets how far it knows a laptop gives numbers twice."""
    real = ops.receive

    def forgetful(connection, device, writes, **rest):
        mine = SEEN.c.device == device
        connection.execute(delete(SEEN).where(mine, SEEN.c.last >= writes[0].n))
        watermark = update(DEVICE).where(DEVICE.c.device == device)
        connection.execute(watermark.values(watermark=writes[0].n - 1))
        return real(connection, device, writes, **{**rest, "before": b""})

    for push in sent:
        send(world, push)
    before = state_hash(world)
    areas = [push.laptop.me.unit_id for push in sent]
    with world.province.database.read() as connection:
        numbers = read_areas(connection, areas)
    monkeypatch.setattr(ops, "receive", forgetful)
    for push in sent:
        ops.sync(world.province, push.sealed, once=False)
    with world.province.database.read() as connection:
        doubled = read_areas(connection, areas)
    assert any(doubled[area][0] > numbers[area][0] for area in areas)
    assert state_hash(world) != before
