"""B4 for records: the line is cut after k bytes, at 500 points of push and pull; nothing is lost or doubled.

Attachments are cut in `test_attachments`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from tests.e2e.cut_link import CutLink, sync_until_done, through
from tests.e2e.province import VILLAGES, Province, cheaply, enrolled
from tests.faults.amounts import chance, times
from tests.unit.replica.laptops import dump
from tongcds.actions import Core, syncing
from tongcds.errors import UnavailableError
from tongcds.protocol.messages import Write
from tongcds.replica import Identity, acknowledge, load_identity, offer_again
from tongcds.server.database import Database, sqlite_url
from tongcds.sync import answers, exchange
from tongcds.sync.packing import Packed, pack

CUTS = times(500, 5_000)
SLOW = 2_000
"""Bytes a second of the link that the pace is held to: GPRS on a bad day."""

RECORDS = 1_500


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    cheaply(monkeypatch)


@pytest.fixture(autouse=True)
def _nothing_about_half_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("urllib3.connection"), "disabled", True)


@pytest.fixture
def laptops(province: Province, link: CutLink, tmp_path: Path) -> Iterator[list[Core]]:
    """Laptops of one village behind the link; the server lets each ask only so often."""
    with ExitStack() as stack:
        made = [
            stack.enter_context(enrolled(province, tmp_path, VILLAGES[0], name))
            for name in ("Ngân", "Pản", "Hương", "Ún")
        ]
        for core in made:
            through(core, link)
            syncing.sync_now(core)
        yield made


@pytest.fixture
def laptop(province: Province, link: CutLink, tmp_path: Path) -> Iterator[Core]:
    with enrolled(province, tmp_path, VILLAGES[0], "Ngân") as core:
        through(core, link)
        syncing.sync_now(core)
        yield core


def write(core: Core, notes: dict[bytes, str], random: Random) -> None:
    """A few minutes of work: two new households, one that changes; `notes` says what each must hold."""
    village = core.credentials().unit_id
    with core.vault.change(core.author()) as change:
        changed = [random.choice(list(notes))] if notes else []
        for household in [*changed, *(change.writer.reserve() for _ in range(2))]:
            note = random.randbytes(random.randrange(4, 60)).hex()
            if household in notes:
                change.writer.update("household", household, note=note)
            else:
                change.writer.create("household", reserved=household, village_id=village, note=note)
            notes[household] = note


def held(connection: Connection, village: bytes) -> list[tuple[object, ...]]:
    return dump(connection, [village])


def test_wherever_the_line_is_cut_every_write_arrives_once(province, link, laptops):
    random, notes = chance("b4 cuts"), {}
    village = laptops[0].credentials().unit_id
    sizes: dict[tuple[str, str], int] = {}
    where: Counter[tuple[str, str]] = Counter()
    for number in count():
        if where.total() >= CUTS:
            break
        pusher, puller = (laptops[(number + place) % len(laptops)] for place in range(2))
        write(pusher, notes, random)
        for core, does in ((pusher, "push"), (puller, "pull")):
            way = random.choice(["up", "down"])
            size = sizes.get((does, way))
            link.cut_after(**{way: [] if size is None else [random.randrange(1, size)]})
            sync_until_done(core)
            sizes.setdefault((does, way), getattr(link, way))
            where[does, way] += link.cuts
    assert len(where) == 4
    assert min(where.values()) >= CUTS // 6, where
    link.cut_after()
    for core in (*laptops, *laptops):
        outcome = syncing.sync_now(core)
        assert (outcome.sent, outcome.mismatch) == (0, False)
    states = []
    for core in laptops:
        assert syncing.status(core).waiting == 0
        with core.vault.read() as connection:
            states.append(held(connection, village))
    province.stop()
    with (
        closing(Database(sqlite_url(province.folder / "province.sqlite"))) as database,
        database.read() as connection,
    ):
        states.append(held(connection, village))
    assert all(state == states[0] for state in states)
    assert notes == {row[1]: row[5]["note"] for row in states[0] if row[0] == "household"}


def day_of_work(core: Core, random: Random) -> None:
    village = core.credentials().unit_id
    with core.vault.change(core.author()) as change:
        for _ in range(RECORDS):
            change.writer.create("household", village_id=village, note=random.randbytes(90).hex())


def slowly(monkeypatch: pytest.MonkeyPatch, link: CutLink) -> None:
    """Let the exchange believe in a slow link: its time is what the link carried."""
    monkeypatch.setattr(exchange, "monotonic", lambda: (link.up + link.down) / SLOW)


def sent_uncut(core: Core, link: CutLink, random: Random) -> int:
    """Bytes that leave the laptop for a day of work when nothing is in the way."""
    day_of_work(core, random)
    link.cut_after()
    sync_until_done(core)
    return link.up


@pytest.mark.parametrize("seed", range(times(5, 50)))
def test_a_push_that_is_cut_three_times_sends_little_twice(link, laptop, monkeypatch, seed):
    random = Random(seed)
    slowly(monkeypatch, link)
    whole = sent_uncut(laptop, link, random)
    day_of_work(laptop, random)
    link.cut_after([random.randrange(1, whole // 3) for _ in range(3)])
    sync_until_done(laptop)
    assert link.cuts == 3
    assert link.up <= 1.2 * whole, f"{link.up} bytes for {whole}"


def test_a_laptop_that_forgets_how_far_it_came_would_be_noticed(link, laptop, monkeypatch):
    """The control: offered from the beginning after each cut, the same push takes far more.

    The first receipt would tell it how far it was, so it believes only what that chunk itself could cover.
    """
    reached = [0]

    def packing(device: int, prefix: int, after: int, writes: list[Write]) -> Packed:
        reached[0] = after + len(writes)
        return pack(device, prefix, after, writes)

    def believing(connection: Connection, me: Identity, watermark: int) -> int:
        return acknowledge(connection, me, min(watermark, reached[0]))

    monkeypatch.setattr(exchange, "pack", packing)
    monkeypatch.setattr(answers, "acknowledge", believing)
    random = Random(0)
    slowly(monkeypatch, link)
    whole = sent_uncut(laptop, link, random)
    before = identity(laptop).received
    day_of_work(laptop, random)
    link.cut_after([whole // 3] * 3)
    for _cut in range(3):
        with pytest.raises(UnavailableError):
            syncing.sync_now(laptop)
        with laptop.vault.write() as connection:
            offer_again(connection, identity(laptop), before)
    sync_until_done(laptop)
    assert link.up > 1.2 * whole


def identity(core: Core) -> Identity:
    with core.vault.read() as connection:
        me = load_identity(connection, now=lambda: int(core.clock().timestamp() * 1000))
    assert me is not None
    return me
