"""Thematic and urgent reports: asked for above, owed below, counted with the others, withdrawn again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.server.conftest import SECOND_VILLAGE
from tests.unit.sync.desks import sync_all, synced
from tongcds.actions import documents, handed, incoming, report_requests, reporting
from tongcds.actions.report_requests import RequestText
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import Sort, code_of, request_of
from tongcds.domain.reporting import State, Word
from tongcds.errors import UserError
from tongcds.papers.paper import Table


@pytest.fixture
def other_team(small_world, desks):
    return synced(desks, small_world, SECOND_VILLAGE, "Hà Văn Pản")


def wanted(desk, *indicators: str, **more) -> RequestText:
    today = desk.core.today
    values = {"sort": Sort.URGENT, "title": "Thiệt hại do mưa lũ", "text": "Nêu rõ bản mất sóng"}
    values |= {"period": Period(today - timedelta(days=6), today), "due_on": today + timedelta(days=2)}
    return RequestText(**{**values, **more}, indicators=indicators)


def owed(desk) -> list[str]:
    return [row.kind for row in reporting.due(desk.core) if request_of(row.kind)]


def test_a_report_that_was_asked_for_is_owed_handed_up_counted_and_accepted(team, office):
    request, _undo, _changes = report_requests.ask(office.core, wanted(office, "ACT01"))
    sync_all(office, team)
    kind = code_of(request)
    row = next(row for row in reporting.due(team.core) if row.kind == kind)
    assert (row.name, row.state, row.asks) == (
        "Báo cáo đột xuất: Thiệt hại do mưa lũ",
        State.DUE,
        "Nêu rõ bản mất sóng",
    )
    assert row.due_on == team.core.today + timedelta(days=2)
    assert report_requests.asks_of(team.core, kind) == "Nêu rõ bản mất sóng"
    assert row in incoming.reminders(team.core).due
    drawn = reporting.drawn_up(team.core, kind)
    assert [one.indicator for one in drawn.rows] == ["ACT01"]
    made, _undo, _changes = reporting.hand_up(team.core, kind, team.core.today, {"III": "Mất sóng ba bản"})
    sync_all(team, office)
    view = incoming.incoming(office.core, kind)
    assert (view.sums.handed, view.sums.in_time, view.sums.units) == (1, 1, len(view.rows))
    assert kind in dict(view.kinds)
    # A periodic kind is still what is shown first.
    assert incoming.incoming(office.core).kind == "T-MONTH"
    page = handed.read(office.core, made)
    assert (page.name, page.may_decide, page.report.typed) == (row.name, True, {"III": "Mất sóng ba bản"})
    handed.decide(office.core, made, Word.ACCEPTED)
    sync_all(office, team)
    assert handed.read(team.core, made).state is State.ACCEPTED


def test_only_those_who_were_asked_owe_it(team, other_team, office):
    request, _undo, _changes = report_requests.ask(office.core, wanted(office), (other_team.unit,))
    sync_all(office, team, other_team)
    assert owed(team) == []
    assert owed(other_team) == [code_of(request)]
    view = incoming.incoming(office.core, code_of(request))
    assert [row.unit_id for row in view.rows] == [other_team.unit]


def test_what_is_asked_for_no_more_is_owed_no_more_and_what_came_in_stays(team, office):
    request, _undo, _changes = report_requests.ask(office.core, wanted(office))
    sync_all(office, team)
    made, _undo, _changes = reporting.hand_up(team.core, code_of(request), team.core.today, {"V": "Cấp máy"})
    sync_all(team, office)
    report_requests.withdraw(office.core, request)
    sync_all(office, team)
    assert owed(team) == []
    page = handed.read(office.core, made)
    assert (page.name, page.may_correct) == ("Báo cáo đột xuất: Thiệt hại do mưa lũ", False)
    with pytest.raises(UserError, match="report_kind_unknown"):
        incoming.incoming(office.core, code_of(request))


def test_a_province_asks_its_communes(small_world, desks, team, office):
    province = synced(desks, small_world, "14", "Đinh Thị Thơm")
    request, _undo, _changes = report_requests.ask(province.core, wanted(province, "TEA01"))
    sync_all(province, office, team)
    assert owed(office) == [code_of(request)]
    assert owed(team) == []
    made, _undo, _changes = reporting.hand_up(office.core, code_of(request), office.core.today)
    sync_all(office, province)
    assert handed.read(province.core, made).may_decide
    assert incoming.incoming(province.core, code_of(request)).sums.handed == 1


def test_its_paper_has_the_title_that_was_asked_for_and_no_annex_without_figures(team, office):
    bare, _undo, _changes = report_requests.ask(office.core, wanted(office))
    counted, _undo, _changes = report_requests.ask(office.core, wanted(office, "ACT01", title="Đến hộ"))
    sync_all(office, team)
    paper = documents.report(team.core, code_of(bare)).paper
    assert [sheet.title.about for sheet in paper.sheets] == ["Báo cáo đột xuất: Thiệt hại do mưa lũ"]
    assert reporting.drawn_up(team.core, code_of(bare)).notes == ()
    _main, annex = documents.report(team.core, code_of(counted)).paper.sheets
    assert any(isinstance(block, Table) and block.rows for block in annex.blocks)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "report_request_untitled"),
        ({"title": "a" * 201}, "text_too_long"),
        ({"text": "a" * 1001}, "text_too_long"),
        ({"due_on": date(2020, 1, 1)}, "report_request_day_over"),
    ],
)
def test_a_mistake_is_named_and_nothing_asked(office, change, code):
    with pytest.raises(UserError) as wrong:
        report_requests.ask(office.core, wanted(office, **change))
    assert wrong.value.code == code
    assert report_requests.made(office.core) == ()


def test_nobody_is_asked_for_what_cannot_be(team, office):
    today = office.core.today
    late = wanted(office, period=Period(today, today + timedelta(days=9)))
    for act, code in (
        (lambda: report_requests.ask(office.core, late), "report_request_before_end"),
        (lambda: report_requests.ask(office.core, wanted(office, "NONE")), "indicator_unknown"),
        (lambda: report_requests.ask(office.core, wanted(office), (bytes(16),)), "board_unit_unknown"),
        (lambda: report_requests.ask(team.core, wanted(team)), "report_request_not_yours"),
        (lambda: report_requests.withdraw(office.core, bytes(16)), "report_request_unknown"),
    ):
        with pytest.raises(UserError, match=code):
            act()
    assert report_requests.made(office.core) == ()
