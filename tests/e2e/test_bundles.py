"""A team without a network: its writes reach the server in somebody's pocket, and the answer comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.province import COMMUNE, VILLAGES, Laptop, Province, administer, database
from tongcds.actions import Core, syncing
from tongcds.domain.views import Standing
from tongcds.errors import UserError
from tongcds.storage.standing import packed_in, standings


@contextmanager
def enrolled(province: Province, folder: Path, unit: str, name: str) -> Iterator[Core]:
    invitation = folder / f"{unit[-3:]}.tongcds-moi"
    province.invite(unit, name, invitation, url=province.url)
    core = Laptop(folder / f"of-{unit[-3:]}").enrolled(invitation, name)
    try:
        yield core
    finally:
        core.close()


@pytest.fixture
def team(province: Province, tmp_path: Path) -> Iterator[Core]:
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as core:
        syncing.sync_now(core)
        yield core


@pytest.fixture
def commune(province: Province, tmp_path: Path) -> Iterator[Core]:
    with enrolled(province, tmp_path, COMMUNE, "Cà Thị Hương") as core:
        syncing.sync_now(core)
        yield core


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def write_something(core: Core, code: str) -> bytes:
    village = core.credentials().unit_id
    with core.vault.change(core.author()) as change:
        return change.writer.create("household", village_id=village, code=code)


def codes(core: Core) -> set[str]:
    with core.vault.read() as connection:
        rows = connection.exec_driver_sql("SELECT code FROM household WHERE deleted = 0")
        return set(rows.scalars())


def test_a_commune_laptop_carries_what_it_cannot_read_and_brings_the_receipt_back(
    team: Core, commune: Core, stick: Path
) -> None:
    # The team has not heard yet that the commune has a laptop, so its file names the server alone.
    write_something(team, "HN-0001")
    done = syncing.export_bundle(team, stick)
    assert syncing.status(team).waiting == done.writes == 1

    kept, _changes = syncing.take_bundle(commune, done.path)
    assert kept.carried
    assert codes(commune) == set()
    syncing.sync_now(commune)
    syncing.sync_now(commune)
    assert codes(commune) == {"HN-0001"}

    assert syncing.answers_to_bring_back(commune, stick) == 1
    (answer,) = stick.glob("tra-loi-*")
    for _ in range(2):
        syncing.take_bundle(team, answer)
        assert syncing.status(team).waiting == 0


def test_bundles_that_come_out_of_order_twice_and_after_the_network_do_nothing_wrong(
    team: Core, commune: Core, stick: Path
) -> None:
    write_something(team, "HN-0001")
    first = syncing.export_bundle(team, stick)
    write_something(team, "HN-0002")
    second = syncing.export_bundle(team, stick)
    for path in (second.path, first.path, second.path):
        syncing.take_bundle(commune, path)
        syncing.sync_now(commune)
    syncing.sync_now(team)
    syncing.sync_now(commune)
    assert codes(commune) == codes(team) == {"HN-0001", "HN-0002"}
    syncing.answers_to_bring_back(commune, stick)
    for answer in stick.glob("tra-loi-*"):
        syncing.take_bundle(team, answer)
    assert codes(team) == {"HN-0001", "HN-0002"}
    assert syncing.status(team).waiting == 0


def test_a_damaged_or_foreign_file_changes_nothing_and_says_so(team: Core, stick: Path) -> None:
    write_something(team, "HN-0001")
    done = syncing.export_bundle(team, stick)
    with pytest.raises(UserError, match="bundle_own"):
        syncing.take_bundle(team, done.path)
    (stick / "cut.tcds").write_bytes(done.path.read_bytes()[:-9])
    (stick / "other.tcds").write_bytes(b"PK\x03\x04 something else")
    for name, code in (
        ("cut.tcds", "bundle_damaged"),
        ("other.tcds", "bundle_foreign"),
        ("none", "file_missing"),
    ):
        with pytest.raises(UserError, match=code):
            syncing.take_bundle(team, stick / name)
    assert syncing.status(team).waiting == 1


def test_what_is_packed_says_so_by_name_until_the_receipt_comes(
    team: Core, commune: Core, stick: Path
) -> None:
    first = write_something(team, "HN-0001")
    done = syncing.export_bundle(team, stick)
    later = write_something(team, "HN-0002")
    with team.vault.read() as connection:
        assert standings(connection, [first, later]) == {first: Standing.PACKED, later: Standing.WAITING}
        assert (packed_in(connection, [first]), packed_in(connection, [first, later])) == (done.name, "")
    status = syncing.status(team)
    assert (status.waiting, status.packed, status.packed_in) == (2, 1, done.name)
    syncing.take_bundle(commune, done.path)
    syncing.sync_now(commune)
    syncing.answers_to_bring_back(commune, stick)
    (answer,) = stick.glob("tra-loi-*")
    syncing.take_bundle(team, answer)
    with team.vault.read() as connection:
        assert standings(connection, [first, later]) == {first: Standing.RECEIVED, later: Standing.WAITING}
    assert syncing.status(team).packed_in == ""
    assert [(row.way, row.sent) for row in syncing.sync_view(team).history[:2]] == [("usb", 1), ("usb", 1)]


def test_a_restored_server_says_in_its_answer_from_which_change_on_it_needs_more(
    province: Province, team: Core, commune: Core, stick: Path, logs
) -> None:
    logs.expect("tongcds.sync", "differ")
    write_something(team, "HN-0001")
    syncing.sync_now(team)
    province.stop()
    copy = province.folder.parent / "copy.sqlite"
    with database(province.folder / "province.sqlite") as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    province.start()
    write_something(team, "HN-0002")
    syncing.sync_now(team)
    write_something(team, "HN-0003")
    done = syncing.export_bundle(team, stick)
    assert (done.first, done.last) == (3, 3)
    province.stop()
    for file in province.folder.glob("province.sqlite*"):
        file.unlink()
    copy.rename(province.folder / "province.sqlite")
    administer("restored", "--data", province.folder)
    province.start()
    syncing.take_bundle(commune, done.path)
    syncing.sync_now(commune)
    # Read from the file; after a restore nothing goes that somebody may offer again.
    assert codes(commune) == {"HN-0001", "HN-0003"}
    syncing.answers_to_bring_back(commune, stick)
    (answer,) = stick.glob("tra-loi-*")
    taken, _changes = syncing.take_bundle(team, answer)
    assert (taken.sent, taken.needed_from) == (0, 2)
    again = syncing.export_bundle(team, stick)
    assert (again.first, again.last) == (2, 3)
    syncing.take_bundle(commune, again.path)
    syncing.sync_now(commune)
    syncing.sync_now(commune)
    assert codes(commune) == {"HN-0001", "HN-0002", "HN-0003"}
