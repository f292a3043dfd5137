"""Routes: read a bounded body, hand it to `ops` on a worker thread, turn what comes back into an answer."""

from __future__ import annotations

import functools
import io
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
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
from tongcds.protocol.messages import Credentials, decode, encode
from tongcds.server import behind, courier, ops, registration, tus
from tongcds.server.database import BusyError
from tongcds.server.limits import Limits
from tongcds.server.ops import Province
from tongcds.server.problems import Refusal

MAX_BODY = 1_000_000
MAX_ENROL = 4096
_WORKERS = 4
_WAITING = 60
_BODY_SECONDS = 300
_RETRY_SECONDS = (2, 10)
_SIGNED = "signed"
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


def _busy() -> Refusal:
    # Spread, so that those sent away together do not come back together.
    return Refusal("busy", retry_after=random.randint(*_RETRY_SECONDS))  # noqa: S311  not a secret


class _Endpoints:
    """What each path does, for one server."""

    def __init__(self, province: Province, limits: Limits) -> None:
        self._province = province
        self._limits = limits
        self._gate = _Gate(_WORKERS, _WAITING)
        # What is inside a bundle takes as much memory again, so one is opened at a time.
        self._bundles = anyio.CapacityLimiter(1)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do work on a thread, when it is its turn."""
        return await self._gate.run(work)

    async def sync(self, request: Request) -> Response:
        async with _body(request, MAX_BODY, self._limits) as sealed:
            work = functools.partial(ops.sync, self._province, sealed, admit=self.admitting(request))
            return _answer(await self._gate.run(work))

    async def incarnation(self, request: Request) -> Response:
        async with _body(request, MAX_BODY, self._limits) as sealed:
            work = functools.partial(ops.incarnate, self._province, sealed, admit=self.admitting(request))
            return _answer(encode(await self._gate.run(work)))

    async def compare(self, request: Request) -> Response:
        async with _body(request, MAX_BODY, self._limits) as sealed:
            work = functools.partial(ops.compare, self._province, sealed, admit=self.admitting(request))
            return _answer(encode(await self._gate.run(work)))

    async def behind(self, request: Request) -> Response:
        async with _body(request, MAX_BODY, self._limits) as sealed:
            work = functools.partial(behind.answer, self._province, sealed, admit=self.admitting(request))
            return _answer(encode(await self._gate.run(work)))

    async def enrol(self, request: Request) -> Response:
        address, now = _address(request), self._province.now()
        wait = self._limits.codes.wait(address, now)
        if wait:
            raise Refusal("rate_limited", retry_after=wait)
        try:
            async with _body(request, MAX_ENROL, self._limits) as body:
                registered = await self._gate.run(functools.partial(ops.enrol, self._province, body))
        except Refusal as refusal:
            if refusal.problem.code == "invitation_unknown":
                self._limits.codes.count(address, now)
            raise
        device = decode(Credentials, registered.credentials).device
        log.info("device enrolled", extra={"code": str(device)})
        return _answer(encode(registered))

    async def register(self, request: Request) -> Response:
        async with _body(request, MAX_BODY, self._limits) as sealed:
            work = functools.partial(registration.register, self._province, sealed)
            answer, _ = await self._gate.run(work)
            return _answer(encode(answer))

    async def bundle(self, request: Request) -> Response:
        async with _body(request, courier.MAX_BUNDLE, self._limits) as raw:
            work = functools.partial(courier.carry, self._province, raw)
            async with self._bundles:
                return _answer(await self._gate.run(work))

    async def health(self, _: Request) -> Response:
        try:
            state = await anyio.to_thread.run_sync(ops.health, self._province)
        except (DBAPIError, PoolTimeoutError, BusyError):
            state = {"status": "no_database"}
        state["refused"] = dict(sorted(self._limits.refused.items()))
        status = 200 if state["status"] == "ok" else 503
        return Response(json.dumps(state), status, _NO_STORE, media_type="application/json")

    def bounded(self, work: _Endpoint) -> _Endpoint:
        """Send an address away from which too much came that nobody signed, before anything is read."""

        async def endpoint(request: Request) -> Response:
            address, now = _address(request), self._province.now()
            wait = self._limits.garbage.wait(address, now)
            if wait:
                raise Refusal("rate_limited", retry_after=wait)
            try:
                return await work(request)
            except Refusal as refusal:
                if refusal.status < 500 and not getattr(request.state, _SIGNED, False):  # noqa: PLR2004  not ours
                    self._limits.garbage.count(address, now)
                raise

        return endpoint

    def admitting(self, request: Request) -> Callable[[int], None]:
        """Lets one more request in of a laptop that proved who it is, or not for now."""

        def admit(device: int) -> None:
            setattr(request.state, _SIGNED, True)
            who, now = str(device), self._province.now()
            wait = self._limits.laptops.wait(who, now)
            if wait:
                raise Refusal("rate_limited", retry_after=wait)
            self._limits.laptops.count(who, now)

        return admit


_Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(province: Province, limits: Limits | None = None) -> Starlette:
    """The server's ASGI application."""
    bounds = limits or Limits()
    does = _Endpoints(province, bounds)

    def counted(answer: Callable[[Limits, Exception], Response]) -> Callable[..., Awaitable[Response]]:
        async def handler(_: Request, error: Exception) -> Response:
            return answer(bounds, error)

        return handler

    app = Starlette(
        routes=[
            *(
                Route(f"/api/v1/{work.__name__}", does.bounded(work), methods=["POST"])
                for work in (
                    does.sync,
                    does.compare,
                    does.behind,
                    does.incarnation,
                    does.enrol,
                    does.register,
                    does.bundle,
                )
            ),
            Route("/health", does.health, methods=["GET"]),
            *tus.routes(province, tus.Doors(does.run, does.bounded, does.admitting)),
        ],
        exception_handlers={
            Refusal: counted(_refused),
            BusyError: counted(_was_busy),
            DBAPIError: counted(_no_database),
            PoolTimeoutError: counted(_was_busy),
            HTTPException: counted(_not_routed),
            Exception: counted(_failed),
        },
    )
    # A redirect would be one more answer to think about; nobody of ours asks for a path that is not there.
    app.router.redirect_slashes = False
    return app


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@asynccontextmanager
async def _body(request: Request, limit: int, bounds: Limits) -> AsyncIterator[bytes]:
    """The whole body, or a refusal when it is too long, of another kind or does not come."""
    # Nothing but our own program sends this type: a page in somebody's browser is not allowed to.
    kind = request.headers.get("content-type", CONTENT_TYPE)
    if kind != CONTENT_TYPE or "content-encoding" in request.headers:
        raise Refusal("bad_content_type")
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > len(str(limit)) or int(declared) > limit:
        raise Refusal("too_big")
    whole = io.BytesIO()
    with bounds.room.share() as share:
        try:
            with anyio.fail_after(_BODY_SECONDS):
                async for piece in request.stream():
                    if share.held + len(piece) > limit:
                        raise Refusal("too_big")
                    if not share.take(len(piece)):
                        raise _busy()
                    whole.write(piece)
        except TimeoutError:
            raise Refusal("too_slow") from None
        except ClientDisconnect:
            # Nobody reads this. A line that broke is no garbage: a hundred laptops may share one address.
            raise _busy() from None
        # The buffer itself, not a second one beside it.
        yield whole.getvalue()


