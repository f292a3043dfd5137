"""Commands of difficulties and obstacles."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from tongcds.actions import difficulties
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.domain.difficulties import STAGE_WORDS, STEP_WORDS, load_kinds
from tongcds.domain.views.difficulties import DifficultyRow, DifficultyText
from tongcds.errors import UserError
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_WITHIN = 15


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("difficulties", list_all, "difficulties and obstacles, what has to be answered here first")
    made = add("difficulty-tell", tell, "write a difficulty of this unit down; name nobody")
    made.add_argument("text")
    made.add_argument("--kind", choices=list(load_kinds()), default="other")
    for name in ("place", "cause", "done", "proposal"):
        made.add_argument(f"--{name}", default="")
    made = add("difficulty", one, "one difficulty: pass it on, answer, settle, or join it with another")
    made.add_argument("id", help="as `difficulties` lists it, or the beginning of it")
    made.add_argument("--pass-on", action="store_true", help="ask the unit above")
    made.add_argument("--by", metavar="DAY", help=f"answer by this day; {_WITHIN} days from now without it")
    made.add_argument("--answer", metavar="TEXT")
    made.add_argument("--settle", action="store_true")
    made.add_argument("--reopen", action="store_true")
    made.add_argument("--join", metavar="ID", help="it is the same as this one, whose answer counts for both")
    made.add_argument("--part", action="store_true", help="it is not the same after all")


def list_all(options: argparse.Namespace, core: Core) -> int:
    """List difficulties."""
    view = difficulties.view(core)
    show(options, view, [_line(row) for row in view.rows])
    return DONE


def tell(options: argparse.Namespace, core: Core) -> int:
    """Write one down."""
    says = DifficultyText(
        options.kind, options.text, options.place, options.cause, options.done, options.proposal
    )
    made, _undo, _changes = difficulties.tell(core, says)
    _answer(options, core, made)
    return DONE


def one(options: argparse.Namespace, core: Core) -> int:
    """Do something about one, and show it."""
    found = _the_one(core, options.id)
    if options.pass_on:
        day = read_day(options.by) if options.by else core.today + timedelta(days=_WITHIN)
        difficulties.pass_on(core, found, day)
    elif options.answer:
        difficulties.answer(core, found, options.answer)
    elif options.settle:
        difficulties.close(core, found)
    elif options.reopen:
        difficulties.reopen(core, found)
    elif options.join:
        difficulties.join(core, found, _the_one(core, options.join))
    elif options.part:
        difficulties.part(core, found)
    _answer(options, core, found)
    return DONE


def _the_one(core: Core, beginning: str) -> bytes:
    rows = difficulties.view(core).rows
    fitting = [row.difficulty_id for row in rows if row.difficulty_id.hex().startswith(beginning.lower())]
    if not beginning or len(fitting) != 1:
        raise UserError("difficulty_unknown")
    return fitting[0]


def _answer(options: argparse.Namespace, core: Core, difficulty: bytes) -> None:
    row = next(row for row in difficulties.view(core).rows if row.difficulty_id == difficulty)
    lines = [_line(row), f"    {row.says.text}"]
    for step in row.steps:
        when = "" if step.on is None else format_date(step.on)
        parts = (when, step.sender, _(STEP_WORDS[step.word]), step.to, step.text)
        lines.append("    " + "  ".join(filter(None, parts)))
    show(options, asdict(row), lines)


def _line(row: DifficultyRow) -> str:
    due = "" if row.due_on is None else _("due {day}").format(day=format_date(row.due_on))
    first = row.says.text.splitlines()[0]
    parts = (
        row.difficulty_id.hex(),
        row.unit,
        row.kind,
        first,
        _(STAGE_WORDS[row.stage]),
        row.owner,
        due,
        row.answer,
    )
    return "  ".join(filter(None, parts))
