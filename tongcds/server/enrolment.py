"""Invitations and devices: one word, given to one person of one unit, makes one laptop known.

How an invitation is written down and read back is `protocol.invitations`; a laptop that began from a file,
without a network, is let in by `server.registration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec
from nacl.signing import SigningKey
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from tongcds.domain.views import Role
from tongcds.errors import UserError
from tongcds.protocol import invitations
from tongcds.protocol.messages import (
    OLDEST,
    VERSION,
    Credentials,
    EnrolRequest,
    Invitation,
    ProtocolError,
    RegisterRequest,
    ScopeEntry,
    Ticket,
)
from tongcds.records import record_type
from tongcds.replica import register_device
from tongcds.server import custody, laptops, trainers
from tongcds.server.office import OfficeWriter, office
from tongcds.server.problems import Refusal
from tongcds.server.scopes import (
    entries_packed,
    entries_unpacked,
    in_stable_order,
    role_at,
    scope_of,
)
from tongcds.server.tables import DEVICE, INVITATION, STATE

HOURS = 72
"""How long a code can be used."""

DAYS = 30
"""How long a file can be used: the laptop, or its first bundle, has to find its way to the server."""

FIRST_SCOPE = 1
"""The version of the scope that a ticket carries."""

_HOUR_MS = 3_600_000
_KEY = 32
_PREFIX_LIMIT = 1 << 60
_UNIT = record_type("unit").table.c
_VILLAGE = record_type("village").table.c
_MEMBER = record_type("member").table.c
_TEAM = record_type("team").table.c
_CONFIRM = (
    update(DEVICE)
    .where(DEVICE.c.device == bindparam("the_device"))
    .values(cursors=bindparam("cursors"), cursors_scope=bindparam("cursors_scope"))
)


@dataclass(frozen=True, slots=True)
class Place:
    """A unit that people belong to, with the names around it."""

    unit_id: bytes
    kind: str
    name: str
    commune_name: str
    province_name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose laptop it is, and where they belong."""

    member_id: bytes
    role: str
    unit_id: bytes


def place_of(connection: Connection, unit_id: bytes, province_id: bytes) -> Place | None:
    """The unit or village with this id, or None."""
    province = connection.execute(select(_UNIT.name).where(_UNIT.id == province_id)).scalar() or ""
    unit = connection.execute(
        select(_UNIT.kind, _UNIT.name).where(_UNIT.id == unit_id, _UNIT.deleted == 0)
    ).one_or_none()
    if unit is not None:
        return Place(unit_id, unit.kind, unit.name, unit.name if unit.kind == "commune" else "", province)
    village = connection.execute(
        select(_VILLAGE.name, _VILLAGE.commune_id).where(_VILLAGE.id == unit_id, _VILLAGE.deleted == 0)
    ).one_or_none()
    if village is None:
        return None
    commune = connection.execute(select(_UNIT.name).where(_UNIT.id == village.commune_id)).scalar() or ""
    return Place(unit_id, "village", village.name, commune, province)


def secret_hash(secret: str, key: SigningKey) -> bytes:
    """What is kept of a secret: without the server's key, a stolen database does not say which fit."""
    return blake2b(secret.encode(), key=bytes(key), digest_size=32, person=b"tongcds-invite").digest()


