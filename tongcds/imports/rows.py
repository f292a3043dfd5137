"""Tells the rows below a header apart: people, villages, subtotals, repeated headers, the signature block.

What the cells of a person's row mean is for `readings`, who belongs to which household for `households`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tongcds.imports.celltext import CellText, holds_vietnamese, read_text, read_text_as, says_nothing
from tongcds.imports.columns import Field, Header, field_of_name
from tongcds.imports.legacy_fonts import LegacyFont, family_of
from tongcds.imports.villages import is_heading
from tongcds.imports.workbook import Cell, Kind, Merge, Row, Sheet, Tick

_TICK_EVERY: Final = 512


class LineKind(StrEnum):
    """What a row is."""

    PERSON = "person"
    COLUMN_NUMBERS = "column_numbers"
    HEADER = "header"
    VILLAGE = "village"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    SIGNATURE = "signature"
    NAME_MISSING = "name_missing"


@dataclass(frozen=True, slots=True)
class Line:
    """A row that is not blank, with its cells and their texts by column.

    Merged cells are settled: a village, address or household number holds on every row of its block, any
    other value on the first row only.
    """

    kind: LineKind
    number: int
    cells: Mapping[int, Cell]
    texts: Mapping[int, CellText]
    hidden: bool = False

    def text(self, column: int | None) -> CellText:
        """Return the text in a column, empty where there is none."""
        return _EMPTY if column is None else self.texts.get(column, _EMPTY)

    def cell(self, column: int | None) -> Cell | None:
        """Return the cell in a column."""
        return None if column is None else self.cells.get(column)

    def first_text(self) -> str:
        """Return the first text that says something, for people to recognise the row by."""
        return next((t.text for t in self.texts.values() if not says_nothing(t.text)), "")


_EMPTY: Final = CellText("")
_HELD_BY_MERGES: Final = (Field.VILLAGE, Field.ADDRESS, Field.HOUSEHOLD_NO)


def person_name(line: Line, header: Header) -> CellText:
    """Return the name on a row, put together where family and given names have columns of their own."""
    given = line.text(header.column(Field.FULL_NAME))
    family_column = header.column(Field.FAMILY_NAMES)
    family = line.text(family_column)
    if family_column is None or says_nothing(family.text):
        return _EMPTY if says_nothing(given.text) else given
    if says_nothing(given.text):
        return family
    return CellText(
        f"{family.text} {given.text}",
        f"{family.found} {given.found}",
        family.legacy or given.legacy,
        family.unclear or given.unclear,
    )


_NO_LETTERS: Final[Mapping[int, str]] = {}


def _unicode_columns(sheet: Sheet, header: Header) -> frozenset[int]:
    """Return the columns that hold Vietnamese letters beyond Latin-1 in a font that is not a legacy one."""
    return frozenset(
        column
        for row in sheet.rows
        if row.number > header.last
        for column, cell in row.cells.items()
        if any(family_of(run.font) is None and holds_vietnamese(run.text) for run in cell.runs)
    )


def read_lines(
    sheet: Sheet,
    header: Header,
    *,
    convert: bool,
    tick: Tick,
    assumed: LegacyFont | None = None,
    letters: Mapping[int, str] = _NO_LETTERS,
) -> Iterator[Line]:
    """Yield the rows below the header that hold anything, told apart, down to the signature block.

    `assumed` is the legacy family of text whose font does not say one; columns that hold Unicode keep theirs.
    `letters` has for a column how a person said that its letters are meant, and overrules both.
    """
    merges = _Merges(sheet, header)
    judge = _Judge(header)
    signed = False
    # Readers hand over one cell for all the places that share a string, so each text is read once.
    known: dict[tuple[int, LegacyFont | str | None], CellText] = {}
    in_unicode = frozenset() if assumed is None else _unicode_columns(sheet, header)

    def text_of(column: int, cell: Cell) -> CellText:
        said = letters.get(column)
        family = None if column in in_unicode else assumed
        key = id(cell), said or family
        text = known.get(key)
        if text is None:
            if said is None:
                text = read_text(cell, convert=convert, assumed=family)
            else:
                text = read_text_as(cell, said)
            known[key] = text
        return text

    for index, row in enumerate(sheet.rows):
        if row.number <= header.last:
            continue
        if index % _TICK_EVERY == 0:
            tick()
        cells = merges.settled(row)
        texts = {column: text_of(column, cell) for column, cell in cells.items()}
        line = Line(LineKind.PERSON, row.number, cells, texts, row.hidden)
        kind = LineKind.SIGNATURE if signed and line.first_text() else judge.kind_of(line)
        if kind is None:
            continue
        signed = signed or kind is LineKind.SIGNATURE
        yield Line(kind, row.number, cells, texts, row.hidden)


class _Merges:
    """Looks up the merged blocks of a sheet by place, however tall they are."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self._cells = {row.number: row.cells for row in sheet.rows}
        self._held = {header.column(of) for of in _HELD_BY_MERGES} - {None}
        self._by_column: dict[int, list[Merge]] = {}
        columns = set(header.columns)
        for merge in sorted(sheet.merges, key=lambda m: m.top):
            for column in range(merge.left, min(merge.right, _WIDEST) + 1):
                if column in columns:
                    self._by_column.setdefault(column, []).append(merge)
        self._tops = {column: [m.top for m in merges] for column, merges in self._by_column.items()}

    def settled(self, row: Row) -> dict[int, Cell]:
        """Return the cells of a row with merged blocks settled."""
        if not self._by_column:
            return dict(row.cells)
        cells = dict(row.cells)
        for column in self._by_column:
            merge = self._at(row.number, column)
            if merge is None or (merge.top == row.number and merge.left == column):
                continue
            cells.pop(column, None)
            if column in self._held and merge.left == column and merge.top < row.number:
                anchor = self._cells.get(merge.top, {}).get(column)
                if anchor is not None:
                    cells[column] = anchor
        return dict(sorted(cells.items()))

    def _at(self, row: int, column: int) -> Merge | None:
        index = bisect_right(self._tops[column], row) - 1
        if index < 0:
            return None
        merge = self._by_column[column][index]
        return merge if row <= merge.bottom else None


