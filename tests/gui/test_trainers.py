"""Training in the window of a trainer, who has no register, and of offices, which plan and take no lists."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.gui.desktops import desktop_of
from tests.gui.keyboard import CTRL, ENTER, Keyboard
from tests.unit.actions.conftest import COMMUNE, VILLAGE, core_of
from tongcds.actions import Core, trainings
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.domain.views.training import TrainingPlan
from ui.preview.screens import settle
from ui.screens.board import BoardScreen
from ui.screens.training import TrainingScreen
from ui.screens.trainings import TrainingsScreen
from ui.shell.search import SearchEverything

__all__ = ["core_of", "desktop_of"]
pytestmark = pytest.mark.usefixtures("english")


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
def trainer(core_of):
    """The computer of a trainer who is told of one session and one person of a register on its list."""
    core = core_of(Role.TRAINER)
    author, session = core.author(), derived_id("session")
    with core.vault.change(author) as change:
        planned = {"unit_id": COMMUNE, "title": "An toàn trên mạng", "skills": "K6.1", "place": "Nhà văn hoá"}
        times = {"on": core.today.isoformat(), "starts_at": 480, "minutes": 90, "trainers": "Lò Thị Ngân"}
        session = change.writer.create("training", state="planned", village_ids=VILLAGE, **planned, **times)
        change.writer.create(
            "attendance",
            village_id=VILLAGE,
            training_id=session,
            subject_id=derived_id("somebody"),
            name="Tòng Thị Hặc",
            birth_year=1952,
            household_id=derived_id("home"),
            invited=1,
        )
    return core, session


def _hands(desktop, qtbot):
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    settle()
    return Keyboard(desktop.shell)


def test_a_trainers_window_has_training_and_nothing_of_a_register(trainer, place, qtbot):
    core, session = trainer
    desktop, screen = place(core)
    assert [one.key for one in desktop.shell.places] == ["training", "sync", "settings"]
    assert desktop.shell.findChildren(SearchEverything) == []
    assert not screen.plan.isVisible()
    keys = _hands(desktop, qtbot)
    screen.rows.setFocus()
    keys.press(Qt.Key.Key_Insert)
    keys.press(Qt.Key.Key_F2)
    assert desktop.trainings.dialog is None
    keys.press(ENTER)
    settle()
    opened = desktop.trainings.opened
    assert isinstance(opened, TrainingScreen)
    assert not opened.invite.isVisible()
    opened.picker.field.setFocus()
    keys.type("hac 1952")
    keys.press(ENTER)
    settle()
    (one,) = trainings.open_one(core, session).people
    assert (one.name, one.here, one.guest) == ("Tòng Thị Hặc", True, False)
    opened.people.setFocus()
    opened.people.choose(0)
    keys.press(ENTER)
    settle()
    assert desktop.shell.place == "training"
    assert desktop.shell.seen() is opened


def test_ctrl_p_offers_a_trainer_no_papers_of_a_team(trainer, place, qtbot):
    core, _session = trainer
    desktop, _screen = place(core)
    desktop.shell.show_place("sync")
    _hands(desktop, qtbot).press(Qt.Key.Key_P, with_=CTRL)
    settle()
    assert desktop.printing.choice is None


def test_an_area_plans_in_the_window_and_takes_no_list(core_of, place, qtbot):
    desktop, screen = place(core_of(Role.AREA))
    assert "training" in [one.key for one in desktop.shell.places]
    wanted = TrainingPlan(desktop.core.today, 480, "Hội trường", course="older/1")
    trainings.plan(desktop.core, wanted)
    screen.reload()
    settle()
    assert screen.plan.isVisible()
    assert screen.change.isVisible()
    assert not screen.take.isVisible()
    keys = _hands(desktop, qtbot)
    screen.rows.setFocus()
    keys.press(ENTER)
    settle()
    assert desktop.trainings.opened is None


def test_an_area_reads_the_figures_of_its_units_where_figures_are(core_of, place, qtbot):
    desktop, screen = place(core_of(Role.AREA))
    keys = _hands(desktop, qtbot)
    screen.setFocus()
    keys.press(Qt.Key.Key_B, with_=CTRL)
    settle()
    shown = desktop.shell.seen()
    assert isinstance(shown, BoardScreen)
    assert shown.bar.now().code == "ACT05"
    assert desktop.trainings.dialog is None
