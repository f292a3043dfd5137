"""What the simulator found, each as small as it can be told; the seeds stay in `test_simulator`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import false, func, select

from tests.sim.ledger import Ledger
from tests.sim.machines import Machine
from tests.sim.world import COMMUNES, World
from tests.unit.replica.laptops import rows
from tongcds.records import record_type
from tongcds.replica import WRITE, lost
from tongcds.replica.own import RETURNED
from tongcds.replica.rows import Row, read_rows
from tongcds.replica.tables import OWN
from tongcds.server import incarnations, reforms, units
from tongcds.server.enrolment import place_of
from tongcds.server.office import office
from tongcds.sync import alone, answers
from tongcds.sync.exchange import Exchange
from tongcds.sync.incarnation import ForkedError
from tongcds.sync.repair import Repair

doubting = importlib.import_module("tongcds.replica.doubt")
DAY = date(2026, 11, 23)


@pytest.fixture
def small(world: Callable[..., World]) -> World:
    """Two teams of one village each, a commune's office above them; everybody has heard everything."""
    made = world(1, machines=6)
    made.heal()
    return made


def copy(world: World) -> Path:
    world.copy_server(world.machines[0])
    return world.copies[-1]


def names(machine: Machine, type_name: str) -> set[str]:
    table = record_type(type_name).table
    with machine.vault.read() as connection:
        return set(connection.execute(select(table.c.full_name).where(table.c.deleted == 0)).scalars())


def reassign(world: World, machine: Machine, unit: bytes) -> None:
    with world.province.database.write() as connection:
        state = office(connection)
        assert state is not None
        place = place_of(connection, unit, state.province_id)
        assert place is not None
        reforms.reassign(connection, world.device(machine), place, now=world.now)


def test_what_the_server_made_since_its_copy_leaves_the_laptops_too(small: World) -> None:
    team, commune = small.machines[0], small.machines[4]
    before = copy(small)
    # The person goes to the commune's office, where the office hears of it and the team does not any more.
    reassign(small, team, small.communes[0])
    small.heal()
    assert "Người 0" in names(commune, "member")
    small.put_back(before)
    small.heal()
    assert small.problems() == []


def test_without_the_doubt_it_would_stay(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "doubt", lambda *_: None)
    # The second net under it: comparing finds what is held elsewhere.
    monkeypatch.setattr(Exchange, "_repair", lambda _self, *, differs: None)
    with pytest.raises(AssertionError):
        test_what_the_server_made_since_its_copy_leaves_the_laptops_too(small)


def test_a_laptop_is_known_by_its_first_number_to_a_server_put_back_further(small: World) -> None:
    team = small.machines[0]
    before = copy(small)
    assert small.clone(team)
    twin = small.machines[-1]
    small.create(team)
    small.now += 1_000
    small.create(twin)
    small.heal()
    assert small.device(team) != small.device(twin)
    small.put_back(before)
    small.heal()
    assert small.problems() == []


def test_a_copy_that_is_put_back_twice_gives_no_number_twice(small: World) -> None:
    before = copy(small)
    numbers = []
    for machine in small.machines[:2]:
        small.put_back(before)
        assert small.clone(machine)
        twin = small.machines[-1]
        for each in (machine, twin):
            small.create(each)
            small.sync(each)
        numbers.append(small.device(twin))
    assert numbers[0] != numbers[1]
    small.heal()
    assert small.problems() == []


def twins_at_a_server_put_back(small: World) -> World:
    """The server lost what it had received of one twin, and has received as much of the other since."""
    team = small.machines[0]
    before = copy(small)
    twin = small.twin(team)
    small.now += 1_000
    small.create(twin)
    small.create(twin)
    small.sync(twin)
    small.put_back(before)
    small.create(team)
    small.sync(team)
    small.heal()
    return small


def test_what_was_received_of_a_twin_is_offered_again_too(small: World) -> None:
    assert twins_at_a_server_put_back(small).problems() == []
    assert small.device(small.machines[0]) != small.device(small.machines[-1])


def test_without_knowing_that_the_server_lost_something_it_would_be_gone(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        answers, "ForkedError", lambda *, behind=False, lost=False: ForkedError(behind=behind)
    )
    # Whoever else holds it would say it again.
    monkeypatch.setattr(alone, "say_again", lambda *_: {})
    assert any(line.startswith("lost") for line in twins_at_a_server_put_back(small).problems())


