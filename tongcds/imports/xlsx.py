"""Reads `.xlsx` as a stream of XML events into a `Workbook`; the bounds of the package stand in `package`.

Why not a ready library: openpyxl must load a file twice to tell a formula without a stored result from an
empty cell (3 s for 20,000 rows, against 1 s here), builds objects for styles nobody asks for, and unpacks
whatever it is given; calamine knows neither fonts nor hidden rows. What an importer needs of the format is
small, and is all here: values, fonts by run, number formats that mean a date, hidden rows, merges, the date
system.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import isfinite
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
    column_index,
    number_cell,
    refuse_many_merges,
)

WORKBOOK_PART: Final = "xl/workbook.xml"
_TRUE: Final = frozenset({"1", "true", "on"})
_MOST_STRINGS: Final = 2_000_000
"""The different texts of the biggest city ward fit."""
_MOST_PIECES: Final = 1_024
"""Text comes from the parser in pieces of some kilobytes; a cell holds 32,767 characters."""

# A value as stored: its runs, each with the font it names (None: the cell's own font).
_Runs = tuple[tuple[str, str | None], ...]


def read_xlsx(path: Path, tick: Tick) -> Workbook:
    """Read a file whose content is a workbook of the Office Open XML kind.

    Raises:
        UserError: `file_damaged`, `file_encrypted`, `file_unsafe` or `file_too_big`.
    """
    with open_package(path) as package:
        package.refuse_document_types()
        contents = _contents(package)
        targets = _targets(package, "xl/_rels/workbook.xml.rels")
        styles = _Styles()
        strings: list[_Runs] = []
        for kind, target in targets.values():
            if kind == "styles":
                styles = _styles(package, target)
            elif kind == "sharedStrings":
                strings = _shared_strings(package, target, tick)
        sheets = []
        for name, relation, hidden in contents.sheets:
            kind, target = targets.get(relation, ("", ""))
            if kind != "worksheet":
                continue
            if hidden:
                sheets.append(Sheet(name, hidden=True))
            else:
                reader = _SheetReader(strings, styles, date1904=contents.date1904)
                sheets.append(reader.read(package, target, name, tick))
        return Workbook(tuple(sheets), contents.date1904)


@dataclass(slots=True)
class _Contents:
    date1904: bool = False
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)


def _contents(package: Package) -> _Contents:
    found = _Contents()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            found.date1904 = attributes.get("date1904", "") in _TRUE
        elif name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            found.sheets.append((attributes.get("name", ""), relation, hidden))

    package.parse(WORKBOOK_PART, start=start)
    return found


def _targets(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what each relation of the workbook is and the part it points to."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", ""))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target)

    package.parse(part, start=start)
    return found


@dataclass(slots=True)
class _Styles:
    """For each cell style: the name of its font, and whether its number format shows a date."""

    fonts: list[str] = field(default_factory=list)
    dates: list[bool] = field(default_factory=list)

    def of(self, style: str | None) -> tuple[str, bool]:
        try:
            index = int(style or 0)
            return self.fonts[index], self.dates[index]
        except IndexError:
            return "", False


def _styles(package: Package, part: str) -> _Styles:
    styles = _Styles()
    formats: dict[int, str] = {}
    font_names: list[str] = []
    section = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal section
        if name in {"fonts", "cellXfs", "cellStyleXfs", "dxfs"}:
            section = name
        elif name == "numFmt" and section != "dxfs":
            formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "font" and section == "fonts":
            font_names.append("")
        elif name == "name" and section == "fonts" and font_names:
            font_names[-1] = attributes.get("val", "")
        elif name == "xf" and section == "cellXfs":
            font = int(attributes.get("fontId", 0))
            styles.fonts.append(font_names[font] if 0 <= font < len(font_names) else "")
            number_format = int(attributes.get("numFmtId", 0))
            styles.dates.append(_shows_date(number_format, formats.get(number_format)))

    def end(name: str) -> None:
        nonlocal section
        if name == section:
            section = ""

    package.parse(part, start=start, end=end)
    return styles


_BUILT_IN_DATES: Final = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_NO_DATE_INSIDE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


def _shows_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in _BUILT_IN_DATES
    return is_date_format(code)


@lru_cache(maxsize=512)
def is_date_format(code: str) -> bool:
    """Say whether a number format such as "dd/mm/yyyy" shows a date; a time of day alone is none."""
    bare = _NO_DATE_INSIDE.sub("", code.partition(";")[0]).lower()
    if bare == "general":
        return False
    if "y" in bare or "d" in bare:
        return True
    return "m" in bare and not ("h" in bare or "s" in bare)


class _StringReader:
    """Gathers the runs of one rich or plain string (`si`, `is`) from its XML events."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, str | None]] = []
        self._text: list[str] = []
        self._font: str | None = None
        self._phonetic = False
        self._inside = False
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self._inside = not self._phonetic
        elif name == "r":
            self._font = None
        elif name == "rFont":
            self._font = attributes.get("val", "")
        elif name == "rPh":
            self._phonetic = True

    def characters(self, text: str) -> None:
        if self._inside:
            self._text.append(text)
            self._length += len(text)
            if self._length > LONGEST_TEXT:
                raise UserError("file_unsafe")

    def end(self, name: str) -> None:
        if name == "t" and self._inside:
            self._inside = False
            self.runs.append((_unescaped("".join(self._text)), self._font))
            self._text = []
        elif name == "rPh":
            self._phonetic = False
        elif name == "r":
            self._font = None


