from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tongcds.domain import formulas
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.facts import load_facts

DAY = date(2026, 11, 23)
HEAD = "code,of,where,having,over,months,valid_from,valid_to,notes\n"


def table(folder: Path, *lines: str) -> Path:
    (folder / "catalogues").mkdir()
    (folder / "catalogues" / "formulas.csv").write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return folder / "catalogues"


def test_the_table_that_ships_has_no_mistake() -> None:
    assert formulas.problems() == ()
    assert len(formulas.counted_indicators()) == 50


def test_what_is_typed_in_or_waits_for_a_register_has_no_formula() -> None:
    entries = load_indicators()
    for code in formulas.counted_indicators():
        assert entries[code].data_source != "external figure"


def test_an_indicator_of_a_fact_is_counted_by_that_fact() -> None:
    for fact in load_facts().values():
        formula = formulas.formula_on(fact.indicator, DAY) if fact.indicator else None
        if formula is not None:
            asked = {word for c in formula.having for word in c.words}
            assert fact.code in asked, fact.indicator


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("XHS99,people,,fact=account,,,,,", "XHS99"),
        ("XHS09,people,min_height=15,fact=account,,,,,", "min_height=15"),
        ("XHS09,people,,fact=fibre,,,,,", "fact=fibre"),
        ("XHS09,people,min_age=x,fact=account,,,,,", "min_age=x"),
        ("XHS27,households,,visited;guided,,,,,", "guided"),
        ("XHS21,people,,guided=XX,,,,,", "guided=XX"),
        ("XHS09/two,people,,fact=account,,,,,", "two"),
        ("XHS09,people,,fact=account,,,2026-02-01,2026-01-01,", "2026-02-01…2026-01-01"),
    ],
)
def test_a_line_that_makes_no_sense_is_named_and_takes_only_its_own_indicator_away(
    tmp_path: Path, line: str, part: str
) -> None:
    folder = table(tmp_path, "XHS01,households,,fact=household_smartphone,,,,,", line)
    (wrong,) = formulas.problems(folder)
    assert (wrong.code, wrong.params["part"]) == ("formula_wrong", part)
    assert list(formulas.load_formulas(folder)) == ["XHS01"]


def test_two_ways_of_counting_on_one_day_are_refused(tmp_path: Path) -> None:
    folder = table(
        tmp_path, "XHS17,people,,fact=online_service,,,,2026-06-30,",
        "XHS17/2,people,,fact=online_service,,12,2026-06-30,,",
    )  # fmt: skip
    assert [error.code for error in formulas.problems(folder)] == ["formula_wrong"]
    assert "XHS17" not in formulas.load_formulas(folder)


def test_a_way_of_counting_follows_on_another(tmp_path: Path) -> None:
    folder = table(
        tmp_path, "XHS17,people,,fact=online_service,,,,2026-06-30,",
        "XHS17/2,people,,fact=online_service,,12,2026-07-01,,",
    )  # fmt: skip
    first, second = formulas.load_formulas(folder)["XHS17"]
    assert (first.version, second.version) == (1, 2)
    assert (first.holds_on(date(2026, 6, 30)), second.holds_on(date(2026, 6, 30))) == (True, False)
    assert first.definition != second.definition


def test_a_table_with_an_unknown_column_counts_nothing_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "catalogues"
    folder.mkdir()
    (folder / "formulas.csv").write_text("code,colour\nXHS01,red\n", encoding="utf-8")
    assert [wrong.code for wrong in formulas.problems(folder)] == ["table_column_unknown"]
    assert not formulas.load_formulas(folder)
