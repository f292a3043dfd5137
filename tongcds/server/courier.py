"""Bundles that somebody carried here: opened, exchanged envelope by envelope, answered to their sender.

Whoever brings the file needs no right of their own: the envelopes are signed by the laptop that wrote them,
and only it can read the answer.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from tongcds.protocol import bundle, structure
from tongcds.protocol.messages import AnswerContent, Credentials, ProtocolError, decode, encode
from tongcds.server import ops, registration
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE

MAX_BUNDLE = bundle.MAX_FILE
_MAX_ENVELOPES = 2_000
# Heads of lists and the registration.
_PARTS_BESIDE = 8


class _Carried(msgspec.Struct, frozen=True, array_like=True):
    """`PushContent` whose envelopes are windows on the bundle's bytes, not copies of them."""

    envelopes: list[memoryview]
    registration: bytes = b""


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
    header = found.header
    if header.kind != "push" or found.content is None:
        raise Refusal("bundle_foreign")
    content = _unpacked(found.content)
    registered, number = b"", header.device
    if content.registration:
        answer, request = registration.register(province, content.registration)
        if request.public_key != header.sender:
            raise Refusal("bundle_foreign")
        registered = encode(answer)
        if not request.certificate:
            number = decode(Credentials, answer.credentials).device
    answers = []
    if number == header.device:
        _know(province, header)
        answers = [ops.sync(province, bytes(envelope), once=False) for envelope in content.envelopes]
    # Otherwise another laptop began from the same invitation: this one has to rename what it wrote first.
    note = bundle.Note("answer", 0, header.counter, header.epoch, province.now(), addressee=header.device)
    packed = encode(AnswerContent(answers, registered))
    return bundle.seal(packed, note, key=province.key, readers=[header.sender])


def _know(province: ops.Province, header: bundle.Header) -> None:
    with province.database.read() as connection:
        query = select(DEVICE.c.public_key).where(DEVICE.c.device == header.device)
        key = connection.execute(query).scalar_one_or_none()
    if key is None:
        raise Refusal("unknown_device")
    if key != header.sender:
        raise Refusal("bundle_foreign")


def _unpacked(raw: bytes) -> _Carried:
    """What is inside, before anybody knows whose it is: two bytes for an empty envelope take two hundred."""
    try:
        structure.bounded(raw, most=_MAX_ENVELOPES + _PARTS_BESIDE)
        content = decode(_Carried, raw)
    except ProtocolError as error:
        raise Refusal("too_big" if error.code == "too_big" else "bundle_damaged") from None
    if len(content.envelopes) > _MAX_ENVELOPES:
        raise Refusal("too_big")
    return content
