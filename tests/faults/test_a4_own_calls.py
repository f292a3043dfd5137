"""A3 and A4 below Python: one call that SQLite or the program makes to the disk fails, or finds no room.

A few of the calls of each action with the other tests, every one of them in `make soak`. Needs FUSE, as
`test_a2_power`.
"""

from __future__ import annotations

import contextlib
import errno
import shutil

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.disk import Disk, disk, put_down
from tests.faults.forgetful import NO_ROOM, Failure
from tests.faults.test_a1_kills import PROCESSES, kept
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.storage import migrations
from tongcds.storage.vault import Vault

FEW = 12
FAILING, FULL = Failure(), Failure(code=errno.ENOSPC, kinds=NO_ROOM)


def heard(action: str, on: Disk, *, again: bool) -> list[object]:
    """Numbers of what was done, and codes of what was refused, by one program."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=workers.persevere, args=(action, on.mount / "vault", again, theirs))
    program.start()
    theirs.close()
    said = []
    with contextlib.suppress(EOFError):
        while True:
            said.append(ours.recv())
    program.join()
    assert program.exitcode == 0
    program.close()
    ours.close()
    return said


@pytest.mark.parametrize("failure", [FAILING, FULL], ids=["failing", "full"])
@pytest.mark.parametrize("action", list(workers.ACTIONS))
def test_whichever_call_fails_nothing_is_lost_and_the_program_goes_on(
    original, tmp_path, action, failure, monkeypatch
):
    if action == "migrate":
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *workers.steps()))
    random = chance(f"A4 {action} {failure.code}")
    refused = 0
    with disk(tmp_path / "mount", original.folder) as on:
        on.restart(failure)
        assert [type(word) for word in heard(action, on, again=False)] == [int]
        calls = range(1, on.calls() + 1)
        few = times(FEW, len(calls))
        for turn, at in enumerate(random.sample(calls, len(calls))):
            # Most calls read, and what cannot be read is put right in silence: on until one is told.
            if turn >= few and refused:
                break
            on.restart(Failure(at, failure.code, failure.kinds))
            said = heard(action, on, again=True)
            done = [word for word in said if isinstance(word, int)]
            refused += len(done) < len(said)
            assert done, (at, said)
            assert isinstance(said[-1], int), (at, said)
            folder = put_down(on.cut(None), tmp_path / f"{at}")
            vault = Vault.open(folder, PASSPHRASE, now=Ticking())
            assert vault.recovery is None or vault.recovery.complete
            assert kept(vault, action, max(done)) == []
            assert scenes.problems(vault, original.writes) == []
            vault.close()
            shutil.rmtree(folder)
    assert refused, "some failures are told"
