"""Commands about doubtful records: listing them, and saying of one that it is right as it stands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import quality
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show, the_household
from tongcds.domain.quality import load_rules
from tongcds.domain.text import fold
from tongcds.domain.views import DoubtRow
from tongcds.errors import UserError
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("doubts", list_doubts, "records that should be looked at once more")
    made.add_argument("--rule", default="", help="only those of one rule")
    made.add_argument("--first", type=int, default=1, metavar="N", help="begin at the Nth; 500 at a time")
    made = add("doubt-settle", settle, "say that a doubtful record is right as it stands")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--rule", required=True, help="code of the rule, as `doubts` gives it")
    made.add_argument("--person", default="", help="name of the person it is about")
    made.add_argument("--note", required=True, help="why it is so")


def list_doubts(options: argparse.Namespace, core: Core) -> int:
    """List what nobody has settled."""
    quality.check_all(core)
    found = quality.doubts(core, options.rule, max(0, options.first - 1))
    lines = [f"{name} ({code}): {count}" for code, name, count in found.rules]
    lines += [_line(row) for row in found.rows]
    last = found.first + len(found.rows)
    if found.first or last < found.matching:
        words = _("{first}–{last} of {all}; --first {next} goes on.")
        lines.append(words.format(first=found.first + 1, last=last, all=found.matching, next=last + 1))
    show(options, found, lines)
    return LOOK if found.rows else DONE


def settle(options: argparse.Namespace, core: Core) -> int:
    """Settle one doubt about a household or one of its people."""
    household = the_household(core, options.household)
    if options.rule not in load_rules():
        raise UserError("rule_unknown", rule=options.rule)
    quality.check_all(core)
    fitting = [
        row
        for row in quality.doubts_of(core, household.household_id, options.rule)
        if fold(options.person) in fold(row.person)
    ]
    if len(fitting) != 1:
        raise UserError("doubt_unclear", count=len(fitting))
    quality.settle_doubt(core, fitting[0], options.note)
    show(options, {"settled": fitting[0].rule}, [_("Settled: {words}").format(words=_line(fitting[0]))])
    return DONE


def _line(row: DoubtRow) -> str:
    return " · ".join(filter(None, (row.code, row.person or row.head, row.words)))
