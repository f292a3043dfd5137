"""Asking units below for a thematic or urgent report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.actions.report_requests import RequestText
from tongcds.domain.periods import Period, month_of
from tongcds.domain.report_requests import LONGEST_TEXT, LONGEST_TITLE, SORT_WORDS, Sort
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import _, format_number
from ui.forms.day_line import DayLine
from ui.widgets.field import Choice, LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import line

_WITHIN: Final = timedelta(days=7)


class RequestReportDialog(FormDialog):
    """`asked` carries a `RequestText` and the unit that it is for, None for all below.

    Args:
        today: the deadline begins a week after it.
        below: the units that can be asked.
        figures: sets of indicators by name, each those of a periodic report.
    """

    help_topic = "reports"

    asked = Signal(object, object)

    def __init__(
        self,
        today: date,
        below: Sequence[tuple[bytes, str]],
        figures: Sequence[tuple[str, tuple[str, ...]]],
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Ask for a report"), parent=parent)
        self._today = today
        self._figures = figures
        self.sort = Choice([(_(words), sort.value) for sort, words in SORT_WORDS.items()])
        self.title, self.text = LineField(), TextArea()
        self.title.setMaxLength(LONGEST_TITLE)
        month = month_of(today)
        past, coming = partial(read_past_day, today=today), partial(read_coming_day, today=today)
        self.first, self.last, self.due = DayLine(past, today), DayLine(coming, today), DayLine(coming, today)
        self.first.show_day(month.first)
        self.last.show_day(today)
        self.due.show_day(today + _WITHIN)
        self.units = Choice([(_("All units below"), None), *((name, unit) for unit, name in below)])
        self.figures = Choice([(name, at) for at, (name, _codes) in enumerate(figures)])
        self._title = LabeledField(_("What it is about"), self.title)
        self._text = LabeledField(_("What it is to say"), self.text)
        self._first = LabeledField(_("From"), self.first)
        self._last = LabeledField(_("To"), self.last)
        self._due = LabeledField(_("Deadline"), self.due)
        self.box.addWidget(LabeledField(_("Kind of report"), self.sort))
        for field in (self._title, self._text):
            self.box.addWidget(field)
        days = line(gap=3)
        for field in (self._first, self._last, self._due):
            days.addWidget(field)
        self.box.addLayout(days)
        owed = line(gap=3)
        owed.addWidget(LabeledField(_("Figures"), self.figures), 1)
        owed.addWidget(LabeledField(_("Unit"), self.units), 1)
        self.box.addLayout(owed)
        self.end(self.save, _("Ask"))
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the request over and close, where it is one."""
        first, last, due = self.first.day(), self.last.day(), self.due.day()
        title, text = self.title.text().strip(), self.text.toPlainText().strip()
        wrong = {
            self._title: "" if title else "report_request_untitled",
            self._text: "text_too_long" if len(text) > LONGEST_TEXT else "",
            self._first: "" if first else "date_invalid",
            self._last: "date_invalid" if last is None else "days_reversed" if first and last < first else "",
            self._due: self._wrong_deadline(due, last),
        }
        for field, code in wrong.items():
            most = format_number(LONGEST_TEXT)
            field.show_error(_(SENTENCES[code]).format(most=most) if code else "")
        if any(wrong.values()) or first is None or last is None or due is None:
            return
        _name, codes = self._figures[self.figures.currentIndex()]
        says = RequestText(Sort(self.sort.currentData()), title, text, Period(first, last), due, codes)
        self.asked.emit(says, self.units.currentData())
        self.accept()

    def _wrong_deadline(self, due: date | None, last: date | None) -> str:
        if due is None:
            return "date_invalid"
        if due < self._today:
            return "report_request_day_over"
        return "report_request_before_end" if last is not None and due < last else ""
