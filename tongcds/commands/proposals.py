"""Commands of proposals to change a target."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tongcds.actions import proposals, targets
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, Word
from tongcds.domain.targets import read_amount
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.errors import UserError
from tongcds.i18n import _, format_date
from tongcds.papers.targets import amount

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_WORDS: Final = {
    "look": Word.RECEIVED,
    "accept": Word.ACCEPTED,
    "return": Word.RETURNED,
    "refuse": Word.REFUSED,
}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("proposals", list_all, "proposals to change targets, what has to be decided here first")
    made = add("proposal-make", make, "ask whoever set a target for another value or last day")
    made.add_argument("target", help="as `targets` lists it, or the beginning of it")
    made.add_argument("--value", help="the proposed value, as 96,52")
    made.add_argument("--to", dest="ends", metavar="DAY", help="the proposed last day")
    made.add_argument("--reason", required=True)
    made.add_argument("--basis", default="", help="the document that it rests on")
    made = add("proposal", one, "one proposal: decide on it, or take an own one back")
    made.add_argument("id", help="as `proposals` lists it, or the beginning of it")
    made.add_argument("--say", choices=list(_WORDS), help="what this unit decides (its addressee only)")
    made.add_argument("--reason", default="", help="why, needed to return or refuse")
    made.add_argument(
        "--although-changed", action="store_true", help="accept it although the target changed meanwhile"
    )
    made.add_argument("--take-back", action="store_true")


def list_all(options: argparse.Namespace, core: Core) -> int:
    """List proposals."""
    rows = proposals.view(core)
    show(options, {"proposals": [asdict(row) for row in rows]}, [_line(row) for row in rows])
    return DONE


def make(options: argparse.Namespace, core: Core) -> int:
    """Make one."""
    fitting = [
        row
        for row in targets.view(core).targets
        if row.target_id is not None and row.target_id.hex().startswith(options.target.lower())
    ]
    if not options.target or len(fitting) != 1:
        raise UserError("target_unknown")
    terms = fitting[0].terms
    value = terms.value
    if options.value is not None:
        value = read_amount(options.value)
        if value is None:
            raise UserError("number_unreadable", text=options.value)
    last = read_day(options.ends) if options.ends else terms.last
    says = ProposalText(value, last, options.reason, options.basis)
    made, _undo, _changes = proposals.propose(core, fitting[0].target_id or b"", says)
    _answer(options, core, made)
    return DONE


def one(options: argparse.Namespace, core: Core) -> int:
    """Do something about one, and show it."""
    rows = [row for row in proposals.view(core) if row.proposal_id.hex().startswith(options.id.lower())]
    if not options.id or len(rows) != 1:
        raise UserError("proposal_unknown")
    found = rows[0].proposal_id
    if options.say:
        word = _WORDS[options.say]
        proposals.decide(core, found, word, options.reason, although_changed=options.although_changed)
    elif options.take_back:
        proposals.withdraw(core, found)
    _answer(options, core, found)
    return DONE


def _answer(options: argparse.Namespace, core: Core, proposal_id: bytes) -> None:
    row = next(row for row in proposals.view(core) if row.proposal_id == proposal_id)
    lines = [_line(row), f"    {row.says.reason}"]
    for step in row.steps:
        when = "" if step.on is None else format_date(step.on)
        lines.append("    " + "  ".join(filter(None, (when, step.by, _(WORD_WORDS[step.word]), step.reason))))
    show(options, asdict(row), lines)


def _line(row: ProposalRow) -> str:
    was = "–" if row.was is None else amount(row.was, row.measure)
    wanted = "–" if row.says.value is None else amount(row.says.value, row.measure)
    parts = (
        row.proposal_id.hex(),
        row.unit,
        f"{row.indicator} {row.name}",
        f"{was} ({format_date(row.was_last)}) → {wanted} ({format_date(row.says.last)})",
        row.says.basis,
        row.addressee,
        _(STATE_WORDS[row.state]),
        _("the target was changed meanwhile") if row.changed else "",
    )
    return "  ".join(filter(None, parts))
