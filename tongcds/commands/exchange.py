"""Commands for what the exchange left to decide, what waits by household, and who was not heard of."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from tongcds.actions import syncing
from tongcds.actions.core import Core
from tongcds.clock import VIETNAM
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.errors import UserError
from tongcds.i18n import _, format_datetime

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_SIDES = {"1": 0, "2": 1}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("waiting", waiting, "what waits to be sent, household by household")
    add("conflicts", conflicts, "places that two computers changed, each with both values")
    made = add("settle", settle, "settle such a place: choose a side, or write another value")
    made.add_argument("id", help="as conflicts shows it; its beginning is enough where it is the only one")
    made.add_argument("--side", choices=sorted(_SIDES), help="1 or 2, in the order shown")
    made.add_argument("--value", help="a value that neither side gave")
    made = add("silent", silent, "teams that have not synced for some days, the longest silent first")
    made.add_argument("--days", type=int, default=14, help="14 without it")


def waiting(options: argparse.Namespace, core: Core) -> int:
    """What waits, by household."""
    rows = syncing.sync_view(core).waiting
    lines = [
        f"{row.household_code:<10} {row.title:<32} {sum(n for _, n in row.kinds):>4}  {row.standing.value}"
        for row in rows
    ]
    show(options, {"rows": [asdict(row) for row in rows]}, lines)
    return DONE


def conflicts(options: argparse.Namespace, core: Core) -> int:
    """Both values of each place, with who gave them and when."""
    rows = syncing.sync_view(core).conflicts
    lines = []
    for row in rows:
        lines.append(f"{row.conflict_id.hex()}  {row.title} · {row.field_label}  {row.household_code}")
        for number, side in enumerate(row.sides, 1):
            where = _("This computer") if side.this_device else _("Another computer")
            told = " · ".join(filter(None, (where, side.author, format_datetime(side.at))))
            lines.append(f"  {number}{'*' if side.in_use else ' '} {side.text}  ({told})")
    show(options, {"rows": [asdict(row) for row in rows]}, lines)
    return LOOK if rows else DONE


def settle(options: argparse.Namespace, core: Core) -> int:
    """Choose a side or write a third value."""
    beginning = options.id.lower()
    found = [c for c in syncing.sync_view(core).conflicts if c.conflict_id.hex().startswith(beginning)]
    if len(found) != 1:
        raise UserError("conflict_unknown")
    if (options.side is None) == (options.value is None):
        raise UserError("side_or_value")
    if options.value is not None:
        syncing.settle_with(core, found[0].conflict_id, options.value)
    else:
        syncing.settle_conflict(core, found[0].conflict_id, _SIDES[options.side])
    show(options, {"settled": found[0].conflict_id}, [_("Settled. Both values stay in the history.")])
    return DONE


def silent(options: argparse.Namespace, core: Core) -> int:
    """Teams not heard of for so many days."""
    heard = syncing.sync_view(core).heard
    if heard is None:
        raise UserError("no_overview")
    since = core.today - timedelta(days=options.days)
    rows = [r for r in heard if r.last_sync is None or r.last_sync.astimezone(VIETNAM).date() < since]
    lines = [
        f"{row.name:<28} {row.above:<24} "
        + (_("never synced yet") if row.last_sync is None else format_datetime(row.last_sync))
        for row in rows
    ]
    show(options, {"days": options.days, "teams": len(heard), "rows": [asdict(r) for r in rows]}, lines)
    return LOOK if rows else DONE
