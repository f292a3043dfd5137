"""A village's figures rest on that village's records alone, whatever else is held and counted beside it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection

from tests.unit.reports.registers import DAYS, VILLAGES, Register, scattered_registers
from tests.unit.reports.straightforward import figure
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import Period, month_to
from tongcds.reports import signs
from tongcds.reports.figures import Count, broken_down, figures
from tongcds.reports.sheets import Breakdown

CODES = counted_indicators()
WHOLE = Period(DAYS[0], DAYS[-1])
PERIODS = [month_to(DAYS[2]), WHOLE]


def told(connection: Connection, register: Register, places: list[bytes]) -> list[object]:
    """Every figure of the first village, counted with others."""
    try:
        register.put(connection)
        village = VILLAGES[0]
        found: list[object] = [
            {key: count for key, count in counts.items() if key[0] == village}
            for counts in figures(connection, CODES, places, PERIODS)
        ]
        for by in Breakdown:
            groups = broken_down(connection, CODES, places, WHOLE, by)
            found.append({key: count for key, count in groups.items() if key[0] == village})
        return found
    finally:
        connection.rollback()


def rests_on_itself(connection: Connection, register: Register) -> bool:
    alone = told(connection, register.of_village(VILLAGES[0]), VILLAGES[:1])
    return told(connection, register, VILLAGES) == alone


@given(scattered_registers())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_a_village_has_the_same_figures_where_nobody_knows_the_others(
    database: Connection, register: Register
) -> None:
    assert rests_on_itself(database, register)


@given(scattered_registers())
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
def test_the_plain_loops_over_one_village_agree_with_the_count_of_all(
    database: Connection, register: Register
) -> None:
    # Which records are one, and which class held, the loops do not know.
    register.duplicates.clear()
    register.classes.clear()
    register.put(database)
    counted = figures(database, CODES, VILLAGES, PERIODS)
    database.rollback()
    for village in VILLAGES:
        tables = register.of_village(village).tables()
        for period, counts in zip(PERIODS, counted, strict=True):
            for code in CODES:
                expected = Count(*figure(code, village, period.first, period.last, tables))
                assert counts[village, code] == expected


def test_a_household_of_another_village_that_is_asked_is_noticed(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: whoever's household left elsewhere would be gone here, too.
    monkeypatch.setattr(signs, "at_home", lambda: signs._HOUSEHOLD.id == signs._PERSON.household_id)

    @given(scattered_registers())
    @settings(max_examples=300, database=None, phases=[Phase.generate])
    def compare(register: Register) -> None:
        assert rests_on_itself(database, register)

    with pytest.raises(AssertionError):
        compare()
