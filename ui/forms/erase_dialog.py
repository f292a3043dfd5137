"""The question before an erasure, since nothing brings it back: what goes, what stays, a word to type."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.text import fold
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import LabeledField, LineField
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class EraseDialog(QDialog):
    """Asks for a word to be typed before `confirmed`."""

    help_topic = "privacy"

    confirmed = Signal()

    def __init__(self, name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Erase for good"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Erase {name} for good?").format(name=name), Style.TITLE, wrap=True))
        words = _(
            "Name, numbers, address, notes and papers go from this computer, the server and all other "
            "computers, and from backups within 30 days. What was done stays as a count without a name. "
            "Nothing brings it back."
        )
        box.addWidget(Text(words, Style.BODY, wrap=True))
        self._word = _("erase")
        self.word = LineField()
        self.word.textEdited.connect(self._heed)
        box.addWidget(LabeledField(_("Type “{word}” to go on").format(word=self._word), self.word))
        buttons = line(gap=2)
        buttons.addStretch(1)
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        self.go = Button(_("Erase"), icon="x", kind=Kind.PRIMARY)
        self.go.setEnabled(False)
        self.go.clicked.connect(self._confirm)
        buttons.addWidget(leave)
        buttons.addWidget(self.go)
        box.addLayout(buttons)
        self.word.setFocus(Qt.FocusReason.OtherFocusReason)

    def _heed(self, words: str) -> None:
        self.go.setEnabled(fold(words) == fold(self._word))

    def _confirm(self) -> None:
        self.confirmed.emit()
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.go.isEnabled():
                self._confirm()
            return
        super().keyPressEvent(event)
