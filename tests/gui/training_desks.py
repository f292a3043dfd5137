"""The place Tập huấn at a desktop, and a session of today opened with hands at the keyboard."""

from __future__ import annotations

import pytest

from tests.gui.keyboard import ENTER, Keyboard
from tests.unit.actions.conftest import VILLAGE
from tongcds.actions import Core, trainings
from tongcds.domain.views.training import TrainingPlan
from ui.preview.screens import settle
from ui.screens.training import TrainingScreen
from ui.screens.trainings import TrainingsScreen


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
