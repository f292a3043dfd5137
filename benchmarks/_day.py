"""The day of every benchmark and the passphrase of its vaults; loads nothing that a start is timed with."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tongcds.clock import milliseconds

TODAY = date(2026, 11, 23)
PASSPHRASE = "bốn con vịt vàng"  # noqa: S105 - it locks nothing but a throw-away vault


def clock() -> datetime:
    """The moment of every benchmark."""
    return datetime(2026, 11, 23, 7, 32, tzinfo=UTC)


def now() -> int:
    """The same in milliseconds."""
    return milliseconds(clock)
