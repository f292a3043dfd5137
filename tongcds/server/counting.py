"""Which villages a province has to count again, and counting them; publishing is `server.figures`'.

Of a village that changed, only what its changed records can change is counted (`server.changes`). A few
villages are counted where they are published. Many are counted before that, on several connections, while
everybody goes on working.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, bindparam, func, select, update

from tongcds.domain.formulas import counted_indicators
from tongcds.replica.dialect import insert_new
from tongcds.replica.tables import AREA
from tongcds.reports import resting
from tongcds.reports.figures import Figures, stock_on_days
from tongcds.server import changes
from tongcds.server.database import Database
from tongcds.server.tables import COUNTED

MONTHS = 12
_LATEST = 2
"""This month and the one that may have ended since can differ without a push."""
_AT_ONCE = 2
_WORTH_IT = 100
"""So many places are worth more than one connection."""
_KINDS_OF_TASKS = 4
"""What differs more is counted together: a statement costs more than the villages that it counts in vain."""
_FEW = 100
"""More places are not worth being named one by one."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be counted of a place.

    `days` says how many of the latest days of each indicator. Counted then is what came up to `step`, and
    records up to the number `through`; `seen` is as `step` and grows with what its villages did, too.
    """

    days: Mapping[str, int]
    step: int
    through: int
    seen: int


Stale = dict[bytes, Task]


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


class _Known(NamedTuple):
    """How a place stands in `tables.COUNTED`, and the latest number of its area."""

    changed: int = 0
    counted: int = 0
    counted_on: str = ""
    through: int = -1
    grouped: int = 0
    grouped_on: str = ""
    number: int = 0


def late_places(connection: Connection, places: Sequence[bytes], today: date) -> list[bytes]:
    """The places that were not counted since something came, or not today.

    `stale_places` says what is to be counted of them, and asks much more for it.
    """
    text = today.isoformat()
    known = _known(connection, places)
    return [place for place, its in known.items() if its.changed > its.counted or its.counted_on != text]


def stale_places(
    connection: Connection, villages: Mapping[bytes, bytes], communes: Sequence[bytes], today: date
) -> Stale:
    """Which places are to be counted: villages (each with its commune), and communes for their own teams."""
    known = _known(connection, [*villages, *communes])
    text, month_before = today.isoformat(), (today.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    pushed = [place for place, its in known.items() if its.changed > its.counted]
    lately = {p for p, its in known.items() if its.counted_on[:7] >= month_before}
    told = [place for place in pushed if place in lately and known[place].through >= 0]
    reached = changes.reaches(connection, told)
    for place in (known.keys() - lately) | (set(pushed) - set(told)):
        reached[place] = changes.everything()
    above = resting.of_visits_elsewhere() if reached else frozenset()
    for village, reach in list(reached.items()):
        # What its villages did is also what the teams that work for all of a commune did.
        commune = villages.get(village)
        if commune in known:
            reached[commune] = _either(reached.get(commune, {}), _only(above, reach))
    seen = {place: its.changed for place, its in known.items()}
    for village, commune in villages.items():
        if commune in seen:
            seen[commune] += known[village].changed
    days = [day.on.isoformat() for day in days_of(today)]
    stale: Stale = {}
    for place, its in known.items():
        wanted = _days(reached.get(place, {}), days)
        if its.counted_on != text:
            for code in counted_indicators():
                wanted[code] = max(wanted.get(code, 0), _LATEST)
        if wanted or its.changed > its.counted:
            stale[place] = Task(wanted, its.changed, its.number, seen[place])
    return stale


def _known(connection: Connection, places: Sequence[bytes]) -> dict[bytes, _Known]:
    found = dict.fromkeys(places, _Known())
    its = COUNTED.c
    query = select(
        its.village, its.changed, its.counted, its.counted_on, its.through, its.grouped, its.grouped_on,
        func.coalesce(AREA.c.counter, 0),
    ).outerjoin(AREA, AREA.c.area == its.village)  # fmt: skip
    if len(places) <= _FEW:
        query = query.where(its.village.in_(places))
    for place, *values in connection.execute(query):
        if place in found:
            found[place] = _Known(*values)
    return found


def _only(codes: Collection[str], reach: changes.Reach) -> changes.Reach:
    return {code: day for code, day in reach.items() if code in codes}


def _either(one: changes.Reach, other: changes.Reach) -> changes.Reach:
    both = {**one}
    for code, day in other.items():
        both[code] = min(day, both.get(code, day))
    return both


def _days(reach: changes.Reach, days: Sequence[str]) -> dict[str, int]:
    """How many of the latest days of each indicator: one, two or all, so that few statements serve many."""
    found = {}
    for code, since in reach.items():
        many = sum(1 for day in days if day >= since)
        if many:
            found[code] = many if many <= _LATEST else len(days)
    return found


def mark(connection: Connection, done: Stale, today: date) -> None:
    """The published figures of these places include what their tasks say."""
    text = today.isoformat()
    _note(
        connection,
        {
            place: {"counted": task.step, "counted_on": text, "through": task.through}
            for place, task in done.items()
        },
    )


def stale_groups(connection: Connection, villages: Sequence[bytes], today: date) -> dict[bytes, int]:
    """The villages whose groups of people are to be counted, and the step that each is at."""
    text = today.isoformat()
    return {
        village: its.changed
        for village, its in _known(connection, villages).items()
        if (its.grouped, its.grouped_on) != (its.changed, text)
    }


def mark_groups(connection: Connection, steps: Mapping[bytes, int], today: date) -> None:
    """The published groups include what came to these villages up to these steps."""
    text = today.isoformat()
    _note(connection, {place: {"grouped": step, "grouped_on": text} for place, step in steps.items()})


def _note(connection: Connection, places: Mapping[bytes, Mapping[str, object]]) -> None:
    """Put the same columns of `COUNTED` down for each of these places."""
    if not places:
        return
    insert_new(connection, COUNTED, [{"village": place} for place in sorted(places)])
    names = next(iter(places.values())).keys()
    connection.execute(
        update(COUNTED)
        .where(COUNTED.c.village == bindparam("the_village"))
        .values({name: bindparam(name) for name in names}),
        [{"the_village": place, **values} for place, values in sorted(places.items())],
    )


@dataclass(frozen=True, slots=True)
class Ahead:
    """Counts made before the transaction that publishes them, and what they were to be counts of."""

    done: Mapping[bytes, Task]
    found: Mapping[date, Figures]


def count_ahead(database: Database, stale: Stale, today: date) -> Ahead:
    """Count many places where nobody has to wait for it; a few are left for later.

    What comes after `stale` was found may be in the counts or not: its task is another one then.
    """
    found: defaultdict[date, Figures] = defaultdict(dict)
    if not are_many(database, stale):
        return Ahead({}, found)

    def count(connection: Connection, part: Sequence[bytes]) -> dict[date, Figures]:
        return counted(connection, {place: stale[place] for place in part}, today)

    for counts in in_shares(database, list(stale), count):
        for day, figures in counts.items():
            found[day] |= figures
    return Ahead(stale, found)


def in_shares(
    database: Database, places: Sequence[bytes], work: Callable[[Connection, Sequence[bytes]], Answer]
) -> list[Answer]:
    """What `work` answers for each share of the places, all shares at once, each on its own connection.

    A server has two cores or more, and a statement of PostgreSQL keeps one of them busy. A few places are
    one share.
    """

    def share_of(part: Sequence[bytes]) -> Answer:
        with database.read() as connection:
            return work(connection, part)

    if not are_many(database, places):
        return [share_of(places)]
    # Dealt out in turn: the communes at the end are less work than the villages before them.
    parts = [places[start::_AT_ONCE] for start in range(_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return list(threads.map(share_of, parts))


def are_many(database: Database, places: Collection[bytes]) -> bool:
    """Whether several connections are worth it."""
    return not database.embedded and len(places) >= _WORTH_IT


def counted(connection: Connection, stale: Stale, today: date) -> dict[date, Figures]:
    """The figures of stale places on the days that they are stale for."""
    days = [day.on for day in days_of(today)]
    found: defaultdict[date, Figures] = defaultdict(dict)
    for wanted, places in _alike(stale):
        by_days: defaultdict[int, list[str]] = defaultdict(list)
        for code in counted_indicators():
            if code in wanted:
                by_days[wanted[code]].append(code)
        for many, codes in by_days.items():
            for day, figures in stock_on_days(connection, codes, places, days[:many]).items():
                found[day] |= figures
    return found


def _alike(stale: Stale) -> Iterable[tuple[Mapping[str, int], list[bytes]]]:
    """The places of which the same is to be counted; where tasks are of many kinds, all of it of all."""
    groups: defaultdict[frozenset[tuple[str, int]], list[bytes]] = defaultdict(list)
    for place, task in stale.items():
        groups[frozenset(task.days.items())].append(place)
    if len(groups) > _KINDS_OF_TASKS or len(stale) <= _FEW:
        together: dict[str, int] = {}
        for group in groups:
            for code, many in group:
                together[code] = max(many, together.get(code, 0))
        return [(together, list(stale))]
    return [(dict(group), places) for group, places in groups.items()]
