"""When an exchange begins, ends and is tried again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain.views import SyncPhase
from tongcds.sync.machine import (
    FIRST_WAIT_MS,
    LONGEST_WAIT_MS,
    Act,
    Asked,
    Cancelled,
    Event,
    Failed,
    Finished,
    Held,
    Moved,
    Paused,
    Reachable,
    Resumed,
    Saved,
    State,
    Tick,
    step,
)

OFFLINE = Failed("server_unreachable", now=1000, jitter=0.5)


def after(*events: Event) -> tuple[State, list[Act]]:
    state, acts = State(), []
    for event in events:
        state, act = step(state, event)
        acts.append(act)
    return state, acts


def test_asking_begins_an_exchange_and_asking_again_runs_one_more_afterwards() -> None:
    state, acts = after(Asked(), Asked(), Finished())
    assert acts == [Act.EXCHANGE, Act.NOTHING, Act.EXCHANGE]
    assert state.phase is SyncPhase.SENDING


def test_an_exchange_that_ended_well_leaves_nothing_behind() -> None:
    state, _acts = after(Asked(), Moved(SyncPhase.RECEIVING), Finished())
    assert state == State()


def test_without_a_server_the_machine_waits_and_tries_again_by_itself() -> None:
    state, _acts = after(Asked(), OFFLINE)
    assert (state.phase, state.problem) == (SyncPhase.WAITING, "server_unreachable")
    assert state.until is not None
    assert 1000 + FIRST_WAIT_MS // 2 <= state.until <= 1000 + FIRST_WAIT_MS
    assert step(state, Tick(state.until - 1)) == (state, Act.NOTHING)
    assert step(state, Tick(state.until))[1] is Act.EXCHANGE


def test_each_failure_waits_longer_up_to_a_bound() -> None:
    state, waits = State(), []
    for _ in range(12):
        state, _act = step(state, Asked() if state.phase is SyncPhase.IDLE else Tick(1 << 60))
        state, _act = step(state, Failed("server_unreachable", now=0, jitter=1.0))
        assert state.until is not None
        waits.append(state.until)
    assert waits == sorted(waits)
    assert waits[0] == FIRST_WAIT_MS
    assert waits[-1] == LONGEST_WAIT_MS


def test_a_busy_server_is_not_asked_before_its_time() -> None:
    state, _acts = after(Asked(), Failed("server_busy", now=0, jitter=0.0, retry_after=120_000))
    assert state.until == 120_000


def test_a_person_who_asks_does_not_wait_for_the_next_try() -> None:
    _state, acts = after(Asked(), OFFLINE, Asked())
    assert acts[-1] is Act.EXCHANGE


def test_a_save_while_waiting_does_not_hammer_a_server_that_is_not_there() -> None:
    _state, acts = after(Asked(), OFFLINE, Saved())
    assert acts[-1] is Act.NOTHING


def test_a_save_begins_an_exchange_when_the_line_is_quiet() -> None:
    assert after(Saved())[1] == [Act.EXCHANGE]


def test_pausing_stops_the_running_exchange_and_nothing_begins_until_resumed() -> None:
    state, acts = after(Asked(), Paused(), Finished(), Saved(), Tick(1 << 60))
    assert acts == [Act.EXCHANGE, Act.STOP, Act.NOTHING, Act.NOTHING, Act.NOTHING]
    assert state.phase is SyncPhase.PAUSED
    assert step(state, Resumed())[1] is Act.EXCHANGE


def test_cancelling_ends_one_exchange_and_the_next_one_comes_by_itself() -> None:
    state, acts = after(Asked(), Cancelled(), Moved(SyncPhase.RECEIVING))
    assert acts == [Act.EXCHANGE, Act.STOP, Act.NOTHING]
    assert (state.phase, state.running) == (SyncPhase.IDLE, True), "it is not shown as running again"
    for end in (Finished(), OFFLINE):
        ended, act = step(state, end)
        assert (ended, act) == (State(), Act.NOTHING)
        assert step(ended, Tick(1 << 60))[1] is Act.NOTHING
        assert step(ended, Saved())[1] is Act.EXCHANGE
    again, act = step(state, Asked())
    assert act is Act.NOTHING
    assert step(again, Finished())[1] is Act.EXCHANGE
    for quiet in (after(), after(Asked(), OFFLINE), after(Asked(), Paused())):
        assert step(quiet[0], Cancelled()) == (quiet[0], Act.NOTHING)


def test_what_waiting_cannot_mend_asks_for_the_person() -> None:
    assert after(Asked(), Failed("server_refused", 0, 0.0))[0].phase is SyncPhase.NEEDS_YOU
    assert after(Asked(), Failed("protocol_unsupported", 0, 0.0))[0].phase is SyncPhase.NEEDS_UPDATE


EVENTS = st.one_of(
    st.builds(Asked),
    st.builds(Saved),
    st.builds(Moved, st.sampled_from([SyncPhase.SENDING, SyncPhase.RECEIVING])),
    st.builds(Paused),
    st.builds(Cancelled),
    st.builds(Resumed),
    st.builds(Tick, st.integers(0, 1 << 50), st.booleans()),
    st.builds(Reachable),
)


@given(st.lists(st.tuples(EVENTS, st.booleans(), st.sampled_from(["held", "server_refused", ""]))))
def test_never_two_exchanges_at_once(script: list[tuple[Event, bool, str]]) -> None:
    state, running = State(), 0
    for event, ends, code in script:
        state, act = step(state, event)
        running += act is Act.EXCHANGE
        assert running <= 1
        if running and ends:
            running -= 1
            end = {"held": Held(), "server_refused": Failed(code, 0, 0.5)}.get(code, Finished())
            state, act = step(state, end)
            running += act is Act.EXCHANGE
        assert running <= 1


def test_a_dear_link_holds_the_exchange_until_a_person_agrees_or_the_link_is_free() -> None:
    state, acts = after(Saved(), Held(), Saved(), Tick(1 << 60, metered=True), Reachable())
    assert (state.phase, state.running) == (SyncPhase.METERED, False)
    assert acts == [Act.EXCHANGE, *[Act.NOTHING] * 4]
    assert step(state, Tick(1 << 60, metered=False))[1] is Act.EXCHANGE
    agreed, act = step(state, Asked())
    assert (act, agreed.agreed) == (Act.EXCHANGE, True)


def test_who_agreed_is_not_asked_again_after_a_break_but_before_the_next_exchange() -> None:
    state, _acts = after(Asked(), OFFLINE)
    again, _act = step(state, Tick(1 << 60, metered=True))
    assert again.agreed
    assert not step(again, Finished())[0].agreed


def test_somebody_who_asks_while_the_cost_is_looked_up_is_heard() -> None:
    state, acts = after(Saved(), Asked(), Held())
    assert acts == [Act.EXCHANGE, Act.NOTHING, Act.EXCHANGE]
    assert state.agreed


def test_a_network_that_comes_back_is_used_at_once_and_only_where_one_was_waited_for() -> None:
    assert after(Asked(), OFFLINE, Reachable())[1][-1] is Act.EXCHANGE
    assert after(Reachable())[1] == [Act.EXCHANGE]
    for stopped in ((Paused(), Finished()), (Failed("server_refused", 0, 0.0),)):
        assert after(Asked(), *stopped, Reachable())[1][-1] is Act.NOTHING


def test_a_network_that_comes_back_does_not_hurry_a_busy_server() -> None:
    busy = replace(OFFLINE, code="server_busy", retry_after=60_000)
    for failed in (busy, replace(busy, records_done=True)):
        state, _acts = after(Asked(), failed)
        assert step(state, Reachable())[1] is Act.NOTHING
        assert step(state, Asked())[1] is Act.EXCHANGE
        assert step(state, Tick(state.until or 0))[1] is Act.EXCHANGE


def test_files_that_wait_for_the_network_keep_no_record_waiting() -> None:
    left = replace(OFFLINE, records_done=True)
    state, _acts = after(Asked(), left)
    assert (state.phase, state.problem, state.running) == (SyncPhase.IDLE, "", False)
    assert state.until is not None
    assert step(state, Tick(state.until - 1))[1] is Act.NOTHING
    assert step(state, Tick(state.until))[1] is Act.EXCHANGE
    assert step(state, Saved())[1] is Act.EXCHANGE
    assert step(after(Asked(), OFFLINE)[0], Saved())[1] is Act.NOTHING, "without a server it would be in vain"


def test_a_line_that_breaks_but_carries_is_not_waited_for_longer_and_longer() -> None:
    moved = replace(OFFLINE, records_done=True, moved=True)
    state, _acts = after(Asked(), *[moved] * 12)
    assert state.failures == 1
    assert (state.until or 0) - OFFLINE.now <= FIRST_WAIT_MS
