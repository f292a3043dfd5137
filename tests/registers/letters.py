"""How Vietnamese letters were and are stored: TCVN3, VNI, windows-1258, and Unicode as people paste it.

Written from the code charts alone. Nothing here, nor in any other file of this folder but the tests, may come
from the program: what it reads is compared with what is drawn here.
"""

from __future__ import annotations

import unicodedata
from random import Random

TCVN3, VNI = "tcvn3", "vni"

_TCVN3_CHART = (
    "à\xb5 ả\xb6 ã\xb7 á\xb8 ạ\xb9 ă\xa8 ằ\xbb ẳ\xbc ẵ\xbd ắ\xbe ặ\xc6 â\xa9 ầ\xc7 ẩ\xc8 ẫ\xc9 ấ\xca ậ\xcb "
    "đ\xae è\xcc ẻ\xce ẽ\xcf é\xd0 ẹ\xd1 ê\xaa ề\xd2 ể\xd3 ễ\xd4 ế\xd5 ệ\xd6 ì\xd7 ỉ\xd8 ĩ\xdc í\xdd ị\xde "
    "ò\xdf ỏ\xe1 õ\xe2 ó\xe3 ọ\xe4 ô\xab ồ\xe5 ổ\xe6 ỗ\xe7 ố\xe8 ộ\xe9 ơ\xac ờ\xea ở\xeb ỡ\xec ớ\xed ợ\xee "
    "ù\xef ủ\xf1 ũ\xf2 ú\xf3 ụ\xf4 ư\xad ừ\xf5 ử\xf6 ữ\xf7 ứ\xf8 ự\xf9 ỳ\xfa ỷ\xfb ỹ\xfc ý\xfd ỵ\xfe "
    "Ă\xa1 Â\xa2 Ê\xa3 Ô\xa4 Ơ\xa5 Ư\xa6 Đ\xa7"
)
_TCVN3 = {pair[0]: pair[1] for pair in _TCVN3_CHART.split(" ")}

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_TONES = _GRAVE + _ACUTE + _HOOK + _TILDE + _DOT
_VNI_ALONE = {
    "đ": "ñ", "ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "ơ": "ô", "ư": "ö", "ă": "aê",
    "â": "aâ", "ê": "eâ", "ô": "oâ",
}  # fmt: skip
_VNI_TONE_OF = {
    "": dict(zip(_TONES, "øùûõï", strict=True)),
    "\u0302": dict(zip(_TONES, "àáåãä", strict=True)),
    "\u0306": dict(zip(_TONES, "èéúüë", strict=True)),
}
_HORN = "\u031b"


def tcvn3(text: str) -> str:
    """Return what a cell in .VnTime holds. A capital with a tone does not exist: the small letter stands."""
    return "".join(c if c.isascii() else _TCVN3.get(c) or _TCVN3[c.lower()] for c in _composed(text))


def after_tcvn3(text: str) -> str:
    """Return what of a text is left once it has been typed in .VnTime: capitals with a tone are small."""
    return "".join(c if c.isascii() or c in _TCVN3 else c.lower() for c in _composed(text))


def vni(text: str) -> str:
    """Return what a cell in VNI-Times holds: a letter, then one mark for its sign and tone."""
    return "".join(c if c.isascii() else _vni_letter(c) for c in _composed(text))


def _vni_letter(char: str) -> str:
    small = char.lower()
    written = _VNI_ALONE.get(small)
    if written is None:
        base, *marks = unicodedata.normalize("NFD", small)
        (tone,) = (m for m in marks if m in _TONES)
        signs = "".join(m for m in marks if m not in _TONES)
        if signs == _HORN:
            written = _VNI_ALONE[unicodedata.normalize("NFC", base + signs)] + _VNI_TONE_OF[""][tone]
        else:
            written = base + _VNI_TONE_OF[signs][tone]
    return written.upper() if char != small else written


def in_1258(text: str, chance: Random) -> bytes:
    """Return a text in windows-1258: letters that its table has, or base letters with combining tones."""
    split_all = chance.random() < 0.5
    out = []
    for char in _composed(text):
        parts = unicodedata.normalize("NFD", char)
        tones = "".join(p for p in parts if p in _TONES)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        whole = not split_all and _is_in_1258(char)
        out.append(char if whole else base + tones)
    return "".join(out).encode("cp1258")


def _is_in_1258(char: str) -> bool:
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        return False
    return True


def looks_like_an_old_font(text: str) -> bool:
    """Say whether a character of the rows A and B of Latin-1 stands beside a letter."""
    marked = [i for i, c in enumerate(text) if "\u00a1" <= c <= "\u00bf"]
    return any(
        0 <= beside < len(text) and text[beside].isalpha() and text[beside] not in "ªº"
        for i in marked
        for beside in (i - 1, i + 1)
    )


def untidy(text: str, chance: Random) -> str:
    """Return a text as it is pasted from elsewhere, which the gate of the rules makes the same again."""
    for change in chance.sample(_UNTIDY, chance.choice((0, 0, 0, 1, 2))):
        text = change(text, chance)
    return text


def _decomposed(text: str, _: Random) -> str:
    return unicodedata.normalize("NFD", text)


def _spaced(text: str, chance: Random) -> str:
    spaces = ("  ", "\u00a0", " \u2009", "\u3000", "\n", "\t")
    return "".join(chance.choice(spaces) if c == " " and chance.random() < 0.5 else c for c in text)


def _framed(text: str, chance: Random) -> str:
    return chance.choice(("", " ", "\u00a0")) + text + chance.choice((" ", "\u00a0  ", "\n"))


def _with_unseen(text: str, chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice("\u200b\u200e\u202c\u2060\ufeff\u200f") + text[at:]


def _look_alike(text: str, chance: Random) -> str:
    return text.replace("Đ", chance.choice("\u00d0\u0189")).replace("đ", chance.choice("\u00f0\u0256"))


_UNTIDY = (_decomposed, _spaced, _framed, _with_unseen, _look_alike)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
