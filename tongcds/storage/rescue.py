"""When nothing opens: a sealed copy of everything elsewhere, and making room for a new beginning.

Nothing here changes, reads or deletes what is in the files.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tongcds.errors import UserError
from tongcds.storage.files import sync_folder
from tongcds.storage.instance_lock import InstanceLock

_LOCK_NAME: Final = "vault.lock"
_CHUNK: Final = 1 << 20


def copy_sealed(folder: Path, target: Path, *, now: int) -> Path:
    """Copy every file of a vault, whatever its state, into a new folder in `target`, and compare.

    Raises:
        UserError: `stick_unwritable`, or `stick_lies` when what was written cannot be read back.
        UnavailableError: `vault_in_use`.
    """
    lock = InstanceLock(folder / _LOCK_NAME)
    made = _free(target, f"TongCDS-{_stamp(now)}")
    try:
        shutil.copytree(folder, made, ignore=shutil.ignore_patterns(_LOCK_NAME))
        same = all(_same(path, made / path.relative_to(folder)) for path in folder.rglob("*"))
    except OSError:
        raise UserError("stick_unwritable") from None
    finally:
        lock.release()
    if not same:
        raise UserError("stick_lies")
    return made


def move_aside(folder: Path, *, now: int) -> Path:
    """Give the whole vault another name beside its own, so that a new one can be made; nothing is deleted.

    Raises:
        UnavailableError: `vault_in_use`.
    """
    InstanceLock(folder / _LOCK_NAME).release()
    aside = _free(folder.parent, f"{folder.name}-{_stamp(now)}")
    folder.rename(aside)
    sync_folder(folder.parent)
    return aside


def _stamp(now: int) -> str:
    return f"{datetime.fromtimestamp(now / 1000, UTC):%Y%m%d-%H%M%S}"


def _free(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}"
    return path


def _same(path: Path, copied: Path) -> bool:
    if path.is_dir() or path.name == _LOCK_NAME:
        return True
    with path.open("rb") as one, copied.open("rb") as other:
        while True:
            first = one.read(_CHUNK)
            if first != other.read(_CHUNK):
                return False
            if not first:
                return True
