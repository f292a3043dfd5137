"""The journal: every own write a second time, in a file of its own, so that a damaged vault loses none.

The order of a save is: put the record into the file without its mark, commit the database, set the mark,
bring the file onto the disk, say "saved". So nothing is ever in the journal that was not committed, and a
full disk is met before the commit. The database may be ahead by the one change that a cut fell into, which
nobody was told about and which is whole there; a database that is behind has lost something, and the journal
has it.

A record is sealed under the journal's own key, with its place and the hash of the record before it. A cut
tail is an ordinary end; everything else that does not fit is damage. What the vault does about either, and
when the file is made anew, is decided in `vault` and `repair`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.utils

from tongcds.errors import UnavailableError
from tongcds.replica.replay import Logged
from tongcds.storage import traces
from tongcds.storage.files import FULL, sync_file, sync_folder

FILE_NAME: Final = traces.JOURNAL
PURPOSE: Final = "journal"
_MAGIC: Final = b"TCDSJRN1"
_MARK: Final = 8
_MASK: Final = 0x5DA3C96B
_NONCE: Final = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_BEGINNING: Final = bytes(32)
_A_RECORD: Final = 500
NONE: Final = 1 << 63
"""More than any number of a write."""
_pack = msgspec.msgpack.Encoder().encode


class Head(msgspec.Struct, frozen=True, array_like=True):
    """The first record: whose writes these are, the first of them, and the chain before it.

    All writes up to `received` were covered by a receipt when the file was made.
    """

    device: int
    prefix: int
    first: int
    chain: bytes
    received: int


_head = msgspec.msgpack.Decoder(Head).decode
_apart = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_write = msgspec.msgpack.Decoder(Logged).decode


@dataclass(frozen=True, slots=True)
class Found:
    """What a journal holds as far as it can be read; `whole` is False when it is damaged, not merely cut.

    `next_n` is the number after its last write and `chain` the chain's hash there. `writes` are those that
    were asked for, up to the last.
    """

    head: Head
    writes: tuple[Logged, ...]
    next_n: int
    chain: bytes
    whole: bool
    end: int
    records: int
    hash: bytes

    def chain_before(self, n: int) -> bytes | None:
        """The chain's hash before write `n`; None when the writes that are here do not reach there."""
        if n == self.head.first:
            return self.head.chain
        return next((write.chain for write in self.writes if write.n == n - 1), None)

    def writes_from(self, n: int) -> tuple[Logged, ...]:
        """The writes from number `n` on, of those that are here."""
        return tuple(write for write in self.writes if write.n >= n)


