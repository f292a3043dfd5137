"""Doubtful records through the whole window, by keys: settled with a reason, taken back, mended."""

from __future__ import annotations

from tests.gui.keyboard import ENTER, ESCAPE, Keyboard
from tests.gui.test_editing import core_of, desktop, form_of, home, screen_of, team
from tests.unit.actions.conftest import MEMBER, Home
from ui.desktop import Desktop
from ui.screens.doubts import DoubtsScreen

__all__ = ["core_of", "desktop", "home", "team"]


def opened(desktop: Desktop, home: Home) -> DoubtsScreen:
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], birth="1890")
    screen_of(desktop).doubts_requested.emit()
    (screen,) = desktop.shell.findChildren(DoubtsScreen)
    screen.rows.setFocus()
    return screen


def people(screen: DoubtsScreen) -> list[str]:
    return [row.person for row in screen.rows.rows_model.rows()]


def test_a_doubt_is_settled_with_a_reason_and_that_is_taken_back(desktop: Desktop, home: Home, qtbot) -> None:
    screen = opened(desktop, home)
    assert people(screen) == ["Lò Thị Mai"]
    screen.settle.click()
    dialog = desktop.doubting.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    keys = Keyboard(dialog)
    keys.press(ENTER)
    assert dialog.isVisible()
    keys.type("da xem giay khai sinh")
    keys.press(ENTER)
    assert people(screen) == []
    desktop.shell.messages._undo.click()
    assert people(screen) == ["Lò Thị Mai"]


def test_enter_opens_the_form_and_a_mended_record_leaves_the_list(desktop: Desktop, home: Home) -> None:
    screen = opened(desktop, home)
    Keyboard(desktop.shell).press(ENTER)
    assert form_of(desktop).form is not None
    Keyboard(desktop.shell).press(ESCAPE)
    with desktop.core.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], birth="1990")
    desktop.changes.tell(frozenset({"person"}))
    assert people(screen) == []
