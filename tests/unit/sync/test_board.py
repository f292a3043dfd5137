"""An area and a province go down through communes to villages, by figures alone; a team looks at its own."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.actions import board, side_by_side
from tongcds.domain.periods import month_of
from tongcds.domain.views import Why
from tongcds.errors import UserError


@pytest.fixture
def filled(world, desks):
    team = desks(world, VILLAGE)
    team.sync()
    for _each in range(7):
        team.create()
    team.sync()
    return team


@pytest.mark.parametrize(("place", "person"), [(AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")])
def test_figures_open_from_the_top_down_to_the_village_and_no_further(world, desks, filled, place, person):
    desk = desks(world, place, person)
    desk.sync()
    core = desk.core
    top = board.board(core, ["XHS01"])
    rows = {row.unit_id: row for row in top.rows}
    commune = rows[world.unit(COMMUNE)]
    assert (top.row_kind, commune.figures[0].denominator) == ("commune", 7)
    below = board.board(core, ["XHS01"], unit_id=commune.unit_id)
    village = next(row for row in below.rows if row.unit_id == world.unit(VILLAGE))
    assert (below.row_kind, village.figures[0].denominator) == ("village", 7)
    last = board.board(core, ["XHS01"], unit_id=village.unit_id)
    assert [unit for unit, _name in last.path] == [top.unit_id, commune.unit_id, village.unit_id]
    assert last.rows == ()
    with pytest.raises(UserError, match="figures_only"):
        board.records(core, "XHS01")


def test_the_team_and_those_above_see_the_same_figure_with_the_same_mark(world, desks, filled):
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    own = board.board(filled.core, ["XHS27"]).whole.figures[0]
    seen = board.board(area.core, ["XHS27"], unit_id=world.unit(VILLAGE)).whole.figures[0]
    assert (seen.numerator, seen.denominator, seen.definition) == (
        own.numerator,
        own.denominator,
        own.definition,
    )
    assert own.why is Why.NOBODY_LOOKED


def test_an_area_does_not_look_into_what_is_not_below_it(world, desks, filled):
    commune = desks(world, COMMUNE, "Cà Thị Hương")
    commune.sync()
    with pytest.raises(UserError, match="board_unit_unknown"):
        board.board(commune.core, ["XHS01"], unit_id=world.unit(OTHER_COMMUNE))


def people(desk, women: int, men: int, *, with_account: int) -> None:
    """People of thirty in a household each, of each sex so many, of whom the first have an account."""
    day, there = desk.core.today.isoformat(), desk.core.credentials().unit_id
    with desk.writing() as writer:
        for sex, many in (("female", women), ("male", men)):
            for number in range(many):
                home = writer.create("household", village_id=there)
                person = writer.create(
                    "person",
                    village_id=there,
                    household_id=home,
                    sex=sex,
                    birth="1996",
                )
                writer.create(
                    "observation", village_id=there, subject="person", subject_id=person,
                    fact="account", value=int(number < with_account), held_on=day, how="said",
                )  # fmt: skip
    desk.sync()


@pytest.mark.parametrize(("place", "person"), [(AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")])
def test_groups_of_people_are_read_above_the_commune_without_a_network(world, desks, place, person):
    team = desks(world, VILLAGE)
    people(team, 20, 30, with_account=12)
    office = desks(world, place, person)
    office.sync()
    office.wire.cut.add("/api/v1/sync")
    for unit in (None, world.unit(COMMUNE)):
        close = board.closely(office.core, "XHS09", unit_id=unit)
        groups = {
            by: {(one.name, one.numerator, one.denominator) for one in told} for by, told in close.groups
        }
        assert groups["sex"] == {("nữ", 12, 20), ("nam", 12, 30)}
    village = board.closely(office.core, "XHS09", unit_id=world.unit(VILLAGE))
    assert village.groups == ()
    assert village.notes


def test_groups_that_would_tell_of_few_are_hidden_and_it_is_said(world, desks):
    team = desks(world, VILLAGE)
    people(team, 2, 30, with_account=12)
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    close = board.closely(area.core, "XHS09")
    assert "sex" not in dict(close.groups)
    assert any("giới tính" in note for note in close.notes)
    # With some more women the groups are seen: what was counted since the last page is counted again.
    people(team, 8, 0, with_account=3)
    area.sync()
    told = dict(board.closely(area.core, "XHS09").groups)["sex"]
    assert {(one.name, one.numerator, one.denominator) for one in told} == {("nữ", 5, 10), ("nam", 12, 30)}


def test_a_figure_without_groups_says_so(world, desks, filled):
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    close = board.closely(area.core, "XHS06")
    assert close.groups == ()
    assert close.notes


def old_commune(commune, names: dict[bytes, str | None]) -> None:
    with commune.writing() as writer:
        for village, code in names.items():
            writer.load("village", [village])
            writer.update("village", village, old_commune_code=code)
    commune.sync()


@pytest.mark.parametrize(("place", "person"), [(AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")])
def test_old_communes_are_added_up_from_their_villages_above_the_commune_too(
    small_world, desks, place, person
):
    world = small_world
    for village in (VILLAGE, SECOND_VILLAGE):
        people(desks(world, village), 20, 30, with_account=12)
    commune = desks(world, COMMUNE, "Cà Thị Hương")
    commune.sync()
    office = desks(world, place, person)
    office.sync()
    unknown = board.board(office.core, ["XHS09"], old_communes=True)
    assert unknown.row_kind == "old_commune"
    assert "chưa" in unknown.notes[0]
    names = {world.unit(one): "04111" for one in (VILLAGE, SECOND_VILLAGE)}
    old_commune(commune, names)
    office.sync()
    told = board.board(office.core, ["XHS09"], old_communes=True)
    figures = {row.name: row.figures[0] for row in told.rows}
    assert (figures["Xã Mường Bằng"].numerator, figures["Xã Mường Bằng"].denominator) == (48, 100)
    one = board.board(office.core, ["XHS09"], unit_id=world.unit(COMMUNE), old_communes=True)
    assert {row.name: row.figures[0].numerator for row in one.rows}["Xã Mường Bằng"] == 48


def test_an_old_commune_with_a_hidden_village_is_hidden_and_not_less(small_world, desks):
    world = small_world
    people(desks(world, VILLAGE), 2, 2, with_account=1)
    people(desks(world, SECOND_VILLAGE), 20, 30, with_account=12)
    commune = desks(world, COMMUNE, "Cà Thị Hương")
    commune.sync()
    old_commune(commune, {world.unit(one): "04111" for one in (VILLAGE, SECOND_VILLAGE)})
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    told = board.board(area.core, ["XHS09"], old_communes=True)
    figures = {row.name: row.figures[0] for row in told.rows}
    assert (figures["Xã Mường Bằng"].numerator, figures["Xã Mường Bằng"].why) == (None, Why.HIDDEN)


def test_a_period_before_the_reform_says_whether_it_is_complete(small_world, desks):
    area = desks(small_world, AREA, "Quàng Văn Hải")
    area.sync()
    earlier = month_of(date(2025, 3, 1))
    assert any("chưa" in note for note in board.board(area.core, ["XHS09"], earlier).notes)


def test_why_the_rows_do_not_add_up_to_the_whole_is_said(small_world, desks):
    world = small_world
    people(desks(world, VILLAGE), 2, 2, with_account=1)
    people(desks(world, SECOND_VILLAGE), 20, 30, with_account=12)
    people(desks(world, OTHER_VILLAGE), 25, 30, with_account=12)
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    below = board.board(area.core, ["XHS09"], unit_id=world.unit(COMMUNE))
    assert [row.figures[0].why for row in below.rows].count(Why.HIDDEN) == 2
    assert below.whole.figures[0].numerator == 26
    assert any("cộng" in note for note in below.notes)


def test_two_units_of_different_levels_stand_side_by_side(small_world, desks):
    world = small_world
    people(desks(world, VILLAGE), 20, 30, with_account=12)
    people(desks(world, OTHER_VILLAGE), 25, 30, with_account=15)
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    offered = dict(side_by_side.units_to_choose(area.core))
    chosen = (world.unit(COMMUNE), world.unit(OTHER_VILLAGE))
    assert set(chosen) <= set(offered)
    now = month_of(area.core.today)
    view = side_by_side.side_by_side(area.core, "XHS09", now, None, chosen)
    assert [row.figures[0].numerator for row in view.rows] == [24, 30]
    assert [months[-1].figure.numerator for months in view.months] == [24, 30]
