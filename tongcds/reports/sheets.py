"""Who is counted: for each kind of subject a row each in every period, with what tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
    true,
)

from tongcds.domain.formulas import Of
from tongcds.records import record_type
from tongcds.reports import signs, taught
from tongcds.reports.frame import Frame, Rows, mobile, through

_VILLAGE = record_type("village").table.c
_TEAM = record_type("team").table.c
_PERSON = record_type("person").table.c
_HOUSEHOLD = record_type("household").table.c
_VISIT = record_type("visit").table.c


class Breakdown(StrEnum):
    """What figures can be broken down by."""

    SEX = "sex"
    AGE = "age_band"
    POVERTY = "poverty"
    SERVICE = "service"


AGE_BANDS: Final = ((0, 5), (6, 13), (14, 17), (18, 34), (35, 59), (60, None))
"""Ages that figures are broken down by, both counted in."""


def _there(rows: Rows, frame: Frame) -> Rows:
    """Those of `households` or `people` who are there, each period, with the attributes asked for."""
    here, days = rows.subquery("here"), frame.moments
    own = [name for name in ("born", "sex", "home") if name in frame.wants and name in here.c]
    sheet = select(days.c.span, here.c.village, here.c.subject, *(here.c[name] for name in own), *frame.ages)
    sheet = sheet.join_from(here, days, signs.present(here, days))
    if "poverty" in frame.wants:
        sheet = _with_class(sheet, frame, here)
    if frame.wants & {"fibre", "mobile"}:
        has = frame.villages
        sheet = sheet.add_columns(*(has.c[name] for name in ("fibre", "mobile") if name in frame.wants))
        sheet = sheet.outerjoin(has, has.c.village == here.c.village)
    return sheet


def _with_class(rows: Rows, frame: Frame, here: Subquery) -> Rows:
    """The same with `poverty`: the class that a household had on the last day, what its field says else.

    `here` has `village`, `home`, `poverty` and, where the periods are not joined, the `last` day.
    """
    known = frame.classes
    last = here.c.last if "last" in here.c else frame.moments.c.last
    held = case((known.c.home.is_not(None), known.c["class"]), else_=here.c.poverty).label("poverty")
    return rows.add_columns(held).outerjoin(known, _class_held(known, here, last))


def _class_held(classes: CTE, here: Subquery, day: ColumnElement[str]) -> ColumnElement[bool]:
    known = classes.c
    theirs = and_(known.home == here.c.home, known.village == here.c.village)
    return and_(theirs, known.since <= day, or_(known.until.is_(None), known.until > day))


def _household_sheet(frame: Frame) -> Rows:
    return _there(signs.households(frame), frame)


def _people_sheet(frame: Frame) -> Rows:
    return _there(signs.people(frame), frame)


def _village_sheet(frame: Frame) -> Rows:
    last = frame.moments.c.last
    standing = and_(
        or_(_VILLAGE.valid_from.is_(None), _VILLAGE.valid_from <= last),
        or_(_VILLAGE.valid_to.is_(None), _VILLAGE.valid_to >= last),
    )
    return (
        select(
            frame.moments.c.span,
            _VILLAGE.id.label("village"),
            _VILLAGE.id.label("subject"),
            _VILLAGE.fibre,
            mobile().label("mobile"),
        )
        .join_from(_VILLAGE.id.table, frame.moments, standing)
        .where(_VILLAGE.deleted == 0, _VILLAGE.id.in_(frame.places))
    )


def _team_sheet(frame: Frame) -> Rows:
    return (
        select(frame.moments.c.span, _TEAM.unit_id.label("village"), _TEAM.id.label("subject"))
        .join_from(_TEAM.id.table, frame.moments, true())
        .where(_TEAM.deleted == 0, _TEAM.unit_id.in_(frame.places))
    )


def _member_sheet(frame: Frame) -> Rows:
    return signs.members(frame)


def _visit_sheet(frame: Frame) -> Rows:
    return (
        select(frame.moments.c.span, _VISIT.village_id.label("village"), _VISIT.id.label("subject"))
        .join_from(_VISIT.id.table, frame.moments, signs.in_period(frame, _VISIT.on))
        .where(signs.counting_visits(frame))
    )


def _support_sheet(frame: Frame) -> Rows:
    given = signs.supports(frame)
    if not frame.wants & {"born", "sex", "poverty"}:
        return given
    rows = given.subquery("given")
    with_person = (
        select(rows, _PERSON.sex, signs.born().label("born"), _HOUSEHOLD.id.label("home"), _HOUSEHOLD.poverty)
        .outerjoin(_PERSON.id.table, and_(_PERSON.id == rows.c.subject, _PERSON.village_id == rows.c.village))
        .outerjoin(_HOUSEHOLD.id.table, signs.at_home())
    )
    if "poverty" not in frame.wants:
        return with_person
    here = with_person.subquery("here")
    everything = select(*(column for column in here.c if column.key != "poverty"))
    return _with_class(everything, frame, here)


SHEETS: Final[Mapping[Of, Callable[[Frame], Rows]]] = MappingProxyType(
    {
        Of.HOUSEHOLDS: _household_sheet,
        Of.PEOPLE: _people_sheet,
        Of.VILLAGES: _village_sheet,
        Of.TEAMS: _team_sheet,
        Of.MEMBERS: _member_sheet,
        Of.VISITS: _visit_sheet,
        Of.SUPPORTS: _support_sheet,
        Of.SUPPORTED: _support_sheet,
        Of.SESSIONS: taught.sessions,
        Of.SESSION_MINUTES: taught.sessions,
        Of.ATTENDANCES: taught.attendances,
        Of.ATTENDERS: taught.attendances,
        Of.CHECKS: taught.checks,
    }
)
"""For each kind: `span`, `village`, `subject`, and what conditions and groups ask for."""


def logs_begin(connection: Connection, places: Sequence[bytes]) -> dict[bytes, str]:
    """The day of the first visit that each village logged; villages without a log are left out."""
    query = (
        select(_VISIT.area, func.min(_VISIT.on))
        .where(through(_VISIT.area, places).in_(places), _VISIT.deleted == 0, _VISIT.withdrawn_why.is_(None))
        .group_by(through(_VISIT.area, places))
    )
    return {village: day for village, day in connection.execute(query) if day is not None}
