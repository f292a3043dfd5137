"""The values that travel: writes, states, receipts, requests and answers, as MessagePack structures.

Structures are arrays on the wire; a field is only ever added at the end, with a default. Versions: `VERSION`
is spoken by this program, a server answers from `OLDEST` up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

import msgspec

from tongcds.domain.stamps import ID_LENGTH, Dot
from tongcds.records import Value

VERSION = 1
OLDEST = 1

# Under this key a removal names all that it saw of the record (`replica.merge.whole_of`), so that a
# concurrent edit is noticed.
WHOLE = "*"

_WHOLE: Final = frozenset({"write", "read"})
_TRAINING: Final = "training:"


class ProtocolError(Exception):
    """What came in is not what the protocol allows; `code` is never shown to people as it is."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Write(msgspec.Struct, frozen=True, gc=False):
    """One change of one record by one person at one moment.

    `bases` names, per field, the write that was replaced; a field without one is set for the first time. `id`
    is 16 bytes, `author` the id of a member, `stamp` as in `tongcds.domain.stamps`.
    """

    type: int
    id: bytes
    n: int
    stamp: int
    author: bytes
    values: dict[str, Value]
    bases: dict[str, Dot]


class Version(NamedTuple):
    """Who set a field last, and when."""

    device: int
    n: int
    stamp: int
    author: bytes


class State(msgspec.Struct, frozen=True, gc=False):
    """A record as it stands: the version of its oldest part, and of each field that was set later."""

    type: int
    id: bytes
    version: Version
    values: dict[str, Value]
    later: dict[str, Version]


