"""What is asked of record tables, and done to them, as statements that are made once.

SQLAlchemy takes several times as long to make a statement as SQLite to run it, and one exchange runs
hundreds. Statements about one of the books stand as constants where they are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Select,
    Table,
    Update,
    bindparam,
    literal_column,
    select,
    union_all,
    update,
)

from tongcds.records import RecordType, all_types
from tongcds.records.declare import DELETED
from tongcds.replica.dialect import one_of

_HIGHEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Statements:
    """Those about one record table; each comment names the parameters."""

    one: Select[Any]  # the_id: its row
    some: Select[Any]  # ids: their rows
    areas: Select[bytes]  # ids: the areas of their rows
    between_ids: Select[bytes]  # low, high: the id of some row between them
    in_area: Select[Any]  # area: its rows
    live: Select[Any]  # area: its rows that are not removed
    numbered: Select[
        Any
    ]  # area, low, high, puller: rows above low, less those whose last change is the puller's
    change: Update  # the_id and every other column by its name


def statements(connection: Connection, record: RecordType) -> Statements:
    """The statements about a type's table, for the database that the connection leads to."""
    return _made(record.table, connection.dialect.name)


@cache
def _made(table: Table, dialect: str) -> Statements:
    c = table.c
    some, area, this = one_of(dialect, c.id), c.area == bindparam("area"), c.id == bindparam("the_id")
    low: BindParameter[int] = bindparam("low")
    high: BindParameter[int] = bindparam("high")
    return Statements(
        one=select(table).where(this),
        some=select(table).where(some),
        areas=select(c.area).where(some).distinct(),
        between_ids=select(c.id).where(c.id >= low, c.id <= high).limit(1),
        in_area=select(table).where(area),
        live=select(table).where(area, c[DELETED] == 0),
        numbered=select(table)
        .where(area, c.number > low, c.number <= high, c.editor != bindparam("puller"))
        .order_by(c.number),
        change=update(table)
        .where(this)
        .values({column.name: bindparam(column.name) for column in c if column.name != "id"}),
    )


def present(
    connection: Connection, types: Sequence[RecordType], area: bytes, *, low: int = -1, high: int = _HIGHEST
) -> list[RecordType]:
    """Those of the types of which the area has rows numbered above `low` and up to `high`: few have any."""
    if not types:
        return []
    query = _present(tuple(record.number for record in types))
    found = set(connection.execute(query, {"area": area, "low": low, "high": high}).scalars())
    return [record for record in types if record.number in found]


@cache
def _present(numbers: tuple[int, ...]) -> CompoundSelect[int]:
    area: BindParameter[bytes] = bindparam("area")
    low: BindParameter[int] = bindparam("low")
    high: BindParameter[int] = bindparam("high")
    return union_all(
        *(
            select(literal_column(str(record.number))).where(
                select(c.id).where(c.area == area, c.number > low, c.number <= high).exists()
            )
            for record in all_types()
            for c in (record.table.c,)
            if record.number in numbers
        )
    )
