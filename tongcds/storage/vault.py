"""The encrypted vault of one team: opening, reading, changing, closing. The key slots are in `keyslots`.

One connection writes, one reads and some count, each in its own thread if need be; none waits for another.
Every change goes through `change`: records, log of own writes and search index in one transaction.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from tongcds.errors import UnavailableError, UserError
from tongcds.replica import Writer, load_identity
from tongcds.storage import (
    attachment_notes,
    attachments,
    backups,
    cipher,
    counters,
    erasure,
    following,
    journal,
    keyslots,
    migrations,
    outside,
    repair,
    retirement,
    slotfile,
    traces,
)
from tongcds.storage.attachment_files import AttachmentFiles
from tongcds.storage.backing import Backing
from tongcds.storage.counters import Counters
from tongcds.storage.door import Door, reader
from tongcds.storage.examine import Written, closed_well, examined, journal_of, of_person, opened_with
from tongcds.storage.files import sync_folder, write_whole
from tongcds.storage.instance_lock import LOCK_NAME, InstanceLock
from tongcds.storage.keeper import Keeper
from tongcds.storage.keyslots import VaultKey
from tongcds.storage.proof import Proof
from tongcds.storage.slots import Slots

FILE_NAME, _MAKING_NAME = traces.DATABASE, traces.MAKING
Now = Callable[[], int]
Look = Callable[[], Written]  # verifies what is there, and answers the journal

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Change:
    """A change that is being made. `touched` holds the ids of touched records by type once it is saved."""

    connection: Connection
    writer: Writer
    touched: dict[str, list[bytes]] = field(default_factory=dict)


class Vault:
    """An open vault; made by `create` or `open`, and closed at the end of the program.

    `now` answers milliseconds since 1970 (UTC) and serves stamps and delays alike.
    """

    def __init__(
        self, folder: Path, opened: VaultKey, lock: InstanceLock, now: Now, look: Look, *, early: bool = False
    ) -> None:
        written = None if early else look()
        self._folder = folder
        self._opened = opened
        self._lock = lock
        self._now = now
        self._damaged = self._closed = False
        self._keeper = Keeper(folder, opened.subkey(journal.PURPOSE))
        self.recovery: repair.Recovery | None = None
        self._proof = Proof()
        self.slots = Slots(folder, opened, self._proof.require)
        self.attachments = AttachmentFiles(folder, opened.subkey, self._proof.require)
        two = cipher.sqlite_version() >= cipher.TWO_CONNECTIONS_FROM
        path, key = folder / FILE_NAME, opened.subkey(repair.DATABASE_PURPOSE)
        unclean = cipher.has_wal(path)
        access = cipher.Access.WRITE if path.exists() else cipher.Access.MAKE
        raw = cipher.open_raw(path, key, access, exclusive=not two)
        self._writing = Door(raw, "BEGIN IMMEDIATE", self._proof.require)
        self._backing = Backing(path, opened, self._writing, self._keeper, now)
        try:
            if not early:
                migrations.bring_up(self.write, partial(self.backup, backups.MIGRATION))
                self._start_journal(lambda: written)
            if unclean:
                self.checkpoint()
            self._reading = reader(path, key) if two else self._writing
            self._counting = Counters(self._writing, counters.maker(path, key) if two else None)
        except BaseException:
            self._keeper.close()
            self._writing.close()
            raise
        if early:
            # No lambda: a traceback would keep hold of what one encloses, and so of the key.
            self._proof.begin(partial(self._start_journal, look))

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is a vault in this folder, whatever its state."""
        return retirement.is_there(folder)

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, person: str, now: Now, passes: int = 0) -> Vault:
        """Make a new vault with a slot for this person (`passes` as in `create_slots`), and open it.

        Raises:
            UserError: `passphrase_weak`, `passphrase_common`; `vault_exists`: it is not touched.
            UnavailableError: `vault_in_use` or `disk_full`.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        retirement.finish(folder)
        lock = InstanceLock(folder / LOCK_NAME)
        try:
            if cls.exists(folder):
                raise UserError("vault_exists")  # noqa: TRY301 - the lock is released below
            # What a creation that was cut off left behind goes; the mark says that nothing was saved in it.
            write_whole(folder / _MAKING_NAME, b"")
            names = (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", *slotfile.FILE_NAMES)
            for name in (retirement.MARK, *names):
                (folder / name).unlink(missing_ok=True)
            opened = keyslots.create_slots(folder, passphrase, person, passes=passes)
            vault = cls(folder, opened, lock, now, lambda: None)
            (folder / _MAKING_NAME).unlink()
            sync_folder(folder)
        except BaseException:
            lock.release()
            raise
        return vault

    @classmethod
    def open(
        cls, folder: Path, passphrase: str, *, now: Now, agreed: bool = False, at_once: bool = False
    ) -> Vault:
        """Open the vault in this folder; every page is checked before anything is written.

        A damaged vault is put right from its newest sound backup and its journal; `recovery` then says how.
        `agreed`: also where what was saved after that backup is lost. `at_once`: a vault whose last end was
        clean may be read before that check is over, and whoever writes waits for it (`require_sound`).

        Raises:
            UserError: `passphrase_wrong`, or `passphrase_wait` after several wrong ones.
            UnavailableError: `vault_missing`, `vault_in_use`, `vault_newer`; `vault_damaged` when nothing
                could put it right, `repair_loses` before somebody agreed; then the files are as they were.
        """
        unlock = partial(of_person, folder, passphrase, now)
        return cls._open(folder, unlock, now, agreed=agreed, at_once=at_once)

    @classmethod
    def open_with(cls, folder: Path, opened: VaultKey, *, now: Now, at_once: bool = False) -> Vault:
        """Open the vault with a key that was had already; otherwise as `open`.

        Raises:
            UserError: `person_gone` when the slot it came from is there no more.
            UnavailableError: as `open`.
        """

        def still_there() -> VaultKey:
            if opened.slot_id not in keyslots.slot_ids(folder, keyslots.PERSON):
                raise UserError("person_gone")
            return opened

        return cls._open(folder, still_there, now, at_once=at_once)

    @classmethod
    def restore(cls, folder: Path, source: Path, passphrase: str, *, now: Now) -> Vault:
        """Open the vault as the newest backup in the folder `source` has it, with the journal on top.

        What was there is moved aside first, sealed; where it is sound, a backup of it is made too. Photos
        and papers that are in a backup there and not here come back.

        Raises:
            UserError: as `open`; `unsent_restore` when what only this vault has does not fit on top.
            UnavailableError: as `open`; `backup_unreadable` when there is no backup that opens.
        """
        if next(backups.key_files(source), None) is None:
            raise UnavailableError("backup_unreadable")
        retirement.clear_way(folder)

        def unlock() -> VaultKey:
            return of_person(folder, passphrase, now)

        only_here = outside.Only() if outside.is_copied(folder) else None
        with contextlib.suppress(UnavailableError):
            before = cls._open(folder, unlock, now)
            try:
                if only_here is None:
                    with before.read() as connection:
                        only_here = outside.only_here(connection, before.attachments)
                before.backup(backups.RESTORE)
            finally:
                before.close()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = not cls.exists(folder)
        try:
            vault = cls._open(folder, unlock, now, source, only_here)
        except (UserError, UnavailableError) as problem:
            if fresh and not (folder / FILE_NAME).exists():
                repair.forget_keys(folder)
            if problem.code == "vault_damaged":
                raise UnavailableError("backup_unreadable") from problem
            raise
        kept = [one.path / backups.FILES_FOLDER for one in backups.listed(source, vault.opened_by)]
        with contextlib.suppress(UnavailableError), vault.read() as connection:
            attachments.bring_back(connection, vault.attachments, kept)
        return vault

    @classmethod
    def _open(
        cls,
        folder: Path,
        unlock: Callable[[], VaultKey],
        now: Now,
        source: Path | None = None,
        only_here: outside.Only | None = None,
        *,
        agreed: bool = False,
        at_once: bool = False,
    ) -> Vault:
        if source is None and not cls.exists(folder):
            raise UnavailableError("vault_missing")
        lock = InstanceLock(folder / LOCK_NAME)
        try:
            opened = opened_with(unlock, folder, now=now(), spare=source or folder / backups.FOLDER)
            if source is None:
                early = at_once and closed_well(folder / FILE_NAME, opened)
                look = partial(examined, folder, FILE_NAME, opened, waited_for=not early)
                try:
                    return cls(folder, opened, lock, now, look, early=early)
                except UnavailableError as problem:
                    if problem.code != "vault_damaged":
                        raise
            recovery = repair.rebuild(
                folder, FILE_NAME, opened, now=now, source=source, only_here=only_here, agreed=agreed
            )
            vault = cls(folder, opened, lock, now, partial(journal_of, folder, opened))
        except BaseException:
            lock.release()
            raise
        vault.recovery = recovery
        return vault

    @property
    def opened_by(self) -> VaultKey:
        """Whose slot opened it; the key is the vault's own business."""
        return self._opened

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

    def count(self) -> AbstractContextManager[Connection]:
        """As `read`, for what takes a second: on a connection of its own, so that no list waits for it."""
        return self._counting.one()

    def count_together(self) -> AbstractContextManager[Sequence[Connection]]:
        """As `count`, on two connections that see the same picture, or on one where two cannot be had."""
        return self._counting.together()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction on the writing connection, on the disk when the block ends, undone when it raises.

        For local tables and for pages from the server; records are changed through `change`.

        Raises:
            UnavailableError: `disk_full` or `vault_damaged`; nothing was changed.
        """
        with self._writing.opened() as connection:
            yield connection
            erased = erasure.take_pending(connection)
        self._backing.changed = True
        if erased:
            self._forget()

    @contextmanager
    def change(self, author: bytes) -> Iterator[Change]:
        """A person's change in one transaction: records, log of own writes, search index, and whatever else.

        `author` is the id of their member record. When the block raises, nothing of it is left.

        Raises:
            UserError: `not_enrolled` before this laptop has a device number.
            UnavailableError: as for `write`.
        """
        try:
            with self._writing.opened(self._keeper.confirm) as connection:
                me = load_identity(connection, now=self._now)
                if me is None:
                    raise UserError("not_enrolled")  # noqa: TRY301 - nothing was put down yet
                first = me.next_n
                change = Change(connection, Writer(connection, me, author))
                yield change
                touched = change.writer.flush()
                erasure.forget(connection, change.writer.erased, tell=False)
                erased = erasure.take_pending(connection)
                following.follow(connection, touched)
                self._keeper.put(connection, me, first)
        except BaseException:
            self._keeper.withdraw()
            raise
        self._backing.changed = True
        change.touched = touched
        if erased:
            self._forget()

    def _forget(self) -> None:
        """Let neither journal nor write-ahead log keep erased words; what fails now the next start does."""
        with contextlib.suppress(UnavailableError):
            with self._writing.opened() as connection:
                self._keeper.renew(connection, load_identity(connection, now=self._now))
            self.checkpoint()

    def backup_if_due(self, now: int) -> bool:
        """Make a backup when something changed in half an hour of use (`Backing.is_due`); call it often.

        Whether one was made. Raises as `backup`, and then waits half an hour.
        """
        if not self._backing.changed or self._closed or self._is_doubted:
            return False
        with self.read() as connection:
            me = load_identity(connection, now=self._now)
        if not self._backing.is_due(me, now):
            return False
        self.backup(backups.REGULAR)
        self.checkpoint()
        return True

    def backup(self, why: str) -> backups.Backup:
        """Make a backup now, let go of those that are no longer needed, and cut the journal.

        Raises:
            UnavailableError: `backup_no_room`, `backup_failed`, `disk_full`, `disk_failing`,
                `vault_damaged`; all earlier backups are there still.
        """
        self.require_sound()
        return self._backing.make(why)

    def backup_to(self, folder: Path) -> backups.Backup:
        """Make a backup in a folder elsewhere, say on a stick, and remember it; nothing there is removed.

        Photos and papers that the server does not have go along. Raises as `backup`.
        """
        self.require_sound()
        with self.read() as connection:
            names = attachment_notes.alone(connection, self.attachments, backed_up=True)
        files = [self.attachments.named(name) for name in sorted(names)]
        made = self._backing.make_elsewhere(folder, files)
        with self._writing.opened() as connection:
            outside.remember_backup(connection, made.label, names)
        return made

    def require_sound(self) -> None:
        """Wait until every page was looked at, where that goes on beside the work (`open`).

        Raises:
            UnavailableError: `vault_damaged`, `disk_failing`; close it, and open it again without `at_once`.
        """
        self._proof.require()

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
        """Bring into the main file what no reader holds back; call it when idle and after an exchange.

        What a full or failing disk does not take stays beside it, as safe as before, until the next time.
        """
        if self._is_doubted:
            return
        try:
            with self._writing.outside() as raw:
                cipher.checkpoint(raw)
        except UnavailableError as problem:
            # Then nothing more is moved, and the next start looks at every page.
            self._damaged = problem.code == "vault_damaged"
            log.warning("nothing was moved into the main file", extra={"code": problem.code})

    def close(self) -> None:
        """End both connections and let others open the vault; does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        self._proof.end()
        self._keeper.close()
        if self._reading is not self._writing:
            self._reading.close()
        self._counting.close()
        try:
            self.checkpoint()
            if self._is_doubted:
                # Not possible beside an exclusive connection.
                two, key = self._reading is not self._writing, self._opened.subkey(repair.DATABASE_PURPOSE)
                self._writing.close_untouched(self._folder / FILE_NAME, key if two else None)
            else:
                self._writing.close()
        finally:
            self._lock.release()
        # As far as Python lets go of anything: nothing of ours names the key from here on.
        self._opened = replace(self._opened, key=b"")
        self.slots = Slots(self._folder, self._opened)
        self._backing.close()

    @property
    def _is_doubted(self) -> bool:
        """Whether nothing may be moved into the main file, not even by closing."""
        return self._damaged or not self._proof.is_given

    def _start_journal(self, look: Look) -> None:
        written = look()
        with self.write() as connection:
            me = load_identity(connection, now=self._now)
            self._keeper.start(connection, me, written)
        self._backing.look(me)
        if self._keeper.brought_back:
            self.recovery = repair.Recovery(None, self._keeper.brought_back, complete=True)
