"""What columns were chosen to mean by hand, kept in the vault for files with the same headings.

An import that is written remembers (`importing.apply_import`); the next file of its kind is read by it until
it is forgotten. Reading by it is `tongcds.imports`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.imports.register import Register
from tongcds.storage import local

Columns = Mapping[tuple[str, str], str]
"""For a sheet's name and a column's letter the field, "" for none."""

_NOTE: Final = "columns of import "


def remember(connection: Connection, register: Register, columns: Columns, today: date) -> None:
    """Keep what was chosen for each sheet of this file, in place of what was kept for its headings."""
    for sheet in register.sheets:
        chosen = {letter: field for (name, letter), field in columns.items() if name == sheet.name}
        if sheet.fingerprint and chosen:
            kept = json.dumps({"on": today.isoformat(), "columns": chosen})
            local.put_note(connection, _NOTE + sheet.fingerprint, kept)


def recall(connection: Connection, register: Register) -> tuple[dict[tuple[str, str], str], date | None]:
    """Return what was chosen for files with these headings, and the last day on which it was."""
    columns: dict[tuple[str, str], str] = {}
    last: date | None = None
    for sheet in register.sheets:
        kept = local.get_note(connection, _NOTE + sheet.fingerprint) if sheet.fingerprint else ""
        if kept:
            said = json.loads(kept)
            on = date.fromisoformat(said["on"])
            last = on if last is None else max(last, on)
            columns |= {(sheet.name, letter): field for letter, field in said["columns"].items()}
    return columns, last


def known_headers(connection: Connection) -> dict[str, dict[str, str]]:
    """Return for each remembered header, by its fingerprint, what its columns were said to hold."""
    kept = local.notes_named(connection, _NOTE)
    return {name.removeprefix(_NOTE): json.loads(text)["columns"] for name, text in kept.items() if text}


def forget_columns(core: Core, register: Register) -> Changes:
    """Forget what was chosen for files with the headings of this one."""
    with core.vault.write() as connection:
        for sheet in register.sheets:
            local.put_note(connection, _NOTE + sheet.fingerprint, "")
    return Changes.of()
