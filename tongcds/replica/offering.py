"""After the server was put back from a copy: what it forgot of this device's own writes waits once more.

What others wrote, and they do not say again, is `lost`'s and `sync.alone`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update

from tongcds.protocol.messages import Version, Write
from tongcds.records import type_numbered
from tongcds.replica.identity import Identity
from tongcds.replica.own import RECEIVED, WAITING, pending
from tongcds.replica.rows import Row, read_rows, write_rows
from tongcds.replica.tables import OWN


def offer_again(connection: Connection, me: Identity, watermark: int) -> int:
    """The server was restored and holds own writes only up to `watermark`; all later ones wait once more."""
    result = connection.execute(
        update(OWN).where(OWN.c.n > watermark, OWN.c.state == RECEIVED).values(state=WAITING)
    )
    me.received = min(me.received, watermark)
    me.save(connection)
    _stamp_as_written(connection, me, pending(connection, watermark, 1 << 62))
    return result.rowcount


def _stamp_as_written(connection: Connection, me: Identity, writes: Sequence[Write]) -> None:
    """Take back that the server lowered stamps: those of writes that it forgot are lowered anew, or not."""
    stamps = {write.n: write.stamp for write in writes}

    def as_written(version: Version) -> Version:
        ours = version.device == me.device and version.n in stamps
        return version._replace(stamp=stamps[version.n]) if ours else version

    for number in {write.type for write in writes}:
        record = type_numbered(number)
        if record is None:
            continue
        stale = []
        for row in read_rows(connection, record, list({w.id for w in writes if w.type == number})).values():
            later = {name: as_written(version) for name, version in row["later"].items()}
            if later != row["later"] or as_written(row["version"]) != row["version"]:
                stale.append(Row({**row, "version": as_written(row["version"]), "later": later}))
        write_rows(connection, record, (), stale)