def invite(
    connection: Connection,
    place: Place,
    name: str,
    *,
    key: SigningKey,
    url: str,
    now: int,
    role: str = "",
    hours: int = HOURS,
    days: int = DAYS,
) -> Invitation:
    """A new invitation for somebody of this unit; makes the member's record where there is none of that name.

    A village without a team gets one: its first member has to belong to something. The device number is given
    now, so that a laptop with the file needs nobody to begin. `hours` is for the code, `days` for the file.
    `role`: that of the unit, or a trainer of it.

    Raises:
        UserError: unit_wrong_role; trainer_name_taken.
    """
    state = office(connection)
    if state is None:
        raise LookupError("the server was not founded")
    given = role_at(place.kind, role)
    if given is None:
        raise UserError("unit_wrong_role", unit=place.name)
    if given is Role.TRAINER:
        trainers.require_own_name(connection, name, place.unit_id)
    member = connection.execute(
        select(_MEMBER.id).where(
            _MEMBER.unit_id == place.unit_id, _MEMBER.full_name == name, _MEMBER.deleted == 0
        )
    ).scalar()
    if member is None:
        writer = OfficeWriter(connection, now=now)
        team = _team(connection, writer, place) if given is Role.TEAM else None
        member = writer.create(
            "member", unit_id=place.unit_id, team_id=team, full_name=name, role=given.value
        )
        writer.flush()
    secret = invitations.new_secret()
    expires = now + hours * _HOUR_MS
    number = next_device(connection)
    connection.execute(
        insert(INVITATION).values(
            secret_hash=secret_hash(secret, key),
            unit_id=place.unit_id,
            role=given.value,
            member_id=member,
            member_name=name,
            made_at=now,
            expires_at=expires,
            device=number,
        )
    )
    wanted = scope_of(connection, given, place.unit_id, state.province_id, member)
    ticket = Ticket(
        Credentials(
            device=number,
            member_id=member,
            member_name=name,
            role=given.value,
            unit_id=place.unit_id,
            unit_name=place.name,
            commune_name=place.commune_name,
            province_name=place.province_name,
            server_name=state.name,
            server_key=bytes(key.verify_key),
            epoch=state.epoch,
            scope=FIRST_SCOPE,
            entries=in_stable_order([], wanted),
            terms=custody.terms(connection, key),
            villages=_villages(connection, place.unit_id),
        ),
        expires=now + days * 24 * _HOUR_MS,
    )
    return Invitation(
        url=url,
        secret=secret,
        server_key=bytes(key.verify_key),
        server_name=state.name,
        member_name=name,
        unit_name=place.name,
        role=given.value,
        expires=expires,
        ticket=invitations.ticket_bytes(ticket, key),
    )


def _team(connection: Connection, writer: OfficeWriter, place: Place) -> bytes:
    team = connection.execute(
        select(_TEAM.id).where(_TEAM.unit_id == place.unit_id, _TEAM.deleted == 0).limit(1)
    ).scalar()
    return team or writer.create("team", unit_id=place.unit_id, name=place.name, level="village")


def enrol(connection: Connection, request: EnrolRequest, *, key: SigningKey, now: int) -> Credentials:
    """Turn an invitation into an enrolled device; the same again when the same laptop asks again.

    Raises:
        Refusal: protocol_unsupported, bad_message, invitation_unknown, invitation_used, invitation_expired,
            invitation_withdrawn.
    """
    check_request(request)
    try:
        secret = invitations.normalised(request.secret)
    except ProtocolError:
        raise Refusal("invitation_unknown") from None
    found = connection.execute(
        select(INVITATION).where(INVITATION.c.secret_hash == secret_hash(secret, key)).with_for_update()
    ).one_or_none()
    if found is None:
        raise Refusal("invitation_unknown")
    if found.public_key is not None:
        device = connection.execute(select(DEVICE).where(DEVICE.c.device == found.device)).one()
        if found.public_key != request.public_key or device.revoked_at is not None:
            raise Refusal("invitation_used")
        return credentials_of(connection, device, found.member_name, key)
    if found.withdrawn_at is not None:
        raise Refusal("invitation_withdrawn")
    if found.expires_at < now:
        raise Refusal("invitation_expired")
    device = let_in(
        connection,
        found.device,
        request,
        Person(found.member_id, found.role, found.unit_id),
        invited=found.device,
        now=now,
    )
    return credentials_of(connection, device, found.member_name, key)


def check_request(request: EnrolRequest | RegisterRequest) -> None:
    """Whether a laptop's key and prefix can be ones.

    Raises:
        Refusal: protocol_unsupported, bad_message.
    """
    if not OLDEST <= request.version <= VERSION:
        raise Refusal("protocol_unsupported", versions=(OLDEST, VERSION))
    if len(request.public_key) != _KEY or not 0 < request.prefix < _PREFIX_LIMIT:
        raise Refusal("bad_message")


def let_in(
    connection: Connection,
    number: int,
    request: EnrolRequest | RegisterRequest,
    person: Person,
    *,
    invited: int,
    now: int,
    entries: Sequence[ScopeEntry] = (),
) -> Row[tuple[object, ...]]:
    """Make a laptop known under this number; `entries` are those it has from its ticket already."""
    register_device(connection, number, request.prefix)
    connection.execute(
        insert(DEVICE).values(
            device=number,
            public_key=request.public_key,
            counter=0,
            member_id=person.member_id,
            role=person.role,
            unit_id=person.unit_id,
            enrolled_at=now,
            scope=FIRST_SCOPE if entries else 0,
            structure=0,
            entries=entries_packed(list(entries)),
            invited=invited,
        )
    )
    laptops.publish(connection, [number], now=now)
    if number == invited:
        connection.execute(
            update(INVITATION).where(INVITATION.c.device == number).values(public_key=request.public_key)
        )
    return connection.execute(select(DEVICE).where(DEVICE.c.device == number)).one()


