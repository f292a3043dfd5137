"""What a benchmark reports: one measured value, and percentiles over many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """One value, in the unit that its name ends with where it has one (p95_ms, bytes_per_record)."""

    name: str
    value: float
    unit: str


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share (0 to 1) of them does not exceed.

    Raises:
        ValueError: when there are no values.
    """
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
