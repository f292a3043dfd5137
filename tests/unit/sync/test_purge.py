"""What a laptop may no longer hold leaves it once it was received, and a backup is made before."""

from __future__ import annotations

import pytest

from tests.unit.server.conftest import OTHER_VILLAGE, VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk
from tongcds.errors import UnavailableError
from tongcds.server import reforms, units
from tongcds.storage import backups
from tongcds.storage.vault import Vault


def reasons(desk: Desk) -> list[str]:
    vault = desk.core.vault
    return [each.label.why for each in backups.listed(vault.folder / backups.FOLDER, vault._opened)]


def move(world: World, desk: Desk, code: str) -> None:
    """Let the laptop work for another unit."""
    with world.province.database.write() as connection:
        place = units.find(connection, code)
        reforms.reassign(connection, desk.core.credentials().device, place, now=world.now())


@pytest.fixture
def team(small_world: World, desks: Desks) -> Desk:
    made = desks(small_world, VILLAGE)
    made.create(code="HN-0001")
    made.sync()
    return made


def test_before_a_village_leaves_the_laptop_a_backup_is_made(small_world: World, team: Desk) -> None:
    before = reasons(team)
    assert "purge" not in before
    move(small_world, team, OTHER_VILLAGE)
    team.sync()
    assert team.rows("household") == {}
    assert "purge" in reasons(team)


def test_nothing_is_backed_up_where_nothing_leaves(small_world: World, team: Desk) -> None:
    team.create(code="HN-0002")
    team.sync()
    assert "purge" not in reasons(team)


def test_without_room_for_a_backup_it_leaves_all_the_same(
    small_world: World, team: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_vault: Vault, _why: str) -> None:
        raise UnavailableError("backup_no_room", needed=60, free=1)

    monkeypatch.setattr(Vault, "backup", no_room)
    move(small_world, team, OTHER_VILLAGE)
    team.sync()
    assert team.rows("household") == {}
