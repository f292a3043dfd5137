"""B11: however a vault comes to differ from the server, it is found and mended, and nothing else happens."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from tests.faults.amounts import seeds
from tests.unit.server.conftest import COMMUNE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, server_rows
from tongcds.domain.stamps import derived_id
from tongcds.records import record_type
from tongcds.replica import compare, pending_count
from tongcds.replica.rows import AreaSums, read_rows
from tongcds.replica.tables import AREA
from tongcds.server.office import restored
from tongcds.storage.local import get_note, load_exchanges
from tongcds.sync.answers import KEEPS_EXTRA
from tongcds.sync.repair import Repair

DIVERGENCES = 100
HOUSEHOLD = record_type("household")
PERSON = record_type("person")
REPAIR, EXCHANGE = "tongcds.sync.repair", "tongcds.sync.exchange"


@pytest.fixture
def commune(world: World, desks: Desks) -> Desk:
    """A commune's desktop with four hundred records in two villages."""
    desk = desks(world, COMMUNE, "Cà Thị Hương")
    settle(desk, range(100))
    return desk


def settle(desk: Desk, numbers: range) -> None:
    """Write a household and a person for each number into both villages, and hand them in."""
    for village in (desk.world.unit(VILLAGE), desk.world.unit(SECOND_VILLAGE)):
        with desk.writing() as writer:
            for number in numbers:
                home = writer.create("household", village_id=village, code=f"HN-{number:04d}")
                name = f"Người {derived_id(village, number).hex()}"
                writer.create("person", village_id=village, household_id=home, full_name=name)
    desk.sync()


def same(desk: Desk) -> bool:
    """Whether the vault holds what the server holds, to the letter (numbers and editors are each side's)."""
    own = {"number", "editor"}

    def plain(rows: dict[bytes, dict[str, Any]]) -> Any:
        return {i: {k: v for k, v in row.items() if k not in own} for i, row in rows.items()}

    return all(
        plain(desk.rows(name)) == plain(server_rows(desk.world, name)) for name in ("household", "person")
    )


class Damage:
    """Ways in which a vault may come to differ; each remembers its record, so that none is hit twice."""

    def __init__(self, desk: Desk, rng: random.Random) -> None:
        self.desk = desk
        self.rng = rng
        self.left = {name: sorted(desk.rows(name)) for name in ("household", "person")}

    def _one(self) -> tuple[Any, bytes]:
        name = self.rng.choice(sorted(name for name, ids in self.left.items() if ids))
        chosen = self.left[name].pop(self.rng.randrange(len(self.left[name])))
        return record_type(name), chosen

    def _change(self, connection: Connection, record: Any, record_id: bytes, **values: Any) -> None:
        """As a mistake in our own code would: the sums know of it."""
        sums = AreaSums()
        sums.drop(record, read_rows(connection, record, [record_id])[record_id])
        connection.execute(update(record.table).where(record.table.c.id == record_id).values(**values))
        sums.add(record, read_rows(connection, record, [record_id])[record_id])
        sums.save(connection)

    def missing(self, connection: Connection) -> None:
        record, record_id = self._one()
        sums = AreaSums()
        sums.drop(record, read_rows(connection, record, [record_id])[record_id])
        connection.execute(delete(record.table).where(record.table.c.id == record_id))
        sums.save(connection)

    def missing_uncounted(self, connection: Connection) -> None:
        record, record_id = self._one()
        connection.execute(delete(record.table).where(record.table.c.id == record_id))

    def extra(self, connection: Connection) -> None:
        record, record_id = self._one()
        raw = connection.execute(select(record.table).where(record.table.c.id == record_id)).mappings().one()
        twin = derived_id("extra", record_id)
        connection.execute(insert(record.table).values({**raw, "id": twin}))
        sums = AreaSums()
        sums.add(record, read_rows(connection, record, [twin])[twin])
        sums.save(connection)

    def changed(self, connection: Connection) -> None:
        record, record_id = self._one()
        self._change(connection, record, record_id, note="khác", device=77, n=self.rng.randrange(1, 1000))

    def stale(self, connection: Connection) -> None:
        """The server went on, and the page that said so was skipped."""
        record, record_id = self._one()
        self._change(connection, record, record_id, n=1, stamp=1)

    def lost_tombstone(self, connection: Connection) -> None:
        record, record_id = self._one()
        on_server(
            self.desk.world,
            lambda server: self._change(server, record, record_id, deleted=1),
        )

    def false_tombstone(self, connection: Connection) -> None:
        record, record_id = self._one()
        self._change(connection, record, record_id, deleted=1)

    def rotten_value(self, connection: Connection) -> None:
        """The versions are the same: only the weekly comparison of values can see it."""
        record, record_id = self._one()
        connection.execute(update(record.table).where(record.table.c.id == record_id).values(note="??"))

    def wrong_count(self, connection: Connection) -> None:
        connection.execute(update(AREA).values(count=AREA.c.count + 1))

    def wrong_count_there(self, _connection: Connection) -> None:
        on_server(self.desk.world, lambda server: server.execute(update(AREA).values(count=AREA.c.count + 1)))


