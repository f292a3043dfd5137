"""The filters of the list of households, as data: whom each keeps, and how many that are.

A filter about people keeps the households that have some of them and counts the people. Several filters
together keep the households that every one of them keeps. All are as of a day that the caller names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from tongcds.domain.facts import Subject, load_facts
from tongcds.domain.views import Result
from tongcds.records import record_type
from tongcds.storage.merged import MERGED
from tongcds.storage.poverty import poor_on, poverty_on
from tongcds.storage.presence import (
    HOUSEHOLD,
    PERSON,
    aged,
    holds,
    household_has,
    household_present,
    person_present,
    visit_counts,
)
from tongcds.storage.privacy import has_consent
from tongcds.storage.wording import split_ids

ELDER: Final = 60
_ACCOUNT_AGE: Final = 15
_VNEID_AGE: Final = 14
_SLICE: Final = 400

_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table
_OF_VISIT = _SUPPORT.c.visit_id == _VISIT.c.id
_FOLLOW_UP = record_type("follow_up").table
_OF_HOUSEHOLD = PERSON.c.household_id == HOUSEHOLD.c.id


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: `keeps` is a condition on households or, where `of_people`, on the people in them."""

    code: str
    keeps: Callable[[date], ColumnElement[bool]]
    of_people: bool = False

    def condition(self, on: date) -> ColumnElement[bool]:
        """Which households it keeps."""
        if not self.of_people:
            return self.keeps(on)
        # Its own people, also in a query that counts people.
        return exists().where(_OF_HOUSEHOLD, person_present(on), self.keeps(on)).correlate(HOUSEHOLD)

    def count(self, connection: Connection, on: date, there: ColumnElement[bool]) -> int:
        """How many people, or households, it keeps out of the households of the condition `there`."""
        if self.of_people:
            return count_people(connection, on, there, self.keeps(on))
        return count_households(connection, and_(there, self.keeps(on)))


def there(on: date, village_id: bytes | None) -> ColumnElement[bool]:
    """The households that live here on a day, in one village or in all."""
    here = household_present(on)
    return here if village_id is None else and_(here, HOUSEHOLD.c.village_id == village_id)


def count_households(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How many households fit a condition."""
    return connection.execute(select(func.count()).select_from(HOUSEHOLD).where(condition)).scalar_one()


def count_people(connection: Connection, on: date, *conditions: ColumnElement[bool]) -> int:
    """How many people who are here on a day fit conditions on them and on their households."""
    query = select(func.count()).select_from(PERSON.join(HOUSEHOLD, _OF_HOUSEHOLD))
    return connection.execute(query.where(person_present(on), *conditions)).scalar_one()


def supported(service: str) -> ColumnElement[bool]:
    """The household, or somebody in it, was supported with this service; declined does not count."""
    homes = select(_VISIT.c.household_id).where(*_given(service)).join(_SUPPORT, _OF_VISIT)
    stands = select(MERGED.c.survivor).where(MERGED.c.id.in_(homes))
    return or_(HOUSEHOLD.c.id.in_(homes), HOUSEHOLD.c.id.in_(stands))


def _given(service: str) -> tuple[ColumnElement[bool], ...]:
    done = _SUPPORT.c.result
    declined = done == Result.DECLINED.value
    return _SUPPORT.c.service == service, _SUPPORT.c.deleted == 0, visit_counts(), declined.is_not(True)


def count_served(connection: Connection, on: date, service: str, there: ColumnElement[bool]) -> int:
    """How many people of the households of a condition were themselves supported with this service."""
    packed = select(_SUPPORT.c.person_ids).join(_VISIT, _OF_VISIT).where(*_given(service))
    helped = {who for ids in connection.execute(packed.distinct()).scalars() for who in split_ids(ids)}
    stands = dict(connection.execute(select(MERGED.c.id, MERGED.c.survivor)).all())
    wanted = sorted({stands.get(who, who) for who in helped})
    count = 0
    for start in range(0, len(wanted), _SLICE):
        count += count_people(connection, on, there, PERSON.c.id.in_(wanted[start : start + _SLICE]))
    return count


def _lacks(fact: str, age: int) -> Callable[[date], ColumnElement[bool]]:
    """People of an age of whom nobody knows that they have something."""
    return lambda on: and_(aged(age, on), holds(PERSON.c.id, fact, on).is_not(True))


def _visited(*days: ColumnElement[bool]) -> ColumnElement[bool]:
    return _at_home(_VISIT.c.household_id, visit_counts(), *days)


def _this_year(on: date) -> ColumnElement[bool]:
    return _VISIT.c.on.between(f"{on.year:04d}-01-01", on.isoformat())


def _promised(*more: ColumnElement[bool]) -> ColumnElement[bool]:
    return _at_home(_FOLLOW_UP.c.household_id, _FOLLOW_UP.c.deleted == 0, _FOLLOW_UP.c.state == "open", *more)


def _at_home(home: ColumnElement[bytes], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """There is something of the household, or of a record that it stands for."""
    # Two questions, each looked up in an index: nearly no household stands for another one.
    return or_(
        exists().where(home == HOUSEHOLD.c.id, *conditions),
        exists().where(MERGED.c.survivor == HOUSEHOLD.c.id, home == MERGED.c.id, *conditions),
    )


FILTERS: Final = {
    one.code: one
    for one in (
        Filter("no_smartphone", lambda on: ~household_has("household_smartphone", on)),
        Filter("no_account_15", _lacks("account", _ACCOUNT_AGE), of_people=True),
        Filter("not_visited_this_year", lambda on: ~_visited(_this_year(on))),
        Filter("aged_60", lambda on: aged(ELDER, on), of_people=True),
        Filter("poor", poor_on),
        Filter("consent_not_asked", lambda on: ~has_consent(on)),
        Filter("no_vneid", _lacks("vneid2", _VNEID_AGE), of_people=True),
        Filter("never_visited", lambda on: ~_visited(_VISIT.c.on <= on.isoformat())),
        Filter("follow_up", lambda _on: _promised()),
        Filter("overdue", lambda on: _promised(_FOLLOW_UP.c.due_on < on.isoformat())),
        Filter("near_poor", lambda on: poverty_on(on) == "near_poor"),
    )
}
"""Every filter by its code, in the order in which they are offered."""

ANY_NEED: Final = "need"


def _needs(code: str) -> Filter:
    need = load_facts()[code]

    def lacking(subject: ColumnElement[bytes], on: date) -> ColumnElement[bool]:
        return and_(holds(subject, code, on).is_(True), holds(subject, need.met_by, on).is_not(True))

    if need.subject is Subject.PERSON:
        return Filter(code, lambda on: lacking(PERSON.c.id, on), of_people=True)
    return Filter(code, lambda on: lacking(HOUSEHOLD.c.id, on))


def _any_need(on: date) -> ColumnElement[bool]:
    return or_(*(one.condition(on) for one in NEEDS.values() if one.code != ANY_NEED))


NEEDS: Final = {
    ANY_NEED: Filter(ANY_NEED, _any_need),
    **{fact.code: _needs(fact.code) for fact in load_facts().values() if fact.is_need},
}
"""Filters for what households and people need; chosen from a list of their own and not counted."""

ALL: Final = FILTERS | NEEDS
"""Every filter that a list can be narrowed by."""
