"""Proposals to change a target in the window: a team asks, its commune decides."""

from __future__ import annotations

import pytest

from tests.gui.desktops import desktop_of
from tests.unit.actions.conftest import commune, core_of, team
from tests.unit.actions.test_proposals import came_in, published, terms_of
from tests.unit.actions.test_targets import TERMS
from tongcds.actions import Core, proposals, targets
from tongcds.domain.reporting import State
from ui.desktop import Desktop
from ui.forms.proposal_dialogs import ProposalsDialog, ProposeDialog
from ui.preview.screens import settle
from ui.screens.targets import TargetsScreen

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


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
    assert dialog.problem.text()
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
    assert dialog.problem.text()
    dialog.reason.setText("Không đủ căn cứ")
    dialog.refuse.click()
    settle()
    assert (proposals.view(commune)[0].state, terms_of(commune, target).value) == (State.REFUSED, 80)
    screen.proposed.click()
    settle()
    opened.today.targets.dialog.accept_it.click()
    settle()
    assert (proposals.view(commune)[0].state, terms_of(commune, target).value) == (State.ACCEPTED, 70)
