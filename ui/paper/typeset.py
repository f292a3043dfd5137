"""A sheet of a paper as a text document: fonts, sizes and spaces after Nghị định 30/2020/NĐ-CP, Phụ lục I."""

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

from tongcds.i18n import _
from tongcds.papers.paper import (
    MARGINS,
    PAGE_MM,
    Align,
    Block,
    Boxes,
    Code,
    Fact,
    Facts,
    Kind,
    Letterhead,
    Lines,
    Look,
    Mark,
    Page,
    PageBreak,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Signatures,
    Table,
    Title,
)
from ui import theme
from ui.paper import marks
from ui.paper.marks import DPI, millimetres, points
from ui.paper.writing import Place, font, load_fonts, ruler

BODY: Final = 13.0
_SMALL: Final = 12.0
_NAME: Final = 14.0
_TABLE: Final = 11.5
_NOTE: Final = 10.5
_GAP: Final = 6.0
_LINE: Final = 0.5
_FIRST_LINE_MM: Final = 10.0
_RULE_SHARE: Final = 0.4
_RULE_MOST: Final = 0.16
_LEFT_HEAD: Final = 44.0
_QR_MM: Final = 23.0
_CODE_SHARE: Final = 24.0
_SIGN_MM: Final = 10.0
_DOTS_LEAST: Final = 25.0

_ALIGNED: Final = {
    Align.START: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.END: Qt.AlignmentFlag.AlignRight,
}
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter


def content_size(page: Page) -> QSizeF:
    """The room between the margins, in units of the layout."""
    width, height = PAGE_MM[page]
    return QSizeF(
        millimetres(width - MARGINS.left - MARGINS.right), millimetres(height - MARGINS.top - MARGINS.bottom)
    )


def typeset(sheet: Sheet, page: Page, *, begins: bool = True) -> QTextDocument:
    """The sheet as a document of pages as large as `content_size`; only where it begins with its heads."""
    return set_sheet(sheet, page, begins=begins).document


def set_sheet(sheet: Sheet, page: Page, *, begins: bool) -> Setter:
    """The sheet set, with what set it: `parts` asks that where pages end."""
    setter = Setter(page)
    setter.begin()
    if begins:
        if sheet.letterhead is not None:
            setter.letterhead(sheet.letterhead)
        setter.title(sheet.title)
    for block in sheet.blocks:
        setter.block(block)
    setter.end()
    setter.keep_together()
    return setter


def _merge(table: QTextTable, down: int, across: int) -> None:
    """Make one empty cell of a row; Qt keeps a paragraph of each cell that was."""
    table.mergeCells(down, 0, 1, across)
    cell = table.cellAt(down, 0)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()


