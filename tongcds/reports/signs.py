"""What records say of somebody at the end of a period or did in it, as rows that can be laid beside a sheet.

A sign has a period (its place in the list asked for), whom it is about, its name and a word to it, what it
says (1, 0), the day and the record that says it. Facts are signs that hold until a later observation, and
come with what tells their subjects apart; a visit, a support or a member is one for the period it falls in.
Days are ISO text; both sides of a comparison have the same length, so that every collation puts them in the
order of days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    LargeBinary,
    Subquery,
    Text,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from tongcds.domain.stamps import ID_LENGTH
from tongcds.records import record_type
from tongcds.reports.frame import Frame, Rows, by_fact_and_subject

VISITED: Final = "visited"
GUIDED: Final = "guided"
ACTIVE: Final = "active"
TEAM: Final = "team"
ORGANISATION: Final = "organisation"

_HOUSEHOLD = record_type("household").table.c
_PERSON = record_type("person").table.c
_OBSERVATION = record_type("observation").table.c
_VISIT = record_type("visit").table.c
_SUPPORT = record_type("support").table.c
_VILLAGE = record_type("village").table.c
_TEAM = record_type("team").table.c
_MEMBER = record_type("member").table.c
_DECLINED: Final = "declined"
_MOST_PEOPLE: Final = 64
"""Nobody helps more people at once in one support."""


def not_gone(left_on: ColumnElement[str | None], day: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether somebody who left on a day is still there on another."""
    return or_(left_on.is_(None), left_on > day)


def shows(frame: Frame, record: ColumnElement[bytes]) -> list[ColumnElement[bool]]:
    """The condition that no other record stands for this one; none where all records show."""
    return [] if frame.merged is None else [record.not_in(select(frame.merged.c.id))]


def standing_for(frame: Frame, record: ColumnElement[bytes]) -> ColumnElement[bytes]:
    """The record, or the one that stands for it, where `frame.merged` is joined (`named_here`)."""
    return record if frame.merged is None else func.coalesce(frame.merged.c.survivor, record)


def named_here(
    merged: CTE, record: ColumnElement[bytes], village: ColumnElement[bytes]
) -> ColumnElement[bool]:
    """How `frame.merged` is joined for `standing_for`."""
    return and_(merged.c.id == record, merged.c.village == village)


def at_home() -> ColumnElement[bool]:
    """How a person's household is joined: as the records of the same village know it."""
    return and_(_HOUSEHOLD.id == _PERSON.household_id, _HOUSEHOLD.village_id == _PERSON.village_id)


def born() -> ColumnElement[str | None]:
    """The day of birth of a person; a birth known by its year or month counts from its first day."""
    rest = func.substr(literal("-01-01", Text), func.length(_PERSON.birth) - len("985"), type_=Text)
    return _PERSON.birth + rest


def households(frame: Frame) -> Rows:
    """Households that may be counted in some period: village, class, days of coming and going."""
    home, came = _HOUSEHOLD, _newcomers(frame)
    return (
        select(
            home.village_id.label("village"),
            home.id.label("subject"),
            home.id.label("home"),
            home.split_on,
            came.c.since,
            home.left_on,
            home.poverty,
        )
        .outerjoin(came, and_(came.c.home == home.id, came.c.village == home.village_id))
        .where(
            home.deleted == 0,
            frame.here(home.village_id),
            # Two records of one household count once, too.
            *shows(frame, home.id),
        )
    )


def _newcomers(frame: Frame) -> Subquery:
    """Households with somebody whose day of coming is known, and `since` when the first of their people was.

    "" where somebody was always there.
    """
    person, other = _PERSON, record_type("person").table.alias("newcomer")
    homes = (
        select(other.c.household_id, other.c.village_id)
        .where(other.c.joined_on.is_not(None), other.c.deleted == 0, frame.here(other.c.village_id))
        .distinct()
        .subquery("with_newcomers")
    )
    here = and_(homes.c.household_id == person.household_id, homes.c.village_id == person.village_id)
    return (
        select(
            person.household_id.label("home"),
            person.village_id.label("village"),
            func.min(func.coalesce(person.joined_on, born(), "")).label("since"),
        )
        .join_from(person.id.table, homes, here)
        .where(person.deleted == 0)
        .group_by(person.household_id, person.village_id)
        .subquery("newcomers")
    )


def people(frame: Frame) -> Rows:
    """The same of people; `home` is their household, where it is in this village's records.

    A household that is not keeps nobody out.
    """
    person, home = _PERSON, _HOUSEHOLD
    return (
        select(
            person.village_id.label("village"),
            person.id.label("subject"),
            person.left_on,
            person.joined_on,
            person.gone_from,
            person.gone_until,
            born().label("born"),
            home.left_on.label("home_left_on"),
            person.sex,
            home.id.label("home"),
            home.poverty,
        )
        .outerjoin(home.id.table, and_(at_home(), home.village_id.in_(frame.places)))
        .where(
            person.deleted == 0,
            frame.here(person.village_id),
            or_(home.deleted.is_(None), home.deleted == 0),
            # Two records of one person count once.
            *shows(frame, person.id),
        )
    )


