"""The whole support log: what matches, in parts of a few hundred, and how much of it belongs to what.

The latest visit comes first. A part begins where the one before ended, not after so many rows: neither the
length of the log nor what others add meanwhile makes a support appear twice or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, and_, distinct, func, or_, select

from tongcds.domain.views import (
    GroupBy,
    LogFilter,
    LogGroup,
    LogPage,
    LogPlace,
    LogRow,
    LogSums,
    Result,
    Withdrawal,
)
from tongcds.i18n import format_day
from tongcds.records import record_type
from tongcds.storage.people import member_names
from tongcds.storage.presence import HOUSEHOLD, VISIT, visit_counts
from tongcds.storage.register import villages
from tongcds.storage.standing import gravest, standings
from tongcds.storage.supports import names_of
from tongcds.storage.wording import people_words, service_group, service_name, split_ids

PART: Final = 200
MOST_GROUPS: Final = 1000
_SLICE: Final = 400

_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table
_VILLAGE = record_type("village").table

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def page(
    connection: Connection, wanted: LogFilter, after: LogPlace | None = None, limit: int = PART
) -> LogPage:
    """The supports that match, from a place on; at most `limit`."""
    conditions = [_matches(wanted)]
    if after is not None:
        conditions.append(_beyond(after))
    query = (
        select(
            _SUPPORT.c.id,
            _SUPPORT.c.service,
            _SUPPORT.c.person_ids,
            _SUPPORT.c.result,
            _SUPPORT.c.stamp,
            VISIT.c.id.label("visit"),
            VISIT.c.on,
            VISIT.c.minutes,
            VISIT.c.metres,
            VISIT.c.note,
            VISIT.c.by_id,
            VISIT.c.withdrawn_why,
            VISIT.c.group_id,
            VISIT.c.corrects_id,
            VISIT.c.author,
            HOUSEHOLD.c.id.label("household"),
            HOUSEHOLD.c.code,
            HOUSEHOLD.c.head_id,
            _VILLAGE.c.name.label("village"),
        )
        .select_from(_joined().outerjoin(_VILLAGE, _VILLAGE.c.id == VISIT.c.village_id))
        .where(*conditions)
        .order_by(VISIT.c.on.desc(), _SUPPORT.c.stamp.desc(), _SUPPORT.c.id.desc())
        .limit(limit + 1)
    )
    rows = connection.execute(query).all()
    shown = rows[:limit]
    more = len(rows) > limit and shown
    following = LogPlace(shown[-1].on, shown[-1].stamp, shown[-1].id) if more else None
    return LogPage(_rows(connection, shown), following)


def sums(connection: Connection, wanted: LogFilter, by: GroupBy) -> LogSums:
    """How much matches, by day (the latest first), or by service or person (the most first)."""
    total = connection.execute(_counted().select_from(_joined()).where(_matches(wanted))).one()
    members = _members(connection)
    used = select(_SUPPORT.c.service).where(_SUPPORT.c.deleted == 0, _SUPPORT.c.service.is_not(None))
    services = [(code, service_name(code)) for code in connection.execute(used.distinct()).scalars()]
    return LogSums(
        supports=total.supports,
        households=total.households,
        groups=_groups(connection, wanted, by, dict(members)),
        members=members,
        villages=villages(connection),
        services=tuple(sorted(services, key=lambda one: one[1])),
    )


def _joined() -> FromClause:
    return _SUPPORT.join(VISIT, VISIT.c.id == _SUPPORT.c.visit_id).join(
        HOUSEHOLD, HOUSEHOLD.c.id == VISIT.c.household_id
    )


def _matches(wanted: LogFilter) -> ColumnElement[bool]:
    if wanted.withdrawn:
        conditions = [VISIT.c.deleted == 0, VISIT.c.withdrawn_why.is_not(None)]
    else:
        conditions = [visit_counts()]
    conditions += [_SUPPORT.c.deleted == 0, VISIT.c.on.is_not(None)]
    if wanted.since is not None:
        conditions.append(VISIT.c.on >= wanted.since.isoformat())
    if wanted.until is not None:
        conditions.append(VISIT.c.on <= wanted.until.isoformat())
    exact = (
        (_SUPPORT.c.service, wanted.service),
        (_SUPPORT.c.result, wanted.result),
        (VISIT.c.by_id, wanted.by),
        (VISIT.c.village_id, wanted.village_id),
        (VISIT.c.household_id, wanted.household_id),
    )
    return and_(*conditions, *(column == value for column, value in exact if value))


def _beyond(place: LogPlace) -> ColumnElement[bool]:
    return and_(
        VISIT.c.on <= place.on,
        or_(
            VISIT.c.on < place.on,
            _SUPPORT.c.stamp < place.stamp,
            and_(_SUPPORT.c.stamp == place.stamp, _SUPPORT.c.id < place.support_id),
        ),
    )


# Any: a select of as many columns as it was given.
def _counted(*columns: ColumnElement[Any]) -> Any:  # noqa: ANN401
    return select(
        *columns,
        func.count(_SUPPORT.c.id).label("supports"),
        func.count(distinct(VISIT.c.household_id)).label("households"),
    )


def _groups(
    connection: Connection, wanted: LogFilter, by: GroupBy, members: dict[bytes, str]
) -> tuple[LogGroup, ...]:
    key: ColumnElement[Any] = {
        GroupBy.DAY: VISIT.c.on,
        GroupBy.SERVICE: _SUPPORT.c.service,
        GroupBy.PERSON: VISIT.c.by_id,
    }[by]
    query = _counted(key.label("key")).select_from(_joined()).where(_matches(wanted), key.is_not(None))
    order = (key.desc(),) if by is GroupBy.DAY else (func.count(_SUPPORT.c.id).desc(), key)
    found = []
    for row in connection.execute(query.group_by(key).order_by(*order).limit(MOST_GROUPS)):
        if by is GroupBy.DAY:
            day = date.fromisoformat(row.key)
            label, only = format_day(day), replace(wanted, since=day, until=day)
        elif by is GroupBy.SERVICE:
            label, only = service_name(row.key), replace(wanted, service=row.key)
        else:
            label, only = members.get(row.key, "?"), replace(wanted, by=row.key)
        found.append(LogGroup(label, row.supports, row.households, only))
    return tuple(found)


def _members(connection: Connection) -> tuple[tuple[bytes, str], ...]:
    """Whoever made a visit, by name."""
    made = select(VISIT.c.by_id).where(VISIT.c.deleted == 0, VISIT.c.by_id.is_not(None)).distinct()
    names = member_names(connection, connection.execute(made).scalars())
    return tuple(sorted(names.items(), key=lambda one: one[1]))


def _rows(connection: Connection, rows: Sequence[_Row]) -> tuple[LogRow, ...]:
    people = [each for row in rows for each in split_ids(row.person_ids)]
    names = names_of(connection, [*people, *(row.head_id for row in rows if row.head_id)])
    helpers = member_names(connection, [one for row in rows for one in (row.by_id, row.author) if one])
    again = _appointments(connection, [row.visit for row in rows])
    stand = standings(connection, [*(row.id for row in rows), *{row.visit for row in rows}])
    tied = _households_of(connection, {row.group_id for row in rows if row.group_id})
    return tuple(
        LogRow(
            support_id=row.id,
            visit_id=row.visit,
            household_id=row.household,
            on=date.fromisoformat(row.on),
            village=row.village or "",
            code=row.code or "",
            whom=people_words(
                [names[each] for each in split_ids(row.person_ids) if each in names],
                names.get(row.head_id, ""),
            ),
            service=row.service or "",
            service_name=service_name(row.service or ""),
            service_group=service_group(row.service or ""),
            result=Result(row.result),
            by=helpers.get(row.by_id, ""),
            corrected_by=helpers.get(row.author, "") if row.corrects_id and row.author != row.by_id else "",
            again_on=again.get((row.visit, row.service)),
            minutes=row.minutes,
            metres=row.metres,
            note=row.note or "",
            withdrawn=Withdrawal(row.withdrawn_why) if row.withdrawn_why else None,
            standing=gravest((stand[row.id], stand[row.visit])),
            together=tied.get(row.group_id, 0),
            people=tuple(split_ids(row.person_ids)) or tuple(filter(None, (row.head_id,))),
        )
        for row in rows
    )


def _households_of(connection: Connection, groups: Iterable[bytes]) -> dict[bytes, int]:
    """How many households each session for several was for."""
    found: dict[bytes, int] = {}
    ids = sorted(groups)
    for start in range(0, len(ids), _SLICE):
        query = (
            select(VISIT.c.group_id, func.count(distinct(VISIT.c.household_id)))
            .where(VISIT.c.group_id.in_(ids[start : start + _SLICE]), visit_counts())
            .group_by(VISIT.c.group_id)
        )
        found.update((group, count) for group, count in connection.execute(query))
    return found


def _appointments(connection: Connection, visits: Sequence[bytes]) -> dict[tuple[bytes, str], date]:
    """The days on which visits promised to come back, by visit and service."""
    found = {}
    ids = sorted(set(visits))
    for start in range(0, len(ids), _SLICE):
        query = select(_FOLLOW_UP.c.visit_id, _FOLLOW_UP.c.service, _FOLLOW_UP.c.due_on).where(
            _FOLLOW_UP.c.visit_id.in_(ids[start : start + _SLICE]),
            _FOLLOW_UP.c.deleted == 0,
            _FOLLOW_UP.c.due_on.is_not(None),
        )
        for visit_id, service, due in connection.execute(query):
            found[visit_id, service] = date.fromisoformat(due)
    return found
