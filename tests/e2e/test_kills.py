"""Killing either side at any moment and syncing again gives the same state: nothing lost, nothing twice."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from tests.e2e import province as provinces
from tests.e2e.province import COMMUNE, SAMPLE, SECONDS, VILLAGES, Laptop, Province, cheaply
from tests.meta.rules import ROOT
from tongcds.actions import importing
from tongcds.records import all_types
from tongcds.server.database import Database, sqlite_url

ROUNDS = int(os.environ.get("KILL_ROUNDS", "40"))
SEED = int(os.environ.get("KILL_SEED", "20261123"))


@dataclass
class Child:
    """A process of the nursery, and the pipe on which it says what it does."""

    nursery: Nursery
    pid: int
    pipe: int
    said: str = ""

    def hear(self, until: str, seconds: float = SECONDS) -> bool:
        """Listen until it says that line; False when the time is over or it has ended before."""
        end = time.monotonic() + seconds
        while until not in self.lines():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.pipe], [], [], left)[0]:
                return False
            piece = os.read(self.pipe, 4096)
            if not piece:
                return until in self.lines()
            self.said += piece.decode()
        return True

    def lines(self) -> list[str]:
        """What it said so far, whole lines only."""
        return self.said.split("\n")[:-1]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> int:
        """Wait until it has ended, and hear the rest; its exit code, negative for a signal."""
        code = self.nursery.ask(do="reap", pid=self.pid)
        self.hear("\0")
        os.close(self.pipe)
        return code


class Nursery:
    """The process that forks servers and laptops."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **wish: object) -> int:
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(self, kind: str, **how: object) -> Child:
        self._count += 1
        path = self._folder / f"pipe-{self._count}"
        os.mkfifo(path)
        pid = self.ask(do="fork", kind=kind, pipe=str(path), **how)
        return Child(self, pid, os.open(path, os.O_RDONLY))

    def serve(self, province: Province) -> Child:
        child = self.start("serve", folder=str(province.folder), port=province.port)
        end = time.monotonic() + SECONDS
        while '"ready": true' not in child.said:
            assert time.monotonic() < end
            child.hear("\0", 0.05)
        return child

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(SECONDS)
        self._process.stdout.close()


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(tmp_path)
    yield made
    made.close()


@dataclass
class Place:
    """A province that is not served yet, a team and a commune whose register has not left the commune."""

    province: Province
    team: Laptop
    commune: Laptop


