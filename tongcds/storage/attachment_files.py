"""Photos and papers on this laptop's disk: sealed with a key of the vault, under names that tell nothing.

A file's name follows from the hash of what it holds and from a key, so that nobody who has the disk can tell
whether a certain picture is there. Nothing is ever written in the clear, not for a moment either. Which
record a file belongs to is `attachments`; what may be kept at all, `domain.attachments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from tongcds.domain.attachments import content_hash, hash_of
from tongcds.errors import UnavailableError
from tongcds.protocol import sealed
from tongcds.protocol.messages import ProtocolError
from tongcds.storage.files import FULL, sync_folder, write_whole

FOLDER: Final = "attachments"
_CONTENT_PURPOSE: Final = "attachments"
_NAME_PURPOSE: Final = "attachmentnames"
_NAME_BYTES: Final = 20
_MAKING: Final = ".new"
_COMING: Final = ".part"


class AttachmentFiles:
    """The attachments folder of one vault; it is made when the first file is kept.

    Args:
        folder: of the vault.
        subkey: gives the vault's key for a purpose.
        require: waits until something may be written, or raises.
    """

    def __init__(
        self, folder: Path, subkey: Callable[[str], bytes], require: Callable[[], None] = lambda: None
    ) -> None:
        self._folder = folder / FOLDER
        self._require = require
        self._key = subkey(_CONTENT_PURPOSE)
        self._name_key = subkey(_NAME_PURPOSE)

    def name_of(self, digest: bytes) -> str:
        """The name on disk of the file with this hash."""
        return blake2b(digest, key=self._name_key, digest_size=_NAME_BYTES).hexdigest()

    def names(self) -> set[str]:
        """Names of the files that are here whole."""
        if not self._folder.is_dir():
            return set()
        return {path.name for path in self._folder.iterdir() if not path.suffix}

    def size_of(self, digest: bytes) -> int:
        """How many bytes the file with this hash holds; 0 where it is not here."""
        return sealed.size_of(self._path(digest))

    def has(self, digest: bytes) -> bool:
        """Whether the file with this hash is here whole."""
        return self._path(digest).is_file()

    def keep(self, content: bytes) -> bytes:
        """Put a file on the disk, read it back, and answer its hash.

        Raises:
            UnavailableError: disk_full; disk_failing when the disk does not give back what was written.
        """
        digest = content_hash(content)
        path = self._path(digest)
        if self._holds(path, digest):
            return digest
        fresh = path.with_suffix(_MAKING)
        try:
            with self._writing(fresh, digest) as growing:
                growing.cut(0)
                growing.add(content)
                growing.sync()
            self._name(fresh, digest)
        finally:
            fresh.unlink(missing_ok=True)
        return digest

    def content(self, digest: bytes) -> bytes:
        """What a file holds.

        Raises:
            UnavailableError: attachment_elsewhere when it is not on this laptop; attachment_damaged when it
                is not what was kept.
        """
        path = self._path(digest)
        try:
            content = b"".join(sealed.read(path, self._key, digest))
        except FileNotFoundError:
            raise UnavailableError("attachment_elsewhere") from None
        except (ProtocolError, OSError):
            raise UnavailableError("attachment_damaged") from None
        if content_hash(content) != digest:
            raise UnavailableError("attachment_damaged")
        return content

    def named(self, name: str) -> Path:
        """Where the file of this name is, or would be."""
        return self._folder / name

    def bring_back(self, digest: bytes, folder: Path) -> bool:
        """Put the file with this hash in its place from a backup's folder; whether it was there, and whole.

        Raises:
            UnavailableError: disk_full.
        """
        kept = folder / self.name_of(digest)
        if not self._holds(kept, digest):
            return False
        self._folder.mkdir(mode=0o700, exist_ok=True)
        write_whole(self._path(digest), kept.read_bytes())
        return True

    def arrived(self, digest: bytes) -> int:
        """How many bytes of a file that is being fetched are here."""
        return sealed.size_of(self._path(digest).with_suffix(_COMING))

    @contextmanager
    def arriving(self, digest: bytes) -> Iterator[sealed.Growing]:
        """A file that is being fetched, to be added to; what came is kept also when it breaks off.

        Raises:
            UnavailableError: disk_full.
        """
        with self._writing(self._path(digest).with_suffix(_COMING), digest) as growing:
            try:
                yield growing
            finally:
                growing.sync()

    def settle(self, digest: bytes) -> None:
        """A file has come whole: compare its hash and give it its name.

        Raises:
            UnavailableError: attachment_damaged; what came is forgotten.
        """
        coming = self._path(digest).with_suffix(_COMING)
        try:
            self._name(coming, digest)
        except UnavailableError:
            coming.unlink(missing_ok=True)
            raise UnavailableError("attachment_damaged") from None

    def forget(self, name: str) -> None:
        """Remove the file of this name, and what came of it."""
        for path in (self._folder / name, (self._folder / name).with_suffix(_COMING)):
            path.unlink(missing_ok=True)

    def _path(self, digest: bytes) -> Path:
        return self._folder / self.name_of(digest)

    def _holds(self, path: Path, digest: bytes) -> bool:
        try:
            return hash_of(sealed.read(path, self._key, digest)) == digest
        except (ProtocolError, OSError):
            return False

    @contextmanager
    def _writing(self, path: Path, digest: bytes) -> Iterator[sealed.Growing]:
        self._require()
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            growing = sealed.Growing(path, self._key, digest)
            try:
                yield growing
            finally:
                growing.close()
        except OSError as problem:
            if problem.errno in FULL:
                raise UnavailableError("disk_full") from problem
            raise

    def _name(self, fresh: Path, digest: bytes) -> None:
        """Read a written file back, then give it its final name."""
        if not self._holds(fresh, digest):
            raise UnavailableError("disk_failing")
        fresh.replace(self._path(digest))
        sync_folder(self._folder)
