"""The poverty class of a household: what held since when by which decision, and writing another one down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import POVERTY_CLASSES, PovertyClass, PovertyRow, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _, format_date
from ui import theme, words
from ui.forms.day_line import DayLine
from ui.household_words import class_words
from ui.theme import Length, Style
from ui.widgets.button import Button
from ui.widgets.cells import Cell, MarkCell, PillCell, TextCell
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import line
from ui.widgets.text import Text


class PovertyDialog(FormDialog):
    """`wanted` carries a `PovertyClass`, `withdrawn` the row that was written down wrongly."""

    help_topic = "households"

    wanted = Signal(object)
    withdrawn = Signal(object)

    def __init__(
        self,
        household_id: bytes,
        name: str,
        rows: Sequence[PovertyRow],
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Poverty class"), parent=parent)
        self._household = household_id
        columns: list[Column[PovertyRow]] = [
            Column(_("Class"), _class, stretch=2),
            Column(_("Holds from"), lambda row: TextCell(_from(row)), stretch=2),
            Column(_("Until"), lambda row: TextCell(_until(row)), stretch=1),
            Column(_("Decision"), lambda row: TextCell(row.decision_no, _decided(row)), stretch=2),
            Column(_("Where it stands"), _standing, stretch=2),
        ]
        model = RowsModel(columns, self)
        model.set_rows(rows)
        self.rows = RowsView(model, name=_("Poverty class in the course of time"))
        self.take_back = Button(_("Withdraw"), icon="undo-2", hint="Ctrl+D")
        self.take_back.clicked.connect(self._withdraw)
        QShortcut(QKeySequence("Ctrl+D"), self).activated.connect(self._withdraw)
        self.poverty = Choice([(class_words(code), code) for code in POVERTY_CLASSES])
        self.day = DayLine(partial(_any_day, today), today)
        self.day.show_day(date(today.year, 1, 1))
        self.decision = LineField()
        self.decided = DayLine(partial(read_past_day, today=today), today, _("not known"))
        self._day = LabeledField(_("Holds from"), self.day)
        self._decided = LabeledField(_("Day of the decision"), self.decided)
        self.box.addWidget(Text(name, Style.STRONG, wrap=True))
        self.box.addWidget(self.rows, 1)
        under = line()
        under.addStretch(1)
        under.addWidget(self.take_back)
        self.box.addLayout(under)
        for widget in (self.rows, self.take_back):
            widget.setVisible(bool(rows))
        self.box.addWidget(Text(_("Another class"), Style.HEADING))
        first, second = line(gap=3), line(gap=3)
        first.addWidget(LabeledField(_("Class"), self.poverty), 1)
        first.addWidget(self._day, 1)
        second.addWidget(LabeledField(_("Number of the decision"), self.decision), 1)
        second.addWidget(self._decided, 1)
        self.box.addLayout(first)
        self.box.addLayout(second)
        self.end(self.save)
        # Five columns side by side, without a bar under them.
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG) * 5 // 4)
        if rows:
            self.rows.choose(0)
        self.poverty.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the class over and close, where it is whole."""
        day, decided = self.day.day(), self.decided.day()
        unread = bool(self.decided.text().strip()) and decided is None
        self._day.show_error("" if day is not None else _(SENTENCES["date_invalid"]))
        self._decided.show_error(_(SENTENCES["date_invalid"]) if unread else "")
        if day is None or unread:
            return
        poverty = str(self.poverty.currentData())
        self.wanted.emit(PovertyClass(self._household, poverty, day, self.decision.text().strip(), decided))
        self.accept()

    def _withdraw(self) -> None:
        row = self.rows.current_row()
        if isinstance(row, PovertyRow) and row.valid_from is not None:
            self.withdrawn.emit(row)
            self.accept()


def _class(row: PovertyRow) -> Cell:
    tone = Tone.WARN if row.poverty in {"poor", "near_poor"} else Tone.QUIET
    return PillCell(class_words(row.poverty), tone)


def _from(row: PovertyRow) -> str:
    return format_date(row.valid_from) if row.valid_from is not None else _("before")


def _until(row: PovertyRow) -> str:
    return format_date(row.until) if row.until is not None else ""


def _decided(row: PovertyRow) -> str:
    return format_date(row.decided_on) if row.decided_on is not None else ""


def _standing(row: PovertyRow) -> Cell:
    state = words.standing(row.standing)
    return MarkCell(state.words, state.icon, state.tone)


def _any_day(today: date, typed: str) -> date | None:
    """A day that was; one with its year may also be to come."""
    return read_past_day(typed, today)
