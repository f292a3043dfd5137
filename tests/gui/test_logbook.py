"""The support log in its window: parts come as one scrolls, groups narrow, and mistakes are put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from tests.unit.actions.conftest import VILLAGE, Home, core_of, home, team
from tongcds.actions import Core, logbook, visits
from tongcds.domain.views import (
    GroupBy,
    LogFilter,
    LogPage,
    LogPlace,
    Result,
    SupportEntry,
    VisitEntry,
    Withdrawal,
)
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.forms.withdraw_dialog import WithdrawDialog
from ui.preview import logbook as invented
from ui.preview import samples
from ui.preview.screens import settle, tasks
from ui.preview.village import TODAY, identity
from ui.screens.log_visit import LogVisitScreen
from ui.screens.logbook import LogbookScreen
from ui.tasks import InlineExecutor

__all__ = ["core_of", "home", "team"]
PART = 200
ALL = 1100


def long_page(wanted: LogFilter, after: LogPlace | None = None) -> LogPage:
    """A log of 1,100 supports in parts of 200."""
    start = 0 if after is None else after.stamp
    like = invented.page(LogFilter()).rows[0]
    rows = tuple(
        replace(like, support_id=identity(f"L{at}"), note=str(at))
        for at in range(start, min(start + PART, ALL))
    )
    end = start + len(rows)
    return LogPage(rows, LogPlace("", end, b"") if end < ALL else None)


@pytest.fixture
def screen_of(keep: Callable[[QWidget], QWidget]) -> Callable[..., LogbookScreen]:
    def make(page: Callable[..., LogPage] = invented.page) -> LogbookScreen:
        made = LogbookScreen(
            page=page, sums=invented.sums, reads=tasks(), changes=ChangeBus(), clock=lambda: samples.NOW
        )
        keep(made)
        made.resize(1100, 700)
        made.show()
        settle()
        return made

    return make


def test_parts_come_as_one_scrolls_up_to_what_a_list_holds(screen_of: Callable[..., LogbookScreen]) -> None:
    screen = screen_of(long_page)
    assert screen.rows.rows_model.rowCount() == PART
    bar = screen.rows.verticalScrollBar()
    for _turn in range(2 * ALL // PART):
        bar.setValue(bar.maximum())
        settle()
    notes = [row.note for row in screen.rows.rows_model.rows()]
    assert notes == [str(at) for at in range(1000)]
    assert not screen._more.isHidden()


def test_a_group_narrows_the_rows_and_the_whole_log_widens_them(
    screen_of: Callable[..., LogbookScreen],
) -> None:
    screen = screen_of()
    every = screen.rows.rows_model.rowCount()
    screen.groups.choose(1)
    rows = screen.rows.rows_model.rows()
    assert {row.on for row in rows} == {TODAY}
    assert len(rows) == 3
    screen.groups.choose(0)
    assert screen.rows.rows_model.rowCount() == every


def test_an_answer_to_an_older_question_is_not_shown(screen_of: Callable[..., LogbookScreen]) -> None:
    screen = screen_of()
    before = screen.rows.rows_model.rowCount()
    screen._show_rows(LogFilter(service="SE01"), LogPage((), None))
    assert screen.rows.rows_model.rowCount() == before


@pytest.fixture
def desktop(team: Core, tmp_path: Path, keep: Callable[[QWidget], QWidget]) -> Iterator[Desktop]:
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    made = Desktop(team, Settings(tmp_path), **everywhere, automatic=False)
    keep(made.shell)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def logged(desktop: Desktop, home: Home) -> bytes:
    support = SupportEntry("PY01", home.people[:2], Result.ALONE)
    entry = VisitEntry(home.household, desktop.core.today, (support,), note="ghi nhầm")
    return visits.save_visit(desktop.core, entry)[0]


def opened(desktop: Desktop) -> LogbookScreen:
    desktop.shell.show_place("log")
    screen = desktop.shell.seen()
    assert isinstance(screen, LogbookScreen)
    return screen


def counted(core: Core, wanted: LogFilter) -> list[bytes]:
    return [row.visit_id for row in logbook.page(core, wanted).rows]


def test_the_place_is_the_log_and_its_form_leads_back_to_where_one_was(desktop: Desktop, home: Home) -> None:
    screen = opened(desktop)
    screen.log.click()
    form = desktop.shell.seen()
    assert isinstance(form, LogVisitScreen)
    assert desktop.shell.place == "log"
    form.left.emit()
    assert desktop.shell.seen() is screen
    desktop.shell.show_place("households")
    desktop.visiting.start(home.household)
    assert desktop.shell.place == "log"
    form = desktop.shell.seen()
    assert isinstance(form, LogVisitScreen)
    assert form.form.session.household is not None
    desktop.visiting.start()
    assert desktop.shell.seen() is form, "a form that is open is gone on with"
    form.left.emit()
    assert desktop.shell.place == "households"
    desktop.visiting.start()
    again = desktop.shell.seen()
    assert isinstance(again, LogVisitScreen)
    again.logbook.click()
    assert desktop.shell.seen() is screen


def test_what_was_typed_is_there_again_when_the_form_is_opened_anew(desktop: Desktop, home: Home) -> None:
    desktop.visiting.start(home.household)
    form = desktop.shell.seen()
    assert isinstance(form, LogVisitScreen)
    form.form.note.setPlainText("Đang ghi dở")
    desktop.shell.show_place("today")
    desktop.visiting.start()
    again = desktop.shell.seen()
    assert isinstance(again, LogVisitScreen)
    assert again is not form
    assert again.form.note.toPlainText() == "Đang ghi dở"


def test_the_log_is_narrowed_to_a_household_and_widened_again(desktop: Desktop, home: Home) -> None:
    visit = logged(desktop, home)
    with desktop.core.vault.change(desktop.core.author()) as change:
        other = change.writer.create("household", village_id=VILLAGE, code="HN-0099")
    visits.save_visit(
        desktop.core,
        VisitEntry(other, desktop.core.today, (SupportEntry("IN03", (), Result.ALONE),)),
    )
    screen = opened(desktop)
    assert screen.rows.rows_model.rowCount() == 2
    QTest.keyClick(screen, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    screen.household.click()
    dialog = desktop.logbook.picking
    assert dialog is not None
    (row,) = [one for one in desktop.visiting.find_households("HN-0087") if one.code == "HN-0087"]
    dialog.picker.chosen.emit(row)
    assert screen.wanted().household_id == home.household
    assert [one.visit_id for one in screen.rows.rows_model.rows()] == [visit]
    assert "HN-0087" in screen.household.text()
    assert screen.household.isChecked()
    screen.household.click()
    assert screen.wanted().household_id is None
    assert screen.rows.rows_model.rowCount() == 2


def test_delete_asks_why_and_withdraws_and_undo_counts_it_again(desktop: Desktop, home: Home) -> None:
    visit = logged(desktop, home)
    screen = opened(desktop)
    screen.withdraw.click()
    (dialog,) = desktop.shell.findChildren(WithdrawDialog)
    assert dialog.reason.currentData() == Withdrawal.TWICE
    dialog.go_on.click()
    assert counted(desktop.core, LogFilter(withdrawn=True)) == [visit]
    assert screen.rows.rows_model.rowCount() == 0
    desktop.shell.messages._undo.click()
    assert counted(desktop.core, LogFilter()) == [visit]


def test_f2_fills_the_form_and_what_is_saved_stands_in_its_place(desktop: Desktop, home: Home) -> None:
    visit = logged(desktop, home)
    opened(desktop).correct.click()
    (form,) = [one for one in desktop.shell.findChildren(LogVisitScreen) if one.next.isHidden()]
    session = form.form.session
    assert [person.person_id for person in session.helped] == list(home.people[:2])
    assert session.note == "ghi nhầm"
    session.note = "đã sửa"
    form.done.click()
    (corrected,) = counted(desktop.core, LogFilter())
    assert corrected != visit
    assert logbook.entry_of(desktop.core, corrected).note == "đã sửa"
    assert counted(desktop.core, LogFilter(withdrawn=True)) == [visit]
    assert isinstance(desktop.shell.seen(), LogbookScreen)
    desktop.shell.messages._undo.click()
    assert counted(desktop.core, LogFilter()) == [visit]


def test_keys_do_what_the_buttons_say(screen_of: Callable[..., LogbookScreen], qtbot: object) -> None:
    screen = screen_of()
    asked: list[object] = []
    screen.correct_requested.connect(asked.append)
    screen.withdraw_requested.connect(asked.append)
    screen.activateWindow()
    screen.rows.setFocus()
    qtbot.waitUntil(screen.isActiveWindow)  # type: ignore[attr-defined]  # a QtBot
    QTest.keyClick(screen.rows, Qt.Key.Key_F2)
    QTest.keyClick(screen.rows, Qt.Key.Key_Delete)
    assert asked == [screen.rows.rows_model.row(0)] * 2
    assert invented.sums(LogFilter(), GroupBy.DAY).supports == screen.rows.rows_model.rowCount()
