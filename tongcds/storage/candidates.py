"""Whom typing or scanning at a training session means: its own list first, then the registers here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from tongcds.domain import record_code
from tongcds.domain.text import matches, name_sort_key
from tongcds.domain.training import Audience, is_whole, split_year
from tongcds.domain.views.training import Attendee, Candidate
from tongcds.records import record_type
from tongcds.storage import register, search
from tongcds.storage.members import staff
from tongcds.storage.presence import HOUSEHOLD, PERSON, person_present
from tongcds.storage.trainings import attendees, planned, shown_instead, year_of

_VILLAGE: Final = record_type("village").table
_LISTED: Final = 100


def candidates(
    connection: Connection, training_id: bytes, typed: str, on: date, limit: int
) -> tuple[Candidate, ...]:
    """Whom typing finds, marks aside, or whom a code from paper names: exactly them, and nobody else."""
    known = {one.subject_id: one for one in attendees(connection, training_id)}
    if people := record_code.read_people(typed):
        return _scanned(connection, people, known, on)
    if (home := record_code.read(typed)) is not None:
        ids = (home.record_id,) if home.record_id else register.of_short_code(connection, home.short)
        if found := _of_register(connection, known, on, PERSON.c.household_id.in_(ids)):
            return tuple(sorted(found, key=lambda one: (one.here, one.birth_year or 0, one.name)))
    if record_code.is_scan(typed):
        return ()
    words, year = split_year(typed)
    fitting = search.people_typed(connection, words, year=year, limit=_LISTED)
    made = _of_register(connection, known, on, PERSON.c.id.in_(fitting))
    of_register = {one.subject_id for one in made}
    # Guests are of no register, and a trainer's computer has none.
    made += [
        _of_list(one)
        for one in known.values()
        if one.subject_id not in of_register and matches(words, one.name) and year in {None, one.birth_year}
    ]
    if any(one.audience is not Audience.CITIZENS for one in planned(connection, training_id)):
        made += [
            Candidate(
                one.member_id,
                one.name,
                one.birth_year,
                one.unit,
                "",
                here=one.member_id in known and known[one.member_id].here,
            )
            for one in staff(connection, on)
            if one.member_id not in {each.subject_id for each in made}
            and matches(words, one.name)
            and year in {None, one.birth_year}
        ]
    made.sort(
        key=lambda one: (
            not is_whole(typed, one.name),
            one.subject_id not in known,
            name_sort_key(one.name),
            one.subject_id,
        )
    )
    return tuple(made[:limit])


def _scanned(
    connection: Connection, people: Sequence[bytes], known: Mapping[bytes, Attendee], on: date
) -> tuple[Candidate, ...]:
    """In the order of their codes; of two records of one person the one that is shown."""
    same = shown_instead(connection, people)
    wanted = list(dict.fromkeys(same.get(one, one) for one in people))
    found = {one.subject_id: one for one in _of_register(connection, known, on, PERSON.c.id.in_(wanted))} | {
        one: _of_list(known[one]) for one in wanted if one in known
    }
    return tuple(found[one] for one in wanted if one in found)


def _of_register(
    connection: Connection, known: Mapping[bytes, Attendee], on: date, which: ColumnElement[bool]
) -> list[Candidate]:
    rows = connection.execute(
        select(PERSON.c.id, PERSON.c.full_name, PERSON.c.birth, HOUSEHOLD.c.code, _VILLAGE.c.name)
        .join_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == PERSON.c.village_id)
        .where(which, person_present(on))
    ).all()
    return [
        Candidate(
            row.id,
            row.full_name or "",
            year_of(row.birth),
            row.name or "",
            row.code or "",
            here=row.id in known and known[row.id].here,
        )
        for row in rows
    ]


def _of_list(one: Attendee) -> Candidate:
    return Candidate(one.subject_id, one.name, one.birth_year, one.village, "", here=one.here)
