"""Pages made ahead are what they would be if they were made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.server.conftest import COMMUNE, VILLAGE, World
from tests.unit.server.laptop import Laptop
from tongcds.server import ahead
from tongcds.server.ahead import Ahead

LIMIT = 3


@pytest.fixture
def before_asked(world: World) -> Iterator[Ahead]:
    """The province of `world` makes pages ahead."""
    with Ahead(world.province.database) as made:
        world.province = replace(world.province, ahead=made)
        yield made


@pytest.fixture
def read_when(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The cursors of every page that is read, in the order of reading."""
    seen: list[tuple[int, ...]] = []
    read = ahead.read

    def noting(connection, wanted):
        seen.append(wanted.cursors)
        return read(connection, wanted)

    monkeypatch.setattr(ahead, "read", noting)
    return seen


def filled(world: World) -> tuple[Laptop, Laptop]:
    """A team that pushed ten households, and a commune that has seen none of them."""
    team = world.laptop(VILLAGE)
    for number in range(10):
        team.household(team.me.unit_id, f"Lò Văn Pản {number}")
    team.sync()
    return team, world.laptop(COMMUNE, "Cà Thị Hương")


def rename(team: Laptop) -> None:
    """Everybody of the team's village gets another name, and the server hears of it."""
    writer = team.writer()
    for row in team.rows("person"):
        writer.update("person", row["id"], full_name="Lò Văn Mới")
    writer.flush()
    team.sync()


def names(laptop: Laptop) -> list[str]:
    return sorted(row["full_name"] for row in laptop.rows("person"))


def begin(laptop: Laptop) -> None:
    """Pull until some people are here; more of them are in the page that is made ahead now."""
    while not names(laptop):
        assert laptop.exchange(limit=LIMIT).more


def pulled(laptop: Laptop) -> None:
    while laptop.exchange(limit=LIMIT).more:
        pass


@pytest.mark.usefixtures("before_asked")
def test_each_page_is_read_once_and_brings_what_it_should(world, read_when):
    _, commune = filled(world)
    read_when.clear()
    pulled(commune)
    assert len(names(commune)) == 10
    assert len(read_when) == len(set(read_when)) == len(commune.answers)
    assert commune.answers[-1].digest


@pytest.mark.usefixtures("before_asked")
def test_a_change_after_a_page_was_made_is_in_the_page_that_is_given(world):
    team, commune = filled(world)
    begin(commune)
    rename(team)
    pulled(commune)
    assert names(commune) == ["Lò Văn Mới"] * 10


@pytest.mark.usefixtures("before_asked")
def test_a_page_that_is_given_however_old_it_is_would_be_noticed(world, monkeypatch):
    # Negative control: the sums are always the same.
    monkeypatch.setattr(ahead, "_sums", lambda *_: {})
    team, commune = filled(world)
    begin(commune)
    rename(team)
    answer = commune.exchange(limit=LIMIT)
    with world.province.database.read() as connection:
        wanted = ahead.Wanted(
            commune.me.device, 0, tuple(commune.entries), tuple(commune.answers[-2].cursors), LIMIT
        )
        now = ahead.read(connection, wanted)
    assert answer.page is not None
    assert (answer.cursors, answer.page) != (now.page.cursors, now.packed)


def test_what_failed_ahead_is_tried_again_when_it_is_asked_for(world, before_asked, monkeypatch):
    _, commune = filled(world)
    make = before_asked._make

    def failing(_wanted):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(before_asked, "_make", failing)
    assert commune.exchange(limit=LIMIT).more
    monkeypatch.setattr(before_asked, "_make", make)
    pulled(commune)
    assert len(names(commune)) == 10
