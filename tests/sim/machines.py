"""Laptops and a network that exist in memory only: the desktop's exchange runs on them as on real ones.

Only the encrypted file is left out: `MemoryVault` offers the doors of `storage.vault.Vault` on a database in
memory. It can be told to crash before any transaction, and is then opened again on what was committed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.pool import StaticPool

from tongcds.errors import UnavailableError
from tongcds.protocol.messages import encode
from tongcds.replica import Writer, create_tables, load_identity
from tongcds.server.problems import Refusal
from tongcds.storage import attachment_notes, audit, custody, lease, local
from tongcds.storage.vault import Change
from tongcds.sync.pace import Pace
from tongcds.sync.transport import Traffic, _refusal

_MOST_POSTS = 400


class CrashedError(Exception):
    """The machine stopped; what was committed is there."""


# Statements are compiled once for all laptops, where each engine would compile them for itself.
_DIALECT = create_engine("sqlite://", module=sqlcipher3.dbapi2).dialect
_COMPILED: dict[Any, Any] = {}


def memory_engine() -> Engine:
    """A fresh database in memory."""
    pool = StaticPool(lambda: sqlcipher3.dbapi2.connect(":memory:", check_same_thread=False))
    engine = Engine(pool, _DIALECT, make_url("sqlite://"))
    return engine.execution_options(compiled_cache=_COMPILED)


def copy_of(engine: Engine) -> Engine:
    """A second database with the same content."""
    made = memory_engine()
    with engine.connect() as source, made.connect() as target:
        source.connection.driver_connection.backup(target.connection.driver_connection)
    return made


@cache
def _template() -> Engine:
    engine = memory_engine()
    with engine.begin() as connection:
        create_tables(connection)
        local.create_tables(connection)
        attachment_notes.create_tables(connection)
        audit.create_tables(connection)
        custody.create_tables(connection)
        lease.create_tables(connection)
    return engine


class MemoryVault:
    """What an exchange needs of a vault. `crash_in` counts transactions until the machine stops."""

    def __init__(self, folder: Path, now: Callable[[], int], engine: Engine | None = None) -> None:
        self.folder = folder
        self.engine = engine or copy_of(_template())
        self.crash_in = 0
        self._now = now

    def backup(self, _why: str) -> None:
        """Copies of a laptop are the world's to make and to put back."""

    def require_sound(self) -> None:
        """Memory has no pages that somebody would have to look at."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if self.crash_in:
            self.crash_in -= 1
            if not self.crash_in:
                raise CrashedError
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def change(self, author: bytes) -> Iterator[Change]:
        with self.write() as connection:
            me = load_identity(connection, now=self._now)
            assert me is not None
            change = Change(connection, Writer(connection, me, author))
            yield change
            change.touched = change.writer.flush()


class AnyPace(Pace):
    """Chunks of any size: what a real link would choose depends on its seconds."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._rng = rng

    def writes(self) -> int:
        return self._rng.choice((1, 2, 5, 50, 1000))

    def page(self, first: int) -> int:
        return first


@dataclass
class Weather:
    """How often the network does what, from 0 to 1."""

    lose_request: float = 0.0
    lose_answer: float = 0.0
    twice: float = 0.0
    late: float = 0.0


@dataclass
class Network:
    """A way to the server. Lost, late and repeated requests are drawn; `held` are those that come later.

    `meanwhile` is called while a request, and while an answer, is on its way.
    """

    serve: Callable[[str, bytes], bytes]
    rng: random.Random
    weather: Weather
    held: list[tuple[str, bytes]]
    meanwhile: Callable[[], None]
    traffic: Traffic = field(default_factory=Traffic)
    posts: int = 0

    def post(self, path: str, body: bytes) -> bytes:
        draw, weather = self.rng.random, self.weather
        self.posts += 1
        assert self.posts < _MOST_POSTS, "the exchange does not end"
        if draw() < weather.late:
            self.held.append((path, body))
        self.meanwhile()
        if draw() < weather.lose_request:
            raise UnavailableError("server_unreachable")
        answer = self._served(path, body)
        if draw() < weather.twice:
            answer = self._served(path, body)
        self.meanwhile()
        if draw() < weather.lose_answer:
            raise UnavailableError("server_unreachable")
        return answer

    def _served(self, path: str, body: bytes) -> bytes:
        try:
            return self.serve(path, body)
        except Refusal as refusal:
            raise _refusal(encode(refusal.problem)) from None
        except CrashedError:
            raise UnavailableError("server_unreachable") from None

    def close(self) -> None:
        pass


@dataclass
class Machine:
    """One laptop: its vault, its person and what is wrong with its clock and its network.

    `busy` while an exchange is under way. `older`: its program does not know observations yet.
    """

    name: str
    vault: MemoryVault
    now: Callable[[], int]
    author: bytes = b""
    ahead: int = 0
    busy: bool = False
    older: bool = False
    clogged: bool = False
    dark_until: int = 0
    copies: list[Engine] = field(default_factory=list)

    def milliseconds(self) -> int:
        return max(0, self.now() + self.ahead)

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.milliseconds() / 1000, UTC)

    def is_cut_off(self) -> bool:
        return self.clogged or self.now() < self.dark_until

    def close(self) -> None:
        for engine in (self.vault.engine, *self.copies):
            engine.dispose()