KINDS = (
    Damage.missing,
    Damage.missing_uncounted,
    Damage.extra,
    Damage.changed,
    Damage.stale,
    Damage.lost_tombstone,
    Damage.false_tombstone,
    Damage.rotten_value,
)


def damaged(desk: Desk, seed: int, count: int, kinds: tuple[Callable[..., None], ...] = KINDS) -> None:
    rng = random.Random(seed)
    damage = Damage(desk, rng)
    with desk.core.vault.write() as connection:
        for number in range(count):
            kinds[number % len(kinds)](damage, connection)


@pytest.mark.parametrize("turn", seeds(0, 40))
def test_a_hundred_differences_of_every_kind_are_found_and_mended(
    commune: Desk, desks: Desks, logs: Any, turn: int
) -> None:
    seed = random.randrange(1 << 32)
    sys.stdout.write(f"seed {seed} in turn {turn}\n")
    before = set(commune.rows("household"))
    damaged(commune, seed, DIVERGENCES)
    unsent = commune.create(village_id=commune.world.unit(VILLAGE), code="HN-9999")
    assert not same(commune)
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    logs.expect(REPAIR, "the count of an area")
    outcome = commune.sync()
    assert outcome.mismatch
    assert outcome.repaired == DIVERGENCES
    assert same(commune)
    assert unsent in server_rows(commune.world, "household")
    assert before - set(commune.rows("household")) == before - set(server_rows(commune.world, "household"))
    with commune.core.vault.read() as connection:
        assert pending_count(connection) == 0
    view = commune.core.runner.status()
    assert view.waiting == 0
    assert commune.sync().mismatch is False


