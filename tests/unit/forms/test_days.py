"""Days typed in a hurry are read as a person means them."""

from __future__ import annotations

from datetime import date

import pytest

from tongcds.forms.days import read_coming_day, read_past_day

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("23", date(2026, 11, 23)),
        ("22", date(2026, 11, 22)),
        ("24", date(2026, 10, 24)),
        ("31", date(2026, 10, 31)),
        ("23/11", date(2026, 11, 23)),
        ("2/12", date(2025, 12, 2)),
        ("29/2", date(2024, 2, 29)),
        ("5-11-26", date(2026, 11, 5)),
        ("5.11.2026", date(2026, 11, 5)),
        ("5 11", date(2026, 11, 5)),
        ("0511", date(2026, 11, 5)),
        ("05112026", date(2026, 11, 5)),
        ("051126", date(2026, 11, 5)),
        ("hôm nay", date(2026, 11, 23)),
        ("Hôm qua", date(2026, 11, 22)),
        ("hom qua", date(2026, 11, 22)),
        ("hôm kia", date(2026, 11, 21)),
        ("yesterday", date(2026, 11, 22)),
        ("-3", date(2026, 11, 20)),
        ("3 ngày", date(2026, 11, 20)),
        ("thứ hai", date(2026, 11, 23)),
        ("thứ sáu", date(2026, 11, 20)),
        ("t7", date(2026, 11, 21)),
        ("chủ nhật", date(2026, 11, 22)),
        ("cn", date(2026, 11, 22)),
        (" 23/11 ", date(2026, 11, 23)),
        ("24/11/2026", date(2026, 11, 24)),
    ],
)
def test_a_past_day_is_the_latest_that_fits(words, meant):
    assert read_past_day(words, MONDAY) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("+7", date(2026, 11, 30)),
        ("+14", date(2026, 12, 7)),
        ("7 ngày", date(2026, 11, 30)),
        ("+ 7 ngay", date(2026, 11, 30)),
        ("mai", date(2026, 11, 24)),
        ("23", date(2026, 12, 23)),
        ("24", date(2026, 11, 24)),
        ("31", date(2026, 12, 31)),
        ("30/11", date(2026, 11, 30)),
        ("5/1", date(2027, 1, 5)),
        ("29/2", date(2028, 2, 29)),
        ("thứ hai", date(2026, 11, 30)),
        ("thứ ba", date(2026, 11, 24)),
        ("7/12/26", date(2026, 12, 7)),
    ],
)
def test_a_coming_day_is_the_next_that_fits(words, meant):
    assert read_coming_day(words, MONDAY) == meant


@pytest.mark.parametrize(
    "words",
    ["", "  ", "abc", "32", "0", "30/2", "31/11/2026", "12/13", "1/2/3/4", "thứ tám", "t9", "2/", "123"],
)
def test_what_is_no_day_is_none(words):
    assert read_past_day(words, MONDAY) is None
    assert read_coming_day(words, MONDAY) is None
