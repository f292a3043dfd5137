"""Reading numbers as people write them, and holding figures against targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tongcds.domain.catalogue import Comparator, load_targets
from tongcds.domain.targets import (
    Look,
    Verdict,
    days_of,
    forecast,
    missing_to,
    read_amount,
    value_in,
    verdict,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("96,52", "96.52"),
        ("96.52", "96.52"),
        ("1.234", "1234"),
        ("1.234,5", "1234.5"),
        ("1234", "1234"),
        (" 80 % ", "80"),
        ("-3,5", "-3.5"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_as_people_here_write_it(words, number):
    assert read_amount(words) == Decimal(number)


@pytest.mark.parametrize("words", ["", "tám mươi", "80-90", "1,2,3", "1.23.4", "NaN", "1e5", "∞"])
def test_what_is_no_number_is_none(words):
    assert read_amount(words) is None


def looked(day, value):
    return Look(day, Decimal(value))


def test_the_forecast_goes_on_in_a_straight_line():
    # 10 points in 100 days, 100 days are left.
    first, now = looked(date(2026, 1, 1), 40), looked(date(2026, 4, 11), 50)
    assert forecast(first, now, date(2026, 7, 20), measure="%") == 60


def test_less_than_a_month_apart_is_too_early_to_say():
    first = looked(date(2026, 1, 1), 40)
    assert forecast(first, looked(date(2026, 1, 30), 50), LAST, measure="%") is None
    assert forecast(first, looked(date(2026, 1, 31), 50), LAST, measure="%") is not None


def test_a_share_ends_at_0_and_100_and_a_rank_does_not():
    first, now = looked(date(2026, 1, 1), 40), looked(date(2026, 4, 11), 90)
    assert forecast(first, now, LAST, measure="%") == 100
    falling = looked(date(2026, 4, 11), 10)
    assert forecast(first, falling, LAST, measure="%") == 0
    assert forecast(first, now, LAST, measure="người") > 100


@pytest.mark.parametrize(
    ("value", "expected", "on", "how"),
    [
        (80, None, date(2026, 6, 1), Verdict.MET),
        (70, 85, date(2026, 6, 1), Verdict.ON_THE_WAY),
        (70, 75, date(2026, 6, 1), Verdict.BEHIND),
        (70, None, date(2026, 1, 20), Verdict.TOO_EARLY),
        (70, 75, date(2027, 1, 1), Verdict.MISSED),
        (None, None, date(2026, 6, 1), Verdict.UNKNOWN),
        (90, None, date(2025, 6, 1), Verdict.NOT_BEGUN),
    ],
)
def test_a_target_is_met_on_the_way_behind_or_nothing_can_be_said(value, expected, on, how):
    now = None if value is None else looked(min(on, LAST), value)
    found = verdict(
        Comparator.EQUAL, Decimal(80), now, None if expected is None else Decimal(expected), FIRST, LAST, on
    )
    assert found is how


def test_of_a_rank_less_is_better():
    now = looked(date(2026, 6, 1), 9)
    said = verdict(Comparator.AT_MOST, Decimal(10), now, None, FIRST, LAST, now.on)
    assert said is Verdict.MET
    assert verdict(Comparator.AT_MOST, Decimal(8), now, Decimal(9), FIRST, LAST, now.on) is Verdict.BEHIND


def test_a_milestone_is_neither_met_nor_missed():
    assert verdict(Comparator.BY, None, None, None, FIRST, LAST, LAST) is Verdict.MILESTONE


def test_a_figure_is_said_in_the_measure_of_its_target():
    assert value_in("%", Decimal(3), Decimal(4)) == 75
    assert value_in("%", Decimal("9.5"), None) == Decimal("9.5")
    assert value_in("hạng", Decimal(12), Decimal(63)) == 12
    assert value_in("người", Decimal(11), Decimal(2)) == Decimal("5.5")
    assert value_in("%", Decimal(3), Decimal(0)) is None


@pytest.mark.parametrize(("numerator", "lacking"), [(30, 3), (33, 0), (40, 0)])
def test_what_is_missing_is_rounded_up_to_whole_people(numerator, lacking):
    assert missing_to(Decimal(80), numerator, 41) == lacking


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("T10", date(2024, 5, 4), date(2025, 12, 31)),
        ("T13", date(2024, 1, 1), date(2025, 12, 31)),
        ("T21", date(2025, 10, 1), date(2025, 12, 31)),
        ("T32", date(2022, 1, 1), date(2022, 6, 30)),
        ("T30", date(2021, 10, 27), date(2030, 12, 31)),
    ],
)
def test_a_target_of_the_catalogue_has_the_days_of_its_document(code, first, last):
    assert days_of(load_targets()[code]) == (first, last)


def test_every_target_of_the_catalogue_has_days_that_follow_each_other():
    assert len(load_targets()) == 34
    assert all(first <= last for first, last in map(days_of, load_targets().values()))


def test_what_is_said_of_a_target_of_the_plans_is_said_in_vietnamese():
    # It stands in the office's own target once that is taken over.
    notes = [target.note for target in load_targets().values() if target.note]
    assert len(notes) == 16
    assert [note for note in notes if not set(note) & set("ạảãầẩậấốộởợủứừửữỷịễệếềểỉăâđêôơưĐ")] == []
