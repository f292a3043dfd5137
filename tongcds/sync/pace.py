"""How much goes into the next chunk or page: three to six seconds' worth of the link, as far as it is known.

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
# Pages know two sizes only: a server makes the next one ahead, of the size of the last.
_LARGE_PAGE = 2.5


@dataclass(slots=True)
class Pace:
    """What was learnt of the link and of the size of writes."""

    chunk_bytes: int = FIRST_BYTES
    bytes_per_write: float = 24.0
    quick: bool = False

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

    def page(self, first: int) -> int:
        """How many records to ask for; `first` is what any link brings soon enough."""
        return int(first * _LARGE_PAGE) if self.quick else first

    def came(self, *, records: int, first: int, seconds: float) -> None:
        """A page came, with so many records, in so many seconds."""
        self.quick = self.quick or records * _TARGET_SECONDS >= first * _LARGE_PAGE * seconds

    def broke(self) -> None:
        """The link broke while a chunk or a page was under way."""
        self.quick = False
        self.chunk_bytes = max(SMALLEST_BYTES, self.chunk_bytes // 2)
