"""Reports on their way between team, commune and province, written offline by several people at once."""

from __future__ import annotations

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, SECOND_VILLAGE, VILLAGE
from tests.unit.sync.desks import sync_all, synced
from tongcds.actions import comparing, differences, handed, incoming, reporting, returned
from tongcds.actions.journal import take_back
from tongcds.domain.periods import Period
from tongcds.domain.report_types import load_report_types
from tongcds.domain.reporting import State, Word
from tongcds.domain.views import Standing
from tongcds.errors import UserError

MONTH = load_report_types()["T-MONTH"]


def hand_up(desk, kind="T-MONTH", **typed):
    last = load_report_types()[kind].before(load_report_types()[kind].period_of(desk.core.today)).last
    return reporting.hand_up(desk.core, kind, last, typed)[0]


def state(desk, report):
    return handed.read(desk.core, report).state


def test_a_reason_reaches_the_sender_and_the_corrected_report_is_accepted(team, office):
    first = hand_up(team, III="Sóng yếu")
    sync_all(team, office)
    page = handed.read(office.core, first)
    assert (page.state, page.may_decide, page.report.typed) == (State.SENT, True, {"III": "Sóng yếu"})
    handed.decide(office.core, first, Word.RETURNED, "Ghi rõ bản nào mất sóng")
    sync_all(office, team)
    (row, *_others) = reporting.due(team.core)
    assert (row.state, row.reason) == (State.RETURNED, "Ghi rõ bản nào mất sóng")
    assert incoming.reminders(team.core).due[0].state is State.RETURNED
    second = hand_up(team, III="Sóng yếu ở đầu bản")
    sync_all(team, office)
    handed.decide(office.core, second, Word.ACCEPTED)
    sync_all(office, team)
    assert state(team, second) is State.ACCEPTED
    assert [one.report_id for one in handed.read(team.core, second).versions] == [second, first]
    assert handed.read(office.core, first).report.typed == {"III": "Sóng yếu"}


def test_two_officers_who_decide_offline_are_both_heard(small_world, desks, team, office):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    report = hand_up(team)
    sync_all(team, office, other)
    handed.decide(office.core, report, Word.ACCEPTED)
    handed.decide(other.core, report, Word.RETURNED, "Thiếu phần V")
    sync_all(office, other, team)
    for desk in (office, other, team):
        page = handed.read(desk.core, report)
        assert (page.state, {one.word for one in page.steps}) == (
            State.CONTRARY,
            {Word.ACCEPTED, Word.RETURNED},
        )
    assert incoming.reminders(other.core).to_decide == 1
    handed.decide(other.core, report, Word.ACCEPTED)
    sync_all(other, office, team)
    assert {state(desk, report) for desk in (office, other, team)} == {State.ACCEPTED}


def test_two_of_one_team_who_hand_up_offline_are_shown_as_two(small_world, desks, team, office):
    other = synced(desks, small_world, VILLAGE, "Hà Văn Pản")
    first, second = hand_up(team), hand_up(other)
    sync_all(team, other, office)
    row = next(row for row in incoming.incoming(office.core).rows if row.unit == "Bản Nà Ngà")
    assert (row.twice, row.versions) == (True, 2)
    handed.withdraw(team.core, first)
    sync_all(team, other, office)
    row = next(row for row in incoming.incoming(office.core).rows if row.unit == "Bản Nà Ngà")
    assert (row.twice, row.report_id) == (False, second)


def test_what_was_accepted_meanwhile_can_be_neither_taken_back_nor_removed(small_world, desks, team, office):
    other = synced(desks, small_world, VILLAGE, "Hà Văn Pản")
    last = MONTH.before(MONTH.period_of(team.core.today)).last
    report, undo, _changes = reporting.hand_up(team.core, "T-MONTH", last)
    sync_all(team, other, office)
    handed.decide(office.core, report, Word.ACCEPTED)
    office.sync()
    handed.withdraw(other.core, report)
    take_back(team.core, undo)
    sync_all(other, team, office)
    assert {state(desk, report) for desk in (office, team)} == {State.ACCEPTED}
    assert handed.read(office.core, report).report is not None
    for desk in (team, other):
        assert "report_accepted" in codes(desk)


def test_one_of_two_who_accepts_locks_it_until_somebody_returns_it_after_all(
    small_world, desks, team, office
):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    report = hand_up(team)
    sync_all(team, office, other)
    handed.decide(office.core, report, Word.ACCEPTED)
    handed.decide(other.core, report, Word.RETURNED, "Thiếu phần V")
    sync_all(office, other, team)
    assert not handed.read(team.core, report).may_withdraw
    with pytest.raises(UserError, match="report_accepted"):
        handed.withdraw(team.core, report)
    handed.decide(office.core, report, Word.RETURNED, "Thiếu phần V thật")
    sync_all(office, team)
    assert handed.read(team.core, report).may_withdraw
    handed.withdraw(team.core, report)
    sync_all(team, office)
    assert (state(office, report), codes(team)) == (State.WITHDRAWN, set())


def codes(desk):
    """Why the server kept own writes aside."""
    return {row.code for row in returned.returned(desk.core)}


