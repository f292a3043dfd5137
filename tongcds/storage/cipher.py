"""Opening one encrypted connection: the key, the settings that durability rests on, and proof that they hold.

Who opens how many connections, and when, is decided in `vault`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from tongcds.errors import TongcdsError, UnavailableError
from tongcds.replica.dialect import unadapted

TWO_CONNECTIONS_FROM: Final = (3, 51, 3)
"""Before this version of SQLite two connections could damage a WAL that was being reset."""

PLAIN_HEADER: Final = b"SQLite format 3\0"
CACHE_KIB: Final = 12 * 1024
BUSY_MS: Final = 10_000

# Setting, value, and what reading it back must give. `locking_mode` stands before `journal_mode`, so that an
# exclusive connection never makes shared memory.
_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("temp_store", "MEMORY", 2),
    ("mmap_size", "0", 0),
    ("secure_delete", "ON", 1),
    ("wal_autocheckpoint", "200", 200),
    ("journal_size_limit", "4194304", 4194304),
    ("cache_size", f"-{CACHE_KIB}", -CACHE_KIB),
)

# Of those, what also concerns whoever only looks at a file that may be anybody's.
_WARY: Final = frozenset({"trusted_schema", "cell_size_check", "temp_store", "mmap_size"})

_CORRUPT: Final = frozenset({11, 26})
_FULL: Final = 13
# The disk does not answer: SQLITE_IOERR, SQLITE_CANTOPEN.
_FAILING: Final = frozenset({10, 14})
_WORDS: Final = {"database or disk is full": "disk_full", "disk I/O error": "disk_failing"}
_PRIMARY: Final = 0xFF

unadapted(sqlcipher)


class Cursor(Protocol):
    """The part of a driver's cursor that is used here."""

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row."""

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows that are left."""


class RawConnection(Protocol):
    """The part of a driver's connection that is used here."""

    def execute(self, statement: str, given: Mapping[str, object] = ..., /) -> Cursor:
        """Run one statement, with what its names stand for."""

    def backup(self, target: RawConnection, /) -> None:
        """Copy everything into another database."""

    def close(self) -> None:
        """End the connection."""


def sqlite_version() -> tuple[int, ...]:
    """The version of SQLite that is linked in."""
    return tuple(int(part) for part in sqlcipher.sqlite_version.split("."))


class Access(StrEnum):
    """What a connection may do. READ changes no file, not even by closing; MAKE may begin a new one."""

    READ = "ro"
    WRITE = "rw"
    MAKE = "rwc"


def open_raw(path: Path, key: bytes, access: Access, *, exclusive: bool = False) -> RawConnection:
    """A connection with this 256-bit key and every setting proven; in autocommit, usable from any thread.

    Raises:
        UnavailableError: `vault_damaged` when the file does not open with this key.
        RuntimeError: the library does not encrypt, or does not keep a setting.
    """
    address = f"{path.resolve().as_uri()}?mode={access}"
    if access is Access.READ and not has_wal(path):
        # Whoever looks holds the instance lock, so nothing changes meanwhile; without this SQLite would leave
        # empty files behind.
        address += "&immutable=1"
    raw: RawConnection | None = None
    try:
        raw = sqlcipher.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000
        )
        _prove(raw, key, access, exclusive=exclusive)
    except BaseException as problem:
        if raw is not None:
            raw.close()
        told = meaning(problem) if isinstance(problem, sqlcipher.DatabaseError) else None
        if told is None:
            raise
        raise told from problem
    return raw


def _prove(raw: RawConnection, key: bytes, access: Access, *, exclusive: bool) -> None:
    """Give the key and every setting, and see that they are kept and that the file opens."""
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    raw.execute("PRAGMA cipher_log_level = NONE")
    if _value(raw, "cipher_version") is None:
        raise RuntimeError("this SQLite does not encrypt")
    if access is Access.READ:
        for setting in _SETTINGS:
            if setting[0] in _WARY:
                _set(raw, *setting)
    else:
        locking = "exclusive" if exclusive else "normal"
        for name, value, expected in (("locking_mode", locking, locking), *_SETTINGS):
            _set(raw, name, value, expected)
    raw.execute("SELECT count(*) FROM sqlite_master").fetchone()


@contextmanager
def reading(path: Path, key: bytes) -> Iterator[RawConnection]:
    """A further connection, which only reads; it keeps nobody waiting."""
    raw = open_raw(path, key, Access.WRITE)
    try:
        raw.execute("PRAGMA query_only = ON")
        yield raw
    finally:
        raw.close()


def _value(raw: RawConnection, name: str) -> object:
    row = raw.execute(f"PRAGMA {name}").fetchone()
    return None if row is None else row[0]


def _set(raw: RawConnection, name: str, value: str, expected: object) -> None:
    raw.execute(f"PRAGMA {name} = {value}").fetchall()
    if _value(raw, name) != expected:
        message = f"SQLite did not keep {name} = {value}"
        raise RuntimeError(message)


def engine_on(raw: RawConnection, begin: str) -> Engine:
    """An engine whose every connection is this one; `begin` is the statement that starts a transaction.

    Parameters never reach logs or messages of errors.
    """
    engine = create_engine(
        "sqlite://", creator=lambda: raw, module=sqlcipher, poolclass=StaticPool, hide_parameters=True
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def meaning(problem: BaseException) -> TongcdsError | None:
    """What a person should be told about an error of the database; None when it is a mistake of ours."""
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    code = getattr(cause, "sqlite_errorcode", None)
    if not isinstance(code, int):
        # What the driver's `backup` raises carries SQLite's words (sqlite3_errstr) and no code.
        known = _WORDS.get(str(cause)) if isinstance(cause, sqlcipher.OperationalError) else None
        return None if known is None else UnavailableError(known)
    if code & _PRIMARY == _FULL:
        return UnavailableError("disk_full")
    if code & _PRIMARY in _CORRUPT:
        return UnavailableError("vault_damaged")
    if code & _PRIMARY in _FAILING:
        return UnavailableError("disk_failing")
    return None


def verify(raw: RawConnection, *, pages: bool = True, structure: bool = True) -> None:
    """Verify every page of the main file, and the structure and the indexes of everything as it reads.

    Views and triggers are none of ours: whoever has the key could make a backup act through them.

    After a power cut the main file may hold torn pages that the WAL covers: leave out `pages` then.

    Raises:
        UnavailableError: `vault_damaged`, or `disk_failing`.
    """
    broken: object = []
    sound: object = [("ok",)]
    try:
        if pages:
            broken = raw.execute("PRAGMA cipher_integrity_check").fetchall()
        if structure and not broken:
            sound = raw.execute("PRAGMA integrity_check").fetchall()
        if not broken:
            broken = raw.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('view', 'trigger')"
            ).fetchall()
    except sqlcipher.DatabaseError as problem:
        raise meaning(problem) or UnavailableError("vault_damaged") from problem
    if broken or sound != [("ok",)]:
        raise UnavailableError("vault_damaged")


def checkpoint(raw: RawConnection) -> None:
    """Bring into the main file what no reader holds back; waiting for one would make the next save wait."""
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")


def has_wal(path: Path) -> bool:
    """Whether something lies beside the main file that was not moved into it: the last end was not clean."""
    left = path.with_name(f"{path.name}-wal")
    return left.exists() and left.stat().st_size > 0


def is_plain(path: Path) -> bool:
    """Whether the file begins like an unencrypted database."""
    with path.open("rb") as file:
        return file.read(len(PLAIN_HEADER)) == PLAIN_HEADER
