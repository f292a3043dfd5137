"""Published figures: counted when asked for, written only when they changed, nobody recognisable in them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.clock import day_of
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.replica import device_row
from tongcds.reports.figures import Count, stock_on_days
from tongcds.reports.hiding import is_small
from tongcds.server import counting, figures
from tongcds.server.office import OWN_DEVICE
from tongcds.server.tables import COUNTED

FIGURE = record_type("figure").table
STATUS = record_type("unit_status").table


def refresh(world) -> int:
    return figures.refresh(world.province.database, Role.AREA, world.unit(AREA), now=world.now())


def published(world, unit: str, indicator: str = "XHS04") -> dict[str, tuple]:
    with world.province.database.read() as connection:
        rows = connection.execute(
            select(FIGURE).where(FIGURE.c.unit_id == world.unit(unit), FIGURE.c.indicator == indicator)
        )
        return {row.on: (row.numerator, row.denominator, row.hidden) for row in rows}


def writes_made(world) -> int:
    with world.province.database.read() as connection:
        return device_row(connection, OWN_DEVICE).watermark


@pytest.fixture
def team(world):
    """A village of twenty households; of the first eight it is known that they have fibre since October."""
    laptop = world.laptop(VILLAGE)
    for place in range(20):
        household = laptop.household(laptop.me.unit_id)
        laptop.observe(household, "fibre", place < 8, on="2026-10-10")
    laptop.sync()
    return laptop


def test_twelve_days_are_published_for_every_unit(world, team):
    refresh(world)
    days = published(world, COMMUNE)
    month_ends = ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    month_ends += ["2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"]
    assert sorted(days) == [*month_ends, "2026-11-23"]
    assert days["2026-09-30"] == (None, 20, 0)
    assert days["2026-10-31"] == days["2026-11-23"] == (8, 20, 0)
    assert published(world, AREA) == published(world, "14") == days


def test_nothing_is_counted_twice_without_need(world, team):
    assert refresh(world) == 6
    before = writes_made(world)
    assert refresh(world) == 0
    team.sync()
    assert refresh(world) == 0
    household = team.household(team.me.unit_id)
    team.sync()
    assert refresh(world) == 2
    assert published(world, COMMUNE)["2026-11-23"] == (8, 21, 0)
    assert writes_made(world) != before
    assert household in {row["id"] for row in team.rows("household")}


def places_counted(world, monkeypatch) -> set[bytes]:
    """Whose records are read while figures are brought up to date."""
    asked: set[bytes] = set()

    def watched(connection, indicators, places, days):
        asked.update(places)
        return stock_on_days(connection, indicators, places, days)

    with monkeypatch.context() as patched:
        patched.setattr(counting, "stock_on_days", watched)
        refresh(world)
    return asked


def only_what_changed_is_counted(world, monkeypatch) -> bool:
    """One of two teams writes something: nobody else's village or commune is counted."""
    one, other = world.laptop(VILLAGE), world.laptop(OTHER_VILLAGE)
    for laptop in (one, other):
        laptop.household(laptop.me.unit_id)
        laptop.sync()
    refresh(world)
    one.household(one.me.unit_id)
    one.sync()
    return places_counted(world, monkeypatch) == {world.unit(VILLAGE), world.unit(COMMUNE)}


def test_only_the_village_that_changed_and_its_commune_are_counted_again(world, monkeypatch):
    assert only_what_changed_is_counted(world, monkeypatch)


def test_a_server_that_counts_everything_again_is_noticed(small_world, monkeypatch):
    # Negative control: a push makes another village stale, too.
    touch = figures.touch

    def touch_all(connection, areas):
        touch(connection, [*areas, small_world.unit(OTHER_VILLAGE)], entirely=True)

    monkeypatch.setattr(figures, "touch", touch_all)
    assert not only_what_changed_is_counted(small_world, monkeypatch)


def test_a_province_that_is_counted_ahead_has_the_same_figures(world, team, monkeypatch):
    monkeypatch.setattr(counting, "_WORTH_IT", 1)
    refresh(world)
    assert published(world, COMMUNE)["2026-11-23"] == (8, 20, 0)
    team.household(team.me.unit_id)
    team.sync()
    refresh(world)
    assert published(world, COMMUNE)["2026-11-23"] == (8, 21, 0)


def test_what_comes_while_a_province_is_counted_ahead_is_counted_too(world, team, monkeypatch):
    monkeypatch.setattr(counting, "_WORTH_IT", 1)
    count_ahead = counting.count_ahead

    def late(database, stale, today):
        made = count_ahead(database, stale, today)
        team.household(team.me.unit_id)
        team.sync()
        return made

    monkeypatch.setattr(figures, "count_ahead", late)
    refresh(world)
    assert published(world, COMMUNE)["2026-11-23"] == (8, 21, 0)


def test_a_new_day_writes_only_what_is_new(world, team, clock):
    refresh(world)
    before = writes_made(world)
    clock.advance(days=1)
    assert refresh(world) == 6
    assert writes_made(world) == before
    assert "2026-11-24" not in published(world, COMMUNE)


def test_a_new_month_stands_beside_the_old_one(world, team, clock):
    refresh(world)
    clock.set(datetime(2026, 12, 2, 3, 0, tzinfo=UTC))
    refresh(world)
    days = published(world, COMMUNE)
    assert days["2026-11-23"] == days["2026-12-02"] == (8, 20, 0)
    assert len(days) == 13


