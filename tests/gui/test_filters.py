"""Filters are kept under a name, used and forgotten from the keyboard; a service is found and filtered by."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, CTRL_SHIFT, DOWN, ENTER, ESCAPE, Keyboard
from tests.gui.test_editing import core_of, desktop, home, screen_of, team
from tests.unit.actions.conftest import Home
from tests.unit.actions.test_filters import SERVICE, supported
from tests.unit.actions.test_merging import household, one
from tongcds.actions import filters
from tongcds.domain.views import HouseholdFilter
from ui.desktop import Desktop
from ui.forms.filters_dialog import FiltersDialog
from ui.outline import outline

__all__ = ["core_of", "desktop", "home", "team"]


def dialog_of(desktop: Desktop, qtbot) -> FiltersDialog:
    desktop.shell.activateWindow()
    qtbot.waitUntil(desktop.shell.isActiveWindow)
    screen_of(desktop).rows.setFocus()
    Keyboard(desktop.shell).press(Qt.Key.Key_F, with_=CTRL_SHIFT)
    dialog = desktop.filtering.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def listed(desktop: Desktop) -> list[str]:
    return [row.code for row in screen_of(desktop).rows.rows_model.rows()]


def test_what_is_listed_is_kept_used_again_and_forgotten(desktop: Desktop, home: Home, qtbot) -> None:
    household(desktop.core, "HN-0101", one("Vì Văn Sơn", "1980"), one("Cà Thị Lả", "1982"))
    screen = screen_of(desktop)
    screen.filters.chips["aged_60"].click()
    dialog = dialog_of(desktop, qtbot)
    keys = Keyboard(dialog)
    assert "Chưa có bộ lọc nào" in outline(dialog)
    keys.type("Nguoi gia")
    keys.press(ENTER)
    assert filters.saved_filters(desktop.core) == {"Nguoi gia": HouseholdFilter(needs=("aged_60",))}
    assert "0 hộ" in outline(dialog)
    keys.press(ESCAPE)
    screen.filters.chips["aged_60"].click()
    assert len(listed(desktop)) == 2
    dialog = dialog_of(desktop, qtbot)
    Keyboard(dialog).press(ENTER)
    assert listed(desktop) == []
    assert screen.filters.chips["aged_60"].isChecked()
    dialog = dialog_of(desktop, qtbot)
    Keyboard(dialog).press(Qt.Key.Key_Delete)
    assert filters.saved_filters(desktop.core) == {}
    Keyboard(dialog).press(ESCAPE)
    desktop.shell.messages._undo.click()
    assert set(filters.saved_filters(desktop.core)) == {"Nguoi gia"}


def test_nothing_narrowed_is_nothing_to_keep(desktop: Desktop, qtbot) -> None:
    dialog = dialog_of(desktop, qtbot)
    assert not dialog.keep.isEnabled()
    dialog.save()
    assert filters.saved_filters(desktop.core) == {}


def test_a_service_is_chosen_and_the_list_follows(desktop: Desktop, home: Home) -> None:
    household(desktop.core, "HN-0101", one("Vì Văn Sơn", "1980"))
    supported(desktop.core, home.household, home.people[:2])
    screen = screen_of(desktop)
    services = screen.filters.services
    services.setCurrentIndex(services.findData(SERVICE))
    services.activated.emit(services.currentIndex())
    assert listed(desktop) == ["HN-0087"]
    assert "1 hộ · 2 người" in outline(screen)
    screen.filters.given.setCurrentIndex(1)
    screen.filters.given.activated.emit(1)
    assert listed(desktop) == ["HN-0101"]


def test_a_service_found_by_typing_leads_to_those_supported_with_it(desktop: Desktop, home: Home) -> None:
    household(desktop.core, "HN-0101", one("Vì Văn Sơn", "1980"))
    supported(desktop.core, home.household, home.people[:2])
    keys = Keyboard(desktop.shell)
    keys.press(Qt.Key.Key_K, with_=CTRL)
    keys.type(SERVICE)
    keys.press(ENTER)
    while (hits := desktop.shell.top.search.hits()) and hits[0].kind != "service":
        keys.press(DOWN)
    keys.press(ENTER)
    assert listed(desktop) == ["HN-0087"]
