"""What training sessions came to, between two days: villages not reached first, then skills and trainers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.training import Share, skill_words
from tongcds.domain.views.training import Kept, MemberSkills, Reached, Taught, TrainingFigures
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _, format_number, ngettext
from ui.forms.day_line import DayLine
from ui.forms.training_words import part_words
from ui.theme import Style, space
from ui.widgets.button import Button
from ui.widgets.cells import Cell, MeterCell, NumberCell, TextCell
from ui.widgets.field import LabeledField
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, column, line, open_at
from ui.widgets.text import Text

Count = Callable[[date, date, Callable[[TrainingFigures], None]], None]
"""Counts the sessions from one day to another and calls back."""

_WIDE, _HIGH = 820, 620


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the table: its name, what it is of, a number, and a share where `words` say one."""

    name: str
    of: str
    number: str
    share: float | None = None
    words: str = ""


class TrainingFiguresDialog(QDialog):
    """Shows figures of the year so far, or of the days that are typed."""

    help_topic = "training"

    def __init__(self, count: Count, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Figures of training"))
        self._count = count
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Figures of training"), Style.TITLE))
        read = partial(read_past_day, today=today)
        self.first, self.last = DayLine(read, today), DayLine(read, today)
        self.first.show_day(today.replace(month=1, day=1))
        self.last.show_day(today)
        self._first, self._last = LabeledField(_("From"), self.first), LabeledField(_("To"), self.last)
        days = line(gap=3)
        days.addWidget(self._first)
        days.addWidget(self._last)
        days.addStretch(1)
        box.addLayout(days)
        self.sums = Text("", Style.BODY, wrap=True)
        box.addWidget(self.sums)
        self._model: RowsModel[_Line] = RowsModel(
            [
                Column("", lambda row: TextCell(row.name, row.of), stretch=2),
                Column(_("How many people"), lambda row: NumberCell(row.number)),
                Column("", _share_cell, stretch=1),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Figures of training"))
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        box.addWidget(card, 1)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.reject)
        box.addWidget(leave, 0, Qt.AlignmentFlag.AlignRight)
        for field in (self.first, self.last):
            field.editingFinished.connect(self.ask)
        for keys in ("Return", "Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.ask)
        open_at(self, _WIDE, _HIGH)
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask(self) -> None:
        """Count the days that stand there."""
        first, last = self.first.day(), self.last.day()
        self._first.show_error("" if first else _(SENTENCES["date_invalid"]))
        wrong = "date_invalid" if last is None else "days_reversed" if first and last < first else ""
        self._last.show_error(_(SENTENCES[wrong]) if wrong else "")
        if first is not None and last is not None and not wrong:
            self._count(first, last, self.show_figures)

    def show_figures(self, found: TrainingFigures) -> None:
        """Draw what was counted."""
        people = ngettext("{n} person", "{n} people", found.people)
        parts = (
            _sessions(found.sessions),
            _hours(found.minutes),
            people.format(n=format_number(found.people)),
            _("{n} of no register").format(n=format_number(found.guests)),
            _("{n} times there").format(n=format_number(found.there)),
            _("{n} of {all} members were trained").format(
                n=format_number(found.trained), all=format_number(len(found.members))
            ),
        )
        self.sums.setText(" · ".join(parts))
        villages = map(_of_village, found.villages)
        rows = [
            *villages,
            *map(_of_skill, found.skills),
            *map(_of_kept, found.kept),
            *map(_of_trainer, found.trainers),
            *map(_of_member, found.members),
        ]
        self._model.set_rows(rows[:MOST_ROWS])


def _of_village(one: Reached) -> _Line:
    guests = _("{n} guests besides").format(n=format_number(one.guests)) if one.guests else ""
    of = " · ".join(filter(None, (_("Village"), guests)))
    number = f"{format_number(one.people)}/{format_number(one.lives)}"
    return _Line(one.village, of, number, one.share, part_words(one.share))


def _of_skill(one: Share) -> _Line:
    of = _("Alone afterwards; before: {share}").format(share=part_words(one.part_before))
    number = f"{format_number(one.after)}/{format_number(one.asked_after)}"
    return _Line(skill_words(one.skill), of, number, one.part_after, part_words(one.part_after))


def _of_kept(one: Kept) -> _Line:
    asked = ngettext("{n} person was taught", "{n} people were taught", one.taught)
    of = _("Still alone {days} days after").format(days=one.after)
    words = " · ".join((of, asked.format(n=format_number(one.taught))))
    number = f"{format_number(one.alone)}/{format_number(one.asked)}"
    return _Line(skill_words(one.skill), words, number, one.share, part_words(one.share))


def _of_trainer(one: Taught) -> _Line:
    of = " · ".join((_("Trainer"), _sessions(one.sessions), _hours(one.minutes)))
    return _Line(one.name, of, format_number(one.there))


def _of_member(one: MemberSkills) -> _Line:
    lacks = _("lacks {skills}").format(skills=", ".join(one.lacks)) if one.lacks else ""
    of = " · ".join(filter(None, (one.unit, _sessions(one.sessions), lacks)))
    wanted = len(one.can) + len(one.lacks)
    part = len(one.can) / wanted if wanted else None
    return _Line(one.name, of, f"{len(one.can)}/{wanted}", part, part_words(part))


def _sessions(count: int) -> str:
    return ngettext("{n} session", "{n} sessions", count).format(n=format_number(count))


def _hours(minutes: int) -> str:
    return _("{n} hours").format(n=format_number(round(minutes / 60, 1)))


def _share_cell(row: _Line) -> Cell:
    return MeterCell(row.share, row.words) if row.words else TextCell("")
