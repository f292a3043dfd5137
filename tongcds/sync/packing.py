"""Chunks of own writes, and the next one packed while the one before is under way.

How many writes go into one is `sync.pace`'s to say.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

from tongcds.protocol.chunks import WriteChunk, pack_most
from tongcds.protocol.messages import Write
from tongcds.replica import Identity, pending
from tongcds.storage.vault import Vault

MOST_BYTES: Final = 900_000
"""The largest chunk; a server takes a little more."""

WORTH_A_THREAD: Final = 2_000
"""Fewer writes are packed before the thread has begun."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A chunk of the `count` writes above number `after` of a device; None without writes."""

    device: int
    after: int
    chunk: bytes | None
    count: int


def pack(device: int, prefix: int, after: int, writes: list[Write]) -> Packed:
    """A chunk of as many of the writes as it may hold."""
    if not writes:
        return Packed(device, after, None, 0)
    chunk, count = pack_most(WriteChunk(device, prefix, writes), limit=MOST_BYTES)
    return Packed(device, after, chunk, count)


class Ahead:
    """Packs one chunk ahead, on a thread that begins when it is needed and ends with the `with` block."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._packer = ThreadPoolExecutor(1, thread_name_prefix="packing")
        self._next: Future[Packed] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._packer.shutdown()

    def begin(self, me: Identity, sent: Packed, most: int) -> None:
        """Pack what follows on a chunk that is about to be sent, at most so many writes."""
        if sent.count >= WORTH_A_THREAD:
            self._next = self._packer.submit(self._pack, me.device, me.prefix, sent.after + sent.count, most)

    def take(self) -> Packed | None:
        """What was begun, once; waits for it. Not from inside a transaction of the vault."""
        begun, self._next = self._next, None
        return None if begun is None else begun.result()

    def _pack(self, device: int, prefix: int, after: int, most: int) -> Packed:
        with self._vault.read() as connection:
            writes = pending(connection, after, most)
        return pack(device, prefix, after, writes)
