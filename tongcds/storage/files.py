"""Files that are there whole or not at all, and on the disk before anyone is told so."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from tongcds.errors import UnavailableError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says when there is no room."""


def write_whole(path: Path, content: bytes) -> None:
    """Put this content in place of whatever is there; after a power cut one or the other is there.

    Raises:
        UnavailableError: `disk_full`; what was there is there still.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as out:
            out.write(content)
            out.flush()
            sync_file(out.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        if problem.errno in FULL:
            raise UnavailableError("disk_full") from problem
        raise


def read_at_most(path: Path, most: int) -> bytes:
    """A small file's content; nothing of one that is larger than it may be.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    return content if len(content) <= most else b""


def sync_file(handle: int) -> None:
    """Bring what was written to an open file onto the disk."""
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make names that were made, changed or removed in this folder last; Windows does so by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
