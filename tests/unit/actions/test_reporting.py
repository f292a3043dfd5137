"""The own reports: what is due, what is typed, handing up with frozen figures, mistakes that are named."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import VILLAGE, Core, Home
from tests.unit.actions.reports import MONTH, came_in, closed
from tongcds import cli
from tongcds.actions import handed, incoming, proposing, reporting, visits
from tongcds.actions.journal import take_back
from tongcds.domain.reporting import State, Word
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.domain.views.reporting import came_late
from tongcds.errors import UserError


def log(core: Core, home: Home, on: date) -> None:
    entry = SupportEntry("PY01", home.people[:2], Result.ALONE)
    visits.save_visit(core, VisitEntry(home.household, on, (entry,)))


def the_row(core: Core, last: date):
    return next(row for row in reporting.due(core) if row.last == last and row.kind == "T-MONTH")


def test_what_ended_is_due_then_overdue_and_what_runs_is_not(team: Core):
    rows = {row.last: row.state for row in reporting.due(team) if row.kind == "T-MONTH"}
    running = MONTH.period_of(team.today).last
    assert rows[running] is (State.DUE if running == team.today else State.RUNNING)
    assert rows[closed(team).last] in {State.DUE, State.OVERDUE}
    assert min(rows) > team.today - timedelta(days=reporting.CHASED_DAYS)


def test_nothing_is_asked_of_a_team_from_before_it_was_there(team: Core):
    since = closed(team).last + timedelta(days=1)
    with team.vault.change(team.author()) as change:
        change.writer.create("team", unit_id=VILLAGE, name="Tổ", decided_on=since.isoformat())
    assert {row.state for row in reporting.due(team) if row.kind == "T-MONTH"} == {State.RUNNING}


def test_what_is_typed_stays_until_it_is_handed_up(team: Core):
    last = closed(team).last
    reporting.keep_text(team, "T-MONTH", last, {"III": "  Sóng yếu.\nMất điện. ", "V": ""})
    assert reporting.drawn_up(team, "T-MONTH").typed == {"III": "Sóng yếu.\nMất điện."}
    assert the_row(team, last).drafted
    made, _undo, changes = reporting.hand_up(team, "T-MONTH", last)
    assert changes.kinds == {"report"}
    page = handed.read(team, made)
    assert page.report.typed == {"III": "Sóng yếu.\nMất điện."}
    assert not the_row(team, last).drafted


def test_a_report_that_was_handed_up_keeps_its_figures(team: Core, home: Home):
    last = closed(team).last
    log(team, home, last)
    made, _undo, _changes = reporting.hand_up(team, "T-MONTH", last)
    first = handed.read(team, made).report
    visits_row = next(row for row in first.rows if row.indicator == "ACT01")
    assert visits_row.now.numerator == 1
    log(team, home, last)
    assert handed.read(team, made).report == first
    again, _undo, _changes = reporting.hand_up(team, "T-MONTH", last)
    now = next(row for row in handed.read(team, again).report.rows if row.indicator == "ACT01")
    assert now.now.numerator == 2
    assert now.now.fingerprint != visits_row.now.fingerprint
    row = the_row(team, last)
    assert (row.report_id, row.versions, row.twice) == (again, 2, False)
    assert handed.read(team, made).report == first


def test_handing_up_can_be_undone_and_taken_back(team: Core):
    last = closed(team).last
    made, undo, _changes = reporting.hand_up(team, "T-MONTH", last)
    take_back(team, undo)
    assert the_row(team, last).report_id is None
    made, _undo, _changes = reporting.hand_up(team, "T-MONTH", last)
    handed.withdraw(team, made)
    assert the_row(team, last).state is State.WITHDRAWN
    with pytest.raises(UserError, match="report_withdrawn"):
        handed.withdraw(team, made)
    again, _undo, _changes = reporting.hand_up(team, "T-MONTH", last)
    assert the_row(team, last).report_id == again


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda core: reporting.drawn_up(core, "NONE"), "report_kind_unknown"),
        (lambda core: reporting.drawn_up(core, "C-MONTH"), "report_kind_unknown"),
        (
            lambda core: reporting.hand_up(core, "T-MONTH", core.today + timedelta(days=40)),
            "report_period_runs",
        ),
        (
            lambda core: reporting.keep_text(core, "T-MONTH", core.today, {"IX": "a"}),
            "report_section_unknown",
        ),
        (
            lambda core: reporting.keep_text(core, "T-MONTH", core.today, {"V": "a" * 4001}),
            "text_too_long",
        ),
        (lambda core: handed.read(core, VILLAGE), "report_unknown"),
        (lambda core: handed.withdraw(core, VILLAGE), "report_unknown"),
        (lambda core: handed.decide(core, VILLAGE, Word.RETURNED), "report_reason_missing"),
        (incoming.incoming, "report_nobody_below"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(team: Core, act, code):
    with pytest.raises(UserError) as wrong:
        act(team)
    assert wrong.value.code == code
    assert handed.all_ids(team) == ()


def test_a_team_does_not_decide_on_its_own_report(team: Core):
    made, _undo, _changes = reporting.hand_up(team, "T-MONTH", closed(team).last)
    with pytest.raises(UserError, match="report_not_yours"):
        handed.decide(team, made, Word.ACCEPTED)


def test_a_period_of_the_old_era_goes_to_the_commune_of_its_time(team: Core):
    with team.vault.change(team.author()) as change:
        change.writer.load("village", [VILLAGE])
        change.writer.update("village", VILLAGE, old_commune_code="04117")
    made, _undo, _changes = reporting.hand_up(team, "T-MONTH", date(2025, 5, 20))
    page = handed.read(team, made)
    assert page.addressee == "Xã Mường Chanh"
    now, _undo, _changes = reporting.hand_up(team, "T-MONTH", closed(team).last)
    assert handed.read(team, now).addressee == "Xã Chiềng Mung"


def test_a_commune_knows_who_has_not_reported_and_accepts_once(commune: Core):
    period = closed(commune)
    view = incoming.incoming(commune)
    assert (view.last, view.sums.units, view.sums.handed) == (period.last, 1, 0)
    made = came_in(commune, period.last + timedelta(days=1))
    view = incoming.incoming(commune)
    (row,) = view.rows
    assert (row.state, came_late(row), row.decides, view.sums.in_time) == (State.SENT, False, True, 1)
    assert incoming.reminders(commune).to_decide == 1
    undo, _changes = handed.decide(commune, made, Word.RECEIVED)
    handed.decide(commune, made, Word.ACCEPTED)
    assert incoming.incoming(commune).sums.accepted == 1
    with pytest.raises(UserError, match="report_said_already"):
        handed.decide(commune, made, Word.ACCEPTED)
    assert incoming.reminders(commune).to_decide == 0
    take_back(commune, undo)
    assert incoming.incoming(commune).rows[0].state is State.ACCEPTED


def test_two_reports_of_one_period_show_as_two_and_the_late_one_as_late(commune: Core):
    period = closed(commune)
    came_in(commune, period.last)
    came_in(commune, MONTH.due_on(period) + timedelta(days=1))
    (row,) = incoming.incoming(commune).rows
    assert (row.twice, row.versions, came_late(row)) == (True, 2, True)


def test_what_cannot_be_read_leaves_the_rest_to_be_seen(commune: Core):
    made = came_in(commune, closed(commune).last)
    with commune.vault.change(commune.author()) as change:
        change.writer.create("report_content", unit_id=VILLAGE, report_id=made, content=b"\xff broken")
    page = handed.read(commune, made)
    assert (page.report, page.unit, page.may_decide) == (None, "Bản Nà Ngà", True)


def tell(core: Core, text: str, on: date, **more: str) -> bytes:
    values = {"unit_id": VILLAGE, "unit": "Bản Nà Ngà", "kind": "signal", **more}
    with core.vault.change(core.author()) as change:
        return change.writer.create("difficulty", text=text, on=on.isoformat(), **values)


def test_section_iii_begins_with_the_difficulties_that_are_open_in_the_period(team: Core):
    last = closed(team).last
    tell(team, "Sóng yếu\nđầu bản.", last, cause="Trạm ở xa.", place="đầu bản")
    tell(team, "Sau kỳ", last + timedelta(days=1))
    settled = tell(team, "Mất điện", last)
    with team.vault.change(team.author()) as change:
        values = {"subject_id": settled, "word": "closed", "on": last.isoformat()}
        change.writer.create("difficulty_step", unit_id=VILLAGE, **values)
    line = "- Sóng yếu đầu bản (đầu bản). Nguyên nhân: Trạm ở xa."
    assert reporting.drawn_up(team, "T-MONTH").typed == {"III": line}
    assert not the_row(team, last).drafted
    assert proposing.proposal(team, closed(team)).count == 1


def test_what_was_typed_is_never_replaced_by_difficulties(team: Core):
    last = closed(team).last
    reporting.keep_text(team, "T-MONTH", last, {"V": "Cấp máy"})
    tell(team, "Sóng yếu", last)
    assert reporting.drawn_up(team, "T-MONTH").typed == {"V": "Cấp máy"}
    reporting.hand_up(team, "T-MONTH", last)
    # Nor is the correction of a version that had nothing there.
    assert reporting.drawn_up(team, "T-MONTH").typed == {"V": "Cấp máy"}
    offered = proposing.proposal(team, closed(team))
    assert offered.lacking("Tự viết") == offered.lines == ("- Sóng yếu.",)
    assert offered.lacking("Tự viết\n- Sóng  yếu.") == ()


def test_more_difficulties_than_a_section_has_room_for_are_counted(team: Core):
    for at in range(9):
        tell(team, f"{at} " + "dài " * 200, closed(team).last)
    offered = proposing.proposal(team, closed(team))
    assert offered.count == 9
    assert offered.lines[-1].startswith(f"- và {9 - len(offered.lines) + 1} ")
    reporting.hand_up(team, "T-MONTH", closed(team).last)


@pytest.fixture
def run(team: Core, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str):
        options = cli._parser().parse_args([*arguments, "--json"])
        code = options.command(options, team)
        return code, json.loads(capsys.readouterr().out)

    return call


def test_a_report_lives_on_the_command_line(run, team: Core, home: Home) -> None:
    log(team, home, closed(team).last)
    assert run("reports")[1]["reports"][0]["kind"] == "T-MONTH"
    code, drawn = run("report", "T-MONTH", "--set", "III=Sóng yếu")
    assert (code, drawn["rows"][0]["now"]["numerator"]) == (cli.LOOK, 1)
    code, page = run("report", "T-MONTH", "--hand-up")
    assert (code, page["state"]) == (cli.DONE, "sent")
    assert "Sóng yếu" in [section["text"] for section in page["report"]["sections"]]
    assert run("report-show", page["report_id"][:14], "--take-back")[1]["state"] == "withdrawn"


def test_a_commune_decides_on_the_command_line(commune: Core, capsys: pytest.CaptureFixture[str]) -> None:
    made = came_in(commune, closed(commune).last)

    def call(*arguments: str):
        options = cli._parser().parse_args(list(arguments))
        assert options.command(options, commune) == cli.DONE
        return capsys.readouterr().out

    assert "1/1" in call("reports-in")
    said = call("report-show", made.hex(), "--say", "return", "--reason", "Thiếu phần III")
    assert "Thiếu phần III" in said
    assert "bị trả lại" in call("reports-in")


def test_a_commune_asks_for_a_report_on_the_command_line(
    commune: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    def call(*arguments: str) -> dict[str, object]:
        options = cli._parser().parse_args([*arguments, "--json"])
        assert options.command(options, commune) == cli.DONE
        return json.loads(capsys.readouterr().out)

    due = (commune.today + timedelta(days=30)).isoformat()
    (made,) = call(
        "report-ask", "Mưa lũ", "--sort", "urgent", "--due", due, "--indicator", "ACT01",
        "--unit", "Bản Nà Ngà", "--period", "month",
    )["requests"]  # fmt: skip
    assert (made["title"], made["indicators"], made["due_on"]) == ("Mưa lũ", ["ACT01"], due)
    assert call("reports-in", made["kind"])["kind"] == made["kind"]
    assert call("reports-asked", "--withdraw", made["request_id"][:12])["requests"] == []
