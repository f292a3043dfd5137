"""A way of counting that changes in the middle of a year: each figure is of one way, and says of which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.unit.reports.registers import DAYS, VILLAGES, Register, lively_registers
from tests.unit.reports.straightforward import (
    MEANINGS,
    Tables,
    Told,
    guided,
    of_households,
    of_people,
    successes,
)
from tongcds.domain import formulas
from tongcds.domain.formulas import Condition, Formula
from tongcds.domain.periods import Period, month_to
from tongcds.domain.views import Why
from tongcds.reports.figures import NOTHING_KNOWN, Count, figures
from tongcds.reports.known import is_done_in_a_period, known_figures

Meaning = Callable[[Tables, bytes, date, date], Told]


def having(*conditions: tuple[str, str]) -> tuple[Condition, ...]:
    return tuple(Condition(name, tuple(words.split("|"))) for name, words in conditions)


# What else is counted from some day on, as a formula and in plain loops.
CHANGES: dict[str, tuple[dict[str, tuple[Condition, ...]], Meaning]] = {
    "XHS02": ({"where": having(("min_age", "18"))}, of_people("smartphone", least=18)),
    "XHS09": ({"having": having(("fact", "vneid2"))}, of_people("vneid2", least=15)),
    "XHS04": ({"where": having(("known", "fibre"))}, of_households("fibre", asked=True)),
    "XHS01": (
        {"where": having(("poverty", "poor"))},
        of_households("household_smartphone", "smartphone", poverty=("poor",)),
    ),
    "XHS21": ({"where": having(("min_age", "14"))}, guided(least=14)),
    "ACT04": ({"having": having(("result", "alone"))}, successes("alone")),
}
CODES = tuple(CHANGES)
PERIODS = [month_to(DAYS[2]), Period(DAYS[1], DAYS[4]), Period(DAYS[3], DAYS[5]), Period(DAYS[0], DAYS[2])]


def in_two_versions(day: date) -> Mapping[str, tuple[Formula, ...]]:
    """All formulas, and of those above a second version from the day on."""
    found = dict(formulas.load_formulas())
    for code, (fields, _) in CHANGES.items():
        (first,) = found[code]
        second = replace(first, version=2, valid_from=day, **fields)
        found[code] = (replace(first, valid_to=day - timedelta(days=1)), second)
    return found


def expected(register: Register, village: bytes, code: str, period: Period, day: date) -> Count:
    first, second = in_two_versions(day)[code]
    if is_done_in_a_period(first) and period.first < day <= period.last:
        return NOTHING_KNOWN
    meaning = CHANGES[code][1] if second.holds_on(period.last) else MEANINGS[code]
    return Count(*meaning(register.tables(), village, period.first, period.last))


@given(lively_registers(), st.sampled_from(DAYS))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_each_figure_is_of_the_version_that_held_and_of_no_two(
    database: Connection, register: Register, day: date
) -> None:
    versions = in_two_versions(day)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(formulas, "load_formulas", lambda: versions)
        register.put(database)
        found = figures(database, CODES, VILLAGES, PERIODS)
        units = {village: (village,) for village in VILLAGES}
        told = known_figures(database, units, CODES, PERIODS, DAYS[-1], holds_records=True)
        database.rollback()
    for period, counts, knowns in zip(PERIODS, found, told, strict=True):
        for village in VILLAGES:
            for code in CODES:
                first, second = versions[code]
                assert counts[village, code] == expected(register, village, code, period, day)
                one = knowns[village, code]
                if is_done_in_a_period(first) and period.first < day <= period.last:
                    assert (one.why, one.definition, one.count) == (Why.WAY_CHANGED, "", NOTHING_KNOWN)
                else:
                    holds = second if second.holds_on(period.last) else first
                    assert one.definition == holds.definition
                    assert one.count == counts[village, code]


def test_a_version_that_is_overlooked_is_noticed(database: Connection) -> None:
    # Negative control: a person of sixteen with a smartphone counts before the day, and not after it.
    register = Register()
    village = VILLAGES[0]
    register.people.append({"id": b"p" * 16, "village_id": village, "birth": "2010-01-01", "left_on": None})
    register.people[0] |= {"household_id": None, "deleted": 0}
    seen = {"id": b"o" * 16, "village_id": village, "subject_id": b"p" * 16, "fact": "smartphone", "value": 1}
    register.observations.append(
        {**seen, "held_on": "2026-02-01", "stamp": 1, "device": 1, "n": 1, "deleted": 0}
    )
    register.put(database)
    (counts,) = figures(database, ["XHS02"], [village], [month_to(DAYS[5])])
    database.rollback()
    assert counts[village, "XHS02"] != expected(register, village, "XHS02", month_to(DAYS[5]), DAYS[3])
    assert counts[village, "XHS02"] == expected(
        register, village, "XHS02", month_to(DAYS[5]), DAYS[5] + timedelta(days=9)
    )
