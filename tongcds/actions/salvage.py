"""What can be read of a vault that does not open, written into one file that anybody can read.

The one export that nobody's consent thins out and that no open log notes: the vault that would know is the
one that is damaged. A note beside it says so once it opens (`belated`).
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongcds.actions import exports, opening
from tongcds.clock import Clock, business_date, milliseconds
from tongcds.errors import UnavailableError, UserError
from tongcds.i18n import _, format_number, ngettext
from tongcds.storage import belated, salvage_table
from tongcds.storage import salvage as storage

_DAMAGED: Final = frozenset({"vault_damaged", "repair_loses"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """How much of one kind of record is in the file; `from_journal` of those came from the journal.

    `unread` are known to be in the vault and could not be read, removed ones perhaps among them; None where
    it cannot be known.
    """

    kind: str
    told: int
    from_journal: int
    unread: int | None


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The file, and what is in it."""

    path: Path
    kinds: tuple[Read, ...]


def warning() -> str:
    """What somebody has to know before the file is written."""
    return _(
        "The file lies outside the vault, not locked: anybody who has it can read names, phones and personal "
        "numbers, also of those who did not agree to it. That you exported it is noted when the vault opens "
        "again. Delete it as soon as it is not needed."
    )


def salvage(profile: Path, passphrase: str, clock: Clock) -> Salvaged:
    """Write what can be read of a vault that does not open into a table (CSV) in the folder for such files.

    The damaged files stay as they are.

    Raises:
        UserError: passphrase_wrong, passphrase_wait, team_code_given; vault_sound where the vault opens;
            salvage_stopped, salvage_nothing, export_unwritable: then there is no file.
        UnavailableError: vault_in_use, vault_missing, vault_newer; vault_damaged where the key slots are lost
            too; disk_full.
    """
    require_unreadable(profile, passphrase, clock)
    folder = opening.vault_folder(profile)
    opened = storage.unlock(folder, passphrase, now=lambda: milliseconds(clock))
    found = storage.salvage(folder, opened)
    lines = salvage_table.lines(found)
    if not lines:
        raise UserError("salvage_nothing")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(salvage_table.headings())
    table.writerows([[exports.harmless(cell) for cell in line] for line in lines])
    name = _("read from a damaged vault {day}").format(day=business_date(clock).isoformat())
    people = len(found.told["person"])

    def remember(path: Path) -> None:
        note = belated.Note(milliseconds(clock), opened.member, str(path.absolute()), people)
        try:
            belated.add(folder, opened, note)
        except OSError:
            raise UserError("export_unwritable") from None

    content = text.getvalue().encode("utf-8-sig")
    path = exports.write(exports.folder(), name, ".csv", content, before=remember)
    log.warning("what could be read of a damaged vault was exported", extra={"count": len(lines)})
    return Salvaged(path, tuple(_read(found, kind) for kind in storage.KINDS))


def require_unreadable(profile: Path, passphrase: str, clock: Clock) -> None:
    """Go on only with a vault that does not open by itself.

    Raises:
        UserError: vault_sound; else as `opening.open_vault`.
        UnavailableError: as `opening.open_vault`, but for a vault that is damaged.
    """
    try:
        opening.open_vault(profile, passphrase, clock).close()
    except UnavailableError as problem:
        if problem.code in _DAMAGED:
            return
        raise
    raise UserError("vault_sound")


def words(told: Salvaged) -> list[str]:
    """What was written and what was not, in sentences."""
    return [
        _("What could be read was written to {file}.").format(file=told.path),
        *(_kind_words(one) for one in told.kinds),
        _("Anybody can read this file. Delete it as soon as it is not needed."),
    ]


def _kind_words(one: Read) -> str:
    shown = [_counted(one.kind, one.told)]
    if one.from_journal:
        shown.append(_("{n} of them from the journal").format(n=format_number(one.from_journal)))
    if one.unread is None:
        shown.append(_("how many could not be read cannot be known"))
    elif one.unread:
        shown.append(_("{n} could not be read").format(n=format_number(one.unread)))
    return f"{', '.join(shown)}."


def _counted(kind: str, n: int) -> str:
    told = {
        "household": lambda: ngettext("{n} household", "{n} households", n),
        "person": lambda: ngettext("{n} person", "{n} people", n),
        "visit": lambda: ngettext("{n} visit", "{n} visits", n),
        "support": lambda: ngettext("{n} support", "{n} supports", n),
    }
    return told[kind]().format(n=format_number(n))


def _read(found: storage.Salvage, kind: str) -> Read:
    told: Iterable[storage.Told] = found.told[kind].values()
    from_journal = sum(one.source is not storage.Source.VAULT for one in told)
    return Read(kind, len(found.told[kind]), from_journal, found.unread[kind])
