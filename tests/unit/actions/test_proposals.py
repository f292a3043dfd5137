"""Proposals to change a target: who may ask, what is refused, and what the commands say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.actions.conftest import COMMUNE, VILLAGE, Core
from tests.unit.actions.test_targets import TERMS
from tongcds import cli
from tongcds.actions import proposals, targets
from tongcds.actions.journal import take_back
from tongcds.domain.reporting import State, Word
from tongcds.domain.views.proposals import ProposalText
from tongcds.errors import UserError

SAYS = ProposalText(Decimal(70), date(2026, 12, 31), "Nhiều hộ đi làm xa", "Biên bản họp tổ 12/11/2026")


@pytest.fixture
def target(team: Core) -> bytes:
    """What the commune asks of its villages, as a team reads it."""
    return published(team)


def published(core: Core, **changed: object) -> bytes:
    values = {
        "unit_id": COMMUNE, "indicator": "XHS09", "comparator": ">=", "value": "80", "measure": "%",
        "first": "2026-01-01", "last": "2026-12-31", "issuer": "UBND xã", "document_no": "12/KH",
    }  # fmt: skip
    with core.vault.change(core.author()) as change:
        return change.writer.create("target", **{**values, **changed})


def came_in(core: Core, target_id: bytes, value: str = "70") -> bytes:
    """A team's proposal as a page brings it to its commune."""
    with core.vault.change(core.author()) as change:
        return change.writer.create(
            "target_proposal", unit_id=VILLAGE, unit="Bản Nà Ngà", target_id=target_id, indicator="XHS09",
            addressee_id=COMMUNE, addressee="Xã Chiềng Mung", was="80", was_last="2026-12-31", value=value,
            last="2026-12-31", reason="Nhiều hộ đi làm xa", basis="Biên bản 12/11", on="2026-11-12",
        )  # fmt: skip


def the_row(core: Core, proposal: bytes):
    return next(row for row in proposals.view(core) if row.proposal_id == proposal)


def terms_of(core: Core, target_id: bytes):
    return next(row.terms for row in targets.view(core).targets if row.target_id == target_id)


def test_a_team_asks_its_commune_and_the_target_stays_until_that_decides(team: Core, target: bytes):
    made, undo, changes = proposals.propose(team, target, SAYS)
    row = the_row(team, made)
    assert (row.was, row.says, row.addressee) == (80, SAYS, "Xã Chiềng Mung")
    assert (row.state, row.may_withdraw, row.may_decide) == (State.SENT, True, False)
    assert changes.kinds == {"target_proposal"}
    assert terms_of(team, target).value == 80
    take_back(team, undo)
    assert proposals.view(team) == ()


def test_accepting_changes_the_target_and_names_the_proposal(commune: Core):
    target = targets.set_target(commune, TERMS)[0]
    proposal = came_in(commune, target)
    assert proposals.waiting(commune) == 1
    proposals.decide(commune, proposal, Word.ACCEPTED)
    assert terms_of(commune, target).value == 70
    row = the_row(commune, proposal)
    assert (row.state, row.changed, proposals.waiting(commune)) == (State.ACCEPTED, False, 0)
    with commune.vault.read() as connection:
        (kept,) = proposals.targets(connection)
    assert kept.proposal_id == proposal
    assert kept.proposal.endswith("Bản Nà Ngà, 12/11/2026: Biên bản 12/11")


def test_accepting_can_be_undone_whole(commune: Core):
    target = targets.set_target(commune, TERMS)[0]
    proposal = came_in(commune, target)
    undo, _changes = proposals.decide(commune, proposal, Word.ACCEPTED)
    take_back(commune, undo)
    assert (terms_of(commune, target).value, the_row(commune, proposal).state) == (80, State.SENT)


@pytest.mark.parametrize(("word", "state"), [(Word.RETURNED, State.RETURNED), (Word.REFUSED, State.REFUSED)])
def test_returning_and_refusing_need_a_reason_and_leave_the_target(commune: Core, word, state):
    target = targets.set_target(commune, TERMS)[0]
    proposal = came_in(commune, target)
    with pytest.raises(UserError, match="proposal_reason_missing"):
        proposals.decide(commune, proposal, word)
    proposals.decide(commune, proposal, word, "Thiếu số liệu")
    row = the_row(commune, proposal)
    assert (row.state, row.steps[-1].reason) == (state, "Thiếu số liệu")
    assert terms_of(commune, target).value == 80
    with pytest.raises(UserError, match="proposal_said_already"):
        proposals.decide(commune, proposal, word, "Nữa")


