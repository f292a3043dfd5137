"""Backups by hand and by the clock, and what can be done when a vault does not open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tongcds.actions import audit
from tongcds.actions.belated import caught_up
from tongcds.actions.core import Core
from tongcds.actions.doorstep import vault_folder
from tongcds.actions.opening import is_enrolled
from tongcds.clock import Clock, milliseconds, moment_of
from tongcds.errors import UserError
from tongcds.i18n import _, format_datetime, format_number, ngettext
from tongcds.storage import rescue
from tongcds.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Recovered:
    """How a damaged vault was put right when it was opened.

    `backup_at` is the moment of the backup it was made from, None when the journal alone did it;
    `brought_back` counts own changes from the journal; without `complete`, changes after the backup that the
    server had not received may be lost.
    """

    backup_at: datetime | None
    brought_back: int
    complete: bool


def recovered(core: Core) -> Recovered | None:
    """What was put right at the opening; None when nothing was wrong."""
    told = core.vault.recovery
    if told is None:
        return None
    at = None if told.backup_at is None else moment_of(told.backup_at)
    return Recovered(at, told.brought_back, told.complete)


def recovery_words(told: Recovered | None) -> str:
    """What to tell the person about a vault that was damaged and put right; "" when there was nothing."""
    if told is None:
        return ""
    words = [_("The vault was damaged and has been put right.")]
    if told.backup_at is not None:
        words.append(
            _("It was made anew from the backup of {moment}.").format(moment=format_datetime(told.backup_at))
        )
    if told.brought_back:
        words.append(
            ngettext("{n} change came back from the journal.", "{n} changes came back from the journal.",
                     told.brought_back).format(n=format_number(told.brought_back))
        )  # fmt: skip
    if told.complete:
        words.append(_("Nothing that you saved is lost."))
    else:
        words.append(
            _("What you saved after that and the server had not received may be lost: please look it over.")
        )
    return " ".join(words)


def backup_if_due(core: Core) -> bool:
    """Make a backup when half an hour of use changed something; whether one was made. Call it often.

    Raises:
        UnavailableError: backup_no_room, backup_failed, disk_full, disk_failing.
    """
    return core.vault.backup_if_due(milliseconds(core.clock))


def backup_to(core: Core, folder: Path) -> Path:
    """Make a backup in a folder elsewhere, say on a stick; answers where it is. That somebody did is noted.

    Raises:
        UserError: stick_unwritable for a folder in the vault's own, with which it would go.
        UnavailableError: as `backup_if_due`.
    """
    if folder.resolve().is_relative_to(core.vault.folder.resolve()):
        raise UserError("stick_unwritable")
    # Before and not after: a line that came later would itself wait for a receipt outside of this backup.
    if is_enrolled(core):
        audit.note(core, audit.BACKUP)
    return core.vault.backup_to(folder).path


def restore_backup(profile: Path, source: Path, passphrase: str, clock: Clock) -> Core:
    """Open the profile's vault as the newest backup in `source` has it, with what was saved since on top.

    Raises:
        UserError: passphrase_wrong, passphrase_wait; unsent_restore when changes that wait for the server do
            not fit onto that backup, and are in no backup and no copy elsewhere.
        UnavailableError: backup_unreadable, vault_in_use, vault_newer, disk_full, disk_failing.
    """
    folder = vault_folder(profile)
    vault = Vault.restore(folder, source, passphrase, now=lambda: milliseconds(clock))
    return caught_up(Core(vault, clock))


def open_from_backup(profile: Path, passphrase: str, clock: Clock) -> Core:
    """Open a damaged vault from its newest backup, though what was saved after it is lost.

    Only after somebody was told so (`repair_loses`) and agreed; the damaged files are kept aside.

    Raises:
        UserError, UnavailableError: as `opening.open_vault`.
    """
    folder = vault_folder(profile)
    vault = Vault.open(folder, passphrase, now=lambda: milliseconds(clock), agreed=True)
    return caught_up(Core(vault, clock))


def copy_everything(profile: Path, target: Path, clock: Clock) -> Path:
    """Copy the vault's files as they are, sealed, into a new folder in `target`; answers which.

    Raises:
        UserError: stick_unwritable, stick_lies.
        UnavailableError: vault_in_use.
    """
    return rescue.copy_sealed(vault_folder(profile), target, now=milliseconds(clock))


def begin_anew(profile: Path, passphrase: str, clock: Clock) -> Path:
    """Move the vault aside, sealed as it is, so that an empty one can be made; answers where it went.

    Only after somebody typed that this is what they want, and after `copy_everything`.

    Raises:
        UserError: unsent_anew with the count of changes that wait, unsent_unknown when it cannot be known.
        UnavailableError: vault_in_use.
    """
    return rescue.move_aside(vault_folder(profile), passphrase, now=milliseconds(clock))
