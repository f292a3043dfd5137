"""The warning before a table of people leaves the vault: who is not in it, and whether numbers go along."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import LeftOut, Tone
from tongcds.i18n import _
from ui import theme
from ui.forms.ground_choice import GroundChoice
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.choices import CheckRow
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class TableExportDialog(QDialog):
    """`wanted` carries whether phones and personal numbers go along, and the ground for who did not agree.

    Args:
        title: what is exported.
        folder: where it goes.
        folder_warning: of that folder, "" where nothing is to be said.
        lines: how many lines the file has when who did not agree is left out.
        left_out: who that is.
        has_numbers: there are numbers that can go along; they do not unless somebody ticks it.
    """

    help_topic = "privacy"

    wanted = Signal(bool, str)

    def __init__(
        self,
        title: str,
        folder: str,
        lines: int,
        left_out: LeftOut,
        *,
        has_numbers: bool,
        folder_warning: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._lines = lines
        self._left_out = left_out
        self.setWindowTitle(title)
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(title, Style.TITLE))
        warning = _(
            "The file lies outside the vault: anybody who has it can read it. That you exported it is noted, "
            "and it stays on your list until you delete it."
        )
        box.addWidget(Notice("triangle-alert", Tone.WARN, warning))
        box.addWidget(Text(_("It goes to {folder}.").format(folder=folder), Style.NOTE, wrap=True))
        box.addWidget(Notice("triangle-alert", Tone.BAD, folder_warning))
        self.without = GroundChoice()
        self.without.changed.connect(self._choose)
        box.addWidget(self.without)
        self.numbers = CheckRow(_("With phones and personal numbers"), key="numbers")
        if not has_numbers:
            self.numbers.hide()
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
        self._choose("")
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, ground: str) -> None:
        self.without.show_left(replace(self._left_out, ground=ground))
        # A table of nobody is worth nothing.
        self.go_on.setEnabled(bool(self._lines or ground))

    def _go_on(self) -> None:
        self.wanted.emit(self.numbers.isChecked(), self.without.ground())
        self.accept()
