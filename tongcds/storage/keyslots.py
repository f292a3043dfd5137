"""The key of a vault and the slots that keep it: persons, invited ones, the recovery code, the province.

Each person has a slot under an own passphrase; what is in the slots of others can be listed, not opened, by
whoever is in. The file is `slotfile`'s, the waiting after wrong tries `tries`'.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.pwhash.argon2id
import nacl.utils
from nacl.public import PrivateKey, PublicKey, SealedBox

from tongcds.domain import wordcode
from tongcds.errors import UnavailableError, UserError
from tongcds.storage import tries
from tongcds.storage.passphrase import normalised, require_strong
from tongcds.storage.slotfile import MAGIC, VERSION, KeyFile, Slot, heal, read, write

PERSON, INVITED, RECOVERY, PROVINCE = "person", "invited", "recovery", "province"
INVITATION_WORDS: Final = 4

MEMORY: Final = 64 * 1024 * 1024
PASSES: Final = 3
_MOST_MEMORY: Final = 1024 * 1024 * 1024
_MOST_PASSES: Final = 32
_AIM_SECONDS: Final = 0.5

_KEY: Final = 32
_ID: Final = 16
_NONCE: Final = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_ABOUT_PURPOSE: Final = "key slots"
_REFERENCE_DIGITS: Final = 12


class About(msgspec.Struct, frozen=True, array_like=True):
    """Whose slot it is: a name, the id of a member record (empty: the one the vault is enrolled for).

    `expires` (milliseconds, UTC) is when an invitation ends.
    """

    person: str
    member: bytes = b""
    expires: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class VaultKey:
    """An opened vault's key and whose slot opened it."""

    key: bytes
    slot_id: bytes
    person: str
    member: bytes = b""
    kind: str = PERSON

    def subkey(self, purpose: str) -> bytes:
        """32 bytes for one purpose (at most 16 ASCII letters); knowing one tells nothing of another."""
        return blake2b(key=self.key, person=purpose.encode("ascii"), digest_size=_KEY).digest()


@dataclass(frozen=True, slots=True)
class SlotHolder:
    """Somebody with a slot. `invited` ones have not made up a passphrase yet."""

    slot_id: bytes
    person: str
    member: bytes
    invited: bool


def calibrated(timer: Callable[[], float]) -> int:
    """Passes with which one try takes about half a second on this machine, never fewer than the floor.

    Args:
        timer: seconds, as `time.perf_counter`.
    """
    began = timer()
    _passphrase_key("calibration", bytes(nacl.pwhash.argon2id.SALTBYTES), MEMORY, PASSES)
    seconds = max(timer() - began, 1e-3)
    return max(PASSES, min(_MOST_PASSES, round(PASSES * _AIM_SECONDS / seconds)))


def create_slots(folder: Path, passphrase: str, person: str, *, passes: int = 0) -> VaultKey:
    """Draw a new vault key and keep it in a first slot for this person.

    Args:
        folder: where the key file goes.
        passphrase: of this person.
        person: the name.
        passes: of Argon2id, as `calibrated` says; the floor when fewer.

    Raises:
        UserError: `passphrase_weak`, `passphrase_common`.
        UnavailableError: `disk_full`.
    """
    require_strong(passphrase, [person])
    opened = VaultKey(nacl.utils.random(_KEY), nacl.utils.random(_ID), person)
    keys = KeyFile(VERSION, 0, nacl.utils.random(16), [])
    lock = _Lock(nacl.utils.random(nacl.pwhash.argon2id.SALTBYTES), MEMORY, max(PASSES, passes))
    slot = _seal(
        opened,
        keys,
        PERSON,
        normalised(passphrase),
        about=About(person),
        lock=lock,
        slot_id=opened.slot_id,
    )
    write(folder, keys.changed([slot]))
    return opened


def open_slots(folder: Path, passphrase: str, *, now: Callable[[], int]) -> VaultKey:
    """Open the slot of the person, or of the invited one, that this passphrase fits.

    Wrong ones make the next try wait, five minutes at most.

    Raises:
        UserError: `passphrase_wrong`; `passphrase_wait` with `seconds` while a try must wait;
            `team_code_expired` for an invitation whose time is over.
        UnavailableError: `vault_damaged` or `vault_newer`.
    """
    keys = read(folder)
    usable = [(slot, normalised(passphrase)) for slot in _usable(keys, PERSON)]
    if not usable:
        raise UnavailableError("vault_damaged")
    with contextlib.suppress(UserError):
        # What an invited person types is a code: its marks do not count.
        code = wordcode.normalised(passphrase, INVITATION_WORDS)
        usable += [(slot, code) for slot in _usable(keys, INVITED)]
    opened = _try(folder, keys, usable, now=now)
    if opened is None:
        raise UserError("passphrase_wrong")
    return opened


