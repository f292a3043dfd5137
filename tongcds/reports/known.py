"""Figures of any unit over any periods, as far as this computer can know them.

Where records are held (team, commune) figures are counted (`reports.figures`); elsewhere they are what the
server published, one a unit, indicator and month. What was done in a period of several months follows from
months only where it adds up: visits and supports do, different people do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.formulas import Formula, Of, formula_on
from tongcds.domain.periods import Period, after, month_of
from tongcds.domain.views.board import Why
from tongcds.records import record_type
from tongcds.reports.figures import NOTHING_KNOWN, Ask, Count, added, asked_figures, definition
from tongcds.reports.units import published_figures

_FIGURE = record_type("figure").table.c
_ADDS_UP: Final = frozenset(
    {Of.VISITS, Of.SUPPORTS, Of.SESSIONS, Of.SESSION_MINUTES, Of.ATTENDANCES, Of.CHECKS}
)
_DONE: Final = _ADDS_UP | {Of.SUPPORTED, Of.ATTENDERS}
_DONE_CONDITIONS: Final = frozenset({"visited", "guided", "active"})


@dataclass(frozen=True, slots=True)
class Known:
    """A figure, or why there is none; `definition` names the way of counting."""

    count: Count = NOTHING_KNOWN
    why: Why = Why.NOBODY_LOOKED
    definition: str = ""


Knowns = dict[tuple[bytes, str], Known]
"""By unit and indicator."""


def is_done_in_a_period(formula: Formula) -> bool:
    """Whether it counts what was done from the first day to the last, not what is so on the last."""
    return formula.of in _DONE or any(c.name in _DONE_CONDITIONS for c in formula.having)


def is_rate_of_what_was_done(formula: Formula) -> bool:
    """Whether its whole, too, is what was done: a success rate has no pace."""
    return formula.of in _DONE and formula.is_ratio


def known_figures(
    connection: Connection,
    units: Mapping[bytes, Sequence[bytes]],
    codes: Sequence[str],
    periods: Sequence[Period],
    on: date,
    *,
    holds_records: bool,
) -> list[Knowns]:
    """Every indicator of every unit in each of the periods, in their order.

    `units` says what places (villages and communes) each unit adds up, where records are held; elsewhere
    (`holds_records` False) what was published of the units is read. What is so later than today (`on`) nobody
    knows: a period that still runs is looked at today.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    asks = [Ask(period, codes) for period in periods]
    return asked_known(connection, units, asks, on, holds_records=holds_records)


