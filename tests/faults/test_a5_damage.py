"""A5, A6, A7: flipped bits, lost, cut and swapped files are found, and nothing that was saved is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.scenes import Scene
from tests.unit.storage.homes import PASSPHRASE, Ticking, abandon
from tongcds.errors import UnavailableError
from tongcds.storage import backups, cipher, examine, journal, keyslots, slotfile, tries
from tongcds.storage.keeper import Keeper
from tongcds.storage.vault import FILE_NAME, Vault

FLIPS = times(100, 1000)


def newest_backup(folder: Path) -> Path:
    opened = keyslots.open_slots(folder, PASSPHRASE, now=Ticking())
    return backups.listed(folder / backups.FOLDER, opened)[0].path


def flip(path: Path, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(bit // 8)
        old = file.read(1)[0]
        file.seek(bit // 8)
        file.write(bytes([old ^ 1 << bit % 8]))


def opened_again(scene: Scene, *, agreed: bool = False) -> Vault:
    return Vault.open(scene.folder, PASSPHRASE, now=Ticking(), agreed=agreed)


WHERE: dict[str, Callable[[Path], Path]] = {
    "database": lambda folder: folder / FILE_NAME,
    "journal": lambda folder: folder / journal.FILE_NAME,
    "newest backup": lambda folder: newest_backup(folder) / backups.DATABASE_NAME,
    "key slots": lambda folder: folder / slotfile.FILE_NAMES[0],
}


@pytest.mark.parametrize("where", list(WHERE))
def test_a_flipped_bit_is_found_and_put_right(original, tmp_path, where):
    random = chance(f"A5 {where}")
    for number in range(FLIPS):
        folder = tmp_path / f"{number}"
        shutil.copytree(original.folder, folder)
        path = WHERE[where](folder)
        flip(path, random.randrange(path.stat().st_size * 8))
        assert noticed(folder, where)
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        assert (vault.recovery is not None) == (where == "database")
        assert vault.recovery is None or vault.recovery.complete
        assert scenes.problems(vault, original.writes) == []
        vault.close()
        if where != "newest backup":
            assert not noticed(folder, where), "put right"
        shutil.rmtree(folder)


def noticed(folder: Path, where: str) -> bool:
    """Whether the part that looks at this file sees damage."""
    opened = keyslots.open_slots(folder, PASSPHRASE, now=Ticking()) if where != "key slots" else None
    if opened is None:
        return slotfile.parse((folder / slotfile.FILE_NAMES[0]).read_bytes()) is None
    if where == "journal":
        found = scenes.journal_of(folder)
        return found is None or not found.whole
    try:
        if where == "database":
            examine.examine(folder / FILE_NAME, opened.subkey("database"))
        else:
            fresh = folder / "unpacked"
            backups.unpack(backups.listed(folder / backups.FOLDER, opened)[0], fresh, opened, bytes(32))
            fresh.unlink()
    except UnavailableError as problem:
        return problem.code == "vault_damaged"
    return False


def test_both_the_database_and_the_newest_backup_may_be_damaged(scene):
    flip(newest_backup(scene.folder) / backups.DATABASE_NAME, 100_003)
    flip(scene.folder / FILE_NAME, 200_003)
    vault = opened_again(scene)
    assert vault.recovery is not None
    assert vault.recovery.complete
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_without_the_page_check_a_flipped_bit_would_not_be_found(scene, monkeypatch):
    """The control: nothing else looks at every page at the start."""
    monkeypatch.setattr(cipher, "verify", lambda _raw, **_what: None)
    missed = 0
    for at in range(20):
        folder = scene.folder.parent / f"{at}"
        shutil.copytree(scene.folder, folder)
        flip(folder / FILE_NAME, (folder / FILE_NAME).stat().st_size * 8 // 21 * at + 40_001)
        try:
            vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        except UnavailableError:
            continue
        missed += vault.recovery is None
        vault._damaged = True
        vault.close()
    assert missed


def test_without_the_journal_a_damaged_vault_would_lose_unsent_work(scene, monkeypatch):
    """The control: what was saved after the last backup is nowhere else."""
    (scene.folder / journal.FILE_NAME).unlink()
    monkeypatch.setattr(Keeper, "put", lambda *_args: None)
    (scene.folder / FILE_NAME).unlink()
    with pytest.raises(UnavailableError, match="repair_loses"):
        opened_again(scene)
    vault = opened_again(scene, agreed=True)
    assert vault.recovery is not None
    assert not vault.recovery.complete
    assert scenes.problems(vault, scene.writes) != []
    vault.close()


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def swapped(path: Path) -> None:
    path.write_bytes(b"something else altogether" * 300)


FILES: dict[str, Callable[[Path], Path]] = {
    "database": WHERE["database"],
    "journal": WHERE["journal"],
    "one copy of the key slots": WHERE["key slots"],
    "newest backup": WHERE["newest backup"],
    "label of the newest backup": lambda folder: newest_backup(folder) / backups.LABEL_NAME,
    "wrong tries": lambda folder: folder / tries.FILE_NAME,
}


@pytest.mark.parametrize("harm", [gone, cut, emptied, swapped], ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("file", list(FILES))
def test_a_file_that_is_lost_cut_emptied_or_swapped_costs_nothing(scene, file, harm):
    path = FILES[file](scene.folder)
    path.touch()
    harm(path)
    vault = opened_again(scene)
    assert (vault.recovery is not None) == (file == "database")
    assert vault.recovery is None or vault.recovery.complete
    assert scenes.problems(vault, scene.writes) == []
    next(workers.save(vault))
    vault.close()


@pytest.mark.parametrize("harm", [gone, cut, emptied, swapped], ids=lambda harm: harm.__name__)
def test_a_lost_or_damaged_wal_costs_nothing(scene, harm):
    vault = opened_again(scene)
    last = [next(workers.save(vault)) for _ in range(4)][-1]
    abandon(vault)
    harm(scene.folder / f"{FILE_NAME}-wal")
    again = opened_again(scene)
    assert again.recovery is not None
    assert again.recovery.complete
    found = scenes.journal_of(scene.folder)
    assert found is not None
    assert found.next_n == last + 1
    assert scenes.problems(again, list(found.writes)) == []
    again.close()


def test_a_page_torn_while_it_was_moved_is_covered_by_the_wal(scene):
    vault = opened_again(scene)
    last = [next(workers.save(vault)) for _ in range(3)][-1]
    abandon(vault)
    wal = (scene.folder / f"{FILE_NAME}-wal").read_bytes()
    size = int.from_bytes(wal[8:12], "big")
    moved = {int.from_bytes(wal[at : at + 4], "big") for at in range(32, len(wal), 24 + size)}
    for page in moved:
        flip(scene.folder / FILE_NAME, ((page - 1) * size + size // 2) * 8)
    again = opened_again(scene)
    assert again.recovery is None, "not damage: a cut in the middle of a checkpoint leaves it so"
    with again.read() as connection:
        assert scenes.logged(connection, last)[0].n == last
    assert scenes.problems(again, scene.writes) == []
    again.close()


def test_with_all_key_slots_and_the_database_gone_the_backup_has_both(scene):
    for name in (*slotfile.FILE_NAMES, FILE_NAME):
        (scene.folder / name).unlink()
    vault = opened_again(scene)
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_with_everything_gone_it_never_starts_empty(scene):
    for path in scene.folder.iterdir():
        if path.is_file() and path.name != journal.FILE_NAME:
            path.unlink()
    shutil.rmtree(scene.folder / backups.FOLDER)
    assert Vault.exists(scene.folder)
    with pytest.raises(UnavailableError, match="vault_damaged"):
        opened_again(scene)


def of_different_ages(scene: Scene, number: int, older: str) -> journal.Found:
    """Put an older database under a newer WAL, or the reverse; answers the journal, which has everything."""
    path, wal = scene.folder / FILE_NAME, scene.folder / f"{FILE_NAME}-wal"
    vault = opened_again(scene)
    for _ in range(number + 1):
        next(workers.save(vault))
    before = {each: each.read_bytes() for each in (path, wal)}
    if number % 2 == 0 or older == "WAL":
        vault.checkpoint()
    for _ in range(60):
        next(workers.save(vault))
    abandon(vault)
    stale = path if older == "database" else wal
    stale.write_bytes(before[stale])
    found = scenes.journal_of(scene.folder)
    assert found is not None
    return found


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("older", ["database", "WAL"])
def test_a_database_and_a_wal_of_different_ages_are_put_right(scene, number, older):
    found = of_different_ages(scene, number, older)
    again = opened_again(scene)
    assert again.recovery is None or again.recovery.complete
    assert scenes.problems(again, list(found.writes)) == []
    again.close()


def test_without_the_journal_a_stale_wal_would_lose_what_was_saved(scene, monkeypatch):
    """The control of A7: what is in the newer WAL alone is nowhere else."""
    found = of_different_ages(scene, 1, "WAL")
    (scene.folder / journal.FILE_NAME).unlink()
    again = opened_again(scene, agreed=True)
    assert scenes.problems(again, list(found.writes)) != []
    again.close()


def test_without_a_look_at_more_than_the_database_it_would_start_empty(scene, monkeypatch):
    """The control of A6: where the database alone says whether there is a vault."""
    (scene.folder / FILE_NAME).unlink()
    assert Vault.exists(scene.folder)
    monkeypatch.setattr(Vault, "exists", staticmethod(lambda folder: (folder / FILE_NAME).exists()))
    empty = Vault.create(scene.folder, PASSPHRASE, person="Lò Thị Ngân", now=Ticking())
    with empty.read() as connection:
        assert scenes.logged(connection, 1) == []
    empty.close()
