"""The gate every text of a spreadsheet passes: legacy fonts, look-alikes, spaces, marks that mean "nothing".

What a text then means (a name, a phone) is for `readings`; the tables of the legacy fonts stand in
`legacy_fonts`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from tongcds.domain.text import clean
from tongcds.imports.legacy_fonts import (
    LegacyFont,
    draws_capitals,
    family_of,
    legacy_font_named,
    to_unicode,
)
from tongcds.imports.workbook import Cell, Kind, Run

WINDOWS_1258: Final = "windows-1258"

_NOTHING: Final = frozenset(
    {"", "không", "không có", "chưa", "chưa có", "chưa làm", "k", "ko"},
)
_BEGINS_NOTHING: Final = frozenset("kKcC0-\u2010\u2011\u2012\u2013\u2014\u2015")
_ONLY_DASHES: Final = re.compile(r"[-\u2010-\u2015]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_DITTO: Final = frozenset({'"', "''", "//", "nt", "-nt-", "như trên", "\u201d", "\u201c", "\u2033"})

_VIETNAMESE: Final = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_LEGACY_LOOK: Final = re.compile("[^\\W\\d_][\u00a1-\u00bf]|[\u00a1-\u00bf][^\\W\\d_]")
_VNI_LOOK: Final = re.compile("[ae][âêàáåãäèéúüëøùûõï]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellText:
    """A text that has passed the gate.

    `unclear`: it looks like a legacy font but its font does not say so, and it was left exactly as found.
    `legacy`: the family it was converted from. `found`: the text as the file has it.
    """

    text: str
    found: str = ""
    legacy: LegacyFont | None = None
    unclear: bool = False


def read_text(cell: Cell | None, *, convert: bool = True, assumed: LegacyFont | None = None) -> CellText:
    """Return a cell's text as the program takes it.

    `convert` is the user's yes to legacy fonts; `assumed` the family that the user named for text whose font
    does not say one.
    """
    if cell is None or cell.kind in {Kind.ERROR, Kind.UNCACHED}:
        return CellText("")
    found = cell.text
    if cell.kind is not Kind.TEXT:
        return CellText(found, found)
    parts = []
    legacy: LegacyFont | None = None
    unclear = False
    for run in _whole_runs(cell.runs):
        family = family_of(run.font) if convert else None
        if family is None and not run.text.isascii():
            family = assumed
        if family is not None and not holds_vietnamese(run.text):
            converted = to_unicode(run.text, family)
            parts.append(converted.upper() if draws_capitals(run.font) else converted)
            legacy = family
        else:
            unclear = unclear or looks_legacy(run.text)
            parts.append(run.text)
    text = "".join(parts)
    if unclear:
        return CellText(_CONTROLS.sub("", text).strip(), found, legacy, unclear=True)
    return CellText(_without_apostrophe(clean(text)), found, legacy)


def read_text_as(cell: Cell | None, encoding: str) -> CellText:
    """Return a cell's text with its letters as a person said of its column, whatever its font says.

    `encoding`: a legacy family, "windows-1258" for bytes that were kept as Latin-1, anything else: as it is.
    Runs that hold Vietnamese letters beyond Latin-1 are Unicode already and stay.
    """
    if cell is None or cell.kind is not Kind.TEXT:
        return read_text(cell)
    family = legacy_font_named(encoding)
    parts = []
    for run in _whole_runs(cell.runs):
        if run.text.isascii() or holds_vietnamese(run.text):
            parts.append(run.text)
        elif family is not None:
            converted = to_unicode(run.text, family)
            parts.append(converted.upper() if draws_capitals(run.font) else converted)
        else:
            parts.append(from_1258(run.text) if encoding == WINDOWS_1258 else run.text)
    return CellText(_without_apostrophe(clean("".join(parts))), cell.text, family)


def from_1258(text: str) -> str:
    """Return the text behind bytes of windows-1258 that were kept as Latin-1."""
    read = text.encode("latin-1", "replace").decode("cp1258", "replace")
    return unicodedata.normalize("NFC", read)


def _whole_runs(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Join neighbours of one font: VNI writes a letter in two characters, which a change to bold may part."""
    if len(runs) == 1:
        return runs
    parts = (Run("".join(run.text for run in same), font) for font, same in groupby(runs, key=_font))
    return tuple(parts)


_font = attrgetter("font")


def _without_apostrophe(text: str) -> str:
    """Drop the apostrophe that people type to keep a zero; two of them are a ditto mark."""
    return text[1:].lstrip() if text.startswith("'") and not text.startswith("''") else text


def holds_vietnamese(text: str) -> bool:
    """Say whether a text has a Vietnamese letter beyond Latin-1, so that it is Unicode already."""
    return not text.isascii() and _VIETNAMESE.search(unicodedata.normalize("NFC", text)) is not None


def looks_legacy(text: str) -> bool:
    """Say whether a text in an ordinary font looks like TCVN3: "NguyÔn V¨n"."""
    return not text.isascii() and _LEGACY_LOOK.search(text) is not None and not holds_vietnamese(text)


def legacy_signs(text: str) -> int:
    """Return how often a character that only a legacy font explains stands beside a letter."""
    return len(_LEGACY_LOOK.findall(text))


def vni_signs(text: str) -> int:
    """Return how often a vowel is followed by a mark of VNI as no Vietnamese word has it: "Nguyeãn Vaên"."""
    return len(_VNI_LOOK.findall(text))


def says_nothing(text: str, *, zero: bool = False) -> bool:
    """Say whether a text means "empty"; in numbers, births and marks (`zero`) a 0 does too."""
    if text and text[0] not in _BEGINS_NOTHING:
        return False
    lowered = text.lower()
    return (
        lowered in _NOTHING
        or _ONLY_DASHES.fullmatch(lowered) is not None
        or (zero and lowered.strip("0") == "")
    )


def is_ditto(text: str) -> bool:
    """Say whether a text means "as above"."""
    return text.lower() in _DITTO
