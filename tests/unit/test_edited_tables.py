"""What the program does with a table that a province edited badly: the line is told, the rest goes on."""

from __future__ import annotations

import csv
import inspect
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tongcds import paths
from tongcds.domain import (
    catalogue,
    consent,
    edited,
    formulas,
    kinship,
    kinship_change,
    leaving,
    needs,
    privacy,
    quality,
    sources,
)
from tongcds.errors import UserError, sentence
from tongcds.storage.filters import FILTERS

MODULES = (
    catalogue, consent, formulas, kinship, kinship_change, leaving, needs, privacy, quality, sources,
)  # fmt: skip
TODAY = date(2026, 11, 23)


def forget() -> None:
    """Have every table read anew."""
    for module in MODULES:
        for _name, one in inspect.getmembers(module, lambda one: hasattr(one, "cache_clear")):
            one.cache_clear()


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tables that the program reads instead of its own."""
    folder = tmp_path / "resources"
    for name in ("catalogues", "privacy", "needs", "quality", "register"):
        shutil.copytree(paths.resources_folder() / name, folder / name)
    for module in MODULES:
        if hasattr(module, "resources_folder"):
            monkeypatch.setattr(module, "resources_folder", lambda: folder)
    monkeypatch.setattr("tongcds.domain.facts.resources_folder", lambda: folder)
    forget()
    yield folder
    monkeypatch.undo()
    forget()


def change(path: Path, line: int, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_the_tables_of_the_program_have_nothing_wrong(resources: Path) -> None:
    assert edited.problems() == ()


@pytest.mark.parametrize(
    ("file", "line", "column", "value"),
    [
        ("privacy/consent_texts.csv", 2, "months", "five years"),
        ("privacy/consent_purposes.csv", 3, "name_vi", ""),
        ("privacy/grounds.csv", 2, "source", ""),
        ("privacy/holidays.csv", 4, "code", "30/4/2026"),
        ("privacy/request_kinds.csv", 3, "days", "ten"),
        ("privacy/retention.csv", 7, "since", "always"),
        ("needs/reasons.csv", 2, "weight", "much"),
        ("needs/reasons.csv", 3, "code", "no_radio"),
        ("needs/reasons.csv", 3, "indicator", "XHS99"),
        ("quality/rules.csv", 3, "limit", "old"),
        ("quality/rules.csv", 3, "check", "no_such_check"),
        ("quality/rules.csv", 38, "other", "3/6/2020"),
        ("quality/relations.csv", 2, "sex", "nữ"),
        ("quality/head_changes.csv", 5, "becomes", ""),
        ("quality/head_changes.csv", 5, "than", "bigger"),
        ("register/leaving.csv", 3, "returns", "maybe"),
        ("catalogues/waiting.csv", 2, "for_vi", ""),
        ("catalogues/formulas.csv", 3, "of", "houses"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_everything_else_is_there(
    resources: Path, file: str, line: int, column: str, value: str
) -> None:
    whole = _counted()
    change(resources / file, line, column, value)
    forget()
    (wrong,) = edited.problems()
    words = sentence(wrong)
    assert Path(file).name in words
    assert (wrong.params["line"], wrong.params["column"]) == (line, column)
    assert str(line) in words
    assert column in words
    left = _counted()
    name = Path(file).name
    assert whole[name] - left[name] == 1
    assert {one: count for one, count in left.items() if one != name} == {
        one: count for one, count in whole.items() if one != name
    }


def _counted() -> dict[str, int]:
    """How many lines of each table count."""
    return {
        "consent_texts.csv": len(privacy.load_consent_texts()),
        "consent_purposes.csv": len(privacy.load_purposes()),
        "grounds.csv": len(consent.load_grounds()),
        "holidays.csv": len(privacy.load_holidays()),
        "request_kinds.csv": len(privacy.load_request_kinds()),
        "retention.csv": len(privacy.load_retention()),
        "reasons.csv": len(needs.load_reasons()),
        "rules.csv": len(quality.load_rules()),
        "relations.csv": len(kinship.relation_lines().rows),
        "head_changes.csv": len(kinship_change.load_head_changes()),
        "leaving.csv": len(leaving.load_leaving_reasons()),
        "waiting.csv": len(sources.waiting()),
        "formulas.csv": len(formulas.load_formulas()),
        "services.csv": len(catalogue.load_services()),
    }


@pytest.mark.parametrize("name", ["quality/rules.csv", "privacy/retention.csv", "needs/reasons.csv"])
def test_a_table_with_other_columns_is_empty_and_says_so(resources: Path, name: str) -> None:
    table = resources / name
    table.write_bytes(table.read_bytes().replace(b",", b";"))
    forget()
    (wrong,) = edited.problems()
    assert (wrong.code, wrong.params["file"]) == ("table_column_unknown", table.name)
    assert _counted()[table.name] == 0


@pytest.mark.parametrize("name", ["indicators", "formulas", "services", "targets"])
def test_a_column_too_many_is_named_and_every_line_is_read_without_it(resources: Path, name: str) -> None:
    whole = _counted(), catalogue.load_indicators(), catalogue.load_targets()
    table = resources / "catalogues" / f"{name}.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [[*row, "colour" if number == 0 else "red"] for number, row in enumerate(rows)]
        )
    forget()
    (wrong,) = edited.problems()
    assert (wrong.code, wrong.params["column"]) == ("table_column_unknown", "colour")
    assert table.name in sentence(wrong)
    assert (_counted(), catalogue.load_indicators(), catalogue.load_targets()) == whole


def test_nothing_is_erased_or_kept_without_consent_for_want_of_a_line(resources: Path) -> None:
    change(resources / "privacy/retention.csv", 7, "months", "")
    change(resources / "privacy/consent_purposes.csv", 5, "name_vi", "")
    forget()
    assert privacy.log_kept_from(TODAY) == date.min
    filled = ("ethnicity", "poverty")
    assert privacy.sensitive_without_consent(("support",), filled) == filled
    answers = consent.Answers({}, {})
    assert answers.of(None, b"h" * 16, "sensitive") is consent.Stance.NOT_ASKED


def test_without_a_text_nobody_is_asked_and_the_line_is_named(resources: Path) -> None:
    change(resources / "privacy/consent_texts.csv", 2, "text_vi", "")
    forget()
    with pytest.raises(UserError) as told:
        privacy.consent_text(TODAY)
    assert "consent_texts.csv" in sentence(told.value)


def test_a_fact_that_is_lost_is_told_once(resources: Path) -> None:
    change(resources / "catalogues/facts.csv", 11, "subject", "persons")
    forget()
    assert [wrong.params["file"] for wrong in edited.problems()] == ["facts.csv"]


def test_what_can_be_a_reason_is_what_can_be_looked_for() -> None:
    assert set(FILTERS) == needs.POSSIBLE
