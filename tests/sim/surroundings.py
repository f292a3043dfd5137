"""The server's database as the simulator needs it, and randomness that comes from the seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from nacl.signing import SigningKey
from sqlalchemy import Connection

from tests.sim.machines import CrashedError
from tongcds.domain import stamps
from tongcds.protocol import invitations
from tongcds.server import database
from tongcds.storage import custody, search


class ServerDatabase(database.Database):
    """The embedded database; `crash_in` counts transactions until the server stops."""

    crash_in = 0

    def _step(self) -> None:
        if self.crash_in:
            self.crash_in -= 1
            if not self.crash_in:
                raise CrashedError

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._step()
        with super().write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._step()
        with super().read() as connection:
            yield connection


def quietly(patch: pytest.MonkeyPatch, rng: random.Random) -> None:
    """Draw all that is random from the seed; leave out the disk and the search, which sync does not need."""
    patch.setattr(database, "_PRAGMAS", ("PRAGMA journal_mode = MEMORY", "PRAGMA synchronous = OFF"))
    patch.setattr(search, "refresh", lambda *_: None)
    patch.setattr(custody, "settle", lambda _: False)
    patch.setattr(SigningKey, "generate", staticmethod(lambda: SigningKey(rng.randbytes(32))))
    for module in (stamps, invitations):
        patch.setattr(module, "secrets", _Drawn(rng))


class _Drawn:
    def __init__(self, rng: random.Random) -> None:
        self.randbits = rng.getrandbits
        self.choice = rng.choice
