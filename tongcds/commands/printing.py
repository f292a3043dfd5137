"""The command that makes papers; drawing them is handed in, because nothing here knows Qt."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from tongcds.actions import printing
from tongcds.actions.core import Core
from tongcds.actions.printing import Printout
from tongcds.commands.answers import DONE, LOOK, USAGE, add_ground, read_day, show, the_household, write
from tongcds.commands.rounds import round_named
from tongcds.documents import Format, Written
from tongcds.domain.consent import left_out_words
from tongcds.domain.views import HouseholdFilter, LogFilter
from tongcds.i18n import _, format_number, ngettext
from tongcds.papers.paper import Paper

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
Draw = Callable[[Paper], Written]


def _members(options: argparse.Namespace, core: Core) -> Printout:
    return printing.members(core, numbers=options.numbers)


def _sheet(options: argparse.Namespace, core: Core) -> Printout:
    if options.all:
        return printing.sheets(core, _filter(options), numbers=options.numbers, ground=options.ground)
    if not options.household:
        return printing.empty_sheet(core)
    ids = [the_household(core, words).household_id for words in options.household]
    return printing.sheets(core, ids, numbers=options.numbers, ground=options.ground)


def _log(options: argparse.Namespace, core: Core) -> Printout:
    until = read_day(options.until) if options.until else core.today
    since = read_day(options.since) if options.since else until.replace(day=1)
    return printing.activities(core, LogFilter(since=since, until=until), ground=options.ground)


def _filter(options: argparse.Namespace) -> HouseholdFilter:
    return HouseholdFilter(text=options.text)


def _round(options: argparse.Namespace, core: Core) -> Printout:
    return printing.round_list(core, round_named(core, options.id or ""), ground=options.ground)


_MAKE: Final[dict[str, Callable[[argparse.Namespace, Core], Printout]]] = {
    "members": _members,
    "sheet": _sheet,
    "log": _log,
    "no-smartphone": lambda options, core: printing.without_smartphone(
        core, _filter(options), ground=options.ground
    ),
    "marketplaces": lambda options, core: printing.on_marketplaces(
        core, _filter(options), ground=options.ground
    ),
    "round": _round,
}


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("print", print_paper, "make a paper as a file: sheets of households, lists, the log")
    made.add_argument("what", choices=list(_MAKE))
    made.add_argument("household", nargs="*", help="for sheet: codes or texts; an empty sheet without one")
    made.add_argument("--all", action="store_true", help="for sheet: every household that --text leaves")
    made.add_argument("--text", default="", help="only households that match, as in the list of households")
    made.add_argument("--since", help="for log: first day as 2026-11-01; without it the month's first")
    made.add_argument("--until", help="for log: last day; without it today")
    made.add_argument("--id", help="for round: its number")
    add_format(made)
    made.add_argument("--numbers", action="store_true", help="whole phone numbers; the access log notes it")
    add_ground(made)


def print_paper(options: argparse.Namespace, core: Core) -> int:
    """Make a paper and write it."""
    if not can_write(options):
        return USAGE
    return tell(options, core, _MAKE[options.what](options, core))


def add_format(made: argparse.ArgumentParser) -> None:
    """Give a command the option that says what a paper is written as."""
    kinds = [kind.value for kind in Format]
    made.add_argument("--format", choices=kinds, default=Format.PDF.value, help="a PDF without it")


def can_write(options: argparse.Namespace) -> bool:
    """Whether the format that was asked for can be made here; says so where it cannot."""
    if options.draw is None and options.format == Format.PDF:
        write(_("this command needs the desktop program"))
        return False
    return True


def tell(options: argparse.Namespace, core: Core, printout: Printout) -> int:
    """Write a paper as a file, and say where it is and what could not be done as asked."""
    draw: Draw | None = options.draw
    kind = Format(options.format)
    if kind is Format.PDF and draw is not None:
        made = draw(printout.paper)
    else:
        made = printing.as_file(printout, kind)
    path, _changes = printing.save(core, printout, made.content, kind)
    notes = (*printout.notes, *made.notes)
    sheets = len(printout.paper.sheets)
    words = ngettext("{n} paper written: {file}.", "{n} papers written: {file}.", sheets)
    warning = _("Anybody who has this copy can open it.")
    answer = {
        "file": str(path),
        "form": printout.paper.form,
        "sheets": sheets,
        "people": printout.people,
        "left_out": dict(printout.left_out.counts),
        "notes": list(notes),
    }
    said = f"{words.format(n=format_number(sheets), file=path)} {warning}"
    show(options, answer, list(filter(None, (said, left_out_words(printout.left_out), *notes))))
    return LOOK if notes else DONE
