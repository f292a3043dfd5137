"""A3: a disk without room refuses, loses nothing, and the same program goes on when there is room again."""

from __future__ import annotations

import shutil

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.test_a1_kills import PROCESSES, kept
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.errors import UnavailableError
from tongcds.storage import backups, migrations
from tongcds.storage.keeper import Keeper
from tongcds.storage.vault import Vault

# Two hundred over the eight actions.
RUNS = times(25, 250)
LEAST, MOST = 10_000, 400_000


def heard(action: str, folder, room: int) -> list[object]:
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=workers.fill, args=(action, folder, room, theirs))
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


@pytest.mark.parametrize("action", list(workers.ACTIONS))
def test_without_room_nothing_is_lost_and_the_same_program_goes_on(original, tmp_path, action, monkeypatch):
    if action == "migrate":
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *workers.steps()))
    random = chance(f"A3 {action}")
    for number in range(RUNS):
        folder = tmp_path / f"{number}"
        shutil.copytree(original.folder, folder)
        *said, problems, _closed = heard(action, folder, random.randrange(LEAST, MOST))
        refused = [word for word in said if isinstance(word, str)]
        assert len(refused) == 1
        assert refused[0] in {"disk_full", "disk_failing"}
        assert problems == []
        assert scenes.in_the_clear(folder) == []
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        assert vault.recovery is None
        assert kept(vault, action, max(word for word in said if isinstance(word, int))) == []
        assert scenes.problems(vault, original.writes) == []
        if action == "pull":
            with vault.read() as connection:
                assert scenes.logged(connection, 1) == original.writes, "nothing is sent because of a page"
        assert backups.listed(folder / backups.FOLDER, vault.opened_by), "there is always a backup"
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

    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    before = sorted((scene.folder / backups.FOLDER).rglob("*"))
    monkeypatch.setattr(backups, "free_bytes", lambda _folder: free)
    with pytest.raises(UnavailableError, match="backup_no_room"):
        vault.backup(backups.REGULAR)
    assert sorted((scene.folder / backups.FOLDER).rglob("*")) == before
    assert next(workers.save(vault))
    vault.close()
