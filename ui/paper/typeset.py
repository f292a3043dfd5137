"""A sheet of a paper as a text document: fonts, sizes and spaces after Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextDocument, QTextTable

from tongcds.i18n import _
from tongcds.papers.official import (
    FIRST_LINE_MM,
    GAP,
    NAME_SIZE,
    RECEIVERS,
    RULE_SHARE,
    STYLES,
    Element,
    cell_elements,
)
from tongcds.papers.paper import (
    Align,
    Block,
    Boxes,
    Cards,
    Chart,
    Closing,
    Code,
    Fact,
    Facts,
    Filled,
    Kind,
    Letterhead,
    Lines,
    Look,
    Mark,
    Number,
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
from ui.paper import marks
from ui.paper.canvas import Canvas, merge
from ui.paper.marks import millimetres, points
from ui.paper.writing import Place, font

BODY: Final = STYLES[Element.BODY].size
_TABLE: Final = STYLES[Element.TABLE].size
_NOTE: Final = STYLES[Element.NOTE].size
_LEFT_HEAD: Final = 44.0
_RULE_MOST: Final = 0.16
_QR_MM: Final = 23.0
_CODE_SHARE: Final = 24.0
_CARD_CODE: Final = 17.0
_SIGN_MM: Final = 10.0
_DOTS_LEAST: Final = 25.0
_PADDING: Final = 3.0
_NARROW_PADDING: Final = 1.2
"""Beside and above the words of a cell, in points."""

_ALIGNED: Final = {
    Align.START: Qt.AlignmentFlag.AlignLeft,
    Align.CENTRE: Qt.AlignmentFlag.AlignHCenter,
    Align.END: Qt.AlignmentFlag.AlignRight,
}
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter
_LOOKS: Final = {
    Look.BODY: (Element.BODY, 1.0),
    Look.PLAIN: (Element.PLAIN, 1.0),
    Look.HEADING: (Element.HEADING, 1.5),
    Look.CENTRED: (Element.CENTRED, 1.0),
    Look.NOTE: (Element.NOTE, 0.5),
}
"""What each paragraph is set as, and how much of a gap stands before it."""


def official(element: Element) -> QFont:
    """The font of a part of a paper."""
    style = STYLES[element]
    return font(style.size, bold=style.bold, italic=style.italic)


def _placed(element: Element) -> Qt.AlignmentFlag:
    style = STYLES[element]
    return Qt.AlignmentFlag.AlignJustify if style.justified else _ALIGNED[style.align]


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


class Setter:
    """Writes blocks to the end of one document."""

    def __init__(self, page: Page) -> None:
        self._on = Canvas(page)
        self._scale, self._size, self._ruler = self._on.scale, self._on.size, self._on.ruler
        self._kept: list[QTextTable] = []
        self._table_set: QTextTable | None = None
        self._set_as = (Element.TABLE_TITLE, Element.TABLE)

    @property
    def document(self) -> QTextDocument:
        """What was set."""
        return self._on.document

    def begin(self) -> None:
        """Lay nothing out until `end`."""
        self._on.begin()

    def end(self) -> None:
        """Let the document be laid out, once."""
        self._on.end()

    # The parts of a paper

    def letterhead(self, head: Letterhead) -> None:
        """Both heads beside each other, each over its rule."""
        table = self._on.grid(1, [_LEFT_HEAD, 100 - _LEFT_HEAD], below=GAP)
        left = Place(self._scale, table.cellAt(0, 0).firstCursorPosition())
        if head.above:
            left.line(head.above.upper(), official(Element.ABOVE), _CENTRE)
        bold = official(Element.OFFICE)
        for words in head.body:
            left.line(words.upper(), bold, _CENTRE)
        longest = max(self._on.width(words.upper(), bold) for words in head.body)
        left.rule(longest * RULE_SHARE, most=self._size.width() * _RULE_MOST)
        if head.number:
            left.line(head.number, official(Element.NUMBER), _CENTRE, before=GAP / 2)
        right = Place(self._scale, table.cellAt(0, 1).firstCursorPosition())
        right.line(_("SOCIALIST REPUBLIC OF VIETNAM"), official(Element.COUNTRY), _CENTRE)
        motto = _("Independence - Freedom - Happiness")
        right.line(motto, motto_look := official(Element.MOTTO), _CENTRE)
        right.rule(self._on.width(motto, motto_look))
        if head.place_and_day:
            right.line(head.place_and_day, official(Element.PLACE_AND_DAY), _CENTRE, before=GAP / 2)

    def title(self, title: Title) -> None:
        """The name of the paper, and what it is about; under an official one a rule."""
        before = 2 * GAP
        if title.annex:
            self._on.line(title.annex, official(Element.ANNEX), _CENTRE, before=before)
            before = 0.0
        self._on.line(title.name.upper(), official(Element.KIND), _CENTRE, before=before)
        if title.about:
            self._on.line(title.about, look := official(Element.ABOUT), _CENTRE)
            if title.ruled:
                rule = self._on.line("", font(4), _CENTRE, before=2)
                marks.rule(rule, min(self._on.width(title.about, look), self._size.width()) * RULE_SHARE)
        if title.note:
            self._on.line(title.note, official(Element.PERIOD), _CENTRE)
        self._on.line("", font(GAP), _CENTRE)

    def block(self, block: Block) -> None:
        """One block of a sheet."""
        match block:
            case Paragraph():
                self._paragraph(block)
            case Table():
                self._table(block)
            case Signatures():
                self._signatures(block.places)
            case Closing():
                self._closing(block)
            case PageBreak():
                self._on.break_page()
            case Chart():
                pass  # a spreadsheet draws it
            case _:
                self._to_fill_in(block)

    def _to_fill_in(self, block: Filled) -> None:
        match block:
            case Facts():
                self._facts(block)
            case Boxes():
                self._boxes(block)
            case Lines():
                self._lines(block)
            case Code():
                self._code(block)
            case Cards():
                self._cards(block)

    def keep_together(self) -> None:
        """Move a table that must not be torn to the next page; call it when everything is written."""
        height = self._size.height()
        for table in self._kept:
            room = self.document.documentLayout().frameBoundingRect(table)
            if int(room.top() / height) != int((room.bottom() - 1) / height):
                self._on.on_next_page(table)

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
        last = int((layout.frameBoundingRect(table).bottom() - points(GAP) - 1) / height)
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
        element, before = _LOOKS[block.look]
        look = official(element)
        cursor = self._on.line("", look, _placed(element), before=before * GAP)
        if block.look is Look.BODY:
            form = cursor.blockFormat()
            # Unlike other lengths this one is taken as it is.
            form.setTextIndent(millimetres(FIRST_LINE_MM))
            cursor.setBlockFormat(form)
        place = Place(self._scale, cursor)
        for part in (block.words,) if isinstance(block.words, str) else block.words:
            if isinstance(part, Number):
                place.add(part.words, look, keep=False, behind=part.behind)
            else:
                place.add(part, look)

    def _table(self, block: Table) -> None:
        heads = block.heads
        whole = sum(column.share for column in block.columns)
        shares = [100 * column.share / whole for column in block.columns]
        # The tables of a form stand between headings, and a form has to fit its page.
        gap = GAP if block.numbered else 0
        self._set_as = cell_elements(block)
        padding = _NARROW_PADDING if self._set_as[1] is Element.NARROW else _PADDING
        table = self._on.grid(
            heads + len(block.rows), shares, ruled=True, heads=heads, padding=padding, above=gap, below=gap
        )
        self._table_set = table
        self._titles(table, block)
        if block.numbered:
            small = font(min(_NOTE, STYLES[self._set_as[1]].size), italic=True)
            for across in range(len(block.columns)):
                number = Place(self._scale, table.cellAt(heads - 1, across).firstCursorPosition())
                number.line(f"({across + 1})", small, _CENTRE)
        for down, row in enumerate(block.rows, heads):
            self._row(table, down, row, block)

    def _titles(self, table: QTextTable, block: Table) -> None:
        """Titles of columns; those of a group under one title."""
        grouped = any(column.group for column in block.columns)
        for group, members in groupby(enumerate(block.columns), key=lambda one: one[1].group):
            columns = list(members)
            first = columns[0][0]
            if group:
                merge(table, 0, first, len(columns))
                self._title_at(table, 0, first, group)
            for across, column in columns:
                if grouped and not group:
                    merge(table, 0, across, 1, 2)
                self._title_at(table, 1 if group else 0, across, column.title)

    def _title_at(self, table: QTextTable, down: int, across: int, words: str) -> None:
        place = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
        place.line(words, official(self._set_as[0]), _CENTRE)

    def _row(self, table: QTextTable, down: int, row: Row, block: Table) -> None:
        look = font(STYLES[self._set_as[1]].size, bold=row.kind is not Kind.PLAIN)
        if row.kind is Kind.GROUP:
            merge(table, down, 0, len(block.columns))
        for across, (cell, column) in enumerate(zip(row.cells, block.columns, strict=False)):
            place = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
            if isinstance(cell, Mark):
                place.line("", look, _CENTRE)
                marks.box(place.cursor, cell, _TABLE * 0.8)
                # As high as a line of words, so that a page ends under a whole row.
                place.add("\u00a0", look, keep=True)
                continue
            words, behind = (cell.words, cell.behind) if isinstance(cell, Number) else (cell, None)
            start = row.kind is Kind.GROUP
            place.line("", look, Qt.AlignmentFlag.AlignLeft if start else _ALIGNED[column.align])
            if words:
                place.add(words, look, behind=behind)
        if block.least_mm:
            self._heighten(table, down, block.least_mm)

    def _heighten(self, table: QTextTable, down: int, least_mm: float) -> None:
        """Make a row of one line so high; its first cell says so for all."""
        cell = table.cellAt(down, 0)
        form = cell.format().toTableCellFormat()
        line = QFontMetricsF(font(_TABLE), self._ruler).lineSpacing()
        form.setBottomPadding(self._on.length(max(millimetres(least_mm) - line - points(3), points(3))))
        cell.setFormat(form)

    def _facts(self, block: Facts) -> None:
        rows: list[list[Fact]] = []
        for fact in block.entries:
            if fact.wide or not rows or len(rows[-1]) == block.across or rows[-1][0].wide:
                rows.append([fact])
            else:
                rows[-1].append(fact)
        table = self._on.grid(len(rows), [100 / block.across] * block.across)
        for down, row in enumerate(rows):
            if row[0].wide:
                merge(table, down, 0, block.across)
            for across, fact in enumerate(row):
                place = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
                self._fact(place, fact, self._size.width() / (1 if fact.wide else block.across))

    def _fact(self, place: Place, fact: Fact, room: float) -> None:
        label = f"{fact.label}: "
        place.line(label, font(BODY), Qt.AlignmentFlag.AlignLeft)
        if fact.value:
            place.add(fact.value, font(BODY, bold=True))
        else:
            rest = room - self._on.width(label, font(BODY)) - points(10)
            marks.dots(place.cursor, max(rest, millimetres(_DOTS_LEAST)))

    def _boxes(self, block: Boxes) -> None:
        cursor = self._on.line(
            f"{block.label}:" if block.label else "", font(BODY), Qt.AlignmentFlag.AlignLeft, before=GAP / 2
        )
        for at, choice in enumerate(block.choices):
            Place(self._scale, cursor).add("   " if at or block.label else "", font(BODY))
            marks.box(cursor, choice.mark, BODY * 0.8)
            # No break between a box and the first of its words.
            Place(self._scale, cursor).add(f"\u00a0{choice.words}", font(BODY), keep=True)

    def _lines(self, block: Lines) -> None:
        label = f"{block.label}: " if block.label else ""
        cursor = self._on.line(label, font(BODY), Qt.AlignmentFlag.AlignLeft, before=GAP)
        used = self._on.width(label, font(BODY)) if label else 0
        full = self._size.width() - points(2)
        marks.dots(cursor, max(full - used, millimetres(_DOTS_LEAST)))
        for _more in range(block.count - 1):
            marks.dots(self._on.line("", font(BODY), Qt.AlignmentFlag.AlignLeft, before=GAP), full)

    def _code(self, block: Code) -> None:
        table = self._on.grid(1, [100 - _CODE_SHARE, _CODE_SHARE])
        words = Place(self._scale, table.cellAt(0, 0).firstCursorPosition())
        words.line(block.words, font(_NOTE, italic=True), Qt.AlignmentFlag.AlignLeft)
        for fact in block.entries:
            self._fact(words, fact, self._size.width() * (100 - _CODE_SHARE) / 100)
        code = Place(self._scale, table.cellAt(0, 1).firstCursorPosition())
        code.line("", font(_NOTE), _CENTRE)
        marks.qr(code.cursor, block.payload, millimetres(_QR_MM))
        code.line(block.typed, font(_NOTE, bold=True), _CENTRE)
        self._kept.append(table)

    def _cards(self, block: Cards) -> None:
        shares = [_CARD_CODE, 100 / block.across - _CARD_CODE] * block.across
        table = self._on.grid(-(-len(block.cards) // block.across), shares, above=2 * GAP)
        start = Qt.AlignmentFlag.AlignLeft
        above = self._on.length(millimetres((block.high_mm - _QR_MM) / 2))
        for at, one in enumerate(block.cards):
            down, across = at // block.across, 2 * (at % block.across)
            self._on.cut_out(table, down, across, above)
            code = Place(self._scale, table.cellAt(down, across).firstCursorPosition())
            code.line("", font(1), _CENTRE)
            marks.qr(code.cursor, one.payload, millimetres(_QR_MM))
            words = Place(self._scale, table.cellAt(down, across + 1).firstCursorPosition())
            words.line(one.above, font(_NOTE, italic=True), start)
            words.line(one.name, font(NAME_SIZE, bold=True), start, before=GAP / 2)
            for line in one.lines:
                words.line(line, font(BODY), start, before=GAP / 2)

    def _signatures(self, places: Sequence[Signature]) -> None:
        table = self._on.grid(1, [100 / len(places)] * len(places), above=GAP / 2)
        authority, day = any(one.authority for one in places), any(one.day for one in places)
        for across, place in enumerate(places):
            at = Place(self._scale, table.cellAt(0, across).firstCursorPosition())
            self._sign(at, place, authority=authority, day=day)
        self._kept.append(table)

    def _sign(self, at: Place, place: Signature, *, authority: bool, day: bool) -> None:
        if day:
            at.line(place.day, official(Element.PLACE_AND_DAY), _CENTRE)
        if authority:
            at.line(place.authority.upper(), official(Element.SIGNER), _CENTRE)
        at.line(place.role.upper(), official(Element.SIGNER), _CENTRE)
        at.line(place.note, official(Element.SIGN_NOTE), _CENTRE)
        at.line("", font(BODY), _CENTRE)
        marks.strut(at.cursor, millimetres(_SIGN_MM))
        if place.name:
            at.line(place.name, official(Element.SIGNER_NAME), _CENTRE)

    def _closing(self, block: Closing) -> None:
        table = self._on.grid(1, [50, 50], above=2 * GAP)
        left = Place(self._scale, table.cellAt(0, 0).firstCursorPosition())
        if block.receivers:
            left.line(f"{RECEIVERS}:", official(Element.RECEIVERS_TITLE), Qt.AlignmentFlag.AlignLeft)
            for words in block.receivers:
                left.line(f"- {words}", official(Element.RECEIVERS), Qt.AlignmentFlag.AlignLeft)
        right = Place(self._scale, table.cellAt(0, 1).firstCursorPosition())
        self._sign(right, block.place, authority=bool(block.place.authority), day=False)
        self._kept.append(table)
