"""Comparisons of plan and result on their way from a team over its commune to the province."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.server.conftest import AREA
from tests.unit.sync.desks import sync_all, synced
from tests.unit.sync.test_reporting import codes, state
from tests.unit.sync.test_targets import TERMS
from tongcds.actions import handed, incoming, proposals, reporting, targets
from tongcds.domain.report_types import load_report_types
from tongcds.domain.reporting import State, Word
from tongcds.domain.views.proposals import ProposalText
from tongcds.domain.views.report import cause_key, reason_key
from tongcds.errors import UserError


def closed(desk, kind):
    found = load_report_types()[kind]
    return found.before(found.period_of(desk.core.today)).last


def planned(desk, last):
    """A target of a commune that no village reaches: nobody there has an account yet."""
    first = date(last.year, 1, 1)
    return targets.set_target(desk.core, replace(TERMS, unit_id=desk.unit, first=first, last=last))[0]


def people(desk, last, count=8):
    """Eight grown people of a village without an account."""
    with desk.writing() as writer:
        home = writer.create("household", village_id=desk.unit, code="HN-0001")
        for number in range(count):
            person = writer.create(
                "person", village_id=desk.unit, household_id=home, full_name=f"Lò Văn {number}", birth="1980"
            )
            writer.create(
                "observation", village_id=desk.unit, subject="person", subject_id=person, fact="account",
                value=0, held_on=date(last.year, last.month, 1).isoformat(),
            )  # fmt: skip


def compared(desk, kind, target, **typed):
    known = {cause_key(target.hex()): "away", reason_key(target.hex()): "Nhiều người đi làm xa"}
    return reporting.hand_up(desk.core, kind, closed(desk, kind), {**known, **typed})[0]


def line(desk, report, target):
    (found,) = (one for one in handed.read(desk.core, report).report.targets if one.row.target_id == target)
    return found


def test_a_comparison_goes_up_with_its_targets_and_reasons_and_comes_back_with_a_word(team, office):
    target = planned(office, closed(team, "T-PLAN"))
    people(team, closed(team, "T-PLAN"))
    sync_all(office, team)
    with pytest.raises(UserError, match="report_reason_untold"):
        reporting.hand_up(team.core, "T-PLAN", closed(team, "T-PLAN"), {})
    report = compared(team, "T-PLAN", target)
    sync_all(team, office)
    got, sent = line(office, report, target), line(team, report, target)
    assert (got, got.reason) == (sent, "Nhiều người đi làm xa")
    assert (got.row.numerator, got.row.denominator, got.row.terms.value) == (0, 8, Decimal(80))
    assert handed.read(office.core, report).may_decide
    handed.decide(office.core, report, Word.RETURNED, "Ghi rõ số người đi xa")
    sync_all(office, team)
    assert state(team, report) is State.RETURNED
    again = compared(team, "T-PLAN", target, I="48 người")
    sync_all(team, office)
    handed.decide(office.core, again, Word.ACCEPTED)
    sync_all(office, team)
    assert {state(desk, again) for desk in (team, office)} == {State.ACCEPTED}
    assert (codes(team), codes(office)) == (set(), set())


def test_what_was_handed_up_stays_when_its_target_changes_and_the_next_reads_the_new_one(team, office):
    last = closed(team, "T-PLAN")
    target = planned(office, team.core.today)
    people(team, last)
    sync_all(office, team)
    first = compared(team, "T-PLAN", target)
    asked = proposals.propose(team.core, target, ProposalText(Decimal(60), team.core.today, "Đi xa"))[0]
    sync_all(team, office)
    proposals.decide(office.core, asked, Word.ACCEPTED)
    handed.decide(office.core, first, Word.RETURNED, "Mục tiêu đã đổi")
    sync_all(office, team)
    second = compared(team, "T-PLAN", target)
    sync_all(team, office)
    assert [line(office, one, target).row.terms.value for one in (first, second)] == [80, 60]
    assert line(office, second, target).row.proposal.startswith("Đề xuất của")


def test_above_the_commune_a_teams_comparison_is_a_state_and_a_communes_has_its_lines(
    small_world, desks, team, office
):
    target = planned(office, closed(office, "C-PLAN"))
    people(team, closed(team, "T-PLAN"))
    sync_all(office, team, office)
    of_team, of_commune = compared(team, "T-PLAN", target), compared(office, "C-PLAN", target)
    sync_all(team, office)
    for place, person in ((AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")):
        above = synced(desks, small_world, place, person)
        page = handed.read(above.core, of_team)
        assert (page.state, page.report, page.may_decide) == (State.SENT, None, False)
        assert line(above, of_commune, target).reason == "Nhiều người đi làm xa"
    rows = incoming.incoming(above.core, "C-PLAN").rows
    assert [row.report_id for row in rows if row.unit_id == office.unit] == [of_commune]
    handed.decide(above.core, of_commune, Word.ACCEPTED)
    sync_all(above, office)
    assert state(office, of_commune) is State.ACCEPTED
