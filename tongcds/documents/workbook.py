"""A paper as a workbook: a sheet for each of its own, numbers as numbers, everything else as text.

Names that look like formulas stay text, because only strings and numbers are ever written.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tongcds.domain.text import clean
from tongcds.i18n import _
from tongcds.papers.official import FONT, RECEIVERS, STYLES, Element
from tongcds.papers.paper import (
    MARGINS,
    Align,
    Block,
    Boxes,
    Cards,
    Cell,
    Chart,
    Closing,
    Code,
    Fact,
    Facts,
    Filled,
    Kind,
    Lines,
    Look,
    Mark,
    Number,
    Page,
    PageBreak,
    Paper,
    Paragraph,
    Sheet,
    Signature,
    Signatures,
    Table,
    Unit,
    said,
)

_A4: Final = 9
_MM_PER_INCH: Final = 25.4
_CHARACTERS: Final = {Page.PORTRAIT: 84.0, Page.LANDSCAPE: 128.0}
"""How many characters of the body's size stand beside each other between the margins."""

_COLUMNS_WITHOUT_TABLE: Final = 8
_LONGEST_NAME: Final = 31
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_MARKS: Final = {Mark.OPEN: "", Mark.YES: "x", Mark.NO: "–"}
# 42A is Vietnamese: a dot between thousands, a comma before decimals, whatever the computer is set to.
_FORMATS: Final = {
    Unit.COUNT: "[$-42A]#,##0",
    Unit.DECIMAL: "[$-42A]#,##0.0",
    Unit.SHARE: "[$-42A]0.0%",
    Unit.DONG: "[$-42A]#,##0",
}
_ALIGNED: Final = {Align.START: "left", Align.CENTRE: "center", Align.END: "right"}
_LOOKS: Final = {
    Look.BODY: Element.BODY, Look.PLAIN: Element.PLAIN, Look.HEADING: Element.HEADING,
    Look.CENTRED: Element.CENTRED, Look.NOTE: Element.NOTE,
}  # fmt: skip
_LINE: Final = 1.3
_NARROWEST: Final = 6.5
_LEFT_SHARE: Final = 0.44
_SIGN_ROWS: Final = 3


def xlsx(paper: Paper) -> bytes:
    """The paper as the content of a workbook."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(content, options)
    book.set_properties({"title": clean(paper.stem), "company": "", "comments": ""})
    formats = _Formats(book)
    taken: set[str] = set()
    for sheet in paper.sheets:
        _Writer(book, formats, sheet, paper.page, taken).write()
    book.close()
    return content.getvalue()


class _FirstPageApart(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose first page has no number; the library has no word for it."""

    def _xml_start_tag(self, tag: str, attributes: Any = ()) -> None:  # noqa: ANN401 - as the library has it
        if tag == "headerFooter":
            attributes = [("differentFirst", 1), *attributes]
        super()._xml_start_tag(tag, attributes)


