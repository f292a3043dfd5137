"""What the laptops of a commune may know of each other: keys, so that they can read each other's files.

Published whenever a laptop is let in, goes on under another number, is given to another unit, or is revoked.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.replica import device_row
from tongcds.server.office import OfficeWriter
from tongcds.server.tables import DEVICE

_VILLAGE = record_type("village").table.c
_LAPTOP = record_type("laptop").table.c


def publish(connection: Connection, numbers: Sequence[int], *, now: int) -> None:
    """Bring the records of these numbers up to date; offices above a commune and trainers have none."""
    rows = connection.execute(select(DEVICE).where(DEVICE.c.device.in_(numbers))).all()
    writer = OfficeWriter(connection, now=now)
    for row in sorted(rows, key=lambda row: row.device):
        known = device_row(connection, row.device)
        commune = _commune(connection, row.role, row.unit_id)
        if commune is None or known is None:
            _withdraw(connection, writer, row.device)
            continue
        writer.put(
            "laptop",
            derived_id("laptop", row.device),
            commune_id=commune,
            unit_id=row.unit_id,
            known_as=row.device,
            prefix=known.prefix,
            public_key=row.public_key,
            role=row.role,
            member_id=row.member_id,
            revoked=int(row.revoked_at is not None),
        )
    writer.flush()


def _withdraw(connection: Connection, writer: OfficeWriter, number: int) -> None:
    """Nothing is sealed any more to a laptop that left its commune."""
    record_id = derived_id("laptop", number)
    known = select(_LAPTOP.id).where(_LAPTOP.id == record_id, _LAPTOP.revoked == 0)
    if connection.execute(known).first() is not None:
        writer.put("laptop", record_id, revoked=1)


def _commune(connection: Connection, role: str, unit_id: bytes) -> bytes | None:
    match role:
        case Role.COMMUNE:
            return unit_id
        case Role.TEAM:
            query = select(_VILLAGE.commune_id).where(_VILLAGE.id == unit_id)
            commune: bytes | None = connection.execute(query).scalar_one_or_none()
            return commune
        case _:
            return None
