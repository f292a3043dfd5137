"""How a command answers: exit codes, lines or one JSON object; how it reads a household and a day."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any

from tongcds.actions import register
from tongcds.actions.core import Core
from tongcds.domain.consent import load_grounds
from tongcds.domain.views import HouseholdFilter, HouseholdRow
from tongcds.errors import UserError

DONE, MISTAKE, USAGE, USER, UNAVAILABLE, LOOK = 0, 1, 2, 3, 4, 5


def write(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def plain(value: object) -> object:
    """Views as values that JSON knows."""
    match value:
        case bytes():
            return value.hex()
        case StrEnum():
            return value.value
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple() | frozenset():
            return [plain(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
        case None | str() | int() | float():
            return value
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


# Any: argparse answers whatever option is asked for; a view is any frozen dataclass or dictionary.
def show(options: Any, view: Any, lines: Sequence[str]) -> None:  # noqa: ANN401
    """Answer with a view as JSON, or with lines."""
    if options.json:
        values = asdict(view) if hasattr(view, "__dataclass_fields__") else view
        write(json.dumps(plain(values), ensure_ascii=False))
    else:
        for line in lines:
            write(line)


def add_ground(command: argparse.ArgumentParser) -> None:
    """Give a command the option that takes people along who did not agree."""
    command.add_argument(
        "--ground",
        default="",
        help=f"also who did not agree, as the access log notes; because of: {', '.join(load_grounds())}",
    )


def the_household(core: Core, wanted: str) -> HouseholdRow:
    """The household of that code, or the only one that the text fits.

    Raises:
        UserError: household_unclear.
    """
    found = register.households(core, HouseholdFilter(text=wanted))
    exact = [row for row in found.rows if row.code == wanted] or list(found.rows)
    if len(exact) != 1:
        raise UserError("household_unclear", count=found.matching)
    return exact[0]


def read_day(text: str) -> date:
    """A day as 2026-11-23.

    Raises:
        UserError: date_invalid.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("date_invalid") from None
