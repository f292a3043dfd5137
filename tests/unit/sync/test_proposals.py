"""Proposals on their way: team, commune and province, decided offline by several people at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.unit.server.conftest import AREA, COMMUNE, VILLAGE
from tests.unit.sync.desks import sync_all, synced
from tests.unit.sync.test_reporting import codes
from tests.unit.sync.test_targets import TERMS
from tongcds.actions import proposals, targets
from tongcds.domain.reporting import State, Word
from tongcds.domain.views.proposals import ProposalText


def running(desk, **changed):
    today = desk.core.today
    return replace(
        TERMS,
        unit_id=desk.unit,
        first=today.replace(month=1, day=1),
        last=today + timedelta(days=90),
        **changed,
    )


def proposed(desk, target, value):
    last = next(row.terms.last for row in targets.view(desk.core).targets if row.target_id == target)
    return proposals.propose(desk.core, target, ProposalText(Decimal(value), last, "Đi làm xa", "BB 12"))[0]


def row(desk, proposal):
    return next(one for one in proposals.view(desk.core) if one.proposal_id == proposal)


def value(desk, target):
    return next(one.terms.value for one in targets.view(desk.core).targets if one.target_id == target)


def test_a_teams_proposal_changes_its_communes_target_for_everybody(small_world, desks, team, office):
    target = targets.set_target(office.core, running(office))[0]
    sync_all(office, team)
    proposal = proposed(team, target, 70)
    sync_all(team, office)
    assert (row(office, proposal).may_decide, proposals.waiting(office.core)) == (True, 1)
    proposals.decide(office.core, proposal, Word.RETURNED, "Ghi rõ số hộ")
    sync_all(office, team)
    assert (row(team, proposal).state, row(team, proposal).steps[0].reason) == (
        State.RETURNED,
        "Ghi rõ số hộ",
    )
    again = proposed(team, target, 72)
    sync_all(team, office)
    proposals.decide(office.core, again, Word.ACCEPTED)
    sync_all(office, team)
    assert (row(team, again).state, value(team, target)) == (State.ACCEPTED, 72)
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    assert value(area, target) == 72


def test_a_province_changes_a_communes_own_target_where_it_writes_nothing_else(small_world, desks, office):
    province = synced(desks, small_world, "14", "Hoàng Thu Hà")
    target = targets.set_target(office.core, running(office))[0]
    proposal = proposed(office, target, 75)
    sync_all(office, province)
    proposals.decide(province.core, proposal, Word.ACCEPTED)
    sync_all(province, office)
    assert (row(office, proposal).state, value(office, target)) == (State.ACCEPTED, 75)
    assert codes(province) == set()


def test_without_a_proposal_a_province_still_may_not(small_world, desks, office):
    """The negative control: a change of the target past the action is set aside by the server."""
    province = synced(desks, small_world, "14", "Hoàng Thu Hà")
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    target = targets.set_target(office.core, running(office))[0]
    proposal = proposed(office, target, 75)
    sync_all(office, province, area)
    with province.writing() as writer:
        writer.load("target", [target])
        writer.update("target", target, value="10")
    with area.writing() as writer:
        writer.load("target", [target])
        writer.update("target", target, value="11", proposal_id=proposal)
        writer.create("report_step", unit_id=office.unit, subject_id=proposal, word="accepted")
    sync_all(province, area, office)
    assert (value(office, target), row(office, proposal).state) == (80, State.SENT)
    assert codes(province) == codes(area) == {"not_allowed"}


def test_two_who_decide_offline_are_both_heard_and_the_last_word_counts(small_world, desks, team, office):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    target = targets.set_target(office.core, running(office))[0]
    sync_all(office, team, other)
    proposal = proposed(team, target, 70)
    sync_all(team, office, other)
    proposals.decide(office.core, proposal, Word.ACCEPTED)
    proposals.decide(other.core, proposal, Word.REFUSED, "Không đủ căn cứ")
    sync_all(office, other, team)
    assert {row(desk, proposal).state for desk in (office, other, team)} == {State.CONTRARY}
    proposals.decide(other.core, proposal, Word.REFUSED, "Vẫn không")
    sync_all(other, office, team)
    assert {row(desk, proposal).state for desk in (office, other, team)} == {State.REFUSED}
    assert {value(desk, target) for desk in (office, other, team)} == {80}


def test_nobody_addresses_a_report_or_proposal_to_a_unit_that_is_not_above(small_world, desks, team):
    """The negative control: written past the action, the server sets it aside."""
    for kind in ("report", "target_proposal"):
        with team.writing() as writer:
            writer.create(kind, unit_id=team.unit, addressee_id=small_world.unit("14")[::-1])
    team.sync()
    assert codes(team) == {"not_allowed"}


def test_what_was_accepted_is_not_taken_back(small_world, desks, team, office):
    other = synced(desks, small_world, VILLAGE, "Hà Văn Pản")
    target = targets.set_target(office.core, running(office))[0]
    sync_all(office, team, other)
    proposal = proposed(team, target, 70)
    sync_all(team, office, other)
    proposals.decide(office.core, proposal, Word.ACCEPTED)
    office.sync()
    proposals.withdraw(other.core, proposal)
    sync_all(other, office, team)
    assert row(team, proposal).state is State.ACCEPTED
    assert codes(other) == {"report_accepted"}
