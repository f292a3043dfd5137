"""How attachments travel: the tus 1.0 resumable upload protocol, each request signed in a header.

A file's address is its hash, so that whoever was cut off knows where to go on without having kept anything.
The signature covers method, address and the headers below, and a counter against replay. The body of a PATCH
is covered by its Upload-Checksum once it is whole; what arrived of a broken one is kept, and the whole file
has to have the hash that was signed when it was announced.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec
from nacl.signing import SigningKey

from tongcds.domain.attachments import HASH_BYTES
from tongcds.protocol.envelope import seal
from tongcds.protocol.messages import ProtocolError

PATH: Final = "/api/v1/attachments"
VERSION: Final = "1.0.0"
PIECE_TYPE: Final = "application/offset+octet-stream"
CONTENT_TYPE: Final = "application/octet-stream"
PROBLEM_HEADER: Final = "TongCDS-Problem"
"""Carries the refusal itself, since the answer to a HEAD has no body."""

SIGNED: Final = ("upload-offset", "upload-length", "upload-metadata", "upload-checksum", "range")
"""Headers that the signature covers, in its order; one that is not sent counts as empty."""

_SCHEME: Final = "TongCDS "
_SIGNATURE_BYTES: Final = 78
_ID: Final = 16
_MOST_RECORDS: Final = 8
_TEXT: Final = b"tongcds attachment 1"


def address(digest: bytes) -> str:
    """The path of the file with this hash."""
    return f"{PATH}/{digest.hex()}"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a file is announced with: its hash, and the records that the sender knows to name it."""

    digest: bytes
    records: tuple[bytes, ...] = ()


def metadata(digest: bytes, records: Sequence[bytes] = ()) -> str:
    """The Upload-Metadata that announces this file; its name stays in the record.

    `records`: those that named it, eight of them at most; only where they left, so that the sender does not
    know whether they are there still.
    """
    said = ["hash " + _base64(digest)]
    if records:
        said.append("records " + _base64(b"".join(records[:_MOST_RECORDS])))
    return ",".join(said)


def announced(header: str) -> Announced:
    """What an Upload-Metadata header says.

    Raises:
        ProtocolError: `bad_upload`.
    """
    pairs = dict(_pair(pair) for pair in header.split(","))
    try:
        digest = base64.b64decode(pairs.get("hash", ""), validate=True)
        records = base64.b64decode(pairs.get("records", ""), validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("bad_upload", "not base64") from None
    if len(digest) != HASH_BYTES:
        raise ProtocolError("bad_upload", "no hash announced")
    if len(records) % _ID or len(records) > _MOST_RECORDS * _ID:
        raise ProtocolError("bad_upload", "these are no records")
    return Announced(digest, tuple(records[at : at + _ID] for at in range(0, len(records), _ID)))


def _pair(text: str) -> tuple[str, str]:
    name, _space, value = text.strip().partition(" ")
    return name, value


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def checksum(piece: bytes) -> str:
    """The Upload-Checksum of a piece."""
    return "sha256 " + base64.b64encode(sha256(piece).digest()).decode("ascii")


def authorization(
    method: str,
    path: str,
    headers: Mapping[str, str],
    *,
    device: int,
    counter: int,
    key: SigningKey,
    server_key: bytes,
) -> str:
    """The Authorization header: an envelope around what the request asks for, without what it asks for.

    Args:
        method: of HTTP.
        path: of the file or of all files.
        headers: those that are sent, their names in lower case.
        device: the number of the sender.
        counter: of its requests, never used before.
        key: of the sender.
        server_key: of the server that it is for.
    """
    text = _text(method, path, headers)
    sealed = seal(text, device=device, counter=counter, key=key, server_key=server_key)
    return _SCHEME + base64.b64encode(sealed[:_SIGNATURE_BYTES]).decode("ascii")


def envelope_of(header: str, method: str, path: str, headers: Mapping[str, str]) -> bytes:
    """The envelope that an Authorization header and the request around it make.

    Raises:
        ProtocolError: `bad_signature` where there is no such header, `bad_envelope`.
    """
    if not header.startswith(_SCHEME):
        raise ProtocolError("bad_signature", "not signed")
    try:
        head = base64.b64decode(header[len(_SCHEME) :], validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("bad_envelope", "not base64") from None
    if len(head) != _SIGNATURE_BYTES:
        raise ProtocolError("bad_envelope", "another length")
    return head + _text(method, path, headers)


def _text(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    return _TEXT + msgspec.msgpack.encode([method, path, *(headers.get(name, "") for name in SIGNED)])
