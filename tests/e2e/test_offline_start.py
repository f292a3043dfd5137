"""A laptop that never saw a network begins from an invitation file; the province hears of it later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e import province as provinces
from tests.e2e.province import COMMUNE, PASSPHRASE, SAMPLE, VILLAGES, Laptop, Province
from tongcds.actions import Core, households, importing, opening, register, syncing
from tongcds.actions.opening import Joined
from tongcds.clock import system_clock
from tongcds.domain.views import FieldChange, HouseholdChange, HouseholdFilter, PersonChange
from tongcds.errors import UserError

NAME = "Lò Thị Ngân"


def write_something(core: Core, code: str) -> bytes:
    village = core.credentials().unit_id
    with core.vault.change(core.author()) as change:
        return change.writer.create("household", village_id=village, code=code)


def people_typed_in(core: Core) -> None:
    """A household as a person types one in."""
    (village,) = households.start(core).villages
    assert village == (core.credentials().unit_id, VILLAGES[0])
    named = (FieldChange("full_name", "", "Quàng Văn Inh"), FieldChange("relation", "", "chủ hộ"))
    head = PersonChange(None, named)
    code = (FieldChange("code", "", "HN-0001"),)
    households.save_household(core, HouseholdChange(None, village[0], code, (head,)))


def codes(core: Core) -> set[str]:
    with core.vault.read() as connection:
        return set(connection.exec_driver_sql("SELECT code FROM household WHERE deleted = 0").scalars())


def on_the_server(province: Province) -> dict[str, int]:
    """Codes of the households there, with the device that wrote each."""
    with provinces.database(province.folder / "province.sqlite") as connection:
        return dict(connection.execute("SELECT code, device FROM household").fetchall())


@pytest.fixture
def file(province: Province, tmp_path: Path) -> Path:
    """An invitation file; the server is not there while it is used."""
    path = tmp_path / "moi.tongcds-moi"
    province.invite(VILLAGES[0], NAME, path, url=province.url)
    province.stop()
    return path


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[[Path], Core]]:
    """Begins to work from a file on a computer of its own, without a network."""
    made: list[Core] = []

    def begun(file: Path) -> Core:
        profile = tmp_path / f"computer-{len(made)}"
        core = opening.create_vault(profile, PASSPHRASE, NAME, system_clock)
        made.append(core)
        assert opening.enrol_device(core, opening.read_invitation(file)) is Joined.OFFLINE
        return core

    yield begun
    for core in made:
        core.close()


def test_work_begins_at_once_and_the_first_exchange_makes_the_laptop_known(
    begin: Callable[[Path], Core], file: Path, province: Province
) -> None:
    core = begin(file)
    assert (core.whoami().person, core.whoami().unit_name) == (NAME, VILLAGES[0])
    assert not opening.is_registered(core)
    write_something(core, "HN-0001")
    province.start()
    syncing.sync_now(core)
    assert opening.is_registered(core)
    assert on_the_server(province) == {"HN-0001": core.credentials().device}
    syncing.sync_now(core)
    assert syncing.status(core).waiting == 0


def test_a_household_can_be_typed_in_before_anybody_heard_of_the_laptop(
    begin: Callable[[Path], Core], file: Path, province: Province
) -> None:
    core = begin(file)
    people_typed_in(core)
    assert [row.code for row in register.households(core, HouseholdFilter()).rows] == ["HN-0001"]
    province.start()
    syncing.sync_now(core)
    assert codes(core) == {"HN-0001"}
    assert households.start(core).villages == ((core.credentials().unit_id, VILLAGES[0]),)
    assert on_the_server(province) == {"HN-0001": core.credentials().device}


def test_a_register_can_be_imported_before_anybody_heard_of_the_laptop(
    begin: Callable[[Path], Core], file: Path, province: Province
) -> None:
    core = begin(file)
    prepared = importing.prepare_import(core, SAMPLE)
    assert (prepared.preview.households_to_write, VILLAGES[0] in prepared.preview.villages_missing) == (
        32,
        False,
    )
    importing.apply_import(core, prepared)
    province.start()
    syncing.sync_now(core)
    assert len(on_the_server(province)) == 32


def test_a_commune_imports_before_its_first_exchange_and_has_no_village_twice(
    tmp_path: Path, province: Province
) -> None:
    file = tmp_path / "xa.tongcds-moi"
    province.invite(COMMUNE, "Cà Thị Hương", file, url=province.url)
    province.stop()
    core = opening.create_vault(tmp_path / "commune", PASSPHRASE, "Cà Thị Hương", system_clock)
    try:
        assert opening.enrol_device(core, opening.read_invitation(file)) is Joined.OFFLINE
        before = dict(households.start(core).villages)
        assert VILLAGES[0] in before.values()
        importing.apply_import(core, importing.prepare_import(core, SAMPLE))
        province.start()
        syncing.sync_now(core)
        after = households.start(core).villages
        assert [name for _village, name in after].count(VILLAGES[0]) == 1
        assert before.items() <= dict(after).items()
    finally:
        core.close()


def test_the_first_bundle_makes_the_laptop_known_and_the_answer_brings_a_page(
    begin: Callable[[Path], Core], file: Path, province: Province, tmp_path: Path
) -> None:
    core = begin(file)
    write_something(core, "HN-0001")
    done = syncing.export_bundle(core, tmp_path)
    province.start()
    carrier_file = tmp_path / "xa.tongcds-moi"
    province.invite(COMMUNE, "Cà Thị Hương", carrier_file, url=province.url)
    commune = Laptop(tmp_path / "commune").enrolled(carrier_file, "Cà Thị Hương")
    try:
        kept, _changes = syncing.take_bundle(commune, done.path)
        assert kept.carried
        syncing.sync_now(commune)
        assert syncing.answers_to_bring_back(commune, tmp_path) == 1
    finally:
        commune.close()
    (answer,) = tmp_path.glob("tra-loi-*")
    taken, _changes = syncing.take_bundle(core, answer)
    assert opening.is_registered(core)
    assert (taken.sent, syncing.status(core).waiting) == (1, 0)
    assert taken.received > 0
    syncing.take_bundle(core, answer)
    syncing.sync_now(core)
    assert codes(core) == {"HN-0001"}


def test_a_file_used_twice_gives_the_second_laptop_a_number_of_its_own_and_loses_nothing(
    begin: Callable[[Path], Core], file: Path, province: Province, tmp_path: Path
) -> None:
    first, second = begin(file), begin(file)
    write_something(first, "HN-0001")
    home = write_something(second, "HN-0002")
    with second.vault.change(second.author()) as change:
        change.writer.update("household", home, note="phía trên dốc")
    assert first.credentials().device == second.credentials().device
    second_file = syncing.export_bundle(second, tmp_path)
    province.start()
    syncing.sync_now(first)
    # The second one's first file comes by when the number is the first one's already.
    syncing.take_bundle(first, second_file.path)
    syncing.sync_now(first)
    syncing.answers_to_bring_back(first, tmp_path)
    (answer,) = tmp_path.glob("tra-loi-*")
    syncing.take_bundle(second, answer)
    assert second.credentials().device != first.credentials().device
    assert syncing.status(second).waiting == 2
    syncing.sync_now(second)
    syncing.sync_now(first)
    assert codes(first) == codes(second) == {"HN-0001", "HN-0002"}
    assert on_the_server(province) == {
        "HN-0001": first.credentials().device,
        "HN-0002": second.credentials().device,
    }
    syncing.sync_now(second)
    assert syncing.status(second).waiting == 0


def test_over_the_network_the_second_laptop_goes_on_under_its_own_number_too(
    begin: Callable[[Path], Core], file: Path, province: Province
) -> None:
    first, second = begin(file), begin(file)
    write_something(first, "HN-0001")
    write_something(second, "HN-0002")
    province.start()
    for core in (first, second, first):
        syncing.sync_now(core)
    assert codes(first) == codes(second) == {"HN-0001", "HN-0002"}


def test_a_withdrawn_invitation_keeps_the_work_and_another_one_takes_it_along(
    begin: Callable[[Path], Core], file: Path, province: Province, tmp_path: Path
) -> None:
    core = begin(file)
    write_something(core, "HN-0001")
    (listed,) = provinces.administer("invitations", "--data", province.folder)["invitations"]
    provinces.administer("invitations", "--data", province.folder, "--withdraw", listed["number"])
    province.start()
    with pytest.raises(UserError, match="invitation_withdrawn"):
        syncing.sync_now(core)
    assert syncing.status(core).waiting == 1
    again = tmp_path / "lai.tongcds-moi"
    province.invite(VILLAGES[0], NAME, again, url=province.url)
    syncing.take_bundle(core, again)
    syncing.sync_now(core)
    assert on_the_server(province) == {"HN-0001": core.credentials().device}
    with pytest.raises(UserError, match="already_enrolled"):
        syncing.take_bundle(core, again)


def test_a_file_that_expired_by_this_computers_clock_is_refused_before_anything_is_begun(
    file: Path, tmp_path: Path
) -> None:
    def later() -> datetime:
        return system_clock() + timedelta(days=31)

    core = opening.create_vault(tmp_path / "late", PASSPHRASE, NAME, later)
    try:
        with pytest.raises(UserError, match="invitation_expired_here"):
            opening.enrol_device(core, opening.read_invitation(file))
        assert not opening.is_enrolled(core)
    finally:
        core.close()


def test_a_laptop_that_began_twice_from_two_files_brings_everything(
    begin: Callable[[Path], Core], file: Path, province: Province, tmp_path: Path
) -> None:
    """The commune gave a second file before the first one was ever heard of."""
    core = begin(file)
    write_something(core, "HN-0001")
    other = tmp_path / "other.tongcds-moi"
    province.start()
    province.invite(VILLAGES[0], NAME, other, url=province.url)
    province.stop()
    syncing.take_bundle(core, other)
    write_something(core, "HN-0002")
    province.start()
    syncing.sync_now(core)
    assert set(on_the_server(province)) == {"HN-0001", "HN-0002"}
