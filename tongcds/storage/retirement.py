"""Destroying whatever opens a vault, on a computer that goes to somebody else.

The vault's key is on this computer in key slots alone: three copies beside the vault, one in each backup,
and those of vaults that were put aside. Without them database, journal, photos and drafts are noise; that
they are deleted afterwards only frees the room. Slots are overwritten before they are removed. On a flash
disk, which writes elsewhere and keeps the old block for a while, that is no guarantee, and nobody can say
where earlier slot files lay. What such a block gives away is a slot, which still asks for a passphrase.
Copies on sticks keep the slots of their day.

A mark says that it was decided. Before it nothing is touched and the vault opens as ever; after it nobody
opens the vault any more, and whoever comes next finishes. Whether it may be decided is for
`actions.retirement` to say.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tongcds.errors import UnavailableError
from tongcds.storage import slotfile, traces
from tongcds.storage.files import read_at_most, sync_file, sync_folder, write_whole
from tongcds.storage.instance_lock import LOCK_NAME, InstanceLock

MARK: Final = "retired.tcds"
_MAGIC: Final = b"TCDSGONE"
_MOST_MARK: Final = 64
_KEYS: Final = "keys"

log = logging.getLogger(__name__)


def decide(folder: Path) -> None:
    """From here on nobody opens the vault in this folder; close it, then `finish`.

    Raises:
        UnavailableError: `vault_damaged` when no slot file is whole, `disk_full`, `disk_failing`;
            then nothing was decided.
    """
    try:
        write_whole(folder / MARK, _MAGIC + slotfile.read(folder).vault)
    except (OSError, UnavailableError) as problem:
        # It may have its name already, and must not say what somebody was told did not happen.
        with contextlib.suppress(OSError):
            (folder / MARK).unlink()
        if isinstance(problem, OSError):
            raise UnavailableError("disk_failing") from problem
        raise


def is_decided(folder: Path) -> bool:
    """Whether the vault in this folder is to be destroyed, or was; a mark of another vault says nothing."""
    mark = folder / MARK
    if not mark.is_file():
        return False
    content = read_at_most(mark, _MOST_MARK)
    try:
        return content == _MAGIC + slotfile.read(folder).vault
    except UnavailableError as problem:
        # Slots of a newer program are somebody else's business.
        return problem.code == "vault_damaged" and content.startswith(_MAGIC)


def is_there(folder: Path) -> bool:
    """Whether there is a vault in this folder, whatever its state, that nobody decided to destroy."""
    return traces.found(folder) and not is_decided(folder)


def finish(folder: Path) -> None:
    """Destroy the slots of a vault for which that was decided, then delete the rest as far as that goes.

    Does nothing where nothing was decided. Can be cut off anywhere and called again.

    Raises:
        UnavailableError: `vault_in_use` while it is open, or somebody else finishes; `keys_stay` when a slot
            could neither be overwritten nor removed, or the disk fails, and the next call tries again.
    """
    try:
        if is_decided(folder):
            _finish(folder)
    except OSError as problem:
        raise UnavailableError("keys_stay") from problem


def _finish(folder: Path) -> None:
    lock = InstanceLock(folder / LOCK_NAME)
    try:
        homes = (folder, *traces.asides(folder))
        _destroy([path for home in homes for path in _key_files(home)])
        with contextlib.suppress(OSError):
            _clear(homes)
    finally:
        lock.release()
    log.info("no key of the vault is left on this computer")


def clear_way(folder: Path) -> None:
    """Finish, and forget that anything was decided here: another vault comes into this folder.

    Raises:
        UnavailableError: as `finish`.
    """
    if is_decided(folder):
        finish(folder)
    if folder.is_dir():
        (folder / MARK).unlink(missing_ok=True)
        sync_folder(folder)


def _key_files(home: Path) -> Iterator[Path]:
    """Everything in a folder that is, or may be the rest of, a file of key slots."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink() and (path.name.startswith(_KEYS) or _is_slots(path)):
            yield path


def _is_slots(path: Path) -> bool:
    """Whether a file begins as slots do, whatever it is called."""
    try:
        with path.open("rb") as file:
            return file.read(len(slotfile.MAGIC)) == slotfile.MAGIC
    except OSError:
        return False


def _destroy(paths: Sequence[Path]) -> None:
    """Overwrite all of them, and only then remove them: a name that is left leads to noise."""
    readable = [path for path in paths if not _overwrite(path)]
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()
    for parent in {path.parent for path in paths}:
        with contextlib.suppress(OSError):
            sync_folder(parent)
    if any(path.exists() for path in readable):
        raise UnavailableError("keys_stay")


def _overwrite(path: Path) -> bool:
    """Put random bytes in the place of a file's own, and onto the disk; whether that went."""
    try:
        with path.open("r+b") as file:
            file.write(os.urandom(os.fstat(file.fileno()).st_size))
            file.flush()
            sync_file(file.fileno())
    except OSError:
        return False
    return True


def _clear(homes: Sequence[Path]) -> None:
    """Delete what nobody can read any more; what does not go stays, and the mark with it."""
    folder, *asides = homes
    for aside in asides:
        shutil.rmtree(aside, ignore_errors=True)
    for path in folder.iterdir():
        if path.name in {MARK, LOCK_NAME}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    if {path.name for path in folder.iterdir()} <= {MARK, LOCK_NAME}:
        with contextlib.suppress(OSError):
            (folder / MARK).unlink()
            sync_folder(folder)
