"""Every way a network fails, against a real server on this machine."""

from __future__ import annotations

import gzip
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import Problem, encode
from tongcds.sync import transport
from tongcds.sync.transport import ServerProblemError, Transport

SIGN_IN = "<html><body>Đăng nhập Wi-Fi</body></html>".encode()


@contextmanager
def answering(
    status: int, body: bytes, headers: dict[str, str], *, promised: int | None = None
) -> Iterator[str]:
    """A server that gives everybody the same answer; `promised` bytes may be more than it sends."""
    seen: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) if promised is None else promised))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_request_says_no_more_of_itself_than_it_must() -> None:
    heads: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heads.extend(self.headers.keys())
            self.send_response_only(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        transport = Transport(f"http://127.0.0.1:{server.server_port}")
        transport.post("/api/v1/sync", b"hello")
        transport.close()
        thread.join()
    assert heads == ["Host", "Content-Type", "Content-Length"]


def refusal(url: str) -> Exception:
    way = Transport(url)
    try:
        way.post("/api/v1/sync", b"hello")
    except (TongcdsError, ServerProblemError) as problem:
        return problem
    finally:
        way.close()
    pytest.fail("the answer was believed")


def test_an_answer_of_the_server_comes_back_and_is_counted() -> None:
    with answering(200, b"answer", {"Content-Type": CONTENT_TYPE}) as url:
        way = Transport(url)
        assert way.post("/api/v1/sync", b"hello") == b"answer"
        way.close()
    assert (way.traffic.sent, way.traffic.received) == (5, 6)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"Content-Type": "text/html; charset=utf-8"}),
        (302, {"Location": "http://127.0.0.1:1/login", "Content-Type": "text/html"}),
        (511, {"Content-Type": "text/html", "Location": "/"}),
    ],
)
def test_a_sign_in_page_is_not_taken_for_the_server(status: int, headers: dict[str, str]) -> None:
    with answering(status, SIGN_IN, headers) as url:
        problem = refusal(url)
    assert isinstance(problem, UnavailableError)
    assert problem.code == ("captive_portal" if status < 500 else "server_unreachable")


def test_no_server_is_a_state_and_not_a_crash() -> None:
    problem = refusal("http://127.0.0.1:9")
    assert isinstance(problem, UnavailableError)
    assert problem.code == "server_unreachable"


def test_an_answer_that_is_cut_is_not_believed() -> None:
    with answering(200, b"half", {"Content-Type": CONTENT_TYPE}, promised=100) as url:
        assert refusal(url).args == ("server_unreachable",)


def test_a_used_invitation_is_told_to_the_person() -> None:
    with answering(409, encode(Problem("invitation_used")), {"Content-Type": CONTENT_TYPE}) as url:
        problem = refusal(url)
    assert isinstance(problem, UserError)
    assert problem.code == "invitation_used"


def test_a_busy_server_says_when_to_come_back() -> None:
    with answering(503, encode(Problem("busy", retry_after=7)), {"Content-Type": CONTENT_TYPE}) as url:
        problem = refusal(url)
    assert isinstance(problem, UnavailableError)
    assert problem.params == {"retry_after": 7}


def test_any_other_problem_is_left_to_the_exchange() -> None:
    with answering(409, encode(Problem("replayed", expected_n=9)), {"Content-Type": CONTENT_TYPE}) as url:
        problem = refusal(url)
    assert isinstance(problem, ServerProblemError)
    assert problem.problem.expected_n == 9


def test_an_answer_that_would_unfold_on_the_way_in_is_not_read() -> None:
    bomb = gzip.compress(bytes(20_000_000))
    headers = {"Content-Type": CONTENT_TYPE, "Content-Encoding": "gzip"}
    with answering(200, bomb, headers) as url:
        assert refusal(url).args == ("server_unreachable",)


def test_a_head_without_end_is_not_read_to_its_end() -> None:
    headers = {"Content-Type": CONTENT_TYPE} | {f"X-{n}": "y" * 200 for n in range(5_000)}
    with answering(200, b"answer", headers) as url:
        assert refusal(url).args == ("server_unreachable",)


def test_an_answer_that_is_too_long_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_MOST_BYTES", 100_000)
    with answering(200, bytes(200_000), {"Content-Type": CONTENT_TYPE}) as url:
        assert refusal(url).args == ("server_unreachable",)
    monkeypatch.setattr(transport, "_MOST_BYTES", 200_000)
    with answering(200, bytes(200_000), {"Content-Type": CONTENT_TYPE}) as url:
        way = Transport(url)
        assert len(way.post("/api/v1/sync", b"hello")) == 200_000
        way.close()


@pytest.mark.parametrize(("seconds", "believed"), [(1, True), (1_000, False)])
def test_an_answer_that_only_drips_is_given_up(
    monkeypatch: pytest.MonkeyPatch, seconds: int, believed: bool
) -> None:
    ticks = itertools.count(step=seconds)
    monkeypatch.setattr(transport, "monotonic", lambda: next(ticks))
    with answering(200, bytes(1_000), {"Content-Type": CONTENT_TYPE}) as url:
        if believed:
            way = Transport(url)
            assert len(way.post("/api/v1/sync", b"hello")) == 1_000
            way.close()
        else:
            assert refusal(url).args == ("server_unreachable",)


def test_a_cookie_of_whoever_stands_between_is_not_kept() -> None:
    headers = {"Content-Type": CONTENT_TYPE, "Set-Cookie": "guest=1; Path=/"}
    with answering(200, b"answer", headers) as url:
        way = Transport(url)
        way.post("/api/v1/sync", b"hello")
        assert way._session is not None
        assert len(way._session.cookies) == 0
        way.close()


def test_a_redirection_is_not_followed() -> None:
    with answering(200, b"answer", {"Content-Type": CONTENT_TYPE}) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            headers = {"Location": f"{elsewhere}/api/v1/sync", "Content-Type": "text/plain"}
            with answering(status, b"", headers) as url:
                assert refusal(url).args == ("captive_portal",)
