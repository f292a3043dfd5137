"""Pages for laptops: read, packed, and the next one made ahead while a laptop takes in the one before.

A page follows from what the laptop names and from the sums of the areas. As long as these are the same, so is
the page: one that was made ahead is given only then.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Self

from sqlalchemy import Connection

from tongcds.protocol.chunks import pack_states
from tongcds.protocol.messages import ProtocolError, ScopeEntry
from tongcds.replica import Page, page
from tongcds.replica.rows import read_areas
from tongcds.server.database import Database

_MOST: Final = 16
"""How many pages wait to be asked for; a page is at most a few hundred kilobytes."""

_Sums = dict[bytes, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a laptop asks for. Two that are equal get the same page while the areas stay as they are."""

    device: int
    epoch: int
    entries: tuple[ScopeEntry, ...]
    cursors: tuple[int, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A page whose states are in `packed`, and the sums of the areas when it was read."""

    page: Page
    packed: bytes | None
    sums: _Sums


def read(connection: Connection, wanted: Wanted) -> Ready:
    """The largest page that every laptop takes: long notes must not keep a village from its records."""
    sums, limit = _sums(connection, wanted), wanted.limit
    while True:
        found = page(connection, wanted.entries, wanted.cursors, puller=wanted.device, limit=limit)
        try:
            packed = pack_states(found.states) if found.states else None
            return Ready(replace(found, states=[]), packed, sums)
        except ProtocolError as error:
            if error.code != "too_big" or limit == 1:
                raise
        limit = max(1, limit // 4)


def _sums(connection: Connection, wanted: Wanted) -> _Sums:
    return read_areas(connection, [entry.area for entry in wanted.entries])


class Ahead:
    """Makes pages ahead on a thread of its own, which ends with the `with` block."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._made: OrderedDict[Wanted, Future[Ready]] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._maker.shutdown(cancel_futures=True)

    def page(self, connection: Connection, wanted: Wanted) -> Ready:
        """The page, made ahead or now; where there is more, the one after it is begun."""
        ready = self._take(wanted)
        if ready is None or ready.sums != _sums(connection, wanted):
            ready = read(connection, wanted)
        if ready.page.more:
            self._begin(replace(wanted, cursors=tuple(ready.page.cursors)))
        return ready

    def _take(self, wanted: Wanted) -> Ready | None:
        with self._lock:
            made = self._made.pop(wanted, None)
        if made is None or made.cancel():
            return None
        # What went wrong is tried again now, where somebody hears of it.
        return None if made.exception() is not None else made.result()

    def _begin(self, wanted: Wanted) -> None:
        with self._lock:
            if wanted not in self._made:
                self._made[wanted] = self._maker.submit(self._make, wanted)
            while len(self._made) > _MOST:
                _, oldest = self._made.popitem(last=False)
                oldest.cancel()

    def _make(self, wanted: Wanted) -> Ready:
        with self._database.read() as connection:
            return read(connection, wanted)
