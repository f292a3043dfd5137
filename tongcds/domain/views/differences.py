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
