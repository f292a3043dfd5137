"""What the records that changed in a place since it was counted can change of its figures, and since when.

Every change gives its record a new number in its area, so what changed since is what has a number above the
one that was counted. How it was before is not kept; where that matters, the versions of its fields tell that
it may have been otherwise, and every day is counted again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select, union_all

from tongcds.records import RecordType, record_type
from tongcds.records.declare import DELETED
from tongcds.replica.tables import MOVED
from tongcds.reports import resting
from tongcds.server.tables import COUNTED

EVERY_DAY: Final = ""
"""Before every day that figures are for."""

ALWAYS: Final = ("household", "person", "poverty_class", "duplicate", "village", "team", "member")
"""Types of which a record may change any figure of any day."""

DATED: Final = ("observation", "visit", "support", "training", "attendance", "skill_check")
"""Types of which a record changes what it is about, from its day on. All other types change no figure."""

Reach = Mapping[str, str]
"""By indicator the first day on which its figure may differ."""

_OBSERVATION: Final = record_type("observation")
_VISIT: Final = record_type("visit")
_SUPPORT: Final = record_type("support")
_SLICE: Final = 400
_names_of = msgspec.msgpack.Decoder(dict[str, Any]).decode


def everything() -> Reach:
    """All figures of all days."""
    return MappingProxyType(dict.fromkeys(resting.of_everything(), EVERY_DAY))


def reaches(connection: Connection, places: Sequence[bytes]) -> dict[bytes, Reach]:
    """What the records of these places may have changed since the places were counted."""
    found: dict[bytes, Reach] = {}
    for start in range(0, len(places), _SLICE):
        found |= _reaches(connection, places[start : start + _SLICE])
    return found


def _reaches(connection: Connection, places: Sequence[bytes]) -> dict[bytes, Reach]:
    since: defaultdict[bytes, dict[str, str]] = defaultdict(dict)
    for place, indicators, day in (
        *_observed(connection, places),
        *_logged(connection, places),
        *_taught(connection, places),
    ):
        known = since[place]
        for code in indicators:
            known[code] = min(day, known.get(code, day))
    whole = set(connection.execute(_changed_at_all(places)).scalars())
    return {place: everything() if place in whole else since[place] for place in places}


def _changed_at_all(places: Sequence[bytes]) -> Select[Any]:
    """The places in which a record changed that may change everything, or that a record left."""
    tables = [record_type(name).table for name in ALWAYS]
    parts = [_since(table, places, table.c.area) for table in (*tables, MOVED)]
    return select(union_all(*parts).subquery("changed").c.area).distinct()


def _observed(
    connection: Connection, places: Sequence[bytes]
) -> Iterator[tuple[bytes, Collection[str], str]]:
    seen, by_fact = _OBSERVATION.table.c, resting.of_facts()
    plain = _since(_OBSERVATION.table, places, seen.area, seen.fact, func.min(seen.held_on))
    plain = plain.where(seen.versions.is_(None)).group_by(seen.area, seen.fact)
    for place, fact, day in connection.execute(plain):
        # Without a day or a fact it never said anything.
        if day is not None and fact is not None:
            yield place, by_fact.get(fact, ()), day
    changed = _since(_OBSERVATION.table, places, seen.area, seen.fact, seen.held_on, seen.versions)
    for place, fact, day, versions in connection.execute(changed.where(seen.versions.is_not(None))):
        if _names_only(_OBSERVATION, versions):
            yield place, by_fact.get(fact or "", ()), day or EVERY_DAY
        else:
            yield place, resting.of_everything(), EVERY_DAY


def _names_only(record: RecordType, versions: bytes) -> bool:
    """Whether nothing was ever changed but that the record is there, and where."""
    return _names_of(versions).keys() <= {DELETED, record.area_field}


def _logged(connection: Connection, places: Sequence[bytes]) -> Iterator[tuple[bytes, Collection[str], str]]:
    log = resting.of_the_log()
    for place, day in _days_logged(connection, places):
        yield place, log, day


def _taught(connection: Connection, places: Sequence[bytes]) -> Iterator[tuple[bytes, Collection[str], str]]:
    """Sessions, ticks and checks that changed; one of another day than before changes every day."""
    of_training = resting.of_training()
    for record in map(record_type, ("training", "attendance", "skill_check")):
        table = record.table
        query = _since(table, places, table.c.area, table.c.on, table.c.versions).distinct()
        for place, day, versions in _each(connection.execute(query)):
            if versions is not None and "on" in _names_of(versions):
                yield place, of_training, EVERY_DAY
            elif day is not None:
                yield place, of_training, day


def _days_logged(connection: Connection, places: Sequence[bytes]) -> Iterator[tuple[bytes, str]]:
    """Days from which visits and services say something else than before; places may come several times."""
    visit, support = _VISIT.table.c, _SUPPORT.table.c
    there = and_(visit.id == support.visit_id, visit.area == support.area)
    of_visits = _since(_VISIT.table, places, visit.area, visit.on, visit.versions)
    of_supports = _since(_SUPPORT.table, places, support.area, visit.on, support.versions)
    of_supports = of_supports.outerjoin(_VISIT.table, there)
    for name, query in (("on", of_visits), ("visit_id", of_supports)):
        for place, day, versions in _each(connection.execute(query.distinct())):
            if versions is not None and name in _names_of(versions):
                yield place, EVERY_DAY  # It was another day's before.
            elif day is not None:
                yield place, day


def _each(rows: Iterable[Any]) -> Iterator[tuple[bytes, str | None, bytes | None]]:
    yield from rows


def _since(table: Table, places: Sequence[bytes], *columns: ColumnElement[Any]) -> Select[Any]:
    """Of the records with a number above the one that was counted in their place."""
    return (
        select(*columns)
        .select_from(table)
        .join(COUNTED, and_(COUNTED.c.village == table.c.area, table.c.number > COUNTED.c.through))
        .where(COUNTED.c.village.in_(places))
    )
