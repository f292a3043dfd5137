"""A replica's tables in memory, with nothing in them; what a test puts in is gone after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from tongcds.replica import create_tables


@pytest.fixture(scope="module")
def database() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        create_tables(opened)
        opened.commit()
        yield opened
    engine.dispose()


@pytest.fixture
def connection(database: Connection) -> Iterator[Connection]:
    yield database
    database.rollback()
