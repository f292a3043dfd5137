from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongcds.domain.stamps import derived_id
from tongcds.reports import hiding
from tongcds.reports.figures import Count, added

Rows = dict[bytes, tuple[Count, ...]]
Wholes = dict[bytes, list[bytes]]
Hide = Callable[[Rows, Wholes], Collection[bytes]]

PRIME = (1 << 61) - 1


def counts(*, ratio: bool) -> st.SearchStrategy[Count]:
    return st.builds(
        lambda number, rest: Count(number, number + rest if ratio else None, number, "0000-0000"),
        st.integers(0, 12) | st.integers(5, 60),
        st.integers(0, 12),
    )


unknown = st.just(Count(None, None, 0, ""))


def unit(*names: object) -> bytes:
    return derived_id("unit", *map(str, names))


@st.composite
def provinces(draw: st.DrawFn, width: int = 1) -> tuple[Rows, Wholes]:
    """Villages, their communes, areas of some of these, and the province."""
    rows: Rows = {}
    wholes: Wholes = {unit("province"): []}
    cell = counts(ratio=draw(st.booleans()))
    cell = cell if width > 1 else cell | unknown

    def fill(whole: bytes, members: list[bytes]) -> None:
        wholes[whole] = members
        columns = zip(*(rows[one] for one in members), strict=True)
        rows[whole] = tuple(added(column) for column in columns)

    for area in range(draw(st.integers(1, 3))):
        communes = []
        for commune in range(draw(st.integers(1, 3))):
            villages = [unit(area, commune, one) for one in range(draw(st.integers(1, 4)))]
            for village in villages:
                rows[village] = tuple(draw(cell) for _ in range(width))
            communes.append(unit(area, commune))
            fill(communes[-1], villages)
        if draw(st.booleans()):
            fill(unit(area), communes)
            wholes[unit("province")].append(unit(area))
        else:
            wholes[unit("province")] += communes
    fill(unit("province"), wholes[unit("province")])
    return rows, wholes


def told(rows: Rows, wholes: Wholes, hidden: Collection[bytes]) -> set[bytes]:
    """The hidden units that somebody who sees everything else works out, by solving the equations."""
    unknowns = {one: at for at, one in enumerate(one for one in rows if one in hidden)}
    lines = []
    for whole, members in wholes.items():
        known = [one for one in members if rows[one][0].numerator is not None]
        line = {}
        for one, sign in [(whole, -1), *((one, 1) for one in known)]:
            if one in unknowns:
                line[unknowns[one]] = sign
        lines.append(line)
    solved: dict[int, dict[int, int]] = {}
    for line in lines:
        reduced = dict(line)
        for at in [one for one in sorted(reduced) if one in solved]:
            _take(reduced, solved[at], reduced.get(at, 0))
        if not reduced:
            continue
        at = min(reduced)
        inverse = pow(reduced[at], -1, PRIME)
        reduced = {one: value * inverse % PRIME for one, value in reduced.items()}
        for other in solved.values():
            _take(other, reduced, other.get(at, 0))
        solved[at] = reduced
    named = {at: one for one, at in unknowns.items()}
    return {named[at] for at, line in solved.items() if len(line) == 1}


def _take(line: dict[int, int], other: dict[int, int], times: int) -> None:
    """Take another line off so many times; numbers of a field, so that nothing is rounded."""
    for at, value in other.items():
        left = (line.get(at, 0) - times * value) % PRIME
        if left:
            line[at] = left
        else:
            line.pop(at, None)


def small_rests(rows: Rows, wholes: Wholes, hidden: Collection[bytes]) -> list[bytes]:
    """Wholes of which what is left after all that is seen is one unit or a small group."""

    def left(whole: bytes, deep: bool) -> list[bytes]:
        found = []
        for one in wholes.get(whole, []):
            if one in hidden and rows[one][0].numerator is not None:
                found += (left(one, deep) if deep else []) or [one]
        return found

    wrong = []
    for whole in wholes:
        for deep in (False, True):
            rest = [] if whole in hidden else left(whole, deep)
            columns = zip(*(rows[one] for one in rest), strict=True)
            if rest and (len(rest) == 1 or any(hiding.is_small(added(column)) for column in columns)):
                wrong.append(whole)
    return wrong


def is_safe(rows: Rows, wholes: Wholes, hide: Hide = hiding.hidden) -> bool:
    hidden = hide(rows, wholes)
    small = {one for one, row in rows.items() if any(map(hiding.is_small, row))}
    return small <= set(hidden) and not told(rows, wholes, hidden) and not small_rests(rows, wholes, hidden)


