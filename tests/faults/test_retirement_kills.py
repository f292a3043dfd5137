"""Killed while a vault is destroyed: it opens as before, or nothing opens it and the next start finishes."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults import scenes
from tests.faults.amounts import SOAK, chance, times
from tests.faults.test_a4_failing_calls import failing
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.errors import UnavailableError
from tongcds.storage import retirement, slotfile
from tongcds.storage.vault import Vault

MOST_STEPS = 400


class Killed(BaseException):
    """Nothing after this happens in the program that was killed."""


@contextmanager
def stopping(at: int) -> Iterator[list[int]]:
    """The program ends just before the `at`-th of the calls that change the disk; counts them."""
    counted = [0]

    def until(real: Callable) -> Callable:
        def call(*args, **kwargs):
            counted[0] += 1
            if counted[0] >= at:
                raise Killed
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "replace", "unlink", "rmdir"):
            patch.setattr(os, name, until(getattr(os, name)))
        for name in ("open", "unlink", "replace"):
            patch.setattr(Path, name, until(getattr(Path, name)))
        yield counted


def whole_slots(folder: Path) -> int:
    """Slot files that still open the vault, under any name."""
    found = 0
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found += content.startswith(slotfile.MAGIC) and slotfile.is_whole(content)
    return found


def retire(folder: Path) -> None:
    retirement.decide(folder)
    retirement.finish(folder)


def steps(original: scenes.Scene, tmp_path: Path) -> int:
    shutil.copytree(original.folder, tmp_path / "counted")
    with stopping(MOST_STEPS) as counted:
        retire(tmp_path / "counted")
    return counted[0]


def opens(scene: scenes.Scene) -> bool:
    """Whether the vault opens; when it does, everything has to be there."""
    if not Vault.exists(scene.folder):
        with pytest.raises(UnavailableError, match="vault_missing"):
            Vault.open(scene.folder, PASSPHRASE, now=Ticking())
        return False
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    assert vault.recovery is None
    assert scenes.problems(vault, scene.writes) == []
    vault.close()
    return True


def tried(original: scenes.Scene, scene: scenes.Scene, at: int) -> tuple[bool, int]:
    """Ends it at a step; whether the vault opened then, and how many slots the next start left."""
    shutil.rmtree(scene.folder)
    shutil.copytree(original.folder, scene.folder)
    with stopping(at), contextlib.suppress(Killed):
        retire(scene.folder)
    as_before = opens(scene)
    retirement.finish(scene.folder)
    return as_before, whole_slots(scene.folder)


def test_at_each_step_it_opens_with_everything_or_never_again(original, scene, tmp_path):
    last = steps(original, tmp_path)
    assert 20 < last < MOST_STEPS
    random = chance("retirement")
    chosen = range(1, last + 1) if SOAK else sorted(random.sample(range(1, last + 1), times(14, last)))
    outcomes = []
    for at in (1, *chosen, last):
        as_before, left = tried(original, scene, at)
        # Nothing is gone while it still opens, and nothing is left once it does not.
        assert left == (5 if as_before else 0), at
        outcomes.append(as_before)
    # First it opens, from one step on it does not: nobody is shown the vault again.
    assert outcomes == sorted(outcomes, reverse=True)
    assert set(outcomes) == {True, False}


def test_without_the_mark_a_cut_would_leave_keys_for_good(original, scene, tmp_path, monkeypatch):
    """The control: the slots beside the vault are gone, those of the backups bring them back."""
    monkeypatch.setattr(retirement, "is_decided", lambda _folder: False)
    retirement._destroy(list(scene.folder.glob("keys-*")))
    retirement.finish(scene.folder)
    assert whole_slots(scene.folder) == 2
    assert opens(scene)


def test_a_new_vault_is_made_wherever_it_was_cut_off(original, scene, tmp_path):
    last = steps(original, tmp_path)
    for at in range(2, last + 1, max(1, last // times(6, last))):
        as_before, _left = tried(original, scene, at)
        if as_before:
            continue
        Vault.create(scene.folder, PASSPHRASE, person="Lò Văn Ún", now=Ticking()).close()
        retirement.finish(scene.folder)
        Vault.open(scene.folder, PASSPHRASE, now=Ticking()).close()


def test_a_disk_that_fails_once_decides_nothing_or_leaves_no_key(original, scene):
    said = set()
    for at in range(1, MOST_STEPS):
        shutil.rmtree(scene.folder)
        shutil.copytree(original.folder, scene.folder)
        refused, code = False, ""
        with failing(at) as counted:
            try:
                retirement.decide(scene.folder)
            except UnavailableError as problem:
                refused, code = True, problem.code
            else:
                with contextlib.suppress(UnavailableError):
                    retirement.finish(scene.folder)
        # The next start.
        retirement.finish(scene.folder)
        assert opens(scene) == refused, at
        assert whole_slots(scene.folder) == (5 if refused else 0), at
        said.add(code)
        if counted[0] < at:
            break
    assert said >= {"", "disk_failing"}
