"""A weak link on this machine: a TCP relay with a bandwidth, a delay and breaks, which counts every byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue
from random import Random
from time import monotonic
from typing import Final

_PIECE: Final = 512
_FAST_PIECE: Final = 65_536
_SLEEPER: Final = threading.Event()


@dataclass(frozen=True, slots=True)
class Weather:
    """How a link is: bits a second up and down, seconds of a round trip, mean seconds between breaks.

    A round trip takes up to `jitter` seconds more or less; what was sent first still arrives first.
    """

    up: float
    down: float
    round_trip: float
    breaks_every: float = 0.0
    dark_for: float = 3.0
    jitter: float = 0.0


@dataclass(slots=True)
class Relay:
    """A relay to one server; `url` is where laptops go."""

    target: int
    weather: Weather | None
    seed: int
    up: int = 0
    down: int = 0
    port: int = 0
    _dark_until: float = 0.0
    _open: list[socket.socket] = field(default_factory=list)
    _closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address of this side."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listening: socket.socket) -> None:
        """Accept until the relay is closed."""
        while not self._closing.is_set():
            try:
                near, _address = listening.accept()
            except OSError:
                return
            if monotonic() < self._dark_until:
                near.close()
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def break_now_and_then(self) -> None:
        """Cut every connection at random moments, and let nobody in for a while."""
        weather = self.weather
        if weather is None or not weather.breaks_every:
            return
        chance = Random(self.seed)  # noqa: S311  weather, not a secret
        while not self._closing.wait(chance.expovariate(1 / weather.breaks_every)):
            self._dark_until = monotonic() + weather.dark_for
            self.cut()

    def cut(self) -> None:
        """End every connection at once, as a link does that is gone."""
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def close(self) -> None:
        """No more connections."""
        self._closing.set()
        self.cut()

    def _carry(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self.target))
        self._open += [near, far]
        if self.weather is not None:
            # Setting up a connection costs a round trip before the first byte.
            _SLEEPER.wait(self.weather.round_trip)
        back = threading.Thread(target=self._pump, args=(far, near, "down"), daemon=True)
        back.start()
        self._pump(near, far, "up")
        back.join()

    def _pump(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        """Carry one direction: each piece takes its time on the line, then half a round trip to arrive."""
        arriving: Queue[tuple[float, bytes] | None] = Queue()
        threading.Thread(target=self._arrive, args=(arriving, sink, way), daemon=True).start()
        weather = self.weather
        speed = 0.0 if weather is None else (weather.up if way == "up" else weather.down) / 8
        line_free = due = monotonic()
        chance = Random(f"{self.seed} {way}")  # noqa: S311  weather, not a secret
        while True:
            try:
                piece = source.recv(_PIECE if speed else _FAST_PIECE)
            except OSError:
                break
            if not piece:
                break
            if weather is None or not speed:
                arriving.put((0.0, piece))
                continue
            line_free = max(line_free, monotonic()) + len(piece) / speed
            _SLEEPER.wait(max(0.0, line_free - monotonic()))
            late = weather.round_trip + chance.uniform(-weather.jitter, weather.jitter)
            due = max(due, line_free + late / 2)
            arriving.put((due, piece))
        arriving.put(None)

    def _arrive(self, arriving: Queue[tuple[float, bytes] | None], sink: socket.socket, way: str) -> None:
        while (item := arriving.get()) is not None:
            due, piece = item
            _SLEEPER.wait(max(0.0, due - monotonic()) if due else 0.0)
            try:
                sink.sendall(piece)
            except OSError:
                return
            if way == "up":
                self.up += len(piece)
            else:
                self.down += len(piece)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(target: int, weather: Weather | None, *, seed: int = 1) -> Iterator[Relay]:
    """A relay to the server at port `target`, closed at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    made = Relay(target, weather, seed, port=listening.getsockname()[1])
    threads = [
        threading.Thread(target=made.serve, args=(listening,), daemon=True),
        threading.Thread(target=made.break_now_and_then, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.close()
        listening.close()
