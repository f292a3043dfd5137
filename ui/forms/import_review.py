"""Since when the poverty classes of a file hold, by which decision: as its title says, to be corrected."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _, format_number, ngettext
from ui.forms.day_line import DayLine
from ui.theme import Style
from ui.widgets.field import LabeledField, LineField
from ui.widgets.surface import Card, line
from ui.widgets.text import Text


class ImportReview(Card):
    """Asks for the day and the decision of the classes that a file changes.

    `said` carries a day and the number of a decision, once somebody has written other ones.
    """

    said = Signal(object, str)

    def __init__(self, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._today = today
        self._shown: tuple[date | None, str] = (None, "")
        self._about = Text("", Style.BODY, wrap=True)
        self.day = DayLine(partial(_past, today), today)
        self.decision = LineField()
        self._day = LabeledField(_("Holds from"), self.day)
        row = line(gap=3)
        row.addWidget(self._about, 2)
        row.addWidget(self._day, 1)
        row.addWidget(LabeledField(_("Number of the decision"), self.decision), 1)
        self.body.addLayout(row)
        for editor in (self.day, self.decision):
            editor.editingFinished.connect(self._tell)
        self.hide()

    def show_review(self, changes: int, held_on: date | None, decision_no: str) -> None:
        """Show what would be written about so many households; none hides the question."""
        words = ngettext(
            "{n} household changes its poverty class. What held before stays in its history.",
            "{n} households change their poverty class. What held before stays in their history.",
            changes,
        )
        self._about.setText(words.format(n=format_number(changes)))
        self._shown = held_on, decision_no
        self.day.show_day(held_on)
        self.decision.setText(decision_no)
        self._day.show_error("")
        self.setVisible(bool(changes))

    def _tell(self) -> None:
        day = self.day.day()
        future = day is not None and day > self._today
        wrong = "date_invalid" if day is None else "date_in_future" if future else ""
        self._day.show_error(_(SENTENCES[wrong]) if wrong else "")
        said = day, self.decision.text().strip()
        if not wrong and said != self._shown:
            self._shown = said
            self.said.emit(*said)


def _past(today: date, typed: str) -> date | None:
    return read_past_day(typed, today)
