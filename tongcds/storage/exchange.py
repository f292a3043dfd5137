"""What the exchange left for people to see: what waits, what clashed, what came back, how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Select, func, select, update

from tongcds.clock import moment_of
from tongcds.domain.stamps import milliseconds_of
from tongcds.domain.views import ConflictRow, ConflictSide, ExchangeRow, ImportRow, OwnValue
from tongcds.forms import one_field
from tongcds.i18n import _
from tongcds.records import RecordType, Value, all_types, record_type
from tongcds.records.declare import Kind
from tongcds.replica.own import RETURNED, WAITING, logged_of
from tongcds.replica.tables import OWN, SELF
from tongcds.storage import local, wording
from tongcds.storage.presence import HOUSEHOLD, PERSON

_CONFLICT = record_type("conflict").table
_MEMBER = record_type("member").table
_VILLAGE = record_type("village").table
_VISIT = record_type("visit").table

MOST_ROWS: Final = 200

# Any: rows answer each column under its name; what msgspec unpacks is a Value that `replica.merge` packed.
_Row = Any


@dataclass(frozen=True, slots=True)
class ConflictValues:
    """A conflict that waits for somebody's choice, as values. `kept` stood when the two met."""

    subject_type: str
    subject_id: bytes
    field: str
    kept: Value
    other: Value


@dataclass(frozen=True, slots=True)
class Subject:
    """What a record is called, and the code of its household."""

    title: str
    household_code: str


def waiting_by_type(connection: Connection) -> tuple[tuple[str, int], ...]:
    """How many own writes no receipt covers, by type of record; types without any are left out."""
    query = select(OWN.c.type, func.count()).where(OWN.c.state == WAITING).group_by(OWN.c.type)
    counts: dict[int, int] = dict(connection.execute(query).all())
    return tuple((t.name, counts[t.number]) for t in all_types() if t.number in counts)


def left_to_people(connection: Connection) -> int:
    """How many things a person should look at: open conflicts and writes that came back."""
    clashes = select(func.count()).select_from(_open().order_by(None).subquery())
    back = select(func.count()).select_from(OWN).where(OWN.c.code.is_not(None), OWN.c.state == RETURNED)
    return connection.execute(clashes).scalar_one() + connection.execute(back).scalar_one()


def conflicts(connection: Connection) -> tuple[ConflictRow, ...]:
    """The places that two machines changed and nobody settled yet, the latest first; at most 200."""
    own = connection.execute(select(SELF.c.device)).scalar_one_or_none()
    return tuple(_conflict_row(connection, row, own) for row in connection.execute(_open().limit(MOST_ROWS)))


def conflict_values(connection: Connection, conflict_id: bytes) -> ConflictValues | None:
    """What two machines said, or None when there is no such conflict or it is settled."""
    row = connection.execute(_open().where(_CONFLICT.c.id == conflict_id)).one_or_none()
    if row is None:
        return None
    kept, other = msgspec.msgpack.decode(row.kept_value), msgspec.msgpack.decode(row.other_value)
    return ConflictValues(row.subject_type, row.subject_id, row.field, kept, other)


def history(connection: Connection) -> tuple[ExchangeRow, ...]:
    """The latest exchanges, the last first; at most 200."""
    return tuple(
        ExchangeRow(
            at=moment_of(past.at),
            way=past.way,
            sent=past.sent,
            received=past.received,
            outcome=past.outcome,
            attempts=past.attempts,
            problem=past.problem,
        )
        for past in local.load_exchanges(connection, MOST_ROWS)
    )


def again(connection: Connection, at: int) -> None:
    """The latest exchange happened once more, at this moment (milliseconds, UTC), and nothing was new."""
    latest = select(func.max(local.EXCHANGE.c.id)).scalar_subquery()
    connection.execute(update(local.EXCHANGE).where(local.EXCHANGE.c.id == latest).values(at=at))


def imports(connection: Connection) -> tuple[ImportRow, ...]:
    """All imports, the last first."""
    return local.load_imports(connection)


def _open() -> Select[Any]:
    return (
        select(_CONFLICT)
        .where(_CONFLICT.c.deleted == 0, func.coalesce(_CONFLICT.c.resolved, 0) == 0)
        .order_by(_CONFLICT.c.stamp.desc(), _CONFLICT.c.id)
    )


