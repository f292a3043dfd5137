"""What names a write's content, and the chain that a device's writes make of it.

Device and server compute the same; a receipt's signature covers the end of the chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import msgspec

from tongcds.protocol.messages import Write
from tongcds.replica.erasure import hash_in

_pack = msgspec.msgpack.Encoder().encode


def content_hash(device: int, write: Write) -> bytes:
    """32 bytes that name what a write says; equal on the device and on the server, and after an erasure."""
    if (said := hash_in(write)) is not None:
        return said
    order, pick = _in_order(tuple(write.values))
    pairs = tuple(zip(order, pick(write.values), strict=True))
    bases = sorted(write.bases.items()) if write.bases else ()
    text = _pack((device, write.n, write.type, write.id, write.stamp, write.author, pairs, bases))
    return blake2b(text, digest_size=32).digest()


@lru_cache(maxsize=1024)
def _in_order(names: tuple[str, ...]) -> tuple[tuple[str, ...], Callable[[Any], Iterable[object]]]:
    """The names sorted, and what picks their values; writes of a chunk name the same again and again."""
    order = tuple(sorted(names))
    if len(order) > 1:
        return order, itemgetter(*order)
    return order, lambda values: [values[name] for name in order]


def link(chain: bytes, content: bytes) -> bytes:
    """The chain's hash after one more write."""
    return blake2b(chain + content, digest_size=32).digest()
