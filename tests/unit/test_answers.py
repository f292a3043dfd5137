"""What a command answers as JSON: views as plain values."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from tongcds.commands.answers import plain


class Colour(StrEnum):
    RED = "red"


def test_views_become_values_that_json_knows():
    view = {
        "id": b"\x01\xff",
        "on": date(2026, 11, 23),
        "kinds": frozenset({"visit", "person"}),
        "of": (Colour.RED, 1),
    }
    assert plain(view) == {"id": "01ff", "on": "2026-11-23", "kinds": ["person", "visit"], "of": ["red", 1]}
