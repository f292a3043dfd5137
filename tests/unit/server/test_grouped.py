"""Figures by groups of people: added up for all units above the village, counted again where they changed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.clock import day_of
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.reports.groups import unpacked
from tongcds.reports.sheets import Breakdown
from tongcds.server import figures, grouped, reforms, units
from tongcds.server.office import OfficeWriter

GROUPS = record_type("figure_groups").table.c
PEOPLE = {VILLAGE: (12, 8), SECOND_VILLAGE: (9, 7), OTHER_VILLAGE: (6, 11)}
"""Of twenty women and twenty men in each village so many have an account."""


def add_people(world, village: str, sex: str, having: int, *, people: int = 20) -> None:
    with world.province.database.write() as connection:
        writer, place = OfficeWriter(connection, now=world.now()), world.unit(village)
        for one in range(people):
            home = writer.create("household", village_id=place)
            person = writer.create("person", village_id=place, household_id=home, birth="1985", sex=sex)
            writer.create(
                "observation", village_id=place, subject="person", subject_id=person,
                fact="account", value=int(one < having), held_on="2026-10-10",
            )  # fmt: skip
        figures.touch(connection, writer.flush())


def refresh(world) -> int:
    database, area = world.province.database, world.unit(AREA)
    figures.refresh(database, Role.AREA, area, now=world.now())
    return grouped.refresh(database, Role.AREA, area, now=world.now())


def published(world, unit: str, by: Breakdown = Breakdown.SEX) -> list[dict[str, tuple]]:
    """Numerator and denominator by group, month by month."""
    with world.province.database.read() as connection:
        query = select(GROUPS.cells).where(
            GROUPS.unit_id == world.unit(unit), GROUPS.indicator == "XHS10", GROUPS.deleted == 0
        )
        months = [unpacked(cells) for cells in connection.execute(query.order_by(GROUPS.on)).scalars()]
    return [
        {"+".join(one.groups): (one.numerator, one.denominator) for one in month.get(by, ())}
        for month in months
    ]


@pytest.fixture
def people(world):
    for village, (women, men) in PEOPLE.items():
        add_people(world, village, "female", women)
        add_people(world, village, "male", men)


def test_two_months_are_added_up_for_every_unit_above_the_village(world, people):
    refresh(world)
    assert published(world, COMMUNE) == [{"female": (21, 40), "male": (15, 40)}] * 2
    assert published(world, OTHER_COMMUNE) == [{"female": (6, 20), "male": (11, 20)}] * 2
    assert published(world, AREA) == published(world, "14") == [{"female": (27, 60), "male": (26, 60)}] * 2
    assert published(world, VILLAGE) == []


def test_only_what_changed_is_counted_again(world, people):
    assert refresh(world) == 4
    assert refresh(world) == 0
    add_people(world, VILLAGE, "male", 10)
    assert refresh(world) == 1
    assert published(world, COMMUNE)[-1]["male"] == (25, 60)
    world.clock.advance(days=1)
    assert refresh(world) == 4


def test_what_is_gone_is_published_no_more(world, people):
    refresh(world)
    with world.province.database.write() as connection:
        writer, person = OfficeWriter(connection, now=world.now()), record_type("person").table.c
        gone = select(person.id).where(person.village_id == world.unit(OTHER_VILLAGE))
        everybody = connection.execute(gone).scalars().all()
        writer.load("person", everybody)
        for one in everybody:
            writer.remove("person", one)
        figures.touch(connection, writer.flush())
    refresh(world)
    assert published(world, OTHER_COMMUNE)[-1] == {}
    assert published(world, AREA)[-1] == {"female": (21, 40), "male": (15, 40)}


def test_a_village_takes_its_groups_along_to_another_commune(world, people):
    refresh(world)
    with world.province.database.write() as connection:
        village, commune = units.find(connection, SECOND_VILLAGE), units.find(connection, OTHER_COMMUNE)
        today = day_of(world.now())
        reforms.move_village(connection, village, commune, on=today, document="", now=world.now())
    refresh(world)
    assert published(world, COMMUNE)[-1] == {"female": (12, 20), "male": (8, 20)}
    assert published(world, OTHER_COMMUNE)[-1] == {"female": (15, 40), "male": (18, 40)}


def test_a_commune_takes_its_figures_and_groups_out_of_an_area(world, people):
    refresh(world)
    with world.province.database.write() as connection:
        units.make_cluster(connection, AREA, [COMMUNE], now=world.now())
    # No village has anything new: what is added up is another.
    assert refresh(world) == 0
    assert (
        published(world, AREA)[-1] == published(world, COMMUNE)[-1] == {"female": (21, 40), "male": (15, 40)}
    )
    assert figure(world, AREA) == figure(world, COMMUNE) == (36, 80)
    assert figure(world, "14") == (53, 120)


def figure(world, unit: str) -> tuple[int, int]:
    """The figure that is published of a unit today."""
    its = record_type("figure").table.c
    query = select(its.numerator, its.denominator).where(
        its.unit_id == world.unit(unit), its.indicator == "XHS10", its.on == day_of(world.now()).isoformat()
    )
    with world.province.database.read() as connection:
        return tuple(connection.execute(query).one())


def test_a_small_group_hides_its_unit_and_another_one(world):
    add_people(world, VILLAGE, "female", 12)
    add_people(world, VILLAGE, "male", 8)
    add_people(world, OTHER_VILLAGE, "female", 2)
    add_people(world, OTHER_VILLAGE, "male", 8)
    refresh(world)
    assert published(world, COMMUNE) == published(world, OTHER_COMMUNE) == [{}, {}]
    assert published(world, AREA)[-1] == {"female": (14, 40), "male": (16, 40)}
