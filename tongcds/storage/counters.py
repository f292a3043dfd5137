"""The vault's connections for counting: one always, a second beside it where two see the same picture."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from tongcds import memory
from tongcds.storage.door import Door, reader

# Counting goes through whole tables once: pages that were read are not read again soon.
_CACHE_KIB: Final = 4 * 1024


def maker(path: Path, key: bytes) -> Callable[[], Door]:
    """Makes doors for counting in a vault."""
    return partial(reader, path, key, _CACHE_KIB)


class Counters:
    """Doors for what takes a second, so that no list waits for it; their memory goes back afterwards."""

    def __init__(self, writing: Door, make: Callable[[], Door] | None) -> None:
        """Without `make` there is one connection for everything, the writing one."""
        self._writing, self._make = writing, make
        self._first = writing if make is None else make()
        self._second: Door | None = None  # Made when it is first asked for: it is no part of starting.

    @contextmanager
    def one(self) -> Iterator[Connection]:
        """A consistent picture of the vault, for one at a time."""
        with self._first.opened() as connection:
            yield connection
        _give_back([self._first])

    @contextmanager
    def together(self) -> Iterator[Sequence[Connection]]:
        """Two connections that see the same picture; one where somebody writes at this very moment.

        Nobody waits for anybody: what is written once both have begun, neither sees.
        """
        with contextlib.ExitStack() as users:
            connections = [users.enter_context(self._first.opened())]
            doors = [self._first]
            with self._writing.still() as nobody_writes:
                if nobody_writes and self._make is not None:
                    second = self._second = self._second or self._make()
                    doors.append(second)
                    connections.append(users.enter_context(second.opened()))
                for connection in connections:
                    # A transaction's picture is the one of its first reading.
                    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
            yield connections
        _give_back(doors)

    def close(self) -> None:
        """End the connections that are its own."""
        for door in (self._first, self._second):
            if door is not None and door is not self._writing:
                door.close()
        self._make = None


def _give_back(doors: Sequence[Door]) -> None:
    for door in doors:
        with door.outside() as raw:
            raw.execute("PRAGMA shrink_memory")
    memory.give_back()
