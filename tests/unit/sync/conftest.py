"""The province of `tests.unit.server`, with real desktops at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.server.conftest import (  # noqa: F401  fixtures
    COMMUNE,
    VILLAGE,
    World,
    cluster,
    postgresql_template,
    small_world,
    sqlite_template,
    world,
)
from tests.unit.sync.desks import Desk, synced

Desks = Callable[..., Desk]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    """Makes desktops at a province."""
    made: list[Desk] = []

    def make(at: World, unit: str = VILLAGE, name: str = "Lò Thị Ngân", role: str = "") -> Desk:
        made.append(Desk.at(at, tmp_path / f"desk-{len(made)}", unit, name, role))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def team(small_world: World, desks: Desks) -> Desk:  # noqa: F811  the fixture
    """A team's laptop after its first exchange."""
    return synced(desks, small_world, VILLAGE, "Lò Thị Ngân")


@pytest.fixture
def office(small_world: World, desks: Desks) -> Desk:  # noqa: F811  the fixture
    """Its commune's likewise."""
    return synced(desks, small_world, COMMUNE, "Cà Thị Hương")
