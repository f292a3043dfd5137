"""Who is away for a time, and who left and could come back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.leaving import leaving_words
from tongcds.domain.views import AwayRow, Tone
from tongcds.i18n import _, format_date, ngettext
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class AwayDialog(QDialog):
    """Those away first, the longest overdue at the top. `opened` carries who comes or goes."""

    help_topic = "household-form"

    opened = Signal(object)

    def __init__(self, rows: Sequence[AwayRow], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Who is away"))
        columns: list[Column[AwayRow]] = [
            Column(_("Person"), _person, stretch=3),
            Column(_("Household"), lambda row: TextCell(row.head_name, _place(row)), stretch=3),
            Column(_("Reason"), lambda row: TextCell(leaving_words(row.why)), stretch=3),
            Column(_("Since"), lambda row: TextCell(format_date(row.since) if row.since else ""), stretch=1),
            Column(_("Expected back by"), _expected, stretch=2),
        ]
        model = RowsModel(columns, self)
        model.set_rows(rows)
        self.rows = RowsView(model, name=_("Who is away"))
        self.rows.opened.connect(self._open)
        self.go_on = Button(_("Comings and goings…"), icon="pen-line", hint="Ctrl+B")
        self.go_on.clicked.connect(self._open)
        QShortcut(QKeySequence("Ctrl+B"), self).activated.connect(self._open)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        nothing = Text(_("Nobody is away, and nobody left who could come back."), Style.MUTED, wrap=True)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Who is away"), Style.TITLE))
        box.addWidget(self.rows, 1)
        box.addWidget(nothing)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(self.go_on)
        buttons.addWidget(leave)
        box.addLayout(buttons)
        for widget in (self.rows, self.go_on):
            widget.setVisible(bool(rows))
        nothing.setVisible(not rows)
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(max(self.minimumWidth(), room.width() * 5 // 6), room.height() * 2 // 3)
        if rows:
            self.rows.choose(0)
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self) -> None:
        if isinstance(row := self.rows.current_row(), AwayRow):
            self.opened.emit(row)
            self.accept()


def _person(row: AwayRow) -> Cell:
    return TextCell(row.full_name, str(row.birth_year or ""), strong=True)


def _place(row: AwayRow) -> str:
    return " · ".join(part for part in (row.code, row.village_name) if part)


def _expected(row: AwayRow) -> Cell:
    if row.left:
        return PillCell(_("left for good"), Tone.QUIET)
    if row.back_by is None:
        return TextCell(_("not known"), muted=True)
    day = format_date(row.back_by)
    if row.late:
        late = ngettext("{day}, {n} day late", "{day}, {n} days late", row.late)
        return PillCell(late.format(day=day, n=row.late), Tone.WARN)
    return TextCell(day)