@pytest.fixture(scope="module")
def prepared(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where every test begins; to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    province = Province(folder / "server", provinces.free_port())
    shutil.copytree(founded, province.folder)
    province.start()
    laptops = {}
    with pytest.MonkeyPatch.context() as patch:
        cheaply(patch)
        for role, unit, name in (("team", VILLAGES[0], "Lò Thị Ngân"), ("commune", COMMUNE, "Cà Thị Hương")):
            file = folder / f"{role}.tcds"
            province.invite(unit, name, file, url=province.url)
            laptops[role] = Laptop(folder / role)
            core = laptops[role].enrolled(file, name)
            core.runner.exchange_now()
            if role == "commune":
                importing.apply_import(core, importing.prepare_import(core, SAMPLE))
            core.close()
    province.stop()
    return Place(province, laptops["team"], laptops["commune"])


@pytest.fixture
def place(prepared: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    cheaply(monkeypatch)
    for part in ("server", "team", "commune"):
        shutil.copytree(prepared.province.folder.parent / part, tmp_path / part)
    return Place(
        Province(tmp_path / "server", prepared.province.port),
        Laptop(tmp_path / "team"),
        Laptop(tmp_path / "commune"),
    )


SERVERS_OWN = {"number", "editor"}
"""Columns by which the server remembers what it has to send to whom."""

Rows = dict[tuple[str, bytes], dict[str, object]]


def rows(connection: Connection, areas: set[bytes] | None = None) -> Rows:
    """Every record of the areas as it stands, with who wrote which field when."""
    found: Rows = {}
    for record in all_types():
        for row in connection.execute(record.table.select()).mappings():
            if areas is None or row["area"] in areas:
                values = {k: v for k, v in row.items() if k not in SERVERS_OWN}
                found[record.name, row["id"]] = values
    return found


def differences(one: Rows, other: Rows) -> list[str]:
    """What is on one side only, or not the same on both."""
    found = [f"only one side has a {name}" for name, _id in one.keys() ^ other.keys()]
    for key in one.keys() & other.keys():
        found += [f"{key[0]}.{field}" for field, value in one[key].items() if other[key][field] != value]
    return found


def on_laptop(laptop: Laptop, areas: set[bytes] | None = None) -> Rows:
    core = laptop.opened()
    try:
        with core.vault.read() as connection:
            return rows(connection, areas)
    finally:
        core.close()


def on_server(province: Province, areas: set[bytes]) -> Rows:
    database = Database(sqlite_url(province.folder / "province.sqlite"))
    try:
        with database.read() as connection:
            return rows(connection, areas)
    finally:
        database.close()


def villages_of(everything: Rows) -> set[bytes]:
    return {record_id for name, record_id in everything if name == "village"}


def calm(nursery: Nursery, place: Place) -> None:
    """Both sync, undisturbed, until each has what the other had."""
    server = nursery.serve(place.province)
    try:
        for laptop in (place.commune, place.team, place.commune, place.team):
            child = nursery.start("work", profile=str(laptop.profile), seed=0, visits_to_log=0)
            assert child.end() == 0, child.said
    finally:
        server.kill()
        server.end()


def everywhere(place: Place) -> tuple[Rows, Rows, Rows, Rows]:
    """The team's village on team, commune and server, and the commune's villages on commune and server."""
    team = on_laptop(place.team)
    commune = on_laptop(place.commune)
    server = on_server(place.province, villages_of(commune))
    (own,) = villages_of(team)
    return (
        {k: v for k, v in team.items() if v["area"] == own},
        {k: v for k, v in commune.items() if v["area"] == own},
        {k: v for k, v in commune.items() if v["area"] in villages_of(commune)},
        server,
    )


def test_killing_either_side_at_any_moment_gives_the_same_state(nursery, place, capsys):
    random = Random(SEED)
    saved: list[str] = []
    victims: Counter[str] = Counter()
    unclear, typical = 0, 0.5
    server = nursery.serve(place.province)
    for number in range(ROUNDS):
        laptop = random.choice((place.team, place.commune))
        victim = random.choice(("laptop", "laptop", "server", "nobody"))
        begun = nursery.start(
            "work",
            profile=str(laptop.profile),
            seed=random.randrange(1 << 30),
            visits_to_log=random.randrange(4),
            slowly=True,
        )
        assert begun.hear("open"), begun.said
        # From the first save to the last answer, as long as that took the last time that nobody was killed.
        since = time.monotonic()
        over = begun.hear("done", SECONDS if victim == "nobody" else random.random() * typical)
        if victim == "nobody":
            typical = time.monotonic() - since
        if victim == "server":
            server.kill()
            server.end()
            server = nursery.serve(place.province)
        elif victim == "laptop":
            begun.kill()
        ended = begun.end()
        assert ended in {0, 4, -signal.SIGKILL}, (number, ended, begun.said)
        ids = [line for line in begun.lines() if len(line) == 32]
        saved += ids
        unclear += ended == -signal.SIGKILL
        victims[f"{victim}{' after the end' if over and victim != 'nobody' else ''}"] += 1
    server.kill()
    server.end()
    calm(nursery, place)
    with capsys.disabled():
        sys.stdout.write(f"\nseed {SEED}, {ROUNDS} rounds: {dict(victims)}, {len(saved)} visits saved\n")

    team, commune_own, commune, server_rows = everywhere(place)
    assert differences(team, commune_own) == []
    assert differences(commune, server_rows) == []
    visits = {record_id.hex() for name, record_id in server_rows if name == "visit"}
    assert set(saved) <= visits, "a visit that was said to be saved is gone"
    assert len(visits) <= len(saved) + unclear, "a visit is there that nobody logged"
    assert Counter(name for name, _ in server_rows)["support"] == 2 * len(visits)
    assert Counter(name for name, _ in server_rows)["person"] == 606
    assert all(r["deleted"] == 0 for (name, _), r in server_rows.items() if name != "conflict")


def test_the_comparison_notices_a_row_that_is_missing_and_a_field_that_differs(nursery, place):
    calm(nursery, place)
    team, commune_own, commune, server_rows = everywhere(place)
    assert differences(team, commune_own) == differences(commune, server_rows) == []
    assert len(team) == 152
    assert len(commune) == 764
    file = place.province.folder / "province.sqlite"
    with provinces.database(file) as connection:
        connection.execute("DELETE FROM person WHERE id = (SELECT id FROM person LIMIT 1)")
        connection.execute("UPDATE household SET note = 'x' WHERE id = (SELECT id FROM household LIMIT 1)")
    spoilt = everywhere(place)
    assert differences(spoilt[2], spoilt[3]) == ["only one side has a person", "household.note"]


def test_a_laptop_that_believed_without_a_receipt_is_found_out_and_put_right(nursery, place):
    """The protection switched off: what was sent to nobody counts as received, and the server lacks it."""
    calm(nursery, place)
    child = nursery.start("work", profile=str(place.team.profile), seed=1, visits_to_log=2, careless=True)
    assert child.end() == 4, child.said
    team, _, _, server = everywhere(place)
    assert team.keys() - server.keys()
    calm(nursery, place)
    team, commune_own, _commune, _server = everywhere(place)
    assert differences(team, commune_own) == []


def test_killing_an_import_leaves_all_of_it_or_nothing(nursery, place):
    """150 households in one transaction: whenever the laptop dies, there are 150 or none."""
    team = place.team
    random = Random(SEED)
    seen = set()
    before = place.team.profile.with_name("before")
    shutil.copytree(team.profile, before)
    for number in range(8):
        shutil.rmtree(team.profile)
        shutil.copytree(before, team.profile)
        child = nursery.start("import", profile=str(team.profile), file=str(SAMPLE))
        assert child.hear("open")
        if number:
            child.hear("done 32", random.random() * 0.6)
            child.kill()
        child.end()
        seen.add(len([1 for name, _ in on_laptop(team) if name == "household"]))
    assert seen <= {0, 32}
    assert 32 in seen