class Setter:
    """Writes blocks to the end of one document."""

    def __init__(self, page: Page) -> None:
        load_fonts()
        self._ruler = ruler()
        self._size = content_size(page)
        self._break = False
        self._kept: list[QTextTable] = []
        self._table_set: QTextTable | None = None
        # Lengths of formats are taken for the screen's and scaled to the device.
        self._scale = QGuiApplication.primaryScreen().logicalDotsPerInch() / DPI
        self.document = QTextDocument()
        self.document.setUndoRedoEnabled(False)
        self.document.setDocumentMargin(0)
        self.document.setUseDesignMetrics(True)
        self.document.setDefaultFont(font(BODY))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document.setDefaultTextOption(option)
        self.document.documentLayout().setPaintDevice(self._ruler)
        marks.register(self.document)
        self.document.setPageSize(self._size)
        self._cursor = QTextCursor(self.document)
        self._fresh = True

    def begin(self) -> None:
        """Lay nothing out until `end`."""
        self._cursor.beginEditBlock()

    def end(self) -> None:
        """Let the document be laid out, once."""
        self._cursor.endEditBlock()

    # The parts of a paper

    def letterhead(self, head: Letterhead) -> None:
        """Both heads beside each other, each over its rule."""
        table = self._grid(1, [_LEFT_HEAD, 100 - _LEFT_HEAD], padding=1, below=_GAP)
        left = Place(self._scale, table.cellAt(0, 0).firstCursorPosition())
        if head.above:
            left.line(head.above.upper(), font(_SMALL), _CENTRE)
        bold = font(_SMALL, bold=True)
        for words in head.body:
            left.line(words.upper(), bold, _CENTRE)
        longest = max(self._width(words.upper(), bold) for words in head.body)
        left.rule(longest * _RULE_SHARE, most=self._size.width() * _RULE_MOST)
        if head.number:
            left.line(head.number, font(BODY), _CENTRE, before=_GAP / 2)
        right = Place(self._scale, table.cellAt(0, 1).firstCursorPosition())
        right.line(_("SOCIALIST REPUBLIC OF VIETNAM"), font(_SMALL, bold=True), _CENTRE)
        motto = _("Independence - Freedom - Happiness")
        right.line(motto, motto_look := font(BODY, bold=True), _CENTRE)
        right.rule(self._width(motto, motto_look))
        if head.place_and_day:
            right.line(head.place_and_day, font(BODY, italic=True), _CENTRE, before=_GAP / 2)

    def title(self, title: Title) -> None:
        """The name of the paper, and what it is about."""
        self._line(title.name.upper(), font(_NAME, bold=True), _CENTRE, before=2 * _GAP)
        if title.about:
            self._line(title.about, font(BODY, bold=True), _CENTRE)
        if title.note:
            self._line(title.note, font(BODY, italic=True), _CENTRE)
        self._line("", font(_GAP), _CENTRE)

    def block(self, block: Block) -> None:
        """One block of a sheet."""
        match block:
            case Paragraph():
                self._paragraph(block)
            case Table():
                self._table(block)
            case Facts():
                self._facts(block)
            case Boxes():
                self._boxes(block)
            case Lines():
                self._lines(block)
            case Code():
                self._code(block)
            case Signatures():
                self._signatures(block.places)
            case PageBreak():
                self._break = True

    def keep_together(self) -> None:
        """Move a table that must not be torn to the next page; call it when everything is written."""
        height = self._size.height()
        for table in self._kept:
            room = self.document.documentLayout().frameBoundingRect(table)
            if int(room.top() / height) != int((room.bottom() - 1) / height):
                form = table.format().toTableFormat()
                form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
                table.setFormat(form)

    def rows_on_whole_pages(self, block: Table) -> tuple[int, int]:
        """How many rows of the table that was set last end before the last page begins, and on which page.

        None does where the answer is 0.
        """
        table = self._table_set
        if table is None:
            return 0, 0
        heads = table.rows() - len(block.rows)
        layout, height = self.document.documentLayout(), self._size.height()
        # The gap under it is no part of it.
        last = int((layout.frameBoundingRect(table).bottom() - points(_GAP) - 1) / height)
        ends: list[float] = []
        for at in range(len(block.rows)):
            end = max(
                layout.blockBoundingRect(
                    table.cellAt(at + heads, across).lastCursorPosition().block()
                ).bottom()
                for across in range(table.columns())
            )
            if end > last * height:
                break
            ends.append(end)
        cut = len(ends)
        # The head of a group goes with the first row of it.
        while cut and block.rows[cut - 1].kind is Kind.GROUP:
            cut -= 1
        return cut, int((ends[cut - 1] - 1) / height) + 1 if cut else 0

    # Blocks

    def _paragraph(self, block: Paragraph) -> None:
        match block.look:
            case Look.BODY:
                place = self._line(block.words, font(BODY), Qt.AlignmentFlag.AlignJustify, before=_GAP)
                form = place.blockFormat()
                # Unlike other lengths this one is taken as it is.
                form.setTextIndent(millimetres(_FIRST_LINE_MM))
                place.setBlockFormat(form)
            case Look.PLAIN:
                self._line(block.words, font(BODY), Qt.AlignmentFlag.AlignJustify, before=_GAP)
            case Look.HEADING:
                self._line(block.words, font(BODY, bold=True), Qt.AlignmentFlag.AlignLeft, before=1.5 * _GAP)
            case Look.CENTRED:
                self._line(block.words, font(BODY), _CENTRE, before=_GAP)
            case Look.NOTE:
                small = font(_NOTE, italic=True)
                self._line(block.words, small, Qt.AlignmentFlag.AlignJustify, before=_GAP / 2)

    def _table(self, block: Table) -> None:
        heads = 2 if block.numbered else 1
        whole = sum(column.share for column in block.columns)
        shares = [100 * column.share / whole for column in block.columns]
        # The tables of a form stand between headings, and a form has to fit its page.
        gap = _GAP if block.numbered else 0
        table = self._grid(heads + len(block.rows), shares, ruled=True, heads=heads, above=gap, below=gap)
        self._table_set = table
        bold = font(_TABLE, bold=True)
        for across, column in enumerate(block.columns):
            Place(self._scale, table.cellAt(0, across).firstCursorPosition()).line(
                column.title, bold, _CENTRE
            )
            if block.numbered:
                number = Place(self._scale, table.cellAt(1, across).firstCursorPosition())
                number.line(f"({across + 1})", font(_NOTE, italic=True), _CENTRE)
        for down, row in enumerate(block.rows, heads):
            self._row(table, down, row, block)

    def _row(self, table: QTextTable, down: int, row: Row, block: Table) -> None:
        look = font(_TABLE, bold=row.kind is not Kind.PLAIN)
        if row.kind is Kind.GROUP:
            _merge(table, down, len(block.columns))
        for across, (cell, column) in enumerate(zip(row.cells, block.columns, strict=False)):
            place = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
            if isinstance(cell, Mark):
                place.line("", look, _CENTRE)
                marks.box(place.cursor, cell, _TABLE * 0.8)
                # As high as a line of words, so that a page ends under a whole row.
                place.add("\u00a0", look, keep=True)
                continue
            place.line(
                cell, look, Qt.AlignmentFlag.AlignLeft if row.kind is Kind.GROUP else _ALIGNED[column.align]
            )
        if block.least_mm:
            self._heighten(table, down, block.least_mm)

    def _heighten(self, table: QTextTable, down: int, least_mm: float) -> None:
        """Make a row of one line so high; its first cell says so for all."""
        cell = table.cellAt(down, 0)
        form = cell.format().toTableCellFormat()
        line = QFontMetricsF(font(_TABLE), self._ruler).lineSpacing()
        form.setBottomPadding(self._length(max(millimetres(least_mm) - line - points(3), points(3))))
        cell.setFormat(form)

    def _facts(self, block: Facts) -> None:
        rows: list[list[Fact]] = []
        for fact in block.entries:
            if fact.wide or not rows or len(rows[-1]) == block.across or rows[-1][0].wide:
                rows.append([fact])
            else:
                rows[-1].append(fact)
        table = self._grid(len(rows), [100 / block.across] * block.across, padding=1)
        for down, row in enumerate(rows):
            if row[0].wide:
                _merge(table, down, block.across)
            for across, fact in enumerate(row):
                place = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
                self._fact(place, fact, self._size.width() / (1 if fact.wide else block.across))

    def _fact(self, place: Place, fact: Fact, room: float) -> None:
        label = f"{fact.label}: "
        place.line(label, font(BODY), Qt.AlignmentFlag.AlignLeft)
        if fact.value:
            place.add(fact.value, font(BODY, bold=True))
        else:
            rest = room - self._width(label, font(BODY)) - points(10)
            marks.dots(place.cursor, max(rest, millimetres(_DOTS_LEAST)))

    def _boxes(self, block: Boxes) -> None:
        cursor = self._line(
            f"{block.label}:" if block.label else "", font(BODY), Qt.AlignmentFlag.AlignLeft, before=_GAP / 2
        )
        for at, choice in enumerate(block.choices):
            Place(self._scale, cursor).add("   " if at or block.label else "", font(BODY))
            marks.box(cursor, choice.mark, BODY * 0.8)
            # No break between a box and the first of its words.
            Place(self._scale, cursor).add(f"\u00a0{choice.words}", font(BODY), keep=True)

    def _lines(self, block: Lines) -> None:
        label = f"{block.label}: " if block.label else ""
        cursor = self._line(label, font(BODY), Qt.AlignmentFlag.AlignLeft, before=_GAP)
        used = self._width(label, font(BODY)) if label else 0
        full = self._size.width() - points(2)
        marks.dots(cursor, max(full - used, millimetres(_DOTS_LEAST)))
        for _more in range(block.count - 1):
            marks.dots(self._line("", font(BODY), Qt.AlignmentFlag.AlignLeft, before=_GAP), full)

    def _code(self, block: Code) -> None:
        table = self._grid(1, [100 - _CODE_SHARE, _CODE_SHARE], padding=1)
        words = Place(self._scale, table.cellAt(0, 0).firstCursorPosition())
        words.line(block.words, font(_NOTE, italic=True), Qt.AlignmentFlag.AlignLeft)
        for fact in block.entries:
            self._fact(words, fact, self._size.width() * (100 - _CODE_SHARE) / 100)
        code = Place(self._scale, table.cellAt(0, 1).firstCursorPosition())
        code.line("", font(_NOTE), _CENTRE)
        marks.qr(code.cursor, block.payload, millimetres(_QR_MM))
        code.line(block.typed, font(_NOTE, bold=True), _CENTRE)
        self._kept.append(table)

    def _signatures(self, places: Sequence[Signature]) -> None:
        table = self._grid(1, [100 / len(places)] * len(places), padding=1, above=_GAP / 2)
        for across, place in enumerate(places):
            at = Place(self._scale, table.cellAt(0, across).firstCursorPosition())
            if any(one.day for one in places):
                at.line(place.day, font(BODY, italic=True), _CENTRE)
            at.line(place.role.upper(), font(BODY, bold=True), _CENTRE)
            at.line(place.note, font(_SMALL, italic=True), _CENTRE)
            at.line("", font(BODY), _CENTRE)
            marks.strut(at.cursor, millimetres(_SIGN_MM))
            if place.name:
                at.line(place.name, font(BODY, bold=True), _CENTRE)
        self._kept.append(table)

    # Setting

    def _length(self, units: float) -> float:
        """Units of the layout as a format's length."""
        return units * self._scale

    def _width(self, words: str, look: QFont) -> float:
        return QFontMetricsF(look, self._ruler).horizontalAdvance(words)

    def _line(self, words: str, look: QFont, aligned: Qt.AlignmentFlag, *, before: float = 0) -> QTextCursor:
        """A paragraph at the end of the document; answers a cursor at its end."""
        self._cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._fresh:
            self._cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
        self._fresh = False
        place = Place(self._scale, self._cursor, started=False)
        place.line(words, look, aligned, before=before)
        if self._break:
            form = self._cursor.blockFormat()
            form.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            self._cursor.setBlockFormat(form)
            self._break = False
        return self._cursor

    def _grid(
        self,
        rows: int,
        shares: Sequence[float],
        *,
        ruled: bool = False,
        heads: int = 0,
        padding: float = 3,
        above: float = 0,
        below: float = 0,
    ) -> QTextTable:
        """A table over the whole width at the end of the document.

        Qt leaves out the room above a paragraph that comes after a table, so the table brings it along.
        """
        form = QTextTableFormat()
        form.setTopMargin(self._length(points(above)))
        form.setBottomMargin(self._length(points(below)))
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setColumnWidthConstraints(
            [QTextLength(QTextLength.Type.PercentageLength, share) for share in shares]
        )
        form.setCellPadding(self._length(points(padding)))
        form.setCellSpacing(0)
        form.setHeaderRowCount(heads)
        form.setBorder(self._length(points(_LINE)) if ruled else 0)
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

    def _rule_cells(self, table: QTextTable) -> None:
        cell = QTextTableCellFormat()
        cell.setBorder(self._length(points(_LINE)))
        cell.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        cell.setBorderBrush(theme.PAPER_INK)
        for down in range(table.rows()):
            for across in range(table.columns()):
                table.cellAt(down, across).setFormat(cell)
