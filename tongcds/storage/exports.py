"""The files that somebody wrote out of the vault on purpose: which, when, about how many people, still there.

Each person sees their own. The files lie outside of the vault and are anybody's; this list is what is left to
find and delete them by.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
)

_TABLES: Final = MetaData()

EXPORT: Final = Table(
    "export_file",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("who", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("people", Integer, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class Exported:
    """One file; `at` in milliseconds (UTC), `who` a member's id."""

    id: int
    at: int
    who: bytes
    kind: str
    path: Path
    people: int


def create_tables(connection: Connection) -> None:
    """Make the table, where it is not there yet."""
    _TABLES.create_all(connection)


def add(connection: Connection, *, at: int, who: bytes, kind: str, path: Path, people: int) -> None:
    """Keep that a file was written."""
    connection.execute(insert(EXPORT).values(at=at, who=who, kind=kind, path=str(path), people=people))


def of(connection: Connection, who: bytes) -> tuple[Exported, ...]:
    """The files of one person, the latest first."""
    rows = connection.execute(select(EXPORT).where(EXPORT.c.who == who).order_by(EXPORT.c.id.desc()))
    return tuple(Exported(r.id, r.at, r.who, r.kind, Path(r.path), r.people) for r in rows)


def forget(connection: Connection, export_id: int) -> None:
    """Take a file off the list."""
    connection.execute(delete(EXPORT).where(EXPORT.c.id == export_id))
