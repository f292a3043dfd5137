"""The command that holds a figure of this computer against the server's, record by record."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from tongcds.actions import differences
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.commands.indicators import add_period, period_of
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("figure-difference", _show, "which records make a figure here another one than the server's")
    made.add_argument("code", metavar="CODE", help="the indicator, for example ACT01")
    made.add_argument("--unit", default="", help="name of a village; the own unit without it")
    add_period(made)


def _show(options: argparse.Namespace, core: Core) -> int:
    village = _village(core, options.unit)
    view = differences.figure_difference(core, options.code, period_of(options, core), village)
    lines = [f"{view.code} {view.name}: {view.unit}", view.summary]
    if view.other_way:
        lines.append(_("The server counts it another way; bring this computer up to date."))
    lines += [f"{'+' if row.here else '-'} {row.words}: {row.sentence}" for row in view.rows]
    if view.more:
        lines.append(_("There are more records than can be told at once; exchange first and ask again."))
    rows = [{**asdict(row), "record_id": row.record_id.hex(), "household_id": row.household_id.hex()}
            for row in view.rows]  # fmt: skip
    show(options, {**asdict(view), "rows": rows}, lines)
    return LOOK if view.rows or view.more else DONE


def _village(core: Core, name: str) -> bytes | None:
    if not name:
        return None
    fitting = [village for village, called in differences.villages(core) if fold(called) == fold(name)]
    if len(fitting) != 1:
        raise UserError("figure_village_unknown")
    return fitting[0]