def asked_known(
    connection: Connection,
    units: Mapping[bytes, Sequence[bytes]],
    asks: Sequence[Ask],
    on: date,
    *,
    holds_records: bool,
) -> list[Knowns]:
    """As `known_figures`, where not every indicator is asked for of every period.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    if holds_records:
        return _counted(connection, units, [ask._replace(period=until(ask.period, on)) for ask in asks])
    return [_published(connection, list(units), ask.indicators, ask.period, on) for ask in asks]


def put_together(knowns: Knowns, parts: Mapping[bytes, Sequence[bytes]], codes: Sequence[str]) -> Knowns:
    """Figures of units that nobody publishes, out of those of their parts.

    Where a part is hidden or not known at all, so is the whole.
    """
    found: Knowns = {}
    for unit, members in parts.items():
        for code in codes:
            several = [knowns[member, code] for member in members]
            missing = [one for one in several if one.why not in {Why.KNOWN, Why.NOBODY_LOOKED}]
            hidden = [one for one in missing if one.why is Why.HIDDEN]
            if missing or not several:
                found[unit, code] = replace((hidden or missing or [Known()])[0], count=NOTHING_KNOWN)
                continue
            count = added([one.count for one in several])
            why = Why.KNOWN if count.numerator is not None else Why.NOBODY_LOOKED
            found[unit, code] = Known(count, why, several[0].definition)
    return found


def until(period: Period, on: date) -> Period:
    """The part of a period that is over."""
    return Period(period.first, on) if period.first <= on < period.last else period


def _counted(
    connection: Connection,
    units: Mapping[bytes, Sequence[bytes]],
    asks: Sequence[Ask],
) -> list[Knowns]:
    places = list(dict.fromkeys(place for members in units.values() for place in members))
    result: list[Knowns] = []
    for (period, codes), found in zip(asks, asked_figures(connection, asks, places), strict=True):
        knowns: Knowns = {}
        for code in codes:
            said, reason = _way(code, period)
            for unit, members in units.items():
                count = added([found[place, code] for place in members])
                why = Why.KNOWN if count.numerator is not None else reason
                knowns[unit, code] = Known(count, why, said)
        result.append(knowns)
    return result


def _way(code: str, period: Period) -> tuple[str, Why]:
    """How it is counted on the last day, and why there would be no figure."""
    formula = formula_on(code, period.last)
    if formula is None:
        return "", Why.NOT_COUNTED
    if is_done_in_a_period(formula) and not formula.holds_on(period.first):
        return "", Why.WAY_CHANGED
    return definition(code, period.last), Why.NOBODY_LOOKED


def _published(
    connection: Connection, units: Sequence[bytes], codes: Sequence[str], period: Period, on: date
) -> Knowns:
    day = min(period.last, on)
    knowns: Knowns = {}
    standing: list[str] = []
    done: list[str] = []
    for code in codes:
        formula = formula_on(code, period.last)
        (done if formula is not None and is_done_in_a_period(formula) else standing).append(code)
    seen = published_figures(connection, standing, units, [day])[day] if standing else {}
    for (unit, code), one in seen.items():
        why = Why.HIDDEN if one.hidden else Why.NOBODY_LOOKED
        knowns[unit, code] = Known(
            one.count,
            Why.KNOWN if one.count.numerator is not None else why,
            one.definition or definition(code, day),
        )
    if done:
        knowns |= _of_months(connection, units, done, period, day)
    for code in codes:
        _said, reason = _way(code, period)
        missing = Known(why=reason if reason is not Why.NOBODY_LOOKED else Why.NOT_PUBLISHED)
        for unit in units:
            if reason is Why.WAY_CHANGED:
                # Months of two ways of counting do not add up, whatever was published of them.
                knowns[unit, code] = missing
            knowns.setdefault((unit, code), missing)
    return knowns


def months_in(period: Period, day: date) -> tuple[str, ...]:
    """The calendar months that a period consists of, "2026-11"; none where it cuts through one.

    The running month counts as whole up to `day`.
    """
    if period.first.day != 1 or (period.last < day and month_of(period.last).last != period.last):
        return ()
    found, month = [], month_of(period.first)
    while month.first <= min(period.last, day):
        found.append(month.first.isoformat()[:7])
        month = after(month)
    return tuple(found)


def _of_months(
    connection: Connection, units: Sequence[bytes], codes: Sequence[str], period: Period, day: date
) -> Knowns:
    months = months_in(period, day)
    if not months:
        return {}
    query = select(
        _FIGURE.unit_id, _FIGURE.indicator, _FIGURE.on, _FIGURE.numerator, _FIGURE.denominator,
        _FIGURE.hidden, _FIGURE.fingerprint, _FIGURE.definition,
    ).where(
        _FIGURE.deleted == 0, _FIGURE.unit_id.in_(units), _FIGURE.indicator.in_(codes),
        _FIGURE.on >= f"{months[0]}-01", _FIGURE.on <= day.isoformat(),
    )  # fmt: skip
    parts: dict[tuple[bytes, str], dict[str, Known]] = {}
    for unit, code, at, numerator, denominator, hidden, fingerprint, said in connection.execute(query):
        why = Why.HIDDEN if hidden else Why.KNOWN if numerator is not None else Why.NOBODY_LOOKED
        count = Count(numerator, denominator, 0, fingerprint or "")
        parts.setdefault((unit, code), {})[at[:7]] = Known(count, why, said or definition(code, day))
    return {
        key: whole for key, found in parts.items() if (whole := _added_up(key[1], found, months)) is not None
    }


def _added_up(code: str, found: Mapping[str, Known], months: Sequence[str]) -> Known | None:
    """The figure of several months out of theirs, None where it does not follow from them."""
    formula = formula_on(code, date.fromisoformat(f"{months[-1]}-01"))
    inside = [found[month] for month in months if month in found]
    if not inside:
        return None
    if len(months) == 1:
        return inside[0]
    if formula is None or formula.of not in _ADDS_UP or len(inside) != len(months):
        return None
    if len({one.definition for one in inside}) > 1:
        return Known(why=Why.WAY_CHANGED)
    if any(one.why is Why.HIDDEN for one in inside):
        return replace(inside[-1], count=NOTHING_KNOWN, why=Why.HIDDEN)
    count = added([one.count for one in inside])
    return Known(
        count, Why.KNOWN if count.numerator is not None else Why.NOBODY_LOOKED, inside[-1].definition
    )
