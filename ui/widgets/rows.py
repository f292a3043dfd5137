"""Lists and tables: a model of frozen rows and the view that shows it. Never more than 1,000 rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import theme
from ui.theme import Length, Style, space
from ui.widgets import paint
from ui.widgets.cells import Cell, NumberCell, cell_least, cell_width, cell_words, draw_cell, has_two_lines

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
MOST_ROWS: Final = 1000
MEASURED_ROWS: Final = 200
LEAST_ROWS: Final = 4


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its heading (already translated) and what a row shows in it.

    `stretch` columns share the room that is left; the others are as wide as their content.
    """

    heading: str
    cell: Callable[[Row], Cell]
    stretch: int = 0


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Frozen rows under columns. A row is answered whole by `row(index)`."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._rows: list[Row] = []
        self._cells: dict[tuple[int, int], Cell] = {}

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; refuses more than 1,000, since a query that returns them is a mistake."""
        if len(rows) > MOST_ROWS:
            raise ValueError(len(rows))
        self.beginResetModel()
        self._rows = list(rows)
        self._cells.clear()
        self.endResetModel()

    def add_rows(self, rows: Sequence[Row]) -> None:
        """Show more rows below those that are there, which stay as they are; refuses as `set_rows`."""
        last = len(self._rows) + len(rows) - 1
        if last >= MOST_ROWS:
            raise ValueError(last + 1)
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), last)
            self._rows.extend(rows)
            self.endInsertRows()

    def rows(self) -> list[Row]:
        """The rows shown."""
        return list(self._rows)

    def row(self, index: Index | int) -> Row:
        """The row of an index or a row number."""
        return self._rows[index if isinstance(index, int) else index.row()]

    def cell(self, row: int, column: int) -> Cell:
        """What stands there; made once for each set of rows."""
        at = (row, column)
        if at not in self._cells:
            self._cells[at] = self.columns[column].cell(self._rows[row])
        return self._cells[at]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return cell_words(self.cell(index.row(), index.column()))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].heading
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: RowsView) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        paint.begin(painter)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("brand_soft"))
        elif self._view.hovered_row == index.row():
            painter.fillRect(rect, look.colour("hover"))
        painter.fillRect(
            QRectF(rect.left(), rect.bottom() - Length.LINE, rect.width(), Length.LINE),
            look.colour("line_soft"),
        )
        model = self._view.rows_model
        draw_cell(
            model.cell(index.row(), index.column()),
            painter,
            rect.adjusted(*self._view.padding(index.column())),
        )
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._view.cell_size(index.row(), index.column())


class _Header(QHeaderView):
    def __init__(self, view: RowsView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._view = view
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSectionsClickable(False)
        self.setMinimumSectionSize(space(6))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.current().scaled(Length.HEADING))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803 - Qt's name
        look = theme.current()
        model = self._view.rows_model
        area = QRectF(rect)
        painter.save()
        paint.begin(painter)
        painter.fillRect(area, look.colour("surface"))
        painter.fillRect(
            QRectF(area.left(), area.bottom() - Length.LINE, area.width(), Length.LINE), look.colour("line")
        )
        numbers = model.rowCount() > 0 and isinstance(model.cell(0, logicalIndex), NumberCell)
        side = Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft
        paint.text(
            painter,
            area.adjusted(*self._view.padding(logicalIndex)),
            model.columns[logicalIndex].heading,
            Style.CAPTION,
            align=side | Qt.AlignmentFlag.AlignVCenter,
        )
        painter.restore()


class RowsView(QTableView):
    """Shows a `RowsModel`: whole rows are chosen; Enter or a double click opens (`opened` carries the row).

    Args:
        headings: False for a list of two-line rows without a heading.
        pick: False for a table that is only read.
        side: padding left and right of each cell, in steps of the grid.
        name: the accessible name.
    """

    opened = Signal(object)
    picked = Signal(object)

    def __init__(
        self,
        model: RowsModel[Row],
        *,
        name: str,
        headings: bool = True,
        pick: bool = True,
        side: float = 2.5,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows_model: RowsModel[Row] = model
        self.hovered_row = -1
        self._side = side
        self._pick = pick
        self.setModel(model)
        self.setAccessibleName(name)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalHeader(_Header(self))
        self.horizontalHeader().setVisible(headings)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(
            QAbstractItemView.SelectionMode.SingleSelection
            if pick
            else QAbstractItemView.SelectionMode.NoSelection
        )
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(pick)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self._widths: list[tuple[int, int]] = []
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        model.modelReset.connect(self._measure)
        model.rowsInserted.connect(self._measure)
        self.doubleClicked.connect(self._open)
        self.selectionModel().currentRowChanged.connect(self._tell)

    def padding(self, column: int) -> tuple[float, float, float, float]:
        """What `QRectF.adjusted` takes to leave the inside of a cell of that column."""
        left, right = self._sides(column)
        return left, 0, -right, -Length.LINE

    def _sides(self, column: int) -> tuple[int, int]:
        side = space(self._side)
        # Under a card's title the first column begins where the title does.
        first = space(4) if column == 0 and not self.horizontalHeader().isHidden() else side
        return first, side

    def cell_size(self, row: int, column: int) -> QSize:
        """The size a cell would like."""
        cell = self.rows_model.cell(row, column)
        look = theme.current()
        height = Length.ROW_TWO_LINES if has_two_lines(cell) else Length.ROW
        return QSize(round(cell_width(cell) + 0.5) + sum(self._sides(column)), look.scaled(height))

    def current_row(self) -> object | None:
        """The row that is chosen, or None."""
        index = self.currentIndex()
        return self.rows_model.row(index) if index.isValid() else None

    def choose(self, at: int) -> None:
        """Choose the row of that number, if there is one."""
        if 0 <= at < self.rows_model.rowCount():
            self.selectRow(at)

    def show_rows(self, rows: Sequence[Row], same: Callable[[Row], object] | None = None) -> None:
        """Show other rows, the first 1,000; what was chosen stays chosen, or else the place in the list.

        `same` answers what of a row stays when it is read again, such as its id; without it the place counts.
        """
        at, before = max(self.currentIndex().row(), 0), self.current_row()
        self.rows_model.set_rows(rows[:MOST_ROWS])  # type: ignore[arg-type]  # rows of its model
        if same is not None and before is not None:
            kept = same(before)  # type: ignore[arg-type]  # a row of the model
            at = next((place for place, row in enumerate(rows[:MOST_ROWS]) if same(row) == kept), at)
        self.choose(min(at, self.rows_model.rowCount() - 1))

    def _measure(self) -> None:
        """Measure the rows anew: when they change, or the text size does. A resize alone needs none of it."""
        model = self.rows_model
        measured = range(min(model.rowCount(), MEASURED_ROWS))
        self._widths = [self._width_of(at, measured) for at in range(len(model.columns))]
        look = theme.current()
        single, double = look.scaled(Length.ROW), look.scaled(Length.ROW_TWO_LINES)
        columns = range(len(model.columns))
        high = [any(has_two_lines(model.cell(row, at)) for at in columns) for row in range(model.rowCount())]
        usual = double if high and all(high) else single
        self.verticalHeader().setDefaultSectionSize(usual)
        for row, two_lines in enumerate(high):
            height = double if two_lines else single
            if self.rowHeight(row) != height:
                self.setRowHeight(row, height)
        self._arrange()
        self.updateGeometry()

    def _arrange(self) -> None:
        if len(self._widths) != self.rows_model.columnCount():
            return
        header = self.horizontalHeader()
        for at, width in enumerate(self._shared(self._widths)):
            if header.sectionSize(at) != width:
                header.resizeSection(at, width)

    def _shared(self, widths: list[tuple[int, int]]) -> list[int]:
        """The widths of the columns in the room there is: stretched evenly, or narrowed where they can be."""
        stretch = [column.stretch for column in self.rows_model.columns]
        room = self.viewport().width() - sum(natural for natural, _least in widths)
        if room >= 0:
            total = sum(stretch) or 1
            return [
                natural + room * part // total for (natural, _), part in zip(widths, stretch, strict=True)
            ]
        slack = [
            natural - least if part else 0 for (natural, least), part in zip(widths, stretch, strict=True)
        ]
        total = sum(slack) or 1
        missing = min(-room, sum(slack))
        return [
            natural - -(-missing * give // total) for (natural, _), give in zip(widths, slack, strict=True)
        ]

    def _width_of(self, at: int, measured: range) -> tuple[int, int]:
        """What a column would like, and what it needs at least: a name is worth a horizontal scroll bar."""
        model = self.rows_model
        padding = sum(self._sides(at))
        cells = [model.cell(row, at) for row in measured]
        heading = theme.current().metrics(Style.CAPTION).horizontalAdvance(model.columns[at].heading)
        natural = round(max([heading + 1, *(cell_width(cell) + 0.5 for cell in cells)])) + padding
        if len(model.columns) == 1:
            return natural, 0
        least = max((round(cell_least(cell)) for cell in cells), default=0) + padding
        return natural, min(natural, least)

    def minimumSizeHint(self) -> QSize:
        # Some rows at least; where even they do not fit, the page scrolls.
        rows = sum(self.rowHeight(row) for row in range(min(self.rows_model.rowCount(), LEAST_ROWS)))
        head = 0 if self.horizontalHeader().isHidden() else self.horizontalHeader().sizeHint().height()
        return QSize(theme.current().scaled(Length.FIELD), head + rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._widths:
            self._measure()
        self._arrange()
        chosen = self.visualRect(self.currentIndex())
        if chosen.isValid() and 0 <= chosen.top() < event.oldSize().height():
            # Seen before, so it stays seen when the room gets less.
            self.scrollTo(self.currentIndex())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        seen = self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)
        if event.type() == QEvent.Type.StyleChange and seen and hasattr(self, "_widths"):
            self._measure()

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self.rows_model.row(index))

    def _tell(self, index: QModelIndex, _before: QModelIndex) -> None:
        # The ring goes around the whole row, of which Qt would draw one cell anew.
        self.viewport().update()
        if index.isValid():
            self.picked.emit(self.rows_model.row(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._pick:
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.HoverMove and self._pick:
            self._hover(self.rowAt(round(event.position().y())))  # type: ignore[attr-defined]  # QHoverEvent
        elif event.type() in {QEvent.Type.HoverLeave, QEvent.Type.Leave}:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            paint.begin(painter)
            index = self.currentIndex()
            area = QRectF(self.viewport().rect())
            if index.isValid():
                top = self.rowViewportPosition(index.row())
                area = QRectF(0, top, area.width(), self.rowHeight(index.row()))
            paint.focus_ring(painter, area, Length.RADIUS_SMALL)
