"""Registers drawn at random in every format are read exactly as they were meant, warnings included."""

from __future__ import annotations

import ast
import copy
import os
from collections import Counter
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from tests.registers.draw import FORMATS, Drawn, draw
from tongcds.errors import UserError
from tongcds.imports.encodings import readings
from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings, Register, to_expected_shape

SOAK = os.environ.get("TONGCDS_SOAK") == "1"
FIXED, FRESH = (500, 500) if SOAK else (12, 4)
SEEDS = [*map(str, range(FIXED)), *(f"new {SystemRandom().randrange(10**9)}" for _ in range(FRESH))]
"""Some seeds are always the same, so that what is mended stays so; the others are new with each run."""
HERE = Path(__file__).parent
CODES = {
    "case_restored", "village_spelling", "birth_two_digit_year", "id_zero_restored", "phone_zero_restored",
    "phone_old_prefix", "phone_extra", "id_old_cmnd", "hidden_row", "birth_invalid", "birth_future",
    "sex_two_columns", "id_digits_lost", "id_invalid", "id_unknown_place", "id_sex_mismatch",
    "id_birth_mismatch", "id_duplicate", "phone_invalid", "ethnicity_code", "ethnicity_unknown",
    "poverty_conflict", "size_mismatch", "total_mismatch", "head_missing", "head_twice", "name_missing",
    "possible_duplicate", "legacy_unclear", "formula_text", "formula_error", "formula_uncached",
}  # fmt: skip
"""Every warning that the rules of import know."""


def read(drawn: Drawn, folder: Path) -> dict[str, Any]:
    return to_expected_shape(register_of(drawn, folder, encoding=drawn.encoding))


def register_of(drawn: Drawn, folder: Path, *, encoding: str | None) -> Register:
    path = folder / drawn.name
    path.write_bytes(drawn.data)
    settings = ImportSettings(drawn.today, import_sensitive=drawn.sensitive, encoding=encoding)
    return read_register(path, settings)


def differences(drawn: Drawn, actual: dict[str, Any]) -> list[str]:
    expected, found = drawn.expected, []
    if len(actual["households"]) != len(expected.households):
        found.append(f"{len(actual['households'])} households, expected {len(expected.households)}")
    for meant, got in zip(expected.households, actual["households"], strict=False):
        at = f"{meant['sheet']} row {meant['members'][0]['row']}"
        found += _unlike(at, {k: v for k, v in meant.items() if k != "members"}, got)
        if len(meant["members"]) != len(got["members"]):
            found.append(f"{at}: {len(got['members'])} members, expected {len(meant['members'])}")
        for one, other in zip(meant["members"], got["members"], strict=False):
            found += _unlike(f"{meant['sheet']} row {one['row']}", one, other)
    said = Counter((w["sheet"], w["row"], w["field"], w["code"]) for w in actual["warnings"])
    found += [f"warning too many: {one}" for one in said - expected.warnings]
    found += [f"warning missing: {one}" for one in expected.warnings - said]
    if actual["stated_totals"] != expected.totals:
        found.append(f"totals {actual['stated_totals']}, expected {expected.totals}")
    return found


def _unlike(at: str, meant: dict[str, Any], got: dict[str, Any]) -> list[str]:
    return [f"{at}: {k} {got[k]!r}, expected {v!r}" for k, v in meant.items() if got[k] != v]


def wrongly_read(kind: str, seeds: list[str], folder: Path) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    for seed in seeds:
        drawn = draw(seed, kind)
        try:
            found = differences(drawn, read(drawn, folder))
        except Exception as problem:
            raise AssertionError(f"seed {seed!r}, {kind}") from problem
        if found:
            wrong[f"seed {seed!r}, {kind}"] = found[:12]
    return wrong


@pytest.mark.parametrize("kind", FORMATS)
def test_whatever_is_drawn_is_read_as_it_was_meant(tmp_path: Path, kind: str) -> None:
    assert wrongly_read(kind, SEEDS, tmp_path) == {}


