"""The clock as a value that is passed in; only the entry points hand out the real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]
"""Answers the present moment as an aware `datetime`."""

VIETNAM = timezone(timedelta(hours=7), "ICT")
"""Vietnam's only time zone, without daylight saving; needs no zone database."""


def system_clock() -> datetime:
    """The computer's own clock in UTC; for `main.py`, the command lines and the server's start only."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the real clock


def business_date(clock: Clock) -> date:
    """The local (Vietnamese) date at this moment, the one that a visit made now would carry."""
    return clock().astimezone(VIETNAM).date()


def milliseconds(clock: Clock) -> int:
    """This moment in Unix milliseconds, the form in which stamps, the vault and the wire keep moments."""
    return int(clock().timestamp() * 1000)


def moment_of(milliseconds: float) -> datetime:
    """The moment of Unix milliseconds, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day_of(milliseconds: float) -> date:
    """The local (Vietnamese) date of Unix milliseconds."""
    return moment_of(milliseconds).astimezone(VIETNAM).date()
