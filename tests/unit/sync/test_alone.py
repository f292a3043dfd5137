"""What a server put back from a copy lost, and whose author is gone, comes back from who holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from tests.unit.server.conftest import COMMUNE, SECOND_VILLAGE, World
from tests.unit.sync.conftest import Desks
from tests.unit.sync.desks import Desk, on_server, server_rows
from tests.unit.sync.restoring import copied, put_back
from tongcds.actions import syncing
from tongcds.records import record_type
from tongcds.replica import lost as lost_
from tongcds.replica.upkeep import OWN_KEPT_MS
from tongcds.server import units
from tongcds.server.office import OfficeWriter
from tongcds.storage import erasure
from tongcds.storage.local import load_exchanges
from tongcds.sync import alone
from tongcds.sync.repair import Repair
from tongcds.sync.upkeep import tidy_if_due

EXCHANGE, ALONE, REPAIR = "tongcds.sync.exchange", "tongcds.sync.alone", "tongcds.sync.repair"
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


def changed_since(team: Desk, *others: Desk, folder: Path) -> tuple[bytes, bytes]:
    """Two households that the server has again as they were; what the team changed since the others saw."""
    desks = (team, *others)
    home, gone = team.create(code="HN-1", note="cũ"), team.create(code="HN-2")
    for desk in desks:
        desk.sync()
    copy = copied(team.world, folder)
    team.world.clock.advance(hours=1)
    team.update(home, note="gặp buổi chiều", address="Nhóm 2")
    team.remove(gone)
    for desk in desks:
        desk.sync()
    put_back(team.world, copy)
    return home, gone


def test_a_change_of_an_author_who_is_gone_is_said_again_by_who_saw_it(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    home, gone = changed_since(team, commune, folder=tmp_path)
    commune.sync()
    assert commune.rows("household")[home]["note"] == "cũ"
    (told,) = syncing.sync_view(commune.core).remembered
    assert (told.count, told.place) == (2, "")
    commune.world.clock.advance(days=DAYS + 1)
    logs.expect(ALONE, "the server lost records")
    assert commune.sync().given_back == 2
    there = server_rows(commune.world, "household")
    assert (there[home]["note"], there[home]["address"]) == ("gặp buổi chiều", "Nhóm 2")
    assert gone not in there
    assert syncing.sync_view(commune.core).remembered == ()
    assert differ(commune) == []
    assert server_rows(team.world, "conflict") == {}
    assert team.sync().returned == 0
    commune.sync()
    assert differ(team) == differ(commune) == []
    assert server_rows(team.world, "conflict") == {}


def test_without_remembering_it_the_change_would_be_gone(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_, "remember", lambda *_, **__: 0)
    home, _ = changed_since(team, commune, folder=tmp_path)
    commune.sync()
    commune.world.clock.advance(days=DAYS + 1)
    assert commune.sync().given_back == 0
    assert server_rows(commune.world, "household")[home]["note"] == "cũ"


def test_an_author_who_says_it_in_time_leaves_nothing_to_say(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    changed_since(team, commune, folder=tmp_path)
    commune.sync()
    team.sync()
    commune.sync()
    assert syncing.sync_view(commune.core).remembered == ()
    commune.world.clock.advance(days=DAYS + 1)
    assert commune.sync().given_back == 0
    assert differ(commune) == differ(team) == []


def test_what_somebody_wrote_there_since_is_kept_beside_it(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    home, _ = changed_since(team, commune, folder=tmp_path)
    commune.sync()
    other.sync()
    other.world.clock.advance(hours=1)
    other.update(home, note="đi vắng")
    other.sync()
    commune.world.clock.advance(days=DAYS + 1)
    logs.expect(ALONE, "the server lost records")
    commune.sync()
    assert server_rows(team.world, "household")[home]["note"] == "đi vắng"
    (clash,) = server_rows(team.world, "conflict").values()
    assert clash["field"] == "note"
    assert msgspec.msgpack.decode(clash["other_value"]) == "gặp buổi chiều"


def test_a_removal_does_not_take_what_was_written_since(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    _, gone = changed_since(team, commune, folder=tmp_path)
    other.sync()
    other.update(gone, note="vẫn ở đây")
    other.sync()
    commune.sync()
    commune.world.clock.advance(days=DAYS + 1)
    logs.expect(ALONE, "the server lost records")
    commune.sync()
    assert server_rows(team.world, "household")[gone]["note"] == "vẫn ở đây"
    assert [row["field"] for row in server_rows(team.world, "conflict").values()] == ["deleted"]


def test_who_may_not_write_it_keeps_it_and_lets_go_after_half_a_year(
    team: Desk, desks: Desks, tmp_path: Path, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    commune = desks(team.world, COMMUNE, "Cà Thị Hương")
    monkeypatch.setattr(alone, "authority", lambda *_: lambda *_: "not_allowed")
    changed_since(team, commune, folder=tmp_path)
    commune.sync()
    commune.world.clock.advance(days=DAYS + 1)
    assert commune.sync().given_back == 0
    assert len(syncing.sync_view(commune.core).remembered) == 1
    tidy_if_due(commune.core.vault, now=commune.world.now() + OWN_KEPT_MS)
    assert syncing.sync_view(commune.core).remembered == ()


def test_words_of_somebody_who_is_erased_are_not_remembered(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    home, _ = changed_since(team, commune, folder=tmp_path)
    commune.sync()
    with commune.core.vault.write() as connection:
        erasure.forget(connection, {"household": [home]}, tell=False)
        assert [each.id for each in lost_.all_lost(connection) if each.id == home] == []


def brought_over(team: Desk, commune: Desk, folder: Path) -> bytes:
    """A household that the commune brought to the team's village after the copy, and changed."""
    for desk in (team, commune):
        desk.sync()
    home = commune.create(village_id=team.world.unit(SECOND_VILLAGE), code="HN-8")
    commune.sync()
    copy = copied(team.world, folder)
    team.world.clock.advance(hours=1)
    commune.update(home, village_id=team.unit, note="mới chuyển đến")
    for desk in (commune, team):
        desk.sync()
    assert team.rows("household")[home]["note"] == "mới chuyển đến"
    put_back(team.world, copy)
    return home


