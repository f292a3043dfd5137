"""Two teams settle the same duplicates offline; after the exchange every copy shows the same records."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk
from tongcds.actions import duplicates, register
from tongcds.domain.views import HouseholdFilter
from tongcds.records import record_type
from tongcds.replica.merged import merged_records
from tongcds.storage.merged import MERGED


def people(desk: Desk, *names: str) -> list[bytes]:
    """People of one household, none of them its head, so that each may stand for the others."""
    home = desk.create(village_id=desk.unit, code="HN-1")
    return [desk.create("person", village_id=desk.unit, household_id=home, full_name=name) for name in names]


def shown(desk: Desk) -> dict[bytes, bytes]:
    with desk.core.vault.read() as connection:
        return dict(connection.execute(select(MERGED.c.id, MERGED.c.survivor)).all())


def at_server(world: World) -> dict[bytes, bytes]:
    with world.province.database.read() as connection:
        return merged_records(connection)


def test_one_into_the_other_here_and_the_other_way_round_there(world: World, desks: Desks) -> None:
    first, second = desks(world), desks(world, name="Lò Văn Ún")
    a, b = people(first, "Hà Thị Xuân", "Ha Thi Xuan")
    first.sync()
    second.sync()
    duplicates.merge(first.core, a, b)
    duplicates.merge(second.core, b, a)
    assert (shown(first), shown(second)) == ({b: a}, {a: b})
    for desk in (first, second, first):
        desk.sync()
    assert shown(first) == shown(second) == at_server(world)
    assert len(shown(first)) == 1
    duplicates.take_back(first.core, a, b)
    first.sync()
    second.sync()
    assert shown(first) == shown(second) == at_server(world) == {}


@pytest.mark.parametrize("second_first", [False, True])
def test_a_chain_that_nobody_saw_whole_has_one_who_stands_for_all(
    world: World, desks: Desks, second_first: bool
) -> None:
    first, second = desks(world), desks(world, name="Lò Văn Ún")
    a, b, c = people(first, "Hà Thị Xuân", "Ha Thi Xuan", "Hà Thị Xuâng")
    first.sync()
    second.sync()
    duplicates.merge(first.core, a, b)
    duplicates.merge(second.core, b, c)
    order = (second, first, second) if second_first else (first, second, first)
    for desk in order:
        desk.sync()
    assert shown(first) == shown(second) == at_server(world)
    # The word on b and c was the later one.
    assert shown(first) == {a: b, c: b}


def households(desk: Desk) -> tuple[bytes, bytes, list[bytes]]:
    """One household in two lists, with one person in common and one more in each."""
    a, b = (desk.create(village_id=desk.unit, code=code) for code in ("HN-1", "HN-101"))
    made = [
        desk.create("person", village_id=desk.unit, household_id=home, full_name=name, birth=birth)
        for home, name, birth in (
            (a, "Hà Thị Xuân", "1955"), (a, "Lò Thị Mai", "1990"),
            (b, "Ha Thi Xuan", "1955"), (b, "Lò Văn Inh", "2001"),
        )
    ]  # fmt: skip
    for home, head in ((a, made[0]), (b, made[2])):
        desk.update(home, head_id=head)
    return a, b, made


def listed(desk: Desk) -> list[tuple[bytes, int]]:
    """The households that show, and how many people each has."""
    found = register.households(desk.core, HouseholdFilter())
    assert sum(row.people for row in found.rows) == found.people
    return [(row.household_id, row.people) for row in found.rows]


def test_two_households_merged_here_and_the_other_way_round_there_lose_nobody(
    world: World, desks: Desks
) -> None:
    first, second = desks(world), desks(world, name="Lò Văn Ún")
    a, b, _made = households(first)
    first.sync()
    second.sync()
    duplicates.merge(first.core, a, b)
    duplicates.merge(second.core, b, a)
    assert (listed(first), listed(second)) == ([(a, 3)], [(b, 3)])
    for desk in (first, second, first):
        desk.sync()
    assert shown(first) == shown(second) == at_server(world)
    # The later word lets b show; whom the other team moved into a lives there, so a shows as well.
    assert dict(listed(first)) == dict(listed(second)) == {a: 1, b: 2}
    duplicates.take_back(first.core, a, b)
    duplicates.merge(first.core, b, a)
    first.sync()
    second.sync()
    assert listed(first) == listed(second) == [(b, 3)]
    assert shown(first) == shown(second) == at_server(world)


def test_taking_back_after_both_merged_puts_everybody_where_they_were(world: World, desks: Desks) -> None:
    first, second = desks(world), desks(world, name="Lò Văn Ún")
    a, b, made = households(first)
    first.sync()
    second.sync()
    duplicates.merge(first.core, a, b)
    duplicates.merge(second.core, b, a)
    for desk in (first, second, first):
        desk.sync()
    duplicates.take_back(second.core, a, b)
    second.sync()
    first.sync()
    assert shown(first) == shown(second) == at_server(world) == {}
    person = record_type("person").table.c
    for desk in (first, second):
        with desk.core.vault.read() as connection:
            homes = dict(connection.execute(select(person.id, person.household_id)).all())
        assert [homes[one] for one in made] == [a, a, b, b]
