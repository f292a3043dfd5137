"""The server as its own process: over HTTP, broken into, killed, and going on."""

from __future__ import annotations

import http.client
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter

import pytest
import requests
from sqlalchemy import func, select

from tests.e2e import server_process
from tests.faults.amounts import chance, times
from tests.unit.server import hostile
from tests.unit.server.laptop import Laptop
from tests.unit.server.postgresql import running_cluster
from tongcds.clock import system_clock
from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import Problem, decode
from tongcds.records import record_type
from tongcds.replica import digest
from tongcds.server.folder import open_folder

VILLAGE, COMMUNE = "04123-01", "04123"
FLAT_BYTES = 48 << 20
"""What a server may grow by while it refuses: caches fill, and allocators keep what they once had."""


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body[:80])
        self.problem = decode(Problem, body)


def now() -> int:
    return int(system_clock().timestamp() * 1000)


@contextmanager
def posting(port: int) -> Iterator:
    """A way to send bodies over one connection, as a laptop would; it keeps what was answered last."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(path: str, body: bytes) -> bytes:
        headers = {"Content-Type": CONTENT_TYPE}
        if post.forwarded:
            headers["X-Forwarded-For"] = post.forwarded
        connection.request("POST", path, body, headers)
        with connection.getresponse() as answer:
            content = answer.read()
            post.headers = dict(answer.getheaders())
            assert answer.getheader("Content-Type") == CONTENT_TYPE
            if answer.status != 200:
                raise Refused(answer.status, content)
            return content

    post.forwarded = ""
    try:
        yield post
    finally:
        connection.close()


@contextmanager
def laptop_of(folder, unit: str, name: str, post) -> Iterator[Laptop]:
    laptop = Laptop(post, now)
    laptop.enrol(str(server_process.invite(folder, unit, name)["code"]))
    try:
        yield laptop
    finally:
        laptop.close()


def resident(process: int) -> int:
    """Bytes of memory that a process holds now."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmRSS"))


def rows_on_server(folder, type_name: str) -> int:
    province = open_folder(folder, now=now)
    with province.database.read() as connection:
        count = connection.execute(
            select(func.count()).select_from(record_type(type_name).table)
        ).scalar_one()
    province.database.close()
    return count


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "server"
    server_process.found(place)
    return place


def test_a_visit_goes_from_the_team_to_the_commune_over_http(folder):
    with server_process.running(folder) as server, posting(server.port) as post:
        assert requests.get(f"{server.url}/health", timeout=60).json()["status"] == "ok"
        with laptop_of(folder, VILLAGE, "Lò Thị Ngân", post) as team:
            household = team.household(team.me.unit_id)
            team.sync()
            assert {name.lower() for name in post.headers} == {
                "content-type",
                "content-length",
                "cache-control",
            }
            with laptop_of(folder, COMMUNE, "Cà Thị Hương", post) as commune:
                commune.sync()
                assert [row["id"] for row in commune.rows("household")] == [household]
        assert server.stop() == 0
    log = "".join(file.read_text(encoding="utf-8") for file in (folder / "log").iterdir())
    assert "device enrolled code=2" in log
    assert "Ngân" not in log


def test_a_thousand_broken_requests_do_not_harm_it_and_are_counted(folder):
    random = Random(20261123)
    ends: Counter[str] = Counter()
    with server_process.running(folder) as server, posting(server.port) as post:
        with laptop_of(folder, VILLAGE, "Lò Thị Ngân", post) as laptop:
            for _ in range(4):
                laptop.observe(laptop.household(laptop.me.unit_id), "fibre", True, on="2026-11-01")
            make = hostile.cases(laptop, random)
            for _ in range(1000):
                # A proxy on this machine says where each request comes from: from everywhere.
                post.forwarded = f"10.0.{random.randrange(256)}.{random.randrange(256)}"
                try:
                    post("/api/v1/sync", make())
                    ends["200"] += 1
                except Refused as refused:
                    ends[refused.args[0]] += 1
        assert set(ends) <= {"200", 400, 401, 409, 429}, ends
        assert all(ends[kind] > 20 for kind in ("200", 400, 401)), ends
        found = server_process.command("status", "--data", folder, "--url", server.url)
        assert sum(found["refused"].values()) == 1000 - ends["200"]
        assert {"bad_envelope", "bad_signature", "bad_chunk"} <= found["refused"].keys()
        assert sum(found["set_aside"].values()) > 0
        with laptop_of(folder, COMMUNE, "Cà Thị Hương", post) as commune:
            assert commune.sync().digest
    assert server_process.command("status", "--data", folder)["refused"] is None


