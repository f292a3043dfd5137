"""What laptop and province must agree on about keys: signed terms, sealed recovery codes, codes for a lease.

And the files in which a province keeps its own two key pairs: one for reading recovery codes, under one
officer's passphrase; one that opens vaults, split so that it takes two people. The slots themselves are
`storage.keyslots`'.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.secret
import nacl.utils
from nacl.exceptions import BadSignatureError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from tongcds.domain import wordcode
from tongcds.errors import UserError
from tongcds.protocol.messages import ProtocolError, SealedCode, Terms

RECOVERY_WORDS: Final = 8
LEASE_WORDS: Final = 4
LEAST_LEASE, USUAL_LEASE, LONGEST_LEASE = 7, 30, 90

CODES, FIRST_SHARE, SECOND_SHARE = "codes", "share 1", "share 2"
_MAGIC: Final = b"TCDSTINH1"
_KEY: Final = 32
_MEMORY: Final = 64 * 1024 * 1024
_PASSES: Final = 4
_MOST_FILE: Final = 4096


def sign_terms(terms: Terms, key: SigningKey) -> Terms:
    """The terms with the server's signature."""
    return msgspec.structs.replace(terms, signature=key.sign(_terms_text(terms)).signature)


def terms_hold(terms: Terms, server_key: bytes) -> bool:
    """Whether this server signed these terms, and they make sense."""
    try:
        VerifyKey(server_key).verify(_terms_text(terms), terms.signature)
    except (BadSignatureError, ValueError):
        return False
    return LEAST_LEASE <= terms.lease_days <= LONGEST_LEASE


def _terms_text(terms: Terms) -> bytes:
    return b"tongcds terms 1" + msgspec.msgpack.encode(msgspec.structs.replace(terms, signature=b""))


class _Code(msgspec.Struct, frozen=True, array_like=True):
    slot: bytes
    code: str


def seal_code(code: str, slot: bytes, public_key: bytes) -> SealedCode:
    """A recovery code for nobody's eyes but the province's."""
    inside = msgspec.msgpack.encode(_Code(slot, code))
    return SealedCode(slot, SealedBox(PublicKey(public_key)).encrypt(inside))


def open_code(sealed: SealedCode, private_key: bytes) -> str:
    """The inverse of `seal_code`.

    Raises:
        ProtocolError: `bad_code` when it was sealed to another key, or belongs to another slot.
    """
    try:
        inside = msgspec.msgpack.decode(SealedBox(PrivateKey(private_key)).decrypt(sealed.sealed), type=_Code)
    except (nacl.exceptions.CryptoError, msgspec.DecodeError):
        raise ProtocolError("bad_code") from None
    if inside.slot != sealed.slot:
        raise ProtocolError("bad_code")
    return inside.code


def lease_code(ours: SigningKey, theirs: bytes, device: int, number: str) -> str:
    """Four words with which device and server, who share no other secret, recognise each other by phone.

    Both come to the same words, each from its own signing key and the other's public one.

    Args:
        ours: the signing key of this side.
        theirs: the verify key of the other side, 32 bytes.
        device: the device's number.
        number: what the device shows, drawn anew for each time.
    """
    private = bytes(ours.to_curve25519_private_key())
    public = bytes(VerifyKey(theirs).to_curve25519_public_key())
    shared = nacl.bindings.crypto_scalarmult(private, public)
    text = b"tongcds lease 1" + msgspec.msgpack.encode([device, number])
    return wordcode.from_bytes(blake2b(text, key=shared, digest_size=_KEY).digest(), LEASE_WORDS)


class KeptKey(msgspec.Struct, frozen=True):
    """A private key, or one of the two halves of one, under a passphrase. `public` is that of the pair."""

    kind: str
    public: bytes
    salt: bytes
    sealed: bytes


def new_pair() -> tuple[bytes, bytes]:
    """A fresh private key and its public one."""
    made = PrivateKey.generate()
    return bytes(made), bytes(made.public_key)


def split(private_key: bytes) -> tuple[bytes, bytes]:
    """Two halves; each alone says nothing at all about the key."""
    first = nacl.utils.random(len(private_key))
    return first, _xor(first, private_key)


def join(first: bytes, second: bytes, public_key: bytes) -> bytes:
    """The key from its two halves.

    Raises:
        UserError: `shares_differ` when they are halves of different keys, or the same one twice.
    """
    private_key = _xor(first, second)
    if bytes(PrivateKey(private_key).public_key) != public_key:
        raise UserError("shares_differ")
    return private_key


def write_kept(path: Path, kind: str, secret: bytes, public_key: bytes, passphrase: str) -> None:
    """Write a key or half of one into a new file.

    Raises:
        FileExistsError: nothing is ever written over.
    """
    salt = nacl.utils.random(nacl.pwhash.argon2id.SALTBYTES)
    sealed = bytes(nacl.secret.SecretBox(_stretched(passphrase, salt)).encrypt(secret))
    with path.open("xb") as file:
        file.write(_MAGIC + msgspec.msgpack.encode(KeptKey(kind, public_key, salt, sealed)))
    path.chmod(0o600)


def read_kept(path: Path) -> KeptKey:
    """What is in such a file.

    Raises:
        UserError: `file_missing`, or `key_file_wrong` for anything else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_FILE + 1)
    except OSError:
        raise UserError("file_missing") from None
    try:
        if len(content) <= _MOST_FILE and content.startswith(_MAGIC):
            return msgspec.msgpack.decode(content.removeprefix(_MAGIC), type=KeptKey)
    except (msgspec.DecodeError, ValueError, RecursionError):
        pass
    raise UserError("key_file_wrong", file=path.name)


def open_kept(kept: KeptKey, passphrase: str) -> bytes:
    """The key, or the half, inside.

    Raises:
        UserError: `passphrase_wrong`.
    """
    try:
        return nacl.secret.SecretBox(_stretched(passphrase, kept.salt)).decrypt(kept.sealed)
    except nacl.exceptions.CryptoError:
        raise UserError("passphrase_wrong") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    text = " ".join(passphrase.split()).encode()
    return nacl.pwhash.argon2id.kdf(_KEY, text, salt, opslimit=_PASSES, memlimit=_MEMORY)


def _xor(first: bytes, second: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(first, second, strict=True))
