"""What is let go of when nobody needs it any more, on both sides, and that nothing removed comes back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.unit.server.conftest import COMMUNE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, scalar, server_rows
from tests.unit.sync.test_returned import forget
from tongcds.actions import audit, returned
from tongcds.replica.tables import MOVED, OWN
from tongcds.server import enrolment, tidy
from tongcds.server.tables import DEVICE, STATE

EXCHANGE, REPAIR = "tongcds.sync.exchange", "tongcds.sync.repair"


def tidied(world: World) -> tuple[int, int]:
    done = tidy.tidy(world.province.database, now=world.now())
    return done.tombstones, done.markers


def removed_home(team: Desk, other: Desk) -> bytes:
    """A household that both had, and that the first removed."""
    home = team.create(code="HN-1", address="Nhóm 1")
    team.sync()
    other.sync()
    assert home in other.rows("household")
    team.remove(home)
    team.sync()
    return home


def test_a_tombstone_goes_once_every_laptop_has_passed_it(world: World, desks: Desks) -> None:
    team, commune = desks(world), desks(world, COMMUNE, "Cà Thị Hương")
    home = removed_home(team, commune)
    world.clock.advance(days=61)
    team.sync()
    assert tidied(world) == (0, 0), "the commune has not passed it"
    commune.sync()
    # What it confirms is what its next request says.
    commune.sync()
    assert tidied(world) == (1, 0)
    assert home not in server_rows(world, "household", deleted=True)
    for desk in (team, commune):
        assert not desk.sync().mismatch
        assert home not in desk.rows("household")


def logged(world: World, **more: bool) -> int:
    return len(server_rows(world, "audit", **more))


def test_what_access_logs_said_goes_from_server_and_laptops_when_its_time_is_over(
    world: World, desks: Desks
) -> None:
    team, commune = desks(world), desks(world, COMMUNE, "Cà Thị Hương")
    for desk in (team, commune):
        audit.note(desk.core, audit.EXPORT, count=7)
    for desk in (team, commune, team):
        desk.sync()
    assert len(commune.rows("audit")) == 2
    world.clock.advance(days=1095)
    assert tidy.tidy(world.province.database, now=world.now()).logged == 0, "three years less a day"
    world.clock.advance(days=2)
    audit.note(team.core, audit.EXPORT, count=1)
    team.sync()
    assert tidy.tidy(world.province.database, now=world.now()).logged == 2
    for _round in range(2):
        for desk in (team, commune):
            assert not desk.sync().mismatch
    assert len(team.rows("audit")) == len(commune.rows("audit")) == logged(world) == 1
    for desk in (team, commune):
        assert not audit.access_log(desk.core).findings
    world.clock.advance(days=61)
    for desk in (team, commune, team, commune):
        desk.sync()
    tidied(world)
    assert logged(world, deleted=True) == 1
    assert len(commune.rows("audit", deleted=True)) == 1


def test_no_laptop_removes_what_it_said_of_its_access_log(world: World, desks: Desks) -> None:
    team = desks(world)
    audit.note(team.core, audit.EXPORT, count=7)
    team.sync()
    (said,) = team.rows("audit")
    with team.writing() as writer:
        writer.remove("audit", said)
    team.sync()
    assert logged(world) == 1


def test_a_tombstone_can_be_taken_back_for_sixty_days(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    home = removed_home(team, team)
    team.sync()
    small_world.clock.advance(days=20)
    assert tidied(small_world) == (0, 0)
    with team.writing() as writer:
        writer.restore("household", home)
    team.sync()
    assert home in server_rows(small_world, "household")


def test_whoever_comes_back_after_401_days_brings_nothing_removed_back(
    world: World, desks: Desks, logs: Any
) -> None:
    team, away = desks(world), desks(world, VILLAGE, "Quàng Thị Hoa")
    home = removed_home(team, away)
    kept = team.create(code="HN-2")
    away.update(home, address="Nhóm 2")
    own = away.create(code="HN-3")
    world.clock.advance(days=401)
    team.sync()
    team.sync()
    assert tidied(world)[0] == 1
    assert home not in server_rows(world, "household", deleted=True)
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    outcome = away.sync()
    assert (outcome.sent, outcome.mismatch) == (2, True)
    for where in (server_rows(world, "household"), away.rows("household")):
        assert where.keys() == {kept, own}
    (row,) = returned.returned(away.core)
    assert (row.code, [c.wanted for c in row.changes]) == ("unknown_record", ["Nhóm 2"])
    team.sync()
    assert team.rows("household").keys() == {kept, own}


def test_without_the_comparison_it_would_come_back_to_life_there(
    small_world: World, desks: Desks, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: it is the comparison that drops what the server let go of.
    from tongcds.sync.repair import Repair

    team, away = desks(small_world), desks(small_world, VILLAGE, "Quàng Thị Hoa")
    home = removed_home(team, away)
    small_world.clock.advance(days=401)
    team.sync()
    team.sync()
    tidied(small_world)
    monkeypatch.setattr(Repair, "run", lambda self: self.done)
    logs.expect(EXCHANGE, "the digests differ")
    away.sync()
    assert home in away.rows("household")


def test_an_edit_within_the_time_brings_the_record_back_with_a_conflict(
    small_world: World, desks: Desks
) -> None:
    team, away = desks(small_world), desks(small_world, VILLAGE, "Quàng Thị Hoa")
    home = removed_home(team, away)
    away.update(home, address="Nhóm 2")
    small_world.clock.advance(days=200)
    team.sync()
    team.sync()
    assert tidied(small_world) == (0, 0)
    away.sync()
    assert server_rows(small_world, "household")[home]["address"] == "Nhóm 2"
    assert len(server_rows(small_world, "conflict")) == 1


def test_a_marker_of_a_moved_record_goes_too(small_world: World, desks: Desks) -> None:
    commune, team = desks(small_world, COMMUNE, "Cà Thị Hương"), desks(small_world)
    home = commune.create(village_id=small_world.unit(VILLAGE), code="HN-1")
    commune.sync()
    team.sync()
    commune.update(home, village_id=small_world.unit(SECOND_VILLAGE))
    commune.sync()
    assert scalar(small_world, select(func.count()).select_from(MOVED)) == 1
    small_world.clock.advance(days=61)
    commune.sync()
    assert tidied(small_world) == (0, 0)
    team.sync()
    team.sync()
    assert home not in team.rows("household")
    assert tidied(small_world) == (0, 1)


def test_a_laptop_that_was_taken_out_is_not_waited_for(small_world: World, desks: Desks) -> None:
    team, gone = desks(small_world), desks(small_world, VILLAGE, "Quàng Thị Hoa")
    removed_home(team, gone)
    small_world.clock.advance(days=61)
    team.sync()
    assert tidied(small_world) == (0, 0)
    on_server(
        small_world,
        lambda c: enrolment.revoke(c, gone.core.credentials().device, now=small_world.now()),
    )
    assert tidied(small_world) == (1, 0)


def test_what_was_erased_leaves_its_husk_for_ever(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    home = team.create(code="HN-1", address="Nhóm 1")
    team.sync()
    with team.writing() as writer:
        writer.erase("household", home)
        writer.remove("household", home)
    team.sync()
    small_world.clock.advance(days=500)
    team.sync()
    tidied(small_world)
    assert home in server_rows(small_world, "household", deleted=True)
    assert home in team.rows("household", deleted=True)


def test_it_is_done_once_a_day_by_whoever_serves(small_world: World, desks: Desks) -> None:
    assert tidy.tidy_if_due(small_world.province)
    assert not tidy.tidy_if_due(small_world.province)
    small_world.clock.advance(hours=25)
    assert tidy.tidy_if_due(small_world.province)
    with tidy.daily(small_world.province):
        pass


def test_a_laptop_lets_go_of_its_own_tombstones_and_of_writes_received_long_ago(
    small_world: World, desks: Desks
) -> None:
    team = desks(small_world)
    home = removed_home(team, team)
    kept = team.create(code="HN-2")
    team.sync()
    small_world.clock.advance(days=31)
    team.sync()
    assert home not in team.rows("household", deleted=True)
    assert own_writes(team) == [1, 2, 3], "the log is kept for longer"
    small_world.clock.advance(days=150)
    team.sync()
    assert own_writes(team) == [3], "the last receipt names its chain"
    # And everything goes on as before: chain, receipts, new writes.
    team.update(kept, address="Nhóm 3")
    outcome = team.sync()
    assert (outcome.sent, outcome.mismatch) == (1, False)
    assert server_rows(small_world, "household")[kept]["address"] == "Nhóm 3"


def own_writes(desk: Desk) -> list[int]:
    with desk.core.vault.read() as connection:
        return list(connection.execute(select(OWN.c.n).order_by(OWN.c.n)).scalars())


def test_what_waits_or_came_back_stays_in_the_log(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    team.create(code="HN-1")
    team.create(village_id=small_world.unit(SECOND_VILLAGE), code="HN-2")
    team.create(code="HN-3")
    team.sync()
    small_world.clock.advance(days=200)
    team.create(code="HN-4")
    team.sync()
    assert own_writes(team) == [2, 3, 4]
    assert [row.n for row in returned.returned(team.core)] == [2]
    returned.withdraw_returned(team.core, 2)
    small_world.clock.advance(days=1)
    team.sync()
    assert own_writes(team)[0] > 3


def test_receipts_from_before_the_server_was_put_back_do_not_count(small_world: World, desks: Desks) -> None:
    from tongcds.server.office import restored

    team = desks(small_world)
    for number in range(3):
        team.create(code=f"HN-{number}")
    team.sync()
    small_world.clock.advance(days=179)
    on_server(small_world, lambda c: restored(c, now=small_world.now()))
    team.sync()
    small_world.clock.advance(days=2)
    team.sync()
    assert own_writes(team) == [1, 2, 3]
    small_world.clock.advance(days=180)
    team.sync()
    assert own_writes(team) == [3]


def test_a_server_put_back_from_a_copy_older_than_the_log_gets_what_is_left(
    small_world: World, desks: Desks, logs: Any
) -> None:
    team = desks(small_world)
    old = team.create(code="HN-1")
    team.create(code="HN-2")
    team.sync()
    small_world.clock.advance(days=200)
    team.create(code="HN-3")
    team.sync()
    fresh = team.create(code="HN-4")
    assert own_writes(team) == [3, 4]
    logs.expect(EXCHANGE, "the digests differ")
    forget(small_world, "household")
    team.sync()
    assert {row["code"] for row in server_rows(small_world, "household").values()} == {"HN-3", "HN-4"}
    assert fresh in server_rows(small_world, "household")
    assert old in team.rows("household"), "nobody else has it any more"


def test_the_vault_opens_after_its_log_was_cut(small_world: World, desks: Desks) -> None:
    from tests.unit.sync.desks import PASSPHRASE
    from tongcds.storage.vault import Vault

    team = desks(small_world)
    for number in range(3):
        team.create(code=f"HN-{number}")
    team.sync()
    small_world.clock.advance(days=200)
    team.sync()
    folder = team.core.vault.folder
    team.close()
    team.core.vault = Vault.open(folder, PASSPHRASE, now=small_world.now)
    team.core.make_runner(lambda work: work())
    fresh = team.create(code="HN-9")
    team.sync()
    assert fresh in server_rows(small_world, "household")
    team.close()
    team.core.vault = Vault.open(folder, PASSPHRASE, now=small_world.now)
    assert len(team.rows("household")) == 4


def test_what_was_confirmed_under_another_scope_counts_for_nothing(small_world: World, desks: Desks) -> None:
    team = desks(small_world)
    team.create(code="HN-1")
    team.sync()
    team.sync()
    area = small_world.unit(VILLAGE)
    with small_world.province.database.read() as connection:
        before = tidy.passed_by_all(connection, now=small_world.now())[area]
    on_server(small_world, lambda c: c.execute(update(DEVICE).values(cursors_scope=-1)))
    with small_world.province.database.read() as connection:
        after = tidy.passed_by_all(connection, now=small_world.now())[area]
    assert before > after == 0


def test_a_server_put_back_without_saying_so_is_noticed_by_its_receipt(
    small_world: World, desks: Desks, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the copy lost is found by comparing, too, and put right.
    logs.expect("tongcds.sync.exchange", "the digests differ")
    logs.expect("tongcds.sync.repair", "this vault differed from the server and was mended")
    team = desks(small_world)
    homes = {team.create(code=f"HN-{number}") for number in range(3)}
    team.sync()
    team.create(code="HN-4")
    epoch = scalar(small_world, select(STATE.c.epoch))
    forget(small_world, "household")
    on_server(small_world, lambda c: c.execute(update(STATE).values(epoch=epoch)))
    team.sync()
    assert homes < set(server_rows(small_world, "household"))
    assert not team.sync().mismatch
