"""Records that may be one person, through the whole window and from the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import DOWN, Keyboard
from tests.gui.test_editing import core_of, desktop, home, screen_of, team
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds.actions import duplicates
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.outline import outline
from ui.preview import duplicates as samples
from ui.screens.doubts import DoubtsScreen
from ui.screens.duplicates import DuplicatesScreen, PairsShown
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
    return [pair.verdict for pair in duplicates.settled(desktop.core).pairs]


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


@pytest.fixture
def screen(keep, qtbot) -> DuplicatesScreen:
    made = keep(
        DuplicatesScreen(
            lambda settled: samples.shown("typical", settled=settled), Tasks(InlineExecutor()), ChangeBus()
        )
    )
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.pairs.setFocus()
    return made


def test_the_two_records_are_side_by_side_with_what_differs_marked(screen: DuplicatesScreen) -> None:
    _household, first, second = samples.shown("typical").pairs
    Keyboard(screen).press(DOWN)
    assert [line.field for line in screen.fields.rows_model.rows()] == list(first.fields)
    assert {row.name for row in first.fields if not row.differs} == {"thôn, bản", "giới tính"}
    assert "0912345678" not in str(first.fields)
    Keyboard(screen).press(DOWN)
    assert [line.field for line in screen.fields.rows_model.rows()] == list(second.fields)


def test_whose_value_holds_is_chosen_field_by_field_from_the_keyboard(screen: DuplicatesScreen) -> None:
    pair = samples.shown("typical").pairs[1].pair
    united = []
    screen.united.connect(lambda *values: united.append(values))
    keys = Keyboard(screen)
    keys.press(DOWN)
    screen.fields.setFocus()
    by_field = [line.field.field for line in screen.fields.rows_model.rows()]
    while by_field[screen.fields.currentIndex().row()] != "full_name":
        keys.press(DOWN)
    keys.press(Qt.Key.Key_Right)
    while by_field[screen.fields.currentIndex().row()] != "birth":
        keys.press(DOWN)
    keys.press(Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right)
    keys.press(Qt.Key.Key_1)
    ((what, chosen),) = united
    assert what == pair
    first, second = pair.first.record_id, pair.second.record_id
    assert [chosen[field] for field in ("full_name", "birth", "phone")] == [second, second, first]


def test_a_field_of_the_household_or_one_that_agrees_is_not_chosen(screen: DuplicatesScreen) -> None:
    Keyboard(screen).press(DOWN)
    lines = {line.field.field: line.right for line in screen.fields.rows_model.rows()}
    assert (lines["village_id"], lines["relation"], lines["sex"]) == (None, None, None)
    assert (lines["full_name"], lines["birth"]) == (0, 0)
    screen.which.setCurrentIndex(1)
    assert {line.right for line in screen.fields.rows_model.rows()} == {None}


def test_a_list_that_is_longer_than_what_is_shown_says_so(screen: DuplicatesScreen) -> None:
    pairs = samples.shown("typical").pairs
    screen.show_list(PairsShown(pairs, 512))
    assert "3 trong 512" in outline(screen)
    screen.show_list(PairsShown(pairs, 3))
    assert "trong" not in outline(screen)
