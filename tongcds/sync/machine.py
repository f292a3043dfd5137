"""When to exchange with the server: a pure table of states and events; `sync.runner` performs what it says.

Being offline is a state, not an error: the machine waits, longer each time, and tries again by itself.
Times are milliseconds of whatever clock the caller keeps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tongcds.domain.views import SyncPhase

# A link that broke is mostly back within seconds; one that is gone is asked for less and less often.
FIRST_WAIT_MS = 1_000
LONGEST_WAIT_MS = 15 * 60_000
_DOUBLINGS = 10

# What no waiting mends: the person, or an update, has to.
_NEEDS_YOU = frozenset(
    {
        "server_refused",
        "server_key_changed",
        "device_revoked",
        "invitation_used",
        "invitation_expired",
        "invitation_withdrawn",
        "invitation_unknown",
    }
)
_NEEDS_UPDATE = frozenset({"protocol_unsupported", "server_outdated"})
# Where a save begins no exchange: something else has to happen first.
_QUIET = frozenset({
    SyncPhase.WAITING, SyncPhase.PAUSED, SyncPhase.METERED, SyncPhase.NEEDS_YOU, SyncPhase.NEEDS_UPDATE,
})  # fmt: skip


class Act(StrEnum):
    """What the runner is to do after a step."""

    NOTHING = "nothing"
    EXCHANGE = "exchange"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class State:
    """Where the exchange stands.

    `until` is when a waiting machine tries again, or an idle one that has files left; `problem` an error
    code or "". `running` stays true while an exchange is under way, also one told to stop; `asked_again`
    begins the next one when it ends. `agreed`: a person asked for this exchange, so it may go over a link
    that is paid by volume, also after a break. `cancelled`: the one under way was, and is not begun anew.
    `sent_away`: the server itself said until when it wants to be left alone.
    """

    phase: SyncPhase = SyncPhase.IDLE
    running: bool = False
    asked_again: bool = False
    failures: int = 0
    until: int | None = None
    problem: str = ""
    agreed: bool = False
    cancelled: bool = False
    sent_away: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A person wants an exchange now."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Something was saved here; worth an exchange when the server is likely there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The running exchange turned from sending to receiving or back."""

    phase: SyncPhase


@dataclass(frozen=True, slots=True)
class Finished:
    """The exchange ended well."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The exchange ended with an error code; `retry_after` is the server's wish in milliseconds, 0 for none.

    `jitter` is a number from 0 to 1 that the caller draws, so that a thousand laptops do not come back at
    once. `moved`: something got through before it failed, so the waits begin anew.
    `records_done`: only files are left, so nothing that is saved has to wait.
    """

    code: str
    now: int
    jitter: float
    retry_after: int = 0
    moved: bool = False
    records_done: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The exchange was not begun: the link is paid by volume, and nobody was asked yet."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """The computer has a network again; mostly the server is there, too."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed. `metered`: the link is paid by volume now."""

    now: int
    metered: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """The person wants silence."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person wants the exchange under way to end; the next one comes by itself as ever."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person wants to go on."""


Event = Asked | Saved | Moved | Finished | Failed | Held | Reachable | Tick | Paused | Cancelled | Resumed


def step(state: State, event: Event) -> tuple[State, Act]:  # noqa: PLR0911  one answer an event
    """The state after an event, and what is to be done. Every event is answered in every state."""
    match event:
        case Moved(phase):
            shown = state.running and state.phase is not SyncPhase.PAUSED and not state.cancelled
            return (replace(state, phase=phase) if shown else state), Act.NOTHING
        case Paused():
            paused = State(SyncPhase.PAUSED, running=state.running, problem=state.problem)
            return paused, Act.STOP if state.running else Act.NOTHING
        case Cancelled():
            return _cancelled(state)
        case Failed():
            # Whoever cancelled it wants to hear no more of it.
            return _finished(state) if state.cancelled else _failed(state, event)
        case Finished():
            return _finished(state)
        case Held():
            return _held(state)
        case Asked():
            return _begin(replace(state, failures=0, agreed=True))
        case Resumed():
            return _begin(replace(state, failures=0))
        case Tick() | Reachable() | Saved():
            return _begin(state) if _is_time(state, event) else (state, Act.NOTHING)


def _is_time(state: State, event: Tick | Reachable | Saved) -> bool:
    """Whether to begin without a person asking."""
    match event:
        case Saved():
            return state.phase not in _QUIET
        case Reachable():
            # A network that is back says nothing of a server that is too busy.
            return state.phase in {SyncPhase.WAITING, SyncPhase.IDLE} and not state.sent_away
        case Tick(now, metered):
            waits = state.phase in {SyncPhase.WAITING, SyncPhase.IDLE}
            due = waits and state.until is not None and now >= state.until
            return due or (state.phase is SyncPhase.METERED and not metered)


def _begin(state: State) -> tuple[State, Act]:
    """Begin, or once the running exchange has ended: never two at once."""
    phase = state.phase if state.running and state.phase is SyncPhase.RECEIVING else SyncPhase.SENDING
    begun = State(phase, running=True, failures=state.failures, problem=state.problem, agreed=state.agreed)
    if state.running:
        return replace(begun, asked_again=True), Act.NOTHING
    return begun, Act.EXCHANGE


def _finished(state: State) -> tuple[State, Act]:
    if state.asked_again:
        return State(SyncPhase.SENDING, running=True, agreed=state.agreed), Act.EXCHANGE
    if state.phase is SyncPhase.PAUSED:
        return State(SyncPhase.PAUSED), Act.NOTHING
    return State(), Act.NOTHING


def _cancelled(state: State) -> tuple[State, Act]:
    if not state.running or state.phase is SyncPhase.PAUSED:
        return state, Act.NOTHING
    return State(running=True, cancelled=True), Act.STOP


def _held(state: State) -> tuple[State, Act]:
    if state.asked_again:
        return State(SyncPhase.SENDING, running=True, agreed=state.agreed), Act.EXCHANGE
    phase = SyncPhase.PAUSED if state.phase is SyncPhase.PAUSED else SyncPhase.METERED
    return State(phase, problem=state.problem), Act.NOTHING


def _failed(state: State, event: Failed) -> tuple[State, Act]:
    if state.phase is SyncPhase.PAUSED:
        return State(SyncPhase.PAUSED, problem=event.code), Act.NOTHING
    if event.code in _NEEDS_UPDATE:
        return State(SyncPhase.NEEDS_UPDATE, problem=event.code), Act.NOTHING
    if event.code in _NEEDS_YOU:
        return State(SyncPhase.NEEDS_YOU, problem=event.code), Act.NOTHING
    failures = 1 if event.moved else state.failures + 1
    wait = min(FIRST_WAIT_MS << min(failures - 1, _DOUBLINGS), LONGEST_WAIT_MS)
    # The server's wish is a least, our own wait a most; the jitter spreads both.
    until = event.now + wait // 2 + int(wait * event.jitter / 2)
    sent_away = event.retry_after > 0
    if sent_away:
        until = event.now + event.retry_after + int(event.retry_after * event.jitter)
    if event.records_done and state.asked_again:
        return State(SyncPhase.SENDING, running=True, failures=failures, agreed=state.agreed), Act.EXCHANGE
    if event.records_done:
        return State(failures=failures, until=until, agreed=state.agreed, sent_away=sent_away), Act.NOTHING
    waiting = State(
        SyncPhase.WAITING, failures=failures, until=until, problem=event.code, agreed=state.agreed,
        sent_away=sent_away,
    )  # fmt: skip
    return waiting, Act.NOTHING
