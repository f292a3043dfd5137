"""Invitations as they are handed over: a code to type, a text for a QR code, a signed file for a USB stick.

What an invitation is worth is decided by the server that issued it (`tongcds.server.enrolment`); here it is
only written down and read. A typed code carries the secret alone, the QR text also where to go and whom to
trust there, the file everything: with its ticket a laptop begins to work before it ever saw a network.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from tongcds.protocol.messages import (
    Credentials,
    Invitation,
    ProtocolError,
    Registered,
    Ticket,
    decode,
    encode,
    registered_text,
)

SUFFIX = ".tongcds-moi"
# A commune with all its villages takes some kilobytes, the office of a whole province the rest.
MAX_FILE = 256 * 1024
MAX_TEXT = 200
# Without I, L, O, U and 0, 1: what is read over the phone or off a screen is not mistaken.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 3, 4
_SCHEME = "tongcds:1?"
_MAGIC = b"TCDSMOI1"
_TICKET_MAGIC = b"TCDSVE01"
_SIGNATURE = 64
_KEY = 32
_DAMAGED = "invitation_damaged"


def new_secret() -> str:
    """A fresh secret of 58 random bits, without hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP))


def shown(secret: str) -> str:
    """A secret as people read it: K7QM-3F9T-XW2P."""
    return "-".join(secret[i : i + GROUP] for i in range(0, len(secret), GROUP))


def normalised(typed: str) -> str:
    """The secret that somebody typed, in small letters or with other separators.

    Raises:
        ProtocolError: `invitation_damaged` when it cannot be one.
    """
    secret = "".join(c for c in typed.upper() if c not in " -–—._\t\r\n\u00a0")
    if len(secret) != GROUPS * GROUP or not set(secret) <= set(ALPHABET):
        raise ProtocolError(_DAMAGED, "not a code")
    return secret


def to_text(invitation: Invitation) -> str:
    """The invitation as one line for a QR code, at most 200 bytes.

    Raises:
        ProtocolError: `too_big` when the address is too long for that.
    """
    fields = {
        "u": invitation.url,
        "s": invitation.secret,
        "k": base64.urlsafe_b64encode(invitation.server_key).rstrip(b"=").decode(),
    }
    text = _SCHEME + urlencode(fields, safe=":/")
    if len(text.encode()) > MAX_TEXT:
        raise ProtocolError("too_big", "the server's address is too long for a QR code")
    return text


def from_text(text: str) -> Invitation:
    """What was scanned or typed: the QR text, or the code alone (then everything but the secret is empty).

    Raises:
        ProtocolError: `invitation_damaged`.
    """
    text = text.strip()
    if not text.lower().startswith(_SCHEME):
        return _bare("", normalised(text), b"")
    try:
        fields = {
            name: values[-1] for name, values in parse_qs(text[len(_SCHEME) :], strict_parsing=True).items()
        }
        coded = fields.get("k", "")
        key = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
        url = fields.get("u", "")
        fits = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except (ValueError, binascii.Error):
        raise ProtocolError(_DAMAGED, "not an invitation") from None
    if not fits or len(key) != _KEY or len(text) > MAX_TEXT * 2:
        raise ProtocolError(_DAMAGED, "not an invitation")
    return _bare(url, normalised(fields.get("s", "")), key)


def _bare(url: str, secret: str, key: bytes) -> Invitation:
    return Invitation(
        url=url,
        secret=secret,
        server_key=key,
        server_name="",
        member_name="",
        unit_name="",
        role="",
        expires=0,
    )


def to_bytes(invitation: Invitation, key: SigningKey) -> bytes:
    """The content of an invitation file, signed by the server."""
    body = encode(invitation)
    return _MAGIC + key.sign(_MAGIC + body).signature + body


def from_bytes(raw: bytes) -> Invitation:
    """The inverse of `to_bytes`.

    The signature is checked against the key that the file itself names: it shows damage, not who wrote the
    file. Trust begins with whoever handed it over.

    Raises:
        ProtocolError: `invitation_damaged`.
    """
    start = len(_MAGIC) + _SIGNATURE
    if len(raw) > MAX_FILE or len(raw) <= start or not raw.startswith(_MAGIC):
        raise ProtocolError(_DAMAGED, "not an invitation file")
    body = raw[start:]
    try:
        invitation = decode(Invitation, body)
        VerifyKey(invitation.server_key).verify(_MAGIC + body, raw[len(_MAGIC) : start])
    except (ProtocolError, BadSignatureError, ValueError, TypeError):
        raise ProtocolError(_DAMAGED, "changed or cut") from None
    return invitation


def ticket_bytes(ticket: Ticket, key: SigningKey) -> bytes:
    """A ticket, signed by the server."""
    body = encode(ticket)
    return _TICKET_MAGIC + key.sign(_TICKET_MAGIC + body).signature + body


def ticket_from(raw: bytes, server_key: bytes) -> Ticket:
    """A ticket that the server with this key signed.

    Raises:
        ProtocolError: `invitation_damaged` for anything else.
    """
    start = len(_TICKET_MAGIC) + _SIGNATURE
    if len(raw) > MAX_FILE or not raw.startswith(_TICKET_MAGIC):
        raise ProtocolError(_DAMAGED, "not a ticket")
    body = raw[start:]
    try:
        VerifyKey(server_key).verify(_TICKET_MAGIC + body, raw[len(_TICKET_MAGIC) : start])
        return decode(Ticket, body)
    except (ProtocolError, BadSignatureError, ValueError, TypeError):
        raise ProtocolError(_DAMAGED, "not this server's") from None


def certificate(credentials: Credentials, public_key: bytes, prefix: int, key: SigningKey) -> Registered:
    """The server's word that the laptop with this key and prefix is who the credentials say."""
    packed = encode(credentials)
    return Registered(packed, key.sign(registered_text(public_key, prefix, packed)).signature)


def certified(registered: Registered, public_key: bytes, prefix: int, server_key: bytes) -> Credentials:
    """Who the laptop with this key and prefix is, by the word of the server with this key.

    Raises:
        ProtocolError: `bad_signature` when that server did not say so, `bad_message` when it says nothing.
    """
    text = registered_text(public_key, prefix, registered.credentials)
    try:
        VerifyKey(server_key).verify(text, registered.signature)
    except (BadSignatureError, ValueError, TypeError):
        raise ProtocolError("bad_signature", "not this server's") from None
    return decode(Credentials, registered.credentials)


def write_file(path: Path, invitation: Invitation, key: SigningKey) -> None:
    """Write an invitation file, signed by the server."""
    path.write_bytes(to_bytes(invitation, key))


def read_file(path: Path) -> Invitation:
    """Read an invitation file; the caller looks whether it has expired (milliseconds since 1970).

    Raises:
        ProtocolError: `invitation_damaged`, also for a file that is none.
        OSError: the file cannot be read at all.
    """
    with path.open("rb") as file:
        return from_bytes(file.read(MAX_FILE + 1))
