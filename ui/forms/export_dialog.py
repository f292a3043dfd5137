"""The warning before the register leaves the vault, and whether numbers go along."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.choices import CheckRow
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class RegisterExportDialog(QDialog):
    """`wanted` carries whether phones and personal numbers go along; they do not unless somebody ticks it."""

    wanted = Signal(bool)

    def __init__(self, folder: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Export the register"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Export the register"), Style.TITLE))
        warning = _(
            "The file lies outside the vault: anybody who has it can read it. That you exported it is noted, "
            "and it stays on your list until you delete it."
        )
        box.addWidget(Notice("triangle-alert", Tone.WARN, warning))
        box.addWidget(Text(_("It goes to {folder}.").format(folder=folder), Style.NOTE, wrap=True))
        self.numbers = CheckRow(_("With phones and personal numbers"), key="numbers")
        box.addWidget(self.numbers)
        buttons = line(gap=2)
        buttons.addStretch(1)
        self.leave = Button(_("Leave"), hint="Escape")
        self.leave.clicked.connect(self.reject)
        self.go_on = Button(_("Write the file"), icon="hard-drive-download")
        self.go_on.clicked.connect(self._go_on)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go_on)
        box.addLayout(buttons)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        self.wanted.emit(self.numbers.isChecked())
        self.accept()
