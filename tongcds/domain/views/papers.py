"""What papers are made of, where no screen shows the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the team. `phone` is masked unless whole numbers were asked for."""

    full_name: str
    birth_year: int | None
    organisation: str
    phone: str
