"""The two sample registers give exactly their expected result."""

from __future__ import annotations

import copy
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings, to_expected_shape

DATA = Path(__file__).resolve().parents[2] / "data" / "imports"
SAMPLES = sorted(path.name.removesuffix(".expected.json") for path in DATA.glob("*.expected.json"))
WARNING = ("sheet", "row", "field", "code")


def expected_of(name: str) -> dict[str, Any]:
    return json.loads((DATA / f"{name}.expected.json").read_text(encoding="utf-8"))


def imported(name: str) -> dict[str, Any]:
    said = expected_of(name)["settings"]
    settings = ImportSettings(
        date.fromisoformat(said["reference_date"]),
        import_sensitive=said["import_sensitive"],
        convert_legacy_fonts=said["convert_legacy_fonts"],
    )
    return json.loads(json.dumps(to_expected_shape(read_register(DATA / name, settings)), ensure_ascii=False))


def differences(expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    found = [
        f"{key}: {actual[key]} instead of {expected[key]}"
        for key in ("outcome", "stated_totals", "sheets", "villages", "counts")
        if actual[key] != expected[key]
    ]
    for said, read in zip(expected["households"], actual["households"], strict=True):
        found += [
            f"{key}: {read[key]} instead of {value}" for key, value in said.items() if read[key] != value
        ]
    counts = [
        Counter(tuple(w[key] for key in WARNING) for w in side["warnings"]) for side in (expected, actual)
    ]
    found += [f"warning missing: {warning}" for warning in counts[0] - counts[1]]
    found += [f"warning too many: {warning}" for warning in counts[1] - counts[0]]
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_register_gives_its_expected_result(name: str):
    assert differences(expected_of(name), imported(name)) == []


def test_the_comparison_sees_a_changed_birth_and_a_lost_warning():
    expected = expected_of("ho-dan-cu.xlsx")
    changed = copy.deepcopy(expected)
    changed["households"][3]["members"][0]["birth"] = "1900"
    del changed["warnings"][7]
    assert len(differences(expected, changed)) == 2


def test_there_are_samples_to_compare_with():
    assert {"ho-dan-sach.xlsx", "ho-dan-cu.xlsx"} <= set(SAMPLES)
