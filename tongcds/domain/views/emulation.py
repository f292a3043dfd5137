"""Campaigns, score sheets, results and proposals to commend, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongcds.domain.commendations import CommendationText
from tongcds.domain.emulation import Criterion, ResultContent, Scored
from tongcds.domain.reporting import State, Step
from tongcds.domain.words import Standing


@dataclass(frozen=True, slots=True)
class CampaignText:
    """What a campaign is, as whoever sets it types it; codes of its criteria are given when it is kept."""

    title: str
    criteria: tuple[Criterion, ...]
    first: date
    last: date
    due_on: date
    text: str = ""
    plan_no: str = ""
    dated: date | None = None
    mid_on: date | None = None
    final_on: date | None = None


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as it is now.

    `mine`: the own unit set it; `takes_part`: it scores itself. `state` is that of its own sheet, None before
    one was handed up. Of those below, for whoever set it: `handed` of `units` handed up, `to_decide` wait
    here. `twice`: two versions of it hold, made without knowledge of each other. `place`: of the own unit in
    what was published.
    """

    campaign_id: bytes
    unit: str
    says: CampaignText
    asked: tuple[bytes, ...]
    on: date | None
    by: str
    version: int
    twice: bool
    mine: bool
    takes_part: bool
    state: State | None
    handed: int
    units: int
    to_decide: int
    published: bool
    place: int | None
    standing: Standing

    @property
    def owed(self) -> bool:
        """Whether the own unit still has to hand its sheet up."""
        return (
            self.takes_part and not self.published and self.state in {None, State.RETURNED, State.WITHDRAWN}
        )


@dataclass(frozen=True, slots=True)
class EmulationView:
    """All campaigns that this computer knows of, what is to be done here first. `above` may be ""."""

    on: date
    unit: str
    rows: tuple[CampaignRow, ...]
    may_launch: bool
    above: str


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion with its own score and what it was appraised at."""

    criterion: Criterion
    own: Scored
    appraised: Scored
    figure: str = ""


@dataclass(frozen=True, slots=True)
class SheetView:
    """The score sheet of one unit in one campaign; `sheet_id` None while it is not handed up.

    `own` and `final` are sums, None while a criterion is missing or in question. `twice`: the unit handed up
    two without knowledge of each other.
    """

    campaign: CampaignRow
    unit_id: bytes
    unit: str
    sheet_id: bytes | None
    lines: tuple[CriterionLine, ...]
    own: Decimal | None
    final: Decimal | None
    state: State | None
    steps: tuple[Step, ...]
    handed_on: date | None
    by: str
    twice: bool
    may_score: bool
    may_hand_up: bool
    may_withdraw: bool
    may_appraise: bool
    may_decide: bool
    standing: Standing

    @property
    def reason(self) -> str:
        """Why it came back, while it is back."""
        return self.steps[-1].reason if self.state is State.RETURNED and self.steps else ""


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit that takes part, with its place as far as it is decided."""

    unit_id: bytes
    unit: str
    sheet_id: bytes | None
    state: State | None
    own: Decimal | None
    final: Decimal | None
    place: int | None
    twice: bool = False
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class ResultView:
    """What was published; `twice`: two of them hold, made without knowledge of each other."""

    content: ResultContent
    on: date | None
    by: str
    version: int
    twice: bool


@dataclass(frozen=True, slots=True)
class RankingView:
    """The units of a campaign with their scores so far, and what was published of it."""

    campaign: CampaignRow
    rows: tuple[UnitScore, ...]
    result: ResultView | None
    may_publish: bool


@dataclass(frozen=True, slots=True)
class CommendationRow:
    """A proposal to commend and where it stands; `known` is False of a person who is not on this computer."""

    commendation_id: bytes
    unit: str
    campaign_id: bytes | None
    campaign: str
    says: CommendationText
    award: str
    known: bool
    voted_on: date | None
    on: date | None
    by: str
    addressee: str
    state: State
    steps: tuple[Step, ...]
    corrected: bool
    mine: bool
    may_decide: bool
    may_withdraw: bool
    may_correct: bool
    standing: Standing
