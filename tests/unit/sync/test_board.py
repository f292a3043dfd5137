"""An area and a province go down through communes to villages, by figures alone; a team looks at its own."""

from __future__ import annotations

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, VILLAGE
from tongcds.actions import board
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
    assert board.closely(core, "XHS01").groups == ()


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
