"""A thousand invented people who can be found again, and the search for any trace of them on a disk."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote

from tests.pictures import jpeg, pdf, segment
from tongcds.domain.text import fold

PEOPLE = 1_000
A_HOME = 4
MARKER = "Quyzhục"
"""Part of every name and note; no language has the word."""
TYPED = f"{MARKER} nợ ngân hàng, gọi 0987000123"
REGISTER = f"Sổ hộ {MARKER}.csv"
FOLDER = f"Hộ {MARKER}"
PHOTO, PAPER = f"Ảnh {MARKER}.jpg", f"Giấy {MARKER}.pdf"
FILE_NAMES = (PHOTO, PAPER)
_SYLLABLES = ("Án", "Bướm", "Cội", "Dĩnh", "Đẫm", "Ệp", "Giỏi", "Hữu", "Khuỷ", "Lượt")
_HEAD = ("Mã hộ", "Thôn", "Họ và tên", "Giới tính", "Năm sinh", "Quan hệ", "Số CCCD", "Điện thoại", "Ghi chú")


def people() -> list[tuple[str, str, str]]:
    """Name, phone and personal number of each."""
    return [
        (
            f"Lò {MARKER} {' '.join(_SYLLABLES[int(digit)] for digit in f'{at:03}')}",
            f"0987000{at:03}",
            f"014078737{at:03}",
        )
        for at in range(PEOPLE)
    ]


def bring(folder: Path, village: str) -> None:
    """What somebody brings along: a register, a photo and a paper, all of them about these people."""
    folder.mkdir()
    with (folder / REGISTER).open("w", encoding="utf-8-sig", newline="") as out:
        table = csv.writer(out, delimiter=";")
        table.writerow(_HEAD)
        for at, (name, phone, number) in enumerate(people()):
            role = "con" if at % A_HOME else "chủ hộ"
            table.writerow([
                f"HQ-{at // A_HOME:04}", village, name, "Nam", 1978, role, number, phone, f"{MARKER} ốm nặng",
            ])  # fmt: skip
    inside = MARKER.encode() + b" 0987000123"
    # Among the colours: what cameras add elsewhere is left out.
    (folder / PHOTO).write_bytes(jpeg(60_000, added=segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + inside)))
    (folder / PAPER).write_bytes(pdf(inside))


def _spellings(text: str) -> set[str]:
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")} | {fold(text)}
    return {one for form in forms for one in (form, form.lower(), form.upper(), form.title())}


def _in(encoding: str) -> re.Pattern[bytes]:
    """A pattern for words, in each spelling, and for numbers, with what people put between digits."""
    words = [re.escape(spelling.encode(encoding)) for spelling in sorted(_spellings(MARKER))]
    between = b"(?:" + b"|".join(re.escape(sign.encode(encoding)) for sign in " .-") + b")?"
    digit = b"(?:" + b"|".join(re.escape(sign.encode(encoding)) for sign in "0123456789") + b")"
    numbers = []
    for known, rest in (("987000", 3), ("014078737", 3)):
        signs = [re.escape(sign.encode(encoding)) for sign in known] + [digit] * rest
        numbers.append(between.join(signs))
    return re.compile(b"|".join(words + numbers))


def _escaped() -> re.Pattern[bytes]:
    """The words as addresses of files and as Qt's settings write them."""
    forms = set()
    for spelling in _spellings(MARKER):
        forms |= {quote(spelling), "".join(c if c.isascii() else f"\\x{ord(c):x}" for c in spelling)}
    return re.compile(b"|".join(re.escape(form.encode()) for form in sorted(forms)), re.IGNORECASE)


_PATTERNS = (*(_in(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")), _escaped())


def in_bytes(content: bytes) -> list[bytes]:
    """What of these people is in these bytes."""
    return [found.group() for pattern in _PATTERNS for found in pattern.finditer(content)]


def on_disk(*folders: Path) -> list[str]:
    """Files, wherever they lie in these folders, whose name or content says something of these people."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            said = in_bytes(str(path.relative_to(folder)).encode())
            if path.is_file() and not path.is_symlink():
                said += in_bytes(path.read_bytes())
            found += [f"{path}: {said[0]!r} and {len(said) - 1} more"] if said else []
    return found
