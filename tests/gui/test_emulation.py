"""Emulation in the window: a team scores by keyboard, its commune appraises, decides and publishes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.desktops import desktop_of
from tests.gui.places import press
from tests.unit.actions.conftest import VILLAGE, commune, core_of, team
from tests.unit.actions.test_emulation import arrived, came_down
from tongcds.actions import Core, campaigns, commendations, score_sheets
from tongcds.domain.commendations import CommendationText, Sort, Votes
from tongcds.domain.reporting import State
from ui.desktop import Desktop
from ui.forms import emulation_words
from ui.forms.emulation_dialogs import CampaignDialog, CommendDialog, ScoreDialog, WhyDialog
from ui.preview.emulation import sheet, view
from ui.preview.screens import settle
from ui.screens.campaign import CampaignScreen
from ui.screens.emulation import EmulationScreen, Part
from ui.screens.score_sheet import ScoreSheetScreen

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


def shown(desktop: Desktop, kind: type):
    settle()
    found = [one for one in desktop.shell.findChildren(kind) if one.isVisible()]
    assert len(found) == 1, (kind, found)
    return found[0]


@pytest.fixture
def opened(desktop_of, qtbot):
    """Opens emulation by its key in Báo cáo."""

    def open_it(core: Core) -> Desktop:
        desktop = desktop_of(core, "reports")
        desktop.shell.activateWindow()
        qtbot.waitUntil(desktop.shell.isActiveWindow)
        QTest.keyClick(desktop.shell, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        shown(desktop, EmulationScreen)
        return desktop

    return open_it


def key(widget, name, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(widget, name, modifier)
    settle()


def to_commendations(screen: EmulationScreen):
    screen.parts.choose(Part.COMMENDATIONS)
    screen.parts.changed.emit(Part.COMMENDATIONS)
    settle()


CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_team_scores_each_criterion_and_hands_up_by_keyboard(opened, team: Core):
    campaign = came_down(team)
    desktop = opened(team)
    key(shown(desktop, EmulationScreen).campaigns, Qt.Key.Key_Return)
    screen = shown(desktop, ScoreSheetScreen)
    assert not screen.hand_up.isVisible()
    for points in ("55,5", "40"):
        key(screen.rows, Qt.Key.Key_Return)
        dialog = desktop.emulation.dialog
        assert isinstance(dialog, ScoreDialog)
        QTest.keyClicks(dialog.points, points)
        dialog.words.setPlainText("Sổ nhật ký")
        dialog.save()
        settle()
        key(screen.rows, Qt.Key.Key_Down)
    assert screen.hand_up.isVisible()
    key(screen.rows, Qt.Key.Key_Return, CONTROL)
    found = score_sheets.own_sheet(team, campaign)
    assert (found.state, found.own) == (State.SENT, Decimal("95.5"))
    assert screen.take_back.isVisible()
    key(screen.rows, Qt.Key.Key_Escape)
    assert shown(desktop, EmulationScreen).chosen().state is State.SENT


def test_too_many_points_are_said_in_the_form_and_nothing_kept(opened, team: Core):
    campaign = came_down(team)
    desktop = opened(team)
    key(shown(desktop, EmulationScreen).campaigns, Qt.Key.Key_Return)
    key(shown(desktop, ScoreSheetScreen).rows, Qt.Key.Key_Return)
    dialog = desktop.emulation.dialog
    dialog.points.setText("sáu mươi")
    dialog.save()
    settle()
    assert dialog.isVisible()
    dialog.points.setText("61")
    dialog.save()
    settle()
    assert dialog.isVisible()
    assert "60" in dialog.problem.text()
    assert score_sheets.own_sheet(team, campaign).lines[0].own.words == ()
    dialog.reject()


def launched(desktop: Desktop) -> bytes:
    screen = shown(desktop, EmulationScreen)
    key(screen, Qt.Key.Key_Insert)
    dialog = desktop.emulation.dialog
    assert isinstance(dialog, CampaignDialog)
    dialog.title.setText("Chung tay")
    dialog.criteria.setPlainText("Nhật ký")
    dialog.save()
    settle()
    assert dialog.isVisible()
    dialog.criteria.setPlainText("Nhật ký\t60\tXHS01\nSáng kiến; 40")
    dialog.save()
    settle()
    (row,) = campaigns.view(desktop.core).rows
    assert [one.indicator for one in row.says.criteria] == ["XHS01", ""]
    return row.campaign_id


def test_a_commune_sets_a_campaign_appraises_decides_and_publishes(opened, commune: Core):
    desktop = opened(commune)
    campaign = launched(desktop)
    arrived_sheet = arrived(commune, campaign)
    screen = shown(desktop, EmulationScreen)
    screen.reload()
    settle()
    key(screen.campaigns, Qt.Key.Key_Return)
    ranking = shown(desktop, CampaignScreen)
    assert not ranking.publish.isVisible()
    key(ranking.rows, Qt.Key.Key_Return)
    sheet_screen = shown(desktop, ScoreSheetScreen)
    key(sheet_screen.rows, Qt.Key.Key_Down)
    key(sheet_screen.rows, Qt.Key.Key_Return)
    dialog = desktop.emulation.dialog
    # Its own score stands there; less needs a reason.
    assert dialog.points.text() == "30"
    dialog.points.setText("20")
    dialog.save()
    settle()
    assert dialog.problem.text()
    dialog.words.setPlainText("Chưa áp dụng")
    dialog.save()
    settle()
    assert not sheet_screen.decide.isVisible()
    press(sheet_screen.agree)
    key(sheet_screen.rows, Qt.Key.Key_Return, CONTROL)
    assert score_sheets.sheet(commune, arrived_sheet).final == 80
    key(sheet_screen.rows, Qt.Key.Key_Escape)
    ranking = shown(desktop, CampaignScreen)
    key(ranking.rows, Qt.Key.Key_Return, CONTROL)
    result = score_sheets.ranking(commune, campaign).result
    assert [(row.unit_id, row.place) for row in result.content.rows] == [(VILLAGE, 1)]
    assert "appraised 20 of 40" in ranking.detail.text()


def test_a_sheet_goes_back_with_a_reason(opened, commune: Core):
    desktop = opened(commune)
    campaign = launched(desktop)
    found = arrived(commune, campaign)
    desktop.emulation._open_sheet(found)
    screen = shown(desktop, ScoreSheetScreen)
    press(screen.give_back)
    dialog = desktop.emulation.dialog
    assert isinstance(dialog, WhyDialog)
    dialog.save()
    assert dialog.isVisible()
    dialog.text.setPlainText("Nêu rõ sáng kiến")
    dialog.save()
    settle()
    assert score_sheets.sheet(commune, found).state is State.RETURNED
    assert not screen.give_back.isVisible()


def test_a_team_proposes_a_person_and_corrects_that(opened, team: Core):
    desktop = opened(team)
    screen = shown(desktop, EmulationScreen)
    to_commendations(screen)
    key(screen, Qt.Key.Key_Insert)
    dialog = desktop.emulation.dialog
    assert isinstance(dialog, CommendDialog)
    assert not dialog.post.isVisible()
    key(dialog.sort, Qt.Key.Key_Down)
    assert dialog.post.isVisible()
    dialog.name.setText("Lò Văn Ún")
    dialog.post.setText("Tổ trưởng")
    dialog.merits.setPlainText("300 buổi")
    dialog.votes.setText("9 của 11")
    dialog.save()
    settle()
    assert dialog.isVisible()
    dialog.votes.setText("9/11")
    dialog.save()
    settle()
    (row,) = commendations.view(team)
    assert (row.says.post, row.says.votes) == ("Tổ trưởng", Votes(9, 11))
    key(screen.commendations, Qt.Key.Key_F2)
    dialog = desktop.emulation.dialog
    assert dialog.name.text() == "Lò Văn Ún"
    dialog.votes.setText("10/11")
    dialog.save()
    settle()
    assert [one.says.votes for one in commendations.view(team) if not one.corrected] == [Votes(10, 11)]
    key(screen.commendations, Qt.Key.Key_Delete)
    assert {one.state for one in commendations.view(team) if not one.corrected} == {State.SENT}


def test_a_commune_refuses_a_proposal_with_a_reason(opened, commune: Core):
    with commune.vault.change(commune.author()) as change:
        change.writer.create(
            "commendation", unit_id=VILLAGE, unit="Bản Nà Ngà", sort="collective", award="commune_merit",
            name="Tổ bản Nà Ngà", merits="Giúp 120 hộ", addressee_id=commune.credentials().unit_id,
        )  # fmt: skip
    desktop = opened(commune)
    screen = shown(desktop, EmulationScreen)
    to_commendations(screen)
    press(screen.refuse)
    dialog = desktop.emulation.dialog
    dialog.text.setPlainText("Chưa đủ phiếu")
    dialog.save()
    settle()
    (row,) = commendations.view(commune)
    assert (row.state, row.steps[0].reason) == (State.REFUSED, "Chưa đủ phiếu")
    press(screen.accept)
    assert commendations.view(commune)[0].state is State.ACCEPTED


def test_both_papers_open_from_their_screens(opened, team: Core):
    came_down(team)
    commendations.propose(team, CommendationText(Sort.COLLECTIVE, "commune_merit", "Tổ", "Giúp dân"))
    desktop = opened(team)
    screen = shown(desktop, EmulationScreen)
    screen.ask_print()
    settle()
    assert desktop.printing._printout.paper.form == "B13"
    desktop.printing.preview.reject()
    key(screen.campaigns, Qt.Key.Key_Return)
    shown(desktop, ScoreSheetScreen).ask_print()
    settle()
    assert desktop.printing._printout.paper.form == "B12"
    desktop.printing.preview.reject()


def test_two_who_scored_at_once_stand_beside_each_other():
    line = sheet("contrary").lines[-1]
    assert emulation_words.scored(line.appraised) == "10 ≠ 8"
    assert "Two people scored differently" in emulation_words.criterion_in_full(line)


def test_above_the_commune_a_person_has_no_name():
    row = view().commendations[1]
    unknown = replace(row, known=False, says=CommendationText(Sort.PERSON, row.says.award, "", ""))
    assert emulation_words.who(unknown) == "one person"
    assert "stands in the commune" in emulation_words.in_full(unknown)
