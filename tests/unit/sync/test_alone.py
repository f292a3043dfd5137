"""What a server put back from a copy lost, and whose author is gone, comes back from who holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.server.conftest import COMMUNE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, server_rows
from tests.unit.sync.restoring import copied, put_back
from tongcds.records import record_type
from tongcds.storage.local import load_exchanges
from tongcds.sync import alone

EXCHANGE, ALONE = "tongcds.sync.exchange", "tongcds.sync.alone"
DAYS = alone.AUTHORS_HAVE_MS // 86_400_000


@pytest.fixture
def team(small_world: World, desks: Desks) -> Desk:
    return desks(small_world)


@pytest.fixture
def commune(small_world: World, desks: Desks) -> Desk:
    return desks(small_world, COMMUNE, "Cà Thị Hương")


def lost(team: Desk, *others: Desk, folder: Path, logs: Any) -> bytes:
    """A household with a person and what was seen there, that the server lost and the others hold."""
    desks = (team, *others)
    for desk in desks:
        desk.sync()
    copy = copied(team.world, folder)
    home = team.create(code="HN-1", note="gặp buổi chiều")
    team.create("person", household_id=home, full_name="Lò Văn Pản")
    team.create(
        "observation",
        subject="household",
        subject_id=home,
        fact="fibre",
        value=1,
        held_on="2026-11-23",
        how="seen",
    )
    for desk in desks:
        desk.sync()
    put_back(team.world, copy)
    logs.expect(EXCHANGE, "the digests differ")
    return home


def differ(desk: Desk) -> list[str]:
    """The types of which this desktop holds other values than the server."""
    own = {"number", "editor"}
    return [
        name
        for name in ("household", "person", "observation", "conflict")
        if {i: {k: v for k, v in row.items() if k not in own} for i, row in desk.rows(name).items()}
        != {
            i: {k: v for k, v in row.items() if k not in own}
            for i, row in server_rows(desk.world, name).items()
        }
    ]


def test_it_waits_for_the_author_and_is_said_again_when_nobody_did(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    home = lost(team, commune, folder=tmp_path, logs=logs)
    for _ in range(2):
        assert commune.sync().given_back == 0
        commune.world.clock.advance(days=DAYS // 2 - 1)
    assert home in commune.rows("household")
    assert home not in server_rows(commune.world, "household")
    commune.world.clock.advance(days=8)
    logs.expect(ALONE, "the server lost records")
    assert commune.sync().given_back == 3
    there = server_rows(commune.world, "household")[home]
    assert (there["code"], there["note"], there["author"]) == (
        "HN-1",
        "gặp buổi chiều",
        commune.core.author(),
    )
    assert differ(commune) == []
    assert commune.core.runner.status().waiting == 0
    with commune.core.vault.read() as connection:
        assert load_exchanges(connection)[0].outcome == "given_back"
    commune.world.clock.advance(days=8)
    assert commune.sync().given_back == 0


def test_without_it_the_server_would_never_have_it(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "say_again", lambda *_: {})
    home = lost(team, commune, folder=tmp_path, logs=logs)
    for _ in range(4):
        commune.sync()
        commune.world.clock.advance(days=8)
    assert home not in server_rows(commune.world, "household")


def test_an_author_who_comes_back_later_finds_it_and_has_the_last_word(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    home = lost(team, commune, folder=tmp_path, logs=logs)
    team.update(home, address="Nhóm 2")
    team.update(home, address="Nhóm 3")
    commune.sync()
    commune.world.clock.advance(days=DAYS + 1)
    logs.expect(ALONE, "the server lost records")
    commune.sync()
    outcome = team.sync()
    assert outcome.returned == 0
    commune.sync()
    assert server_rows(team.world, "household")[home]["address"] == "Nhóm 3"
    assert differ(team) == differ(commune) == []
    assert server_rows(team.world, "conflict") == {}


def test_two_who_say_it_again_say_the_same(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    home = lost(team, commune, other, folder=tmp_path, logs=logs)
    for desk in (commune, other):
        desk.sync()
    team.world.clock.advance(days=DAYS + 1)
    logs.expect(ALONE, "the server lost records")
    real = other.wire.serve

    def meanwhile(path: str, body: bytes) -> bytes:
        """The commune's other laptop says it between our comparison and our saying it."""
        answer = real(path, body)
        if path.endswith("compare") and other.wire.posts[-3:] == [path] * 3:
            other.wire.serve = real
            assert commune.sync().given_back == 3
        return answer

    other.wire.serve = meanwhile
    assert other.sync().given_back == 3
    commune.sync()
    assert home in server_rows(team.world, "household")
    assert differ(commune) == differ(other) == []
    assert server_rows(team.world, "conflict") == {}


def test_a_server_that_was_never_put_back_takes_no_record_under_anothers_id(
    team: Desk, commune: Desk, logs: Any
) -> None:
    home = team.create(code="HN-1")
    for desk in (team, commune):
        desk.sync()
    with commune.writing() as writer:
        writer.say_again("household", home)
    table = record_type("household").table
    on_server(team.world, lambda connection: connection.execute(table.delete()))
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect("tongcds.server.comparing", "the count of an area")
    assert commune.sync().returned == 1
    assert server_rows(team.world, "household") == {}