def present(here: Subquery, moments: CTE) -> ColumnElement[bool]:
    """Whether somebody of `households` or `people` is there on the last day of a period."""
    conditions = [not_gone(here.c.left_on, moments.c.last)]
    conditions += [
        or_(here.c[name].is_(None), here.c[name] <= moments.c.last)
        for name in ("split_on", "since")
        if name in here.c
    ]
    if "born" in here.c:
        conditions += [
            or_(here.c.joined_on.is_(None), here.c.joined_on <= moments.c.last),
            # Left, and came back later.
            or_(
                here.c.gone_from.is_(None),
                here.c.gone_until.is_(None),
                here.c.gone_until <= moments.c.last,
                here.c.gone_from > moments.c.last,
            ),
            not_gone(here.c.home_left_on, moments.c.last),
            or_(here.c.born.is_(None), here.c.born <= moments.c.last),
        ]
    return and_(*conditions)


def facts(frame: Frame, names: Sequence[str]) -> Rows:
    """What held of whom: observations that no later one of the same fact had replaced by then.

    One row for each subject and fact. What was seen of somebody who lives in another village now stays there:
    a village's figures rest on that village's records, which whoever has the village holds.
    """
    seen, days = _OBSERVATION, frame.moments
    rows = select(
        seen.area, seen.subject_id.label("subject"), seen.fact, seen.value, seen.held_on,
        seen.id.label("record"), seen.stamp, seen.device, seen.n,
    ).where(
        frame.here(seen.area), seen.fact.in_(names), seen.deleted == 0,
        seen.value.is_not(None),
        seen.held_on <= frame.last_day,
    )  # fmt: skip
    if frame.merged is not None:
        # What was seen of somebody, or of a household, under another record of theirs was seen of them.
        others = frame.merged
        survivor = func.coalesce(others.c.survivor, seen.subject_id).label("subject")
        rows = rows.with_only_columns(survivor, *(c for c in rows.selected_columns if c.key != "subject"))
        rows = rows.outerjoin(others, named_here(others, seen.subject_id, seen.area))
    told = rows.subquery("told")
    until = func.lead(told.c.held_on, type_=Text).over(
        partition_by=(by_fact_and_subject(told.c.fact, told.c.subject), told.c.area),
        order_by=(told.c.held_on, told.c.stamp, told.c.device, told.c.n),
    )
    spans = select(told, until.label("until")).subquery("spans")
    current = and_(spans.c.held_on <= days.c.last, or_(spans.c.until.is_(None), spans.c.until > days.c.last))
    return select(
        days.c.span,
        spans.c.subject,
        spans.c.fact.label("sign"),
        literal("", Text).label("word"),
        spans.c.value,
        spans.c.record,
        *frame.fresh(spans.c.held_on),
        spans.c.area.label("village"),
    ).join_from(spans, days, current)


