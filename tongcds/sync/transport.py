"""HTTP to the province's server: bounded answers, and every way a network fails as an error code.

Whatever stands between (a hotel's sign-in page, a proxy's error) is recognised by its content type and never
believed. What the bodies mean is `sync.exchange`'s.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.attachments import PROBLEM_HEADER
from tongcds.protocol.attachments import VERSION as TUS
from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import VERSION, Problem, ProtocolError, decode

if TYPE_CHECKING:
    import requests

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_MOST_BYTES = 32 * 1024 * 1024
_PIECE = 64 * 1024
_SLOWEST = 250  # bytes a second: whoever drips more slowly only keeps us waiting

# Problem codes of the server, as the errors that a person reads. Anything else is `server_refused`.
_USER_CODES = frozenset(
    {
        "invitation_unknown",
        "invitation_used",
        "invitation_expired",
        "invitation_withdrawn",
        "protocol_unsupported",
    }
)
_BUSY = frozenset({"busy", "server_busy", "rate_limited"})


class ServerProblemError(Exception):
    """The server refused with a problem that the exchange itself deals with."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(slots=True)
class Traffic:
    """Bytes of bodies in both directions."""

    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What our server answered; `headers` by any case of their names."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Outgoing(Protocol):
    """A body that is read while it is sent."""

    def __len__(self) -> int:
        """Bytes of the whole body."""

    def __iter__(self) -> Iterator[bytes]:
        """The body in pieces."""

    def read(self, size: int = ..., /) -> bytes:
        """The next bytes."""


@dataclass(slots=True)
class Transport:
    """A way to one server. Not for several threads at once."""

    url: str
    traffic: Traffic = field(default_factory=Traffic)
    _session: requests.Session | None = None

    def post(self, path: str, body: bytes) -> bytes:
        """Send `body` and return the answer's body.

        Raises:
            UnavailableError: server_unreachable, captive_portal, server_busy (with `retry_after` seconds).
            UserError: a refusal that the person can act on.
            ServerProblemError: a refusal that the exchange deals with.
        """
        session, failure = self._open()
        try:
            with session.post(
                self.url.rstrip("/") + path,
                data=body,
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            ) as answer:
                self.traffic.sent += len(body)
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
                if kind != CONTENT_TYPE:
                    raise UnavailableError(_stranger(answer.status_code, kind))
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    # Nobody asked for that: unpacked on the way in, it would be as large as it likes.
                    raise UnavailableError("server_unreachable")
                content = _read(answer)
                self.traffic.received += len(content)
                if answer.ok:
                    return content
        except failure:
            raise UnavailableError("server_unreachable") from None
        raise _refusal(content)

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Outgoing | None = None,
        *,
        sink: Callable[[Reply, bytes], None] | None = None,
    ) -> Reply:
        """A request about an attachment; with `sink` a good answer's content goes there, piece by piece.

        Raises:
            UnavailableError: server_unreachable, captive_portal, server_busy.
            ServerProblemError: a refusal.
        """
        session, failure = self._open()
        try:
            with session.request(
                method,
                self.url.rstrip("/") + path,
                data=body,
                headers={"Content-Type": None, **headers},
                stream=True,
                allow_redirects=False,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            ) as answer:
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
                if answer.headers.get("Tus-Resumable") != TUS and kind != CONTENT_TYPE:
                    raise UnavailableError(_stranger(answer.status_code, kind))
                self.traffic.sent += 0 if body is None else len(body)
                reply = Reply(answer.status_code, answer.headers, b"")
                if answer.ok and sink is not None:
                    for piece in answer.iter_content(_PIECE):
                        self.traffic.received += len(piece)
                        sink(reply, piece)
                    return reply
                content = _read(answer)
        except failure:
            raise UnavailableError("server_unreachable") from None
        if answer.ok:
            return Reply(answer.status_code, answer.headers, content)
        raise _refusal(content or _in_header(answer.headers))

    def close(self) -> None:
        """Let the connection go."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _open(self) -> tuple[requests.Session, type[Exception]]:
        """The session, and what it raises when the network fails."""
        # A hundred modules that a laptop without a network never needs, and no other one at its start.
        import requests  # noqa: PLC0415

        if self._session is None:
            self._session = requests.Session()
            self._dress(self._session)
        return self._session, requests.RequestException

    @staticmethod
    def _dress(session: requests.Session) -> None:
        from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415 - as in `_open`

        from urllib3.util import SKIP_HEADER  # noqa: PLC0415 - as in `_open`

        # Every byte counts on a weak link: who asks stands in the envelope, and what our server answers
        # is compressed already. Where something between compresses all the same, it is undone here.
        session.headers.clear()
        # A sign-in page's cookies are nothing to bring to the server, nor back to the page.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.headers.update(
            {"Content-Type": CONTENT_TYPE, "Accept-Encoding": SKIP_HEADER, "User-Agent": SKIP_HEADER}
        )


def _stranger(status: int, kind: str) -> str:
    """Who answered, when it was not our server: a page to sign in on, or something broken on the way."""
    redirected = 300 <= status < 400  # noqa: PLR2004  the class of redirections
    page = kind in {"text/html", "application/xhtml+xml"} and status < 500  # noqa: PLR2004  a page, not an error
    return "captive_portal" if redirected or page else "server_unreachable"


def _read(answer: requests.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    until = monotonic() + _READ_SECONDS
    for piece in answer.iter_content(_PIECE):
        size += len(piece)
        if size > _MOST_BYTES or monotonic() > until + size / _SLOWEST:
            raise UnavailableError("server_unreachable")
        pieces.append(piece)
    return b"".join(pieces)


def _in_header(headers: Mapping[str, str]) -> bytes:
    """The problem of an answer that may have no content."""
    try:
        return base64.b64decode(headers.get(PROBLEM_HEADER, ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refusal(content: bytes) -> Exception:
    try:
        problem = decode(Problem, content)
    except ProtocolError:
        return UnavailableError("server_unreachable")
    if problem.code == "unknown_type" or (problem.versions and max(problem.versions) < VERSION):
        # This program is newer than the server: the server has to be updated, nothing here is lost.
        return UserError("server_outdated")
    if problem.code in _USER_CODES:
        return UserError(problem.code)
    if problem.code in _BUSY:
        return UnavailableError("server_busy", retry_after=problem.retry_after)
    return ServerProblemError(problem)
