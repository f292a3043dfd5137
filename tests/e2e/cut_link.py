"""A line to a server that is cut after so many bytes, again and again, and counts what it carried.

And a laptop that goes over it, with the patience of a person.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tongcds.actions import Core, syncing
from tongcds.errors import UnavailableError
from tongcds.sync.transport import Transport

_PIECE = 4096


@dataclass
class CutLink:
    """A relay. Each connection takes the next of `up_budgets` (bytes from the laptop); later ones are whole.

    `down_budgets` are the same for the other direction. `up` counts the laptop's bytes that were carried.
    """

    target: int
    up_budgets: Iterator[int] = field(default_factory=lambda: iter(()))
    down_budgets: Iterator[int] = field(default_factory=lambda: iter(()))
    up: int = 0
    down: int = 0
    cuts: int = 0
    folder: Path | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _open: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut_after(self, up: Iterable[int] = (), down: Iterable[int] = ()) -> None:
        """From now on connections are cut so; what was counted is forgotten."""
        self.up_budgets, self.down_budgets = iter(up), iter(down)
        self.up = self.down = self.cuts = 0

    def serve(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            self._open |= {near, far}
            budgets = next(self.up_budgets, None), next(self.down_budgets, None)
            thread = threading.Thread(target=self._connect, args=(near, far, *budgets))
            thread.start()
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]

    def _connect(self, near: socket.socket, far: socket.socket, up: int | None, down: int | None) -> None:
        """One connection, until both of its directions have ended."""
        back = threading.Thread(target=self._carry, args=(far, near, "down", down))
        back.start()
        self._carry(near, far, "up", up)
        back.join()
        for end in (near, far):
            self._open.discard(end)
            end.close()

    def _carry(self, source: socket.socket, sink: socket.socket, way: str, budget: int | None) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE if budget is None else min(_PIECE, max(1, budget))):
                sink.sendall(piece)
                setattr(self, way, getattr(self, way) + len(piece))
                if budget is not None:
                    budget -= len(piece)
                    if budget <= 0:
                        self.cuts += 1
                        break
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for end in list(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()


@contextmanager
def cut_link(target: int) -> Iterator[CutLink]:
    """A relay to the server at this port while the block runs."""
    made = CutLink(target)
    accepting = threading.Thread(target=made.serve)
    accepting.start()
    try:
        yield made
    finally:
        made.close()
        accepting.join()


def through(core: Core, link: CutLink) -> None:
    """From now on this laptop goes over the link."""
    core.connect = lambda _url: Transport(link.url)
    core.make_runner(lambda work: work())


def sync_until_done(core: Core, most: int = 60) -> int:
    """Exchange as a patient person does; how many tries it took."""
    for attempt in range(1, most + 1):
        try:
            outcome = syncing.sync_now(core)
        except UnavailableError:
            continue
        if not outcome.files.problem and not outcome.files.interrupted:
            return attempt
    raise AssertionError("it never ends")
