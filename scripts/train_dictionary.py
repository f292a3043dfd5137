"""Trains the zstd dictionary of the wire from invented teams at work, into `resources/wire`.

Run as `python scripts/train_dictionary.py NUMBER` for a further dictionary; those that shipped are never
replaced, because their frames stay readable for ever. Small chunks matter most: a visit, a day's work, a page
of changes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from benchmarks._workload import DEVICE, Team, households, team  # noqa: E402 - after the checkout is on the path
from tongcds.domain.stamps import derived_id  # noqa: E402
from tongcds.protocol import compression  # noqa: E402
from tongcds.protocol.chunks import WriteChunk, pack_states, pack_writes  # noqa: E402
from tongcds.protocol.messages import ScopeEntry  # noqa: E402
from tongcds.replica import page, receive, register_device  # noqa: E402

SIZE: Final = 16 * 1024
TEAMS: Final = 240
# Not the sentences that the benchmark is written with.
NOTES: Final = (
    "Đã cài VNeID, bác tự mở được",
    "Chưa có điện thoại thông minh",
    "Điện thoại hết dung lượng, xóa bớt ảnh rồi cài lại",
    "Đã hướng dẫn chuyển tiền và nhận tiền",
    "Nhà đi nương, hẹn tối quay lại",
    "Mẹ ốm, con làm thay",
    "Mạng yếu, hẹn lên nhà văn hóa bản",
    "Đã nộp hồ sơ trên Cổng dịch vụ công",
    "Cần mang căn cước lên xã",
    "Đã hướng dẫn cách nhận biết lừa đảo qua điện thoại",
)


def _samples() -> Iterator[bytes]:
    """Chunks and pages before they are compressed."""
    for seed in range(TEAMS):
        random = Random(seed)  # noqa: S311 - invented people need no secrecy
        with team(f"training {seed}", notes=NOTES) as busy:
            village_id = derived_id("training village", seed)
            busy.moved_in(
                households(f"training {seed}", random.randint(4, 30)), village_id, facts=seed % 2 == 0
            )
            if seed % 4 == 0:
                yield _pushed(busy, 0)
            for _ in range(4):
                before = busy.me.next_n - 1
                busy.visit(random.randint(1, 4), note_share=0.7, facts=True)
                yield _pushed(busy, before)
            before = busy.day(random.randint(5, 45), random.randint(0, 14), facts=seed % 3 != 0)
            yield _pushed(busy, before)
            yield _pulled(busy, village_id, random.randint(5, 60))


def _raw(packed: bytes) -> bytes:
    return compression.unpack(packed)


def _pushed(busy: Team, after: int) -> bytes:
    return _raw(pack_writes(WriteChunk(DEVICE, busy.me.prefix, busy.writes(after))))


def _pulled(busy: Team, village_id: bytes, records: int) -> bytes:
    """The page that another laptop of the village gets: the latest records."""
    with team("server") as server:
        register_device(server.connection, DEVICE, busy.me.prefix)
        writes = busy.writes()
        receive(server.connection, DEVICE, writes, allowed=lambda *_: "", cursors={}, now=busy.now)
        scope, cursors = [ScopeEntry(village_id, "write")], [max(1, len(writes) - records)]
        found = page(server.connection, scope, cursors, puller=DEVICE + 1, limit=records)
    return _raw(pack_states(found.states))


def main(arguments: list[str]) -> int:
    """Train and write; refuses to replace a dictionary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("number", type=int, help="of the dictionary, the highest one is used to pack")
    number = parser.parse_args(arguments).number
    file = ROOT / "resources" / "wire" / f"tongcds-{number}.dict"
    if file.exists():
        print(f"{file.name} has shipped", file=sys.stderr)
        return 2
    samples = list(_samples())
    trained = zstd.train_dict(samples, SIZE)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(trained.dict_content)
    total = sum(map(len, samples))
    size = len(trained.dict_content)
    print(f"{file.name}: {size} bytes, id {trained.dict_id}, from {len(samples)} chunks of {total} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
