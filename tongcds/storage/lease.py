"""For how long this computer works without hearing from the province: use runs that down, not the clock.

A day of use is a date on which the program ran, or eight hours of running under one date, so that neither
a clock put ahead ends the lease nor a clock that stands still makes it last. Any receipt of the province that
is newer than the last one renews it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, delete, insert, select

LEASES: Final = MetaData()

LEASE: Final = Table(
    "lease",
    LEASES,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("spent", Integer, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("ran_ms", Integer, nullable=False),
    Column("renewed_at", Integer, nullable=False),
    Column("revoked", Integer, nullable=False),
    Column("number", Text, nullable=False),
    sqlite_strict=True,
)

HOURS_A_DAY: Final = 8
_HOUR_MS: Final = 3_600_000
_LEASE: Final = select(LEASE)


@dataclass(frozen=True, slots=True)
class Lease:
    """How much of a lease is used up.

    `spent` counts days of use, `ran_ms` what ran of the last one under the date `last_day`. `renewed_at` is
    the time of the newest receipt (the server's, milliseconds). `number` is what a code of the province must
    fit, "" as long as nobody asked.
    """

    spent: int = 0
    last_day: str = ""
    ran_ms: int = 0
    renewed_at: int = 0
    revoked: bool = False
    number: str = ""

    def left(self, days: int) -> int:
        """Days of use that are left of so many."""
        return max(0, days - self.spent)


def create_tables(connection: Connection) -> None:
    """Make the table, where it is not there yet."""
    LEASES.create_all(connection)


def load(connection: Connection) -> Lease:
    """The lease as it stands."""
    row = connection.execute(_LEASE).one_or_none()
    if row is None:
        return Lease()
    return Lease(row.spent, row.last_day, row.ran_ms, row.renewed_at, bool(row.revoked), row.number)


def use(connection: Connection, day: str, ran_ms: int) -> Lease:
    """The program ran so long under this date (ISO); the lease after that."""
    return _put(connection, used(load(connection), day, ran_ms))


def used(lease: Lease, day: str, ran_ms: int) -> Lease:
    """What is left of a lease after the program ran so long under this date (ISO)."""
    ran = ran_ms + (lease.ran_ms if day == lease.last_day else 0)
    more = (day != lease.last_day) + ran // (HOURS_A_DAY * _HOUR_MS)
    left_over = ran % (HOURS_A_DAY * _HOUR_MS)
    return replace(lease, spent=lease.spent + more, last_day=day, ran_ms=left_over)


def renew(connection: Connection, at: int) -> None:
    """A receipt of this time (the server's, milliseconds) was verified; an old one renews nothing."""
    lease = load(connection)
    if at > lease.renewed_at:
        _put(connection, Lease(last_day=lease.last_day, renewed_at=at))


def revoke(connection: Connection, at: int) -> None:
    """The province lets this computer in no more, as it said at this time."""
    lease = load(connection)
    if at >= lease.renewed_at:
        _put(connection, replace(lease, renewed_at=at, revoked=True))


def renew_by_code(connection: Connection) -> None:
    """A code of the province was typed that fits the number; the number is used up."""
    lease = load(connection)
    _put(connection, Lease(last_day=lease.last_day, renewed_at=lease.renewed_at))


def number_for_code(connection: Connection) -> str:
    """Six digits that the province's code must fit, the same until one did."""
    lease = load(connection)
    if lease.number:
        return lease.number
    number = f"{secrets.randbelow(10**6):06}"
    _put(connection, replace(lease, number=number))
    return number


def _put(connection: Connection, lease: Lease) -> Lease:
    connection.execute(delete(LEASE))
    connection.execute(
        insert(LEASE).values(
            one=1,
            spent=lease.spent,
            last_day=lease.last_day,
            ran_ms=lease.ran_ms,
            renewed_at=lease.renewed_at,
            revoked=int(lease.revoked),
            number=lease.number,
        )
    )
    return lease
