"""What to ask when nobody can tell how a file's letters are meant: the same names under each reading.

Whether to ask is known from the register (`encoding_sure`, findings `legacy_unclear`); the answer goes back
into `ImportSettings.encoding`.
"""

from __future__ import annotations

import unicodedata
from itertools import islice
from typing import Final

from tongcds.domain.views import ImportEncoding
from tongcds.imports.celltext import holds_vietnamese
from tongcds.imports.findings import shortened
from tongcds.imports.legacy_fonts import LegacyFont, to_unicode
from tongcds.imports.register import Register

_NAMES: Final = 5
WINDOWS_1258: Final = "windows-1258"
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
        asked.append((WINDOWS_1258, [_in_1258(name) for name in found]))
    if not found:
        return ()
    return tuple(ImportEncoding(name, tuple(map(shortened, read))) for name, read in asked)


def _names(register: Register) -> list[str]:
    """Return the first names with letters beyond ASCII that may be of an old font, as the file has them."""
    found = (member.found for household in register.households for member in household.members)
    doubtful = (name for name in found if not name.isascii() and not holds_vietnamese(name))
    return list(islice(dict.fromkeys(doubtful), _NAMES))


def _in_1258(name: str) -> str:
    read = name.encode("latin-1", "replace").decode("cp1258", "replace")
    return unicodedata.normalize("NFC", read)
