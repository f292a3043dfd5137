"""Two records that may be one person, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongcds.domain.identity import mask_phone

_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; `values` are the fields that hold something."""

    person_id: bytes
    code: str
    village_name: str
    values: Mapping[str, str]

    def masked(self) -> dict[str, str]:
        """The values as they may be seen by whoever looks on: numbers are not shown in full."""
        values = dict(self.values)
        if "phone" in values:
            values["phone"] = mask_phone(values["phone"])
        return values | {name: _HIDDEN for name in ("id_number", "more_phones") if name in values}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, why they look alike (id_number, name, phone), and what was said of them.

    `verdict`: one, two or open. `shown_id` is the record that shows when they are one.
    """

    first: Side
    second: Side
    why: str
    verdict: str
    shown_id: bytes | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of the two records under its name, as it may be seen; `differs` knows the numbers in full."""

    name: str
    first: str
    second: str
    differs: bool