def test_without_the_repair_the_differences_stay(
    commune: Desk, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is the repair that mends, not the exchange beside it."""
    damaged(commune, 1, 10)
    logs.expect(EXCHANGE, "the digests differ")
    monkeypatch.setattr(Repair, "run", lambda self: self.done)
    commune.sync()
    assert not same(commune)


@pytest.mark.parametrize("kind", KINDS[:-2], ids=lambda kind: kind.__name__)
def test_each_kind_alone_is_seen_by_the_digest(
    small_world: World, desks: Desks, logs: Any, kind: Callable[..., None]
) -> None:
    desk = desks(small_world)
    for number in range(6):
        desk.create(code=f"HN-{number}")
        desk.create("person", full_name=f"Người {number}")
    desk.sync()
    damaged(desk, 3, 1, (kind,))
    if kind is Damage.missing_uncounted:
        # The sums kept along the way do not know: the weekly comparison counts anew.
        small_world.clock.advance(days=8)
    else:
        logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    if kind is Damage.missing_uncounted:
        logs.expect(REPAIR, "the count of an area")
    assert desk.sync().repaired == 1
    assert same(desk)


def test_a_value_that_went_bad_under_its_version_is_found_within_a_week(
    small_world: World, desks: Desks, logs: Any
) -> None:
    desk = desks(small_world)
    home = desk.create(code="HN-1", note="gặp buổi chiều")
    desk.create("person", full_name="Người khác")
    desk.sync()
    with desk.core.vault.write() as connection:
        connection.execute(update(HOUSEHOLD.table).values(note="gặp buổi chìều"))
    assert desk.sync().repaired == 0
    small_world.clock.advance(days=8)
    logs.expect(REPAIR, "was mended")
    assert desk.sync().repaired == 1
    assert desk.rows("household")[home]["note"] == "gặp buổi chiều"
    assert desk.core.runner.status().waiting == 0


def test_a_wrong_count_on_either_side_is_put_right_where_it_is(
    small_world: World, desks: Desks, logs: Any
) -> None:
    desk = desks(small_world)
    desk.create(code="HN-1")
    desk.sync()
    for wrong, logger in (
        (Damage.wrong_count, REPAIR),
        (Damage.wrong_count_there, "tongcds.server.comparing"),
    ):
        damaged(desk, 1, 1, (wrong,))
        logs.expect(EXCHANGE, "the digests differ")
        logs.expect(logger, "the count of an area was wrong")
        outcome = desk.sync()
        assert (outcome.mismatch, outcome.repaired) == (True, 0)
        assert not desk.sync().mismatch


def test_what_travels_grows_with_the_difference_and_not_with_the_register(commune: Desk, logs: Any) -> None:
    def cost(count: int) -> int:
        damaged(commune, 7 + count, count, (Damage.missing,))
        traffic = commune.wire.traffic
        before = traffic.sent + traffic.received
        assert commune.sync().repaired == count
        return traffic.sent + traffic.received - before

    # The first question costs something for every kind of record: the register is large beside it.
    settle(commune, range(100, 300))
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    idle = commune.wire.traffic.received
    commune.sync()
    idle = commune.wire.traffic.received - idle
    one, twenty = cost(1), cost(20)
    with commune.core.vault.write() as connection:
        connection.execute(update(AREA).values(counter=0))
    traffic = commune.wire.traffic
    before = traffic.sent + traffic.received
    commune.sync()
    everything = traffic.sent + traffic.received - before
    told = f"idle {idle}, one difference {one}, twenty {twenty}, everything {everything} bytes"
    sys.stdout.write(told + "\n")
    assert one < twenty < everything
    assert one - idle < everything / 3


def test_own_work_that_no_receipt_covers_stays_on_top(small_world: World, desks: Desks, logs: Any) -> None:
    desk = desks(small_world)
    home = desk.create(code="HN-1")
    other = desk.create(code="HN-2")
    desk.sync()
    with desk.core.vault.write() as connection:
        connection.execute(update(HOUSEHOLD.table).values(device=77))
    logs.expect(REPAIR, "was mended")
    logs.expect(REPAIR, "the count of an area")

    # Saved while the comparison is on its way.
    real = desk.wire.serve

    def meanwhile(path: str, body: bytes) -> bytes:
        answer = real(path, body)
        if path.endswith("compare") and not saved:
            saved.append(desk.create(code="HN-3"))
            desk.update(home, address="Nhóm 2")
        return answer

    saved: list[bytes] = []
    desk.wire.serve = meanwhile
    repair = Repair(desk.core.vault, desk.wire, small_world.now)
    assert repair.run().records == 1
    rows = desk.rows("household")
    assert rows[home]["address"] == "Nhóm 2"
    assert rows.keys() == {home, other, *saved}
    desk.sync()
    assert same(desk)
    assert server_rows(small_world, "household")[home]["address"] == "Nhóm 2"


def test_a_cut_in_the_middle_leaves_what_was_mended_and_goes_on_later(
    small_world: World, desks: Desks, logs: Any
) -> None:
    desk = desks(small_world)
    for number in range(20):
        desk.create(code=f"HN-{number}")
    desk.sync()
    damaged(desk, 5, 5, (Damage.missing, Damage.changed))
    desk.wire.cut = {"/api/v1/compare"}
    logs.expect(EXCHANGE, "the digests differ")
    with pytest.raises(Exception, match="server_unreachable"):
        desk.sync()
    desk.wire.cut = set()
    logs.expect(REPAIR, "was mended")
    assert desk.sync().repaired == 5
    assert same(desk)
    with desk.core.vault.read() as connection:
        assert [past.outcome for past in load_exchanges(connection)] == ["repaired", "failed", "done"]


def test_buckets_hold_every_record_once() -> None:
    ids = [derived_id("record", number) for number in range(3000)]
    for bits in (1, 4, compare.MOST_BITS):
        counts = [0] * (1 << bits)
        for record_id in ids:
            counts[compare.bucket_of(record_id, bits)] += 1
        assert sum(counts) == len(ids)
        assert max(counts) < 3 * len(ids) / len(counts) + 20


def test_a_question_about_what_a_laptop_may_not_hold_is_refused(small_world: World, desks: Desks) -> None:
    desk = desks(small_world)
    desk.sync()
    repair = Repair(desk.core.vault, desk.wire, small_world.now)
    for asked in (
        {"sums": [(0, bytes(8))]},  # the province: figures only
        {"sums": [(99, bytes(8))]},
        {"place": 0, "bits": 2, "buckets": [0]},
        {"place": 3, "bits": 2, "buckets": [4]},
        {"place": 3, "bits": 60, "buckets": [0]},
    ):
        with pytest.raises(Exception, match="bad_message"):
            repair._ask(**asked)


def keeps_extra(desk: Desk) -> bool:
    with desk.core.vault.read() as connection:
        return bool(get_note(connection, KEEPS_EXTRA))


def differing_after_a_restore(commune: Desk, kind: Callable[..., None]) -> set[bytes]:
    """The server was put back, and the laptop came to differ so; what only this laptop holds alive."""
    world = commune.world
    on_server(world, lambda connection: restored(connection, now=world.now()))
    commune.sync()
    damaged(commune, 5, 1, (kind,))
    commune.sync()
    here, there = (
        {*rows(where, "household"), *rows(where, "person")}
        for rows, where in ((Desk.rows, commune), (server_rows, world))
    )
    return here - there


def test_after_a_restore_what_the_server_holds_as_removed_goes(commune: Desk, logs: Any) -> None:
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    assert differing_after_a_restore(commune, Damage.lost_tombstone) == set()
    assert not keeps_extra(commune)


def test_without_the_servers_word_on_removed_ones_it_would_stay(
    commune: Desk, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repair, "_let_go", lambda *_: set())
    logs.expect(EXCHANGE, "the digests differ")
    assert len(differing_after_a_restore(commune, Damage.lost_tombstone)) == 1


def test_after_a_restore_what_the_server_lacks_stays_until_both_hold_the_same_once(
    commune: Desk, logs: Any
) -> None:
    logs.expect(EXCHANGE, "the digests differ")
    alone = differing_after_a_restore(commune, Damage.extra)
    assert len(alone) == 1
    assert keeps_extra(commune)
    # Somebody says it again after all: here the laptop itself, by removing it.
    (record_id,) = alone
    name = "household" if record_id in commune.rows("household") else "person"
    commune.remove(record_id, name)
    commune.world.clock.advance(days=8)
    commune.sync()
    assert not keeps_extra(commune)
    # From now on what the server lacks is a mistake, and goes.
    damaged(commune, 6, 1, (Damage.extra,))
    logs.expect(REPAIR, "was mended")
    commune.sync()
    assert same(commune)