def open_recovery(folder: Path, code: str, *, now: Callable[[], int]) -> VaultKey:
    """Open the recovery slot with its code, as `wordcode.normalised` gives it.

    Raises:
        UserError: `recovery_missing` when there is no such slot, `code_wrong`, `passphrase_wait`.
        UnavailableError: `vault_damaged` or `vault_newer`.
    """
    keys = read(folder)
    usable = [(slot, normalised(code)) for slot in _usable(keys, RECOVERY)]
    if not usable:
        raise UserError("recovery_missing")
    opened = _try(folder, keys, usable, now=now)
    if opened is None:
        raise UserError("code_wrong")
    return opened


def open_province(folder: Path, private_key: bytes) -> VaultKey:
    """Open the province's slot with its private key (X25519, 32 bytes).

    Raises:
        UserError: `province_key_wrong` when no slot was sealed to this key.
        UnavailableError: `vault_damaged` or `vault_newer`.
    """
    keys = read(folder)
    for slot in keys.slots:
        if slot.kind == PROVINCE:
            with contextlib.suppress(nacl.exceptions.CryptoError):
                plain = SealedBox(PrivateKey(private_key)).decrypt(slot.sealed)
                if plain[:-_KEY] == _beside(keys.vault, PROVINCE, slot.id):
                    return VaultKey(plain[-_KEY:], slot.id, "", kind=PROVINCE)
    raise UserError("province_key_wrong")


def recovery_reference(folder: Path) -> str:
    """Twelve digits that name the recovery slot to the province; "" when there is none, or no whole file."""
    with contextlib.suppress(UnavailableError):
        for slot in read(folder).slots:
            if slot.kind == RECOVERY:
                return reference_of(slot.id)
    return ""


def reference_of(slot_id: bytes) -> str:
    """The number, in groups of four digits, by which people name a recovery slot over the phone."""
    number = int.from_bytes(blake2b(slot_id, digest_size=8).digest(), "big") % 10**_REFERENCE_DIGITS
    digits = f"{number:0{_REFERENCE_DIGITS}}"
    return " ".join(digits[at : at + 4] for at in range(0, _REFERENCE_DIGITS, 4))


def help_phone(folder: Path) -> str:
    """Whom to call about a forgotten passphrase; "" when nobody said, or there is no whole file."""
    with contextlib.suppress(UnavailableError):
        return read(folder).phone
    return ""


def put_help_phone(folder: Path, phone: str) -> None:
    """Let a locked vault say whom to call.

    Raises:
        UnavailableError: `disk_full`; then everything is as before.
    """
    keys = read(folder)
    write(folder, msgspec.structs.replace(keys, generation=keys.generation + 1, phone=phone))


def holders(folder: Path, opened: VaultKey) -> tuple[SlotHolder, ...]:
    """Everybody who has a slot or was invited to one, in the order in which they came."""
    keys = read(folder)
    found = []
    for slot in keys.slots:
        if slot.kind in {PERSON, INVITED}:
            about = _about(slot, keys.vault, opened)
            found.append(SlotHolder(slot.id, about.person, about.member, slot.kind == INVITED))
    return tuple(found)


def slot_ids(folder: Path, kind: str) -> tuple[bytes, ...]:
    """The ids of all slots of a kind."""
    return tuple(slot.id for slot in read(folder).slots if slot.kind == kind)


def province_key(folder: Path) -> bytes:
    """The public key that the province's slot is sealed to; b"" without one."""
    return next((slot.salt for slot in read(folder).slots if slot.kind == PROVINCE), b"")


def add_person(folder: Path, opened: VaultKey, passphrase: str, about: About) -> bytes:
    """Give another person a slot to a vault that is open; answers its id.

    Raises:
        UserError: `passphrase_weak`, `passphrase_common`; `passphrase_taken` when somebody else here
            has the same.
        UnavailableError: `disk_full`; then all slots are as before.
    """
    keys = read(folder)
    slot = _person_slot(keys, opened, passphrase, about)
    write(folder, keys.changed([*keys.slots, slot]))
    return slot.id


