"""Where records stand on their way to the server, as this laptop knows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from tongcds.clock import moment_of
from tongcds.domain.views import Standing
from tongcds.records import record_type
from tongcds.replica.own import RETURNED, WAITING
from tongcds.replica.tables import OWN
from tongcds.storage import local

_CONFLICT = record_type("conflict").table
_SLICE: Final = 400
_GRAVEST: Final = (Standing.RETURNED, Standing.CONFLICT, Standing.WAITING, Standing.PACKED)
_OF_WRITE: Final = {RETURNED: Standing.RETURNED, WAITING: Standing.WAITING}


def standings(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, Standing]:
    """Where each of these records stands.

    Returned when the last own write of it was; then in conflict while somebody must choose; then waiting
    while no receipt covers the last own write, packed when a file on a stick holds it; otherwise received.
    """
    file = local.packed(connection)
    last_packed = 0 if file is None else file.last
    found = dict.fromkeys(ids, Standing.RECEIVED)
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        # With max() SQLite takes the other columns from the row that has the maximum.
        last = select(OWN.c.id, OWN.c.state, func.max(OWN.c.n)).where(OWN.c.id.in_(part)).group_by(OWN.c.id)
        for record_id, state, n in connection.execute(last):
            packed = state == WAITING and n <= last_packed
            found[record_id] = Standing.PACKED if packed else _OF_WRITE.get(state, Standing.RECEIVED)
        open_ones = select(_CONFLICT.c.subject_id).where(
            _CONFLICT.c.subject_id.in_(part),
            _CONFLICT.c.deleted == 0,
            func.coalesce(_CONFLICT.c.resolved, 0) == 0,
        )
        for record_id in connection.execute(open_ones).scalars():
            found[record_id] = gravest((found[record_id], Standing.CONFLICT))
    return found


def gravest(some: Iterable[Standing]) -> Standing:
    """The one that needs a person most; received when all are."""
    there = set(some)
    return next((standing for standing in _GRAVEST if standing in there), Standing.RECEIVED)


def packed_in(connection: Connection, ids: Sequence[bytes]) -> str:
    """What the file on a stick is called that holds all that waits of these records; "" when none does."""
    file = local.packed(connection)
    if file is None:
        return ""
    last = connection.execute(select(func.max(OWN.c.n)).where(OWN.c.id.in_(ids))).scalar_one()
    return file.name if last is not None and last <= file.last else ""


def received_at(connection: Connection, ids: Sequence[bytes]) -> datetime | None:
    """When the first receipt came that covers all own writes of these records.

    None when one still waits, or when none is this laptop's own.
    """
    last = connection.execute(select(func.max(OWN.c.n)).where(OWN.c.id.in_(ids))).scalar_one()
    if last is None:
        return None
    at = local.received_at(connection, last)
    return None if at is None else moment_of(at)
