"""Groups of people as the units above see them: the right numbers, and nobody to be recognised in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from tests.unit.reports import straightforward
from tests.unit.reports.registers import DAYS, VILLAGES, Register, lively_registers
from tongcds.domain.identity import age_on
from tongcds.domain.periods import month_to
from tongcds.domain.stamps import derived_id
from tongcds.replica import create_tables
from tongcds.reports import groups, hiding
from tongcds.reports.figures import Count, added
from tongcds.reports.groups import GROUPS, GroupFigure, counted_groups, packed, shown, unpacked
from tongcds.reports.sheets import AGE_BANDS, Breakdown

SEX, AGE, POVERTY = Breakdown.SEX, Breakdown.AGE, Breakdown.POVERTY
CODES = ("XHS02", "XHS09", "XHS10", "XHS11", "XHS16")
PRIME = (1 << 61) - 1


# The numbers


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        create_tables(opened)
        opened.commit()
        yield opened
    engine.dispose()


def group_of(person: dict, by: Breakdown, on: date) -> str:
    if by is SEX:
        return person.get("sex") or ""
    age = age_on(person["birth"], on)
    if age is None:
        return ""
    return next(f"{a}+" if b is None else f"{a}-{b}" for a, b in AGE_BANDS if b is None or age <= b)


def plainly(register: Register, village: bytes, code: str, by: Breakdown) -> dict[str, tuple]:
    """Each group's people alone, counted by the plain loops as if there were no others."""
    on, tables = DAYS[-1], register.tables()
    words = {group_of(one, by, on) for one in register.people}
    found = {}
    for word in words:
        few = straightforward.Tables(
            households=tables.households,
            people=[one for one in tables.people if group_of(one, by, on) == word],
            observations=tables.observations,
        )
        numerator, whole, *_more = straightforward.MEANINGS[code](few, village, on.replace(day=1), on)
        if whole:
            found[word] = (numerator, whole)
    return found


@given(lively_registers())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_each_group_is_what_plain_loops_count(connection: Connection, register: Register) -> None:
    try:
        register.put(connection)
        (found,) = counted_groups(connection, CODES, VILLAGES, [month_to(DAYS[-1])])
    finally:
        connection.rollback()
    for village, code, by in product(VILLAGES, CODES, (SEX, AGE)):
        told = found.get((village, code), {}).get(by, {})
        mine = {
            word: (count.numerator, count.denominator) for word, count in told.items() if count.denominator
        }
        assert mine == plainly(register, village, code, by)


# Who can be recognised


def unit(*names: object) -> bytes:
    return derived_id("unit", *map(str, names))


@st.composite
def provinces(draw: st.DrawFn) -> tuple[Breakdown, dict[bytes, dict[str, Count]], dict[bytes, list[bytes]]]:
    by = draw(st.sampled_from(list(GROUPS)))
    ratio = draw(st.booleans())
    least = draw(st.sampled_from((0, 4, 9)))

    def cell(_group: str) -> Count | None:
        if draw(st.integers(0, 9)) == 0:
            return None
        number, rest = draw(st.integers(least, 40)), draw(st.sampled_from((0, 3, 6, 30)))
        looked = draw(st.integers(0, 12)) > 0
        return Count(number if looked else None, number + rest if ratio else None, 0, "0" if looked else "")

    places: dict[bytes, dict[str, Count]] = {}
    parts: dict[bytes, list[bytes]] = {}
    for area in range(draw(st.integers(1, 2))):
        communes = [unit(area, one) for one in range(draw(st.integers(1, 4)))]
        for commune in communes:
            found = {group: cell(group) for group in GROUPS[by]}
            places[commune] = {group: count for group, count in found.items() if count is not None}
        parts[unit(area)] = communes
    parts[unit("province")] = list(parts)
    for whole, members in parts.items():
        together: dict[str, list[Count]] = {}
        for one in members:
            for group, count in places[one].items():
                together.setdefault(group, []).append(count)
        places[whole] = {group: added(counts) for group, counts in together.items()}
    return by, places, parts


def worked_out(by: Breakdown, places: dict, parts: dict, told: dict) -> dict[tuple[bytes, str], int]:
    """What somebody can work out who sees each unit's whole, and every group that is told.

    By solving the equations "a unit's groups add up to its whole" and "units add up to the one above them".
    """
    found = {}
    for number in ("numerator", "denominator"):
        lines: list[tuple[dict, int]] = []
        for place, counts in places.items():
            line = {(place, group): 1 for group in GROUPS[by]}
            lines.append((line, sum(getattr(count, number) or 0 for count in counts.values())))
            for one in told.get(place, ()):
                seen = {(place, group): 1 for group in one.groups}
                lines.append((seen, getattr(one, number) or 0))
            if told.get(place):
                # A group that is not told of a unit whose others are has nobody in it.
                named = {group for one in told[place] for group in one.groups}
                lines += [({(place, group): 1}, 0) for group in GROUPS[by] if group not in named]
        for whole, members in parts.items():
            for group in GROUPS[by]:
                lines.append(({(whole, group): -1} | {(one, group): 1 for one in members}, 0))
        for (place, group), value in _solved(lines).items():
            found.setdefault((place, group), {})[number] = value
    return found


