"""Files between laptops of one commune: shown at once to whoever may hold it, decided by the server alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select

from tests.unit.server.conftest import COMMUNE, SECOND_VILLAGE, VILLAGE, World
from tests.unit.sync.desks import Desk
from tongcds.actions import syncing
from tongcds.clock import business_date
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError
from tongcds.protocol import bundle
from tongcds.server import enrolment
from tongcds.server.tables import DEVICE
from tongcds.storage.local import load_enrolment, merged_files
from tongcds.sync import carrying
from tongcds.sync.exchange import Exchange

Desks = Callable[..., Desk]


@pytest.fixture
def commune(desks: Desks, small_world: World) -> Desk:
    return desks(small_world, COMMUNE, "Cà Thị Hương")


@pytest.fixture
def team(desks: Desks, small_world: World, commune: Desk) -> Desk:
    made = desks(small_world, VILLAGE, "Lò Thị Ngân")
    for desk in (made, commune, made):
        desk.sync()
    return made


def export(desk: Desk, folder: Path) -> Path:
    return syncing.export_bundle(desk.core, folder).path


def take(desk: Desk, path: Path) -> syncing.Imported:
    return syncing.take_bundle(desk.core, path)[0]


def reads(desk: Desk, path: Path) -> bool:
    with desk.core.vault.read() as connection:
        known = load_enrolment(connection)
    assert known is not None
    return bundle.read(path, key=SigningKey(known.signing_seed)).content is not None


def open_files(desk: Desk) -> dict[str, bool]:
    with desk.core.vault.read() as connection:
        return merged_files(connection)


def agree(*desks: Desk) -> None:
    """Everybody exchanges until nothing is new; then all hold the same, and nobody saw damage."""
    for _ in range(3):
        for desk in desks:
            assert not desk.sync().mismatch
    first, *others = (desk.rows("household") for desk in desks)
    for other in others:
        assert {i: row["address"] for i, row in other.items()} == {i: r["address"] for i, r in first.items()}


def test_a_file_that_is_carried_for_others_stands_in_the_history_and_is_no_word_of_the_server(
    team: Desk, commune: Desk, small_world: World, tmp_path: Path
) -> None:
    team.create(address="Nhóm 1")
    heard = syncing.status(commune.core).received_at
    small_world.clock.advance(minutes=5)
    take(commune, export(team, tmp_path))
    latest = syncing.sync_view(commune.core).history[0]
    assert (latest.way, latest.sent, latest.received) == ("courier", 0, 1)
    assert syncing.status(commune.core).received_at == heard


def test_the_name_of_a_file_carries_the_local_day(team: Desk, small_world: World, tmp_path: Path) -> None:
    # Half past six in the morning: in UTC it is the day before.
    now = small_world.clock()
    small_world.clock.advance(minutes=(23 * 60 + 30 - now.hour * 60 - now.minute) % (24 * 60))
    assert export(team, tmp_path).name.startswith(f"{business_date(small_world.clock):%Y%m%d}-0630-")


def test_the_commune_sees_a_teams_file_at_once_and_the_server_hears_of_it_before_anything_else(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    home = team.create(address="Nhóm 1")
    taken = take(commune, export(team, tmp_path))
    assert (taken.merged, taken.carried) == (1, True)
    assert commune.rows("household")[home]["address"] == "Nhóm 1"
    assert syncing.status(commune.core).waiting == 0
    commune.update(home, address="Nhóm 2")
    commune.wire.posts.clear()
    assert not commune.sync().mismatch
    assert [path.rsplit("/", 1)[1] for path in commune.wire.posts][:2] == ["bundle", "sync"]
    assert open_files(commune) == {}
    assert carrying.carried(commune.core.vault) == ()
    team.sync()
    assert team.rows("household")[home]["address"] == "Nhóm 2"
    assert team.rows("conflict") == commune.rows("conflict") == {}
    agree(team, commune)


def test_a_file_is_sealed_to_whoever_may_hold_all_of_it(
    team: Desk, commune: Desk, desks: Desks, small_world: World, tmp_path: Path
) -> None:
    neighbour = desks(small_world, VILLAGE, "Hà Văn Sơn")
    elsewhere = desks(small_world, SECOND_VILLAGE, "Quàng Văn Pản")
    for desk in (neighbour, elsewhere, team, commune):
        desk.sync()
    team.create(address="Nhóm 1")
    path = export(team, tmp_path)
    assert [reads(desk, path) for desk in (commune, neighbour, elsewhere)] == [True, True, False]
    commune.create(village_id=team.unit, address="Nhóm 2")
    path = export(commune, tmp_path)
    assert [reads(desk, path) for desk in (team, neighbour, elsewhere)] == [True, True, False]
    commune.create(village_id=elsewhere.unit, address="Nhóm 3")
    path = export(commune, tmp_path)
    assert [reads(desk, path) for desk in (team, neighbour, elsewhere)] == [False, False, False]


def test_the_same_file_twice_late_and_after_the_network_changes_nothing_more(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    home = team.create(address="Nhóm 1")
    first = export(team, tmp_path)
    team.update(home, address="Nhóm 2")
    second = export(team, tmp_path)
    assert take(commune, second).merged == 2
    for path in (second, first):
        assert take(commune, path).merged == 0
        assert commune.rows("household")[home]["address"] == "Nhóm 2"
    agree(commune, team)
    commune.update(home, address="Nhóm 3")
    for path in (first, second):
        assert take(commune, path).merged == 0
    agree(commune, team)
    assert team.rows("household")[home]["address"] == "Nhóm 3"


def test_an_old_file_that_was_never_seen_does_not_bring_a_removed_record_back(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    home = team.create(address="Nhóm 1")
    old = export(team, tmp_path)
    team.sync()
    commune.sync()
    commune.remove(home)
    take(commune, old)
    assert home not in commune.rows("household")
    agree(commune, team)
    assert home not in team.rows("household")


def test_a_removal_that_is_known_does_not_bring_the_record_back_when_a_file_says_it_again(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    home = team.create(address="Nhóm 1")
    for desk in (team, commune):
        desk.sync()
    team.remove(home)
    late = export(team, tmp_path)
    team.sync()
    commune.sync()
    assert home not in commune.rows("household")
    take(commune, late)
    assert home not in commune.rows("household")
    agree(commune, team)


def test_a_file_that_does_not_go_on_is_told_and_only_carried(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    team.create(address="Nhóm 1")
    first = export(team, tmp_path)
    assert take(commune, first).merged == 1
    team.create(address="Nhóm 2")
    team.sync()
    team.create(address="Nhóm 3")
    third = export(team, tmp_path)
    taken = take(commune, third)
    assert (taken.merged, taken.needed_from, taken.carried) == (0, 2, True)
    assert "2" in syncing.taken_words(taken)
    agree(commune, team)
    team.create(address="Nhóm 4")
    assert take(commune, export(team, tmp_path)).merged == 1


def test_what_the_server_decides_otherwise_is_put_right_and_is_no_damage(
    team: Desk, commune: Desk, small_world: World, tmp_path: Path
) -> None:
    shared = team.create(address="Nhóm 1")
    agree(team, commune)
    made = team.create(address="Nhóm 2")
    team.update(shared, address="Nhóm 3")
    path = export(team, tmp_path)
    with small_world.province.database.write() as connection:
        enrolment.revoke(connection, team.core.credentials().device, now=small_world.now())
    assert take(commune, path).merged == 2
    assert commune.rows("household")[made]["address"] == "Nhóm 2"
    assert not commune.sync().mismatch
    assert made not in commune.rows("household")
    assert commune.rows("household")[shared]["address"] == "Nhóm 1"
    assert open_files(commune) == {}
    assert take(commune, path).merged == 0


def test_before_the_server_has_it_the_difference_is_no_damage(
    team: Desk, commune: Desk, tmp_path: Path
) -> None:
    home = team.create(address="Nhóm 1")
    take(commune, export(team, tmp_path))
    alone = Exchange(commune.core.vault, commune.wire, commune.core.clock)
    assert not alone.run().mismatch
    assert home in commune.rows("household")
    assert list(open_files(commune).values()) == [False]
    agree(commune, team)


def test_a_lost_answer_to_the_handing_over_costs_nothing(team: Desk, commune: Desk, tmp_path: Path) -> None:
    home = team.create(address="Nhóm 1")
    take(commune, export(team, tmp_path))
    commune.wire.cut.add(carrying.BUNDLE_PATH)
    with pytest.raises(UnavailableError):
        commune.sync()
    commune.wire.cut.clear()
    assert not commune.sync().mismatch
    assert home in commune.rows("household")


def test_a_laptop_that_nobody_told_of_is_only_carried_within_a_quarter(
    team: Desk,
    commune: Desk,
    desks: Desks,
    small_world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = desks(small_world, VILLAGE, "Hà Văn Sơn")
    new.sync()
    new.create(address="Nhóm 1")
    path = export(new, tmp_path)
    assert (reads(commune, path), take(commune, path).merged) == (True, 0)
    monkeypatch.setattr(carrying, "MOST_FILES", 8)
    new.create(address="Nhóm 2")
    take(commune, export(new, tmp_path))
    new.create(address="Nhóm 3")
    third = export(new, tmp_path)
    with pytest.raises(UnavailableError, match="courier_full"):
        take(commune, third)
    team.create(address="Nhóm 4")
    assert take(commune, export(team, tmp_path)).merged == 1
    agree(commune, new, team)


def test_a_disk_without_room_takes_no_file(
    team: Desk, commune: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.create(address="Nhóm 1")
    path = export(team, tmp_path)
    monkeypatch.setattr(carrying, "ROOM", 1 << 60)
    with pytest.raises(UnavailableError, match="disk_full"):
        take(commune, path)
    assert commune.rows("household") == {}


def test_a_file_that_is_too_large_is_refused_unread(
    commune: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "MAX_BUNDLE", 1000)
    path = tmp_path / "large.tcds"
    path.write_bytes(bytes(1001))
    with pytest.raises(UserError, match="bundle_foreign"):
        take(commune, path)


def test_a_refused_file_is_put_aside_and_the_others_get_through(
    team: Desk, commune: Desk, small_world: World, tmp_path: Path, logs
) -> None:
    logs.expect("tongcds.sync.carrying", "refused")
    team.create(address="Nhóm 1")
    take(commune, export(team, tmp_path))
    with small_world.province.database.write() as connection:
        device = team.core.credentials().device
        connection.execute(DEVICE.delete().where(DEVICE.c.device == device))
        assert enrolment.withdraw(connection, device, now=small_world.now())
    assert not commune.sync().mismatch
    assert commune.rows("household") == {}
    assert len(list((commune.core.vault.folder / "refused").glob("*.tcds"))) == 1
    assert carrying.carried(commune.core.vault) == ()


def test_who_is_revoked_reads_and_tells_nothing_more(
    team: Desk, commune: Desk, small_world: World, tmp_path: Path
) -> None:
    with small_world.province.database.write() as connection:
        enrolment.revoke(connection, team.core.credentials().device, now=small_world.now())
    commune.sync()
    commune.create(village_id=team.unit, address="Nhóm 1")
    assert not reads(team, export(commune, tmp_path))
    team.create(address="Nhóm 2")
    assert take(commune, export(team, tmp_path)).merged == 0


def test_the_server_tells_of_laptops_under_each_of_their_numbers_and_places(
    team: Desk, commune: Desk, small_world: World
) -> None:
    rows = commune.rows("laptop").values()
    assert {(row["known_as"], row["role"]) for row in rows} == {
        (commune.core.credentials().device, Role.COMMUNE),
        (team.core.credentials().device, Role.TEAM),
    }
    with small_world.province.database.read() as connection:
        keys = dict(connection.execute(select(DEVICE.c.device, DEVICE.c.public_key)).all())
    assert {row["known_as"]: row["public_key"] for row in rows} == keys
