"""Attachments on the server's disk: sealed with a key of the server's folder, named by a keyed hash.

Whole files are in `whole/xx/`, what laptops are sending in `coming/`, one file a laptop and attachment. How
far a laptop is follows from the length of its file alone. Who may send or see what is `attachments`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from tongcds.domain.attachments import hash_of
from tongcds.protocol import sealed
from tongcds.protocol.messages import ProtocolError
from tongcds.protocol.sealed import Growing, GrownError

__all__ = ["AttachmentFiles", "Coming", "GrownError"]

EXPIRES_MS: Final = 7 * 24 * 60 * 60 * 1000
"""How long an upload that nobody goes on with is kept."""


class Coming:
    """A file that a laptop is sending now. `size` is how much of it is here.

    Another request for the same file may be under way on a connection that is dead and does not know it yet;
    whichever writes first goes on, the other one hears GrownError.
    """

    def __init__(self, growing: Growing, lock: threading.Lock) -> None:
        self._growing = growing
        self._lock = lock

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self._growing.size

    def add(self, content: bytes) -> None:
        """Add to the end.

        Raises:
            GrownError: somebody else did meanwhile.
        """
        with self._lock:
            self._growing.add(content)

    def cut(self, size: int) -> None:
        """Take back everything after `size` bytes."""
        with self._lock:
            self._growing.cut(size)

    def sync(self) -> None:
        """Bring it onto the disk."""
        self._growing.sync()


class AttachmentFiles:
    """The attachments folder of one server, made when the first file comes. For many threads, one process.

    Args:
        folder: where they are.
        seed: the server's secret; its keys for names and contents follow from it.
    """

    def __init__(self, folder: Path, seed: bytes) -> None:
        self._whole, self._coming = folder / "whole", folder / "coming"
        self._key = blake2b(key=seed, person=b"tongcds-files", digest_size=32).digest()
        self._name_key = blake2b(key=seed, person=b"tongcds-names", digest_size=32).digest()
        self._lock = threading.Lock()
        self.swept_at = 0

    def name_of(self, digest: bytes) -> str:
        """The name of the file with this hash."""
        return blake2b(digest, key=self._name_key, digest_size=32).hexdigest()

    def has(self, digest: bytes) -> bool:
        """Whether the file is here whole."""
        return self._path(digest).is_file()

    def content(self, digest: bytes, start: int = 0) -> Iterator[bytes]:
        """What the file holds from byte `start` on, piece by piece.

        Raises:
            ProtocolError: `sealed_damaged`.
        """
        return sealed.read(self._path(digest), self._key, digest, start)

    def begin(self, device: int, digest: bytes, now: int) -> None:
        """A laptop announced a file; what it sent before stays."""
        self._coming.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.sending(device, digest, now):
            pass

    def sent(self, device: int, digest: bytes) -> int | None:
        """How much of a file the laptop has sent; None when it did not announce it."""
        path = self._part(device, digest)
        return sealed.size_of(path) if path.is_file() else None

    def touched(self, device: int, digest: bytes) -> int:
        """When something of this file came last, in milliseconds (UTC)."""
        return self._part(device, digest).stat().st_mtime_ns // 1_000_000

    def unfinished(self, device: int) -> int:
        """How many files the laptop has begun to send."""
        return sum(1 for _ in self._coming.glob(f"{device}-*")) if self._coming.is_dir() else 0

    @contextmanager
    def sending(self, device: int, digest: bytes, now: int) -> Iterator[Coming]:
        """A file that was announced, to be added to; what came is on the disk when the block ends."""
        path = self._part(device, digest)
        with self._lock:
            growing = Growing(path, self._key, digest)
        try:
            yield Coming(growing, self._lock)
            growing.sync()
        finally:
            growing.close()
            if path.is_file():
                os.utime(path, ns=(now * 1_000_000, now * 1_000_000))

    def settle(self, device: int, digest: bytes) -> bool:
        """A file has come whole: give it its name, if it is what it was announced as; otherwise it goes."""
        part, path = self._part(device, digest), self._path(digest)
        try:
            whole = hash_of(sealed.read(part, self._key, digest)) == digest
        except ProtocolError:
            whole = False
        if not whole:
            part.unlink(missing_ok=True)
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.replace(path)
        for folder in (path.parent, self._whole, self._whole.parent):
            _sync_folder(folder)
        return True

    def forget_part(self, device: int, digest: bytes) -> None:
        """Give up an upload."""
        self._part(device, digest).unlink(missing_ok=True)

    def forget(self, digest: bytes) -> None:
        """Remove a whole file."""
        self._path(digest).unlink(missing_ok=True)

    def remove_stale(self, now: int, known: Callable[[str], bool], *, older_than_ms: int) -> int:
        """Remove expired uploads, and whole files of no `known` name that are old; returns how many."""
        going = [path for path in self._coming.glob("*") if _age(path, now) > EXPIRES_MS]
        going += [
            path
            for path in self._whole.glob("*/*")
            if not known(path.name) and _age(path, now) > older_than_ms
        ]
        for path in going:
            path.unlink(missing_ok=True)
        return len(going)

    def total(self) -> tuple[int, int]:
        """How many whole files there are, and how many bytes they take."""
        sizes = [path.stat().st_size for path in self._whole.glob("*/*")]
        return len(sizes), sum(sizes)

    def _path(self, digest: bytes) -> Path:
        name = self.name_of(digest)
        return self._whole / name[:2] / name

    def _part(self, device: int, digest: bytes) -> Path:
        return self._coming / f"{device}-{self.name_of(digest)}"


def _age(path: Path, now: int) -> int:
    try:
        return now - path.stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return 0


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
