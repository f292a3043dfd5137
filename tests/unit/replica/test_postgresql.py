"""What only a database with many writers can show: pushes at once into areas that nobody wrote to before."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.unit.replica.laptops import NOW, anybody, kept, recomputed
from tests.unit.server.postgresql import running_cluster
from tongcds.domain.stamps import derived_id, make_id, stamp_of
from tongcds.protocol.messages import ScopeEntry, Write
from tongcds.records import record_type
from tongcds.replica import create_tables, fresh, page, receive, register_device
from tongcds.replica.dialect import insert_rows
from tongcds.replica.rows import read_areas
from tongcds.replica.tables import SEEN

AREAS = [derived_id("new area", i) for i in range(6)]
DEVICES = (11, 12, 13, 14)
ROUNDS = 12
HOUSEHOLD = record_type("household")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with running_cluster() as cluster:
        address = cluster.address(cluster.create()).replace("postgresql://", "postgresql+psycopg://")
        made = create_engine(address)
        with made.begin() as connection:
            create_tables(connection)
            for device in DEVICES:
                register_device(connection, device, device)
        yield made
        made.dispose()


def writes_of(device: int, rounds: int) -> list[list[Write]]:
    """Households in every area, in an order of the device's own."""
    made: list[list[Write]] = []
    n = 0
    for _ in range(rounds):
        chunk = []
        for i in range(len(AREAS)):
            n += 1
            area = AREAS[(i * device) % len(AREAS) if device % 2 else -i - 1]
            stamp = stamp_of(NOW + n)
            chunk.append(
                Write(HOUSEHOLD.number, make_id(device, stamp), n, stamp, area, {"village_id": area}, {})
            )
        made.append(chunk)
    return made


def push_at_once(engine: Engine) -> list[DBAPIError]:
    """Every device pushes its writes at the same time; answers what went wrong."""
    problems: list[DBAPIError] = []
    together = threading.Barrier(len(DEVICES))

    def push(device: int) -> None:
        try:
            together.wait(30)
            for chunk in writes_of(device, ROUNDS):
                with engine.begin() as connection:
                    receive(connection, device, chunk, allowed=anybody, cursors={}, now=NOW)
        except DBAPIError as problem:
            problems.append(problem)

    threads = [threading.Thread(target=push, args=(device,)) for device in DEVICES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return problems


def test_pushes_at_the_same_time_get_their_own_numbers_and_none_fails(engine: Engine) -> None:
    assert push_at_once(engine) == []
    each = len(DEVICES) * ROUNDS
    with engine.connect() as connection:
        for area in AREAS:
            table = HOUSEHOLD.table.c
            numbers = sorted(connection.execute(select(table.number).where(table.area == area)).scalars())
            assert numbers == list(range(1, each + 1))
            assert read_areas(connection, [area])[area][:2] == (each, each)
        assert kept(connection) == recomputed(connection)
        found = page(connection, [ScopeEntry(a, "write") for a in AREAS], [0] * 6, puller=99, limit=10_000)
        assert len(found.states) == each * len(AREAS)


def test_areas_that_are_not_locked_are_found_out(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control. The driver remarks on statements that were under way when one of them was refused.
    monkeypatch.setattr(logging.getLogger("psycopg"), "disabled", True)
    monkeypatch.setattr(fresh, "lock_areas", lambda connection, areas: None)
    problems = push_at_once(engine)
    with engine.connect() as connection:
        assert problems or kept(connection) != recomputed(connection)


@pytest.mark.parametrize("count", [1, 100])
def test_rows_that_are_there_already_are_told_as_any_error_of_the_database(engine: Engine, count) -> None:
    rows = [(11, first, first, b"hashes..") for first in range(count)]
    with engine.begin() as connection:
        insert_rows(connection, SEEN, rows)
        assert [tuple(row) for row in connection.execute(select(SEEN).order_by(SEEN.c.first))] == rows
    with pytest.raises(IntegrityError), engine.begin() as connection:
        insert_rows(connection, SEEN, rows)
