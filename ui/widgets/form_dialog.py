"""A small form in a window of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.surface import SHARE_OF_SCREEN, column, line
from ui.widgets.text import Text


class FormDialog(QDialog):
    """A small form: Ctrl+Enter saves, Esc leaves, Enter alone presses nothing. It grows with what it says.

    Args:
        title: of the window.
        heading: what stands above everything, such as whom it is about; the title unless given.
    """

    def __init__(self, title: str, heading: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        self.box: QVBoxLayout = column(self, gap=3)
        self.box.setContentsMargins(space(5), space(5), space(5), space(5))
        self.box.addWidget(Text(heading or title, Style.TITLE, wrap=True))

    def end(self, save: Callable[[], None], words: str = "") -> Button:
        """Put the buttons under everything else; `words` stand on the one that saves, which it answers."""
        buttons = line(gap=2)
        buttons.addStretch(1)
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        keep = Button(words or _("Save"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        keep.clicked.connect(save)
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(f"Ctrl+{keys}"), self).activated.connect(save)
        buttons.addWidget(leave)
        buttons.addWidget(keep)
        self.box.addLayout(buttons)
        return keep

    def event(self, event: QEvent) -> bool:
        answered = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()
        return answered

    def _grow(self) -> None:
        # A sentence that breaks into lines asks for no height of its own: it would lie over its field.
        wanted = self.box.minimumHeightForWidth(self.width()) if self.box.hasHeightForWidth() else 0
        room = round(self.screen().availableGeometry().height() * SHARE_OF_SCREEN)
        if self.height() < min(wanted, room):
            self.resize(self.width(), min(wanted, room))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
