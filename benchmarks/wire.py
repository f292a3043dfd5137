"""How many bytes a team's work is on the wire, and how long the first push takes the server.

Bodies of requests and answers, sealed as they leave the laptop; what HTTP adds is not in these numbers. The
register: 2,000 households, 7,697 people, 10,000 supports with notes on 30 %; visits and changes of households
travel with them and are not counted as records of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from nacl.signing import SigningKey
from sqlalchemy import create_engine

from benchmarks._vaults import on_disk
from benchmarks._workload import DEVICE, HOUSEHOLDS, PEOPLE, START_MS, SUPPORTS, Team, team
from benchmarks.metric import Metric
from tongcds.domain.stamps import derived_id
from tongcds.protocol.chunks import WriteChunk, pack_states, pack_writes, unpack_writes
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import (
    VERSION,
    Receipt,
    ScopeEntry,
    SyncAnswer,
    SyncRequest,
    Write,
    encode,
)
from tongcds.replica import create_tables, page, receive, register_device

CHUNK = 5_000
_KEY = SigningKey(bytes(32))
_SERVER_KEY = bytes(SigningKey(bytes([1] * 32)).verify_key)
_VILLAGES = [derived_id("benchmark village", i) for i in range(7)]


def run() -> Iterator[Metric]:
    """Measure; names as in the plan of the exchange."""
    with team("benchmark") as busy:
        busy.register(_VILLAGES)
        writes = busy.writes()
        records = HOUSEHOLDS + PEOPLE + SUPPORTS
        whole = sum(_request_size(busy, part) for part in _chunks(writes))
        yield Metric("push_all_bytes_per_record", round(whole / records, 2), "B")
        about_supports = [w for w in writes if w.type in {9, 10}]
        yield Metric(
            "push_supports_bytes_per_record", round(_supports_size(busy, about_supports) / SUPPORTS, 2), "B"
        )
        before = busy.day(40, 12)
        yield Metric("day_push_bytes", _request_size(busy, busy.writes(before)), "B")
        before = busy.day(40, 12, facts=True)
        yield Metric("day_push_with_facts_bytes", _request_size(busy, busy.writes(before)), "B")
        yield Metric("visit_push_bytes", _visit(busy), "B")
        yield Metric("idle_bytes", _request_size(busy, []) + len(encode(_answer())), "B")
        seconds, page_bytes = _received(busy, writes)
        yield Metric("push_all_merge_seconds", round(seconds, 3), "s")
        yield Metric("pull_all_bytes_per_record", round(page_bytes / records, 2), "B")


def _visit(busy: Team) -> int:
    before = busy.me.next_n - 1
    busy.visit(2, note_share=1, facts=True)
    return _request_size(busy, busy.writes(before))


def _chunks(writes: Sequence[Write]) -> Iterator[list[Write]]:
    for start in range(0, len(writes), CHUNK):
        yield list(writes[start : start + CHUNK])


def _request_size(busy: Team, writes: Sequence[Write]) -> int:
    chunk = pack_writes(WriteChunk(DEVICE, busy.me.prefix, list(writes))) if writes else None
    request = SyncRequest(
        version=VERSION,
        epoch=START_MS // 1000,
        scope=3,
        cursors=[40_000 + i for i in range(len(_VILLAGES))],
        time=busy.now,
        chunk=chunk,
    )
    return len(seal(encode(request), device=DEVICE, counter=1, key=_KEY, server_key=_SERVER_KEY))


def _supports_size(busy: Team, writes: Sequence[Write]) -> int:
    """Visits and supports alone, numbered as if nothing else had been written between them."""
    first = writes[0].n
    renumbered = [
        Write(w.type, w.id, first + i, w.stamp, w.author, w.values, w.bases) for i, w in enumerate(writes)
    ]
    return sum(_request_size(busy, part) for part in _chunks(renumbered))


def _answer() -> SyncAnswer:
    receipt = Receipt(60_000, START_MS // 1000, START_MS, bytes(64))
    return SyncAnswer(receipt, [40_000 + i for i in range(len(_VILLAGES))], scope=3, digest=bytes(8))


def _received(busy: Team, writes: Sequence[Write]) -> tuple[float, int]:
    """Seconds in which the server unpacks, merges and commits the whole register; bytes of its page."""
    packed = [pack_writes(WriteChunk(DEVICE, busy.me.prefix, part)) for part in _chunks(writes)]
    with on_disk() as folder:
        engine = create_engine(f"sqlite:///{folder / 'province.sqlite'}")
        with engine.begin() as connection:
            create_tables(connection)
            register_device(connection, DEVICE, busy.me.prefix)
        began = perf_counter()
        for chunk in packed:
            with engine.begin() as connection:
                receive(
                    connection,
                    DEVICE,
                    unpack_writes(chunk).writes,
                    allowed=lambda *_: "",
                    cursors={},
                    now=busy.now,
                )
        seconds = perf_counter() - began
        scope = [ScopeEntry(village_id, "write") for village_id in _VILLAGES]
        size, cursors, more = 0, [0] * len(scope), True
        with engine.connect() as connection:
            while more:
                found = page(connection, scope, cursors, puller=DEVICE + 1, limit=CHUNK)
                size += len(pack_states(found.states))
                cursors, more = found.cursors, found.more
        engine.dispose()
    return seconds, size