@given(provinces())
@settings(max_examples=150)
def test_nothing_small_is_seen_or_follows_by_subtraction_at_any_level(given: tuple[Rows, Wholes]) -> None:
    assert is_safe(*given)


@given(provinces(width=3))
@settings(max_examples=60)
def test_what_is_hidden_together_does_not_follow_either(given: tuple[Rows, Wholes]) -> None:
    assert is_safe(*given)


def of(*numbers: int) -> list[tuple[Count, ...]]:
    return [(Count(number, 40 + number, number, "0-0"),) for number in numbers]


def province_of(*communes: tuple[int, ...]) -> tuple[Rows, Wholes]:
    rows: Rows = {}
    wholes: Wholes = {}
    for at, villages in enumerate(communes):
        members = [unit(at, one) for one in range(len(villages))]
        rows |= dict(zip(members, of(*villages), strict=True))
        wholes[unit(at)] = members
        rows[unit(at)] = (added([rows[one][0] for one in members]),)
    wholes[unit("province")] = [unit(at) for at in range(len(communes))]
    rows[unit("province")] = (added([rows[one][0] for one in wholes[unit("province")]]),)
    return rows, wholes


def only_small(rows: Rows, _wholes: Wholes) -> set[bytes]:
    return {one for one, row in rows.items() if any(map(hiding.is_small, row))}


def one_level(rows: Rows, wholes: Wholes) -> set[bytes]:
    """As if nobody saw the villages below what was hidden besides."""
    above = {one: members for one, members in wholes.items() if members[0] in wholes}
    return hiding.hidden({one: row for one, row in rows.items() if one in wholes}, above) | only_small(
        rows, wholes
    )


def test_a_lonely_hidden_village_would_be_noticed() -> None:
    # Negative control: hiding the small ones alone is not enough.
    rows, wholes = province_of((2, 20, 30), (20, 30))
    assert not is_safe(rows, wholes, only_small)
    assert hiding.hidden(rows, wholes) == {unit(0, 0), unit(0, 1)}


def test_a_hidden_commune_whose_villages_are_all_seen_would_be_noticed() -> None:
    # Negative control: the second commune hides the first, and its villages give it away.
    rows, wholes = province_of((2,), (20, 30), (40, 50))
    assert unit(1) in one_level(rows, wholes)
    assert not is_safe(rows, wholes, one_level)
    found = hiding.hidden(rows, wholes)
    assert {unit(0, 0), unit(0), unit(1), unit(1, 0)} <= found
    assert unit("province") not in found


def test_a_whole_of_one_hidden_part_is_hidden_too() -> None:
    rows, wholes = province_of((30, 40), (50, 60))
    wholes[unit("area")], rows[unit("area")] = [unit(0)], rows[unit(0)]
    wholes[unit("province")] = [unit("area"), unit(1)]
    rows[unit(0, 0)] = of(2)[0]
    found = hiding.hidden(rows, wholes)
    assert is_safe(rows, wholes)
    assert (unit("area") in found) == (unit(0) in found)


def test_what_was_hidden_besides_stays_hidden_where_another_became_smaller() -> None:
    """Otherwise the sums of two days and what each shows would tell the small one."""
    rows, wholes = province_of((2, 20, 30), (20, 30))
    first = hiding.hidden(rows, wholes)
    later, _ = province_of((2, 20, 19), (20, 30))
    assert hiding.hidden(later, wholes, first) == first
    assert hiding.hidden(later, wholes) != first


def test_where_nothing_is_small_all_is_seen() -> None:
    assert hiding.hidden(*province_of((20, 30), (40, 50))) == set()


def test_what_nobody_knows_neither_hides_nor_covers() -> None:
    rows: Mapping[bytes, tuple[Count, ...]] = {
        unit(1): of(2)[0],
        unit(2): (Count(None, 40, 0, ""),),
        unit(0): of(2)[0],
    }
    assert hiding.hidden(rows, {unit(0): [unit(1), unit(2)]}) == {unit(0), unit(1)}


@pytest.mark.parametrize(
    ("numerator", "denominator", "small"),
    [(4, 100, True), (5, 100, False), (96, 100, True), (100, 100, False), (5, None, False), (None, 2, False)],
)
def test_what_is_small(numerator: int | None, denominator: int | None, small: bool) -> None:
    assert hiding.is_small(Count(numerator, denominator, 0, "")) is small
