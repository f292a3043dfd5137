"""The exchange without a network: writes out to a file, answers in from one, others' files carried on.

A push bundle holds the very envelopes that would have gone over the network, sealed to the server; an answer
bundle holds its answers, sealed to the one laptop. A file that is not for this laptop is kept as it is and
handed to the server at the next exchange (courier); what the server answers is kept for the way back.
Applying any of them twice, late or out of order does nothing wrong.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from tongcds.clock import Clock
from tongcds.errors import UserError
from tongcds.protocol import bundle, chunks
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import VERSION, ProtocolError, SyncRequest, Write, encode
from tongcds.replica import Identity, chain_at, cursors_of, load_identity, pending
from tongcds.storage.local import Enrolment, get_note, load_enrolment, next_request, put_note
from tongcds.storage.vault import Vault
from tongcds.sync.answers import read_answer, take_late
from tongcds.sync.exchange import CHAIN_BYTES, PAGE_LIMIT
from tongcds.sync.incarnation import ForkedError
from tongcds.sync.transport import ServerProblemError, Transport

BUNDLE_PATH = "/api/v1/bundle"
PUSH, ANSWER = "push", "answer"
_WRITES_A_CHUNK = 4_000
_MOST_CHUNK = 4 * 1024 * 1024
_COURIER, _ANSWERS = "courier", "answers"
_LAST = "last bundle"

log = logging.getLogger(__name__)
_decode_all = msgspec.msgpack.Decoder(list[bytes]).decode


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
    """What a file brought: an answer for this laptop, or a file to carry on (`carried`)."""

    name: str
    sent: int
    received: int
    carried: bool
    kinds: frozenset[str] = frozenset()


def export(vault: Vault, folder: Path, clock: Clock) -> Exported:
    """Write everything that waits into a new bundle in `folder`; it also asks for what is new on the server.

    Raises:
        UserError: not_enrolled, stick_unwritable, stick_lies.
    """
    now = int(clock().timestamp() * 1000)
    with vault.write() as connection:
        me = load_identity(connection, now=lambda: now)
        enrolment = load_enrolment(connection)
        if me is None or enrolment is None:
            raise UserError("not_enrolled")
        writes = pending(connection, me.received, 1 << 62)
        parts = _parts(me, writes)
        areas = [entry.area for entry in enrolment.entries]
        cursors = cursors_of(connection, areas)
        key = SigningKey(enrolment.signing_seed)
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
            )
            counter = next_request(connection)
            sealed = seal(
                encode(request),
                device=me.device,
                counter=counter,
                key=key,
                server_key=enrolment.credentials.server_key,
            )
            envelopes.append(sealed)
        previous = bytes.fromhex(get_note(connection, _LAST))
    note = bundle.Note(PUSH, me.device, counter, enrolment.epoch, now, previous=previous)
    path = _free_name(folder, f"{clock():%Y%m%d-%H%M}-{me.device}")
    try:
        # Outside the transaction: a slow stick must not keep a save waiting.
        digest = bundle.write(
            path,
            msgspec.msgpack.encode(envelopes),
            note,
            key=key,
            readers=[enrolment.credentials.server_key],
        )
    except OSError:
        raise UserError("stick_unwritable") from None
    except ProtocolError:
        raise UserError("stick_lies") from None
    with vault.write() as connection:
        put_note(connection, _LAST, digest.hex())
    first, last = (writes[0].n, writes[-1].n) if writes else (0, 0)
    return Exported(path, bundle.fingerprint(digest), len(writes), first, last)


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
        must
            get), not_enrolled, server_key_changed.
    """
    with vault.read() as connection:
        enrolment = load_enrolment(connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    found = _opened(path, enrolment)
    if found.header.kind == PUSH:
        if found.header.device == enrolment.credentials.device:
            raise UserError("bundle_own")
        return _keep(vault, path, found, _COURIER)
    if found.header.sender != enrolment.credentials.server_key:
        raise UserError("bundle_foreign")
    if found.content is None or found.header.addressee != enrolment.credentials.device:
        # A laptop with the same key is one that this vault was copied from, or onto.
        return _keep(vault, path, found, _ANSWERS)
    return _apply(vault, found, clock)


def _opened(path: Path, enrolment: Enrolment) -> bundle.Opened:
    try:
        return bundle.read(path, key=SigningKey(enrolment.signing_seed))
    except OSError:
        raise UserError("file_missing") from None
    except ProtocolError as problem:
        raise UserError("bundle_foreign" if problem.code == "bundle_foreign" else "bundle_damaged") from None


def _apply(vault: Vault, found: bundle.Opened, clock: Clock) -> Imported:
    sent = received = 0
    kinds: set[str] = set()
    for raw in _answers(found):
        read = read_answer(raw)
        try:
            with vault.write() as connection:
                me = load_identity(connection, now=lambda: int(clock().timestamp() * 1000))
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
    return Imported(bundle.fingerprint(found.digest), sent, received, carried=False, kinds=frozenset(kinds))


def _answers(found: bundle.Opened) -> list[bytes]:
    try:
        return _decode_all(found.content or b"")
    except (msgspec.DecodeError, ValueError):
        raise UserError("bundle_damaged") from None


def _keep(vault: Vault, path: Path, found: bundle.Opened, where: str) -> Imported:
    """Keep a foreign file, byte for byte. It is sealed: keeping it beside the vault gives nothing away."""
    folder = vault.folder / where
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"{found.digest.hex()[:32]}{bundle.SUFFIX}"
    if not kept.exists():
        waiting = kept.with_suffix(".part")
        waiting.write_bytes(path.read_bytes())
        waiting.replace(kept)
    return Imported(bundle.fingerprint(found.digest), 0, 0, carried=True)


def carried(vault: Vault) -> tuple[Path, ...]:
    """The files that wait to be handed to the server."""
    return _files(vault.folder / _COURIER)


def answers_kept(vault: Vault) -> tuple[Path, ...]:
    """Answers for other laptops that wait for the way back."""
    return _files(vault.folder / _ANSWERS)


def hand_over(vault: Vault, transport: Transport) -> int:
    """Hand carried files to the server and keep its answers for the way back; returns how many were taken.

    A file that the server refuses stays, so that somebody can look at it.

    Raises:
        UnavailableError: the server is not there; what was not handed over stays.
    """
    done = 0
    for path in carried(vault):
        try:
            answer = transport.post(BUNDLE_PATH, path.read_bytes())
        except (UserError, ServerProblemError):
            log.warning("the server refused a carried bundle", extra={"operation": "courier"})
            continue
        folder = vault.folder / _ANSWERS
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / path.name).write_bytes(answer)
        path.unlink()
        done += 1
    return done


def copy_answers(vault: Vault, folder: Path) -> tuple[Path, ...]:
    """Copy the answers that wait for the way back onto a stick; they stay here until they are removed.

    Raises:
        UserError: stick_unwritable.
    """
    copied = []
    for path in answers_kept(vault):
        target = folder / f"tra-loi-{path.name}"
        try:
            target.write_bytes(path.read_bytes())
        except OSError:
            raise UserError("stick_unwritable") from None
        copied.append(target)
    return tuple(copied)


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob(f"*{bundle.SUFFIX}"))) if folder.is_dir() else ()


def _free_name(folder: Path, stem: str) -> Path:
    for attempt in range(1000):
        name = f"{stem}{f'-{attempt}' if attempt else ''}{bundle.SUFFIX}"
        if not (folder / name).exists():
            return folder / name
    raise UserError("stick_unwritable")
