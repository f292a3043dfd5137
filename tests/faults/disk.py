"""A vault on a disk that forgets at a power cut, or of which one call fails; see `forgetful`.

The vault uses the one exclusive connection of an older SQLite: the file system has no cache that two could
share.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import forgetful
from tests.faults.forgetful import Failure, Files
from tests.faults.test_a1_kills import PROCESSES

NOTHING = Failure()
LONGEST_MOUNT = 3_000
"""Hundredths of a second."""


class Disk:
    """A mounted forgetful file system with a vault on it."""

    def __init__(self, mount: Path, folder: Path) -> None:
        self.mount = mount
        mount.mkdir()
        paths = [path for path in folder.rglob("*") if path.name != "vault.lock"]
        files = {f"/vault/{p.relative_to(folder)}": p.read_bytes() for p in paths if p.is_file()}
        folders = ["/vault", *(f"/vault/{p.relative_to(folder)}" for p in paths if p.is_dir())]
        self.wire, theirs = PROCESSES.Pipe()
        self.process = PROCESSES.Process(
            target=forgetful.serve, args=(mount, files, folders, theirs), daemon=True
        )
        self.process.start()
        theirs.close()
        waited = threading.Event()
        for _ in range(LONGEST_MOUNT):
            if os.path.ismount(mount):
                return
            waited.wait(0.01)
        raise RuntimeError("the file system was not mounted; is there a /dev/fuse?")

    def _asked(self, word: str, given: object = None) -> object:
        self.wire.send((word, given))
        return self.wire.recv()

    def restart(self, failure: Failure = NOTHING) -> None:
        """Everything is as at first, and one call fails so."""
        self._asked("restart", failure)

    def cut(self, seed: int | None) -> Files:
        files = self._asked("cut", seed)
        assert isinstance(files, dict)
        return files

    def calls(self) -> int:
        """How many of those that may fail there were."""
        count = self._asked("calls")
        assert isinstance(count, int)
        return count

    def end(self) -> None:
        subprocess.run(["fusermount3", "-u", "-z", str(self.mount)], check=False)
        self.process.join()
        self.process.close()
        self.wire.close()
        self.mount.rmdir()


@contextmanager
def disk(mount: Path, folder: Path) -> Iterator[Disk]:
    made = Disk(mount, folder)
    try:
        yield made
    finally:
        made.end()


def put_down(files: Files, folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "vault"
