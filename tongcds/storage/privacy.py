"""Consent, requests about personal data and what is kept for too long, as the vault holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from tongcds.domain.privacy import (
    RequestState,
    Since,
    load_retention,
    months_after,
    sensitive_without_consent,
)
from tongcds.domain.stamps import COUNTER_BITS
from tongcds.domain.views import ConsentRenewal, ConsentState, RequestRow, RetentionRow
from tongcds.records import record_type
from tongcds.records.declare import ERASED
from tongcds.storage.merged import elsewhere, shows, stood_for
from tongcds.storage.people import member_names, subject_names
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present

CONSENT: Final = record_type("consent").table
REQUEST: Final = record_type("privacy_request").table
DELETE: Final = "delete"
"""The kind of a request to be erased."""

_VILLAGE = record_type("village").table
_SENSITIVE: Final = ("ethnicity", "poverty", "hardship")
_FOREVER: Final = "9999-12-31"
_SECOND_MS: Final = 1000
_HERE: Final = "+7 hours"

# Any: rows answer each column under its name.
_Row = Any


def has_consent(on: date) -> ColumnElement[bool]:
    """The household was asked, whatever it said, and its latest answer has not run out on this day."""
    until = (
        select(func.coalesce(CONSENT.c.expires_on, _FOREVER))
        .where(CONSENT.c.subject_id == HOUSEHOLD.c.id, CONSENT.c.deleted == 0, CONSENT.c.erased.is_(None))
        .order_by(CONSENT.c.on.desc(), CONSENT.c.stamp.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(until, "") >= on.isoformat()


def consents_of(connection: Connection, household_id: bytes, on: date) -> tuple[ConsentState, ...]:
    """What a household and each of its people agreed to, as it stands on this day, the household first.

    The latest answer counts, under whichever record of a person it was given.
    """
    people = connection.execute(
        select(PERSON.c.id).where(
            PERSON.c.household_id == household_id,
            PERSON.c.deleted == 0,
            PERSON.c.left_on.is_(None),
            PERSON.c.erased.is_(None),
            shows(PERSON.c.id),
        )
    ).scalars()
    subjects = [("household", household_id), *(("person", person) for person in people)]
    other = elsewhere(connection, household_id)
    same = {**other.people, **stood_for(connection, [household_id])}
    rows = connection.execute(
        select(CONSENT)
        .where(
            or_(CONSENT.c.household_id == household_id, CONSENT.c.subject_id.in_(list(same))),
            CONSENT.c.deleted == 0,
            CONSENT.c.erased.is_(None),
        )
        .order_by(CONSENT.c.on, CONSENT.c.stamp)
    ).all()
    latest = {same.get(row.subject_id, row.subject_id): row for row in rows}
    collectors = member_names(connection, [row.collector_id for row in rows if row.collector_id])
    names = subject_names(connection, [subject_id for _kind, subject_id in subjects])
    found = [
        consent_state(kind, subject_id, names.get(subject_id, ""), latest.get(subject_id), collectors)
        for kind, subject_id in subjects
    ]
    return tuple(replace(one, expired=one.expires_on is not None and one.expires_on < on) for one in found)


def to_renew(connection: Connection, on: date, soon: int) -> tuple[ConsentRenewal, ...]:
    """Households and people still here whose latest answer ran out, or does within `soon` days; oldest first.

    Who took a consent back is not asked again.
    """
    later = CONSENT.alias("later")
    newest = ~exists().where(
        later.c.subject_id == CONSENT.c.subject_id,
        later.c.deleted == 0,
        later.c.erased.is_(None),
        or_(
            later.c.on > CONSENT.c.on,
            and_(later.c.on == CONSENT.c.on, later.c.stamp > CONSENT.c.stamp),
        ),
    )
    here = or_(
        exists().where(HOUSEHOLD.c.id == CONSENT.c.subject_id, household_present(on)),
        exists().where(PERSON.c.id == CONSENT.c.subject_id, person_present(on)),
    )
    rows = connection.execute(
        select(CONSENT.c.household_id, CONSENT.c.subject_id, CONSENT.c.expires_on)
        .where(
            CONSENT.c.expires_on <= (on + timedelta(days=soon)).isoformat(),
            CONSENT.c.withdrawn_on.is_(None),
            CONSENT.c.deleted == 0,
            CONSENT.c.erased.is_(None),
            newest,
            here,
        )
        .order_by(CONSENT.c.expires_on, CONSENT.c.id)
    ).all()
    names = subject_names(connection, [row.subject_id for row in rows])
    return tuple(
        ConsentRenewal(row.household_id, names.get(row.subject_id, ""), until, until < on)
        for row in rows
        for until in [date.fromisoformat(row.expires_on)]
    )


def unconsented(connection: Connection, household_id: bytes, consent: ConsentState) -> tuple[str, ...]:
    """The sensitive fields that are filled for a household or its people without a consent for them."""
    home = connection.execute(
        select(HOUSEHOLD.c.poverty, HOUSEHOLD.c.hardship).where(HOUSEHOLD.c.id == household_id)
    ).one()
    people = select(PERSON.c.id).where(
        PERSON.c.household_id == household_id,
        PERSON.c.deleted == 0,
        PERSON.c.ethnicity.is_not(None),
        shows(PERSON.c.id),
    )
    filled = {
        "ethnicity": connection.execute(people.limit(1)).first() is not None,
        "poverty": home.poverty in {"poor", "near_poor"},
        "hardship": bool(home.hardship),
    }
    return sensitive_without_consent(consent.agreed, [name for name in _SENSITIVE if filled[name]])


def requests(connection: Connection, today: date, *, open_only: bool) -> tuple[RequestRow, ...]:
    """The requests that this vault holds, the next due first, then the answered ones, the latest first."""
    query = (
        select(REQUEST, _VILLAGE.c.name.label("village"))
        .outerjoin_from(REQUEST, _VILLAGE, _VILLAGE.c.id == REQUEST.c.village_id)
        .where(REQUEST.c.deleted == 0)
    )
    if open_only:
        query = query.where(REQUEST.c.state == RequestState.OPEN)
    rows = [_request(row, today) for row in connection.execute(query)]
    waiting = sorted((r for r in rows if r.days_left is not None), key=lambda r: (r.days_left, r.request_id))
    done = sorted((r for r in rows if r.days_left is None), key=lambda r: r.received_on, reverse=True)
    return (*waiting, *done)


def _counted_from(table: Table, since: Since) -> ColumnElement[str | None]:
    match since:
        case Since.LEFT:
            return table.c.left_on
        case Since.DONE:
            return table.c.done_on
        case Since.TAKEN:
            # Where nobody knows when it was taken, since it came here: a stamp begins with milliseconds.
            attached = func.date(table.c.stamp.op(">>")(COUNTER_BITS).op("/")(_SECOND_MS), "unixepoch", _HERE)
            return func.coalesce(table.c.taken_on, attached)
        case Since.LOGGED | Since.HELD:
            return table.c.on
        case Since.ENDED:
            return func.coalesce(table.c.withdrawn_on, table.c.expires_on)


def over_their_time(connection: Connection, today: date) -> tuple[RetentionRow, ...]:
    """Records that are kept longer than their type may be, the oldest first.

    Lines of the access log are not among them: they go by themselves (`audit.let_go`).
    """
    found = []
    for name, rule in load_retention().items():
        if rule.since is Since.LOGGED:
            continue
        table = record_type(name).table
        column = _counted_from(table, rule.since)
        # What is written about somebody is known by whom it is about.
        owner = table.c.subject_id if rule.since in {Since.ENDED, Since.TAKEN, Since.HELD} else table.c.id
        query = select(table.c.id, column, owner).where(
            column <= months_after(today, -rule.months).isoformat(),
            table.c.deleted == 0,
            table.c[ERASED].is_(None),
        )
        rows = connection.execute(query).all()
        titles = subject_names(connection, [row[2] for row in rows if row[2] is not None])
        if rule.since is Since.HELD:
            titles |= _guests(connection, [row[2] for row in rows])
        found += [
            RetentionRow(name, row[0], titles.get(row[2], ""), date.fromisoformat(row[1])) for row in rows
        ]
    return tuple(sorted(found, key=lambda row: (row.since, row.record_id)))


def _guests(connection: Connection, subjects: list[bytes]) -> dict[bytes, str]:
    """Names of people at a training whom no register has."""
    guest = record_type("attendance").table.c
    query = select(guest.subject_id, guest.name).where(
        guest.subject_id.in_(subjects), guest.name.is_not(None)
    )
    return dict(connection.execute(query).all())


def _split(words: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (words or "").split(";")))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def consent_state(
    kind: str, subject_id: bytes, name: str, row: _Row | None, collectors: dict[bytes, str]
) -> ConsentState:
    """A consent as it is kept; None for whoever was not asked. Whether it ran out is not said."""
    if row is None:
        return ConsentState(kind, subject_id, name)
    return ConsentState(
        kind,
        subject_id,
        name,
        consent_id=row.id,
        given=_split(row.given),
        declined=_split(row.declined),
        text_version=row.text_version or "",
        way=row.way or "",
        on=_day(row.on),
        collector=collectors.get(row.collector_id, ""),
        place=row.place or "",
        evidence=row.evidence or "",
        expires_on=_day(row.expires_on),
        withdrawn_on=_day(row.withdrawn_on),
    )


def _request(row: _Row, today: date) -> RequestRow:
    reply_by, due_on = date.fromisoformat(row.reply_by), date.fromisoformat(row.due_on)
    extended = _day(row.extended_to)
    left = None
    if row.state == RequestState.OPEN:
        next_due = (extended or due_on) if row.replied_on else min(reply_by, due_on)
        left = (next_due - today).days
    return RequestRow(
        request_id=row.id,
        household_id=row.household_id,
        kind=row.kind or "",
        who=row.who or "",
        village=row.village or "",
        detail=row.detail or "",
        received_on=date.fromisoformat(row.received_on),
        reply_by=reply_by,
        due_on=due_on,
        replied_on=_day(row.replied_on),
        extended_to=extended,
        state=row.state or "",
        done_on=_day(row.done_on),
        answer=row.answer or "",
        days_left=left,
    )


def known_request(connection: Connection, request_id: bytes) -> _Row | None:
    """A request as it is kept."""
    return connection.execute(
        select(REQUEST).where(REQUEST.c.id == request_id, REQUEST.c.deleted == 0)
    ).one_or_none()


def open_deletions(connection: Connection, ids: Iterable[bytes]) -> list[tuple[bytes, str | None]]:
    """Those of these requests that ask for deletion and wait, each with the day of the reply."""
    query = select(REQUEST.c.id, REQUEST.c.replied_on).where(
        REQUEST.c.id.in_(list(ids)), REQUEST.c.kind == DELETE, REQUEST.c.state == RequestState.OPEN
    )
    return [(request_id, replied_on) for request_id, replied_on in connection.execute(query)]


def is_there(connection: Connection, kind: str, ids: Iterable[bytes]) -> bool:
    """Whether all of these records are in the vault, neither removed nor erased."""
    table, wanted = record_type(kind).table, set(ids)
    query = select(table.c.id).where(table.c.id.in_(wanted), table.c.deleted == 0, table.c[ERASED].is_(None))
    return set(connection.execute(query).scalars()) == wanted
