"""Taking a server's answer into the vault, by whatever road it came: receipt, outcomes, scope, page.

A write counts as received only when a receipt with the server's signature over our own chain covers it; page
and cursors go in together, in the caller's transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import Connection

from tongcds.domain.stamps import ID_LENGTH
from tongcds.errors import UnavailableError
from tongcds.protocol import chunks, structure
from tongcds.protocol.custody import terms_hold
from tongcds.protocol.messages import (
    ProtocolError,
    ScopeEntry,
    State,
    SyncAnswer,
    decode,
    receipt_text,
)
from tongcds.records import record_type, type_numbered
from tongcds.replica import (
    FIGURES_ONLY,
    REUSED,
    Identity,
    Touched,
    Writer,
    acknowledge,
    adopt,
    chain_at,
    cursors_of,
    digest,
    doubt,
    drop_doubted,
    first_kept,
    leave_areas,
    lost,
    mark_returned,
    offer_again,
    pending,
    put_cursors,
    settle_own,
)
from tongcds.replica.aside import ACCEPTED, OPEN
from tongcds.replica.rows import read_rows
from tongcds.storage import attachment_notes, custody, following, lease
from tongcds.storage.audit import keep_receipt
from tongcds.storage.erasure import forget
from tongcds.storage.local import Enrolment, get_note, merged_files, put_note, put_scope, put_standing
from tongcds.sync import outdated
from tongcds.sync.incarnation import ForkedError, numbers

DIFFERS = "digests that differ"
_DOUBTS = "doubts"
_COPIED = "copied"
RESTORED = "server restored"
"""The note of when the server was put back from a copy: older receipts count for nothing."""
KEEPS_EXTRA = "extra kept"
"""The note that others may not have sent again yet what only this laptop seems to hold: it stays."""
_WRITE = "write"
CLOSED = "device_revoked"
"""The only reason for which a server takes nothing more from a laptop than to set it aside."""
_MODES = frozenset({_WRITE, "read", FIGURES_ONLY})
_HIGHEST = (1 << 63) - 1  # what a database's integer holds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """An answer that was read and not yet believed."""

    answer: SyncAnswer
    states: list[State]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer brought.

    `more`: something is left to say on either side. `same` is False when the server's digest of everything
    this device holds in full is not our own, as `differs` says: both of them, to be kept as note `DIFFERS`
    when nothing could be done about it. `closed` as in `SyncAnswer`.
    """

    sent: int
    received: int
    returned: int
    more: bool
    same: bool
    kinds: frozenset[str]
    differs: str = ""
    closed: str = ""


def read_answer(raw: bytes) -> Read:
    """Decode an answer. What a newer server has beyond this version is passed over (`outdated`).

    Raises:
        UnavailableError: `server_unreachable` for anything that is no answer at all.
    """
    try:
        structure.bounded(raw)
        answer = decode(SyncAnswer, raw)
        _check(answer)
        if not answer.page:
            return Read(answer, [])
        found = chunks.understand_states(answer.page)
    except ProtocolError:
        raise UnavailableError("server_unreachable") from None
    return Read(answer, found.states, found.all)


def _check(answer: SyncAnswer) -> None:
    """Refuse what no server says and no database holds, before any of it is believed."""
    numbers = [answer.receipt.watermark, answer.receipt.epoch, answer.receipt.time, answer.scope]
    numbers.append(answer.copied)
    numbers += answer.cursors
    numbers += [outcome.n for outcome in answer.outcomes]
    ids = [entry.area for entry in answer.entries or ()]
    ids += [part for moved in answer.moved for part in (moved.id, moved.to)]
    if (
        not all(0 <= number <= _HIGHEST for number in numbers)
        or not all(len(found) == ID_LENGTH for found in ids)
        or not all(len(moved.area) in {0, ID_LENGTH} for moved in answer.moved)
        or not all(map(is_held_so, answer.entries or ()))
        or answer.closed not in {"", CLOSED}
        or (answer.standing is not None and len(answer.standing.unit_id) != ID_LENGTH)
    ):
        raise ProtocolError("bad_message", "an answer that no server gives")