def test_e9_no_broken_request_at_any_door_is_an_error_of_the_server_or_costs_memory_for_good(folder):
    random = chance("e9")
    ends: Counter[int] = Counter()
    took: list[float] = []
    with server_process.running(folder) as server, posting(server.port) as post:
        with laptop_of(folder, VILLAGE, "Lò Thị Ngân", post) as laptop:
            for _ in range(4):
                laptop.observe(laptop.household(laptop.me.unit_id), "fibre", True, on="2026-11-01")
            make = hostile.at_every_door(laptop, random)
            amount, warm = times(3_000, 100_000), 0
            for turn in range(amount):
                post.forwarded = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
                path, body = make()
                began = perf_counter()
                try:
                    post(path, body)
                    ends[200] += 1
                except Refused as refused:
                    ends[refused.args[0]] += 1
                took.append(perf_counter() - began)
                if turn == amount // 3:
                    warm = resident(server.process.pid)
        grown = resident(server.process.pid) - warm
        assert max(ends) < 500, ends
        assert grown < FLAT_BYTES, grown
        with laptop_of(folder, COMMUNE, "Cà Thị Hương", post) as commune:
            assert commune.sync().digest
    sys.stdout.write(f"p99 {sorted(took)[len(took) * 99 // 100] * 1000:.1f} ms, {ends}, +{grown >> 10} KB\n")


def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(folder):
    random = Random(5)
    households, kills = 0, 0
    server = server_process.start(folder)
    port = server.port
    with posting(port) as first:
        team = Laptop(first, now)
        team.enrol(str(server_process.invite(folder, VILLAGE)["code"]))
    try:
        while kills < 6:
            for _ in range(20):
                team.household(team.me.unit_id)
                households += 1
            shot = threading.Timer(random.uniform(0, 0.12), server.process.kill)
            shot.start()
            try:
                with posting(port) as post:
                    team.post = post
                    for _ in range(40):
                        team.exchange(writes=random.randint(1, 6))
            except (OSError, http.client.HTTPException):
                kills += 1
            shot.join()
            server.kill()
            server = server_process.start(folder, port=port)
        with posting(port) as post:
            team.post = post
            answer = team.sync()
    finally:
        server.stop()
    assert answer.receipt.watermark == 2 * households
    assert not any(given.outcomes for given in team.answers)
    assert (rows_on_server(folder, "household"), rows_on_server(folder, "person")) == (households, households)
    whole = [entry.area for entry in team.entries if entry.mode != "figures"]
    province = open_folder(folder, now=now)
    with province.database.read() as connection:
        assert digest(connection, whole) == digest(team.connection, whole)
    province.database.close()
    team.close()


def test_it_serves_from_postgresql_too(tmp_path, logs):
    logs.expect("tongcds.server.cli", "the log of the database may hold what records say")
    with running_cluster() as cluster:
        place = tmp_path / "server"
        server_process.found(place, database=cluster.address(cluster.create()))
        server = server_process.start(place)
        with posting(server.port) as post, laptop_of(place, VILLAGE, "Lò Thị Ngân", post) as team:
            team.exchange()
            server.kill()
            team.household(team.me.unit_id)
            with pytest.raises((OSError, http.client.HTTPException)):
                team.sync()
        with server_process.running(place, port=server.port) as reborn, posting(reborn.port) as post:
            again = team_again(team, post)
            assert again.sync().receipt.watermark == 2
            again.close()
        assert rows_on_server(place, "household") == 1


def team_again(team: Laptop, post) -> Laptop:
    """The same laptop after a restart of its own, with what it has not sent."""
    again = Laptop(post, now, key=team.key, prefix=team.prefix, counter=team.counter)
    again.me, again.scope, again.entries = team.me, team.me.scope, team.me.entries
    again.begin()
    again.household(again.me.unit_id)
    return again


def test_the_demo_is_a_server_with_three_invitations(tmp_path):
    with server_process.running(tmp_path / "demo", subcommand="demo") as server, posting(server.port) as post:
        guests = {guest["role"]: guest for guest in server.ready["invitations"]}
        assert guests["team"]["name"] == "Lò Thị Ngân"
        assert {guest["url"] for guest in guests.values()} == {server.url}
        counts = {}
        for role, guest in guests.items():
            laptop = Laptop(post, now)
            laptop.enrol(guest["code"])
            while laptop.exchange(limit=5000).more:
                pass
            counts[role] = {
                name: len(laptop.rows(name)) for name in ("village", "household", "person", "figure")
            }
            laptop.close()
    assert counts["team"]["household"] == 148
    assert counts["team"]["person"] > 450
    assert counts["commune"]["village"] == 25
    assert counts["commune"]["household"] > 400
    assert (counts["area"]["household"], counts["area"]["person"]) == (0, 0)
    assert counts["area"]["figure"] > 12 * 4 * 40
