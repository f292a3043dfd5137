"""The laptop's half of the question which records stand behind a figure: two short requests at most."""

from __future__ import annotations

from collections.abc import Sequence

from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.behind import BehindAnswer, BehindRequest
from tongcds.protocol.messages import VERSION, ProtocolError, decode
from tongcds.replica import load_identity
from tongcds.storage.local import load_enrolment, next_request
from tongcds.storage.vault import Vault
from tongcds.sync.request import sealed
from tongcds.sync.transport import ServerProblemError, Transport

BEHIND_PATH = "/api/v1/behind"


def ask(  # noqa: PLR0917 - the parts of one question
    vault: Vault,
    transport: Transport,
    indicator: str,
    unit: bytes,
    days: tuple[str, str],
    buckets: tuple[int, bytes],
    records: Sequence[tuple[int, bytes]] = (),
) -> BehindAnswer:
    """What the server says of a figure; `days`, `buckets` and `records` as in `protocol.behind`.

    Raises:
        UnavailableError: the network or the server is not there.
        UserError: not_enrolled, server_refused.
    """
    with vault.write() as connection:
        enrolment = load_enrolment(connection)
        me = load_identity(connection, now=lambda: 0)
        if enrolment is None or me is None:
            raise UserError("not_enrolled")
        counter = next_request(connection)
    request = BehindRequest(VERSION, indicator, unit, *days, *buckets, list(records))
    body = sealed(request, enrolment, device=me.device, counter=counter)
    try:
        return decode(BehindAnswer, transport.post(BEHIND_PATH, body))
    except ProtocolError:
        raise UnavailableError("server_unreachable") from None
    except ServerProblemError as error:
        raise UserError("server_refused", code=error.problem.code) from None
