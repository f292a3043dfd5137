"""Figures of an area as they were published: months add up where what they count does, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, update

from tests.unit.reports.registers import put
from tongcds.domain import formulas
from tongcds.domain.catalogue import Comparator
from tongcds.domain.periods import Period, month_of, quarter_of
from tongcds.domain.stamps import derived_id
from tongcds.domain.units import unit_id
from tongcds.domain.views import Why
from tongcds.records import record_type
from tongcds.replica.above import units_above
from tongcds.reports.aims import aims_of
from tongcds.reports.known import known_figures, months_in
from tongcds.reports.places import old_communes, place

ON = date(2026, 11, 23)
PROVINCE = unit_id("province", "14", "2025")
CHIENG_MUNG = unit_id("commune", "04123", "2025")
CHIENG_MAI = unit_id("commune", "04132", "2025")
AREA = derived_id("area of Mai Sơn")
VILLAGE = derived_id("Nà Ngà")
FOURTH_QUARTER = quarter_of(ON)


@pytest.fixture
def area(connection: Connection) -> Connection:
    put(
        connection,
        "unit",
        [
            {
                "id": AREA,
                "kind": "cluster",
                "name": "Khu vực Mai Sơn",
                "parent_id": PROVINCE,
                "member_ids": CHIENG_MUNG + CHIENG_MAI,
            }
        ],
    )
    put(connection, "village", [{"id": VILLAGE, "commune_id": CHIENG_MUNG, "name": "Bản Nà Ngà"}])
    return connection


def publish(connection: Connection, *rows: tuple[bytes, str, str, int | None]) -> None:
    put(
        connection,
        "figure",
        [
            {
                "id": derived_id("figure", unit.hex(), code, on),
                "unit_id": unit,
                "indicator": code,
                "on": on,
                "numerator": numerator,
                "denominator": None if numerator is None or code.startswith("ACT") else 100,
                "hidden": int(numerator is None),
                "fingerprint": "" if numerator is None else f"0000-{numerator:04X}",
            }
            for unit, code, on, numerator in rows
        ],
    )


def seen(connection: Connection, code: str, period: Period, unit: bytes = CHIENG_MUNG):
    (found,) = known_figures(connection, {unit: (unit,)}, [code], [period], ON, holds_records=False)
    return found[unit, code]


def test_what_is_so_is_that_of_the_last_day_of_the_period(area):
    publish(area, (CHIENG_MUNG, "XHS09", "2026-10-31", 40), (CHIENG_MUNG, "XHS09", "2026-11-20", 50))
    assert seen(area, "XHS09", month_of(date(2026, 10, 1))).count.numerator == 40
    assert seen(area, "XHS09", FOURTH_QUARTER).count.numerator == 50
    assert seen(area, "XHS09", month_of(date(2026, 9, 1))).why is Why.NOT_PUBLISHED


def test_visits_of_a_quarter_are_those_of_its_months_with_one_fingerprint(area):
    publish(area, (CHIENG_MUNG, "ACT01", "2026-10-31", 7), (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    found = seen(area, "ACT01", FOURTH_QUARTER)
    assert (found.count.numerator, found.count.fingerprint, found.why) == (12, "0000-000C", Why.KNOWN)


def test_of_a_quarter_with_a_month_missing_nothing_is_known(area):
    publish(area, (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    assert seen(area, "ACT01", FOURTH_QUARTER).why is Why.NOT_PUBLISHED
    assert seen(area, "ACT01", month_of(ON)).count.numerator == 5


def test_different_people_of_two_months_do_not_add_up(area):
    publish(area, (CHIENG_MUNG, "ACT03", "2026-10-31", 7), (CHIENG_MUNG, "ACT03", "2026-11-20", 9))
    found = seen(area, "ACT03", FOURTH_QUARTER)
    assert (found.count.numerator, found.why) == (None, Why.NOT_PUBLISHED)
    assert seen(area, "ACT03", month_of(ON)).count.numerator == 9


def test_a_period_that_cuts_through_a_month_does_not_follow_from_months(area):
    publish(area, (CHIENG_MUNG, "ACT01", "2026-10-31", 7), (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    assert seen(area, "ACT01", Period(date(2026, 10, 15), date(2026, 11, 14))).why is Why.NOT_PUBLISHED
    assert months_in(Period(date(2026, 10, 1), date(2026, 10, 30)), ON) == ()
    assert months_in(FOURTH_QUARTER, ON) == ("2026-10", "2026-11")


def test_months_that_were_counted_in_two_ways_do_not_add_up(area):
    publish(area, (CHIENG_MUNG, "ACT01", "2026-10-31", 7), (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    table = record_type("figure").table
    area.execute(update(table).where(table.c.on == "2026-10-31").values(definition="1:visits"))
    area.execute(update(table).where(table.c.on == "2026-11-20").values(definition="2:visits"))
    found = seen(area, "ACT01", FOURTH_QUARTER)
    assert (found.count.numerator, found.why) == (None, Why.WAY_CHANGED)
    assert seen(area, "ACT01", month_of(ON)).definition == "2:visits"


def test_what_was_published_of_a_month_whose_way_changed_is_said_to_be_none(area, monkeypatch):
    before = formulas.Formula("ACT01", 1, formulas.Of.VISITS, valid_to=date(2026, 11, 9))
    after = formulas.Formula("ACT01", 2, formulas.Of.VISITS, valid_from=date(2026, 11, 10))
    monkeypatch.setattr(formulas, "load_formulas", lambda: {"ACT01": (before, after)})
    publish(area, (CHIENG_MUNG, "ACT01", "2026-10-31", 7), (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    for period in (month_of(ON), FOURTH_QUARTER):
        found = seen(area, "ACT01", period)
        assert (found.count.numerator, found.why) == (None, Why.WAY_CHANGED)


def test_a_hidden_month_hides_the_quarter(area):
    publish(area, (CHIENG_MUNG, "ACT01", "2026-10-31", None), (CHIENG_MUNG, "ACT01", "2026-11-20", 5))
    found = seen(area, "ACT01", FOURTH_QUARTER)
    assert (found.count.numerator, found.why) == (None, Why.HIDDEN)


def test_a_place_is_what_it_was_on_that_day(area):
    found = place(area, AREA, ON)
    assert (found.kind, len(found.below)) == ("commune", 2)
    assert place(area, CHIENG_MUNG, ON).below == ((VILLAGE, "Bản Nà Ngà"),)
    assert place(area, VILLAGE, ON).places == (VILLAGE,)
    assert place(area, derived_id("nowhere"), ON) is None


def test_units_above_are_the_commune_the_area_and_the_province(area):
    assert units_above(area, [VILLAGE])[VILLAGE] == (VILLAGE, CHIENG_MUNG, AREA, PROVINCE)
    assert units_above(area, [AREA])[AREA] == (AREA, PROVINCE)


def test_a_village_without_an_old_commune_is_said_to_be_without(area):
    found = old_communes(area, [VILLAGE])
    assert (found.members, found.unplaced) == ((), (VILLAGE,))


def target(connection: Connection, unit: bytes, value: str, **fields: object) -> None:
    put(
        connection,
        "target",
        [
            {
                "id": derived_id("target", unit.hex(), value),
                "unit_id": unit,
                "indicator": "XHS09",
                "comparator": Comparator.AT_LEAST.value,
                "value": value,
                "measure": "%",
                "first": "2026-01-01",
                "last": "2026-12-31",
                "issuer": "UBND",
                **fields,
            }
        ],
    )


def test_the_nearest_target_holds_and_without_one_that_of_the_catalogue(area):
    assert aims_of(area, [VILLAGE], ON).share(VILLAGE, "XHS09") == 0.8
    target(area, PROVINCE, "70")
    assert aims_of(area, [VILLAGE], ON).share(VILLAGE, "XHS09") == 0.7
    target(area, CHIENG_MUNG, "90.5")
    aims = aims_of(area, [VILLAGE, CHIENG_MAI], ON)
    assert (aims.share(VILLAGE, "XHS09"), aims.share(CHIENG_MAI, "XHS09")) == (0.905, 0.7)


def test_a_target_that_ended_or_is_over_gives_way(area):
    target(area, CHIENG_MUNG, "91", ended_on="2026-11-01")
    target(area, CHIENG_MUNG, "92", first="2025-01-01", last="2025-12-31")
    target(area, PROVINCE, "70")
    assert aims_of(area, [CHIENG_MUNG], ON).share(CHIENG_MUNG, "XHS09") == 0.7
    assert aims_of(area, [CHIENG_MUNG], date(2026, 10, 1)).share(CHIENG_MUNG, "XHS09") == 0.91


def test_a_target_for_coverage_is_none_for_subscription(area):
    assert aims_of(area, [CHIENG_MUNG], ON).of(CHIENG_MUNG, "XHS03") is not None
    assert aims_of(area, [CHIENG_MUNG], ON).of(CHIENG_MUNG, "XHS04") is None
