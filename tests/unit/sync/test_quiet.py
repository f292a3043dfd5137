"""An open window asks the server once a minute: screens read again only where something came or went."""

from __future__ import annotations

import pytest

from tests.unit.server.conftest import COMMUNE
from tongcds.errors import UnavailableError
from tongcds.sync.exchange import Outcome


def told_by_an_exchange(desk) -> frozenset[str]:
    """The kinds that screens are told of, but for the progress of the exchange itself."""
    told: set[str] = set()
    desk.core.make_runner(lambda work: work(), told.update).saved()
    return frozenset(told) - {"sync"}


@pytest.fixture
def team(world, desks):
    desk = desks(world)
    for _ in range(2):
        desk.sync()
    return desk


def test_an_exchange_without_news_makes_no_screen_read(team):
    assert told_by_an_exchange(team) == frozenset()


def test_what_was_sent_stands_elsewhere_now(team):
    team.create()
    assert "exchange" in told_by_an_exchange(team)


def test_what_others_changed_is_told_by_its_kind(world, team, desks):
    other = desks(world)
    other.create()
    other.sync()
    assert {"exchange", "household"} <= told_by_an_exchange(team)


def test_a_commune_that_asks_again_and_again_hears_of_itself_no_more(world, desks):
    office = desks(world, COMMUNE, "Lò Văn Ún")
    for _ in range(3):
        office.sync()
    world.clock.advance(minutes=1)
    assert told_by_an_exchange(office) == frozenset()


def test_an_exchange_that_breaks_is_told(team, monkeypatch):
    def broken(*_given: object) -> bytes:
        raise UnavailableError("server_unreachable")

    monkeypatch.setattr(team.wire, "post", broken)
    assert told_by_an_exchange(team) == {"exchange"}


def test_without_looking_at_what_came_every_look_would_be_told(team, monkeypatch):
    monkeypatch.setattr(Outcome, "is_quiet", False)
    monkeypatch.setattr("tongcds.sync.runner._is_quiet", lambda *_: False)
    told = told_by_an_exchange(team)
    assert told == {"exchange"}