def is_held_so(entry: ScopeEntry) -> bool:
    """Whether a laptop may hold an area so."""
    try:
        return entry.mode in _MODES or entry.sessions is not None
    except ValueError:
        return False


def _out_of_place(states: Sequence[State], areas: frozenset[bytes]) -> bool:
    """Whether a page has records of places that are not ours to hold."""
    for state in states:
        record = type_numbered(state.type)
        if record is not None and record.area_of(state.id, state.values) not in areas:
            return True
    return False


def loses_areas(read: Read, enrolment: Enrolment) -> bool:
    """Whether an answer takes places away from what this laptop may hold in full."""
    if read.answer.entries is None:
        return False
    whole = {entry.area for entry in read.answer.entries if entry.whole}
    return any(entry.whole and entry.area not in whole for entry in enrolment.entries)


def take(connection: Connection, me: Identity, enrolment: Enrolment, read: Read) -> Taken:
    """Take an answer to the request that was just made.

    Raises:
        ForkedError: the receipt is not over the writes of this vault: its numbers were used elsewhere too,
            or another server signed it. Who asks for another number finds out.
    """
    answer = read.answer
    sent = _believe(connection, me, enrolment, answer)
    _take_custody(connection, enrolment, answer)
    gone = mark_returned(connection, [(o.n, o.code) for o in answer.outcomes])
    following.follow(connection, gone)
    me.clock.settle(answer.receipt.time)
    if answer.closed:
        # What is here stays: it may hold the only copy of something that nobody asked for yet.
        more = bool(pending(connection, me.received, 1))
        kinds = frozenset(gone)
        return Taken(sent, 0, len(answer.outcomes), more, same=True, kinds=kinds, closed=answer.closed)
    entries = _take_scope(connection, enrolment, answer)
    areas = [entry.area for entry in entries]
    cursors = dict(zip(areas, answer.cursors, strict=False))
    if _out_of_place(read.states, frozenset(areas)):
        log.warning("a page with records of another place")
        raise UnavailableError("server_unreachable")
    if not read.whole:
        outdated.passed_over(connection, areas)
    touched = _adopt(connection, me, enrolment, read, cursors, entries)
    left = _leave_areas(connection, me, entries)
    more = answer.more or bool(pending(connection, me.received, 1))
    if not more and get_note(connection, _DOUBTS):
        left |= drop_doubted(connection, me)
        following.follow(connection, left)
        put_note(connection, _DOUBTS, "")
    if not more and lost.has_lost(connection):
        lost.drop_settled(connection)
    differs = ""
    # Whoever holds what the server was not given yet rightly holds something else.
    given = all(merged_files(connection).values())
    if not more and answer.digest and given and not outdated.is_behind(connection):
        ours = digest(connection, _full_areas(entries))
        differs = "" if ours == answer.digest else f"{ours.hex()} {answer.digest.hex()}"
    # What comparing did not mend is not tried again until something changed.
    same = not differs or differs == get_note(connection, DIFFERS)
    kinds = frozenset(touched.changed.keys() | touched.gone.keys() | left.keys())
    return Taken(sent, len(read.states), len(answer.outcomes), more, same, kinds, differs)


