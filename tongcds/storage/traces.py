"""By which files one knows that there is a vault, or was; nothing here opens any of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tongcds.storage import slotfile

DATABASE: Final = "vault.tcds"
MAKING: Final = "vault.making"
"""There while a vault is made: what lies beside it holds nothing that anybody saved."""
JOURNAL: Final = "journal.tcds"
BACKUPS: Final = "backups"
_STAMP: Final = re.compile(r"-\d{8}-\d{6}(-\d+)?")


def found(folder: Path) -> bool:
    """Whether something of a vault is in this folder, whatever its state."""
    if (folder / MAKING).exists():
        return False
    return any((folder / name).exists() for name in (DATABASE, JOURNAL, BACKUPS, *slotfile.FILE_NAMES))


def asides(folder: Path) -> tuple[Path, ...]:
    """The vaults that were moved aside from this folder (`rescue.move_aside`), the oldest first."""
    there = folder.parent.glob(f"{folder.name}-*")
    return tuple(
        sorted(path for path in there if path.is_dir() and _STAMP.fullmatch(path.name, len(folder.name)))
    )
