from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain.stamps import derived_id
from tongcds.reports import hiding
from tongcds.reports.figures import Count, added

UNITS = [derived_id("unit", i) for i in range(6)]
counts = st.builds(
    lambda number, rest: Count(number, None if rest is None else number + rest, number, "0000-0000"),
    st.integers(0, 12),
    st.none() | st.integers(0, 12),
)


@st.composite
def provinces(draw: st.DrawFn) -> tuple[dict[bytes, Count], list[list[bytes]]]:
    """Communes, their areas (which may overlap) and the province."""
    told = {unit: draw(counts) for unit in UNITS[: draw(st.integers(1, 6))]}
    areas = draw(st.lists(st.lists(st.sampled_from(list(told)), min_size=1, unique=True), max_size=3))
    return told, [*areas, list(told)]


def follows(told: dict[bytes, Count], wholes: list[list[bytes]], hidden: set[bytes]) -> bool:
    """Whether somebody who sees the wholes and what is not hidden can work out a small group."""
    for members in wholes:
        inside = [told[unit] for unit in members if unit in hidden]
        seen = [unit for unit in members if unit not in hidden]
        if inside and seen and (len(inside) == 1 or hiding.is_small(added(inside))):
            return True
    return False


@given(provinces())
def test_nothing_small_is_seen_or_follows_by_subtraction(
    province: tuple[dict[bytes, Count], list[list[bytes]]],
) -> None:
    told, wholes = province
    hidden = hiding.hidden(told, wholes)
    assert {unit for unit, count in told.items() if hiding.is_small(count)} <= hidden
    assert not follows(told, wholes, hidden)


def test_a_lonely_hidden_cell_would_be_noticed() -> None:
    # Negative control: hiding the small ones alone is not enough.
    told = {
        UNITS[0]: Count(2, 40, 2, "0-0"),
        UNITS[1]: Count(20, 40, 20, "0-0"),
        UNITS[2]: Count(30, 40, 30, "0-0"),
    }
    alone = {unit for unit, count in told.items() if hiding.is_small(count)}
    assert follows(told, [UNITS[:3]], alone)
    assert hiding.hidden(told, [UNITS[:3]]) == {UNITS[0], UNITS[1]}


def test_where_nothing_is_small_all_is_seen() -> None:
    told = dict.fromkeys(UNITS, Count(20, 40, 20, "0-0"))
    assert hiding.hidden(told, [UNITS]) == set()


def test_what_nobody_knows_neither_hides_nor_covers() -> None:
    told = {UNITS[0]: Count(2, 40, 2, "0-0"), UNITS[1]: Count(None, 40, 0, "")}
    assert hiding.hidden(told, [UNITS[:2]]) == {UNITS[0]}


@pytest.mark.parametrize(
    ("numerator", "denominator", "small"),
    [(4, 100, True), (5, 100, False), (96, 100, True), (100, 100, False), (5, None, False), (None, 2, False)],
)
def test_what_is_small(numerator: int | None, denominator: int | None, small: bool) -> None:
    assert hiding.is_small(Count(numerator, denominator, 0, "")) is small
