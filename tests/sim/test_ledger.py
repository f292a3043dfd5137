"""The ledger's own account: what it takes for kept, and that it does not take more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.sim import ledger
from tests.sim.ledger import Known
from tests.sim.machines import Machine
from tests.sim.world import COMMUNES, World
from tongcds.replica import WRITE
from tongcds.server import reforms, units
from tongcds.server.enrolment import place_of
from tongcds.server.office import office

DAY = date(2026, 11, 23)


@pytest.fixture
def small(world: Callable[..., World]) -> World:
    """Four teams of one village each, two communes above them; everybody has heard everything."""
    made = world(1, machines=6)
    made.heal()
    return made


def household(world: World, machine: Machine) -> bytes:
    world.create(machine)
    row = world._pick(machine, "household")
    assert row is not None
    return row["id"]


def change(world: World, machine: Machine, record_id: bytes, **values: object) -> None:
    with world._change(machine) as writer:
        writer.update("household", record_id, **values)
    world.now += 1_000


def merge(world: World, old: bytes, new: bytes) -> None:
    with world.province.database.write() as connection:
        state = office(connection)
        assert state is not None
        source, target = (place_of(connection, unit, state.province_id) for unit in (old, new))
        assert source is not None
        assert target is not None
        reforms.merge(connection, [source], target, on=DAY, document="", now=world.now)
    world.villages.remove(old)


def through_one_that_was_forgotten(world: World) -> list[str]:
    """A team changes an address twice and loses the second change with its disk; a stick had it already."""
    team, commune = world.machines[0], world.machines[4]
    home = household(world, team)
    change(world, team, home, address="Nhóm 1")
    world.heal()
    world.copy_machine(team)
    change(world, team, home, address="Nhóm 2")
    world.export(team)
    world.restore_machine(team)
    assert world.ledger.forgotten
    world.carry_to_server(world.sticks[-1])
    world.sync(commune)
    change(world, commune, home, address="Nhóm 3")
    world.heal()
    return world.problems()


def test_a_write_is_followed_through_one_that_was_forgotten(small: World) -> None:
    assert through_one_that_was_forgotten(small) == []


def test_a_write_that_only_a_lost_one_followed_is_lost(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "holds", lambda *_: False)
    assert any("Nhóm 1" in line for line in through_one_that_was_forgotten(small))


def by_an_older_copy_and_a_newer_one(world: World) -> list[str]:
    """The server is put back to before a merger, and then to after it, where the merger stands again."""
    team = world.machines[0]
    (old,), (new,) = world._areas(team, WRITE), world._areas(world.machines[1], WRITE)
    household(world, team)
    world.heal()
    world.copy_server(team)
    merge(world, old, new)
    world.copy_server(team)
    before, after = world.copies[-2:]
    world.put_back(before)
    world.put_back(after)
    world.heal()
    return world.problems()


def test_what_a_newer_copy_brings_back_counts_again(small: World) -> None:
    assert by_an_older_copy_and_a_newer_one(small) == []


def test_what_no_copy_has_does_not_count(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Known, "office", lambda *_: False)
    assert "lost: household.village_id" in str(by_an_older_copy_and_a_newer_one(small))


def into_two_villages_that_became_one(world: World) -> list[str]:
    """A commune and its twin move a household to two villages at once; both are merged before it is told."""
    one = world.machines[4]
    with world.province.database.write() as connection:
        line = units.VillageLine("Bản mới", COMMUNES[0], f"{COMMUNES[0]}-91")
        world.villages += units.add_villages(connection, [line], now=world.now)
    world.heal()
    home = household(world, one)
    world.heal()
    row = world._pick(one, "household")
    assert row is not None
    first, second = (area for area in world._areas(one, WRITE) if area != row["area"])
    twin = world.twin(one)
    change(world, one, home, village_id=first)
    change(world, twin, home, village_id=second)
    for gone in (first, second):
        merge(world, gone, row["area"])
    world.heal()
    return world.problems()


def test_moves_into_villages_that_became_one_say_the_same(small: World) -> None:
    assert into_two_villages_that_became_one(small) == []


def test_without_knowing_what_became_of_villages_one_would_be_lost(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "successors", lambda _: {})
    assert any("village_id" in line for line in into_two_villages_that_became_one(small))
