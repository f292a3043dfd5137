"""Drawing a periodic report: its figures, what stands behind them, and what is said where there are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.unit.actions.conftest import COMMUNE, VILLAGE, Core, Home
from tongcds.actions import visits
from tongcds.domain.report_types import load_report_types
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.domain.views.board import Why
from tongcds.domain.views.report import Heading, with_text
from tongcds.errors import UserError
from tongcds.reports.periodic import Reporter, draw

KIND = load_report_types()["T-MONTH"]


def reporter(unit: bytes = VILLAGE) -> Reporter:
    heading = Heading("team", "Bản Nà Ngà", "Xã Chiềng Mung", "Tỉnh Sơn La", "Xã Chiềng Mung")
    return Reporter(unit, heading, holds_records=True)


def drawn(core: Core, *, kind=KIND, unit=VILLAGE, day=None, typed=None):
    with core.vault.read() as connection:
        period = kind.period_of(day or core.today)
        return draw(connection, reporter(unit), kind, period, core.today, typed=typed or {})


def log(core: Core, home: Home, days_ago: int, service: str = "PY01") -> bytes:
    entry = SupportEntry(service, home.people[:2], Result.ALONE)
    on = core.today - timedelta(days=days_ago)
    return visits.save_visit(core, VisitEntry(home.household, on, (entry,)))[0]


def test_figures_carry_what_stands_behind_them_and_what_the_period_brought(team: Core, home: Home):
    log(team, home, 0)
    log(team, home, 40)
    rows = {row.indicator: row for row in drawn(team).rows}
    visited = rows["ACT01"]
    assert (visited.now.numerator, visited.year.numerator, visited.gained) == (1, 2, 1)
    assert visited.now.fingerprint != visited.year.fingerprint != ""
    assert visited.now.definition
    assert rows["ACT02"].now.numerator == 2


def test_what_is_so_is_compared_with_the_end_of_the_period_before(team: Core, home: Home):
    fact = "account"
    observations_of(team, home.people[0], fact, 60)
    observations_of(team, home.people[1], fact, 1)
    row = next(row for row in drawn(team).rows if row.indicator == "XHS09")
    assert (row.before.numerator, row.now.numerator, row.gained) == (1, 2, 1)
    assert row.year == row.now


def observations_of(core: Core, person: bytes, fact: str, days_ago: int) -> None:
    with core.vault.change(core.author()) as change:
        change.writer.create(
            "observation",
            village_id=VILLAGE,
            subject="person",
            subject_id=person,
            fact=fact,
            value=1,
            held_on=(core.today - timedelta(days=days_ago)).isoformat(),
            how="seen",
        )


def test_a_period_without_data_says_so_and_is_drawn_all_the_same(team: Core):
    report = drawn(team)
    assert all(row.now.numerator is None for row in report.rows if row.indicator != "TEA01")
    assert report.notes[0].startswith("Chưa")
    assert all(row.now.why is Why.NOBODY_LOOKED for row in report.rows)


def test_sections_begin_with_a_sentence_of_figures_and_keep_what_was_typed(team: Core, home: Home):
    log(team, home, 0)
    report = drawn(team, typed={"IV": "Tiếp tục đi từng nhà."})
    sections = {one.code: one for one in report.sections}
    assert "1 lượt hộ" in sections["II.3"].lead
    assert sections["II.3"].indicators == ("ACT01", "ACT02", "ACT03", "ACT04")
    assert sections["IV"].text == "Tiếp tục đi từng nhà."
    assert with_text(report, {"V": "Cấp thêm máy."}).typed == {"V": "Cấp thêm máy."}


def test_a_commune_hides_few_people_from_those_who_read_figures_only(commune: Core):
    with commune.vault.change(commune.author()) as change:
        home = change.writer.create("household", village_id=VILLAGE, code="HN-1")
        (first, *_others) = [
            change.writer.create("person", village_id=VILLAGE, household_id=home, birth="1980") for _ in "123"
        ]
    observations_of(commune, first, "internet", 1)
    upwards = drawn(commune, kind=load_report_types()["C-MONTH"], unit=COMMUNE)
    hidden = next(row for row in upwards.rows if row.indicator == "XHS11")
    assert (hidden.now.why, hidden.now.numerator, hidden.now.fingerprint) == (Why.HIDDEN, None, "")
    at = [row.indicator for row in upwards.rows].index("XHS11")
    assert (upwards.below[0].name, upwards.below[0].figures[at].why) == ("Bản Nà Ngà", Why.HIDDEN)
    own = next(row for row in drawn(commune, unit=COMMUNE).rows if row.indicator == "XHS11")
    assert (own.now.numerator, own.now.denominator) == (1, 3)


def test_a_unit_that_ended_and_a_period_ahead_are_named(team: Core):
    with pytest.raises(UserError) as ahead:
        drawn(team, day=team.today + timedelta(days=60))
    assert ahead.value.code == "report_period_ahead"
    with team.vault.write() as connection:
        connection.execute(text("update village set valid_to = '2025-06-30'"))
    with pytest.raises(UserError) as ended:
        drawn(team)
    assert (ended.value.code, ended.value.params["unit"]) == ("report_unit_ended", "Bản Nà Ngà")
    assert drawn(team, day=date(2025, 6, 1)).unit_id == VILLAGE
