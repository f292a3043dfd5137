"""The hybrid clock: stamps never repeat, follow what was seen, and come back from a wrong year."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain.stamps import FAR_AHEAD_MS, WRONG_MS, HybridClock, milliseconds_of, stamp_of

TRUE = 1_795_000_000_000
YEAR = 365 * 86_400_000


def test_stamps_that_ran_ahead_go_back_with_the_server_s_time_and_stay_different() -> None:
    clock = HybridClock(lambda: TRUE + 9 * YEAR)
    ahead = clock.tick()
    clock.settle(TRUE)
    after = clock.tick()
    assert 0 <= milliseconds_of(after) - TRUE < 10
    clock.offset = 0
    again = clock.tick()
    assert milliseconds_of(again) == milliseconds_of(ahead)
    assert again != ahead


def test_a_clock_that_is_a_little_ahead_keeps_its_order() -> None:
    clock = HybridClock(lambda: TRUE + FAR_AHEAD_MS - 1)
    before = clock.tick()
    clock.settle(TRUE)
    assert before < clock.tick() < stamp_of(TRUE + 2 * FAR_AHEAD_MS)
    assert clock.leap == 0


@given(
    st.lists(
        st.one_of(
            st.integers(-2 * YEAR, 2 * YEAR).map(lambda off: ("jump", off)),
            st.just(("settle", 0)),
            st.integers(1, 5).map(lambda count: ("tick", count)),
        ),
        max_size=25,
    )
)
def test_no_stamp_is_ever_drawn_twice(script: list[tuple[str, int]]) -> None:
    moment = [TRUE]
    clock = HybridClock(lambda: moment[0])
    off, drawn, leaps = 0, set(), 0
    for what, number in script:
        match what:
            case "jump":
                off = number
            case "settle":
                before = clock.leap
                clock.settle(TRUE + len(drawn))
                leaps += clock.leap != before
            case _:
                for _ in range(number):
                    moment[0] = TRUE + len(drawn) + off
                    stamp = clock.tick()
                    assert stamp not in drawn or leaps >= 8
                    drawn.add(stamp)


def test_a_clock_is_called_wrong_beyond_a_day_and_when_it_went_back() -> None:
    clock = HybridClock(lambda: TRUE)
    clock.settle(TRUE + WRONG_MS - 1)
    assert clock.wrong_by() == 0
    clock.settle(TRUE + 3 * WRONG_MS)
    assert clock.wrong_by() == 3 * WRONG_MS
    clock.settle(TRUE - 3 * WRONG_MS)
    assert clock.wrong_by() == -3 * WRONG_MS
    clock.settle(TRUE)
    clock.last = stamp_of(TRUE + 2 * WRONG_MS)
    assert clock.wrong_by() == 2 * WRONG_MS
