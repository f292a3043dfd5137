"""How many writes go into the next chunk: three to six seconds' worth of the link, as far as it is known.

A link that breaks every twenty seconds never finishes one large request; a fast one should not be asked a
hundred times. Pure: the caller measures.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_BYTES = 8 * 1024
SMALLEST_BYTES = 2 * 1024
LARGEST_BYTES = 512 * 1024
_TARGET_SECONDS = 4.0
_MOST_WRITES = 20_000
_GROWTH = 8


@dataclass(slots=True)
class Pace:
    """What was learnt of the link and of the size of writes."""

    chunk_bytes: int = FIRST_BYTES
    bytes_per_write: float = 24.0

    def writes(self) -> int:
        """How many writes to try next, at least one."""
        return max(1, min(_MOST_WRITES, int(self.chunk_bytes / self.bytes_per_write)))

    def sent(self, *, writes: int, size: int, seconds: float) -> None:
        """A chunk arrived: `size` bytes for `writes` writes in `seconds`, the answer's time included."""
        if writes:
            self.bytes_per_write = max(1.0, (self.bytes_per_write + 3 * size / writes) / 4)
        if seconds > 0 and size:
            wanted = size / seconds * _TARGET_SECONDS
            self.chunk_bytes = int(
                min(LARGEST_BYTES, max(SMALLEST_BYTES, min(wanted, self.chunk_bytes * _GROWTH)))
            )

    def broke(self) -> None:
        """The link broke while a chunk was under way."""
        self.chunk_bytes = max(SMALLEST_BYTES, self.chunk_bytes // 2)
