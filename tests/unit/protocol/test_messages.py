from __future__ import annotations

import pytest
from nacl.signing import SigningKey

from tongcds.domain.stamps import derived_id
from tongcds.protocol.envelope import seal, take_apart, verify
from tongcds.protocol.messages import (
    Credentials,
    EnrolRequest,
    Invitation,
    Moved,
    Outcome,
    Problem,
    ProtocolError,
    Receipt,
    ScopeEntry,
    SealedCode,
    SyncAnswer,
    SyncRequest,
    Terms,
    decode,
    encode,
    receipt_text,
)

SERVER, LAPTOP = SigningKey(bytes(32)), SigningKey(bytes([1] * 32))
SERVER_KEY = bytes(SERVER.verify_key)
AREA = derived_id("area")
ENTRY = ScopeEntry(AREA, "write")
RECEIPT = Receipt(7, 1, 1_795_000_000_000, bytes(64))

MESSAGES = [
    SyncRequest(1, 2, 3, [0, 5], 1_795_000_000_000, b"chunk", 500, b"8 bytes!"),
    SyncRequest(1, 2, 3, [], 0),
    SyncRequest(1, 2, 3, [], 0, terms=4, code=SealedCode(AREA, b"sealed")),
    SyncAnswer(
        RECEIPT,
        [1, 2],
        True,
        b"page",
        [Moved(6, AREA, AREA, AREA)],
        [Outcome(3, "bad_value")],
        4,
        [ENTRY],
        b"digest00",
    ),
    SyncAnswer(RECEIPT, []),
    SyncAnswer(RECEIPT, [], terms=Terms(1, 30, "0212", bytes(32), bytes(32), bytes(64)), code_held=AREA),
    EnrolRequest(1, "secret", bytes(32), (1 << 60) - 1, 5),
    Credentials(
        device=11,
        member_id=AREA,
        member_name="Lò Thị Mai",
        role="team",
        unit_id=AREA,
        unit_name="Bản Nà Ngà",
        commune_name="Chiềng Mung",
        province_name="Sơn La",
        server_name="Sở KH&CN Sơn La",
        server_key=SERVER_KEY,
        epoch=1,
        scope=2,
        entries=[ENTRY],
    ),
    Invitation(
        url="https://x.invalid",
        secret="s",
        server_key=SERVER_KEY,
        server_name="Sơn La",
        member_name="Mai",
        unit_name="Nà Ngà",
        role="team",
        expires=9,
    ),
    Problem("too_busy", 3, [1, 2], 30),
    Problem("bad_chunk"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_comes_back_as_it_was(message: object) -> None:
    assert decode(type(message), encode(message)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_that_is_cut_is_refused(message: object) -> None:
    raw = encode(message)
    for end in range(0, len(raw), 7):
        with pytest.raises(ProtocolError):
            decode(type(message), raw[:end])


def test_an_answer_of_a_newer_server_with_more_in_it_is_understood() -> None:
    raw = encode([1, 2, 3, [0], 4, None, 500, b"", 0, None, "something new"])
    assert decode(SyncRequest, raw).cursors == [0]


def test_what_is_sealed_comes_out_and_is_believed() -> None:
    envelope = take_apart(seal(b"body", device=11, counter=5, key=LAPTOP, server_key=SERVER_KEY))
    assert (envelope.device, envelope.counter, envelope.body) == (11, 5, b"body")
    verify(envelope, device_key=bytes(LAPTOP.verify_key), server_key=SERVER_KEY)


@pytest.mark.parametrize("place", [2, 8, 20, -1])
def test_a_changed_envelope_is_not_believed(place: int) -> None:
    sealed = bytearray(seal(b"body", device=11, counter=5, key=LAPTOP, server_key=SERVER_KEY))
    sealed[place] ^= 1
    with pytest.raises(ProtocolError, match="bad_signature"):
        verify(take_apart(bytes(sealed)), device_key=bytes(LAPTOP.verify_key), server_key=SERVER_KEY)


def test_an_envelope_for_one_server_says_nothing_to_another() -> None:
    envelope = take_apart(seal(b"body", device=11, counter=5, key=LAPTOP, server_key=SERVER_KEY))
    with pytest.raises(ProtocolError, match="bad_signature"):
        verify(envelope, device_key=bytes(LAPTOP.verify_key), server_key=bytes(32))


@pytest.mark.parametrize("raw", [b"", b"T1", b"X1" + bytes(200), b"<html>" * 40])
def test_what_is_no_envelope_is_refused(raw: bytes) -> None:
    with pytest.raises(ProtocolError, match="bad_envelope"):
        take_apart(raw)


def test_a_receipt_covers_device_watermark_chain_epoch_and_time() -> None:
    text = receipt_text(11, 7, bytes(32), 1, 2)
    others = [
        (12, 7, bytes(32), 1, 2),
        (11, 8, bytes(32), 1, 2),
        (11, 7, b"\x01" * 32, 1, 2),
        (11, 7, bytes(32), 2, 2),
    ]
    assert len({text, *(receipt_text(*other) for other in others)}) == 5
