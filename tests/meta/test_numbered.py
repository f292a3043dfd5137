"""Every numbered promise has a test, a control, and is soaked.

A1 to A12: durability, B1 to B12: syncing, D1 to D8: keys. A test says in its name or in a docstring which
number it is for, and a control that it is one. `make test` runs all of them; `make soak` those of at least
one file for each number.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.meta.rules import ROOT, relative, sources

NUMBERS = [f"{part}{n}" for part, last in (("A", 12), ("B", 12), ("D", 8)) for n in range(1, last + 1)]
_NUMBERED = re.compile(r"test_([a-g]\d{1,2})_")
TESTS = [path for path in sources("tests") if path.name.startswith("test_") and path.parent.name != "meta"]


def said(path: Path) -> list[str]:
    """Docstrings, and the names of tests that begin with a number."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.FunctionDef)]
    names = [node.name for node in named if isinstance(node, ast.FunctionDef)]
    numbered = [f"{found[1].upper()}: {name}" for name in names if (found := _NUMBERED.match(name))]
    return [*numbered, *(text for node in named if (text := ast.get_docstring(node)))]


SAID = {path: said(path) for path in TESTS}


def places(number: str) -> list[Path]:
    """The files that name a number."""
    word = re.compile(rf"\b{number}\b")
    return [path for path, said in SAID.items() if any(word.search(text) for text in said)]


def has_control(path: Path) -> bool:
    return any("control" in text.casefold() for text in SAID[path])


def soaked(makefile: str) -> list[str]:
    """Files and folders that `make soak` runs."""
    recipe = makefile.split("\nsoak:", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"tests/\S+", recipe)


def is_soaked(path: Path, makefile: str) -> bool:
    return any(relative(path).startswith(begins) for begins in soaked(makefile))


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_numbered_promise_has_a_test_and_a_control_and_is_soaked(number):
    found = places(number)
    assert found
    assert [path for path in found if has_control(path)]
    assert [path for path in found if is_soaked(path, MAKEFILE)]


def test_a_number_that_nobody_tests_would_be_noticed(monkeypatch):
    assert places("A99") == []
    (path,) = places("D7")
    assert not is_soaked(path, "\nsoak: ## none\n\tpytest tests/unit tests/e2e\n\nother:\n")
    monkeypatch.setitem(SAID, path, ["D7 without any"])
    assert not has_control(path)
