"""Another number for a laptop whose numbers were used twice: restored from a copy, or cloned.

All numbers of one laptop have its key; that is how they are known to belong together.
"""

from __future__ import annotations

from nacl.signing import SigningKey
from sqlalchemy import Connection, bindparam, insert, select

from tongcds.protocol.messages import Incarnation, IncarnationRequest, incarnation_text
from tongcds.replica import device_row, held, prefixes_of, register_fork
from tongcds.replica.aside import aside_among
from tongcds.server import laptops
from tongcds.server.enrolment import next_device
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE

_PREFIX_LIMIT = 1 << 60
_HASH_BYTES = 8
_MOST_NUMBERS = 1_000
_KEY = select(DEVICE.c.public_key).where(DEVICE.c.device == bindparam("device")).scalar_subquery()
_FAMILY = select(DEVICE.c.device).where(DEVICE.c.public_key == _KEY).order_by(DEVICE.c.device)


def incarnate(
    connection: Connection, device: int, request: IncarnationRequest, *, key: SigningKey, now: int
) -> Incarnation:
    """The number under which this device goes on; the same again when it asks again with the same prefix.

    Raises:
        Refusal: bad_message.
    """
    if (
        not 0 < request.prefix < _PREFIX_LIMIT
        or request.first < 1
        or len(request.contents) % _HASH_BYTES
        or device_row(connection, device) is None
    ):
        raise Refusal("bad_message")
    there = held(connection, device, request.first, request.contents)
    numbers = family(connection, device)
    number = next((n for n in numbers if _prefix(connection, n) == request.prefix and n != device), 0)
    if not number:
        if len(numbers) >= _MOST_NUMBERS:
            raise Refusal("bad_message")
        number = next_device(connection)
        register_fork(connection, number, request.prefix, there)
        row = connection.execute(select(DEVICE).where(DEVICE.c.device == device)).one()
        connection.execute(insert(DEVICE).values({**row._mapping, "device": number}))  # noqa: SLF001  SQLAlchemy's public name for it
        laptops.publish(connection, [number], now=now)
    text = incarnation_text(device, request.prefix, number, there)
    outcomes = aside_among(connection, device, request.first, there)
    return Incarnation(number, there, key.sign(text).signature, outcomes)


def family(connection: Connection, device: int) -> list[int]:
    """All numbers of the laptop that has this one."""
    return list(connection.execute(_FAMILY, {"device": device}).scalars())


def prefixes(connection: Connection, device: int) -> frozenset[int]:
    """Prefixes of the ids that this laptop made under any of its numbers."""
    return prefixes_of(connection, family(connection, device))


def _prefix(connection: Connection, device: int) -> int:
    row = device_row(connection, device)
    return 0 if row is None else row.prefix
