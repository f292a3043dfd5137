"""C3: a laptop that signs what it likes changes nothing outside its village, and loses nothing of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

import msgspec
import pytest
from sqlalchemy import select

from tests.faults.amounts import chance, times
from tests.faults.forging import Forger, pushed
from tests.unit.server import hostile
from tests.unit.server.conftest import COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.server.laptop import Laptop
from tongcds.domain.stamps import Dot
from tongcds.protocol import compression
from tongcds.protocol.messages import SyncAnswer, decode, encode
from tongcds.records import all_types, record_type
from tongcds.replica.tables import QUARANTINE
from tongcds.server import ops
from tongcds.server.problems import Refusal

AT_ONCE = 50
HOUSEHOLD = record_type("household").number


class Village:
    """Laptops of three villages and their commune; the first one is going to misbehave."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bad = world.laptop(VILLAGE)
        self.others = [
            world.laptop(SECOND_VILLAGE, "Hà Văn Thu"),
            world.laptop(OTHER_VILLAGE, "Cà Thị Xuân"),
            world.laptop(COMMUNE, "Cà Thị Hương"),
        ]
        for laptop in (self.bad, *self.others[:2]):
            for _ in range(3):
                home = laptop.household(laptop.me.unit_id)
                laptop.observe(home, "fibre", True, on="2026-11-01")
            laptop.sync()
        for laptop in self.others:
            laptop.sync()

    def state(self) -> dict[tuple[str, bytes], tuple[object, ...]]:
        """Every record outside the village of the one that misbehaves, with versions and all."""
        own = self.bad.me.unit_id
        found = {}
        with self.world.province.database.read() as connection:
            for record in all_types():
                for row in connection.execute(select(record.table)):
                    if row.area != own and record.name != "quarantined":
                        found[record.name, row.id] = tuple(row)
        return found

    def forger(self, random) -> Forger:
        theirs, own, facts = [], [], []
        with self.world.province.database.read() as connection:
            for name, places in (("household", theirs), ("household", own), ("observation", facts)):
                table = record_type(name).table
                for row in connection.execute(select(table)):
                    if (row.area == self.bad.me.unit_id) == (places is not theirs):
                        places.append((record_type(name).number, row.id, Dot(row.device, row.n)))
        return Forger(
            self.bad,
            elsewhere=[laptop.me.unit_id for laptop in self.others],
            strangers=[laptop.me.member_id for laptop in self.others],
            their_records=theirs,
            own_records=own,
            own_observations=facts,
            random=random,
            n=self.bad.identity.next_n - 1,
        )

    def push(self, chunk: bytes) -> SyncAnswer:
        request = msgspec.structs.replace(self.bad.request(), chunk=chunk)
        return decode(SyncAnswer, self.world.post("/api/v1/sync", self.bad.sealed(request)))

    def set_aside(self) -> dict[int, str]:
        with self.world.province.database.read() as connection:
            query = select(QUARANTINE.c.n, QUARANTINE.c.code).where(QUARANTINE.c.device == self.bad.me.device)
            return {n: code for n, code in connection.execute(query)}  # noqa: C416  rows are no pairs


@pytest.fixture
def village(small_world) -> Iterator[Village]:
    return Village(small_world)


def storm(village: Village, pushes: int) -> tuple[Forger, list[int]]:
    """Forgeries by the chunk, an honest write in each; returns the numbers of the honest ones."""
    forger = village.forger(chance("c3"))
    honest = []
    for _ in range(pushes):
        writes = [forger.next() for _ in range(AT_ONCE - 1)]
        writes.insert(forger.random.randrange(AT_ONCE), forger.honest())
        # Numbers follow on wherever the honest one stands.
        first = writes and min(write.n for write in writes)
        kinds = {write.n: forger.made.get(write.n) for write in writes}
        moved = []
        for n, write in zip(count(first), writes, strict=False):
            moved.append(msgspec.structs.replace(write, n=n))
            kind = kinds[write.n]
            forger.made.pop(n, None)
            if kind is None:
                honest.append(n)
            else:
                forger.made[n] = kind
        answer = village.push(pushed(village.bad, moved))
        assert answer.receipt.watermark == moved[-1].n
    return forger, honest


