"""Reads the tables of a web page, which many programs save under the name of a spreadsheet.

Nothing of the page is followed or run: only text, fonts and the shape of tables are taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from tongcds.errors import UserError
from tongcds.imports.workbook import (
    LONGEST_TEXT,
    MOST_CELLS,
    MOST_COLUMNS,
    Cell,
    Kind,
    Merge,
    Run,
    Sheet,
    SheetRows,
    Tick,
    Workbook,
    refuse_many_merges,
)

TABLE: Final = "Table"
_OPENING_BYTES: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_FONT_FAMILY: Final = re.compile(r"font-family\s*:\s*[\"']?([^;,\"']+)", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "windows-1258", "windows-1252", "iso-8859-1"})
_TALLEST: Final = 65_536
_DEEPEST: Final = 256
_UNSEEN: Final = frozenset({"script", "style", "head", "title"})


def looks_like_html(data: bytes) -> bool:
    """Say whether a file is a web page with a table."""
    opening = data[:_OPENING_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").replace(b"\0", b"").lower()
    return opening.startswith(b"<") and (
        b"<html" in opening or b"<table" in opening or b"<!doctype html" in opening
    )


def stated_encoding(data: bytes) -> str | None:
    """Return the encoding that the page's own head names, if it is one that pages really have."""
    found = _CHARSET.search(data[:_OPENING_BYTES])
    name = found[1].decode("ascii").lower() if found else ""
    return name if name in _ENCODINGS else None


def read_html(text: str, tick: Tick) -> Workbook:
    """Read every table of a page that is not inside another table; the first sheet is called "Table".

    Raises:
        UserError: `file_too_big`.
    """
    page = _Page()
    for start in range(0, len(text), _CHUNK):
        tick()
        page.feed(text[start : start + _CHUNK])
        if len(page.rawdata) > LONGEST_TEXT:
            raise UserError("file_unsafe")  # a tag that never ends is gone through again each time
    page.close()
    page.end_table()
    return Workbook(tuple(page.sheets))


@dataclass(slots=True)
class _Table:
    """A table while it is being read: where the next cell goes, and what reaches down from rows above."""

    rows: SheetRows = field(default_factory=SheetRows)
    merges: list[Merge] = field(default_factory=list)
    row: int = 0
    column: int = 0
    spanned: int = 0
    reaching: dict[int, int] = field(default_factory=dict)

    def next_row(self) -> None:
        self.row += 1
        self.column = 0

    def place(self, across: int, down: int) -> int:
        """Return the column of the next cell, past what reaches down, and keep its block."""
        if self.row == 0:
            self.next_row()
        while self.reaching.get(self.column, 0) >= self.row:
            self.column += 1
        at = self.column
        if at + across > MOST_COLUMNS:
            raise UserError("file_too_big", limit=f"{MOST_COLUMNS:,}")
        self.spanned += across
        if self.spanned > MOST_CELLS:
            raise UserError("file_too_big", limit=f"{MOST_CELLS:,}")
        if down > 1:
            for column in range(at, at + across):
                self.reaching[column] = self.row + down - 1
        if across > 1 or down > 1:
            self.merges.append(Merge(self.row, at, self.row + down - 1, at + across - 1))
            refuse_many_merges(self.merges)
        self.column += across
        return at


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[Sheet] = []
        self._table: _Table | None = None
        self._depth = 0
        self._cell: int | None = None
        self._runs: list[Run] = []
        self._fonts: list[tuple[str, str]] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._table = _Table()
        elif tag in {"tr", "td", "th"} and self._depth == 1 and self._table is not None:
            self._end_cell()
            if tag == "tr":
                self._table.next_row()
                if _HIDDEN.search(said.get("style", "")):
                    self._table.rows.hide(self._table.row)
            else:
                across, down = _span(said, "colspan", MOST_COLUMNS), _span(said, "rowspan", _TALLEST)
                self._cell = self._table.place(across, down)
                self._fonts = []
                self._push_font(tag, said)
        elif tag in {"br", "p", "div"} and self._cell is not None:
            self._runs.append(Run("\n"))
        elif self._cell is not None:
            self._push_font(tag, said)

    def _push_font(self, tag: str, said: dict[str, str]) -> None:
        styled = _FONT_FAMILY.search(said.get("style", ""))
        font = styled[1].strip() if styled else said.get("face", "").partition(",")[0].strip()
        if len(self._fonts) > _DEEPEST:
            raise UserError("file_unsafe")
        self._fonts.append((tag, font or (self._fonts[-1][1] if self._fonts else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag == "table":
            self._depth = max(self._depth - 1, 0)
            if self._depth == 0:
                self.end_table()
        elif tag in {"td", "th", "tr"} and self._depth == 1:
            self._end_cell()
        elif len(self._fonts) > 1 and any(name == tag for name, _ in self._fonts[1:]):
            while self._fonts.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._unseen:
            font = self._fonts[-1][1] if self._fonts else ""
            self._runs.append(Run(" ".join(re.split(r"[\r\n\t ]+", data)), font))

    def _end_cell(self) -> None:
        runs, self._runs = self._runs, []
        at, self._cell = self._cell, None
        if at is not None and self._table is not None and any(run.text.strip() for run in runs):
            self._table.rows.put(self._table.row, at, Cell(Kind.TEXT, tuple(run for run in runs if run.text)))

    def end_table(self) -> None:
        """Finish the open table, also one that the page never closes."""
        self._end_cell()
        table, self._table = self._table, None
        if table is not None:
            name = f"{TABLE} {len(self.sheets) + 1}" if self.sheets else TABLE
            self.sheets.append(Sheet(name, table.rows.finish(), tuple(table.merges)))


def _span(said: dict[str, str], name: str, most: int) -> int:
    digits = said.get(name, "").strip()
    return (
        max(1, min(int(digits), most))
        if digits.isascii() and digits.isdigit() and len(digits) < len("1000000")
        else 1
    )
