"""Performs what `sync.machine` decides: one exchange at a time, on whatever thread the caller gives.

Everything the badge says comes from `status()`; `on_change` is called after each change of it, from the
thread that caused it.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Final

from sqlalchemy import Connection

from tongcds.clock import Clock, milliseconds, moment_of
from tongcds.domain.views import Role, SyncPhase, SyncStatus
from tongcds.errors import CancelledError, TongcdsError, UserError
from tongcds.replica import Identity, load_identity, pending_count
from tongcds.storage import custody
from tongcds.storage.aside import quarantined_count
from tongcds.storage.attachments import waiting as attachments_waiting
from tongcds.storage.exchange import again, left_to_people
from tongcds.storage.local import Exchange as HistoryEntry
from tongcds.storage.local import add_exchange, load_enrolment, load_exchanges, packed
from tongcds.storage.vault import Vault
from tongcds.sync import attachments, carrying, enrol, machine, outdated, peers, upkeep
from tongcds.sync.attachments import FileProgress, Sender, Sent
from tongcds.sync.estimate import SMALL_BYTES, bytes_to_send
from tongcds.sync.exchange import Exchange, Outcome, Progress
from tongcds.sync.machine import Act, State
from tongcds.sync.pace import Pace
from tongcds.sync.transport import Transport

log = logging.getLogger(__name__)

_TELL_EVERY: Final = 0.3
_BUSY = frozenset({SyncPhase.SENDING, SyncPhase.RECEIVING})
# How the history calls exchanges that did not come to their end; the rest are in `_how`.
_NOT_WHOLE = frozenset({"failed", "stopped"})


class Runner:
    """The exchanges of one vault.

    Args:
        vault: open and enrolled.
        connect: makes a transport to an address.
        clock: the present moment.
        submit: runs a function elsewhere; in tests, at once.
        on_change: called when `status()` has changed, with the kinds of record that an exchange touched.
        metered: whether the link is paid by volume and a person wants to be asked first.
    """

    def __init__(
        self,
        vault: Vault,
        connect: Callable[[str], Transport],
        clock: Clock,
        *,
        submit: Callable[[Callable[[], None]], object],
        on_change: Callable[[frozenset[str]], None] = lambda _: None,
        metered: Callable[[], bool] = lambda: False,
    ) -> None:
        self._vault = vault
        self._connect = connect
        self._clock = clock
        self._submit = submit
        self._on_change = on_change
        self._metered = metered
        self._lock = threading.Lock()
        # Somebody may ask for an exchange while one goes on by itself; they would take the same page twice.
        self._one = threading.RLock()
        self._state = State()
        self._progress: Progress | None = None
        self._stop = threading.Event()
        self._pace = Pace()
        self._sender = Sender(vault, clock, self._pace)
        self._file_progress: FileProgress | None = None
        self._told_at = 0.0
        self._attempts = 0
        self._online = False

    @property
    def state(self) -> State:
        """Where the machine stands."""
        return self._state

    def ask(self) -> None:
        """A person wants an exchange now."""
        self._take(machine.Asked())

    def saved(self) -> None:
        """Something was saved here."""
        self._take(machine.Saved())

    def tick(self) -> None:
        """Time passed; call every few seconds."""
        self._take(machine.Tick(self._now(), self._metered()))

    def reachable(self) -> None:
        """The computer has a network again."""
        self._take(machine.Reachable())

    def pause(self) -> None:
        """No exchange until `resume`; one that runs ends after its present request."""
        self._take(machine.Paused())

    def cancel(self) -> None:
        """End the exchange that runs after its present request; what went through is kept."""
        self._take(machine.Cancelled())

    def resume(self) -> None:
        """Go on."""
        self._take(machine.Resumed())

    def status(self) -> SyncStatus:
        """The truth behind the badge."""
        with self._vault.read() as connection:
            return self.status_in(connection)

    def status_in(self, connection: Connection) -> SyncStatus:
        """The same, in a snapshot that the caller reads more from."""
        state, progress = self._state, self._progress
        whole = (past for past in load_exchanges(connection, 20) if past.outcome not in _NOT_WHOLE)
        latest = next((past for past in whole if past.way != "courier"), None)
        busy = state.phase in _BUSY and progress is not None
        # An older program goes on exchanging; the badge says that it does not get everything.
        behind = state.phase is SyncPhase.IDLE and outdated.is_behind(connection)
        me = load_identity(connection, now=self._now)
        file = packed(connection)
        on_stick = pending_count(connection, up_to=file.last) if file is not None else 0
        files = self._file_progress or FileProgress(0, 0, 0, 0)
        waiting = attachments_waiting(connection, self._vault.attachments)
        return SyncStatus(
            phase=SyncPhase.NEEDS_UPDATE if behind else state.phase,
            waiting=pending_count(connection),
            sent=progress.sent if busy and progress else 0,
            to_send=progress.to_send if busy and progress else 0,
            bytes_sent=progress.bytes_sent if busy and progress else 0,
            bytes_to_send=progress.bytes_to_send if busy and progress else 0,
            seconds_left=progress.seconds_left if busy and progress else None,
            received_at=None if latest is None else moment_of(latest.at),
            clock_wrong_ms=0 if me is None else me.clock.wrong_by(),
            needs_you=left_to_people(connection) + _left_to_officers(connection),
            online=self._online,
            problem="newer_records" if behind else state.problem,
            again_at=_tries_again(state),
            cost_bytes=bytes_to_send(connection) if state.phase is SyncPhase.METERED else 0,
            packed=on_stick,
            packed_in=file.name if file is not None and on_stick else "",
            registered=enrol.pending_in(connection) is None,
            files_waiting=waiting.files,
            file_bytes_waiting=waiting.size,
            files_unwanted=waiting.unwanted,
            files_sent=files.files,
            files_to_send=files.of_files,
            file_bytes_sent=files.size,
            file_bytes_to_send=files.of_size,
        )

    def exchange_now(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
        *,
        files: bool = True,
    ) -> Outcome:
        """One whole exchange in the calling thread, noted in the history; then the files, where wanted.

        Waits for one that is under way on another thread.

        Raises:
            TongcdsError: as `Exchange.run`, and not_enrolled.
        """
        with self._one:
            return self._exchange(progress, cancelled, files=files)

    def _exchange(
        self, progress: Callable[[Progress], None], cancelled: Callable[[], bool], *, files: bool
    ) -> Outcome:
        # Nothing goes to the server out of a vault that may be damaged.
        self._vault.require_sound()
        with self._vault.read() as connection:
            enrolment = load_enrolment(connection)
        if enrolment is None:
            raise UserError("not_enrolled")
        self._attempts += 1
        transport = self._connect(enrolment.server_url)
        exchange = Exchange(
            self._vault, transport, self._clock, pace=self._pace, progress=progress, cancelled=cancelled
        )
        try:
            try:
                custody.settle(self._vault)
                peers.hand_over(self._vault, transport)
                outcome = exchange.run()
                if custody.settle(self._vault):
                    # What the province just laid down asks for a recovery code; it need not wait.
                    outcome = exchange.run()
                    custody.settle(self._vault)
                carrying.hand_over(self._vault, transport)
            except CancelledError:
                # Nothing failed: what went through before is received.
                self._online = self._online or bool(exchange.outcome.rounds)
                self._note(exchange.outcome, "stopped", "")
                raise
            except TongcdsError as problem:
                # A busy server was reached all the same.
                self._online = problem.code == "server_busy"
                self._note(exchange.outcome, "failed", problem.code)
                raise
            self._online = True
            self._note(outcome, _how(outcome, self._attempts), "")
            self._attempts = 0
            if files:
                outcome.files = self._sender.run(transport, self._tell_files, cancelled)
        finally:
            transport.close()
            self._file_progress = None
        if outcome.files.files:
            outcome.touched.add("attachment")
        attachments.tidy(self._vault, self._clock)
        upkeep.tidy_if_due(self._vault, now=self._now())
        self._vault.checkpoint()
        return outcome

    def _note(self, outcome: Outcome, how: str, problem: str) -> None:
        """Add to the history; what is as the last time, or finds nothing new again, is not another line."""
        with self._vault.write() as connection:
            latest = load_exchanges(connection, 2)
            if how == "failed" and not outcome.sent and latest and latest[0].problem == problem:
                return
            if how == "stopped" and outcome.is_quiet:
                return
            me = load_identity(connection, now=self._now)
            # Two of them, since the first one may be what brought a receipt.
            before = len(latest) > 1 and all(_is_quiet(past, me) for past in latest)
            if how == "done" and outcome.is_quiet and before:
                again(connection, self._now())
                return
            add_exchange(
                connection,
                HistoryEntry(
                    at=self._now(),
                    way="network",
                    sent=outcome.sent,
                    received=outcome.received,
                    outcome=how,
                    attempts=self._attempts,
                    problem=problem,
                    watermark=me.received if me else 0,
                ),
            )

    def _now(self) -> int:
        return milliseconds(self._clock)

    def _take(self, event: machine.Event, touched: frozenset[str] = frozenset()) -> None:
        with self._lock:
            before = self._state
            self._state, act = machine.step(self._state, event)
            changed = self._state != before
            if act is Act.EXCHANGE:
                self._stop.clear()
                self._progress = None
            elif act is Act.STOP:
                self._stop.set()
        if act is Act.EXCHANGE:
            self._submit(self._run)
        if changed or touched:
            self._on_change(touched)

    def _asks_first(self) -> bool:
        """Whether a person has to agree before this exchange: it is dear, and nobody asked for it."""
        if self._state.agreed or not self._metered():
            return False
        with self._vault.read() as connection:
            return bytes_to_send(connection) > SMALL_BYTES

    def _run(self) -> None:
        if self._asks_first():
            self._take(machine.Held())
            return
        # Where records stand and what is to be decided may be different, whatever came of it.
        touched = {"exchange"}
        event: machine.Event
        interrupted = False
        try:
            # A few records may go over a link that is paid by volume without asking; photos may not.
            dear = self._metered() and not self._state.agreed
            outcome = self.exchange_now(self._tell, self._stop.is_set, files=not dear)
            touched = outcome.touched if outcome.is_quiet else touched | outcome.touched
            interrupted = outcome.files.interrupted
            event = self._after_files(outcome.files)
        except CancelledError:
            event = machine.Finished()
        except TongcdsError as problem:
            after = problem.params.get("retry_after", 0)
            event = self._failed(problem.code, after if isinstance(after, int) else 0)
        except Exception:
            # Our own mistake must not end automatic exchange for ever; the log has it.
            log.exception("an exchange ended in a mistake of ours")
            event = machine.Failed("server_unreachable", self._now(), 1.0)
        self._take(event, frozenset(touched))
        if interrupted:
            self.saved()

    def _after_files(self, files: Sent) -> machine.Event:
        """The records are exchanged; files that could not be sent are tried again by themselves."""
        if not files.problem:
            return machine.Finished()
        failed = self._failed(files.problem, files.retry_after)
        return replace(failed, moved=files.moved, records_done=True)

    def _failed(self, code: str, retry_after: int) -> machine.Failed:
        jitter = random.random()  # noqa: S311  spreads laptops over time, guards nothing
        return machine.Failed(code, self._now(), jitter, retry_after=retry_after * 1000)

    def _tell(self, progress: Progress) -> None:
        self._progress = progress
        self._take(machine.Moved(progress.phase), frozenset({"sync"}))

    def _tell_files(self, progress: FileProgress) -> None:
        before, self._file_progress, self._progress = self._file_progress, progress, None
        # Every telling makes the window read; a few in a second are enough for anybody.
        if (
            before is not None
            and before.files == progress.files
            and monotonic() < self._told_at + _TELL_EVERY
        ):
            return
        self._told_at = monotonic()
        self._take(machine.Moved(SyncPhase.SENDING), frozenset({"sync"}))


def _tries_again(state: State) -> datetime | None:
    """When a machine that waits after a failure goes on by itself."""
    if state.phase is not SyncPhase.WAITING or state.until is None:
        return None
    return moment_of(state.until)


def _is_quiet(past: HistoryEntry, me: Identity | None) -> bool:
    same = past.watermark == (me.received if me else 0)
    return same and (past.way, past.outcome, past.sent, past.received) == ("network", "done", 0, 0)


def _how(outcome: Outcome, attempts: int) -> str:
    """How the history calls an exchange that came to its end."""
    if outcome.given_back:
        return "given_back"
    if outcome.repaired:
        return "repaired"
    return "resumed" if attempts > 1 else "done"


def _left_to_officers(connection: Connection) -> int:
    """How much waits for the decision of a commune, where this is one."""
    enrolment = load_enrolment(connection)
    if enrolment is None or enrolment.credentials.role != Role.COMMUNE:
        return 0
    return quarantined_count(connection, enrolment.credentials.unit_id)
