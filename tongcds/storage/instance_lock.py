"""One program at a time on one vault, also when two are started at the same moment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from tongcds.errors import UnavailableError

LOCK_NAME: Final = "vault.lock"
"""What the lock of a vault's folder is called."""


class InstanceLock:
    """Held from its making until `release`, or until the process ends in whatever way.

    Raises:
        UnavailableError: `vault_in_use` when another holder has it, in this process or in another.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        try:
            if sys.platform == "win32":
                import msvcrt  # noqa: PLC0415 - there is one of the two on each system

                self._file.seek(0)
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415 - as above

                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            self._file.close()
            raise UnavailableError("vault_in_use") from problem

    def release(self) -> None:
        """Let others in. The file stays, since removing it would let two in at once."""
        self._file.close()
