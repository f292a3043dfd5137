"""One exchange with the server: push what waits, pull what is new, until both sides have said everything.

Every request stands for itself; whatever is lost on the way is said again. What an answer brings is taken in
by `sync.answers`; when to exchange is `sync.machine`'s, over what `sync.transport`'s.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic

from sqlalchemy import Connection

from tongcds.clock import Clock, milliseconds
from tongcds.domain.views import SyncPhase
from tongcds.errors import CancelledError, UnavailableError, UserError
from tongcds.protocol.messages import VERSION, State, SyncRequest
from tongcds.replica import (
    Identity,
    chain_at,
    cursors_of,
    load_identity,
    lost,
    pending,
    pending_count,
    told_by_the_server,
)
from tongcds.storage import backups, custody
from tongcds.storage.local import (
    Enrolment,
    forget_decided,
    get_note,
    load_enrolment,
    merged_files,
    next_request,
    put_note,
    save_enrolment,
)
from tongcds.storage.vault import Vault
from tongcds.sync import alone, enrol, incarnation, outdated
from tongcds.sync.answers import DIFFERS, KEEPS_EXTRA, loses_areas, read_answer, take
from tongcds.sync.attachments import Sent
from tongcds.sync.incarnation import ForkedError
from tongcds.sync.pace import Pace
from tongcds.sync.packing import Ahead, pack
from tongcds.sync.repair import Repair
from tongcds.sync.request import sealed
from tongcds.sync.transport import ServerProblemError, Transport

SYNC_PATH = "/api/v1/sync"
PAGE_LIMIT = 2000
CHAIN_BYTES = 8
# What the server takes in one request, with room for what stands around the chunk.
_MOST_ROUNDS = 10_000
_MOST_INCARNATIONS = 5
_MOST_REPAIRS = 2
COMPARED = "compared"
COMPARE_EVERY_MS = 7 * 86_400_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an exchange is. `to_send` counts from its beginning, `bytes_to_send` is an estimate."""

    phase: SyncPhase
    sent: int
    to_send: int
    received: int
    bytes_sent: int
    bytes_to_send: int
    seconds_left: int | None


@dataclass(slots=True)
class Outcome:
    """What an exchange did.

    `mismatch` says that this vault and the server differed; `repaired` counts the records mended, and
    `given_back` those that the server had lost and got from here though others had made them.
    `files` is what became of attachments afterwards.
    """

    sent: int = 0
    received: int = 0
    returned: int = 0
    rounds: int = 0
    mismatch: bool = False
    repaired: int = 0
    given_back: int = 0
    files: Sent = field(default_factory=Sent)
    touched: set[str] = field(default_factory=set)

    @property
    def is_quiet(self) -> bool:
        """Whether neither side had anything new to say."""
        return not (self.sent or self.received or self.repaired or self.given_back or self.files.files)