def invite(folder: Path, opened: VaultKey, code: str, about: About) -> bytes:
    """Make a slot that opens with a one-time code of four words and asks for a passphrase then; its id.

    Raises:
        UnavailableError: `disk_full`.
    """
    keys = read(folder)
    slot = _seal(opened, keys, INVITED, normalised(code), about=about)
    write(folder, keys.changed([*keys.slots, slot]))
    return slot.id


def set_passphrase(folder: Path, opened: VaultKey, passphrase: str, *, whose: bytes) -> VaultKey:
    """Put a slot under this passphrase in place of the slot `whose`; answers it opened.

    What was good for once is gone in the same step: the invitation, or the recovery slot, that `opened` came
    by.

    Raises:
        UserError: `passphrase_weak`, `passphrase_common`, `passphrase_taken`; `person_gone` when there is no
            slot `whose`.
        UnavailableError: `disk_full`; then all slots are as before.
    """
    keys = read(folder)
    old = next((slot for slot in keys.slots if slot.id == whose and slot.kind in {PERSON, INVITED}), None)
    if old is None:
        raise UserError("person_gone")
    about = msgspec.structs.replace(_about(old, keys.vault, opened), expires=0)
    slot = _person_slot(keys, opened, passphrase, about, but=whose)
    spent = {opened.slot_id} if opened.kind in {INVITED, RECOVERY} else set()
    slots = [slot if other.id == whose else other for other in keys.slots if other.id not in spent - {whose}]
    write(folder, keys.changed(slots))
    return VaultKey(opened.key, slot.id, about.person, about.member)


def remove(folder: Path, opened: VaultKey, slot_id: bytes) -> None:
    """Take a person's or an invited one's slot away.

    Raises:
        UserError: `last_person` when nobody would be left, `person_gone` when there is no such slot.
        UnavailableError: `disk_full`; then all slots are as before.
    """
    keys = read(folder)
    going = next((slot for slot in keys.slots if slot.id == slot_id and slot.kind in {PERSON, INVITED}), None)
    if going is None:
        raise UserError("person_gone")
    left = [slot for slot in keys.slots if slot is not going]
    if slot_id == opened.slot_id or not any(slot.kind == PERSON for slot in left):
        raise UserError("last_person")
    write(folder, keys.changed(left))


def put_recovery(folder: Path, opened: VaultKey, slot_id: bytes, code: str) -> None:
    """Make the recovery slot with this id and code, in place of any other.

    Raises:
        UnavailableError: `disk_full`; then all slots are as before.
    """
    keys = read(folder)
    others = [slot for slot in keys.slots if slot.kind != RECOVERY]
    slot = _seal(opened, keys, RECOVERY, normalised(code), about=About(""), slot_id=slot_id)
    write(folder, keys.changed([*others, slot]))


def put_province(folder: Path, opened: VaultKey, public_key: bytes) -> None:
    """Seal the key to the province's public key (X25519), in place of an earlier one; b"" takes it away.

    Raises:
        UnavailableError: `disk_full`; then all slots are as before.
    """
    keys = read(folder)
    slots = [slot for slot in keys.slots if slot.kind != PROVINCE]
    if public_key:
        slot_id = nacl.utils.random(_ID)
        plain = _beside(keys.vault, PROVINCE, slot_id) + opened.key
        sealed = SealedBox(PublicKey(public_key)).encrypt(plain)
        nonce, about = _seal_about(About(""), keys.vault, PROVINCE, slot_id, opened)
        slots.append(Slot(PROVINCE, slot_id, public_key, 0, 0, nonce, sealed, about))
    write(folder, keys.changed(slots))


@dataclass(frozen=True, slots=True)
class _Lock:
    """How a passphrase becomes a key."""

    salt: bytes
    memory: int
    passes: int


def _lock_of(keys: KeyFile) -> _Lock:
    """The parameters of this vault, so that one try costs one derivation however many slots there are."""
    slot = next(slot for slot in keys.slots if slot.kind == PERSON)
    return _Lock(slot.salt, max(MEMORY, slot.memory), max(PASSES, slot.passes))


