"""Backups: whole, encrypted copies of the vault beside it or on a stick, each verified before it counts.

A backup is a folder of three files: the database under a key of its own, a copy of the key slots, and a label
that nobody without the vault's key can write; elsewhere also photos and papers, sealed as they lie. It is
made under another name, opened again, checked page by page, compared with what was copied, brought onto the
disk, and only then given its name. Restoring is `repair`'s; when one is due is the vault's.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path
from typing import Final

import msgspec
import sqlcipher3.dbapi2 as sqlcipher

from tongcds.clock import moment_of
from tongcds.errors import UnavailableError
from tongcds.storage import cipher, keyslots, slotfile, traces
from tongcds.storage.files import FULL, read_at_most, sync_file, sync_folder, write_whole

FOLDER: Final = traces.BACKUPS
DATABASE_NAME: Final = "vault.tcds"
KEYS_NAME: Final = "keys.tcds"
LABEL_NAME: Final = "label.tcds"
FILES_FOLDER: Final = "attachments"
PURPOSE: Final = "backups"
_LABEL_PURPOSE: Final = "backup labels"
_UNFINISHED: Final = ".unfinished"
_CHECK: Final = 32
_MOST_LABEL: Final = 4096

REGULAR, BY_HAND, MIGRATION = "regular", "by-hand", "migration"
IMPORT, UNDO, RESTORE, PURGE = "import", "undo", "restore", "purge"

RECENT, DAYS, WEEKS = 6, 7, 4
OLDEST_MS: Final = 30 * 86_400_000
"""Older backups go, except for the newest: what somebody asked to have erased must not stay in them."""

SPARE: Final = 50 * 1024 * 1024

Facts = tuple[object, ...]


class Label(msgspec.Struct, frozen=True, array_like=True):
    """What a backup says of itself: when (milliseconds, UTC), why, and the number of its next own write."""

    at: int
    why: str
    device: int
    next_n: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was verified when it was made."""

    path: Path
    label: Label


def make(
    database: Callable[[], contextlib.AbstractContextManager[cipher.RawConnection]],
    slots: Path,
    folder: Path,
    opened: keyslots.VaultKey,
    *,
    why: str,
    now: int,
    files: Sequence[Path] = (),
) -> Backup:
    """Make a backup in `folder` of what `database` gives a connection to, with the key slots in `slots`.

    `files` go along as they are.

    Raises:
        UnavailableError: `disk_full`, `disk_failing`, `vault_damaged`, or `backup_failed` when the copy is
            not what was copied. What was there before is there still.
    """
    # Numbered, since the clock may have been put back.
    name = f"{_last_number(folder) + 1:06}-{moment_of(now):%Y%m%d-%H%M%S}-{why}"
    making = folder / (name + _UNFINISHED)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        with database() as raw:
            facts = copy(raw, making / DATABASE_NAME, opened.subkey(PURPOSE))
            label = Label(now, why, *_identity(making / DATABASE_NAME, opened.subkey(PURPOSE)))
        _compare(making / DATABASE_NAME, opened.subkey(PURPOSE), facts)
        write_whole(making / KEYS_NAME, slotfile.newest_copy(slots))
        _copy_files(files, making / FILES_FOLDER)
        write_whole(making / LABEL_NAME, _pack_label(label, opened))
        sync_folder(making)
        final = folder / name
        making.rename(final)
        sync_folder(folder)
    except OSError as problem:
        shutil.rmtree(making, ignore_errors=True)
        raise UnavailableError(_disk_code(problem)) from problem
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Backup(final, label)


def copy(raw: cipher.RawConnection, path: Path, key: bytes) -> Facts:
    """Copy a database into a new file under this key and bring it onto the disk; returns what was in it.

    Raises:
        UnavailableError: as `make`.
    """
    with _told():
        raw.execute("BEGIN")
        try:
            facts = _facts(raw)
            target = cipher.open_raw(path, key, cipher.Access.MAKE, exclusive=True)
            try:
                raw.backup(target)
                # Closing would do it, too, but for half a second no other thread of Python's could run.
                target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                target.close()
        finally:
            raw.execute("ROLLBACK")
    with path.open("rb+") as file:
        sync_file(file.fileno())
    return facts


def listed(folder: Path, opened: keyslots.VaultKey) -> tuple[Backup, ...]:
    """The backups in a folder whose label is whole, the latest first."""
    found = []
    for path in _paths(folder):
        label = _read_label(path / LABEL_NAME, opened)
        if label is not None and (path / DATABASE_NAME).is_file():
            found.append(Backup(path, label))
    return tuple(reversed(found))


def unpack(backup: Backup, path: Path, opened: keyslots.VaultKey, key: bytes) -> None:
    """Verify a backup and write its database to `path` under `key`.

    Raises:
        UnavailableError: `vault_damaged`, `disk_full` or `disk_failing`.
    """
    raw = cipher.open_raw(backup.path / DATABASE_NAME, opened.subkey(PURPOSE), cipher.Access.READ)
    try:
        cipher.verify(raw)
        facts = copy(raw, path, key)
    finally:
        raw.close()
    _compare(path, key, facts)


def key_files(folder: Path) -> Iterator[Path]:
    """The copies of the key slots in backups, the latest first."""
    for path in reversed(_paths(folder)):
        if (path / KEYS_NAME).is_file():
            yield path / KEYS_NAME


