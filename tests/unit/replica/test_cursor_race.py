"""Eight writers and somebody who pulls all the while: no row is stepped over, because areas count their own.

A plain sequence has exactly that hole: a lower number may be committed after a higher one was read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.unit.replica.laptops import NOW, anybody
from tests.unit.server.postgresql import running_cluster
from tongcds.domain.stamps import derived_id, make_id, stamp_of
from tongcds.protocol.messages import ScopeEntry, Write
from tongcds.records import record_type
from tongcds.replica import create_tables, page, receive, register_device

AREA = derived_id("contested")
WRITERS = range(11, 19)
PUSHES, BATCH = 25, 250
ROWS = len(WRITERS) * PUSHES * BATCH
HOUSEHOLD = record_type("household")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with running_cluster() as cluster:
        address = cluster.address(cluster.create()).replace("postgresql://", "postgresql+psycopg://")
        made = create_engine(address, pool_size=len(WRITERS) + 1)
        yield made
        made.dispose()


def while_all_write(write: Callable[[int, int], None], pull: Callable[[], None]) -> None:
    """Call `write` for each push of each writer, each writer in a thread, and `pull` until all is written."""
    together = threading.Barrier(len(WRITERS) + 1)
    problems: list[Exception] = []

    def work(device: int) -> None:
        together.wait()
        try:
            for push in range(PUSHES):
                write(device, push)
        except Exception as error:  # noqa: BLE001  told in the main thread
            problems.append(error)

    threads = [threading.Thread(target=work, args=(device,)) for device in WRITERS]
    for thread in threads:
        thread.start()
    together.wait()
    while any(thread.is_alive() for thread in threads):
        pull()
    for thread in threads:
        thread.join()
    pull()
    assert not problems, problems[0]


def test_a_puller_steps_over_no_row_of_eight_writers(engine: Engine) -> None:
    with engine.begin() as connection:
        create_tables(connection)
        for device in WRITERS:
            register_device(connection, device, device)
    cursor, seen = [0], set()

    def write(device: int, push: int) -> None:
        writes = [
            Write(
                HOUSEHOLD.number,
                make_id(device, stamp_of(NOW + n)),
                n,
                stamp_of(NOW + n),
                AREA,
                {"village_id": AREA},
                {},
            )
            for n in range(push * BATCH + 1, (push + 1) * BATCH + 1)
        ]
        with engine.begin() as connection:
            receive(connection, device, writes, allowed=anybody, cursors={}, now=NOW)

    def pull() -> None:
        more = True
        while more:
            with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
                found = page(connection, [ScopeEntry(AREA, "write")], cursor, puller=1, limit=5_000)
            seen.update(state.id for state in found.states)
            cursor[:], more = found.cursors, found.more

    while_all_write(write, pull)
    assert ROWS >= 50_000
    assert len(seen) == ROWS


def test_with_one_sequence_for_all_rows_are_stepped_over(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE plain (number bigserial PRIMARY KEY)"))
    cursor, seen = [0], set()

    def write(_device: int, _push: int) -> None:
        with engine.begin() as connection:
            for _ in range(4):
                connection.execute(text("INSERT INTO plain SELECT FROM generate_series(1, 5)"))

    def pull() -> None:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT number FROM plain WHERE number > :n"), {"n": cursor[0]})
            seen.update(rows.scalars())
        cursor[0] = max(seen, default=0)

    while_all_write(write, pull)
    assert len(seen) < len(WRITERS) * PUSHES * 20
