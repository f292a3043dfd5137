"""Figures: how many households, people, visits of a village have or did something, out of how many.

One implementation for the laptop's vault and the province's server, on SQLite and PostgreSQL. What is counted
is data (`domain.formulas`), how a screen lays them out is `reports.overview`. A figure belongs to a period:
what is so holds on its last day, what was done in it. The rules of counting (own, except where a source is
named):

- A household is in its village on a day unless it was removed or its `left_on` is that day or earlier; a
  person likewise, not before `joined_on`, and not from `gone_from` until before `gone_until`. Who belongs to
  a household that left is gone with it.
- A household of newcomers begins with the first of them, one that was split off with its `split_on`: neither
  changes what was so before. All others were there before they were written down. Who lives in which
  household is known as it stands now.
- A fact holds as the latest observation on or before the day says; of several on one day, the last one made.
  Whoever was never looked at does not count as having something.
- A household also has what the catalogue says to follow from a person who lives there: one smartphone in the
  household is enough (XHS01, Quyết định 811/QĐ-UBND of Sơn La).
- Ages are full years. Of a birth known by year or month only the first day counts, so that whoever may have
  reached an age counts as having reached it (as in `domain.identity.age_on`). Who has no birth on record is
  in no group with an age limit.
- Where nobody of those counted was ever looked at, the numerator is not known, which is not 0. What teams did
  is known from the first visit on that a village logged, what was taught from the first session on that was
  held, attended or checked there. A session counts where it was planned, a tick where the person is on
  record.
- A withdrawn visit and its services do not count. Two records of one person are one person.
- A village's figures rest on that village's records alone, which whoever has the village holds: what was seen
  or done elsewhere counts there. So the team, the commune and the server count the same.
- Where the way of counting changes within a period, what was done in that period is not one figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from tongcds.domain.formulas import Formula, Of, formula_on
from tongcds.domain.periods import Period, month_to
from tongcds.replica.merged import merged_records
from tongcds.reports.counting import tally
from tongcds.reports.lines import Line
from tongcds.reports.passes import in_passes
from tongcds.reports.resting import is_done, rests_on_the_log, rests_on_training
from tongcds.reports.shares import is_shared, shared_out
from tongcds.reports.sheets import Breakdown, logs_begin
from tongcds.reports.taught import teaching_begins

# What a statement sorts and joins stays in memory.
_SLICE = 100
_FINGERPRINT = 1 << 32


class Count(NamedTuple):
    """A figure of one unit and period, in whole numbers.

    `numerator` None: nobody has looked yet; `denominator` None: there is no whole, or it is not counted from
    records at all. `records` is how many records stand behind the numerator and `fingerprint` names them
    ("7F3A-19C2", "" where nothing is known): replicas that show the same one counted the same records.
    """

    numerator: int | None
    denominator: int | None
    records: int
    fingerprint: str


NOTHING_KNOWN = Count(None, None, 0, "")
"""Also the count of an indicator that is not counted from records."""

Figures = dict[tuple[bytes, str], Count]
"""By unit and indicator."""


class Ask(NamedTuple):
    """What is asked for of a period."""

    period: Period
    indicators: Sequence[str]


def definition(indicator: str, on: date) -> str:
    """Names the way in which the indicator is counted on a day; "" where it is not counted.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    formula = formula_on(indicator, on)
    return "" if formula is None else formula.definition


def stock(connection: Connection, indicators: Sequence[str], villages: Sequence[bytes], on: date) -> Figures:
    """Every indicator of every village on one day, and for what is done in the month up to it.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    return stock_on_days(connection, indicators, villages, [on])[on]


def stock_on_days(
    connection: Connection, indicators: Sequence[str], villages: Sequence[bytes], days: Sequence[date]
) -> dict[date, Figures]:
    """The same on several days, at little more than the price of one.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    found = figures(connection, indicators, villages, [month_to(day) for day in days])
    return dict(zip(days, found, strict=True))


