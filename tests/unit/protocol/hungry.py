"""Run as a process of its own: reads one hostile chunk and tells how much memory that took.

`python -m tests.unit.protocol.hungry CASE [GUARD]`; GUARD is taken away first, to see what it is good for.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec

from tongcds.protocol import chunks, compression, groups
from tongcds.protocol.columns import pack_numbers, pack_optional, pack_steps
from tongcds.protocol.messages import ProtocolError
from tongcds.protocol.references import MAX_RECORDS, Room
from tongcds.records import Kind, RecordType, record_type

MEGABYTE = 1024 * 1024
MOST = 256 * MEGABYTE
# Enough that does not shrink for the ratio to be an honest one.
DULL = Random(20261123).randbytes(MEGABYTE // 2)
_encode = msgspec.msgpack.encode
_SUPPORT, _HOUSEHOLD = record_type("support"), record_type("household")


def _filled(part: bytes, size: int) -> bytes:
    """A list of the same small part until `size` bytes are full, with something dull at the end."""
    count = size // len(part)
    return b"\x92\xdd" + count.to_bytes(4, "big") + part * count + _encode(DULL)


def _group(record: RecordType, names: list[str], count: int, columns: list[object]) -> list[object]:
    numbers = pack_steps(range(count))
    return [
        record.number, True, groups.field_mask(record, names), count, numbers, numbers,
        [0, pack_optional([0] * count)], None, None, columns,
    ]  # fmt: skip


def _chunk(*made: list[object], odd: bytes = b"") -> bytes:
    created = sum(group[3] for group in made)  # type: ignore[misc]
    return compression.pack(_encode([7, 7, 1, created, [[[], b""], b"", 0, odd], list(made)]))


def _long_word() -> bytes:
    names = groups.fields_of_mask(_SUPPORT, groups.field_mask(_SUPPORT, ["service", "result"]))
    word = [["x" * MEGABYTE], pack_numbers([0] * MAX_RECORDS)]
    return _chunk(_group(_SUPPORT, names, MAX_RECORDS, [word, word]))


def _long_lists() -> bytes:
    """Columns of ten thousand ids each, all of them the chunk's first: sixteen bytes for one."""
    count = 10_000
    column = [pack_optional([count]), [1, pack_optional([0] * count)]]
    return _chunk(*[_group(_SUPPORT, ["person_ids"], 1, [column]) for _ in range(1_500)], odd=DULL)


def _nothing_many_times() -> bytes:
    """As many records as a chunk may hold, each with every field, in as few bytes as that takes."""
    names = groups.wire_order(_HOUSEHOLD)
    columns = [_nothing(_HOUSEHOLD.kinds[name]) for name in names]
    return _chunk(_group(_HOUSEHOLD, list(names), MAX_RECORDS, columns))


def _nothing(kind: Kind) -> object:
    if kind in {Kind.WORD, Kind.BOOL}:
        return [[None], b"\x00"]
    return [1, b"\x00"] if kind is Kind.DATE else None


CASES: dict[str, Callable[[], bytes]] = {
    "empty lists": lambda: compression.pack(_filled(b"\x90", 15 * MEGABYTE)),
    "empty maps": lambda: compression.pack(_filled(b"\x80", 15 * MEGABYTE)),
    "few empty lists": lambda: compression.pack(_filled(b"\x90", 3 * MEGABYTE)),
    "short texts": lambda: compression.pack(_filled(b"\xa2ab", 15 * MEGABYTE)),
    "numbers": lambda: compression.pack(_filled(b"\xcd\xff\xff", 15 * MEGABYTE)),
    "one wide text": lambda: compression.pack(_encode(["x" * 14 * MEGABYTE + "🏠", DULL])),
    "a gigabyte of nothing": lambda: compression.pack(bytes(1024 * MEGABYTE)),
    "a gigabyte in itself": lambda: compression.pack(compression.pack(bytes(1024 * MEGABYTE))),
    "a long word": _long_word,
    "long lists": _long_lists,
    "nothing many times": _nothing_many_times,
}


def _without(guard: str) -> None:
    match guard:
        case "parts":
            groups.structure.bounded = lambda _raw: None  # type: ignore[assignment]
        case "unpacked":
            compression.most_unpacked = lambda _size: 1 << 31
        case "room":
            Room.take_words = Room.take_listed = lambda *_: None  # type: ignore[assignment,method-assign]


def _status(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def _spread(found: chunks.WriteChunk) -> int:
    """What merging does with each write: its content goes through a hash."""
    return sum(len(_encode(write.values)) for write in found.writes)


def main() -> None:
    case, *guards = sys.argv[1:]
    packed = CASES[case]()
    for guard in guards:
        _without(guard)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    # Whatever goes wrong, the machine's other work is not to suffer.
    ceiling = _status("VmSize") + 4 * MOST
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    spread = 0
    ends = []
    for read in (chunks.unpack_writes, chunks.unpack_states):
        try:
            found = read(packed)
            spread += _spread(found) if isinstance(found, chunks.WriteChunk) else 0
            ends.append("taken")
        except ProtocolError as problem:
            ends.append(problem.code)
        except MemoryError:
            ends.append("no memory")
    grown = _status("VmHWM") - before
    sys.stdout.write(json.dumps({"ends": ends, "grown": grown, "spread": spread, "packed": len(packed)}))


if __name__ == "__main__":
    main()
