"""What records say of somebody at the end of a period or did in it, as rows that can be laid beside a sheet.

A sign has a period (its place in the list asked for), whom it is about, its name, what it says (1, 0), the
day and the record that says it. Facts are signs that hold until a later observation; a visit, a support or a
member is one for the period it falls in. Days are ISO text; both sides of a comparison have the same length,
so that every collation puts them in the order of days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
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

from tongcds.domain.periods import Period
from tongcds.domain.stamps import ID_LENGTH
from tongcds.records import record_type

# Any: the columns are those that the docstrings name.
Rows = Select[Any]

VISITED: Final = "visited"
GUIDED: Final = "guided"
ACTIVE: Final = "active"
TEAM: Final = "team"
ORGANISATION: Final = "organisation"

_HOUSEHOLD = record_type("household").table.c
_PERSON = record_type("person").table.c
_OBSERVATION = record_type("observation").table.c
_POVERTY = record_type("poverty_class").table.c
_VISIT = record_type("visit").table.c
_SUPPORT = record_type("support").table.c
_TEAM = record_type("team").table.c
_MEMBER = record_type("member").table.c
_DECLINED: Final = "declined"
_MOST_PEOPLE: Final = 64
"""Nobody helps more people at once in one support."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement is about: villages (and communes, for their teams), periods, who is here twice."""

    places: Sequence[bytes]
    moments: CTE
    last_day: str
    merged: CTE

    # Rows carry these along: one more join by the period's number would be one more guess of the planner's.
    @property
    def ages(self) -> list[ColumnElement[Any]]:
        """The columns `by_…` of the periods."""
        return [column for column in self.moments.c if column.key.startswith("by_")]

    @property
    def limits(self) -> list[ColumnElement[Any]]:
        """The columns `after_…` of the periods, for signs that grow old."""
        return [column for column in self.moments.c if column.key.startswith("after_")]

    @property
    def no_limits(self) -> list[ColumnElement[Any]]:
        """The same columns, empty, for signs of the period itself."""
        return [literal(None, Text).label(column.key) for column in self.limits]


def moments_of(periods: Sequence[Period], ages: Sequence[int], months: Sequence[int]) -> CTE:
    """The periods, numbered from 0 in `span`, with `first`, `last`, and the days that conditions need.

    `by_15` is the last day of birth that makes somebody 15 years old on the last day; `after_12` the day
    twelve months before it, after which an observation is still fresh.
    """
    rows = []
    for number, period in enumerate(periods):
        last = period.last.isoformat()
        columns: list[ColumnElement[Any]] = [
            literal(number, Integer).label("span"),
            literal(period.first.isoformat(), Text).label("first"),
            literal(last, Text).label("last"),
        ]
        columns += [literal(f"{int(last[:4]) - age:04d}{last[4:]}", Text).label(f"by_{age}") for age in ages]
        columns += [literal(_months_before(last, many), Text).label(f"after_{many}") for many in months]
        rows.append(select(*columns))
    return union_all(*rows).cte("moments")


def _months_before(day: str, months: int) -> str:
    month = int(day[:4]) * 12 + int(day[5:7]) - 1 - months
    return f"{month // 12:04d}-{month % 12 + 1:02d}{day[7:]}"


