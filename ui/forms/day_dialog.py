"""Asking for a day."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _
from ui.forms.day_line import DayLine
from ui.theme import Style
from ui.widgets.field import LabeledField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.text import Text


class DayDialog(FormDialog):
    """Asks to which day something is put off. `chosen` carries the day, today or later."""

    help_topic = "today"

    chosen = Signal(object)

    def __init__(self, title: str, about: str, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._today = today
        self.box.addWidget(Text(about, Style.BODY, wrap=True))
        self.day = DayLine(partial(read_coming_day, today=today), today, _("+7 days, +14 days, a date…"))
        self._day = LabeledField(_("Day"), self.day)
        self.box.addWidget(self._day)
        self.end(self.save)
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the day over and close, where it is one."""
        day = self.day.day()
        wrong = "date_invalid" if day is None else "due_in_past" if day < self._today else ""
        self._day.show_error(_(SENTENCES[wrong]) if wrong else "")
        if not wrong:
            self.chosen.emit(day)
            self.accept()
