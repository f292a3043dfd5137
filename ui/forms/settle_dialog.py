"""Saying that a doubtful record is right as it stands, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import DoubtRow
from tongcds.errors import SENTENCES
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import LabeledField, LineField
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class SettleDialog(QDialog):
    """Asks for the reason. `settled` carries the row and what was written."""

    help_topic = "doubts"

    settled = Signal(object, str)

    def __init__(self, row: DoubtRow, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = row
        self.setWindowTitle(_("Right as it stands"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        self.note = LineField()
        self._note = LabeledField(_("Why it is right"), self.note)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(row.person or row.head or row.code, Style.TITLE))
        box.addWidget(Text(row.words, Style.BODY, wrap=True))
        box.addWidget(self._note)
        box.addWidget(Text(_("It comes up again when these values change."), Style.NOTE, wrap=True))
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        keep = Button(_("Save"), icon="check", kind=Kind.PRIMARY)
        keep.setDefault(True)
        keep.clicked.connect(self.save)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(keep)
        box.addLayout(buttons)
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand over the reason and close, where there is one."""
        note = self.note.text().strip()
        self._note.show_error("" if note else _(SENTENCES["note_missing"]))
        if note:
            self.settled.emit(self._row, note)
            self.accept()
