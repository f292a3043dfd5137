"""The records behind a figure, one by one; whoever may see them opens each in the register."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.views import BehindRow, BehindView
from tongcds.i18n import _, format_number, ngettext
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import TextCell
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column, line, open_at
from ui.widgets.text import Text


class BehindDialog(QDialog):
    """`opened` carries the household that was chosen. Enter opens, Esc leaves."""

    help_topic = "board"

    opened = Signal(object)

    def __init__(self, view: BehindView, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(view.name)
        counted = ngettext("{n} record", "{n} records", view.records).format(n=format_number(view.records))
        told = [view.unit, view.period, counted]
        if view.fingerprint:
            told.append(_("Mark of the figure: {mark}").format(mark=view.fingerprint))
        if len(view.rows) < view.records:
            told.append(_("the first {n} are shown").format(n=format_number(len(view.rows))))
        self.told = Text(" · ".join(told), Style.NOTE, wrap=True)
        model: RowsModel[BehindRow] = RowsModel([Column("", _cell, stretch=1)], self)
        self.rows = RowsView(model, name=_("Records behind the figure"), headings=False)
        self.rows.opened.connect(self._open)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(view.name, Style.TITLE, wrap=True))
        box.addWidget(self.told)
        box.addWidget(self.rows, 1)
        box.addLayout(buttons)
        open_at(self, Length.DIALOG, Length.DIALOG)
        model.set_rows(view.rows)
        self.rows.choose(0)
        self.rows.setFocus()

    def _open(self, row: BehindRow) -> None:
        if row.household_id is not None:
            self.accept()
            self.opened.emit(row.household_id)


def _cell(row: BehindRow) -> TextCell:
    return TextCell(row.words, strong=row.household_id is not None)
