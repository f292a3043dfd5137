"""The bundle file (`.tcds`): the same chunks as on the network, sealed to named readers and signed.

Layout: magic, length and bytes of the header (MessagePack), then pieces of XChaCha20-Poly1305 (libsodium's
secretstream, the last one marked as last), then an Ed25519 signature over header and a hash of the pieces.
The content key is sealed to each reader's key; whoever is not named can carry the file but not read it.
Nothing is believed before the signature was checked and the last piece was seen. What is inside is
`sync.bundles`' and the server's.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from nacl import bindings
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from tongcds.protocol.messages import ProtocolError, decode, encode

SUFFIX: Final = ".tcds"
REAL, TRAINING = b"TCDSBND1", b"TCDSTRN1"
MAX_FILE: Final = 64 * 1024 * 1024
"""Two million records or so. The server takes no larger one, so nobody needs to carry it."""
_MAX_HEADER: Final = 64 * 1024
_MAX_READERS: Final = 64
_PIECE: Final = 64 * 1024
_SIGNATURE: Final = 64
_DIGEST: Final = 32
_LENGTH: Final = struct.Struct(">I")
_OVERHEAD: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_PIECE_TAG: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST_TAG: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_DAMAGED: Final = "bundle_damaged"


class Reader(msgspec.Struct, frozen=True, array_like=True):
    """One who may read: the Ed25519 key they are known by, and the content key sealed to it."""

    key: bytes
    sealed: bytes


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What everybody may see of a bundle: who sends it, in which order, and who may read it.

    `sender` is the sender's Ed25519 key, `device` its number (0 for the server); `counter` counts the
    sender's bundles, `previous` is the hash of the one before. `kind` is push or answer; `addressee` the
    device an answer is for, 0 otherwise. `time` in milliseconds since 1970 (UTC).
    """

    kind: str
    sender: bytes
    device: int
    addressee: int
    counter: int
    epoch: int
    time: int
    previous: bytes
    stream: bytes
    readers: list[Reader]


@dataclass(frozen=True, slots=True)
class Note:
    """What the sender says of a bundle; the rest of the header follows from the keys."""

    kind: str
    device: int
    counter: int
    epoch: int
    time: int
    addressee: int = 0
    previous: bytes = b""


@dataclass(frozen=True, slots=True)
class Opened:
    """A bundle whose signature holds.

    `digest` names the file; `content` is None for one not named as reader.
    """

    header: Header
    digest: bytes
    content: bytes | None


