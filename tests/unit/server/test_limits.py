"""What strangers may cost: each limit holds, each is needed, and honest laptops beside them go on."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
import threading
from collections.abc import Iterator

import anyio
import pytest
import requests
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tests.unit.server.conftest import SECOND_VILLAGE, VILLAGE
from tests.unit.server.test_app import Answer, ask
from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import Problem, SyncAnswer, decode
from tongcds.server import app as routes
from tongcds.server import door, limits
from tongcds.server.limits import Limits, Rate, Room
from tongcds.server.serving import listen

HEAD = b"POST /api/v1/sync HTTP/1.1\r\nHost: x\r\n"
SOON = 0.2


@pytest.fixture
def bounds() -> Limits:
    return Limits()


@pytest.fixture
def app(small_world, bounds):
    return routes.make_app(small_world.province, bounds)


def run(app, *arguments, **how) -> Answer:
    return anyio.run(functools.partial(ask, app, *arguments, **how))


@contextlib.contextmanager
def serving(app, http: type) -> Iterator[int]:
    """The application behind a real port of this machine."""
    listening = listen("127.0.0.1", 0)
    listening.listen()
    config = uvicorn.Config(
        app,
        http=http,
        log_config=None,
        lifespan="off",
        ws="none",
        access_log=False,
        h11_max_incomplete_event_size=door.MOST_HEAD,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextlib.contextmanager
def connection(port: int, *, seconds: float = 30) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as made:
        yield made


def rest(made: socket.socket) -> bytes:
    """Everything that comes until the other side hangs up."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := made.recv(65536):
            found += piece
    return found


def test_whoever_never_finishes_a_head_is_hung_up_on(app, bounds):
    with serving(app, door.protocol(bounds, head_seconds=SOON)) as port:
        for said in (b"", b"P", HEAD):
            with connection(port) as made:
                made.sendall(said)
                assert rest(made) == b""
    assert bounds.refused["too_slow"] == 3


def test_without_that_limit_they_would_wait_for_ever(app):
    with serving(app, H11Protocol) as port, connection(port, seconds=5 * SOON) as made:
        made.sendall(HEAD)
        with pytest.raises(TimeoutError):
            made.recv(1)


def test_a_slow_body_and_a_connection_that_is_kept_are_not_a_slow_head(app, bounds):
    sent = HEAD + f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: 4\r\n\r\n".encode()
    with serving(app, door.protocol(bounds, head_seconds=SOON)) as port, connection(port) as honest:
        for _ in range(2):
            honest.sendall(sent + b"ab")
            with connection(port) as other:
                # Longer than a head may take.
                assert rest(other) == b""
            honest.sendall(b"cd")
            assert honest.recv(65536).startswith(b"HTTP/1.1 400")
    assert bounds.refused["bad_envelope"] == 2


BOMB = HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 200) for n in range(5_000)) + b"Content-Length: 0\r\n\r\n"


def test_a_head_without_end_is_not_read_to_its_end(app, bounds, logs):
    logs.expect("uvicorn.error", "Invalid HTTP request received.")
    with serving(app, door.protocol(bounds)) as port, connection(port) as made:
        with contextlib.suppress(ConnectionError):
            made.sendall(BOMB)
        assert b"bad_envelope" not in rest(made)
    assert (bounds.refused["bad_http"], bounds.refused["bad_envelope"]) == (1, 0)


def test_the_faster_parser_would_take_it(app, bounds):
    with serving(app, HttpToolsProtocol) as port, connection(port) as made:
        made.sendall(BOMB)
        assert b"bad_envelope" in made.recv(65536)


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", HEAD + b"Content-Length: x\r\n\r\n"]
)
def test_what_is_no_http_is_refused_and_counted(app, bounds, logs, said):
    logs.expect("uvicorn.error", "Invalid HTTP request received.")
    with serving(app, door.protocol(bounds, head_seconds=SOON)) as port, connection(port) as made:
        made.sendall(said + b"\r\n\r\n")
        assert rest(made).startswith(b"HTTP/1.1 400")
    assert bounds.refused["bad_http"] == 1


@pytest.mark.parametrize(("own", "refused"), [(frozenset(), 3), (door.OWN, 0)])
def test_one_address_holds_only_so_many_connections(app, bounds, monkeypatch, own, refused):
    monkeypatch.setattr(door, "OWN", own)
    with serving(app, door.protocol(bounds)) as port, contextlib.ExitStack() as stack:
        for _ in range(limits.CONNECTIONS_OF_ONE):
            stack.enter_context(connection(port))
        for _ in range(3):
            with connection(port) as made:
                made.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert (rest(made) == b"") == bool(refused)
    assert bounds.refused["too_many_connections"] == refused


