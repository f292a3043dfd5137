"""Figures as the screens show them: tiles, the table of units, the trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


def value_of(numerator: int | None, denominator: int | None) -> float | None:
    """The share of a ratio (0.62; members for each team: 5.5), the number itself where there is no whole.

    None where it is not known, or the whole is nothing.
    """
    if numerator is None:
        return None
    if denominator is None:
        return float(numerator)
    return numerator / denominator if denominator else None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one unit on one day. `numerator is None` means "no data yet", which is not 0.

    `hidden` means that the unit above may not see it (fewer than 5 people); then both numbers are None.
    `target` is a share (0.9652) or None. `entity` is `household` or `person`.
    """

    indicator: str
    unit_id: bytes
    on: date
    entity: str
    numerator: int | None
    denominator: int | None
    target: float | None = None
    hidden: bool = False
    fingerprint: str = ""

    @property
    def share(self) -> float | None:
        """Numerator over denominator, or None where there is nothing to divide."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name and how it moved since the end of last month (difference of shares)."""

    label: str
    figure: Figure
    change: float | None = None


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One village (for a commune) or one commune (for an area). `last_sync` None: never."""

    unit_id: bytes
    name: str
    teams: int
    teams_in_time: int
    households: int | None
    figures: tuple[Figure, ...]
    last_sync: datetime | None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One month end of a trend; `share` None where nothing is known."""

    on: date
    share: float | None


@dataclass(frozen=True, slots=True)
class OverviewView:
    """Everything Tổng hợp shows: tiles of the whole unit, one row a unit below, one trend.

    `notes` say why the rows do not add up to the tiles, where they do not.
    """

    on: date
    title: str
    row_kind: str
    units: int
    teams: int
    households: int | None
    data_until: datetime | None
    tiles: tuple[Tile, ...]
    rows: tuple[OverviewRow, ...]
    indicators: tuple[tuple[str, str], ...]
    trend_label: str
    trend: tuple[TrendPoint, ...]
    trend_target: float | None
    silent: tuple[OverviewRow, ...]
    silent_days: int = 14
    notes: tuple[str, ...] = ()
