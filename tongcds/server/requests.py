"""Who asks, in which protocol: opening the envelope around a request and reading what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from tongcds.protocol.behind import BehindRequest
from tongcds.protocol.envelope import Envelope, take_apart, verify
from tongcds.protocol.messages import (
    OLDEST,
    VERSION,
    CompareRequest,
    EnrolRequest,
    IncarnationRequest,
    ProtocolError,
    RegisterRequest,
    SyncRequest,
    decode,
)
from tongcds.server.database import Database
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE

HIGHEST = (1 << 63) - 1
"""What a database's integer holds."""

_PUBLIC_KEY = select(DEVICE.c.public_key).where(DEVICE.c.device == bindparam("device"))
_LOCK = select(DEVICE).where(DEVICE.c.device == bindparam("device")).with_for_update()
_COUNT = (
    update(DEVICE)
    .where(DEVICE.c.device == bindparam("the_device"))
    .values(counter=bindparam("counter"), last_seen_at=bindparam("last_seen_at"))
)


Admit = Callable[[int], None]
"""Is told the number of the laptop that asks, and refuses it with `Refusal` where it asks too often."""


def anybody(_device: int) -> None:
    """Every laptop is let in."""


def opened(database: Database, sealed: bytes, server_key: bytes) -> Envelope:
    """The envelope, once its signature was verified. Locks nothing.

    Raises:
        Refusal: bad_envelope, unknown_device, bad_signature.
    """
    try:
        envelope = take_apart(sealed)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    with database.read() as connection:
        public_key = connection.execute(_PUBLIC_KEY, {"device": envelope.device}).scalar()
    if public_key is None:
        raise Refusal("unknown_device")
    try:
        verify(envelope, device_key=public_key, server_key=server_key)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    return envelope


_Request = TypeVar(
    "_Request",
    SyncRequest,
    CompareRequest,
    BehindRequest,
    IncarnationRequest,
    EnrolRequest,
    RegisterRequest,
)


def decoded(kind: type[_Request], body: bytes) -> _Request:
    """The request of this kind, in a protocol that is spoken here.

    Raises:
        Refusal: protocol_unsupported with the versions spoken, bad_message.
    """
    try:
        request = decode(kind, body)
    except ProtocolError as error:
        if _version_in(body) > VERSION:
            raise Refusal("protocol_unsupported", versions=(OLDEST, VERSION)) from None
        raise Refusal(error.code) from None
    if not OLDEST <= request.version <= VERSION:
        raise Refusal("protocol_unsupported", versions=(OLDEST, VERSION))
    return request


class _Named(msgspec.Struct, array_like=True):
    """The first thing in every request; the rest is passed over."""

    version: int


def _version_in(body: bytes) -> int:
    """The version that a request of another protocol names."""
    try:
        return decode(_Named, body).version
    except ProtocolError:
        return 0


def admit(connection: Connection, envelope: Envelope, *, once: bool, now: int) -> Row[tuple[object, ...]]:
    """Lock the device's row and count its request. A revoked one is still who it is; see `ops`.

    Raises:
        Refusal: bad_envelope, replayed.
    """
    if envelope.counter > HIGHEST:
        raise Refusal("bad_envelope")
    device = connection.execute(_LOCK, {"device": envelope.device}).one()
    if once and envelope.counter <= device.counter:
        raise Refusal("replayed", expected_n=device.counter + 1)
    counter = max(envelope.counter, device.counter)
    connection.execute(_COUNT, {"the_device": device.device, "counter": counter, "last_seen_at": now})
    return device
