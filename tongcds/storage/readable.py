"""What of a damaged database can still be read: table by table, row by row, around the pages that fail.

SQLCipher refuses a page as a whole: what lies on it is gone, what lies on others is as it was. No row is ever
guessed, and none with a part on a failed page is told. The few pages that hold the list of tables are needed
for all. Nothing here changes a byte.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import BigInteger, Connection, bindparam, literal_column, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from tongcds.domain.stamps import ID_LENGTH
from tongcds.errors import UnavailableError
from tongcds.records import RecordType
from tongcds.replica.values import may_travel
from tongcds.storage import cipher

_FIRST: Final = 1
_LAST: Final = (1 << 63) - 1
_BEYOND: Final = 1000
"""So many rows more than those that are known of are looked for where the index of the ids fails too."""
_TRIES: Final = 2000
"""Looks into the gaps of one table; with one page of ten lost they find all there is to find."""
_FRUITLESS: Final = 200
"""So many looks that find nothing at all say that the way into the table is lost."""
_EMPTY: Final = bytes(64)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a table that could be read, by id, each with all its columns; removed ones among them.

    `lost` are the ids of the others, None when nobody can say which there were.
    """

    rows: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    lost: frozenset[bytes] | None = None


def ask(path: Path, key: bytes, question: Callable[[Connection], Answer]) -> Answer | None:
    """The answer to a question that needs few pages; None when one of them cannot be read."""
    try:
        raw = cipher.open_raw(path, key, cipher.Access.READ)
    except (UnavailableError, sqlcipher.Error):
        return None
    engine = cipher.engine_on(raw, "BEGIN")
    try:
        with engine.connect() as connection:
            return question(connection)
    except DBAPIError:
        return None
    finally:
        engine.dispose()
        raw.close()


def read(path: Path, key: bytes, record: RecordType) -> Found:
    """Everything that can be read of one type's table."""
    table = _Table(path, key, record)
    table.read()
    return table.found()


class _Table:
    """One table being read; gaps are spans of row numbers that nobody could look into yet."""

    def __init__(self, path: Path, key: bytes, record: RecordType) -> None:
        self._path, self._key, self._record = path, key, record
        number = literal_column("rowid", BigInteger())
        self._names = tuple(column.name for column in record.table.columns)
        between = select(number, *record.table.columns).where(
            number >= bindparam("low"), number <= bindparam("high")
        )
        # Any order but the table's own would be read through an index, and that may be of other days.
        self._up = _text(between.order_by(number))
        self._down = _text(between.order_by(number.desc()))
        # Both are in the index of the ids, so that the table's own pages are not asked for.
        index = select(record.table.c.id, number)
        self._ids = _text(index.order_by(record.table.c.id))
        self._ids_back = _text(index.order_by(record.table.c.id.desc()))
        self._rows: dict[bytes, dict[str, Any]] = {}
        self._whole, self._sound = False, True

    def read(self) -> None:
        """Read upwards, then downwards, then into what is left between, the widest gap first."""
        low, ended = self._run(self._up, _FIRST, _LAST)
        self._whole = ended
        if ended:
            return
        high, _ended = self._run(self._down, _FIRST, _LAST)
        self._fill((low or 0) + 1, self._bound() if high is None else high - 1)

    def found(self) -> Found:
        """What was read, and what is missing by the index of the ids, if that can be read from end to end."""
        if self._whole and self._sound:
            return Found(self._rows, frozenset())
        known, whole = self._index()
        return Found(self._rows, frozenset(known) - self._rows.keys() if whole else None)

    def _fill(self, low: int, high: int) -> None:
        gaps = [(low - high, low, high)] if low <= high else []
        tries = _TRIES
        while gaps and tries and (self._rows or tries > _TRIES - _FRUITLESS):
            tries -= 1
            _size, low, high = heapq.heappop(gaps)
            middle = (low + high) // 2
            last, up_ended = self._run(self._up, middle, high)
            first, down_ended = self._run(self._down, low, middle - 1)
            rest = [] if up_ended else [((middle if last is None else last) + 1, high)]
            rest += [] if down_ended else [(low, (middle if first is None else first) - 1)]
            for start, end in rest:
                if start <= end:
                    heapq.heappush(gaps, (start - end, start, end))

    def _bound(self) -> int:
        """A number that no row is above, as far as the index of the ids tells."""
        known, whole = self._index()
        return max(known.values(), default=0) + (0 if whole else _BEYOND)

    def _run(self, statement: str, low: int, high: int) -> tuple[int | None, bool]:
        """Read until the end or a page that fails: the last row's number, and whether it was the end."""
        last: int | None = None
        try:
            for number, *values in self._each(statement, {"low": low, "high": high}):
                last = number
                self._sound &= self._keep(dict(zip(self._names, values, strict=True)))
        except (UnavailableError, sqlcipher.Error):
            return last, False
        return last, True

    def _each(self, statement: str, given: dict[str, int]) -> Iterator[tuple[Any, ...]]:
        # After a failed page SQLCipher may refuse sound ones too: each run has a connection of its own.
        raw = cipher.open_raw(self._path, self._key, cipher.Access.READ)
        try:
            cursor = raw.execute(statement, given)
            while (row := cursor.fetchone()) is not None:
                yield row
        finally:
            raw.close()

    def _keep(self, row: dict[str, Any]) -> bool:
        """Keep a row, or say that it cannot be true: one that is not of this type, or not all there."""
        kinds = self._record.kinds
        if not isinstance(row["id"], bytes) or len(row["id"]) != ID_LENGTH:
            return False
        if not all(may_travel(kind, row[name]) for name, kind in kinds.items()):
            return False
        if any(map(_is_emptied, row.values())):
            return False
        there = self._rows.get(row["id"])
        if there is None or row["stamp"] >= there["stamp"]:
            self._rows[row["id"]] = row
        return True

    def _index(self) -> tuple[dict[bytes, int], bool]:
        """Ids and numbers of the rows, and whether these are all."""
        known: dict[bytes, int] = {}
        for statement in (self._ids, self._ids_back):
            try:
                known.update(self._each(statement, {}))
            except (UnavailableError, sqlcipher.Error):
                continue
            return known, True
        return known, False


def _is_emptied(value: object) -> bool:
    """Whether a failed page lies in this value.

    Where the end of a long row is on a page that fails, SQLCipher gives zeros for it and no error. Such a
    page holds thousands of bytes of a row, so that one of its texts or blobs has many of them.
    """
    if isinstance(value, str):
        return "\0" in value
    return isinstance(value, bytes) and _EMPTY in value


def _text(query: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own, long names
    return str(query.compile(dialect=sqlite.dialect(paramstyle="named")))
