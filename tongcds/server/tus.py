"""The routes of attachments: tus 1.0.0 with creation, expiration and checksum, and GET to fetch a file.

Headers in, headers out; who may what is `attachments`. Every request but OPTIONS is signed
(`protocol.attachments`). What arrives of a body is kept also when the line breaks, so that nothing is sent
twice.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Final, Protocol, TypeVar

import anyio
import anyio.to_thread
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tongcds.domain.attachments import HASH_BYTES, MAX_BYTES
from tongcds.protocol import attachments as signing
from tongcds.protocol.messages import ProtocolError, encode
from tongcds.protocol.sealed import PIECE
from tongcds.server import attachments
from tongcds.server.attachment_files import Coming, GrownError
from tongcds.server.attachments import Asker, Upload
from tongcds.server.ops import Province
from tongcds.server.problems import Refusal

Answer = TypeVar("Answer")
Endpoint = Callable[[Request], Awaitable[Response]]

_BODY_SECONDS: Final = 300
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_FROM: Final = re.compile(r"bytes=([0-9]{1,15})-")
_ADDRESS: Final = re.compile(rf"[0-9a-f]{{{2 * HASH_BYTES}}}")
_ALGORITHMS: Final = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
_ALWAYS: Final = {"tus-resumable": signing.VERSION, "cache-control": "no-store"}
_ABOUT: Final = {
    "tus-version": signing.VERSION,
    "tus-extension": "creation,expiration,checksum",
    "tus-max-size": str(MAX_BYTES),
    "tus-checksum-algorithm": ",".join(_ALGORITHMS),
}


class Run(Protocol):
    """Does work on a thread, when it is its turn."""

    async def __call__(self, work: Callable[[], Answer], /) -> Answer:
        """Answer what the work answers."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What all routes of the server share.

    `run` does work on a thread; `bounded` sends strangers away who ask too much; `admitting` lets in, for a
    request, a laptop that proved who it is.
    """

    run: Run
    bounded: Callable[[Endpoint], Endpoint]
    admitting: Callable[[Request], Callable[[int], None]]


def routes(province: Province, doors: Doors) -> list[Route]:
    """The routes of attachments."""
    server = _Tus(province, doors)

    def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
        return Route(path, _telling(doors.bounded(endpoint)), methods=list(methods))

    return [
        route(signing.PATH, server.all_files, "OPTIONS", "POST"),
        route(signing.PATH + "/{address}", server.one_file, "OPTIONS", "HEAD", "GET", "PATCH", "POST"),
    ]


def _telling(endpoint: Endpoint) -> Endpoint:
    """Give refusals the headers that every answer of this protocol has."""

    async def told(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            refusal.headers |= _ALWAYS
            problem = base64.b64encode(encode(refusal.problem)).decode("ascii")
            refusal.headers[signing.PROBLEM_HEADER.lower()] = problem
            if refusal.problem.code == "tus_version":
                refusal.headers["tus-version"] = signing.VERSION
            raise

    return told


class _Tus:
    """The endpoints of one province."""

    def __init__(self, province: Province, doors: Doors) -> None:
        self._province = province
        self._doors = doors
        self._run = doors.run

    async def all_files(self, request: Request) -> Response:
        """OPTIONS, and POST to announce a file."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_ALWAYS | _ABOUT)
        _check_version(request)
        who = await self._signed(request, "POST", signing.PATH)
        size = _number(request, "upload-length")
        try:
            said = signing.announced(request.headers.get("upload-metadata", ""))
        except ProtocolError as problem:
            raise Refusal(problem.code) from None
        upload = await self._run(functools.partial(attachments.create, self._province, who, said, size))
        headers = {**_about(upload), "location": signing.address(said.digest)}
        sweep = functools.partial(attachments.sweep_if_due, self._province)
        return Response(
            status_code=201, headers=headers, background=BackgroundTask(anyio.to_thread.run_sync, sweep)
        )

    async def one_file(self, request: Request) -> Response:
        """HEAD, PATCH and GET of one file."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_ALWAYS | _ABOUT)
        # Some proxies let only GET and POST through.
        method = request.headers.get("x-http-method-override", request.method).upper()
        address = request.path_params["address"]
        if method not in {"HEAD", "GET", "PATCH"}:
            raise Refusal("method_not_allowed")
        if method != "GET":
            _check_version(request)
        if _ADDRESS.fullmatch(address) is None:
            raise Refusal("not_found")
        digest = bytes.fromhex(address)
        who = await self._signed(request, method, signing.address(digest))
        if method == "HEAD":
            upload = await self._run(functools.partial(attachments.state, self._province, who, digest))
            return Response(status_code=200, headers=_about(upload) | {"upload-length": str(upload.size)})
        if method == "GET":
            return await self._fetch(request, who, digest)
        return await self._take(request, who, digest)

    async def _signed(self, request: Request, method: str, path: str) -> Asker:
        try:
            sealed = signing.envelope_of(
                request.headers.get("authorization", ""), method, path, request.headers
            )
        except ProtocolError as problem:
            raise Refusal(problem.code) from None
        admit = self._doors.admitting(request)
        return await self._run(functools.partial(attachments.asker, self._province, sealed, admit=admit))

    async def _fetch(self, request: Request, who: Asker, digest: bytes) -> Response:
        wanted = _FROM.fullmatch(request.headers.get("range", ""))
        start = int(wanted[1]) if wanted else 0
        size, pieces = await self._run(
            functools.partial(attachments.content, self._province, who, digest, start)
        )
        headers = {
            **_ALWAYS,
            "content-type": signing.CONTENT_TYPE,
            "content-length": str(size - start),
            "accept-ranges": "bytes",
        }
        if wanted:
            headers["content-range"] = f"bytes {start}-{size - 1}/{size}"
        return StreamingResponse(pieces, 206 if wanted else 200, headers)

    async def _take(self, request: Request, who: Asker, digest: bytes) -> Response:
        """PATCH: add the body to the file, and give the file its name when it is whole."""
        if request.headers.get("content-type", "") != signing.PIECE_TYPE:
            raise Refusal("bad_content_type")
        offset = _number(request, "upload-offset")
        expected = _checksum(request)
        province = self._province
        upload = await self._run(functools.partial(attachments.state, province, who, digest))
        if offset != upload.offset:
            raise Refusal("offset_conflict")
        room = upload.size - offset
        if _number(request, "content-length", "0") > room:
            raise Refusal("too_big")
        if room:
            await self._receive(request, who, upload, expected)
        return Response(status_code=204, headers=_about(await self._after(who, digest)))

    async def _after(self, who: Asker, digest: bytes) -> Upload:
        """How far the file is now; one that is whole gets its name."""
        province = self._province

        def work() -> Upload:
            upload = attachments.state(province, who, digest)
            if upload.expires is not None and upload.offset == upload.size:
                attachments.finish(province, who, digest)
                upload = attachments.state(province, who, digest)
            return upload

        return await self._run(work)

    async def _receive(
        self, request: Request, who: Asker, upload: Upload, expected: tuple[str, bytes] | None
    ) -> None:
        files, offset = self._province.files, upload.offset
        if files is None:
            raise Refusal("not_found")
        try:
            with files.sending(who.device, upload.digest, self._province.now()) as coming:
                if coming.size != offset:
                    raise Refusal("offset_conflict")
                seen = hashlib.new(expected[0], usedforsecurity=False) if expected else None
                whole = await self._pour(request, coming, upload.size - offset, seen)
                if whole and expected is not None and seen is not None and seen.digest() != expected[1]:
                    coming.cut(offset)
                    raise Refusal("checksum_mismatch")
                await anyio.to_thread.run_sync(coming.sync)
        except GrownError:
            raise Refusal("offset_conflict") from None
        except OSError:
            # No room: what was there before is there still.
            raise Refusal("busy", retry_after=60) from None

    # Any: hashlib's objects have no public type.
    async def _pour(self, request: Request, coming: Coming, room: int, seen: Any) -> bool:  # noqa: ANN401
        """Write what comes; whether the whole body came."""
        waiting = bytearray()

        async def put(least: int) -> None:
            while len(waiting) > least:
                piece = bytes(waiting[:PIECE])
                del waiting[:PIECE]
                await self._run(functools.partial(coming.add, piece))

        whole = False
        try:
            with anyio.fail_after(_BODY_SECONDS):
                async for piece in request.stream():
                    room -= len(piece)
                    if room < 0:
                        raise Refusal("too_big")
                    if seen is not None:
                        seen.update(piece)
                    waiting += piece
                    await put(PIECE - 1)
            whole = True
        except (TimeoutError, ClientDisconnect):
            pass
        await put(0)
        return whole


def _about(upload: Upload) -> dict[str, str]:
    headers = {**_ALWAYS, "upload-offset": str(upload.offset)}
    if upload.expires is not None:
        headers["upload-expires"] = formatdate(upload.expires / 1000, usegmt=True)
    return headers


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != signing.VERSION:
        raise Refusal("tus_version")


def _number(request: Request, name: str, default: str = "") -> int:
    value = request.headers.get(name, default)
    if _NUMBER.fullmatch(value) is None:
        raise Refusal("bad_upload")
    return int(value)


def _checksum(request: Request) -> tuple[str, bytes] | None:
    """Algorithm and value of Upload-Checksum, None without one."""
    header = request.headers.get("upload-checksum", "")
    if not header:
        return None
    algorithm, _space, value = header.partition(" ")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("bad_upload") from None
    if algorithm not in _ALGORITHMS:
        raise Refusal("bad_upload")
    return algorithm, expected