def compare_soon(vault: Vault) -> None:
    """Have the next exchange compare the values, too, though a week has not passed: something was found."""
    with vault.write() as connection:
        put_note(connection, COMPARED, "1")


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
        self._incarnations = 0
        self._shown = False
        self._differs = ""

    def run(self) -> Outcome:
        """Exchange until nothing waits on either side.

        Raises:
            UnavailableError: the network or the server is not there; what was received stays received.
            UserError: the server refuses in a way that the person must know of.
            CancelledError: `cancelled` said so, between two requests.
        """
        with Ahead(self._vault) as ahead:
            return self._run(ahead)

    def _run(self, ahead: Ahead) -> Outcome:
        begun = enrol.pending(self._vault)
        if begun is not None:
            enrol.finish(self._vault, begun, self._transport, self._clock)
        with self._vault.read() as connection:
            self._to_send = pending_count(connection)
            behind = outdated.is_behind(connection)
        if behind:
            with self._vault.write() as connection:
                outdated.catch_up(connection)
        repairs = 0
        for _ in range(_MOST_ROUNDS):
            if self._cancelled():
                raise CancelledError
            done, same = self._round(ahead)
            if done and same and (repairs or not self._is_due()):
                self._settle()
                break
            if done and repairs == _MOST_REPAIRS:
                log.warning("the digests differ after what differed was mended")
                with self._vault.write() as connection:
                    put_note(connection, DIFFERS, self._differs)
                break
            if done:
                repairs += 1
                self._repair(differs=not same)
        return self.outcome

    def _round(self, ahead: Ahead) -> tuple[bool, bool]:
        """One request and its answer. Returns whether all is said, and whether both sides hold the same."""
        request, enrolment, count = self._prepare(ahead)
        self._tell(SyncPhase.SENDING if count else SyncPhase.RECEIVING)
        began = monotonic()
        try:
            raw = self._transport.post(SYNC_PATH, request)
        except UnavailableError:
            self._pace.broke()
            raise
        except ServerProblemError as refused:
            return self._refused(refused, enrolment, enrolment.credentials.device)
        seconds = monotonic() - began
        if count:
            self._pace.sent(writes=count, size=len(request), seconds=seconds)
        read = read_answer(raw)
        if not count:
            self._pace.came(records=len(read.states), first=PAGE_LIMIT, seconds=seconds)
        self.outcome.rounds += 1
        if loses_areas(read, enrolment):
            # All that is about to leave was received. Where there is no room for a copy, it leaves without.
            with contextlib.suppress(UnavailableError):
                self._vault.backup(backups.PURGE)
        try:
            with self._vault.write() as connection:
                taken = take(connection, self._me(connection), enrolment, read)
        except ForkedError as forked:
            return self._incarnate(behind=forked.behind, lost=forked.lost)
        self.outcome.sent += taken.sent
        self.outcome.received += taken.received
        self.outcome.returned += taken.returned
        self.outcome.touched |= taken.kinds
        self._differs = taken.differs
        self._tell(SyncPhase.RECEIVING)
        if taken.closed and not taken.more:
            raise UserError("device_revoked")
        return not taken.more, taken.same

    def _prepare(self, ahead: Ahead) -> tuple[bytes, Enrolment, int]:
        """The next request; the replay counter is spent before anything leaves."""
        packed, writes = ahead.take(), []
        with self._vault.write() as connection:
            me = load_identity(connection, now=lambda: milliseconds(self._clock))
            enrolment = load_enrolment(connection)
            if me is None or enrolment is None:
                raise UserError("not_enrolled")
            counter = next_request(connection)
            if packed is None or (packed.device, packed.after) != (me.device, me.received):
                packed, writes = None, pending(connection, me.received, self._pace.writes())
            before = chain_at(connection, me.received) or b""
            terms, code = custody.load_terms(connection), custody.code_to_send(connection)
            areas = [entry.area for entry in enrolment.entries]
            cursors = cursors_of(connection, areas)
        packed = packed or pack(me.device, me.prefix, me.received, writes)
        ahead.begin(me, packed, self._pace.writes())
        request = SyncRequest(
            version=VERSION,
            epoch=enrolment.epoch,
            scope=enrolment.scope,
            cursors=[cursors[area] for area in areas],
            time=milliseconds(self._clock),
            chunk=packed.chunk,
            page_limit=self._pace.page(PAGE_LIMIT),
            chain=before[:CHAIN_BYTES] if packed.count else b"",
            terms=terms.version,
            code=code,
        )
        body = sealed(request, enrolment, device=me.device, counter=counter)
        return body, enrolment, packed.count

    def _me(self, connection: Connection) -> Identity:
        me = load_identity(connection, now=lambda: milliseconds(self._clock))
        assert me is not None  # noqa: S101  an enrolled vault has an identity
        return me

    def _incarnate(self, earlier: int = 0, *, behind: bool = False, lost: bool = False) -> tuple[bool, bool]:
        """Our numbers were used elsewhere too: ask for another one, instead of an earlier one if need be."""
        if self._incarnations >= _MOST_INCARNATIONS:
            raise UserError("server_refused")
        with self._vault.write() as connection:
            me, enrolment = self._me(connection), load_enrolment(connection)
            assert enrolment is not None  # noqa: S101  only an enrolled vault gets here
            device = earlier or me.device
            request = incarnation.ask(connection, me, enrolment, device, behind=behind, lost=lost)
        try:
            raw = self._transport.post(incarnation.INCARNATION_PATH, request)
        except ServerProblemError as refused:
            # Asking by one earlier number after the other ends with the first, however many there were.
            return self._refused(refused, enrolment, device)
        self._incarnations += 1
        with self._vault.write() as connection:
            incarnation.take(connection, self._me(connection), enrolment, device, raw)
        return False, True

    def _refused(self, refused: ServerProblemError, enrolment: Enrolment, device: int) -> tuple[bool, bool]:
        """A refusal that has a way on: a counter, a number, or a whole laptop, that a restore forgot.

        All others reach the person.
        """
        problem = refused.problem
        if problem.code == "replayed" and problem.expected_n > enrolment.counter:
            with self._vault.write() as connection:
                save_enrolment(connection, replace(enrolment, counter=problem.expected_n))
            return False, True
        if problem.code == "unknown_device":
            with self._vault.read() as connection:
                had = [number.device for number in incarnation.numbers(connection, self._me(connection))]
            before = had[: had.index(device)] if device in had else []
            if before:
                return self._incarnate(before[-1])
            if not self._shown and enrol.let_in_again(self._vault, self._transport, self._clock):
                self._shown = True
                return (False, True) if had[-1] == device else self._incarnate(device)
        log.warning("the server refused", extra={"code": problem.code})
        raise UserError("server_refused") from None

    def _settle(self) -> None:
        """Everything is here: the server's word on other laptops' files, too, as far as it was given them."""
        with self._vault.read() as connection:
            if not merged_files(connection):
                return
        with self._vault.write() as connection:
            forget_decided(connection)
            told_by_the_server(connection)

    def _is_due(self) -> bool:
        """Whether the values are to be compared though the digests say the same: once a week."""
        now = milliseconds(self._clock)
        with self._vault.read() as connection:
            if not all(merged_files(connection).values()):
                return False
            last = int(get_note(connection, COMPARED) or 0)
        if not last:
            # A vault that was just filled by the server has nothing to be compared yet.
            with self._vault.write() as connection:
                put_note(connection, COMPARED, str(now))
        return bool(last) and not last <= now < last + COMPARE_EVERY_MS

    def _repair(self, *, differs: bool) -> None:
        """Find where this vault and the server differ, and mend that."""
        with self._vault.read() as connection:
            decided = bool(merged_files(connection))
        if differs and not decided:
            log.warning("the digests differ", extra={"count": self.outcome.rounds})
        now = partial(milliseconds, self._clock)
        with self._vault.read() as connection:
            restored = bool(get_note(connection, KEEPS_EXTRA))
            # What was merged from another laptop's file and the server decided otherwise is no damage.
            expected = bool(merged_files(connection))
        repair = Repair(self._vault, self._transport, now, keep_extra=restored, expected=expected)
        there: set[bytes] = set()
        try:
            repair.run()
            with self._vault.read() as connection:
                nowhere = [record.id for record in lost.all_lost(connection, whole=True)]
            there = repair.there(nowhere)
        except ServerProblemError as refused:
            log.warning("the server refused to compare", extra={"code": refused.problem.code})
        finally:
            if not expected:
                self.outcome.mismatch |= differs or bool(repair.done.records)
                self.outcome.repaired += repair.done.records
            self.outcome.touched |= repair.done.kinds
        with self._vault.write() as connection:
            put_note(connection, COMPARED, str(now()))
            if repair.done.same:
                put_note(connection, KEEPS_EXTRA, "")
            lost.forget_lost(connection, sorted(there))
            self._give_back(connection, repair.done.alone if restored else ())

    def _give_back(self, connection: Connection, alone_: Sequence[State]) -> None:
        """What nobody else offered to the server that was put back goes to it from here."""
        me, enrolment = self._me(connection), load_enrolment(connection)
        assert enrolment is not None  # noqa: S101  an enrolled vault compares
        if not (alone_ or lost.has_lost(connection)) or not alone.is_due(me, enrolment):
            return
        said = alone.say_again(connection, me, enrolment, alone_)
        self.outcome.given_back += sum(map(len, said.values()))
        self.outcome.touched |= said.keys()

    def _tell(self, phase: SyncPhase) -> None:
        sent = self.outcome.sent
        left = None
        elapsed = monotonic() - self._began
        if sent and self._to_send > sent:
            left = int(elapsed / sent * (self._to_send - sent)) + 1
        gone = self._transport.traffic.sent
        self._progress(
            Progress(
                phase,
                sent,
                self._to_send,
                self.outcome.received,
                bytes_sent=gone,
                bytes_to_send=gone + int(max(0, self._to_send - sent) * self._pace.bytes_per_write),
                seconds_left=left,
            )
        )