def take_late(connection: Connection, me: Identity, enrolment: Enrolment, read: Read) -> Taken:
    """Take an answer that was long on its way.

    Its receipt holds; its page, or a new scope, counts only when nothing newer was told since.

    Raises:
        ForkedError: as `take`.
    """
    answer = read.answer
    if answer.receipt.epoch < enrolment.epoch:
        return Taken(0, 0, 0, more=True, same=True, kinds=frozenset())
    sent = _believe(connection, me, enrolment, answer, late=True)
    _take_custody(connection, enrolment, answer)
    gone = mark_returned(connection, [(o.n, o.code) for o in answer.outcomes])
    following.follow(connection, gone)
    restored = answer.receipt.epoch > enrolment.epoch
    if answer.entries is not None and (restored or answer.scope > enrolment.scope):
        left = _leave_areas(connection, me, _take_scope(connection, enrolment, answer))
        return Taken(sent, 0, len(answer.outcomes), more=True, same=True, kinds=frozenset(left))
    areas = [entry.area for entry in enrolment.entries]
    cursors = dict(zip(areas, answer.cursors, strict=False))
    ours = cursors_of(connection, areas)
    newer = answer.entries is None and len(cursors) == len(areas)
    # Our scope may be another one since.
    newer = newer and not _out_of_place(read.states, frozenset(areas))
    if not newer or any(cursors[area] < ours[area] for area in areas):
        return Taken(sent, 0, len(answer.outcomes), more=True, same=True, kinds=frozenset())
    if not read.whole:
        outdated.passed_over(connection, areas)
    touched = _adopt(connection, me, enrolment, read, cursors, enrolment.entries)
    kinds = frozenset(touched.changed.keys() | touched.gone.keys())
    return Taken(sent, len(read.states), len(answer.outcomes), answer.more, same=True, kinds=kinds)


def _adopt(  # noqa: PLR0917 - the parts of one answer
    connection: Connection,
    me: Identity,
    enrolment: Enrolment,
    read: Read,
    cursors: Mapping[bytes, int],
    entries: Sequence[ScopeEntry],
) -> Touched:
    """Take the page in; what a server that was put back puts back here too is remembered before."""
    if get_note(connection, _DOUBTS):
        lost.remember(connection, _ours(connection, me), read.states, _copy(connection, enrolment))
    scope = frozenset(entry.area for entry in entries)
    touched = adopt(connection, me, read.states, read.answer.moved, cursors, scope)
    take_note(connection, me, enrolment, entries, touched)
    return touched


def _leave_areas(
    connection: Connection, me: Identity, entries: Sequence[ScopeEntry]
) -> dict[str, list[bytes]]:
    """Purge what is out of scope; what only a server that was put back does not give is remembered before."""
    if get_note(connection, _DOUBTS) or get_note(connection, KEEPS_EXTRA):
        since = int(get_note(connection, RESTORED) or 0)
        lost.remember_areas(connection, _ours(connection, me), entries, since=since)
    left = leave_areas(connection, me, entries)
    following.follow(connection, left)
    return left


def let_move(connection: Connection, me: Identity, enrolment: Enrolment, states: Sequence[State]) -> None:
    """Before records leave that a server put back has elsewhere: what others brought with them is kept."""
    lost.remember_moved(connection, _ours(connection, me), states, _copy(connection, enrolment))


def _copy(connection: Connection, enrolment: Enrolment) -> lost.Copy:
    """The copy that the server goes on from; an epoch is the second in which it was put back."""
    return lost.Copy(int(get_note(connection, _COPIED) or 0), enrolment.epoch * 1000)


def _ours(connection: Connection, me: Identity) -> frozenset[int]:
    return frozenset(number.device for number in numbers(connection, me))


def _believe(
    connection: Connection, me: Identity, enrolment: Enrolment, answer: SyncAnswer, *, late: bool = False
) -> int:
    """Check the receipt against our own chain and note what it covers; returns how much is new.

    A `late` one may cover less than is known to be covered.
    """
    receipt = answer.receipt
    chain = chain_at(connection, receipt.watermark)
    if receipt.watermark < first_kept(connection) - 1:
        # Its copy is older than our log reaches back: what is left is offered under another number.
        raise ForkedError(behind=True)
    # A server that knows less than it once signed for was put back, whatever it says of its epoch.
    lost = receipt.epoch != enrolment.epoch or (receipt.watermark < me.received and not late)
    if chain is None or any(outcome.code == REUSED for outcome in answer.outcomes):
        raise ForkedError(lost=lost)
    text = receipt_text(me.device, receipt.watermark, chain, receipt.epoch, receipt.time)
    try:
        VerifyKey(enrolment.credentials.server_key).verify(text, receipt.signature)
    except (BadSignatureError, ValueError):
        raise ForkedError(lost=lost) from None
    signed = (me.device, receipt.watermark, chain, receipt.epoch, receipt.time)
    keep_receipt(connection, signed, receipt.signature)
    if lost:
        offer_again(connection, me, receipt.watermark)
        attachment_notes.offer_again(connection)
        doubt(connection)
        put_note(connection, _DOUBTS, str(receipt.epoch))
        put_note(connection, _COPIED, str(answer.copied))
        put_cursors(connection, dict.fromkeys((entry.area for entry in enrolment.entries), 0))
        put_scope(connection, epoch=receipt.epoch, scope=enrolment.scope, entries=enrolment.entries)
        put_note(connection, RESTORED, str(receipt.time))
        put_note(connection, KEEPS_EXTRA, "1")
        # A copy of the server may lack the recovery code, too.
        custody.another_code(connection)
        log.info("the server was restored, offering again", extra={"sequence": receipt.watermark})
    return acknowledge(connection, me, receipt.watermark)


