"""What a laptop lets go of once nobody needs it: own writes received long ago, and old tombstones."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select

from tongcds.domain.stamps import milliseconds_of
from tongcds.records import all_types, record_type
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.identity import Identity
from tongcds.replica.merge import version_of
from tongcds.replica.own import RECEIVED, SETTLED, unseen
from tongcds.replica.rows import row_from
from tongcds.replica.tables import OWN

_DAY_MS: Final = 86_400_000
OWN_KEPT_MS: Final = 180 * _DAY_MS
"""How long own writes are kept after their receipt: a server that is put back from a copy gets them again."""

TOMBSTONES_KEPT_MS: Final = 30 * _DAY_MS
"""How long a removed record can be brought back here. The server keeps its tombstones for longer."""

_CONFLICT = record_type("conflict").table
_SLICE = 400


def drop_own(connection: Connection, me: Identity, through: int) -> int:
    """Let go of own writes up to number `through`, whose receipts are old enough; returns how many went.

    What waits or came back stays, and all that follows on it, since what is offered again has no gaps. So
    does the last received one: the next receipt names its chain.
    """
    still_open = select(func.min(OWN.c.n)).where(OWN.c.state.not_in((RECEIVED, SETTLED)))
    first_open = connection.execute(still_open).scalar_one() or me.next_n
    gone = connection.execute(OWN.delete().where(OWN.c.n <= min(through, me.received - 1, first_open - 1)))
    return gone.rowcount


def drop_tombstones(connection: Connection, me: Identity, *, now: int) -> int:
    """Let go of records removed long ago, here only; returns how many went.

    None that an own write waits on, that somebody has to decide about, or that was erased: what is left of
    that keeps the words from coming back.
    """
    disputed = set(connection.execute(select(_CONFLICT.c.subject_id)).scalars())
    count = 0
    for record in all_types():
        table = record.table
        if not record.about_people:
            continue
        query = select(table).where(table.c[DELETED] == 1)
        if record.erasable:
            query = query.where(table.c[ERASED].is_(None))
        old = []
        for raw in connection.execute(query).mappings():
            row = row_from(record, raw)
            removed = milliseconds_of(version_of(row, DELETED).stamp)
            if removed <= now - TOMBSTONES_KEPT_MS and row["id"] not in disputed:
                old.append(row["id"])
        waiting = unseen(connection, me, old)
        old = [record_id for record_id in old if record_id not in waiting]
        for start in range(0, len(old), _SLICE):
            connection.execute(table.delete().where(table.c.id.in_(old[start : start + _SLICE])))
        count += len(old)
    return count
