"""A round is planned from a filter, shared out, ticked off by hand or by a visit, and taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import literal

from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds import cli
from tongcds.actions import filters, privacy, rounds, visits
from tongcds.actions.journal import take_back
from tongcds.domain.views import (
    HouseholdFilter,
    Result,
    RoundPlan,
    StopState,
    SupportEntry,
    VisitEntry,
)
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.storage import rounds as stored


@pytest.fixture
def core(team):
    return team


@pytest.fixture
def homes(core):
    """Five households of one person each, not in the order of their codes."""
    made = []
    with core.vault.change(MEMBER) as change:
        for number in (3, 1, 2, 10, 4):
            household = change.writer.reserve()
            person = change.writer.create(
                "person",
                village_id=VILLAGE,
                household_id=household,
                full_name=f"Lò Thị {number}",
                birth="1980",
            )
            values = {"village_id": VILLAGE, "code": f"HN-{number:04d}", "head_id": person}
            change.writer.create("household", reserved=household, **values)
            made.append(Home(household, (person,)))
    return made


def planned(core, homes, members=(), **changed):
    wanted = RoundPlan(
        **{
            "name": "Đợt chợ phiên",
            "begins_on": core.today,
            "ends_on": core.today + timedelta(days=6),
            "households": tuple(home.household for home in homes),
            "members": members,
            **changed,
        }
    )
    made, undo, _changes = rounds.plan(core, wanted)
    return made, undo


def member(core, name):
    with core.vault.change(core.author()) as change:
        return change.writer.create("member", unit_id=core.credentials().unit_id, full_name=name)


def states(core, round_id):
    return [stop.state for stop in rounds.round_of(core, round_id).stops]


def test_neighbours_follow_each_other_and_members_share_the_way(core, homes):
    an, binh = member(core, "Cà Văn An"), member(core, "Cà Văn Bình")
    (round_id,), _undo = planned(core, homes, (an, binh))
    view = rounds.round_of(core, round_id)
    assert [stop.code for stop in view.stops] == ["HN-0001", "HN-0002", "HN-0003", "HN-0004", "HN-0010"]
    assert [stop.member_name for stop in view.stops] == ["Cà Văn An"] * 3 + ["Cà Văn Bình"] * 2
    assert (view.row.stops, view.row.left) == (5, 5)
    assert [choice.name for choice in rounds.members(core)][:2] == ["Cà Văn An", "Cà Văn Bình"]


def test_a_way_that_is_not_shared_is_noticed(core, homes, monkeypatch):
    # Negative control.
    monkeypatch.setattr(rounds, "_shares", lambda count, members: [members[0]] * count)
    with pytest.raises(AssertionError):
        test_neighbours_follow_each_other_and_members_share_the_way(core, homes)


def test_a_household_that_is_planned_twice_is_noticed(core, homes, monkeypatch):
    # Negative control.
    monkeypatch.setattr(stored, "open_rounds_with", lambda _connection, _households: frozenset())
    with pytest.raises(AssertionError):
        test_a_household_is_in_one_round_at_a_time(core, homes)


def test_a_visit_that_ticks_nothing_off_is_noticed(core, homes, monkeypatch):
    # Negative control.
    monkeypatch.setattr(stored, "_state", lambda state, _visited: StopState(state))
    with pytest.raises(AssertionError):
        test_a_visit_within_the_days_ticks_its_household_off(core, homes)


def test_a_visit_of_any_day_that_ticks_off_is_noticed(core, homes, monkeypatch):
    # Negative control.
    monkeypatch.setattr(stored, "_visited", lambda: literal("2026-01-01"))
    with pytest.raises(AssertionError):
        test_a_visit_before_the_round_does_not_count(core, homes)


def test_a_household_is_in_one_round_at_a_time(core, homes):
    (round_id,), _undo = planned(core, homes[:2])
    left = rounds.candidates(core, HouseholdFilter())
    assert set(left) == {home.household for home in homes[2:]}
    rounds.close(core, round_id)
    assert set(rounds.candidates(core, HouseholdFilter())) == {home.household for home in homes}


def test_a_tick_is_kept_and_taken_back(core, homes):
    (round_id,), _undo = planned(core, homes)
    stops = [stop.stop_id for stop in rounds.round_of(core, round_id).stops]
    rounds.tick(core, stops[:1], StopState.ABSENT, "đi nương")
    undo, changes = rounds.tick(core, stops[1:3], StopState.DONE)
    assert changes.kinds == {"round_stop"}
    assert states(core, round_id)[:3] == [StopState.ABSENT, StopState.DONE, StopState.DONE]
    assert rounds.rounds(core)[0].left == 3
    take_back(core, undo)
    assert states(core, round_id)[:3] == [StopState.ABSENT, StopState.OPEN, StopState.OPEN]
    assert rounds.round_of(core, round_id).stops[0].note == "đi nương"


def test_a_visit_within_the_days_ticks_its_household_off(core, homes):
    (round_id,), _undo = planned(core, homes)
    entry = VisitEntry(
        household_id=homes[1].household,
        on=core.today,
        supports=(SupportEntry("ID01", homes[1].people[:1], Result.ALONE),),
    )
    visit, _changes = visits.save_visit(core, entry)
    first = rounds.round_of(core, round_id).stops[0]
    assert (first.state, first.visited_on) == (StopState.DONE, core.today)
    visits.undo_visit(core, visit)
    assert rounds.round_of(core, round_id).stops[0].state is StopState.OPEN


def test_a_visit_before_the_round_does_not_count(core, homes):
    entry = VisitEntry(
        household_id=homes[1].household,
        on=core.today - timedelta(days=1),
        supports=(SupportEntry("ID01", homes[1].people[:1], Result.ALONE),),
    )
    visits.save_visit(core, entry)
    (round_id,), _undo = planned(core, homes)
    assert states(core, round_id) == [StopState.OPEN] * 5


def test_households_taken_out_come_back_with_undo_and_a_whole_plan_goes(core, homes):
    (round_id,), plan_undo = planned(core, homes)
    stops = [stop.stop_id for stop in rounds.round_of(core, round_id).stops]
    undo, _changes = rounds.drop(core, stops[:2])
    assert len(rounds.round_of(core, round_id).stops) == 3
    take_back(core, undo)
    assert [stop.stop_id for stop in rounds.round_of(core, round_id).stops] == stops
    take_back(core, plan_undo)
    assert rounds.rounds(core) == ()
    with pytest.raises(UserError) as error:
        rounds.round_of(core, round_id)
    assert error.value.code == "round_unknown"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "  "}, "round_unnamed"),
        ({"households": ()}, "nothing_selected"),
        ({"households": (b"?" * 16,)}, "household_unknown"),
        ({"households": (b"?" * 16,) * 1001}, "too_many_stops"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(core, homes, changed, code):
    with pytest.raises(UserError) as error:
        planned(core, homes, **changed)
    assert error.value.code == code
    assert rounds.rounds(core) == ()


def test_the_last_day_is_not_before_the_first(core, homes):
    with pytest.raises(UserError) as error:
        planned(core, homes, ends_on=core.today - timedelta(days=1))
    assert error.value.code == "days_reversed"


def test_an_erased_household_is_gone_from_its_round(core, homes):
    (round_id,), _undo = planned(core, homes)
    stop = rounds.round_of(core, round_id).stops[0]
    rounds.tick(core, [stop.stop_id], StopState.ABSENT, "canary")
    privacy.erase(core, "household", stop.household_id)
    assert len(rounds.round_of(core, round_id).stops) == 4
    table = record_type("round_stop").table
    with core.vault.read() as connection:
        assert "canary" not in {row.note for row in connection.execute(table.select())}


def test_a_round_that_somebody_wrote_without_days_hides_no_other(core, homes):
    (round_id,), _undo = planned(core, homes)
    with core.vault.change(core.author()) as change:
        odd = change.writer.create("round", village_id=VILLAGE, name="Không ngày")
    assert [row.round_id for row in rounds.rounds(core)] == [round_id]
    with pytest.raises(UserError) as error:
        rounds.round_of(core, odd)
    assert error.value.code == "round_unknown"


def test_the_commands_plan_tick_assign_and_end(core, homes, capsys):
    member(core, "Cà Văn An")

    def ran(*words):
        options = cli._parser().parse_args([*words, "--json"])
        code = options.command(options, core)
        return code, json.loads(capsys.readouterr().out)

    code, out = ran("round-plan", "Đợt 1", "--text", "HN-0001", "--member", "ca van an")
    assert code == 0
    (round_id,) = out["rounds"]
    assert out["households"] == 1
    code, out = ran("round", round_id[:8], "--tick", "hn-0001", "--state", "absent", "--note", "đi nương")
    assert out["stops"][0]["state"] == "absent"
    assert out["stops"][0]["member_name"] == "Cà Văn An"
    code, out = ran("round", round_id, "--tick", "HN-0001", "--drop", "--close")
    assert (out["stops"], out["closed_on"]) == ([], core.today.isoformat())
    assert [row["name"] for row in ran("rounds")[1]["rounds"]] == ["Đợt 1"]
    for words, problem in (
        (("round", "ffff"), "round_unknown"),
        (("round", round_id, "--tick", "HN-0002"), "household_unknown"),
        (("round-plan", "Đợt 2", "--member", "nobody"), "member_unclear"),
    ):
        with pytest.raises(UserError) as error:
            ran(*words)
        assert error.value.code == problem


def test_a_round_is_planned_for_what_the_filters_of_the_list_leave(core, homes, capsys):
    def planned_for(*words):
        options = cli._parser().parse_args(["round-plan", "Đợt", *words, "--json"])
        options.command(options, core)
        made = json.loads(capsys.readouterr().out)
        for round_id in made["rounds"]:
            rounds.close(core, bytes.fromhex(round_id))
        return made["households"]

    first = homes[0]
    entry = VisitEntry(first.household, core.today, (SupportEntry("PY01", first.people, Result.ALONE),))
    visits.save_visit(core, entry)
    assert planned_for() == len(homes)
    assert planned_for("--supported", "PY01") == 1
    assert planned_for("--not-supported", "PY01") == len(homes) - 1
    filters.save_filter(core, "đã có tài khoản", HouseholdFilter(supported="PY01"))
    assert planned_for("--saved", "đã có tài khoản") == 1
    with pytest.raises(UserError, match="village_unclear"):
        planned_for("--village", "nowhere")