def figures(
    connection: Connection, indicators: Sequence[str], places: Sequence[bytes], periods: Sequence[Period]
) -> list[Figures]:
    """Every indicator of every place in each of the periods, in their order.

    Places are villages, and communes for the teams and members that work for the commune as a whole. A few
    statements serve hundreds of places together.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    return asked_figures(connection, [Ask(period, indicators) for period in periods], places)


def asked_figures(connection: Connection, asks: Sequence[Ask], places: Sequence[bytes]) -> list[Figures]:
    """As `figures`, where not every indicator is asked for of every period.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    ways = _Ways(asks)
    result: list[Figures] = [{} for _ in asks]
    every = list(dict.fromkeys(places))
    for start in range(0, len(every), _SLICE):
        part = every[start : start + _SLICE]
        begun = ways.begins(connection, part)
        lines = ways.lines(connection, part)
        for at, (period, indicators) in enumerate(asks):
            for code in indicators:
                formula = ways.of(code, at)
                for place in part:
                    result[at][place, code] = (
                        NOTHING_KNOWN
                        if formula is None
                        else _count(formula, place, lines, at, begun.by(formula, place, period))
                    )
    return result


def broken_down(
    connection: Connection,
    indicators: Sequence[str],
    places: Sequence[bytes],
    period: Period,
    by: Breakdown,
) -> dict[tuple[bytes, str, str], Count]:
    """Figures by unit, indicator and group ("female", "60+", "near_poor", a service); "" is not known.

    Groups in which there is nobody are left out, as is an indicator that cannot be broken down so.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    (found,) = grouped_figures(connection, [Ask(period, indicators)], places, [by])
    return {(place, code, group): count for (place, code, _, group), count in found.items()}


def grouped_figures(
    connection: Connection,
    asks: Sequence[Ask],
    places: Sequence[bytes],
    by: Sequence[Breakdown],
    *,
    marks: bool = True,
) -> list[dict[tuple[bytes, str, Breakdown, str], Count]]:
    """The same by several breakdowns and in several periods at once; without `marks` fingerprints are bare.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    ways = _Ways(asks)
    result: list[dict[tuple[bytes, str, Breakdown, str], Count]] = [{} for _ in asks]
    every = list(dict.fromkeys(places))
    for start in range(0, len(every), _SLICE):
        part = every[start : start + _SLICE]
        begun = ways.begins(connection, part)
        for (at, place, code, one, group), line in ways.lines(connection, part, by, marks=marks).items():
            formula = ways.of(code, at)
            if formula is not None and formula.over is None and one is not None:
                known = begun.by(formula, place, asks[at].period)
                result[at][place, code, one, group] = _made(formula, line, None, begun=known)
    return result


_Lines = Mapping[tuple[int, bytes, str, Breakdown | None, str], Line]


class _Begun(NamedTuple):
    """The first day of the log of each place, and of what was taught there."""

    logs: Mapping[bytes, str]
    training: Mapping[bytes, str]

    def by(self, formula: Formula, place: bytes, period: Period) -> bool:
        """Whether a place had begun by the end of the period to write down what is counted."""
        days = self.training if rests_on_training(formula) else self.logs
        return days.get(place, "9") <= period.last.isoformat()


