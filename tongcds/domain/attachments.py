"""What may be attached to a record: pictures and papers, known by their bytes, without what cameras add.

A file's name and its ending say nothing here. JPEG and PNG are taken apart into their segments, and only
those that draw the picture are put together again, never drawn anew: place, time, device, owner and the small
second picture are left out. How files are kept is `storage.attachment_files`, how they travel is
`sync.attachments`.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from tongcds.errors import UserError
from tongcds.i18n import format_number, ngettext

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_SIDE: Final = 20_000
MAX_PIXELS: Final = 64_000_000
HASH_BYTES: Final = 32

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
PDF: Final = "application/pdf"
PICTURES: Final = frozenset({JPEG, PNG})
ENDINGS: Final = {JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}
"""The kinds that are taken, each with the ending that an exported copy gets."""

_MOST_PARTS: Final = 20_000
_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"pHYs"}
)
_PDF_TAIL: Final = 2048

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
# Segments that applications and people add: all application data, and comments.
_ADDED: Final = frozenset({*range(0xE0, 0xF0), 0xFE})
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# Needed to show the colours as they were taken.
_KEPT_APPS: Final = {_APP0: b"JFIF\x00", _APP2: b"ICC_PROFILE\x00", _APP14: b"Adobe"}
_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_EXIF: Final = b"Exif\x00\x00"
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = 1
_TURNS: Final = range(2, 9)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that may be attached: its kind, and its bytes without what a camera added."""

    media_type: str
    content: bytes


def unwanted_words(count: int) -> str:
    """What to tell of so many files that nobody takes, since their records left this computer."""
    return ngettext(
        "{n} belongs to records that left this computer, and the province does not take it now. Back up "
        "onto a stick, so that it is kept there; this computer lets go of it two weeks later.",
        "{n} belong to records that left this computer, and the province does not take them now. Back up "
        "onto a stick, so that they are kept there; this computer lets go of them two weeks later.",
        count,
    ).format(n=format_number(count))


def content_hash(content: bytes) -> bytes:
    """32 bytes that name what a file holds; the same on every computer."""
    return blake2b(content, digest_size=HASH_BYTES).digest()


def hash_of(pieces: Iterable[bytes]) -> bytes:
    """The same for what comes in pieces."""
    digest = blake2b(digest_size=HASH_BYTES)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def examine(content: bytes) -> Examined:
    """Find out what a file is, and leave out what should not be kept.

    Raises:
        UserError: attachment_too_big, attachment_kind (neither JPEG, PNG nor PDF), attachment_huge (a picture
            whose header names more pixels than could be shown), attachment_incomplete.
    """
    if len(content) > MAX_BYTES:
        raise UserError("attachment_too_big", limit=MAX_BYTES // (1024 * 1024))
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return Examined(JPEG, b"".join(_jpeg(content)))
        if content.startswith(_PNG_HEAD):
            return Examined(PNG, b"".join(_png(content)))
    except (struct.error, IndexError):
        raise UserError("attachment_incomplete") from None
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-_PDF_TAIL:]:
            raise UserError("attachment_incomplete")
        return Examined(PDF, content)
    raise UserError("attachment_kind")


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise UserError("attachment_incomplete")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UserError("attachment_huge")


def _jpeg(content: bytes) -> Iterator[bytes]:
    """The parts that draw the picture; of the rest, how the camera was held is kept and nothing else."""
    yield content[:2]
    seen_frame = turned = False
    for marker, start, end in _segments(content):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, start + 5)
            _check_size(width, height)
            seen_frame = True
        if marker in _ADDED:
            kept = _of_added(marker, content[start:end])
            if marker != _APP1 or not turned:
                yield kept
                turned = turned or (marker == _APP1 and bool(kept))
        else:
            yield content[start:end]
    if not seen_frame:
        raise UserError("attachment_incomplete")


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, beginning and end of each segment; what a scan draws belongs to its own."""
    at = 2
    for _ in range(_MOST_PARTS):
        while content[at : at + 2] == b"\xff\xff":
            at += 1  # filling bytes
        if content[at : at + 1] != b"\xff":
            break
        marker = content[at + 1]
        if marker == _EOI:
            yield marker, at, at + 2
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):  # noqa: PLR2004  the length counts itself
            break
        if marker == _SOS:
            following = _AFTER_SCAN.search(content, end)
            if following is None:
                break
            end = following.start()
        yield marker, at, end
        at = end
    raise UserError("attachment_incomplete")


def _of_added(marker: int, segment: bytes) -> bytes:
    """What is kept of something that an application added; mostly nothing."""
    body = segment[4:]
    if marker == _APP1:
        turn = _orientation(body)
        return b"" if turn == _UPRIGHT else _turned(turn)
    if marker not in _KEPT_APPS or not body.startswith(_KEPT_APPS[marker]):
        return b""
    return _without_thumbnail(segment) if marker == _APP0 else segment


def _without_thumbnail(segment: bytes) -> bytes:
    """A JFIF segment without the small picture that may follow: version, unit and density stay."""
    body = segment[4:16]
    if len(body) < 12:  # noqa: PLR2004  JFIF's fixed part before the size of the small picture
        raise IndexError
    return b"\xff\xe0" + struct.pack(">H", 16) + body + b"\x00\x00"


def _orientation(segment: bytes) -> int:
    """How the camera was held, 1 to 8, as an Exif segment says; 1 (upright) where it does not."""
    if not segment.startswith(_EXIF):
        return _UPRIGHT
    tiff = segment[len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return _UPRIGHT
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for entry in range(min(count, 64)):
            tag, kind, number, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + entry * 12)
            if (tag, kind, number) == (_ORIENTATION, 3, 1):
                return value if value in _TURNS else _UPRIGHT
    except struct.error:
        pass
    return _UPRIGHT


def _turned(turn: int) -> bytes:
    """An Exif segment that says how the camera was held, and nothing else."""
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> Iterator[bytes]:
    yield _PNG_HEAD
    at = len(_PNG_HEAD)
    for number in range(_MOST_PARTS):
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content) or (number == 0) != (kind == b"IHDR"):
            break
        (sum_,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != sum_:
            break
        if kind == b"IHDR":
            _check_size(*struct.unpack_from(">II", content, at + 8))
        if kind in _PNG_KEPT:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end
    raise UserError("attachment_incomplete")
