"""Turning a one-time invitation into an enrolled vault, so that a cut at any moment loses nothing.

The device's key and the prefix of its ids are put into the vault before the server hears of them: whoever
asks twice with the same key is given the same answer. With an invitation file the vault begins to work at
once (`start`); the server hears of it at the first exchange (`finish`) or from the first bundle (`request`,
`take`). Where another laptop used the same file before, this one goes on under a number of its own.

What the server signed then is kept as the laptop's certificate. A server that was put back from a copy of
before that day does not know this laptop, and lets it in again by it (`let_in_again`, `shown`).
"""

from __future__ import annotations

import base64
import logging
from typing import NamedTuple

import msgspec
from nacl.signing import SigningKey
from sqlalchemy import Connection

from tongcds.clock import Clock, milliseconds
from tongcds.domain.stamps import ID_LENGTH, new_prefix
from tongcds.domain.views import Role
from tongcds.errors import UserError
from tongcds.protocol import invitations
from tongcds.protocol.custody import terms_hold
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import (
    VERSION,
    Credentials,
    EnrolRequest,
    Invitation,
    ProtocolError,
    Registered,
    RegisterRequest,
    decode,
    encode,
)
from tongcds.replica import Number, incarnate, load_identity, new_identity, put_cursors
from tongcds.storage import custody, following
from tongcds.storage.local import Enrolment, get_note, load_enrolment, put_note, save_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.answers import is_held_so
from tongcds.sync.transport import ServerProblemError, Transport

ENROL_PATH = "/api/v1/enrol"
REGISTER_PATH = "/api/v1/register"
_NOTE = "invitation"
_CERTIFICATE = "certificate"
_KEY = 32
_MOST_DEVICES = 1 << 32  # what an envelope has room for
_HIGHEST = (1 << 63) - 1

log = logging.getLogger(__name__)


class Pending(NamedTuple):
    """An invitation that was begun and that the server has not heard of, with the keys made for it."""

    url: str
    secret: str
    server_key: bytes
    signing_seed: bytes
    prefix: int
    ticket: bytes = b""


class Certificate(NamedTuple):
    """What the server signed when it let this laptop in, and the prefix of its ids that day."""

    registered: bytes
    prefix: int


def pending(vault: Vault) -> Pending | None:
    """The invitation that was begun and not finished, if there is one."""
    with vault.read() as connection:
        return pending_in(connection)


def pending_in(connection: Connection) -> Pending | None:
    """The same, in the caller's transaction."""
    text = get_note(connection, _NOTE)
    return msgspec.msgpack.decode(base64.b64decode(text), type=Pending) if text else None


def begin(vault: Vault, invitation: Invitation) -> Pending:
    """Put the invitation and keys into the vault; keys that an earlier try made stay in use.

    Raises:
        UserError: already_enrolled.
    """
    with vault.write() as connection:
        earlier = pending_in(connection)
        if earlier is None and load_enrolment(connection) is not None:
            raise UserError("already_enrolled")
        begun = Pending(
            url=invitation.url,
            secret=invitation.secret,
            server_key=invitation.server_key,
            signing_seed=earlier.signing_seed if earlier else bytes(SigningKey.generate()),
            prefix=earlier.prefix if earlier else new_prefix(),
            ticket=invitation.ticket,
        )
        put_note(connection, _NOTE, base64.b64encode(msgspec.msgpack.encode(begun)).decode())
    return begun


def start(vault: Vault, begun: Pending, clock: Clock) -> Credentials:
    """Begin to work on the word of an invitation file; the server hears of it later.

    Raises:
        UserError: already_enrolled, invitation_damaged, invitation_expired_here (by this computer's clock).
    """
    try:
        ticket = invitations.ticket_from(begun.ticket, begun.server_key)
        _checked(ticket.credentials)
    except ProtocolError:
        raise UserError("invitation_damaged") from None
    if ticket.expires < clock().timestamp() * 1000:
        raise UserError("invitation_expired_here", today=f"{clock():%d/%m/%Y}")
    with vault.write() as connection:
        if pending_in(connection) is None:
            raise UserError("already_enrolled")
        _become(connection, begun, ticket.credentials, clock)
    custody.settle(vault)
    log.info("begun without a network")
    return ticket.credentials


def _checked(found: Credentials) -> Credentials:
    """The credentials, unless no server gives such ones: they are kept and believed from then on."""
    if (
        not 0 < found.device < _MOST_DEVICES
        or not all(0 <= number <= _HIGHEST for number in (found.epoch, found.scope))
        or len(found.server_key) != _KEY
        or not all(len(i) == ID_LENGTH for i in (found.member_id, found.unit_id))
        or not all(len(e.area) == ID_LENGTH and is_held_so(e) for e in found.entries)
        or found.role not in set(Role)
    ):
        raise ProtocolError("bad_message", "credentials that no server gives")
    return found


