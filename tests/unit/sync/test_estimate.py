"""What sending will take, told before, and asked about only where the link is dear and there is much."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Ticking, enrol, home, village, visit
from tongcds.domain.views import SyncPhase
from tongcds.errors import UnavailableError
from tongcds.protocol import chunks
from tongcds.protocol.messages import Credentials, ScopeEntry
from tongcds.replica import load_identity, pending
from tongcds.storage.local import Enrolment, save_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.estimate import SMALL_BYTES, bytes_to_send
from tongcds.sync.runner import Runner
from tongcds.sync.transport import Traffic


class NoServer:
    """A transport that only counts how often somebody tried."""

    tries = 0

    def __init__(self, _url: str) -> None:
        type(self).tries += 1
        self.traffic = Traffic()

    def post(self, _path: str, _body: bytes) -> bytes:
        raise UnavailableError("server_unreachable")

    def close(self) -> None:
        pass


@pytest.fixture
def now() -> Ticking:
    return Ticking()


@pytest.fixture
def vault(tmp_path: Path, now: Ticking) -> Iterator[Vault]:
    made = Vault.create(tmp_path / "vault", PASSPHRASE, person="Lò Thị Ngân", now=now)
    enrol(made, now)
    with made.write() as connection:
        place = ScopeEntry(AUTHOR, "write")
        known = Credentials(
            device=11, member_id=AUTHOR, member_name="Lò Thị Ngân", role="team", unit_id=AUTHOR,
            unit_name="Bản Nà Ngà", commune_name="", province_name="", server_name="",
            server_key=bytes(SigningKey(bytes(32)).verify_key), epoch=1, scope=1, entries=[place],
        )  # fmt: skip
        save_enrolment(connection, Enrolment("http://127.0.0.1:9", bytes(32), known, 0, 1, 1, (place,)))
    yield made
    made.close()


def write(vault: Vault, visits: int) -> None:
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        somebody = home(change.writer, place, "HN-0001", "Hà Thị Xuân")
        for number in range(visits):
            # What does not pack well, like the notes of many people.
            note = blake2b(number.to_bytes(4, "big")).hexdigest()
            visit(change.writer, somebody, "2026-11-23", {"service": "PY01"}, note=note)


def packed(vault: Vault) -> int:
    with vault.read() as connection:
        me = load_identity(connection, now=lambda: 0)
        writes = pending(connection, 0, 1 << 30)
        return len(chunks.pack_writes(chunks.WriteChunk(me.device, me.prefix, writes)))


@pytest.fixture
def runner(vault: Vault, clock) -> Callable[[bool], Runner]:
    NoServer.tries = 0

    def make(metered: bool) -> Runner:
        return Runner(vault, NoServer, clock, submit=lambda work: work(), metered=lambda: metered)

    return make


def test_the_estimate_is_near_what_is_sent(vault: Vault) -> None:
    write(vault, 3_000)
    with vault.read() as connection:
        said = bytes_to_send(connection)
    assert 0.7 * packed(vault) < said < 1.3 * packed(vault)


def test_much_over_a_dear_link_waits_for_a_yes_and_says_what_it_takes(vault: Vault, runner) -> None:
    write(vault, 3_000)
    one = runner(True)
    one.saved()
    status = one.status()
    assert (status.phase, NoServer.tries) == (SyncPhase.METERED, 0)
    assert status.cost_bytes > SMALL_BYTES
    one.ask()
    assert NoServer.tries == 1


@pytest.mark.parametrize(("visits", "metered"), [(3, True), (3_000, False)])
def test_little_or_a_free_link_asks_nobody(vault: Vault, runner, visits: int, metered: bool) -> None:
    write(vault, visits)
    runner(metered).saved()
    assert NoServer.tries == 1
