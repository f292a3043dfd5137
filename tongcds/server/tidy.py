"""Once a day: let go of tombstones and of markers of moved records that no laptop needs any more.

A tombstone stays until every laptop of its area has passed it, sixty days at least so that a removal can be
taken back, and four hundred days at most. Whoever was away for longer finds out by comparing: what the server
does not hold leaves their laptop (`comparing`), after everything that they had not sent was taken.

Records of access logs whose time is over (`resources/privacy/retention.csv`) are removed first, and by the
server, since a laptop may not change what it once said of itself.

Only records about people go. Units, villages and teams are few and hold nothing personal, and readers of
figures hold too little of an area to compare it. What was erased on a person's request stays for ever.
"""

from __future__ import annotations

import argparse
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, select, update

from tongcds.clock import day_of
from tongcds.domain.privacy import log_kept_from
from tongcds.domain.stamps import milliseconds_of
from tongcds.i18n import _
from tongcds.records import RecordType, all_types, record_type
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica import FIGURES_ONLY
from tongcds.replica.merge import version_of
from tongcds.replica.rows import read_areas, row_from
from tongcds.replica.tables import MOVED
from tongcds.server.database import Database
from tongcds.server.office import OfficeWriter
from tongcds.server.ops import Province
from tongcds.server.scopes import entries_unpacked
from tongcds.server.tables import DEVICE, STATE

DAY_MS: Final = 86_400_000
KEPT_AT_LEAST_MS: Final = 60 * DAY_MS
KEPT_AT_MOST_MS: Final = 400 * DAY_MS
_LOOK_SECONDS: Final = 3_600
_FIRST_LOOK_SECONDS: Final = 60
_SLICE = 400
log = logging.getLogger(__name__)
_AUDIT: Final = record_type("audit").table.c
_cursors = msgspec.msgpack.Decoder(list[int]).decode

Opened = Callable[[argparse.Namespace, Callable[[], int]], AbstractContextManager[Province]]
Command = Callable[[str, str, Callable[..., dict[str, object] | None]], argparse.ArgumentParser]


@dataclass(frozen=True, slots=True)
class Tidied:
    """How much went."""

    tombstones: int
    markers: int
    logged: int = 0


def tidy(database: Database, *, now: int) -> Tidied:
    """Let go of what nobody needs, area by area, so that no push waits long.

    Raises:
        BusyError: the database is busy.
    """
    logged = database.change(lambda connection: _remove_logged(connection, now=now))
    with database.read() as connection:
        passed = passed_by_all(connection, now=now)
        areas = _areas(connection)
    tombstones = markers = 0
    for area in areas:
        through = passed.get(area)
        gone = database.change(lambda c, a=area, t=through: _tidy_area(c, a, t, now=now))  # type: ignore[misc]
        tombstones, markers = tombstones + gone.tombstones, markers + gone.markers
    database.change(lambda connection: connection.execute(update(STATE).values(tidied_at=now)))
    log.info("tidied", extra={"count": tombstones + markers + logged})
    return Tidied(tombstones, markers, logged)


def _remove_logged(connection: Connection, *, now: int) -> int:
    """Remove what laptops said of their access logs, once it is older than it may be; how much that was."""
    today = day_of(now)
    over = select(_AUDIT.id).where(_AUDIT.on < log_kept_from(today).isoformat(), _AUDIT.deleted == 0)
    ids = list(connection.execute(over).scalars())
    if ids:
        writer = OfficeWriter(connection, now=now)
        writer.load("audit", ids)
        for record_id in ids:
            writer.remove("audit", record_id)
        writer.flush()
    return len(ids)


def passed_by_all(connection: Connection, *, now: int) -> dict[bytes, int]:
    """By area, the number that every laptop holding its people has confirmed.

    Areas that no laptop holds are left out. Nobody waits for a laptop that was not heard of for four hundred
    days, or was revoked.
    """
    found: dict[bytes, int] = {}
    for row in connection.execute(select(DEVICE).where(DEVICE.c.revoked_at.is_(None))):
        if (row.last_seen_at or row.enrolled_at) < now - KEPT_AT_MOST_MS:
            continue
        entries = entries_unpacked(row.entries)
        known = _cursors(row.cursors) if row.cursors and row.cursors_scope == row.scope else []
        for place, entry in enumerate(entries):
            if entry.mode != FIGURES_ONLY:
                cursor = known[place] if place < len(known) else 0
                found[entry.area] = min(cursor, found.get(entry.area, cursor))
    return found


