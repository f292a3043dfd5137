"""Poverty classes have days: each day's list, filter and figure takes the class that held then."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.unit.actions.conftest import MEMBER, VILLAGE
from tongcds import cli
from tongcds.actions import households, poverty, privacy, register
from tongcds.actions.journal import take_back
from tongcds.domain.views import FieldChange, HouseholdChange, HouseholdFilter, PovertyClass
from tongcds.errors import UserError
from tongcds.storage.poverty import POVERTY


@pytest.fixture
def core(team):
    return team


@pytest.fixture
def poor_home(core, home):
    with core.vault.change(MEMBER) as change:
        change.writer.load("household", [home.household])
        change.writer.update("household", home.household, poverty="poor")
    return home.household


def classify(core, household, said, day, decision=""):
    return poverty.classify(core, PovertyClass(household, said, day, decision))[0]


def poor_on(core, *days):
    return [[row.poverty for row in poverty.poor(core, day)] for day in days]


def today_s(core, household):
    listed = register.households(core, HouseholdFilter(needs=frozenset({"poor"}))).rows
    shown = register.household(core, household).poverty
    return shown, [row.poverty for row in listed]


def test_what_stood_before_the_first_day_is_kept(core, poor_home):
    classify(core, poor_home, "none", date(2026, 1, 1), "12/QĐ-UBND")
    assert poor_on(core, date(2025, 12, 31), date(2026, 1, 1)) == [["poor"], []]
    last, first = poverty.history(core, poor_home)
    assert (last.poverty, last.valid_from, last.until, last.decision_no, last.by) == (
        "none", date(2026, 1, 1), None, "12/QĐ-UBND", "Lò Thị Ngân",
    )  # fmt: skip
    assert (first.poverty, first.valid_from, first.until) == ("poor", None, date(2026, 1, 1))
    assert today_s(core, poor_home) == ("none", [])


def test_a_household_without_days_has_what_its_field_says(core, poor_home):
    assert poor_on(core, date(2020, 1, 1), core.today) == [["poor"], ["poor"]]
    assert poverty.history(core, poor_home) == ()


def test_each_year_has_its_class_in_whatever_order_they_were_written(core, poor_home):
    classify(core, poor_home, "near_poor", date(2026, 1, 1))
    classify(core, poor_home, "none", date(2024, 1, 1))
    classify(core, poor_home, "poor", date(2025, 1, 1))
    days = [date(year, 12, 31) for year in (2023, 2024, 2025, 2026)]
    assert poor_on(core, *days) == [["poor"], [], ["poor"], ["near_poor"]]
    assert today_s(core, poor_home) == ("near_poor", ["near_poor"])


def test_what_is_written_down_ahead_holds_from_its_day(core, poor_home):
    classify(core, poor_home, "none", core.today + timedelta(days=30))
    assert today_s(core, poor_home) == ("poor", ["poor"])
    assert poor_on(core, core.today + timedelta(days=29), core.today + timedelta(days=30)) == [["poor"], []]


def test_of_one_day_the_last_written_counts(core, poor_home):
    classify(core, poor_home, "none", date(2026, 1, 1))
    classify(core, poor_home, "near_poor", date(2026, 1, 1))
    assert poor_on(core, date(2026, 1, 1)) == [["near_poor"]]


def test_undo_and_withdrawing_bring_back_what_held(core, poor_home):
    undo = classify(core, poor_home, "none", date(2026, 1, 1))
    take_back(core, undo)
    assert today_s(core, poor_home) == ("poor", ["poor"])
    classify(core, poor_home, "near_poor", date(2026, 1, 1))
    (row, _before) = poverty.history(core, poor_home)
    undo, _ = poverty.withdraw(core, row.record_id)
    assert today_s(core, poor_home) == ("poor", ["poor"])
    take_back(core, undo)
    assert today_s(core, poor_home) == ("near_poor", ["near_poor"])


def test_the_form_writes_a_class_from_today_on_where_classes_have_days(core, poor_home):
    classify(core, poor_home, "near_poor", date(2026, 1, 1))
    change = HouseholdChange(poor_home, VILLAGE, (FieldChange("poverty", "near_poor", "none"),))
    households.save_household(core, change)
    assert poor_on(core, core.today - timedelta(days=1), core.today) == [["near_poor"], []]
    assert households.start(core, poor_home).record.poverty == "none"


def test_what_cannot_be_is_refused(core, poor_home):
    for code, work in (
        ("poverty_unknown", lambda: classify(core, poor_home, "rich", core.today)),
        ("date_too_far", lambda: classify(core, poor_home, "poor", core.today + timedelta(days=400))),
        ("household_unknown", lambda: classify(core, b"?" * 16, "poor", core.today)),
        ("household_unknown", lambda: poverty.history(core, b"?" * 16)),
        ("poverty_class_unknown", lambda: poverty.withdraw(core, b"?" * 16)),
    ):
        with pytest.raises(UserError, match=code):
            work()
    assert poverty.history(core, poor_home) == ()


def test_an_erased_household_has_no_class_left(core, poor_home):
    classify(core, poor_home, "near_poor", date(2026, 1, 1))
    privacy.erase(core, "household", poor_home)
    with core.vault.read() as connection:
        assert set(connection.execute(select(POVERTY.c.poverty)).scalars()) == {None}


def test_the_commands_do_the_same(core, poor_home, capsys):
    def ran(*words):
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, core) == 0
        return json.loads(capsys.readouterr().out)

    words = ("--class", "none", "--from", "2026-01-01", "--decision", "7/QĐ", "--decided-on", "2025-12-20")
    first = ran("poverty", "HN-0087", *words)["classes"][0]
    assert (first["poverty"], first["decided_on"]) == ("none", "2025-12-20")
    assert [row["poverty"] for row in ran("poor", "--on", "2025-12-31")["households"]] == ["poor"]
    assert ran("poor")["households"] == []
    ran("poverty", "HN-0087", "--withdraw", first["record_id"])
    assert [row["code"] for row in ran("poor")["households"]] == ["HN-0087"]