def _take_custody(connection: Connection, enrolment: Enrolment, answer: SyncAnswer) -> None:
    """Terms, the lease, and what became of a recovery code; `storage.custody.settle` does the rest."""
    if answer.closed:
        lease.revoke(connection, answer.receipt.time)
    else:
        lease.renew(connection, answer.receipt.time)
    terms = answer.terms
    if terms is not None:
        if terms_hold(terms, enrolment.credentials.server_key):
            custody.put_terms(connection, terms)
        else:
            log.warning("terms that the server did not sign were passed over")
    if answer.code_held:
        custody.code_is_held(connection, answer.code_held)
    if answer.code_told:
        custody.another_code(connection)


def _take_scope(connection: Connection, enrolment: Enrolment, answer: SyncAnswer) -> list[ScopeEntry]:
    if answer.entries is None:
        return list(enrolment.entries)
    known = {entry.area: entry.mode for entry in enrolment.entries}
    # One that may be held in full from now on begins anew, too.
    put_cursors(
        connection,
        {e.area: 0 for e in answer.entries if e.mode != known.get(e.area, FIGURES_ONLY)}
        | {e.area: 0 for e in answer.entries if e.area not in known},
    )
    put_scope(connection, epoch=answer.receipt.epoch, scope=answer.scope, entries=tuple(answer.entries))
    if answer.standing is not None:
        put_standing(connection, enrolment.credentials, answer.standing)
    return answer.entries


def take_note(
    connection: Connection,
    me: Identity,
    enrolment: Enrolment,
    entries: Sequence[ScopeEntry],
    touched: Touched,
) -> None:
    """After records came or left: the search follows, and the words of what was erased are forgotten.

    A server that was put back from a copy and has them whole again is told once more.
    """
    following.follow(connection, _all(touched))
    _hear_decisions(connection, me, touched.changed.get("quarantined", ()))
    forget(connection, touched.erased, tell=True)
    if not touched.unerased:
        return
    writable = {entry.area for entry in entries if entry.mode == _WRITE}
    writer = Writer(connection, me, enrolment.credentials.member_id)
    for name, ids in touched.unerased.items():
        writer.load(name, ids)
        for record_id in ids:
            if writer.value_of(name, record_id, record_type(name).area_field) in writable:
                writer.erase(name, record_id, again=True)
    writer.flush()
    log.info("an erasure is said again", extra={"count": sum(map(len, touched.unerased.values()))})


def _hear_decisions(connection: Connection, me: Identity, ids: Sequence[bytes]) -> None:
    """What became of own writes that the server had kept aside."""
    ours = _ours(connection, me)
    for row in read_rows(connection, record_type("quarantined"), list(ids)).values():
        said = row["values"]
        n = said["origin_n"]
        if said["state"] != OPEN and said["origin_device"] in ours and isinstance(n, int):
            settle_own(connection, n, taken=said["state"] == ACCEPTED)


def _full_areas(entries: Sequence[ScopeEntry]) -> list[bytes]:
    """The areas of which this device holds every record, so that digests can be compared."""
    return [entry.area for entry in entries if entry.whole]


def _all(touched: Touched) -> dict[str, list[bytes]]:
    both = {name: list(ids) for name, ids in touched.changed.items()}
    for name, ids in touched.gone.items():
        both.setdefault(name, []).extend(ids)
    return both
