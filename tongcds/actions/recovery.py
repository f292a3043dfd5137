"""A way back in without the passphrase: a code that the province reads over the phone, or its own key.

Both end in a new passphrase for somebody who had one, and a recovery code is spent in the same step. None of
it needs a network; the next recovery code goes to the province with the next exchange.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from tongcds.actions import audit
from tongcds.actions.belated import caught_up
from tongcds.actions.core import Core
from tongcds.actions.doorstep import vault_folder
from tongcds.actions.opening import is_enrolled
from tongcds.clock import Clock, milliseconds
from tongcds.domain import wordcode
from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.custody import FIRST_SHARE, RECOVERY_WORDS, SECOND_SHARE, join, open_kept, read_kept
from tongcds.storage import custody, keyslots, repair, retirement, slotfile
from tongcds.storage.instance_lock import LOCK_NAME, InstanceLock
from tongcds.storage.keyslots import VaultKey
from tongcds.storage.slots import Slots
from tongcds.storage.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecoveryHelp:
    """What a locked vault may say: whether the province holds a code, its number there, whom to call."""

    exists: bool
    reference: str
    phone: str


@dataclass(frozen=True, slots=True, repr=False)
class Recovering:
    """A vault that was opened by a code or the province's key, and the people who had a way in.

    `people` are pairs of slot and name; one of them is given a new passphrase.
    """

    opened: VaultKey
    people: tuple[tuple[bytes, str], ...]


def recovery_help(profile: Path) -> RecoveryHelp:
    """Whom to ask about a forgotten passphrase; needs no passphrase itself."""
    folder = vault_folder(profile)
    reference = keyslots.recovery_reference(folder)
    return RecoveryHelp(bool(reference), reference, keyslots.help_phone(folder))


def check_code(profile: Path, typed: str, clock: Clock) -> Recovering:
    """Try the eight words, with marks or without.

    Raises:
        UserError: code_words, code_word_unknown; recovery_missing, code_wrong, passphrase_wait.
        UnavailableError: vault_damaged, vault_newer.
    """
    code = wordcode.normalised(typed, RECOVERY_WORDS)
    folder = vault_folder(profile)
    return _recovering(folder, keyslots.open_recovery(folder, code, now=lambda: milliseconds(clock)))


def recover(profile: Path, recovering: Recovering, slot_id: bytes, passphrase: str, clock: Clock) -> Core:
    """Give the person of this slot a new passphrase and open the vault; a code is spent with that.

    Raises:
        UserError: passphrase_weak, passphrase_common, passphrase_taken, person_gone.
        UnavailableError: as `opening.open_vault`; disk_full, and then the code is not spent.
    """
    folder = vault_folder(profile)
    mine = Slots(folder, recovering.opened).set_passphrase(recovering.opened, passphrase, whose=slot_id)
    log.info("a way in was recovered", extra={"kind": recovering.opened.kind})
    vault = Vault.open_with(folder, mine, now=lambda: milliseconds(clock))
    try:
        core = caught_up(Core(vault, clock))
        if is_enrolled(core):
            audit.note(core, audit.KEYS, core.author(), detail=recovering.opened.kind)
        custody.settle(vault)
    except BaseException:
        vault.close()
        raise
    return core


def open_as_province(
    profile: Path, shares: tuple[tuple[Path, str], ...], clock: Clock, *, backup: Path | None = None
) -> Recovering:
    """Open the profile's vault, or a backup of one, with the two halves of the province's key.

    Args:
        profile: of the laptop; with `backup` there must be no vault in it yet.
        shares: both files, each with its passphrase.
        clock: the present moment.
        backup: a folder with backups, whose newest becomes the vault in `recover_backup`.

    Raises:
        UserError: file_missing, key_file_wrong, passphrase_wrong, shares_differ, province_key_wrong,
            vault_exists.
        UnavailableError: vault_missing, vault_damaged, vault_newer, vault_in_use, backup_unreadable.
    """
    kept = [read_kept(path) for path, _passphrase in shares]
    if sorted(one.kind for one in kept) != [FIRST_SHARE, SECOND_SHARE]:
        raise UserError("shares_differ")
    first, second = (
        open_kept(one, passphrase) for one, (_path, passphrase) in zip(kept, shares, strict=True)
    )
    private_key = join(first, second, kept[0].public)
    folder = vault_folder(profile)
    if backup is not None:
        if Vault.exists(folder):
            raise UserError("vault_exists")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        retirement.clear_way(folder)
        lock = InstanceLock(folder / LOCK_NAME)
        try:
            if not repair.restore_keys(folder, backup, milliseconds(clock)):
                raise UnavailableError("backup_unreadable")
        finally:
            lock.release()
    elif not Vault.exists(folder):
        raise UnavailableError("vault_missing")
    try:
        return _recovering(folder, keyslots.open_province(folder, private_key))
    except UserError:
        if backup is not None:
            for name in slotfile.FILE_NAMES:
                (folder / name).unlink(missing_ok=True)
        raise


def recover_backup(
    profile: Path, recovering: Recovering, slot_id: bytes, passphrase: str, clock: Clock, *, backup: Path
) -> Core:
    """As `recover`, with the newest backup in a folder for a vault.

    Raises:
        UserError, UnavailableError: as `recover`; backup_unreadable.
    """
    folder = vault_folder(profile)
    Slots(folder, recovering.opened).set_passphrase(recovering.opened, passphrase, whose=slot_id)
    log.info("a way in was recovered", extra={"kind": recovering.opened.kind})
    vault = Vault.restore(folder, backup, passphrase, now=lambda: milliseconds(clock))
    return caught_up(Core(vault, clock))


def _recovering(folder: Path, opened: VaultKey) -> Recovering:
    there = keyslots.holders(folder, opened)
    return Recovering(opened, tuple((one.slot_id, one.person) for one in there if not one.invited))