def not_gone(left_on: ColumnElement[str | None], day: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether somebody who left on a day is still there on another."""
    return or_(left_on.is_(None), left_on > day)


def households(frame: Frame) -> Rows:
    """Households that may be counted in some period: `village`, `subject`, `home`, `left_on`, `poverty`."""
    home = _HOUSEHOLD
    return select(
        home.village_id.label("village"),
        home.id.label("subject"),
        home.id.label("home"),
        home.left_on,
        home.poverty,
    ).where(
        home.deleted == 0,
        home.village_id.in_(frame.places),
        # Two records of one household count once, too.
        home.id.not_in(select(frame.merged.c.id)),
    )


def people(frame: Frame, *, for_household: bool = False) -> Rows:
    """The same of people; with `for_household` only those whose household is here, and it is the subject.

    A household that this replica does not know keeps nobody out.
    """
    person, home = _PERSON, _HOUSEHOLD
    # A birth known by its year or month counts from its first day.
    rest = func.substr(literal("-01-01", Text), func.length(person.birth) - len("985"), type_=Text)
    found = (
        select(
            person.village_id.label("village"),
            (home.id if for_household else person.id).label("subject"),
            person.left_on,
            person.joined_on,
            person.gone_from,
            person.gone_until,
            (person.birth + rest).label("born"),
            home.left_on.label("home_left_on"),
            person.sex,
            home.id.label("home"),
            home.poverty,
        )
        .outerjoin(home.id.table, home.id == person.household_id)
        .where(
            person.deleted == 0,
            person.village_id.in_(frame.places),
            func.coalesce(home.deleted, 0) == 0,
            # Two records of one person count once.
            person.id.not_in(select(frame.merged.c.id)),
        )
    )
    return found.where(home.village_id == person.village_id) if for_household else found


def present(here: Subquery, moments: CTE) -> ColumnElement[bool]:
    """Whether somebody of `households` or `people` is there on the last day of a period."""
    conditions = [not_gone(here.c.left_on, moments.c.last)]
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


def classes(frame: Frame) -> CTE:
    """The poverty classes that have days, each until the next one: `home`, `class`, `since`, `until`.

    What stood before the first known day begins at "".
    """
    dated = _POVERTY
    since = func.coalesce(dated.valid_from, "")
    until = func.lead(since).over(
        partition_by=dated.household_id, order_by=(since, dated.stamp, dated.device, dated.n)
    )
    return (
        select(
            dated.household_id.label("home"),
            dated.poverty.label("class"),
            since.label("since"),
            until.label("until"),
        )
        .where(dated.deleted == 0, dated.erased.is_(None), dated.village_id.in_(frame.places))
        .cte("classes")
    )


def class_held(classes: CTE, home: ColumnElement[bytes], day: ColumnElement[str]) -> ColumnElement[bool]:
    """What joins the class that a household had on a day; one without any keeps what its field says."""
    known = classes.c
    return and_(known.home == home, known.since <= day, or_(known.until.is_(None), known.until > day))


def facts(frame: Frame, everybody: Rows, observed: ColumnElement[bytes], names: Sequence[str]) -> Rows:
    """What held of whom: observations that no later one of the same fact had replaced by then."""
    seen, days = _OBSERVATION, frame.moments
    wanted = (
        seen.fact.in_(names), seen.deleted == 0, seen.value.is_not(None), seen.held_on <= frame.last_day
    )  # fmt: skip
    told = everybody.add_columns(
        observed.label("observed"), seen.id.label("record"), seen.value, seen.fact, seen.held_on, seen.stamp,
        seen.device, seen.n,
    )  # fmt: skip
    merged = frame.merged
    # What was seen of somebody, or of a household, under another record of theirs was seen of them.
    seen_of = union_all(
        told.join(seen.id.table, seen.subject_id == observed).where(*wanted),
        told.join(merged, merged.c.survivor == observed)
        .join(seen.id.table, seen.subject_id == merged.c.id)
        .where(*wanted),
    ).subquery("seen_of")
    until = func.lead(seen_of.c.held_on, type_=Text).over(
        partition_by=(seen_of.c.observed, seen_of.c.fact),
        order_by=(seen_of.c.held_on, seen_of.c.stamp, seen_of.c.device, seen_of.c.n),
    )
    spans = select(seen_of, until.label("until")).subquery("spans")
    current = and_(
        present(spans, days),
        spans.c.held_on <= days.c.last,
        or_(spans.c.until.is_(None), spans.c.until > days.c.last),
    )
    return select(
        days.c.span,
        spans.c.subject,
        spans.c.fact.label("sign"),
        spans.c.value,
        spans.c.held_on.label("on"),
        spans.c.record,
        *frame.limits,
    ).join_from(spans, days, current)


def household_facts(frame: Frame, names: Sequence[str]) -> Rows:
    """Facts of households."""
    return facts(frame, households(frame), _HOUSEHOLD.id, names)


def person_facts(frame: Frame, names: Sequence[str]) -> Rows:
    """Facts of people."""
    return facts(frame, people(frame), _PERSON.id, names)


def implied_facts(frame: Frame, names: Sequence[str]) -> Rows:
    """Facts of people, said of the household they live in."""
    return facts(frame, people(frame, for_household=True), _PERSON.id, names)


def in_period(frame: Frame, on: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a day lies in a period."""
    return and_(on >= frame.moments.c.first, on <= frame.moments.c.last)


def counting_visits(frame: Frame) -> ColumnElement[bool]:
    """Visits here that count: neither removed nor withdrawn."""
    return and_(
        _VISIT.area.in_(frame.places), _VISIT.deleted == 0, _VISIT.withdrawn_why.is_(None),
        _VISIT.on.is_not(None),
    )  # fmt: skip


def visited(frame: Frame) -> Rows:
    """Visits in the period, said of the household, or of the one that stands for it."""
    merged = frame.merged
    return (
        select(
            frame.moments.c.span,
            func.coalesce(merged.c.survivor, _VISIT.household_id).label("subject"),
            literal(VISITED, Text).label("sign"),
            literal(1, Integer).label("value"),
            _VISIT.on.label("on"),
            _VISIT.id.label("record"),
            *frame.no_limits,
        )
        .join_from(_VISIT.id.table, frame.moments, in_period(frame, _VISIT.on))
        .outerjoin(merged, merged.c.id == _VISIT.household_id)
        .where(counting_visits(frame))
    )


def supports(frame: Frame) -> Rows:
    """Supports in the period, a row a person: `span`, `village`, `subject`, `record`, and how it was.

    `subject` is the person, NULL for a service of the whole household. Who is on record twice is named once.
    """
    support, visit, merged = _SUPPORT, _VISIT, frame.merged
    at = select(literal(1).label("at")).cte("places_in_list", recursive=True)
    at = at.union_all(select(at.c.at + ID_LENGTH).where(at.c.at < ID_LENGTH * (_MOST_PEOPLE - 1)))
    named = case(
        (
            func.length(support.person_ids) >= at.c.at,
            func.substr(support.person_ids, at.c.at, ID_LENGTH, type_=LargeBinary),
        )
    )
    # A support of nobody in particular still is one.
    each = or_(at.c.at == 1, func.coalesce(func.length(support.person_ids), 0) >= at.c.at)
    rows = (
        select(
            frame.moments.c.span,
            support.village_id.label("village"),
            named.label("person"),
            support.id.label("record"),
            support.service,
            support.result,
            visit.on.label("on"),
            *frame.ages,
        )
        .join_from(support.id.table, visit.id.table, visit.id == support.visit_id)
        .join(frame.moments, in_period(frame, visit.on))
        .join(at, each)
        .where(support.deleted == 0, support.area.in_(frame.places), counting_visits(frame))
        .subquery("supports")
    )
    return select(
        rows.c.span, rows.c.village, func.coalesce(merged.c.survivor, rows.c.person).label("subject"),
        rows.c.record, rows.c.service, rows.c.result, rows.c.on,
        *(column for column in rows.c if column.key.startswith("by_")),
    ).outerjoin(merged, merged.c.id == rows.c.person)  # fmt: skip


def guided(frame: Frame) -> Rows:
    """Supports in the period that were not declined, said of each person; the sign ends in the service."""
    given = supports(frame).subquery("given")
    return select(
        given.c.span,
        given.c.subject,
        (literal(f"{GUIDED}:", Text) + given.c.service).label("sign"),
        literal(1, Integer).label("value"),
        given.c.on,
        given.c.record,
        *frame.no_limits,
    ).where(given.c.subject.is_not(None), given.c.result != _DECLINED)


def teams_there(frame: Frame) -> Rows:
    """Teams, said of the village they work in."""
    return (
        select(
            frame.moments.c.span, _TEAM.unit_id.label("subject"), literal(TEAM, Text).label("sign"),
            literal(1, Integer).label("value"), frame.moments.c.last.label("on"), _TEAM.id.label("record"),
            *frame.no_limits,
        )
        .join_from(_TEAM.id.table, frame.moments, literal(value=True))
        .where(_TEAM.deleted == 0, _TEAM.unit_id.in_(frame.places))
    )  # fmt: skip


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
    """Members there on the last day, said of their team; the sign ends in their organisation."""
    who = members(frame).subquery("who")
    return select(
        who.c.span, who.c.team.label("subject"),
        (literal(f"{ORGANISATION}:", Text) + func.coalesce(who.c.organisation, "")).label("sign"),
        literal(1, Integer).label("value"), literal(None, Text).label("on"), who.c.subject.label("record"),
        *frame.no_limits,
    )  # fmt: skip


def active(frame: Frame) -> Rows:
    """Visits in the period, said of the team of whoever made them."""
    return (
        select(
            frame.moments.c.span,
            _MEMBER.team_id.label("subject"),
            literal(ACTIVE, Text).label("sign"),
            literal(1, Integer).label("value"),
            _VISIT.on.label("on"),
            _VISIT.id.label("record"),
            *frame.no_limits,
        )
        .join_from(_VISIT.id.table, frame.moments, in_period(frame, _VISIT.on))
        .join(_MEMBER.id.table, _MEMBER.id == _VISIT.by_id)
        .where(counting_visits(frame), _MEMBER.team_id.is_not(None))
    )
