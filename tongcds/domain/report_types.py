"""Which reports are made, by whom, to whom, over which period and by when: tables that a province edits.

The body that orders a report fixes when figures are closed, and whoever reports has at least one working day
after that (Nghị định 09/2019/NĐ-CP, Điều 8). By Điều 12 a month runs from the 15th to the next 14th, a
quarter, half and year likewise; other reports use calendar periods. So the day on which a period closes is
part of the kind of report. Levels are those of a time: until 30 June 2025 a commune reported to its district.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import PERIOD_OF, Period, PeriodKind, after, before, nine_months_of
from tongcds.domain.privacy import working_days_after
from tongcds.domain.tables import IN_TABLE, read_table
from tongcds.errors import UserError
from tongcds.paths import resources_folder

_LATEST_CLOSE: Final = 28  # a day that every month has
_MONTHS_OF_A_YEAR: Final = 12


class Level(StrEnum):
    """Who reports, or is reported to; above the province stands nobody who has this program."""

    TEAM = "team"
    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    ABOVE = "above"


class About(StrEnum):
    """What a report holds figures of: indicators, or the targets of the unit with the reasons."""

    FIGURES = "figures"
    TARGETS = "targets"


READ_PERSONS: Final = frozenset({Level.TEAM, Level.COMMUNE})
"""Levels that read the persons behind a figure, so that nothing is hidden from them."""


@dataclass(frozen=True, slots=True)
class Given:
    """The one period and deadline of a report that a unit above asked for."""

    period: Period
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportType:
    """A kind of report. `closes_on`: the day of the month that ends a period, None for calendar periods.

    `due_days`: working days from the end of the period to the deadline, at least one. `since` and `until` are
    days that a period has to end on or between. `ends_in`: months in which it has to end, every one without:
    the half year of June is reported on alone, and in December the year. `basis` as in the catalogues:
    published, or a draft of ours. `given`: it was asked for once (`domain.report_requests`), is no line of
    the table, and has one period. A kind about targets names no `indicators`, its rows are whatever
    targets hold for the unit.
    """

    code: str
    name_vi: str
    name_en: str
    level: Level
    addressee: Level
    period: PeriodKind
    due_days: int
    basis: str
    indicators: tuple[str, ...] = ()
    about: About = About.FIGURES
    closes_on: int | None = None
    since: date | None = None
    until: date | None = None
    ends_in: tuple[int, ...] = ()
    given: Given | None = field(default=None, metadata={IN_TABLE: False})

    def name(self, language: str) -> str:
        """What it is called, in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def holds_for(self, last: date) -> bool:
        """Whether a period that ends on this day is reported with this kind."""
        if self.given is not None:
            return last == self.given.period.last
        within = (self.since is None or self.since <= last) and (self.until is None or last <= self.until)
        return within and (not self.ends_in or last.month in self.ends_in)

    def period_of(self, day: date) -> Period:
        """The period that a day lies in, as this kind of report cuts the year; of nine months its year's."""
        if self.given is not None:
            return self.given.period
        if self.period is PeriodKind.NINE_MONTHS:
            year = self._cut(PeriodKind.YEAR, day)
            return Period(year.first, _end_of_nine_months(year.last.year, self.closes_on))
        return self._cut(self.period, day)

    def period_asked(self, day: date | None, on: date) -> Period:
        """The period that a day lies in; without one the last to report on that ended, if only today."""
        period = self.period_of(on if day is None else day)
        if day is not None or self.given is not None:
            return period
        last = period if period.last <= on else self.before(period)
        # Not every half year is reported on.
        found = (one for one in self.latest(last.last, _MONTHS_OF_A_YEAR) if one.last <= on)
        return next(found, last)

    def name_of(self, period: Period) -> str:
        """What people call a period of this kind: one that closes on 14 December is the year."""
        return period.name if self.given is not None else PERIOD_OF[self.period](period.last).name

    def before(self, period: Period) -> Period:
        """The period of this kind before; of one that was asked for once, as many days."""
        if self.given is not None:
            return before(period)
        return self.period_of(period.first - timedelta(days=1))

    def year_to(self, period: Period) -> Period:
        """The reporting year up to the end of a period."""
        first = date(period.last.year, 1, 1)
        return Period(
            first if self.closes_on is None else _day_after_close(first, self.closes_on), period.last
        )

    def due_on(self, period: Period) -> date:
        """The deadline of a period's report."""
        if self.given is not None:
            return self.given.due_on
        return working_days_after(period.last, self.due_days)

    def latest(self, on: date, count: int) -> Iterator[Period]:
        """The period that a day lies in and those before it, the latest first, as far as the kind holds."""
        period = self.period_of(on)
        for _ in range(count if self.given is None else 1):
            if self.holds_for(period.last):
                yield period
            period = self.before(period)

    def _cut(self, kind: PeriodKind, day: date) -> Period:
        calendar = PERIOD_OF[kind](day)
        found = self._moved(calendar)
        if day > found.last:
            return self._moved(after(calendar))
        if day < found.first:
            return self._moved(before(calendar))
        return found

    def _moved(self, calendar: Period) -> Period:
        if self.closes_on is None:
            return calendar
        return Period(
            _day_after_close(calendar.first, self.closes_on), calendar.last.replace(day=self.closes_on)
        )


