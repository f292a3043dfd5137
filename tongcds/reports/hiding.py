"""Which figures the units above may not see, because they would tell of single people.

A figure of fewer than five people is hidden, and so is one that fewer than five people are left out of. A
hidden figure must not follow by subtraction either, at any level: units below a hidden one are not all seen,
and where a whole is seen, what is hidden of it are several units that together are no small group. What must
be hidden besides stays what it was, where that is possible: otherwise two days would tell what one hides.
(Own rules; that cells under five stay hidden is common practice of statistics on people.)

The same is done with one figure a unit and with the figures of several groups of people of it, which are seen
or hidden together.

That nothing follows by subtraction is proved where the units form a tree. Areas that share a commune do not:
each of their sums is kept by itself, and nothing says what somebody works out of several of them together,
such as the sum of two areas less that of the province.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tongcds.domain.formulas import Of
from tongcds.reports.figures import Count, added

FEWEST: Final = 5
"""Groups smaller than this are not shown to the units above."""

OF_PEOPLE: Final = frozenset(
    {
        Of.HOUSEHOLDS,
        Of.PEOPLE,
        Of.SUPPORTS,
        Of.SUPPORTED,
        Of.ATTENDANCES,
        Of.ATTENDERS,
        Of.CHECKS,
    }
)
"""What small figures would tell of single people; three teams or villages are nobody's secret."""

Row = Sequence[Count]
"""The figures of one unit that are seen or hidden together."""


def is_small(count: Count) -> bool:
    """Whether too few people have it, or too few have it not."""
    if count.numerator is None:
        return False
    rest = 0 if count.denominator is None else count.denominator - count.numerator
    return count.numerator < FEWEST or 0 < rest < FEWEST


def hidden(
    rows: Mapping[bytes, Row],
    wholes: Mapping[bytes, Collection[bytes]],
    before: Collection[bytes] = frozenset(),
    besides: Collection[bytes] = frozenset(),
) -> set[bytes]:
    """The units whose figures of one indicator and day are hidden.

    Where nobody looked there is nothing to hide, and nothing that could hide something else.

    Args:
        rows: of units of all levels.
        wholes: for each unit that adds others up, these. Where they form no tree, see above.
        before: the units that are hidden in what is published now.
        besides: units that are hidden for another reason.
    """
    known, small = _known_and_small(rows)
    parts = {
        whole: sorted(part for part in members if part in known)
        for whole, members in wholes.items()
        if whole in known
    }
    hiding = _Hiding(rows, parts, before, small | (known & set(besides)))
    count = -1
    while count != len(hiding.found):
        count = len(hiding.found)
        for whole in parts:
            while (more := hiding.needed(whole)) is not None:
                hiding.found.add(more)
    return hiding.found


def _known_and_small(rows: Mapping[bytes, Row]) -> tuple[set[bytes], set[bytes]]:
    """The units of which somebody looked at anything, and those that would tell of few people."""
    # A province has a thousand units, and a day's work of one village changes a dozen indicators.
    known: set[bytes] = set()
    small: set[bytes] = set()
    for unit, row in rows.items():
        for count in row:
            if count.numerator is not None:
                known.add(unit)
                if is_small(count):
                    small.add(unit)
    return known, small


class _Hiding:
    """What is hidden so far, and what must be hidden besides."""

    def __init__(
        self,
        rows: Mapping[bytes, Row],
        parts: Mapping[bytes, Sequence[bytes]],
        before: Collection[bytes],
        found: set[bytes],
    ) -> None:
        self._rows, self._parts, self._before = rows, parts, before
        self.found = found

    def needed(self, whole: bytes) -> bytes | None:
        """One more unit that must be hidden on account of this whole; None where nothing follows from it."""
        ends = self._ends(whole)
        if whole in self.found:
            fine = bool(ends) or not self._parts[whole]
        else:
            fine = not ends or (len(ends) > 1 and not self._are_small(ends))
        if fine:
            return None
        seen = self._seen(whole)
        if seen:
            return min(seen, key=self._order)
        # Nothing else is left to hide, and the whole is what it hides.
        return None if whole in self.found else whole

    def _ends(self, whole: bytes) -> list[bytes]:
        """What is hidden of a whole, each part as far down as its own parts tell of it."""
        ends: list[bytes] = []
        for part in self._parts.get(whole, ()):
            if part in self.found:
                ends += self._ends(part) or [part]
        return ends

    def _seen(self, whole: bytes) -> list[bytes]:
        """What is seen of a whole, and of its hidden parts."""
        seen: list[bytes] = []
        for part in self._parts.get(whole, ()):
            seen += self._seen(part) if part in self.found else [part]
        return seen

    def _are_small(self, units: Sequence[bytes]) -> bool:
        together = zip(*(self._rows[unit] for unit in units), strict=True)
        return any(is_small(added(column)) for column in together)

    def _order(self, unit: bytes) -> tuple[bool, int, bytes]:
        size = sum(count.numerator or 0 for count in self._rows[unit])
        return unit not in self._before, size, unit
