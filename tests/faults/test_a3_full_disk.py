"""A3: a disk without room refuses, loses nothing, and the same program goes on when there is room again."""

from __future__ import annotations

import shutil

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.test_a1_kills import PROCESSES
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.storage.keeper import Keeper
from tongcds.storage.vault import Vault

# Two hundred runs, in parts that can go side by side.
PARTS, RUNS = 8, times(25, 25)


def heard(folder, room: int) -> list[object]:
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=workers.fill, args=(folder, room, theirs))
    program.start()
    theirs.close()
    said = []
    while not said or said[-1] != "closed":
        said.append(ours.recv())
    program.join()
    assert program.exitcode == 0
    program.close()
    ours.close()
    return said


@pytest.mark.parametrize("part", range(PARTS))
def test_without_room_nothing_is_lost_and_the_same_program_goes_on(original, tmp_path, part):
    random = chance(f"A3 {part}")
    for number in range(RUNS):
        folder = tmp_path / f"{number}"
        shutil.copytree(original.folder, folder)
        *said, problems, _closed = heard(folder, random.randrange(0, 400_000))
        refused = [word for word in said if isinstance(word, str)]
        assert len(refused) == 1
        assert refused[0] in {"disk_full", "disk_failing"}
        assert problems == []
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        assert vault.recovery is None
        assert scenes.problems(vault, original.writes) == []
        with vault.read() as connection:
            last = scenes.logged(connection, 1)[-1].n
        assert last == max(word for word in said if isinstance(word, int))
        vault.close()
        shutil.rmtree(folder)


def test_a_save_that_ignores_a_full_journal_would_be_caught(scene, monkeypatch):
    """The control: with the journal's refusal thrown away, the journal falls behind."""
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    monkeypatch.setattr(Keeper, "put", lambda *_args: None)
    last = next(workers.save(vault))
    found = scenes.journal_of(scene.folder)
    assert found is not None
    assert found.next_n < last + 1
    vault.close()


@pytest.mark.parametrize("free", [10_000, 40_000_000])
def test_a_backup_that_would_fill_the_disk_is_refused_before(scene, monkeypatch, free):
    from tongcds.errors import UnavailableError
    from tongcds.storage import backups

    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    before = sorted((scene.folder / backups.FOLDER).rglob("*"))
    monkeypatch.setattr(backups, "free_bytes", lambda _folder: free)
    with pytest.raises(UnavailableError, match="backup_no_room"):
        vault.backup(backups.REGULAR)
    assert sorted((scene.folder / backups.FOLDER).rglob("*")) == before
    assert next(workers.save(vault))
    vault.close()
