"""The same figures from SQLite and from PostgreSQL, down to the fingerprint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection, create_engine

from tests.unit.reports.registers import (
    DAYS,
    VILLAGES,
    Register,
    lively_registers,
    registers,
    registers_with_duplicates,
)
from tests.unit.server.postgresql import running_cluster
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import Period, month_to
from tongcds.replica import create_tables
from tongcds.replica.merged import merged_records
from tongcds.reports import counting, figures
from tongcds.reports.figures import broken_down
from tongcds.reports.figures import figures as counted
from tongcds.reports.sheets import Breakdown


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Connection, Connection]]:
    with running_cluster() as cluster:
        address = cluster.address(cluster.create()).replace("postgresql://", "postgresql+psycopg://")
        engines = (
            create_engine("sqlite://"),
            create_engine(address, connect_args={"options": "-c jit=off"}),
        )
        opened = [engine.connect() for engine in engines]
        for connection in opened:
            create_tables(connection)
            connection.commit()
        yield opened[0], opened[1]
        for connection, engine in zip(opened, engines, strict=True):
            connection.close()
            engine.dispose()


WHOLE = Period(DAYS[0], DAYS[-1])
OF_PEOPLE = ("XHS01", "XHS10", "ACT03")


def agree(
    both: tuple[Connection, Connection],
    register: Register,
    codes: Sequence[str],
    by: Sequence[Breakdown] = (),
) -> bool:
    found = []
    for connection in both:
        try:
            register.put(connection)
            found.append(
                (
                    counted(connection, codes, VILLAGES, [month_to(DAYS[2]), month_to(DAYS[5]), WHOLE]),
                    [broken_down(connection, codes, VILLAGES, WHOLE, one) for one in by],
                )
            )
        finally:
            connection.rollback()
    return found[0] == found[1]


@given(lively_registers())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_both_databases_count_the_same(both: tuple[Connection, Connection], register: Register) -> None:
    assert agree(both, register, counted_indicators(), list(Breakdown))


@given(registers_with_duplicates())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_both_databases_take_the_same_records_for_one_person(
    both: tuple[Connection, Connection], register: Register
) -> None:
    assert agree(both, register, OF_PEOPLE)


def test_a_database_that_hides_others_is_noticed(
    both: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    def of_one_only(connection: Connection, villages: list[bytes]) -> dict[bytes, bytes]:
        return {} if connection.dialect.name == "sqlite" else merged_records(connection, villages)

    monkeypatch.setattr(figures, "merged_records", of_one_only)

    @given(registers_with_duplicates())
    @settings(max_examples=200, database=None, phases=[Phase.generate])
    def compare(register: Register) -> None:
        assert agree(both, register, OF_PEOPLE)

    with pytest.raises(AssertionError):
        compare()


def test_a_fingerprint_that_differs_is_noticed(
    both: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(counting._SumOfIds, "finalize", lambda self: self._sum + 1)

    @given(registers())
    @settings(max_examples=60, database=None, phases=[Phase.generate])
    def compare(register: Register) -> None:
        assert agree(both, register, OF_PEOPLE)

    with pytest.raises(AssertionError):
        compare()
