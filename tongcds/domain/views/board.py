"""Tổng hợp as its screens show it: any indicator of any unit over any period, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.domain.views.figures import value_of
from tongcds.i18n import N_


class Why(StrEnum):
    """Why a figure is there or is not; only the first is a number."""

    KNOWN = "known"
    NOBODY_LOOKED = "nobody_looked"
    HIDDEN = "hidden"
    NOT_PUBLISHED = "not_published"
    WAY_CHANGED = "way_changed"
    NOT_COUNTED = "not_counted"


WHY_WORDS: Final = MappingProxyType(
    {
        Why.KNOWN: "",
        Why.NOBODY_LOOKED: N_("No data yet"),
        Why.HIDDEN: N_("under 5"),
        Why.NOT_PUBLISHED: N_("not published"),
        Why.WAY_CHANGED: N_("way changed"),
        Why.NOT_COUNTED: N_("not counted"),
    }
)
"""What stands in the place of a figure that is not there, in few words."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The target that holds for a figure: its value in the figure's unit (0.8 for 80 %) and what it says."""

    value: float
    at_most: bool
    says: str


@dataclass(frozen=True, slots=True)
class BoardFigure:
    """One indicator of one unit over one period. Without numbers `why` says what is the matter.

    `records` is 0 where figures are only read. `definition` names the way of counting and `fingerprint` the
    records behind it: two places that show the same of both counted the same.
    """

    indicator: str
    numerator: int | None
    denominator: int | None
    why: Why
    target: Mark | None = None
    records: int = 0
    fingerprint: str = ""
    definition: str = ""

    @property
    def value(self) -> float | None:
        """As `value_of`."""
        return value_of(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class BoardIndicator:
    """An indicator that can be chosen. `unit` is "%" or what is counted; `ratio`: it has a whole."""

    code: str
    name: str
    short: str
    pillar: str
    unit: str
    numerator: str
    denominator: str
    ratio: bool
    done_in_period: bool


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A unit with its figures; `against` are those of the other period, in the same order.

    `opens`: there are units below it to go down to.
    """

    unit_id: bytes
    name: str
    figures: tuple[BoardFigure, ...]
    against: tuple[BoardFigure, ...] = ()
    opens: bool = False


@dataclass(frozen=True, slots=True)
class BoardView:
    """A unit, the units below it, and the indicators that were asked for, over a period.

    `path` leads from the unit of whoever looks down to this one. `row_kind`: village, commune, old_commune,
    or "" where nothing is below. `notes` are sentences about what could not be done as asked.
    """

    unit_id: bytes
    path: tuple[tuple[bytes, str], ...]
    row_kind: str
    period: str
    first: date
    last: date
    against: str
    indicators: tuple[BoardIndicator, ...]
    whole: BoardRow
    rows: tuple[BoardRow, ...]
    holds_records: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A figure at the end of a month, or of what was done in it."""

    on: date
    figure: BoardFigure


@dataclass(frozen=True, slots=True)
class Group:
    """An indicator within one group of people; `name` is already translated."""

    name: str
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class CloseView:
    """One indicator closely: month by month, for each unit below, and by groups of people.

    `groups` by what they are broken down by ("sex", "age_band", "poverty"); empty where only published
    figures are known.
    """

    indicator: BoardIndicator
    months: tuple[SeriesPoint, ...]
    by_unit: tuple[tuple[str, tuple[SeriesPoint, ...]], ...]
    groups: tuple[tuple[str, tuple[Group, ...]], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PairView:
    """Units side by side: the figure of each, and its twelve months, in the order of the choice."""

    indicator: BoardIndicator
    period: str
    against: str
    last: date
    rows: tuple[BoardRow, ...]
    months: tuple[tuple[SeriesPoint, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BehindRow:
    """A record behind a figure, in words. `household_id` is what can be opened, None where nothing can."""

    record_id: bytes
    words: str
    household_id: bytes | None


@dataclass(frozen=True, slots=True)
class BehindView:
    """The records that a figure counts; `rows` are at most the first thousand of `records`."""

    name: str
    unit: str
    period: str
    fingerprint: str
    records: int
    rows: tuple[BehindRow, ...]
