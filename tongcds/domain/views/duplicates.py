"""Two records that may be one person, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two; `values` are the fields that hold something."""

    person_id: bytes
    code: str
    village_name: str
    values: Mapping[str, str]


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
