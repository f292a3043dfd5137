from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain import periods
from tongcds.domain.periods import PERIOD_OF, Period, PeriodKind
from tongcds.errors import UserError
from tongcds.i18n import set_language

days = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (PeriodKind.MONTH, date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29)),
        (PeriodKind.MID_MONTH, date(2026, 1, 14), date(2025, 12, 15), date(2026, 1, 14)),
        (PeriodKind.MID_MONTH, date(2026, 1, 15), date(2026, 1, 15), date(2026, 2, 14)),
        (PeriodKind.QUARTER, date(2026, 11, 30), date(2026, 10, 1), date(2026, 12, 31)),
        (PeriodKind.HALF, date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        (PeriodKind.HALF, date(2026, 7, 1), date(2026, 7, 1), date(2026, 12, 31)),
        (PeriodKind.NINE_MONTHS, date(2026, 11, 30), date(2026, 1, 1), date(2026, 9, 30)),
        (PeriodKind.YEAR, date(2026, 11, 30), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_the_period_of_a_day(kind: PeriodKind, day: date, first: date, last: date) -> None:
    assert PERIOD_OF[kind](day) == Period(first, last, kind)


@given(days, st.sampled_from([kind for kind in PERIOD_OF if kind is not PeriodKind.NINE_MONTHS]))
def test_periods_of_a_kind_follow_each_other_without_a_gap(day: date, kind: PeriodKind) -> None:
    period = PERIOD_OF[kind](day)
    assert period.first <= day <= period.last
    earlier = periods.before(period)
    assert earlier.last + timedelta(days=1) == period.first
    assert PERIOD_OF[kind](earlier.first) == earlier


def test_before_nine_months_are_those_of_the_year_before_and_before_some_days_as_many() -> None:
    nine = periods.nine_months_of(date(2026, 5, 1))
    assert periods.before(nine) == periods.nine_months_of(date(2025, 5, 1))
    assert periods.before(Period(date(2026, 3, 1), date(2026, 3, 10))) == Period(
        date(2026, 2, 19), date(2026, 2, 28)
    )


def test_a_running_month_ends_today() -> None:
    assert periods.month_to(date(2026, 11, 23)) == Period(date(2026, 11, 1), date(2026, 11, 23))
    assert periods.month_to(date(2026, 11, 30)) == periods.month_of(date(2026, 11, 2))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UserError, match="period_backwards"):
        Period(date(2026, 2, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("kind", "vietnamese", "english"),
    [
        (PeriodKind.MONTH, "Tháng 11/2026", "Month 11/2026"),
        (PeriodKind.MID_MONTH, "15/11/2026 đến 14/12/2026", "15/11/2026 to 14/12/2026"),
        (PeriodKind.QUARTER, "Quý IV/2026", "Quarter IV/2026"),
        (PeriodKind.HALF, "6 tháng cuối năm 2026", "Second half of 2026"),
        (PeriodKind.NINE_MONTHS, "9 tháng năm 2026", "Nine months of 2026"),
        (PeriodKind.YEAR, "Năm 2026", "Year 2026"),
    ],
)
def test_what_people_call_it(kind: PeriodKind, vietnamese: str, english: str) -> None:
    period = PERIOD_OF[kind](date(2026, 11, 30))
    names = []
    for code in ("vi", "en"):
        set_language(code)
        names.append(period.name)
    assert names == [vietnamese, english]
