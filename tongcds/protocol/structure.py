"""How much memory MessagePack would take, before any of it is made.

An empty list is one byte on the wire and seventy in memory: the length of the bytes bounds nothing. But every
part, a value or the head of a list, costs a bounded amount beside the bytes it carries, so the count of parts
does. They are counted by walking from head to head. What the parts mean is `protocol.chunks`'.
"""

from __future__ import annotations

from typing import Final

from tongcds.protocol.messages import ProtocolError

MAX_PARTS: Final = 1_000_000
"""Twice what the largest chunk of records needs; as objects about 70 MB at the worst."""

# By first byte: how long the part is where it says so by itself, and how many bytes of length follow it where
# it does not. Heads of lists and maps are parts without their contents. (The MessagePack specification.)
_FIXED: Final = bytearray(256)
_COUNTED: Final = bytearray(256)
_FIXED[0x00:0xA0] = b"\x01" * 0xA0  # small numbers, heads of short maps and lists
_FIXED[0xA0:0xC0] = bytes(range(1, 33))  # short texts
_FIXED[0xC0:0xC4] = b"\x01" * 4  # nil, (never used), false, true
_FIXED[0xCA:0xD4] = bytes([5, 9, 2, 3, 5, 9, 2, 3, 5, 9])  # floats, numbers
_FIXED[0xD4:0xD9] = bytes([3, 4, 6, 10, 18])  # extensions of fixed size
_FIXED[0xDC:0xE0] = bytes([3, 5, 3, 5])  # heads of long lists and maps
_FIXED[0xE0:0x100] = b"\x01" * 0x20  # small negative numbers
_COUNTED[0xC4:0xC7] = _COUNTED[0xD9:0xDC] = bytes([1, 2, 4])  # bytes, texts
_COUNTED[0xC7:0xCA] = bytes([1, 2, 4])  # extensions, one byte of type behind the length
_EXTENSIONS: Final = range(0xC7, 0xCA)


def bounded(raw: bytes, *, most: int = MAX_PARTS) -> None:
    """Refuse MessagePack of more than `most` parts; whether it is well formed is the decoder's to say.

    Raises:
        ProtocolError: `too_big`.
    """
    if len(raw) <= most:
        # Each part is a byte at least: nearly every honest chunk ends here.
        return
    fixed, counted = _FIXED, _COUNTED
    at, end, parts = 0, len(raw), 0
    while at < end:
        parts += 1
        if parts > most:
            raise ProtocolError("too_big", "too many parts")
        head = raw[at]
        if size := fixed[head]:
            at += size
        else:
            width = counted[head]
            at += 1 + width + int.from_bytes(raw[at + 1 : at + 1 + width], "big") + (head in _EXTENSIONS)
