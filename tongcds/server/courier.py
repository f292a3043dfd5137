"""Bundles that somebody carried here: opened, exchanged envelope by envelope, answered to their sender.

Whoever brings the file needs no right of their own: the envelopes are signed by the laptop that wrote them,
and only it can read the answer.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from tongcds.protocol import bundle
from tongcds.protocol.messages import ProtocolError
from tongcds.server import ops
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE

MAX_BUNDLE = 64 * 1024 * 1024
_MAX_ENVELOPES = 2_000
_decode = msgspec.msgpack.Decoder(list[bytes]).decode


def carry(province: ops.Province, raw: bytes) -> bytes:
    """Take a push bundle, whoever brings it; returns the answer bundle for its sender.

    Raises:
        Refusal: bundle_damaged, bundle_foreign, too_big, unknown_device, and as `ops.sync` for its envelopes.
        BusyError: the database is busy; what was taken so far is known, the file may come again.
    """
    try:
        found = bundle.opened(raw, key=province.key)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    with province.database.read() as connection:
        device = connection.execute(
            select(DEVICE.c.public_key).where(DEVICE.c.device == found.header.device)
        ).scalar_one_or_none()
    if device is None:
        raise Refusal("unknown_device")
    if device != found.header.sender or found.header.kind != "push" or found.content is None:
        raise Refusal("bundle_foreign")
    now = province.now()
    answers = [ops.sync(province, envelope, once=False) for envelope in _envelopes(found.content)]
    note = bundle.Note(
        "answer", 0, found.header.counter, found.header.epoch, now, addressee=found.header.device
    )
    return bundle.seal(msgspec.msgpack.encode(answers), note, key=province.key, readers=[found.header.sender])


def _envelopes(content: bytes) -> list[bytes]:
    try:
        envelopes = _decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Refusal("bundle_damaged") from None
    if len(envelopes) > _MAX_ENVELOPES:
        raise Refusal("too_big")
    return envelopes
