"""Letting in a laptop by what this server signed for it, whenever it or its first bundle comes by.

One that began from an invitation file shows its ticket, which says who it is. A second laptop that began from
the same file gets a number of its own and renames what it wrote (`sync.enrol`): it has used the first one's
number, under another key. One that was let in since the copy from which this database was put back shows its
certificate, and is let in again as it was.
"""

from __future__ import annotations

from nacl.signing import SigningKey
from sqlalchemy import Connection, select

from tongcds.protocol import invitations
from tongcds.protocol.envelope import take_apart, verify
from tongcds.protocol.messages import (
    Credentials,
    ProtocolError,
    Registered,
    RegisterRequest,
    Ticket,
    decode,
)
from tongcds.records import record_type
from tongcds.server import ops, requests
from tongcds.server.enrolment import Person, check_request, credentials_of, let_in, next_device
from tongcds.server.office import OfficeWriter
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE, INVITATION

# A file that goes round a village is a mistake; a file that goes round a province is an attack.
MOST_LAPTOPS = 4

_MEMBER = record_type("member").table.c


def register(province: ops.Province, sealed: bytes) -> tuple[Registered, RegisterRequest]:
    """Make a device known by the ticket or the certificate in its request; also what it asked.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    try:
        envelope = take_apart(sealed)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    request = requests.decoded(RegisterRequest, envelope.body)
    told = _certified(request, province) if request.certificate else None
    ticket = None if told is not None else _ticket(request, province)
    try:
        verify(envelope, device_key=request.public_key, server_key=province.server_key)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    who = told or (ticket.credentials if ticket is not None else None)
    if who is None or envelope.device != who.device:
        raise Refusal("bad_envelope")
    now = province.now()

    def work(connection: Connection) -> Credentials:
        if ticket is not None:
            return _let_in(connection, ticket, request, key=province.key, now=now)
        return _let_in_again(connection, who, request, key=province.key, now=now)

    credentials = province.database.change(work)
    answer = invitations.certificate(credentials, request.public_key, request.prefix, province.key)
    return answer, request


def _ticket(request: RegisterRequest, province: ops.Province) -> Ticket:
    try:
        return invitations.ticket_from(request.ticket, province.server_key)
    except ProtocolError:
        raise Refusal("invitation_unknown") from None


def _certified(request: RegisterRequest, province: ops.Province) -> Credentials:
    try:
        registered = decode(Registered, request.certificate)
        return invitations.certified(registered, request.public_key, request.prefix, province.server_key)
    except ProtocolError:
        raise Refusal("invitation_unknown") from None


def _let_in(
    connection: Connection, ticket: Ticket, request: RegisterRequest, *, key: SigningKey, now: int
) -> Credentials:
    """Who this laptop is; the same again when it asks again. Ticket and envelope were verified.

    An invitation that this database does not know, since it was put back from a copy, is taken at the word of
    the ticket.

    One that was revoked since hears who it is, too, so that its last writes can be set aside.

    Raises:
        Refusal: protocol_unsupported, bad_message, invitation_used (revoked, or by too many laptops),
            invitation_expired, invitation_withdrawn.
    """
    check_request(request)
    told = ticket.credentials
    invitation = connection.execute(
        select(INVITATION).where(INVITATION.c.device == told.device).with_for_update()
    ).one_or_none()
    before = connection.execute(
        select(DEVICE).where(DEVICE.c.invited == told.device).order_by(DEVICE.c.device)
    ).all()
    same = next((device for device in before if device.public_key == request.public_key), None)
    if same is not None:
        return credentials_of(connection, same, told.member_name, key)
    if invitation is not None and invitation.withdrawn_at is not None:
        raise Refusal("invitation_withdrawn")
    if ticket.expires < now:
        raise Refusal("invitation_expired")
    revoked = any(device.revoked_at is not None for device in before)
    if revoked or len({device.public_key for device in before}) >= MOST_LAPTOPS:
        raise Refusal("invitation_used")
    number = next_device(connection) if before else told.device
    _know_member(connection, told, now)
    device = let_in(
        connection,
        number,
        request,
        Person(told.member_id, told.role, told.unit_id),
        invited=told.device,
        now=now,
        entries=told.entries,
    )
    return credentials_of(connection, device, told.member_name, key)


def _let_in_again(
    connection: Connection, told: Credentials, request: RegisterRequest, *, key: SigningKey, now: int
) -> Credentials:
    """Who this laptop was before this database was put back from a copy, and is again.

    Rows of laptops are never deleted, so one that is not there was let in after the copy. Certificate and
    envelope were verified. Who is known hears who it is, whatever became of it since.

    Raises:
        Refusal: protocol_unsupported, bad_message; invitation_withdrawn when its invitation is in the copy
            and was taken back since; invitation_used when another laptop came by it since.
    """
    check_request(request)
    known = connection.execute(select(DEVICE).where(DEVICE.c.device == told.device)).one_or_none()
    if known is not None:
        if known.public_key != request.public_key:
            raise Refusal("invitation_used")
        return credentials_of(connection, known, told.member_name, key)
    withdrawn = select(INVITATION.c.withdrawn_at).where(INVITATION.c.device == told.device)
    if connection.execute(withdrawn.with_for_update()).scalar() is not None:
        raise Refusal("invitation_withdrawn")
    _know_member(connection, told, now)
    device = let_in(
        connection,
        told.device,
        request,
        Person(told.member_id, told.role, told.unit_id),
        invited=told.device,
        now=now,
        entries=told.entries,
    )
    return credentials_of(connection, device, told.member_name, key)


def _know_member(connection: Connection, told: Credentials, now: int) -> None:
    """Make the member's record anew where a copy of the database lacks it."""
    if connection.execute(select(_MEMBER.id).where(_MEMBER.id == told.member_id)).first() is None:
        writer = OfficeWriter(connection, now=now)
        writer.put("member", told.member_id, unit_id=told.unit_id, full_name=told.member_name, role=told.role)
        writer.flush()
