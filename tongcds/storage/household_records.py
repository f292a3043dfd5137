"""Households as they are edited: their plain fields, the codes in use, what hangs on them, and lookalikes.

Households as they are shown stand in `household` and `register`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from tongcds.domain.text import fold
from tongcds.domain.views import HouseholdRecord, Lookalike, PersonQuery, PersonRecord
from tongcds.records import record_type
from tongcds.storage.presence import HOUSEHOLD, OBSERVATION, PERSON, person_present

_VILLAGE = record_type("village").table
_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table
_ATTACHMENT = record_type("attachment").table
_SETTLED = record_type("settled").table
_DUPLICATE = record_type("duplicate").table

_FIRST_CODE: Final = "HN-0001"
_NUMBERED: Final = re.compile(r"(.*?)(\d+)")
_MOST_LOOKALIKES: Final = 5

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def household_record(connection: Connection, household_id: bytes, on: date) -> HouseholdRecord | None:
    """The fields of a household and of those who live there on this day; None when it was removed."""
    home = connection.execute(
        select(HOUSEHOLD).where(
            HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.erased.is_(None)
        )
    ).one_or_none()
    if home is None:
        return None
    people = connection.execute(
        select(PERSON).where(PERSON.c.household_id == household_id, person_present(on))
    ).all()
    ordered = sorted(people, key=lambda p: (p.id != home.head_id, p.birth is None, p.birth or "", p.id))
    return HouseholdRecord(
        household_id=household_id,
        village_id=home.village_id,
        code=home.code or "",
        address=home.address or "",
        poverty=home.poverty or "",
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
    query = select(PERSON.c.id).where(PERSON.c.household_id == household_id, person_present(on))
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
        "settled": _ids(connection, _SETTLED.c.household_id, [household_id]),
        "duplicate": tuple(
            dict.fromkeys(
                one
                for column in (_DUPLICATE.c.first_id, _DUPLICATE.c.second_id)
                for one in _ids(connection, column, people)
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


def lookalikes(connection: Connection, wanted: PersonQuery, on: date) -> tuple[Lookalike, ...]:
    """People on record who may be the one that is typed, at most five, the surest reason first.

    The same personal number or phone anywhere in the vault (a phone only in another household: families
    share one), or the same name, marks aside, in the same village with the same year of birth; a year that is
    not known on either side does not speak against it.
    """
    found: dict[bytes, Lookalike] = {}
    for why, rows in (
        ("id_number", _numbered(connection, PERSON.c.id_number, wanted.id_number, on)),
        ("phone", _numbered(connection, PERSON.c.phone, wanted.phone, on)),
        ("name", _named(connection, wanted, on)),
    ):
        for row in rows:
            at_home = why == "phone" and row.household_id == wanted.household_id
            if row.id == wanted.person_id or at_home:
                continue
            found.setdefault(row.id, _lookalike(row, why))
    return tuple(found.values())[:_MOST_LOOKALIKES]


def _people(on: date) -> Any:  # noqa: ANN401 - a select of many columns
    return (
        select(
            PERSON.c.id,
            PERSON.c.household_id,
            PERSON.c.full_name,
            PERSON.c.birth,
            HOUSEHOLD.c.code,
            _VILLAGE.c.name.label("village"),
        )
        .join_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == PERSON.c.village_id)
        .where(person_present(on), HOUSEHOLD.c.deleted == 0)
    )


def _numbered(connection: Connection, column: Any, number: str, on: date) -> Sequence[_Row]:  # noqa: ANN401 - a column
    if not number:
        return ()
    return list(connection.execute(_people(on).where(column == number).limit(_MOST_LOOKALIKES + 1)))


def _named(connection: Connection, wanted: PersonQuery, on: date) -> Sequence[_Row]:
    key = fold(wanted.full_name)
    if " " not in key:
        return ()
    query = _people(on).where(PERSON.c.village_id == wanted.village_id)
    if year := wanted.birth[:4]:
        query = query.where(or_(PERSON.c.birth.is_(None), PERSON.c.birth.startswith(year)))
    return [row for row in connection.execute(query) if fold(row.full_name or "") == key]


def _lookalike(row: _Row, why: str) -> Lookalike:
    return Lookalike(
        person_id=row.id,
        household_id=row.household_id,
        full_name=row.full_name or "",
        birth_year=int(row.birth[:4]) if row.birth else None,
        code=row.code or "",
        village_name=row.village or "",
        why=why,
    )
