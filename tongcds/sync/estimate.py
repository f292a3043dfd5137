"""What sending will take, told before it is sent, for links that are paid by volume.

What the server has for us is not known before it is asked, so it is in no estimate; a day's news of a village
is a few kilobytes.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from tongcds.protocol import chunks
from tongcds.replica import load_identity, pending, pending_count

SMALL_BYTES: Final = 100 * 1024
"""So little is sent over any link without asking: a team's day takes 2 or 3 KB."""

_SAMPLE: Final = 2_000
# Heads, envelope and receipt of one exchange, as measured by `make bench BENCH=wire` (idle).
_ONCE: Final = 600


def bytes_to_send(connection: Connection) -> int:
    """How many bytes it takes to send what waits: packed as it will be, scaled from 2,000 writes."""
    me = load_identity(connection, now=lambda: 0)
    if me is None:
        return 0
    sample = pending(connection, me.received, _SAMPLE)
    if not sample:
        return _ONCE
    packed = len(chunks.pack_writes(chunks.WriteChunk(me.device, me.prefix, sample)))
    return _ONCE + packed * max(pending_count(connection), len(sample)) // len(sample)
