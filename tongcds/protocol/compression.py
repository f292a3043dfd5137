"""zstd with a bound on what comes out, and the trained dictionary that ships with the program.

A dictionary's id stands in every frame; old dictionaries stay readable for ever, the newest one is used to
pack.
"""

from __future__ import annotations

import sys
from functools import cache

from tongcds import paths
from tongcds.protocol.messages import ProtocolError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# A chunk is a few seconds' worth of a weak link; what unpacks to more than this is not one of ours.
MAX_UNPACKED = 16 * 1024 * 1024
# Ours shrink to a tenth or so. What shrinks far more pays for its memory in bytes, beyond the little that one
# long note of the same letter could need.
_ANY_RATIO = 4 * 1024 * 1024
_MAX_RATIO = 100
_LEVEL = 9


@cache
def _dictionaries() -> tuple[zstd.ZstdDict, ...]:
    """Every dictionary in the resources, oldest first."""
    folder = paths.resources_folder() / "wire"
    return tuple(zstd.ZstdDict(file.read_bytes()) for file in sorted(folder.glob("*.dict")))


def pack(raw: bytes) -> bytes:
    """Compress with the newest dictionary."""
    known = _dictionaries()
    return zstd.compress(raw, level=_LEVEL, zstd_dict=known[-1] if known else None)


def most_unpacked(size: int) -> int:
    """To how many bytes a frame of this size may unpack. Whoever packs more is refused by every reader."""
    return min(MAX_UNPACKED, max(_ANY_RATIO, _MAX_RATIO * size))


def unpack(packed: bytes) -> bytes:
    """Decompress one whole frame.

    Raises:
        ProtocolError: `bad_chunk` when it is not one whole frame, `unknown_dictionary`, or `too_big` beyond
        `most_unpacked`.
    """
    limit = most_unpacked(len(packed))
    try:
        wanted = zstd.get_frame_info(packed).dictionary_id
    except (zstd.ZstdError, ValueError):
        raise ProtocolError("bad_chunk", "not a zstd frame") from None
    dictionary = None
    if wanted:
        dictionary = next((d for d in _dictionaries() if d.dict_id == wanted), None)
        if dictionary is None:
            raise ProtocolError("unknown_dictionary", str(wanted))
    reader = zstd.ZstdDecompressor(zstd_dict=dictionary)
    try:
        raw = reader.decompress(packed, max_length=limit + 1)
    except zstd.ZstdError:
        raise ProtocolError("bad_chunk", "a damaged frame") from None
    if len(raw) > limit:
        raise ProtocolError("too_big", "unpacks to more than is allowed")
    if not reader.eof or reader.unused_data:
        raise ProtocolError("bad_chunk", "a frame that is cut or followed by something")
    return raw
