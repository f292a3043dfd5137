"""The register as lists and counts: which households match, which need something, who lives in one.

One household opened is in `household`. Everything is as of a day that the caller names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from tongcds.domain import record_code
from tongcds.domain.text import fold, matches, natural_sort_key
from tongcds.domain.views import (
    FilterCount,
    HouseholdFilter,
    HouseholdList,
    HouseholdRow,
    Role,
    Standing,
)
from tongcds.records import record_type
from tongcds.storage import filters, search
from tongcds.storage.household import household_detail, people_of
from tongcds.storage.local import load_enrolment
from tongcds.storage.merged import stood_for
from tongcds.storage.poverty import poverty_on
from tongcds.storage.presence import (
    HOUSEHOLD,
    PERSON,
    aged,
    household_has,
    person_present,
    visit_counts,
)
from tongcds.storage.search import ENTRY
from tongcds.storage.standing import gravest, standings

__all__ = [
    "Brief",
    "Totals",
    "first_rows",
    "head_of",
    "household_brief",
    "household_detail",
    "household_list",
    "number_of",
    "of_short_code",
    "people_of",
    "person_ids_of",
    "totals",
    "village_of",
    "villages",
]

MOST_ROWS: Final = 200
FIRST_ROWS: Final = 60
_KEPT_COUNTS: Final = "tongcds counts of the register"

_VILLAGE = record_type("village").table
_TEAM = record_type("team").table
_VISIT = record_type("visit").table
_FOLLOW_UP = record_type("follow_up").table


@dataclass(frozen=True, slots=True)
class Totals:
    """How many households and people there are."""

    households: int
    people: int


@dataclass(frozen=True, slots=True)
class Brief:
    """The least that is needed to write about a household."""

    household_id: bytes
    village_id: bytes
    code: str


def villages(connection: Connection) -> tuple[tuple[bytes, str], ...]:
    """The villages in this vault, by name; one that was merged away only while households are in it."""
    inhabited = exists().where(HOUSEHOLD.c.village_id == _VILLAGE.c.id, HOUSEHOLD.c.deleted == 0)
    query = select(_VILLAGE.c.id, _VILLAGE.c.name).where(
        _VILLAGE.c.deleted == 0, or_(_VILLAGE.c.valid_to.is_(None), inhabited)
    )
    found = [(village_id, name or "") for village_id, name in connection.execute(query)]
    found += invited_to(connection)
    return tuple(sorted(found, key=lambda village: (natural_sort_key(village[1]), village[0])))


def invited_to(connection: Connection) -> tuple[tuple[bytes, str], ...]:
    """Villages that the invitation names and whose records did not come yet: a commune's, or a team's own.

    What the province has taken from the unit since is not among them.
    """
    enrolment = load_enrolment(connection)
    if enrolment is None or enrolment.credentials.role not in {Role.TEAM, Role.COMMUNE}:
        return ()
    mine = enrolment.credentials
    named = [(mine.unit_id, mine.unit_name)] if mine.role == Role.TEAM else mine.villages
    known = set(connection.execute(select(_VILLAGE.c.id)).scalars())
    theirs = {entry.area for entry in enrolment.entries} - known
    if mine.role == Role.TEAM and known:
        return ()
    return tuple((village, name) for village, name in named if village in theirs)


def named(villages: Sequence[tuple[bytes, str]], name: str) -> bytes | None:
    """The village whose name this is, marks aside, or the only one that has its words; None otherwise."""
    exact = [village for village, called in villages if fold(called) == fold(name)]
    fitting = exact or [village for village, called in villages if matches(name, called)]
    return fitting[0] if len(fitting) == 1 else None


def team_name(connection: Connection, unit_id: bytes) -> str:
    """What the team of this unit calls itself, or "" when no team is on record."""
    query = select(_TEAM.c.name).where(_TEAM.c.unit_id == unit_id, _TEAM.c.deleted == 0).limit(1)
    return connection.execute(query).scalar_one_or_none() or ""


def of_short_code(connection: Connection, code: str) -> tuple[bytes, ...]:
    """The households that are not removed whose short code on paper this is; nearly always one or none."""
    ids = connection.execute(
        select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.erased.is_(None))
    ).scalars()
    return tuple(record_id for record_id in ids if record_code.short(record_id) == code)


def totals(connection: Connection, on: date, village_id: bytes | None = None) -> Totals:
    """How many households and people are here on this day, in one village or in all."""
    there = filters.there(on, village_id)
    return Totals(filters.count_households(connection, there), filters.count_people(connection, on, there))


def household_brief(connection: Connection, household_id: bytes) -> Brief | None:
    """A household that is not removed, or None."""
    row = connection.execute(
        select(HOUSEHOLD.c.id, HOUSEHOLD.c.village_id, HOUSEHOLD.c.code).where(
            HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.deleted == 0
        )
    ).one_or_none()
    return None if row is None else Brief(row.id, row.village_id, row.code or "")


def village_of(connection: Connection, kind: str, record_id: bytes) -> bytes | None:
    """The village of a household, person or visit that is not removed, or None."""
    table = record_type(kind).table
    query = select(table.c.village_id).where(table.c.id == record_id, table.c.deleted == 0)
    return connection.execute(query).scalar_one_or_none()


def person_ids_of(connection: Connection, household_id: bytes) -> frozenset[bytes]:
    """Everybody who is on record in this household, also those who left."""
    query = select(PERSON.c.id).where(PERSON.c.household_id == household_id, PERSON.c.deleted == 0)
    return frozenset(connection.execute(query).scalars())


def head_of(connection: Connection, household_id: bytes) -> bytes | None:
    """The head of a household."""
    query = select(HOUSEHOLD.c.head_id).where(HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.deleted == 0)
    return connection.execute(query).scalar_one_or_none()


def number_of(connection: Connection, person_id: bytes, field: str) -> str:
    """A number of a person in full, or "". Whoever asks is noted."""
    query = select(PERSON.c[field]).where(PERSON.c.id == person_id, PERSON.c.deleted == 0)
    return connection.execute(query).scalar_one_or_none() or ""


def household_list(connection: Connection, wanted: HouseholdFilter, on: date) -> HouseholdList:
    """The households that match, in the order of their heads' names, at most 200.

    `households`, `people` and the filters' counts are over everything, or over the chosen village;
    `matching` is how many the text and all the filters together leave. Filters about people count people
    and list the households that have some (`filters`).

    Raises:
        KeyError: there is no filter of this code.
    """
    both = _matching(wanted, on)
    ids = _page(connection, both)
    everything = _counts(connection, on, wanted.village_id)
    return HouseholdList(
        rows=_rows(connection, ids, wanted.text, on),
        matching=len(ids) if len(ids) < MOST_ROWS else filters.count_households(connection, both),
        households=everything.totals.households,
        people=everything.totals.people,
        filters=everything.filters,
        villages=villages(connection),
        served=_served(connection, wanted, on, both),
    )


def _served(
    connection: Connection, wanted: HouseholdFilter, on: date, both: ColumnElement[bool]
) -> int | None:
    if wanted.supported:
        return filters.count_served(connection, on, wanted.supported, both)
    return filters.count_people(connection, on, both) if wanted.lacking else None


def count_matching(connection: Connection, wanted: HouseholdFilter, on: date) -> int:
    """How many households match.

    Raises:
        KeyError: there is no filter of this code.
    """
    return filters.count_households(connection, _matching(wanted, on))


def first_rows(connection: Connection, wanted: HouseholdFilter, on: date) -> tuple[HouseholdRow, ...]:
    """The first rows of `household_list`, as many as a screen has room for, and nothing that is counted.

    Raises:
        KeyError: there is no filter of this code.
    """
    ids = _page(connection, _matching(wanted, on), FIRST_ROWS)
    return _rows(connection, ids, wanted.text, on)


def households_matching(
    connection: Connection,
    wanted: HouseholdFilter,
    on: date,
    limit: int | None = None,
    *,
    having: str = "",
    lacking: str = "",
) -> tuple[bytes, ...]:
    """The households that match, in the order of their heads' names; at most `limit`, or all of them.

    `having` and `lacking` leave those with or without a fact; what is not known, they are without.

    Raises:
        KeyError: there is no filter of this code.
    """
    conditions = [_matching(wanted, on)]
    if having:
        conditions.append(household_has(having, on))
    if lacking:
        conditions.append(~household_has(lacking, on))
    return tuple(_page(connection, and_(*conditions), limit))


def _matching(wanted: HouseholdFilter, on: date) -> ColumnElement[bool]:
    conditions = [filters.there(on, wanted.village_id)]
    conditions += [filters.ALL[code].condition(on) for code in wanted.needs]
    if wanted.supported:
        conditions.append(filters.supported(wanted.supported))
    if wanted.lacking:
        conditions.append(~filters.supported(wanted.lacking))
    if wanted.text.strip():
        found = search.household_ids(wanted.text)
        if found is not None:
            conditions.append(HOUSEHOLD.c.id.in_(found))
    return and_(*conditions)


@dataclass(frozen=True, slots=True)
class _Counts:
    totals: Totals
    filters: tuple[FilterCount, ...]


def _counts(connection: Connection, on: date, village_id: bytes | None) -> _Counts:
    """The counts over everything; kept until something is written, since every letter typed asks for them."""
    by_others = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    by_itself = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
    asked = (by_others, by_itself, on, village_id)
    kept = connection.info.get(_KEPT_COUNTS)
    if kept is not None and kept[0] == asked:
        found: _Counts = kept[1]
        return found
    there = filters.there(on, village_id)
    counted = tuple(
        FilterCount(one.code, one.count(connection, on, there)) for one in filters.FILTERS.values()
    )
    found = _Counts(totals(connection, on, village_id), counted)
    connection.info[_KEPT_COUNTS] = (asked, found)
    return found


def _page(
    connection: Connection, condition: ColumnElement[bool], limit: int | None = MOST_ROWS
) -> Sequence[bytes]:
    query = (
        select(HOUSEHOLD.c.id)
        .join_from(ENTRY, HOUSEHOLD, ENTRY.c.household_id == HOUSEHOLD.c.id)
        .where(search.heads(), condition)
        .order_by(ENTRY.c.sort_key, ENTRY.c.household_id)
        .limit(limit)
    )
    return connection.execute(query).scalars().all()


def _rows(connection: Connection, ids: Sequence[bytes], text: str, on: date) -> tuple[HouseholdRow, ...]:
    if not ids:
        return ()
    day = on.isoformat()
    head = PERSON.alias("head")
    plain = {
        row.id: row
        for row in connection.execute(
            select(
                HOUSEHOLD.c.id,
                HOUSEHOLD.c.code,
                poverty_on(on).label("poverty"),
                head.c.full_name,
                _VILLAGE.c.name.label("village"),
            )
            .outerjoin_from(HOUSEHOLD, head, and_(head.c.id == HOUSEHOLD.c.head_id, head.c.deleted == 0))
            .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
            .where(HOUSEHOLD.c.id.in_(ids))
        )
    }
    people: dict[bytes, list[bytes]] = {household_id: [] for household_id in ids}
    elders: set[bytes] = set()
    for person_id, household_id, is_elder in connection.execute(
        select(PERSON.c.id, PERSON.c.household_id, aged(filters.ELDER, on)).where(
            PERSON.c.household_id.in_(ids), person_present(on)
        )
    ):
        people[household_id].append(person_id)
        if is_elder:
            elders.add(household_id)
    # What was done under a record that this one stands for was done here.
    stands = {**stood_for(connection, ids), **{household_id: household_id for household_id in ids}}
    visited = connection.execute(
        select(_VISIT.c.household_id, func.max(_VISIT.c.on))
        .where(_VISIT.c.household_id.in_(list(stands)), visit_counts(), _VISIT.c.on <= day)
        .group_by(_VISIT.c.household_id)
        .order_by(func.max(_VISIT.c.on))
    )
    last_visits = {stands[household_id]: date.fromisoformat(last) for household_id, last in visited}
    promised = connection.execute(
        select(_FOLLOW_UP.c.household_id).where(
            _FOLLOW_UP.c.household_id.in_(list(stands)),
            _FOLLOW_UP.c.deleted == 0,
            _FOLLOW_UP.c.state == "open",
            _FOLLOW_UP.c.due_on < day,
        )
    )
    overdue = {stands[household_id] for household_id in promised.scalars()}
    stand = standings(connection, [*ids, *(person for home in people.values() for person in home)])
    matched = search.matched_people(connection, text, ids) if text.strip() else {}
    return tuple(
        HouseholdRow(
            household_id=household_id,
            code=plain[household_id].code or "",
            head_name=plain[household_id].full_name or "",
            village_name=plain[household_id].village or "",
            people=len(people[household_id]),
            poverty=plain[household_id].poverty,
            last_visit=last_visits.get(household_id),
            overdue=household_id in overdue,
            has_elder=household_id in elders,
            standing=_standing(stand, household_id, people[household_id]),
            matched_person=matched.get(household_id, ""),
        )
        for household_id in ids
    )


def _standing(stand: dict[bytes, Standing], household_id: bytes, people: Sequence[bytes]) -> Standing:
    return gravest(stand[record_id] for record_id in (household_id, *people))
