"""What the window's tests share: an application dressed as the real one, and widgets that are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tongcds import i18n
from ui import app, stylesheet, theme
from ui.preview.screens import settle


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
def keep(qtbot) -> Callable[[QWidget], QWidget]:
    """Has a window deleted when the test is over, and not before.

    `qtbot` itself holds no reference, so a window that the test has let go of would be deleted whenever
    Python happens to collect it: in the middle of another window's painting, say.
    """
    kept = []

    def add(widget: QWidget) -> QWidget:
        kept.append(widget)
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
