"""The server process: bind, tell that it is ready, serve until told to stop."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import uvicorn

from tongcds import memory
from tongcds.i18n import _
from tongcds.server.ahead import Ahead
from tongcds.server.app import make_app
from tongcds.server.door import MOST_HEAD, protocol
from tongcds.server.limits import CONNECTIONS, Limits
from tongcds.server.ops import Province
from tongcds.server.tidy import daily

_KEEP_ALIVE_SECONDS = 75
_STOP_SECONDS = 10
_BACKLOG = 2048
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Tells when the first request would be answered."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End by returning, so that what was opened is put away; uvicorn would raise the signal again."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address; port 0 takes any free one.

    Raises:
        OSError: the address cannot be had.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket) -> str:
    """The address of a server that listens there."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    province: Province, listening: socket.socket, *, ready_json: bool, aside: dict[str, object] | None = None
) -> None:
    """Serve until SIGINT or SIGTERM; requests that are under way are finished first.

    Args:
        province: what is served.
        listening: from `listen`; closed at the end.
        ready_json: print one line of JSON once requests are answered, instead of a sentence.
        aside: more to say in that line.
    """
    url, port = address_of(listening), listening.getsockname()[1]

    def ready() -> None:
        memory.keep_for_good()
        log.info("serving", extra={"port": port})
        if ready_json:
            line = {"ready": True, "url": url, "port": port, "pid": os.getpid(), **(aside or {})}
            print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201  whoever started us waits for it
        else:
            print(_("Serving on {url}").format(url=url), flush=True)  # noqa: T201  as above

    limits = Limits()
    with listening, daily(province), Ahead(province.database) as ahead:
        config = uvicorn.Config(
            make_app(replace(province, ahead=ahead), limits),
            http=protocol(limits),
            h11_max_incomplete_event_size=MOST_HEAD,
            limit_concurrency=CONNECTIONS,
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=True,
            ws="none",
            lifespan="off",
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        _Server(config, ready).run(sockets=[listening])
