"""Reads `.ods` as a stream of XML events into a `Workbook`; the bounds of the package stand in `package`.

Repeated cells are unrolled only where they hold something; a million empty ones cost nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from tongcds.errors import UserError
from tongcds.imports.package import Package, open_package
from tongcds.imports.workbook import (
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Kind,
    Merge,
    Run,
    Sheet,
    SheetRows,
    Tick,
    Workbook,
    number_cell,
    refuse_many_merges,
)

CONTENT_PART: Final = "content.xml"
ENCRYPTED_PART: Final = "encrypted-package"
"""Where newer programs keep the whole document if it has a password."""
_STYLES_PART: Final = "styles.xml"
_MANIFEST_PART: Final = "META-INF/manifest.xml"
_NULL_DATE_1904: Final = "1904-01-01"
_MOST_UNROLLED: Final = 100_000
"""How many cells may be there only because one cell or row is said to be repeated."""
_NUMBERS: Final = frozenset({"float", "percentage", "currency"})
_HIDDEN: Final = frozenset({"collapse", "filter"})
_ASIDE: Final = frozenset({"annotation", "shapes", "ruby-text", "tracked-changes"})
_ERRORS: Final = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "Err:")


def read_ods(path: Path, tick: Tick) -> Workbook:
    """Read a file whose content is an OpenDocument spreadsheet.

    Raises:
        UserError: `file_damaged`, `file_encrypted`, `file_unsafe` or `file_too_big`.
    """
    with open_package(path) as package:
        package.refuse_document_types()
        _refuse_encrypted(package)
        styles = _Styles()
        if _STYLES_PART in package:
            package.parse(_STYLES_PART, start=styles.start)
        reader = _ContentReader(styles)
        package.parse(
            CONTENT_PART, start=reader.start, end=reader.end, characters=reader.characters, tick=tick
        )
        return Workbook(tuple(reader.sheets), reader.date1904)


def _refuse_encrypted(package: Package) -> None:
    def start(name: str, _: dict[str, str]) -> None:
        if name == "encryption-data":
            raise UserError("file_encrypted")

    if _MANIFEST_PART in package:
        package.parse(_MANIFEST_PART, start=start)


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Return attributes by their names without prefixes, the first of a name."""
    plain: dict[str, str] = {}
    for name, value in attributes.items():
        plain.setdefault(name.rpartition(":")[2], value)
    return plain