def _conflict_row(connection: Connection, row: _Row, own_device: int | None) -> ConflictRow:
    record = record_type(row.subject_type)
    values: list[Value] = [msgspec.msgpack.decode(row.kept_value), msgspec.msgpack.decode(row.other_value)]
    current = current_value(connection, record, row.subject_id, row.field)
    names = names_of(connection, values)
    kept, other = (
        ConflictSide(
            text=wording.value_words(row.field, record.kinds.get(row.field, Kind.TEXT), value, names),
            author=author_name(connection, author),
            at=moment_of(milliseconds_of(stamp)),
            this_device=device == own_device,
            in_use=value == current,
        )
        for value, author, stamp, device in (
            (values[0], row.kept_author, row.kept_stamp, row.kept_device),
            (values[1], row.other_author, row.other_stamp, row.other_device),
        )
    )
    subject = subject_of(connection, record, row.subject_id)
    return ConflictRow(
        row.id,
        subject.title,
        wording.field_name(row.field),
        subject.household_code,
        (kept, other),
        own_value(record, row.field),
    )


def own_value(record: RecordType, field: str) -> OwnValue | None:
    """How a person gives this field a value of their own; None where they cannot."""
    if not one_field.can_be_typed(record, field):
        return None
    kind = record.kinds[field]
    words = [(each, wording.value_words(field, kind, each, {})) for each in one_field.choices(field)]
    return OwnValue(tuple(words))


def current_value(connection: Connection, record: RecordType, record_id: bytes, field: str) -> Value:
    """What a field holds now; None where there is no such record or field."""
    if field not in record.kinds:
        return None
    query = select(record.table.c[field]).where(record.table.c.id == record_id)
    value: Value = connection.execute(query).scalar_one_or_none()
    return value


def author_name(connection: Connection, member_id: bytes) -> str:
    """The name of whoever signed something, or ""."""
    query = select(_MEMBER.c.full_name).where(_MEMBER.c.id == member_id)
    return connection.execute(query).scalar_one_or_none() or ""


def names_of(connection: Connection, values: Sequence[Value]) -> dict[bytes, str]:
    """Names of the records that values point to: people, villages, and households by their codes."""
    ids = [each for value in values if isinstance(value, bytes) for each in wording.split_ids(value)]
    found: dict[bytes, str] = {}
    if ids:
        for column in (PERSON.c.full_name, _VILLAGE.c.name, HOUSEHOLD.c.code):
            query = select(column.table.c.id, column).where(column.table.c.id.in_(ids))
            found.update((record_id, name or "") for record_id, name in connection.execute(query))
    return found


def subject_of(
    connection: Connection, record: RecordType, record_id: bytes, written: Mapping[str, Value] | None = None
) -> Subject:
    """What a record is called, and the code of the household that it belongs to.

    `written` describes a record that is not here any more, beside what this computer once wrote of it.
    """
    query = select(record.table).where(record.table.c.id == record_id)
    row = connection.execute(query).mappings().one_or_none()
    values: Mapping[str, Any] = (
        dict(row) if row is not None else {**_once_written(connection, record_id), **(written or {})}
    )
    household_id = record_id if record.name == "household" else values.get("household_id")
    if household_id is None and values.get("visit_id") is not None:
        visit = select(_VISIT.c.household_id).where(_VISIT.c.id == values["visit_id"])
        household_id = connection.execute(visit).scalar_one_or_none()
    home = connection.execute(
        select(HOUSEHOLD.c.code, PERSON.c.full_name)
        .outerjoin_from(HOUSEHOLD, PERSON, PERSON.c.id == HOUSEHOLD.c.head_id)
        .where(HOUSEHOLD.c.id == household_id)
    ).one_or_none()
    if home is not None:
        code, head = home.code or "", home.full_name or ""
    else:
        said = _once_written(connection, household_id) if household_id else {}
        code, head = values.get("code") or said.get("code") or "", ""
    name = values.get("full_name") or values.get("name")
    if name:
        return Subject(name, code)
    of_home = wording.people_words((), head) if head else code
    if record.name == "household" and of_home:
        return Subject(of_home, code)
    if row is None and not of_home:
        of_home = _("no longer on this computer")
    return Subject(" · ".join((wording.type_name(record.name), *filter(None, (of_home,)))), code)


def _once_written(connection: Connection, record_id: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for write in logged_of(connection, record_id):
        values |= write.values
    return values
