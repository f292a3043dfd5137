"""What the window says of an exchange that was paused, and of a server that sends us away for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tongcds.domain.views import SyncPhase
from tongcds.errors import CancelledError
from tongcds.server.problems import Refusal
from tongcds.storage.local import load_exchanges
from tongcds.sync.pace import Pace

WAIT = 40


@pytest.fixture
def team(world, desks):
    desk = desks(world)
    desk.sync()
    return desk


def history(desk) -> list[tuple[str, int]]:
    with desk.core.vault.read() as connection:
        return [(past.outcome, past.sent) for past in load_exchanges(connection)]


def test_an_exchange_that_somebody_paused_did_not_fail(team, monkeypatch):
    monkeypatch.setattr(Pace, "writes", lambda *_: 4)
    for number in range(9):
        team.create(code=f"HN-{number}")
    posted = len(team.wire.posts)
    runner = team.core.make_runner(lambda work: work())
    with pytest.raises(CancelledError):
        runner.exchange_now(cancelled=lambda: len(team.wire.posts) > posted)
    status = runner.status()
    outcome, sent = history(team)[0]
    assert (outcome, status.online) == ("stopped", True)
    assert sent > 0
    assert status.waiting > 0
    team.sync()
    assert team.core.runner.status().waiting == 0


def test_a_pause_before_anything_went_is_no_line_of_the_history(team):
    before = history(team)
    team.create()
    with pytest.raises(CancelledError):
        team.core.runner.exchange_now(cancelled=lambda: True)
    assert history(team) == before


def test_an_exchange_that_somebody_cancelled_goes_on_with_the_next_save(team, monkeypatch):
    monkeypatch.setattr(Pace, "writes", lambda *_: 4)
    for number in range(9):
        team.create(code=f"HN-{number}")
    runner = team.core.make_runner(lambda work: work())
    serve = team.wire.serve

    def stopped_meanwhile(path: str, body: bytes) -> bytes:
        runner.cancel()
        return serve(path, body)

    with monkeypatch.context() as patch:
        patch.setattr(team.wire, "serve", stopped_meanwhile)
        runner.ask()
    status = runner.status()
    assert (status.phase, status.problem) == (SyncPhase.IDLE, "")
    assert status.waiting > 0
    assert history(team)[0][0] == "stopped"
    runner.tick()
    assert runner.status().waiting == status.waiting, "nothing begins by itself at once"
    runner.saved()
    assert runner.status().waiting == 0


def test_a_busy_server_was_reached_and_is_asked_again_when_it_said(team, world, monkeypatch):
    def busy(*_given: object) -> bytes:
        raise Refusal("busy", retry_after=WAIT)

    monkeypatch.setattr(team.wire, "serve", busy)
    runner = team.core.make_runner(lambda work: work())
    runner.ask()
    status = runner.status()
    assert (status.phase, status.problem, status.online) == (SyncPhase.WAITING, "server_busy", True)
    wait = status.again_at - world.clock()
    assert timedelta(seconds=WAIT) <= wait <= timedelta(seconds=2 * WAIT)


def test_an_unreachable_server_is_offline(team):
    team.wire.cut = {"/api/v1/sync"}
    runner = team.core.make_runner(lambda work: work())
    runner.ask()
    assert (runner.status().problem, runner.status().online) == ("server_unreachable", False)