def _end_of_nine_months(year: int, closes_on: int | None) -> date:
    september = nine_months_of(date(year, 1, 1)).last
    return september if closes_on is None else september.replace(day=closes_on)


def _day_after_close(first_of_month: date, closes_on: int) -> date:
    """The day after the close in the month before one."""
    return (first_of_month - timedelta(days=1)).replace(day=closes_on) + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of a report. `lead` begins it with figures: `{ACT01}` stands for that indicator's.

    In reports about targets `{all}` and the words of `reports.comparison` stand for how many there are.
    """

    code: str
    title_vi: str
    title_en: str
    lead_vi: str = ""
    lead_en: str = ""

    def title(self, language: str) -> str:
        """Its heading, in "vi" or "en"."""
        return self.title_vi if language == "vi" else self.title_en

    def lead(self, language: str) -> str:
        """The sentence it begins with, in "vi" or "en"; "" where there is none."""
        return self.lead_vi if language == "vi" else self.lead_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a result falls short of its target, as somebody chooses it from a short list."""

    code: str
    name_vi: str
    name_en: str

    def name(self, language: str) -> str:
        """What it is called, in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en


def _folder(folder: Path | None) -> Path:
    return folder or resources_folder() / "reports"


@cache
def load_report_types(folder: Path | None = None) -> MappingProxyType[str, ReportType]:
    """Every kind of report by code.

    Raises:
        UserError: the table has a mistake; the parameters say where.
    """
    path = _folder(folder) / "types.csv"
    rows = read_table(path, ReportType, refers={"indicators": load_indicators()})
    for line, row in enumerate(rows, 2):
        wrong = _wrong_in(row)
        if wrong:
            value = str(getattr(row, wrong))
            raise UserError("table_value_wrong", file=path.name, line=line, column=wrong, value=value)
    return MappingProxyType({row.code: row for row in rows})


def _wrong_in(row: ReportType) -> str:
    """The column in which a line that can be read makes no sense; "" where it does."""
    levels = list(Level)
    if row.due_days < 1:
        return "due_days"
    if row.closes_on is not None and not 1 <= row.closes_on <= _LATEST_CLOSE:
        return "closes_on"
    if levels.index(row.addressee) <= levels.index(row.level):
        return "addressee"
    if not all(1 <= month <= _MONTHS_OF_A_YEAR for month in row.ends_in):
        return "ends_in"
    if (row.about is About.FIGURES) is not bool(row.indicators):
        return "indicators"
    return "period" if row.period not in PERIOD_OF or row.period is PeriodKind.MID_MONTH else ""


@cache
def load_sections(about: About = About.FIGURES, folder: Path | None = None) -> tuple[Section, ...]:
    """The sections of a report, in order.

    Raises:
        UserError: the table has a mistake; the parameters say where.
    """
    name = "sections.csv" if about is About.FIGURES else "plan_sections.csv"
    return read_table(_folder(folder) / name, Section)


@cache
def load_causes(folder: Path | None = None) -> MappingProxyType[str, Cause]:
    """Causes by code, in the order in which they are offered.

    Raises:
        UserError: the table has a mistake; the parameters say where.
    """
    rows = read_table(_folder(folder) / "causes.csv", Cause)
    return MappingProxyType({row.code: row for row in rows})
