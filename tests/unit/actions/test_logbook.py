"""The support log: parts, groups and filters; withdrawing and correcting with everything that follows."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tests.unit.actions.test_visits import entry, rows
from tongcds.actions import Core, logbook, register, today, visits
from tongcds.domain.views import GroupBy, LogFilter, Result, SupportEntry, VisitEntry, Withdrawal
from tongcds.errors import UserError
from tongcds.storage import logbook as stored


def log(core: Core, home: Home, on: date, service: str = "PY01", result: Result = Result.ALONE) -> bytes:
    support = SupportEntry(service, home.people[:1], result)
    visit_id, _changes = visits.save_visit(core, VisitEntry(home.household, on, (support,)))
    return visit_id


def listed(core: Core, wanted: LogFilter | None = None) -> list[bytes]:
    return [row.visit_id for row in logbook.page(core, wanted or LogFilter()).rows]


def test_parts_follow_each_other_without_gap_or_repetition(team: Core, home: Home) -> None:
    made = [log(team, home, team.today - timedelta(days=at // 3)) for at in range(11)]
    found: list[bytes] = []
    after = None
    with team.vault.read() as connection:
        while True:
            part = stored.page(connection, LogFilter(), after, 2)
            assert len(part.rows) <= 2
            found += [row.visit_id for row in part.rows]
            after = part.following
            if after is None:
                break
    assert sorted(found) == sorted(made)
    assert len(found) == len(set(found))
    assert found == listed(team)


def test_every_filter_narrows_and_groups_add_up(team: Core, home: Home) -> None:
    yesterday = team.today - timedelta(days=1)
    first = log(team, home, yesterday, "PY01", Result.TOGETHER)
    second = log(team, home, team.today, "SE01")
    assert listed(team) == [second, first]
    assert listed(team, LogFilter(until=yesterday)) == [first]
    assert listed(team, LogFilter(since=team.today)) == [second]
    assert listed(team, LogFilter(service="SE01")) == [second]
    assert listed(team, LogFilter(result=Result.TOGETHER)) == [first]
    assert listed(team, LogFilter(by=team.author())) == [second, first]
    assert listed(team, LogFilter(by=bytes(16))) == []
    assert listed(team, LogFilter(household_id=bytes(16))) == []
    for by in GroupBy:
        sums = logbook.sums(team, LogFilter(), by)
        assert sums.supports == sum(group.supports for group in sums.groups) == 2
        for group in sums.groups:
            assert len(listed(team, group.only)) == group.supports


def test_a_withdrawn_visit_counts_nowhere_and_stays_readable(team: Core, home: Home) -> None:
    promise = SupportEntry("PY01", home.people[:1], Result.COME_BACK)
    visits.save_visit(team, entry(team, home, promise, again=team.today))
    kept = log(team, home, team.today)
    assert today.today(team).todo_today == 0
    before = today.today(team).week_supports
    done, _changes = logbook.withdraw(team, kept, Withdrawal.TWICE)
    assert today.today(team).week_supports == before - 1
    assert today.today(team).todo_today == 1
    assert not rows(team, "observation")
    assert kept not in listed(team)
    assert listed(team, LogFilter(withdrawn=True)) == [kept]
    detail = register.household(team, home.household)
    assert detail is not None
    assert [bool(line.withdrawn) for line in detail.history] == [True, False]
    logbook.restore(team, done)
    assert kept in listed(team)
    assert today.today(team).todo_today == 0
    assert rows(team, "observation")


def test_a_correction_stands_in_the_place_of_the_visit_and_can_be_undone(team: Core, home: Home) -> None:
    wrong = log(team, home, team.today)
    was = logbook.entry_of(team, wrong)
    right = VisitEntry(was.household_id, was.on, (SupportEntry("SE01", home.people[:2], Result.TOGETHER),))
    corrected, done, _changes = logbook.correct(team, wrong, right)
    assert listed(team) == [corrected]
    assert logbook.page(team, LogFilter(withdrawn=True)).rows[0].withdrawn is Withdrawal.CORRECTED
    assert {o["fact"] for o in rows(team, "observation")}.isdisjoint({"account"})
    assert [v["corrects_id"] for v in rows(team, "visit") if v["id"] == corrected] == [wrong]
    logbook.undo_correction(team, corrected, done)
    assert listed(team) == [wrong]
    assert "account" in {o["fact"] for o in rows(team, "observation")}


def test_whoever_was_there_stays_there_when_somebody_else_corrects(team: Core, home: Home) -> None:
    with team.vault.change(MEMBER) as change:
        other = change.writer.create("member", unit_id=VILLAGE, full_name="Cà Văn Hoà")
    support = SupportEntry("PY01", home.people[:1], Result.ALONE)
    visit, _changes = visits.save_visit(team, VisitEntry(home.household, team.today, (support,), by_id=other))
    entered = replace(logbook.entry_of(team, visit), by_id=None, note="mended")
    once, _done, _changes = logbook.correct(team, visit, entered)
    (row,) = logbook.page(team, LogFilter()).rows
    assert (row.visit_id, row.by, row.corrected_by) == (once, "Cà Văn Hoà", "Lò Thị Ngân")
    logbook.correct(team, once, replace(entered, note="mended twice"))
    (row,) = logbook.page(team, LogFilter()).rows
    assert (row.by, row.corrected_by) == ("Cà Văn Hoà", "Lò Thị Ngân")
    assert [r.note for r in logbook.page(team, LogFilter(by=other)).rows] == ["mended twice"]


def test_nobody_is_named_as_corrector_who_only_mends_their_own(team: Core, home: Home) -> None:
    visit = log(team, home, team.today)
    logbook.correct(team, visit, logbook.entry_of(team, visit))
    (row,) = logbook.page(team, LogFilter()).rows
    assert (row.by, row.corrected_by) == ("Lò Thị Ngân", "")


def test_a_correction_keeps_the_promise_that_the_first_version_kept(team: Core, home: Home) -> None:
    promise = SupportEntry("PY01", home.people[:1], Result.COME_BACK)
    visits.save_visit(team, entry(team, home, promise, again=team.today))
    kept = log(team, home, team.today)
    corrected, _done, _changes = logbook.correct(team, kept, logbook.entry_of(team, kept))
    assert [(f["state"], f["closing_visit_id"]) for f in rows(team, "follow_up")] == [("done", corrected)]


def test_what_cannot_be_withdrawn_says_why(team: Core, home: Home) -> None:
    visit = log(team, home, team.today)
    for why, code in (("corrected", "withdrawal_reason_unknown"), ("", "withdrawal_reason_unknown")):
        with pytest.raises(UserError) as refused:
            logbook.withdraw(team, visit, why)
        assert refused.value.code == code
    logbook.withdraw(team, visit, "mistake")
    with pytest.raises(UserError) as refused:
        logbook.withdraw(team, visit, "mistake")
    assert refused.value.code == "visit_unknown"


def test_the_exported_log_is_inert_and_has_a_line_a_support(
    team: Core, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("TONGCDS_EXPORTS", str(tmp_path_factory.mktemp("exports")))
    support = SupportEntry("PY01", home.people[:1], Result.ALONE)
    visits.save_visit(team, VisitEntry(home.household, team.today, (support,), note="=1+1"))
    done = logbook.export_log(team, LogFilter(), ground="duty")
    path, count = done.path, done.lines
    lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert count == 1
    assert lines[0] == list(logbook.headings())
    assert lines[1][-1] == "'=1+1"


def test_the_way_to_a_visit_is_on_record_and_stays_when_it_is_corrected(team: Core, home: Home) -> None:
    support = SupportEntry("PY01", home.people[:1], Result.ALONE)
    first, _changes = visits.save_visit(
        team, VisitEntry(home.household, team.today, (support,), metres=2_500)
    )
    logbook.correct(team, first, replace(logbook.entry_of(team, first), note="mended"))
    assert [(row.metres, row.note) for row in logbook.page(team, LogFilter()).rows] == [(2_500, "mended")]
