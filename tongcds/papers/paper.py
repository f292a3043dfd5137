"""A printed paper as a value: what it says and what each part is, never how a toolkit draws it.

One value serves the preview, a PDF, the printer, and writers of other formats. So blocks are named by their
meaning (a table, boxes to tick, a place to sign), lengths are shares or millimetres, and every text is plain.
Sizes and margins follow Nghị định 30/2020/NĐ-CP, Phụ lục I.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeGuard

from tongcds.domain.periods import Period


class Page(StrEnum):
    """How the A4 page lies."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


PAGE_MM: Final = {Page.PORTRAIT: (210, 297), Page.LANDSCAPE: (297, 210)}
"""Width and height in millimetres."""


@dataclass(frozen=True, slots=True)
class Margins:
    """In millimetres."""

    top: int
    right: int
    bottom: int
    left: int


MARGINS: Final = Margins(top=20, right=15, bottom=20, left=30)


class Align(StrEnum):
    """Where words stand in their place."""

    START = "start"
    CENTRE = "centre"
    END = "end"


class Look(StrEnum):
    """What a paragraph is. BODY is justified with its first line drawn in, PLAIN is not."""

    BODY = "body"
    PLAIN = "plain"
    HEADING = "heading"
    CENTRED = "centred"
    NOTE = "note"


class Mark(StrEnum):
    """A box to tick by hand, and what is in it already: a tick, a stroke for a known no, or nothing."""

    YES = "yes"
    NO = "no"
    OPEN = "open"

    @classmethod
    def of(cls, known: bool | None) -> Mark:  # noqa: FBT001 - what is known of a fact is the only argument
        """The box of a fact; None: nobody has asked."""
        return cls.OPEN if known is None else cls.YES if known else cls.NO


@dataclass(frozen=True, slots=True)
class Behind:
    """What a number counts, for whoever wants to see the records: an indicator of a unit over a period."""

    indicator: str
    unit_id: bytes
    period: Period


class Unit(StrEnum):
    """How a spreadsheet shows a number: whole, with one decimal, as a share, or as đồng."""

    COUNT = "count"
    DECIMAL = "decimal"
    SHARE = "share"
    DONG = "dong"


@dataclass(frozen=True, slots=True)
class Number:
    """A number: `words` as it is read, `value` as a spreadsheet keeps it (a share as 0.8)."""

    words: str
    value: float
    unit: Unit = Unit.COUNT
    behind: Behind | None = None


Words = str | tuple[str | Number, ...]
"""Running text, with the numbers in it that something stands behind."""


def said(words: Words) -> str:
    """Running text as it is read."""
    return words if isinstance(words, str) else "".join(map(_read, words))


def _read(part: str | Number) -> str:
    return part.words if isinstance(part, Number) else part


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words over the whole width."""

    words: Words
    look: Look = Look.BODY


Cell = str | Mark | Number


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `share`: its width beside the other columns' shares.

    Columns beside each other with the same `group` stand under one title of that name.
    """

    title: str
    share: float
    align: Align = Align.START
    group: str = ""


