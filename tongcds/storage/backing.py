"""The backups of one open vault: when one is due, making it, and what may go once it is there.

What a backup is and how it is verified is `backups`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tongcds.errors import UnavailableError
from tongcds.replica import Identity, load_identity
from tongcds.storage import backups, cipher, keyslots, repair
from tongcds.storage.door import Door
from tongcds.storage.keeper import Keeper

EVERY_MS: Final = 30 * 60 * 1000


class Backing:
    """Makes the backups of the vault whose database is at `path`, and whose slots are beside it.

    Args:
        path: of the database.
        opened: the vault's key; `close` forgets it.
        writing: the connection that writes, of which there may be no second one.
        keeper: of the journal, which is cut when backups hold what is in it.
        now: milliseconds since 1970 (UTC).
    """

    def __init__(
        self,
        path: Path,
        opened: keyslots.VaultKey,
        writing: Door,
        keeper: Keeper,
        now: Callable[[], int],
    ) -> None:
        self._path = path
        self._opened = opened
        self._writing = writing
        self._keeper = keeper
        self._now = now
        self._at: int | None = None
        self._device = 0
        self.changed = True
        """Whether something was saved since the last backup."""

    def look(self, me: Identity | None) -> None:
        """Go on from the backups that are there."""
        last = next(iter(backups.listed(self._folder, self._opened)), None)
        self.changed = last is None or me is None or last.label.next_n != me.next_n
        if last is not None:
            self._at, self._device = last.label.at, last.label.device

    def is_due(self, me: Identity | None, now: int) -> bool:
        """Whether half an hour of use is over since the last one; asked again, half an hour later.

        At once where there is none, or none under the number that this device has now, since what the journal
        holds goes on top of no other.
        """
        device = 0 if me is None else me.device
        wait = self._at is not None and 0 <= now - self._at < EVERY_MS
        if not self.changed or (wait and device == self._device):
            return False
        self._at, self._device = now, device
        return True

    def make(self, why: str) -> backups.Backup:
        """Make one beside the vault, let go of those that are no longer needed, and cut the journal.

        Raises:
            UnavailableError: as `backups.make`, and `backup_no_room`.
        """
        backups.require_room(self._folder, self._path)
        self.changed = False
        try:
            made = self._make(self._folder, why)
        except BaseException:
            self.changed = True
            raise
        self._at, self._device = made.label.at, made.label.device
        backups.rotate(self._folder, self._opened)
        there = backups.listed(self._folder, self._opened)
        if len(there) > 1:
            # Up to the one before the newest, so that one of them may be damaged and nothing is missing.
            with contextlib.suppress(UnavailableError), self._writing.opened() as connection:
                me = load_identity(connection, now=self._now)
                if me is not None and there[1].label.device == me.device:
                    self._keeper.cut(connection, me, there[1].label.next_n - 1)
        return made

    def make_elsewhere(self, folder: Path, files: Sequence[Path]) -> backups.Backup:
        """Make one in a folder elsewhere, with these files in it; nothing there goes. Raises as `make`."""
        backups.require_room(folder, self._path, files)
        return self._make(folder, backups.BY_HAND, files)

    def close(self) -> None:
        """Forget the key; no backup is made any more."""
        self._opened = replace(self._opened, key=b"")

    @property
    def _folder(self) -> Path:
        return self._path.parent / backups.FOLDER

    def _make(self, folder: Path, why: str, files: Sequence[Path] = ()) -> backups.Backup:
        return backups.make(
            self._source, self._path.parent, folder, self._opened, why=why, now=self._now(), files=files
        )

    @contextmanager
    def _source(self) -> Iterator[cipher.RawConnection]:
        """A connection to copy from that keeps nobody waiting, where SQLite may have another one."""
        if cipher.sqlite_version() < cipher.TWO_CONNECTIONS_FROM:
            with self._writing.outside() as raw:
                yield raw
            return
        with cipher.reading(self._path, self._opened.subkey(repair.DATABASE_PURPOSE)) as raw:
            yield raw
