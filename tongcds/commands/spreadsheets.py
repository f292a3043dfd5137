"""What the command `import` may be told about a file: its columns and its encoding, and what it asks for."""

from __future__ import annotations

import argparse

from tongcds.domain.views import ImportPreview
from tongcds.errors import UserError
from tongcds.i18n import _, format_date
from tongcds.imports.columns import Field
from tongcds.imports.encodings import ENCODINGS

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
        "--encoding",
        metavar="ENCODING",
        help=f"how letters are meant, where nobody can tell: {', '.join(ENCODINGS)}",
    )
    made.add_argument(
        "--forget-columns", action="store_true", help="forget what columns of such files were taken for"
    )


def columns_of(options: argparse.Namespace) -> dict[str, str]:
    """Return for each heading that was named its field, "" for none.

    Raises:
        UserError: column_meaning_unknown.
    """
    said: dict[str, str] = {}
    for one in options.column:
        heading, _equals, meaning = one.rpartition("=")
        if not heading.strip() or meaning not in {*Field, _NOT_USED}:
            raise UserError("column_meaning_unknown", text=one, known=", ".join([*Field, _NOT_USED]))
        said[heading.strip()] = "" if meaning == _NOT_USED else meaning
    return said


def encoding_of(options: argparse.Namespace) -> str | None:
    """Return the encoding that was named, None where none was.

    Raises:
        UserError: encoding_unknown.
    """
    said: str | None = options.encoding
    if said is not None and said.lower() not in ENCODINGS:
        raise UserError("encoding_unknown", text=said, known=", ".join(ENCODINGS))
    return said and said.lower()


def questions(preview: ImportPreview) -> list[str]:
    """Return what was remembered, and the readings to choose from."""
    lines = []
    if preview.remembered_on is not None:
        lines.append(_("Columns as remembered from {date}.").format(date=format_date(preview.remembered_on)))
    if preview.encodings:
        lines.append(_("Which of these reads well? Choose it with --encoding:"))
        lines += [f"  {one.encoding:<13} {' · '.join(one.names)}" for one in preview.encodings]
    return lines
