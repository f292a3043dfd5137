"""A2 and the rest of A4: the power goes while the vault writes, or one of SQLite's own calls fails.

Needs FUSE (on Debian the package fuse3, and /dev/fuse); without it these tests are left out. The vault uses
the one exclusive connection of an older SQLite: the file system has no cache that two could share.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import forgetful, scenes, workers
from tests.faults.amounts import chance, times
from tests.faults.forgetful import Files
from tests.faults.scenes import Scene
from tests.faults.test_a1_kills import PROCESSES, kept
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.storage.vault import Vault

CUTS = times(60, 1000)
LONGEST_SECONDS = 0.25
ACTIONS = ("save", "import", "acknowledge", "back up", "pull")


class Disk:
    """A mounted forgetful file system with a vault on it."""

    def __init__(self, mount: Path, folder: Path, fail_at: int = 0) -> None:
        self.mount = mount
        mount.mkdir()
        paths = [path for path in folder.rglob("*") if path.name != "vault.lock"]
        files = {f"/vault/{p.relative_to(folder)}": p.read_bytes() for p in paths if p.is_file()}
        folders = ["/vault", *(f"/vault/{p.relative_to(folder)}" for p in paths if p.is_dir())]
        self.wire, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(
            target=forgetful.serve, args=(mount, files, folders, fail_at, theirs), daemon=True
        )
        self.process.start()
        theirs.close()
        waited = threading.Event()
        for _ in range(500):
            if os.path.ismount(mount):
                return
            waited.wait(0.01)
        raise RuntimeError("the file system was not mounted; is there a /dev/fuse?")

    def cut(self, seed: int | None) -> Files:
        self.wire.send(("cut", seed))
        return self.wire.recv()

    def calls(self) -> int:
        self.wire.send(("calls", None))
        return self.wire.recv()

    def end(self) -> None:
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=False)
        self.process.join()
        self.process.close()
        self.wire.close()
        self.mount.rmdir()


@contextmanager
def disk(mount: Path, folder: Path, fail_at: int = 0) -> Iterator[Disk]:
    made = Disk(mount, folder, fail_at)
    try:
        yield made
    finally:
        made.end()


def said_before_the_cut(
    action: str, on: Disk, seconds: float, seed: int | None, *, careless: bool = False
) -> tuple[list[int], Files]:
    """Let a program work for so long after it first says something, then cut the power."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    target = workers.work_carelessly if careless else workers.work_on_fuse
    program = PROCESSES.Process(target=target, args=(action, on.mount / "vault", theirs))
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


def put_down(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "vault"


@pytest.mark.parametrize("action", ACTIONS)
def test_what_was_said_before_the_power_went_is_there(original: Scene, tmp_path: Path, action):
    random = chance(f"A2 {action}")
    for number in range(CUTS):
        seed = random.choice([None, random.randrange(1 << 30)])
        with disk(tmp_path / f"mount-{number}", original.folder) as on:
            said, files = said_before_the_cut(action, on, random.uniform(0, LONGEST_SECONDS), seed)
        folder = put_down(files, tmp_path / f"{number}")
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        assert vault.recovery is None or vault.recovery.complete
        assert kept(vault, action, max(said)) == []
        assert scenes.problems(vault, original.writes) == []
        vault.close()


def test_without_synced_files_saves_are_lost(original: Scene, tmp_path: Path):
    """The control: `synchronous` OFF and a journal that is not brought onto the disk."""
    lost = 0
    for number in range(CUTS):
        with disk(tmp_path / f"mount-{number}", original.folder) as on:
            said, files = said_before_the_cut("save", on, LONGEST_SECONDS, None, careless=True)
        folder = put_down(files, tmp_path / f"{number}")
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        lost += bool(kept(vault, "save", max(said)))
        vault.close()
        if lost:
            return
    assert lost


@pytest.mark.parametrize("action", ["save", "back up"])
def test_whichever_call_of_sqlite_fails_nothing_is_lost(original: Scene, tmp_path: Path, action):
    for at in range(1, times(25, 400)):
        ours, theirs = PROCESSES.Pipe(duplex=False)
        with disk(tmp_path / f"mount-{at}", original.folder, at) as on:
            program = PROCESSES.Process(target=workers.persevere, args=(action, on.mount / "vault", theirs))
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
            done = on.calls() < at
            files = on.cut(None)
        vault = Vault.open(put_down(files, tmp_path / f"{at}"), PASSPHRASE, now=Ticking())
        assert vault.recovery is None or vault.recovery.complete
        assert said
        assert kept(vault, action, max(said)) == []
        assert scenes.problems(vault, original.writes) == []
        vault.close()
        if done:
            return
