"""Files that grow piece by piece and are never in the clear: how attachments lie on a disk, here and there.

Layout: magic, then pieces; each is a length, a nonce and XChaCha20-Poly1305 over at most 64 KB. Every piece
is bound to what the file is about and to its place in it, so none can be swapped, repeated or taken from
another file. What is cut off at the end cannot be told from a file that has not grown yet: whoever reads a
whole file compares its hash. (libsodium's secretstream, as in `bundle`, cannot be taken up again later.)
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import nacl.utils
from nacl import bindings
from nacl.exceptions import CryptoError

from tongcds.protocol.messages import ProtocolError

PIECE: Final = 64 * 1024
_MAGIC: Final = b"TCDSATT1"
_NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_TAG: Final = bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
_HEAD: Final = struct.Struct(f">I{_NONCE}s")
_PLACE: Final = struct.Struct(">Q")


class GrownError(Exception):
    """Somebody else wrote to the file meanwhile; nothing was added."""


class Growing:
    """A sealed file that is being added to; made where it is not there. Close it at the end.

    Args:
        path: of the file.
        key: 32 bytes.
        about: what it is, the same at every opening.
    """

    def __init__(self, path: Path, key: bytes, about: bytes) -> None:
        self._key, self._about = key, about
        self._file = os.fdopen(
            os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b"
        )
        try:
            self._end, self.size = _measure(self._file.fileno())
            # What a crash left of a piece goes.
            self._file.truncate(self._end)
            if not self._end:
                self._file.seek(0)
                self._file.write(_MAGIC)
                self._file.flush()
                self._end = len(_MAGIC)
        except BaseException:
            self._file.close()
            raise

    def add(self, content: bytes) -> None:
        """Add to the end; `size` grows. On the disk once `sync` returned.

        Raises:
            GrownError: the file is not as this object left it.
            OSError: no room; the file is as it was.
        """
        if os.fstat(self._file.fileno()).st_size != self._end:
            raise GrownError
        sealed = b"".join(self._sealed(content))
        try:
            self._file.seek(self._end)
            self._file.write(sealed)
            self._file.flush()
        except OSError:
            os.ftruncate(self._file.fileno(), self._end)
            raise
        self._end += len(sealed)
        self.size += len(content)

    def cut(self, size: int) -> None:
        """Take back what was added after `size` bytes, where a piece begins."""
        end, _size = _measure(self._file.fileno(), size)
        self._file.flush()
        os.ftruncate(self._file.fileno(), end)
        self._end, self.size = end, size

    def sync(self) -> None:
        """Bring everything onto the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _sealed(self, content: bytes) -> Iterator[bytes]:
        for at in range(0, len(content), PIECE):
            nonce = nacl.utils.random(_NONCE)
            piece = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
                content[at : at + PIECE], _beside(self._about, self.size + at), nonce, self._key
            )
            yield _HEAD.pack(len(piece), nonce) + piece


def size_of(path: Path) -> int:
    """How many bytes are in a sealed file, in the clear; 0 where there is none."""
    try:
        with path.open("rb") as file:
            return _measure(file.fileno())[1]
    except FileNotFoundError:
        return 0


def read(path: Path, key: bytes, about: bytes, start: int = 0) -> Iterator[bytes]:
    """What is in a sealed file from byte `start` on, piece by piece.

    Raises:
        ProtocolError: `sealed_damaged` for whatever was not sealed with this key, about this, at this place.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ProtocolError("sealed_damaged")
        place = 0
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, nonce = _HEAD.unpack(head)
            if not _TAG < length <= PIECE + _TAG:
                return
            inside = length - _TAG
            if place + inside <= start:
                file.seek(length, os.SEEK_CUR)
                place += inside
                continue
            sealed = file.read(length)
            if len(sealed) < length:
                return
            try:
                piece = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                    sealed, _beside(about, place), nonce, key
                )
            except CryptoError:
                raise ProtocolError("sealed_damaged") from None
            yield piece[max(0, start - place) :]
            place += inside


def _beside(about: bytes, place: int) -> bytes:
    return _MAGIC + _PLACE.pack(place) + about


def _measure(handle: int, most: int | None = None) -> tuple[int, int]:
    """Where the last whole piece ends, and how much is in all of them, or in those up to `most` bytes."""
    length = os.fstat(handle).st_size
    with os.fdopen(os.dup(handle), "rb") as file:
        file.seek(0)
        if file.read(len(_MAGIC)) != _MAGIC:
            return 0, 0
        end, size = len(_MAGIC), 0
        while end + _HEAD.size < length and (most is None or size < most):
            file.seek(end)
            piece, _nonce = _HEAD.unpack(file.read(_HEAD.size))
            after = end + _HEAD.size + piece
            if not _TAG < piece <= PIECE + _TAG or after > length:
                break
            end, size = after, size + piece - _TAG
    return end, size
