"""Who of the whole register may be the one that somebody is typing right now.

Candidates come from the search's index, so that 50,000 people do not have to be looked at after each letter:
whoever was born in the same year, has the same words in their name, or the same number. What is said about
the register as it stands is in `duplicates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.likeness import ALIKE, likeness
from tongcds.domain.views import Lookalike, PersonQuery
from tongcds.records import record_type
from tongcds.storage import search
from tongcds.storage.presence import HOUSEHOLD, PERSON, person_present

_VILLAGE = record_type("village").table

MOST: Final = 5
_MOST_CANDIDATES: Final = 200
_WHOLE_DAY: Final = len("1985-02-01")
# The surest first; of one reason, those of the same village.
_REASONS: Final = ("id_number", "phone", "name", "alike", "name_only", "near", "phone_only")

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def lookalikes(connection: Connection, wanted: PersonQuery, on: date) -> tuple[Lookalike, ...]:
    """People on record who may be the one that is typed, at most five, the surest reason first.

    Anywhere in the vault: the same personal number; the same phone, surer where the names are alike (nothing
    within a household: families share one); the same name, marks aside, and year of birth; a name that is
    alike and the same day of birth. In the same village also: a name that is alike and the same year; the
    same name where a year is not known or one year off. Sexes that contradict each other speak against names.
    """
    found = []
    for row in _people(connection, _candidates(connection, wanted), on):
        why = _why(row, wanted)
        if why and row.id != wanted.person_id:
            at = _REASONS.index(why), row.village_id != wanted.village_id, row.full_name or "", row.id
            found.append((at, _lookalike(row, why)))
    return tuple(one for _at, one in sorted(found, key=lambda pair: pair[0])[:MOST])


def _candidates(connection: Connection, wanted: PersonQuery) -> list[bytes]:
    ids: list[bytes] = []
    if wanted.id_number:
        numbered = select(PERSON.c.id).where(PERSON.c.id_number == wanted.id_number).limit(_MOST_CANDIDATES)
        ids += connection.execute(numbered).scalars()
    if wanted.phone:
        ids += search.people_with(connection, phone=wanted.phone, limit=_MOST_CANDIDATES)
    if " " in wanted.full_name.strip():
        ids += search.people_with(connection, name=wanted.full_name, limit=_MOST_CANDIDATES)
        if year := wanted.birth[:4]:
            born = search.born_in(connection, year)
            ids += [who for who, name in born if likeness(name, wanted.full_name) >= ALIKE]
    return list(dict.fromkeys(ids))[: 2 * _MOST_CANDIDATES]


def _people(connection: Connection, ids: Sequence[bytes], on: date) -> Sequence[_Row]:
    query = (
        select(
            PERSON.c.id,
            PERSON.c.household_id,
            PERSON.c.village_id,
            PERSON.c.full_name,
            PERSON.c.birth,
            PERSON.c.sex,
            PERSON.c.phone,
            PERSON.c.more_phones,
            PERSON.c.id_number,
            HOUSEHOLD.c.code,
            _VILLAGE.c.name.label("village"),
        )
        .join_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == PERSON.c.village_id)
        .where(PERSON.c.id.in_(ids), person_present(on), HOUSEHOLD.c.deleted == 0)
    )
    return connection.execute(query).all()


def _why(row: _Row, wanted: PersonQuery) -> str:
    """Why the two may be one, or ""."""
    if wanted.id_number and row.id_number == wanted.id_number:
        return "id_number"
    at_home = wanted.household_id is not None and row.household_id == wanted.household_id
    numbers = [row.phone, *(row.more_phones or "").split(";")]
    same_phone = bool(wanted.phone) and wanted.phone in numbers and not at_home
    alike = likeness(row.full_name or "", wanted.full_name)
    if (wanted.sex and row.sex and wanted.sex != row.sex) or " " not in wanted.full_name.strip():
        alike = 0.0
    if same_phone:
        return "phone" if alike >= ALIKE else "phone_only"
    return _by_name(alike, row, wanted) if alike >= ALIKE else ""


def _by_name(alike: float, row: _Row, wanted: PersonQuery) -> str:
    mine, theirs = wanted.birth, row.birth or ""
    neighbours = row.village_id == wanted.village_id
    same = alike == 1
    if mine and theirs and mine[:4] == theirs[:4]:
        same_day = mine == theirs and len(mine) == _WHOLE_DAY
        if neighbours or same or same_day:
            return "name" if same else "alike"
        return ""
    if not same or not neighbours:
        return ""
    if not mine or not theirs:
        return "name_only"
    return "near" if abs(int(mine[:4]) - int(theirs[:4])) == 1 else ""


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
