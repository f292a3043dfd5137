"""What the province laid down for this vault, and the recovery code on its way to it.

A code counts, and has its slot, only once the province holds it: before that a locked vault must not promise
that somebody could help. Which way it travels is `sync`'s.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import nacl.utils
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from tongcds.domain import wordcode
from tongcds.protocol import custody
from tongcds.protocol.messages import SealedCode, Terms
from tongcds.storage.local import get_note, put_note

if TYPE_CHECKING:
    from tongcds.storage.vault import Vault

CUSTODY: Final = MetaData()

TERMS: Final = Table(
    "terms",
    CUSTODY,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("lease_days", Integer, nullable=False),
    Column("phone", Text, nullable=False),
    Column("code_key", LargeBinary, nullable=False),
    Column("province_key", LargeBinary, nullable=False),
    sqlite_strict=True,
)

# At most one: the code that is on its way, or `held` and about to become a slot.
RECOVERY_CODE: Final = Table(
    "recovery_code",
    CUSTODY,
    Column("slot", LargeBinary, primary_key=True),
    Column("code", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("held", Integer, nullable=False),
    sqlite_strict=True,
)

_TERMS = select(TERMS)
_TO_SEND = select(RECOVERY_CODE).where(RECOVERY_CODE.c.held == 0)
_ANOTHER: Final = "another recovery code"
_ID: Final = 16

log = logging.getLogger(__name__)


def create_tables(connection: Connection) -> None:
    """Make these tables, where they are not there yet."""
    CUSTODY.create_all(connection)


def load_terms(connection: Connection) -> Terms:
    """The terms as the province told them last; version 0, and nobody to call, before it told any."""
    row = connection.execute(_TERMS).one_or_none()
    if row is None:
        return Terms(0, custody.USUAL_LEASE, "", b"", b"")
    return Terms(row.version, row.lease_days, row.phone, row.code_key, row.province_key)


def put_terms(connection: Connection, terms: Terms) -> None:
    """Keep these terms; their signature was verified."""
    if load_terms(connection).code_key != terms.code_key:
        another_code(connection)
    connection.execute(delete(TERMS))
    connection.execute(
        insert(TERMS).values(
            one=1,
            version=terms.version,
            lease_days=terms.lease_days,
            phone=terms.phone,
            code_key=terms.code_key,
            province_key=terms.province_key,
        )
    )


def another_code(connection: Connection) -> None:
    """The recovery code there is was read out, or its keeper lost it: another one has to take its place."""
    put_note(connection, _ANOTHER, "1")


def code_to_send(connection: Connection) -> SealedCode | None:
    """The recovery code that the province does not hold yet."""
    row = connection.execute(_TO_SEND).one_or_none()
    return None if row is None else SealedCode(row.slot, row.sealed)


def code_is_held(connection: Connection, slot: bytes) -> None:
    """The province holds the code of this slot."""
    connection.execute(update(RECOVERY_CODE).where(RECOVERY_CODE.c.slot == slot).values(held=1))


def settle(vault: Vault) -> bool:
    """Bring the key slots up to what was agreed with the province; whether a code waits to be sent now.

    Does nothing that was done before; whatever was cut off is done the next time.

    Raises:
        UnavailableError: `disk_full`.
    """
    with vault.read() as connection:
        terms = load_terms(connection)
        waiting = connection.execute(select(RECOVERY_CODE)).one_or_none()
        another = bool(get_note(connection, _ANOTHER))
    slots = vault.slots
    if terms.version and terms.province_key != slots.province_key:
        slots.put_province(terms.province_key)
        log.info("the vault's key was sealed to the province")
    if terms.phone != slots.help_phone:
        slots.put_help_phone(terms.phone)
    if waiting is not None and waiting.held:
        slots.put_recovery(waiting.slot, waiting.code)
        with vault.write() as connection:
            connection.execute(delete(RECOVERY_CODE))
        log.info("the recovery code is in force", extra={"record_id": waiting.slot.hex()})
        waiting = None
    wanted = bool(terms.code_key) and (another or not slots.recovery_id)
    if wanted and (another or waiting is None):
        slot, code = nacl.utils.random(_ID), wordcode.draw(custody.RECOVERY_WORDS)
        sealed = custody.seal_code(code, slot, terms.code_key)
        with vault.write() as connection:
            connection.execute(delete(RECOVERY_CODE))
            connection.execute(
                insert(RECOVERY_CODE).values(slot=slot, code=code, sealed=sealed.sealed, held=0)
            )
            put_note(connection, _ANOTHER, "")
        return True
    return waiting is not None
