"""Names and order of writes: dots, stamps, record ids, and the hybrid clock that draws them.

A *dot* `(device, n)` names a write for ever. A *stamp* is one integer, 48 bits of milliseconds since 1970 and
16 bits of counter; it orders concurrent writes and nothing else. A *record id* is a UUIDv8 (RFC 9562) of 60
random bits drawn once per device incarnation and the 62 low bits of the stamp of the write that created it,
so on the wire a new record's id costs nothing beyond that stamp. Where writes are merged:
`tongcds.replica`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

COUNTER_BITS = 16
PREFIX_BITS = 60
_TAIL_BITS = 62
_TAIL_MASK = (1 << _TAIL_BITS) - 1
_LOW12 = (1 << 12) - 1
_VERSION = 0x8 << 76
_VARIANT = 0x2 << 62
ID_LENGTH = 16

# A clock that jumped ahead (dead battery, wrong year) may pull the hybrid clock at most this far.
FAR_AHEAD_MS = 5 * 60 * 1000
WRONG_MS = 24 * 60 * 60 * 1000
"""A clock that is further off than this makes business dates wrong, so people are told."""

_LEAPS = 8
_LEAP_BITS = 13

# How far the last stamp may lie ahead of a clock that only stands still, as in a save of many records.
_STANDS_MS = 1_000
# Up to 16 ms a stamp: two copies of a vault meet once in half a million.
_STRAY_BITS = 20


class Dot(NamedTuple):
    """The name of a write: the number of the device's incarnation and the place in its gapless count."""

    device: int
    n: int


def stamp_of(milliseconds: int, counter: int = 0) -> int:
    """The stamp of a moment."""
    return milliseconds << COUNTER_BITS | counter


def milliseconds_of(stamp: int) -> int:
    """The moment of a stamp, in milliseconds since 1970 (UTC)."""
    return stamp >> COUNTER_BITS


def new_prefix() -> int:
    """Sixty random bits for a new device incarnation; never zero, which is kept for derived ids."""
    return secrets.randbits(PREFIX_BITS) or 1


def make_id(prefix: int, stamp: int) -> bytes:
    """The id of the record that the write with this stamp creates on the incarnation with this prefix."""
    return (_head(prefix) | stamp & _TAIL_MASK).to_bytes(ID_LENGTH, "big")


def make_ids(prefix: int, stamps: Iterable[int]) -> list[bytes]:
    """The same for many stamps of one incarnation."""
    head = _head(prefix)
    return [(head | stamp & _TAIL_MASK).to_bytes(ID_LENGTH, "big") for stamp in stamps]


def _head(prefix: int) -> int:
    return (prefix >> 12) << 80 | _VERSION | (prefix & _LOW12) << 64 | _VARIANT


def split_id(record_id: bytes) -> tuple[int, int]:
    """Prefix and the 62 low bits of the creating stamp; the inverse of `make_id`."""
    number = int.from_bytes(record_id, "big")
    return (number >> 80) << 12 | (number >> 64 & _LOW12), number & _TAIL_MASK


def derived_id(*parts: str | bytes | int) -> bytes:
    """The same id for the same parts on every replica; for records that follow from others.

    Raises:
        TypeError: a part is neither text, bytes nor a number.
    """
    digest = blake2b(digest_size=ID_LENGTH, person=b"tongcds-derived")
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    number = int.from_bytes(digest.digest(), "big")
    number = number & ~(0xF << 76) & ~(0x3 << 62) | _VERSION | _VARIANT
    return number.to_bytes(ID_LENGTH, "big")


@dataclass(slots=True)
class HybridClock:
    """Draws stamps that never go back and always follow what was seen.

    `now` gives the device's milliseconds, `offset` the correction learnt from the server (server minus
    device); `last` and `leap` must be carried over a restart by whoever keeps the clock. `leap` counts, up to
    seven and round again, how often stamps went back (`settle`); it is part of the counter, so that a moment
    that comes twice still gives other stamps and other ids.
    """

    now: Callable[[], int]
    last: int = 0
    offset: int = 0
    leap: int = 0

    def tick(self) -> int:
        """The next stamp: now, or one step after the last one when the clock stands or goes back.

        Where the clock went back, the step is drawn: a copy of this vault on a second laptop goes on from the
        same stamp, and ids are made of stamps.
        """
        present = stamp_of(max(self.now() + self.offset, 0), self.leap << _LEAP_BITS)
        went_back = milliseconds_of(self.last) - milliseconds_of(present) > _STANDS_MS
        self.last = max(present, self.last + 1 + (secrets.randbits(_STRAY_BITS) if went_back else 0))
        return self.last

    def settle(self, server: int) -> None:
        """Learn the server's time, in milliseconds; stamps that ran ahead of it with a wrong clock go back.

        Otherwise every later stamp would lie ahead of all others' until that day has come.
        """
        self.offset = server - self.now()
        if milliseconds_of(self.last) > server + FAR_AHEAD_MS:
            self.leap = (self.leap + 1) % _LEAPS
            self.last = stamp_of(server, self.leap << _LEAP_BITS)

    def wrong_by(self) -> int:
        """How far the device's clock is behind, in milliseconds; negative when it is ahead, 0 within a day.

        As the last exchange said, or when it has gone back since the last stamp.
        """
        if abs(self.offset) >= WRONG_MS:
            return self.offset
        back = milliseconds_of(self.last) - (self.now() + self.offset)
        return back if back >= WRONG_MS else 0

    def saw(self, stamp: int) -> None:
        """Take note of somebody's stamp, so that whatever is written next follows it."""
        self.last = max(self.last, stamp)
