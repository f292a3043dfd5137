"""Which records of people and households do not show, since another stands for them, ready to be looked up.

`replica.merged` says what follows from what people said; this table keeps its answer, since every list asks.
It follows inside each transaction that changes a person, a household or a word on a pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Table,
    delete,
    insert,
    literal_column,
    select,
    union_all,
)

from tongcds.records import record_type
from tongcds.replica.merged import merged_records

_TABLES: Final = MetaData()
MERGED: Final = Table(
    "merged_record",
    _TABLES,
    Column("id", LargeBinary, primary_key=True),
    Column("survivor", LargeBinary, nullable=False),
    Index("ix_merged_record_survivor", "survivor"),
    sqlite_strict=True,
)
_SAID = record_type("duplicate").table
_PERSON = record_type("person").table
_HOUSEHOLD = record_type("household").table


def create_tables(connection: Connection) -> None:
    """Make the table, where it is not there yet."""
    _TABLES.create_all(connection)


def follow(connection: Connection, touched: Mapping[str, Iterable[bytes]]) -> set[bytes]:
    """Follow a change; returns the people and households that show now and did not, or no longer do."""
    if not touched.keys() & {"person", "household", "duplicate"}:
        return set()
    before = dict(connection.execute(select(MERGED.c.id, MERGED.c.survivor)).all())
    if not before and connection.execute(select(_SAID.c.id).limit(1)).first() is None:
        return set()
    now = merged_records(connection)
    different = {i for i in before.keys() | now.keys() if before.get(i) != now.get(i)}
    if different:
        connection.execute(delete(MERGED))
        if now:
            connection.execute(insert(MERGED), [{"id": i, "survivor": s} for i, s in now.items()])
    return different


def shows(record: ColumnElement[bytes]) -> ColumnElement[bool]:
    """The record of a person or household is the one that shows."""
    return record.not_in(select(MERGED.c.id))


def same_as(subject: ColumnElement[bytes], shown: ColumnElement[bytes]) -> ColumnElement[bool]:
    """The subject is the one that shows, or a record that it stands for."""
    # Correlated by name: inside a query of its own, SQLAlchemy would put the table of `shown` into it once
    # more, and everybody's merged records would count for everybody.
    others = select(MERGED.c.id).where(MERGED.c.survivor == shown).correlate_except(MERGED)
    # One list and no "or", so that both parts are looked up in the index.
    itself = select(literal_column(str(shown), shown.type))
    return subject.in_(union_all(itself, others))


def stood_for(connection: Connection, people: Sequence[bytes]) -> dict[bytes, bytes]:
    """The records that these stand for, each with the one that shows; `people` at most a few hundred."""
    found = select(MERGED.c.id, MERGED.c.survivor).where(MERGED.c.survivor.in_(people))
    return dict(connection.execute(found).all())


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Other records of the people of a household, each with the one that shows, and where they were kept.

    `homes` are households in which nobody else is on record, and those for which this one stands: all that
    was done there was done for them. `shared` are those in which others are.
    """

    people: Mapping[bytes, bytes] = field(default_factory=dict)
    homes: tuple[bytes, ...] = ()
    shared: tuple[bytes, ...] = ()


def elsewhere(connection: Connection, household_id: bytes) -> Elsewhere:
    """What belongs to this household's people although it was written of another record of theirs."""
    shown, other = _PERSON.alias("shown"), _PERSON.alias("other")
    rows = connection.execute(
        select(MERGED.c.id, MERGED.c.survivor, other.c.household_id)
        .join_from(MERGED, shown, shown.c.id == MERGED.c.survivor)
        .join(other, other.c.id == MERGED.c.id)
        .where(shown.c.household_id == household_id, shown.c.deleted == 0)
        .order_by(MERGED.c.id)
    ).all()
    stood_for = select(MERGED.c.id).join(_HOUSEHOLD, _HOUSEHOLD.c.id == MERGED.c.id)
    homes = set(connection.execute(stood_for.where(MERGED.c.survivor == household_id)).scalars())
    if not rows and not homes:
        return Elsewhere()
    people: dict[bytes, bytes] = {one: survivor for one, survivor, _home in rows}
    old = {home for _one, _survivor, home in rows if home is not None and home != household_id} - homes
    others = select(_PERSON.c.household_id).where(
        _PERSON.c.household_id.in_(old), _PERSON.c.deleted == 0, _PERSON.c.id.not_in(people)
    )
    shared = set(connection.execute(others.distinct()).scalars())
    return Elsewhere(people, tuple(sorted((old - shared) | homes)), tuple(sorted(shared)))