def move_where_the_server_moves_it_too(world: World) -> list[str]:
    """A commune's office gives a household to the village that the village it stands in is merged into."""
    commune = world.machines[4]
    here, there = world._areas(commune, WRITE)[:2]
    world.create(commune)
    household = world._pick(commune, "household")
    assert household is not None
    old, new = (here, there) if household["area"] == here else (there, here)
    world.heal()
    with world._change(commune) as writer:
        writer.update("household", household["id"], village_id=new)
    world.now += 1_000
    merge(world, old, new)
    world.heal()
    return world.problems()


def merge(world: World, old: bytes, new: bytes) -> None:
    with world.province.database.write() as connection:
        state = office(connection)
        assert state is not None
        source, target = (place_of(connection, unit, state.province_id) for unit in (old, new))
        assert source is not None
        assert target is not None
        reforms.merge(connection, [source], target, on=DAY, document="", now=world.now)
    world.villages.remove(old)


def test_what_the_server_says_too_is_not_counted_as_lost(small: World) -> None:
    assert move_where_the_server_moves_it_too(small) == []


def test_a_move_that_nobody_says_is_counted_as_lost(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "note_office", lambda *_: None)
    assert "lost" in str(move_where_the_server_moves_it_too(small))


def put_back_to_before_a_merger(world: World) -> list[str]:
    """A team writes in its old village, everybody hears of it in the new one, and the merger is undone."""
    away, there = world.machines[0], world.machines[1]
    (old,), (new,) = world._areas(away, WRITE), world._areas(there, WRITE)
    before = copy(world)
    world.create(away)
    merge(world, old, new)
    world.heal()
    assert names(there, "person") == names(away, "person") != set()
    world.put_back(before)
    world.sync(there)
    world.heal()
    return world.problems()


def test_what_a_merger_had_mapped_leaves_the_new_village_when_the_merger_is_undone(small: World) -> None:
    assert put_back_to_before_a_merger(small) == []


def test_without_asking_where_the_server_has_it_the_new_village_would_keep_it(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repair, "_let_go", lambda *_: set())
    monkeypatch.setattr(alone, "say_again", lambda *_: {})
    assert any(": has " in line for line in put_back_to_before_a_merger(small))


def put_back_to_before_a_merger_of_a_village_with_removed_records(world: World) -> list[str]:
    """As above, and what the merger brought was removed: of such the comparison does not ask."""
    away, there = world.machines[0], world.machines[1]
    (old,), (new,) = world._areas(away, WRITE), world._areas(there, WRITE)
    before = copy(world)
    world.create(away)
    merge(world, old, new)
    world.heal()
    (household,) = households(there)
    with world._change(there) as writer:
        writer.remove("household", household["id"])
    world.heal()
    world.put_back(before)
    world.sync(there)
    world.heal()
    return world.problems()


def test_what_a_merger_had_brought_and_was_removed_leaves_too_when_it_is_undone(small: World) -> None:
    assert put_back_to_before_a_merger_of_a_village_with_removed_records(small) == []


def test_without_doubting_it_the_removed_would_stay_with_strangers(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        doubting, "_removed_by_others", lambda record, _me: record.table.update().where(false())
    )
    found = put_back_to_before_a_merger_of_a_village_with_removed_records(small)
    assert any(": has " in line for line in found)


def put_back_to_before_a_laptop_that_died(world: World) -> list[str]:
    """A team's records reached server and commune; then their laptop is gone, and the server put back."""
    team, commune = world.machines[0], world.machines[4]
    before = copy(world)
    for _ in range(3):
        world.create(team)
    world.observe(team)
    world.heal()
    held = names(commune, "person")
    assert held
    world.machines.remove(team)
    team.close()
    world.put_back(before)
    world.heal()
    assert names(commune, "person") == held
    return world.problems()


def test_what_a_laptop_that_died_had_told_others_reaches_a_server_put_back(small: World) -> None:
    assert put_back_to_before_a_laptop_that_died(small) == []
    assert small.counts["given back"] == 7


def test_without_saying_it_again_only_others_would_have_it(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "say_again", lambda *_: {})
    assert any(": has " in line for line in put_back_to_before_a_laptop_that_died(small))


