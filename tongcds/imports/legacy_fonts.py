"""TCVN3 and VNI: encodings that hide in the font of a cell (.VnTime, VNI-Times), and back to Unicode.

The tables follow TCVN 5712:1993 (its VN3 set) and the VNI double-byte set for Windows, as Latin-1 characters,
which is how spreadsheets store them. When to convert is for `celltext` to decide.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import Final


class LegacyFont(Enum):
    """The family a font belongs to, by its name."""

    TCVN3 = "tcvn3"
    VNI = "vni"


FONT_OF: Final = {LegacyFont.TCVN3: ".VnTime", LegacyFont.VNI: "VNI-Times"}
"""A font of each family, for text whose family is known otherwise."""


@lru_cache(maxsize=1024)
def family_of(font: str) -> LegacyFont | None:
    """Return the legacy family of a font name, None for an ordinary font."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return LegacyFont.TCVN3
    if name.startswith("vni-"):
        return LegacyFont.VNI
    return None


def legacy_font_named(name: str | None) -> LegacyFont | None:
    """Return the family that a person named ("tcvn3", "vni"), None for an ordinary encoding."""
    return next((family for family in LegacyFont if family.value == name), None)


def draws_capitals(font: str) -> bool:
    """Say whether a font of the .Vn family draws small letters as capitals (.VnTimeH)."""
    name = font.strip().lower()
    return name.startswith(".vn") and name.endswith("h")


def to_unicode(text: str, family: LegacyFont) -> str:
    """Return the Vietnamese text behind Latin-1 characters of a legacy font."""
    if family is LegacyFont.TCVN3:
        return text.translate(_TCVN3)
    return _VNI_PAIR.sub(_vni_letter, text)


# Each vowel with its tones in the order of the code chart: grave, hook, tilde, acute, dot below.
_TCVN3_VOWELS: Final = {
    "aàảãáạ": (0xB5, 0xB6, 0xB7, 0xB8, 0xB9),
    "ăằẳẵắặ": (0xBB, 0xBC, 0xBD, 0xBE, 0xC6),
    "âầẩẫấậ": (0xC7, 0xC8, 0xC9, 0xCA, 0xCB),
    "eèẻẽéẹ": (0xCC, 0xCE, 0xCF, 0xD0, 0xD1),
    "êềểễếệ": (0xD2, 0xD3, 0xD4, 0xD5, 0xD6),
    "iìỉĩíị": (0xD7, 0xD8, 0xDC, 0xDD, 0xDE),
    "oòỏõóọ": (0xDF, 0xE1, 0xE2, 0xE3, 0xE4),
    "ôồổỗốộ": (0xE5, 0xE6, 0xE7, 0xE8, 0xE9),
    "ơờởỡớợ": (0xEA, 0xEB, 0xEC, 0xED, 0xEE),
    "uùủũúụ": (0xEF, 0xF1, 0xF2, 0xF3, 0xF4),
    "ưừửữứự": (0xF5, 0xF6, 0xF7, 0xF8, 0xF9),
    "yỳỷỹýỵ": (0xFA, 0xFB, 0xFC, 0xFD, 0xFE),
}
_TCVN3_PLAIN: Final = "ĂÂÊÔƠƯĐăâêôơưđ"
"""The letters from 0xA1 to 0xAE. Capitals with a tone do not exist in this set."""

_TCVN3: Final = {
    **{
        code: letter
        for vowels, codes in _TCVN3_VOWELS.items()
        for code, letter in zip(codes, vowels[1:], strict=True)
    },
    **{0xA1 + i: letter for i, letter in enumerate(_TCVN3_PLAIN)},
}

# VNI writes a base letter and one mark, which says tone and vowel sign at once. Tones: grave, acute, hook,
# tilde, dot below.
_VNI_TONES: Final = "\u0300\u0301\u0309\u0303\u0323"
_VNI_MARKS: Final = {
    "": "øùûõï",
    "\u0302": "àáåãä",
    "\u0306": "èéúüë",
}
_VNI_BARE_SIGNS: Final = {"â": "\u0302", "ê": "\u0306"}
_VNI_WHOLE: Final = {"ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}
_VNI_HORNED: Final = {"ô": "ơ", "ö": "ư"}

_VNI_SIGNS: Final = {
    mark: sign + tone
    for sign, marks in _VNI_MARKS.items()
    for mark, tone in zip(marks, _VNI_TONES, strict=True)
} | _VNI_BARE_SIGNS
_VNI_PAIR: Final = re.compile(
    f"[aeiouyôö][{''.join(_VNI_SIGNS)}]|[{''.join(_VNI_WHOLE)}{''.join(_VNI_HORNED)}]", re.IGNORECASE
)


def _vni_letter(found: re.Match[str]) -> str:
    pair = found[0].lower()
    base = _VNI_HORNED.get(pair[0], pair[0])
    if len(pair) == 1:
        letter = _VNI_WHOLE.get(pair, base)
    else:
        letter = unicodedata.normalize("NFC", base + _VNI_SIGNS[pair[1]])
    return letter.upper() if found[0][0].isupper() else letter
