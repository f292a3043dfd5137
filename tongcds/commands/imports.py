"""Commands about imports of the past: the list, and taking one back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from tongcds.actions import importing
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.errors import UserError
from tongcds.i18n import _, format_datetime, format_number

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("imports", list_imports, "imports of the past, the last first, with the ids that undo-import takes")
    made = add("undo-import", undo_import, "take a whole import back")
    made.add_argument("id", help="id of an import, as imports gives it")


def list_imports(options: argparse.Namespace, core: Core) -> int:
    """Every import: its id, its day, its file, what it brought, and whether it was taken back."""
    past = importing.past_imports(core)
    lines = []
    for one in past:
        words = _("{id}  {date}  {file}: {households} households, {people} people").format(
            id=one.import_id.hex(),
            date=format_datetime(one.at),
            file=one.file_name,
            households=format_number(one.households),
            people=format_number(one.people),
        )
        lines.append(f"{words} · {_('taken back')}" if one.undone_at else words)
    show(options, {"imports": [asdict(one) for one in past]}, lines)
    return DONE


def undo_import(options: argparse.Namespace, core: Core) -> int:
    """Take a whole import back; what was edited since stays."""
    try:
        import_id = bytes.fromhex(options.id)
    except ValueError:
        raise UserError("import_unknown") from None
    undone, _changes = importing.undo_import(core, import_id)
    show(
        options,
        undone,
        [
            _("Taken back: {removed} records. Kept because they were edited since: {kept}.").format(
                removed=format_number(undone.removed), kept=format_number(undone.kept)
            )
        ],
    )
    return LOOK if undone.kept else DONE
