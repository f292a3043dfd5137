"""Files between laptops of one commune: who may read what is written, and merging what can be read.

Whatever is merged here is shown at once and is the server's to decide: the file is kept for it too, and
handed over before the next exchange, so that the exchange brings the verdict.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from nacl.signing import SigningKey
from sqlalchemy import Connection, select

from tongcds.clock import Clock, milliseconds
from tongcds.domain.views import Role
from tongcds.protocol import bundle, chunks, structure
from tongcds.protocol.envelope import take_apart, verify
from tongcds.protocol.messages import ProtocolError, PushContent, ScopeEntry, SyncRequest, Write, decode
from tongcds.records import record_type, type_numbered
from tongcds.replica import WRITE, Merged, authority, load_identity, merge_in
from tongcds.storage import following
from tongcds.storage.local import Enrolment, add_merged, load_enrolment, mark_decided, merged_files
from tongcds.storage.vault import Vault
from tongcds.sync import carrying
from tongcds.sync.transport import Transport

_MOST_READERS: Final = 63
_MOST_ENVELOPES: Final = 2_000
_SLICE: Final = 400
_LAPTOP = record_type("laptop").table.c
_VILLAGE = record_type("village").table.c
# What broken bytes can make of a chunk's decoder beyond its own ProtocolError.
_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was merged of another laptop's file; `needed_from` as in `Merged`."""

    writes: int = 0
    kinds: frozenset[str] = frozenset()
    needed_from: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """A laptop of this commune that the server told us of. `prefixes` are of all its numbers."""

    device: int
    role: Role
    unit_id: bytes
    member_id: bytes
    commune_id: bytes
    prefix: int
    prefixes: frozenset[int] = field(default_factory=frozenset)


def sender_of(connection: Connection, header: bundle.Header) -> Sender | None:
    """Who signed a bundle, when the server told us of this laptop and it was not revoked."""
    query = select(_LAPTOP.id, *_COLUMNS).where(_LAPTOP.public_key == header.sender, _LAPTOP.deleted == 0)
    rows = connection.execute(query).all()
    mine = next((row for row in rows if row.known_as == header.device), None)
    if mine is None or any(row.revoked for row in rows):
        return None
    prefixes = frozenset(row.prefix for row in rows)
    return Sender(
        mine.known_as, Role(mine.role), mine.unit_id, mine.member_id, mine.commune_id, mine.prefix, prefixes
    )


_COLUMNS = (
    _LAPTOP.known_as,
    _LAPTOP.role,
    _LAPTOP.unit_id,
    _LAPTOP.member_id,
    _LAPTOP.commune_id,
    _LAPTOP.prefix,
    _LAPTOP.public_key,
    _LAPTOP.revoked,
)


def readers(connection: Connection, enrolment: Enrolment, writes: Sequence[Write]) -> list[bytes]:
    """Keys of the laptops of this commune that may hold all of these writes, the commune's own first."""
    me = enrolment.credentials
    if not writes or me.role not in {Role.TEAM, Role.COMMUNE}:
        return []
    commune = me.unit_id if me.role == Role.COMMUNE else _commune_of(connection, me.unit_id)
    if commune is None:
        return []
    areas, complete = _areas(connection, writes)
    own = bytes(SigningKey(enrolment.signing_seed).verify_key)
    query = select(*_COLUMNS).where(_LAPTOP.commune_id == commune, _LAPTOP.deleted == 0)
    rows = connection.execute(query.order_by(_LAPTOP.known_as.desc())).all()
    revoked = {row.public_key for row in rows if row.revoked} | {own}
    offices = [row for row in rows if row.role == Role.COMMUNE]
    neighbours = [row for row in rows if row.role == Role.TEAM and row.unit_id == me.unit_id]
    teams = [row for row in rows if row.role == Role.TEAM and row.unit_id != me.unit_id]
    found: dict[bytes, None] = {}
    for row in (*offices, *neighbours, *teams):
        holds = {commune, row.unit_id}
        if row.role == Role.COMMUNE:
            holds |= set(_villages(connection, commune))
        if row.public_key not in revoked and areas <= holds and (complete or row.role == Role.COMMUNE):
            found[row.public_key] = None
    return list(found)[:_MOST_READERS]


