"""The command that makes papers; drawing them is handed in, because nothing here knows Qt."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tongcds.actions import printing
from tongcds.actions.core import Core
from tongcds.actions.printing import Printout
from tongcds.commands.answers import DONE, USAGE, show, write
from tongcds.i18n import _, format_number, ngettext
from tongcds.papers.paper import Paper

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
Draw = Callable[[Paper], bytes]


def _members(options: argparse.Namespace, core: Core) -> Printout:
    return printing.members(core, numbers=options.numbers)


_MAKE: Final[dict[str, Callable[[argparse.Namespace, Core], Printout]]] = {"members": _members}


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("print", print_paper, "make a paper as a PDF: the members of the team (B14)")
    made.add_argument("what", choices=list(_MAKE))
    made.add_argument("--out", help="file to write; without it the folder for exported files")
    made.add_argument("--numbers", action="store_true", help="whole phone numbers; the access log notes it")


def print_paper(options: argparse.Namespace, core: Core) -> int:
    """Make a paper, draw it, write it."""
    draw: Draw | None = options.draw
    if draw is None:
        write(_("this command needs the desktop program"))
        return USAGE
    printout = _MAKE[options.what](options, core)
    target = Path(options.out) if options.out else None
    path, _changes = printing.save(core, printout, draw(printout.paper), target)
    sheets = len(printout.paper.sheets)
    words = ngettext("{n} paper written: {file}.", "{n} papers written: {file}.", sheets)
    warning = _("Anybody who has this copy can open it.")
    answer = {"file": str(path), "form": printout.paper.form, "sheets": sheets, "people": printout.people}
    show(options, answer, [f"{words.format(n=format_number(sheets), file=path)} {warning}"])
    return DONE