def _answer(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status, {**_NO_STORE, "content-type": CONTENT_TYPE, **(headers or {})})


def _problem(refusal: Refusal) -> Response:
    wait = refusal.problem.retry_after
    headers = refusal.headers | ({"retry-after": str(wait)} if wait else {})
    return _answer(encode(refusal.problem), refusal.status, headers)


def _refused(bounds: Limits, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal("internal")
    code = refusal.problem.code
    bounds.refused[code] += 1
    if code != "rate_limited":
        # Those only count: a storm is not to wash everything else out of the log.
        log.info("request refused", extra={"code": code, "status": refusal.status})
    return _problem(refusal)


def _was_busy(bounds: Limits, error: Exception) -> Response:
    bounds.refused["busy"] += 1
    log.info("database busy", extra={"code": type(error).__name__})
    return _problem(_busy())


def _no_database(bounds: Limits, error: Exception) -> Response:
    """The database is gone, full or damaged: nothing was acknowledged, and the laptop tries again."""
    bounds.refused["busy"] += 1
    log.error("database failed", extra={"code": type(error).__name__})
    return _problem(_busy())


def _not_routed(bounds: Limits, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    code = "method_not_allowed" if status == 405 else "not_found"  # noqa: PLR2004  the HTTP code
    bounds.refused[code] += 1
    return _problem(Refusal(code))


def _failed(bounds: Limits, error: Exception) -> Response:
    bounds.refused["internal"] += 1
    log.error("request failed", exc_info=error)
    return _problem(Refusal("internal"))
