"""Commands for the poverty class: write one down, see the course of it, and who was poor on a day."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

from tongcds.actions import poverty
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, plain, read_day, show, the_household
from tongcds.domain.views import POVERTY_CLASSES, PoorRow, PovertyClass, PovertyRow
from tongcds.i18n import format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("poverty", _poverty, "the poverty class of a household in the course of time")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--class", dest="poverty", choices=POVERTY_CLASSES, help="write this class down")
    made.add_argument("--from", dest="begins", help="first day as 2026-01-01; today without it")
    made.add_argument("--decision", default="", help="number of the decision")
    made.add_argument("--decided-on", help="day of the decision")
    made.add_argument("--withdraw", metavar="ID", help="take a wrong one off the record, by its id")
    made = add("poor", _poor, "the households that were poor or nearly poor on a day")
    made.add_argument("--on", help="day as 2025-12-31; today without it")


def _poverty(options: argparse.Namespace, core: Core) -> int:
    household = the_household(core, options.household)
    if options.poverty:
        wanted = PovertyClass(
            household.household_id,
            options.poverty,
            read_day(options.begins) if options.begins else core.today,
            options.decision,
            read_day(options.decided_on) if options.decided_on else None,
        )
        poverty.classify(core, wanted)
    if options.withdraw:
        poverty.withdraw(core, bytes.fromhex(options.withdraw))
    rows = poverty.history(core, household.household_id)
    values = [{name: plain(getattr(row, name)) for name in PovertyRow.__slots__} for row in rows]
    lines = [
        "  ".join((row.record_id.hex(), f"{_day(row.valid_from):<10}", row.poverty or "–", row.decision_no))
        for row in rows
    ]
    show(options, {"household": household.household_id, "classes": values}, lines)
    return DONE


def _poor(options: argparse.Namespace, core: Core) -> int:
    rows = poverty.poor(core, read_day(options.on) if options.on else core.today)
    values = [{name: plain(getattr(row, name)) for name in PoorRow.__slots__} for row in rows]
    lines = [
        f"{row.code:<10} {row.head_name:<28} {row.poverty:<9}  {row.decision_no}".rstrip() for row in rows
    ]
    show(options, {"households": values}, lines)
    return DONE


def _day(day: date | None) -> str:
    return format_date(day) if day is not None else "–"