def test_a_server_that_nobody_asked_for_months_counts_everything(world, team, clock):
    refresh(world)
    clock.set(datetime(2027, 2, 10, 3, 0, tzinfo=UTC))
    refresh(world)
    assert {"2026-12-31", "2027-01-31", "2027-02-10"} <= set(published(world, COMMUNE))


def test_small_groups_are_hidden(world, team):
    team.observe(team.rows("household")[0]["id"], "zalo_group", True, on="2026-11-01")
    for row in team.rows("household")[:17]:
        team.observe(row["id"], "household_smartphone", True, on="2026-11-01")
    team.sync()
    refresh(world)
    assert published(world, COMMUNE, "XHS01")["2026-11-23"] == (None, None, 1)
    for row in team.rows("household")[17:]:
        team.observe(row["id"], "household_smartphone", True, on="2026-11-01")
    team.sync()
    refresh(world)
    assert published(world, COMMUNE, "XHS01")["2026-11-23"] == (20, 20, 0)


@pytest.mark.parametrize(
    ("numerator", "denominator", "hidden"),
    [(4, 100, True), (5, 100, False), (0, 100, True), (95, 100, False), (96, 100, True), (100, 100, False),
     (3, None, True), (5, None, False), (None, 2, False), (None, None, False)],
)  # fmt: skip
def test_what_is_hidden(numerator, denominator, hidden):
    assert is_small(Count(numerator, denominator, 0, "")) is hidden


def test_a_push_that_comes_while_figures_are_counted_is_not_forgotten(world, team):
    def count_and_be_overtaken(connection):
        counted = figures.count_again(connection, [world.unit(COMMUNE)], now=world.now())
        assert counted
        return counted

    village = world.unit(VILLAGE)
    places = {village: world.unit(COMMUNE)}
    with world.province.database.read() as connection:
        found = counting.stale_places(connection, places, [], date(2026, 11, 23))
        step = connection.execute(select(COUNTED.c.changed).where(COUNTED.c.village == village)).scalar_one()
        assert found[village].step == step
    world.province.database.change(count_and_be_overtaken)
    with world.province.database.write() as connection:
        figures.touch(connection, {village})
        # Whoever counted before that push says up to which step.
        counting.mark(connection, found, date(2026, 11, 23))
    with world.province.database.read() as connection:
        assert village in counting.stale_places(connection, places, [], date(2026, 11, 23))


def test_the_status_says_who_has_not_synced(world, team, clock):
    clock.advance(days=13)
    refresh(world)
    assert status(world)["teams_in_time"] == 1
    clock.advance(days=2)
    refresh(world)
    assert (status(world)["teams"], status(world)["teams_in_time"], status(world)["households"]) == (1, 0, 20)


def status(world) -> dict:
    with world.province.database.read() as connection:
        found = connection.execute(select(STATUS).where(STATUS.c.unit_id == world.unit(COMMUNE)))
        return dict(found.mappings().one())


def test_a_commune_hears_at_once_that_its_team_synced(world, team, clock):
    """Also of a team that had nothing new: no figure is stale, and still it was there."""
    commune = world.laptop(COMMUNE)
    commune.sync()
    clock.advance(days=2)
    team.sync()
    commune.sync()
    assert last_heard(world, VILLAGE) == world.now()
    assert last_heard(world, COMMUNE) == world.now()
    before = writes_made(world)
    commune.sync()
    assert writes_made(world) == before


def last_heard(world, unit: str) -> int | None:
    with world.province.database.read() as connection:
        query = select(STATUS.c.last_sync_at).where(STATUS.c.unit_id == world.unit(unit))
        return connection.execute(query).scalar_one_or_none()


def test_days_are_vietnamese_days():
    evening = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert day_of(int(evening.timestamp() * 1000)) == date(2026, 11, 23)
    days = [day.on for day in counting.days_of(date(2026, 3, 31))]
    assert days[:3] == [date(2026, 3, 31), date(2026, 2, 28), date(2026, 1, 31)]
    assert days[-1] == date(2025, 4, 30)
    assert len(days) == 12


def accounts(laptop, part: int, whole: int) -> None:
    """So many people with an account among so many, each in a household of their own."""
    for place in range(whole):
        home = laptop.household(laptop.me.unit_id)
        laptop.observe(home, "fibre", place < part, on="2026-11-02")
    laptop.sync()


def test_a_village_does_not_follow_from_its_commune_and_the_other_villages(world):
    one, other = world.laptop(VILLAGE), world.laptop(SECOND_VILLAGE)
    accounts(one, 2, 20)
    accounts(other, 12, 30)
    refresh(world)
    today = "2026-11-23"
    assert published(world, COMMUNE)[today] == (14, 50, 0)
    assert published(world, VILLAGE)[today] == published(world, SECOND_VILLAGE)[today] == (None, None, 1)
    # As soon as nothing is small any more, the other village is seen again, though nothing changed there.
    for row in one.rows("household")[:9]:
        one.observe(row["id"], "fibre", True, on="2026-11-03")
    one.sync()
    refresh(world)
    part = published(world, VILLAGE)[today][0]
    assert part >= 9
    assert published(world, SECOND_VILLAGE)[today] == (12, 30, 0)


def test_villages_that_give_away_a_small_one_would_be_noticed(small_world, monkeypatch):
    # Negative control: each village is looked at alone.
    monkeypatch.setattr(
        figures, "hidden", lambda rows, *_others: {one for one, (count,) in rows.items() if is_small(count)}
    )
    with pytest.raises(AssertionError):
        test_a_village_does_not_follow_from_its_commune_and_the_other_villages(small_world)
