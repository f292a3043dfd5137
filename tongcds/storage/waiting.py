"""What waits for the server, told by household: a visit is many records, and nobody thinks of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Select, func, select

from tongcds.clock import moment_of
from tongcds.domain.stamps import milliseconds_of
from tongcds.domain.views import Standing, WaitingRow
from tongcds.records import record_type, type_numbered
from tongcds.replica.own import WAITING
from tongcds.replica.tables import OWN
from tongcds.storage import standing, wording
from tongcds.storage.presence import HOUSEHOLD, OBSERVATION, PERSON

_VISIT = record_type("visit").table
_SETTLED = record_type("settled").table
_POVERTY = record_type("poverty_class").table
_EARLIER = record_type("earlier").table
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table

MOST_RECORDS: Final = 1000
_SLICE: Final = 400


def by_household(connection: Connection) -> tuple[WaitingRow, ...]:
    """The households with changes that no receipt covers, the latest first, out of the last 1,000 records."""
    waiting = (
        select(OWN.c.type, OWN.c.id, func.max(OWN.c.stamp), func.max(OWN.c.n).label("last"))
        .where(OWN.c.state == WAITING)
        .group_by(OWN.c.type, OWN.c.id)
        .order_by(func.max(OWN.c.n).desc())
        .limit(MOST_RECORDS)
    )
    homes: dict[bytes, bytes] = {}
    rows = [(number, record_id, stamp) for number, record_id, stamp, _ in connection.execute(waiting)]
    for number in {number for number, _, _ in rows}:
        ids = [record_id for each, record_id, _ in rows if each == number]
        homes |= _homes(connection, number, ids)
    groups: dict[bytes | int, list[tuple[int, bytes, int]]] = {}
    for row in rows:
        groups.setdefault(homes.get(row[1], row[0]), []).append(row)
    names = _names(connection, [key for key in groups if isinstance(key, bytes)])
    where = standing.standings(connection, [record_id for _, record_id, _ in rows])
    return tuple(_row(key, members, names, where) for key, members in groups.items())


def _row(
    key: bytes | int,
    members: Sequence[tuple[int, bytes, int]],
    names: dict[bytes, tuple[str, str]],
    where: dict[bytes, Standing],
) -> WaitingRow:
    kinds = Counter(_type_name(number) for number, _, _ in members)
    household_id = key if isinstance(key, bytes) else None
    code, head = names.get(household_id, ("", "")) if household_id is not None else ("", "")
    title = wording.people_words((), head) if head else code
    if household_id is None:
        title = wording.type_name(_type_name(members[0][0]))
    return WaitingRow(
        household_id,
        title,
        code,
        tuple(kinds.items()),
        moment_of(milliseconds_of(max(stamp for _, _, stamp in members))),
        standing.gravest(where[record_id] for _, record_id, _ in members),
    )


def _type_name(number: int) -> str:
    record = type_numbered(number)
    return "" if record is None else record.name


def _homes(connection: Connection, number: int, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """The household that each of these records belongs to; those of none are left out."""
    name = _type_name(number)
    if name == "household":
        return {record_id: record_id for record_id in ids}
    found: dict[bytes, bytes] = {}
    if name in _HOME_OF:
        for start in range(0, len(ids), _SLICE):
            query = _HOME_OF[name].where(record_type(name).table.c.id.in_(ids[start : start + _SLICE]))
            found.update((each, home) for each, home in connection.execute(query) if home is not None)
    return found


_HOME_OF: Final[dict[str, Select[bytes, bytes | None]]] = {
    "person": select(PERSON.c.id, PERSON.c.household_id),
    "visit": select(_VISIT.c.id, _VISIT.c.household_id),
    "follow_up": select(_FOLLOW_UP.c.id, _FOLLOW_UP.c.household_id),
    "settled": select(_SETTLED.c.id, _SETTLED.c.household_id),
    "poverty_class": select(_POVERTY.c.id, _POVERTY.c.household_id),
    "earlier": select(_EARLIER.c.id, _EARLIER.c.household_id),
    "support": select(_SUPPORT.c.id, _VISIT.c.household_id).join(_VISIT, _VISIT.c.id == _SUPPORT.c.visit_id),
    "observation": select(
        OBSERVATION.c.id, func.coalesce(PERSON.c.household_id, OBSERVATION.c.subject_id)
    ).outerjoin(PERSON, PERSON.c.id == OBSERVATION.c.subject_id),
}


def _names(connection: Connection, household_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """Code and head of each household."""
    found: dict[bytes, tuple[str, str]] = {}
    for start in range(0, len(household_ids), _SLICE):
        query = (
            select(HOUSEHOLD.c.id, HOUSEHOLD.c.code, PERSON.c.full_name)
            .outerjoin_from(HOUSEHOLD, PERSON, PERSON.c.id == HOUSEHOLD.c.head_id)
            .where(HOUSEHOLD.c.id.in_(household_ids[start : start + _SLICE]))
        )
        found.update((home, (code or "", head or "")) for home, code, head in connection.execute(query))
    return found
