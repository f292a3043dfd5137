"""What papers are made of, where no screen shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the team. `phone` is masked unless whole numbers were asked for."""

    full_name: str
    birth_year: int | None
    organisation: str
    phone: str


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household in a list on paper. `phone_2g`: somebody uses a phone that knows 2G only, where known.

    `since` is the day since which what the list is about is known.
    """

    code: str
    head_name: str
    village: str
    poverty: str | None
    people: int
    phone_2g: bool | None
    since: date | None
