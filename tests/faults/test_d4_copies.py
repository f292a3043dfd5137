"""D4: what a copied folder, a recorded request or a used invitation is good for on another machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.desk import Bent, Desk, invited, served
from tests.unit.server.conftest import VILLAGE, World
from tests.unit.storage.homes import PASSPHRASE
from tongcds.errors import UserError
from tongcds.server import enrolment, requests
from tongcds.server.problems import Refusal
from tongcds.storage import exchange
from tongcds.storage.vault import Vault
from tongcds.sync import enrol


@dataclass
class Recorded(Bent):
    """A line on which somebody listens."""

    heard: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, path: str, body: bytes) -> bytes:
        self.heard.append((path, body))
        return super().post(path, body)


@pytest.fixture
def desk(small_world: World, tmp_path: Path):
    made = Desk(small_world, tmp_path / "laptop", VILLAGE, "Lò Thị Ngân")
    made.way = Recorded(small_world)
    yield made
    made.close()


@pytest.fixture
def reader(small_world: World, tmp_path: Path):
    """Another laptop of the village, which sees what the server took."""
    made = Desk(small_world, tmp_path / "reader", VILLAGE, "Cà Thị Hương")
    yield made
    made.close()


def copied(desk: Desk, folder: Path) -> Desk:
    """The folder on another machine, opened there with the passphrase."""
    desk.close()
    shutil.copytree(desk.vault.folder, folder / "vault", ignore=shutil.ignore_patterns("vault.lock"))
    other = object.__new__(Desk)
    other.world, other.way, other.me = desk.world, Recorded(desk.world), desk.me
    other.vault = Vault.open(folder / "vault", PASSPHRASE, now=desk.world.now)
    desk.vault = Vault.open(desk.vault.folder, PASSPHRASE, now=desk.world.now)
    return other


def codes(desk: Desk) -> set[str]:
    with desk.vault.read() as connection:
        return set(connection.exec_driver_sql("SELECT code FROM household WHERE deleted = 0").scalars())


def device(desk: Desk) -> int:
    _entries, _epoch, credentials = desk.scope()
    return credentials.device


def test_without_the_passphrase_a_copy_opens_nothing(desk, tmp_path):
    desk.close()
    shutil.copytree(desk.vault.folder, tmp_path / "copy")
    with pytest.raises(UserError, match="passphrase_wrong"):
        Vault.open(tmp_path / "copy", "tám con chim én nhỏ", now=desk.world.now)


def test_a_copy_with_the_passphrase_is_a_clone_and_goes_on_under_a_number_of_its_own(desk, reader, tmp_path):
    desk.write("H-1")
    desk.sync()
    other = copied(desk, tmp_path / "another machine")
    desk.write("H-2")
    desk.world.clock.advance(seconds=5)
    other.write("H-3")
    for each in (desk, other, desk, other, reader):
        each.sync()
    assert device(desk) != device(other)
    for each in (desk, other, reader):
        assert codes(each) >= {"H-1", "H-2", "H-3"}
    other.close()


def test_even_in_the_same_millisecond_neither_of_two_copies_loses_its_words(desk, reader, tmp_path):
    """Then both made the same record, and somebody is asked which of the two is right."""
    desk.write("H-1")
    desk.sync()
    other = copied(desk, tmp_path / "another machine")
    desk.write("H-2")
    other.write("H-3")
    for each in (desk, other, desk, other, reader):
        each.sync()
    assert device(desk) != device(other)
    for each in (desk, other, reader):
        with each.vault.read() as connection:
            (clash,) = exchange.conflicts(connection)
        assert {side.text for side in clash.sides} == {"H-2", "H-3"}
    other.close()


def test_every_request_that_somebody_recorded_is_refused_the_second_time(desk, reader, small_world):
    desk.write("H-1")
    desk.sync()
    desk.sync()
    reader.sync()
    before = reader.dump()
    asked = [(path, body) for path, body in desk.way.heard if path.endswith(("/sync", "/compare"))]
    assert len(asked) >= 2
    for path, body in asked:
        with pytest.raises(Refusal) as refused:
            served(small_world, path, body)
        assert refused.value.problem.code == "replayed"
    reader.sync()
    assert reader.dump() == before
    # The control: the same laptop with a fresh request is heard.
    desk.sync()


def test_without_the_counter_a_recorded_request_would_be_heard_again(desk, small_world, monkeypatch):
    """The control."""
    desk.write("H-1")
    desk.sync()
    path, body = next((path, body) for path, body in desk.way.heard if path.endswith("/sync"))
    real = requests.admit
    monkeypatch.setattr(requests, "admit", lambda *given, once, now: real(*given, once=False, now=now))
    served(small_world, path, body)


def test_a_request_is_no_key_to_anything_else(desk, small_world):
    """Of a recorded request neither the number nor the body can be changed."""
    desk.sync()
    path, body = next((path, body) for path, body in desk.way.heard if path.endswith("/sync"))
    for at in range(0, len(body), 7):
        bent = bytearray(body)
        bent[at] ^= 1
        with pytest.raises(Refusal):
            served(small_world, path, bytes(bent))


def test_an_invitation_lets_one_laptop_in_and_no_second_one(small_world, tmp_path):
    invitation = invited(small_world, VILLAGE, "Lò Thị Ngân")
    ends = []
    for name in ("first", "second"):
        vault = Vault.create(tmp_path / name, PASSPHRASE, person="Lò Thị Ngân", now=small_world.now)
        begun = enrol.begin(vault, invitation)
        try:
            enrol.finish(vault, begun, Bent(small_world), small_world.clock)
            ends.append("let in")
        except UserError as problem:
            ends.append(problem.code)
        vault.close()
    assert ends == ["let in", "invitation_used"]


def test_a_laptop_that_was_withdrawn_is_out_at_its_next_request_and_so_are_its_copies(
    desk, small_world, tmp_path
):
    desk.write("H-1")
    desk.sync()
    other = copied(desk, tmp_path / "another machine")
    with small_world.province.database.write() as connection:
        assert enrolment.revoke(connection, device(desk), now=small_world.now())
    for each in (desk, other):
        before = codes(each)
        with pytest.raises(UserError, match="device_revoked"):
            each.sync()
        assert codes(each) == before
    other.close()
