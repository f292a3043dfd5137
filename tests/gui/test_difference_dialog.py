"""Đối chiếu số from the keyboard: both figures, what only one side counts and why, and the way to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.places import press
from tests.unit.actions.conftest import commune, core_of
from tongcds.errors import UnavailableError
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.forms.difference_dialog import DifferenceDialog
from ui.preview import board as invented
from ui.preview.screens import settle
from ui.screens.board import BoardScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["commune", "core_of"]

pytestmark = pytest.mark.usefixtures("english")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def screen(keep, qtbot):
    made = BoardScreen(invented.bar(), invented.view, invented.close, Tasks(InlineExecutor()), ChangeBus())
    keep(made)
    made.resize(1154, 712)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    settle()
    return made


def dialog_of(keep, qtbot, *answers):
    waiting = list(answers)

    def ask():
        answer = waiting.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    dialog = DifferenceDialog(ask, Tasks(InlineExecutor()))
    keep(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    settle()
    return dialog


def test_the_figure_and_a_row_are_compared_by_keyboard(screen):
    asked = []
    screen.compared.connect(asked.append)
    QTest.keyClick(screen, Qt.Key.Key_D, CTRL)
    assert [(one.code, one.unit_id) for one in asked] == [("XHS09", None)]
    QTest.keyClick(screen, Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert len(asked) == 1
    screen.units.table.choose(2)
    QTest.keyClick(screen, Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert asked[-1].unit_id == screen.units.table.rows_model.row(2).unit_id


def test_who_holds_no_records_is_not_offered_it(screen):
    asked = []
    screen.compared.connect(asked.append)
    screen.show_view(replace(invented.view(screen.bar.now()), holds_records=False))
    screen.units.table.choose(2)
    for more in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        QTest.keyClick(screen, Qt.Key.Key_D, CTRL | more)
    assert asked == []
    assert not screen.figure.compare.isVisible()


def test_an_old_commune_is_no_row_that_the_server_knows(screen):
    asked = []
    screen.compared.connect(asked.append)
    screen.show_view(replace(invented.view(screen.bar.now()), row_kind="old_commune"))
    screen.units.table.choose(2)
    QTest.keyClick(screen, Qt.Key.Key_D, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert asked == []


def test_both_figures_their_marks_and_each_record_with_its_reason_are_told(keep, qtbot):
    dialog = dialog_of(keep, qtbot, invented.difference())
    assert (dialog.here.value.text(), dialog.there.value.text()) == ("148", "108")
    assert "7F3A-19C2" in dialog.here.accessibleName()
    assert "0B11-77D0" in dialog.there.accessibleName()
    model = dialog.table.rows_model
    told = [[model.cell(row, at).words for at in range(3)] for row in range(model.rowCount())]
    assert told[0][0] == "This computer"
    assert "waits on this computer" in told[0][2]
    assert told[2][0] == "The server"
    assert dialog.table.hasFocus()
    assert "HN-0087" in dialog.row_told.text()


def test_enter_opens_the_household_of_a_record_where_there_is_one(keep, qtbot):
    view = invented.difference()
    dialog = dialog_of(keep, qtbot, view)
    opened = []
    dialog.opened.connect(opened.append)
    dialog.table.choose(2)
    press(dialog.table, Qt.Key.Key_Return)
    assert opened == []
    assert dialog.isVisible()
    dialog.table.choose(0)
    press(dialog.table, Qt.Key.Key_Return)
    assert opened == [view.rows[0].household_id]
    assert not dialog.isVisible()


def test_without_a_network_it_says_what_was_published_and_can_be_asked_again(keep, qtbot):
    view = invented.difference()
    alone = replace(view, theirs=None, rows=(), asked=False, summary="The server cannot be asked now.")
    dialog = dialog_of(keep, qtbot, alone, replace(view, rows=(), asked=False), view)
    assert dialog.there.value.text() == "not known"
    assert dialog.table is None
    QTest.keyClick(dialog, Qt.Key.Key_F5)
    assert "as it was published last" in dialog.there.mark.text()
    QTest.keyClick(dialog, Qt.Key.Key_F5)
    assert dialog.table.rows_model.rowCount() == 3
    assert "as it was published last" not in dialog.there.mark.text()


def test_what_cannot_be_asked_is_said_in_the_window(keep, qtbot):
    dialog = dialog_of(keep, qtbot, UnavailableError("vault_damaged"), invented.difference())
    assert dialog.summary.text()
    assert dialog.here.value.text() == "…"
    QTest.keyClick(dialog, Qt.Key.Key_F5)
    assert dialog.here.value.text() == "148"


def test_a_list_that_was_cut_short_says_so(keep, qtbot):
    dialog = dialog_of(keep, qtbot, replace(invented.difference(), more=True, other_way=True))
    assert "There are more records" in dialog.notes.text()
    assert "another way" in dialog.notes.text()


def test_in_the_window_of_a_commune_without_a_network_it_says_what_it_can(commune, tmp_path, keep, qtbot):
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    desktop = Desktop(commune, Settings(tmp_path), **everywhere, automatic=False)
    keep(desktop.shell)
    desktop.show("overview")
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    desktop.overview.board.open()
    settle()
    (board,) = desktop.shell.findChildren(BoardScreen)
    QTest.keyClick(board, Qt.Key.Key_D, CTRL)
    settle()
    dialog = desktop.overview.board.dialog
    assert isinstance(dialog, DifferenceDialog)
    assert "The server cannot be asked now" in dialog.summary.text()
    assert dialog.there.value.text() == "not known"
    dialog.reject()
    desktop.close()
    desktop.deleteLater()