class Kind(StrEnum):
    """What a row of a table is. GROUP is one cell over the whole width and heads the rows after it."""

    PLAIN = "plain"
    GROUP = "group"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a cell for each column, or the one of a GROUP. An empty cell is there to be written in."""

    cells: tuple[Cell, ...]
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table; its titles come again on every page.

    `numbered`: a line (1), (2), (3) … under the titles. `least_mm`: rows are at least so high, for writing by
    hand.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    numbered: bool = False
    least_mm: float = 0

    @property
    def heads(self) -> int:
        """How many lines its titles take."""
        return 1 + any(column.group for column in self.columns) + self.numbered


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a form. `value` "" leaves a dotted line to write on; `wide` takes the whole width."""

    label: str
    value: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Entries with their values, so many beside each other."""

    entries: tuple[Fact, ...]
    across: int = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A box with its words."""

    words: str
    mark: Mark = Mark.OPEN


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes to tick in one line (or more), after a label."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Dotted lines to write on, after a label."""

    label: str
    count: int = 2


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code at the right, its text for typing under it; words and entries of the form beside it."""

    payload: str
    typed: str
    words: str
    entries: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A card to be cut out: a QR code, and beside it a line, a name in large letters, more lines."""

    payload: str
    above: str
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards of one page between dashed lines to cut along, so many beside each other and each so high."""

    cards: tuple[Card, ...]
    across: int = 2
    high_mm: float = 53


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: "TỔ TRƯỞNG", "(Ký, ghi rõ họ tên)", and the name where it is known.

    `authority` is in whose name ("TM. ỦY BAN NHÂN DÂN").
    """

    role: str
    note: str = ""
    name: str = ""
    day: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places to sign beside each other; they stay together on a page."""

    places: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of an official paper: who receives it at the left, who signs it at the right."""

    receivers: tuple[str, ...]
    place: Signature


@dataclass(frozen=True, slots=True)
class Series:
    """Values of a chart under one name, in the order of its labels; None: not known. Shares as 0.8."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other for each label. A spreadsheet draws them; printed papers leave them out."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Filled = Facts | Boxes | Lines | Code | Cards
"""What stands beside running text and tables: entries of a form, and codes."""

Block = Paragraph | Table | Filled | Signatures | Closing | Chart | PageBreak


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The two heads of a paper: whose it is (`above` upright, lines of `body` bold), and the country's.

    `number` ("Số: 05/BC-UBND") and `place_and_day` may be "".
    """

    above: str
    body: tuple[str, ...]
    number: str = ""
    place_and_day: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """The kind of the paper in capitals, what it is about, and a line in italics for a period or an annex.

    `annex` stands above ("Phụ lục I"). `ruled`: a line is drawn under what it is about.
    """

    name: str
    about: str = ""
    note: str = ""
    annex: str = ""
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document of a paper: begins on a new page and counts its own pages.

    The first page carries no number. `name` is what a list or a tab calls it.
    """

    name: str
    letterhead: Letterhead | None
    title: Title
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Something to be printed.

    `form` is the code of the form ("B01"), `stem` the name of its file without an ending, free of people's
    names: file names are seen by everybody. `fields` are words that an office's own template may take by a
    name, beside those that every paper has.
    """

    form: str
    stem: str
    sheets: tuple[Sheet, ...]
    page: Page = Page.PORTRAIT
    fields: tuple[tuple[str, str], ...] = ()


def numbers(paper: Paper) -> Iterator[tuple[str, Number]]:
    """The numbers that something stands behind, each with the words beside it."""
    for sheet in paper.sheets:
        for block in sheet.blocks:
            if isinstance(block, Paragraph) and not isinstance(block.words, str):
                yield from ((said(block.words), part) for part in block.words if _opens(part))
            elif isinstance(block, Table):
                yield from _of_table(block)


def _of_table(table: Table) -> Iterator[tuple[str, Number]]:
    for row in table.rows:
        label = next((cell for cell in row.cells if isinstance(cell, str) and not cell.isdigit()), "")
        for cell, column in zip(row.cells, table.columns, strict=False):
            if _opens(cell):
                yield " · ".join(filter(None, (label, column.group, column.title))), cell


def _opens(part: Cell) -> TypeGuard[Number]:
    return isinstance(part, Number) and part.behind is not None


def joined(papers: tuple[Paper, ...], *, stem: str) -> Paper:
    """Several papers of the same form and page as one.

    Raises:
        ValueError: there is none, or they differ in form or page.
    """
    if len({(paper.form, paper.page) for paper in papers}) != 1:
        raise ValueError(stem)
    return replace(papers[0], stem=stem, sheets=tuple(sheet for paper in papers for sheet in paper.sheets))
