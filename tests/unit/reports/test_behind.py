"""The records behind a figure are those that its fingerprint names and that its whole counts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.unit.reports.registers import DAYS, VILLAGES, Register, lively_registers
from tests.unit.reports.straightforward import written
from tongcds.domain.formulas import Of, counted_indicators, formula_on
from tongcds.domain.periods import Period
from tongcds.domain.stamps import derived_id
from tongcds.reports import looks
from tongcds.reports.behind import Item, Part, behind, bits_for, bucket_of, differing, sums_of
from tongcds.reports.figures import added, figures

PERIOD = Period(DAYS[0], DAYS[-1])
SUPPORTS = frozenset({Of.SUPPORTS, Of.SUPPORTED})


def is_of_supports(code: str) -> bool:
    """A service for three people stands behind a figure three times, and is one record."""
    formula = formula_on(code, PERIOD.last)
    return formula is not None and (
        formula.of in SUPPORTS or any(look.signs == ("guided",) for look in looks.looks_of(formula))
    )


def agree(database: Connection, register: Register, codes: Sequence[str]) -> bool:
    """Whether ids and figures tell the same of these indicators, of all villages together."""
    try:
        register.put(database)
        (found,) = figures(database, codes, VILLAGES, [PERIOD])
        for code in codes:
            count = added([found[village, code] for village in VILLAGES])
            items = behind(database, code, VILLAGES, PERIOD)
            ids = [item.id for item in items if item.part == Part.COUNTED]
            whole = [item for item in items if item.part == Part.WHOLE]
            if is_of_supports(code):
                same = bool(ids) == bool(count.records)
            else:
                same = count.numerator is None or count.fingerprint == written(ids)
                same = same and len(whole) == (count.denominator or 0)
            if not same:
                return False
        return True
    finally:
        database.rollback()


some_codes = st.lists(st.sampled_from(counted_indicators()), min_size=6, max_size=6, unique=True)


@given(lively_registers(), some_codes)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_behind_a_figure_is_what_its_fingerprint_names(
    database: Connection, register: Register, codes: list[str]
) -> None:
    assert agree(database, register, codes)


def test_a_record_that_is_left_out_is_noticed(database: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control: the youngest are taken for adults by one of the two.
    hold = looks.hold

    def forgets_ages(rows, conditions):
        return hold(rows, [c for c in conditions if c.name != "min_age"])

    monkeypatch.setattr(looks, "hold", forgets_ages)
    assert not only_adults_are_behind(database)


def only_adults_are_behind(database: Connection) -> bool:
    """Of a child and an adult, both without a household."""
    unset = dict.fromkeys(("household_id", "left_on", "joined_on", "gone_from", "gone_until"))
    people = [
        {**unset, "id": derived_id("person", birth), "village_id": VILLAGES[0], "birth": birth, "deleted": 0}
        for birth in ("1985", "2020")
    ]
    try:
        Register(people=people).put(database)
        items = behind(database, "XHS09", VILLAGES, PERIOD)
    finally:
        database.rollback()
    return [item.id for item in items if item.part == Part.WHOLE] == [derived_id("person", "1985")]


def test_a_child_is_not_behind_a_figure_of_adults(database: Connection) -> None:
    assert only_adults_are_behind(database)


def test_only_the_bucket_of_what_differs_is_told() -> None:
    items = [Item(Part.COUNTED, 1, derived_id("item", n)) for n in range(1000)]
    bits = bits_for(items)
    lacking = items[500]
    buckets = differing(sums_of(items, bits), sums_of([i for i in items if i != lacking], bits))
    assert buckets == {bucket_of(lacking, bits)}
    assert len([i for i in items if bucket_of(i, bits) in buckets]) < 60