def finish(vault: Vault, begun: Pending, transport: Transport, clock: Clock) -> Credentials:
    """Ask the server to take this device in, and go on as what it says.

    Raises:
        UserError: already_enrolled, invitation_unknown, invitation_used, invitation_expired,
            invitation_withdrawn, server_key_changed, server_refused.
        UnavailableError: the server is not there; ask again later.
    """
    with vault.read() as connection:
        if pending_in(connection) is None:
            raise UserError("already_enrolled")
    try:
        if begun.ticket:
            answer = transport.post(REGISTER_PATH, request(begun, clock))
            with vault.write() as connection:
                return take(connection, answer, clock)
        asked = EnrolRequest(
            version=VERSION,
            secret=begun.secret,
            public_key=bytes(SigningKey(begun.signing_seed).verify_key),
            prefix=begun.prefix,
            time=milliseconds(clock),
        )
        answer = transport.post(ENROL_PATH, encode(asked))
        registered = decode(Registered, answer)
        # A typed code says nothing of whom to trust: then it is whoever answers.
        server_key = begun.server_key or decode(Credentials, registered.credentials).server_key
    except (ServerProblemError, ProtocolError):
        raise UserError("server_refused") from None
    credentials = _told(registered, begun.signing_seed, begun.prefix, server_key)
    with vault.write() as connection:
        _become(connection, begun, credentials, clock)
        put_note(connection, _NOTE, "")
        _keep(connection, Certificate(answer, begun.prefix))
    custody.settle(vault)
    return credentials


def _told(registered: Registered, signing_seed: bytes, prefix: int, server_key: bytes) -> Credentials:
    public_key = bytes(SigningKey(signing_seed).verify_key)
    try:
        found = _checked(invitations.certified(registered, public_key, prefix, server_key))
    except ProtocolError as error:
        raise UserError("server_key_changed" if error.code == "bad_signature" else "server_refused") from None
    if found.server_key != server_key:
        raise UserError("server_key_changed")
    return found


def request(begun: Pending, clock: Clock) -> bytes:
    """What tells the server of a laptop that began from a file, sealed; for the network or a bundle.

    Raises:
        UserError: invitation_damaged.
    """
    key = SigningKey(begun.signing_seed)
    try:
        device = invitations.ticket_from(begun.ticket, begun.server_key).credentials.device
    except ProtocolError:
        raise UserError("invitation_damaged") from None
    now = milliseconds(clock)
    asked = RegisterRequest(VERSION, begun.ticket, bytes(key.verify_key), begun.prefix, now)
    return seal(encode(asked), device=device, counter=1, key=key, server_key=begun.server_key)


def take(connection: Connection, raw: bytes, clock: Clock) -> Credentials:
    """Take the server's answer to `request`, from wherever it comes; one that comes again changes nothing.

    Raises:
        UserError: server_key_changed when our server did not sign it, server_refused when it is no answer.
    """
    try:
        registered = decode(Registered, raw)
        credentials = _checked(decode(Credentials, registered.credentials))
    except ProtocolError:
        raise UserError("server_refused") from None
    begun = pending_in(connection)
    if begun is None:
        return credentials
    credentials = _told(registered, begun.signing_seed, begun.prefix, begun.server_key)
    _become(connection, begun, credentials, clock)
    put_note(connection, _NOTE, "")
    _keep(connection, Certificate(raw, begun.prefix))
    return credentials


def shown(connection: Connection, clock: Clock) -> bytes:
    """What tells a server that forgot this laptop that it had let it in, sealed; b"" before it did."""
    enrolment, text = load_enrolment(connection), get_note(connection, _CERTIFICATE)
    if enrolment is None or not text:
        return b""
    kept = msgspec.msgpack.decode(base64.b64decode(text), type=Certificate)
    told = decode(Credentials, decode(Registered, kept.registered).credentials)
    key = SigningKey(enrolment.signing_seed)
    now = milliseconds(clock)
    asked = RegisterRequest(VERSION, b"", bytes(key.verify_key), kept.prefix, now, kept.registered)
    return seal(encode(asked), device=told.device, counter=1, key=key, server_key=told.server_key)


def let_in_again(vault: Vault, transport: Transport, clock: Clock) -> bool:
    """Show a server that does not know this laptop what it signed; False when there is nothing to show.

    Writes are offered again by the next exchange, as to any server that was put back.

    Raises:
        UserError: server_refused; invitation_used, invitation_withdrawn and others that need people.
        UnavailableError: the server is not there; ask again later.
    """
    with vault.read() as connection:
        asked = shown(connection, clock)
    if not asked:
        return False
    try:
        # What it answers is what it said before; that it takes this laptop's word now shows whether it did.
        transport.post(REGISTER_PATH, asked)
    except ServerProblemError:
        raise UserError("server_refused") from None
    log.info("let in again by a server that was put back")
    return True


def _keep(connection: Connection, certificate: Certificate) -> None:
    put_note(connection, _CERTIFICATE, base64.b64encode(msgspec.msgpack.encode(certificate)).decode())


def _become(connection: Connection, begun: Pending, credentials: Credentials, clock: Clock) -> None:
    """Go on as this device. What was written under another number, by this file or the last, comes along."""
    me = load_identity(connection, now=lambda: milliseconds(clock))
    if me is None:
        new_identity(
            connection,
            device=credentials.device,
            now=lambda: milliseconds(clock),
            prefix=begun.prefix,
        )
    elif me.device != credentials.device:
        had = [Number(me.device, 1)]
        touched = incarnate(connection, me, had, device=credentials.device, prefix=begun.prefix, after=0)
        following.follow(connection, touched)
        log.info("going on under another device number", extra={"sequence": me.next_n - 1})
    put_cursors(connection, {entry.area: 0 for entry in credentials.entries})
    before = load_enrolment(connection)
    save_enrolment(
        connection,
        Enrolment(
            server_url=begun.url,
            signing_seed=begun.signing_seed,
            credentials=msgspec.structs.replace(credentials, terms=None),
            counter=before.counter if before is not None else 0,
            epoch=credentials.epoch,
            scope=credentials.scope,
            entries=tuple(credentials.entries),
        ),
    )
    terms = credentials.terms
    if terms is not None and terms.version and terms_hold(terms, credentials.server_key):
        custody.put_terms(connection, terms)
