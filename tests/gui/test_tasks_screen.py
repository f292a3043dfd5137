"""Việc cần làm: all tasks, reached from Hôm nay, each put off, done or called off from the keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.places import Source, button, press
from ui.changes import ChangeBus
from ui.outline import outline
from ui.preview import samples
from ui.preview.screens import settle
from ui.screens.tasks import TasksScreen
from ui.screens.today import TodayScreen
from ui.tasks import InlineExecutor, Tasks

pytestmark = pytest.mark.usefixtures("english")

ROWS = samples.today_view().todo


@pytest.fixture
def tasks(shown, qtbot):
    screen = TasksScreen(lambda: (ROWS, len(ROWS)), Tasks(InlineExecutor()), ChangeBus())
    shown(screen)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.rows.setFocus()
    return screen


def test_the_rest_of_what_is_to_be_done_is_opened_from_today(shown, qtbot):
    view = replace(samples.today_view(), todo_overdue=12, todo_today=14, todo_week=15, todo_total=16)
    screen = shown(TodayScreen(Source(view), Tasks(InlineExecutor()), ChangeBus()))
    settle()
    with qtbot.waitSignal(screen.tasks_requested):
        press(button(screen, "Overdue: and 11 more"))


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        ((Qt.Key.Key_F2,), "put_off"),
        ((Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier), "finished"),
        ((Qt.Key.Key_Delete,), "called_off"),
    ],
)
def test_each_task_is_dealt_with_by_its_key(tasks, qtbot, key, signal):
    tasks.rows.choose(1)
    with qtbot.waitSignal(getattr(tasks, signal)) as told:
        QTest.keyClick(tasks.rows, *key)
    assert told.args == [ROWS[1]]


def test_enter_opens_the_household_and_escape_leaves(tasks, qtbot):
    with qtbot.waitSignal(tasks.opened) as opened:
        QTest.keyClick(tasks.rows, Qt.Key.Key_Return)
    assert opened.args == [ROWS[0].household_id]
    with qtbot.waitSignal(tasks.left):
        QTest.keyClick(tasks.rows, Qt.Key.Key_Escape)


def test_it_says_how_many_are_not_listed(tasks):
    tasks.show_tasks((ROWS, 900))
    assert f"900 tasks · the most urgent {len(ROWS)} are listed" in outline(tasks)


def test_nothing_left_says_so(tasks):
    tasks.show_tasks(((), 0))
    settle()
    assert "Nothing is due" in outline(tasks)
