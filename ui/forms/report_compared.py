"""Which figures of a report differ from the server's, or from what the units below reported."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Tone
from tongcds.domain.views.differences import FigureSeen, HeldAgainst, ReportHeldAgainst
from tongcds.i18n import _, format_number, ngettext
from ui.theme import Style
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import column
from ui.widgets.text import Text


class Compared(QWidget):
    """`opened` carries the `HeldAgainst` that Enter was pressed on."""

    opened = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: RowsModel[HeldAgainst] = RowsModel(
            [Column("", _figure_cell, stretch=1), Column("", _pill_cell)], self
        )
        self.rows = RowsView(self._model, name=_("Comparison"), headings=False)
        self.rows.opened.connect(self.opened)
        self.notes = Text("", Style.NOTE, wrap=True)
        box = column(self, gap=2)
        box.addWidget(self.rows, 1)
        box.addWidget(self.notes)

    def begin(self) -> None:
        """Say that the server is being asked."""
        self.notes.setText(_("Asking the server …"))

    def fail(self, words: str) -> None:
        """Say why nothing could be compared."""
        self._model.set_rows(())
        self.notes.setText(words)

    def show_view(self, view: ReportHeldAgainst) -> None:
        """Show the figures, those that differ first."""
        rows = sorted(view.rows, key=lambda row: not row.differs)
        self._model.set_rows(rows[:MOST_ROWS])
        self.rows.choose(0)
        self.notes.setText(" ".join(_notes(view)))


def _notes(view: ReportHeldAgainst) -> list[str]:
    notes = []
    if view.asked is False:
        notes.append(_("The server cannot be asked now; what it published last was taken."))
    if view.below:
        words = _("{n} of {all} units below reported over the same days.")
        notes.append(words.format(n=format_number(view.reported), all=format_number(view.below)))
    differing = sum(row.differs for row in view.rows)
    if differing:
        words = ngettext("{n} figure differs: Enter shows record by record why.",
                         "{n} figures differ: Enter shows record by record why.", differing)  # fmt: skip
        notes.append(words.format(n=format_number(differing)))
    elif any(row.theirs is not None for row in view.rows) or view.reported:
        notes.append(_("No figure differs."))
    else:
        notes.append(_("There is nothing to compare with yet."))
    return notes


def _figure_cell(row: HeldAgainst) -> Cell:
    words = f"{_number(row.ours)} · {row.name}"
    if row.unit_id is not None and row.theirs is not None:
        second = _("{unit} reported {figure}").format(unit=row.unit, figure=_number(row.theirs))
    elif row.differs and row.theirs is not None:
        second = _("the server has {figure}").format(figure=_number(row.theirs))
    else:
        mark = row.ours.fingerprint
        second = _("mark {mark}").format(mark=mark) if mark else ""
    return TextCell(words, second=second, strong=row.differs)


def _pill_cell(row: HeldAgainst) -> Cell:
    if row.theirs is None:
        return PillCell(_("not compared"), Tone.QUIET)
    if not row.differs:
        return PillCell(_("the same"), Tone.GOOD)
    gap = row.gap
    return PillCell(_("off by {n}").format(n=format_number(gap)) if gap else _("other records"), Tone.WARN)


def _number(seen: FigureSeen) -> str:
    if seen.numerator is None:
        return _("no data")
    number = format_number(seen.numerator)
    return number if seen.denominator is None else f"{number}/{format_number(seen.denominator)}"
