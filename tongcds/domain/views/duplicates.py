"""Two records that may be one person or one household, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongcds.domain.identity import mask_phone

_HIDDEN = "•••"


def masked(field: str, value: str) -> str:
    """A value as it may be seen by whoever looks on: numbers are not shown in full."""
    if field == "phone":
        return mask_phone(value)
    return _HIDDEN if field in {"id_number", "more_phones"} else value


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; `values` are the fields that hold something, `leads`: it heads its household."""

    record_id: bytes
    code: str
    village_name: str
    values: Mapping[str, str]
    leads: bool = False

    def masked(self) -> dict[str, str]:
        """The values as they may be seen."""
        return {name: masked(name, value) for name, value in self.values.items()}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What stood in a field of a record before a merge put another value there."""

    record_id: bytes
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, why they look alike, and what was said of them.

    `subject`: person or household. `why`: id_number, name, phone, alike, near, name_only; people, head, code.
    `verdict`: one, two or open. `shown_id` is the record that shows when they are one.
    """

    subject: str
    first: Side
    second: Side
    why: str
    verdict: str
    shown_id: bytes | None
    earlier: tuple[Earlier, ...] = ()

    def showing(self) -> tuple[Side, Side]:
        """Who would show, and who would not: the head of a household first, then whoever says more."""
        weights = [(side.leads, len(side.values)) for side in (self.first, self.second)]
        return (self.second, self.first) if weights[1] > weights[0] else (self.first, self.second)


@dataclass(frozen=True, slots=True)
class PairList:
    """The first pairs, and how many there are."""

    pairs: tuple[Pair, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of the two records under its name, as it may be seen; `differs` knows the numbers in full.

    `choosable`: one may say whose value the record that shows is to have.
    """

    field: str
    name: str
    first: str
    second: str
    differs: bool
    choosable: bool = False