def in_period(frame: Frame, on: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a day lies in a period."""
    on = frame.through(on)
    return and_(on >= frame.moments.c.first, on <= frame.moments.c.last)


def counting_visits(frame: Frame) -> ColumnElement[bool]:
    """Visits here that count: neither removed nor withdrawn."""
    return and_(frame.here(_VISIT.area), _counts())


def _counts() -> ColumnElement[bool]:
    return and_(_VISIT.deleted == 0, _VISIT.withdrawn_why.is_(None), _VISIT.on.is_not(None))


def visited(frame: Frame) -> Rows:
    """Visits in the period, said of the household, or of the one that stands for it."""
    merged = frame.merged
    rows = select(
        frame.moments.c.span,
        standing_for(frame, _VISIT.household_id).label("subject"),
        literal(VISITED, Text).label("sign"),
        literal("", Text).label("word"),
        literal(1, Integer).label("value"),
        _VISIT.id.label("record"),
        *frame.always_fresh,
        _VISIT.area.label("village"),
    ).join_from(_VISIT.id.table, frame.moments, in_period(frame, _VISIT.on))
    if merged is not None:
        rows = rows.outerjoin(merged, named_here(merged, _VISIT.household_id, _VISIT.area))
    return rows.where(counting_visits(frame))


def supports(frame: Frame) -> Rows:
    """Supports in the period, a row a person: `span`, `village`, `subject`, `record`, and how it was.

    `subject` is the person, NULL for a service of the whole household. Who is on record twice is named once.
    """
    support, visit, merged = _SUPPORT, _VISIT, frame.merged
    at = select(literal(1, Integer).label("at")).cte("places_in_list", recursive=True)
    at = at.union_all(select(at.c.at + ID_LENGTH).where(at.c.at < ID_LENGTH * (_MOST_PEOPLE - 1)))
    long_enough = func.coalesce(func.length(support.person_ids), 0) >= at.c.at
    named = case((long_enough, func.substr(support.person_ids, at.c.at, ID_LENGTH, type_=LargeBinary)))
    rows = (
        select(
            frame.moments.c.span,
            support.village_id.label("village"),
            named.label("person"),
            support.id.label("record"),
            support.service,
            support.result,
            visit.on.label("on"),
            frame.moments.c.last,
            *frame.ages,
        )
        .join_from(
            support.id.table,
            visit.id.table,
            and_(visit.id == support.visit_id, visit.area == frame.through(support.area)),
        )
        .join(frame.moments, in_period(frame, visit.on))
        # A support of nobody in particular still is one. The outer join keeps SQLite from beginning with the
        # list: then it would go through all supports for each place in it.
        .outerjoin(at, or_(at.c.at == 1, long_enough))
        .where(frame.through(support.deleted) == 0, frame.here(support.area), counting_visits(frame))
        .subquery("supports")
    )
    found = select(
        standing_for(frame, rows.c.person).label("subject"), *(c for c in rows.c if c.key != "person")
    )
    return (
        found
        if merged is None
        else found.outerjoin(merged, named_here(merged, rows.c.person, rows.c.village))
    )


def guided(frame: Frame) -> Rows:
    """Supports in the period that were not declined, said of each person; the word is the service."""
    given = supports(frame).subquery("given")
    return select(
        given.c.span,
        given.c.subject,
        literal(GUIDED, Text).label("sign"),
        given.c.service.label("word"),
        literal(1, Integer).label("value"),
        given.c.record,
        *frame.always_fresh,
        given.c.village,
    ).where(given.c.subject.is_not(None), given.c.result != _DECLINED)


def teams_there(frame: Frame) -> Rows:
    """Teams, said of the village they work in."""
    return (
        select(
            frame.moments.c.span,
            _TEAM.unit_id.label("subject"),
            literal(TEAM, Text).label("sign"),
            literal("", Text).label("word"),
            literal(1, Integer).label("value"),
            _TEAM.id.label("record"),
            *frame.always_fresh,
            _TEAM.unit_id.label("village"),
        )
        .join_from(_TEAM.id.table, frame.moments, literal(value=True))
        .where(_TEAM.deleted == 0, _TEAM.unit_id.in_(frame.places))
    )


def members(frame: Frame) -> Rows:
    """Members there on the last day: `span`, `village` (or commune), `subject`, `team` and what they are."""
    last = frame.moments.c.last
    there = and_(or_(_MEMBER.joined_on.is_(None), _MEMBER.joined_on <= last), not_gone(_MEMBER.left_on, last))
    return (
        select(
            frame.moments.c.span,
            _MEMBER.unit_id.label("village"),
            _MEMBER.id.label("subject"),
            _MEMBER.team_id.label("team"),
            _MEMBER.sex,
            _MEMBER.organisation,
        )
        .join_from(_MEMBER.id.table, frame.moments, there)
        .where(_MEMBER.deleted == 0, _MEMBER.unit_id.in_(frame.places), _MEMBER.team_id.is_not(None))
    )


def organised(frame: Frame) -> Rows:
    """Members there on the last day, said of their team; the word is their organisation.

    A member whose organisation nobody put down says nothing.
    """
    who = members(frame).subquery("who")
    return select(
        who.c.span,
        who.c.team.label("subject"),
        literal(ORGANISATION, Text).label("sign"),
        who.c.organisation.label("word"),
        literal(1, Integer).label("value"),
        who.c.subject.label("record"),
        *frame.always_fresh,
        who.c.village,
    ).where(who.c.organisation != "")


def active(frame: Frame) -> Rows:
    """Visits in the period, said of the team of whoever made them: in its village, or in its commune."""
    where = or_(_VISIT.area == _TEAM.unit_id, _VILLAGE.commune_id == _TEAM.unit_id)
    # Said once more as one list: for two conditions PostgreSQL reads every visit of the province.
    there = union_all(
        select(_TEAM.unit_id).where(_TEAM.unit_id.in_(frame.places)),
        select(_VILLAGE.id).where(_VILLAGE.commune_id.in_(frame.places)),
    )
    return (
        select(
            frame.moments.c.span,
            _MEMBER.team_id.label("subject"),
            literal(ACTIVE, Text).label("sign"),
            literal("", Text).label("word"),
            literal(1, Integer).label("value"),
            _VISIT.id.label("record"),
            *frame.always_fresh,
            _TEAM.unit_id.label("village"),
        )
        .join_from(
            _TEAM.id.table,
            _MEMBER.id.table,
            and_(_MEMBER.team_id == _TEAM.id, _MEMBER.unit_id == _TEAM.unit_id),
        )
        .join(_VISIT.id.table, _VISIT.by_id == _MEMBER.id)
        .join(frame.moments, in_period(frame, _VISIT.on))
        .outerjoin(_VILLAGE.id.table, _VILLAGE.id == _VISIT.area)
        .where(
            _TEAM.unit_id.in_(frame.places), _TEAM.deleted == 0, where, _counts(),
            _VISIT.area.in_(there),
        )
    )  # fmt: skip
