"""Where a report stands follows from its steps, whatever order they arrive in and whoever knew of whom."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from tongcds.domain.reporting import State, Step, Word, state_before, state_of
from tongcds.domain.steps import last_words


def step(name: str, word: Word, *after: str) -> Step:
    return Step(name.encode(), word, "", None, "", tuple(one.encode() for one in after))


LOOKS = step("a", Word.RECEIVED)
ACCEPTS = step("b", Word.ACCEPTED, "a")
RETURNS = step("c", Word.RETURNED, "a")


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], State.SENT),
        ([LOOKS], State.RECEIVED),
        ([LOOKS, ACCEPTS], State.ACCEPTED),
        ([LOOKS, RETURNS], State.RETURNED),
        ([LOOKS, ACCEPTS, RETURNS], State.CONTRARY),
        ([LOOKS, ACCEPTS, RETURNS, step("d", Word.RETURNED, "b", "c")], State.RETURNED),
        ([LOOKS, ACCEPTS, RETURNS, step("d", Word.ACCEPTED, "b")], State.CONTRARY),
        ([ACCEPTS, step("d", Word.ACCEPTED, "a")], State.ACCEPTED),
        ([ACCEPTS, step("d", Word.RECEIVED)], State.ACCEPTED),
        ([step("d", Word.WITHDRAWN)], State.WITHDRAWN),
        ([step("d", Word.WITHDRAWN), step("e", Word.ACCEPTED)], State.CONTRARY),
    ],
)
def test_a_state_follows_from_the_last_words_in_every_order(steps, state):
    assert {state_of(order) for order in permutations(steps)} == {state}


def test_a_step_that_names_a_lost_one_is_still_heard():
    assert last_words([step("d", Word.RETURNED, "gone")]) == (step("d", Word.RETURNED, "gone"),)


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 11, 13), State.RUNNING),
        (date(2026, 11, 14), State.DUE),
        (date(2026, 11, 17), State.DUE),
        (date(2026, 11, 18), State.OVERDUE),
    ],
)
def test_a_report_is_due_from_the_end_of_its_period_and_overdue_after_its_day(on, state):
    assert state_before(date(2026, 11, 14), date(2026, 11, 17), on) is state
