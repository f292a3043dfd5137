"""The signed envelope around every request: who sends it, a counter against replay, and an Ed25519 signature.

The signature covers the server's key too, so that a request for one server says nothing to another.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from tongcds.protocol.messages import ProtocolError

_HEAD = struct.Struct(">2sIQ")
_MAGIC = b"T1"
_SIGNATURE = 64
CONTENT_TYPE = "application/x-tongcds"


class Envelope(NamedTuple):
    """An envelope that was taken apart but not yet verified."""

    device: int
    counter: int
    body: bytes
    signature: bytes


def seal(body: bytes, *, device: int, counter: int, key: SigningKey, server_key: bytes) -> bytes:
    """Put `body` into an envelope signed by the device."""
    head = _HEAD.pack(_MAGIC, device, counter)
    return head + key.sign(server_key + head + body).signature + body


def take_apart(sealed: bytes) -> Envelope:
    """Split an envelope; `verify` must follow before the body is believed."""
    if len(sealed) < _HEAD.size + _SIGNATURE:
        raise ProtocolError("bad_envelope", "too short")
    magic, device, counter = _HEAD.unpack_from(sealed)
    if magic != _MAGIC:
        raise ProtocolError("bad_envelope", "not an envelope")
    start = _HEAD.size + _SIGNATURE
    return Envelope(device, counter, sealed[start:], sealed[_HEAD.size : start])


def verify(envelope: Envelope, *, device_key: bytes, server_key: bytes) -> None:
    """Check the signature.

    Raises:
        ProtocolError: `bad_signature`.
    """
    head = _HEAD.pack(_MAGIC, envelope.device, envelope.counter)
    try:
        VerifyKey(device_key).verify(server_key + head + envelope.body, envelope.signature)
    except (BadSignatureError, ValueError):
        raise ProtocolError("bad_signature") from None