@pytest.mark.parametrize("kind", ["tcvn3", "vni"])
def test_letters_that_a_text_file_does_not_explain_are_asked_about(tmp_path: Path, kind: str) -> None:
    for seed in SEEDS[:8]:
        register = register_of(draw(seed, kind), tmp_path, encoding=None)
        assert not register.encoding_sure, seed
        assert kind in {one.encoding for one in readings(register)}, seed


# The drawing itself


def test_every_warning_is_drawn() -> None:
    met: Counter[str] = Counter()
    for kind in FORMATS:
        for n in range(16):
            met.update(code for *_, code in draw(f"{n}", kind).expected.warnings)
    assert set(met) == CODES


def test_the_same_seed_draws_the_same_file() -> None:
    for kind in FORMATS:
        assert draw("1", kind).data == draw("1", kind).data
    assert draw("1", "xlsx").data != draw("2", "xlsx").data


def taken_from_the_program(source: str) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [
        name
        for name in names
        if not name.startswith("tests.") and name.partition(".")[0] in {"tongcds", "ui"}
    ]


def test_what_draws_knows_nothing_of_what_reads() -> None:
    reading = {HERE / "alone.py", *HERE.glob("test_*.py")}
    drawing = sorted(set(HERE.glob("*.py")) - reading)
    assert len(drawing) >= len(FORMATS)
    assert {path.name: taken_from_the_program(path.read_text(encoding="utf-8")) for path in drawing} == {
        path.name: [] for path in drawing
    }
    assert taken_from_the_program("from tongcds.imports.columns import NAMES") == ["tongcds.imports.columns"]


# A reader that is wrong would be noticed


@pytest.mark.parametrize(
    ("kind", "where", "instead"),
    [
        ("xlsx", "tongcds.imports.headers._DEEPEST_HEADER", 1),
        ("xlsx", "tongcds.imports.celltext.draws_capitals", lambda _: False),
        ("xlsx", "tongcds.imports.rows._HELD_BY_MERGES", ()),
        ("xlsx", "tongcds.imports.rows._are_column_numbers", lambda *_: False),
        ("xls", "tongcds.imports.celltext.family_of", lambda _: None),
        ("xls", "tongcds.imports.readings._LAST_YEAR", 99_999),
        ("ods", "tongcds.imports.ods._NULL_DATE_1904", ""),
        ("ods", "tongcds.imports.ods._HIDDEN", frozenset()),
        ("utf-8", "tongcds.imports.headers._Grid.parent_across_gap", lambda *_: None),
        ("utf-8", "tongcds.imports.people.is_ditto", lambda _: False),
        ("windows-1258", "tongcds.imports.delimited.UTF_8", "latin-1"),
    ],
)  # fmt: skip
def test_a_reader_without_one_of_its_rules_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, where: str, instead: object
) -> None:
    monkeypatch.setattr(where, instead)
    assert any(is_wrongly_read(draw(str(n), kind), tmp_path) for n in range(60))


def is_wrongly_read(drawn: Drawn, folder: Path) -> bool:
    try:
        return differences(drawn, read(drawn, folder)) != []
    except (UserError, LookupError):
        return True


@pytest.mark.parametrize("lost", ["household", "member", "birth", "warning", "total"])
def test_the_comparison_sees_what_is_lost(tmp_path: Path, lost: str) -> None:
    drawn = next(
        d for d in (draw(f"{n}", "xlsx") for n in range(99)) if d.expected.totals and d.expected.warnings
    )
    changed = copy.deepcopy(read(drawn, tmp_path))
    assert differences(drawn, changed) == []
    match lost:
        case "household":
            del changed["households"][-1]
        case "member":
            changed["households"][0]["members"].pop()
        case "birth":
            changed["households"][0]["members"][0]["birth"] = "1900"
        case "warning":
            changed["warnings"].pop()
        case "total":
            changed["stated_totals"].pop()
    assert differences(drawn, changed)
