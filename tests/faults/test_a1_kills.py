"""A1 and A8: killed at any moment, the program keeps what it said and leaves nothing half done."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import time
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import func, select

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.scenes import OTHER
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.replica import cursors_of, load_identity
from tongcds.storage import backups, keyslots, local, migrations
from tongcds.storage.keeper import Keeper
from tongcds.storage.vault import Vault

_WAYS = multiprocessing.get_all_start_methods()
PROCESSES = multiprocessing.get_context("forkserver" if "forkserver" in _WAYS else "spawn")
if "forkserver" in _WAYS:
    PROCESSES.set_forkserver_preload([workers.__name__])

KILLS = times(125, 1250)
# A vault that grows with each kill would only make the later ones slower.
A_VAULT_FOR = 25
LONGEST_SECONDS = 0.12
NEXT_START_SECONDS = 5


def killed(action: str, folder: Path, seconds: float) -> list[int]:
    """Let a program work until so long after it first says something; answers what it said."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=workers.work, args=(action, folder, theirs))
    program.start()
    theirs.close()
    said = [ours.recv()]
    timer = Timer(seconds, program.kill)
    timer.start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            said.append(ours.recv())
    timer.join()
    program.join()
    program.close()
    ours.close()
    return said


def kept(vault: Vault, action: str, said: int) -> list[str]:
    """What of the last thing that was said is not there."""
    with vault.read() as connection:
        me = load_identity(connection, now=Ticking())
        assert me is not None
        if action == "pull":
            rows = connection.execute(
                select(func.count()).where(workers.VILLAGE.c.device == OTHER)
            ).scalar_one()
            cursor = cursors_of(connection, [workers.COMMUNE])[workers.COMMUNE]
            return [] if rows == cursor >= said else [f"{rows} records, cursor {cursor}, said {said}"]
        if action == "import":
            notes = local.load_imports(connection)
            homes = connection.execute(select(func.count()).select_from(workers.HOUSEHOLD)).scalar_one()
            if homes != 31 + 60 * len(notes):
                return [f"{homes} households, {len(notes)} imports"]
        if action in {"acknowledge", "back up", "carry a bundle"} and me.received < said:
            return [f"received {me.received}, said {said}"]
        return [] if me.next_n > said else [f"up to {me.next_n - 1}, said {said}"]


@pytest.mark.parametrize("action", list(workers.ACTIONS))
def test_a_killed_program_keeps_what_it_said(original, scene, action, monkeypatch):
    if action == "migrate":
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *workers.steps()))
    random = chance(f"A1 {action}")
    highest = 0
    for number in range(KILLS):
        if number % A_VAULT_FOR == 0 and number:
            shutil.rmtree(scene.folder)
            shutil.copytree(original.folder, scene.folder)
            highest = 0
        highest = max(highest, *killed(action, scene.folder, random.uniform(0, LONGEST_SECONDS)), 0)
        began = time.monotonic()
        vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
        assert time.monotonic() - began < NEXT_START_SECONDS
        assert vault.recovery is None, "a kill damages nothing"
        assert kept(vault, action, highest) == []
        assert scenes.problems(vault, scene.writes) == []
        vault.close()
        assert scenes.in_the_clear(scene.folder) == []
        found = scenes.journal_of(scene.folder)
        assert found is not None
        assert found.whole
        opened = keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking())
        assert backups.listed(scene.folder / backups.FOLDER, opened), "there is always a backup"
    assert highest > 0 or action == "migrate"
    if action == "migrate":
        vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
        with vault.read() as connection:
            assert migrations.version(connection) == len(migrations.STEPS)
        vault.close()


def test_a_backup_in_the_clear_would_be_seen(scene, original):
    """The control."""
    assert scenes.in_the_clear(original.folder) == []
    (scene.folder / backups.FOLDER / "plain").write_bytes(b"SQLite format 3\0")
    (scene.folder / "note").write_bytes(b"\0" + "Cà Văn Tới".encode())
    assert len(scenes.in_the_clear(scene.folder)) == 2


def test_a_rotation_that_kept_nothing_would_be_seen(scene, monkeypatch):
    """The control of A8."""
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    monkeypatch.setattr(backups, "kept", lambda _there: ())
    vault.backup(backups.REGULAR)
    assert backups.listed(scene.folder / backups.FOLDER, vault.opened_by) == ()
    vault.close()


def test_without_the_mark_after_the_commit_the_journal_would_run_ahead(scene, monkeypatch):
    """The control: a journal that is brought onto the disk before the commit invents what was never saved."""
    put = Keeper.put

    def too_early(self, connection, me, first):
        put(self, connection, me, first)
        self.confirm()
        raise ZeroDivisionError

    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    monkeypatch.setattr(Keeper, "put", too_early)
    with pytest.raises(ZeroDivisionError):
        next(workers.save(vault))
    vault.close()
    again = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    assert again.recovery is not None
    assert again.recovery.brought_back == 2
    again.close()
