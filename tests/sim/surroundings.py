"""The server's database as the simulator needs it, and randomness that comes from the seed alone."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import Connection

from tests.sim.ledger import Ledger
from tests.sim.machines import CrashedError
from tests.unit.sync.older import without
from tongcds.domain import stamps
from tongcds.protocol import chunks, invitations
from tongcds.protocol.messages import Write
from tongcds.server import database
from tongcds.server.office import OfficeWriter
from tongcds.storage import custody, quality, search
from tongcds.sync import carrying, outdated, repair


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


def quietly(patch: pytest.MonkeyPatch, rng: random.Random, ledger: Ledger) -> None:
    """Draw all that is random from the seed; leave out the disk and what is found, which sync does not need.

    The ledger notes what the server writes by itself.
    """
    real = OfficeWriter._write

    def noted(writer: OfficeWriter, *args: Any) -> Write:
        write = real(writer, *args)
        ledger.note_office(write)
        return write

    patch.setattr(OfficeWriter, "_write", noted)
    patch.setattr(os, "fsync", lambda _: None)
    _number_kept_files(patch)
    patch.setattr(database, "_PRAGMAS", ("PRAGMA journal_mode = MEMORY", "PRAGMA synchronous = OFF"))
    patch.setattr(search, "refresh", lambda *_: None)
    patch.setattr(quality, "note", lambda *_: None)
    # Key slots belong to the encrypted file.
    patch.setattr(custody, "settle", lambda _: False)
    patch.setattr(SigningKey, "generate", staticmethod(lambda: SigningKey(rng.randbytes(32))))
    for module in (stamps, invitations):
        patch.setattr(module, "secrets", _Drawn(rng))


def mixed_versions(patch: pytest.MonkeyPatch, is_older: Callable[[], bool]) -> None:
    """Let whoever is older read what comes, and compare, as a program without observations would."""
    read, known, fields = chunks.understand_states, outdated._known, repair.known_fields

    def reading(packed: bytes) -> chunks.Understood:
        if not is_older():
            return read(packed)
        with without("observation"):
            return read(packed)

    def comparing() -> dict[int, int]:
        if not is_older():
            return fields()
        with without("observation"):
            return fields()

    patch.setattr(chunks, "understand_states", reading)
    patch.setattr(outdated, "_known", lambda: "older" if is_older() else known())
    patch.setattr(repair, "known_fields", comparing)


def _number_kept_files(patch: pytest.MonkeyPatch) -> None:
    """Names of kept files come from their content, which is drawn by libsodium: here they are numbered."""
    numbers: dict[str, int] = {}
    keep, keep_answer = carrying.keep, carrying.keep_answer

    def numbered(digest: str) -> str:
        return f"{numbers.setdefault(digest, len(numbers) + 1):032x}"

    def keep_numbered(vault: Any, raw: bytes, digest: bytes, **how: Any) -> None:
        keep(vault, raw, bytes.fromhex(numbered(digest.hex()[:32])), **how)

    def keep_answer_numbered(vault: Any, raw: bytes, name: str) -> None:
        # The answer to a kept file has its name, which is a number already.
        keep_answer(vault, raw, name if name.startswith("0" * 16) else numbered(name))

    patch.setattr(carrying, "keep", keep_numbered)
    patch.setattr(carrying, "keep_answer", keep_answer_numbered)


class _Drawn:
    def __init__(self, rng: random.Random) -> None:
        self.randbits = rng.getrandbits
        self.choice = rng.choice
