"""Which reports are due when: periods that close in mid-month, working days, and the levels of both eras."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copyfile

import pytest

from tongcds.domain.periods import Period, PeriodKind
from tongcds.domain.privacy import working_days_after
from tongcds.domain.report_types import About, Level, load_report_types, load_sections
from tongcds.errors import UserError
from tongcds.paths import resources_folder

MONTH = load_report_types()["T-MONTH"]


def test_a_month_closes_on_the_14th_and_is_named_after_the_month_it_closes_in():
    period = MONTH.period_of(date(2026, 11, 23))
    assert (period.first, period.last) == (date(2026, 11, 15), date(2026, 12, 14))
    assert MONTH.period_of(date(2026, 11, 14)) == Period(date(2026, 10, 15), date(2026, 11, 14), period.kind)
    assert MONTH.name_of(period) == "Tháng 12/2026"


@pytest.mark.parametrize(
    ("code", "day", "first", "last", "name"),
    [
        ("T-YEAR", date(2026, 12, 20), date(2026, 12, 15), date(2027, 12, 14), "Năm 2027"),
        ("T-YEAR", date(2026, 12, 14), date(2025, 12, 15), date(2026, 12, 14), "Năm 2026"),
        ("C-QUARTER", date(2026, 3, 15), date(2026, 3, 15), date(2026, 6, 14), "Quý II/2026"),
        ("C-HALF", date(2026, 6, 14), date(2025, 12, 15), date(2026, 6, 14), "6 tháng đầu năm 2026"),
        ("C-NINE", date(2026, 9, 14), date(2025, 12, 15), date(2026, 9, 14), "9 tháng năm 2026"),
        ("C-NINE", date(2026, 12, 14), date(2025, 12, 15), date(2026, 9, 14), "9 tháng năm 2026"),
        ("C-NINE", date(2026, 12, 15), date(2026, 12, 15), date(2027, 9, 14), "9 tháng năm 2027"),
        ("P-NINE", date(2026, 12, 31), date(2026, 1, 1), date(2026, 9, 30), "9 tháng năm 2026"),
        ("P-QUARTER", date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31), "Quý I/2026"),
    ],
)
def test_longer_periods_close_likewise_and_statistical_ones_do_not(code, day, first, last, name):
    kind = load_report_types()[code]
    period = kind.period_of(day)
    assert (period.first, period.last, kind.name_of(period)) == (first, last, name)


CUT_WITHOUT_GAPS = [
    kind for kind in load_report_types().values() if kind.period is not PeriodKind.NINE_MONTHS
]


@pytest.mark.parametrize("kind", CUT_WITHOUT_GAPS, ids=lambda kind: kind.code)
def test_every_day_lies_in_exactly_one_period_and_each_follows_on(kind):
    day = date(2024, 2, 29)
    period = kind.period_of(day)
    assert period.first <= day <= period.last
    assert kind.before(period).last.toordinal() + 1 == period.first.toordinal()
    assert kind.period_of(period.first) == kind.period_of(period.last) == period
    assert kind.due_on(period) > period.last


def test_nine_months_have_one_period_a_year_and_the_year_before_is_the_one_before():
    kind = load_report_types()["C-NINE"]
    period = kind.period_of(date(2026, 10, 20))
    assert kind.before(period) == Period(date(2024, 12, 15), date(2025, 9, 14))
    assert [one.last.year for one in kind.latest(date(2026, 10, 20), 3)] == [2026, 2025]
    assert kind.period_asked(None, date(2026, 9, 13)).last == date(2025, 9, 14)
    assert kind.period_asked(None, date(2026, 9, 14)).last == date(2026, 9, 14)
    assert kind.year_to(period) == period


def test_only_the_half_year_that_ends_in_june_is_reported_on():
    kind = load_report_types()["C-HALF"]
    assert not kind.holds_for(date(2026, 12, 14))
    assert kind.period_asked(None, date(2026, 12, 20)).last == date(2026, 6, 14)
    assert [one.last for one in kind.latest(date(2026, 12, 20), 3)] == [date(2027, 6, 14), date(2026, 6, 14)]


def test_a_deadline_counts_working_days_and_no_weekend():
    friday = Period(date(2026, 7, 15), date(2026, 8, 14), PeriodKind.MONTH)
    assert MONTH.due_on(friday) == working_days_after(date(2026, 8, 14), 2) == date(2026, 8, 18)


def test_the_year_so_far_begins_where_the_year_before_closed():
    assert MONTH.year_to(MONTH.period_of(date(2026, 11, 1))).first == date(2025, 12, 15)
    assert load_report_types()["P-QUARTER"].year_to(
        Period(date(2026, 1, 1), date(2026, 3, 31))
    ).first == date(2026, 1, 1)


def test_until_june_2025_a_commune_reports_to_its_district_and_since_then_to_the_province():
    def levels(last):
        kinds = [kind for kind in load_report_types().values() if kind.holds_for(last)]
        return {(kind.level, kind.addressee) for kind in kinds if kind.level is not Level.PROVINCE}

    assert levels(date(2025, 6, 14)) == {
        (Level.TEAM, Level.COMMUNE),
        (Level.COMMUNE, Level.DISTRICT),
        (Level.DISTRICT, Level.PROVINCE),
    }
    # An area stands where a district stood, and compares its targets alone.
    assert levels(date(2025, 7, 14)) == {
        (Level.TEAM, Level.COMMUNE),
        (Level.COMMUNE, Level.PROVINCE),
        (Level.DISTRICT, Level.PROVINCE),
    }
    of_areas = [kind for kind in load_report_types().values() if kind.level is Level.DISTRICT]
    assert {kind.about for kind in of_areas if kind.holds_for(date(2025, 7, 14))} == {About.TARGETS}


def test_only_periods_in_which_a_kind_holds_are_asked_for():
    periods = list(load_report_types()["C-MONTH"].latest(date(2025, 8, 20), 6))
    assert [period.last for period in periods] == [date(2025, 9, 14), date(2025, 8, 14), date(2025, 7, 14)]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("month,14,2", "month,14,0"), "due_days"),
        (("month,14,2", "month,31,2"), "closes_on"),
        (("team,commune,month", "team,team,month"), "addressee"),
        (("team,commune,month", "team,commune,mid_month"), "period"),
        (("ACT01;ACT02", "ACT01;NONE"), "indicators"),
        ((",,,,draft", ",,,13,draft"), "ends_in"),
        (("draft,\n", "draft,targets\n"), "indicators"),
    ],
)
def test_a_mistake_in_the_table_names_its_line_and_column(tmp_path: Path, change, column):
    path = tmp_path / "types.csv"
    copyfile(resources_folder() / "reports" / "types.csv", path)
    path.write_text(path.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(UserError) as wrong:
        load_report_types(tmp_path)
    assert (wrong.value.params["line"], wrong.value.params["column"]) == (2, column)


def test_sections_begin_with_figures_that_the_teams_report_has():
    codes = [section.code for section in load_sections()]
    assert codes[0] == "I"
    assert codes[-1] == "V"
    assert len(set(codes)) == len(codes)
