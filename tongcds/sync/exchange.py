"""One exchange with the server: push what waits, pull what is new, until both sides have said everything.

Every request stands for itself; whatever is lost on the way is said again. A write counts as received only
when a receipt with the server's signature over our own chain covers it, and the page comes in with its
cursors in one transaction. When to do this: `sync.machine`; over what: `sync.transport`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Connection

from tongcds.clock import Clock
from tongcds.domain.views import SyncPhase
from tongcds.errors import CancelledError, UnavailableError, UserError
from tongcds.protocol import chunks
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import (
    VERSION,
    ProtocolError,
    Receipt,
    ScopeEntry,
    SyncAnswer,
    SyncRequest,
    decode,
    encode,
    receipt_text,
)
from tongcds.replica import (
    FIGURES_ONLY,
    Identity,
    Touched,
    acknowledge,
    adopt,
    chain_at,
    cursors_of,
    digest,
    load_identity,
    mark_returned,
    offer_again,
    pending,
    pending_count,
    put_cursors,
)
from tongcds.storage import search
from tongcds.storage.local import Enrolment, load_enrolment, next_request, put_scope, save_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.pace import Pace
from tongcds.sync.transport import ServerProblemError, Transport

SYNC_PATH = "/api/v1/sync"
PAGE_LIMIT = 5000
_MOST_ROUNDS = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an exchange is. `to_send` counts from its beginning."""

    phase: SyncPhase
    sent: int
    to_send: int
    received: int
    bytes_sent: int
    seconds_left: int | None


@dataclass(slots=True)
class Outcome:
    """What an exchange did. `mismatch` says that the digests differed and everything was pulled again."""

    sent: int = 0
    received: int = 0
    returned: int = 0
    rounds: int = 0
    mismatch: bool = False
    touched: set[str] = field(default_factory=set)


def _milliseconds(clock: Clock) -> int:
    return int(clock().timestamp() * 1000)


