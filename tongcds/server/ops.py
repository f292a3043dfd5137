"""What the endpoints do, without HTTP: an exchange takes a push in one transaction, reads a page in another.

A crash between them costs nothing: the push is committed and known, and the laptop asks again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec import structs
from nacl.signing import SigningKey
from sqlalchemy import Connection, Row, select

from tongcds.domain.views import Role
from tongcds.protocol import invitations
from tongcds.protocol.chunks import WriteChunk, unpack_writes
from tongcds.protocol.envelope import Envelope
from tongcds.protocol.messages import (
    OLDEST,
    VERSION,
    CompareAnswer,
    CompareRequest,
    EnrolRequest,
    Incarnation,
    IncarnationRequest,
    Outcome,
    ProtocolError,
    Receipt,
    Registered,
    ScopeEntry,
    Standing,
    SyncAnswer,
    SyncRequest,
    encode,
    receipt_text,
)
from tongcds.records import record_type
from tongcds.replica import Received, authority, device_row, digest, receive
from tongcds.server import (
    comparing,
    custody,
    enrolment,
    figures,
    grouped,
    incarnations,
    laptops,
    quarantine,
    reforms,
    requests,
)
from tongcds.server.ahead import Ahead, Wanted, read
from tongcds.server.attachment_files import AttachmentFiles
from tongcds.server.database import Database
from tongcds.server.office import office, structure_changed
from tongcds.server.problems import Refusal
from tongcds.server.scopes import SEES_FIGURES, SEES_STATUS
from tongcds.server.tables import DEVICE

MAX_PAGE = 5000
REVOKED = "device_revoked"
"""The code under which the last writes of a revoked laptop are set aside."""
_VILLAGE = record_type("village").number
# What hostile bytes can make of a chunk's decoder beyond its own ProtocolError.
_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Province:
    """The server as its operations know it; `now` gives milliseconds since 1970 (UTC).

    `files` is where attachments lie; without it none are taken. `ahead` makes pages before they are asked
    for; without it each is made when it is.
    """

    database: Database
    key: SigningKey
    url: str
    now: Callable[[], int]
    files: AttachmentFiles | None = None
    ahead: Ahead | None = None

    @property
    def server_key(self) -> bytes:
        """The public half of the key."""
        return bytes(self.key.verify_key)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the first transaction found out, for the second."""

    role: Role
    unit: bytes
    scope: int
    entries: list[ScopeEntry]
    cursors: list[int]
    scope_is_known: bool
    received: Received
    epoch: int
    closed: str = ""
    code_held: bytes = b""
    copied: int = 0


def sync(
    province: Province, sealed: bytes, *, once: bool = True, admit: requests.Admit = requests.anybody
) -> bytes:
    """One exchange: an envelope in, a packed SyncAnswer out.

    Nothing is locked before the signature was verified and the whole request unpacked.

    Args:
        province: the server.
        sealed: the request's body.
        once: refuse an envelope that was seen before. False for those that were carried here in a bundle,
            which come late, twice or out of order; their answer is for the sender's eyes only.
        admit: refuses a device that proved itself and is not to be let in now.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    envelope = requests.opened(province.database, sealed, province.server_key)
    admit(envelope.device)
    request = requests.decoded(SyncRequest, envelope.body)
    chunk = _chunk(request.chunk, envelope.device)
    now = province.now()
    taken = province.database.change(
        lambda connection: _take(connection, envelope, request, chunk, once=once, now=now)
    )
    if chunk.writes:
        outcomes = bool(taken.received.outcomes)
        quarantine.look_after(province.database, chunk.writes, outcomes=outcomes, now=now)
    if taken.closed:
        return encode(_last_answer(province, envelope.device, taken, now=now))
    if taken.received.erased:
        province.database.settle()
    if taken.role in SEES_FIGURES and taken.scope_is_known:
        figures.refresh(province.database, taken.role, taken.unit, now=now)
        grouped.refresh(province.database, taken.role, taken.unit, now=now)
    if taken.role in SEES_STATUS and taken.scope_is_known:
        figures.refresh_status(province.database, taken.role, taken.unit, now=now)
    with province.database.read() as connection:
        answer = _answer(connection, province, envelope.device, taken, page_limit=request.page_limit, now=now)
        answer = structs.replace(
            answer,
            terms=custody.news_for(connection, request, province.key),
            code_held=taken.code_held,
            code_told=custody.was_told(connection, envelope.device),
        )
    return encode(answer)


def incarnate(province: Province, sealed: bytes, *, admit: requests.Admit = requests.anybody) -> Incarnation:
    """Give a restored or cloned laptop another number; `admit` as in `sync`.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    envelope = requests.opened(province.database, sealed, province.server_key)
    admit(envelope.device)
    request = requests.decoded(IncarnationRequest, envelope.body)
    now = province.now()

    def work(connection: Connection) -> Incarnation:
        device = requests.admit(connection, envelope, once=True, now=now)
        return incarnations.incarnate(connection, device.device, request, key=province.key, now=now)

    return province.database.change(work)


