"""The first rows of a file, for a person to say which of them names the columns.

For files in which no header is recognised, and for those where another row is meant. Reading the register is
`reading`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from tongcds.domain.views import ImportColumn, ImportSheet, ImportTopRow
from tongcds.errors import CancelledError
from tongcds.imports.celltext import read_text
from tongcds.imports.findings import shortened
from tongcds.imports.headers import find_header
from tongcds.imports.opening import open_workbook
from tongcds.imports.reading import listing
from tongcds.imports.register import ImportSettings
from tongcds.imports.workbook import Row, Sheet, Workbook

_ROWS: Final = 30
_TEXTS: Final = 12


def peek(path: Path, settings: ImportSettings, cancelled: Callable[[], bool]) -> tuple[ImportSheet, ...]:
    """Return the top of each visible sheet that holds anything, with its header as far as one is known.

    Where neither the file nor `settings.header_rows` says which row it is, it is taken to be the row with the
    most texts.

    Raises:
        UserError: as `read_register`, but for `no_register`.
        CancelledError: `cancelled` said yes.
    """

    def tick() -> None:
        if cancelled():
            raise CancelledError

    workbook = open_workbook(path, settings, tick)
    return tuple(_sheet(sheet, settings, workbook) for sheet in workbook.sheets if sheet.rows)


def _sheet(sheet: Sheet, settings: ImportSettings, workbook: Workbook) -> ImportSheet:
    user = settings.user
    header = find_header(sheet, user)
    if header is None:
        likely = max(islice(sheet.rows, _ROWS), key=_texts)
        header = find_header(sheet, replace(user, header_rows={sheet.name: likely.number}))
    if header is None:
        raise LookupError(sheet.name)
    return ImportSheet(
        sheet.name,
        rows=tuple(ImportTopRow(row.number, _words(row)) for row in islice(sheet.rows, _ROWS)),
        header_row=header.first,
        columns=tuple(
            ImportColumn(sheet.name, one.letter, one.heading, one.field or "", one.samples)
            for one in listing(sheet, header, settings, workbook)
        ),
    )


def _texts(row: Row) -> tuple[int, int]:
    """How like a header a row is: by its different texts without figures; of two alike the upper one."""
    texts = {read_text(cell).text for cell in row.cells.values() if cell.runs}
    return len({text for text in texts if text and not any(c.isdigit() for c in text)}), -row.number


def _words(row: Row) -> str:
    texts = (shortened(read_text(cell).text) for cell in islice(row.cells.values(), _TEXTS))
    return " | ".join(text for text in texts if text)
