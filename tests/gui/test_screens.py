"""Every screen in its window: what it says, that the keyboard reaches all of it, and that it holds at 150 %.

The outlines in `snapshots` are the gate. After a change that is meant, run
`TONGCDS_UPDATE_SNAPSHOTS=1 make test` and read the difference.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from tongcds import i18n
from ui import stylesheet, theme
from ui.outline import outline
from ui.preview.screens import SCREENS, in_shell, settle

SNAPSHOTS = Path(__file__).parent / "snapshots"
CASES = [
    *((name, kind, "en") for name in SCREENS for kind in ("typical", "empty", "error")),
    *((name, "typical", i18n.PSEUDO) for name in SCREENS),
]


@pytest.fixture
def window(keep):
    def make(name, kind="typical", size=(1366, 768)):
        shell = keep(in_shell(name, kind))
        shell.resize(*size)
        shell.show()
        settle()
        return shell

    return make


def file_of(name, kind, language):
    suffix = "pseudo" if language == i18n.PSEUDO else kind
    return SNAPSHOTS / f"{name}-{suffix}.txt"


@pytest.mark.parametrize(("name", "kind", "language"), CASES)
def test_a_screen_says_what_it_said_before(window, name, kind, language):
    i18n.set_language(language)
    said = outline(window(name, kind))
    file = file_of(name, kind, language)
    if os.environ.get("TONGCDS_UPDATE_SNAPSHOTS"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def test_there_is_no_snapshot_of_a_screen_that_is_gone():
    assert set(SNAPSHOTS.glob("*.txt")) == {file_of(*case) for case in CASES}


def inside(shell: QWidget) -> list[QWidget]:
    """Everything that a person can see, whether scrolled into view or not."""
    return [
        widget
        for widget in shell.findChildren(QWidget)
        if widget.isVisibleTo(shell) and not widget.objectName().startswith("qt_")
    ]


def reached_by_tab(shell: QWidget, steps: int) -> list[QWidget]:
    shell.top.badge.setFocus()
    order = []
    for _step in range(steps):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    return order


@pytest.mark.parametrize("name", SCREENS)
def test_tab_reaches_everything_that_can_be_used_and_all_of_it_has_a_name(window, qtbot, name):
    shell = window(name)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    usable = [
        widget
        for widget in inside(shell)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and not widget.focusProxy()
    ]
    # More steps than widgets: a row of a form opens further fields when Tab comes to it.
    reached = reached_by_tab(shell, 2 * len(usable))
    assert [widget.accessibleName() for widget in usable if widget not in reached] == []
    assert [type(widget).__name__ for widget in usable if not widget.accessibleName()] == []


@pytest.mark.parametrize("name", SCREENS)
def test_no_key_means_two_things(window, name):
    # Of two that may be meant Qt takes neither, and says nothing.
    shell = window(name)
    keys = Counter(
        shortcut.key().toString()
        for shortcut in shell.findChildren(QShortcut)
        if shortcut.isEnabled()
        and shortcut.context() is not Qt.ShortcutContext.WidgetShortcut
        and shortcut.parent().isVisibleTo(shell)
    )
    keys.update(
        button.shortcut().toString()
        for button in shell.findChildren(QAbstractButton)
        if button.isVisibleTo(shell) and not button.shortcut().isEmpty()
    )
    assert "Ctrl+L" in keys
    assert [key for key, many in keys.items() if many > 1] == []


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_takes_data_for_markup(window, name):
    shell = window(name)
    assert {label.textFormat() for label in shell.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("percent", [90, 100, 125, 150])
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_needs_no_sideways_scrolling_on_the_cheap_laptop(window, qapp, name, percent):
    stylesheet.dress(qapp, theme.load("light", text_percent=percent))
    shell = window(name)
    assert shell.minimumSizeHint().width() <= 1366
    sideways = [
        area
        for area in shell.findChildren(QAbstractScrollArea)
        if area.isVisible()
        and not isinstance(area, QTableView | QPlainTextEdit)
        and area.horizontalScrollBar().maximum() > 0
    ]
    assert sideways == []
    assert not shell.grab().isNull()


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_has_at_most_one_primary_button(window, name):
    from ui.widgets.button import Button, Kind

    shell = window(name)
    buttons = [button for button in inside(shell) if isinstance(button, Button)]
    assert len([button for button in buttons if button.kind is Kind.PRIMARY]) <= 1


@pytest.mark.parametrize("look", theme.THEMES)
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_can_be_drawn_in_both_themes(window, qapp, name, look):
    stylesheet.dress(qapp, theme.load(look))
    shell = window(name)
    image = shell.grab().toImage()
    assert image.pixelColor(0, image.height() - 1) == theme.load(look).colour("surface")
