"""Writes that the server kept aside, in words: one's own that came back, and others' that an officer decides.

What the exchange left besides is `storage.exchange`'s; doing something about them is `actions.returned`'s and
`actions.quarantine`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from tongcds.clock import moment_of
from tongcds.domain.stamps import milliseconds_of, split_id
from tongcds.domain.views import QuarantinedRow, ReturnedChange, ReturnedRow
from tongcds.protocol.messages import Write
from tongcds.records import RecordType, Value, record_type, type_numbered
from tongcds.records.declare import DELETED, Kind
from tongcds.replica import pending
from tongcds.replica.own import RETURNED
from tongcds.replica.rows import read_rows
from tongcds.replica.tables import OWN
from tongcds.storage import wording
from tongcds.storage.exchange import (
    MOST_ROWS,
    author_name,
    current_value,
    names_of,
    own_value,
    subject_of,
)

_QUARANTINED = record_type("quarantined").table
_VILLAGE = record_type("village").table
_TAIL: Final = (1 << 62) - 1
# What no officer can make right: the values themselves, or a kind of record nobody here knows.
_NOT_ACCEPTABLE: Final = frozenset({"bad_value", "unknown_type", "append_only", "number_reused", "erased"})


@dataclass(frozen=True, slots=True)
class Returned:
    """An own write that came back, as values. `gone`: its record is not in the register any more."""

    record: RecordType
    write: Write
    code: str
    gone: bool

    @property
    def makes(self) -> bool:
        """Whether it made the record."""
        return not self.write.bases and split_id(self.write.id)[1] == self.write.stamp & _TAIL


def returned(connection: Connection) -> tuple[ReturnedRow, ...]:
    """Own writes that the server kept aside and that nobody settled, the latest first; at most 200."""
    query = select(OWN.c.n).where(OWN.c.code.is_not(None), OWN.c.state == RETURNED)
    numbers = connection.execute(query.order_by(OWN.c.n.desc()).limit(MOST_ROWS)).scalars().all()
    return tuple(_returned_row(connection, n) for n in numbers)


def returned_write(connection: Connection, n: int) -> Returned | None:
    """The own write with this number, if it came back and is not settled, and its kind of record is known."""
    query = select(OWN.c.type, OWN.c.code).where(OWN.c.n == n, OWN.c.state == RETURNED)
    row = connection.execute(query).one_or_none()
    record = None if row is None else type_numbered(row.type)
    if row is None or record is None:
        return None
    (write,) = pending(connection, n - 1, 1)
    gone = not read_rows(connection, record, [write.id])
    return Returned(record, write, row.code or "", gone)


def record_of(connection: Connection, n: int) -> bytes | None:
    """The open record by which others see the own write with this number, once it came."""
    found = returned_write(connection, n)
    if found is None:
        return None
    query = select(_QUARANTINED.c.id).where(
        _QUARANTINED.c.subject_id == found.write.id,
        _QUARANTINED.c.origin_n == n,
        _QUARANTINED.c.state == "open",
        _QUARANTINED.c.deleted == 0,
    )
    return connection.execute(query).scalars().first()


def quarantined(connection: Connection, unit_id: bytes) -> tuple[QuarantinedRow, ...]:
    """What waits for the decision of this commune, the oldest first; at most 200."""
    query = _waiting(unit_id).order_by(
        _QUARANTINED.c.at, _QUARANTINED.c.origin_device, _QUARANTINED.c.origin_n
    )
    return tuple(_quarantined_row(connection, row) for row in connection.execute(query.limit(MOST_ROWS)))


def quarantined_count(connection: Connection, unit_id: bytes) -> int:
    """How much waits for the decision of this commune."""
    return connection.execute(select(func.count()).select_from(_waiting(unit_id).subquery())).scalar_one()


def _waiting(unit_id: bytes) -> Any:  # noqa: ANN401  SQLAlchemy's query
    return select(_QUARANTINED).where(
        _QUARANTINED.c.deleted == 0,
        _QUARANTINED.c.state == "open",
        _QUARANTINED.c.decision.is_(None),
        func.coalesce(_QUARANTINED.c.withdrawn, 0) == 0,
        # What the commune's own computers wrote is decided at the province.
        _QUARANTINED.c.area_id != unit_id,
    )


def _returned_row(connection: Connection, n: int) -> ReturnedRow:
    code, number = connection.execute(select(OWN.c.code, OWN.c.type).where(OWN.c.n == n)).one()
    found = returned_write(connection, n)
    if found is None:
        return ReturnedRow(n, wording.type_name(str(number)), wording.reason(code or ""), code=code or "")
    write = found.write
    subject = subject_of(connection, found.record, write.id, write.values)
    return ReturnedRow(
        n,
        subject.title,
        wording.reason(found.code),
        household_code=subject.household_code,
        code=found.code,
        at=moment_of(milliseconds_of(write.stamp)),
        author=author_name(connection, write.author),
        changes=_changes(connection, found.record, write.id, write.values),
        gone=found.gone,
        can_be_mended=can_be_mended(found),
    )


def can_be_mended(found: Returned) -> bool:
    """Whether the write can be made again with other values."""
    if set(found.write.values) == {DELETED} or found.code == "erased":
        return False
    return found.makes if found.gone else not found.record.append_only


def _quarantined_row(connection: Connection, row: Any) -> QuarantinedRow:  # noqa: ANN401  a row
    values: dict[str, Value] = msgspec.msgpack.decode(row.said) if row.said else {}
    try:
        record = record_type(row.subject_type)
    except KeyError:
        record = None
    unit = connection.execute(select(_VILLAGE.c.name).where(_VILLAGE.c.id == row.area_id)).scalar()
    title, code = wording.type_name(row.subject_type), ""
    if record is not None:
        subject = subject_of(connection, record, row.subject_id, values)
        title, code = subject.title, subject.household_code
    return QuarantinedRow(
        row.id,
        title,
        code,
        unit_name=unit or "",
        author=author_name(connection, row.author_id),
        at=moment_of(row.written),
        reason=wording.reason(row.code),
        code=row.code,
        changes=() if record is None else _changes(connection, record, row.subject_id, values),
        can_be_accepted=row.code not in _NOT_ACCEPTABLE,
    )


def _changes(
    connection: Connection, record: RecordType, record_id: bytes, values: Mapping[str, Value]
) -> tuple[ReturnedChange, ...]:
    """The fields that a write names: what stands there now, and what was wanted."""
    changes = []
    for field, wanted in values.items():
        if field not in record.kinds or field == record.area_field:
            continue
        kind = record.kinds[field]
        if kind is Kind.BYTES:
            continue
        now = current_value(connection, record, record_id, field)
        names = names_of(connection, [now, wanted])
        changes.append(
            ReturnedChange(
                field,
                wording.field_name(field),
                before=wording.value_words(field, kind, now, names),
                wanted=_words(field, kind, wanted, names),
                own=own_value(record, field),
            )
        )
    return tuple(changes)


def _words(field: str, kind: Kind, value: Value, names: Mapping[bytes, str]) -> str:
    """What was wanted, as it was; a value that the server could not keep may not even have words."""
    try:
        return wording.value_words(field, kind, value, names)
    except (ValueError, TypeError):
        return str(value)