def test_a_body_in_pieces_that_does_not_end_is_cut_off(app, bounds):
    with serving(app, door.protocol(bounds)) as port:

        def pieces():
            while True:
                yield bytes(65536)

        with contextlib.suppress(requests.ConnectionError):
            answer = requests.post(f"http://127.0.0.1:{port}/api/v1/sync", data=pieces(), timeout=60)
            assert answer.status_code in {413, 415}
    assert bounds.refused["too_big"] == 1


def test_another_kind_of_body_is_not_read(app):
    for headers in (
        {"content-type": "application/json"},
        {"content-type": "text/plain"},
        {"content-type": CONTENT_TYPE, "content-encoding": "gzip"},
    ):
        answer = run(app, "POST", "/api/v1/sync", b"x", headers=headers)
        assert (answer.status, answer.problem.code) == (415, "bad_content_type")
    assert run(app, "POST", "/api/v1/sync", b"x", headers={"content-type": CONTENT_TYPE}).status == 400


def test_no_answer_leads_elsewhere(app):
    for path in ("/api/v1/sync/", "//api/v1/sync", "/api/v1/sync%00", "/health/", "/api/../health"):
        assert (run(app, "POST", path, b"x").status, path) == (404, path)


def test_an_address_that_sends_rubbish_has_to_wait_and_others_do_not(small_world, app, bounds):
    laptop = small_world.laptop(VILLAGE)
    codes = [run(app, "POST", "/api/v1/sync", b"x").problem.code for _ in range(limits.GARBAGE_A_MINUTE + 5)]
    assert set(codes[:-5]) == {"bad_envelope"}
    assert set(codes[-5:]) == {"rate_limited"}
    assert run(app, "POST", "/api/v1/bundle", b"x").headers["retry-after"] == "60"
    with serving(app, door.protocol(bounds)) as port:
        # Another address: the laptop's exchange is answered.
        answer = requests.post(
            f"http://127.0.0.1:{port}/api/v1/sync",
            data=laptop.sealed(laptop.request()),
            headers={"Content-Type": CONTENT_TYPE},
            timeout=60,
        )
    assert answer.status_code == 200
    small_world.clock.advance(seconds=61)
    assert run(app, "POST", "/api/v1/sync", b"x").problem.code == "bad_envelope"


def test_what_a_laptop_signed_does_not_count_against_its_address(small_world, app):
    laptop = small_world.laptop(VILLAGE)
    for _ in range(limits.GARBAGE_A_MINUTE + 5):
        assert run(app, "POST", "/api/v1/sync", laptop.sealed(b"rubbish")).problem.code == "bad_message"


def test_lines_that_break_do_not_count_against_the_address_that_many_laptops_share(app):
    half = bytes(40)
    for _ in range(limits.GARBAGE_A_MINUTE + 5):
        run(app, "POST", "/api/v1/sync", half, leave=True)
    assert run(app, "POST", "/api/v1/sync", b"x").problem.code == "bad_envelope"


def test_one_laptop_asks_only_so_often_and_only_its_own_asking_counts(small_world, app, bounds):
    bounds.laptops = Rate(allowed=5)
    loud, other = small_world.laptop(VILLAGE), small_world.laptop(SECOND_VILLAGE, "Hà Văn Thu")
    forged = bytearray(other.sealed(other.request()))
    forged[-1] ^= 1
    for _ in range(8):
        assert run(app, "POST", "/api/v1/sync", bytes(forged)).problem.code == "bad_signature"
    ends = [run(app, "POST", "/api/v1/sync", loud.sealed(loud.request())) for _ in range(6)]
    assert [end.status for end in ends] == [200] * 5 + [429]
    assert decode(Problem, ends[-1].body).retry_after == 60
    assert decode(SyncAnswer, run(app, "POST", "/api/v1/sync", other.sealed(other.request())).body)


def test_bodies_share_the_memory_that_there_is(app, bounds):
    bounds.room = Room(300_000)
    answer = run(app, "POST", "/api/v1/bundle", *[bytes(100_000)] * 4)
    assert (answer.status, answer.problem.code) == (503, "busy")
    assert bounds.room.left == 300_000
    assert run(app, "POST", "/api/v1/bundle", *[bytes(100_000)] * 3).problem.code == "bundle_foreign"
    assert bounds.room.left == 300_000


def test_what_was_refused_is_told_by_its_code(app):
    run(app, "POST", "/api/v1/sync", b"x")
    run(app, "POST", "/api/v1/sync", b"y")
    run(app, "GET", "/api/v1/sync")
    run(app, "POST", "/elsewhere")
    answer = run(app, "GET", "/health")
    assert json.loads(answer.body)["refused"] == {"bad_envelope": 2, "method_not_allowed": 1, "not_found": 1}


def test_a_clock_that_was_set_back_locks_nobody_out():
    rate = Rate(allowed=1)
    rate.count("10.0.0.1", 1_000_000_000)
    assert rate.wait("10.0.0.1", 1_000_000_000) == 60
    assert rate.wait("10.0.0.1", 900_000_000) == 0
