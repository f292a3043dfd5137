"""Asking the server for another device number, once it turned out that ours were used elsewhere too.

A vault that was put back from a copy, or copied onto a second laptop, counts its writes from the same number
again. It goes on under a number of its own, with the same key; `replica.incarnations` does the renaming.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import Connection

from tongcds.domain.stamps import new_prefix
from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.messages import (
    VERSION,
    Incarnation,
    IncarnationRequest,
    ProtocolError,
    decode,
    incarnation_text,
)
from tongcds.replica import Identity, Number, contents, first_kept, incarnate, mark_returned
from tongcds.storage import following
from tongcds.storage.local import Enrolment, get_note, next_request, put_note, save_enrolment
from tongcds.sync.request import sealed

INCARNATION_PATH = "/api/v1/incarnation"
_ASKED = "incarnation"
_NUMBERS = "device numbers"

log = logging.getLogger(__name__)


class ForkedError(Exception):
    """The server knows other writes under our numbers, or more of them than we made.

    `behind`: it knows less than our log still reaches back to; it was put back from a very old copy. `lost`:
    it was put back besides, so that what it signed for may be gone.
    """

    def __init__(self, *, behind: bool = False, lost: bool = False) -> None:
        super().__init__()
        self.behind = behind
        self.lost = lost


def numbers(connection: Connection, me: Identity) -> list[Number]:
    """The device numbers that this vault had, each with its first write, the present one last."""
    text = get_note(connection, _NUMBERS)
    known = [Number(*map(int, part.split(":"))) for part in text.split()]
    return known or [Number(me.device, 1)]


def ask(
    connection: Connection,
    me: Identity,
    enrolment: Enrolment,
    device: int,
    *,
    behind: bool = False,
    lost: bool = False,
) -> bytes:
    """The request for another number than `device`, one of ours; the prefix is kept until the answer came.

    `behind` and `lost` as in `ForkedError`: with the first all that the log still has is offered again,
    with the second what was written under the present number and is not there.
    """
    prefix = int(get_note(connection, _ASKED) or new_prefix())
    put_note(connection, _ASKED, str(prefix))
    # Under an earlier number the server may hold less than a receipt said: it was restored.
    first = first_kept(connection) if behind or lost or device != me.device else me.received + 1
    if lost and device == me.device:
        # The server gave this number when it held everything before it.
        first = max(first, numbers(connection, me)[-1].first)
    request = IncarnationRequest(VERSION, prefix, first, contents(connection, device, first))
    return sealed(request, enrolment, device=device, counter=next_request(connection))


def take(connection: Connection, me: Identity, enrolment: Enrolment, device: int, raw: bytes) -> None:
    """Go on under the number that the server gave instead of `device`.

    Raises:
        UserError: `server_key_changed` when our server did not sign it.
        UnavailableError: `server_unreachable` when it is no answer.
    """
    try:
        given = decode(Incarnation, raw)
    except ProtocolError:
        raise UnavailableError("server_unreachable") from None
    prefix = int(get_note(connection, _ASKED) or 0)
    text = incarnation_text(device, prefix, given.device, given.held)
    try:
        VerifyKey(enrolment.credentials.server_key).verify(text, given.signature)
    except (BadSignatureError, ValueError):
        raise UserError("server_key_changed") from None
    had = numbers(connection, me)
    # Of what counts as received from now on, some may have been set aside; only a twin of ours was told.
    told = [(o.n, o.code) for o in given.outcomes if o.n <= given.held]
    following.follow(connection, mark_returned(connection, told))
    touched = incarnate(connection, me, had, device=given.device, prefix=prefix, after=given.held)
    following.follow(connection, touched)
    # Also those under which nothing is left: a server put back further may know this laptop only by one.
    now_had = [*had, Number(given.device, given.held + 1)]
    put_note(connection, _NUMBERS, " ".join(f"{n.device}:{n.first}" for n in now_had))
    put_note(connection, _ASKED, "")
    credentials = msgspec.structs.replace(enrolment.credentials, device=given.device)
    save_enrolment(connection, replace(enrolment, credentials=credentials))
    log.info("going on under another device number", extra={"sequence": given.held})