def test_whoever_refuses_after_all_puts_the_target_back(commune: Core):
    target = targets.set_target(commune, TERMS)[0]
    proposal = came_in(commune, target)
    proposals.decide(commune, proposal, Word.ACCEPTED)
    proposals.decide(commune, proposal, Word.REFUSED, "Nhầm")
    assert terms_of(commune, target).value == 80
    assert the_row(commune, proposal).state is State.REFUSED


def test_a_target_that_was_changed_meanwhile_is_not_overwritten_silently(commune: Core):
    target = targets.set_target(commune, TERMS)[0]
    proposal = came_in(commune, target)
    targets.change_target(commune, target, replace(TERMS, value=Decimal(90)))
    assert the_row(commune, proposal).changed
    with pytest.raises(UserError, match="proposal_target_changed") as wrong:
        proposals.decide(commune, proposal, Word.ACCEPTED)
    assert ("80%" in wrong.value.params["was"], "90%" in wrong.value.params["now"]) == (True, True)
    assert (terms_of(commune, target).value, the_row(commune, proposal).state) == (90, State.SENT)
    proposals.decide(commune, proposal, Word.ACCEPTED, although_changed=True)
    assert terms_of(commune, target).value == 70


def test_taking_back_ends_it(team: Core, target: bytes):
    made, _undo, _changes = proposals.propose(team, target, SAYS)
    proposals.withdraw(team, made)
    assert the_row(team, made).state is State.WITHDRAWN
    with pytest.raises(UserError, match="proposal_closed"):
        proposals.withdraw(team, made)


@pytest.mark.parametrize(
    ("changed", "says", "code"),
    [
        ({}, replace(SAYS, value=Decimal(80)), "proposal_same"),
        ({}, replace(SAYS, value=Decimal(120)), "target_percent_invalid"),
        ({}, replace(SAYS, value=None), "target_value_missing"),
        ({}, replace(SAYS, reason=" "), "proposal_reason_missing"),
        ({}, replace(SAYS, last=date(2025, 12, 31)), "days_reversed"),
        ({"last": "2026-01-31"}, SAYS, "proposal_period_over"),
        ({"ended_on": "2026-02-01"}, SAYS, "target_has_ended"),
        ({"indicator": "ACT01", "measure": "%"}, SAYS, "target_without_whole"),
        ({"unit_id": bytes(16)}, SAYS, "proposal_not_about_you"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_proposed(team: Core, changed, says, code):
    made = published(team, **changed)
    with pytest.raises(UserError) as wrong:
        proposals.propose(team, made, says)
    assert wrong.value.code == code
    assert proposals.view(team) == ()


def test_a_target_of_a_village_that_ended_is_changed_no_more(commune: Core):
    target = targets.set_target(commune, replace(TERMS, unit_id=VILLAGE))[0]
    proposal = came_in(commune, target)
    with commune.vault.change(commune.author()) as change:
        change.writer.load("village", [VILLAGE])
        change.writer.update("village", VILLAGE, valid_to="2026-06-30")
    with pytest.raises(UserError, match="proposal_unit_ended"):
        proposals.decide(commune, proposal, Word.ACCEPTED)


def test_a_team_does_not_decide_on_its_own(team: Core, target: bytes):
    made, _undo, _changes = proposals.propose(team, target, SAYS)
    with pytest.raises(UserError, match="proposal_not_yours"):
        proposals.decide(team, made, Word.ACCEPTED)


def test_a_proposal_lives_on_the_command_line(team: Core, target: bytes, capsys):
    def run(*words: str):
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, team) == cli.DONE
        return json.loads(capsys.readouterr().out)

    made = run("proposal-make", target.hex(), "--value", "70", "--reason", "Đi làm xa", "--basis", "BB 12")
    assert (made["state"], made["says"]["basis"]) == ("sent", "BB 12")
    (listed,) = run("proposals")["proposals"]
    assert run("proposal", listed["proposal_id"], "--take-back")["state"] == "withdrawn"
