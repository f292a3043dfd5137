"""Who is counted: for each kind of subject a row each in every period, with what tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import CTE, ColumnElement, Connection, Text, and_, case, func, literal, or_, select, true

from tongcds.domain.formulas import Of
from tongcds.records import record_type
from tongcds.reports import signs
from tongcds.reports.signs import Frame, Rows

_VILLAGE = record_type("village").table.c
_TEAM = record_type("team").table.c
_PERSON = record_type("person").table.c
_HOUSEHOLD = record_type("household").table.c
_VISIT = record_type("visit").table.c
_OPERATORS: Final = (_VILLAGE.viettel_4g, _VILLAGE.vinaphone_4g, _VILLAGE.mobifone_4g)
_BEST_FIRST: Final = ("yes", "partial", "no")


class Breakdown(StrEnum):
    """What figures can be broken down by."""

    SEX = "sex"
    AGE = "age_band"
    POVERTY = "poverty"
    SERVICE = "service"


def _mobile() -> ColumnElement[str | None]:
    """The best that any operator has in a village: yes, partial, no, NULL where nobody looked."""
    return case(
        *((or_(*(operator == word for operator in _OPERATORS)), literal(word, Text)) for word in _BEST_FIRST),
        else_=literal(None, Text),
    )


def _class(known: CTE, stated: ColumnElement[str | None]) -> ColumnElement[str | None]:
    """The class that a household had, what its field says where no class has a day."""
    return case((known.c.home.is_not(None), known.c["class"]), else_=stated).label("poverty")


def _with_place(rows: Rows, frame: Frame) -> Rows:
    """Those of `households` or `people` who are there, each period, with what their village has."""
    here, days = rows.subquery("here"), frame.moments
    attributes = [here.c[name] for name in ("born", "sex") if name in here.c]
    known = signs.classes(frame)
    return (
        select(
            days.c.span,
            here.c.village,
            here.c.subject,
            *attributes,
            _class(known, here.c.poverty),
            _VILLAGE.fibre,
            _mobile().label("mobile"),
            *frame.ages,
        )
        .join_from(here, days, signs.present(here, days))
        .outerjoin(known, signs.class_held(known, here.c.home, days.c.last))
        .outerjoin(_VILLAGE.id.table, and_(_VILLAGE.id == here.c.village, _VILLAGE.deleted == 0))
    )


def _household_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
    return _with_place(signs.households(frame), frame)


def _people_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
    return _with_place(signs.people(frame), frame)


def _village_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
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
            _mobile().label("mobile"),
        )
        .join_from(_VILLAGE.id.table, frame.moments, standing)
        .where(_VILLAGE.deleted == 0, _VILLAGE.id.in_(frame.places))
    )


def _team_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
    return (
        select(frame.moments.c.span, _TEAM.unit_id.label("village"), _TEAM.id.label("subject"))
        .join_from(_TEAM.id.table, frame.moments, true())
        .where(_TEAM.deleted == 0, _TEAM.unit_id.in_(frame.places))
    )


def _member_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
    return signs.members(frame)


def _visit_sheet(frame: Frame, by: Breakdown | None) -> Rows:  # noqa: ARG001 - as all sheets
    return (
        select(frame.moments.c.span, _VISIT.village_id.label("village"), _VISIT.id.label("subject"))
        .join_from(_VISIT.id.table, frame.moments, signs.in_period(frame, _VISIT.on))
        .where(signs.counting_visits(frame))
    )


def _support_sheet(frame: Frame, by: Breakdown | None) -> Rows:
    given = signs.supports(frame)
    if by is None or by is Breakdown.SERVICE:
        return given
    rows = given.subquery("given")
    known, days = signs.classes(frame), frame.moments
    rest = func.substr(literal("-01-01", Text), func.length(_PERSON.birth) - len("985"), type_=Text)
    return (
        select(
            rows, _PERSON.sex, (_PERSON.birth + rest).label("born"), _class(known, _HOUSEHOLD.poverty),
        )
        .join(days, days.c.span == rows.c.span)
        .outerjoin(_PERSON.id.table, _PERSON.id == rows.c.subject)
        .outerjoin(_HOUSEHOLD.id.table, _HOUSEHOLD.id == _PERSON.household_id)
        .outerjoin(known, signs.class_held(known, _HOUSEHOLD.id, days.c.last))
    )  # fmt: skip


SHEETS: Final[Mapping[Of, Callable[[Frame, Breakdown | None], Rows]]] = MappingProxyType(
    {
        Of.HOUSEHOLDS: _household_sheet,
        Of.PEOPLE: _people_sheet,
        Of.VILLAGES: _village_sheet,
        Of.TEAMS: _team_sheet,
        Of.MEMBERS: _member_sheet,
        Of.VISITS: _visit_sheet,
        Of.SUPPORTS: _support_sheet,
        Of.SUPPORTED: _support_sheet,
    }
)
"""For each kind: `span`, `village`, `subject`, and what conditions and groups ask for."""


def logs_begin(connection: Connection, places: Sequence[bytes]) -> dict[bytes, str]:
    """The day of the first visit that each village logged; villages without a log are left out."""
    query = (
        select(_VISIT.area, func.min(_VISIT.on))
        .where(_VISIT.area.in_(places), _VISIT.deleted == 0, _VISIT.withdrawn_why.is_(None))
        .group_by(_VISIT.area)
    )
    return {village: day for village, day in connection.execute(query) if day is not None}