def _types() -> list[RecordType]:
    return [record for record in all_types() if record.about_people]


def _areas(connection: Connection) -> list[bytes]:
    found = set(connection.execute(select(MOVED.c.area).distinct()).scalars())
    for record in _types():
        table = record.table
        found |= set(
            connection.execute(select(table.c.area).where(table.c[DELETED] == 1).distinct()).scalars()
        )
    return sorted(found)


def _tidy_area(connection: Connection, area: bytes, passed: int | None, *, now: int) -> Tidied:
    # Nothing is brought back to life while its area is locked.
    read_areas(connection, [area], lock=True)

    def is_over(number: int, at: int) -> bool:
        seen_by_all = passed is None or number <= passed
        return at <= now - (KEPT_AT_LEAST_MS if seen_by_all else KEPT_AT_MOST_MS)

    tombstones = 0
    for record in _types():
        table = record.table
        query = select(table).where(table.c.area == area, table.c[DELETED] == 1)
        if record.erasable:
            query = query.where(table.c[ERASED].is_(None))
        over = []
        for raw in connection.execute(query).mappings():
            row = row_from(record, raw)
            if is_over(row["number"], milliseconds_of(version_of(row, DELETED).stamp)):
                over.append(row["id"])
        for start in range(0, len(over), _SLICE):
            connection.execute(table.delete().where(table.c.id.in_(over[start : start + _SLICE])))
        tombstones += len(over)
    about_people = [record.number for record in _types()]
    left = connection.execute(
        select(MOVED.c.id, MOVED.c.number, MOVED.c.at).where(
            MOVED.c.area == area, MOVED.c.type.in_(about_people)
        )
    ).all()
    gone = [marker.id for marker in left if is_over(marker.number, marker.at)]
    for start in range(0, len(gone), _SLICE):
        part = gone[start : start + _SLICE]
        connection.execute(MOVED.delete().where(MOVED.c.area == area, MOVED.c.id.in_(part)))
    return Tidied(tombstones, len(gone))


@contextmanager
def daily(province: Province) -> Iterator[None]:
    """Tidy once a day while the server serves; of several processes at one database, one does it."""
    stop = threading.Event()

    def look() -> None:
        seconds = _FIRST_LOOK_SECONDS
        while not stop.wait(seconds):
            seconds = _LOOK_SECONDS
            try:
                tidy_if_due(province)
            except Exception:
                # The next hour is another try; requests must not suffer.
                log.exception("tidying failed")

    thread = threading.Thread(target=look, name="tidy", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def tidy_if_due(province: Province) -> bool:
    """Tidy when the last time is a day ago; False when it is not."""
    now = province.now()

    def claim(connection: Connection) -> bool:
        last = connection.execute(select(STATE.c.tidied_at).with_for_update()).scalar_one()
        due: bool = not last <= now < last + DAY_MS
        if due:
            connection.execute(update(STATE).values(tidied_at=now))
        return due

    if not province.database.change(claim):
        return False
    tidy(province.database, now=now)
    return True


def add_to(command: Command, opened: Opened) -> None:
    """Put the command into a parser; `opened` gives the server."""

    def work(given: argparse.Namespace, now: Callable[[], int]) -> dict[str, object]:
        with opened(given, now) as province:
            done = tidy(province.database, now=province.now())
        return {
            "tombstones": done.tombstones,
            "markers": done.markers,
            "logged": done.logged,
            "text": _(
                "Let go of {tombstones} removed records and {markers} markers of moved ones, and removed "
                "{logged} lines of access logs whose time is over."
            ).format(tombstones=done.tombstones, markers=done.markers, logged=done.logged),
        }

    command("tidy", _("let go of removed records that every laptop knows of"), work)