_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Undo the way the format writes control characters: _x000D_ is a carriage return."""
    return _ESCAPE.sub(_control, text) if "_x" in text else text


def _control(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return "" if "\ud800" <= char <= "\udfff" else char


def _shared_strings(package: Package, part: str, tick: Tick) -> list[_Runs]:
    strings: list[_Runs] = []
    reader: _StringReader | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal reader
        if name == "si":
            reader = _StringReader()
        elif reader is not None:
            reader.start(name, attributes)

    def characters(text: str) -> None:
        if reader is not None:
            reader.characters(text)

    def end(name: str) -> None:
        nonlocal reader
        if name == "si" and reader is not None:
            strings.append(tuple(reader.runs))
            if len(strings) > _MOST_STRINGS:
                raise UserError("file_too_big", limit=f"{_MOST_STRINGS:,}")
            reader = None
        elif reader is not None:
            reader.end(name)

    package.parse(part, start=start, end=end, characters=characters, tick=tick)
    return strings


_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def _place(reference: str) -> tuple[int, int]:
    """Return row and column of a reference such as B12."""
    found = _REFERENCE.fullmatch(reference)
    column = column_index(found[1]) if found else None
    if found is None or column is None or not 0 < int(found[2]) <= MOST_ROWS:
        raise UserError("file_damaged")
    return int(found[2]), column


class _SheetReader:
    """Reads the XML events of one worksheet. One reader a sheet: it keeps the place it has come to."""

    def __init__(self, strings: list[_Runs], styles: _Styles, *, date1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._date1904 = date1904
        self._rows = SheetRows()
        self._merges: list[Merge] = []
        self._hidden_columns = bytearray(MOST_COLUMNS)
        self._column_ranges = 0
        self._row = 0
        self._row_hidden = False
        self._column = -1
        self._cells_of_row = 0
        self._type: str | None = None
        self._style: str | None = None
        self._formula = False
        self._value: list[str] | None = None
        self._in_value = False
        self._inline: _StringReader | None = None
        self._known: dict[tuple[str, str | None], Cell | None] = {}
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "c": self._start_cell,
            "v": self._start_value,
            "f": self._start_formula,
            "is": self._start_inline,
            "row": self._start_row,
            "mergeCell": self._merge,
            "col": self._columns,
        }

    def read(self, package: Package, part: str, name: str, tick: Tick) -> Sheet:
        package.parse(part, start=self._start, end=self._end, characters=self._characters, tick=tick)
        return Sheet(
            name,
            self._rows.finish(),
            tuple(self._merges),
            hidden_columns=frozenset(c for c, hidden in enumerate(self._hidden_columns) if hidden),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._inline is not None:
            self._inline.start(name, attributes)
        elif (begin := self._starts.get(name)) is not None:
            begin(attributes)

    def _characters(self, text: str) -> None:
        if self._in_value and self._value is not None:
            self._value.append(text)
            if len(self._value) > _MOST_PIECES:
                raise UserError("file_unsafe")
        elif self._inline is not None:
            self._inline.characters(text)

    def _end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c":
            self._end_cell()
        elif self._inline is not None and name != "is":
            self._inline.end(name)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._column = -1
        self._cells_of_row = 0
        if not 0 < self._row <= MOST_ROWS:
            raise UserError("file_damaged")
        self._row_hidden = attributes.get("hidden", "") in _TRUE

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cells_of_row += 1
        if self._cells_of_row > MOST_COLUMNS:
            raise UserError("file_damaged")
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._row, self._column = _place(reference)
        self._type = attributes.get("t")
        self._style = attributes.get("s")
        self._formula = False
        self._value = None

    def _start_value(self, _: dict[str, str]) -> None:
        self._value = []
        self._in_value = True

    def _start_formula(self, _: dict[str, str]) -> None:
        self._formula = True

    def _start_inline(self, _: dict[str, str]) -> None:
        self._inline = _StringReader()

    def _merge(self, attributes: dict[str, str]) -> None:
        first, _, last = attributes.get("ref", "").partition(":")
        top, left = _place(first)
        bottom, right = _place(last or first)
        self._merges.append(Merge(top, left, bottom, right))
        refuse_many_merges(self._merges)

    def _columns(self, attributes: dict[str, str]) -> None:
        self._column_ranges += 1
        if self._column_ranges > MOST_COLUMNS:
            raise UserError("file_damaged")
        if attributes.get("hidden", "") in _TRUE:
            first, last = int(attributes["min"]), min(int(attributes["max"]), MOST_COLUMNS)
            self._hidden_columns[first - 1 : last] = b"\1" * (last - first + 1)

    def _end_cell(self) -> None:
        inline, self._inline = self._inline, None
        cell = self._inline_cell(inline) if inline is not None else self._stored_cell()
        if cell is not None:
            self._rows.put(self._row, self._column, cell)
            if self._row_hidden:
                self._rows.hide(self._row)

    def _inline_cell(self, inline: _StringReader) -> Cell | None:
        font, _ = self._styles.of(self._style)
        return _text(tuple(inline.runs), font)

    def _stored_cell(self) -> Cell | None:
        stored = "" if self._value is None else "".join(self._value)
        if self._type == "s" and stored:
            return self._shared_cell(stored)
        font, as_date = self._styles.of(self._style)
        if self._type == "str" and self._value is not None:
            return _text(((_unescaped(stored), None),), font)
        stored = stored.strip()
        if not stored:
            return Cell(Kind.UNCACHED) if self._formula else None
        match self._type:
            case "e":
                cell = Cell(Kind.ERROR)
            case "b":
                cell = Cell(Kind.BOOLEAN, number=int(stored in _TRUE))
            case "d":
                cell = Cell(Kind.DATE, day=date.fromisoformat(stored[:10]))
            case _:
                cell = number_cell(_number(stored), as_date=as_date, date1904=self._date1904)
        return cell

    def _shared_cell(self, stored: str) -> Cell | None:
        key = (stored, self._style)
        if key not in self._known:
            index = int(stored)
            if not 0 <= index < len(self._strings):
                raise UserError("file_damaged")
            font, _ = self._styles.of(self._style)
            self._known[key] = _text(self._strings[index], font)
        return self._known[key]


def _text(runs: _Runs, font: str) -> Cell | None:
    kept = tuple(Run(text, font if own is None else own) for text, own in runs if text)
    return Cell(Kind.TEXT, kept) if kept else None


def _number(stored: str) -> int | float:
    if stored.isascii() and stored.isdigit() and len(stored) < 18:  # noqa: PLR2004 - exact as an int
        return int(stored)
    value = float(stored)
    if not isfinite(value):
        raise UserError("file_damaged")
    return value
