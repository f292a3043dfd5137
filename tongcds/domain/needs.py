"""Why a household is worth a visit, and how much each reason weighs: data that a province can edit.

What each reason means is decided by the filter of its code (`storage.filters`); how households are ranked, by
`storage.suggestions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Final

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.tables import Lines, read_some
from tongcds.paths import resources_folder

POSSIBLE: Final = frozenset(
    {
        "no_smartphone", "no_account_15", "not_visited_this_year", "aged_60", "poor", "near_poor",
        "consent_not_asked", "no_vneid", "never_visited", "follow_up", "overdue",
    }
)  # fmt: skip
"""What can be a reason: the filters of households that are always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason for a visit; `code` is that of a filter of households, weights are added up.

    `indicator`: the figure that a visit for this reason moves. The further a village is from that figure's
    target, the more the reason weighs there.
    """

    code: str
    weight: int
    name_vi: str
    name_en: str
    indicator: str = ""

    def name(self, language: str) -> str:
        """The reason inside a sentence, in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How far a village is from a target; both are shares (0.61 of 0.8)."""

    share: float
    target: float

    @property
    def missing(self) -> float:
        """What is missing, as a share."""
        return self.target - self.share

    @property
    def weight(self) -> int:
        """What it adds to the weight of a reason: 1 for each ten percentage points begun."""
        return ceil(round(self.missing * 10, 6))


@cache
def reason_lines(folder: Path | None = None) -> Lines[Reason]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "needs") / "reasons.csv"
    return read_some(path, Reason, refers={"code": POSSIBLE, "indicator": load_indicators()})


def load_reasons(folder: Path | None = None) -> tuple[Reason, ...]:
    """The reasons in the order in which they are said; lines that make no sense are left out."""
    return reason_lines(folder).rows
