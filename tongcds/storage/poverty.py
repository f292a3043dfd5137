"""Which poverty class a household had on a day, and the course of it.

Each class is a record with the day from which on it holds. A household without any such record has what its
own field says; that is how registers come out of spreadsheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from tongcds.domain.text import name_sort_key
from tongcds.domain.views import PoorRow, PovertyRow
from tongcds.records import record_type
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present
from tongcds.storage.standing import standings

POVERTY: Final = record_type("poverty_class").table
_VILLAGE: Final = record_type("village").table
_MEMBER: Final = record_type("member").table
_POOR: Final = ("poor", "near_poor")
_AT_ONCE: Final = 400


def poverty_on(on: date) -> ColumnElement[str | None]:
    """The class of `HOUSEHOLD` on this day; NULL where it is not known."""
    there = exists().where(_counts(), _held(on)).correlate(HOUSEHOLD)
    return case((there, _latest(on, POVERTY.c.poverty)), else_=HOUSEHOLD.c.poverty)


def poor_on(on: date) -> ColumnElement[bool]:
    """The household is poor or nearly poor on this day."""
    return poverty_on(on).in_(_POOR)


def history(connection: Connection, household_id: bytes) -> tuple[PovertyRow, ...]:
    """Every class that was written down of a household, the last first."""
    rows = connection.execute(
        select(POVERTY, _MEMBER.c.full_name.label("by"))
        .outerjoin_from(POVERTY, _MEMBER, _MEMBER.c.id == POVERTY.c.author)
        .where(POVERTY.c.household_id == household_id, POVERTY.c.deleted == 0, POVERTY.c.erased.is_(None))
        .order_by(*_order())
    ).all()
    stand = standings(connection, [row.id for row in rows])
    found: list[PovertyRow] = []
    until: str | None = None
    for row in rows:
        found.append(
            PovertyRow(
                record_id=row.id,
                poverty=row.poverty,
                valid_from=_day(row.valid_from),
                until=_day(until),
                decision_no=row.decision_no or "",
                decided_on=_day(row.decided_on),
                by=row.by or "",
                standing=stand[row.id],
            )
        )
        until = row.valid_from or until
    return tuple(found)


def dated(connection: Connection, households: Sequence[bytes]) -> dict[bytes, dict[bytes, date | None]]:
    """For those of these households of which classes were written down: each, and from which day it holds."""
    found: dict[bytes, dict[bytes, date | None]] = {}
    for start in range(0, len(households), _AT_ONCE):
        part = households[start : start + _AT_ONCE]
        rows = connection.execute(
            select(POVERTY.c.household_id, POVERTY.c.id, POVERTY.c.valid_from).where(
                POVERTY.c.household_id.in_(part), POVERTY.c.deleted == 0, POVERTY.c.erased.is_(None)
            )
        )
        for household, record_id, since in rows:
            found.setdefault(household, {})[record_id] = _day(since)
    return found


def poor(connection: Connection, on: date) -> tuple[PoorRow, ...]:
    """The households that were poor or nearly poor on this day, by village and head."""
    lives = (
        select(PERSON.c.household_id, func.count().label("people"))
        .where(person_present(on))
        .group_by(PERSON.c.household_id)
        .subquery("lives")
    )
    rows = connection.execute(
        select(
            HOUSEHOLD.c.id,
            HOUSEHOLD.c.code,
            PERSON.c.full_name.label("head"),
            _VILLAGE.c.name.label("village"),
            func.coalesce(lives.c.people, 0).label("people"),
            poverty_on(on).label("poverty"),
            _latest(on, POVERTY.c.valid_from).label("valid_from"),
            _latest(on, POVERTY.c.decision_no).label("decision_no"),
        )
        .outerjoin_from(HOUSEHOLD, PERSON, PERSON.c.id == HOUSEHOLD.c.head_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
        .outerjoin(lives, lives.c.household_id == HOUSEHOLD.c.id)
        .where(household_present(on), poor_on(on))
    ).all()
    made = [
        PoorRow(
            row.id, row.code or "", row.head or "", row.village or "", row.people, row.poverty,
            _day(row.valid_from), row.decision_no or "",
        )
        for row in rows
    ]  # fmt: skip
    return tuple(
        sorted(made, key=lambda one: (one.village_name, name_sort_key(one.head_name), one.household_id))
    )


def _counts() -> ColumnElement[bool]:
    dated = POVERTY.c
    return and_(dated.household_id == HOUSEHOLD.c.id, dated.deleted == 0, dated.erased.is_(None))


def _held(on: date) -> ColumnElement[bool]:
    return or_(POVERTY.c.valid_from.is_(None), POVERTY.c.valid_from <= on.isoformat())


def _order() -> tuple[ColumnElement[Any], ...]:
    dated = POVERTY.c
    last = func.coalesce(dated.valid_from, "")
    return last.desc(), dated.stamp.desc(), dated.device.desc(), dated.n.desc()


def _latest(on: date, column: ColumnElement[Any]) -> ColumnElement[Any]:
    query: Select[Any] = select(column).where(_counts(), _held(on)).order_by(*_order()).limit(1)
    return query.correlate(HOUSEHOLD).scalar_subquery()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
