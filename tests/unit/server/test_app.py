"""The routes: what is bounded, and how a refusal looks from outside."""

from __future__ import annotations

import contextlib
import functools
import threading

import anyio
import pytest
from msgspec import structs
from sqlalchemy.exc import OperationalError

from tests.unit.server.conftest import VILLAGE
from tongcds.protocol.behind import ITEM, BehindAnswer, BehindRequest
from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import VERSION, Problem, decode, encode
from tongcds.server import app as routes
from tongcds.server import ops
from tongcds.server.database import BusyError
from tongcds.server.problems import Refusal


class Answer:
    """What an ASGI application answered."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def send(self, message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")

    @property
    def problem(self) -> Problem:
        assert self.headers["content-type"] == CONTENT_TYPE
        return decode(Problem, self.body)


async def ask(
    app, method: str, path: str, *pieces: bytes, headers: dict[str, str] | None = None, leave=False
) -> Answer:
    """One request in pieces; `leave` hangs up instead of sending the last one."""
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append(
        {"type": "http.disconnect"} if leave else {"type": "http.request", "body": b"", "more_body": False}
    )
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "client": ("10.0.0.9", 5),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
    }  # fmt: skip

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    answer = Answer()
    await app(scope, receive, answer.send)
    return answer


@pytest.fixture
def app(small_world):
    return routes.make_app(small_world.province)


def run(app, *arguments, **how) -> Answer:
    return anyio.run(functools.partial(ask, app, *arguments, **how))


def test_an_exchange_goes_through_and_says_nothing_unneeded(small_world, app):
    laptop = small_world.laptop(VILLAGE)
    sealed = laptop.sealed(laptop.request())
    answer = run(app, "POST", "/api/v1/sync", sealed[:10], sealed[10:])
    assert answer.status == 200
    assert answer.headers.keys() == {"cache-control", "content-type", "content-length"}
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == ("no-store", CONTENT_TYPE)


def test_a_laptop_is_told_what_is_behind_a_figure_of_its_own_village(small_world, app):
    laptop = small_world.laptop(VILLAGE)
    household = laptop.household(laptop.me.unit_id)
    laptop.observe(household, "fibre", True, on="2026-11-02")
    laptop.sync()
    days = ("2026-11-01", "2026-11-30")
    asked = encode(BehindRequest(VERSION, "XHS04", laptop.me.unit_id, *days, 0, bytes(4)))
    answer = run(app, "POST", "/api/v1/behind", laptop.sealed(asked))
    assert answer.status == 200
    told = decode(BehindAnswer, answer.body)
    assert (told.known, told.numerator, told.denominator, len(told.items) // ITEM) == (True, 1, 1, 2)
    assert household in {one.id for one in told.held}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"indicator": "XHS99"}, "bad_message"), ({"bits": 63}, "bad_message"), ({"sums": b"x"}, "bad_message"),
     ({"first": "2026-13-01"}, "bad_message"), ({"last": "2020-01-01"}, "bad_message")],
)  # fmt: skip
def test_a_question_about_a_figure_that_makes_no_sense_is_refused(small_world, app, change, code):
    laptop = small_world.laptop(VILLAGE)
    days = ("2026-11-01", "2026-11-30")
    asked = BehindRequest(VERSION, "XHS04", laptop.me.unit_id, *days, 0, bytes(4))
    body = laptop.sealed(encode(structs.replace(asked, **change)))
    assert run(app, "POST", "/api/v1/behind", body).problem.code == code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/sync", 405, "method_not_allowed"),
        ("PUT", "/api/v1/enrol", 405, "method_not_allowed"),
        ("POST", "/api/v2/sync", 404, "not_found"),
        ("POST", "/", 404, "not_found"),
        ("POST", "/api/v1/sync", 400, "bad_envelope"),
        ("POST", "/api/v1/enrol", 400, "bad_message"),
    ],
)
def test_a_refusal_is_a_problem_document(app, method, path, status, code):
    answer = run(app, method, path)
    assert (answer.status, answer.problem.code) == (status, code)
    assert answer.headers["cache-control"] == "no-store"


def test_a_body_that_is_too_long_is_not_read(app):
    for length in (str(routes.MAX_BODY + 1), "9" * 30, "-1", "x"):
        answer = run(app, "POST", "/api/v1/sync", b"x", headers={"content-length": length})
        assert (answer.status, answer.problem.code) == (413, "too_big")
    pieces = [bytes(100_000)] * 11
    assert run(app, "POST", "/api/v1/sync", *pieces).problem.code == "too_big"
    assert run(app, "POST", "/api/v1/sync", *pieces[:10]).problem.code == "bad_envelope"
    assert run(app, "POST", "/api/v1/enrol", bytes(5000)).problem.code == "too_big"


def test_a_laptop_that_hangs_up_halfway_changes_nothing(small_world, app):
    laptop = small_world.laptop(VILLAGE)
    laptop.household(laptop.me.unit_id)
    sealed = laptop.sealed(laptop.request())
    assert run(app, "POST", "/api/v1/sync", sealed[:-1], leave=True).status == 503
    assert small_world.post("/api/v1/sync", sealed)


def test_a_body_that_does_not_come_is_given_up(app, monkeypatch):
    monkeypatch.setattr(routes, "_BODY_SECONDS", 0.05)

    async def never():
        await anyio.Event().wait()

    async def slow():
        answer = Answer()
        scope = {"type": "http", "method": "POST", "path": "/api/v1/sync", "headers": [], "query_string": b""}
        await app(scope, never, answer.send)
        return answer

    assert anyio.run(slow).problem.code == "too_slow"


def test_whoever_guesses_codes_is_made_to_wait(small_world, app):
    from tongcds.protocol.messages import EnrolRequest, encode

    body = encode(EnrolRequest(1, "K7QM-3F9T-XW2P", b"k" * 32, 1, 0))
    codes = [run(app, "POST", "/api/v1/enrol", body).problem.code for _ in range(11)]
    assert codes == ["invitation_unknown"] * 10 + ["rate_limited"]
    answer = run(app, "POST", "/api/v1/enrol", body)
    assert answer.status == 429
    assert answer.headers["retry-after"] == str(answer.problem.retry_after) == "60"


def test_too_many_at_once_are_sent_away_with_a_time_to_come_back():
    release = threading.Event()

    async def crowd():
        gate = routes._Gate(workers=1, waiting=1)
        ends: list[object] = []

        async def one():
            try:
                ends.append(await gate.run(release.wait))
            except Refusal as refusal:
                ends.append((refusal.status, 2 <= refusal.problem.retry_after <= 10))
                release.set()

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one)
        assert await gate.run(lambda: "again") == "again"
        return ends

    assert anyio.run(crowd) == [(503, True), True, True]


@pytest.mark.parametrize("error", [BusyError(), OperationalError("x", {}, Exception("disk is full"))])
def test_a_database_in_trouble_is_a_time_to_come_back(app, monkeypatch, logs, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(ops, "sync", fail)
    answer = run(app, "POST", "/api/v1/sync", b"x")
    assert (answer.status, answer.problem.code) == (503, "busy")
    assert answer.headers["retry-after"] == str(answer.problem.retry_after)
    if not isinstance(error, BusyError):
        logs.expect("tongcds.server.app", "database failed")


def test_our_own_mistake_is_told_apart(app, monkeypatch, logs):
    def fail(*_, **__):
        raise KeyError("Lò Thị Ngân")

    monkeypatch.setattr(ops, "sync", fail)
    logs.expect("tongcds.server.app", "request failed")

    async def asking():
        answer = Answer()
        with contextlib.suppress(KeyError):
            await ask_into(app, answer)
        return answer

    answer = anyio.run(asking)
    assert (answer.status, answer.problem.code) == (500, "internal")
    assert b"Ng" not in answer.body


async def ask_into(app, answer: Answer) -> None:
    async def receive():
        return {"type": "http.request", "body": b"x", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/api/v1/sync", "headers": [], "query_string": b""}
    await app(scope, receive, answer.send)


def test_health_says_whether_the_database_answers(small_world, app, tmp_path):
    import json

    answer = run(app, "GET", "/health")
    assert (answer.status, json.loads(answer.body)["status"]) == (200, "ok")
    small_world.province.database.close()
    for file in tmp_path.glob("province.sqlite*"):
        file.unlink()
    answer = run(app, "GET", "/health")
    assert (answer.status, json.loads(answer.body)["status"]) == (503, "no_database")
