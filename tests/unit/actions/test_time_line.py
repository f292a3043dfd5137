"""The time line of facts: the latest day first, whoever wrote when; a withdrawn one lets the former hold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import Home
from tests.unit.actions.test_merging import household, one
from tongcds.actions import Core, duplicates, households, observations, register, visits
from tongcds.actions.journal import take_back
from tongcds.domain.views import Result, Seen, SupportEntry, VisitEntry
from tongcds.errors import UserError


def saw(core: Core, person: bytes, on: date, *, value: bool) -> None:
    households.record_facts(core, (Seen("person", person, "smartphone", value, on, "told"),))


def has(core: Core, home: Home) -> bool | None:
    detail = register.household(core, home.household)
    assert detail is not None
    facts = {fact.fact: fact.value for person in detail.people[:1] for fact in person.facts}
    return facts["smartphone"]


def the_latest_day_holds(core: Core, home: Home) -> None:
    """What was seen later is written first, as when two laptops meet."""
    today, head = core.today, home.people[0]
    saw(core, head, today, value=False)
    saw(core, head, today - timedelta(days=30), value=True)
    rows = observations.observations(core, home.household)
    assert [(row.value, row.held_on) for row in rows] == [
        (False, today),
        (True, today - timedelta(days=30)),
    ]
    assert has(core, home) is False


def test_the_latest_day_holds_and_stands_first_whenever_it_was_written(team: Core, home: Home) -> None:
    the_latest_day_holds(team, home)


def test_a_time_line_in_the_order_of_writing_is_noticed(
    team: Core, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    in_days = observations.observations_of
    monkeypatch.setattr(
        observations, "observations_of", lambda c, i: sorted(in_days(c, i), key=lambda row: row.held_on)
    )
    with pytest.raises(AssertionError):
        the_latest_day_holds(team, home)


def withdrawn(core: Core, home: Home) -> None:
    the_latest_day_holds(core, home)
    latest = observations.observations(core, home.household)[0]
    undo, _changes = observations.withdraw(core, latest.observation_id, "not_so")
    assert has(core, home) is True
    take_back(core, undo)
    assert has(core, home) is False


def test_withdrawing_lets_the_former_hold_and_can_be_taken_back(team: Core, home: Home) -> None:
    withdrawn(team, home)


def test_a_withdrawal_that_does_nothing_is_noticed(
    team: Core, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(observations.Journal, "remove", lambda _self, _kind, _record: None)
    with pytest.raises(AssertionError):
        withdrawn(team, home)


def test_what_follows_from_a_support_or_is_not_there_is_not_withdrawn(team: Core, home: Home) -> None:
    support = SupportEntry("PY01", home.people[:1], Result.ALONE)
    visits.save_visit(team, VisitEntry(home.household, team.today, (support,)))
    made = observations.observations(team, home.household)
    assert made
    for observation_id, code in (
        (made[0].observation_id, "observation_of_visit"),
        (bytes(16), "observation_unknown"),
    ):
        with pytest.raises(UserError) as refused:
            observations.withdraw(team, observation_id, "not_so")
        assert refused.value.code == code


def test_the_time_line_has_what_was_seen_under_merged_records(team: Core, home: Home) -> None:
    other, people = household(team, "HN-0101", one("Hà Thị Xuân", "1978"), one("Lò Văn Ún", "1975"))
    saw(team, people["Xuân"], team.today, value=True)
    households.record_facts(team, (Seen("household", other, "fibre", True, team.today, "seen"),))
    duplicates.merge(team, home.household, other)
    rows = {(row.fact, row.whom) for row in observations.observations(team, home.household)}
    assert rows == {("smartphone", "Hà Thị Xuân"), ("fibre", "")}
