"""The first picture comes before two thirds of the program are loaded: the vault, exchange, screens."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOWN = "import sys, ui.program; {then}; print(*sorted({heavy!r} & set(sys.modules)))"
HEAVY = {"sqlalchemy", "tongcds.actions.core", "tongcds.domain.views", "tongcds.storage.vault", "ui.desktop"}


def loaded(then: str) -> str:
    return said_by(SHOWN.format(then=then, heavy=HEAVY))


def said_by(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_what_asks_for_the_passphrase_loads_nothing_of_what_it_opens():
    assert loaded("pass") == ""


@pytest.mark.parametrize(
    ("then", "more"),
    [
        ("ui.program.opening.open_vault", "sqlalchemy tongcds.actions.core"),
        ("from tongcds.actions import Core", "sqlalchemy tongcds.actions.core"),
        ("ui.program._desktop()", "sqlalchemy tongcds.actions.core tongcds.domain.views"),
    ],
)
def test_whoever_wants_more_of_it_gets_it_loaded(then, more):
    assert loaded(then).startswith(more)


def test_no_look_for_cycles_goes_through_what_was_loaded():
    counted = "import gc, ui.program; {then}; gc.collect(); print(len(gc.get_objects()) < 50_000)"
    assert said_by(counted.format(then="ui.program._desktop()")) == "True"
    assert said_by(counted.format(then="import ui.desktop")) == "False"
