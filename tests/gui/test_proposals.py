"""Proposals to change a target in the window: a team asks, its commune decides."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.gui.desktops import desktop_of
from tests.gui.places import button, press
from tests.unit.actions.conftest import commune, core_of, team
from tests.unit.actions.test_proposals import came_in, published, terms_of
from tests.unit.actions.test_targets import TERMS
from tongcds.actions import Core, incoming, proposals, targets
from tongcds.domain.reporting import State
from ui.desktop import Desktop
from ui.forms.proposal_dialogs import ProposalsDialog, ProposeDialog
from ui.outline import outline
from ui.preview.screens import settle
from ui.screens.targets import Part, TargetsScreen
from ui.shell.rail import PlaceButton

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


def keys(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key, Qt.KeyboardModifier.ControlModifier)
    settle()


def wake(opened: Desktop, qtbot: QtBot) -> None:
    """Make the window the active one, without which it has no short cuts."""
    opened.shell.activateWindow()
    qtbot.waitUntil(opened.shell.isActiveWindow)


def opened_targets(desktop: Desktop) -> TargetsScreen:
    desktop.today.targets.open()
    settle()
    (found,) = [one for one in desktop.shell.findChildren(TargetsScreen) if one.isVisible()]
    return found


def test_a_team_proposes_another_value_with_a_reason(desktop_of, team: Core):
    target = published(team)
    opened = desktop_of(team, "today")
    screen = opened_targets(opened)
    screen.propose.click()
    settle()
    dialog = opened.today.targets.dialog
    assert isinstance(dialog, ProposeDialog)
    dialog.value.setText("70")
    dialog.save()
    settle()
    assert dialog.isVisible()
    assert dialog.reason.accessibleDescription()
    dialog.reason.setPlainText("Nhiều hộ đi làm xa")
    dialog.save()
    settle()
    (row,) = proposals.view(team)
    assert (row.target_id, row.says.value, row.state) == (target, 70, State.SENT)


def test_a_commune_refuses_with_a_reason_and_accepts_after_all(desktop_of, commune: Core):
    target = targets.set_target(commune, TERMS)[0]
    came_in(commune, target)
    opened = desktop_of(commune, "today")
    screen = opened_targets(opened)
    screen.proposed.click()
    settle()
    dialog = opened.today.targets.dialog
    assert isinstance(dialog, ProposalsDialog)
    dialog.refuse.click()
    settle()
    assert dialog.isVisible()
    assert dialog.reason.accessibleDescription()
    dialog.reason.setText("Không đủ căn cứ")
    dialog.refuse.click()
    settle()
    assert (proposals.view(commune)[0].state, terms_of(commune, target).value) == (State.REFUSED, 80)
    screen.proposed.click()
    settle()
    opened.today.targets.dialog.accept_it.click()
    settle()
    assert (proposals.view(commune)[0].state, terms_of(commune, target).value) == (State.ACCEPTED, 70)


def test_today_and_the_rail_say_what_waits_for_a_decision_and_open_it(desktop_of, commune: Core):
    came_in(commune, targets.set_target(commune, TERMS)[0])
    before = len(incoming.reminders(commune).due)
    opened = desktop_of(commune, "today")
    reports = next(one for one in opened.shell.findChildren(PlaceButton) if one.key == "reports")
    assert reports.accessibleName() == f"Reports, {before + 1} waiting"
    button(opened.shell.screen_of("today"), "Open 1 proposal to decide on").click()
    settle()
    dialog = opened.today.targets.dialog
    assert isinstance(dialog, ProposalsDialog)
    dialog.accept_it.click()
    settle()
    assert proposals.view(commune)[0].state is State.ACCEPTED
    assert (before, reports.accessibleName()) in {(0, "Reports"), (before, f"Reports, {before} waiting")}
    today = opened.shell.screen_of("today")
    assert "to decide on" not in outline(today)


def test_the_place_of_reports_leads_to_the_proposals_that_it_counts(desktop_of, commune: Core, qtbot):
    target = targets.set_target(commune, TERMS)[0]
    opened = desktop_of(commune, "reports")
    screen = opened.shell.screen_of("reports")
    assert not screen.proposed.isVisible()
    came_in(commune, target)
    opened.changes.tell(["target_proposal"])
    settle()
    assert (screen.proposed.isVisible(), screen.proposed.text()) == (True, "1 proposal to decide on")
    wake(opened, qtbot)
    keys(screen.own, Qt.Key.Key_J)
    dialog = opened.overview.targets.dialog
    assert isinstance(dialog, ProposalsDialog)
    assert dialog.chosen().may_decide


def test_insert_proposes_ctrl_j_lists_and_the_target_says_which_proposal_changed_it(
    desktop_of, commune: Core, qtbot
):
    target = targets.set_target(commune, TERMS)[0]
    came_in(commune, target)
    opened = desktop_of(commune, "today")
    screen = opened_targets(opened)
    wake(opened, qtbot)
    assert "Bản Nà Ngà, 12/11/2026" not in screen.detail.text()
    press(screen.targets, Qt.Key.Key_Insert)
    assert isinstance(opened.today.targets.dialog, ProposeDialog)
    opened.today.targets.dialog.reject()
    settle()
    wake(opened, qtbot)
    keys(screen.targets, Qt.Key.Key_J)
    dialog = opened.today.targets.dialog
    assert isinstance(dialog, ProposalsDialog)
    dialog.accept_it.click()
    settle()
    assert "Changed since. Proposal of Bản Nà Ngà, 12/11/2026: Biên bản 12/11" in screen.detail.text()


def test_insert_proposes_nothing_for_a_target_of_the_plans(desktop_of, team: Core, qtbot):
    published(team)
    opened = desktop_of(team, "today")
    screen = opened_targets(opened)
    wake(opened, qtbot)
    screen.parts.choose(Part.CATALOGUE)
    screen._turn()
    settle()
    press(screen.catalogue, Qt.Key.Key_Insert)
    assert opened.today.targets.dialog is None
