"""The cycle of reports from the keyboard: a team draws one up and hands it up, its commune decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.desktops import desktop_of
from tests.gui.places import press
from tests.unit.actions.conftest import VILLAGE, commune, core_of, team
from tests.unit.actions.reports import MONTH, came_in, closed
from tests.unit.documents.read_back import Word as Document
from tongcds import paths
from tongcds.actions import Core, handed, incoming, report_requests, reporting
from tongcds.domain.report_requests import code_of
from tongcds.domain.reporting import State, Word
from ui.desktop import Desktop
from ui.forms.difference_dialog import DifferenceDialog
from ui.forms.reason_dialog import ReasonDialog
from ui.forms.request_report_dialog import RequestReportDialog
from ui.preview.reporting import held_against
from ui.preview.screens import settle
from ui.screens.report import ReportScreen
from ui.screens.reports import Part, ReportsScreen
from ui.screens.today import TodayScreen
from ui.widgets.button import Button

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


def place(desktop: Desktop) -> ReportsScreen:
    found = desktop.shell.screen_of("reports")
    assert isinstance(found, ReportsScreen)
    return found


def over(desktop: Desktop) -> ReportScreen:
    settle()
    (found,) = [one for one in desktop.shell.findChildren(ReportScreen) if one.isVisible()]
    return found


def test_a_team_draws_one_up_leaves_it_and_hands_it_up(desktop_of, team: Core):
    opened = desktop_of(team, "reports")
    screen = place(opened)
    press(screen.own, Qt.Key.Key_Return)
    report = over(opened)
    at = [row.code for row in report.shown.report.sections].index("III")
    report.sections.choose(at)
    report.text.setFocus()
    QTest.keyClicks(report.text, "Song yeu")
    press(report, Qt.Key.Key_Escape)
    assert place(opened).own.current_row().drafted
    press(screen.own, Qt.Key.Key_Return)
    assert over(opened).shown.report.typed == {"III": "Song yeu"}
    over(opened).hand_up.click()
    settle()
    row = next(row for row in reporting.due(team) if row.last == closed(team).last and row.kind == "T-MONTH")
    assert (row.state, handed.read(team, row.report_id).report.typed) == (State.SENT, {"III": "Song yeu"})


def test_a_section_is_filled_when_one_of_its_parts_is(desktop_of, team: Core):
    opened = desktop_of(team, "reports")
    press(place(opened).own, Qt.Key.Key_Return)
    report = over(opened)
    sections = {row.code: row for row in report.shown.report.sections}

    def icon(code: str) -> str:
        return report._section_cell(sections[code]).icon

    assert icon("III") == icon("II.1") == "circle-dashed"
    report.sections.choose(list(sections).index("II.1"))
    report.text.setPlainText("Đủ người")
    assert icon("II") == icon("II.1") == "circle-check"
    assert icon("III") == "circle-dashed"


def test_the_page_shows_the_report_and_enter_on_a_figure_lists_what_is_behind(desktop_of, team: Core):
    opened = desktop_of(team, "reports")
    press(place(opened).own, Qt.Key.Key_Return)
    report = over(opened)
    assert not report.sheet.is_empty
    report.parts.choose("figures")
    report.rows.choose(0)
    press(report.rows, Qt.Key.Key_Return)
    assert opened.reporting.dialog is not None
    opened.reporting.dialog.reject()


def test_an_older_version_can_still_be_read(desktop_of, team: Core):
    last = closed(team).last
    reporting.hand_up(team, "T-MONTH", last, {"V": "Cấp máy"})
    second, _undo, _changes = reporting.hand_up(team, "T-MONTH", last, {"V": "Cấp hai máy"})
    opened = desktop_of(team, "reports")
    opened.reporting.open(second)
    report = over(opened)
    assert report.versions.count() == 2
    assert report.versions.currentIndex() == 0
    report.versions.setCurrentIndex(1)
    report.versions.activated.emit(1)
    settle()
    assert over(opened).shown.report.typed == {"V": "Cấp máy"}


def test_a_commune_returns_one_with_a_reason_and_accepts_it_later(desktop_of, commune: Core):
    made = came_in(commune, closed(commune).last)
    opened = desktop_of(commune, "reports")
    screen = place(opened)
    screen.parts.choose(Part.INCOMING)
    screen.show_view(incoming.cycle(commune))
    press(screen.incoming, Qt.Key.Key_Return)
    over(opened).give_back.click()
    dialog = opened.reporting.dialog
    assert isinstance(dialog, ReasonDialog)
    dialog.save()
    assert dialog.isVisible()
    dialog.text.setPlainText("Thiếu phần III")
    dialog.save()
    settle()
    assert handed.read(commune, made).state is State.RETURNED
    assert not over(opened).give_back.isVisible()
    over(opened).accept.click()
    settle()
    assert handed.read(commune, made).state is State.ACCEPTED
    assert not over(opened).accept.isVisible()


def test_today_reminds_of_what_is_due_and_of_what_waits_for_a_word(desktop_of, team: Core, commune: Core):
    opened = desktop_of(team, "reports")
    opened.shell.show_place("today")
    settle()
    today = opened.shell.screen_of("today")
    assert isinstance(today, TodayScreen)
    told = []
    today.place_requested.connect(told.append)
    look = next(one for one in today.findChildren(Button) if "onthly report" in one.accessibleName())
    look.click()
    assert told
    assert opened.shell.place == "reports"
    made = came_in(commune, closed(commune).last)
    assert incoming.reminders(commune).to_decide == 1
    handed.decide(commune, made, Word.ACCEPTED)
    assert incoming.reminders(commune).to_decide == 0


def test_a_report_becomes_a_document_with_the_words_typed_so_far(desktop_of, team: Core):
    opened = desktop_of(team, "reports")
    press(place(opened).own, Qt.Key.Key_Return)
    report = over(opened)
    report.sections.choose([row.code for row in report.shown.report.sections].index("III"))
    report.text.setPlainText("Sóng yếu ở cuối bản")
    report.paper.click()
    settle()
    opened.printing.preview.word.click()
    (file,) = paths.exports_folder().iterdir()
    assert "Sóng yếu ở cuối bản" in [line.text for line in Document(file.read_bytes()).lines()]


def test_open_difficulties_are_put_in_as_a_proposal_and_added_when_asked_for(desktop_of, team: Core):
    last = closed(team).last

    def tell(text: str) -> None:
        values = {"unit": "Bản Nà Ngà", "kind": "signal", "text": text, "on": last.isoformat()}
        with team.vault.change(team.author()) as change:
            change.writer.create("difficulty", unit_id=VILLAGE, **values)

    tell("Sóng yếu")
    opened = desktop_of(team, "reports")
    press(place(opened).own, Qt.Key.Key_Return)
    report = over(opened)
    rows = {row.code: row for row in report.shown.report.sections}
    report.sections.choose(list(rows).index("III"))
    assert report.text.toPlainText() == "- Sóng yếu."
    assert report._section_cell(rows["III"]).icon == "circle-dashed"
    assert report._state_cell(rows["III"]).words == "1 item"
    assert report.offer.isVisible()
    assert not report.offer.take.isVisible()
    report.text.setPlainText("Tự viết")
    assert report._section_cell(rows["III"]).icon == "circle-check"
    report.offer.take.click()
    assert report.text.toPlainText() == "Tự viết\n- Sóng yếu."
    assert not report.offer.take.isVisible()
    report.offer.open.click()
    settle()
    assert opened.shell.place == "difficulties"
    assert reporting.drawn_up(team, "T-MONTH").typed == {"III": "Tự viết\n- Sóng yếu."}


def test_the_comparison_says_which_figure_differs_and_enter_opens_the_records(desktop_of, team: Core):
    opened = desktop_of(team, "reports")
    press(place(opened).own, Qt.Key.Key_Return)
    report = over(opened)
    for _times in range(2):
        press(report.parts, Qt.Key.Key_Right)
    settle()
    assert report.parts.value() == "compared"
    # Nobody can be asked in this test.
    assert "cannot be asked" in report.compared.notes.text()
    report.compared.show_view(held_against())
    model = report.compared.rows.rows_model
    rows = model.rows()
    assert (rows[0].code, rows[0].differs) == ("XHS09", True)
    assert [model.columns[1].cell(row).words for row in rows[:3]] == ["off by 3", "off by 1", "not compared"]
    assert "2 figures differ" in report.compared.notes.text()
    press(report.compared.rows, Qt.Key.Key_Return)
    dialog = opened.reporting.dialog
    assert isinstance(dialog, DifferenceDialog)
    assert "(XHS09)" in dialog.name.text()
    dialog.reject()


def test_a_commune_asks_its_teams_for_an_urgent_report_and_no_more(desktop_of, commune: Core, qtbot):
    opened = desktop_of(commune, "reports")
    opened.shell.activateWindow()
    qtbot.waitUntil(opened.shell.isActiveWindow)
    screen = place(opened)
    assert screen.ask.isVisible()
    press(screen.incoming, Qt.Key.Key_Insert)
    dialog = opened.reporting.dialog
    assert isinstance(dialog, RequestReportDialog)
    dialog.due.show_day(commune.today - timedelta(days=1))
    dialog.save()
    assert dialog.isVisible()
    dialog.title.setText("Thiệt hại do mưa lũ")
    dialog.sort.choose("urgent")
    dialog.figures.setCurrentIndex(1)
    dialog.due.show_day(commune.today + timedelta(days=2))
    dialog.save()
    settle()
    (asked,) = report_requests.made(commune)
    assert (asked.sort, asked.title, asked.asked) == ("urgent", "Thiệt hại do mưa lũ", ())
    assert asked.indicators == MONTH.indicators
    screen.parts.choose(Part.INCOMING)
    screen.show_view(incoming.cycle(commune))
    screen.kinds.choose(code_of(asked.request_id))
    screen.kinds.activated.emit(screen.kinds.currentIndex())
    settle()
    assert screen.incoming.current_row().state is State.DUE
    assert screen.withdraw.isVisible()
    screen.withdraw.click()
    settle()
    assert report_requests.made(commune) == ()
    assert not screen.withdraw.isVisible()


def test_a_team_is_not_offered_to_ask(desktop_of, team: Core, qtbot):
    opened = desktop_of(team, "reports")
    opened.shell.activateWindow()
    qtbot.waitUntil(opened.shell.isActiveWindow)
    assert not place(opened).ask.isVisible()
    press(place(opened).own, Qt.Key.Key_Insert)
    assert opened.reporting.dialog is None
