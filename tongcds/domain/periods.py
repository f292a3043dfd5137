"""Periods that figures are counted and reports are made for.

A period is a first and a last day, both counted in. Its kind says how it came about, so that it can be named
and followed by the next of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.errors import UserError
from tongcds.i18n import _


class PeriodKind(StrEnum):
    """How a period lies in the year. `MID_MONTH` runs from the 15th of the month before to the 14th."""

    MONTH = "month"
    MID_MONTH = "mid_month"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    CUSTOM = "custom"


_MID: Final = 15  # offices close their month on the 14th so that the report is in by its end
_MONTHS: Final = MappingProxyType(
    {
        PeriodKind.MONTH: 1,
        PeriodKind.QUARTER: 3,
        PeriodKind.HALF: 6,
        PeriodKind.NINE_MONTHS: 9,
        PeriodKind.YEAR: 12,
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `first` to `last`, both counted in; `first` is never after `last`."""

    first: date
    last: date
    kind: PeriodKind = PeriodKind.CUSTOM

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise UserError("period_backwards", first=self.first, last=self.last)

    @property
    def name(self) -> str:
        """What people call it, in the language in force: "Quý IV/2026" ("Quarter 4/2026")."""
        return _NAMES[self.kind](self)


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    return _months_from(day.replace(day=1), PeriodKind.MONTH)


def mid_month_of(day: date) -> Period:
    """The month from a 15th to the next 14th that the day lies in."""
    start = day if day.day >= _MID else day.replace(day=1) - timedelta(days=1)
    first = start.replace(day=_MID)
    return Period(first, _months_on(first, 1) - timedelta(days=1), PeriodKind.MID_MONTH)


def quarter_of(day: date) -> Period:
    """The quarter of a day."""
    return _months_from(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), PeriodKind.QUARTER)


def half_of(day: date) -> Period:
    """The first or second half of the year of a day."""
    return _months_from(day.replace(month=1 if day.month <= 6 else 7, day=1), PeriodKind.HALF)  # noqa: PLR2004


def nine_months_of(day: date) -> Period:
    """The first nine months of the year of a day."""
    return _months_from(day.replace(month=1, day=1), PeriodKind.NINE_MONTHS)


def year_of(day: date) -> Period:
    """The calendar year of a day."""
    return _months_from(day.replace(month=1, day=1), PeriodKind.YEAR)


PERIOD_OF: Final[MappingProxyType[PeriodKind, Callable[[date], Period]]] = MappingProxyType(
    {
        PeriodKind.MONTH: month_of,
        PeriodKind.MID_MONTH: mid_month_of,
        PeriodKind.QUARTER: quarter_of,
        PeriodKind.HALF: half_of,
        PeriodKind.NINE_MONTHS: nine_months_of,
        PeriodKind.YEAR: year_of,
    }
)
"""For each kind but a custom one, the period that a day lies in (of nine months: that of its year)."""


def month_to(day: date) -> Period:
    """The month of a day up to that day: what a running month has brought so far."""
    whole = month_of(day)
    return whole if whole.last == day else Period(whole.first, day)


def before(period: Period) -> Period:
    """The period of the same kind before; of a custom one the same number of days."""
    yesterday = period.first - timedelta(days=1)
    if period.kind is PeriodKind.NINE_MONTHS:
        return nine_months_of(yesterday)
    if period.kind in PERIOD_OF:
        return PERIOD_OF[period.kind](yesterday)
    return Period(yesterday - (period.last - period.first), yesterday)


def after(period: Period) -> Period:
    """The period of the same kind after; of a custom one the same number of days."""
    if period.kind is PeriodKind.NINE_MONTHS:
        return nine_months_of(period.first.replace(year=period.first.year + 1))
    tomorrow = period.last + timedelta(days=1)
    if period.kind in PERIOD_OF:
        return PERIOD_OF[period.kind](tomorrow)
    return Period(tomorrow, tomorrow + (period.last - period.first))


def year_before(period: Period) -> Period:
    """The same period a year ago; 29 February becomes the 28th."""
    if period.kind in PERIOD_OF:
        return PERIOD_OF[period.kind](_a_year_before(period.first))
    return Period(_a_year_before(period.first), _a_year_before(period.last))


def _a_year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _months_on(day: date, months: int) -> date:
    month = day.month - 1 + months
    return day.replace(year=day.year + month // 12, month=month % 12 + 1)


def _months_from(first: date, kind: PeriodKind) -> Period:
    return Period(first, _months_on(first, _MONTHS[kind]) - timedelta(days=1), kind)


def _days(period: Period) -> str:
    return _("{first} to {last}").format(first=f"{period.first:%d/%m/%Y}", last=f"{period.last:%d/%m/%Y}")


_ROMAN: Final = ("I", "II", "III", "IV")
_NAMES: Final[MappingProxyType[PeriodKind, Callable[[Period], str]]] = MappingProxyType(
    {
        PeriodKind.MONTH: lambda p: _("Month {month}/{year}").format(month=p.first.month, year=p.first.year),
        PeriodKind.MID_MONTH: _days,
        PeriodKind.QUARTER: lambda p: _("Quarter {quarter}/{year}").format(
            quarter=_ROMAN[p.first.month // 3], year=p.first.year
        ),
        PeriodKind.HALF: lambda p: (
            _("First half of {year}") if p.first.month == 1 else _("Second half of {year}")
        ).format(year=p.first.year),
        PeriodKind.NINE_MONTHS: lambda p: _("Nine months of {year}").format(year=p.first.year),
        PeriodKind.YEAR: lambda p: _("Year {year}").format(year=p.first.year),
        PeriodKind.CUSTOM: _days,
    }
)
