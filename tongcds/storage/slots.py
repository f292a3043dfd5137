"""Who may open an open vault: looking at its key slots and changing them, one at a time.

Every change reaches the backups on this computer too, so that a passphrase or code that was taken away opens
none of them. Copies elsewhere, say on a stick, keep the slots of their day.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from tongcds.storage import backups, keyslots, slotfile
from tongcds.storage.keyslots import About, SlotHolder, VaultKey

P = ParamSpec("P")
T = TypeVar("T")


class Slots:
    """The slots of the vault in `folder`, which `opened` has opened.

    `require` waits until something may be changed, or raises.
    """

    def __init__(self, folder: Path, opened: VaultKey, require: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._opened = opened
        self._require = require
        self._lock = threading.Lock()

    def holders(self) -> tuple[SlotHolder, ...]:
        """Everybody who has a slot or was invited to one."""
        return keyslots.holders(self._folder, self._opened)

    def open(self, passphrase: str, *, now: Callable[[], int]) -> VaultKey:
        """Whose passphrase this is; waits and refusals as `keyslots.open_slots`."""
        with self._lock:
            return keyslots.open_slots(self._folder, passphrase, now=now)

    def add_person(self, passphrase: str, about: About) -> bytes:
        """As `keyslots.add_person`."""
        return self._change(keyslots.add_person, passphrase, about)

    def invite(self, code: str, about: About) -> bytes:
        """As `keyslots.invite`."""
        return self._change(keyslots.invite, code, about)

    def set_passphrase(self, person: VaultKey, passphrase: str, *, whose: bytes = b"") -> VaultKey:
        """Another passphrase for the slot of this person, or for the one `whose`; as in `keyslots`."""
        self._require()
        with self._lock:
            whose = whose or person.slot_id
            made = keyslots.set_passphrase(self._folder, person, passphrase, whose=whose)
            self._renew()
        return made

    def remove(self, slot_id: bytes) -> None:
        """As `keyslots.remove`."""
        self._change(keyslots.remove, slot_id)

    @property
    def recovery_id(self) -> bytes:
        """The id of the recovery slot; b"" without one."""
        return next(iter(keyslots.slot_ids(self._folder, keyslots.RECOVERY)), b"")

    def put_recovery(self, slot_id: bytes, code: str) -> None:
        """As `keyslots.put_recovery`."""
        self._change(keyslots.put_recovery, slot_id, code)

    @property
    def help_phone(self) -> str:
        """As `keyslots.help_phone`."""
        return keyslots.help_phone(self._folder)

    def put_help_phone(self, phone: str) -> None:
        """As `keyslots.put_help_phone`."""
        self._require()
        with self._lock:
            keyslots.put_help_phone(self._folder, phone)
            self._renew()

    @property
    def province_key(self) -> bytes:
        """As `keyslots.province_key`."""
        return keyslots.province_key(self._folder)

    def put_province(self, public_key: bytes) -> None:
        """As `keyslots.put_province`."""
        self._change(keyslots.put_province, public_key)

    def _change(
        self, work: Callable[Concatenate[Path, VaultKey, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self._require()
        with self._lock:
            made = work(self._folder, self._opened, *args, **kwargs)
            self._renew()
        return made

    def _renew(self) -> None:
        backups.renew_keys(self._folder / backups.FOLDER, slotfile.newest_copy(self._folder))
