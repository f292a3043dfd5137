"""Phones, personal numbers and partial births: read, masked, compared."""

from __future__ import annotations

from datetime import date

import pytest

from tongcds.domain.identity import (
    age_on,
    birth_year_of_id,
    doubts_about_id,
    format_phone,
    mask_citizen_id,
    mask_phone,
    read_birth,
    read_id_number,
    read_phone,
    split_phones,
)

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "masked"),
    [("014085223621", "014•••••••21"), ("171234567", "171••••67"), ("1234", "••••"), ("", "")],
)
def test_a_personal_number_shows_its_ends_only(number, masked):
    assert mask_citizen_id(number) == masked


@pytest.mark.parametrize(
    ("number", "formatted", "masked"),
    [
        ("0981234521", "098 123 4521", "098 ••• ••21"),
        ("02123852123", "0212 3852 123", "021••••••23"),
        ("12", "12", "••"),
    ],
)
def test_a_phone_is_shown_in_groups_and_masked(number, formatted, masked):
    assert (format_phone(number), mask_phone(number)) == (formatted, masked)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01201234567", "0701234567"),
        ("01251234567", "0851234567"),
        ("01691234567", "0391234567"),
        ("01861234567", "0561234567"),
        ("01991234567", "0591234567"),
    ],
)
def test_a_prefix_of_before_2018_becomes_its_new_one(old, new):
    assert read_phone(old).number == new
    assert read_phone(old).findings == ("phone_old_prefix",)


def test_an_old_prefix_that_was_never_given_out_is_no_phone():
    assert read_phone("01401234567").number is None


def test_a_mobile_number_that_begins_like_the_country_code_keeps_its_digits():
    assert read_phone("842345678").number == "0842345678"
    assert read_phone("+84842345678").number == "0842345678"


def test_numbers_that_share_a_field_are_told_apart():
    assert split_phones("0981 / 0912; 0913 và 0914\n0915") == ("0981", "0912", "0913", "0914", "0915")


def test_a_personal_number_states_sex_and_year():
    assert birth_year_of_id("014085223621") == 1985
    assert birth_year_of_id("014205223621") == 2005
    assert birth_year_of_id("171234567") is None
    assert doubts_about_id("014085223621", sex="male", birth="1985-02-01") == ()
    assert doubts_about_id("014085223621", sex="female", birth="1986") == (
        "id_sex_mismatch",
        "id_birth_mismatch",
    )
    assert doubts_about_id("014085223621", sex=None, birth=None) == ()
    assert doubts_about_id("999085223621", sex="female", birth="1986") == ("id_unknown_place",)
    assert doubts_about_id("171234567", sex="female", birth="1986") == ()


def test_digits_of_other_scripts_are_no_personal_number():
    assert read_id_number("٠١٤٠٨٥٢٢٣٦٢١").number is None


@pytest.mark.parametrize("text", ["1785", "1/1/0012", "99999", "", "٢٠٠٠"])
def test_what_cannot_be_a_birth_is_none(text):
    assert read_birth(text, today=TODAY).birth is None


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        ("2008-11-23", 18),
        ("2008-11-24", 17),
        ("2008-11", 18),
        ("2008-12", 17),
        ("2008", 18),
        ("2026-11-23", 0),
        ("2026-11-24", None),
        (None, None),
    ],
)
def test_an_age_counts_what_is_unknown_of_the_birth_as_early_as_possible(birth, age):
    assert age_on(birth, TODAY) == age


def test_a_birth_on_29_february_comes_of_age_on_1_march():
    assert (age_on("2008-02-29", date(2026, 2, 28)), age_on("2008-02-29", date(2026, 3, 1))) == (17, 18)
