"""Supports and promises: what was logged lately, what is due, how much this week, and what one visit made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, exists, func, or_, select

from tongcds.clock import moment_of
from tongcds.domain.stamps import milliseconds_of
from tongcds.domain.training import skill_name
from tongcds.domain.views import RecentRow, Result, TodoRow
from tongcds.records import record_type
from tongcds.storage.merged import Elsewhere
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, visit_counts
from tongcds.storage.standing import gravest, standings
from tongcds.storage.wording import people_words, service_group, service_name, split_ids

_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table

_SLICE: Final = 400

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class Todo:
    """Open promises, the most urgent first. `today` and `week` count all due by then, late ones too.

    `total` counts those of later weeks as well.
    """

    rows: tuple[TodoRow, ...]
    overdue: int
    today: int
    week: int
    total: int


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """Supports of a week from Monday on, and the households that they were for."""

    supports: int
    households: int


@dataclass(frozen=True, slots=True)
class VisitParts:
    """What a visit made, by type, and the promises that it kept."""

    made: dict[str, list[bytes]]
    closed: list[bytes]


def open_follow_ups(connection: Connection, on: date, limit: int) -> Todo:
    """Promises that are not kept yet, of households that are here on this day.

    At most `limit` rows each of what is overdue, due today, due this week and due later: many old ones hide
    nothing that is due today.
    """
    due = _FOLLOW_UP.c.due_on
    sunday = on + timedelta(days=6 - on.weekday())
    spans = (
        due < on.isoformat(),
        due == on.isoformat(),
        and_(due > on.isoformat(), due <= sunday.isoformat()),
        due > sunday.isoformat(),
    )
    counts = [func.coalesce(func.sum(case((span, 1), else_=0)), 0) for span in spans]
    there = select(*counts).select_from(_FOLLOW_UP.join(HOUSEHOLD, _AT_HOME)).where(_open_on(on))
    overdue, today, week, later = connection.execute(there).one()
    rows: tuple[TodoRow, ...] = ()
    for span, count in zip(spans, (overdue, today, week, later), strict=True):
        if count:
            rows += _todo_rows(connection, _follow_ups(on).where(span).limit(limit), on)
    return Todo(rows, overdue, overdue + today, overdue + today + week, overdue + today + week + later)


def follow_ups_of(
    connection: Connection, household_id: bytes, on: date, also: Elsewhere
) -> tuple[TodoRow, ...]:
    """The open promises to one household and to other records of its people, the most urgent first."""
    theirs = select(_FOLLOW_UP.c.id, _FOLLOW_UP.c.person_ids).where(
        _FOLLOW_UP.c.household_id.in_(also.shared), _FOLLOW_UP.c.deleted == 0
    )
    promised = _naming(connection, theirs, also) if also.shared else []
    wanted = or_(HOUSEHOLD.c.id.in_([household_id, *also.homes]), _FOLLOW_UP.c.id.in_(promised))
    return _todo_rows(connection, _follow_ups(on).where(wanted), on)


def visits_for(connection: Connection, also: Elsewhere) -> list[bytes]:
    """Visits to households of others in which something was done for one of these people."""
    if not also.shared:
        return []
    query = (
        select(_SUPPORT.c.visit_id, _SUPPORT.c.person_ids)
        .join_from(_SUPPORT, _VISIT, _VISIT.c.id == _SUPPORT.c.visit_id)
        .where(_VISIT.c.household_id.in_(also.shared), _SUPPORT.c.deleted == 0)
    )
    return _naming(connection, query, also)


def _naming(connection: Connection, query: Select[Any], also: Elsewhere) -> list[bytes]:
    return [
        each
        for each, people in connection.execute(query)
        if not also.people.keys().isdisjoint(split_ids(people))
    ]


def open_follow_ups_of(
    connection: Connection, household_id: bytes
) -> dict[bytes, tuple[str, frozenset[bytes]]]:
    """The open promises to one household: the service, and whom of it they are for (nobody: all of it)."""
    query = select(_FOLLOW_UP.c.id, _FOLLOW_UP.c.service, _FOLLOW_UP.c.person_ids).where(
        _FOLLOW_UP.c.household_id == household_id,
        _FOLLOW_UP.c.deleted == 0,
        _FOLLOW_UP.c.state == "open",
    )
    return {
        follow_up_id: (service or "", frozenset(split_ids(people)))
        for follow_up_id, service, people in connection.execute(query)
    }


def recent(connection: Connection, on: date, limit: int) -> tuple[RecentRow, ...]:
    """The supports of visits up to this day, the last logged first."""
    rows = connection.execute(
        select(
            _SUPPORT.c.id,
            _SUPPORT.c.service,
            _SUPPORT.c.person_ids,
            _SUPPORT.c.result,
            _SUPPORT.c.stamp,
            _VISIT.c.id.label("visit"),
            _VISIT.c.on,
            _VISIT.c.minutes,
            HOUSEHOLD.c.id.label("household"),
            HOUSEHOLD.c.head_id,
        )
        .join_from(_SUPPORT, _VISIT, _VISIT.c.id == _SUPPORT.c.visit_id)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == _VISIT.c.household_id)
        .where(_SUPPORT.c.deleted == 0, visit_counts(), _VISIT.c.on <= on.isoformat())
        .order_by(_SUPPORT.c.stamp.desc())
        .limit(limit)
    ).all()
    names = _names_in(connection, rows)
    stand = standings(connection, [*(row.id for row in rows), *(row.visit for row in rows)])
    return tuple(
        RecentRow(
            support_id=row.id,
            household_id=row.household,
            title=f"{_whom(row, names)} · {service_name(row.service or '')}",
            result=Result(row.result),
            minutes=row.minutes,
            service_group=service_group(row.service or ""),
            on=date.fromisoformat(row.on),
            logged_at=moment_of(milliseconds_of(row.stamp)),
            standing=gravest((stand[row.id], stand[row.visit])),
        )
        for row in rows
    )


def service_counts(connection: Connection) -> dict[str, int]:
    """How often each service was given, by code."""
    query = (
        select(_SUPPORT.c.service, func.count())
        .where(_SUPPORT.c.deleted == 0, _SUPPORT.c.service.is_not(None))
        .group_by(_SUPPORT.c.service)
    )
    return dict(connection.execute(query).all())


def week_counts(connection: Connection, on: date) -> WeekCounts:
    """How much was done since Monday."""
    monday = on - timedelta(days=on.weekday())
    supports, households = connection.execute(
        select(func.count(_SUPPORT.c.id), func.count(distinct(_VISIT.c.household_id)))
        .join_from(_SUPPORT, _VISIT, _VISIT.c.id == _SUPPORT.c.visit_id)
        .where(
            _SUPPORT.c.deleted == 0,
            visit_counts(),
            _VISIT.c.on.between(monday.isoformat(), on.isoformat()),
        )
    ).one()
    return WeekCounts(supports, households)


def parts_of_visit(connection: Connection, visit_id: bytes) -> VisitParts:
    """What a visit made and is still there, and which promises it kept; empty for an unknown visit."""
    made: dict[str, list[bytes]] = {}
    for name, key in (
        ("visit", "id"),
        ("support", "visit_id"),
        ("observation", "visit_id"),
        ("follow_up", "visit_id"),
    ):
        table = record_type(name).table
        query = select(table.c.id).where(table.c[key] == visit_id, table.c.deleted == 0).order_by(table.c.id)
        made[name] = list(connection.execute(query).scalars())
    closed = select(_FOLLOW_UP.c.id).where(
        _FOLLOW_UP.c.closing_visit_id == visit_id, _FOLLOW_UP.c.deleted == 0
    )
    return VisitParts(
        {name: ids for name, ids in made.items() if ids}, list(connection.execute(closed).scalars())
    )


def names_of(connection: Connection, people: Iterable[bytes]) -> dict[bytes, str]:
    """Full names by person, also of people who left or were removed."""
    ids = sorted(set(people))
    found: dict[bytes, str] = {}
    for start in range(0, len(ids), _SLICE):
        query = select(PERSON.c.id, PERSON.c.full_name).where(PERSON.c.id.in_(ids[start : start + _SLICE]))
        found.update((person, name or "") for person, name in connection.execute(query))
    return found


_AT_HOME = HOUSEHOLD.c.id == _FOLLOW_UP.c.household_id


def _open_on(on: date) -> ColumnElement[bool]:
    return and_(
        _FOLLOW_UP.c.deleted == 0, _FOLLOW_UP.c.state == "open", household_present(on), ~_said_elsewhere()
    )


def _said_elsewhere() -> ColumnElement[bool]:
    """Another laptop wrote down the same promise after a training, and that one shows or was seen to."""
    twin = _FOLLOW_UP.alias("twin")
    return exists().where(
        twin.c.training_id == _FOLLOW_UP.c.training_id,
        twin.c.skill == _FOLLOW_UP.c.skill,
        twin.c.person_ids == _FOLLOW_UP.c.person_ids,
        twin.c.deleted == 0,
        or_(twin.c.state != "open", twin.c.id < _FOLLOW_UP.c.id),
    )


def _follow_ups(on: date) -> Select[Any]:
    return (
        select(
            _FOLLOW_UP.c.id,
            _FOLLOW_UP.c.service,
            _FOLLOW_UP.c.person_ids,
            _FOLLOW_UP.c.due_on,
            _FOLLOW_UP.c.detail,
            _FOLLOW_UP.c.skill,
            HOUSEHOLD.c.id.label("household"),
            HOUSEHOLD.c.head_id,
        )
        .join_from(_FOLLOW_UP, HOUSEHOLD, _AT_HOME)
        .where(_open_on(on), _FOLLOW_UP.c.due_on.is_not(None))
        .order_by(_FOLLOW_UP.c.due_on, _FOLLOW_UP.c.stamp)
    )


def _todo_rows(connection: Connection, query: Select[Any], on: date) -> tuple[TodoRow, ...]:
    rows = connection.execute(query).all()
    names = _names_in(connection, rows)
    return tuple(
        TodoRow(
            follow_up_id=row.id,
            household_id=row.household,
            title=f"{_whom(row, names)} — {skill_name(row.skill or '') or service_name(row.service or '')}",
            detail=row.detail or "",
            service_group=service_group(row.service or ""),
            due=(due := date.fromisoformat(row.due_on)),
            days_left=(due - on).days,
        )
        for row in rows
    )


def _names_in(connection: Connection, rows: Sequence[_Row]) -> dict[bytes, str]:
    people = [each for row in rows for each in split_ids(row.person_ids)]
    return names_of(connection, [*people, *(row.head_id for row in rows if row.head_id)])


def _whom(row: _Row, names: dict[bytes, str]) -> str:
    people = [names[each] for each in split_ids(row.person_ids) if each in names]
    return people_words(people, names.get(row.head_id, ""))
