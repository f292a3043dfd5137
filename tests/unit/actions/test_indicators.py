"""Any indicator over any period, from the records of one computer."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE
from tongcds import cli
from tongcds.actions import board, indicators
from tongcds.domain import formulas
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period, month_of, year_of
from tongcds.errors import UserError
from tongcds.reports import figures
from tongcds.reports.sheets import Breakdown


@pytest.fixture
def core(team):
    """Three people of 30, 70 and 8 years; one has an account; the old one was guided today."""
    day = team.today
    with team.vault.change(MEMBER) as change:
        write = change.writer.create
        home = write("household", village_id=VILLAGE, code="HN-0001", poverty="poor")
        people = [
            write("person", village_id=VILLAGE, household_id=home, full_name=name, birth=birth, sex=sex)
            for name, birth, sex in (
                ("Lò Thị Một", f"{day.year - 30}", "female"),
                ("Lò Văn Hai", f"{day.year - 70}", "male"),
                ("Lò Văn Ba", f"{day.year - 8}", "male"),
            )
        ]
        seen = {"village_id": VILLAGE, "fact": "account", "held_on": day.isoformat(), "how": "seen"}
        for person, value in zip(people[:2], (1, 0), strict=True):
            write("observation", subject="person", subject_id=person, value=value, **seen)
        visit = write("visit", village_id=VILLAGE, household_id=home, on=day.isoformat(), by_id=MEMBER)
        for result in ("alone", "declined"):
            write("support", village_id=VILLAGE, visit_id=visit, service="PS02", person_ids=people[1],
                  result=result)  # fmt: skip
    return team


def row(view, code):
    return next(row for row in view.rows if row.code == code)


def test_every_indicator_with_a_formula_has_a_row(core):
    view = indicators.indicators(core, month_of(core.today))
    assert [row.code for row in view.rows] == list(formulas.counted_indicators())
    assert view.problems == ()


def test_every_indicator_of_the_catalogue_is_accounted_for(core):
    view = indicators.indicators(core, month_of(core.today))
    assert {row.code for row in view.rows} | {other.code for other in view.others} == set(load_indicators())
    assert len(view.rows) + len(view.others) == 85
    assert Counter(other.source for other in view.others) == {"typed_in": 16, "waits": 19}
    by_code = {other.code: other.reason for other in view.others}
    assert "sổ thi đua" in by_code["EMU01"]
    assert all(reason and "{" not in reason for reason in by_code.values())


def test_a_formula_that_makes_no_sense_is_named_and_the_rest_is_counted(core, monkeypatch):
    others = {code: them for code, them in formulas.load_formulas().items() if code != "XHS09"}
    wrong = (UserError("formula_wrong", file="formulas.csv", code="XHS09", part="min_height=15"),)
    monkeypatch.setattr(formulas, "load_formulas", lambda: others)
    monkeypatch.setattr(formulas, "problems", lambda: wrong)
    view = indicators.indicators(core, month_of(core.today))
    assert "min_height=15" in view.problems[0]
    assert next(other.source for other in view.others if other.code == "XHS09") == "broken"
    assert row(view, "ACT01").numerator == 1


def test_a_year_that_still_runs_is_counted_up_to_today_as_on_the_screen(core):
    soon = core.today + timedelta(days=1)
    with core.vault.change(MEMBER) as change:
        born = soon.replace(year=soon.year - 15).isoformat()
        change.writer.create("person", village_id=VILLAGE, full_name="Lò Thị Tư", birth=born)
    year = year_of(core.today)
    found = row(indicators.indicators(core, year, ["XHS09"]), "XHS09")
    shown = board.board(core, ["XHS09"], year).whole.figures[0]
    assert soon <= year.last
    assert (found.denominator, found.fingerprint) == (shown.denominator, shown.fingerprint)
    assert found.denominator == 2
    after = indicators.indicators(core, Period(year.first, core.today), ["XHS09"])
    assert row(after, "XHS09") == found


def test_a_period_without_data_has_no_figures_and_nothing_is_nought(core):
    view = indicators.indicators(core, month_of(date(2020, 1, 15)))
    assert all(row.numerator is None for row in view.rows if row.code[:3] in {"XHS", "ACT"})
    assert row(view, "ACT01").fingerprint == ""
    assert len(view.problems) == 1
    assert "1/2020" in view.problems[0]


def test_shares_numbers_and_what_nobody_knows(core):
    view = indicators.indicators(core, month_of(core.today))
    account, visits, success, smartphone = (row(view, c) for c in ("XHS09", "ACT01", "ACT04", "XHS02"))
    assert (account.numerator, account.denominator, account.value) == (1, 2, 0.5)
    assert (visits.numerator, visits.denominator, visits.value) == (1, None, 1.0)
    assert (success.numerator, success.denominator, success.value) == (1, 2, 0.5)
    assert (smartphone.numerator, smartphone.denominator, smartphone.value) == (None, 2, None)
    assert account.records == 1
    assert len(account.fingerprint) == len("7F3A-19C2")


def test_what_was_done_belongs_to_its_period(core):
    last_month = Period(core.today - timedelta(days=60), core.today - timedelta(days=31))
    view = indicators.indicators(core, last_month, ["ACT01", "XHS21"])
    assert [(r.code, r.numerator) for r in view.rows] == [("ACT01", None), ("XHS21", None)]


def test_groups(core):
    view = indicators.indicators(core, month_of(core.today), ["XHS10", "ACT02"], Breakdown.AGE)
    account, supports = view.rows
    found = {group.group: (group.numerator, group.denominator) for group in account.groups}
    assert found == {"6-13": (None, 1), "18-34": (1, 1), "60+": (0, 1)}
    assert {group.group: group.numerator for group in supports.groups} == {"60+": 2}
    by_service = indicators.indicators(core, month_of(core.today), ["ACT02", "XHS10"], Breakdown.SERVICE)
    assert [(g.group, g.numerator) for g in by_service.rows[0].groups] == [("PS02", 2)]
    assert by_service.rows[1].groups == ()


def test_a_way_of_counting_that_changes_within_a_period_is_said(core, monkeypatch):
    middle = core.today.replace(day=10)
    before = formulas.Formula("ACT01", 1, formulas.Of.VISITS, valid_to=middle)
    after = formulas.Formula("ACT01", 2, formulas.Of.VISITS, valid_from=middle + timedelta(days=1))

    def on(code: str, day: date) -> formulas.Formula:
        return next(formula for formula in (before, after) if formula.holds_on(day))

    monkeypatch.setattr(formulas, "formula_on", on)
    monkeypatch.setattr(figures, "formula_on", on)
    view = indicators.indicators(core, month_of(core.today), ["ACT01"])
    assert [row.numerator for row in view.rows] == [None]
    assert len(view.problems) == 1
    assert "ACT01" in view.problems[0]
    later = Period(middle + timedelta(days=1), core.today)
    assert indicators.indicators(core, later, ["ACT01"]).rows[0].numerator == 1


@pytest.mark.parametrize(
    ("code", "error"), [("XHS77", "indicator_unknown"), ("EXT01", "indicator_not_counted")]
)
def test_what_cannot_be_counted_is_named(core, code, error):
    with pytest.raises(UserError, match=error) as caught:
        indicators.indicators(core, month_of(core.today), [code])
    assert caught.value.params["code"] == code


def test_the_command(core, capsys):
    def ran(*words):
        options = cli._parser().parse_args([*words, "--json"])
        return options.command(options, core), json.loads(capsys.readouterr().out)

    code, told = ran("indicators", "XHS09", "ACT01", "--period", "quarter", "--by", "sex")
    assert code == cli.DONE
    assert [row["code"] for row in told["rows"]] == ["XHS09", "ACT01"]
    assert told["rows"][0]["value"] == 0.5
    assert [group["group"] for group in told["rows"][0]["groups"]] == ["female", "male"]
    with pytest.raises(UserError, match="period_without_beginning"):
        ran("indicators", "--to", "2026-01-01")
    with pytest.raises(UserError, match="period_backwards"):
        ran("indicators", "XHS09", "--from", "2026-11-01", "--to", "2026-10-01")
