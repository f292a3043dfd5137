"""What to ask when nobody can tell how a file's letters are meant: the same names under each reading.

Whether to ask is known from the register (`encoding_sure`, findings `legacy_unclear`); the answer goes back
into `ImportSettings.encoding`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from tongcds.domain.views import ImportEncoding
from tongcds.imports.celltext import (
    WINDOWS_1258,
    from_1258,
    holds_vietnamese,
    looks_legacy,
    read_text_as,
    vni_signs,
)
from tongcds.imports.findings import shortened
from tongcds.imports.legacy_fonts import LegacyFont, family_of, to_unicode
from tongcds.imports.register import Register
from tongcds.imports.workbook import Cell, Kind

_NAMES: Final = 5
ENCODINGS: Final = (*(family.value for family in LegacyFont), WINDOWS_1258, "utf-8")
"""What a person may answer."""


def readings(register: Register) -> tuple[ImportEncoding, ...]:
    """Return each reading that is possible with the same first names in it; none where nothing is to ask."""
    unclear = [w for w in register.warnings if w.code == "legacy_unclear"]
    if not register.encoding_sure or any(w.field == "full_name" for w in unclear):
        found = _names(register)
    else:
        found = list(dict.fromkeys(w.found for w in unclear))[:_NAMES]
    asked = [(family.value, [to_unicode(name, family) for name in found]) for family in LegacyFont]
    if not register.encoding_sure:
        # The bytes of the file were kept as Latin-1.
        asked.append((WINDOWS_1258, [from_1258(name) for name in found]))
    if not found:
        return ()
    return tuple(ImportEncoding(name, tuple(map(shortened, read))) for name, read in asked)


def _names(register: Register) -> list[str]:
    """Return the first names with letters beyond ASCII that may be of an old font, as the file has them."""
    found = (member.found for household in register.households for member in household.members)
    doubtful = (name for name in found if not name.isascii() and not holds_vietnamese(name))
    return list(islice(dict.fromkeys(doubtful), _NAMES))


def doubtful_cells(cells: Iterable[Cell], *, whatever_font: bool) -> list[Cell]:
    """Return those that may be in an old font which their own font does not name; none without a sign of it.

    Many a name has letters that any reading knows ("Lß ThÞ Tõ"): they count beside one that gives it away.
    """
    found: dict[str, Cell] = {}
    sign = False
    for cell in cells:
        for run in cell.runs if cell.kind is Kind.TEXT else ():
            known = family_of(run.font) is not None and not whatever_font
            if known or run.text.isascii() or holds_vietnamese(run.text):
                continue
            found.setdefault(cell.text, cell)
            sign = sign or looks_legacy(run.text) or vni_signs(run.text) > 0
    return list(found.values()) if sign else []


def column_readings(
    cells: Sequence[Cell], as_read: Sequence[str], *, bytes_kept: bool
) -> tuple[ImportEncoding, ...]:
    """Return each reading of these cells of a column, first ("") as they are read while nobody says.

    `bytes_kept`: the file's bytes were kept as Latin-1, so that they may be windows-1258 too.
    """
    if not cells:
        return ()
    told = [name for name in ENCODINGS if bytes_kept or name != WINDOWS_1258]
    readings = [("", as_read), *((name, [read_text_as(cell, name).text for cell in cells]) for name in told)]
    return tuple(ImportEncoding(name, tuple(map(shortened, texts))) for name, texts in readings)
