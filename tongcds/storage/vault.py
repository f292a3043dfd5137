"""The encrypted vault of one team: opening, reading, changing, closing. The key slots are in `keyslots`.

One connection writes and one reads, each in its own thread if need be, and neither waits for the other. Every
change goes through `change`: records, log of own writes and search index in one transaction.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tongcds.errors import UnavailableError, UserError
from tongcds.replica import Writer, load_identity
from tongcds.storage import cipher, keyslots, migrations, search
from tongcds.storage.files import sync_folder, write_whole
from tongcds.storage.instance_lock import InstanceLock

FILE_NAME: Final = "vault.tcds"
_LOCK_NAME: Final = "vault.lock"
_MAKING_NAME: Final = "vault.making"
_PURPOSE: Final = "database"


@dataclass(slots=True)
class Change:
    """A change that is being made. `touched` holds the ids of touched records by type once it is saved."""

    connection: Connection
    writer: Writer
    touched: dict[str, list[bytes]] = field(default_factory=dict)


class _Door:
    """One connection, one user at a time; the transaction that the user gets ends when they leave."""

    def __init__(self, raw: cipher.RawConnection, begin: str) -> None:
        self._raw = raw
        self._engine = cipher.engine_on(raw, begin)
        self._lock = threading.Lock()
        self._owner = 0

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        with self._alone():
            try:
                with self._engine.begin() as connection:
                    yield connection
            except DBAPIError as problem:
                told = cipher.meaning(problem)
                if told is None:
                    raise
                raise told from problem

    @contextmanager
    def outside(self) -> Iterator[cipher.RawConnection]:
        """The connection without a transaction."""
        with self._alone():
            yield self._raw

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._owner == threading.get_ident():
            raise RuntimeError("this thread has the connection open already")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = 0

    def close(self) -> None:
        with self._lock:
            self._engine.dispose()
            self._raw.close()


class Vault:
    """An open vault; made by `create` or `open`, and closed at the end of the program.

    `now` answers milliseconds since 1970 (UTC) and serves stamps and delays alike.
    """

    def __init__(
        self, folder: Path, opened: keyslots.VaultKey, lock: InstanceLock, now: Callable[[], int]
    ) -> None:
        self._folder = folder
        self._opened = opened
        self._lock = lock
        self._now = now
        self._damaged = self._closed = False
        two = cipher.sqlite_version() >= cipher.TWO_CONNECTIONS_FROM
        path, key = folder / FILE_NAME, opened.subkey(_PURPOSE)
        access = cipher.Access.WRITE if path.exists() else cipher.Access.MAKE
        self._writing = _Door(cipher.open_raw(path, key, access, exclusive=not two), "BEGIN IMMEDIATE")
        try:
            self._migrate()
            self._reading = self._writing
            if two:
                reader = cipher.open_raw(path, key, cipher.Access.WRITE)
                reader.execute("PRAGMA query_only = ON")
                self._reading = _Door(reader, "BEGIN")
        except BaseException:
            self._writing.close()
            raise

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a vault in this folder, whatever its state."""
        if (folder / _MAKING_NAME).exists():
            return False
        return any((folder / name).exists() for name in (FILE_NAME, *keyslots.FILE_NAMES))

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, person: str, now: Callable[[], int]) -> Vault:
        """Make a new vault with a slot for this person, and open it.

        Raises:
            UserError: `passphrase_weak`; `vault_exists` when there is one, which is not touched.
            UnavailableError: `vault_in_use` or `disk_full`.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = InstanceLock(folder / _LOCK_NAME)
        try:
            if cls.exists(folder):
                raise UserError("vault_exists")  # noqa: TRY301 - the lock is released below
            # What a creation that was cut off left behind goes; the mark says that nothing was saved in it.
            write_whole(folder / _MAKING_NAME, b"")
            for name in (*_database_files(), *keyslots.FILE_NAMES):
                (folder / name).unlink(missing_ok=True)
            opened = keyslots.create_slots(folder, passphrase, person)
            vault = cls(folder, opened, lock, now)
            (folder / _MAKING_NAME).unlink()
            sync_folder(folder)
        except BaseException:
            lock.release()
            raise
        return vault

    @classmethod
    def open(cls, folder: Path, passphrase: str, *, now: Callable[[], int]) -> Vault:
        """Open the vault in this folder; after an unclean end it is checked whole before anything is written.

        Raises:
            UserError: `passphrase_wrong`, or `passphrase_wait` after several wrong ones.
            UnavailableError: `vault_missing`, `vault_in_use`, `vault_newer`, or `vault_damaged`; then the
                files are as they were.
        """
        if not cls.exists(folder):
            raise UnavailableError("vault_missing")
        lock = InstanceLock(folder / _LOCK_NAME)
        try:
            _require_file(folder / FILE_NAME)
            opened = keyslots.open_slots(folder, passphrase, now=now)
            _examine(folder, opened.subkey(_PURPOSE))
            return cls(folder, opened, lock, now)
        except BaseException:
            lock.release()
            raise

    @property
    def person(self) -> str:
        """The name in the slot that was opened."""
        return self._opened.person

    @property
    def folder(self) -> Path:
        """Where the vault is."""
        return self._folder

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent picture of the vault on the reading connection; one reader at a time.

        Not from inside another `read` of the same thread.
        """
        with self._reading.opened() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction on the writing connection, on the disk when the block ends, undone when it raises.

        For local tables and for pages from the server; records are changed through `change`.

        Raises:
            UnavailableError: `disk_full` or `vault_damaged`; nothing was changed.
        """
        with self._writing.opened() as connection:
            yield connection

    @contextmanager
    def change(self, author: bytes) -> Iterator[Change]:
        """A person's change in one transaction: records, log of own writes, search index, and whatever else.

        `author` is the id of their member record. When the block raises, nothing of it is left.

        Raises:
            UserError: `not_enrolled` before this laptop has a device number.
            UnavailableError: as for `write`.
        """
        with self.write() as connection:
            me = load_identity(connection, now=self._now)
            if me is None:
                raise UserError("not_enrolled")
            change = Change(connection, Writer(connection, me, author))
            yield change
            touched = change.writer.flush()
            search.refresh(connection, touched)
        change.touched = touched

    def add_person(self, passphrase: str, person: str) -> None:
        """Give another person a passphrase of their own to this vault.

        Raises:
            UserError: `passphrase_weak`.
            UnavailableError: `disk_full`.
        """
        keyslots.add_person(self._folder, self._opened, passphrase, person)

    def check(self) -> None:
        """Verify every page and the structure of the vault.

        Raises:
            UnavailableError: `vault_damaged`; from then on nothing more is moved into the main file.
        """
        try:
            with self._reading.outside() as raw:
                cipher.verify(raw)
        except UnavailableError:
            self._damaged = True
            raise

    def checkpoint(self) -> None:
        """Bring into the main file what no reader holds back; call it when idle and after an exchange."""
        if self._damaged:
            return
        with self._writing.outside() as raw:
            # Waiting for a reader to finish would make the next save wait too.
            raw.execute("PRAGMA busy_timeout = 0")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            raw.execute(f"PRAGMA busy_timeout = {cipher.BUSY_MS}")

    def close(self) -> None:
        """End both connections and let others open the vault; does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        if self._reading is not self._writing:
            self._reading.close()
        if self._damaged:
            self._close_untouched()
        else:
            self.checkpoint()
            self._writing.close()
        self._lock.release()

    def _close_untouched(self) -> None:
        """Close and leave the WAL: whoever closes last moves it into the main file, unless it may only read.

        Not possible beside an exclusive connection.
        """
        last = None
        if self._reading is not self._writing:
            with contextlib.suppress(UnavailableError):
                path, key = self._folder / FILE_NAME, self._opened.subkey(_PURPOSE)
                last = cipher.open_raw(path, key, cipher.Access.READ)
        self._writing.close()
        if last is not None:
            last.close()

    def _migrate(self) -> None:
        with self.write() as connection:
            steps = migrations.pending_steps(connection, migrations.STEPS)
        for step in steps:
            with self.write() as connection:
                migrations.apply_step(connection, step)


def _database_files() -> tuple[str, ...]:
    return FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"


def _require_file(path: Path) -> None:
    """Refuse a file that cannot be a vault before anybody is asked to wait for a key."""
    if not path.is_file() or not path.stat().st_size or cipher.is_plain(path):
        raise UnavailableError("vault_damaged")


def _examine(folder: Path, key: bytes) -> None:
    """Look before writing: is it ours, whole, and not of a newer program? Changes no file."""
    path = folder / FILE_NAME
    raw = cipher.open_raw(path, key, cipher.Access.READ)
    try:
        if cipher.has_wal(path):
            cipher.verify(raw)
        seen = raw.execute("PRAGMA user_version").fetchone()
    finally:
        raw.close()
    if seen is None or seen[0] == 0:
        raise UnavailableError("vault_damaged")
    if not isinstance(seen[0], int) or seen[0] > len(migrations.STEPS):
        raise UnavailableError("vault_newer")
