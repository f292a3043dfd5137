"""What this laptop holds alone since the server was put back from a copy: said again, as its own, in the end.

Whoever wrote a record offers it again by themselves (`answers`), so they are given time. What nobody offered
then, since its author's laptop is gone, would be lost with the laptops that hold it: each of them may hand it
in, under the record's own id, wherever it may write such records. Two that do so at once say the same. So it
is with changes of records that the server has as they were before, and with the records of an area that it
gave to nobody for a while (`replica.lost` remembers both).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.views import Role
from tongcds.protocol.messages import WHOLE, State, Write
from tongcds.records import RecordType, type_numbered
from tongcds.records.declare import DELETED
from tongcds.replica import Allowed, Identity, Writer, authority, chain_at
from tongcds.replica.lost import Lost, all_lost, forget_lost, unsettled
from tongcds.replica.merge import rank, whole_of
from tongcds.replica.rows import Row, read_rows
from tongcds.storage import following
from tongcds.storage.local import Enrolment

AUTHORS_HAVE_MS: Final = 14 * 86_400_000
"""How long after the server was put back its own authors have to offer a record again."""

log = logging.getLogger(__name__)


def is_due(me: Identity, enrolment: Enrolment) -> bool:
    """Whether authors had their time; an epoch is the second in which the server was put back."""
    return me.clock.now() + me.clock.offset >= enrolment.epoch * 1000 + AUTHORS_HAVE_MS


def say_again(
    connection: Connection, me: Identity, enrolment: Enrolment, alone: Sequence[State]
) -> dict[str, list[bytes]]:
    """Say these records again, and what is remembered (`replica.lost`), as far as this laptop may write it.

    Returns the ids of the records by type. What it may not write stays: a laptop that may, will.
    """
    known = enrolment.credentials
    allowed = authority(connection, Role(known.role), known.unit_id, known.member_id, enrolment.entries)
    writer = Writer(connection, me, known.member_id)
    for state in alone:
        record = type_numbered(state.type)
        if record is None or record.server_only or state.id not in read_rows(connection, record, [state.id]):
            continue
        if state.version.device == me.device and chain_at(connection, state.version.n) is not None:
            # Our own, and said already: the server set it aside.
            continue
        area = record.area_of(state.id, state.values)
        write = Write(state.type, state.id, 0, state.version.stamp, known.member_id, state.values, {})
        if area is not None and not allowed(record, area, write, None):
            writer.say_again(record.name, state.id)
    done = [each.id for each in all_lost(connection) if _say_lost(connection, writer, allowed, each)]
    said = writer.flush()
    forget_lost(connection, done)
    following.follow(connection, said)
    if said:
        log.warning("the server lost records that this laptop says again", extra={"count": _count(said)})
    return said


def _say_lost(connection: Connection, writer: Writer, allowed: Allowed, remembered: Lost) -> bool:
    """Say a change, or a record of an area that is given again; whether it need be remembered no more."""
    lost, record = unsettled(connection, remembered), type_numbered(remembered.type)
    if lost is None or record is None:
        return lost is None
    stamp = max(version.stamp for version in lost.versions.values())
    write = Write(lost.type, lost.id, 0, stamp, writer.author, lost.values, lost.bases)
    if lost.whole:
        if allowed(record, lost.area, write, None):
            return False
        writer.recreate(record.name, lost.id, stamp, lost.values)
        return True
    row = read_rows(connection, record, [lost.id]).get(lost.id)
    if row is None or _refused(record, allowed, write, row):
        return False
    saw_all = whole_of(row) == lost.bases.get(WHOLE)
    for version in sorted(set(lost.versions.values()), key=rank):
        names = [name for name, its in lost.versions.items() if its == version]
        bases = {name: lost.bases[name] for name in names if name in lost.bases}
        if lost.values.get(DELETED) and DELETED in names:
            bases.pop(DELETED, None)
            bases |= {WHOLE: writer.whole(record.name, lost.id)} if saw_all else {}
        values = {name: lost.values[name] for name in names}
        writer.change_again(record.name, lost.id, version.stamp, values, bases)
    return True


def _refused(record: RecordType, allowed: Allowed, write: Write, row: Row) -> bool:
    areas = {row["area"], record.area_of(row["id"], {**row["values"], **write.values})}
    return any(area is None or bool(allowed(record, area, write, row)) for area in areas)


def _count(said: dict[str, list[bytes]]) -> int:
    return sum(map(len, said.values()))