def write(
    path: Path, content: bytes, note: Note, *, key: SigningKey, readers: Sequence[bytes], magic: bytes = REAL
) -> bytes:
    """Write a bundle under a temporary name, read it back, then give it its name; returns its digest.

    Args:
        path: where it is to be; the folder must be there.
        content: what the readers get.
        note: what the header says.
        key: the sender's.
        readers: Ed25519 public keys of those who may read.
        magic: REAL or TRAINING; one never passes for the other.

    Raises:
        OSError: the stick is full, gone or broken; nothing is left under the final name.
        ProtocolError: `bundle_damaged` when what was read back is not what was written (a stick that lies
            about its size).
    """
    sealed = seal(content, note, key=key, readers=readers, magic=magic)
    waiting = path.with_name(f".{path.name}.part")
    try:
        with waiting.open("wb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        if waiting.read_bytes() != sealed:
            raise ProtocolError(_DAMAGED, "not what was written")
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
    return _digest(sealed)


def seal(
    content: bytes, note: Note, *, key: SigningKey, readers: Sequence[bytes], magic: bytes = REAL
) -> bytes:
    """The bytes of a bundle."""
    content_key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    stream = bindings.crypto_secretstream_xchacha20poly1305_init_push(state, content_key)
    header = encode(
        Header(
            kind=note.kind,
            sender=bytes(key.verify_key),
            device=note.device,
            addressee=note.addressee,
            counter=note.counter,
            epoch=note.epoch,
            time=note.time,
            previous=note.previous,
            stream=stream,
            readers=[Reader(reader, _seal_to(reader, content_key)) for reader in readers],
        )
    )
    head = magic + _LENGTH.pack(len(header)) + header
    pieces = []
    last = max(0, (len(content) - 1) // _PIECE)
    for i in range(last + 1):
        tag = _LAST_TAG if i == last else _PIECE_TAG
        piece = content[i * _PIECE : (i + 1) * _PIECE]
        # The header is bound to every piece: pieces of another bundle do not fit.
        pieces.append(bindings.crypto_secretstream_xchacha20poly1305_push(state, piece, head, tag))
    body = head + b"".join(pieces)
    return body + key.sign(_digest(body)).signature


def read(path: Path, *, key: SigningKey | None, magic: bytes = REAL) -> Opened:
    """Check a bundle file, and open it with `key` where it names that reader.

    The file is gone through piece by piece: of one that is for somebody else, or damaged, hardly anything is
    ever in memory.

    Raises:
        ProtocolError: `bundle_damaged`, `bundle_foreign` (not a bundle, or of the other world: training and
            real never mix), `too_big`.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return _open(file, key=key, magic=magic)


def opened(raw: bytes, *, key: SigningKey | None, magic: bytes = REAL) -> Opened:
    """The same for bytes that are in memory."""
    return _open(io.BytesIO(raw), key=key, magic=magic)


def _open(file: BinaryIO, *, key: SigningKey | None, magic: bytes) -> Opened:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > MAX_FILE:
        raise ProtocolError("too_big", "a bundle")
    head = _head(file, size, magic)
    header = _header(head[len(magic) + _LENGTH.size :])
    digest = _signed(file, head, header, size)
    content = None
    content_key = None if key is None else _unseal(header, key)
    if content_key is not None:
        whole = io.BytesIO()
        for piece in _pieces(file, head, header.stream, content_key, size):
            whole.write(piece)
        # What was read now must be what was signed, whatever the stick does meanwhile.
        if _signed(file, head, header, size) != digest:
            raise ProtocolError(_DAMAGED, "it changed while it was read")
        # Of what may be 64 MB there is one copy: this hands out the buffer itself.
        content = whole.getvalue()
    return Opened(header, digest, content)


def _head(file: BinaryIO, size: int, magic: bytes) -> bytes:
    """Everything before the pieces: magic, length, header."""
    start = file.read(len(magic) + _LENGTH.size)
    if not start.startswith(magic):
        raise ProtocolError("bundle_foreign", "another beginning")
    if size < len(magic) + _LENGTH.size + _SIGNATURE:
        raise ProtocolError(_DAMAGED, "too short")
    (length,) = _LENGTH.unpack_from(start, len(magic))
    if length > _MAX_HEADER or size < len(start) + length + _SIGNATURE:
        raise ProtocolError(_DAMAGED, "the header does not fit")
    return start + file.read(length)


def _header(raw: bytes) -> Header:
    try:
        header = decode(Header, raw)
    except ProtocolError:
        raise ProtocolError(_DAMAGED, "not a header") from None
    if len(header.readers) > _MAX_READERS:
        raise ProtocolError(_DAMAGED, "too many readers")
    return header


def _signed(file: BinaryIO, head: bytes, header: Header, size: int) -> bytes:
    """Check the sender's signature over everything before it; returns the digest of the whole."""
    whole = blake2b(head, digest_size=_DIGEST)
    file.seek(len(head))
    left = size - len(head) - _SIGNATURE
    while left and (piece := file.read(min(left, _PIECE))):
        whole.update(piece)
        left -= len(piece)
    signature = file.read(_SIGNATURE)
    try:
        VerifyKey(header.sender).verify(whole.digest(), signature)
    except (BadSignatureError, ValueError, TypeError):
        raise ProtocolError(_DAMAGED, "the signature does not hold") from None
    whole.update(signature)
    return whole.digest()


def _pieces(file: BinaryIO, head: bytes, stream: bytes, content_key: bytes, size: int) -> Iterator[bytes]:
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    done = False
    left = size - len(head) - _SIGNATURE
    file.seek(len(head))
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, stream, content_key)
        while left:
            if done:
                raise ProtocolError(_DAMAGED, "something behind the last piece")
            sealed = file.read(min(left, _PIECE + _OVERHEAD))
            left -= len(sealed)
            piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed, head)
            done = tag == _LAST_TAG
            yield piece
    except (CryptoError, ValueError, TypeError, RuntimeError):
        raise ProtocolError(_DAMAGED, "a piece does not fit") from None
    if not done:
        raise ProtocolError(_DAMAGED, "the last piece is missing")


def _seal_to(reader: bytes, content_key: bytes) -> bytes:
    return bytes(SealedBox(VerifyKey(reader).to_curve25519_public_key()).encrypt(content_key))


def _unseal(header: Header, key: SigningKey) -> bytes | None:
    own = bytes(key.verify_key)
    for reader in header.readers:
        if reader.key == own:
            try:
                return bytes(SealedBox(key.to_curve25519_private_key()).decrypt(reader.sealed))
            except (CryptoError, ValueError, TypeError):
                raise ProtocolError(_DAMAGED, "the key does not open") from None
    return None


def _digest(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=_DIGEST).digest()


def fingerprint(digest: bytes) -> str:
    """Eight letters that name a bundle to people: 7F3A-19C2."""
    text = digest[:4].hex().upper()
    return f"{text[:4]}-{text[4:]}"
