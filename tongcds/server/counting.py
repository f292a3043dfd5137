"""Which villages a province has to count again, and counting them; publishing is `server.figures`'.

A few villages are counted where they are published. Many are counted before that, on several connections,
while everybody goes on working.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Connection, insert, select, update

from tongcds.clock import day_of
from tongcds.domain.formulas import counted_indicators
from tongcds.reports.figures import Figures, stock_on_days
from tongcds.server.database import Database
from tongcds.server.tables import COUNTED

MONTHS = 12
_AT_ONCE = 2
_WORTH_IT = 100
"""So many places are worth more than one connection."""
_SLICE = 400
Answer = TypeVar("Answer")

Stale = dict[bytes, tuple[bool, int]]
"""The places to count: True for all months, False for the latest two; and the step that each is at."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that figures are published for; `month` names it for ever."""

    month: str
    on: date


def days_of(today: date) -> list[Day]:
    """Today and the last days of the eleven months before, newest first."""
    days = [Day(today.isoformat()[:7], today)]
    while len(days) < MONTHS:
        last = days[-1].on.replace(day=1) - timedelta(days=1)
        days.append(Day(last.isoformat()[:7], last))
    return days


def today_at(now: int) -> date:
    """The business day of a moment (milliseconds since 1970)."""
    return day_of(now)


def stale_places(connection: Connection, villages: Sequence[bytes], today: date) -> Stale:
    """Which of these places are to be counted."""
    known: dict[bytes, tuple[int, int, str]] = {}
    for start in range(0, len(villages), _SLICE):
        query = select(COUNTED).where(COUNTED.c.village.in_(villages[start : start + _SLICE]))
        known.update((r.village, (r.changed, r.counted, r.counted_on)) for r in connection.execute(query))
    text, month_before = today.isoformat(), (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    stale: Stale = {}
    for village in villages:
        changed, counted, counted_on = known.get(village, (0, 0, ""))
        if changed > counted or counted_on != text:
            # Without a push only this month and the one that may have ended since can differ.
            stale[village] = (changed > counted or counted_on[:7] < month_before, changed)
    return stale


def mark(connection: Connection, village: bytes, step: int, today: date) -> None:
    """The published figures of a village include this step."""
    values = {"counted": step, "counted_on": today.isoformat()}
    if not connection.execute(update(COUNTED).where(COUNTED.c.village == village).values(values)).rowcount:
        connection.execute(insert(COUNTED).values(village=village, changed=step, **values))


@dataclass(frozen=True, slots=True)
class Ahead:
    """Counts made before the transaction that publishes them: of which places, at which step of each."""

    steps: Mapping[bytes, int]
    found: Mapping[date, Figures]


def count_ahead(database: Database, places: Sequence[bytes], today: date) -> Ahead:
    """Count many places where nobody has to wait for it; a few are left for later."""
    steps: dict[bytes, int] = {}
    found: defaultdict[date, Figures] = defaultdict(dict)
    if database.embedded or len(places) < _WORTH_IT:
        return Ahead(steps, found)

    def count(connection: Connection, part: Sequence[bytes]) -> tuple[Stale, dict[date, Figures]]:
        stale = stale_places(connection, part, today)
        return stale, counted(connection, stale, today)

    for stale, counts in in_shares(database, places, count):
        steps |= {place: step for place, (_, step) in stale.items()}
        for day, figures in counts.items():
            found[day] |= figures
    return Ahead(steps, found)


def in_shares(
    database: Database, places: Sequence[bytes], work: Callable[[Connection, Sequence[bytes]], Answer]
) -> list[Answer]:
    """What `work` answers for each share of the places, all shares at once, each on its own connection.

    A server has two cores or more, and a statement of PostgreSQL keeps one of them busy.
    """

    def share_of(part: Sequence[bytes]) -> Answer:
        with database.read() as connection:
            return work(connection, part)

    share = -(-len(places) // _AT_ONCE)
    parts = [places[start : start + share] for start in range(0, len(places), share)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(share_of, parts))


def counted(connection: Connection, stale: Stale, today: date) -> dict[date, Figures]:
    """The figures of stale places on the days that they are stale for."""
    days = [day.on for day in days_of(today)]
    found: defaultdict[date, Figures] = defaultdict(dict)
    for whole, wanted in ((True, days), (False, days[:2])):
        group = [place for place, (is_whole, _) in stale.items() if is_whole is whole]
        if group:
            for day, figures in stock_on_days(connection, counted_indicators(), group, wanted).items():
                found[day] |= figures
    return found