class Exchange:
    """One exchange of one vault; made anew for each. `outcome` tells what was done, also after a failure."""

    def __init__(
        self,
        vault: Vault,
        transport: Transport,
        clock: Clock,
        *,
        pace: Pace | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self._vault = vault
        self._transport = transport
        self._clock = clock
        self._pace = pace or Pace()
        self._progress = progress
        self._cancelled = cancelled
        self.outcome = Outcome()
        self._began = monotonic()
        self._to_send = 0

    def run(self) -> Outcome:
        """Exchange until nothing waits on either side.

        Raises:
            UnavailableError: the network or the server is not there; what was received stays received.
            UserError: the server refuses in a way that the person must know of.
            CancelledError: `cancelled` said so, between two requests.
        """
        with self._vault.read() as connection:
            self._to_send = pending_count(connection)
        repaired = False
        for _ in range(_MOST_ROUNDS):
            if self._cancelled():
                raise CancelledError
            done, same = self._round()
            if done and same:
                break
            if done:
                if repaired:
                    log.warning("the digests differ after everything was pulled again")
                    break
                repaired = True
                self._pull_all_again()
        return self.outcome

    def _round(self) -> tuple[bool, bool]:
        """One request and its answer. Returns whether all is said, and whether both sides hold the same."""
        request, enrolment, count = self._prepare()
        self._tell(SyncPhase.SENDING if count else SyncPhase.RECEIVING)
        began = monotonic()
        try:
            raw = self._transport.post(SYNC_PATH, request)
        except UnavailableError:
            self._pace.broke()
            raise
        except ServerProblemError as refused:
            return self._refused(refused, enrolment)
        if count:
            self._pace.sent(writes=count, size=len(request), seconds=monotonic() - began)
        try:
            answer = decode(SyncAnswer, raw)
            states = chunks.unpack_states(answer.page) if answer.page else []
        except ProtocolError as problem:
            code = "protocol_unsupported" if problem.code == "unknown_type" else "server_unreachable"
            raise UnavailableError(code) from None
        self.outcome.rounds += 1
        with self._vault.write() as connection:
            fresh = load_identity(connection, now=lambda: _milliseconds(self._clock))
            assert fresh is not None  # noqa: S101  an enrolled vault has an identity
            self._believe(connection, fresh, enrolment, answer.receipt)
            mark_returned(connection, [(o.n, o.code) for o in answer.outcomes])
            self.outcome.returned += len(answer.outcomes)
            fresh.clock.offset = answer.receipt.time - _milliseconds(self._clock)
            entries = self._take_scope(connection, enrolment, answer)
            areas = [entry.area for entry in entries]
            cursors = dict(zip(areas, answer.cursors, strict=False))
            touched = adopt(connection, fresh, states, answer.moved, cursors, frozenset(areas))
            search.refresh(connection, _all_touched(touched))
            self.outcome.received += len(states)
            self.outcome.touched |= touched.changed.keys() | touched.gone.keys()
            more = answer.more or bool(pending(connection, fresh.received, 1))
            same = more or not answer.digest or answer.digest == digest(connection, _full_areas(entries))
        self._tell(SyncPhase.RECEIVING)
        return not more, same

    def _prepare(self) -> tuple[bytes, Enrolment, int]:
        """The next request; the replay counter is spent before anything leaves."""
        with self._vault.write() as connection:
            me = load_identity(connection, now=lambda: _milliseconds(self._clock))
            enrolment = load_enrolment(connection)
            if me is None or enrolment is None:
                raise UserError("not_enrolled")
            counter = next_request(connection)
            writes = pending(connection, me.received, self._pace.writes())
            areas = [entry.area for entry in enrolment.entries]
            cursors = cursors_of(connection, areas)
        chunk = chunks.pack_writes(chunks.WriteChunk(me.device, me.prefix, writes)) if writes else None
        request = SyncRequest(
            version=VERSION,
            epoch=enrolment.epoch,
            scope=enrolment.scope,
            cursors=[cursors[area] for area in areas],
            time=_milliseconds(self._clock),
            chunk=chunk,
            page_limit=PAGE_LIMIT,
        )
        sealed = seal(
            encode(request),
            device=me.device,
            counter=counter,
            key=SigningKey(enrolment.signing_seed),
            server_key=enrolment.credentials.server_key,
        )
        return sealed, enrolment, len(writes)

    def _refused(self, refused: ServerProblemError, enrolment: Enrolment) -> tuple[bool, bool]:
        """A refusal that has a way on: a counter that went back after a restore.

        All others reach the person.
        """
        problem = refused.problem
        if problem.code == "replayed" and problem.expected_n > enrolment.counter:
            with self._vault.write() as connection:
                save_enrolment(connection, replace(enrolment, counter=problem.expected_n))
            return False, True
        log.warning("the server refused", extra={"code": problem.code})
        raise UserError("server_refused") from None

    def _believe(self, connection: Connection, me: Identity, enrolment: Enrolment, receipt: Receipt) -> None:
        """Check the receipt against our own chain, and note what it covers."""
        chain = chain_at(connection, receipt.watermark)
        if chain is None:
            raise UserError("server_refused")
        text = receipt_text(me.device, receipt.watermark, chain, receipt.epoch, receipt.time)
        try:
            VerifyKey(enrolment.credentials.server_key).verify(text, receipt.signature)
        except (BadSignatureError, ValueError):
            raise UserError("server_key_changed") from None
        if receipt.epoch != enrolment.epoch:
            offer_again(connection, me, receipt.watermark)
            put_cursors(connection, dict.fromkeys((entry.area for entry in enrolment.entries), 0))
            put_scope(connection, epoch=receipt.epoch, scope=enrolment.scope, entries=enrolment.entries)
            log.info("the server was restored, offering again", extra={"sequence": receipt.watermark})
        self.outcome.sent += acknowledge(connection, me, receipt.watermark)

    @staticmethod
    def _take_scope(connection: Connection, enrolment: Enrolment, answer: SyncAnswer) -> list[ScopeEntry]:
        if answer.entries is None:
            return list(enrolment.entries)
        known = {entry.area for entry in enrolment.entries}
        put_cursors(connection, {e.area: 0 for e in answer.entries if e.area not in known})
        put_scope(connection, epoch=answer.receipt.epoch, scope=answer.scope, entries=tuple(answer.entries))
        return answer.entries

    def _pull_all_again(self) -> None:
        """The digests differ: set all cursors back, so that the next rounds bring everything once more."""
        log.warning("the digests differ, pulling everything again", extra={"count": self.outcome.rounds})
        self.outcome.mismatch = True
        with self._vault.write() as connection:
            enrolment = load_enrolment(connection)
            if enrolment is not None:
                put_cursors(connection, dict.fromkeys((entry.area for entry in enrolment.entries), 0))

    def _tell(self, phase: SyncPhase) -> None:
        sent = self.outcome.sent
        left = None
        elapsed = monotonic() - self._began
        if sent and self._to_send > sent:
            left = int(elapsed / sent * (self._to_send - sent)) + 1
        self._progress(
            Progress(phase, sent, self._to_send, self.outcome.received, self._transport.traffic.sent, left)
        )


def _full_areas(entries: Sequence[ScopeEntry]) -> list[bytes]:
    """The areas of which this device holds every record, so that digests can be compared."""
    return [entry.area for entry in entries if entry.mode != FIGURES_ONLY]


def _all_touched(touched: Touched) -> dict[str, list[bytes]]:
    both = {name: list(ids) for name, ids in touched.changed.items()}
    for name, ids in touched.gone.items():
        both.setdefault(name, []).extend(ids)
    return both
