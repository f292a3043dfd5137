from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.unit.replica.laptops import NA_NGA, Laptop, Office, close


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    close(made.connection)


@pytest.fixture
def laptop(office: Office) -> Iterator[Callable[..., Laptop]]:
    """Makes laptops of the office, each with the next device number."""
    made: list[Laptop] = []

    def make(areas: Sequence[bytes] = (NA_NGA,), *, ahead: int = 0) -> Laptop:
        made.append(Laptop(office, 11 + len(made), areas, ahead=ahead))
        return made[-1]

    yield make
    for one in made:
        close(one.connection)


@pytest.fixture
def a(laptop: Callable[..., Laptop]) -> Laptop:
    return laptop()


@pytest.fixture
def b(laptop: Callable[..., Laptop]) -> Laptop:
    return laptop()
