"""Who counts on a day, and what is known of them then, as conditions for the vault's own queries.

The same rules as `tongcds.reports.figures` counts by: present unless removed or gone on that day or earlier;
a fact holds as its latest observation on or before the day says; a household also has what follows from a
person who lives there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from tongcds.domain.facts import load_facts
from tongcds.records import record_type
from tongcds.storage import merged

HOUSEHOLD = record_type("household").table
PERSON = record_type("person").table
OBSERVATION = record_type("observation").table
VISIT = record_type("visit").table

_SLICE = 400


class Known(NamedTuple):
    """What is known of one fact, and since which day."""

    value: bool
    held_on: date


def household_present(on: date) -> ColumnElement[bool]:
    """The household lives here on this day."""
    home = HOUSEHOLD.c
    here = or_(home.left_on.is_(None), home.left_on > on.isoformat())
    return and_(home.deleted == 0, here, merged.shows(home.id))


def visit_counts() -> ColumnElement[bool]:
    """The visit was neither removed nor withdrawn."""
    return and_(VISIT.c.deleted == 0, VISIT.c.withdrawn_why.is_(None))


def person_present(on: date) -> ColumnElement[bool]:
    """The person belongs to their household on this day; whether the household is here is asked apart."""
    person, day = PERSON.c, on.isoformat()
    return and_(
        person_on_record(on),
        or_(person.joined_on.is_(None), person.joined_on <= day),
        or_(person.birth.is_(None), person.birth <= day),
    )


def person_on_record(on: date) -> ColumnElement[bool]:
    """The same, and whoever counts only later, or never: a birth or a joining that is said to lie ahead."""
    person, day = PERSON.c, on.isoformat()
    return and_(
        person.deleted == 0,
        or_(person.left_on.is_(None), person.left_on > day),
        # Left, and came back later.
        or_(
            person.gone_from.is_(None),
            person.gone_until.is_(None),
            person.gone_until <= day,
            person.gone_from > day,
        ),
        merged.shows(person.id),
    )


def aged(years: int, on: date) -> ColumnElement[bool]:
    """The person is at least so old; a birth known by its year counts from the year's first day."""
    # A shorter text sorts before a longer one that begins with it, just as its first day comes first.
    return PERSON.c.birth <= f"{on.year - years:04d}{on.isoformat()[4:]}"


def holds(subject: ColumnElement[bytes], fact: str, on: date) -> ColumnElement[bool]:
    """The latest observation of this fact up to the day says yes; unknown counts as no."""
    seen = OBSERVATION.c
    latest = (
        select(seen.value)
        .where(
            seen.fact == fact,
            merged.same_as(seen.subject_id, subject),
            seen.deleted == 0,
            seen.value.is_not(None),
            seen.held_on <= on.isoformat(),
        )
        .order_by(seen.held_on.desc(), seen.stamp.desc(), seen.device.desc(), seen.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    return latest == 1


def implying(fact: str) -> tuple[str, ...]:
    """The facts about a person from which this fact about their household follows."""
    return tuple(code for code, known in load_facts().items() if known.implies == fact)


def household_has(fact: str, on: date) -> ColumnElement[bool]:
    """The household has it, by itself or through a person; false also where nothing is known."""
    through = [
        exists()
        .where(PERSON.c.household_id == HOUSEHOLD.c.id, person_present(on), holds(PERSON.c.id, code, on))
        .correlate(HOUSEHOLD)
        for code in implying(fact)
    ]
    # Without the coalesce, a household of which nothing is known would be neither with nor without.
    return or_(holds(HOUSEHOLD.c.id, fact, on).is_(True), *through)


def known_facts(connection: Connection, subjects: Sequence[bytes], on: date) -> dict[bytes, dict[str, Known]]:
    """What is known of these people and households on this day, by subject and fact."""
    seen = OBSERVATION.c
    found: dict[bytes, dict[str, Known]] = {}
    for start in range(0, len(subjects), _SLICE):
        part = list(subjects[start : start + _SLICE])
        shown = merged.stood_for(connection, part)
        query = (
            select(seen.subject_id, seen.fact, seen.value, seen.held_on)
            .where(
                seen.subject_id.in_([*part, *shown]),
                seen.deleted == 0,
                seen.value.is_not(None),
                seen.held_on <= on.isoformat(),
            )
            .order_by(seen.held_on, seen.stamp, seen.device, seen.n)
        )
        for subject, fact, value, held_on in connection.execute(query):
            found.setdefault(shown.get(subject, subject), {})[fact] = Known(
                bool(value), date.fromisoformat(held_on)
            )
    return found
