"""What a unit set out to reach: how its number is read, whether it is reached, and where the pace leads.

Pure arithmetic over values. Which targets there are stands in records (`storage.targets`) and in the
catalogue (`domain.catalogue`); the figures come from `reports.known`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import Final

from tongcds.domain.catalogue import (
    Comparator,
    Indicator,
    RollUp,
    Target,
    load_documents,
    load_indicators,
)
from tongcds.domain.periods import half_of, quarter_of

LEAST_DAYS: Final = 30
"""Two looks less than a month apart say nothing yet about a pace."""

RANKED: Final = frozenset({"rank", "hạng"})
_HUNDRED: Final = Decimal(100)
_NUMBER: Final = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?|[+-]?\d+([.,]\d+)?")
_YEARS: Final = re.compile(r"\d{4}")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_HALF: Final = re.compile(r"(\d{4})-H([12])")


class Verdict(StrEnum):
    """How a figure stands to its target."""

    MET = "met"
    ON_THE_WAY = "on_the_way"
    BEHIND = "behind"
    MISSED = "missed"
    TOO_EARLY = "too_early"
    NOT_BEGUN = "not_begun"
    UNKNOWN = "unknown"
    HIDDEN = "hidden"
    MILESTONE = "milestone"
    OF_THE_WHOLE = "of_the_whole"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Look:
    """What a figure was at the end of a day, in the target's measure (96.52 for 96.52 %)."""

    on: date
    value: Decimal


def read_amount(words: str) -> Decimal | None:
    """A number as people write it: "96,52", "1.234,5", "80%", "-3"; None for anything else.

    A point before exactly three digits parts thousands, as everywhere in Vietnam; before any other number of
    digits it is taken for the decimal point of somebody who copied it.
    """
    bare = words.strip().removesuffix("%").strip().replace(" ", "").replace("\xa0", "")
    if not _NUMBER.fullmatch(bare):
        return None
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", bare):
        bare = bare.replace(".", "")
    return Decimal(bare.replace(",", "."))


def is_percent(measure: str) -> bool:
    """Whether a measure is a share of a whole: "%", "% (implied)"; growth a year ("%/năm") is none."""
    return measure.startswith("%") and "/" not in measure


def is_rank(measure: str) -> bool:
    """Whether a measure is a place among others, where less is better."""
    return measure in RANKED


def measure_of(indicator: Indicator) -> str:
    """The measure that a figure of this indicator is compared in."""
    return indicator.unit


def value_in(measure: str, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    """What a figure says in a measure; None where there is nothing to divide by.

    A rank is its own value, among how many it is stays beside it.
    """
    if denominator is None or is_rank(measure):
        return numerator
    if not denominator:
        return None
    return numerator / denominator * (_HUNDRED if measure.startswith("%") else 1)


def reaches(value: Decimal, comparator: Comparator, wanted: Decimal) -> bool:
    """Whether a figure reaches its target. "= 80 %" and "about 20 %" are reached by whatever is not less."""
    return value <= wanted if comparator is Comparator.AT_MOST else value >= wanted


def forecast(first: Look, now: Look, last: date, *, measure: str) -> Decimal | None:
    """What the figure will be on the last day if it goes on as it went between two days.

    Own rule, linear: the change a day between the two looks, times the days that are left. A share ends at 0
    and 100. None: less than `LEAST_DAYS` days lie between them, which is too early to say.
    """
    days = (now.on - first.on).days
    if days < LEAST_DAYS:
        return None
    left = max(0, (last - now.on).days)
    end = now.value + (now.value - first.value) / days * left
    if is_percent(measure):
        return min(max(end, Decimal(0)), _HUNDRED)
    return end if is_rank(measure) else max(end, Decimal(0))


def verdict(  # noqa: PLR0911, PLR0917 - what a target and its figure are; each answer has its reason
    comparator: Comparator,
    wanted: Decimal | None,
    now: Look | None,
    expected: Decimal | None,
    first: date,
    last: date,
    on: date,
) -> Verdict:
    """How things stand on a day; a target whose time is over is met or missed, whatever the pace."""
    if comparator is Comparator.BY or wanted is None:
        return Verdict.MILESTONE
    if on < first:
        return Verdict.NOT_BEGUN
    if now is None:
        return Verdict.UNKNOWN
    if reaches(now.value, comparator, wanted):
        return Verdict.MET
    if on > last:
        return Verdict.MISSED
    if expected is None:
        return Verdict.TOO_EARLY
    return Verdict.ON_THE_WAY if reaches(expected, comparator, wanted) else Verdict.BEHIND


def missing_to(value: Decimal, numerator: int, denominator: int) -> int:
    """How many more of a whole it takes to reach a percentage: 80 % of 41 people when 30 have it: 3."""
    return max(0, ceil(value * denominator / _HUNDRED) - numerator)


def missing_in(comparator: Comparator, wanted: Decimal | None, value: Decimal | None) -> Decimal | None:
    """What a figure lacks to its target, in their measure; None where it is reached or cannot be said."""
    if wanted is None or value is None or comparator is Comparator.BY:
        return None
    return None if reaches(value, comparator, wanted) else abs(wanted - value)


def days_of(target: Target) -> tuple[date, date]:
    """The first and last day of a target of the catalogue, as far as its document says them.

    "2024-2025" begins with 2024, "2025-Q4" is that quarter. A year alone begins with the day of the document
    where that was before it, because the work for it began then.
    """
    if (quarter := _QUARTER.search(target.year_text)) is not None:
        last = quarter_of(date(int(quarter[1]), int(quarter[2]) * 3, 1))
        return last.first, last.last
    if (half := _HALF.search(target.year_text)) is not None:
        part = half_of(date(int(half[1]), 1 if half[2] == "1" else 7, 1))
        return part.first, part.last
    end = date(target.year, 12, 31)
    years = [int(year) for year in _YEARS.findall(target.year_text)]
    if len(set(years)) > 1:
        return date(min(years), 1, 1), end
    written = load_documents()[target.document].dated
    begins = date(target.year, 1, 1)
    return (min(written, begins) if written is not None else begins), end


def may_be_a_share(indicator_code: str) -> bool:
    """Whether an indicator has a whole, so that a percentage of it says something."""
    indicator = load_indicators()[indicator_code]
    return indicator.roll_up is RollUp.RATIO or is_percent(indicator.unit)
