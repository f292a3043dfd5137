"""What the law asks, from one end to the other: a real server, laptops and their own commands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.province import COMMUNE, VILLAGES, Laptop, Province, enrolled
from tests.e2e.test_erasure import CANARIES, laptop_holds, server_holds, write_canaries
from tongcds.actions import syncing
from tongcds.clock import business_date, system_clock

HOUSEHOLD = "HN-0999"


@pytest.fixture
def team(province: Province, tmp_path: Path) -> Iterator[Laptop]:
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as core:
        write_canaries(core)
        syncing.sync_now(core)
    return Laptop(tmp_path / "of Lò Thị Ngân")


@pytest.fixture
def commune(province: Province, tmp_path: Path, team: Laptop) -> Iterator[Laptop]:
    with enrolled(province, tmp_path, COMMUNE, "Cà Thị Hương") as core:
        syncing.sync_now(core)
    return Laptop(tmp_path / "of Cà Thị Hương")


def held(laptop: Laptop) -> set[str]:
    core = laptop.opened()
    try:
        return laptop_holds(core)
    finally:
        core.close()


def told(laptop: Laptop) -> list[tuple[str, str, int]]:
    """What another computer hears of the team's access log."""
    lines = laptop.sees("audit")["lines"]
    return [(line["kind"], line["person"], line["count"]) for line in reversed(lines) if not line["here"]]


def test_from_the_consent_to_the_erasure(
    province: Province, team: Laptop, commune: Laptop, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    today = business_date(system_clock)

    # A consent is given and taken back; what leaves the vault asks for it, and what happens is told.
    team.does("consent", HOUSEHOLD, "--purpose", "support=yes", "--purpose", "contact=yes")
    assert team.sees("export-register")["left_out"] == {}
    team.sees("consent", HOUSEHOLD, "--withdraw")
    assert team.sees("export-register")["left_out"] == {"withdrawn": 1}
    assert team.sees("export-register", "--ground", "duty")["people"] == 1
    assert len(team.sees("household", HOUSEHOLD, "--reveal")["refusals"]) == 1
    team.sees("backup", stick)
    team.sees("sync")
    commune.sees("sync")
    assert told(commune) == [
        ("export", "Lò Thị Ngân", 1), ("export", "Lò Thị Ngân", 0), ("export", "Lò Thị Ngân", 1),
        ("without", "Lò Thị Ngân", 1), ("reveal", "Lò Thị Ngân", 0), ("without", "Lò Thị Ngân", 1),
        ("reveal", "Lò Thị Ngân", 0), ("without", "Lò Thị Ngân", 1), ("backup", "Lò Thị Ngân", 0),
    ]  # fmt: skip

    # A request comes in at the team and is done at the commune.
    asked = team.sees("request-add", "delete", "--who", CANARIES[0], "--household", HOUSEHOLD)
    assert (asked["received_on"], asked["state"]) == (today.isoformat(), "open")
    team.sees("export", stick)
    team.sees("sync")
    commune.sees("sync")
    (waiting,) = commune.sees("requests", "--open")["requests"]
    assert (waiting["who"], waiting["due_on"]) == (CANARIES[0], asked["due_on"])
    assert held(commune) == server_holds(province) == set(CANARIES)
    commune.does("erase", HOUSEHOLD, "--yes")
    commune.sees("sync")
    team.sees("sync")
    (row,) = team.sees("requests")["requests"]
    assert (row["state"], row["who"], row["done_on"]) == ("done", "", today.isoformat())
    assert (held(team), held(commune), server_holds(province)) == (set(), set(), set())

    # What was written before on a stick undoes nothing, and the log of it all is whole.
    commune.sees("take", next(stick.glob("*.tcds")))
    commune.sees("sync")
    team.sees("sync")
    assert (held(team), held(commune), server_holds(province)) == (set(), set(), set())
    for laptop in (team, commune):
        assert laptop.sees("audit", "verify")["whole"]
