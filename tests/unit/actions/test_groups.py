"""One session for several households: a visit for each, tied together, and taken back together."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE, Core, Home
from tests.unit.actions.test_visits import rows
from tongcds import cli
from tongcds.actions import logbook, visits
from tongcds.domain.views import LogFilter, Result, SupportEntry, VisitEntry, Withdrawal
from tongcds.errors import UserError


@pytest.fixture
def other(team: Core, home: Home) -> Home:
    """A neighbour of the household."""
    with team.vault.change(MEMBER) as change:
        household = change.writer.reserve()
        person = change.writer.create(
            "person", village_id=VILLAGE, household_id=household, full_name="Vì Văn Sơn", birth="1990"
        )
        values = {"village_id": VILLAGE, "code": "HN-0090", "head_id": person}
        change.writer.create("household", reserved=household, **values)
    return Home(household, (person,))


def entries(core: Core, *homes: Home) -> tuple[VisitEntry, ...]:
    return tuple(
        VisitEntry(
            home.household, core.today, (SupportEntry("PY01", home.people[:1], Result.ALONE),), minutes=40
        )
        for home in homes
    )


def test_each_household_gets_its_visit_and_all_name_the_session(team: Core, home: Home, other: Home) -> None:
    made, changes = visits.save_group(team, entries(team, home, other))
    assert "support" in changes.kinds
    found = {row["id"]: row for row in rows(team, "visit")}
    assert found.keys() == set(made)
    assert {row["group_id"] for row in found.values()} == {made[0]}
    assert {row["household_id"] for row in found.values()} == {home.household, other.household}
    assert {o["subject_id"] for o in rows(team, "observation") if o["fact"] == "account"} == {
        home.people[0],
        other.people[0],
    }
    assert [row.together for row in logbook.page(team, LogFilter()).rows] == [2, 2]
    visits.undo_visit(team, *made)
    assert rows(team, "visit") == rows(team, "support") == rows(team, "observation") == []


def test_all_of_a_session_is_saved_or_none(team: Core, home: Home, other: Home) -> None:
    good, bad = entries(team, home, other)
    strange = replace(bad, supports=(SupportEntry("PY01", home.people[:1], Result.ALONE),))
    with pytest.raises(UserError) as refused:
        visits.save_group(team, (good, strange))
    assert refused.value.code == "person_unknown"
    assert rows(team, "visit") == []
    with pytest.raises(UserError):
        visits.save_group(team, ())


def test_a_visit_of_a_session_that_is_corrected_or_withdrawn_leaves_the_others(
    team: Core, home: Home, other: Home
) -> None:
    made, _changes = visits.save_group(team, entries(team, home, other))
    corrected, _done, _kinds = logbook.correct(team, made[0], logbook.entry_of(team, made[0]))
    tied = {row.visit_id: row.together for row in logbook.page(team, LogFilter()).rows}
    assert tied == {corrected: 2, made[1]: 2}
    logbook.withdraw(team, made[1], Withdrawal.MISTAKE)
    assert [row.together for row in logbook.page(team, LogFilter()).rows] == [1]


def test_the_last_visit_can_be_repeated_and_a_withdrawn_one_is_none(
    team: Core, home: Home, other: Home
) -> None:
    assert logbook.last_entry(team) is None
    first, second = entries(team, home, other)
    visits.save_visit(team, first)
    later, _changes = visits.save_visit(team, replace(second, minutes=15))
    last = logbook.last_entry(team)
    assert last is not None
    assert (last.household_id, last.minutes) == (other.household, 15)
    logbook.withdraw(team, later, Withdrawal.MISTAKE)
    before = logbook.last_entry(team)
    assert before is not None
    assert before.minutes == 40


def test_the_command_takes_other_households_along(
    team: Core, home: Home, other: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["log", "--household", "HN-0087", "--person", "mai", "--also", "HN-0090=son"]
    options = cli._parser().parse_args([*words, "--service", "SE01=together", "--json"])
    assert options.command(options, team) == 0
    assert len(json.loads(capsys.readouterr().out)["visits"]) == 2
    helped = {row["person_ids"] for row in rows(team, "support")}
    assert helped == {home.people[2], other.people[0]}
