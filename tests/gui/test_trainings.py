"""Training from the keyboard: planned, its list taken by typing, skills noted, ended, told to the teams."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt

from tests.gui.desktops import desktop_of
from tests.gui.keyboard import CTRL, CTRL_SHIFT, DOWN, ENTER, TAB, Keyboard
from tests.gui.training_desks import dialog_of, here, place, session
from tests.unit.actions.conftest import Home, commune, core_of, home, team
from tongcds.actions import Core, assessing, attendance, follow_ups, guidance, trainings
from tongcds.domain.training import Ability, Audience, Phase, State
from tongcds.domain.views.training import Shown, TrainingPlan
from ui.forms.ask_again import AskAgainDialog
from ui.forms.training_dialogs import (
    CallOffDialog,
    FinishDialog,
    InviteDialog,
    PostponeDialog,
    RepeatDialog,
    SlipsDialog,
)
from ui.forms.training_figures import TrainingFiguresDialog
from ui.forms.training_plan import TrainingDialog
from ui.preview.screens import settle
from ui.widgets.month import MonthView

__all__ = ["commune", "core_of", "desktop_of", "home", "place", "session", "team"]
pytestmark = pytest.mark.usefixtures("english")


def test_a_session_is_planned_changed_postponed_repeated_and_called_off(place, team: Core):
    desktop, screen = place(team)
    screen.planned.emit(None)
    dialog = dialog_of(desktop, TrainingDialog)
    dialog.save()
    assert dialog.isVisible()
    dialog.place.setText("Nhà văn hoá bản")
    dialog.time.setText("19h30")
    dialog.trainers.setText("Lò Thị Ngân, Cầm Văn Tuấn")
    dialog.save()
    settle()
    row = screen.chosen()
    assert (row.place, row.starts, row.trainers) == (
        "Nhà văn hoá bản", 19 * 60 + 30, ("Lò Thị Ngân", "Cầm Văn Tuấn"),
    )  # fmt: skip
    screen.change.click()
    dialog = dialog_of(desktop, TrainingDialog)
    assert dialog.place.text() == "Nhà văn hoá bản"
    dialog.place.setText("Trường học")
    dialog.save()
    screen.postpone.click()
    postponing = dialog_of(desktop, PostponeDialog)
    postponing.save()
    assert postponing.isVisible()
    postponing.day.show_day(team.today + timedelta(days=2))
    postponing.reason.setText("Mất điện")
    postponing.save()
    settle()
    row = screen.chosen()
    assert (row.place, row.moved_from, row.reason) == ("Trường học", team.today, "Mất điện")
    screen.repeat.click()
    dialog_of(desktop, RepeatDialog).save()
    settle()
    assert len(screen.view.rows) == 4
    screen.cancel.click()
    calling = dialog_of(desktop, CallOffDialog)
    calling.save()
    assert calling.isVisible()
    calling.text.setPlainText("Mưa lũ")
    calling.save()
    settle()
    assert screen.chosen().state is State.CANCELLED
    assert not screen.take.isVisible()
    assert not screen.announce.isVisible()


def test_a_session_of_ones_own_choice_of_skills_is_planned(place, team: Core, qtbot):
    desktop, screen = place(team)
    screen.planned.emit(None)
    dialog = dialog_of(desktop, TrainingDialog)
    dialog.place.setText("Nhà văn hoá")
    assert not dialog.audience.isEnabled()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.course.setFocus()
    Keyboard(dialog).press(Qt.Key.Key_End, TAB, DOWN, DOWN)
    assert dialog.course.currentData() == ""
    for wrong in ("K99", " "):
        dialog.skills.setText(wrong)
        dialog.save()
        assert dialog.isVisible()
    dialog.skills.setText("k4.2, K6.2")
    dialog.save()
    settle()
    row = screen.chosen()
    assert (row.course, row.skills, row.title) == ("", ("K4.2", "K6.2"), "QR and bill payment")
    assert row.audience is Audience.OFFICIALS


def test_whom_a_session_is_for_stays_when_it_is_changed(place, team: Core):
    plan = TrainingPlan(team.today, 480, "Xã", skills=("K4.2",), audience=Audience.OFFICIALS)
    trainings.plan(team, plan)
    desktop, screen = place(team)
    assert "For: officials" in screen.detail.text()
    screen.change.click()
    dialog_of(desktop, TrainingDialog).save()
    settle()
    assert screen.chosen().audience is Audience.OFFICIALS


def test_a_clash_is_said_while_one_plans(place, team: Core):
    trainings.plan(team, TrainingPlan(team.today, 19 * 60, "Nhà văn hoá bản", course="older/1"))
    desktop, screen = place(team)
    screen.planned.emit(None)
    dialog = dialog_of(desktop, TrainingDialog)
    dialog.place.setText("nha van hoa ban")
    dialog.place.editingFinished.emit()
    settle()
    assert "19:00" in dialog.clash.text()
    dialog.place.setText("Trường học")
    dialog.place.editingFinished.emit()
    settle()
    assert not dialog.clash.isVisible()
    dialog.reject()


def test_a_commune_tells_its_teams(place, commune: Core):
    trainings.plan(commune, TrainingPlan(commune.today, 480, "Nhà văn hoá", course="older/1"))
    _desktop, screen = place(commune)
    screen.announce.click()
    settle()
    assert len(guidance.view(commune).announcements) == 1


def test_skills_are_noted_down_the_list_with_one_key_each(session, team: Core, home: Home):
    desktop, screen, training, keys = session(team)
    attendance.come(team, training, home.people)
    screen.reload()
    screen.people.setFocus()
    screen.people.choose(0)
    keys.press(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)
    keys.press(Qt.Key.Key_Right)
    keys.press(Qt.Key.Key_A)
    people = trainings.open_one(team, training).people
    assert [one.checks["K6.1", Phase.AFTER] for one in people] == [
        Ability.CANNOT, Ability.HELPED, Ability.ALONE,
    ]  # fmt: skip
    assert {one.checks["K6.2", Phase.AFTER] for one in people} == {Ability.ALONE}
    screen.people.choose(2)
    keys.press(Qt.Key.Key_Space)
    assert len(here(team, training)) == 2
    keys.press(Qt.Key.Key_Space)
    assert len(here(team, training)) == 3
    screen.finish.click()
    dialog_of(desktop, FinishDialog).save()
    settle()
    assert follow_ups.tasks(team).total == 1
    assert trainings.the_row(team, training).state is State.HELD


def test_people_are_invited_and_slips_counted(session, team: Core, home: Home):
    desktop, screen, training, _keys = session(team)
    screen.invite.click()
    dialog = dialog_of(desktop, InviteDialog)
    dialog.age.setText("45")
    dialog.save()
    settle()
    assert trainings.the_row(team, training).invited == 2
    screen.rate.click()
    slips = dialog_of(desktop, SlipsDialog)
    slips.save()
    assert slips.isVisible()
    slips.good.setText("20")
    slips.save()
    settle()
    assert trainings.open_one(team, training).ratings.good == 20


def test_figures_of_the_year_are_shown_and_of_the_days_that_are_typed(place, team: Core, home: Home):
    plan = TrainingPlan(team.today, 480, "Nhà văn hoá", course="older/1", trainers=("Lò Thị Ngân",))
    training, _undo, _changes = trainings.plan(team, plan)
    attendance.come(team, training, home.people[:2])
    desktop, screen = place(team)
    screen.figures_wanted.emit()
    dialog = dialog_of(desktop, TrainingFiguresDialog)
    assert [(row.name, row.number) for row in dialog.rows.rows_model.rows()] == [
        ("Bản Nà Ngà", "2/3"),
        ("Lò Thị Ngân", "2"),
        ("Lò Thị Ngân", "0/2"),
    ]
    assert dialog.sums.text().startswith("1 session · 2.2 hours · 2 people")
    dialog.last.setText("?")
    dialog.ask()
    assert dialog.last.accessibleDescription()
    dialog.first.setText("1/11")
    dialog.last.setText("2/11")
    dialog.ask()
    assert dialog.sums.text().startswith("0 sessions")
    dialog.reject()


def test_the_list_is_printed_and_a_household_opened(session, team: Core, home: Home):
    desktop, screen, training, _keys = session(team)
    attendance.come(team, training, home.people[:1])
    screen.reload()
    screen.ask_print()
    settle()
    assert desktop.printing.preview is not None
    desktop.printing.preview.close()
    listed = desktop.shell.screen_of("training")
    listed.reload()
    listed.certify.click()
    settle()
    assert desktop.printing.preview is None, "nobody can do all of it yet"
    everything = [
        Shown(home.people[0], skill, Phase.AFTER, Ability.ALONE) for skill in ("K6.1", "K6.2", "K6.4")
    ]
    assessing.assess(team, training, everything)
    listed.certify.click()
    settle()
    assert desktop.printing.preview is not None
    desktop.printing.preview.close()
    screen.people.opened.emit(trainings.open_one(team, training).people[0])
    settle()
    assert desktop.shell.place == "households"


def test_who_was_taught_is_asked_again_with_one_key_each(place, team: Core, home: Home, clock, qtbot):
    plan = TrainingPlan(team.today, 480, "Nhà văn hoá", skills=("K6.1",))
    training, _undo, _changes = trainings.plan(team, plan)
    attendance.come(team, training, home.people)
    clock.advance(days=31)
    desktop, screen = place(team)
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    screen.rows.setFocus()
    Keyboard(desktop.shell).press(Qt.Key.Key_K, with_=CTRL_SHIFT)
    dialog = dialog_of(desktop, AskAgainDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    keys = Keyboard(dialog)
    assert "3 people" in dialog.about.text()
    keys.press(Qt.Key.Key_3, Qt.Key.Key_1)
    settle()
    assert len(dialog.rows.rows_model.rows()) == 1
    seen = {one.checks.get(("K6.1", Phase.LATER)) for one in trainings.open_one(team, training).people}
    assert seen == {Ability.ALONE, Ability.CANNOT, None}
    keys.press(ENTER)
    settle()
    assert desktop.trainings.dialog is None
    assert desktop.shell.place == "households"
    figures = desktop.shell.screen_of("training")
    figures.figures_wanted.emit()
    shown = dialog_of(desktop, TrainingFiguresDialog)
    assert ("1/2", "Still alone 30 days after · 3 people were taught") in [
        (row.number, row.of) for row in shown.rows.rows_model.rows()
    ]
    shown.reject()


def test_a_month_is_gone_through_and_a_session_opened_by_the_keyboard(place, team: Core, qtbot):
    def planned(days: int, at: str, title: str) -> bytes:
        wanted = TrainingPlan(
            team.today + timedelta(days=days),
            480,
            at,
            skills=("K6.1",),
            title=title,
            trainers=("Lò Thị Ngân",),
        )
        return trainings.plan(team, wanted)[0]

    first, clashing = planned(1, "Nhà văn hoá", "Một"), planned(1, "Trường học", "Hai")
    later = planned(31, "Nhà văn hoá", "Ba")
    desktop, screen = place(team)
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    screen.rows.setFocus()
    keys = Keyboard(desktop.shell)
    keys.press(Qt.Key.Key_M, with_=CTRL)
    assert screen.month.hasFocus()
    keys.press(Qt.Key.Key_Home)
    assert screen.chosen() is None
    assert not screen.take.isVisible()
    keys.press(Qt.Key.Key_Right)
    both = {first, clashing}
    assert screen.chosen().training_id in both
    assert "clash" in screen.month.accessibleDescription()
    one = screen.chosen().training_id
    keys.press(Qt.Key.Key_Plus)
    assert {one, screen.chosen().training_id} == both
    keys.press(Qt.Key.Key_PageDown)
    assert screen.month.day() == date(2026, 12, 24)
    assert screen.chosen().training_id == later
    keys.press(Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Right, ENTER)
    settle()
    assert desktop.trainings.opened.view.row.training_id == later
    keys.press(Qt.Key.Key_Escape)
    keys.press(Qt.Key.Key_M, with_=CTRL)
    assert screen.rows.hasFocus()
    assert screen.chosen().training_id == later


def test_the_thirty_first_becomes_the_last_day_of_a_shorter_month(keep):
    month = MonthView()
    keep(month)
    month.show_entries([], date(2027, 1, 31))
    month.turn(1)
    assert month.day() == date(2027, 2, 28)
    month.turn(-14)
    assert month.day() == date(2025, 12, 28)


def test_members_are_invited_to_a_session_of_theirs_by_the_keyboard(place, commune: Core, qtbot):
    training, _undo, _changes = trainings.plan(
        commune, TrainingPlan(commune.today, 480, "Xã", skills=("C1",), audience=Audience.OFFICIALS)
    )
    desktop, screen = place(commune)
    screen.opened.emit(trainings.the_row(commune, training))
    settle()
    desktop.trainings.opened.invite.click()
    dialog = dialog_of(desktop, InviteDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.members.hasFocus()
    assert not dialog.age.isEnabled()
    Keyboard(dialog).press(ENTER, with_=CTRL)
    settle()
    assert [one.name for one in trainings.open_one(commune, training).people] == ["Lò Thị Ngân"]
    screen.figures_wanted.emit()
    figures = dialog_of(desktop, TrainingFiguresDialog)
    assert "0 of 1 members were trained" in figures.sums.text()
    assert [row.number for row in figures.rows.rows_model.rows() if row.name == "Lò Thị Ngân"] == ["0/2"]
    figures.reject()
