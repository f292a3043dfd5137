"""The devices whose writes were received here: how far each is known, and the hashes of what it said."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy import Row as SqlRow

from tongcds.replica.identity import EMPTY_CHAIN
from tongcds.replica.tables import DEVICE, SEEN

HASH_BYTES = 8
"""How much of the hash of a write's content is kept and compared."""

_GET = select(DEVICE.c.device, DEVICE.c.prefix, DEVICE.c.watermark, DEVICE.c.chain).where(
    DEVICE.c.device == bindparam("device")
)
_LOCK = _GET.with_for_update()
_SEEN = select(SEEN.c.first, SEEN.c.last, SEEN.c.hashes).where(
    SEEN.c.device == bindparam("device"), SEEN.c.last >= bindparam("low"), SEEN.c.first <= bindparam("high")
)


def register_device(connection: Connection, device: int, prefix: int) -> None:
    """Make a device known, before its first write; does nothing when it is."""
    if device_row(connection, device) is None:
        connection.execute(
            insert(DEVICE).values(device=device, prefix=prefix, watermark=0, chain=EMPTY_CHAIN)
        )


def advance_watermark(connection: Connection, device: int, watermark: int) -> None:
    """Leave out numbers of this replica's own that may be known elsewhere."""
    connection.execute(update(DEVICE).where(DEVICE.c.device == device).values(watermark=watermark))


def device_row(
    connection: Connection, device: int, *, lock: bool = False
) -> SqlRow[int, int, int, bytes] | None:
    """Device, prefix, watermark and chain; `lock` lets no second push of the same device in."""
    return connection.execute(_LOCK if lock else _GET, {"device": device}).one_or_none()


def hashes_of(connection: Connection, device: int, low: int, high: int) -> dict[int, bytes]:
    """The beginnings of the hashes of a device's writes from `low` to `high`, by number."""
    hashes: dict[int, bytes] = {}
    for first, last, packed in connection.execute(_SEEN, {"device": device, "low": low, "high": high}):
        hashes.update(
            (first + i, packed[i * HASH_BYTES : (i + 1) * HASH_BYTES]) for i in range(last - first + 1)
        )
    return hashes
