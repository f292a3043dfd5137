"""Invitations on paper, on a screen and on a stick."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from tongcds.protocol import invitations
from tongcds.protocol.messages import Invitation, ProtocolError

KEY = SigningKey(b"s" * 32)
INVITATION = Invitation(
    url="https://cds.sonla.example:8443",
    secret="K7QM3F9TXW2P",
    server_key=bytes(KEY.verify_key),
    server_name="Sở Khoa học và Công nghệ Sơn La",
    member_name="Lò Thị Ngân",
    unit_name="Bản Nà Ngà",
    role="team",
    expires=1_795_000_000_000,
)


def damaged(work, *arguments) -> bool:
    with pytest.raises(ProtocolError) as error:
        work(*arguments)
    return error.value.code == "invitation_damaged"


def test_a_secret_is_hard_to_guess_and_easy_to_read():
    secrets = {invitations.new_secret() for _ in range(200)}
    assert len(secrets) == 200
    assert set("".join(secrets)) <= set(invitations.ALPHABET)
    assert len(invitations.ALPHABET) ** 12 > 1 << 50
    assert not set("01ILOU") & set(invitations.ALPHABET)
    assert invitations.shown("K7QM3F9TXW2P") == "K7QM-3F9T-XW2P"


@pytest.mark.parametrize("typed", ["K7QM-3F9T-XW2P", "k7qm3f9txw2p", " K7QM 3F9T XW2P\n", "K7QM–3F9T—XW2P"])
def test_a_code_is_read_however_it_was_typed(typed):
    assert invitations.normalised(typed) == "K7QM3F9TXW2P"
    assert invitations.from_text(typed).secret == "K7QM3F9TXW2P"


@pytest.mark.parametrize(
    "typed", ["", "K7QM-3F9T", "K7QM-3F9T-XW2O", "K7QM-3F9T-XW2PP", "Bản Nà Ngà", "K7QM-3F9T-XW2Ñ"]
)
def test_what_is_no_code_is_said_so(typed):
    assert damaged(invitations.normalised, typed)


def test_the_text_of_a_qr_code_carries_address_secret_and_key():
    text = invitations.to_text(INVITATION)
    assert len(text.encode()) <= 200
    assert text.startswith("tongcds:1?u=https://cds.sonla.example:8443&s=K7QM3F9TXW2P&k=")
    back = invitations.from_text(text)
    assert (back.url, back.secret, back.server_key) == (
        INVITATION.url,
        INVITATION.secret,
        INVITATION.server_key,
    )


def test_an_address_that_is_too_long_for_a_qr_code_is_said_so():
    long = msgspec.structs.replace(INVITATION, url="https://" + "x" * 150)
    with pytest.raises(ProtocolError, match="too_big"):
        invitations.to_text(long)


@pytest.mark.parametrize(
    "text",
    [
        "tongcds:1?",
        "tongcds:1?u=https://x&s=K7QM3F9TXW2P",
        "tongcds:1?u=https://x&s=K7QM3F9TXW2P&k=AAAA",
        "tongcds:1?u=https://x&s=K7QM3F9TXW2P&k=!!!!",
        "tongcds:1?u=javascript:x&s=K7QM3F9TXW2P&k=" + "A" * 43,
        "tongcds:1?u=https://&s=K7QM3F9TXW2P&k=" + "A" * 43,
        "tongcds:1?u=https://[x&s=K7QM3F9TXW2P&k=" + "A" * 43,
        "tongcds:1?u=https://x&s=short&k=" + "A" * 43,
        "https://example.com",
    ],
)
def test_a_foreign_qr_code_is_said_so(text):
    assert damaged(invitations.from_text, text)


@given(st.text())
def test_any_text_is_an_invitation_or_said_to_be_none(text):
    for candidate in (text, "tongcds:1?" + text):
        with suppress(ProtocolError):
            assert invitations.from_text(candidate).secret


def test_a_file_brings_everything_back(tmp_path):
    file = tmp_path / f"ngan{invitations.SUFFIX}"
    invitations.write_file(file, INVITATION, KEY)
    assert invitations.read_file(file) == INVITATION


def test_a_file_that_was_changed_anywhere_is_refused():
    raw = invitations.to_bytes(INVITATION, KEY)
    for place in range(len(raw)):
        assert damaged(invitations.from_bytes, raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])


def test_a_file_that_was_cut_grew_or_is_something_else_is_refused(tmp_path):
    raw = invitations.to_bytes(INVITATION, KEY)
    for wrong in (b"", raw[:40], raw[:-1], raw + b"x", b"PK\x03\x04" + raw, raw * 40):
        file = tmp_path / "x"
        file.write_bytes(wrong)
        assert damaged(invitations.read_file, file)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_invitation_or_said_to_be_none(raw):
    for candidate in (raw, b"TCDSMOI1" + raw):
        assert damaged(invitations.from_bytes, candidate)
