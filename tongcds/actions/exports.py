"""Files written out of the vault on purpose: all into one folder, each noted and listed for whoever wrote it.

Bundles and backups are sealed and not among them. A register leaves without phones and personal numbers
unless somebody asks for them.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongcds import paths
from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.clock import moment_of
from tongcds.domain.consent import Gate, left_out_words, no_phone_words, require_ground
from tongcds.domain.views import NOBODY, ExportRow, LeftOut
from tongcds.errors import UserError
from tongcds.i18n import _
from tongcds.storage import consents, exports, register_table
from tongcds.storage.vault import Change

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


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: where, how many lines, and who is not in it or goes along without consent.

    `without_phone` are those whose phone alone is not in it.
    """

    path: Path
    lines: int
    left_out: LeftOut
    changes: Changes
    without_phone: LeftOut = NOBODY

    def words(self) -> str:
        """Who is left out and why, in sentences; "" when nobody is."""
        told = (left_out_words(self.left_out), no_phone_words(self.without_phone))
        return " ".join(filter(None, told))


def gate(core: Core, ground: str = "", *, unasked: bool = False) -> Gate:
    """Who may be in what leaves the vault today; see `domain.consent.Gate`.

    Raises:
        UserError: ground_unknown.
    """
    require_ground(ground)
    with core.vault.read() as connection:
        return Gate(consents.answers(connection, core.today), ground, unasked=unasked)


def hand_out(
    core: Core,
    named: tuple[str, str],
    content: bytes,
    kind: str,
    people: int,
    *,
    subject_id: bytes = b"",
    left_out: LeftOut = NOBODY,
) -> tuple[Path, Changes]:
    """Write a file into the folder for exported files; list it, and note in the access log that it was.

    So is on which ground people go along who did not agree. `named`: its name and ending; one that is free
    there is made of them.

    Raises:
        UserError: export_unwritable.
        UnavailableError: vault_damaged: it could not be noted, and nothing was written.
    """
    core.vault.require_sound()
    path = write(folder(), *named, content)
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
        note_ground(core, change, left_out, subject_id)
    return path, Changes.of("export", "audit")


def note_ground(core: Core, change: Change, left_out: LeftOut, subject_id: bytes = b"") -> None:
    """Note how many go along without their consent, and on which ground; nothing where they are left out."""
    if left_out.ground and left_out.total:
        audit.record(core, change, audit.WITHOUT, subject_id, count=left_out.total, detail=left_out.ground)


def register_left_out(core: Core) -> tuple[int, LeftOut]:
    """How many people the table of the register would hold, and who would be left out of it."""
    named = gate(core)
    with core.vault.read() as connection:
        lines = register_table.lines(connection, core.today, numbers=False, named=named, called=named)
        return sum(1 for _line in lines), named.left_out


def export_register(core: Core, *, numbers: bool = False, ground: str = "") -> Written:
    """Write the register into a table (CSV) that Excel opens.

    Who did not agree is left out, and so is the phone of whoever does not want to be called; unless there is
    a `ground`, on which they go along.

    Raises:
        UserError: export_unwritable, ground_unknown.
    """
    named, called = gate(core, ground), gate(core, ground)
    with core.vault.read() as connection:
        lines = list(
            register_table.lines(connection, core.today, numbers=numbers, named=named, called=called)
        )
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(register_table.headings(numbers=numbers))
    table.writerows([[harmless(cell) for cell in line] for line in lines])
    # Without the mark at the beginning Excel takes Vietnamese letters for something else.
    name = _("register {day}").format(day=core.today.isoformat())
    content = text.getvalue().encode("utf-8-sig")
    noted = named.left_out if named.left_out.total else called.left_out
    path, changes = hand_out(core, (name, ".csv"), content, REGISTER, len(lines), left_out=noted)
    return Written(path, len(lines), named.left_out, changes, called.left_out)


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
            moment_of(one.at),
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


def write(
    target: Path, stem: str, ending: str, content: bytes, *, before: Callable[[Path], None] | None = None
) -> Path:
    """Write a new file into a folder, under a name that is free there; `before` hears it first.

    Raises:
        UserError: export_unwritable.
    """
    try:
        for number in range(1, _MOST_NAMES):
            path = target / (f"{stem}{ending}" if number == 1 else f"{stem} ({number}){ending}")
            if before is not None and not path.exists():
                before(path)
            with contextlib.suppress(FileExistsError), path.open("xb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
                return path
    except OSError:
        raise UserError("export_unwritable") from None
    raise UserError("export_unwritable")
