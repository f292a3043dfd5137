"""Draws a whole file of the kind that communes have, and what must be read from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.registers.book import Book, Page, plain
from tests.registers.expected import Expected
from tests.registers.people import Able
from tests.registers.sheet import Choices, draw_sheet
from tests.registers.write_ods import ods_bytes
from tests.registers.write_text import csv_bytes, html_bytes
from tests.registers.write_xls import xls_bytes
from tests.registers.write_xlsx import xlsx_bytes

_TEXT = Able(fonts=False, typed=False, uncached=False, hides=False, merges=False)
FORMATS = {
    "xlsx": Able(),
    "xls": Able(uncached=False),
    "ods": Able(),
    "html": Able(typed=False, uncached=False),
    "utf-8": _TEXT,
    "utf-8-sig": _TEXT,
    "utf-16": _TEXT,
    "windows-1258": replace(_TEXT, unicode=False),
    "tcvn3": replace(_TEXT, unicode=False, whole="tcvn3"),
    "vni": replace(_TEXT, unicode=False, whole="vni"),
}
"""Each format, or encoding of a text file, and what it can hold."""

_SHEETS = ["Hộ dân", "Bản 1", "DS hộ 2024", "Sheet1", "Tổng hợp & rà soát", "Danh sách <mới>"]


@dataclass(frozen=True)
class Drawn:
    """A file, how it is to be read, and what must come of it."""

    name: str
    kind: str
    data: bytes
    today: date
    sensitive: bool
    encoding: str | None
    expected: Expected


def draw(seed: str, kind: str) -> Drawn:
    """Return the file of a seed in a format; the same seed gives the same bytes."""
    chance = Random(f"{seed} {kind}")
    able = FORMATS[kind]
    today = date(2025, 1, 1) + timedelta(days=chance.randrange(900))
    sensitive = chance.random() < 0.85
    text = not able.hides
    one_page = text or kind == "html"
    name = f"so-ho.{'csv' if text else 'xls' if kind == 'html' else kind}"
    book = Book(date1904=able.typed and chance.random() < 0.3)
    expected = Expected()
    count = 1 if one_page else chance.choice((1, 1, 2, 3))
    names = [name] if text else ["Table"] if one_page else chance.sample(_SHEETS, count)
    for sheet_name in names:
        page = Page(sheet_name)
        choices = Choices(able, today, sensitive=sensitive, date1904=book.date1904)
        draw_sheet(page, expected, choices, chance)
        book.pages.append(page)
    if not one_page:
        _add_other_sheets(book, able, chance)
    expected.finish()
    data = _written(book, kind, chance)
    return Drawn(name, kind, data, today, sensitive, able.whole or None, expected)


def _add_other_sheets(book: Book, able: Able, chance: Random) -> None:
    """Put sheets between that are no register: empty, some words, or a register that is hidden."""
    if chance.random() < 0.4:
        book.pages.insert(chance.randrange(len(book.pages) + 1), Page("trống"))
    if chance.random() < 0.4:
        words = Page("hướng dẫn", {(1, 0): plain("Cách ghi: mỗi người một dòng"), (3, 1): plain("Họ và tên")})
        book.pages.insert(chance.randrange(len(book.pages) + 1), words)
    if chance.random() < 0.3:
        hidden = Page("cũ", hidden=True)
        draw_sheet(hidden, Expected(), Choices(able, date(2026, 1, 1)), chance)
        book.pages.insert(chance.randrange(1, len(book.pages) + 1), hidden)


def _written(book: Book, kind: str, chance: Random) -> bytes:
    match kind:
        case "xlsx":
            return xlsx_bytes(book, chance)
        case "xls":
            return xls_bytes(book, chance)
        case "ods":
            return ods_bytes(book, chance)
        case "html":
            return html_bytes(book, chance)
    return csv_bytes(book, chance, kind)
