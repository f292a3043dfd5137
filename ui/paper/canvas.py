"""One document that grows at its end: lines, and tables with rules or without; `typeset` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableCellFormat,
    QTextTableFormat,
)

from tongcds.papers.official import STYLES, Element
from tongcds.papers.paper import MARGINS, PAGE_MM, Page
from ui import theme
from ui.paper import marks
from ui.paper.marks import DPI, millimetres, points
from ui.paper.writing import Place, font, load_fonts, ruler

RULE: Final = 0.5
"""How thick the lines of a table are, in points."""

_BESIDE: Final = 5.0


def content_size(page: Page) -> QSizeF:
    """The room between the margins, in units of the layout."""
    width, height = PAGE_MM[page]
    return QSizeF(
        millimetres(width - MARGINS.left - MARGINS.right), millimetres(height - MARGINS.top - MARGINS.bottom)
    )


def merge(table: QTextTable, down: int, first: int, across: int, deep: int = 1) -> None:
    """Make one empty cell of several; Qt keeps a paragraph of each cell that was."""
    table.mergeCells(down, first, deep, across)
    cell = table.cellAt(down, first)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()


class Canvas:
    """Writes to the end of a document of pages as large as `content_size`."""

    def __init__(self, page: Page) -> None:
        load_fonts()
        self.ruler = ruler()
        self.size = content_size(page)
        self._break = False
        # Lengths of formats are taken for the screen's and scaled to the device.
        self.scale = QGuiApplication.primaryScreen().logicalDotsPerInch() / DPI
        self.document = QTextDocument()
        self.document.setUndoRedoEnabled(False)
        self.document.setDocumentMargin(0)
        self.document.setUseDesignMetrics(True)
        self.document.setDefaultFont(font(STYLES[Element.BODY].size))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document.setDefaultTextOption(option)
        self.document.documentLayout().setPaintDevice(self.ruler)
        marks.register(self.document)
        self.document.setPageSize(self.size)
        self._cursor = QTextCursor(self.document)
        self._fresh = True

    def begin(self) -> None:
        """Lay nothing out until `end`."""
        self._cursor.beginEditBlock()

    def end(self) -> None:
        """Let the document be laid out, once."""
        self._cursor.endEditBlock()

    def break_page(self) -> None:
        """Begin a page with what comes next."""
        self._break = True

    def on_next_page(self, table: QTextTable) -> None:
        """Begin a page with a table that was set."""
        form = table.format().toTableFormat()
        form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        table.setFormat(form)

    def length(self, units: float) -> float:
        """Units of the layout as a format's length."""
        return units * self.scale

    def width(self, words: str, look: QFont) -> float:
        """How wide words are, in units of the layout."""
        return QFontMetricsF(look, self.ruler).horizontalAdvance(words)

    def line(self, words: str, look: QFont, aligned: Qt.AlignmentFlag, *, before: float = 0) -> QTextCursor:
        """A paragraph at the end of the document; answers a cursor at its end."""
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._fresh:
            self._cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        self._fresh = False
        place = Place(self.scale, self._cursor, started=False)
        place.line(words, look, aligned, before=before)
        if self._break:
            form = self._cursor.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            self._cursor.setBlockFormat(form)
            self._break = False
        return self._cursor

    def grid(
        self,
        rows: int,
        shares: Sequence[float],
        *,
        ruled: bool = False,
        heads: int = 0,
        padding: float = 1,
        above: float = 0,
        below: float = 0,
    ) -> QTextTable:
        """A table over the whole width at the end of the document.

        Qt leaves out the room above a paragraph that comes after a table, so the table brings it along.
        """
        form = QTextTableFormat()
        form.setTopMargin(self.length(points(above)))
        form.setBottomMargin(self.length(points(below)))
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setColumnWidthConstraints(
            [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]
        )
        form.setCellPadding(self.length(points(padding)))
        form.setCellSpacing(0)
        form.setHeaderRowCount(heads)
        form.setBorder(self.length(points(RULE)) if ruled else 0)
        if ruled:
            form.setBorderCollapse(True)
            form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            form.setBorderBrush(theme.PAPER_INK)
        if self._break:
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            self._break = False
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        table = self._cursor.insertTable(rows, len(shares), form)
        if ruled:
            self._rule_cells(table)
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        # The paragraph that Qt puts after a table is the next one of ours.
        self._fresh = True
        return table

    def cut_out(self, table: QTextTable, down: int, across: int, above: float) -> None:
        """Dash the edges around two cells beside each other; the left has room over and under."""
        thin, beside = self.length(points(RULE)), self.length(points(_BESIDE))
        dashed = QTextFrameFormat.BorderStyle.BorderStyle_Dashed
        for left in (True, False):
            form = QTextTableCellFormat()
            form.setBorderBrush(theme.PAPER_INK)
            form.setTopBorder(thin)
            form.setTopBorderStyle(dashed)
            form.setBottomBorder(thin)
            form.setBottomBorderStyle(dashed)
            # An edge that is not mentioned is drawn thick.
            form.setLeftBorder(thin if left else 0)
            form.setLeftBorderStyle(dashed if left else QTextFrameFormat.BorderStyle.BorderStyle_None)
            form.setRightBorder(0 if left else thin)
            form.setRightBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None if left else dashed)
            form.setLeftPadding(beside)
            form.setRightPadding(0 if left else beside)
            if left:
                form.setTopPadding(above)
                form.setBottomPadding(above)
            form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
            table.cellAt(down, across if left else across + 1).setFormat(form)

    def _rule_cells(self, table: QTextTable) -> None:
        cell = QTextTableCellFormat()
        cell.setBorder(self.length(points(RULE)))
        cell.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        cell.setBorderBrush(theme.PAPER_INK)
        for down in range(table.rows()):
            for across in range(table.columns()):
                table.cellAt(down, across).setFormat(cell)