@dataclass(slots=True)
class _Styles:
    """The font of each style, by the style's name; hidden tables too, as the format styles them."""

    fonts: dict[str, str] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    _faces: dict[str, str] = field(default_factory=dict)
    _style: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take one element of the style sheets."""
        said = _plain(attributes)
        if name == "font-face":
            self._faces[said.get("name", "")] = said.get("font-family", "").strip("'\"")
        elif name == "style":
            self._style = said.get("name", "")
            self.fonts.setdefault(self._style, self.fonts.get(said.get("parent-style-name", ""), ""))
        elif name == "text-properties" and self._style:
            font = said.get("font-name")
            family = self._faces.get(font, font) if font else said.get("font-family", "").strip("'\"")
            if family:
                self.fonts[self._style] = family
        elif name == "table-properties" and said.get("display") == "false":
            self.hidden_tables.add(self._style)


class _ContentReader:
    """Reads the events of the content; one reader a file, it keeps the place it has come to."""

    def __init__(self, styles: _Styles) -> None:
        self.sheets: list[Sheet] = []
        self._styles = styles
        self._rows: SheetRows | None = None
        self._name = ""
        self._hidden = False
        self._merges: list[Merge] = []
        self._row = 0
        self._row_repeat = 1
        self._row_hidden = False
        self._column = 0
        self._column_ends: list[int] = []
        self._column_styles: list[str] = []
        self._row_cells: list[tuple[int, Cell]] = []
        self._cell: dict[str, str] | None = None
        self._paragraphs = self._length = 0
        self._unrolled = 0
        self._runs: list[Run] = []
        self._fonts: list[str] = []
        self._aside = 0
        self._tables = 0
        self.date1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _ASIDE or self._aside:
            self._aside += 1
            return
        if name == "table":
            self._start_table(_plain(attributes))
        elif self._rows is None:
            if name == "null-date":
                self.date1904 = _plain(attributes).get("date-value", "")[:10] == _NULL_DATE_1904
            self._styles.start(name, attributes)
        elif name == "table-row":
            said = _plain(attributes)
            self._row_repeat = _repeated(said, "number-rows-repeated", MOST_ROWS)
            self._row_hidden = said.get("visibility") in _HIDDEN
            self._column = 0
            self._row_cells = []
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell = {**_plain(attributes), "element": name}
            self._runs, self._paragraphs, self._length = [], 0, 0
            self._fonts = [self._font_of(self._cell.get("style-name"))]
        elif name == "table-column":
            self._add_column(_plain(attributes))
        elif self._cell is not None:
            self._start_text(name, _plain(attributes))

    def _start_table(self, said: dict[str, str]) -> None:
        self._tables += 1
        if self._tables == 1:
            self._rows = SheetRows()
            self._name = said.get("name", "")
            self._hidden = said.get("style-name", "") in self._styles.hidden_tables
            self._merges, self._column_styles, self._column_ends = [], [], []
            self._row = 1

    def _add_column(self, said: dict[str, str]) -> None:
        before = self._column_ends[-1] if self._column_ends else 0
        if before < MOST_COLUMNS:
            self._column_ends.append(before + _repeated(said, "number-columns-repeated", MOST_COLUMNS))
            self._column_styles.append(said.get("default-cell-style-name", ""))

    def _font_of(self, style: str | None) -> str:
        if style is not None:
            return self._styles.fonts.get(style, "")
        at = bisect_right(self._column_ends, self._column)
        return self._styles.fonts.get(self._column_styles[at], "") if at < len(self._column_ends) else ""

    def _start_text(self, name: str, said: dict[str, str]) -> None:
        font = self._fonts[-1]
        if name == "p":
            self._paragraphs += 1
            if self._paragraphs > 1:
                self._add_text("\n")
        elif name == "span":
            self._fonts.append(self._styles.fonts.get(said.get("style-name", ""), "") or font)
        elif name == "s":
            self._add_text(" ")  # as many as it says are one space behind the gate of texts
        elif name in {"tab", "line-break"}:
            self._add_text("\n")

    def characters(self, text: str) -> None:
        if self._cell is not None and self._paragraphs and not self._aside:
            self._add_text(text)

    def _add_text(self, text: str) -> None:
        self._runs.append(Run(text, self._fonts[-1]))
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise UserError("file_unsafe")

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
        elif name == "span" and len(self._fonts) > 1:
            self._fonts.pop()
        elif name in {"table-cell", "covered-table-cell"}:
            self._end_cell()
        elif name == "table-row":
            self._end_row()
        elif name == "table":
            self._end_table()

    def _end_cell(self) -> None:
        said, self._cell = self._cell, None
        if said is None:
            return
        repeat = _repeated(said, "number-columns-repeated", MOST_COLUMNS)
        across = _repeated(said, "number-columns-spanned", MOST_COLUMNS)
        down = _repeated(said, "number-rows-spanned", MOST_ROWS)
        if across > 1 or down > 1:
            bottom, right = self._row + down - 1, self._column + across - 1
            self._merges.append(Merge(self._row, self._column, bottom, right))
            refuse_many_merges(self._merges)
        cell = self._value(said) if said["element"] == "table-cell" else None
        if self._column + repeat > MOST_COLUMNS and cell is not None:
            raise UserError("file_damaged")
        if cell is not None:
            self._unroll(repeat - 1)
            self._row_cells += [(self._column + place, cell) for place in range(repeat)]
        self._column += repeat

    def _value(self, said: dict[str, str]) -> Cell | None:
        kind = said.get("value-type", "")
        runs = tuple(run for run in self._runs if run.text)
        text = "".join(run.text for run in runs)
        if "formula" in said and (text.startswith(_ERRORS) or kind == "error"):
            return Cell(Kind.ERROR)
        if not kind:
            return Cell(Kind.UNCACHED) if "formula" in said else None
        if kind in _NUMBERS:
            value = float(said.get("value", "nan"))
            if not math.isfinite(value):
                raise UserError("file_damaged")
            return number_cell(value, as_date=False, date1904=False)
        if kind == "date":
            return Cell(Kind.DATE, day=date.fromisoformat(said.get("date-value", "")[:10]))
        if kind == "boolean":
            return Cell(Kind.BOOLEAN, number=int(said.get("boolean-value") == "true"))
        return Cell(Kind.TEXT, runs) if runs else None

    def _end_row(self) -> None:
        if self._rows is not None and self._row_cells and not self._hidden:
            self._unroll((self._row_repeat - 1) * len(self._row_cells))
            for row in range(self._row, self._row + self._row_repeat):
                for column, cell in self._row_cells:
                    self._rows.put(row, column, cell)
                if self._row_hidden:
                    self._rows.hide(row)
        self._row += self._row_repeat

    def _unroll(self, cells: int) -> None:
        self._unrolled += cells
        if self._unrolled > _MOST_UNROLLED:
            raise UserError("file_too_big", limit=f"{_MOST_UNROLLED:,}")

    def _end_table(self) -> None:
        self._tables -= 1
        if self._tables == 0 and self._rows is not None:
            if self._hidden:
                self.sheets.append(Sheet(self._name, hidden=True))
            else:
                self.sheets.append(Sheet(self._name, self._rows.finish(), tuple(self._merges)))
            self._rows = None


def _repeated(said: dict[str, str], name: str, most: int) -> int:
    return max(1, min(int(said.get(name, "1")), most))
