"""Households as they are edited: their plain fields, the codes in use, and what hangs on them.

Households as they are shown stand in `household` and `register`; who may be on record already, in
`lookalikes`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.views import HouseholdRecord, PersonRecord
from tongcds.records import record_type
from tongcds.storage.poverty import poverty_on
from tongcds.storage.presence import HOUSEHOLD, OBSERVATION, PERSON, person_on_record

_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table
_ATTACHMENT = record_type("attachment").table
_ATTENDANCE = record_type("attendance").table
_CHECK = record_type("skill_check").table
_SETTLED = record_type("settled").table
_POVERTY = record_type("poverty_class").table
_DUPLICATE = record_type("duplicate").table
_EARLIER = record_type("earlier").table

_FIRST_CODE: Final = "HN-0001"
_NUMBERED: Final = re.compile(r"(.*?)(\d+)")

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def household_record(connection: Connection, household_id: bytes, on: date) -> HouseholdRecord | None:
    """The fields of a household and of those on record there on this day; None when it was removed."""
    home = connection.execute(
        select(HOUSEHOLD).where(
            HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.erased.is_(None)
        )
    ).one_or_none()
    if home is None:
        return None
    poverty = connection.execute(
        select(poverty_on(on)).select_from(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id)
    ).scalar_one()
    people = connection.execute(
        select(PERSON).where(PERSON.c.household_id == household_id, person_on_record(on))
    ).all()
    ordered = sorted(people, key=lambda p: (p.id != home.head_id, p.birth is None, p.birth or "", p.id))
    return HouseholdRecord(
        household_id=household_id,
        village_id=home.village_id,
        code=home.code or "",
        address=home.address or "",
        poverty=poverty or "",
        hardship=bool(home.hardship),
        note=home.note or "",
        head_id=home.head_id,
        people=tuple(_person(person) for person in ordered),
    )


def _person(person: _Row) -> PersonRecord:
    return PersonRecord(
        person_id=person.id,
        full_name=person.full_name or "",
        birth=person.birth or "",
        sex=person.sex or "",
        relation=person.relation or "",
        phone=person.phone or "",
        id_number=person.id_number or "",
        note=person.note or "",
    )


def next_code(connection: Connection, village_id: bytes) -> str:
    """The code after the highest of the village, in the form that most of its codes have; "HN-0001" at first.

    Codes of households that left or were removed are not used again.
    """
    codes = connection.execute(
        select(HOUSEHOLD.c.code).where(HOUSEHOLD.c.village_id == village_id, HOUSEHOLD.c.code.is_not(None))
    ).scalars()
    found = [match for code in codes if code is not None and (match := _NUMBERED.fullmatch(code))]
    if not found:
        return _FIRST_CODE
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    numbers = [match[2] for match in found if match[1] == prefix]
    highest = max(numbers, key=int)
    return f"{prefix}{int(highest) + 1:0{len(highest)}d}"


def same_code(connection: Connection, village_id: bytes, code: str, but: bytes | None) -> bool:
    """Whether another household of the village has this code."""
    query = select(HOUSEHOLD.c.id).where(
        HOUSEHOLD.c.village_id == village_id, HOUSEHOLD.c.code == code, HOUSEHOLD.c.deleted == 0
    )
    return any(found != but for found in connection.execute(query).scalars())


def present_people(connection: Connection, household_id: bytes, on: date) -> tuple[bytes, ...]:
    """Who lives in a household on this day."""
    query = select(PERSON.c.id).where(PERSON.c.household_id == household_id, person_on_record(on))
    return tuple(connection.execute(query.order_by(PERSON.c.id)).scalars())


def parts_of_household(connection: Connection, household_id: bytes) -> dict[str, tuple[bytes, ...]]:
    """Everything that moves with a household to another village, by type; what was removed stays."""
    people = _ids(connection, PERSON.c.household_id, [household_id])
    visits = _ids(connection, _VISIT.c.household_id, [household_id])
    return {
        "household": (household_id,),
        "person": people,
        "visit": visits,
        "support": _ids(connection, _SUPPORT.c.visit_id, visits),
        "observation": _ids(connection, OBSERVATION.c.subject_id, [household_id, *people]),
        "follow_up": _ids(connection, _FOLLOW_UP.c.household_id, [household_id]),
        "attendance": _ids(connection, _ATTENDANCE.c.subject_id, people),
        "skill_check": _ids(connection, _CHECK.c.subject_id, people),
        "settled": _ids(connection, _SETTLED.c.household_id, [household_id]),
        "poverty_class": _ids(connection, _POVERTY.c.household_id, [household_id]),
        "earlier": _ids(connection, _EARLIER.c.household_id, [household_id]),
        "duplicate": tuple(
            dict.fromkeys(
                one
                for column in (_DUPLICATE.c.first_id, _DUPLICATE.c.second_id)
                for one in _ids(connection, column, [household_id, *people])
            )
        ),
        "attachment": _ids(connection, _ATTACHMENT.c.subject_id, [household_id, *people, *visits]),
    }


def _ids(connection: Connection, column: Any, owners: Sequence[bytes]) -> tuple[bytes, ...]:  # noqa: ANN401 - a column of any table
    found: list[bytes] = []
    for start in range(0, len(owners), 400):
        query = select(column.table.c.id).where(column.in_(owners[start : start + 400]))
        found.extend(connection.execute(query.where(column.table.c.deleted == 0)).scalars())
    return tuple(found)