class _Ways:
    """The formulas of some indicators in some periods; what has the same periods is counted together."""

    def __init__(self, asks: Sequence[Ask]) -> None:
        self._periods = [ask.period for ask in asks]
        self._of: dict[tuple[str, int], Formula | None] = {}
        for at, (period, indicators) in enumerate(asks):
            for code in indicators:
                formula = formula_on(code, period.last)
                if formula is not None and is_done(formula) and not formula.holds_on(period.first):
                    formula = None
                self._of[code, at] = formula
        ways = [formula for formula in self._of.values() if formula is not None]
        self._ask_logs = any(map(rests_on_the_log, ways))
        self._ask_training = any(map(rests_on_training, ways))

    def begins(self, connection: Connection, places: Sequence[bytes]) -> _Begun:
        """When each place began to write down what is asked for."""
        return _Begun(
            logs_begin(connection, places) if self._ask_logs else {},
            teaching_begins(connection, places) if self._ask_training else {},
        )

    def of(self, indicator: str, at: int) -> Formula | None:
        return self._of[indicator, at]

    def lines(
        self,
        connection: Connection,
        places: Sequence[bytes],
        by: Sequence[Breakdown | None] = (None,),
        *,
        marks: bool = True,
    ) -> _Lines:
        """What was counted, by period, place, indicator, breakdown and group."""
        together: defaultdict[tuple[int, ...], list[Formula]] = defaultdict(list)
        for formula in dict.fromkeys(f for f in self._of.values() if f is not None):
            code = formula.indicator
            at = tuple(i for i in range(len(self._periods)) if self._of.get((code, i)) == formula)
            together[at].append(formula)
        merged = merged_records(connection, places)
        parts: list[tuple[tuple[int, ...], list[Formula]]] = []
        for at, formulas in together.items():
            wholes = {f.over for f in formulas if f.over is not None and None in by}
            asked = [*formulas, *(Formula(_whole(of), 1, of) for of in sorted(wholes))]
            parts += ((at, part) for part in in_passes(asked, apart=is_shared(connection)))

        def lines_of(part: tuple[tuple[int, ...], list[Formula]], on: Connection) -> list[Line]:
            periods = [self._periods[i] for i in part[0]]
            return tally(on, part[1], places, periods, merged, by, marks=marks)

        found = {}
        answers = shared_out(connection, [partial(lines_of, part) for part in parts])
        for (at, _formulas), lines in zip(parts, answers, strict=True):
            for line in lines:
                found[at[line.span], line.village, line.indicator, line.by, line.group] = line
        return found


def _whole(of: Of) -> str:
    return f"all {of.value}"


def _count(formula: Formula, place: bytes, lines: _Lines, at: int, begun: bool) -> Count:  # noqa: FBT001
    line = lines.get((at, place, formula.indicator, None, ""))
    whole = None if formula.over is None else lines.get((at, place, _whole(formula.over), None, ""))
    return _made(formula, line, whole, begun=begun)


def _made(formula: Formula, line: Line | None, whole: Line | None, *, begun: bool) -> Count:
    if formula.over is not None:
        total = 0 if whole is None else whole.numerator
        known = line is not None or total > 0
    else:
        total = 0 if line is None else line.denominator
        known = begun if is_done(formula) else line is not None and line.looked > 0
    denominator = total if formula.is_ratio else None
    if not known:
        return Count(None, denominator, 0, "")
    if line is None:
        return Count(0, denominator, 0, _written(0))
    return Count(line.numerator, denominator, line.records, _written(line.ids))


def _written(number: int) -> str:
    text = f"{number % _FINGERPRINT:08X}"
    return f"{text[:4]}-{text[4:]}"


def _read(fingerprint: str) -> int:
    return int(fingerprint.replace("-", ""), 16)


def added(counts: Collection[Count]) -> Count:
    """The figure of a larger unit: numerators and denominators added, percentages never averaged.

    A part in which nothing is known adds nothing to the numerator but is in the denominator, as is each
    single household that nobody has looked at. Where no part knows anything, neither does the whole.
    Fingerprints add up too: that of a commune is that of all its villages' records.
    """
    numerator: int | None = None
    denominator: int | None = None
    records = ids = 0
    for count in counts:
        if count.denominator is not None:
            denominator = (denominator or 0) + count.denominator
        if count.numerator is not None:
            numerator = (numerator or 0) + count.numerator
            records += count.records
            ids += _read(count.fingerprint)
    return Count(numerator, denominator, records, "" if numerator is None else _written(ids))