def _solved(lines: list[tuple[dict, int]]) -> dict:
    solved: dict = {}
    for equation, number in lines:
        line, value = dict(equation), number
        for at in [one for one in line if one in solved]:
            value = _take(line, value, *solved[at], line.get(at, 0))
        if not line:
            assert value % PRIME == 0
            continue
        at = next(iter(line))
        inverse = pow(line[at], -1, PRIME)
        made = {one: many * inverse % PRIME for one, many in line.items()}
        right = value * inverse % PRIME
        for other, (theirs, theirs_is) in list(solved.items()):
            if at in theirs:
                solved[other] = (theirs, _take(theirs, theirs_is, made, right, theirs[at]))
        solved[at] = (made, right)
    return {at: value for at, (line, value) in solved.items() if len(line) == 1}


def _take(line: dict, value: int, other: dict, number: int, times: int) -> int:
    for at, many in other.items():
        left = (line.get(at, 0) - times * many) % PRIME
        if left:
            line[at] = left
        else:
            line.pop(at, None)
    return (value - times * number) % PRIME


def nobody(count: Count) -> bool:
    """Whether it is about no people at all, which is nobody's secret."""
    return not count.numerator and not count.denominator


def gives_away(by: Breakdown, places: dict, parts: dict, told: dict) -> bool:
    """Whether a group of few people can be worked out of what is told."""
    for (place, group), numbers in worked_out(by, places, parts, told).items():
        count = places[place].get(group)
        if count is None or nobody(count):
            continue
        if "numerator" in numbers and hiding.is_small(count):
            return True
        if "denominator" in numbers and 0 < (count.denominator or 0) < hiding.FEWEST:
            return True
    return False


@given(provinces())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_no_small_group_is_told_or_can_be_worked_out(given: tuple) -> None:
    by, places, parts = given
    told = shown(by, places, parts)
    assert not gives_away(by, places, parts, told)
    for place, figures in told.items():
        for one in figures:
            whole = added([places[place][group] for group in one.groups if group in places[place]])
            assert (one.numerator, one.denominator) == (whole.numerator, whole.denominator)
            assert nobody(whole) or not hiding.is_small(whole)


def test_small_groups_left_out_alone_would_be_noticed() -> None:
    # Negative control: the subtraction attack.
    by, places, parts = _two_communes()
    told = {
        place: tuple(
            GroupFigure((group,), count.numerator, count.denominator)
            for group, count in counts.items()
            if not hiding.is_small(count)
        )
        for place, counts in places.items()
    }
    # Who attacks takes what is not told for hidden, not for nobody.
    assert gives_away(by, places, parts, {place: one for place, one in told.items() if len(one) == 2})


def test_a_row_hidden_alone_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control: a unit's groups follow from its neighbours' and those of the unit above.
    by, places, parts = _two_communes()

    def each_alone(rows: dict, *_others: object) -> set[bytes]:
        return {one for one, row in rows.items() if any(map(hiding.is_small, row))}

    monkeypatch.setattr(groups, "hidden", each_alone)
    assert gives_away(by, places, parts, shown(by, places, parts))


def _two_communes() -> tuple[Breakdown, dict[bytes, dict[str, Count]], dict[bytes, list[bytes]]]:
    def count(part: int, whole: int) -> Count:
        return Count(part, whole, 0, "0")

    places = {
        unit(0): {"female": count(3, 40), "male": count(20, 40)},
        unit(1): {"female": count(20, 50), "male": count(30, 60)},
        unit(2): {"female": count(21, 50), "male": count(31, 60)},
    }
    places[unit("province")] = {
        group: added([places[unit(at)][group] for at in range(3)]) for group in ("female", "male")
    }
    return SEX, places, {unit("province"): [unit(0), unit(1), unit(2)]}


def test_a_small_unit_takes_a_neighbour_along_and_the_whole_is_seen() -> None:
    by, places, parts = _two_communes()
    told = shown(by, places, parts)
    assert [place for place, figures in told.items() if not figures] == [unit(0), unit(1)]
    assert {one.groups: one.numerator for one in told[unit("province")]} == {("female",): 44, ("male",): 81}


def test_groups_that_are_small_almost_everywhere_are_put_together() -> None:
    places = {
        unit(at): {
            "0-5": Count(0, 30, 0, "0"), "6-13": Count(9, 40, 0, "0"), "14-17": Count(20, 40, 0, "0"),
        }
        for at in range(4)
    }  # fmt: skip
    places[unit("province")] = {
        group: added([places[unit(at)][group] for at in range(4)]) for group in ("0-5", "6-13", "14-17")
    }
    told = shown(AGE, places, {unit("province"): [unit(at) for at in range(4)]})
    assert [one.groups for one in told[unit(0)]] == [("0-5", "6-13"), ("14-17",)]


def test_a_unit_whose_figure_is_hidden_shows_no_groups() -> None:
    by, places, parts = _two_communes()
    places[unit(0)] = {"female": Count(20, 40, 0, "0"), "male": Count(20, 40, 0, "0")}
    told = shown(by, places, parts, veiled={unit(2)})
    assert told[unit(2)] == ()


def test_what_is_packed_is_unpacked_and_nonsense_says_nothing() -> None:
    grouped = {
        SEX: (GroupFigure(("female",), 640, 905), GroupFigure(("male", ""), None, 885)),
        POVERTY: (),
        AGE: (GroupFigure(("60+",), 70, None),),
    }
    assert unpacked(packed(grouped)) == grouped
    assert len(packed(grouped)) < 40
    for nonsense in (b"", b"\xc1", b"\x91\x09", b"\x93\x00\x05\x01", b"\x81\x01\x02"):
        assert unpacked(nonsense) == {}
