"""How far a village is from its targets, and that a target which is reached makes no reason weigh more."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection

from tests.unit.reports.registers import put
from tongcds.domain.catalogue import load_targets
from tongcds.domain.needs import Shortfall
from tongcds.domain.stamps import derived_id, stamp_of
from tongcds.domain.units import unit_id
from tongcds.reports.shortfalls import shortfalls

ON = date(2026, 11, 23)
CHIENG_MUNG = unit_id("commune", "04123", "2025")
HERE, THERE, NOWHERE = derived_id("here"), derived_id("there"), derived_id("nowhere")
HOMES = {HERE: 10, THERE: 10, NOWHERE: 3}


@pytest.fixture
def villages(connection: Connection) -> Connection:
    """Smartphones in 4 of 10 households here, in all of those there; nobody has asked in the third."""
    put(connection, "village", [{"id": v, "commune_id": CHIENG_MUNG, "name": v.hex()} for v in HOMES])
    homes = [(v, derived_id("h", v.hex(), i)) for v, count in HOMES.items() for i in range(count)]
    put(connection, "household", [{"id": home, "village_id": v} for v, home in homes])
    having = homes[:4] + homes[10:20]
    put(
        connection,
        "observation",
        [
            {
                "id": derived_id("o", home.hex()),
                "village_id": v,
                "subject_id": home,
                "fact": "household_smartphone",
                "value": 1,
                "held_on": "2026-11-02",
                "stamp": stamp_of(i + 1),
            }
            for i, (v, home) in enumerate(having)
        ],
    )
    return connection


def test_a_village_short_of_its_target_weighs_and_one_that_reached_it_or_that_nobody_asked_does_not(villages):
    target = load_targets()["T09"].share
    assert target is not None
    found = shortfalls(villages, [HERE, THERE, NOWHERE], ON)
    assert found == {HERE: {"no_smartphone": Shortfall(0.4, target)}, THERE: {}, NOWHERE: {}}


@pytest.mark.parametrize(
    ("share", "target", "weight"), [(0.4, 0.8, 4), (0.79, 0.8, 1), (0.5, 0.75, 3), (0.7, 0.8, 1)]
)
def test_each_ten_points_begun_add_one_to_the_weight(share, target, weight):
    assert Shortfall(share, target).weight == weight
