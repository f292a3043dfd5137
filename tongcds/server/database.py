"""The server's database, embedded SQLite or PostgreSQL, with two kinds of transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from tongcds.replica.dialect import unadapted

Answer = TypeVar("Answer")

_POOL = 8
_ATTEMPTS = 4
# Another transaction was in the way: serialization failure, deadlock, lock not available.
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 10000",
)

unadapted(sqlcipher3.dbapi2)


class BusyError(Exception):
    """The database is busy; nothing happened, and trying again later will do."""


def sqlite_url(file: Path) -> str:
    """The address of an embedded database."""
    return f"sqlite:///{file}"


class Database:
    """A way to the database, for many threads.

    Args:
        url: `sqlite:///file` or `postgresql://…`.
    """

    def __init__(self, url: str) -> None:
        self.embedded = url.startswith("sqlite")
        self._turn = threading.Lock()
        self._engine = _sqlite(url) if self.embedded else _postgresql(url)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, taken back by an exception."""
        if not self.embedded:
            with self._engine.begin() as connection:
                yield connection
            return
        # SQLite has one writer. Threads of this process take turns here instead of asking again and again.
        with self._turn, self._engine.connect() as connection:
            connection.info["begin"] = "BEGIN IMMEDIATE"
            try:
                with connection.begin():
                    yield connection
            finally:
                connection.info["begin"] = "BEGIN"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads and sees the database as it stood at its first question."""
        with self._engine.connect() as connection:
            if not self.embedded:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def change(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do `work` in a writing transaction, again when another one was in the way.

        Raises:
            BusyError: others were in the way each time.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self.write() as connection:
                    return work(connection)
            except (OperationalError, IntegrityError) as error:
                if not _passing(error):
                    raise
                if attempt == _ATTEMPTS - 1:
                    raise BusyError from error
        raise BusyError

    def settle(self) -> None:
        """Keep nothing of what was overwritten in the embedded database's write-ahead log."""
        if self.embedded:
            with self._turn, self._engine.connect() as connection:
                # Outside of a transaction, which SQLAlchemy would begin.
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def tells_in_its_log(self) -> bool:
        """Whether the database writes values of records into a log of its own.

        PostgreSQL quotes rows and parameters in the details and the context of a message, which only `terse`
        leaves out; the statements themselves hold none. SQLite has no log.

        Raises:
            sqlalchemy.exc.DBAPIError: it is away.
        """
        if self.embedded:
            return False
        with self.read() as connection:
            return bool(connection.exec_driver_sql("SHOW log_error_verbosity").scalar_one() != "terse")

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _passing(error: DBAPIError) -> bool:
    """Whether the same work may succeed the next time.

    Two transactions that make the same row (an area's counter, say) meet in an IntegrityError: the next time
    the row is there.
    """
    if isinstance(error, IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    return state in _TRY_AGAIN or (state is None and "locked" in str(error.orig))


def _sqlite(url: str) -> Engine:
    # The SQLite inside sqlcipher3 is the one that this project has chosen; the one of the system may be any.
    engine = create_engine(
        url, module=sqlcipher3.dbapi2, hide_parameters=True, pool_size=_POOL, max_overflow=0
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlcipher3.dbapi2.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.info.get("begin", "BEGIN"))

    return engine


def _postgresql(url: str) -> Engine:
    _, _, rest = url.partition("://")
    return create_engine(
        f"postgresql+psycopg://{rest}",
        hide_parameters=True,
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_pre_ping=True,
        # Figures are a few large statements over small villages: compiling them takes longer than running.
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC -c lock_timeout=10s -c jit=off"},
    )
