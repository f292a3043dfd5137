"""A button that opens a list of things to do: for what is seldom needed and would crowd a page's head."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from ui.widgets.button import Button, Kind


class MenuButton(Button):
    """Enter, Space or Down opens the list; Up and Down walk, Enter does, Esc leaves. Words are plain text."""

    def __init__(self, words: str, *, kind: Kind = Kind.PLAIN, parent: QWidget | None = None) -> None:
        super().__init__(words, icon="chevron-down", kind=kind, parent=parent)
        self.list = QMenu(self)
        self.clicked.connect(self.open)

    def offer(self, words: str, act: Callable[[], object]) -> QAction:
        """One more thing to do; its words and whether it is shown may change later."""
        # An ampersand would be drawn as an underline.
        action = self.list.addAction(words.replace("&", "&&"))
        action.triggered.connect(lambda _checked: act())
        return action

    def open(self) -> None:
        """Show the list under the button, its first entry chosen."""
        seen = [action for action in self.list.actions() if action.isVisible()]
        below = self.mapToGlobal(self.rect().bottomRight())
        self.list.popup(below - QPoint(self.list.sizeHint().width(), 0))
        if seen:
            self.list.setActiveAction(seen[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.open()
        else:
            super().keyPressEvent(event)
