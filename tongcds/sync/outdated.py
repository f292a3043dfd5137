"""A laptop of an older version at a newer server: it goes on with what it knows, and gets the rest later.

Records and fields that this version does not know are passed over, and where that began is noted for each
area. Once the program was updated, those areas are pulled again from there. Until then digests say nothing,
since the server sums up more than is here; the weekly comparison covers what both know.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import Connection

from tongcds.records import all_types
from tongcds.replica import cursors_of, put_cursors
from tongcds.storage.local import get_note, put_note

_PASSED_OVER = "passed over"
log = logging.getLogger(__name__)


def _known() -> str:
    """What this version knows, as a word."""
    text = ";".join(f"{record.number}:{','.join(record.field_names)}" for record in all_types())
    return blake2b(text.encode(), digest_size=8).hexdigest()


def passed_over(connection: Connection, areas: Sequence[bytes]) -> None:
    """Something of a page for these areas was passed over; call before its cursors are taken."""
    _, noted = _noted(connection)
    for area, cursor in cursors_of(connection, areas).items():
        noted[area] = min(cursor, noted.get(area, cursor))
    words = (f"{area.hex()}:{cursor}" for area, cursor in noted.items())
    put_note(connection, _PASSED_OVER, " ".join((_known(), *words)))
    log.info("records of a newer version were passed over", extra={"count": len(noted)})


def is_behind(connection: Connection) -> bool:
    """Whether the server has what this version does not know."""
    return bool(get_note(connection, _PASSED_OVER))


def catch_up(connection: Connection) -> bool:
    """After an update: begin again where something was passed over. False when there is nothing to do."""
    known, noted = _noted(connection)
    if not known or known == _known():
        return False
    now = cursors_of(connection, list(noted))
    put_cursors(connection, {area: min(cursor, now[area]) for area, cursor in noted.items()})
    put_note(connection, _PASSED_OVER, "")
    return True


def _noted(connection: Connection) -> tuple[str, dict[bytes, int]]:
    known, *rest = get_note(connection, _PASSED_OVER).split(" ")
    pairs = (word.split(":") for word in rest)
    return known, {bytes.fromhex(area): int(cursor) for area, cursor in pairs}
