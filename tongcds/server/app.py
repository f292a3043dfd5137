"""Routes: read a bounded body, hand it to `ops` on a worker thread, turn what comes back into an answer."""

from __future__ import annotations

import functools
import json
import logging
import random
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tongcds.protocol.envelope import CONTENT_TYPE
from tongcds.protocol.messages import encode
from tongcds.server import courier, ops
from tongcds.server.database import BusyError
from tongcds.server.ops import Province
from tongcds.server.problems import Refusal

MAX_BODY = 1_000_000
MAX_ENROL = 4096
_WORKERS = 4
_WAITING = 60
_BODY_SECONDS = 300
_RETRY_SECONDS = (2, 10)
_NO_STORE = {"cache-control": "no-store"}
log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _Gate:
    """Lets so many requests work, so many wait, and sends the others away with a time to come back."""

    def __init__(self, workers: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(workers)
        self._free = workers + waiting

    async def run(self, work: Callable[[], Answer]) -> Answer:
        if self._free <= 0:
            raise _busy()
        self._free -= 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._free += 1


class Failures:
    """Counts failed attempts by address within a minute, so that codes cannot be tried one by one."""

    def __init__(self, *, allowed: int = 10, addresses: int = 10_000) -> None:
        self._allowed = allowed
        self._addresses = addresses
        self._at: dict[str, deque[int]] = {}

    def wait(self, address: str, now: int) -> int:
        """Seconds until the next attempt may be made; 0 when it may be made now."""
        at = self._at.get(address)
        while at and at[0] <= now - 60_000:
            at.popleft()
        if not at:
            self._at.pop(address, None)
            return 0
        return 0 if len(at) < self._allowed else max(1, (at[0] + 60_000 - now + 999) // 1000)

    def failed(self, address: str, now: int) -> None:
        """An attempt failed now."""
        if address not in self._at and len(self._at) >= self._addresses:
            self._at.pop(next(iter(self._at)))
        self._at.setdefault(address, deque()).append(now)


def _busy() -> Refusal:
    # Spread, so that those sent away together do not come back together.
    return Refusal("busy", retry_after=random.randint(*_RETRY_SECONDS))  # noqa: S311  not a secret


def make_app(province: Province) -> Starlette:
    """The server's ASGI application."""
    gate = _Gate(_WORKERS, _WAITING)
    failures = Failures()

    async def sync(request: Request) -> Response:
        sealed = await _body(request, MAX_BODY)
        return _answer(await gate.run(functools.partial(ops.sync, province, sealed)))

    async def incarnation(request: Request) -> Response:
        sealed = await _body(request, MAX_BODY)
        return _answer(encode(await gate.run(functools.partial(ops.incarnate, province, sealed))))

    async def enrol(request: Request) -> Response:
        address = request.client.host if request.client else ""
        wait = failures.wait(address, province.now())
        if wait:
            raise Refusal("rate_limited", retry_after=wait)
        body = await _body(request, MAX_ENROL)
        try:
            credentials = await gate.run(functools.partial(ops.enrol, province, body))
        except Refusal as refusal:
            if refusal.problem.code == "invitation_unknown":
                failures.failed(address, province.now())
            raise
        log.info("device enrolled", extra={"code": str(credentials.device)})
        return _answer(encode(credentials))

    async def carried(request: Request) -> Response:
        raw = await _body(request, courier.MAX_BUNDLE)
        return _answer(await gate.run(functools.partial(courier.carry, province, raw)))

    async def health(_: Request) -> Response:
        try:
            state = await anyio.to_thread.run_sync(ops.health, province)
        except (DBAPIError, PoolTimeoutError, BusyError):
            state = {"status": "no_database"}
        status = 200 if state["status"] == "ok" else 503
        return Response(json.dumps(state), status, _NO_STORE, media_type="application/json")

    return Starlette(
        routes=[
            Route("/api/v1/sync", sync, methods=["POST"]),
            Route("/api/v1/incarnation", incarnation, methods=["POST"]),
            Route("/api/v1/enrol", enrol, methods=["POST"]),
            Route("/api/v1/bundle", carried, methods=["POST"]),
            Route("/health", health, methods=["GET"]),
        ],
        exception_handlers={
            Refusal: _refused,
            BusyError: _was_busy,
            DBAPIError: _no_database,
            PoolTimeoutError: _was_busy,
            HTTPException: _not_routed,
            Exception: _failed,
        },
    )


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, or a refusal when it is too long or does not come."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > len(str(limit)) or int(declared) > limit:
        raise Refusal("too_big")
    pieces: list[bytes] = []
    size = 0
    try:
        with anyio.fail_after(_BODY_SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    raise Refusal("too_big")
                pieces.append(piece)
    except TimeoutError:
        raise Refusal("too_slow") from None
    except ClientDisconnect:
        raise Refusal("bad_envelope") from None
    return b"".join(pieces)


def _answer(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, {**_NO_STORE, "content-type": CONTENT_TYPE, **(headers or {})})


def _problem(refusal: Refusal) -> Response:
    wait = refusal.problem.retry_after
    return _answer(encode(refusal.problem), refusal.status, {"retry-after": str(wait)} if wait else None)


async def _refused(_: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal("internal")
    log.info("request refused", extra={"code": refusal.problem.code, "status": refusal.status})
    return _problem(refusal)


async def _was_busy(_: Request, error: Exception) -> Response:
    log.info("database busy", extra={"code": type(error).__name__})
    return _problem(_busy())


async def _no_database(_: Request, error: Exception) -> Response:
    """The database is gone, full or damaged: nothing was acknowledged, and the laptop tries again."""
    log.error("database failed", extra={"code": type(error).__name__})
    return _problem(_busy())


async def _not_routed(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _problem(Refusal("method_not_allowed" if status == 405 else "not_found"))  # noqa: PLR2004  the HTTP code


async def _failed(_: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return _problem(Refusal("internal"))