def twins_of_whom_one_was_refused(world: World) -> tuple[list[str], int]:
    """Both have one record for a village that is not theirs any more; problems, and how much came back."""
    team = world.machines[0]
    world.create(team)
    twin = world.twin(team)
    world.create(team)
    reassign(world, team, world._areas(world.machines[1], WRITE)[0])
    world.sync(team)
    world.now += 1_000
    world.create(twin)
    world.heal()
    with twin.vault.read() as connection:
        returned = connection.execute(
            select(func.count()).select_from(OWN).where(OWN.c.state == RETURNED, OWN.c.code == "not_allowed")
        ).scalar_one()
    return world.problems(), returned


def test_a_twin_hears_what_was_set_aside_of_what_both_wrote(small: World) -> None:
    problems, returned = twins_of_whom_one_was_refused(small)
    assert problems == []
    assert returned == 4


def test_without_being_told_it_would_call_that_received(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incarnations, "aside_among", lambda *_: [])
    _, returned = twins_of_whom_one_was_refused(small)
    assert returned == 2


def put_back_to_before_a_change_of_a_laptop_that_died(world: World) -> list[str]:
    """A team's changes reached server and commune; then their laptop is gone, and the server put back."""
    team, commune = world.machines[0], world.machines[4]
    for _ in range(3):
        world.create(team)
    world.heal()
    kept, changed, removed = (row["id"] for row in households(team))
    before = copy(world)
    world.now += 3_600_000
    with world._change(team) as writer:
        writer.update("household", changed, address="Nhóm 9", note="gần suối")
        writer.update("household", kept, note="đường lầy")
        writer.remove("household", removed)
    world.heal()
    held = {row["id"]: row for row in households(commune)}
    world.machines.remove(team)
    team.close()
    world.put_back(before)
    world.heal()
    found = world.problems()
    with world.province.database.read() as server:
        there = read_rows(server, record_type("household"), [kept, changed, removed])
    for record_id, row in there.items():
        said = held[record_id]["values"] if record_id in held else {"deleted": 1}
        found += [f"{name}: {row['values'][name]}" for name, v in said.items() if row["values"][name] != v]
    with world.province.database.read() as server:
        found += [str(row) for row in rows(server, "conflict")]
    return found


def households(machine: Machine) -> list[Row]:
    with machine.vault.read() as connection:
        return [row for row in rows(connection, "household") if not row["values"]["deleted"]]


def test_what_a_laptop_that_died_had_changed_reaches_a_server_put_back(small: World) -> None:
    assert put_back_to_before_a_change_of_a_laptop_that_died(small) == []
    assert small.counts["given back"] == 3


def test_without_remembering_what_was_newer_the_change_would_be_gone(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "remember", lambda *_, **__: 0)
    found = put_back_to_before_a_change_of_a_laptop_that_died(small)
    assert {"address: Bản trên", "deleted: 0"} & set(found) or len(found) >= 3


def put_back_to_before_a_village(world: World) -> tuple[list[str], set[str], set[str]]:
    """A commune writes in a new village, another laptop of it hears; the first is gone, the village too.

    Returns what is wrong, the people known before, and those after the village is there again.
    """
    writer_, holder = world.machines[4], world.enrol(world.communes[0], "Người thứ hai")
    world.heal()
    before = copy(world)
    line = units.VillageLine("Bản mới", COMMUNES[0], f"{COMMUNES[0]}-99")
    found_village(world, line)
    world.heal()
    village = world.villages[-1]
    with world._change(writer_) as writer:
        writer.create("person", village_id=village, full_name="Lò Thị Mới")
    world.heal()
    known = names(holder, "person")
    assert "Lò Thị Mới" in known
    world.machines.remove(writer_)
    writer_.close()
    world.put_back(before)
    world.heal()
    assert "Lò Thị Mới" not in names(holder, "person")
    wrong = world.problems()
    found_village(world, line)
    world.heal()
    return wrong + world.problems(), known, names(holder, "person")


def found_village(world: World, line: units.VillageLine) -> None:
    with world.province.database.write() as connection:
        world.villages += units.add_villages(connection, [line], now=world.now)


def test_records_of_a_village_that_a_server_put_back_does_not_know_wait_for_it(small: World) -> None:
    wrong, known, after = put_back_to_before_a_village(small)
    assert wrong == []
    assert after == known
    assert small.counts["given back"] == 1


def test_without_remembering_them_they_would_be_gone_with_the_village(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "remember_areas", lambda *_, **__: 0)
    _, known, after = put_back_to_before_a_village(small)
    assert "Lò Thị Mới" in known - after
