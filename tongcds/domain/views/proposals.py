"""Proposals to change a target as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongcds.domain.reporting import State, Step
from tongcds.domain.views.targets import TargetTerms
from tongcds.domain.words import Standing


@dataclass(frozen=True, slots=True)
class ProposalText:
    """What is proposed: another value or last day, why, and the paper that it rests on."""

    value: Decimal | None
    last: date
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal and where it stands.

    `was` and `was_last` are the target when it was proposed; `terms` the target now, None where it is not on
    this computer. `changed`: the target is no longer what the proposal speaks of, and not by it.
    """

    proposal_id: bytes
    unit: str
    target_id: bytes
    indicator: str
    name: str
    measure: str
    was: Decimal | None
    was_last: date
    says: ProposalText
    terms: TargetTerms | None
    changed: bool
    on: date | None
    by: str
    addressee: str
    state: State
    steps: tuple[Step, ...]
    may_decide: bool
    may_withdraw: bool
    standing: Standing
