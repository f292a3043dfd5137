"""A connection of the vault that many threads may ask for, and one at a time gets."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tongcds.errors import UnavailableError
from tongcds.storage import cipher


class Door:
    """One connection, one user at a time; the transaction that the user gets ends when they leave."""

    def __init__(
        self, raw: cipher.RawConnection, begin: str, require: Callable[[], None] = lambda: None
    ) -> None:
        """`require` waits until one may come in, or raises."""
        self._raw = raw
        self._require = require
        self._engine = cipher.engine_on(raw, begin)
        self._lock = threading.Lock()
        self._owner = 0

    @contextmanager
    def opened(self, committed: Callable[[], None] | None = None) -> Iterator[Connection]:
        """`committed` is called after the commit, before anybody else gets the connection."""
        with self._alone():
            try:
                with self._engine.begin() as connection:
                    yield connection
                if committed is not None:
                    committed()
            except DBAPIError as problem:
                told = cipher.meaning(problem)
                if told is None:
                    raise
                raise told from problem

    @contextmanager
    def outside(self) -> Iterator[cipher.RawConnection]:
        """The connection without a transaction; errors of the disk as `opened` tells them."""
        with self._alone():
            try:
                yield self._raw
            except sqlcipher.DatabaseError as problem:
                told = cipher.meaning(problem)
                if told is None:
                    raise
                raise told from problem

    @contextmanager
    def still(self) -> Iterator[bool]:
        """Keep everybody out for the length of the block; False, and nobody is kept out, while one is in."""
        got = self._lock.acquire(blocking=False)
        try:
            yield got
        finally:
            if got:
                self._lock.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._owner == threading.get_ident():
            raise RuntimeError("this thread has the connection open already")
        self._require()
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = 0

    def close(self) -> None:
        """End the connection, once whoever has it is done."""
        with self._lock:
            self._engine.dispose()
            self._raw.close()

    def close_untouched(self, path: Path, key: bytes | None) -> None:
        """Close and leave the WAL, where another connection may be opened with this key.

        Whoever closes last moves it into the main file, unless it may only read.
        """
        last = None
        if key is not None:
            with contextlib.suppress(UnavailableError):
                last = cipher.open_raw(path, key, cipher.Access.READ)
        self.close()
        if last is not None:
            last.close()


def reader(path: Path, key: bytes, cache_kib: int = cipher.CACHE_KIB) -> Door:
    """A door that nobody can write through, with so much memory for pages."""
    raw = cipher.open_raw(path, key, cipher.Access.WRITE)
    raw.execute("PRAGMA query_only = ON")
    raw.execute(f"PRAGMA cache_size = -{cache_kib}")
    return Door(raw, "BEGIN")
