"""What the server has not is put away only after it was written outside: what waits, what holds it there.

That is own writes without a receipt, and photos and papers whose file the server never confirmed. A backup
made by hand is remembered in the vault itself, a sealed copy of all files in a mark beside them.
Either counts for what was in it and for nothing written later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from tongcds.errors import UnavailableError, UserError
from tongcds.replica.own import WAITING
from tongcds.replica.tables import OWN, SELF
from tongcds.storage import attachment_notes, journal, keyslots
from tongcds.storage.attachment_files import FOLDER as FILES
from tongcds.storage.attachment_files import AttachmentFiles
from tongcds.storage.backups import Label
from tongcds.storage.files import write_whole
from tongcds.storage.local import get_note, put_note

MARK: Final = "copied.tcds"
_NOTE: Final = "outside backup"
_DIGEST: Final = 32
_DATABASE: Final = ("vault.tcds", "vault.tcds-wal")


@dataclass(frozen=True, slots=True)
class Only:
    """How many own writes, and files of photos and papers, are on this computer and nowhere else."""

    writes: int = 0
    files: int = 0


def remember_backup(connection: Connection, label: Label, files: Iterable[str]) -> None:
    """A backup with this label, and with the files of these names in it, was made elsewhere."""
    put_note(connection, _NOTE, f"{label.device}:{label.next_n}")
    attachment_notes.taken_along(connection, files, label.at)


def only_here(connection: Connection, files: AttachmentFiles) -> Only:
    """What the server has not confirmed and no backup elsewhere holds."""
    device = connection.execute(select(SELF.c.device)).scalar_one_or_none()
    held_by, _colon, next_n = get_note(connection, _NOTE).partition(":")
    first = int(next_n) if held_by == str(device) else 0
    query = select(func.count()).select_from(OWN).where(OWN.c.state == WAITING, OWN.c.n >= first)
    writes = connection.execute(query).scalar_one()
    return Only(writes, len(attachment_notes.alone(connection, files, backed_up=False)))


def remember_copy(folder: Path) -> None:
    """All files of this vault, as they are, were copied elsewhere."""
    write_whole(folder / MARK, _digest(folder))


def is_copied(folder: Path) -> bool:
    """Whether a copy elsewhere has database, journal, photos and papers as they are now."""
    mark = folder / MARK
    if not mark.is_file():
        return False
    with mark.open("rb") as file:
        return file.read(_DIGEST + 1) == _digest(folder)


def in_journal(written: journal.Found | None) -> int:
    """How many writes of a journal no receipt covered when it was made; 0 where there is none."""
    if written is None:
        return 0
    return max(0, written.next_n - 1 - max(written.head.received, written.head.first - 1))


def require_copy(folder: Path, passphrase: str, *, now: int) -> None:
    """Refuse to go on with a vault that does not open and was not copied elsewhere as it is.

    Raises:
        UserError: `unsent_anew` with the `count` that the journal knows of, or `unsent_unknown`.
    """
    if is_copied(folder):
        return
    count = 0
    try:
        opened = keyslots.open_slots(folder, passphrase, now=lambda: now)
        key = opened.subkey(journal.PURPOSE)
        count = in_journal(journal.read(folder / journal.FILE_NAME, key, since=journal.NONE))
    except (UserError, UnavailableError):
        # Nobody can say, so something may wait.
        raise UserError("unsent_unknown") from None
    raise UserError("unsent_anew", count=count) if count else UserError("unsent_unknown")


def _digest(folder: Path) -> bytes:
    whole = blake2b(digest_size=_DIGEST)
    for name in (*_DATABASE, journal.FILE_NAME):
        path = folder / name
        whole.update(b"\1" if path.is_file() else b"\0")
        if path.is_file():
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    whole.update(blake2b(piece, digest_size=_DIGEST).digest())
    # Their names follow from what they hold, so that these say enough.
    attached = folder / FILES if (folder / FILES).is_dir() else None
    for name in sorted(path.name for path in attached.iterdir()) if attached else ():
        whole.update(name.encode())
    return whole.digest()
