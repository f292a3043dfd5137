"""SQLite and PostgreSQL where they differ. All else in `replica` is the same statements on both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import ModuleType

from sqlalchemy import ARRAY, ColumnElement, Connection, Dialect, LargeBinary, Table, any_, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

_FEWEST_TO_COPY = 8


def unadapted(driver: ModuleType) -> None:
    """Let a driver of SQLite take ids and empty fields as they are.

    Of each value but numbers and texts it asks whether anybody adapts it, and asking in vain costs more than
    all else that it does with the value: rows of ids and empty fields took more than twice as long.
    """
    driver.register_adapter(bytes, bytes)
    driver.register_adapter(type(None), lambda _: None)


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows that hold a value for every column of the table, in its order.

    Goes to the driver itself: our values are what it takes, and looking at each once more doubled the time.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= _FEWEST_TO_COPY:
        _copy(connection, table, rows)
    else:
        connection.exec_driver_sql(_insert_sql(table, connection.dialect), list(rows))


@lru_cache(maxsize=256)
def _insert_sql(table: Table, dialect: Dialect) -> str:
    mark = "%s" if dialect.name == "postgresql" else "?"
    return f"INSERT INTO {_columns(table, dialect)} VALUES ({', '.join(mark for _ in table.columns)})"  # noqa: S608  names of ours


def _columns(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    return f"{quote(table.name)} ({', '.join(quote(column.name) for column in table.columns)})"


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """COPY is several times as quick as INSERT. SQLAlchemy does not know it, so its errors are told here."""
    statement = f"COPY {_columns(table, connection.dialect)} FROM STDIN"
    driver, raw = connection.dialect.loaded_dbapi, connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as problem:
        raise DBAPIError.instance(
            statement, None, problem, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from problem


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows where nobody else has made them meanwhile."""
    if connection.dialect.name == "postgresql":
        # A laptop has none, and need not load it at each start.
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415

        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


def one_of(dialect: str, column: ColumnElement[bytes]) -> ColumnElement[bool]:
    """Whether a column holds one of the parameter `ids`; not too many, SQLite takes each as a parameter."""
    if dialect == "postgresql":
        # One parameter: a thousand would be looked for in the statement, one after the other.
        return column == any_(bindparam("ids", type_=ARRAY(LargeBinary)))
    return column.in_(bindparam("ids", expanding=True))