class _Formats:
    """Formats of cells; a workbook keeps each once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[object, ...], Any] = {}

    def of(
        self,
        element: Element,
        *,
        align: Align | None = None,
        ruled: bool = False,
        bold: bool = False,
        number: Unit | None = None,
    ) -> Any:  # noqa: ANN401 - the library's own
        key = (element, align, ruled, bold, number)
        if key not in self._made:
            style = STYLES[element]
            placed = align or style.align
            look: dict[str, object] = {
                "font_name": FONT, "font_size": style.size, "bold": style.bold or bold,
                "italic": style.italic, "align": _ALIGNED[placed], "valign": "vcenter", "text_wrap": True,
            }  # fmt: skip
            if ruled:
                look["border"] = 1
            look["num_format"] = "@" if number is None else _FORMATS[number]
            self._made[key] = self._book.add_format(look)
        return self._made[key]


_UNDER_CHART: Final = 24
"""Rows that a chart takes, with an empty one."""


class _Writer:
    """Writes one sheet from its top to its end."""

    def __init__(self, book: Workbook, formats: _Formats, sheet: Sheet, page: Page, taken: set[str]) -> None:
        self._book, self._formats, self._sheet, self._page, self._taken = book, formats, sheet, page, taken
        # Any: the library's types call it optional.
        self._on: Any = book.add_worksheet(_tab(sheet.name, taken), worksheet_class=_FirstPageApart)
        tables = [block for block in sheet.blocks if isinstance(block, Table)]
        widest = max(tables, key=lambda one: len(one.columns), default=None)
        shares = [one.share for one in widest.columns] if widest else [1.0] * _COLUMNS_WITHOUT_TABLE
        # A number that does not fit shows as ####; what is wider than the page is printed smaller.
        self._widths = [max(_NARROWEST, _CHARACTERS[page] * share / sum(shares)) for share in shares]
        self._last = max(1, len(shares) - 1)
        self._row = 0
        self._frozen = False
        self._charts: list[Chart] = []

    def write(self) -> None:
        """Heads, title, blocks, and how it is printed."""
        for at, width in enumerate(self._widths):
            self._on.set_column(at, at, width)
        self._heads()
        self._title()
        for block in self._sheet.blocks:
            self._block(block)
        self._print()
        for chart in self._charts:
            self._chart(chart)

    def _print(self) -> None:
        on = self._on
        on.set_paper(_A4)
        if self._page is Page.LANDSCAPE:
            on.set_landscape()
        inches = {side: getattr(MARGINS, side) / _MM_PER_INCH for side in ("left", "right", "top", "bottom")}
        on.set_margins(**inches)
        size = STYLES[Element.PAGE_NUMBER].size
        on.set_header(f'&C&"{FONT},Regular"&{size:.0f}&P', {"margin": MARGINS.top / 2 / _MM_PER_INCH})
        on.fit_to_pages(1, 0)
        on.print_area(0, 0, max(0, self._row - 1), self._last)

    # Parts of a paper

    def _heads(self) -> None:
        head = self._sheet.letterhead
        if head is None:
            return
        left_span, right_span = self._spans((_LEFT_SHARE, 1 - _LEFT_SHARE))
        lines = [(head.above.upper(), Element.ABOVE)] if head.above else []
        lines += [(words.upper(), Element.OFFICE) for words in head.body]
        right = [
            (_("SOCIALIST REPUBLIC OF VIETNAM"), Element.COUNTRY),
            (_("Independence - Freedom - Happiness"), Element.MOTTO),
        ]
        if head.number:
            lines.append((head.number, Element.NUMBER))
        while head.place_and_day and len(right) < len(lines) - bool(head.number):
            right.append(("", Element.MOTTO))
        if head.place_and_day:
            right.append((head.place_and_day, Element.PLACE_AND_DAY))
        for at in range(max(len(lines), len(right))):
            high = 0.0
            for side, (first, last) in ((lines, left_span), (right, right_span)):
                if at < len(side):
                    high = max(high, self._height(*side[at], first, last))
                    self._across(side[at][0], self._formats.of(side[at][1]), first, last)
            self._on.set_row(self._row, high)
            self._row += 1
        self._row += 1

    def _height(self, words: str, element: Element, first: int, last: int) -> float:
        """How high words stand in these columns, in points."""
        style = STYLES[element]
        room = sum(self._widths[first : last + 1]) * STYLES[Element.BODY].size / style.size
        wide = 1.25 if words.isupper() else 1.0
        return max(1, -(-int(len(words) * wide) // max(1, int(room * 1.05)))) * style.size * _LINE

    def _spans(self, shares: Sequence[float]) -> list[tuple[int, int]]:
        """Columns beside each other that come nearest to these shares of the width."""
        edges = [0.0]
        for width in self._widths:
            edges.append(edges[-1] + width)
        spans, first, wanted = [], 0, 0.0
        for at, share in enumerate(shares):
            wanted += share * edges[-1]
            least, most = first + 1, len(self._widths) - (len(shares) - 1 - at)
            after = min(range(least, most + 1), key=lambda edge: abs(edges[edge] - wanted))
            spans.append((first, after - 1))
            first = after
        return spans

    def _title(self) -> None:
        title = self._sheet.title
        for words, element in (
            (title.annex, Element.ANNEX), (title.name.upper(), Element.KIND), (title.about, Element.ABOUT),
            (title.note, Element.PERIOD),
        ):  # fmt: skip
            if words:
                self._line(words, element)
        self._row += 1

    def _block(self, block: Block) -> None:
        match block:
            case Paragraph():
                self._line(said(block.words), _LOOKS[block.look])
            case Table():
                self._table(block)
            case Signatures():
                self._signatures(block.places)
            case Closing():
                self._closing(block)
            case Chart():
                self._charts.append(block)
            case PageBreak():
                self._on.set_h_pagebreaks([self._row])
            case _:
                self._to_fill_in(block)

    def _to_fill_in(self, block: Filled) -> None:
        match block:
            case Facts():
                self._facts(block.entries)
            case Boxes():
                choices = ", ".join(f"{one.words} [{_MARKS[one.mark] or ' '}]" for one in block.choices)
                self._line(f"{block.label}: {choices}", Element.PLAIN)
            case Lines():
                self._line(f"{block.label}: …", Element.PLAIN)
            case Code():
                self._facts(block.entries)
                self._line(block.typed, Element.NOTE)
            case Cards():
                for card in block.cards:
                    self._line(", ".join((card.name, *card.lines)), Element.PLAIN)

    def _facts(self, entries: Iterable[Fact]) -> None:
        for fact in entries:
            self._line(f"{fact.label}: {fact.value or '…'}", Element.PLAIN)

    def _line(self, words: str, element: Element) -> None:
        """Words over the whole width, as high as they need."""
        self._on.set_row(self._row, self._height(words, element, 0, self._last))
        self._across(words, self._formats.of(element), 0, self._last)
        self._row += 1

    def _across(self, words: str, look: Any, first: int, last: int) -> None:  # noqa: ANN401
        self._on.write_string(self._row, first, clean(words), look)
        if last > first:
            self._on.merge_range(self._row, first, self._row, last, "", look)
            self._on.write_string(self._row, first, clean(words), look)

    def _table(self, block: Table) -> None:
        begins = self._row
        self._titles(block)
        if block.numbered:
            look = self._formats.of(Element.TABLE, align=Align.CENTRE, ruled=True)
            for at in range(len(block.columns)):
                self._on.write_string(self._row, at, f"({at + 1})", look)
            self._row += 1
        if not self._frozen:
            self._frozen = True
            self._on.freeze_panes(self._row, 0)
            self._on.repeat_rows(begins, self._row - 1)
        for row in block.rows:
            bold = row.kind is not Kind.PLAIN
            if row.kind is Kind.GROUP:
                look = self._formats.of(Element.TABLE, ruled=True, bold=True)
                self._across(_words(row.cells[0]), look, 0, len(block.columns) - 1)
                self._on.set_row(self._row, STYLES[Element.TABLE].size * _LINE)
            else:
                for at, (cell, column) in enumerate(zip(row.cells, block.columns, strict=False)):
                    self._cell(at, cell, column.align, bold=bold)
                self._make_high([_words(cell) for cell in row.cells], Element.TABLE)
            self._row += 1
        self._row += 1

    def _make_high(self, words: Sequence[str], element: Element) -> None:
        """Give the row room for words that do not stand in one line: not every program sees to that."""
        size = STYLES[element].size
        lines = 1
        for at, one in enumerate(words):
            room = max(1, int(self._widths[at] * STYLES[Element.BODY].size / size))
            if len(one) > room:
                lines = max(lines, len(textwrap.wrap(one, room)))
        if lines > 1:
            self._on.set_row(self._row, lines * size * _LINE)

    def _titles(self, block: Table) -> None:
        look = self._formats.of(Element.TABLE_TITLE, ruled=True)
        grouped = any(column.group for column in block.columns)
        at = 0
        for group, members in groupby(block.columns, key=lambda one: one.group):
            inside = list(members)
            if group:
                self._across(group, look, at, at + len(inside) - 1)
            for column in inside:
                if grouped and not group:
                    self._on.merge_range(self._row, at, self._row + 1, at, "", look)
                self._on.write_string(self._row + bool(group), at, clean(column.title), look)
                at += 1
        if not grouped:
            self._make_high([column.title for column in block.columns], Element.TABLE_TITLE)
        self._row += 2 if grouped else 1

    def _cell(self, at: int, cell: Cell, align: Align, *, bold: bool) -> None:
        if isinstance(cell, Number):
            look = self._formats.of(Element.TABLE, align=Align.END, ruled=True, bold=bold, number=cell.unit)
            self._on.write_number(self._row, at, cell.value, look)
            return
        look = self._formats.of(Element.TABLE, align=align, ruled=True, bold=bold)
        words = clean(_words(cell))
        if words.isdigit() and at == 0:
            number = self._formats.of(Element.TABLE, align=align, ruled=True, bold=bold, number=Unit.COUNT)
            self._on.write_number(self._row, at, int(words), number)
        else:
            self._on.write_string(self._row, at, words, look)

    def _signatures(self, places: Sequence[Signature]) -> None:
        self._row += 1
        spans = self._spans([1 / len(places)] * len(places))
        lines = (
            (Element.PLACE_AND_DAY, [one.day for one in places]),
            (Element.SIGNER, [one.authority.upper() for one in places]),
            (Element.SIGNER, [one.role.upper() for one in places]),
            (Element.SIGN_NOTE, [one.note for one in places]),
            (Element.SIGNER_NAME, [""] * len(places)),
            (Element.SIGNER_NAME, [one.name for one in places]),
        )
        for element, words in lines:
            if element is Element.SIGNER_NAME and not any(words):
                self._row += _SIGN_ROWS - 1
            elif not any(words):
                continue
            for text, (first, last) in zip(words, spans, strict=True):
                self._across(text, self._formats.of(element), first, last)
            self._row += 1

    def _closing(self, block: Closing) -> None:
        begins = self._row + 1
        self._signatures((Signature(""), block.place))
        ends, self._row = self._row, begins
        received: Iterable[tuple[str, Element]] = [
            (f"{RECEIVERS}:", Element.RECEIVERS_TITLE),
            *((f"- {words}", Element.RECEIVERS) for words in block.receivers),
        ]
        for words, element in received if block.receivers else ():
            self._on.write_string(self._row, 0, clean(words), self._formats.of(element))
            self._row += 1
        self._row = max(ends, self._row)

    def _chart(self, chart: Chart) -> None:
        """Bars on a sheet of their own, over the numbers that they show."""
        name = _tab(_("Chart {name}").format(name=chart.title), self._taken)
        on: Any = self._book.add_worksheet(name)
        head = self._formats.of(Element.TABLE_TITLE, ruled=True)
        share = self._formats.of(Element.TABLE, ruled=True, number=Unit.SHARE)
        on.set_column(0, 0, 34)
        on.set_column(1, len(chart.series), 14)
        for at, series in enumerate(chart.series, 1):
            on.write_string(_UNDER_CHART, at, clean(series.name), head)
        for down, label in enumerate(chart.labels, _UNDER_CHART + 1):
            on.write_string(down, 0, clean(label), self._formats.of(Element.TABLE, ruled=True))
            for at, series in enumerate(chart.series, 1):
                value = series.values[down - _UNDER_CHART - 1]
                if value is not None:
                    on.write_number(down, at, value, share)
        drawn: Any = self._book.add_chart({"type": "column"})
        top, end = _UNDER_CHART + 1, _UNDER_CHART + len(chart.labels)
        for at in range(1, len(chart.series) + 1):
            drawn.add_series(
                {
                    "name": [name, _UNDER_CHART, at],
                    "categories": [name, top, 0, end, 0],
                    "values": [name, top, at, end, at],
                }
            )
        drawn.set_title({"name": clean(chart.title), "name_font": {"name": FONT, "size": 13}})
        drawn.set_y_axis({"num_format": "0%", "min": 0, "max": 1, "major_gridlines": {"visible": True}})
        drawn.set_legend({"position": "bottom"})
        drawn.set_size({"width": 960, "height": 460})
        # Before the numbers: under a long list of units a page would end in the middle of the bars.
        on.insert_chart(0, 0, drawn)
        on.set_paper(_A4)
        on.set_landscape()
        on.fit_to_pages(1, 0)


def _words(cell: Cell) -> str:
    if isinstance(cell, Mark):
        return _MARKS[cell]
    return cell if isinstance(cell, str) else cell.words


def _tab(wanted: str, taken: set[str]) -> str:
    """A name that a sheet may have, and that no other one has yet."""
    name = _FORBIDDEN.sub(" ", clean(wanted)).strip("' ")[:_LONGEST_NAME] or "1"
    found, number = name, 1
    while found.lower() in taken or found.lower() == "history":
        number += 1
        ending = f" ({number})"
        found = name[: _LONGEST_NAME - len(ending)].strip("' ") + ending
    taken.add(found.lower())
    return found
