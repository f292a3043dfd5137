"""Training from the keyboard: planned, its list taken by typing, skills noted, ended, told to the teams."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt

from tests.gui.desktops import desktop_of
from tests.gui.keyboard import CTRL, DOWN, ENTER, Keyboard, Later
from tests.unit.actions.conftest import VILLAGE, Home, commune, core_of, home, team
from tongcds.actions import Core, assessing, attendance, follow_ups, guidance, trainings
from tongcds.domain.text import fold
from tongcds.domain.training import Ability, Audience, Phase, State
from tongcds.domain.views.training import Guest, Shown, TrainingPlan
from ui.forms.attendee_picker import AttendeePicker
from ui.forms.training_dialogs import (
    CallOffDialog,
    FinishDialog,
    GuestDialog,
    InviteDialog,
    PostponeDialog,
    RepeatDialog,
    SlipsDialog,
)
from ui.forms.training_figures import TrainingFiguresDialog
from ui.forms.training_plan import TrainingDialog
from ui.preview import trainings as samples
from ui.preview.screens import settle
from ui.screens.training import TrainingScreen
from ui.screens.trainings import TrainingsScreen
from ui.tasks import Tasks

__all__ = ["commune", "core_of", "desktop_of", "home", "team"]
pytestmark = pytest.mark.usefixtures("english")

FAMILIES = ("Lò", "Cà", "Quàng", "Lường", "Vì", "Hà")
GIVEN = ("Hặc", "Bun", "Ón", "Pản", "Hương", "Xôm", "Pánh", "Thoan", "Ún", "Mai")
STROKES_IN_FIVE_MINUTES = 750
"""Thirty words, 150 strokes, a minute: somebody who does not type all day."""


@pytest.fixture
def place(desktop_of):
    """Makes the place, at a desktop."""

    def make(core: Core):
        desktop = desktop_of(core, "training")
        screen = desktop.shell.screen_of("training")
        assert isinstance(screen, TrainingsScreen)
        return desktop, screen

    return make


@pytest.fixture
def session(place, qtbot):
    """Makes a session of today, opened, its window active, and hands at the keyboard."""

    def make(core: Core):
        plan = TrainingPlan(core.today, 19 * 60 + 30, "Nhà văn hoá", course="older/1", villages=(VILLAGE,))
        training, _undo, _changes = trainings.plan(core, plan)
        desktop, screen = place(core)
        desktop.shell.activateWindow()
        qtbot.waitUntil(desktop.shell.isActiveWindow)
        screen.rows.setFocus()
        keys = Keyboard(desktop.shell)
        keys.press(ENTER)
        settle()
        opened = desktop.trainings.opened
        assert isinstance(opened, TrainingScreen)
        opened.picker.field.setFocus()
        return desktop, opened, training, keys

    return make


def dialog_of(desktop, kind):
    dialog = desktop.trainings.dialog
    assert isinstance(dialog, kind), dialog
    return dialog


def here(core: Core, training: bytes) -> list[str]:
    return [one.name for one in trainings.open_one(core, training).people if one.here]


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


def test_a_session_of_ones_own_choice_of_skills_is_planned(place, team: Core):
    desktop, screen = place(team)
    screen.planned.emit(None)
    dialog = dialog_of(desktop, TrainingDialog)
    dialog.place.setText("Nhà văn hoá")
    dialog.course.setCurrentIndex(dialog.course.count() - 1)
    for wrong in ("K99", " "):
        dialog.skills.setText(wrong)
        dialog.save()
        assert dialog.isVisible()
    dialog.skills.setText("k4.2, K6.2")
    dialog.save()
    settle()
    row = screen.chosen()
    assert (row.course, row.skills, row.title) == ("", ("K4.2", "K6.2"), "QR and bill payment")


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


def test_people_are_ticked_by_typing_a_part_of_their_name(session, team: Core, home: Home):
    _desktop, screen, training, keys = session(team)
    keys.type("xuan")
    settle()
    screen.picker._ask()
    assert [one.name for one in screen.picker.shown()] == ["Hà Thị Xuân"]
    keys.press(ENTER)
    keys.type("lo")
    screen.picker._ask()
    keys.press(DOWN, ENTER)
    assert here(team, training) == ["Lò Văn Ún", "Hà Thị Xuân"]
    keys.type("xuan")
    screen.picker._ask()
    keys.press(ENTER)
    assert "Hà Thị Xuân" in screen.picker.told.text()
    assert screen.picker.field.text() == ""
    assert len(here(team, training)) == 2


def test_who_was_found_is_seen_in_a_low_window_too(session, team: Core, home: Home):
    desktop, screen, _training, keys = session(team)
    desktop.shell.resize(1024, 480)
    settle()
    keys.type("lo")
    screen.picker._ask()
    settle()
    hits = screen.picker.hits
    assert len(hits.rows()) == 2
    assert hits.visibleRegion().boundingRect() == hits.rect()


def test_escape_takes_back_what_was_typed_and_only_then_leaves_the_list(session, team: Core, home: Home):
    desktop, screen, training, keys = session(team)
    left = []
    screen.left.connect(lambda: left.append(True))
    keys.type("xuan")
    screen.picker._ask()
    keys.press(Qt.Key.Key_Escape)
    assert (screen.picker.field.text(), screen.picker.shown(), left) == ("", [], [])
    screen.people.setFocus()
    keys.press(Qt.Key.Key_Escape)
    assert not screen.isVisible()
    assert desktop.shell.place == "training"
    assert here(team, training) == []


def test_enter_that_comes_before_the_answer_ticks_the_only_one_and_never_one_of_several(
    session, team: Core, home: Home
):
    _desktop, screen, training, keys = session(team)
    keys.type("mai")
    keys.press(ENTER)
    assert here(team, training) == ["Lò Thị Mai"]
    keys.type("lo")
    keys.press(ENTER)
    assert here(team, training) == ["Lò Thị Mai"]
    assert "2" in screen.picker.told.text()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(keep, qtbot):
    disk = Later()
    chosen = []
    picker = AttendeePicker(samples.find, Tasks(disk))
    keep(picker)
    picker.chosen.connect(chosen.append)
    picker.show()
    picker.activateWindow()
    qtbot.waitUntil(picker.isActiveWindow)
    picker.field.setFocus()
    keys = Keyboard(picker)
    keys.type("xom")
    keys.press(ENTER)
    keys.type("hac")
    disk.catch_up()
    assert [one.name for one in chosen] == ["Vì Thị Xôm"]
    assert picker.field.text() == "hac"


def test_a_guest_is_written_down_where_nobody_is_found(session, team: Core):
    desktop, _screen, training, keys = session(team)
    keys.type("vi thi xom 1949")
    keys.press(ENTER)
    dialog = dialog_of(desktop, GuestDialog)
    assert (dialog.name.text(), dialog.year.text(), dialog.home.text()) == (
        "vi thi xom",
        "1949",
        "Bản Nà Ngà",
    )
    dialog.name.setText("")
    dialog.year.setText("49")
    dialog.save()
    assert dialog.isVisible()
    dialog.name.setText("Vì Thị Xôm")
    dialog.year.setText("1949")
    dialog.save()
    settle()
    assert here(team, training) == ["Vì Thị Xôm"]


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


def test_the_list_of_sixty_is_taken_with_the_strokes_of_five_minutes(session, team: Core, qtbot):
    """Thirty people of the register and thirty guests, each by typing alone, nobody twice."""
    names = [f"{family} Thị {given}" for family in FAMILIES[:3] for given in GIVEN]
    with team.vault.change(team.author()) as change:
        for at, name in enumerate(names):
            household = change.writer.reserve()
            person = change.writer.create(
                "person", village_id=VILLAGE, household_id=household, full_name=name, birth="1952"
            )
            change.writer.create(
                "household", reserved=household, village_id=VILLAGE, code=f"HN-{at}", head_id=person
            )
    desktop, screen, training, keys = session(team)
    keys.strokes = 0
    for name in names:
        family, _middle, given = fold(name).split()
        keys.type(f"{family} {given}")
        keys.press(ENTER)
    assert len(here(team, training)) == len(names)
    of_registers = keys.strokes
    guests = [f"{family} {given}" for family in ("Tòng", "Bạc", "Mè") for given in GIVEN]
    for name in guests:
        keys.type(fold(name))
        keys.press(ENTER)
        dialog = dialog_of(desktop, GuestDialog)
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        typing = Keyboard(dialog)
        typing.type("1949")
        typing.press(ENTER, with_=CTRL)
        settle()
        keys.strokes += typing.strokes
        desktop.shell.activateWindow()
        qtbot.waitUntil(desktop.shell.isActiveWindow)
        assert screen.picker.field.hasFocus()
    assert len(here(team, training)) == len(names) + len(guests)
    print(f"strokes: {of_registers} for {len(names)}, {keys.strokes} for all")  # noqa: T201 - a figure
    assert of_registers <= STROKES_IN_FIVE_MINUTES / 2
    assert keys.strokes <= STROKES_IN_FIVE_MINUTES


def test_a_guest_of_another_day_is_not_offered(team: Core):
    """The negative control of the type-ahead: a guest belongs to one session alone."""
    plan = TrainingPlan(date(2026, 11, 23), 480, "Nhà văn hoá", course="older/1")
    first, _undo, _changes = trainings.plan(team, plan)
    second, _undo, _changes = trainings.plan(team, plan)
    attendance.guest(team, first, Guest("Vì Thị Xôm"))
    assert attendance.candidates(team, first, "xom")
    assert attendance.candidates(team, second, "xom") == ()
