"""The file of key slots: three copies of it, each whole or known not to be. What is in a slot is `keyslots`.

The newest whole copy counts, and a damaged one is put right when the vault opens.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from tongcds.errors import UnavailableError
from tongcds.storage.files import read_at_most, write_whole

FILE_NAMES: Final = ("keys-1.tcds", "keys-2.tcds", "keys-3.tcds")
MAGIC: Final = b"TCDSKEYS"
VERSION: Final = 1
MOST_BYTES: Final = 1024 * 1024
"""Some thousand slots; no file of ours comes near that."""
_CHECK: Final = 16


class Slot(msgspec.Struct, frozen=True):
    """One way to the vault's key, as `keyslots` seals it.

    `sealed` holds the vault key, under a key from a passphrase or code (Argon2id with this salt, memory in
    bytes and passes) or, for the province, under its public key, which then stands in `salt`. `about` says
    whose slot it is, sealed under the vault key: who is in can list the slots, who is not learns nothing.
    """

    kind: str
    id: bytes
    salt: bytes
    memory: int
    passes: int
    nonce: bytes
    sealed: bytes
    about: bytes


class KeyFile(msgspec.Struct, frozen=True):
    """All slots of one vault, which `vault` names; `generation` grows with every change.

    `phone` is whom to call about a forgotten passphrase: the one thing that a locked vault has to say.
    """

    version: int
    generation: int
    vault: bytes
    slots: list[Slot]
    phone: str = ""

    def changed(self, slots: list[Slot]) -> KeyFile:
        """The next generation, with these slots."""
        return msgspec.structs.replace(self, generation=self.generation + 1, slots=slots)


class _KeyFileVersion(msgspec.Struct, frozen=True):
    version: int


def read(folder: Path) -> KeyFile:
    """The newest whole copy.

    Raises:
        UnavailableError: `vault_damaged` when none is whole, `vault_newer`.
    """
    whole = [keys for copy in _copies(folder) if copy is not None and (keys := parse(copy)) is not None]
    if not whole:
        raise UnavailableError("vault_damaged")
    return max(whole, key=lambda keys: keys.generation)


def write(folder: Path, keys: KeyFile) -> None:
    """Put down all copies, one after the other.

    Raises:
        UnavailableError: `disk_full`.
    """
    put_copy(folder, _pack(keys))


def heal(folder: Path, keys: KeyFile) -> None:
    """Put those copies right that say something else.

    Raises:
        UnavailableError: `disk_full`.
    """
    content = _pack(keys)
    for name, copy in zip(FILE_NAMES, _copies(folder), strict=True):
        if copy != content:
            write_whole(folder / name, content)


def newest_copy(folder: Path) -> bytes:
    """The key file as it stands, to be kept elsewhere.

    Raises:
        UnavailableError: `vault_damaged`.
    """
    return _pack(read(folder))


def is_whole(content: bytes) -> bool:
    """Whether these bytes are a key file."""
    return parse(content) is not None


def put_copy(folder: Path, content: bytes) -> None:
    """Put a key file kept elsewhere in place of lost ones."""
    for name in FILE_NAMES:
        write_whole(folder / name, content)


def parse(content: bytes) -> KeyFile | None:
    """The key file in these bytes; None when they are not whole.

    Raises:
        UnavailableError: `vault_newer`.
    """
    head = len(MAGIC)
    check, body = content[head : head + _CHECK], content[head + _CHECK :]
    if content[:head] != MAGIC or blake2b(body, digest_size=_CHECK).digest() != check:
        return None
    try:
        if msgspec.msgpack.decode(body, type=_KeyFileVersion).version > VERSION:
            raise UnavailableError("vault_newer")
        return msgspec.msgpack.decode(body, type=KeyFile)
    except (msgspec.DecodeError, ValueError, RecursionError):
        # The check keeps out what broke by itself, not what somebody made.
        return None


def _pack(keys: KeyFile) -> bytes:
    body = msgspec.msgpack.encode(keys)
    return MAGIC + blake2b(body, digest_size=_CHECK).digest() + body


def _copies(folder: Path) -> Sequence[bytes | None]:
    paths = [folder / name for name in FILE_NAMES]
    return [read_at_most(path, MOST_BYTES) if path.is_file() else None for path in paths]
