"""Coming back quickly to a program that was locked: six digits instead of a passphrase, until it ends.

While it is locked the vault is closed and its key gone, but for copies in memory, each wrapped under a PIN.
Nothing of that ever reaches a disk. Six digits would fall to whoever has the disk and an evening; whoever has
only the keyboard gets five tries, each after a longer wait, and then the passphrase is asked for.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.secret
import nacl.utils

from tongcds.actions.belated import caught_up
from tongcds.actions.core import Core
from tongcds.actions.doorstep import vault_folder
from tongcds.clock import Clock, milliseconds
from tongcds.errors import UserError
from tongcds.storage.keyslots import VaultKey
from tongcds.storage.vault import Vault

DIGITS: Final = 6
TRIES: Final = 5
WAITS: Final = (0, 10, 60, 300)
"""Seconds to wait after the first, second, third and fourth wrong PIN in a row."""

_LEAST_DIFFERENT: Final = 3
_MEMORY: Final = 64 * 1024 * 1024
_PASSES: Final = 3
_RUNS: Final = ("01234567890", "09876543210")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    """One person's key under their PIN. `about` is the opened slot without its key.

    `wrong` counts wrong PINs in a row, the last of them at `last`.
    """

    name: str
    salt: bytes
    sealed: bytes
    about: VaultKey
    wrong: int = 0
    last: datetime | None = None


class Pins:
    """The people who opened this vault since the program began, and set a PIN; one of these a program."""

    def __init__(self) -> None:
        # Without it, a copy of the rest (in a swap file, say) is worth nothing.
        self._secret = nacl.utils.random(32)
        self._kept: dict[bytes, _Kept] = {}

    def set(self, core: Core, pin: str) -> None:
        """Let the person who is here come back with this PIN.

        Raises:
            UserError: pin_weak, for anything but six digits, and for those that anybody tries first.
        """
        if len(pin) != DIGITS or not pin.isascii() or not pin.isdecimal() or _easy(pin):
            raise UserError("pin_weak", digits=DIGITS)
        opened, salt = core.session, nacl.utils.random(nacl.pwhash.argon2id.SALTBYTES)
        sealed = bytes(nacl.secret.SecretBox(self._key(pin, salt)).encrypt(opened.key))
        about = replace(opened, key=b"")
        self._kept[opened.slot_id] = _Kept(core.whoami().person, salt, sealed, about)

    def has(self, slot_id: bytes) -> bool:
        """Whether this person may come back with a PIN."""
        return slot_id in self._kept

    def people(self) -> tuple[tuple[bytes, str], ...]:
        """Slots and names of those who may come back with a PIN, who set it last first."""
        return tuple((slot_id, kept.name) for slot_id, kept in reversed(self._kept.items()))

    def forget(self, slot_id: bytes) -> None:
        """This person has to type the passphrase again."""
        self._kept.pop(slot_id, None)

    def forget_all(self) -> None:
        """Nobody comes back with a PIN: the vault is gone."""
        self._kept.clear()

    def open(self, profile: Path, slot_id: bytes, pin: str, clock: Clock) -> Core:
        """Open the vault again for somebody.

        Raises:
            UserError: pin_wrong, with how many tries are `left` and how many `seconds` to wait before the
                next; pin_wait with the `seconds` while none is looked at; pin_gone after the last one, or
                when there is none; person_gone.
            UnavailableError: as `opening.open_vault`.
        """
        kept = self._kept.get(slot_id)
        if kept is None:
            raise UserError("pin_gone")
        self._require_patience(slot_id, kept, clock())
        try:
            key = nacl.secret.SecretBox(self._key(pin, kept.salt)).decrypt(kept.sealed)
        except nacl.exceptions.CryptoError:
            self._was_wrong(slot_id, kept, clock())
            if slot_id not in self._kept:
                raise UserError("pin_gone") from None
            raise UserError("pin_wrong", left=TRIES - kept.wrong - 1, seconds=WAITS[kept.wrong]) from None
        self._kept[slot_id] = replace(kept, wrong=0, last=None)
        opened = replace(kept.about, key=key)
        folder = vault_folder(profile)
        vault = Vault.open_with(folder, opened, now=lambda: milliseconds(clock))
        return caught_up(Core(vault, clock))

    def _require_patience(self, slot_id: bytes, kept: _Kept, now: datetime) -> None:
        if kept.last is None:
            return
        if now < kept.last:
            # The clock was put back; the wait begins anew instead of lasting until then.
            kept = self._kept[slot_id] = replace(kept, last=now)
        passed = (now - (kept.last or now)).total_seconds()
        left = math.ceil(WAITS[kept.wrong - 1] - passed)
        if left > 0:
            raise UserError("pin_wait", seconds=left)

    def _was_wrong(self, slot_id: bytes, kept: _Kept, now: datetime) -> None:
        if kept.wrong + 1 >= TRIES:
            self.forget(slot_id)
            log.info("a session ended after wrong PINs", extra={"count": TRIES})
        else:
            self._kept[slot_id] = replace(kept, wrong=kept.wrong + 1, last=now)

    def _key(self, pin: str, salt: bytes) -> bytes:
        stretched = nacl.pwhash.argon2id.kdf(32, pin.encode(), salt, opslimit=_PASSES, memlimit=_MEMORY)
        return blake2b(stretched, key=self._secret, digest_size=32).digest()


def _easy(pin: str) -> bool:
    return len(set(pin)) < _LEAST_DIFFERENT or any(pin in run for run in _RUNS) or pin[:3] == pin[3:]
