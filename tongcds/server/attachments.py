"""Who may send or fetch which attachment, and what becomes of its file: the rules of `tus`, without HTTP.

A file may be sent while a live record names it in an area that the device may write, or one that this laptop
made before the area was taken from it; fetched while one does in an area that it reads in full. For everybody
else it does not exist. That it is here already is told only to those who see a record for which it was sent,
or made one: knowing a hash opens nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from tongcds.domain.attachments import MAX_BYTES
from tongcds.i18n import _, format_bytes, format_number
from tongcds.protocol.attachments import Announced
from tongcds.records import record_type
from tongcds.replica import WRITE
from tongcds.server import enrolment, requests
from tongcds.server.attachment_files import EXPIRES_MS, AttachmentFiles
from tongcds.server.ops import Province
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE, HELD

KEPT_MS: Final = 14 * 24 * 60 * 60 * 1000
"""How long a file stays after its last record was removed."""

SWEEP_EVERY_MS: Final = 6 * 60 * 60 * 1000
_MOST_UNFINISHED: Final = 32
# Any: rows answer each column under its name.
_Row = Row[Any]
_ATTACHMENT = record_type("attachment").table.c
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """A device whose request was signed and counted: the areas that it writes, and those it reads in full."""

    device: int
    writes: frozenset[bytes]
    reads: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Upload:
    """How far a file is: `offset` of `size` bytes; `expires` in milliseconds (UTC), None once it is whole."""

    digest: bytes
    size: int
    offset: int
    expires: int | None


def asker(province: Province, sealed: bytes, *, admit: Callable[[int], None]) -> Asker:
    """Who signed a request; it is counted, and does not count again.

    Raises:
        Refusal: bad_envelope, unknown_device, bad_signature, device_revoked, replayed; and as `admit`.
    """
    envelope = requests.opened(province.database, sealed, province.server_key)
    admit(envelope.device)
    now = province.now()

    def work(connection: Connection) -> Asker:
        device = requests.admit(connection, envelope, once=True, now=now)
        if device.revoked_at is not None:
            raise Refusal("device_revoked")
        _scope, entries = enrolment.current_scope(connection, device)
        return Asker(
            envelope.device,
            frozenset(entry.area for entry in entries if entry.mode == WRITE),
            frozenset(entry.area for entry in entries if entry.whole),
        )

    return province.database.change(work)


def create(province: Province, who: Asker, said: Announced, size: int) -> Upload:
    """A laptop announces a file; again is the same as once.

    Raises:
        Refusal: too_big, not_found (no record that it may write or made names this file), upload_unasked (it
            made all the records that it names, and they were removed or erased), bad_upload (another size
            than the record says), rate_limited (too many begun at once).
    """
    if size > MAX_BYTES:
        raise Refusal("too_big")
    digest = said.digest
    try:
        upload = _upload(province, who, digest)
    except Refusal:
        _require_asked(province, who, said.records)
        raise
    if size != upload.size:
        raise Refusal("bad_upload")
    files = _files(province)
    if upload.expires is None:
        return upload
    begun = files.sent(who.device, digest) is not None
    if not begun and files.unfinished(who.device) >= _MOST_UNFINISHED:
        raise Refusal("rate_limited", retry_after=60)
    files.begin(who.device, digest, province.now())
    return state(province, who, digest)


def state(province: Province, who: Asker, digest: bytes) -> Upload:
    """How far an upload is.

    Raises:
        Refusal: not_found, also when it was never announced; upload_expired.
    """
    upload = _upload(province, who, digest)
    if upload.expires is None:
        return upload
    files = _files(province)
    sent = files.sent(who.device, digest)
    if sent is None:
        raise Refusal("not_found")
    expires = files.touched(who.device, digest) + EXPIRES_MS
    if expires <= province.now():
        files.forget_part(who.device, digest)
        raise Refusal("upload_expired")
    return Upload(digest, upload.size, sent, expires)


def finish(province: Province, who: Asker, digest: bytes) -> None:
    """All bytes of a file are here: verify it, and say for which records it was sent.

    Raises:
        Refusal: checksum_mismatch, and then the upload has to begin anew.
    """
    if not _files(province).settle(who.device, digest):
        log.warning("an attachment was not what it was announced as", extra={"code": str(who.device)})
        raise Refusal("checksum_mismatch")
    now = province.now()

    def work(connection: Connection) -> None:
        known = set(connection.execute(select(HELD.c.record_id).where(HELD.c.hash == digest)).scalars())
        rows = _named(connection, digest)
        for row in _sendable(connection, who, rows):
            if row.id not in known:
                values = {"hash": digest, "record_id": row.id, "at": now, "unneeded_since": None}
                connection.execute(insert(HELD).values(values))

    province.database.change(work)


def content(province: Province, who: Asker, digest: bytes, start: int) -> tuple[int, Iterator[bytes]]:
    """Size of a file, and what it holds from byte `start` on.

    Raises:
        Refusal: not_found, no_such_range.
    """
    files = _files(province)
    with province.database.read() as connection:
        rows = [row for row in _named(connection, digest) if row.area in who.reads]
        live = next((row for row in rows if not row.deleted), None)
        held = _is_held(connection, digest, rows)
    if live is None or not held or not files.has(digest):
        raise Refusal("not_found")
    if start >= live.size:
        raise Refusal("no_such_range")
    return live.size, files.content(digest, start)


def sweep_if_due(province: Province) -> None:
    """Remove what is no longer needed, four times a day at most."""
    files = province.files
    if files is not None and province.now() - files.swept_at >= SWEEP_EVERY_MS:
        files.swept_at = province.now()
        sweep(province)


def sweep(province: Province) -> int:
    """Remove files without a live record for a month, and uploads that expired; returns how many went."""
    files = _files(province)
    now = province.now()
    going = province.database.change(lambda connection: _unneeded(connection, now))
    gone = 0
    for digest in going:
        with province.database.read() as connection:
            # Between the two transactions somebody may have come back to it.
            needed = any(not row.deleted for row in _named(connection, digest))
        if not needed:
            files.forget(digest)
            gone += 1
    with province.database.read() as connection:
        held = connection.execute(select(HELD.c.hash).distinct()).scalars()
        names = {files.name_of(digest) for digest in held}
    gone += files.remove_stale(now, names.__contains__, older_than_ms=KEPT_MS)
    if gone:
        log.info("attachments removed", extra={"count": gone})
    return gone


def told(province: Province, *, sweeping: bool) -> dict[str, object]:
    """How many files there are, after a sweep if it is wanted; `text` says it in words."""
    gone = sweep(province) if sweeping else 0
    count, size = _files(province).total()
    words = _("{count} files, {size}; removed: {gone}.")
    text = words.format(count=format_number(count), size=format_bytes(size), gone=format_number(gone))
    return {"files": count, "bytes": size, "removed": gone, "text": text}


def _unneeded(connection: Connection, now: int) -> list[bytes]:
    """Hashes whose time is over; they count as not held from here on."""
    live = set(connection.execute(select(_ATTACHMENT.hash).where(_ATTACHMENT.deleted == 0)).scalars())
    held = connection.execute(select(HELD.c.hash, HELD.c.unneeded_since)).all()
    going = []
    for digest, since in {row.hash: row.unneeded_since for row in held}.items():
        ours = HELD.c.hash == digest
        if digest in live:
            if since is not None:
                connection.execute(update(HELD).where(ours).values(unneeded_since=None))
        elif since is None:
            connection.execute(update(HELD).where(ours).values(unneeded_since=now))
        elif now - since > KEPT_MS:
            connection.execute(HELD.delete().where(ours))
            going.append(digest)
    return going


def _upload(province: Province, who: Asker, digest: bytes) -> Upload:
    """The file as its records name it: whole (`expires` None), or not known to be here."""
    files = _files(province)
    with province.database.read() as connection:
        rows = _named(connection, digest)
        sendable = _sendable(connection, who, rows)
        live = next(iter(sendable), None)
        held = _is_held(connection, digest, [*sendable, *(row for row in rows if row.area in who.reads)])
    if live is None or live.size is None or not 0 < live.size <= MAX_BYTES:
        raise Refusal("not_found")
    if held and files.has(digest):
        return Upload(digest, live.size, live.size, None)
    return Upload(digest, live.size, 0, 0)


def _sendable(connection: Connection, who: Asker, rows: list[_Row]) -> list[_Row]:
    """The live records for which this laptop may send the file.

    Where it may write none of them any more, those that it made itself: the record was taken from it while it
    still looked after the area, and nobody else has the file.
    """
    live = [row for row in rows if not row.deleted]
    writable = [row for row in live if row.area in who.writes]
    if writable or not live:
        return writable
    numbers = _numbers(connection, who)
    return [row for row in live if row.device in numbers]


def _require_asked(province: Province, who: Asker, records: Sequence[bytes]) -> None:
    """Say so where nobody will ever ask for a file: every record that this laptop made of it is gone.

    Raises:
        Refusal: upload_unasked.
    """
    with province.database.read() as connection:
        query = select(_ATTACHMENT.id, _ATTACHMENT.device, _ATTACHMENT.hash, _ATTACHMENT.deleted)
        rows = connection.execute(query.where(_ATTACHMENT.id.in_(records))).all()
        numbers = _numbers(connection, who) if rows else set()
    gone = {row.id for row in rows if row.device in numbers and (row.deleted or row.hash is None)}
    if gone and gone.issuperset(records):
        raise Refusal("upload_unasked")


def _numbers(connection: Connection, who: Asker) -> set[int]:
    """Every number that this laptop had."""
    key = select(DEVICE.c.public_key).where(DEVICE.c.device == who.device).scalar_subquery()
    return set(connection.execute(select(DEVICE.c.device).where(DEVICE.c.public_key == key)).scalars())


def _named(connection: Connection, digest: bytes) -> list[_Row]:
    query = select(
        _ATTACHMENT.id, _ATTACHMENT.area, _ATTACHMENT.device, _ATTACHMENT.size, _ATTACHMENT.deleted
    )
    return list(connection.execute(query.where(_ATTACHMENT.hash == digest).order_by(_ATTACHMENT.id)))


def _is_held(connection: Connection, digest: bytes, rows: list[_Row]) -> bool:
    """Whether the file was sent for one of these records."""
    held = set(connection.execute(select(HELD.c.record_id).where(HELD.c.hash == digest)).scalars())
    return any(row.id in held for row in rows)


def _files(province: Province) -> AttachmentFiles:
    if province.files is None:
        raise Refusal("not_found")
    return province.files
