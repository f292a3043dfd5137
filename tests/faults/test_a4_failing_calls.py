"""A4: each call to the disk that the journal, the backups, the keys and a repair make fails once.

SQLite's own calls do not go through Python; `test_a4_own_calls.py` fails them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import scenes, workers
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.errors import TongcdsError
from tongcds.storage import backups, journal
from tongcds.storage.keyslots import About
from tongcds.storage.vault import FILE_NAME, Vault

MOST_CALLS = 400


@contextmanager
def failing(at: int) -> Iterator[list[int]]:
    """The `at`-th call of those below fails with EIO; counts them."""
    counted = [0]

    def once(real: Callable) -> Callable:
        def call(*args, **kwargs):
            counted[0] += 1
            if counted[0] == at:
                raise OSError(errno.EIO, "the disk does not answer")
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", once(os.fsync))
        patch.setattr(os, "write", once(os.write))
        patch.setattr(os, "rename", once(os.rename))
        patch.setattr(os, "replace", once(os.replace))
        patch.setattr(os, "mkdir", once(os.mkdir))
        patch.setattr(Path, "open", once(Path.open))
        yield counted


def save(folder: Path, said: list[int]) -> None:
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    try:
        saves = workers.save(vault)
        said.extend(next(saves) for _ in range(3))
    finally:
        vault.close()


def back_up(folder: Path, said: list[int]) -> None:
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    try:
        saves = workers.acknowledged(vault)
        for _ in range(2):
            said.append(next(saves))
            vault.backup(backups.REGULAR)
    finally:
        vault.close()


def repair(folder: Path, _said: list[int]) -> None:
    (folder / FILE_NAME).write_bytes(b"nothing of a vault" * 1000)
    Vault.open(folder, PASSPHRASE, now=Ticking()).close()


def more_people(folder: Path, _said: list[int]) -> None:
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    try:
        vault.slots.add_person("năm con gà trống choai", About("Cà Văn Tới"))
    finally:
        vault.close()


@pytest.mark.parametrize("work", [save, back_up, repair, more_people], ids=lambda work: work.__name__)
def test_whichever_call_fails_nothing_is_lost_and_the_next_try_works(original, tmp_path, work):
    for at in range(1, MOST_CALLS):
        folder = tmp_path / f"{at}"
        shutil.copytree(original.folder, folder)
        said: list[int] = []
        with failing(at) as counted, contextlib.suppress(TongcdsError, OSError):
            work(folder, said)
        vault = Vault.open(folder, PASSPHRASE, now=Ticking())
        assert vault.recovery is None or vault.recovery.complete
        assert scenes.problems(vault, original.writes) == []
        last = next(workers.save(vault))
        assert all(n < last for n in said)
        vault.close()
        found = scenes.journal_of(folder)
        assert found is not None
        assert (found.whole, found.next_n) == (True, last + 1)
        shutil.rmtree(folder)
        if counted[0] < at:
            return
    pytest.fail(f"still failing after {MOST_CALLS} calls")


def test_without_the_rename_at_the_end_a_cut_would_spoil_the_journal(scene, monkeypatch):
    """The control: written in place, a failed remaking leaves no journal that can be read."""

    def in_place(path: Path, key: bytes, head: journal.Head, writes: object) -> journal.Found:
        path.write_bytes(b"")
        raise OSError(errno.EIO, "the disk does not answer")

    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    monkeypatch.setattr(journal, "make", in_place)
    vault._keeper.close()
    with pytest.raises(OSError, match="does not answer"):
        next(workers.save(vault))
    assert scenes.journal_of(scene.folder) is None
    vault.close()
