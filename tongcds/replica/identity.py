"""Who this replica is: its device number, the prefix of its ids, its count of writes and its clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from tongcds.domain.stamps import HybridClock, new_prefix
from tongcds.replica.tables import SELF

EMPTY_CHAIN = bytes(32)
_GET, _PUT = select(SELF), update(SELF)
SERVER_DEVICE = 1
"""The number under which a server writes by itself."""


@dataclass(slots=True)
class Identity:
    """This replica's own state, kept in one row and carried along while a transaction is open.

    `received` is the highest own write that a verified receipt covers, `chain` the hash over all own writes.
    """

    device: int
    prefix: int
    next_n: int
    chain: bytes
    received: int
    clock: HybridClock

    def save(self, connection: Connection) -> None:
        """Write it back, in the caller's transaction."""
        connection.execute(
            _PUT,
            {
                "device": self.device,
                "prefix": self.prefix,
                "next_n": self.next_n,
                "chain": self.chain,
                "received": self.received,
                "last_stamp": self.clock.last,
                "offset_ms": self.clock.offset,
                "leap": self.clock.leap,
            },
        )


def new_identity(
    connection: Connection, *, device: int, now: Callable[[], int], prefix: int | None = None
) -> Identity:
    """Begin as this device, replacing what was there. `now` gives milliseconds since 1970 (UTC)."""
    me = Identity(device, prefix or new_prefix(), 1, EMPTY_CHAIN, 0, HybridClock(now))
    connection.execute(SELF.delete())
    connection.execute(
        insert(SELF).values(
            one=1,
            device=me.device,
            prefix=me.prefix,
            next_n=1,
            chain=EMPTY_CHAIN,
            received=0,
            last_stamp=0,
            offset_ms=0,
            leap=0,
        )
    )
    return me


def load_identity(connection: Connection, *, now: Callable[[], int]) -> Identity | None:
    """Who this replica is, or None before it was enrolled."""
    row = connection.execute(_GET).one_or_none()
    if row is None:
        return None
    clock = HybridClock(now, last=row.last_stamp, offset=row.offset_ms, leap=row.leap)
    return Identity(row.device, row.prefix, row.next_n, row.chain, row.received, clock)
