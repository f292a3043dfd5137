"""Reads text files of records (.csv, .tsv) in UTF-8, windows-1258 or a legacy font's bytes.

Encoding and delimiter are found out, or answered by the person; every value is text. A web page saved as .xls
is read by `html_table`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable
from typing import Final

from tongcds.errors import UserError
from tongcds.imports.celltext import legacy_signs, vni_signs
from tongcds.imports.legacy_fonts import FONT_OF, legacy_font_named
from tongcds.imports.workbook import Sheet, SheetRows, Tick, Workbook, text_cell

MOST_BYTES: Final = 64 * 1024 * 1024
DELIMITERS: Final = (";", ",", "\t")
UTF_8: Final = "utf-8"
WINDOWS_1258: Final = "windows-1258"

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_VALUE: Final = 1024 * 1024
_KEPT_AS_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)
_TRIED_RECORDS: Final = 200
_TICK_EVERY: Final = 1024
_LINES_A_SIGN: Final = 10
"""Text in windows-1258 has a sign of a legacy font on hardly any line, text in TCVN3 on almost each."""

Recognise = Callable[[Sheet], int]
"""Says how many columns of a register the header of a sheet names; 0 where there is none."""


def decode(data: bytes, encoding: str | None) -> str:
    """Return the text of a file: by its byte-order mark, by the person's answer, UTF-8 if valid, or 1258.

    The bytes of a legacy font ("tcvn3", "vni") stay as they are: they are converted cell by cell, like those
    of a workbook whose cells name such a font.

    Raises:
        UserError: `file_damaged` if the text does not fit its own mark, `encoding_unfit` if it does not fit
            what the person named.
    """
    try:
        for mark, name in _MARKS:
            if data.startswith(mark):
                return data.decode(name)
    except UnicodeDecodeError as error:
        raise UserError("file_damaged") from error
    if legacy_font_named(encoding) is not None:
        return data.decode("latin-1")
    if encoding is not None:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise UserError("encoding_unfit", encoding=encoding) from error
    for name in (UTF_8, "cp1258"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def read_delimited(
    data: bytes,
    name: str,
    *,
    encoding: str | None,
    delimiter: str | None,
    recognise: Recognise,
    tick: Tick,
) -> Workbook:
    """Read a text file as one sheet called `name`; a row is a record, so blank lines count.

    The delimiter is the one that splits the header best. A file that is not Unicode and looks like a legacy
    font keeps its bytes as they are, so that the person may have it converted.

    Raises:
        UserError: `file_too_big`, `file_damaged` or `encoding_unfit`.
    """
    if len(data) > MOST_BYTES:
        raise UserError("file_too_big", limit=f"{MOST_BYTES // 1024 // 1024} MB")
    text = decode(data, encoding)
    guessed = encoding is None and not _is_unicode(data)
    signs = legacy_signs(text) + vni_signs(data.decode("latin-1")) if guessed else 0
    legacy = guessed and signs * _LINES_A_SIGN >= text.count("\n") + 1
    if legacy:
        text = data.decode("latin-1")
    family = legacy_font_named(encoding)
    font = "" if family is None else FONT_OF[family]
    recognised, split = _best_delimiter(text, name, delimiter, recognise)
    sure = not guessed or (recognised > 0 and not legacy)
    return Workbook((_sheet(text, name, split, tick, font=font),), encoding_sure=sure, decoded=True)


def _is_unicode(data: bytes) -> bool:
    if any(data.startswith(mark) for mark, _ in _MARKS):
        return True
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _best_delimiter(text: str, name: str, delimiter: str | None, recognise: Recognise) -> tuple[int, str]:
    """Return how many columns are recognised with the best delimiter, and that delimiter."""
    tried = (delimiter,) if delimiter is not None else DELIMITERS
    scores = [
        (recognise(_sheet(text, name, split, _no_tick, most=_TRIED_RECORDS)), -place, split)
        for place, split in enumerate(tried)
    ]
    score, _, split = max(scores)
    return score, split


def _no_tick() -> None:
    return


def _sheet(
    text: str, name: str, delimiter: str, tick: Tick, *, font: str = "", most: int | None = None
) -> Sheet:
    rows = SheetRows()
    before = csv.field_size_limit(_LONGEST_VALUE)
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if most is not None and number > most:
                break
            if number % _TICK_EVERY == 0:
                tick()
            for column, value in enumerate(record):
                kept = _KEPT_AS_TEXT.fullmatch(value)
                held = kept[1] if kept is not None else value
                if held:
                    rows.put(number, column, text_cell(held, font))
    except csv.Error as error:
        raise UserError("file_damaged") from error
    finally:
        csv.field_size_limit(before)
    return Sheet(name, rows.finish())
