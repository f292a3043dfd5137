"""What the window's tests share: an application dressed as the real one, and widgets that are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tongcds import i18n
from ui import app, stylesheet, theme
from ui.errors import ErrorWindow
from ui.preview.screens import settle
from ui.screens.opening import OpeningScreen
from ui.shell import Shell

DRESSED = (Shell, OpeningScreen, ErrorWindow)
"""Windows that nobody else dresses."""


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> Iterator[None]:
    app.create([])
    yield
    if (theme.current().name, theme.current().text_percent) != ("light", 100):
        stylesheet.dress(qapp, theme.load("light"))


@pytest.fixture
def english() -> None:
    """English, whose words are those of the source; put back by `tests.conftest`."""
    i18n.set_language("en")


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[QtBot]:
    """pytest-qt's, which holds no reference to a window: one that the test has let go of would be taken down
    whenever Python looks for garbage, in the middle of another window's painting, say.
    """
    kept: list[QWidget] = []
    add = qtbot.addWidget

    def hold(widget: QWidget, **more: Any) -> None:
        kept.append(widget)
        if not isinstance(widget, DRESSED):
            # A part of a window, or a dialog: in the program its window is dressed.
            stylesheet.dress_window(widget)
        add(widget, **more)

    monkeypatch.setattr(qtbot, "addWidget", hold)
    yield qtbot
    # They were closed by now; gone while Python still has its half of them.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def keep(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Has a window deleted when the test is over, and not before."""

    def add(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        return widget

    return add


@pytest.fixture
def shown(keep) -> Callable[..., QWidget]:
    """Shows a widget in a window of its own and lets its layout settle."""

    def show(widget: QWidget, width: int = 1154, height: int = 712) -> QWidget:
        keep(widget)
        widget.resize(width, height)
        widget.show()
        settle()
        return widget

    return show
