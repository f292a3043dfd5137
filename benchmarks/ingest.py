"""How fast the server takes a register in on PostgreSQL, on one core, and how fast COPY of its rows would be.

Pushes go the server's whole way, short of HTTP: envelope, unpacking, merge, numbers, digests, receipt and
answer, each chunk in transactions of its own, on a cluster that waits for its disk. COPY puts the rows that
came of it into equal tables with the same indexes in the same cluster, right after: `pg_copy` as this program
holds rows, a tuple each; `pg_ready_copy` from PostgreSQL's own binary form, ready-made. Server and database
share the core. Records are all that is pushed, visits included.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from time import perf_counter
from typing import Final

import psycopg
from nacl.signing import SigningKey
from psycopg import sql

from benchmarks._workload import START_MS, Team, team
from benchmarks.metric import Metric
from tests.unit.server.postgresql import Cluster, running_cluster
from tongcds.domain.units import load_units
from tongcds.protocol.chunks import WriteChunk, pack_writes
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import (
    VERSION,
    Credentials,
    EnrolRequest,
    SyncAnswer,
    SyncRequest,
    Write,
    decode,
    encode,
)
from tongcds.records import all_types
from tongcds.server import enrolment, ops, units
from tongcds.server.database import Database
from tongcds.server.office import found_office
from tongcds.server.ops import Province
from tongcds.server.tables import create_all

CHUNK: Final = 5_000
VILLAGES: Final = 7
_ROUNDS: Final = 3
_PROVINCE, _COMMUNE = "14", "04123"
_KEY: Final = SigningKey(bytes(32))
_DEVICE_KEY: Final = SigningKey(bytes([1] * 32))


def run() -> Iterator[Metric]:
    """Push the register and copy it, one after the other, a few times; the middle of each."""
    pushed, copied, ready = [], [], []
    with _on_one_core(), running_cluster(durable=True) as cluster, team("ingest") as busy:
        founded = cluster.create()
        laptop = _enrolled(cluster.address(founded), busy)
        for _ in range(_ROUNDS):
            name = cluster.create(founded)
            pushed.append(_pushed(cluster.address(name), laptop, busy))
            with psycopg.connect(cluster.address(name)) as source:
                rows = {record.name: _rows(source, record.name, laptop.device) for record in all_types()}
                copied.append(_copied(cluster, rows))
                binary = {record.name: _binary(source, record.name, laptop.device) for record in all_types()}
                ready.append(_copied(cluster, binary))
    yield Metric("pg_records_per_second", round(statistics.median(pushed)), "1/s")
    yield Metric("pg_copy_records_per_second", round(statistics.median(copied)), "1/s")
    yield Metric("pg_copy_ratio", round(_middle_ratio(pushed, copied), 3), "1")
    yield Metric("pg_ready_copy_ratio", round(_middle_ratio(pushed, ready), 3), "1")


def _middle_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Keep this process, and the cluster that it starts, on one core; on all where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _province(address: str, busy: Team) -> Province:
    return Province(Database(address), _KEY, "https://localhost", lambda: busy.now)


def _enrolled(address: str, busy: Team) -> Credentials:
    """Found a province with one commune, enrol the team as it, and let them write their register."""
    province = _province(address, busy)
    with closing(province.database) as database:
        with database.write() as connection:
            place = load_units().by_code(_PROVINCE, "2025")
            if place is None:
                raise LookupError("the units do not know the province")
            found_office(connection, name="Máy chủ đo", province_id=place.id, now=START_MS)
            units.seed(connection, _PROVINCE, [_COMMUNE], now=START_MS)
            lines = [
                units.VillageLine(f"Bản Số {i}", _COMMUNE, f"{_COMMUNE}-{i:02d}") for i in range(VILLAGES)
            ]
            units.add_villages(connection, lines, now=START_MS)
            commune = units.find(connection, _COMMUNE)
            invited = enrolment.invite(
                connection, commune, "Cà Thị Hương", key=_KEY, url=province.url, now=START_MS
            )
        asked = EnrolRequest(VERSION, invited.secret, bytes(_DEVICE_KEY.verify_key), busy.me.prefix, START_MS)
        registered = ops.enrol(province, encode(asked))
    laptop = decode(Credentials, registered.credentials)
    busy.me.device, busy.author = laptop.device, laptop.member_id
    busy.register([e.area for e in laptop.entries if e.mode == "write" and e.area != laptop.unit_id])
    return laptop


def _pushed(address: str, laptop: Credentials, busy: Team) -> float:
    """Records a second of the whole register; what the laptop does between its requests does not count."""
    writes = busy.writes()
    province = _province(address, busy)
    seconds = 0.0
    with closing(province.database):
        cursors = decode(SyncAnswer, ops.sync(province, _request(laptop, busy, 1, [], []))).cursors
        for counter, start in enumerate(range(0, len(writes), CHUNK), 2):
            part = writes[start : start + CHUNK]
            sealed = _request(laptop, busy, counter, cursors, part)
            began = perf_counter()
            raw = ops.sync(province, sealed)
            seconds += perf_counter() - began
            answer = decode(SyncAnswer, raw)
            if answer.outcomes or answer.receipt.watermark != part[-1].n:
                raise ValueError(f"not everything was taken in: {answer.outcomes[:1]}")
            cursors = answer.cursors
    return len(writes) / seconds


def _request(laptop: Credentials, busy: Team, counter: int, cursors: list[int], writes: list[Write]) -> bytes:
    chunk = pack_writes(WriteChunk(laptop.device, busy.me.prefix, writes)) if writes else None
    request = SyncRequest(VERSION, laptop.epoch, laptop.scope, cursors, busy.now, chunk)
    return seal(
        encode(request),
        device=laptop.device,
        counter=counter,
        key=_DEVICE_KEY,
        server_key=laptop.server_key,
    )


_Row = tuple[object, ...]


def _rows(connection: psycopg.Connection[_Row], name: str, device: int) -> list[_Row]:
    query = sql.SQL("SELECT * FROM {} WHERE device = {}")
    return connection.execute(query.format(sql.Identifier(name), device)).fetchall()


def _binary(connection: psycopg.Connection[_Row], name: str, device: int) -> bytes:
    out = sql.SQL("COPY (SELECT * FROM {} WHERE device = {}) TO STDOUT (FORMAT BINARY)")
    with connection.cursor() as cursor, cursor.copy(out.format(sql.Identifier(name), device)) as copy:
        return b"".join(map(bytes, copy))


def _copied(cluster: Cluster, content: Mapping[str, list[_Row] | bytes]) -> float:
    """Records a second that COPY puts into fresh tables, all in one transaction."""
    address = cluster.address(cluster.create())
    with closing(Database(address)) as database, database.write() as made:
        create_all(made)
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        began, records = perf_counter(), 0
        for name, rows in content.items():
            form = sql.SQL(" (FORMAT BINARY)" if isinstance(rows, bytes) else "")
            with cursor.copy(sql.SQL("COPY {} FROM STDIN{}").format(sql.Identifier(name), form)) as copy:
                if isinstance(rows, bytes):
                    copy.write(rows)
                else:
                    for row in rows:
                        copy.write_row(row)
            records += cursor.rowcount
        connection.commit()
        return records / (perf_counter() - began)
