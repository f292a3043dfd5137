"""The server's half of the question which records stand behind a figure: its figure, and where it differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period
from tongcds.errors import UserError
from tongcds.protocol.behind import BehindAnswer, BehindRequest, Held
from tongcds.protocol.messages import ScopeEntry
from tongcds.reports.behind import Item, behind, bucket_of, differing, standings, sums_of
from tongcds.reports.figures import added, definition, figures
from tongcds.server import enrolment, ops, requests
from tongcds.server.ops import Province
from tongcds.server.problems import Refusal
from tongcds.server.scopes import villages_of

_MOST_ITEMS: Final = 4_000
_MOST_ASKED: Final = 2_000
_MOST_BITS: Final = 10


def answer(province: Province, sealed: bytes, *, admit: requests.Admit = requests.anybody) -> BehindAnswer:
    """Answer a laptop about a figure of a unit of which it may read every record; `admit` as in `ops.sync`.

    Raises:
        Refusal: with the problem to answer.
        BusyError: the database is busy.
    """
    envelope = requests.opened(province.database, sealed, province.server_key)
    admit(envelope.device)
    request = requests.decoded(BehindRequest, envelope.body)
    period = _checked(request)

    def enter(connection: Connection) -> list[ScopeEntry]:
        device = requests.admit(connection, envelope, once=True, now=province.now())
        if device.revoked_at is not None:
            raise Refusal(ops.REVOKED)
        return enrolment.current_scope(connection, device)[1]

    entries = province.database.change(enter)
    with province.database.read() as connection:
        places = _places(connection, request.unit, entries)
        return _told(connection, request, period, places) if places else BehindAnswer(known=False)


def _checked(request: BehindRequest) -> Period:
    good = (
        request.indicator in load_indicators()
        and 0 <= request.bits <= _MOST_BITS
        and len(request.sums) == 4 << request.bits
        and len(request.ask) <= _MOST_ASKED
    )
    if not good:
        raise Refusal("bad_message")
    try:
        return Period(date.fromisoformat(request.first), date.fromisoformat(request.last))
    except (ValueError, UserError):
        raise Refusal("bad_message") from None


def _places(connection: Connection, unit: bytes, entries: Sequence[ScopeEntry]) -> list[bytes]:
    """The unit with its villages, where the laptop holds all of them."""
    whole = {entry.area for entry in entries if entry.whole}
    places = [*(village for village, _ in villages_of(connection, [unit])), unit]
    return places if whole.issuperset(places) else []


def _told(
    connection: Connection, request: BehindRequest, period: Period, places: Sequence[bytes]
) -> BehindAnswer:
    (found,) = figures(connection, [request.indicator], places, [period])
    count = added(list(found.values()))
    ours = behind(connection, request.indicator, places, period)
    buckets = differing(request.sums, sums_of(ours, request.bits))
    items = sorted(item for item in ours if bucket_of(item, request.bits) in buckets)
    told = items[:_MOST_ITEMS]
    held = _held(connection, {*request.ask, *((item.kind, item.id) for item in told)}, places)
    return BehindAnswer(
        known=True,
        definition=definition(request.indicator, period.last),
        numerator=count.numerator,
        denominator=count.denominator,
        records=count.records,
        fingerprint=count.fingerprint,
        items=b"".join(map(_packed, told)),
        held=held,
        buckets=sorted(buckets),
        more=len(told) < len(items),
    )


def _held(connection: Connection, records: set[tuple[int, bytes]], places: Sequence[bytes]) -> list[Held]:
    """Where a record lies is told only of places that the laptop holds; of others that it is elsewhere."""
    known = set(places)
    return [
        Held(record, standing.area if standing.area in known else b"", standing.gone, standing.stamp)
        for record, standing in sorted(standings(connection, records).items())
    ]


def _packed(item: Item) -> bytes:
    return bytes((item.part, item.kind)) + item.id
