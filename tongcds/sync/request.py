"""A request as it leaves: signed with this laptop's key, and sealed so that only its server can read it."""

from __future__ import annotations

import msgspec
from nacl.signing import SigningKey

from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import encode
from tongcds.storage.local import Enrolment


def sealed(request: msgspec.Struct, enrolment: Enrolment, *, device: int, counter: int) -> bytes:
    """The bytes to post; `counter` is spent before they leave, so that nobody can say the same once more."""
    return seal(
        encode(request),
        device=device,
        counter=counter,
        key=SigningKey(enrolment.signing_seed),
        server_key=enrolment.credentials.server_key,
    )