def _person_slot(keys: KeyFile, opened: VaultKey, passphrase: str, about: About, *, but: bytes = b"") -> Slot:
    require_strong(passphrase, [about.person])
    text = normalised(passphrase)
    others = [(slot, text) for slot in keys.slots if slot.kind in {PERSON, INVITED} and slot.id != but]
    # Otherwise the first of the two would be taken for the other one.
    if any(found is not None for found in _unsealed(others, keys.vault)):
        raise UserError("passphrase_taken")
    return _seal(opened, keys, PERSON, text, about=about)


def _try(
    folder: Path, keys: KeyFile, usable: list[tuple[Slot, str]], *, now: Callable[[], int]
) -> VaultKey | None:
    made = tries.check_delay(folder, now())
    for (slot, _text), key in zip(usable, _unsealed(usable, keys.vault), strict=False):
        if key is not None:
            bare = VaultKey(key, slot.id, "", kind=slot.kind)
            about = _about(slot, keys.vault, bare)
            if about.expires and now() > about.expires:
                raise UserError("team_code_expired")
            # A disk without room must keep nobody out.
            with contextlib.suppress(UnavailableError, OSError):
                tries.was_right(folder, made)
                heal(folder, keys)
            return VaultKey(key, slot.id, about.person, about.member, slot.kind)
    tries.was_wrong(folder, made, now())
    return None


def _usable(keys: KeyFile, kind: str) -> list[Slot]:
    return [slot for slot in keys.slots if slot.kind == kind and _strong_enough(slot)]


def _strong_enough(slot: Slot) -> bool:
    """Whether an honest writer made these parameters: not weaker ones, and not such as would exhaust us."""
    bounded = MEMORY <= slot.memory <= _MOST_MEMORY and PASSES <= slot.passes <= _MOST_PASSES
    return bounded and (len(slot.salt), len(slot.nonce)) == (nacl.pwhash.argon2id.SALTBYTES, _NONCE)


def _passphrase_key(text: str, salt: bytes, memory: int, passes: int) -> bytes:
    return nacl.pwhash.argon2id.kdf(_KEY, text.encode(), salt, opslimit=passes, memlimit=memory)


def _beside(vault: bytes, kind: str, slot_id: bytes) -> bytes:
    return MAGIC + vault + slot_id + kind.encode()


def _seal(
    opened: VaultKey,
    keys: KeyFile,
    kind: str,
    text: str,
    *,
    about: About,
    lock: _Lock | None = None,
    slot_id: bytes = b"",
) -> Slot:
    slot_id = slot_id or nacl.utils.random(_ID)
    lock = lock or _lock_of(keys)
    key = _passphrase_key(text, lock.salt, lock.memory, lock.passes)
    nonce, described = _seal_about(about, keys.vault, kind, slot_id, opened)
    sealed = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        opened.key, _beside(keys.vault, kind, slot_id), nonce, key
    )
    return Slot(kind, slot_id, lock.salt, lock.memory, lock.passes, nonce, sealed, described)


def _unsealed(slots: list[tuple[Slot, str]], vault: bytes) -> Iterator[bytes | None]:
    """For each slot the vault key, or None when the text beside it does not fit."""
    derived: dict[tuple[str, bytes, int, int], bytes] = {}
    for slot, text in slots:
        lock = (text, slot.salt, slot.memory, slot.passes)
        if lock not in derived:
            derived[lock] = _passphrase_key(*lock)
        try:
            yield nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
                slot.sealed, _beside(vault, slot.kind, slot.id), slot.nonce, derived[lock]
            )
        except (nacl.exceptions.CryptoError, ValueError):
            yield None


def _seal_about(
    about: About, vault: bytes, kind: str, slot_id: bytes, opened: VaultKey
) -> tuple[bytes, bytes]:
    # The nonce serves twice, under two keys.
    nonce = nacl.utils.random(_NONCE)
    return nonce, nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        msgspec.msgpack.encode(about), _beside(vault, kind, slot_id), nonce, opened.subkey(_ABOUT_PURPOSE)
    )


def _about(slot: Slot, vault: bytes, opened: VaultKey) -> About:
    """Whose slot it is.

    Raises:
        UnavailableError: `vault_damaged` when it was put there by somebody without the vault's key.
    """
    try:
        plain = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            slot.about, _beside(vault, slot.kind, slot.id), slot.nonce, opened.subkey(_ABOUT_PURPOSE)
        )
    except (nacl.exceptions.CryptoError, ValueError):
        raise UnavailableError("vault_damaged") from None
    return msgspec.msgpack.decode(plain, type=About)
