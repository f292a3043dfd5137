from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import ColumnElement, Connection, column, event, func, select
from sqlalchemy.dialects import postgresql, sqlite

from tests.unit.reports.registers import DAYS, VILLAGES, Register, lively_registers, put
from tests.unit.reports.straightforward import MEANINGS, figure
from tongcds.domain.formulas import Formula, counted_indicators, formula_on
from tongcds.domain.periods import Period, month_to
from tongcds.domain.stamps import derived_id
from tongcds.reports import counting, frame, signs, taught
from tongcds.reports import figures as reports_figures
from tongcds.reports.figures import (
    NOTHING_KNOWN,
    Ask,
    Count,
    added,
    asked_figures,
    definition,
    figures,
    stock,
)

NA_NGA, NA_TOP = VILLAGES[:2]
HOME, SON, MOTHER = derived_id("home"), derived_id("son"), derived_id("mother")
DAY = date(2026, 11, 23)
INDICATORS = tuple(MEANINGS)


def household(connection: Connection, village: bytes = NA_NGA, **fields: Any) -> None:
    put(connection, "household", [{"id": HOME, "village_id": village, **fields}])


def person(connection: Connection, person_id: bytes, **fields: Any) -> None:
    defaults = {"village_id": NA_NGA, "household_id": HOME, "birth": "1985"}
    put(connection, "person", [{"id": person_id, **defaults, **fields}])


_made = iter(range(1, 1_000_000))


def saw(connection: Connection, subject: bytes, fact: str, held_on: str, **fields: Any) -> bytes:
    n = next(_made)
    made = {"id": derived_id("saw", n), "village_id": NA_NGA, "subject_id": subject, "fact": fact, "value": 1}
    put(connection, "observation", [{**made, "held_on": held_on, "n": n, "stamp": n, **fields}])
    return bytes(made["id"])


def one(connection: Connection, indicator: str, on: date = DAY, village: bytes = NA_NGA) -> Count:
    return stock(connection, [indicator], [village], on)[village, indicator]


def expected(register: Register, period: Period) -> dict[tuple[bytes, str], Count]:
    tables = register.tables()
    return {
        (v, i): Count(*figure(i, v, period.first, period.last, tables)) for v in VILLAGES for i in INDICATORS
    }


PERIODS = [month_to(day) for day in DAYS] + [Period(DAYS[1], DAYS[4]), Period(date(2026, 1, 1), DAYS[0])]


def agrees_with_the_loops(connection: Connection, register: Register) -> bool:
    register.put(connection)
    found = figures(connection, INDICATORS, VILLAGES, PERIODS)
    single = stock(connection, INDICATORS, VILLAGES, DAYS[2])
    connection.rollback()
    return single == found[2] and all(
        counts == expected(register, period) for counts, period in zip(found, PERIODS, strict=True)
    )


@given(lively_registers())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_figures_are_what_plain_loops_over_the_same_register_count(
    database: Connection, register: Register
) -> None:
    assert agrees_with_the_loops(database, register)


@given(lively_registers())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_tables_of_many_places_that_are_read_through_say_the_same(
    database: Connection, register: Register
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame, "_MANY", 1)
        assert agrees_with_the_loops(database, register)


