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


@dataclass(frozen=True, slots=True)
class VillageCoverage:
    """A village and what reaches it: words of the register (yes, partial, planned, no, "" for not known).

    `operators` are Viettel, VNPT and MobiFone, in this order. Households and people are None where nobody
    counted.
    """

    village_id: bytes
    name: str
    commune: str
    old_commune: str
    old_district: str
    electricity: str
    operators: tuple[str, str, str]
    fibre: str
    households: int | None = None
    people: int | None = None
