"""The poverty class of households: since which day, by which decision, and who had which on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongcds.domain.words import Standing

POVERTY_CLASSES = ("poor", "near_poor", "none")
"""The classes of the yearly review; None stands for not known."""


@dataclass(frozen=True, slots=True)
class PovertyRow:
    """One class of one household. `valid_from` None: what stood before the first day that is known.

    `until` is the day from which on another one holds, None for the last. `by` is who wrote it down.
    """

    record_id: bytes
    poverty: str | None
    valid_from: date | None
    until: date | None
    decision_no: str
    decided_on: date | None
    by: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class PovertyClass:
    """A class that somebody writes down: from which day on, and by which decision where it is known."""

    household_id: bytes
    poverty: str
    valid_from: date
    decision_no: str = ""
    decided_on: date | None = None


@dataclass(frozen=True, slots=True)
class PoorRow:
    """A household that was poor or nearly poor on the day that was asked for."""

    household_id: bytes
    code: str
    head_name: str
    village_name: str
    people: int
    poverty: str
    valid_from: date | None
    decision_no: str
