"""What travels when a laptop asks the server which records stand behind a figure of both."""

from __future__ import annotations

import msgspec

ID = 16
ITEM = 2 + ID
"""Bytes of an item: its part, the number of its type, and its id."""


class BehindRequest(msgspec.Struct, frozen=True, array_like=True):
    """Asks about the figure of a unit over a period.

    `sums` are four bytes for each of `1 << bits` buckets of what is behind the laptop's own figure. `ask` are
    records of which the laptop wants to know how the server holds them, each with the number of its type.
    """

    version: int
    indicator: str
    unit: bytes
    first: str
    last: str
    bits: int
    sums: bytes
    ask: list[tuple[int, bytes]] = []


class Held(msgspec.Struct, frozen=True, array_like=True):
    """How the server holds a record: where, whether it was removed, and the stamp of the latest write."""

    id: bytes
    area: bytes
    gone: bool
    stamp: int


class BehindAnswer(msgspec.Struct, frozen=True, array_like=True):
    """The server's figure, and what is behind it in the buckets that differ, 18 bytes each.

    `known` is False when this laptop does not hold the unit's records. `held` are the records of `items` and
    those that were asked for; `more`: there was more than one answer tells.
    """

    known: bool
    definition: str = ""
    numerator: int | None = None
    denominator: int | None = None
    records: int = 0
    fingerprint: str = ""
    items: bytes = b""
    held: list[Held] = []
    buckets: list[int] = []
    more: bool = False
