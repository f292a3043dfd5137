"""What hangs on erased records in a replica's database: conflicts, what was set aside, and new records.

What an erasure does to a record itself is `erasure`'s, what it does to the log of own writes is `own`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import msgspec
from sqlalchemy import Connection, Select, select, update

from tongcds.protocol.messages import Write
from tongcds.records import Value, record_type, type_numbered
from tongcds.records.declare import ERASED
from tongcds.replica import erasure
from tongcds.replica.dialect import one_of
from tongcds.replica.own import unpack_body
from tongcds.replica.rows import Row, read_rows
from tongcds.replica.tables import QUARANTINE

TELLING: Final = ("conflict", "quarantined")
"""Types of records that repeat what was written elsewhere."""

_EMPTIED: Final[dict[str, dict[str, Value]]] = {
    "conflict": {"kept_value": None, "other_value": None, "resolved": 1},
    "quarantined": {"said": None},
}
_SLICE = 400
_pack = msgspec.msgpack.Encoder().encode


def erased_subjects(connection: Connection, writes: Sequence[Write]) -> frozenset[bytes]:
    """Those of the records that new writes name as their subject which were erased."""
    made = {write.id for write in writes}
    named: set[bytes] = set()
    for write in writes:
        record = type_numbered(write.type)
        if record is not None and not write.bases:
            named |= erasure.subjects_of(record, write)
    return erased_among(connection, named - made)


def erased_among(connection: Connection, ids: set[bytes]) -> frozenset[bytes]:
    """Those of these households and people that were erased."""
    wanted = sorted(ids)
    found: set[bytes] = set()
    for name in erasure.SUBJECTS if wanted else ():
        query = _erased(name, connection.dialect.name)
        for start in range(0, len(wanted), _SLICE):
            found.update(connection.execute(query, {"ids": wanted[start : start + _SLICE]}).scalars())
    return frozenset(found)


@cache
def _erased(name: str, dialect: str) -> Select[bytes]:
    table = record_type(name).table
    return select(table.c.id).where(one_of(dialect, table.c.id), table.c[ERASED].is_not(None))


def told_about(connection: Connection, name: str, subjects: Iterable[bytes]) -> list[Row]:
    """The conflicts, or the records of what was set aside, about these records."""
    record = record_type(name)
    wanted, ids = sorted(subjects), list[bytes]()
    for start in range(0, len(wanted), _SLICE):
        part = wanted[start : start + _SLICE]
        query = select(record.table.c.id).where(record.table.c.subject_id.in_(part))
        ids.extend(connection.execute(query).scalars())
    return list(read_rows(connection, record, ids).values())


def empty_told(name: str, row: Row) -> None:
    """Take the words out of such a record; that there was one is all that stays."""
    row["values"] |= _EMPTIED[name]


def empty_quarantine(connection: Connection, erased: set[bytes]) -> None:
    """What was set aside about an erased record loses its words too."""
    for record_id in sorted(erased):
        query = select(QUARANTINE).where(QUARANTINE.c.id == record_id)
        for kept in connection.execute(query).all():
            record = type_numbered(kept.type)
            values, bases = unpack_body(kept.body)
            write = Write(kept.type, kept.id, kept.n, kept.stamp, kept.author, values, bases)
            if record is not None and erasure.says_something(record, write):
                emptied = erasure.husk(record, write, kept.hash)
                connection.execute(
                    update(QUARANTINE)
                    .where(QUARANTINE.c.device == kept.device, QUARANTINE.c.n == kept.n)
                    .where(QUARANTINE.c.hash == kept.hash)
                    .values(body=_pack((emptied.values, emptied.bases)))
                )
