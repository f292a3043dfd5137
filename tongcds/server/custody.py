"""What the server keeps for the day when a passphrase is forgotten: its terms, and sealed recovery codes.

It can read none of the codes: the private keys are never on it (`protocol.custody`). Who read one out, and
when, stays noted.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from nacl.signing import SigningKey
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from tongcds.errors import UserError
from tongcds.protocol import custody
from tongcds.protocol.messages import SealedCode, SyncRequest, Terms
from tongcds.records import record_type
from tongcds.server.tables import CODE, DEVICE, TERMS

_KEPT: Final = 3
_MOST_SEALED: Final = 512
_ID: Final = 16
_DIGITS: Final = 12
_MEMBER = record_type("member").table.c
_VERSION = select(TERMS.c.version)
_TOLD = (
    select(CODE.c.told)
    .where(CODE.c.device == bindparam("device"))
    .order_by(CODE.c.kept_at.desc(), CODE.c.told)
    .limit(1)
)

log = logging.getLogger(__name__)


def terms(connection: Connection, key: SigningKey) -> Terms:
    """The terms in force, signed; version 0 before anybody laid any down."""
    row = connection.execute(select(TERMS)).one_or_none()
    if row is None:
        return custody.sign_terms(Terms(0, custody.USUAL_LEASE, "", b"", b""), key)
    return custody.sign_terms(
        Terms(row.version, row.lease_days, row.phone, row.code_key, row.province_key), key
    )


def lay_down(connection: Connection, wanted: Terms) -> None:
    """Put terms in force; their version follows on the last one."""
    before = connection.execute(select(TERMS.c.version)).scalar() or 0
    connection.execute(delete(TERMS))
    connection.execute(
        insert(TERMS).values(
            one=1,
            version=before + 1,
            lease_days=wanted.lease_days,
            phone=wanted.phone,
            code_key=wanted.code_key,
            province_key=wanted.province_key,
        )
    )


def news_for(connection: Connection, request: SyncRequest, key: SigningKey) -> Terms | None:
    """The terms, for a device that knows other ones."""
    version = connection.execute(_VERSION).scalar() or 0
    return None if version == request.terms else terms(connection, key)


def keep(connection: Connection, device: int, code: SealedCode | None, *, now: int) -> bytes:
    """Keep a recovery code that came with a request; answers the slot it belongs to once it is kept."""
    if code is None or len(code.slot) != _ID or len(code.sealed) > _MOST_SEALED:
        return b""
    known = connection.execute(select(CODE.c.device).where(CODE.c.slot == code.slot)).scalar()
    if known is not None:
        return code.slot if known == device else b""
    connection.execute(
        insert(CODE).values(
            slot=code.slot,
            reference=reference_of(code.slot),
            device=device,
            sealed=code.sealed,
            kept_at=now,
            told=0,
        )
    )
    # The last answer may be lost, so that the laptop still has an earlier one.
    old = select(CODE.c.slot).where(CODE.c.device == device).order_by(CODE.c.kept_at.desc()).offset(_KEPT)
    slots = list(connection.execute(old).scalars())
    if slots:
        connection.execute(delete(CODE).where(CODE.c.slot.in_(slots)))
    return code.slot


def was_told(connection: Connection, device: int) -> bool:
    """Whether the newest code of a device was read out: another one should take its place."""
    return bool(connection.execute(_TOLD, {"device": device}).scalar())


def in_good_standing(connection: Connection, device: int) -> tuple[bytes, str]:
    """The public key of a laptop that is still let in, and the name of whom it was enrolled for.

    Raises:
        UserError: `device_unknown`, also for one that was revoked.
    """
    row = connection.execute(
        select(DEVICE.c.public_key, _MEMBER.full_name)
        .join_from(DEVICE, record_type("member").table, _MEMBER.id == DEVICE.c.member_id, isouter=True)
        .where(DEVICE.c.device == device, DEVICE.c.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        raise UserError("device_unknown", device=device)
    return row.public_key, row.full_name or ""


def reference_of(slot: bytes) -> str:
    """The twelve digits by which a laptop names its recovery slot (as `storage.keyslots.reference_of`)."""
    return f"{int.from_bytes(blake2b(slot, digest_size=8).digest(), 'big') % 10**_DIGITS:0{_DIGITS}}"


def codes(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Every code that is kept, with the name of the person whom the laptop was enrolled for."""
    query = (
        select(CODE, DEVICE.c.role, _MEMBER.full_name)
        .join_from(CODE, DEVICE, DEVICE.c.device == CODE.c.device)
        .join(record_type("member").table, _MEMBER.id == DEVICE.c.member_id, isouter=True)
        .order_by(CODE.c.device, CODE.c.kept_at)
    )
    return connection.execute(query).all()


def find(connection: Connection, reference: str) -> Row[tuple[object, ...]]:
    """The code that a laptop names by these digits.

    Raises:
        UserError: `reference_unknown`.
    """
    digits = "".join(c for c in reference if c.isdecimal())
    found = [row for row in codes(connection) if row.reference == digits]
    if len(found) != 1:
        raise UserError("reference_unknown", reference=reference)
    return found[0]


def note_told(connection: Connection, slot: bytes, by: str, *, now: int) -> None:
    """Note who reads a code out, before it is shown."""
    connection.execute(
        update(CODE).where(CODE.c.slot == slot).values(told=CODE.c.told + 1, told_at=now, told_by=by)
    )
    log.info("a recovery code was read out", extra={"record_id": slot.hex()})
