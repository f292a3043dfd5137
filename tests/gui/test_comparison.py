"""The comparison of plan and result from the keyboard: reasons are typed, and it is handed up with them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.desktops import desktop_of
from tests.gui.places import press
from tests.gui.test_reporting import over, place
from tests.unit.actions.conftest import commune, core_of
from tests.unit.actions.test_comparison import behind, closed
from tongcds.actions import Core, handed, reporting
from tongcds.domain.reporting import State
from tongcds.domain.views.report import cause_key
from ui.desktop import Desktop
from ui.preview.screens import settle
from ui.screens.report import ReportScreen

__all__ = ["behind", "commune", "core_of", "desktop_of"]
pytestmark = pytest.mark.usefixtures("english")


def drawn_up(desktop: Desktop, core: Core) -> ReportScreen:
    screen = place(desktop)
    wanted = [
        at
        for at, row in enumerate(reporting.due(core))
        if row.kind == "C-PLAN" and row.last == closed(core).last
    ]
    screen.own.choose(wanted[0])
    press(screen.own, Qt.Key.Key_Return)
    return over(desktop)


def test_reasons_are_chosen_and_typed_and_kept_and_handed_up(desktop_of, behind):
    core, target = behind
    opened = desktop_of(core, "reports")
    report = drawn_up(opened, core)
    # The targets are what is shown first.
    assert report.reasons.isVisible()
    assert report.reasons._line_cell(report.shown.report.targets[0]).icon == "circle-alert"
    report.hand_up.click()
    settle()
    assert handed.all_ids(core) == ()
    report = over(opened)
    report.reasons.cause.setFocus()
    QTest.keyClick(report.reasons.cause, Qt.Key.Key_Down)
    report.reasons.to_text()
    QTest.keyClicks(report.reasons.text, "It is far")
    assert report.reasons._line_cell(report.shown.report.targets[0]).icon == "circle-check"
    press(report, Qt.Key.Key_Escape)
    report = drawn_up(opened, core)
    line = report.shown.report.targets[0]
    assert (line.row.target_id, line.cause, line.reason) == (target, "people", "It is far")
    report.hand_up.click()
    settle()
    (made,) = handed.all_ids(core)
    page = handed.read(core, made)
    assert (page.state, page.report.targets[0].reason) == (State.SENT, "It is far")


def test_enter_on_a_target_lists_what_is_behind_its_figure(desktop_of, behind):
    core, _target = behind
    opened = desktop_of(core, "reports")
    report = drawn_up(opened, core)
    press(report.reasons.lines, Qt.Key.Key_Return)
    assert opened.reporting.dialog is not None
    opened.reporting.dialog.reject()


def test_what_was_handed_up_is_read_and_not_typed_into(desktop_of, behind):
    core, target = behind
    made, _undo, _changes = reporting.hand_up(
        core, "C-PLAN", closed(core).last, {cause_key(target.hex()): "late"}
    )
    opened = desktop_of(core, "reports")
    opened.reporting.open(made)
    report = over(opened)
    assert report.reasons.cause.currentData() == "late"
    assert (report.reasons.text.isReadOnly(), report.reasons.cause.isEnabled()) == (True, False)