def read(path: Path, key: bytes, *, since: int = 0) -> Found | None:
    """Read a journal; None when there is none, or nothing of it can be read. Changes no file.

    Every record is verified and only one at a time is in memory; of the writes, those from number `since` on
    are kept. With `NONE` none are: that is all one needs of a journal that agrees with its database.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return None
            return _read(file, path.stat().st_size, key, since)
    except OSError:
        return None


def _read(file: BinaryIO, size: int, key: bytes, since: int) -> Found | None:
    head: Head | None = None
    writes: list[Logged] = []
    last: msgspec.Raw | None = None
    at, number, previous, whole = len(_MAGIC), 0, _BEGINNING, True
    next_n = 0
    while at < size:
        mark = file.read(_MARK)
        if len(mark) < _MARK or mark == bytes(_MARK):
            break
        length = int.from_bytes(mark[:4], "little")
        if length ^ _MASK != int.from_bytes(mark[4:], "little"):
            whole = False
            break
        if length > size - at - _MARK:
            break
        sealed = file.read(length)
        plain = _unseal(sealed, key, number, previous)
        if plain is None:
            whole = False
            break
        if head is None:
            head = _head(plain)
            next_n = head.first
        else:
            # The number of a write follows from the head's: only what is wanted has to be taken apart.
            apart = _apart(plain)
            next_n += len(apart)
            last = apart[-1] if apart else last
            if next_n > since:
                writes += (write for write in map(_write, apart) if write.n >= since)
        at, number, previous = at + _MARK + length, number + 1, _hash(sealed)
    if head is None:
        return None
    chain = head.chain if last is None else _write(last).chain
    return Found(head, tuple(writes), next_n, chain, whole, at, number, previous)


class Journal:
    """An open journal, written by one thread at a time.

    Raises:
        UnavailableError: `disk_full` or `disk_failing`.
    """

    def __init__(self, path: Path, key: bytes, found: Found) -> None:
        self._key = key
        self._end, self._records, self._hash = found.end, found.records, found.hash
        self._waiting: tuple[int, bytes] | None = None
        self.head = found.head
        self.next_n = found.next_n
        with _told():
            self._file = path.open("r+b", buffering=0)
            self._file.truncate(self._end)

    def put(self, writes: Sequence[Logged]) -> None:
        """Put a change's writes down, not yet valid; call before the database commits.

        Raises:
            UnavailableError: `disk_full` or `disk_failing`; the journal is as before.
        """
        sealed = _seal(_pack(list(writes)), self._key, self._records, self._hash)
        with _told():
            _write_at(self._file.fileno(), bytes(_MARK) + sealed, self._end)
        self._waiting = (writes[-1].n + 1, sealed)

    def confirm(self) -> None:
        """What was put down is committed: make it valid, and bring it onto the disk.

        Raises:
            UnavailableError: `disk_full` or `disk_failing`; the journal must be made anew.
        """
        if self._waiting is None:
            return
        next_n, sealed = self._waiting
        with _told():
            _write_at(self._file.fileno(), _mark(sealed), self._end)
            sync_file(self._file.fileno())
        self._end += _MARK + len(sealed)
        self._records += 1
        self._hash = _hash(sealed)
        self.next_n, self._waiting = next_n, None

    def withdraw(self) -> None:
        """What was put down was not committed; without its mark it is nothing, whether or not it goes now."""
        if self._waiting is not None:
            self._waiting = None
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def make(path: Path, key: bytes, head: Head, writes: Sequence[Logged]) -> Found:
    """Put a new journal in place of the one that is there, which nobody may have open.

    After a cut one or the other is there.

    Raises:
        UnavailableError: `disk_full` or `disk_failing`; then the old one is there still.
    """
    fresh = path.with_name(path.name + ".new")
    previous, end, records = _BEGINNING, len(_MAGIC), 0
    slices = [writes[i : i + _A_RECORD] for i in range(0, len(writes), _A_RECORD)]
    try:
        with _told(), fresh.open("wb") as out:
            out.write(_MAGIC)
            for plain in (_pack(head), *(_pack(list(part)) for part in slices)):
                sealed = _seal(plain, key, records, previous)
                out.write(_mark(sealed) + sealed)
                previous, end, records = _hash(sealed), end + _MARK + len(sealed), records + 1
            out.flush()
            sync_file(out.fileno())
        with _told():
            fresh.replace(path)
            sync_folder(path.parent)
    except UnavailableError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    next_n, chain = (writes[-1].n + 1, writes[-1].chain) if writes else (head.first, head.chain)
    return Found(head, (), next_n, chain, whole=True, end=end, records=records, hash=previous)


class _told(contextlib.ContextDecorator):  # noqa: N801 - reads as a word of its with statement
    """Errors of the file system in the words of the vault."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, OSError):
            raise UnavailableError("disk_full" if problem.errno in FULL else "disk_failing") from problem


def _write_at(handle: int, content: bytes, at: int) -> None:
    os.lseek(handle, at, os.SEEK_SET)
    left = memoryview(content)
    while left:
        left = left[os.write(handle, left) :]


def _mark(sealed: bytes) -> bytes:
    return len(sealed).to_bytes(4, "little") + (len(sealed) ^ _MASK).to_bytes(4, "little")


def _hash(sealed: bytes) -> bytes:
    return blake2b(sealed, digest_size=32).digest()


def _beside(number: int, previous: bytes) -> bytes:
    return _MAGIC + number.to_bytes(8, "big") + previous


def _seal(plain: bytes, key: bytes, number: int, previous: bytes) -> bytes:
    nonce = nacl.utils.random(_NONCE)
    return nonce + nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, _beside(number, previous), nonce, key
    )


def _unseal(sealed: bytes, key: bytes, number: int, previous: bytes) -> bytes | None:
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE:], _beside(number, previous), sealed[:_NONCE], key
        )
    except (nacl.exceptions.CryptoError, ValueError):
        return None