def _areas(connection: Connection, writes: Sequence[Write]) -> tuple[set[bytes], bool]:
    """The areas that these writes are about, and whether that is known of each."""
    areas: set[bytes] = set()
    complete = True
    ids: dict[str, set[bytes]] = {}
    for write in writes:
        record = type_numbered(write.type)
        if record is None:
            complete = False
            continue
        ids.setdefault(record.name, set()).add(write.id)
        area = record.area_of(write.id, write.values)
        if area is not None:
            areas.add(area)
    for name, some in ids.items():
        table, listed = record_type(name).table.c, sorted(some)
        for start in range(0, len(listed), _SLICE):
            part = listed[start : start + _SLICE]
            here = connection.execute(select(table.id, table.area).where(table.id.in_(part))).all()
            areas |= {row.area for row in here}
            complete = complete and len(here) == len(part)
    return areas, complete


def take(vault: Vault, found: bundle.Opened, sender: Sender, clock: Clock) -> Taken:
    """Merge what can be read and judged of another laptop's push bundle; the caller keeps the file first.

    Nothing of an envelope is merged unless all of it is in order; a broken one is the server's to answer.
    """
    try:
        structure.bounded(found.content or b"")
        content = decode(PushContent, found.content or b"")
    except ProtocolError:
        return Taken()
    writes = needed = 0
    kinds: set[str] = set()
    for sealed in content.envelopes[:_MOST_ENVELOPES]:
        with vault.write() as connection:
            me = load_identity(connection, now=lambda: milliseconds(clock))
            enrolment = load_enrolment(connection)
            if me is None or enrolment is None:
                break
            given = _writes(sealed, found.header, sender, enrolment.credentials.server_key)
            if not given:
                continue
            merged: Merged = merge_in(
                connection,
                me,
                sender.device,
                given,
                prefixes=sender.prefixes,
                areas={e.area for e in enrolment.entries if e.whole},
                allowed=authority(
                    connection,
                    sender.role,
                    sender.unit_id,
                    sender.member_id,
                    [ScopeEntry(area, WRITE) for area in _writable(connection, sender)],
                ),
            )
            following.follow(connection, merged.touched)
            if merged.writes:
                add_merged(connection, carrying.name_of(found.digest))
        if merged.needed_from:
            needed = merged.needed_from
            break
        writes += merged.writes
        kinds |= merged.touched.keys()
    return Taken(writes, frozenset(kinds), needed)


def _writes(sealed: bytes, header: bundle.Header, sender: Sender, server_key: bytes) -> list[Write]:
    """The writes in an envelope of this sender; none when anything about it is not in order."""
    try:
        envelope = take_apart(sealed)
        verify(envelope, device_key=header.sender, server_key=server_key)
        request = decode(SyncRequest, envelope.body)
        chunk = chunks.unpack_writes(request.chunk) if request.chunk else None
    except (ProtocolError, *_UNREADABLE):
        log.info("an envelope of another laptop cannot be read here")
        return []
    if chunk is None or (envelope.device, chunk.device, chunk.prefix) != (
        sender.device,
        sender.device,
        sender.prefix,
    ):
        return []
    return list(chunk.writes)


def _writable(connection: Connection, sender: Sender) -> list[bytes]:
    if sender.role is Role.TEAM:
        return [sender.unit_id]
    return [sender.unit_id, *_villages(connection, sender.unit_id)]


def _villages(connection: Connection, commune: bytes) -> list[bytes]:
    query = select(_VILLAGE.id).where(_VILLAGE.commune_id == commune, _VILLAGE.deleted == 0)
    return list(connection.execute(query).scalars())


def _commune_of(connection: Connection, village: bytes) -> bytes | None:
    query = select(_VILLAGE.commune_id).where(_VILLAGE.id == village)
    commune: bytes | None = connection.execute(query).scalar_one_or_none()
    return commune


def hand_over(vault: Vault, transport: Transport) -> int:
    """Give the server, before an exchange, the files that were merged here; returns how many it took.

    Raises:
        UnavailableError: the server is not there; what was not handed over stays.
    """
    with vault.read() as connection:
        files = merged_files(connection)
    if not files:
        return 0

    def decided(*names: str) -> None:
        with vault.write() as connection:
            mark_decided(connection, names)

    done = carrying.hand_over(
        vault,
        transport,
        chosen=lambda path: carrying.digest_in(path) in files,
        done_with=lambda path: decided(carrying.digest_in(path)),
    )
    there = {carrying.digest_in(path) for path in carrying.carried(vault)}
    decided(*(files.keys() - there))
    return done