def renew_keys(folder: Path, content: bytes) -> None:
    """Put this key file in place of the one in every backup of a folder, where it can be written.

    The vault's key stays the same, so the newest slots open them all.
    """
    for path in key_files(folder):
        with contextlib.suppress(OSError, UnavailableError):
            write_whole(path, content)


def rotate(folder: Path, opened: keyslots.VaultKey) -> None:
    """Remove what is neither among the recent ones nor the last of its day or week, nor of a migration.

    Call it after a newer one was verified; the newest always stays, and of those not older than 30 days the
    one before it.
    """
    there = listed(folder, opened)
    keep = {backup.path for backup in kept(there)}
    for backup in there:
        if backup.path not in keep:
            # Under another name first, so that a cut leaves no half of a backup behind.
            going = backup.path.with_name(backup.path.name + _UNFINISHED)
            with contextlib.suppress(OSError):
                backup.path.rename(going)
                shutil.rmtree(going)
    if folder.is_dir():
        for left in folder.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(left, ignore_errors=True)


def kept(there: Sequence[Backup]) -> tuple[Backup, ...]:
    """Those of the backups, the latest first, that the rule keeps."""
    keep = list(there[:RECENT])
    for form, most in (("%Y-%j", DAYS), ("%G-%V", WEEKS)):
        last: dict[str, Backup] = {}
        for backup in there:
            last.setdefault(f"{moment_of(backup.label.at):{form}}", backup)
        keep += list(last.values())[:most]
    keep += [backup for backup in there if backup.label.why == MIGRATION][:1]
    # Counted from the newest, which was just made.
    return tuple(b for b in there if b in keep and there[0].label.at - b.label.at <= OLDEST_MS)


def require_room(folder: Path, database: Path, files: Sequence[Path] = ()) -> None:
    """Refuse early where a backup, with these files in it, would fill the disk.

    Raises:
        UnavailableError: `backup_no_room`, with the megabytes `needed` and `free`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    along = sum(path.stat().st_size for path in files)
    needed, free = 2 * database.stat().st_size + along + SPARE, free_bytes(folder)
    if free < needed:
        raise UnavailableError("backup_no_room", needed=-(-needed // 1_000_000), free=free // 1_000_000)


def free_bytes(folder: Path) -> int:
    """How much room the disk under a folder has."""
    return shutil.disk_usage(folder).free


def _copy_files(files: Sequence[Path], folder: Path) -> None:
    """Copy files into a new folder, bring them onto the disk and read them back.

    Raises:
        UnavailableError: `backup_failed` when the disk does not give back what was written.
    """
    if not files:
        return
    folder.mkdir(mode=0o700)
    for path in files:
        content = path.read_bytes()
        write_whole(folder / path.name, content)
        if (folder / path.name).read_bytes() != content:
            raise UnavailableError("backup_failed")
    sync_folder(folder)


def _paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.suffix != _UNFINISHED)


def _last_number(folder: Path) -> int:
    heads = [path.name.partition("-")[0] for path in _paths(folder)]
    return max((int(head) for head in heads if head.isdecimal()), default=0)


def _facts(raw: cipher.RawConnection) -> Facts:
    """The shape and, for every table, how many rows it has."""
    shape = raw.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
    counts = {
        name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchall()  # noqa: S608 - a name of our own shape
        for (name,) in tables
    }
    return shape, counts, raw.execute("PRAGMA user_version").fetchall()


def _identity(path: Path, key: bytes) -> tuple[int, int]:
    raw = cipher.open_raw(path, key, cipher.Access.READ)
    try:
        row = raw.execute("SELECT device, next_n FROM self_state").fetchone()
    finally:
        raw.close()
    match row:
        case (int() as device, int() as next_n):
            return device, next_n
        case _:
            return 0, 1


def _compare(path: Path, key: bytes, facts: Facts) -> None:
    try:
        raw = cipher.open_raw(path, key, cipher.Access.READ)
        try:
            cipher.verify(raw)
            same = _facts(raw) == facts
        finally:
            raw.close()
    except UnavailableError as problem:
        raise UnavailableError("backup_failed") from problem
    if not same:
        raise UnavailableError("backup_failed")


def _pack_label(label: Label, opened: keyslots.VaultKey) -> bytes:
    body = msgspec.msgpack.encode(label)
    return _sign(body, opened) + body


def _sign(body: bytes, opened: keyslots.VaultKey) -> bytes:
    return blake2b(body, key=opened.subkey(_LABEL_PURPOSE), digest_size=_CHECK).digest()


def _read_label(path: Path, opened: keyslots.VaultKey) -> Label | None:
    try:
        content = read_at_most(path, _MOST_LABEL)
    except OSError:
        return None
    body = content[_CHECK:]
    if not compare_digest(content[:_CHECK], _sign(body, opened)):
        return None
    return msgspec.msgpack.decode(body, type=Label)


def _disk_code(problem: OSError) -> str:
    return "disk_full" if problem.errno in FULL else "disk_failing"


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the database in the words of the vault."""
    try:
        yield
    except sqlcipher.DatabaseError as problem:
        raise cipher.meaning(problem) or UnavailableError("backup_failed") from problem
