"""Two teams settle the same duplicates offline; after the exchange every copy shows the same records."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk
from tongcds.actions import duplicates
from tongcds.replica.merged import merged_people
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
        return merged_people(connection)


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
