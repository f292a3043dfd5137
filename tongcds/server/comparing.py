"""The server's half of a comparison: which areas and buckets differ from a laptop's, and what is in them.

Where the server's own count of an area turns out to be wrong, it is put right on the way.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from tongcds.protocol.chunks import pack_states
from tongcds.protocol.messages import AreaBuckets, CompareAnswer, CompareRequest, ProtocolError, ScopeEntry
from tongcds.records import all_types
from tongcds.records.declare import DELETED
from tongcds.replica.compare import (
    MOST_BITS,
    bits_for,
    bucket_states,
    bucket_sums,
    known_fields,
    recount,
    scan,
)
from tongcds.replica.rows import read_areas, read_rows
from tongcds.server.database import Database
from tongcds.server.problems import Refusal

_MOST_AREAS = 32
_MOST_RECORDS = 2_000
log = logging.getLogger(__name__)


def compare(database: Database, request: CompareRequest, entries: Sequence[ScopeEntry]) -> CompareAnswer:
    """Answer one question of a laptop that holds these areas.

    Raises:
        Refusal: bad_message, too_big.
    """
    ours = known_fields()
    fields = {number: min(count, ours[number]) for number, count in request.types if number in ours}
    if any(count < 1 for count in fields.values()):
        raise Refusal("bad_message")
    if request.extra:
        return CompareAnswer(known=True, elsewhere=_elsewhere(database, request, entries))
    if request.buckets:
        return _buckets(database, request, entries, fields)
    with database.read() as connection:
        differing, wrong = _differing(connection, request, entries, fields)
    if wrong:
        database.change(lambda connection: _recount(connection, wrong))
    return CompareAnswer(known=True, areas=differing)


def _differing(
    connection: Connection, request: CompareRequest, entries: Sequence[ScopeEntry], fields: dict[int, int]
) -> tuple[list[AreaBuckets], list[bytes]]:
    """Where the laptop holds something else, and the areas that were counted wrong here."""
    found: list[AreaBuckets] = []
    wrong: list[bytes] = []
    for place, theirs in request.sums:
        area = _area(entries, place)
        ours = scan(connection, area, fields)
        if ours.miscounted:
            wrong.append(area)
        if ours.total != theirs and len(found) < _MOST_AREAS:
            bits = bits_for(ours.count)
            counter = read_areas(connection, [area]).get(area, (0, 0, 0))[0]
            found.append(AreaBuckets(place, counter, bits, bucket_sums(connection, area, fields, bits)))
    return found, wrong


def _buckets(
    database: Database, request: CompareRequest, entries: Sequence[ScopeEntry], fields: dict[int, int]
) -> CompareAnswer:
    area = _area(entries, request.place)
    buckets = request.buckets
    if not 0 < request.bits <= MOST_BITS or not all(0 <= b < 1 << request.bits for b in buckets):
        raise Refusal("bad_message")
    limit = _MOST_RECORDS
    while True:
        with database.read() as connection:
            states, done = bucket_states(
                connection, area, fields, bits=request.bits, buckets=buckets, limit=limit
            )
        try:
            return CompareAnswer(known=True, page=pack_states(states) if states else None, done=done)
        except ProtocolError as error:
            # Long notes: fewer buckets at a time, and at least one.
            if error.code != "too_big" or done == 1:
                raise Refusal(error.code) from None
        limit //= 4


def _elsewhere(database: Database, request: CompareRequest, entries: Sequence[ScopeEntry]) -> list[bytes]:
    """Those of the records that are here, but in another area or removed: the laptop may let go of them."""
    area, ids = _area(entries, request.place), request.extra
    if len(ids) > _MOST_RECORDS:
        raise Refusal("bad_message")
    found: list[bytes] = []
    with database.read() as connection:
        for record in all_types():
            rows = read_rows(connection, record, ids).values()
            found += [row["id"] for row in rows if row["area"] != area or row["values"][DELETED]]
    return found


def _area(entries: Sequence[ScopeEntry], place: int) -> bytes:
    """The area at a place of the scope, where the laptop may hold all of it."""
    if not 0 <= place < len(entries) or not entries[place].whole:
        raise Refusal("bad_message")
    return entries[place].area


def _recount(connection: Connection, areas: Sequence[bytes]) -> None:
    for area in sorted(areas):
        read_areas(connection, [area], lock=True)
        recount(connection, area)
        log.error("the count of an area was wrong and was put right", extra={"operation": "recount"})
