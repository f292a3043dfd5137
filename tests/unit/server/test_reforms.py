"""Units that are merged and moved, and people who go to others, while their laptops hear nothing of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import (
    AREA,
    COMMUNE,
    OTHER_COMMUNE,
    OTHER_VILLAGE,
    SECOND_VILLAGE,
    VILLAGE,
    World,
)
from tests.unit.server.laptop import Laptop
from tongcds.errors import UserError
from tongcds.replica.tables import QUARANTINE
from tongcds.server import reforms, units

DAY = date(2026, 11, 20)


def merge(world: World, *sources: str, into: str) -> int:
    with world.province.database.write() as connection:
        old = [units.find(connection, code) for code in sources]
        target = units.find(connection, into)
        return reforms.merge(connection, old, target, on=DAY, document="12/NQ-HĐND", now=world.now())


def in_area(laptop: Laptop, type_name: str, area: bytes) -> set[bytes]:
    return {row["id"] for row in laptop.rows(type_name) if row["area"] == area}


def set_aside(world: World) -> list[str]:
    with world.province.database.read() as connection:
        return list(connection.execute(select(QUARANTINE.c.code).order_by(QUARANTINE.c.n)).scalars())


def test_what_was_written_for_a_village_that_was_merged_meanwhile_is_taken(world):
    team = world.laptop(VILLAGE)
    old, new = team.me.unit_id, world.unit(SECOND_VILLAGE)
    first = team.household(old)
    team.sync()
    merge(world, VILLAGE, into=SECOND_VILLAGE)
    writer = team.writer()
    writer.update("household", first, note="viết khi chưa biết")
    writer.flush()
    second = team.household(old)
    team.sync()
    assert set_aside(world) == []
    assert in_area(team, "household", new) == {first, second}
    assert [row["note"] for row in team.rows("household") if row["id"] == first] == ["viết khi chưa biết"]
    assert (team.mode(old), team.mode(new)) == (None, "write")
    assert team.rows("conflict") == []


def test_without_the_event_it_would_be_set_aside(small_world, monkeypatch):
    monkeypatch.setattr(reforms, "successors", lambda _: {})
    team = small_world.laptop(VILLAGE)
    team.sync()
    merge(small_world, VILLAGE, into=SECOND_VILLAGE)
    team.household(team.me.unit_id)
    team.exchange()
    assert set_aside(small_world) == ["not_allowed", "not_allowed"]


def test_what_was_removed_goes_along_and_stays_removed(world):
    team, new = world.laptop(VILLAGE), world.unit(SECOND_VILLAGE)
    gone, changed = (team.household(team.me.unit_id) for _ in range(2))
    writer = team.writer()
    writer.remove("household", gone)
    writer.remove("household", changed)
    writer.flush()
    team.sync()
    merge(world, VILLAGE, into=SECOND_VILLAGE)
    writer = team.writer()
    writer.restore("household", changed)
    writer.flush()
    team.sync()
    assert in_area(team, "household", new) == {changed}
    assert team.rows("conflict") == []
    assert set_aside(world) == []


def test_mergers_follow_one_another(small_world):
    team = small_world.laptop(VILLAGE)
    team.sync()
    merge(small_world, VILLAGE, into=SECOND_VILLAGE)
    merge(small_world, SECOND_VILLAGE, into=OTHER_VILLAGE)
    household = team.household(team.me.unit_id)
    team.sync()
    assert in_area(team, "household", small_world.unit(OTHER_VILLAGE)) == {household}


def test_a_merged_commune_takes_its_villages_people_and_laptops_along(world):
    team, commune = world.laptop(VILLAGE), world.laptop(COMMUNE, "Cà Thị Hương")
    household = team.household(team.me.unit_id)
    team.sync()
    commune.sync()
    old, new = commune.me.unit_id, world.unit(OTHER_COMMUNE)
    merge(world, COMMUNE, into=OTHER_COMMUNE)
    writer = commune.writer()
    village = writer.create("village", commune_id=old, name="Bản Mới")
    writer.flush()
    team.household(team.me.unit_id, "Quàng Văn Hặc")
    for _ in range(2):
        team.sync()
        commune.sync()
    assert set_aside(world) == []
    assert household in in_area(commune, "household", team.me.unit_id)
    assert {row["commune_id"] for row in commune.rows("village")} == {new}
    assert village in {row["id"] for row in commune.rows("village")}
    assert {row["unit_id"] for row in commune.rows("member")} == {new, team.me.unit_id}
    assert (team.mode(old), team.mode(new)) == (None, "read")
    with world.province.database.read() as connection:
        cluster = units.find(connection, AREA).unit_id
        assert reforms._all_clusters(connection)[cluster] == [new]


def test_a_village_that_moves_takes_everything_along(small_world):
    team, other = small_world.laptop(VILLAGE), small_world.laptop(OTHER_COMMUNE, "Lường Thị Ín")
    team.sync()
    with small_world.province.database.write() as connection:
        village, commune = units.find(connection, VILLAGE), units.find(connection, OTHER_COMMUNE)
        reforms.move_village(connection, village, commune, on=DAY, document="", now=small_world.now())
    household = team.household(team.me.unit_id)
    team.sync()
    other.sync()
    assert household in in_area(other, "household", team.me.unit_id)
    assert team.mode(other.me.unit_id) == "read"


def test_the_last_writes_for_another_unit_are_set_aside_and_the_laptop_hears_where_it_stands(small_world):
    commune = small_world.laptop(COMMUNE)
    commune.sync()
    village = small_world.unit(SECOND_VILLAGE)
    commune.household(small_world.unit(VILLAGE))
    with small_world.province.database.write() as connection:
        place = units.find(connection, SECOND_VILLAGE)
        reforms.reassign(connection, commune.me.device, place, now=small_world.now())
    answer = commune.exchange()
    assert answer.standing is not None
    assert (answer.standing.role, answer.standing.unit_id) == ("team", village)
    assert set_aside(small_world) == ["not_allowed", "not_allowed"]
    assert commune.sync().receipt.watermark == 2


def test_only_like_goes_into_like(small_world):
    for source, target in ((VILLAGE, COMMUNE), (COMMUNE, VILLAGE), (VILLAGE, VILLAGE), (AREA, AREA)):
        with pytest.raises(UserError, match="units_not_alike"):
            merge(small_world, source, into=target)


def test_a_village_that_a_commune_made_from_its_register_is_the_one_of_the_list(small_world: World) -> None:
    world = small_world
    commune = world.laptop(COMMUNE)
    writer = commune.writer()
    named = {"name": "bản Nà Hin", "village_type": "bản"}
    made = writer.create("village", commune_id=commune.me.unit_id, **named)
    home = writer.create("household", village_id=made, code="HN-1")
    writer.flush()
    commune.sync()
    lines = [
        units.VillageLine(name, COMMUNE, f"{COMMUNE}-{n}") for n, name in ((77, "Nà Hin"), (78, "Nà Hìn"))
    ]
    for _ in range(2):  # The list is read again later.
        with world.province.database.write() as connection:
            listed = units.add_villages(connection, lines, now=world.now())
        assert listed[0] == made
        assert listed[1] != made
    commune.sync()
    (row,) = (row for row in commune.rows("village") if row["id"] == made)
    assert row["code"] == f"{COMMUNE}-77"
    assert home in {row["id"] for row in commune.rows("household")}