def test_forged_writes_are_set_aside_with_a_reason_and_touch_nobody(village):
    before = village.state()
    forger, honest = storm(village, times(10_000, 100_000) // AT_ONCE)
    aside = village.set_aside()
    assert aside.keys() == forger.made.keys(), Counter(
        forger.made.get(n, "honest") for n in aside.keys() ^ forger.made.keys()
    )
    assert set(aside.values()) == {
        "not_allowed", "author_unknown", "bad_value", "append_only", "unknown_record",
    }  # fmt: skip
    assert {forger.made[n] for n in aside} == {kind.__name__ for kind in forger.kinds}
    assert village.state() == before
    table = record_type("visit").table
    with village.world.province.database.read() as connection:
        notes = connection.execute(select(table.c.note).where(table.c.area == village.bad.me.unit_id))
        assert [note for (note,) in notes] == ["ours"] * len(honest)
    for laptop in village.others:
        mine = {row["id"] for row in laptop.rows("household")}
        laptop.sync()
        assert {row["id"] for row in laptop.rows("household")} == mine
    late = village.world.laptop(SECOND_VILLAGE, "Tòng Văn Hặc")
    late.household(late.me.unit_id)
    assert late.sync().outcomes == []


def test_the_check_notices_a_server_that_allows_everything(village, monkeypatch):
    monkeypatch.setattr(ops, "authority", lambda *_: lambda *_: "")
    before = village.state()
    forger, _ = storm(village, 20)
    assert village.set_aside().keys() != forger.made.keys()
    assert village.state() != before


def broken(village: Village, forger: Forger) -> tuple[str, bytes]:
    """A properly signed request whose chunk, or whose envelope, is not what it may be."""
    bad, random = village.bad, forger.random
    write = forger.honest()
    forger.n -= 1
    good = pushed(bad, [write])
    request = bad.request()
    kind = random.randrange(7)
    match kind:
        case 0:
            tree = msgspec.msgpack.decode(compression.unpack(good))
            tree[0] = random.choice([other.me.device for other in village.others])
            chunk = compression.pack(encode_tree(tree))
        case 1:
            tree = msgspec.msgpack.decode(compression.unpack(good))
            tree[1] ^= 1 << random.randrange(50)
            chunk = compression.pack(encode_tree(tree))
        case 2:
            tree = msgspec.msgpack.decode(compression.unpack(good))
            # A field that no record has.
            tree[5][0][2] |= 1 << random.randint(40, 62)
            chunk = compression.pack(encode_tree(tree))
        case 3:
            tree = msgspec.msgpack.decode(compression.unpack(good))
            tree[5][0][0] = random.choice((0, 99, 1 << 40, -1))
            chunk = compression.pack(encode_tree(tree))
        case 4:
            # Somebody else's number over the own key.
            sealed = bytearray(bad.sealed(msgspec.structs.replace(request, chunk=good)))
            sealed[2:6] = random.choice(village.others).me.device.to_bytes(4, "big")
            return "signature", bytes(sealed)
        case 5:
            sealed = bytearray(bad.sealed(msgspec.structs.replace(request, chunk=good)))
            sealed[random.randrange(2, len(sealed))] ^= 1 << random.randrange(8)
            return "signature", bytes(sealed)
        case _:
            later = msgspec.structs.replace(write, n=write.n + random.choice((1, 5, 1 << 40)))
            chunk = pushed(bad, [later])
            return "gap", bad.sealed(msgspec.structs.replace(request, chunk=chunk))
    return "chunk", bad.sealed(msgspec.structs.replace(request, chunk=chunk))


def encode_tree(tree: object) -> bytes:
    return hostile.encode_odd(tree)


def test_what_is_not_authentic_is_discarded_and_named(village):
    before, own = village.state(), village.bad.identity.next_n - 1
    forger = village.forger(chance("c3 discarded"))
    ends: Counter[tuple[str, str]] = Counter()
    for _ in range(times(700, 50_000)):
        kind, sealed = broken(village, forger)
        try:
            answer = decode(SyncAnswer, village.world.post("/api/v1/sync", sealed))
        except Refusal as refusal:
            ends[kind, refusal.problem.code] += 1
            continue
        assert (kind, answer.receipt.watermark) == ("gap", own)
    assert {code for kind, code in ends if kind == "chunk"} == {"bad_chunk", "unknown_type"}
    assert {code for kind, code in ends if kind == "signature"} >= {"bad_signature"}
    assert {code for _, code in ends} <= {"bad_chunk", "unknown_type", "bad_signature", "unknown_device"}
    assert village.state() == before
    assert village.set_aside() == {}
    village.bad.household(village.bad.me.unit_id)
    assert village.bad.sync().outcomes == []


def test_a_request_that_comes_again_is_refused_and_changes_nothing(village):
    laptop: Laptop = village.bad
    laptop.household(laptop.me.unit_id)
    sealed = laptop.sealed(laptop.request())
    village.world.post("/api/v1/sync", sealed)
    after = village.state()
    for _ in range(20):
        with pytest.raises(Refusal, match="replayed"):
            village.world.post("/api/v1/sync", sealed)
    assert village.state() == after
    assert encode(laptop.request())
