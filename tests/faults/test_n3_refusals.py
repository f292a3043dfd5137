"""N3: nothing puts work away that only this computer has, before it was written outside.

The ways that there are refuse with how much waits; those that do not exist are held not to.
"""

from __future__ import annotations

import shutil

import pytest

from tests.faults import scenes
from tests.faults.desk import Desk, invited
from tests.pictures import jpeg
from tests.unit.server.conftest import COMMUNE, VILLAGE, World
from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Ticking, names, village
from tongcds.actions import opening, rescue
from tongcds.errors import UnavailableError, UserError, sentence
from tongcds.replica import acknowledge, load_identity
from tongcds.replica.incarnations import Number, incarnate
from tongcds.storage import journal, outside
from tongcds.storage.keyslots import About
from tongcds.storage.rescue import copy_sealed
from tongcds.storage.vault import FILE_NAME, Vault
from tongcds.sync import enrol

NEW = "Bản Chưa Gửi"
PHOTO = jpeg(3_000)
LATER = 12


def only_here(vault: Vault) -> outside.Only:
    with vault.read() as connection:
        return outside.only_here(connection, vault.attachments)


def waiting(vault: Vault) -> int:
    return only_here(vault).writes


def add(vault: Vault, name: str) -> None:
    with vault.change(AUTHOR) as change:
        village(change.writer, name)


def opened(scene: scenes.Scene) -> Vault:
    return Vault.open(scene.folder, PASSPHRASE, now=Ticking())


def restored(scene, stick) -> Vault:
    return Vault.restore(scene.folder, stick, PASSPHRASE, now=Ticking())


def has_new(scene) -> bool:
    vault = opened(scene)
    try:
        with vault.read() as connection:
            return NEW in names(connection)
    finally:
        vault.close()


@pytest.fixture
def stick(scene, tmp_path):
    """A backup under the number that the laptop had before, so that its later writes do not fit on top."""
    vault = opened(scene)
    made = vault.backup_to(tmp_path / "stick")
    with vault.write() as connection:
        me = load_identity(connection, now=Ticking())
        incarnate(connection, me, [Number(me.device, 1)], device=LATER, prefix=77, after=scene.received)
    add(vault, NEW)
    vault.close()
    return made.path.parent


def test_a_backup_that_cannot_take_up_what_waits_is_not_put_in_its_place(scene, stick):
    vault = opened(scene)
    there = waiting(vault)
    vault.close()
    with pytest.raises(UserError, match="unsent_restore") as refused:
        restored(scene, stick)
    assert there > 1
    assert refused.value.params == {"count": there, "files": 0}
    assert str(there) in sentence(refused.value)
    assert has_new(scene)


def test_a_backup_elsewhere_lets_it_go_on_but_not_for_what_came_later(scene, stick, tmp_path):
    vault = opened(scene)
    vault.backup_to(tmp_path / "second stick")
    assert waiting(vault) == 0
    add(vault, "Bản Sau")
    assert waiting(vault) == 1
    vault.close()
    with pytest.raises(UserError, match="unsent_restore") as refused:
        restored(scene, stick)
    assert refused.value.params == {"count": 1, "files": 0}
    vault = opened(scene)
    vault.backup_to(tmp_path / "second stick")
    vault.close()
    restored(scene, stick).close()
    assert not has_new(scene)
    # And it is where it was said to be.
    shutil.rmtree(scene.folder)
    restored(scene, tmp_path / "second stick").close()
    assert has_new(scene)


def test_a_backup_of_another_number_covers_nothing(scene, stick):
    """The backup on the first stick was remembered, too."""
    vault = opened(scene)
    with vault.read() as connection:
        assert connection.exec_driver_sql("SELECT value FROM note WHERE name = 'outside backup'").scalar()
    assert waiting(vault) > 1
    vault.close()


def test_without_the_refusal_the_work_would_be_gone_from_the_vault(scene, stick, monkeypatch):
    """The control."""
    monkeypatch.setattr("tongcds.storage.repair._require_nothing_lost", lambda _only: None)
    restored(scene, stick).close()
    assert not has_new(scene)


def attach(vault: Vault) -> bytes:
    """A photo of which the server has the record and not the file."""
    digest = vault.attachments.keep(PHOTO)
    with vault.change(AUTHOR) as change:
        place = village(change.writer, "Bản Có Ảnh")
        change.writer.create(
            "attachment", village_id=place, subject="household", subject_id=bytes(16), hash=digest,
            size=len(PHOTO), media_type="image/jpeg", name="anh.jpg",
        )  # fmt: skip
    with vault.write() as connection:
        me = load_identity(connection, now=Ticking())
        acknowledge(connection, me, me.next_n - 1)
    return digest


def test_a_photo_that_never_reached_the_server_holds_the_vault_too(scene, stick, tmp_path):
    vault = opened(scene)
    digest = attach(vault)
    assert only_here(vault) == outside.Only(writes=0, files=1)
    vault.close()
    with pytest.raises(UserError, match="unsent_restore") as refused:
        restored(scene, stick)
    assert refused.value.params == {"count": 0, "files": 1}
    vault = opened(scene)
    vault.backup_to(tmp_path / "second stick")
    assert only_here(vault) == outside.Only()
    vault.close()
    restored(scene, stick).close()
    # And it is where it was said to be.
    shutil.rmtree(scene.folder)
    again = restored(scene, tmp_path / "second stick")
    assert again.attachments.content(digest) == PHOTO
    again.close()


