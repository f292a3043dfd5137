"""Difficulties from the keyboard: written down by a team, passed on, answered at the commune."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.gui.desktops import desktop_of
from tests.unit.actions.conftest import COMMUNE, VILLAGE, commune, core_of, team
from tongcds.actions import Core, difficulties, today
from tongcds.domain.difficulties import Stage
from ui.desktop import Desktop
from ui.forms.day_dialog import DayDialog
from ui.forms.difficulty_dialogs import AnswerDialog, DifficultyDialog, ListDialog, SameDialog
from ui.preview.screens import settle
from ui.screens.difficulties import DifficultiesScreen

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def opened(desktop_of):
    """Makes desktops at the place."""

    def make(core: Core) -> tuple[Desktop, DifficultiesScreen]:
        desktop = desktop_of(core, "difficulties")
        screen = desktop.shell.screen_of("difficulties")
        assert isinstance(screen, DifficultiesScreen)
        return desktop, screen

    return make


def write_down(desktop: Desktop, screen: DifficultiesScreen, words: str) -> None:
    screen.told.emit(None)
    dialog = desktop.difficulties.dialog
    assert isinstance(dialog, DifficultyDialog)
    dialog.save()
    assert dialog.isVisible()
    dialog.text.setPlainText(words)
    dialog.save()
    settle()


def test_a_team_writes_one_down_passes_it_on_and_settles_it(opened, team: Core):
    desktop, screen = opened(team)
    write_down(desktop, screen, "Sóng yếu")
    assert screen.chosen().says.text == "Sóng yếu"
    assert not screen.answer.isVisible()
    screen.pass_on.click()
    dialog = desktop.difficulties.dialog
    assert isinstance(dialog, DayDialog)
    dialog.day.show_day(team.today + timedelta(days=5))
    dialog.save()
    settle()
    assert screen.chosen().stage is Stage.ASKED
    screen.settle.click()
    settle()
    assert screen.chosen().stage is Stage.CLOSED
    assert screen.reopen.isVisible()
    assert not screen.settle.isVisible()


def test_two_are_joined_and_parted(opened, team: Core):
    desktop, screen = opened(team)
    for words in ("Sóng yếu", "Mất sóng"):
        write_down(desktop, screen, words)
    assert not screen.part.isVisible()
    screen.join.click()
    dialog = desktop.difficulties.dialog
    assert isinstance(dialog, SameDialog)
    dialog.save()
    settle()
    assert screen.chosen().joined_with is not None
    screen.part.click()
    settle()
    assert screen.chosen().joined_with is None


def test_a_commune_is_reminded_and_answers(opened, commune: Core):
    with commune.vault.change(commune.author()) as change:
        told = change.writer.create(
            "difficulty", unit_id=VILLAGE, unit="Bản Nà Ngà", kind="signal", text="Sóng yếu"
        )
        change.writer.create(
            "difficulty_step",
            unit_id=VILLAGE,
            subject_id=told,
            word="passed",
            to_id=COMMUNE,
            due_on=(commune.today - timedelta(days=1)).isoformat(),
        )
    desktop, screen = opened(commune)
    assert screen.chosen().stage is Stage.OVERDUE
    assert ("difficulty", "Sóng yếu") in [(one.kind, one.title) for one in today.work(commune).reminders]
    screen.rows.opened.emit(screen.chosen())
    dialog = desktop.difficulties.dialog
    assert isinstance(dialog, AnswerDialog)
    dialog.text.setPlainText("Xã đã báo Viettel")
    dialog.save()
    settle()
    (row,) = difficulties.view(commune).rows
    assert (row.stage, row.answer) == (Stage.ANSWERED, "Xã đã báo Viettel")


def test_the_list_of_a_unit_and_period_becomes_a_paper(opened, commune: Core):
    desktop, screen = opened(commune)
    write_down(desktop, screen, "Chưa có máy in")
    screen.ask_print()
    settle()
    dialog = desktop.difficulties.dialog
    assert isinstance(dialog, ListDialog)
    assert [dialog.unit.itemText(at) for at in range(dialog.unit.count())][1:] == ["Bản Nà Ngà"]
    dialog.save()
    settle()
    paper = desktop.printing._printout.paper
    assert paper.form == "B06"
    assert "Chưa có máy in" in repr(paper)
    desktop.printing.preview.reject()
    screen.ask_print()
    settle()
    dialog = desktop.difficulties.dialog
    dialog.unit.setCurrentIndex(1)
    dialog.save()
    settle()
    assert "Chưa có máy in" not in repr(desktop.printing._printout.paper)
    desktop.printing.preview.reject()
