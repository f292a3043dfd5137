"""People who come and go: a movement that is asked for, and the lists of those who are away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AwayRow:
    """Somebody who is away for a time, or who left and could come back.

    `why` is a code of `domain.leaving`; `back_by` the day on which they are expected; `late` counts the days
    since then. `left`: they left for good and do not count any more.
    """

    person_id: bytes
    household_id: bytes
    full_name: str
    birth_year: int | None
    code: str
    head_name: str
    village_name: str
    why: str
    since: date | None
    back_by: date | None
    late: int
    left: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody leaves: why (a code of `domain.leaving`), from which day on, and when they are expected back.

    `new_head` is needed where the head leaves and others stay.
    """

    person_id: bytes
    why: str
    on: date
    back_by: date | None = None
    new_head: bytes | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """Somebody goes to live in another household of the register; `relation` is that to its head."""

    person_id: bytes
    household_id: bytes
    relation: str = ""
    new_head: bytes | None = None
