"""Which households were poor or nearly poor on a day: on 31 December of any year, say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import PoorRow, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _, format_date, format_number
from ui import theme
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.household_words import class_words
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, NumberCell, PillCell, TextCell
from ui.widgets.field import EnterMoves, LabeledField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class PoorDialog(QDialog):
    """`opened` carries the household that was chosen.

    Args:
        load: the households of a day; runs off the UI thread.
    """

    help_topic = "households"

    opened = Signal(object)

    def __init__(
        self,
        load: Callable[[date], Sequence[PoorRow]],
        tasks: Tasks,
        today: date,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._today = today
        self.setWindowTitle(_("Poor and nearly poor households"))
        self.day = DayLine(partial(read_past_day, today=today), today)
        self.day.show_day(date(today.year, 1, 1) - timedelta(days=1))
        self.day.installEventFilter(EnterMoves(self))
        self.day.editingFinished.connect(self.reload)
        self._day = LabeledField(_("On which day"), self.day)
        self._counts = Text("", Style.NOTE, wrap=True)
        columns: list[Column[PoorRow]] = [
            Column(_("Household"), lambda row: TextCell(row.head_name, _place(row), strong=True), stretch=3),
            Column(_("People"), lambda row: NumberCell(format_number(row.people))),
            Column(_("Class"), _class, stretch=2),
            Column(_("Holds from"), lambda row: TextCell(_from(row)), stretch=2),
            Column(_("Decision"), lambda row: TextCell(row.decision_no), stretch=2),
        ]
        self._model = RowsModel(columns, self)
        self.rows = RowsView(self._model, name=_("Poor and nearly poor households"))
        self.rows.opened.connect(self._open)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Poor and nearly poor households"), Style.TITLE))
        box.addWidget(self._day)
        box.addWidget(self._counts)
        box.addWidget(self.rows, 1)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        box.addLayout(buttons)
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(max(self.minimumWidth(), room.width() * 5 // 6), room.height() * 2 // 3)
        self.day.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reload()

    def reload(self) -> None:
        """Read the list of the day that stands there."""
        day = self.day.day()
        self._day.show_error("" if day is not None else _(SENTENCES["date_invalid"]))
        if day is not None:
            load = partial(self._load, day)
            self._tasks.run(load, partial(self._show, day), owner=self, failed=self._failed)

    def _show(self, day: date, rows: Sequence[PoorRow]) -> None:
        self._model.set_rows(rows)
        poor = sum(row.poverty == "poor" for row in rows)
        words = _("On {day}: {poor} poor, {near} nearly poor, {people} people")
        self._counts.setText(
            words.format(
                day=format_date(day),
                poor=format_number(poor),
                near=format_number(len(rows) - poor),
                people=format_number(sum(row.people for row in rows)),
            )
        )

    def _failed(self, problem: Exception) -> None:
        self._counts.setText(words_for(problem))

    def _open(self, row: PoorRow) -> None:
        self.opened.emit(row.household_id)
        self.accept()


def _place(row: PoorRow) -> str:
    return " · ".join(part for part in (row.code, row.village_name) if part)


def _class(row: PoorRow) -> Cell:
    return PillCell(class_words(row.poverty), Tone.WARN)


def _from(row: PoorRow) -> str:
    return format_date(row.valid_from) if row.valid_from is not None else ""