def test_a_copy_of_everything_counts_for_the_photos_that_were_there(scene, tmp_path):
    vault = opened(scene)
    vault.close()
    copy_sealed(scene.folder, tmp_path, now=0)
    assert outside.is_copied(scene.folder)
    vault.attachments.keep(PHOTO)
    assert not outside.is_copied(scene.folder)


def test_what_fits_on_top_needs_no_copy(scene, tmp_path):
    vault = opened(scene)
    vault.backup_to(tmp_path / "stick")
    add(vault, NEW)
    assert waiting(vault) == 1
    vault.close()
    again = restored(scene, tmp_path / "stick")
    assert again.recovery.complete
    again.close()
    assert has_new(scene)


def test_of_a_damaged_vault_the_journal_says_what_waits_and_a_copy_of_everything_counts(
    scene, stick, tmp_path
):
    shutil.rmtree(scene.folder / "backups")
    (scene.folder / FILE_NAME).write_bytes(b"nothing of a vault" * 1000)
    with pytest.raises(UserError, match="unsent_restore") as refused:
        restored(scene, stick)
    assert refused.value.params["count"] > 1
    with pytest.raises(UnavailableError, match="vault_damaged"):
        opened(scene)
    copied = copy_sealed(scene.folder, tmp_path, now=0)
    written = (scene.folder / journal.FILE_NAME).read_bytes()
    restored(scene, stick).close()
    assert (copied / journal.FILE_NAME).read_bytes() == written


@pytest.fixture
def dead(scene, tmp_path):
    """A profile whose vault does not open any more."""
    assert opening.vault_folder(tmp_path) == scene.folder
    shutil.rmtree(scene.folder / "backups")
    (scene.folder / FILE_NAME).write_bytes(b"nothing of a vault" * 1000)
    return tmp_path


def test_nothing_begins_empty_before_everything_was_copied(dead, scene, clock):
    with pytest.raises(UserError, match="unsent_anew") as refused:
        rescue.begin_anew(dead, PASSPHRASE, clock)
    assert refused.value.params == {"count": len(scene.writes) - scene.received}
    rescue.copy_everything(dead, dead / "stick", clock)
    aside = rescue.begin_anew(dead, PASSPHRASE, clock)
    assert (aside / journal.FILE_NAME).is_file()


def test_where_nobody_can_tell_what_waits_a_copy_is_needed_too(dead, scene, clock):
    (scene.folder / journal.FILE_NAME).unlink()
    with pytest.raises(UserError, match="unsent_unknown"):
        rescue.begin_anew(dead, PASSPHRASE, clock)
    for path in scene.folder.glob("keys-*.tcds"):
        path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="unsent_unknown"):
        rescue.begin_anew(dead, "", clock)
    rescue.copy_everything(dead, dead / "stick", clock)
    rescue.begin_anew(dead, "", clock)


def test_a_copy_counts_for_the_files_as_they_were(dead, scene, clock):
    rescue.copy_everything(dead, dead / "stick", clock)
    with (scene.folder / journal.FILE_NAME).open("ab") as file:
        file.write(bytes(64))
    with pytest.raises(UserError, match="unsent_anew"):
        rescue.begin_anew(dead, PASSPHRASE, clock)


def test_a_copy_into_the_vault_itself_is_none(dead, scene, clock):
    with pytest.raises(UserError, match="stick_unwritable"):
        rescue.copy_everything(dead, scene.folder / "damaged", clock)
    assert not outside.is_copied(scene.folder)


def test_no_second_vault_is_made_over_work_that_waits(scene, clock, tmp_path):
    with pytest.raises(UserError, match="vault_exists"):
        opening.create_vault(tmp_path, PASSPHRASE, "Lò Thị Ngân", clock)
    vault = opened(scene)
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_another_invitation_takes_no_laptop_over_that_has_work(small_world: World, tmp_path):
    desk = Desk(small_world, tmp_path / "desk", VILLAGE, "Lò Thị Ngân")
    desk.write("H-1")
    before, scope = desk.dump(), desk.scope()
    for unit in (VILLAGE, COMMUNE):
        with pytest.raises(UserError, match="already_enrolled"):
            enrol.begin(desk.vault, invited(small_world, unit, "Cà Thị Hương"))
    assert (desk.dump(), desk.scope()) == (before, scope)
    desk.close()


def test_taking_somebodys_way_in_leaves_their_work_and_the_last_person_stays(scene):
    vault = opened(scene)
    with pytest.raises(UserError, match="last_person"):
        vault.slots.remove(vault.opened_by.slot_id)
    vault.slots.invite("bốn con mèo đen", About("Cà Văn Tới", b"1" * 16, 2**60))
    (guest,) = [one for one in vault.slots.holders() if one.invited]
    vault.slots.remove(guest.slot_id)
    assert scenes.problems(vault, scene.writes) == []
    vault.close()
