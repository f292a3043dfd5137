"""Reads `.xls` (BIFF8 of Excel 97 to 2003, and older) through xlrd, with the font of every cell and run.

xlrd is the one library that reads fonts, merges and hidden rows of this format; it takes its input for
honest, so everything it stumbles over is called damage here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any, Final, TypeVar

import xlrd  # type: ignore[import-untyped] # publishes no annotations

from tongcds.errors import UserError
from tongcds.imports.workbook import Cell, Kind, Merge, Run, Sheet, SheetRows, Tick, Workbook, number_cell
from tongcds.imports.xls_bounds import refuse_xls_bombs, workbook_stream
from tongcds.imports.xlsx import is_date_format

_ENCRYPTED: Final = "encrypted"
_NO_WORKBOOK: Final = "find workbook"
_TICK_EVERY: Final = 512
_Value = TypeVar("_Value")


def read_xls(path: Path, tick: Tick) -> Workbook:
    """Read a compound file that holds a workbook.

    Raises:
        UserError: `file_encrypted`, `file_damaged`, `file_not_spreadsheet` or `file_too_big`.
    """
    with _damage_named():
        data = path.read_bytes()
        stream = workbook_stream(data)
    if stream is not None:
        refuse_xls_bombs(stream)
        del stream
    with _damage_named():
        # Ragged rows: a stray cell in the last corner must not fill the whole sheet with empty ones.
        book = xlrd.open_workbook(
            file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        )
    del data
    with book:
        sheets = tuple(_sheet(book, index, tick) for index in range(book.nsheets))
        return Workbook(sheets, date1904=bool(book.datemode))


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except xlrd.XLRDError as error:
        said = str(error).lower()
        if _ENCRYPTED in said:
            raise UserError("file_encrypted") from error
        raise UserError("file_not_spreadsheet" if _NO_WORKBOOK in said else "file_damaged") from error
    except MemoryError:
        raise
    except Exception as error:
        # xlrd answers a crafted file with whatever its code trips over, so only xlrd runs in here.
        raise UserError("file_damaged") from error


def _sheet(book: Any, index: int, tick: Tick) -> Sheet:  # noqa: ANN401 - xlrd's classes have no types
    with _damage_named():
        sheet = book.sheet_by_index(index)
    name = sheet.name
    if sheet.visibility:
        return Sheet(name, hidden=True)
    rows = SheetRows()
    formats = _Formats(book, sheet)
    for row in range(sheet.nrows):
        if row % _TICK_EVERY == 0:
            tick()
        info = sheet.rowinfo_map.get(row)
        if info is not None and info.hidden:
            rows.hide(row + 1)
        for column in range(sheet.row_len(row)):
            cell = formats.cell(row, column)
            if cell is not None:
                rows.put(row + 1, column, cell)
    merges = tuple(Merge(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells)
    hidden = frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden)
    book.unload_sheet(index)
    return Sheet(name, rows.finish(), merges, hidden_columns=hidden)


class _Formats:
    """Turns xlrd's cells into cells with fonts."""

    def __init__(self, book: Any, sheet: Any) -> None:  # noqa: ANN401 - as above
        self._book = book
        self._sheet = sheet
        self._fonts = [font.name for font in book.font_list]
        self._style_fonts = [_at(self._fonts, style.font_index, otherwise="") for style in book.xf_list]
        self._dates = [_shows_date(book, style.format_key) for style in book.xf_list]

    def cell(self, row: int, column: int) -> Cell | None:
        held = self._sheet.cell(row, column)
        match held.ctype:
            case xlrd.XL_CELL_TEXT if held.value:
                return Cell(Kind.TEXT, self._runs(row, column, held))
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                date1904 = bool(self._book.datemode)
                as_date = _at(self._dates, held.xf_index, otherwise=False)
                if not isfinite(held.value):
                    return Cell(Kind.ERROR)
                return number_cell(held.value, as_date=as_date, date1904=date1904)
            case xlrd.XL_CELL_BOOLEAN:
                return Cell(Kind.BOOLEAN, number=int(held.value))
            case xlrd.XL_CELL_ERROR:
                return Cell(Kind.ERROR)
        return None

    def _runs(self, row: int, column: int, held: Any) -> tuple[Run, ...]:  # noqa: ANN401 - as above
        font = _at(self._style_fonts, held.xf_index, otherwise="")
        runs = []
        start = 0
        for offset, index in self._sheet.rich_text_runlist_map.get((row, column), ()):
            runs.append(Run(held.value[start:offset], font))
            start, font = offset, _at(self._fonts, index, otherwise=font)
        runs.append(Run(held.value[start:], font))
        return tuple(run for run in runs if run.text)


def _shows_date(book: Any, format_key: int) -> bool:  # noqa: ANN401 - as above
    number_format = book.format_map.get(format_key)
    return number_format is not None and is_date_format(number_format.format_str)


def _at(values: Sequence[_Value], index: int, *, otherwise: _Value) -> _Value:
    """Return a value of a table by a number from the file, which may point beside the table."""
    return values[index] if 0 <= index < len(values) else otherwise
