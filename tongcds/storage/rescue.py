"""When nothing opens: a sealed copy of everything elsewhere, and making room for a new beginning.

Nothing here changes, reads or deletes what is in the files.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Final

from tongcds.clock import moment_of
from tongcds.errors import UnavailableError, UserError
from tongcds.storage import outside
from tongcds.storage.files import sync_folder
from tongcds.storage.instance_lock import LOCK_NAME, InstanceLock

_CHUNK: Final = 1 << 20


def copy_sealed(folder: Path, target: Path, *, now: int) -> Path:
    """Copy every file of a vault, whatever its state, into a new folder in `target`, and compare.

    Raises:
        UserError: `stick_unwritable` (also for a folder in the vault's own), or `stick_lies` when what was
            written cannot be read back.
        UnavailableError: `vault_in_use`.
    """
    lock = InstanceLock(folder / LOCK_NAME)
    made = _free(target, f"TongCDS-{_stamp(now)}")
    try:
        if made.resolve().is_relative_to(folder.resolve()):
            raise UserError("stick_unwritable")
        shutil.copytree(folder, made, ignore=shutil.ignore_patterns(LOCK_NAME, outside.MARK))
        same = all(_same(path, made / path.relative_to(folder)) for path in folder.rglob("*"))
    except OSError:
        raise UserError("stick_unwritable") from None
    finally:
        lock.release()
    if not same:
        raise UserError("stick_lies")
    # A disk that is full keeps the copy all the same; what asks for the mark asks again.
    with contextlib.suppress(OSError, UnavailableError):
        outside.remember_copy(folder)
    return made


def move_aside(folder: Path, passphrase: str, *, now: int) -> Path:
    """Give the whole vault another name beside its own, so that a new one can be made; nothing is deleted.

    Raises:
        UserError: `unsent_anew`, `unsent_unknown` before a sealed copy of it was made elsewhere.
        UnavailableError: `vault_in_use`.
    """
    InstanceLock(folder / LOCK_NAME).release()
    outside.require_copy(folder, passphrase, now=now)
    aside = _free(folder.parent, f"{folder.name}-{_stamp(now)}")
    folder.rename(aside)
    sync_folder(folder.parent)
    return aside


def _stamp(now: int) -> str:
    return f"{moment_of(now):%Y%m%d-%H%M%S}"


def _free(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path


def _same(path: Path, copied: Path) -> bool:
    if path.is_dir() or path.name in {LOCK_NAME, outside.MARK}:
        return True
    with path.open("rb") as one, copied.open("rb") as other:
        while True:
            first = one.read(_CHUNK)
            if first != other.read(_CHUNK):
                return False
            if not first:
                return True