def test_a_table_that_says_something_else_when_read_through_is_noticed(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: read through, nothing lies in the first village.
    def otherwise(column: ColumnElement[Any], places: Collection[bytes]) -> ColumnElement[Any]:
        return func.nullif(column, NA_NGA) if len(places) >= frame._MANY else column

    monkeypatch.setattr(frame, "through", otherwise)
    register = Register()
    register.households.append(
        {"id": HOME, "village_id": NA_NGA, "left_on": None, "poverty": None, "deleted": 0}
    )
    assert agrees_with_the_loops(database, register)
    monkeypatch.setattr(frame, "_MANY", 1)
    assert not agrees_with_the_loops(database, register)


def test_of_many_places_each_table_is_read_from_end_to_end(database: Connection) -> None:
    def steps(places: Sequence[bytes]) -> list[str]:
        told: list[str] = []

        def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
            if "FROM observation" in statement and not statement.startswith("EXPLAIN"):
                told.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

        event.listen(database.engine, "before_cursor_execute", explain)
        try:
            figures(database, ["XHS04"], places, PERIODS[:1])
        finally:
            event.remove(database.engine, "before_cursor_execute", explain)
        return [step for step in told if " observation" in step]

    few, many = steps(VILLAGES), steps([derived_id("many", i) for i in range(frame._MANY)])
    assert few
    assert all(step.startswith("SEARCH observation") for step in few)
    assert many == ["SCAN observation"]


def test_observations_are_sorted_in_the_order_that_each_database_is_quick_with() -> None:
    columns = frame.by_fact_and_subject(column("fact"), column("subject"))
    told = [str(columns.compile(dialect=one.dialect())) for one in (sqlite, postgresql)]
    assert told == ["fact, subject", "subject, fact"]


ASKS = [Ask(PERIODS[2], INDICATORS), Ask(PERIODS[-1], ("ACT02", "ACT03", "XHS21", "XHS27"))]


def some_agree_with_all(connection: Connection, register: Register) -> bool:
    register.put(connection)
    some = asked_figures(connection, ASKS, VILLAGES)
    whole = figures(connection, INDICATORS, VILLAGES, [ask.period for ask in ASKS])
    connection.rollback()
    asked = {key: count for key, count in whole[1].items() if key[1] in ASKS[1].indicators}
    return some == [whole[0], asked]


@given(lively_registers())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_asked_of_some_periods_only_is_what_it_is_among_all(
    database: Connection, register: Register
) -> None:
    assert some_agree_with_all(database, register)


def test_periods_that_are_taken_for_one_another_are_noticed(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: what is asked of both is told of the other one.
    def reversed_tally(
        connection: Connection, formulas: Any, places: Any, periods: Any, *more: Any, **words: Any
    ) -> Any:
        return counting.tally(connection, formulas, places, periods[::-1], *more, **words)

    monkeypatch.setattr(reports_figures, "tally", reversed_tally)

    @given(lively_registers())
    @settings(max_examples=200, database=None, phases=[Phase.generate])
    def compare(register: Register) -> None:
        assert some_agree_with_all(database, register)

    with pytest.raises(AssertionError):
        compare()


def test_the_plain_loops_know_every_way_of_counting_that_the_formulas_use() -> None:
    def shape(formula: Formula) -> tuple[object, ...]:
        conditions = (*formula.where, *formula.having)
        return formula.of, formula.over, formula.months, frozenset(c.name for c in conditions)

    formulas = {code: formula_on(code, DAY) for code in counted_indicators()}
    tried = {shape(formula) for code, formula in formulas.items() if formula and code in INDICATORS}
    assert {code for code, formula in formulas.items() if formula and shape(formula) not in tried} == set()


def test_every_formula_is_written_down_a_second_time() -> None:
    assert set(MEANINGS) == set(counted_indicators())


def test_the_comparison_notices_a_rule_that_is_off_by_a_day(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: whoever left on a day would still be there on it.
    monkeypatch.setattr(signs, "not_gone", lambda left_on, day: left_on.is_(None) | (left_on >= day))

    @given(lively_registers())
    @settings(max_examples=200, database=None, phases=[Phase.generate])
    def compare(register: Register) -> None:
        assert agrees_with_the_loops(database, register)

    with pytest.raises(AssertionError):
        compare()


def test_counting_somebody_twice_at_one_session_is_noticed(
    database: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: every tick and every check counts, not one of a person.
    register = Register()
    whose = {"village_id": NA_NGA, "training_id": HOME, "subject_id": SON, "on": DAYS[2].isoformat()}
    for n in (1, 2):
        tick = {"id": derived_id("tick", n), "here": 1, "erased": None, "deleted": 0}
        check = {"id": derived_id("check", n), "skill": "K6.1", "phase": "after", "deleted": 0}
        made = {"stamp": n, "device": 1, "n": n, "result": ("alone", "cannot")[n - 1]}
        register.attendances.append(whose | tick)
        register.checks.append(whose | check | made)
    assert agrees_with_the_loops(database, register)
    monkeypatch.setattr(taught, "_first_of", lambda noted: select(*(c for c in noted.c if c.key != "place")))
    assert not agrees_with_the_loops(database, register)


@given(lively_registers())
@settings(max_examples=30)
def test_a_whole_is_the_sum_of_its_parts_down_to_the_fingerprint(register: Register) -> None:
    commune = derived_id("commune")
    period = PERIODS[3]
    parts = expected(register, period)
    for counts in (register.households, register.people, register.visits, register.supports):
        for row in counts:
            row["village_id"] = commune
    for row in (*register.teams, *register.members):
        row["unit_id"] = commune
    for indicator in ("XHS01", "XHS09", "XHS28", "ACT01", "ACT02", "ACT04", "TEA02", "TEA06", "SUP02"):
        as_one = Count(*figure(indicator, commune, period.first, period.last, register.tables()))
        assert added([parts[village, indicator] for village in VILLAGES]) == as_one


def test_one_smartphone_of_anybody_who_lives_there_is_enough_for_the_household(
    connection: Connection,
) -> None:
    household(connection)
    person(connection, SON)
    person(connection, MOTHER)
    saw(connection, MOTHER, "smartphone", "2026-05-01", value=0)
    assert one(connection, "XHS01") == Count(0, 1, 0, "0000-0000")
    saw(connection, SON, "smartphone", "2026-05-02")
    found = one(connection, "XHS01")
    assert (found.numerator, found.denominator, found.records) == (1, 1, 1)


def test_a_smartphone_that_moved_away_with_its_owner_is_gone(connection: Connection) -> None:
    household(connection)
    person(connection, SON, left_on="2026-10-01")
    person(connection, MOTHER)
    saw(connection, SON, "smartphone", "2026-05-02")
    saw(connection, MOTHER, "smartphone", "2026-05-02", value=0)
    assert one(connection, "XHS01", date(2026, 9, 30)).numerator == 1
    assert one(connection, "XHS01", date(2026, 10, 1)).numerator == 0


def test_what_a_household_said_of_itself_counts_without_its_people(connection: Connection) -> None:
    household(connection)
    saw(connection, HOME, "household_smartphone", "2026-05-02")
    assert one(connection, "XHS01").numerator == 1


def test_the_latest_observation_holds_and_the_past_stays_what_it_was(connection: Connection) -> None:
    household(connection)
    saw(connection, HOME, "fibre", "2026-03-01")
    saw(connection, HOME, "fibre", "2026-06-01", value=0)
    numbers = [one(connection, "XHS04", date(2026, month, 1)).numerator for month in (2, 3, 5, 6, 7)]
    assert numbers == [None, 1, 1, 0, 0]


def test_of_two_on_one_day_the_one_made_last_holds(connection: Connection) -> None:
    household(connection)
    saw(connection, HOME, "fibre", "2026-03-01", value=1, stamp=20)
    saw(connection, HOME, "fibre", "2026-03-01", value=0, stamp=10)
    assert one(connection, "XHS04").numerator == 1


def test_nobody_looked_is_not_nought(connection: Connection) -> None:
    household(connection)
    person(connection, SON)
    assert one(connection, "XHS09") == Count(None, 1, 0, "")


def test_an_organisation_that_nobody_put_down_is_not_another_one(connection: Connection) -> None:
    team, member = derived_id("team"), {"unit_id": NA_NGA, "team_id": derived_id("team")}
    put(connection, "team", [{"id": team, "unit_id": NA_NGA}])
    put(connection, "member", [{"id": derived_id("member", 1), **member, "organisation": None}])
    put(connection, "member", [{"id": derived_id("member", 2), **member, "organisation": ""}])
    assert one(connection, "TEA06") == Count(None, 1, 0, "")
    put(connection, "member", [{"id": derived_id("member", 3), **member, "organisation": "Giáo viên"}])
    assert one(connection, "TEA06") == Count(0, 1, 0, "0000-0000")


def test_a_child_is_no_adult_until_the_birthday(connection: Connection) -> None:
    household(connection)
    person(connection, SON, birth="2011-11-24")
    saw(connection, SON, "account", "2026-01-01")
    assert one(connection, "XHS09", date(2026, 11, 23)) == Count(None, 0, 0, "")
    assert one(connection, "XHS09", date(2026, 11, 24)).numerator == 1
    assert one(connection, "XHS10", date(2026, 11, 23)).numerator == 1


@pytest.mark.parametrize(
    ("birth", "adults"), [("2011", 1), ("2012", 0), ("2011-11", 1), ("2011-12", 0), (None, 0)]
)
def test_of_a_birth_known_in_part_the_first_day_counts(
    connection: Connection, birth: str | None, adults: int
) -> None:
    household(connection)
    person(connection, SON, birth=birth)
    assert one(connection, "XHS09").denominator == adults
    assert one(connection, "XHS11").denominator == 1


def test_who_is_not_born_yet_is_not_counted(connection: Connection) -> None:
    person(connection, SON, birth="2026-12-01")
    assert one(connection, "XHS11").denominator == 0


def test_people_of_a_household_that_left_are_gone_with_it(connection: Connection) -> None:
    household(connection, left_on="2026-11-01")
    person(connection, SON)
    assert one(connection, "XHS11", date(2026, 10, 31)).denominator == 1
    assert one(connection, "XHS11", date(2026, 11, 1)).denominator == 0


def wholes(connection: Connection, *days: str) -> list[int | None]:
    """How many households the share of those with a smartphone is of, on each day."""
    return [one(connection, "XHS01", date.fromisoformat(day)).denominator for day in days]


def test_a_household_that_moved_in_is_not_in_the_figures_of_before(connection: Connection) -> None:
    household(connection)
    person(connection, SON, joined_on="2026-11-20")
    person(connection, MOTHER, joined_on="2026-11-12")
    assert wholes(connection, "2026-01-31", "2026-11-11", "2026-11-12", "2026-12-31") == [0, 0, 1, 1]


def test_a_child_born_after_the_move_does_not_make_its_household_older(connection: Connection) -> None:
    household(connection)
    person(connection, MOTHER, joined_on="2026-11-12")
    person(connection, SON, birth="2026-11-15")
    assert wholes(connection, "2026-01-31", "2026-11-11", "2026-11-12") == [0, 0, 1]


def test_a_household_that_somebody_joined_was_there_before(connection: Connection) -> None:
    household(connection)
    person(connection, MOTHER)
    person(connection, SON, joined_on="2026-11-20")
    assert wholes(connection, "2026-01-31", "2026-11-23") == [1, 1]


def test_a_household_that_was_split_off_begins_with_that_day(connection: Connection) -> None:
    household(connection, split_on="2026-11-20")
    person(connection, SON)
    assert wholes(connection, "2026-01-31", "2026-11-19", "2026-11-20") == [0, 0, 1]


def test_people_whose_household_is_not_here_are_counted(connection: Connection) -> None:
    person(connection, SON)
    assert one(connection, "XHS11").denominator == 1


def test_the_class_that_held_on_the_day_counts_and_not_the_one_of_today(connection: Connection) -> None:
    household(connection, poverty="none")
    saw(connection, HOME, "household_smartphone", "2023-01-01")
    made = ((None, "poor"), ("2025-01-01", "near_poor"), ("2026-01-01", "none"), ("2026-01-01", "poor"))
    for n, (day, said) in enumerate(made, 1):
        row = {"id": derived_id("class", n), "village_id": NA_NGA, "household_id": HOME, "n": n, "stamp": n}
        put(connection, "poverty_class", [{**row, "poverty": said, "valid_from": day}])
    put(connection, "poverty_class", [{**row, "id": derived_id("class", 9), "poverty": "none", "deleted": 1}])
    poor = [one(connection, "XHS22", date(year, 12, 31)).denominator for year in (2024, 2025, 2026)]
    assert poor == [1, 1, 1]
    later = {"id": derived_id("class", 10), "n": 10, "stamp": 10, "poverty": "none"}
    put(connection, "poverty_class", [{**row, **later, "valid_from": "2026-06-01"}])
    assert [one(connection, "XHS22", date(2026, month, 1)).denominator for month in (5, 6)] == [1, 0]


def test_without_a_class_that_has_a_day_the_field_of_the_household_counts(connection: Connection) -> None:
    household(connection, poverty="poor")
    assert one(connection, "XHS22").denominator == 1


def test_each_village_is_counted_for_itself(connection: Connection) -> None:
    household(connection, NA_TOP)
    saw(connection, HOME, "fibre", "2026-03-01", village_id=NA_TOP)
    found = stock(connection, ["XHS04"], [NA_NGA, NA_TOP], DAY)
    assert (found[NA_NGA, "XHS04"].denominator, found[NA_TOP, "XHS04"].numerator) == (0, 1)


def test_the_fingerprint_names_the_records_and_not_only_their_number(connection: Connection) -> None:
    household(connection)
    saw(connection, HOME, "fibre", "2026-03-01")
    before = one(connection, "XHS04")
    saw(connection, HOME, "fibre", "2026-04-01")
    after = one(connection, "XHS04")
    assert (before.numerator, before.records) == (after.numerator, after.records)
    assert before.fingerprint != after.fingerprint


def test_an_indicator_that_the_register_cannot_count_is_not_known(connection: Connection) -> None:
    household(connection)
    assert one(connection, "XHS08") == NOTHING_KNOWN
    assert definition("XHS08", DAY) == ""


def test_an_unknown_indicator_is_a_mistake_of_the_caller(connection: Connection) -> None:
    with pytest.raises(KeyError):
        one(connection, "XHS99")


def test_every_counted_indicator_names_the_way_it_is_counted() -> None:
    definitions = {code: definition(code, DAY) for code in counted_indicators()}
    assert definitions["XHS01"] == "1:households+smartphone::fact=household_smartphone"
    assert definitions["XHS09"] == "1:people:min_age=15:fact=account"
    assert len(set(definitions.values())) == len(definitions)


def test_percentages_are_never_averaged_and_what_is_unknown_adds_nothing() -> None:
    small, large, unknown = (
        Count(1, 2, 1, "0000-0001"),
        Count(10, 98, 10, "FFFF-FFFF"),
        Count(None, 100, 0, ""),
    )
    assert added([small, large, unknown]) == Count(11, 200, 11, "0000-0000")
    assert added([unknown]) == Count(None, 100, 0, "")
    assert added([]) == NOTHING_KNOWN


def test_thousands_of_villages_are_asked_for_in_parts(connection: Connection) -> None:
    many = [derived_id("many", i) for i in range(900)]
    household(connection, many[850])
    found = stock(connection, ["XHS04"], many, DAY)
    assert len(found) == 900
    assert sum(count.denominator or 0 for count in found.values()) == 1
