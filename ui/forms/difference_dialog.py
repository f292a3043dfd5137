"""A figure here beside the server's, and every record that only one of both counts, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import DifferingRecord, FigureDifference, FigureSeen
from tongcds.i18n import _, format_date, format_number
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import TextCell
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, clear, column, line, open_at
from ui.widgets.text import Text

_WIDE: Final = 1.6


class DifferenceDialog(QDialog):
    """Asks by itself, again with F5. `opened` carries the household of the row that Enter was pressed on.

    Args:
        ask: answers a `FigureDifference`; asks the server, and runs off the UI thread.
        tasks: where.
    """

    help_topic = "board"

    opened = Signal(object)

    def __init__(
        self, ask: Callable[[], FigureDifference], tasks: Tasks, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ask, self._tasks = ask, tasks
        self.setWindowTitle(_("Compare with the server"))
        self.name = Text(self.windowTitle(), Style.TITLE, wrap=True)
        self.about = Text("", Style.NOTE, wrap=True)
        self.summary = Text("", Style.BODY, wrap=True)
        self.here, self.there = _Side(_("This computer")), _Side(_("The server"))
        sides = line(gap=3)
        sides.addWidget(self.here, 1)
        sides.addWidget(self.there, 1)
        self.row_told = Text("", Style.BODY, wrap=True)
        self.notes = Text("", Style.NOTE, wrap=True)
        self.table: RowsView | None = None
        place = QWidget()
        self._table_box = column(place)
        again = Button(_("Ask again"), icon="refresh-cw", hint="F5")
        again.clicked.connect(self.ask)
        QShortcut(QKeySequence("F5"), self).activated.connect(self.ask)
        self.leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        self.leave.clicked.connect(self.reject)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(again)
        buttons.addWidget(self.leave)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        for part in (self.name, self.about):
            box.addWidget(part)
        box.addLayout(sides)
        box.addWidget(self.summary)
        box.addWidget(place, 1)
        for part in (self.row_told, self.notes):
            box.addWidget(part)
        box.addLayout(buttons)
        open_at(self, round(Length.DIALOG * _WIDE), Length.DIALOG)
        self.ask()

    def ask(self) -> None:
        """Hold both figures against each other now."""
        self.summary.setText(_("Asking the server …"))
        self._tasks.run(self._ask, self.show_view, owner=self, failed=self._failed)

    def show_view(self, view: FigureDifference) -> None:
        """Show both figures and what differs."""
        self.name.setText(f"{view.name} ({view.code})")
        days = _("{first} to {last}").format(first=format_date(view.first), last=format_date(view.last))
        self.about.setText(f"{view.unit} · {days}")
        self.here.show_figure(view.ours)
        self.there.show_figure(view.theirs, published=not view.asked)
        self.summary.setText(view.summary)
        self._show_rows(view)
        notes = []
        if view.rows:
            notes.append(_("Enter opens the household of a record, where it is on this computer."))
        if view.more or len(view.rows) > MOST_ROWS:
            notes.append(_("There are more records than can be told at once; exchange first and ask again."))
        if view.other_way:
            notes.append(_("The server counts it another way; bring this computer up to date."))
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))
        (self.table or self.leave).setFocus(Qt.FocusReason.OtherFocusReason)

    def _failed(self, problem: Exception) -> None:
        self.summary.setText(words_for(problem))

    def _show_rows(self, view: FigureDifference) -> None:
        clear(self._table_box)
        self.table = None
        self.row_told.setVisible(bool(view.rows))
        if not view.rows:
            self._table_box.addStretch(1)
            return
        columns: list[Column[DifferingRecord]] = [
            Column(_("Counted by"), lambda row: TextCell(_counted_by(row))),
            Column(_("Record"), _record, stretch=1),
            Column(_("Why"), lambda row: TextCell(row.sentence), stretch=2),
        ]
        model: RowsModel[DifferingRecord] = RowsModel(columns, self)
        self.table = RowsView(model, name=_("Records that only one side counts"), side=2)
        self.table.opened.connect(self._open)
        self.table.picked.connect(self._tell_row)
        self._table_box.addWidget(self.table)
        model.set_rows(view.rows[:MOST_ROWS])
        self.table.choose(0)

    def _tell_row(self, row: DifferingRecord) -> None:
        """The whole sentence of the chosen row, which a narrow table shortens."""
        self.row_told.setText(f"{row.words}: {row.sentence}")

    def _open(self, row: DifferingRecord) -> None:
        if row.household_id:
            self.accept()
            self.opened.emit(row.household_id)


class _Side(Card):
    """One of both figures, with its mark."""

    def __init__(self, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._title = title
        self.value = Text("…", Style.DISPLAY)
        self.mark = Text("", Style.NOTE, wrap=True)
        self.body.addWidget(self.value)
        self.body.addWidget(self.mark)

    def show_figure(self, seen: FigureSeen | None, *, published: bool = False) -> None:
        if seen is None:
            value, told = _("not known"), [_("The server was not asked, and published nothing of it.")]
        else:
            value = _("No data yet") if seen.numerator is None else format_number(seen.numerator)
            if seen.denominator is not None:
                value += f"/{format_number(seen.denominator)}"
            told = [_("as it was published last")] if published else []
            if seen.fingerprint:
                told.append(_("Mark of the figure: {mark}").format(mark=seen.fingerprint))
        self.value.setText(value)
        self.mark.setText(" · ".join(told))
        self.setAccessibleName(f"{self._title}: {value}. {self.mark.text()}")


def _counted_by(row: DifferingRecord) -> str:
    return _("This computer") if row.here else _("The server")


def _record(row: DifferingRecord) -> TextCell:
    second = "" if row.counted else _("of the whole")
    return TextCell(row.words, second, strong=bool(row.household_id))