def test_what_the_server_has_elsewhere_again_is_kept_and_told(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any
) -> None:
    home = brought_over(team, commune, tmp_path)
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    team.sync()
    assert home not in team.rows("household", deleted=True)
    (told,) = syncing.sync_view(team.core).remembered
    assert (told.count, told.left) == (1, True)
    assert told.place in syncing.remembered_words(told)
    commune.sync()
    team.sync()
    assert team.rows("household")[home]["note"] == "mới chuyển đến"
    assert syncing.sync_view(team.core).remembered == ()


def test_where_only_its_move_was_said_again_what_came_with_it_follows(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    home = brought_over(team, commune, tmp_path)
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    logs.expect(ALONE, "the server lost records")
    team.sync()
    another = desks(team.world, COMMUNE, "Lường Văn Thu")
    another.sync()
    another.update(home, village_id=team.unit)
    another.sync()
    team.world.clock.advance(days=DAYS + 8)
    team.sync()
    team.world.clock.advance(days=8)
    team.sync()
    assert server_rows(team.world, "household")[home]["note"] == "mới chuyển đến"
    assert syncing.sync_view(team.core).remembered == ()


def test_without_keeping_it_nobody_would_hear_of_it(
    team: Desk, commune: Desk, tmp_path: Path, logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_, "remember_moved", lambda *_: 0)
    home = brought_over(team, commune, tmp_path)
    logs.expect(EXCHANGE, "the digests differ")
    logs.expect(REPAIR, "was mended")
    team.sync()
    assert home not in team.rows("household", deleted=True)
    assert syncing.sync_view(team.core).remembered == ()


def a_village_later(team: Desk, commune: Desk, folder: Path) -> tuple[bytes, Path]:
    """A household that the commune wrote in a village that the server knew after its copy; another saw it."""
    for desk in (team, commune):
        desk.sync()
    copy = copied(team.world, folder)
    village = new_village(team.world)
    commune.sync()
    home = commune.create(village_id=village, code="HN-7", note="mới")
    commune.sync()
    return home, copy


def new_village(world: World) -> bytes:
    made: list[bytes] = []
    line = units.VillageLine("Bản Mới", COMMUNE, f"{COMMUNE}-99")
    on_server(world, lambda c: made.extend(units.add_villages(c, [line], now=world.now())))
    return made[0]


def test_what_lies_in_a_village_that_the_server_lost_waits_for_the_village(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, logs: Any
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    other.sync()
    home, copy = a_village_later(team, commune, tmp_path)
    other.sync()
    assert home in other.rows("household")
    put_back(team.world, copy)
    other.sync()
    assert home not in other.rows("household", deleted=True)
    (told,) = syncing.sync_view(other.core).remembered
    assert (told.count, told.place, told.on) == (1, "Bản Mới", None)
    other.world.clock.advance(days=DAYS + 8)
    assert other.sync().given_back == 0
    new_village(team.world)
    other.world.clock.advance(days=8)
    logs.expect(ALONE, "the server lost records")
    assert other.sync().given_back == 1
    assert server_rows(team.world, "household")[home]["note"] == "mới"
    assert other.rows("household")[home]["code"] == "HN-7"
    assert syncing.sync_view(other.core).remembered == ()


def held_elsewhere(team: Desk, commune: Desk, other: Desk, folder: Path) -> int:
    """How many records of a lost village are kept once the server has them in a place of somebody else's."""
    home, copy = a_village_later(team, commune, folder)
    other.sync()
    put_back(team.world, copy)
    other.sync()
    assert len(syncing.sync_view(other.core).remembered) == 1

    def elsewhere(connection: Connection) -> None:
        writer = OfficeWriter(connection, now=team.world.now())
        writer.put("household", home, village_id=bytes(15) + b"9", code="HN-7")
        writer.flush()

    on_server(team.world, elsewhere)
    other.world.clock.advance(days=8)
    other.sync()
    return sum(row.count for row in syncing.sync_view(other.core).remembered)


def test_what_the_server_has_elsewhere_of_such_a_village_is_kept_no_longer(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    assert held_elsewhere(team, commune, other, tmp_path) == 0


def test_without_asking_it_would_be_kept(
    team: Desk, commune: Desk, desks: Desks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = desks(team.world, COMMUNE, "Lường Văn Thu")
    monkeypatch.setattr(Repair, "there", lambda *_: set())
    assert held_elsewhere(team, commune, other, tmp_path) == 1
