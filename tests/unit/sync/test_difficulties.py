"""A difficulty goes up level by level and its answer comes back, written offline by several people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE
from tests.unit.sync.desks import sync_all, synced
from tongcds.actions import difficulties, returned
from tongcds.actions.journal import take_back
from tongcds.domain.difficulties import Stage
from tongcds.domain.views.difficulties import DifficultyText

WEAK = DifficultyText("signal", "Sóng yếu ở đầu bản", cause="Trạm ở xa", proposal="Thêm trạm")


def row_of(desk, difficulty):
    return next(row for row in difficulties.view(desk.core).rows if row.difficulty_id == difficulty)


def due(desk):
    return desk.core.today + timedelta(days=10)


@pytest.fixture
def province(small_world, desks):
    return synced(desks, small_world, "14", "Hoàng Thu Hà")


def test_it_goes_up_two_levels_and_the_answer_comes_back_to_the_team(team, office, province):
    told, _undo, _changes = difficulties.tell(team.core, WEAK)
    difficulties.pass_on(team.core, told, due(team))
    sync_all(team, office, province)
    assert (row_of(office, told).asked, row_of(office, told).stage) == (True, Stage.ASKED)
    assert not row_of(province, told).asked
    difficulties.pass_on(office.core, told, due(office), "Quá khả năng của xã")
    sync_all(office, province, team)
    assert (row_of(province, told).asked, row_of(office, told).asked) == (True, False)
    difficulties.answer(province.core, told, "Viettel đặt trạm trong quý I")
    sync_all(province, office, team)
    for desk in (team, office, province):
        row = row_of(desk, told)
        assert (row.stage, row.answer) == (Stage.ANSWERED, "Viettel đặt trạm trong quý I")
    difficulties.close(team.core, told)
    sync_all(team, office)
    assert row_of(office, told).stage is Stage.CLOSED


def test_what_is_not_answered_by_its_day_is_overdue_at_its_owner(team, office, small_world):
    told, _undo, _changes = difficulties.tell(team.core, WEAK)
    difficulties.pass_on(team.core, told, team.core.today)
    sync_all(team, office)
    small_world.clock.advance(days=1)
    assert [row.stage for row in difficulties.asked(office.core)] == [Stage.OVERDUE]
    assert difficulties.asked(team.core) == ()


def test_two_officers_who_answer_and_pass_on_offline_are_both_heard(
    team, office, province, small_world, desks
):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    told, _undo, _changes = difficulties.tell(team.core, WEAK)
    difficulties.pass_on(team.core, told, due(team))
    sync_all(team, office, other)
    difficulties.answer(office.core, told, "Xã đã báo Viettel")
    difficulties.pass_on(other.core, told, due(other))
    sync_all(office, other, team, province)
    for desk in (team, office, other):
        assert (row_of(desk, told).stage, len(row_of(desk, told).steps)) == (Stage.CONTRARY, 3)
    difficulties.answer(office.core, told, "Chờ tỉnh trả lời")
    sync_all(office, other, team)
    assert row_of(team, told).stage is Stage.ANSWERED


def test_the_same_of_two_communes_is_joined_answered_once_and_can_be_parted(
    team, office, province, small_world, desks
):
    elsewhere = synced(desks, small_world, OTHER_COMMUNE, "Cà Văn Tuấn")
    first, _undo, _changes = difficulties.tell(office.core, WEAK)
    second, _undo, _changes = difficulties.tell(elsewhere.core, DifficultyText("signal", "Mất sóng"))
    for desk, told in ((office, first), (elsewhere, second)):
        difficulties.pass_on(desk.core, told, due(desk))
        sync_all(desk, province)
    undo, _changes = difficulties.join(province.core, second, first)
    difficulties.answer(province.core, first, "Đặt hai trạm")
    sync_all(province, office, elsewhere)
    assert (row_of(province, first).joins, row_of(province, second).answer) == ((second,), "Đặt hai trạm")
    assert row_of(province, second).says.text == "Mất sóng"
    with pytest.raises(Exception, match="difficulty_joined"):
        difficulties.join(province.core, first, second)
    take_back(province.core, undo)
    assert row_of(province, second).joined_with is None
    difficulties.join(province.core, second, first)
    difficulties.part(province.core, second)
    assert (row_of(province, second).joined_with, row_of(province, second).stage) == (None, Stage.ASKED)


def test_nobody_speaks_who_was_not_asked_or_in_the_name_of_another(
    team, office, province, small_world, desks
):
    """The negative control: steps written past the actions are set aside by the server."""
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    told, _undo, _changes = difficulties.tell(team.core, WEAK)
    sync_all(team, office, area)
    values = {"unit_id": team.unit, "subject_id": told, "word": "answered"}
    for desk, speaker in ((area, area.unit), (team, office.unit)):
        with desk.writing() as writer:
            writer.create("difficulty_step", **values, from_id=speaker)
    sync_all(area, team, office)
    assert row_of(office, told).stage is Stage.OPEN
    for desk in (area, team):
        assert {row.code for row in returned.returned(desk.core)} == {"not_allowed"}
