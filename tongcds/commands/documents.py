"""The command that makes forms of figures, periodic reports and an office's other papers as files."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import Final

from tongcds.actions import documents
from tongcds.actions.core import Core
from tongcds.actions.printing import Printout
from tongcds.commands.answers import USAGE, add_ground, read_day, the_household
from tongcds.commands.board import unit_named
from tongcds.commands.indicators import add_period, period_of
from tongcds.commands.printing import add_format, can_write, tell
from tongcds.papers.offices import Payment

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def _report(options: argparse.Namespace, core: Core) -> Printout:
    if options.id:
        return documents.handed_up(core, bytes.fromhex(options.id))
    return documents.report(core, options.report, _day(options))


def _training(options: argparse.Namespace, core: Core) -> Printout:
    if options.id:
        return documents.session(core, bytes.fromhex(options.id), ground=options.ground)
    return documents.training(core)


def _certificates(options: argparse.Namespace, core: Core) -> Printout:
    return documents.certificates(core, bytes.fromhex(options.id), ground=options.ground)


def _cards(options: argparse.Namespace, core: Core) -> Printout:
    return documents.name_cards(core, bytes.fromhex(options.id), ground=options.ground)


def _confirmation(options: argparse.Namespace, core: Core) -> Printout:
    return documents.confirmation(core, bytes.fromhex(options.id), ground=options.ground)


def _figures(options: argparse.Namespace, core: Core) -> Printout:
    return documents.figures(core, options.report, _day(options))


def _handover(options: argparse.Namespace, core: Core) -> Printout:
    household = the_household(core, options.household).household_id if options.household else None
    return documents.handover(core, household, ground=options.ground)


def _payments(options: argparse.Namespace, core: Core) -> Printout:
    payment = Payment(options.amount, options.months) if options.amount else None
    return documents.payments(core, payment)


def _obstacles(options: argparse.Namespace, core: Core) -> Printout:
    period = period_of(options, core)
    return documents.obstacles(core, period, unit_named(core, options.unit))


def _scores(options: argparse.Namespace, core: Core) -> Printout:
    return documents.scores(core, bytes.fromhex(options.id))


_MAKE: Final[dict[str, Callable[[argparse.Namespace, Core], Printout]]] = {
    "report": _report,
    "B03": _figures,
    "B06": _obstacles,
    "B08": _handover,
    "B09": lambda _options, core: documents.gaps(core),
    "B10": _training,
    "B12": _scores,
    "B13": lambda _options, core: documents.commended(core),
    "B15": _payments,
    "DSXN": _confirmation,
    "GCN": _certificates,
    "THE": _cards,
}


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("document", make, "make a form of figures or a periodic report for Word, Excel or as a PDF")
    made.add_argument("kind", help=f"{', '.join(_MAKE)}, B04, B05, or a form of the office's own")
    made.add_argument("--report", default="", metavar="KIND", help="which report, as in `reports`")
    made.add_argument(
        "--id",
        default="",
        help="for report: one that was handed up; for B10, DSXN, GCN, THE: a training; for B12: a sheet or "
        "campaign",
    )
    made.add_argument("--unit", default="", help="as of `board`")
    made.add_argument("--household", default="", help="for B08: its code or a text; without it an empty form")
    made.add_argument("--amount", type=int, default=0, help="for B15: đồng a month")
    made.add_argument("--months", type=int, default=1, help="for B15: for so many months")
    add_period(made)
    add_format(made)
    add_ground(made)


def make(options: argparse.Namespace, core: Core) -> int:
    """Make a paper and write it."""
    if not can_write(options):
        return USAGE
    maker = _MAKE.get(options.kind)
    if maker is None:
        unit = unit_named(core, options.unit)
        printout = documents.table(core, options.kind, period_of(options, core), unit)
    else:
        printout = maker(options, core)
    return tell(options, core, printout)


def _day(options: argparse.Namespace) -> date | None:
    return read_day(options.on) if options.on else None
