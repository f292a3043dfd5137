"""The exchange without a network: writes out to a file, answers in from one, others' files carried on.

A push bundle holds the very envelopes that would have gone over the network, sealed to the server; an answer
bundle holds its answers, sealed to the one laptop. A file that is not for this laptop is kept as it is and
handed to the server at the next exchange (`sync.carrying`); one that laptops of the same commune may read is
merged here too (`sync.peers`). Applying any of them twice, late or out of order
does nothing wrong.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from nacl.signing import SigningKey
from sqlalchemy import Connection

from tongcds.clock import VIETNAM, Clock, milliseconds
from tongcds.errors import UserError
from tongcds.protocol import bundle, chunks, structure
from tongcds.protocol.messages import (
    VERSION,
    AnswerContent,
    ProtocolError,
    PushContent,
    SyncRequest,
    Write,
    decode,
    encode,
)
from tongcds.replica import Identity, chain_at, cursors_of, load_identity, pending
from tongcds.storage import custody
from tongcds.storage.local import (
    Enrolment,
    Packed,
    get_note,
    load_enrolment,
    next_request,
    packed,
    put_note,
    put_packed,
)
from tongcds.storage.vault import Vault
from tongcds.sync import carrying, enrol, peers
from tongcds.sync.answers import read_answer, take_late
from tongcds.sync.exchange import CHAIN_BYTES, PAGE_LIMIT
from tongcds.sync.incarnation import ForkedError
from tongcds.sync.request import sealed

PUSH, ANSWER = "push", "answer"
_WRITES_A_CHUNK = 4_000
_MOST_CHUNK = 4 * 1024 * 1024
_LAST = "last bundle"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written.

    `name` is what people call it (7F3A-19C2); `first` to `last` are the own writes in it.
    """

    path: Path
    name: str
    writes: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought: an answer for this laptop, or a file to carry on (`carried`).

    Of a file of this commune `merged` writes are shown here at once; it is carried on all the same.
    `needed_from` is the write from which on more is needed, 0 when nothing is: by the server of an answered
    file's own writes, or here of another laptop's.
    """

    name: str
    sent: int
    received: int
    carried: bool
    kinds: frozenset[str] = frozenset()
    needed_from: int = 0
    merged: int = 0


def export(vault: Vault, folder: Path, clock: Clock) -> Exported:
    """Write everything that waits into a new bundle in `folder`; it also asks for what is new on the server.

    Raises:
        UserError: not_enrolled, stick_unwritable, stick_lies.
    """
    now = milliseconds(clock)
    custody.settle(vault)
    with vault.write() as connection:
        me = load_identity(connection, now=lambda: now)
        enrolment = load_enrolment(connection)
        if me is None or enrolment is None:
            raise UserError("not_enrolled")
        begun = enrol.pending_in(connection)
        writes = pending(connection, me.received, 1 << 62)
        envelopes, counter = _envelopes(connection, me, enrolment, writes, now)
        others = peers.readers(connection, enrolment, writes)
        # The server that gets this may have been put back from a copy of before it knew this laptop.
        shown = enrol.request(begun, clock) if begun is not None else enrol.shown(connection, clock)
        content = PushContent(envelopes, shown)
        previous = bytes.fromhex(get_note(connection, _LAST))
    note = bundle.Note(PUSH, me.device, counter, enrolment.epoch, now, previous=previous)
    path = _free_name(folder, f"{clock().astimezone(VIETNAM):%Y%m%d-%H%M}-{me.device}")
    try:
        # Outside the transaction: a slow stick must not keep a save waiting.
        digest = bundle.write(
            path,
            encode(content),
            note,
            key=SigningKey(enrolment.signing_seed),
            readers=[enrolment.credentials.server_key, *others],
        )
    except OSError:
        raise UserError("stick_unwritable") from None
    except ProtocolError:
        raise UserError("stick_lies") from None
    first, last = (writes[0].n, writes[-1].n) if writes else (0, 0)
    name = bundle.fingerprint(digest)
    with vault.write() as connection:
        put_note(connection, _LAST, digest.hex())
        if writes:
            put_packed(connection, Packed(me.device, last, counter, now, name))
    return Exported(path, name, len(writes), first, last)


def _envelopes(
    connection: Connection, me: Identity, enrolment: Enrolment, writes: list[Write], now: int
) -> tuple[list[bytes], int]:
    """The requests that would go over the network, and the counter of the last one."""
    parts = _parts(me, writes)
    areas = [entry.area for entry in enrolment.entries]
    cursors = cursors_of(connection, areas)
    envelopes = []
    for place, (first_n, chunk) in enumerate(parts, 1):
        before = chain_at(connection, first_n - 1) or b"" if chunk else b""
        request = SyncRequest(
            version=VERSION,
            epoch=enrolment.epoch,
            scope=enrolment.scope,
            cursors=[cursors[area] for area in areas],
            time=now,
            chunk=chunk,
            # Only the last answer needs a page: the earlier ones would say the same again.
            page_limit=PAGE_LIMIT * 10 if place == len(parts) else 1,
            chain=before[:CHAIN_BYTES],
            terms=custody.load_terms(connection).version,
            code=custody.code_to_send(connection),
        )
        counter = next_request(connection)
        envelopes.append(sealed(request, enrolment, device=me.device, counter=counter))
    return envelopes, counter


def _parts(me: Identity, writes: list[Write]) -> list[tuple[int, bytes | None]]:
    """Chunks of all the writes, each with the number of its first one; without writes one that is empty."""
    parts: list[tuple[int, bytes | None]] = []
    done = 0
    while done < len(writes):
        some = chunks.WriteChunk(me.device, me.prefix, writes[done : done + _WRITES_A_CHUNK])
        chunk, count = chunks.pack_most(some, limit=_MOST_CHUNK)
        parts.append((writes[done].n, chunk))
        done += count
    return parts or [(0, None)]


def take_in(vault: Vault, path: Path, clock: Clock) -> Imported:
    """Take a file from a stick: our own answer is applied, anybody else's file is kept to be carried on.

    Raises:
        UserError: file_missing, bundle_damaged, bundle_foreign, bundle_own (our own push, which the server
            must get), not_enrolled, server_key_changed.
        UnavailableError: courier_full, disk_full, vault_damaged.
    """
    # What is carried lies beside the database.
    vault.require_sound()
    with vault.read() as connection:
        enrolment = load_enrolment(connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    raw, found = _opened(path, enrolment)
    header, name = found.header, bundle.fingerprint(found.digest)
    if header.kind == PUSH:
        if header.device == enrolment.credentials.device and header.sender == _key_of(enrolment):
            raise UserError("bundle_own")
        if all(reader.key != enrolment.credentials.server_key for reader in header.readers):
            raise UserError("bundle_foreign")
        with vault.read() as connection:
            sender = peers.sender_of(connection, header)
        carrying.keep(vault, raw, found.digest, known=sender is not None)
        if sender is None or found.content is None:
            return Imported(name, 0, 0, carried=True)
        taken = peers.take(vault, found, sender, clock)
        return Imported(
            name, 0, 0, carried=True, kinds=taken.kinds, needed_from=taken.needed_from, merged=taken.writes
        )
    if header.sender != enrolment.credentials.server_key:
        raise UserError("bundle_foreign")
    if found.content is None or header.addressee != enrolment.credentials.device:
        # A laptop with the same key is one that this vault was copied from, or onto.
        carrying.keep_answer(vault, raw, found.digest.hex()[:32])
        return Imported(name, 0, 0, carried=True)
    return _apply(vault, found, clock)


def _key_of(enrolment: Enrolment) -> bytes:
    return bytes(SigningKey(enrolment.signing_seed).verify_key)


def _opened(path: Path, enrolment: Enrolment) -> tuple[bytes, bundle.Opened]:
    try:
        with path.open("rb") as file:
            raw = file.read(carrying.MAX_BUNDLE + 1)
    except OSError:
        raise UserError("file_missing") from None
    if len(raw) > carrying.MAX_BUNDLE:
        raise UserError("bundle_foreign")
    try:
        return raw, bundle.opened(raw, key=SigningKey(enrolment.signing_seed))
    except ProtocolError as problem:
        raise UserError("bundle_foreign" if problem.code == "bundle_foreign" else "bundle_damaged") from None


def _apply(vault: Vault, found: bundle.Opened, clock: Clock) -> Imported:
    try:
        structure.bounded(found.content or b"")
        content = decode(AnswerContent, found.content or b"")
    except ProtocolError:
        raise UserError("bundle_damaged") from None
    if content.registration:
        with vault.write() as connection:
            enrol.take(connection, content.registration, clock)
    sent = received = 0
    kinds: set[str] = set()
    for raw in content.answers:
        read = read_answer(raw)
        try:
            with vault.write() as connection:
                me = load_identity(connection, now=lambda: milliseconds(clock))
                enrolment = load_enrolment(connection)
                if me is None or enrolment is None:
                    raise UserError("not_enrolled")
                taken = take_late(connection, me, enrolment, read)
        except ForkedError:
            # It answers a copy of this vault. The next exchange over the network finds out, and goes on.
            log.info("an answer is not for the writes of this vault")
            continue
        sent += taken.sent
        received += taken.received
        kinds |= taken.kinds
    custody.settle(vault)
    name = bundle.fingerprint(found.digest)
    needed = _needed_from(vault, found.header.counter, clock)
    return Imported(name, sent, received, carried=False, kinds=frozenset(kinds), needed_from=needed)


def _needed_from(vault: Vault, counter: int, clock: Clock) -> int:
    """The own write that the server needs next although the file that it answers held later ones, or 0."""
    with vault.read() as connection:
        me = load_identity(connection, now=lambda: milliseconds(clock))
        last = packed(connection)
    if me is None or last is None or last.counter > counter or me.received >= last.last:
        return 0
    return me.received + 1


def _free_name(folder: Path, stem: str) -> Path:
    for attempt in range(1000):
        name = f"{stem}{f'-{attempt}' if attempt else ''}{bundle.SUFFIX}"
        if not (folder / name).exists():
            return folder / name
    raise UserError("stick_unwritable")
