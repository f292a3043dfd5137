"""Connections: how long one may take to say what it wants, how large that may be, how many there may be.

uvicorn waits for ever for the head of a request, and its faster parser takes heads of any size. What is asked
once the head is there: `server.app`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from tongcds.server.limits import CONNECTIONS_OF_ONE, Limits

HEAD_SECONDS: Final = 30
"""From the first byte, or from the beginning of the connection, to the end of a request's head."""
MOST_HEAD: Final = 16 * 1024
"""Bytes of a request's head; ours has two hundred."""
OWN: Final = frozenset({"127.0.0.1", "::1"})


class Impatient(H11Protocol):
    """Hangs up on whoever opens connections and says nothing, or never comes to the point."""

    limits: ClassVar[Limits]
    head_seconds: ClassVar[float]
    connected: ClassVar[Counter[str]]

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401  uvicorn's
        super().__init__(*args, **named)
        self._giving_up: asyncio.TimerHandle | None = None
        self._from = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected."""
        super().connection_made(transport)
        self._from = self.client[0] if self.client else ""
        self.connected[self._from] += 1
        if self.connected[self._from] > CONNECTIONS_OF_ONE and self._from not in OWN:
            self.limits.refused["too_many_connections"] += 1
            transport.abort()
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        """A part of a request came."""
        super().data_received(data)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif not self.transport.is_closing():
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody hung up, they or we."""
        self._stop_waiting()
        self.connected[self._from] -= 1
        if not self.connected[self._from]:
            del self.connected[self._from]
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, or a head without end."""
        self.limits.refused["bad_http"] += 1
        super().send_400_response(msg)

    def _wait(self) -> None:
        if self._giving_up is None:
            self._giving_up = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _give_up(self) -> None:
        self.limits.refused["too_slow"] += 1
        self.transport.abort()


def protocol(limits: Limits, *, head_seconds: float = HEAD_SECONDS) -> type[Impatient]:
    """The protocol of one server with these limits."""
    own = {"limits": limits, "head_seconds": head_seconds, "connected": Counter[str]()}
    return type("Bounded", (Impatient,), own)
