"""Photos and papers made of bytes alone, of any size, with whatever a camera adds to them."""

from __future__ import annotations

import struct
import zlib
from random import Random

HERE = b"21.2156N 104.1234E Redmi 9A"
"""What a camera knows of where it was."""


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(*, turn: int = 1, order: str = "<", place: bytes = HERE) -> bytes:
    """An APP1 segment as phones write it: how it was held, then where it was taken."""
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    entries = struct.pack(order + "H", 2)
    entries += struct.pack(order + "HHIHH", 0x0112, 3, 1, turn, 0)
    entries += struct.pack(order + "HHII", 0x010F, 2, len(place), 8 + 2 + 24 + 4)
    return segment(0xE1, b"Exif\x00\x00" + head + entries + bytes(4) + place)


def frame(width: int, height: int, marker: int = 0xC0) -> bytes:
    return segment(marker, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")


def jpeg(
    size: int = 4000,
    *,
    seed: int = 1,
    width: int = 640,
    height: int = 480,
    added: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """Something built like a JPEG of about this many bytes; `added` stands after the first segment."""
    noise = Random(seed).randbytes(size).replace(b"\xff", b"\xff\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + noise
    first = segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")
    return b"\xff\xd8" + first + added + frame(width, height) + scan + b"\xff\xd9" + after


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 8, height: int = 8, *, added: bytes = b"") -> bytes:
    """A picture in grey that can be drawn."""
    rows = b"".join(b"\x00" + bytes(at % 256 for at in range(min(width, 64))) for _ in range(min(height, 64)))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + added + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pdf(text: bytes = b"Giay moi") -> bytes:
    return b"%PDF-1.4\n1 0 obj\n<< /Title (" + text + b") >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
