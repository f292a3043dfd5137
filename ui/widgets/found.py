"""Finding somebody or something by typing: a field that keeps the focus, and its hits under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.theme import Length
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card

Row = TypeVar("Row")
_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class FindField(SearchField):
    """The field: arrows move among the hits (`moved`), Enter means one of them (`entered`)."""

    moved = Signal(int)
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() & ~_KEYPAD:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class FoundRows(Card, Generic[Row]):
    """The hits, the first of them highlighted; hidden while there are none.

    `highlighted` carries the row that Enter would mean, `clicked` the one that was clicked; `grown` says that
    there is more or less of them to see.

    Args:
        cell: what a row shows.
        name: the accessible name of the hits.
        most: so many rows are seen without scrolling.
    """

    highlighted = Signal(object)
    clicked = Signal(object)
    grown = Signal()

    def __init__(
        self, cell: Callable[[Row], RowCell], *, name: str, most: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(flush=True, parent=parent)
        self._most = most
        self._model: RowsModel[Row] = RowsModel([Column("", cell, stretch=1)], self)
        self._view = RowsView(self._model, name=name, headings=False, side=3)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.clicked.connect(self._click)
        self.body.addWidget(self._view)
        self.hide()

    def rows(self) -> list[Row]:
        """The hits that are shown."""
        return self._model.rows()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other hits."""
        self._model.set_rows(rows)
        self.setVisible(bool(rows))
        self._fit()
        if rows:
            self._highlight(0)

    def current(self) -> Row | None:
        """The highlighted one."""
        index = self._view.currentIndex()
        return self._model.row(index) if index.isValid() else None

    def move_by(self, by: int) -> None:
        """Highlight another one, the first again below the last."""
        count = self._model.rowCount()
        if count:
            self._highlight((self._view.currentIndex().row() + by) % count)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.grown.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_view"):
            self._fit()

    def _fit(self) -> None:
        """As high as the rows that are shown, in the size of text in force."""
        height = theme.current().scaled(Length.ROW_TWO_LINES)
        self.setFixedHeight(min(self._model.rowCount(), self._most) * height + 2 * Length.LINE)

    def _highlight(self, at: int) -> None:
        self._view.choose(at)
        self.highlighted.emit(self._model.row(at))

    def _click(self, index: QModelIndex) -> None:
        self.clicked.emit(self._model.row(index))
