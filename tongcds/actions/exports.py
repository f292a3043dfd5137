"""Files written out of the vault on purpose: all into one folder, each noted and listed for whoever wrote it.

Bundles and backups are sealed and not among them. A register leaves without phones and personal numbers
unless somebody asks for them.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tongcds import paths
from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.domain.views import ExportRow
from tongcds.errors import UserError
from tongcds.i18n import _
from tongcds.storage import exports, register_table

REGISTER, PAPER = "register", "attachment"
# What a spreadsheet takes for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MOST_NAMES: Final = 1000


def folder() -> Path:
    """Where exported files go, made if it is not there.

    Raises:
        UserError: export_unwritable.
    """
    chosen = paths.exports_folder()
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise UserError("export_unwritable") from None
    return chosen


def keep(core: Core, path: Path, kind: str, people: int, subject_id: bytes = b"") -> Changes:
    """List a file that was just written, and note in the access log that it was."""
    with core.vault.change(core.author()) as change:
        exports.add(
            change.connection,
            at=core.now(),
            who=core.author(),
            kind=kind,
            path=path.absolute(),
            people=people,
        )
        audit.record(core, change, audit.EXPORT, subject_id, count=people, detail=kind)
    return Changes.of("export", "audit")


def export_register(core: Core, *, numbers: bool = False) -> tuple[Path, int, Changes]:
    """Write the register into a table (CSV) that Excel opens; answers where it is and about how many people.

    Raises:
        UserError: export_unwritable.
    """
    with core.vault.read() as connection:
        lines = list(register_table.lines(connection, core.today, numbers=numbers))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(register_table.headings(numbers=numbers))
    table.writerows([[harmless(cell) for cell in line] for line in lines])
    # Without the mark at the beginning Excel takes Vietnamese letters for something else.
    name = _("register {day}").format(day=core.today.isoformat())
    path = write(folder(), name, ".csv", text.getvalue().encode("utf-8-sig"))
    return path, len(lines), keep(core, path, REGISTER, len(lines))


def listed(core: Core) -> tuple[ExportRow, ...]:
    """The files that the person who is here wrote, the latest first."""
    who = core.author()
    with core.vault.read() as connection:
        found = exports.of(connection, who)
    return tuple(
        ExportRow(
            one.id,
            one.path.name,
            str(one.path.parent),
            datetime.fromtimestamp(one.at / 1000, UTC),
            one.kind,
            one.people,
            one.path.is_file(),
        )
        for one in found
    )


def delete(core: Core, export_id: int) -> Changes:
    """Delete an exported file and take it off the list; copies made of it elsewhere stay where they are.

    Raises:
        UserError: export_unknown (also of somebody else's), export_in_use.
    """
    who = core.author()
    with core.vault.read() as connection:
        mine = {one.id: one for one in exports.of(connection, who)}
    if export_id not in mine:
        raise UserError("export_unknown")
    try:
        mine[export_id].path.unlink(missing_ok=True)
    except OSError:
        raise UserError("export_in_use") from None
    with core.vault.write() as connection:
        exports.forget(connection, export_id)
    return Changes.of("export")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write(target: Path, stem: str, ending: str, content: bytes) -> Path:
    """Write a new file into a folder, under a name that is free there.

    Raises:
        UserError: export_unwritable.
    """
    try:
        for number in range(1, _MOST_NAMES):
            path = target / (f"{stem}{ending}" if number == 1 else f"{stem} ({number}){ending}")
            with contextlib.suppress(FileExistsError), path.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
                return path
    except OSError:
        raise UserError("export_unwritable") from None
    raise UserError("export_unwritable")
