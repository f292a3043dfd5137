"""The badge never claims more than the receipts do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain.views import SyncPhase, SyncStatus, Tone
from ui.shell.badge import clock_warning, sync_badge

NOW = datetime(2026, 11, 23, 7, 40, tzinfo=UTC)
DAY = 86_400_000
QUIET = SyncStatus(SyncPhase.IDLE, waiting=0)

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.parametrize(
    ("status", "words", "tone"),
    [
        (replace(QUIET, waiting=37), "Offline · 37 changes waiting", Tone.WARN),
        (replace(QUIET, waiting=1), "Offline · 1 change waiting", Tone.WARN),
        (replace(QUIET, waiting=1240, online=True), "1,240 changes waiting", Tone.WARN),
        (
            replace(QUIET, phase=SyncPhase.SENDING, waiting=428, sent=812, to_send=1240, online=True),
            "Sending 812 of 1,240",
            Tone.INFO,
        ),
        (
            # Between two chunks: the answer to the first one is taken in, and no exchange ended well yet.
            replace(QUIET, phase=SyncPhase.RECEIVING, waiting=428, sent=812, to_send=1240),
            "Sending 812 of 1,240",
            Tone.INFO,
        ),
        (
            # What is written meanwhile waits for the next exchange.
            replace(QUIET, phase=SyncPhase.RECEIVING, waiting=2, sent=1240, to_send=1240, online=True),
            "2 changes waiting",
            Tone.WARN,
        ),
        (
            replace(QUIET, received_at=NOW - timedelta(minutes=8)),
            "All received at 14:32",
            Tone.GOOD,
        ),
        (
            replace(QUIET, received_at=datetime(2026, 11, 18, 9, 40, tzinfo=UTC)),
            "All received at 18/11/2026, 16:40",
            Tone.GOOD,
        ),
        (replace(QUIET, phase=SyncPhase.NEEDS_YOU, waiting=3, needs_you=2), "Needs you (2)", Tone.BAD),
        (replace(QUIET, phase=SyncPhase.NEEDS_UPDATE, waiting=3, needs_you=2), "Update needed", Tone.BAD),
        (QUIET, "Nothing to send yet", Tone.QUIET),
    ],
)
def test_the_badge_says_how_the_exchange_stands(status, words, tone):
    badge = sync_badge(status, NOW)
    assert (badge.words, badge.tone) == (words, tone)


statuses = st.builds(
    SyncStatus,
    phase=st.sampled_from(SyncPhase),
    waiting=st.integers(0, 2000),
    sent=st.integers(0, 2000),
    to_send=st.integers(0, 2000),
    received_at=st.none() | st.just(NOW),
    needs_you=st.integers(0, 3),
    online=st.booleans(),
)


@given(statuses)
def test_everything_is_called_received_only_while_nothing_waits(status):
    badge = sync_badge(status, NOW)
    assert badge.words
    if badge.tone is Tone.GOOD:
        assert status.waiting == 0
        assert status.received_at is not None


@given(statuses.filter(lambda status: status.waiting and status.phase in {SyncPhase.IDLE, SyncPhase.WAITING}))
def test_what_waits_is_never_hidden_while_nothing_moves(status):
    badge = sync_badge(status, NOW)
    assert badge.tone in {Tone.WARN, Tone.BAD}


@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (2 * 86_400_000, "2 days behind"),
        (-86_400_000, "1 day ahead"),
        (3653 * 86_400_000, "3,653 days behind"),
    ],
)
def test_a_clock_that_makes_days_wrong_is_told_with_the_day_that_it_says(behind, words):
    told = clock_warning(replace(QUIET, clock_wrong_ms=behind), NOW)
    assert words in told
    assert "it says 23/11/2026" in told
    assert clock_warning(QUIET, NOW) == ""
