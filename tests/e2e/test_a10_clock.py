"""A10: a clock that is years off, or jumps in the middle, loses nothing, locks nobody out, and is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.province import COMMUNE, PASSPHRASE, VILLAGES, Laptop, Province
from tongcds.actions import Core, opening, syncing
from tongcds.clock import system_clock
from tongcds.domain.stamps import HybridClock, milliseconds_of
from tongcds.records import record_type
from tongcds.replica.merge import newest
from tongcds.replica.rows import read_rows
from ui.shell.badge import clock_warning

HOUSEHOLD = record_type("household")
DAY = timedelta(days=1)
FIVE_MINUTES = 5 * 60 * 1000


@dataclass
class WrongClock:
    """The real time, and how far it is off."""

    off: timedelta = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.off


WRONG = {
    "two years behind": -2 * 365 * DAY,
    "ten years ahead": 3652 * DAY,
    "1980": datetime(1980, 1, 1, tzinfo=UTC) - system_clock(),
    "another time zone": timedelta(hours=7),
}


@pytest.fixture
def computers(province: Province, tmp_path: Path) -> Iterator[Callable[[str, str, WrongClock], Core]]:
    made: list[Core] = []

    def make(unit: str, name: str, clock: WrongClock) -> Core:
        file = tmp_path / f"{len(made)}.tcds"
        province.invite(unit, name, file, url=province.url)
        core = opening.create_vault(Laptop(tmp_path / f"{len(made)}").profile, PASSPHRASE, name, clock)
        opening.enrol_device(core, opening.read_invitation(file))
        made.append(core)
        return core

    yield make
    for core in made:
        core.close()


def add(core: Core, village: bytes, code: str) -> bytes:
    with core.vault.change(core.author()) as change:
        return change.writer.create("household", village_id=village, code=code)


def write(core: Core, household: bytes, address: str) -> None:
    with core.vault.change(core.author()) as change:
        change.writer.update("household", household, address=address)


def row(core: Core, household: bytes):
    with core.vault.read() as connection:
        return read_rows(connection, HOUSEHOLD, [household])[household]


def address(core: Core, household: bytes) -> object:
    return row(core, household)["values"]["address"]


def exchange(*cores: Core) -> None:
    for core in cores:
        core.runner.exchange_now()


def now() -> int:
    return int(time.time() * 1000)


def stamp_is_right(core: Core, household: bytes) -> bool:
    return abs(milliseconds_of(newest(row(core, household)).stamp) - now()) < FIVE_MINUTES


@pytest.mark.parametrize("off", WRONG.values(), ids=WRONG)
def test_with_a_clock_years_off_nothing_is_refused_and_the_order_is_right_after_a_sync(computers, off):
    team = computers(VILLAGES[0], "Lò Thị Ngân", WrongClock(off))
    commune = computers(COMMUNE, "Cà Thị Hương", WrongClock())
    village = team.credentials().unit_id
    household = add(team, village, "HN-0001")
    write(team, household, "trước khi có mạng")
    exchange(team, commune)
    assert syncing.status(team).waiting == 0
    assert syncing.sync_view(team).returned == ()
    assert address(commune, household) == "trước khi có mạng"

    write(commune, household, "xã sửa sau")
    exchange(commune, team)
    write(team, household, "tổ sửa sau cùng")
    assert stamp_is_right(team, household)
    exchange(team, commune)
    for core in (team, commune):
        assert address(core, household) == "tổ sửa sau cùng"
        assert syncing.sync_view(core).conflicts == ()


@pytest.mark.parametrize("off", [WRONG["two years behind"], WRONG["ten years ahead"]])
def test_a_wrong_clock_is_told_and_locks_nobody_out(computers, off, tmp_path):
    clock = WrongClock(off)
    team = computers(VILLAGES[0], "Lò Thị Ngân", clock)
    exchange(team)
    wrong = syncing.status(team).clock_wrong_ms
    assert abs(wrong / 86_400_000 + off / DAY) < 0.1
    told = clock_warning(syncing.status(team), clock())
    assert f"{clock().astimezone().year}" in told
    profile = team.vault.folder.parent
    team.vault.close()
    clock.off = timedelta()
    again = opening.open_vault(profile, PASSPHRASE, clock)
    exchange(again)
    assert syncing.status(again).clock_wrong_ms == 0
    assert clock_warning(syncing.status(again), clock()) == ""
    again.close()


def test_a_clock_that_jumps_while_it_syncs_loses_nothing(computers, monkeypatch):
    clock = WrongClock()
    team = computers(VILLAGES[0], "Lò Thị Ngân", clock)
    commune = computers(COMMUNE, "Cà Thị Hương", WrongClock())
    village = team.credentials().unit_id
    homes = [add(team, village, f"HN-{number:04}") for number in range(40)]
    jumps = [3652 * DAY, -2 * 365 * DAY, timedelta(), 40 * DAY]
    told: list[object] = []

    def jump(progress: object) -> None:
        told.append(progress)
        clock.off = jumps[len(told) % len(jumps)]

    team.runner.exchange_now(jump)
    assert len(told) > 1
    clock.off = timedelta()
    exchange(team, commune)
    assert syncing.status(team).waiting == 0
    assert [row(commune, home)["values"]["code"] for home in homes] == [f"HN-{n:04}" for n in range(40)]


def test_a_clock_set_back_is_noticed_without_a_network(computers):
    clock = WrongClock()
    team = computers(VILLAGES[0], "Lò Thị Ngân", clock)
    add(team, team.credentials().unit_id, "HN-0001")
    assert syncing.status(team).clock_wrong_ms == 0
    clock.off = WRONG["1980"]
    assert syncing.status(team).clock_wrong_ms > 40 * 365 * 86_400_000


def test_stamps_that_only_learnt_the_offset_would_stay_in_the_future(computers, monkeypatch):
    """The control: a stamp once drawn ten years ahead pulls all later ones with it."""

    def only_the_offset(self: HybridClock, server: int) -> None:
        self.offset = server - self.now()

    monkeypatch.setattr(HybridClock, "settle", only_the_offset)
    team = computers(VILLAGES[0], "Lò Thị Ngân", WrongClock(WRONG["ten years ahead"]))
    household = add(team, team.credentials().unit_id, "HN-0001")
    exchange(team)
    write(team, household, "tổ sửa sau")
    assert not stamp_is_right(team, household)
