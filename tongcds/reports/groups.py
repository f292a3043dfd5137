"""Figures by groups of people, as those may know them who hold nobody's records: packed, and nobody in them.

A unit and breakdown (sex, age, poverty class) has a figure for each group, or none at all. Groups that would
tell of fewer than five people in many units are put together with their neighbours, in the same way in every
unit; where a unit still would tell of so few, its groups are hidden, and those of others with them as
`reports.hiding` says. All units show the same groups and hide all of them together: so neither the sums of a
unit's groups nor those of a group's units give a hidden one away. A number of people, too, is hidden where
it is small, also of those of whom nothing is known yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.formulas import Of, formula_on
from tongcds.domain.periods import Period
from tongcds.records import record_type
from tongcds.reports.figures import NOTHING_KNOWN, Ask, Count, added, grouped_figures
from tongcds.reports.hiding import hidden
from tongcds.reports.known import is_done_in_a_period, months_in
from tongcds.reports.sheets import AGE_BANDS, Breakdown

GROUPS: Final[Mapping[Breakdown, tuple[str, ...]]] = MappingProxyType(
    {
        Breakdown.SEX: ("female", "male", ""),
        Breakdown.AGE: (*(f"{a}+" if b is None else f"{a}-{b}" for a, b in AGE_BANDS), ""),
        Breakdown.POVERTY: ("poor", "near_poor", "none", ""),
    }
)
"""The groups of each breakdown in their order, neighbours being alike; "" is not known."""

_ASKED: Final[Mapping[Of, frozenset[Breakdown]]] = MappingProxyType(
    {
        Of.HOUSEHOLDS: frozenset({Breakdown.POVERTY}),
        Of.PEOPLE: frozenset(GROUPS),
        Of.SUPPORTS: frozenset({Breakdown.SEX, Breakdown.AGE}),
        Of.SUPPORTED: frozenset({Breakdown.SEX, Breakdown.AGE}),
    }
)
_ORDER: Final = tuple(GROUPS)
_RECORD: Final = record_type("figure_groups").table.c
_NO_MARK: Final = "0"
_Block = tuple[str, ...]
_decode = msgspec.msgpack.Decoder(list[int | None]).decode
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """A figure of one group, or of several together."""

    groups: tuple[str, ...]
    numerator: int | None
    denominator: int | None


Grouped = Mapping[Breakdown, tuple[GroupFigure, ...]]
"""Figures by breakdown; no figures: they are hidden."""

Places = Mapping[bytes, Mapping[str, Count]]
"""Counts by unit and group."""


def breakdowns_of(indicator: str, on: date) -> tuple[Breakdown, ...]:
    """What an indicator is broken down by: what its definition names, where records tell it."""
    formula = formula_on(indicator, on)
    if formula is None or formula.over is not None:
        return ()
    named = load_indicators()[indicator].disaggregation
    asked = _ASKED.get(formula.of, frozenset())
    return tuple(by for by in GROUPS if by in asked and by.value in named)


def counted_groups(
    connection: Connection, indicators: Sequence[str], places: Sequence[bytes], periods: Sequence[Period]
) -> list[dict[tuple[bytes, str], dict[Breakdown, dict[str, Count]]]]:
    """The groups of places that hold records in each period, by place and indicator, with nothing hidden."""
    asks = [
        Ask(period, [code for code in indicators if breakdowns_of(code, period.last)]) for period in periods
    ]
    found: list[dict[tuple[bytes, str], dict[Breakdown, dict[str, Count]]]] = [{} for _ in asks]
    counted = grouped_figures(connection, asks, places, _ORDER, marks=False)
    for ask, result, counts in zip(asks, found, counted, strict=True):
        named = {code: breakdowns_of(code, ask.period.last) for code in ask.indicators}
        for (place, code, by, word), count in counts.items():
            if by not in named[code]:
                continue
            group = word if word in GROUPS[by] else ""
            cells = result.setdefault((place, code), {}).setdefault(by, {})
            bare = Count(count.numerator, count.denominator, 0, _NO_MARK)
            cells[group] = added([cells[group], bare]) if group in cells else bare
    return found


def packed(grouped: Grouped) -> bytes:
    """Few bytes: each breakdown, how many figures, and of each the groups as bits, numerator, denominator."""
    numbers: list[int | None] = []
    for by, figures in grouped.items():
        numbers += [_ORDER.index(by), len(figures)]
        for one in figures:
            bits = sum(1 << GROUPS[by].index(group) for group in one.groups)
            numbers += [bits, one.numerator, one.denominator]
    return _encode(numbers)


def unpacked(cells: bytes) -> Grouped:
    """The inverse; what is no such bytes says nothing."""
    try:
        return dict(_read(_decode(cells)))
    except (msgspec.DecodeError, LookupError, ValueError):
        return {}


def _read(numbers: Sequence[int | None]) -> list[tuple[Breakdown, tuple[GroupFigure, ...]]]:
    found = []
    at = 0
    while at < len(numbers):
        place, many = numbers[at] or 0, numbers[at + 1] or 0
        by, figures = _ORDER[place], []
        for start in range(at + 2, at + 2 + 3 * many, 3):
            bits, numerator, denominator = numbers[start : start + 3]
            groups = tuple(group for bit, group in enumerate(GROUPS[by]) if (bits or 0) >> bit & 1)
            figures.append(GroupFigure(groups, numerator, denominator))
        found.append((by, tuple(figures)))
        at += 2 + 3 * many
    return found


def shown(
    by: Breakdown,
    places: Places,
    parts: Mapping[bytes, Collection[bytes]],
    *,
    veiled: Collection[bytes] = frozenset(),
    before: Collection[bytes] = frozenset(),
) -> dict[bytes, tuple[GroupFigure, ...]]:
    """What may be seen of each unit's groups: no figures where they are hidden. Nothing where all are alike.

    Args:
        by: what they are broken down by.
        places: counts of units of all levels above the village.
        parts: for each unit that adds others up, these.
        veiled: units whose figure itself is hidden.
        before: units whose groups are hidden in what is published now.
    """
    there = [group for group in GROUPS[by] if any(group in counts for counts in places.values())]
    blocks: list[_Block] = [(group,) for group in there]
    if len(blocks) < 2:  # noqa: PLR2004 - one group is the figure itself
        return {}
    lowest = [unit for unit in places if not parts.get(unit)]
    while True:
        rows = {unit: _row(counts, blocks) for unit, counts in places.items()}
        gone = hidden(rows, parts, before, veiled)
        lost = [unit for unit in lowest if unit in gone and unit not in veiled]
        if len(blocks) == 2 or 2 * len(lost) <= len(lowest):  # noqa: PLR2004 - as above
            break
        blocks = _put_together(blocks, [places[unit] for unit in lost])
    return {
        unit: ()
        if unit in gone
        else tuple(
            GroupFigure(block, count.numerator, count.denominator)
            for block, count in ((block, _of(counts, block)) for block in blocks)
            if count.numerator is not None or count.denominator
        )
        for unit, counts in places.items()
    }


def _of(counts: Mapping[str, Count], block: _Block) -> Count:
    found = [counts[group] for group in block if group in counts]
    return added(found) if found else NOTHING_KNOWN


def _row(counts: Mapping[str, Count], blocks: Sequence[_Block]) -> tuple[Count, ...]:
    """Each block's figure, and how many people it is about; nobody at all is nobody's secret."""
    row = []
    for block in blocks:
        count = _of(counts, block)
        people = count.denominator or None
        empty = people is None and not count.numerator and count.denominator is not None
        row.append(NOTHING_KNOWN if empty else count)
        row.append(Count(people, people, 0, _NO_MARK if people else ""))
    return tuple(row)


def _put_together(blocks: Sequence[_Block], lost: Sequence[Mapping[str, Count]]) -> list[_Block]:
    """One block fewer: the one that is small most often goes to the neighbour that is small more often."""
    smalls = [sum(bool(hidden({b"": _row(counts, [block])}, {})) for counts in lost) for block in blocks]
    at = max(range(len(blocks)), key=lambda place: (smalls[place], place))
    beside = [place for place in (at - 1, at + 1) if 0 <= place < len(blocks)]
    first, second = sorted((at, max(beside, key=lambda place: (smalls[place], place))))
    return [*blocks[:first], blocks[first] + blocks[second], *blocks[second + 1 :]]


def published_groups(
    connection: Connection, indicator: str, unit: bytes, period: Period, on: date
) -> Grouped | None:
    """The groups that the server published of a unit; None where it published none for this period.

    What was done in a period is known for single months; what is so, on the latest day that was published.
    """
    day = min(period.last, on)
    query = select(_RECORD.cells).where(
        _RECORD.unit_id == unit,
        _RECORD.indicator == indicator,
        _RECORD.deleted == 0,
        _RECORD.on <= day.isoformat(),
    )
    formula = formula_on(indicator, day)
    if formula is not None and is_done_in_a_period(formula):
        months = months_in(period, day)
        if len(months) != 1:
            return None
        query = query.where(_RECORD.on >= f"{months[0]}-01")
    cells = connection.execute(query.order_by(_RECORD.on.desc()).limit(1)).scalar()
    return None if cells is None else unpacked(cells)
