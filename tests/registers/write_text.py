"""Writes the first page of a drawn workbook as records of text (.csv) or as a web page saved as .xls."""

from __future__ import annotations

import codecs
import csv
import io
from html import escape
from random import Random

from tests.registers.book import DEFAULT_FONT, Book, Page, Text, Value
from tests.registers.letters import TCVN3, VNI, in_1258


def csv_bytes(book: Book, chance: Random, encoding: str) -> bytes:
    """Return the file in an encoding of ours: utf-8, utf-8-sig, utf-16, windows-1258, tcvn3 or vni."""
    (page,) = book.pages
    target = io.StringIO(newline="")
    ends = chance.choice(("\r\n", "\n"))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(target, delimiter=chance.choice(";,\t"), lineterminator=ends, quoting=quoting)
    keep_zeros = chance.random() < 0.3
    rows, wide = page.rows(), page.last_column()
    for number in range(1, page.last_row() + 1):
        row = rows[number]
        if row:
            writer.writerow([_written(row.get(c), keep_zeros=keep_zeros) for c in range(wide + 1)])
        else:
            target.write(ends)
    text = target.getvalue()
    match encoding:
        case "utf-8-sig":
            return codecs.BOM_UTF8 + text.encode()
        case "utf-16":
            return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
        case "windows-1258":
            return in_1258(text, chance)
        case "utf-8":
            return text.encode()
        case _ if encoding in {TCVN3, VNI}:
            return text.encode("latin-1")
    raise ValueError(encoding)


def _written(value: Value | None, *, keep_zeros: bool) -> str:
    text = "" if value is None else value.text
    return f'="{text}"' if keep_zeros and text.startswith("0") and text.isdigit() else text


def html_bytes(book: Book, chance: Random) -> bytes:
    """Return the page."""
    (page,) = book.pages
    by_style = chance.random() < 0.5
    wide = page.last_column()
    rows = "".join(_row(page, number, wide, by_style=by_style) for number in range(1, page.last_row() + 1))
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>'
    return f"{head}<body><table border=1>{rows}</table></body></html>".encode()


def _row(page: Page, number: int, wide: int, *, by_style: bool) -> str:
    spans, covered = {}, set()
    for top, left, bottom, right in page.merges:
        spans[top, left] = f" rowspan={bottom - top + 1} colspan={right - left + 1}"
        covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {(top, left)}
    cells = "".join(
        f"<td{spans.get((number, c), '')}>{_cell(page.cells.get((number, c)), by_style=by_style)}</td>"
        for c in range(wide + 1)
        if (number, c) not in covered
    )
    hidden = ' style="display:none"' if number in page.hidden_rows else ""
    return f"<tr{hidden}>{cells}</tr>\n"


def _cell(value: Value | None, *, by_style: bool) -> str:
    if value is None:
        return ""
    if not isinstance(value, Text):
        return escape(value.text)
    return "".join(
        escape(text)
        if font == DEFAULT_FONT
        else f"<span style=\"font-family:'{font}'\">{escape(text)}</span>"
        if by_style
        else f'<font face="{font}">{escape(text)}</font>'
        for text, font in value.runs
    )