def test_a_teams_exact_figures_stay_in_its_commune_and_its_state_goes_up(small_world, desks, team, office):
    report = hand_up(team, III="Nhà ông A chưa có máy")
    sync_all(team, office)
    for place, person in ((AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")):
        above = desks(small_world, place, person)
        above.sync()
        page = handed.read(above.core, report)
        assert (page.state, page.report, page.may_decide) == (State.SENT, None, False)
        assert above.rows("report_content") == {}
    (row,) = (one for one in incoming.incoming(above.core).rows if one.unit_id == office.unit)
    assert (row.below, row.below_in) == (2, 1)
    stranger = desks(small_world, OTHER_COMMUNE, "Cà Văn Tuấn")
    stranger.sync()
    assert stranger.rows("report") == {}
    neighbour = desks(small_world, SECOND_VILLAGE, "Tòng Văn Sơn")
    neighbour.sync()
    assert neighbour.rows("report") == {}


def test_a_province_returns_a_communes_report_in_an_area_that_it_only_reads(small_world, desks, office):
    province = synced(desks, small_world, "14", "Hoàng Thu Hà")
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    report = hand_up(office, "C-MONTH", IV="Đi từng nhà")
    sync_all(office, province, area)
    assert handed.read(province.core, report).report.typed == {"IV": "Đi từng nhà"}
    assert not handed.read(area.core, report).may_decide
    handed.decide(province.core, report, Word.RETURNED, "Thiếu kết quả đào tạo")
    sync_all(province, office)
    assert province.core.runner.exchange_now() is not None
    page = handed.read(office.core, report)
    assert (page.state, page.steps[0].reason) == (State.RETURNED, "Thiếu kết quả đào tạo")
    assert page.steps[0].by == ""
    row = next(row for row in incoming.incoming(province.core).rows if row.report_id == report)
    assert (row.decides, row.standing) == (True, Standing.RECEIVED)


def test_nobody_else_decides(small_world, desks, team, office):
    """The negative control: a step written past the action is set aside by the server."""
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    report = hand_up(team)
    sync_all(team, office, area)
    village = handed.read(team.core, report)
    assert village.state is State.SENT
    for desk in (team, area):
        with desk.writing() as writer:
            writer.create("report_step", unit_id=team.unit, subject_id=report, word="accepted")
    sync_all(team, area, office)
    assert state(office, report) is State.SENT
    for desk in (team, area):
        assert codes(desk) == {"not_allowed"}


def _visit(desk, on):
    with desk.writing() as writer:
        home = writer.create("household", village_id=desk.unit, code="HN-0001")
        writer.create("visit", village_id=desk.unit, household_id=home, on=on.isoformat())


def _drawn(desk, kind):
    return reporting.drawn_up(desk.core, kind)


def test_a_figure_of_a_report_that_the_server_counts_otherwise_is_found(team):
    report = _drawn(team, "T-MONTH")
    rows = {row.code: row for row in comparing.held_against(team.core, report).rows}
    assert not any(row.differs for row in rows.values())
    assert rows["ACT01"].theirs is not None
    _visit(team, report.last)
    found = comparing.held_against(team.core, report)
    row = next(row for row in found.rows if row.code == "ACT01")
    assert (found.asked, row.differs, row.gap, row.unit_id) == (True, True, 1, None)
    team.sync()
    assert not any(row.differs for row in comparing.held_against(team.core, report).rows)


def test_a_report_is_held_against_what_was_published_where_the_server_cannot_be_asked(team):
    report = _drawn(team, "T-MONTH")
    team.wire.cut.add("/api/v1/behind")
    found = comparing.held_against(team.core, report)
    assert found.asked is False
    assert len(found.rows) == len(report.rows)
    assert not any(row.differs for row in found.rows)


def test_a_commune_finds_which_unit_below_reported_another_number(team, office):
    made = hand_up(team)
    sync_all(team, office)
    report = _drawn(office, "C-MONTH")
    found = comparing.held_against(office.core, report)
    assert (found.reported, found.below > 1, [row for row in found.rows if row.unit_id]) == (1, True, [])
    _visit(team, report.last)
    sync_all(team, office)
    (row,) = [
        row for row in comparing.held_against(office.core, report).rows if row.unit_id and row.code == "ACT01"
    ]
    assert (row.unit_id, row.gap, row.theirs.numerator or 0) == (team.unit, 1, 0)
    # The same is seen from the team's report itself.
    page = handed.read(office.core, made)
    rows = {one.code: one for one in comparing.held_against(office.core, page.report).rows}
    assert rows["ACT01"].differs
    difference = differences.figure_difference(
        office.core, "ACT01", Period(report.first, report.last), team.unit
    )
    assert not difference.rows
    handed.withdraw(team.core, made)
    sync_all(team, office)
    assert comparing.held_against(office.core, report).reported == 0


def test_a_province_compares_what_was_published_and_asks_nobody(small_world, desks, team):
    province = synced(desks, small_world, "14", "Đinh Thị Thơm")
    found = comparing.held_against(province.core, _drawn(province, "P-QUARTER"))
    assert (found.asked, [row for row in found.rows if row.unit_id is None]) == (None, [])
