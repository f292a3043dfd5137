"""Backups by hand and by the clock, and what can be done when a vault does not open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tongcds.actions.core import Core
from tongcds.actions.opening import vault_folder
from tongcds.clock import Clock
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
    at = None if told.backup_at is None else datetime.fromtimestamp(told.backup_at / 1000, UTC)
    return Recovered(at, told.brought_back, told.complete)


def backup_if_due(core: Core) -> bool:
    """Make a backup when half an hour of use changed something; whether one was made. Call it often.

    Raises:
        UnavailableError: backup_no_room, backup_failed, disk_full, disk_failing.
    """
    return core.vault.backup_if_due(_milliseconds(core.clock))


def backup_to(core: Core, folder: Path) -> Path:
    """Make a backup in a folder elsewhere, say on a stick; answers where it is.

    Raises:
        UnavailableError: as `backup_if_due`.
    """
    return core.vault.backup_to(folder).path


def restore_backup(profile: Path, source: Path, passphrase: str, clock: Clock) -> Core:
    """Open the profile's vault as the newest backup in `source` has it, with what was saved since on top.

    Raises:
        UserError: passphrase_wrong, passphrase_wait; unsent_restore when changes that wait for the server do
            not fit onto that backup, and are in no backup and no copy elsewhere.
        UnavailableError: backup_unreadable, vault_in_use, vault_newer, disk_full, disk_failing.
    """
    folder = vault_folder(profile)
    return Core(Vault.restore(folder, source, passphrase, now=lambda: _milliseconds(clock)), clock)


def copy_everything(profile: Path, target: Path, clock: Clock) -> Path:
    """Copy the vault's files as they are, sealed, into a new folder in `target`; answers which.

    Raises:
        UserError: stick_unwritable, stick_lies.
        UnavailableError: vault_in_use.
    """
    return rescue.copy_sealed(vault_folder(profile), target, now=_milliseconds(clock))


def begin_anew(profile: Path, passphrase: str, clock: Clock) -> Path:
    """Move the vault aside, sealed as it is, so that an empty one can be made; answers where it went.

    Only after somebody typed that this is what they want, and after `copy_everything`.

    Raises:
        UserError: unsent_anew with the count of changes that wait, unsent_unknown when it cannot be known.
        UnavailableError: vault_in_use.
    """
    return rescue.move_aside(vault_folder(profile), passphrase, now=_milliseconds(clock))


def _milliseconds(clock: Clock) -> int:
    return int(clock().timestamp() * 1000)
