"""Every indicator of a unit over a period, as it was counted from records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongcds.domain.views.figures import value_of


@dataclass(frozen=True, slots=True)
class IndicatorGroup:
    """An indicator within one group: "female", "60+", "near_poor" or a service, "" for not known."""

    group: str
    name: str
    numerator: int | None
    denominator: int | None


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator. `numerator` None: nobody has looked; `denominator` None: a number with no whole.

    `records` stand behind the numerator; `fingerprint` names them and `definition` how they were counted: two
    computers that show the same of both counted the same.
    """

    code: str
    name: str
    unit: str
    numerator: int | None
    denominator: int | None
    records: int
    fingerprint: str
    definition: str
    groups: tuple[IndicatorGroup, ...] = ()

    @property
    def value(self) -> float | None:
        """As `value_of`."""
        return value_of(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class NotCounted:
    """An indicator that records say nothing about: typed in, or waiting; `reason` is a sentence."""

    code: str
    name: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndicatorsView:
    """`problems` are sentences: lines of the table of formulas that make no sense, ways that changed.

    `others` are the rest of the catalogue, so that every indicator is accounted for; none where single
    indicators were asked for.
    """

    first: date
    last: date
    period: str
    rows: tuple[IndicatorRow, ...]
    problems: tuple[str, ...] = ()
    others: tuple[NotCounted, ...] = ()
