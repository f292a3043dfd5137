"""Which paper is to be printed: those that the screen offers, one key each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QSizePolicy, QWidget

from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.surface import column, line
from ui.widgets.text import Text

_KEYS: Final = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class PaperChoice(QDialog):
    """Papers by name; `chosen` carries the place in the list of the one that was taken.

    The keys 1 to 9, then A, B, … take one.
    """

    help_topic = "printing"

    chosen = Signal(int)

    def __init__(self, papers: Sequence[str], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Print"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=2)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Print"), Style.TITLE))
        self.buttons = []
        for at, (words, key) in enumerate(zip(papers, _KEYS, strict=False)):
            button = Button(words, icon="printer", hint=key)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setObjectName(str(at))
            button.clicked.connect(self._take)
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(button.click)
            box.addWidget(button)
            self.buttons.append(button)
        end = line()
        end.addStretch(1)
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        end.addWidget(leave)
        box.addLayout(end)
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self) -> None:
        at = int(self.sender().objectName())
        self.accept()
        self.chosen.emit(at)
