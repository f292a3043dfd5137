"""The card of the units below: their figures as a table, in the order and era that somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import BoardIndicator, BoardRow, BoardView
from tongcds.i18n import N_, _
from ui.forms.board_figure import marks_of
from ui.forms.board_parts import change_words, parts_words, value_words, why_words
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MeterCell, NumberCell, TextCell
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, clear, column
from ui.widgets.text import Text

_BY_NAME: Final = "name"
_BEST: Final = "best"
_WORST: Final = "worst"
_KIND_HEADS: Final = {
    "village": N_("By village"),
    "commune": N_("By commune"),
    "old_commune": N_("By commune before 1 July 2025"),
}


class UnitsCard(Card):
    """`opened` carries the row to go down to, `compared` the one to hold against the server's figure.

    `reordered`: the rows have another order now. `era_chosen` carries whether the communes of before July
    2025 are wanted.
    """

    opened = Signal(object)
    compared = Signal(object)
    reordered = Signal()
    era_chosen = Signal(bool)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(flush=True, parent=parent)
        self._view: BoardView | None = None
        self.order = Choice(
            [(_("By name"), _BY_NAME), (_("Highest first"), _BEST), (_("Lowest first"), _WORST)]
        )
        self.order.setAccessibleName(_("Order"))
        self.order.activated.connect(self._reorder)
        self.eras = Choice([(_("Units of today"), False), (_("Communes before 1 July 2025"), True)])
        self.eras.setAccessibleName(_("Units"))
        self.eras.activated.connect(self._choose_era)
        above = FlowRow()
        above.flow.addWidget(self.order)
        above.flow.addWidget(self.eras)
        framed = QWidget()
        box = column(framed)
        box.setContentsMargins(space(4), space(1), space(4), space(2))
        box.addWidget(above)
        self.body.addWidget(framed)
        # Of its own, so that a table that comes later lies under the card's corners.
        place = QWidget()
        self._table_box = column(place)
        self.body.addWidget(place, 1)
        self.row_told = Text("", Style.NOTE, wrap=True)
        self.compare = Button(_("Compare this row with the server"), hint="Ctrl+Shift+D", kind=Kind.SMALL)
        self.compare.clicked.connect(self.compare_row)
        self._of_row = QWidget()
        told = column(self._of_row, gap=1)
        told.setContentsMargins(space(4), space(2), space(4), space(3))
        told.addWidget(self.row_told)
        told.addWidget(self.compare)
        self._of_row.hide()
        self.body.addWidget(self._of_row)
        self.table: RowsView | None = None

    def show_view(self, view: BoardView) -> None:
        """Draw the rows."""
        self._view = view
        self.eras.setVisible(bool(view.row_kind))
        self.eras.choose(view.row_kind == "old_commune")
        self._show_rows(view)

    def ordered(self) -> list[BoardRow]:
        """The rows in the order that was chosen; what is not known comes last."""
        if self._view is None:
            return []
        order = self.order.currentData()
        rows = list(self._view.rows[:MOST_ROWS])
        if order == _BY_NAME:
            return rows
        known = [row for row in rows if row.figures[0].value is not None]
        known.sort(key=lambda row: row.figures[0].value or 0.0, reverse=order == _BEST)
        return known + [row for row in rows if row.figures[0].value is None]

    def holds_focus(self) -> bool:
        """Whether the keyboard is in the table."""
        return self.table is not None and self.table.hasFocus()

    def focus_table(self, unit_id: bytes | None = None) -> bool:
        """Give the table the keyboard, at the row of a unit or the first; False where there is none."""
        if self.table is None:
            return False
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._choose_unit(unit_id, otherwise=0)
        return True

    def compare_row(self) -> None:
        """Ask that the chosen row's figure be held against the server's."""
        row = None if self.table is None else self.table.current_row()
        if isinstance(row, BoardRow) and self.compare.isVisible():
            self.compared.emit(row)

    def _reorder(self) -> None:
        if self._view is not None:
            self._show_rows(self._view)
            self.reordered.emit()

    def _choose_era(self) -> None:
        self.era_chosen.emit(bool(self.eras.currentData()))

    def _choose_unit(self, unit_id: bytes | None, *, otherwise: int) -> None:
        if self.table is not None:
            units = [row.unit_id for row in self.ordered()]
            self.table.choose(units.index(unit_id) if unit_id in units else otherwise)

    def _show_rows(self, view: BoardView) -> None:
        held = self.holds_focus()
        chosen = None if self.table is None else self.table.current_row()
        clear(self._table_box)
        self.table = None
        self._of_row.hide()
        title = _(_KIND_HEADS.get(view.row_kind, N_("This unit")))
        self.set_head(title, _("Enter or a double click opens a row") if view.rows else "")
        self.order.setVisible(bool(view.rows))
        if not view.rows:
            told = (
                _("Ctrl+H lists the records behind this figure, and each opens in the register.")
                if view.holds_records
                else _("What is behind this figure is with the commune and the team.")
            )
            self._table_box.addWidget(EmptyState("house", _("No units below"), told))
            return
        rows = self.ordered()
        model: RowsModel[BoardRow] = RowsModel(self._columns(view, rows), self)
        self.table = RowsView(model, name=title, pick=any(row.opens for row in rows), side=2)
        self.table.opened.connect(self._open)
        self.table.picked.connect(self._tell_row)
        self._table_box.addWidget(self.table)
        # It is made after the rest of the screen, and is still read before it.
        QWidget.setTabOrder(self.eras, self.table)
        model.set_rows(rows)
        self._choose_unit(chosen.unit_id if isinstance(chosen, BoardRow) else None, otherwise=-1)
        if held:
            self.table.show()
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, row: BoardRow) -> None:
        if row.opens:
            self.opened.emit(row)

    def _tell_row(self, row: BoardRow) -> None:
        """Say of the chosen row why it has no figure, or what proves the one it has."""
        view, (figure, *_rest) = self._view, row.figures
        if view is None:
            return
        told = [value_words(view.indicators[0], figure), why_words(figure), *marks_of(figure)]
        self.row_told.setText(f"{row.name}: {' · '.join(filter(None, told))}")
        self.compare.setVisible(view.holds_records and view.row_kind == "village")
        self._of_row.show()

    def _columns(self, view: BoardView, rows: Sequence[BoardRow]) -> list[Column[BoardRow]]:
        (indicator,) = view.indicators
        ranked = self.order.currentData() != _BY_NAME
        places = {row.unit_id: at for at, row in enumerate(rows, 1)}

        def name(row: BoardRow) -> TextCell:
            place = f"{places[row.unit_id]}. " if ranked and row.figures[0].value is not None else ""
            return TextCell(place + row.name, strong=True)

        def value(row: BoardRow) -> Cell:
            figure = row.figures[0]
            said = value_words(indicator, figure)
            if indicator.ratio and indicator.unit == "%":
                return MeterCell(figure.value, said, figure.target.value if figure.target else None)
            return NumberCell(said)

        columns: list[Column[BoardRow]] = [
            Column(_("Unit"), name, stretch=1),
            Column(indicator.short, value, stretch=1),
        ]
        if indicator.ratio:
            columns.append(Column(_("Part/whole"), lambda row: NumberCell(parts_words(row.figures[0]))))
        if view.against:
            columns.append(Column(_("Up or down"), lambda row: NumberCell(_moved(indicator, row))))
        return columns


def _moved(indicator: BoardIndicator, row: BoardRow) -> str:
    return change_words(indicator, row.figures[0], row.against[0]) or "–"
