"""Targets and typed-in figures as the screens show them; numbers are in their measure: 96.52 is 96.52 %."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.domain.catalogue import Comparator
from tongcds.domain.targets import Verdict
from tongcds.domain.words import Standing
from tongcds.i18n import N_

LONGEST_WORDING: Final = 1_000
LONGEST_LINE: Final = 200
"""Letters of a wording, and of what stands in one line."""


VERDICT_WORDS: Final = MappingProxyType(
    {
        Verdict.MET: N_("reached"),
        Verdict.ON_THE_WAY: N_("on the way"),
        Verdict.BEHIND: N_("behind at this pace"),
        Verdict.MISSED: N_("not reached"),
        Verdict.TOO_EARLY: N_("too early to say"),
        Verdict.NOT_BEGUN: N_("not begun yet"),
        Verdict.UNKNOWN: N_("no data"),
        Verdict.HIDDEN: N_("hidden"),
        Verdict.MILESTONE: N_("a milestone"),
        Verdict.OF_THE_WHOLE: N_("for the whole unit"),
        Verdict.ENDED: N_("ended"),
    }
)
"""How a figure stands to its target, in words."""


@dataclass(frozen=True, slots=True)
class TargetTerms:
    """What is to be reached, by when, and which document says so.

    `value` None: a milestone (`Comparator.BY`). `measure` "" takes the indicator's own. `seed` names the
    target of the catalogue that it was taken from.
    """

    unit_id: bytes
    indicator: str
    comparator: Comparator
    value: Decimal | None
    measure: str
    first: date
    last: date
    document_no: str = ""
    dated: date | None = None
    issuer: str = ""
    wording: str = ""
    note: str = ""
    seed: str = ""


@dataclass(frozen=True, slots=True)
class FigureTerms:
    """A figure that is typed in. `denominator` None: there is none, or the source does not tell it."""

    unit_id: bytes
    indicator: str
    first: date
    last: date
    numerator: Decimal
    denominator: Decimal | None
    source: str
    document_no: str = ""
    dated: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TypedFigure:
    """A typed-in figure that holds. `before` are those that it corrected, the latest first.

    `by` is "" where this computer does not know the person; `value` None where there is nothing to divide by.
    """

    figure_id: bytes
    terms: FigureTerms
    measure: str
    value: Decimal | None
    by: str
    typed_on: date | None
    standing: Standing
    before: tuple[TypedFigure, ...] = ()


class FigureSource(StrEnum):
    """Where a figure beside a target comes from; the three are never mixed."""

    COUNTED = "counted"
    TYPED = "typed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with its figure. `target_id` None: it stands in the catalogue alone.

    `value` None: not known, which is not 0; `expected` None: no forecast. `numerator` and `denominator` of a
    counted figure. `mine`: whoever looks may change it. `ended_on`: no longer pursued from that day on.
    `proposal`: which accepted proposal made value and last day what they are, in words.
    """

    target_id: bytes | None
    terms: TargetTerms
    unit: str
    name: str
    document: str
    source: FigureSource
    value: Decimal | None
    numerator: int | None
    denominator: int | None
    fingerprint: str
    definition: str
    expected: Decimal | None
    verdict: Verdict
    typed: TypedFigure | None = None
    ended_on: date | None = None
    mine: bool = False
    standing: Standing = Standing.RECEIVED
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class TargetsView:
    """Everything of it that holds for a unit: its own targets and those of the units above and below."""

    on: date
    unit_id: bytes
    unit: str
    targets: tuple[TargetRow, ...]
    typed: tuple[TypedFigure, ...]
    catalogue: tuple[TargetRow, ...]
    units: tuple[tuple[bytes, str], ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class Portion:
    """What one village still lacks to a target, rounded up; `amount` None where nothing is known of it.

    `numerator` of `denominator` have it today.
    """

    village_id: bytes
    village: str
    amount: int | None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a target would be shared out. `last`: the day until which teams are asked.

    `total` is what all portions are together, `lacking` what the villages lack as one whole: less, where
    portions are rounded up and where a village is over the target already.
    """

    name: str
    terms: TargetTerms
    last: date
    portions: tuple[Portion, ...]
    total: int
    lacking: int
