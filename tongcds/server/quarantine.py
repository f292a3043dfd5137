"""What becomes of writes that were set aside: told to those who may decide, decided, or taken after all.

Each is told as a record `quarantined` in the area of the unit that wrote it, so that its author and the unit
above see the same. An officer's decision comes back as an ordinary write of that record; what they allow is
merged as the author's write, by the rules of every merge. A change that came before its record, say after the
server was put back from a copy, is tried again by itself when the record is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, Row, or_, select

from tongcds.domain.stamps import derived_id, milliseconds_of
from tongcds.domain.views import Role
from tongcds.protocol.messages import Write
from tongcds.records import RecordType, record_type, type_numbered
from tongcds.replica import REUSED, Allowed
from tongcds.replica.aside import ACCEPTED, OPEN, REFUSED, WITHDRAWN, Aside, found, mark, mark_records
from tongcds.replica.authority import authority
from tongcds.replica.merge import version_of
from tongcds.replica.receive import take_after_all
from tongcds.replica.rows import Row as RecordRow
from tongcds.replica.rows import read_rows
from tongcds.replica.tables import QUARANTINE
from tongcds.replica.values import MAX_TEXT
from tongcds.server import enrolment, figures, incarnations, reforms
from tongcds.server.database import Database
from tongcds.server.office import OfficeWriter, structure_changed, was_restored
from tongcds.server.tables import DEVICE

RECORD: Final = record_type("quarantined")
ACCEPT, REFUSE = "accept", "refuse"
RISES_AFTER_MS: Final = 30 * 86_400_000
"""How long the unit above has, before the province looks at it as well."""

UNKNOWN_RECORD: Final = "unknown_record"
# The laptop offers these again under another number by itself; nobody has to decide.
_BY_ITSELF: Final = frozenset({REUSED})
_VILLAGE: Final = record_type("village").number
_SLICE = 400
_pack = msgspec.msgpack.Encoder().encode


def look_after(database: Database, writes: Sequence[Write], *, outcomes: bool, now: int) -> None:
    """After a push: tell of what was set aside, carry out decisions in it, and try again what waited for it.

    Costs one look where nothing of that kind came.
    """
    decided = any(write.type == RECORD.number for write in writes)
    if not outcomes and not decided:
        with database.read() as connection:
            if not _waited_for(connection, writes):
                return
    touched = database.change(lambda connection: settle(connection, now=now))
    if touched:
        database.change(lambda connection: figures.touch(connection, touched))


def _waited_for(connection: Connection, writes: Sequence[Write]) -> bool:
    """Whether something that was set aside waits for one of the records that these writes made."""
    made = {write.id for write in writes if not write.bases}
    if not made:
        return False
    waiting = select(QUARANTINE.c.id).where(QUARANTINE.c.state == OPEN, QUARANTINE.c.code == UNKNOWN_RECORD)
    return not made.isdisjoint(connection.execute(waiting).scalars())


def settle(connection: Connection, *, now: int) -> set[bytes]:
    """Try again, carry out what was decided, tell the rest; returns the areas that changed."""
    touched = _try_again(connection, now=now)
    touched |= _carry_out(connection, now=now)
    _tell(connection, found(connection, QUARANTINE.c.state == OPEN, QUARANTINE.c.record.is_(None)), now=now)
    return touched


def decide(connection: Connection, asides: Sequence[Aside], decision: str, *, now: int) -> set[bytes]:
    """The province decides, in the place of an officer; returns the areas that changed.

    A number that was used twice cannot be accepted: the laptop says it again under another one.
    """
    asides = [aside for aside in asides if decision == REFUSE or aside.code not in _BY_ITSELF]
    _tell(connection, [aside for aside in asides if aside.record is None], now=now, all_of_them=True)
    writer = OfficeWriter(connection, now=now)
    for aside in asides:
        writer.put(RECORD.name, _id_of(aside), decision=decision)
    writer.flush()
    return settle(connection, now=now)


def _try_again(connection: Connection, *, now: int) -> set[bytes]:
    waiting = found(connection, QUARANTINE.c.state == OPEN, QUARANTINE.c.code == UNKNOWN_RECORD)
    there = _there(connection, [aside.write for aside in waiting])
    touched: set[bytes] = set()
    for device, asides in _by_device([a for a in waiting if (a.write.type, a.write.id) in there]):
        allowed = _own_authority(connection, device)
        touched |= _take(connection, device, asides, allowed, now=now)
    return touched


def _carry_out(connection: Connection, *, now: int) -> set[bytes]:
    """Do what officers decided and what authors took back."""
    table = RECORD.table
    said = select(table.c.id).where(
        table.c.state == OPEN, or_(table.c.decision.is_not(None), table.c.withdrawn == 1)
    )
    ids = list(connection.execute(said.order_by(table.c.id)).scalars())
    rows = read_rows(connection, RECORD, ids)
    touched: set[bytes] = set()
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        for aside in found(connection, QUARANTINE.c.record.in_(part), QUARANTINE.c.state == OPEN):
            row = rows[aside.record or b""]
            if row["values"]["withdrawn"]:
                _close(connection, [aside], WITHDRAWN, now=now)
            elif row["values"]["decision"] == REFUSE:
                _close(connection, [aside], REFUSED, now=now, by=row)
            else:
                allowed = _officers_authority(connection, row)
                touched |= _take(connection, aside.device, [aside], allowed, now=now, by=row)
    return touched


def _take(
    connection: Connection,
    device: int,
    asides: Sequence[Aside],
    allowed: Allowed,
    *,
    now: int,
    by: RecordRow | None = None,
) -> set[bytes]:
    """Merge these writes after all; those that cannot be taken even so stay open, and say why."""
    refused, touched = take_after_all(
        connection,
        device,
        [aside.write for aside in asides],
        allowed=allowed,
        now=now,
        family=incarnations.prefixes(connection, device),
        successors=reforms.successors(connection),
        orphans=was_restored(connection),
    )
    _close(connection, [aside for aside in asides if aside.write.n not in refused], ACCEPTED, now=now, by=by)
    if any(aside.write.type == _VILLAGE for aside in asides):
        structure_changed(connection)
    writer = OfficeWriter(connection, now=now)
    for aside in asides:
        if (code := refused.get(aside.write.n)) is not None:
            mark(connection, [aside], code=code)
            if aside.record is not None:
                writer.put(RECORD.name, aside.record, code=code, decision=None)
    writer.flush()
    return touched


def _close(
    connection: Connection, asides: Sequence[Aside], state: str, *, now: int, by: RecordRow | None = None
) -> None:
    """Nothing is left to decide; the record says how it ended, and what was said goes from it."""
    mark(connection, asides, state=state)
    version = None if by is None else version_of(by, "decision")
    writer = OfficeWriter(connection, now=now)
    writer.load(RECORD.name, [aside.record for aside in asides if aside.record is not None])
    for aside in asides:
        if aside.record is not None:
            writer.put(
                RECORD.name,
                aside.record,
                state=state,
                said=None,
                decided_by=None if version is None else version.author,
                decided_at=now if version is None else milliseconds_of(version.stamp),
            )
    writer.flush()


def _tell(connection: Connection, asides: Sequence[Aside], *, now: int, all_of_them: bool = False) -> None:
    """Make the records by which others see what was set aside."""
    writer = OfficeWriter(connection, now=now)
    writer.load(RECORD.name, [_id_of(aside) for aside in asides])
    told: list[tuple[Aside, bytes]] = []
    for device, some in _by_device(asides):
        row = connection.execute(select(DEVICE).where(DEVICE.c.device == device)).one_or_none()
        for aside in some:
            if row is None or (aside.code in _BY_ITSELF and not all_of_them):
                continue
            record, said = type_numbered(aside.write.type), _pack(aside.write.values)
            writer.put(
                RECORD.name,
                _id_of(aside),
                area_id=row.unit_id,
                origin_device=device,
                origin_n=aside.write.n,
                subject_type=record.name if record else str(aside.write.type),
                subject_id=aside.write.id,
                said=said if len(said) <= MAX_TEXT else None,
                author_id=aside.write.author,
                written=milliseconds_of(aside.write.stamp),
                code=aside.code,
                at=aside.at,
                state=OPEN,
            )
            told.append((aside, _id_of(aside)))
    mark_records(connection, told)
    writer.flush()


def _id_of(aside: Aside) -> bytes:
    return aside.record or derived_id("quarantined", aside.device, aside.write.n, aside.hash)


def _there(connection: Connection, writes: Sequence[Write]) -> set[tuple[int, bytes]]:
    """The records among those that these writes name that exist."""
    there: set[tuple[int, bytes]] = set()
    for number in {write.type for write in writes}:
        record = type_numbered(number)
        if record is not None:
            ids = list({write.id for write in writes if write.type == number})
            there |= {(number, record_id) for record_id in read_rows(connection, record, ids)}
    return there


def _by_device(asides: Iterable[Aside]) -> list[tuple[int, list[Aside]]]:
    grouped: dict[int, list[Aside]] = {}
    for aside in asides:
        grouped.setdefault(aside.device, []).append(aside)
    return sorted(grouped.items())


def _own_authority(connection: Connection, device: int) -> Allowed:
    """What the device itself may do now."""
    row = _device(connection, device)
    if row is None or row.revoked_at is not None:
        return lambda *_: "not_allowed"
    _, entries = enrolment.current_scope(connection, row)
    return authority(connection, Role(row.role), row.unit_id, row.member_id, entries)


def _officers_authority(connection: Connection, by: RecordRow) -> Allowed:
    """What whoever decided may do in the author's place: an officer's laptop, or the province itself."""
    officer = _device(connection, version_of(by, "decision").device)
    if officer is None:
        return lambda *_: ""
    _, entries = enrolment.current_scope(connection, officer)
    judged = authority(connection, Role(officer.role), officer.unit_id, officer.member_id, entries)

    def allowed(record: RecordType, area: bytes, write: Write, row: RecordRow | None) -> str:
        # The write stays its author's; it is the officer who answers for it.
        return judged(record, area, msgspec.structs.replace(write, author=officer.member_id), row)

    return allowed


def _device(connection: Connection, device: int) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(DEVICE).where(DEVICE.c.device == device)).one_or_none()