class Moved(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record left `area`; it went to `to`."""

    type: int
    id: bytes
    to: bytes
    area: bytes = b""


class ScopeEntry(msgspec.Struct, frozen=True, array_like=True):
    """One area of a device's scope.

    `mode`: write, read, figures (nothing about people), or `training_mode` of the sessions of which alone a
    trainer is told there.
    """

    area: bytes
    mode: str

    @property
    def whole(self) -> bool:
        """Whether every record of the area is held."""
        return self.mode in _WHOLE

    @property
    def sessions(self) -> frozenset[bytes] | None:
        """The training sessions of which a trainer is told there; None for everybody else's entries.

        Raises:
            ValueError: a mode that `training_mode` never wrote.
        """
        if not self.mode.startswith(_TRAINING):
            return None
        packed = bytes.fromhex(self.mode.removeprefix(_TRAINING))
        if len(packed) % ID_LENGTH:
            raise ValueError("not ids")
        return frozenset(packed[i : i + ID_LENGTH] for i in range(0, len(packed), ID_LENGTH))


def training_mode(sessions: Iterable[bytes]) -> str:
    """The mode in which somebody is told of these training sessions and of nothing else.

    With a session more or less it is another mode, with which a laptop begins anew.
    """
    return _TRAINING + b"".join(sorted(sessions)).hex()


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """What a province lays down for its devices, signed by its server (`protocol.custody`).

    For how many days of use a device works without hearing from the server; whom to call; and the public keys
    (X25519, or b"") to which a recovery code and the vault's key itself are sealed.
    """

    version: int
    lease_days: int
    phone: str
    code_key: bytes
    province_key: bytes
    signature: bytes = b""


class SealedCode(msgspec.Struct, frozen=True, array_like=True):
    """A vault's recovery code, sealed to the province's key for codes. `slot` names the slot it opens."""

    slot: bytes
    sealed: bytes


class SyncRequest(msgspec.Struct, frozen=True, array_like=True):
    """Push one chunk and pull one page. `cursors` follow the order of the scope with this version.

    `chain` is the beginning (eight bytes) of the hash over the chain of writes before the chunk, so that a
    restored or cloned device shows itself. `terms` is the version of the terms that it knows, `code` a
    recovery code that the province does not hold yet.
    """

    version: int
    epoch: int
    scope: int
    cursors: list[int]
    time: int
    chunk: bytes | None = None
    page_limit: int = 2000
    chain: bytes = b""
    terms: int = 0
    code: SealedCode | None = None


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """The server's word that it holds every write of `device` up to `watermark`.

    The signature (Ed25519) covers device, watermark, the hash over the chain of the device's writes up to it,
    epoch and time; the hash itself does not travel, the device puts in its own.
    """

    watermark: int
    epoch: int
    time: int
    signature: bytes


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """A write that did not simply apply: quarantined, with the reason's code."""

    n: int
    code: str


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """Where a device's person stands now: role, unit and its names. Said with a new scope."""

    role: str
    unit_id: bytes
    unit_name: str
    commune_name: str


class SyncAnswer(msgspec.Struct, frozen=True, array_like=True):
    """What the server answers. `digest` is empty unless the device is up to date after this page.

    `closed` says why nothing is taken from this device any more except to be set aside ("device_revoked");
    there is no page then. `terms` come when the device knows other ones; `code_held` names the recovery code
    of the request that is in safe keeping now, `code_told` says that the last one was read out to somebody.
    `copied` is when the copy was made that the server was put back from (milliseconds, UTC), for a device
    that has not heard of it yet.
    """

    receipt: Receipt
    cursors: list[int]
    more: bool = False
    page: bytes | None = None
    moved: list[Moved] = []
    outcomes: list[Outcome] = []
    scope: int = 0
    entries: list[ScopeEntry] | None = None
    digest: bytes = b""
    closed: str = ""
    standing: Standing | None = None
    terms: Terms | None = None
    code_held: bytes = b""
    code_told: bool = False
    copied: int = 0


class CompareRequest(msgspec.Struct, frozen=True, array_like=True):
    """Asks where a device and the server differ, once their digests do. Two questions, each a turn.

    First `sums`: place in the scope and eight bytes over what the device holds in that area. Then, for the
    area at `place`, divided into `1 << bits` buckets: which of `buckets` holds what. `types` are the record
    types that the device knows, each with how many of its fields. After a restore also `extra`: records that
    the device holds in the area at `place` and that the server does not hold there.
    """

    version: int
    epoch: int
    scope: int
    types: list[tuple[int, int]]
    sums: list[tuple[int, bytes]] = []
    place: int = 0
    bits: int = 0
    buckets: list[int] = []
    extra: list[bytes] = []


class AreaBuckets(msgspec.Struct, frozen=True, array_like=True):
    """An area that differs: its place in the scope, its counter, and eight bytes for each bucket in it."""

    place: int
    counter: int
    bits: int
    sums: bytes


class CompareAnswer(msgspec.Struct, frozen=True, array_like=True):
    """`known` is False when the device must exchange first. `done` of the buckets asked for are in `page`.

    `elsewhere`: those of the `extra` that the server holds in another area, or as removed.
    """

    known: bool
    areas: list[AreaBuckets] = []
    page: bytes | None = None
    done: int = 0
    elsewhere: list[bytes] = []


class EnrolRequest(msgspec.Struct, frozen=True, array_like=True):
    """Turns a one-time invitation into an enrolled device."""

    version: int
    secret: str
    public_key: bytes
    prefix: int
    time: int


class Credentials(msgspec.Struct, frozen=True):
    """Everything a device needs to know of itself and its server."""

    device: int
    member_id: bytes
    member_name: str
    role: str
    unit_id: bytes
    unit_name: str
    commune_name: str
    province_name: str
    server_name: str
    server_key: bytes
    epoch: int
    scope: int
    entries: list[ScopeEntry]
    terms: Terms | None = None
    villages: list[tuple[bytes, str]] = []
    """Of a commune: its villages by id and name, for whoever works before their records came."""


class IncarnationRequest(msgspec.Struct, frozen=True, array_like=True):
    """A device whose numbers were used elsewhere asks for another number, under its own key.

    It was restored from a copy, or cloned. `prefix` is that of its ids from now on, the same each time it
    asks. `contents` are the first eight bytes of the hash of each of its own writes from number `first` on,
    so that the server can say which of them it holds.
    """

    version: int
    prefix: int
    first: int
    contents: bytes


class Incarnation(msgspec.Struct, frozen=True, array_like=True):
    """The number to go on under. The server holds own writes up to `held`; the next one is `held` + 1.

    The signature (Ed25519) covers both numbers, `held` and the prefix; the new number's chain begins with 32
    zero bytes behind `held`. `outcomes`: what was set aside of those that it holds; a twin of the
    laptop was told, this one was not. Like those of an answer they are not signed.
    """

    device: int
    held: int
    signature: bytes
    outcomes: list[Outcome] = []


class Invitation(msgspec.Struct, frozen=True):
    """What an invitation file or QR code carries: where to go, with which word, and whom to trust there.

    `expires` is the code's; a file also holds a `Ticket`, signed, that says until when it is taken.
    """

    url: str
    secret: str
    server_key: bytes
    server_name: str
    member_name: str
    unit_name: str
    role: str
    expires: int
    ticket: bytes = b""


class Ticket(msgspec.Struct, frozen=True):
    """The server's signed word in an invitation file, enough to begin without a network.

    `expires` in milliseconds since 1970: until then the server lets in whoever shows it.
    """

    credentials: Credentials
    expires: int


class RegisterRequest(msgspec.Struct, frozen=True, array_like=True):
    """A laptop shows a server that does not know it what it holds of that server's word, and its key.

    One that began from an invitation file shows its `ticket`. One that was let in before, by a server that
    was put back from an older copy since, shows its `certificate`: the `Registered` of that day, with the
    prefix of that day. It travels in an envelope signed with the laptop's key, under the device number named.
    """

    version: int
    ticket: bytes
    public_key: bytes
    prefix: int
    time: int
    certificate: bytes = b""


class Registered(msgspec.Struct, frozen=True, array_like=True):
    """Who the laptop is from now on: `credentials` packed, and the server's signature over them.

    The signature covers the laptop's key and prefix as well: the laptop keeps all of it as its certificate.
    The number is another one than the ticket's where a second laptop used the same file before.
    """

    credentials: bytes
    signature: bytes


class PushContent(msgspec.Struct, frozen=True, array_like=True):
    """What is inside a push bundle: envelopes as for the network, the registration apart ("" when none)."""

    envelopes: list[bytes]
    registration: bytes = b""


class AnswerContent(msgspec.Struct, frozen=True, array_like=True):
    """What is inside an answer bundle: the answers in the order of the envelopes."""

    answers: list[bytes]
    registration: bytes = b""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal. `code` decides what the device does; the sentence is the device's own."""

    code: str
    expected_n: int = 0
    versions: list[int] = []
    retry_after: int = 0


def receipt_text(device: int, watermark: int, chain: bytes, epoch: int, time: int) -> bytes:
    """The bytes that a receipt's signature covers."""
    return b"tongcds receipt 1" + msgspec.msgpack.encode([device, watermark, chain, epoch, time])


def incarnation_text(earlier: int, prefix: int, device: int, held: int) -> bytes:
    """The bytes that the signature under an `Incarnation` covers."""
    return b"tongcds incarnation 1" + msgspec.msgpack.encode([earlier, prefix, device, held])


def registered_text(public_key: bytes, prefix: int, credentials: bytes) -> bytes:
    """The bytes that the signature under a `Registered` covers."""
    return b"tongcds registered 1" + msgspec.msgpack.encode([public_key, prefix, credentials])


_encoder = msgspec.msgpack.Encoder()
_Message = TypeVar("_Message", bound=msgspec.Struct)


def encode(message: msgspec.Struct) -> bytes:
    """A message as plain MessagePack; chunks and pages inside are compressed already."""
    return _encoder.encode(message)


def decode(kind: type[_Message], raw: bytes) -> _Message:
    """A message of this kind.

    Raises:
        ProtocolError: `bad_message` for anything else.
    """
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise ProtocolError("bad_message", kind.__name__) from None
