"""A2 and A8: the power goes while the vault writes, and everything that was called saved is there.

Needs FUSE (on Debian the package fuse3, and /dev/fuse); without it these tests are left out.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.disk import Disk, disk, put_down
from tests.faults.forgetful import Files
from tests.faults.test_a1_kills import PROCESSES, kept
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.storage import backups, migrations
from tongcds.storage.vault import Vault

Work = Callable[[str, Path, Connection], None]

# Over the eight actions: 304, and 5,000 in a soak.
CUTS = times(38, 625)
LONGEST_SECONDS = 0.25


def said_before_the_cut(
    action: str, on: Disk, seconds: float, seed: int | None, *, work: Work = workers.work_on_fuse
) -> tuple[list[int], Files]:
    """Let a program work for so long after it first says something, then cut the power."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=work, args=(action, on.mount / "vault", theirs))
    program.start()
    theirs.close()
    said: list[int] = [ours.recv()]
    left: list[Files] = []
    timer = threading.Timer(seconds, lambda: left.append(on.cut(seed)))
    timer.start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            said.append(ours.recv())
    timer.join()
    program.kill()
    program.join()
    program.close()
    ours.close()
    return said, left[0]


@pytest.mark.parametrize("action", list(workers.ACTIONS))
def test_what_was_said_before_the_power_went_is_there(original, tmp_path, action, monkeypatch):
    if action == "migrate":
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *workers.steps()))
    random = chance(f"A2 {action}")
    with disk(tmp_path / "mount", original.folder) as on:
        for number in range(CUTS):
            on.restart()
            seed = random.choice([None, random.randrange(1 << 30)])
            said, files = said_before_the_cut(action, on, random.uniform(0, LONGEST_SECONDS), seed)
            folder = put_down(files, tmp_path / f"{number}")
            assert scenes.in_the_clear(folder) == []
            vault = Vault.open(folder, PASSPHRASE, now=Ticking())
            assert vault.recovery is None or vault.recovery.complete
            assert kept(vault, action, max(said)) == []
            assert scenes.problems(vault, original.writes) == []
            assert backups.listed(folder / backups.FOLDER, vault.opened_by), "there is always a backup"
            vault.close()
            shutil.rmtree(folder)


@pytest.mark.parametrize("careless", [workers.work_carelessly, workers.work_without_sync])
def test_without_synced_files_saves_are_lost(original, tmp_path, careless):
    """The control: `synchronous` NORMAL or OFF, and a journal that is not brought onto the disk."""
    with disk(tmp_path / "mount", original.folder) as on:
        for number in range(CUTS):
            on.restart()
            said, files = said_before_the_cut("save", on, LONGEST_SECONDS, None, work=careless)
            vault = Vault.open(put_down(files, tmp_path / f"{number}"), PASSPHRASE, now=Ticking())
            lost = kept(vault, "save", max(said))
            vault.close()
            if lost:
                return
    pytest.fail("nothing was lost")


def test_with_synchronous_normal_the_journal_alone_still_gives_every_save_back(original, tmp_path):
    """Each of the two holds without the other."""
    with disk(tmp_path / "mount", original.folder) as on:
        for number in range(CUTS):
            on.restart()
            said, files = said_before_the_cut("save", on, LONGEST_SECONDS, None, work=workers.work_normally)
            vault = Vault.open(put_down(files, tmp_path / f"{number}"), PASSPHRASE, now=Ticking())
            came_back = vault.recovery is not None
            assert kept(vault, "save", max(said)) == []
            assert scenes.problems(vault, original.writes) == []
            vault.close()
            if came_back:
                return
    pytest.fail("the database alone lost nothing")