_WIDEST: Final = 1024

_NUMERAL: Final = re.compile(r"(?:[IVXL]+|\d+)\s*[./)\-]?", re.IGNORECASE)
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[a-zđ])\)?(?:\s*=.*)?", re.IGNORECASE)
_SUM: Final = re.compile(r"(cộng|tổng)(?![^\W\d_])(?! tác viên)")
_SIGNED_ON: Final = re.compile(r"(?:^|,)\s*ngày\b.*\btháng\b")
_SIGNED_BY: Final = ("người lập", "lập biểu", "tm.", "kt.", "chủ tịch", "xác nhận")
_FEWEST_NAMES: Final = 3
_NAME_STARTS: Final = frozenset("hHtTcC")


@dataclass(slots=True)
class _Judge:
    """Says what a row is. It remembers whether a header has just passed."""

    header: Header
    _below_header: bool = True
    _header_texts: dict[int, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for texts in self.header.texts:
            for column, text in texts.items():
                self._header_texts.setdefault(column, set()).add(text.lower())

    def kind_of(self, line: Line) -> LineKind | None:
        """Return what a row is, None for a blank one."""
        saying = {c: t for c, t in line.texts.items() if not says_nothing(t.text)}
        if not saying and not _has_broken_formula(line):
            return None
        if self._is_header(saying):
            self._below_header = True
            return LineKind.HEADER
        below_header, self._below_header = self._below_header, False
        if below_header and _are_column_numbers(saying, self.header):
            self._below_header = True
            return LineKind.COLUMN_NUMBERS
        return self._kind_of_content(line, saying)

    def _kind_of_content(self, line: Line, saying: Mapping[int, CellText]) -> LineKind:
        name = person_name(line, self.header).text
        # A note "Chủ tịch Hội Nông dân" beside a person is no signature: the name decides where there is one.
        signing = [CellText(name)] if name else saying.values()
        if any(_may_be_signature(t.text) and _is_signature(t.text.lower()) for t in signing):
            return LineKind.SIGNATURE
        if _is_village(line, saying):
            return LineKind.VILLAGE
        first = next((t.text for c, t in saying.items() if line.cells[c].kind is Kind.TEXT), "")
        for text in (first, name):
            found = _SUM.match(text.lower()) if text[:1] in _SUM_STARTS else None
            if found is not None:
                return LineKind.SUBTOTAL if found[1] == "cộng" else LineKind.TOTAL
        return LineKind.PERSON if name else LineKind.NAME_MISSING

    def _is_header(self, saying: Mapping[int, CellText]) -> bool:
        """Say whether the header is repeated: three names in their own columns, or all of its lower row."""
        columns = self.header.columns
        name_column = self.header.column(Field.FULL_NAME)
        name = saying.get(name_column) if name_column is not None else None
        if name is not None and name.text[:1] not in _NAME_STARTS:
            repeated = self._header_texts.get(name_column or 0, ())
            if name.text.lower() not in repeated:
                return False
        own = sum(t.text.lower() in self._header_texts.get(c, ()) for c, t in saying.items())
        if saying and own == len(saying) and (name or self._below_header or own >= _FEWEST_NAMES):
            return True
        if name is None or field_of_name(name.text) is not Field.FULL_NAME:
            return False
        return (
            sum(field_of_name(t.text) is columns[c] for c, t in saying.items() if c in columns)
            >= _FEWEST_NAMES
        )


_SUM_STARTS: Final = frozenset("cCtT")


def _has_broken_formula(line: Line) -> bool:
    return any(cell.kind in {Kind.ERROR, Kind.UNCACHED} for cell in line.cells.values())


def _are_column_numbers(saying: Mapping[int, CellText], header: Header) -> bool:
    name = saying.get(header.column(Field.FULL_NAME) or 0)
    return (
        name is not None
        and len(saying) >= _FEWEST_NAMES
        and all(_COLUMN_NUMBER.fullmatch(t.text) for t in saying.values())
    )


def _is_village(line: Line, saying: Mapping[int, CellText]) -> bool:
    texts = [
        t.text
        for c, t in saying.items()
        if line.cells[c].kind is Kind.TEXT and not _NUMERAL.fullmatch(t.text)
    ]
    others = (line.cells[c].kind for c in saying)
    return (
        len(texts) == 1
        and len(saying) <= len(("number", "name"))
        and all(kind in {Kind.TEXT, Kind.NUMBER} for kind in others)
        and is_heading(texts[0])
    )


_SIGNATURE_STARTS: Final = frozenset("nlktcx")


def _may_be_signature(name: str) -> bool:
    return name[:1].lower() in _SIGNATURE_STARTS or "," in name


def _is_signature(said: str) -> bool:
    return said.startswith(_SIGNED_BY) or _SIGNED_ON.search(said) is not None
