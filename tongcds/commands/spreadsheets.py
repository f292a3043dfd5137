"""What the command `import` may be told about a file: its columns and its encoding, and what it asks for."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.commands.answers import read_day
from tongcds.domain.views import ImportChoices, ImportPreview
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, ngettext
from tongcds.imports.columns import Field
from tongcds.imports.encodings import ENCODINGS
from tongcds.imports.workbook import MOST_ROWS, column_index

_NOT_USED = "none"


def add_options(made: argparse.ArgumentParser) -> None:
    """Put the options into the parser of the command."""
    made.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="HEADING=MEANING",
        help=f"what a column holds: {', '.join(Field)}, or {_NOT_USED}; may be repeated",
    )
    made.add_argument(
        "--letter",
        action="append",
        default=[],
        metavar="[SHEET!]LETTER=MEANING",
        help="what the column of a letter holds, where it has no heading; may be repeated",
    )
    made.add_argument(
        "--header-row",
        action="append",
        default=[],
        metavar="[SHEET!]ROW",
        help="the row that names the columns where none is recognised, 0 if none does; may be repeated",
    )
    made.add_argument(
        "--encoding",
        metavar="ENCODING",
        help=f"how letters are meant, where nobody can tell: {', '.join(ENCODINGS)}",
    )
    made.add_argument(
        "--column-encoding",
        action="append",
        default=[],
        metavar="[SHEET!]LETTER=ENCODING",
        help="how the letters of one column are meant, whatever its font; may be repeated",
    )
    made.add_argument(
        "--held-on",
        type=read_day,
        metavar="YYYY-MM-DD",
        help="since when the poverty classes of the file hold, if not as its title says",
    )
    made.add_argument("--decision", metavar="NUMBER", help="by which decision they hold, likewise")
    made.add_argument(
        "--forget-columns", action="store_true", help="forget what columns of such files were taken for"
    )


def columns_of(options: argparse.Namespace) -> dict[str, str]:
    """Return for each heading that was named its field, "" for none.

    Raises:
        UserError: column_meaning_unknown.
    """
    return dict(map(_meaning, options.column))


def _meaning(said: str) -> tuple[str, str]:
    heading, _equals, meaning = said.rpartition("=")
    if not heading.strip() or meaning not in {*Field, _NOT_USED}:
        raise UserError("column_meaning_unknown", text=said, known=", ".join([*Field, _NOT_USED]))
    return heading.strip(), "" if meaning == _NOT_USED else meaning


def choices_of(options: argparse.Namespace, first_sheet: Callable[[str | None], str]) -> ImportChoices:
    """Return what the options say of a file.

    `first_sheet` answers which sheet is meant where none is named, in a file of that encoding.

    Raises:
        UserError: column_meaning_unknown, header_row_unknown, encoding_unknown.
    """
    encoding = None if options.encoding is None else _encoding(options.encoding)

    def sheet_of(said: str) -> str:
        return said or first_sheet(encoding)

    rows, columns = _places(options, sheet_of)
    letters = {}
    for one in options.column_encoding:
        place, _equals, said = one.rpartition("=")
        sheet, _mark, letter = place.rpartition("!")
        if column_index(letter) is None:
            raise UserError("encoding_unknown", text=one, known=", ".join(ENCODINGS))
        letters[sheet_of(sheet), letter.upper()] = _encoding(said)
    return ImportChoices(
        columns=columns,
        header_rows=rows,
        encoding=encoding,
        column_encodings=letters,
        held_on=options.held_on,
        decision_no=options.decision,
    )


def _places(
    options: argparse.Namespace, sheet_of: Callable[[str], str]
) -> tuple[dict[str, int], dict[tuple[str, str], str]]:
    rows: dict[str, int] = {}
    for one in options.header_row:
        sheet, _mark, row = one.rpartition("!")
        if not (row.isascii() and row.isdigit() and int(row) <= MOST_ROWS):
            raise UserError("header_row_unknown", text=one)
        rows[sheet_of(sheet)] = int(row)
    columns: dict[tuple[str, str], str] = {}
    for one in options.letter:
        place, field = _meaning(one)
        sheet, _mark, letter = place.rpartition("!")
        if column_index(letter) is None:
            raise UserError("column_meaning_unknown", text=one, known=", ".join([*Field, _NOT_USED]))
        columns[sheet_of(sheet), letter.upper()] = field
    return rows, columns


def _encoding(said: str) -> str:
    if said.lower() not in ENCODINGS:
        raise UserError("encoding_unknown", text=said, known=", ".join(ENCODINGS))
    return said.lower()


def questions(preview: ImportPreview) -> list[str]:
    """Return what was remembered, and the readings to choose from."""
    lines = []
    if preview.remembered_on is not None:
        lines.append(_("Columns as remembered from {date}.").format(date=format_date(preview.remembered_on)))
    if preview.encodings:
        lines.append(_("Which of these reads well? Choose it with --encoding:"))
        lines += [f"  {one.encoding:<13} {' · '.join(one.texts)}" for one in preview.encodings]
    for column in preview.columns:
        if column.readings:
            words = _("Letters of column {letter}: which reads well? Choose it with --column-encoding:")
            lines.append(words.format(letter=column.letter))
            lines += [f"  {one.encoding or '-':<13} {' · '.join(one.texts)}" for one in column.readings]
    if preview.poverty_changes and preview.held_on is not None:
        words = ngettext(
            "{n} household changes its poverty class, from {date} on. Another day: --held-on",
            "{n} households change their poverty class, from {date} on. Another day: --held-on",
            preview.poverty_changes,
        )
        lines.append(
            words.format(n=format_number(preview.poverty_changes), date=format_date(preview.held_on))
        )
    return lines
