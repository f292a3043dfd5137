"""Records that may be one person, through the whole window and from the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gui.keyboard import DOWN, Keyboard
from tests.gui.test_editing import core_of, desktop, home, screen_of, team
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds.actions import duplicates
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.preview import duplicates as samples
from ui.screens.doubts import DoubtsScreen
from ui.screens.duplicates import DuplicatesScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["core_of", "desktop", "home", "team"]


def opened(desktop: Desktop, home: Home) -> DuplicatesScreen:
    """The list, with one pair: somebody of the household under another name in a second one."""
    with desktop.core.vault.change(MEMBER) as change:
        w = change.writer
        name, birth = (w.value_of("person", home.people[2], field) for field in ("full_name", "birth"))
        other = w.create("household", village_id=VILLAGE, code="HN-0999")
        w.create("person", village_id=VILLAGE, household_id=other, full_name=name, birth=birth)
    screen_of(desktop).doubts_requested.emit()
    (doubts,) = desktop.shell.findChildren(DoubtsScreen)
    doubts.duplicates.click()
    (screen,) = desktop.shell.findChildren(DuplicatesScreen)
    screen.pairs.setFocus()
    return screen


def verdicts(desktop: Desktop) -> list[str]:
    return [pair.verdict for pair in duplicates.settled(desktop.core)]


def test_one_key_makes_the_two_one_and_undo_takes_it_back(desktop: Desktop, home: Home) -> None:
    screen = opened(desktop, home)
    assert len(screen.pairs.rows_model.rows()) == 1
    Keyboard(desktop.shell).press(Qt.Key.Key_1)
    assert verdicts(desktop) == ["one"]
    assert screen.pairs.rows_model.rows() == []
    desktop.shell.messages._undo.click()
    assert verdicts(desktop) == []
    assert len(screen.pairs.rows_model.rows()) == 1


def test_two_people_are_not_offered_again_until_it_is_taken_back(desktop: Desktop, home: Home) -> None:
    screen = opened(desktop, home)
    Keyboard(desktop.shell).press(Qt.Key.Key_2)
    assert verdicts(desktop) == ["two"]
    assert screen.pairs.rows_model.rows() == []
    screen.which.setCurrentIndex(1)
    screen.pairs.setFocus()
    # What is settled is not settled once more.
    Keyboard(desktop.shell).press(Qt.Key.Key_1)
    assert verdicts(desktop) == ["two"]
    Keyboard(desktop.shell).press(Qt.Key.Key_0)
    assert verdicts(desktop) == []
    desktop.shell.messages._undo.click()
    assert verdicts(desktop) == ["two"]


def test_the_two_records_are_side_by_side_with_what_differs_marked(keep, qtbot) -> None:
    screen = keep(
        DuplicatesScreen(
            lambda settled: samples.shown("typical", settled=settled), Tasks(InlineExecutor()), ChangeBus()
        )
    )
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    first, second = samples.shown("typical")
    assert screen.fields.rows_model.rows() == list(first.fields)
    assert {row.name for row in first.fields if not row.differs} == {"thôn, bản", "giới tính"}
    assert "0912345678" not in str(first.fields)
    screen.pairs.setFocus()
    Keyboard(screen).press(DOWN)
    assert screen.fields.rows_model.rows() == list(second.fields)
