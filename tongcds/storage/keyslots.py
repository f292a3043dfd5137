"""The key of a vault and the slots that keep it: one a person, each under that person's passphrase.

The file exists three times; the newest whole copy counts, and a damaged one is put right when the vault
opens. Names of people are inside the slots, so a locked vault says nothing. The vault itself is in `vault`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.utils

from tongcds.errors import UnavailableError, UserError
from tongcds.storage.files import write_whole
from tongcds.storage.passphrase import normalised, require_strong

FILE_NAMES: Final = ("keys-1.tcds", "keys-2.tcds", "keys-3.tcds")
TRIES_NAME: Final = "tries.tcds"
PERSON: Final = "person"

MEMORY: Final = 64 * 1024 * 1024
PASSES: Final = 3
_MOST_MEMORY: Final = 1024 * 1024 * 1024
_MOST_PASSES: Final = 16

_MAGIC: Final = b"TCDSKEYS"
_CHECK: Final = 16
_VERSION: Final = 1
_KEY: Final = 32
_NONCE: Final = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

_FREE_TRIES: Final = 3
_FIRST_DELAY_MS: Final = 5_000
_LONGEST_DELAY_MS: Final = 300_000


class Slot(msgspec.Struct, frozen=True):
    """One way to the key. `kind` is person; recovery and province follow the same shape.

    `sealed` holds the vault key and the person's name under a key from the passphrase (Argon2id with this
    salt, memory in bytes and passes).
    """

    kind: str
    id: bytes
    salt: bytes
    memory: int
    passes: int
    nonce: bytes
    sealed: bytes


class _KeyFile(msgspec.Struct, frozen=True):
    version: int
    generation: int
    vault: bytes
    slots: list[Slot]


class _KeyFileVersion(msgspec.Struct, frozen=True):
    version: int


class _Inside(msgspec.Struct, frozen=True, array_like=True):
    key: bytes
    person: str


class _Tries(msgspec.Struct, frozen=True, array_like=True):
    wrong: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class VaultKey:
    """An opened vault's key and whose slot opened it."""

    key: bytes
    slot_id: bytes
    person: str

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose (at most 16 ASCII letters); knowing one tells nothing of another."""
        return blake2b(key=self.key, person=purpose.encode("ascii"), digest_size=_KEY).digest()


def create_slots(folder: Path, passphrase: str, person: str) -> VaultKey:
    """Draw a new vault key and keep it in a first slot for this person.

    Raises:
        UserError: `passphrase_weak`.
        UnavailableError: `disk_full`.
    """
    require_strong(passphrase)
    opened = VaultKey(nacl.utils.random(_KEY), nacl.utils.random(16), person)
    vault = nacl.utils.random(16)
    _write(folder, _KeyFile(_VERSION, 1, vault, [_seal(opened, vault, passphrase)]))
    return opened


def open_slots(folder: Path, passphrase: str, *, now: Callable[[], int]) -> VaultKey:
    """Open the slot that this passphrase fits. Wrong ones make the next try wait, five minutes at most.

    Raises:
        UserError: `passphrase_wrong`; `passphrase_wait` with `seconds` while a try must wait.
        UnavailableError: `vault_missing`, `vault_damaged` or `vault_newer`.
    """
    keys = _read(folder)
    tries = _check_delay(folder, now())
    text = normalised(passphrase)
    usable = [slot for slot in keys.slots if slot.kind == PERSON and _strong_enough(slot)]
    if not usable:
        raise UnavailableError("vault_damaged")
    for slot in usable:
        inside = _unseal(slot, keys.vault, text)
        if inside is not None:
            # A disk without room must keep nobody out.
            with contextlib.suppress(UnavailableError, OSError):
                if tries.wrong:
                    _write_tries(folder, _Tries())
                _heal(folder, keys)
            return VaultKey(inside.key, slot.id, inside.person)
    _write_tries(folder, _Tries(tries.wrong + 1, now()))
    raise UserError("passphrase_wrong")


def add_person(folder: Path, opened: VaultKey, passphrase: str, person: str) -> None:
    """Give another person a slot to a vault that is open.

    Raises:
        UserError: `passphrase_weak`.
        UnavailableError: `disk_full`; then all slots are as before.
    """
    require_strong(passphrase)
    keys = _read(folder)
    fresh = VaultKey(opened.key, nacl.utils.random(16), person)
    slots = [*keys.slots, _seal(fresh, keys.vault, passphrase)]
    _write(folder, msgspec.structs.replace(keys, generation=keys.generation + 1, slots=slots))


def newest_copy(folder: Path) -> bytes:
    """The key file as it stands, to be kept elsewhere.

    Raises:
        UnavailableError: `vault_damaged`.
    """
    return _pack(_read(folder))


def is_whole(content: bytes) -> bool:
    """Whether these bytes are a key file."""
    return _parse(content) is not None


def put_copy(folder: Path, content: bytes) -> None:
    """Put a key file kept elsewhere in place of lost ones."""
    for name in FILE_NAMES:
        write_whole(folder / name, content)


def delay_after(wrong: int) -> int:
    """Milliseconds to wait after so many wrong passphrases in a row."""
    if wrong <= _FREE_TRIES:
        return 0
    return min(_LONGEST_DELAY_MS, _FIRST_DELAY_MS << min(wrong - _FREE_TRIES - 1, 16))


def _strong_enough(slot: Slot) -> bool:
    """Whether an honest writer made these parameters: not weaker ones, and not such as would exhaust us."""
    return MEMORY <= slot.memory <= _MOST_MEMORY and PASSES <= slot.passes <= _MOST_PASSES


def _passphrase_key(text: str, salt: bytes, memory: int, passes: int) -> bytes:
    return nacl.pwhash.argon2id.kdf(_KEY, text.encode(), salt, opslimit=passes, memlimit=memory)


def _beside(vault: bytes, kind: str, slot_id: bytes) -> bytes:
    return _MAGIC + vault + slot_id + kind.encode()


def _seal(opened: VaultKey, vault: bytes, passphrase: str) -> Slot:
    salt = nacl.utils.random(nacl.pwhash.argon2id.SALTBYTES)
    nonce = nacl.utils.random(_NONCE)
    key = _passphrase_key(normalised(passphrase), salt, MEMORY, PASSES)
    sealed = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        msgspec.msgpack.encode(_Inside(opened.key, opened.person)),
        _beside(vault, PERSON, opened.slot_id),
        nonce,
        key,
    )
    return Slot(PERSON, opened.slot_id, salt, MEMORY, PASSES, nonce, sealed)


def _unseal(slot: Slot, vault: bytes, text: str) -> _Inside | None:
    key = _passphrase_key(text, slot.salt, slot.memory, slot.passes)
    try:
        plain = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            slot.sealed, _beside(vault, slot.kind, slot.id), slot.nonce, key
        )
    except nacl.exceptions.CryptoError:
        return None
    return msgspec.msgpack.decode(plain, type=_Inside)


def _pack(keys: _KeyFile) -> bytes:
    body = msgspec.msgpack.encode(keys)
    return _MAGIC + blake2b(body, digest_size=_CHECK).digest() + body


def _parse(content: bytes) -> _KeyFile | None:
    """The key file in these bytes; None when they are not whole."""
    head = len(_MAGIC)
    check, body = content[head : head + _CHECK], content[head + _CHECK :]
    if content[:head] != _MAGIC or blake2b(body, digest_size=_CHECK).digest() != check:
        return None
    try:
        if msgspec.msgpack.decode(body, type=_KeyFileVersion).version > _VERSION:
            raise UnavailableError("vault_newer")
        return msgspec.msgpack.decode(body, type=_KeyFile)
    except msgspec.DecodeError:
        return None


def _copies(folder: Path) -> Sequence[bytes | None]:
    return [path.read_bytes() if (path := folder / name).is_file() else None for name in FILE_NAMES]


def _read(folder: Path) -> _KeyFile:
    copies = _copies(folder)
    if all(copy is None for copy in copies):
        raise UnavailableError("vault_damaged")
    whole = [keys for copy in copies if copy is not None and (keys := _parse(copy)) is not None]
    if not whole:
        raise UnavailableError("vault_damaged")
    return max(whole, key=lambda keys: keys.generation)


def _write(folder: Path, keys: _KeyFile) -> None:
    content = _pack(keys)
    for name in FILE_NAMES:
        write_whole(folder / name, content)


def _heal(folder: Path, keys: _KeyFile) -> None:
    content = _pack(keys)
    for name, copy in zip(FILE_NAMES, _copies(folder), strict=True):
        if copy != content:
            write_whole(folder / name, content)


def _read_tries(folder: Path) -> _Tries:
    try:
        return msgspec.msgpack.decode((folder / TRIES_NAME).read_bytes(), type=_Tries)
    except (FileNotFoundError, msgspec.DecodeError):
        return _Tries()


def _write_tries(folder: Path, tries: _Tries) -> None:
    write_whole(folder / TRIES_NAME, msgspec.msgpack.encode(tries))


def _check_delay(folder: Path, now: int) -> _Tries:
    tries = _read_tries(folder)
    if now < tries.last:
        # The clock was put back; the wait begins anew instead of lasting until then.
        tries = _Tries(tries.wrong, now)
        _write_tries(folder, tries)
    left = tries.last + delay_after(tries.wrong) - now
    if left > 0:
        raise UserError("passphrase_wait", seconds=-(-left // 1000))
    return tries
