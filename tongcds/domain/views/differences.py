"""A figure of this computer beside the server's, and the records that make the difference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Cause(StrEnum):
    """Why a record stands behind one figure and not behind the other."""

    NOT_SENT = "not_sent"
    LACKING_HERE = "lacking_here"
    LACKING_THERE = "lacking_there"
    REMOVED_HERE = "removed_here"
    REMOVED_THERE = "removed_there"
    ELSEWHERE_HERE = "elsewhere_here"
    ELSEWHERE_THERE = "elsewhere_there"
    OLDER_HERE = "older_here"
    OLDER_THERE = "older_there"
    FOLLOWS = "follows"


@dataclass(frozen=True, slots=True)
class DifferingRecord:
    """A record that only one of two figures counts.

    `here`: this computer's does. `counted`: it is behind the numerator; otherwise it makes up the whole.
    `household_id` is where it can be opened, b"" where it cannot.
    """

    kind: str
    record_id: bytes
    words: str
    why: Cause
    sentence: str
    here: bool
    counted: bool
    household_id: bytes = b""


@dataclass(frozen=True, slots=True)
class FigureSeen:
    """A figure as one side has it; `fingerprint` "" where nothing is known or it is hidden."""

    numerator: int | None
    denominator: int | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """Both figures and what differs.

    `asked` says whether the server was asked; otherwise `theirs` is what it published (None: nothing), and
    `rows` are empty. `more`: there are more records than were told. `other_way`: the server counts another
    way, so that a difference may be right.
    """

    code: str
    name: str
    unit: str
    first: date
    last: date
    ours: FigureSeen
    theirs: FigureSeen | None
    rows: tuple[DifferingRecord, ...]
    asked: bool
    summary: str
    more: bool = False
    other_way: bool = False


@dataclass(frozen=True, slots=True)
class FigureBeside:
    """A figure here beside the server's; `theirs` None: nothing is known of it there."""

    code: str
    ours: FigureSeen
    theirs: FigureSeen | None


@dataclass(frozen=True, slots=True)
class FiguresBeside:
    """Several such; `asked` says whether the server was asked, or what it published was taken."""

    figures: tuple[FigureBeside, ...]
    asked: bool


@dataclass(frozen=True, slots=True)
class HeldAgainst:
    """A figure of a report, or of a unit below that reported it, held against the other side's.

    `unit_id` None: the own figure beside the server's. Otherwise that unit's: `ours` as it is counted or read
    here, `theirs` as the unit reported it.
    """

    code: str
    name: str
    unit_id: bytes | None
    unit: str
    ours: FigureSeen
    theirs: FigureSeen | None

    @property
    def gap(self) -> int:
        """By how much both differ, as far as that is a number."""
        if self.theirs is None:
            return 0
        parts = (
            (self.ours.numerator, self.theirs.numerator),
            (self.ours.denominator, self.theirs.denominator),
        )
        return next((abs(gap) for ours, theirs in parts if (gap := (ours or 0) - (theirs or 0))), 0)

    @property
    def differs(self) -> bool:
        """Whether both are known and not the same, in number or in the records behind it."""
        if self.theirs is None:
            return False
        marks = {self.ours.fingerprint, self.theirs.fingerprint} - {""}
        return bool(self.gap) or len(marks) > 1


@dataclass(frozen=True, slots=True)
class ReportHeldAgainst:
    """The figures of a report beside the server's, then those of units below that differ from their reports.

    `asked` as in `FiguresBeside`; None: this computer has no records of its own to compare. `reported` of the
    `below` units handed up a report over the same days.
    """

    rows: tuple[HeldAgainst, ...]
    asked: bool | None
    below: int
    reported: int