def compare(province: Province, sealed: bytes, *, admit: requests.Admit = requests.anybody) -> CompareAnswer:
    """Where a laptop whose digest differs holds something else; `admit` as in `sync`.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    envelope = requests.opened(province.database, sealed, province.server_key)
    admit(envelope.device)
    request = requests.decoded(CompareRequest, envelope.body)
    now = province.now()

    def work(connection: Connection) -> tuple[bool, list[ScopeEntry]]:
        device = requests.admit(connection, envelope, once=True, now=now)
        if device.revoked_at is not None:
            raise Refusal(REVOKED)
        scope, entries = enrolment.current_scope(connection, device)
        state = office(connection)
        return state is not None and (request.scope, request.epoch) == (scope, state.epoch), entries

    known, entries = province.database.change(work)
    if not known:
        return CompareAnswer(known=False)
    return comparing.compare(province.database, request, entries)


def _take(
    connection: Connection,
    envelope: Envelope,
    request: SyncRequest,
    chunk: WriteChunk,
    *,
    once: bool,
    now: int,
) -> _Taken:
    device = requests.admit(connection, envelope, once=once, now=now)
    if device.revoked_at is not None:
        return _escrow(connection, device, request, chunk, now=now)
    scope, entries = enrolment.current_scope(connection, device)
    if scope != device.scope:
        laptops.publish(connection, [device.device], now=now)
    state = office(connection)
    if state is None:
        raise LookupError("the server was not founded")
    # Versions of scopes and numbers of areas are one epoch's: a restored server counts them anew.
    scope_is_known = (
        request.scope == scope and request.epoch == state.epoch and len(request.cursors) <= len(entries)
    )
    cursors = [min(max(c, 0), requests.HIGHEST) for c in request.cursors] if scope_is_known else []
    if scope_is_known:
        enrolment.confirm(connection, device, scope, cursors)
    by_area = dict.fromkeys((entry.area for entry in entries), 0)
    by_area.update((entry.area, cursor) for entry, cursor in zip(entries, cursors, strict=False))
    received = _push(
        connection,
        device,
        chunk,
        entries,
        by_area,
        before=request.chain,
        orphans=state.restored_at > 0,
        now=now,
    )
    cursors = [
        _past_own(received, entry.area, cursor) for entry, cursor in zip(entries, cursors, strict=False)
    ]
    if received.touched:
        figures.touch(connection, received.touched)
    if received.applied and any(write.type == _VILLAGE for write in chunk.writes):
        # A village that came or went changes what others hold.
        structure_changed(connection)
        device = connection.execute(select(DEVICE).where(DEVICE.c.device == device.device)).one()
        scope, entries = enrolment.current_scope(connection, device)
        scope_is_known = scope_is_known and request.scope == scope
    return _Taken(
        Role(device.role),
        device.unit_id,
        scope,
        entries,
        cursors,
        scope_is_known,
        received,
        state.epoch,
        copied=state.copied_at if request.epoch != state.epoch else 0,
        code_held=custody.keep(connection, device.device, request.code, now=now),
    )


def _past_own(received: Received, area: bytes, cursor: int) -> int:
    """Past the numbers that were just given, where no page has anything of them to bring."""
    low, high = received.held.get(area, (0, 0))
    return high if cursor and cursor == low else cursor


def _escrow(
    connection: Connection,
    device: Row[tuple[object, ...]],
    request: SyncRequest,
    chunk: WriteChunk,
    *,
    now: int,
) -> _Taken:
    """Set everything aside that a revoked laptop had not sent yet: it was work when it was done.

    Nothing of it is applied before somebody with authority says so, and the laptop gets nothing back.
    """
    state, known = office(connection), device_row(connection, device.device)
    if state is None or known is None:
        raise LookupError("the server was not founded")
    received = Received(known.watermark, known.chain)
    if chunk.writes:
        if chunk.prefix != known.prefix:
            raise Refusal("bad_chunk")
        received = receive(
            connection,
            device.device,
            chunk.writes,
            allowed=None,
            cursors={},
            now=now,
            before=request.chain,
            aside=REVOKED,
        )
    return _Taken(
        Role(device.role),
        device.unit_id,
        device.scope,
        [],
        [],
        scope_is_known=False,
        received=received,
        epoch=state.epoch,
        closed=REVOKED,
    )


def _push(
    connection: Connection,
    device: Row[tuple[object, ...]],
    chunk: WriteChunk,
    entries: list[ScopeEntry],
    cursors: dict[bytes, int],
    *,
    before: bytes,
    orphans: bool,
    now: int,
) -> Received:
    state = device_row(connection, device.device)
    if state is None:
        raise LookupError("a device without its row")
    if not chunk.writes:
        return Received(state.watermark, state.chain)
    if chunk.prefix != state.prefix:
        raise Refusal("bad_chunk")
    allowed = authority(connection, Role(device.role), device.unit_id, device.member_id, entries)
    return receive(
        connection,
        device.device,
        chunk.writes,
        allowed=allowed,
        cursors=cursors,
        now=now,
        before=before,
        family=incarnations.prefixes(connection, device.device),
        successors=reforms.successors(connection),
        orphans=orphans,
    )


def _chunk(packed: bytes | None, device: int) -> WriteChunk:
    if packed is None:
        return WriteChunk(device, 0, [])
    try:
        chunk = unpack_writes(packed)
    except ProtocolError as error:
        raise Refusal(error.code) from None
    except _UNREADABLE:
        raise Refusal("bad_chunk") from None
    if chunk.device != device:
        raise Refusal("bad_chunk")
    return chunk


def _answer(
    connection: Connection, province: Province, device: int, taken: _Taken, *, page_limit: int, now: int
) -> SyncAnswer:
    received = taken.received
    receipt = _receipt(province, device, taken, now=now)
    outcomes = [Outcome(o.n, o.code) for o in received.outcomes]
    if not taken.scope_is_known:
        # The laptop puts its cursors in the new order and asks again.
        return SyncAnswer(
            receipt,
            [],
            more=True,
            outcomes=outcomes,
            scope=taken.scope,
            entries=taken.entries,
            standing=_standing(connection, taken),
            copied=taken.copied,
        )
    wanted = Wanted(
        device,
        taken.epoch,
        tuple(taken.entries),
        tuple(taken.cursors),
        max(1, min(page_limit, MAX_PAGE)),
    )
    ready = read(connection, wanted) if province.ahead is None else province.ahead.page(connection, wanted)
    found = ready.page
    whole = [entry.area for entry in taken.entries if entry.whole]
    return SyncAnswer(
        receipt,
        found.cursors,
        more=found.more,
        page=ready.packed,
        moved=found.moved,
        outcomes=outcomes,
        scope=taken.scope,
        digest=b"" if found.more else digest(connection, whole),
    )


def _last_answer(province: Province, device: int, taken: _Taken, *, now: int) -> SyncAnswer:
    """A receipt for what was set aside, and nothing else."""
    return SyncAnswer(
        _receipt(province, device, taken, now=now),
        [],
        outcomes=[Outcome(o.n, o.code) for o in taken.received.outcomes],
        closed=taken.closed,
    )


def _standing(connection: Connection, taken: _Taken) -> Standing | None:
    state = office(connection)
    place = None if state is None else enrolment.place_of(connection, taken.unit, state.province_id)
    if place is None:
        return None
    return Standing(taken.role.value, taken.unit, place.name, place.commune_name)


def _receipt(province: Province, device: int, taken: _Taken, *, now: int) -> Receipt:
    received = taken.received
    text = receipt_text(device, received.watermark, received.chain, taken.epoch, now)
    return Receipt(received.watermark, taken.epoch, now, province.key.sign(text).signature)


def enrol(province: Province, body: bytes) -> Registered:
    """Make a device known by its invitation; the answer is the laptop's to keep and to show again.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    request = requests.decoded(EnrolRequest, body)
    now = province.now()
    credentials = province.database.change(
        lambda connection: enrolment.enrol(connection, request, key=province.key, now=now)
    )
    return invitations.certificate(credentials, request.public_key, request.prefix, province.key)


def health(province: Province) -> dict[str, object]:
    """Whether the database answers, and who this is."""
    with province.database.read() as connection:
        state = office(connection)
    return {
        "status": "ok" if state is not None else "not_founded",
        "epoch": 0 if state is None else state.epoch,
        "protocol": [OLDEST, VERSION],
    }
