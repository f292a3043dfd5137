"""Which figures the units above may not see, because they would tell of single people.

A figure of fewer than five people is hidden, and so is one that fewer than five people are left out of. A
hidden figure must not follow by subtraction either: where all others of a whole are seen together with the
whole, one more is hidden, and as many more as it takes until the hidden ones together are no small group.
(Own rules; that cells under five stay hidden is common practice of statistics on people.)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tongcds.domain.formulas import Of
from tongcds.reports.figures import Count, added

FEWEST: Final = 5
"""Groups smaller than this are not shown to the units above."""

OF_PEOPLE: Final = frozenset({Of.HOUSEHOLDS, Of.PEOPLE, Of.SUPPORTS, Of.SUPPORTED})
"""What small figures would tell of single people; three teams or villages are nobody's secret."""


def is_small(count: Count) -> bool:
    """Whether too few people have it, or too few have it not."""
    if count.numerator is None:
        return False
    rest = 0 if count.denominator is None else count.denominator - count.numerator
    return count.numerator < FEWEST or 0 < rest < FEWEST


def hidden(counts: Mapping[bytes, Count], wholes: Collection[Collection[bytes]]) -> set[bytes]:
    """The units whose figure of one indicator and day is hidden.

    Args:
        counts: of units of one level.
        wholes: for each unit above whose figure is shown too, the units that it adds up.
    """
    found = {unit for unit, count in counts.items() if is_small(count)}
    before = -1
    while len(found) != before:
        before = len(found)
        for members in wholes:
            _cover(counts, members, found)
    return found


def _cover(counts: Mapping[bytes, Count], members: Collection[bytes], found: set[bytes]) -> None:
    """Hide more of a whole until what is hidden there cannot be worked out or is no small group."""
    known = [unit for unit in members if unit in counts and counts[unit].numerator is not None]
    seen = sorted((unit for unit in known if unit not in found), key=lambda unit: (_size(counts[unit]), unit))
    inside = [unit for unit in known if unit in found]
    while inside and seen and (len(inside) == 1 or is_small(added([counts[unit] for unit in inside]))):
        smallest = seen.pop(0)
        found.add(smallest)
        inside.append(smallest)


def _size(count: Count) -> int:
    return count.numerator or 0
