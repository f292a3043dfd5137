"""Turning a one-time invitation into an enrolled vault, so that a cut at any moment loses nothing.

The device's key and the prefix of its ids are put into the vault before the server hears of them: whoever
asks twice with the same key is given the same answer.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

import msgspec
from nacl.signing import SigningKey

from tongcds.clock import Clock
from tongcds.domain.stamps import new_prefix
from tongcds.errors import UserError
from tongcds.protocol.messages import (
    VERSION,
    Credentials,
    EnrolRequest,
    Invitation,
    ProtocolError,
    decode,
    encode,
)
from tongcds.replica import new_identity, put_cursors
from tongcds.storage.local import Enrolment, get_note, load_enrolment, put_note, save_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.transport import ServerProblemError, Transport

ENROL_PATH = "/api/v1/enrol"
_NOTE = "invitation"


class Pending(NamedTuple):
    """An invitation that was begun, with the keys made for it."""

    url: str
    secret: str
    server_key: bytes
    signing_seed: bytes
    prefix: int


def pending(vault: Vault) -> Pending | None:
    """The invitation that was begun and not finished, if there is one."""
    with vault.read() as connection:
        text = get_note(connection, _NOTE)
    return msgspec.msgpack.decode(base64.b64decode(text), type=Pending) if text else None


def begin(vault: Vault, invitation: Invitation) -> Pending:
    """Put the invitation and keys into the vault; keys that an earlier try made stay in use."""
    earlier = pending(vault)
    begun = Pending(
        url=invitation.url,
        secret=invitation.secret,
        server_key=invitation.server_key,
        signing_seed=earlier.signing_seed if earlier else bytes(SigningKey.generate()),
        prefix=earlier.prefix if earlier else new_prefix(),
    )
    with vault.write() as connection:
        put_note(connection, _NOTE, base64.b64encode(msgspec.msgpack.encode(begun)).decode())
    return begun


def finish(vault: Vault, begun: Pending, transport: Transport, clock: Clock) -> Credentials:
    """Ask the server to take this device in, and begin as it.

    Raises:
        UserError: already_enrolled, invitation_unknown, invitation_used, invitation_expired,
            server_key_changed,
            server_refused.
        UnavailableError: the server is not there; ask again later.
    """
    with vault.read() as connection:
        if load_enrolment(connection) is not None:
            raise UserError("already_enrolled")
    request = EnrolRequest(
        version=VERSION,
        secret=begun.secret,
        public_key=bytes(SigningKey(begun.signing_seed).verify_key),
        prefix=begun.prefix,
        time=int(clock().timestamp() * 1000),
    )
    try:
        credentials = decode(Credentials, transport.post(ENROL_PATH, encode(request)))
    except (ServerProblemError, ProtocolError):
        raise UserError("server_refused") from None
    if begun.server_key and credentials.server_key != begun.server_key:
        raise UserError("server_key_changed")
    with vault.write() as connection:
        new_identity(
            connection,
            device=credentials.device,
            now=lambda: int(clock().timestamp() * 1000),
            prefix=begun.prefix,
        )
        put_cursors(connection, {entry.area: 0 for entry in credentials.entries})
        save_enrolment(
            connection,
            Enrolment(
                server_url=begun.url,
                signing_seed=begun.signing_seed,
                credentials=credentials,
                counter=0,
                epoch=credentials.epoch,
                scope=credentials.scope,
                entries=tuple(credentials.entries),
            ),
        )
        put_note(connection, _NOTE, "")
    return credentials
