"""What was written out of a vault that did not open, remembered beside it until its access log can say so.

Sealed with the vault's key, so that whoever has only the disk learns nothing of it and cannot make one up.
It goes wherever the vault's files go. A line too many, of a file that then could not be written, is better
than one too few.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import nacl.exceptions
import nacl.secret

from tongcds.storage.files import read_at_most, write_whole
from tongcds.storage.keyslots import VaultKey

FILE_NAME: Final = "exported.tcds"
_PURPOSE: Final = "belated notes"
_MOST_BYTES: Final = 1 << 20


class Note(msgspec.Struct, frozen=True, array_like=True):
    """A file that was written: when (milliseconds, UTC), by whom, where, about how many people.

    `who` is a member's id, empty for the member that the vault is enrolled for.
    """

    at: int
    who: bytes
    path: str
    people: int


_pack = msgspec.msgpack.Encoder().encode
_notes = msgspec.msgpack.Decoder(list[Note]).decode


def add(folder: Path, opened: VaultKey, note: Note) -> None:
    """Remember one more; it is on the disk before this returns.

    Raises:
        UnavailableError: `disk_full`.
        OSError: the folder cannot be written.
    """
    content = _pack([*read(folder, opened), note])
    write_whole(folder / FILE_NAME, bytes(_box(opened).encrypt(content)))


def read(folder: Path, opened: VaultKey) -> list[Note]:
    """What is remembered; nothing where there is no note, or one that is not this vault's."""
    try:
        return _notes(_box(opened).decrypt(read_at_most(folder / FILE_NAME, _MOST_BYTES)))
    except (OSError, ValueError, nacl.exceptions.CryptoError, msgspec.DecodeError):
        return []


def forget(folder: Path) -> None:
    """Its log says it now."""
    (folder / FILE_NAME).unlink(missing_ok=True)


def _box(opened: VaultKey) -> nacl.secret.SecretBox:
    return nacl.secret.SecretBox(opened.subkey(_PURPOSE))