def next_device(connection: Connection) -> int:
    """A device number that was never given before."""
    given: int = connection.execute(
        update(STATE).values(last_device=STATE.c.last_device + 1).returning(STATE.c.last_device)
    ).scalar_one()
    return given


def credentials_of(
    connection: Connection, device: Row[tuple[object, ...]], name: str, key: SigningKey
) -> Credentials:
    """Everything that an enrolled laptop needs to know."""
    state = office(connection)
    if state is None:
        raise LookupError("the server was not founded")
    scope, entries = current_scope(connection, device)
    place = place_of(connection, device.unit_id, state.province_id)
    return Credentials(
        device=device.device,
        member_id=device.member_id,
        member_name=name,
        role=device.role,
        unit_id=device.unit_id,
        unit_name=place.name if place else "",
        commune_name=place.commune_name if place else "",
        province_name=place.province_name if place else "",
        server_name=state.name,
        server_key=bytes(key.verify_key),
        epoch=state.epoch,
        scope=scope,
        entries=entries,
        terms=custody.terms(connection, key),
        villages=_villages(connection, device.unit_id),
    )


def _villages(connection: Connection, commune: bytes) -> list[tuple[bytes, str]]:
    """The villages of a commune that stand, by id and name; none of another unit."""
    query = select(_VILLAGE.id, _VILLAGE.name).where(
        _VILLAGE.commune_id == commune, _VILLAGE.deleted == 0, _VILLAGE.valid_to.is_(None)
    )
    return [(village, name) for village, name in connection.execute(query) if name]


def current_scope(connection: Connection, device: Row[tuple[object, ...]]) -> tuple[int, list[ScopeEntry]]:
    """Version and entries of a device's scope; worked out anew, and kept, when units changed since.

    A trainer's follows from the sessions too, and is worked out each time.
    """
    state = office(connection)
    if state is None:
        raise LookupError("the server was not founded")
    old = entries_unpacked(device.entries)
    role = Role(device.role)
    if device.structure == state.structure and role is not Role.TRAINER:
        return device.scope, old
    wanted = scope_of(connection, role, device.unit_id, state.province_id, device.member_id)
    entries = in_stable_order(old, wanted)
    if device.structure == state.structure and entries == old:
        return device.scope, old
    scope = device.scope + (entries != old)
    connection.execute(
        update(DEVICE)
        .where(DEVICE.c.device == device.device)
        .values(scope=scope, structure=state.structure, entries=entries_packed(entries))
    )
    return scope, entries


def confirm(connection: Connection, device: Row[tuple[object, ...]], scope: int, cursors: list[int]) -> None:
    """Remember how far a laptop holds each area: removed records are kept for those that are behind."""
    packed = msgspec.msgpack.encode(cursors)
    if (device.cursors_scope, device.cursors) != (scope, packed):
        given = {"the_device": device.device, "cursors": packed, "cursors_scope": scope}
        connection.execute(_CONFIRM, given)


def devices(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Every enrolled device with the name of its person."""
    query = (
        select(DEVICE, _MEMBER.full_name)
        .join_from(DEVICE, record_type("member").table, _MEMBER.id == DEVICE.c.member_id, isouter=True)
        .order_by(DEVICE.c.device)
    )
    return connection.execute(query).all()


def revoke(connection: Connection, device: int, *, now: int) -> bool:
    """Refuse this laptop from now on, under each of its numbers; False when there is none to refuse."""
    key = select(DEVICE.c.public_key).where(DEVICE.c.device == device).scalar_subquery()
    result = connection.execute(
        update(DEVICE).where(DEVICE.c.public_key == key, DEVICE.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    numbers = connection.execute(select(DEVICE.c.device).where(DEVICE.c.public_key == key)).scalars()
    laptops.publish(connection, list(numbers), now=now)
    return result.rowcount > 0


def invited(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Invitations that nobody used yet and nobody withdrew, the latest first."""
    query = (
        select(INVITATION)
        .where(INVITATION.c.public_key.is_(None), INVITATION.c.withdrawn_at.is_(None))
        .order_by(INVITATION.c.device.desc())
    )
    return connection.execute(query).all()


def withdraw(connection: Connection, number: int, *, now: int) -> bool:
    """Let nobody in any more by the invitation with this number; False when there is none to withdraw."""
    result = connection.execute(
        update(INVITATION)
        .where(INVITATION.c.device == number, INVITATION.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return result.rowcount > 0
