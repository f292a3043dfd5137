"""Planning a round: what it is called, from which day to which, and who goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import MemberChoice, RoundPlan
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.forms.day_line import DayLine
from ui.theme import Style
from ui.widgets.choices import CheckRow
from ui.widgets.field import LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import ScrollColumn, line
from ui.widgets.text import Text

_A_WEEK = timedelta(days=6)


class RoundDialog(FormDialog):
    """A round for the households that were chosen. `planned` carries a `RoundPlan`."""

    help_topic = "rounds"

    planned = Signal(object)

    def __init__(
        self,
        households: Sequence[bytes],
        members: Sequence[MemberChoice],
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Plan a round"), parent=parent)
        self._households = tuple(households)
        count = ngettext(
            "{n} household in no other round", "{n} households in no other round", len(households)
        )
        self.box.addWidget(Text(count.format(n=format_number(len(households))), Style.NOTE, wrap=True))
        self.name = LineField(_("Round of {day}").format(day=format_date(today)))
        self.begins = DayLine(partial(read_coming_day, today=today), today)
        self.begins.show_day(today)
        self.ends = DayLine(partial(read_coming_day, today=today), today)
        self.ends.show_day(today + _A_WEEK)
        self._name = LabeledField(_("What it is called"), self.name)
        self._begins = LabeledField(_("From"), self.begins)
        self._ends = LabeledField(_("To"), self.ends)
        self.box.addWidget(self._name)
        days = line(gap=3)
        days.addWidget(self._begins)
        days.addWidget(self._ends)
        self.box.addLayout(days)
        self.members = [CheckRow(member.name, key=member.member_id, compact=True) for member in members]
        if self.members:
            self.box.addWidget(Text(_("Who goes"), Style.LABEL))
            note = _("They share the households, each a stretch of the way. Nobody may be named later, too.")
            self.box.addWidget(Text(note, Style.NOTE, wrap=True))
            rows = ScrollColumn()
            for row in self.members:
                rows.body.addWidget(row)
            self.box.addWidget(rows)
        self.end(self.save)
        self.name.selectAll()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the plan over and close, where it is whole."""
        name, begins, ends = self.name.text().strip(), self.begins.day(), self.ends.day()
        self._name.show_error("" if name else _(SENTENCES["round_unnamed"]))
        self._begins.show_error("" if begins else _(SENTENCES["date_invalid"]))
        wrong = "date_invalid" if ends is None else "days_reversed" if begins and ends < begins else ""
        self._ends.show_error(_(SENTENCES[wrong]) if wrong else "")
        if not name or begins is None or ends is None or wrong:
            return
        going = tuple(row.key for row in self.members if row.isChecked() and isinstance(row.key, bytes))
        self.planned.emit(RoundPlan(name, begins, ends, self._households, going))
        self.accept()
