from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Connection, create_engine

from tests.unit.reports.registers import VILLAGES, Register, lively_registers
from tests.unit.reports.test_figures import INDICATORS, PERIODS
from tongcds.records import record_type
from tongcds.replica import create_tables
from tongcds.reports.figures import figures
from tongcds.reports.shares import shared, shared_out


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Connection, Connection]]:
    """Two connections to one database, for threads that are not their makers'."""
    path = tmp_path_factory.mktemp("two") / "register.db"
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    with ExitStack() as open_ones:
        first, second = (open_ones.enter_context(engine.connect()) for _ in range(2))
        create_tables(first)
        first.commit()
        yield first, second
    engine.dispose()


@given(lively_registers())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
def test_two_connections_count_what_one_counts(pair: tuple[Connection, Connection], register: Register):
    first, second = pair
    for name in register.by_type():
        first.execute(record_type(name).table.delete())
    register.put(first)
    first.commit()
    alone = figures(first, INDICATORS, VILLAGES, PERIODS)
    with shared([first, second]) as connection:
        assert figures(connection, INDICATORS, VILLAGES, PERIODS) == alone
    for one in pair:
        one.rollback()  # Or the next register waits for whoever still reads this one.


def test_both_connections_get_work_and_answers_keep_their_order(pair: tuple[Connection, Connection]):
    both = threading.Barrier(2, timeout=10)

    def job(at: int, on: Connection) -> tuple[int, Connection]:
        both.wait()  # Goes on only if the other connection works at the same time.
        return at, on

    with shared(pair) as connection:
        answers = shared_out(connection, [partial(job, at) for at in range(4)])
    assert [at for at, _on in answers] == [0, 1, 2, 3]
    assert {id(on) for _at, on in answers} == {id(one) for one in pair}


def test_outside_the_block_everything_is_done_on_the_one_connection(pair: tuple[Connection, Connection]):
    with shared(pair) as connection:
        pass
    assert shared_out(connection, [lambda on: on, lambda on: on]) == [connection, connection]


def test_what_fails_beside_is_not_lost(pair: tuple[Connection, Connection]):
    both = threading.Barrier(2, timeout=10)

    def fails(on: Connection) -> None:
        both.wait()
        if on is pair[1]:
            raise ValueError("beside")

    with pytest.raises(ValueError, match="beside"), shared(pair) as connection:
        shared_out(connection, [fails, fails])
