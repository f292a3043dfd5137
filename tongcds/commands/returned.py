"""Commands for changes that the server kept aside: one's own that came back, and those an officer decides."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict

from tongcds.actions import quarantine, returned
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.domain.views import QuarantinedRow, ReturnedChange
from tongcds.errors import UserError
from tongcds.i18n import _, format_datetime

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("returned", came_back, "changes that the server kept aside; take one back, or write it anew")
    made.add_argument("what", nargs="?", choices=["withdraw", "mend"], help="nothing: list them")
    made.add_argument("n", nargs="?", type=int, help="number of the change, as the list shows it")
    made.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="another value; repeat"
    )
    made = add("quarantine", waiting, "changes of the commune's teams that wait for a decision")
    made.add_argument("what", nargs="?", choices=["accept", "refuse"], help="nothing: list them")
    made.add_argument("id", nargs="?", default="", help="as the list shows it; its beginning is enough")


def came_back(options: argparse.Namespace, core: Core) -> int:
    """List what came back, or settle one of it."""
    if options.what is None:
        rows = returned.returned(core)
        lines = []
        for row in rows:
            lines.append(f"{row.n}  {row.title}  {row.household_code}  {row.reason}")
            lines += _changes(row.changes)
        show(options, {"rows": [asdict(row) for row in rows]}, lines)
        return LOOK if rows else DONE
    if options.n is None:
        raise UserError("returned_unknown")
    if options.what == "withdraw":
        returned.withdraw_returned(core, options.n)
        words = _("Taken back. The register stays as it is.")
    else:
        returned.mend_returned(core, options.n, _values(options.set))
        words = _("Written once more; it goes to the server at the next sync.")
    show(options, {options.what: options.n}, [words])
    return DONE


def waiting(options: argparse.Namespace, core: Core) -> int:
    """List what waits for a decision, or decide one."""
    rows = quarantine.quarantined(core)
    if options.what is None:
        lines = []
        for row in rows:
            told = " · ".join(filter(None, (row.unit_name, row.author, format_datetime(row.at))))
            lines.append(f"{row.record_id.hex()}  {row.title}  {row.household_code}  ({told})  {row.reason}")
            lines += _changes(row.changes)
        show(options, {"rows": [asdict(row) for row in rows]}, lines)
        return LOOK if rows else DONE
    chosen = _chosen(rows, options.id)
    if options.what == "accept":
        quarantine.accept_quarantined(core, chosen)
        words = _("Accepted. It takes effect when the server hears of it, at the next sync.")
    else:
        quarantine.refuse_quarantined(core, chosen)
        words = _("Refused. Its author hears of it.")
    show(options, {options.what: chosen}, [words])
    return DONE


def _chosen(rows: Sequence[QuarantinedRow], beginning: str) -> bytes:
    found = [row.record_id for row in rows if beginning and row.record_id.hex().startswith(beginning.lower())]
    if len(found) != 1:
        raise UserError("quarantine_unknown")
    return found[0]


def _changes(changes: Sequence[ReturnedChange]) -> list[str]:
    return [f"    {change.label}: {change.before} → {change.wanted}" for change in changes]


def _values(given: Sequence[str]) -> dict[str, str]:
    values = {}
    for pair in given:
        field, equals, words = pair.partition("=")
        if not equals:
            raise UserError("field_not_typed")
        values[field] = words
    return values
