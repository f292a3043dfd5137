"""Whether people can still do after 30 and 90 days what they were taught: whom to ask, what they showed.

Nothing is kept of whom to ask: it follows from who was there and what was looked at since, so that laptops
that sync agree on it and nobody is asked twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.training import ASKED_AGAIN, Ability, Phase, State, asked_after
from tongcds.domain.views.training import AskAgain, Attendee, Kept
from tongcds.storage.presence import PERSON, person_present
from tongcds.storage.trainings import CHECK, Planned, attendees, planned, shown_as

_LONGEST: Final = max(last for _first, last in ASKED_AGAIN.values())

Answers = Mapping[tuple[bytes, bytes, str, int], Ability]
"""What somebody could do, by session, person, skill and after how many days."""


def to_ask(connection: Connection, on: date) -> tuple[AskAgain, ...]:
    """Whom to ask today; those of the earliest session first."""
    recent = [one for one in _held(connection) if 0 <= (on - one.slot.on).days <= _LONGEST]
    if not recent:
        return ()
    answers = _answers(connection, recent)
    here = set(connection.execute(select(PERSON.c.id).where(person_present(on))).scalars())
    found = []
    for one in recent:
        days = (on - one.slot.on).days
        after = next((after for after, (_first, last) in ASKED_AGAIN.items() if after <= days <= last), None)
        if after is None:
            continue
        found += [
            AskAgain(
                training_id=one.training_id,
                title=one.title,
                on=one.slot.on,
                subject_id=who.subject_id,
                household_id=who.household_id,
                name=who.name,
                birth_year=who.birth_year,
                village=who.village,
                skill=skill,
                after=after,
                at_end=who.checks.get((skill, Phase.AFTER)),
            )
            for who, skill in _taught(connection, one)
            if who.household_id is not None
            and who.subject_id in here
            and (one.training_id, who.subject_id, skill, after) not in answers
        ]
    return tuple(found)


def kept(connection: Connection, first: date, last: date, on: date) -> tuple[Kept, ...]:
    """Of sessions between two days, what people could still do by this day; by skill, then by time."""
    wanted = [one for one in _held(connection) if first <= one.slot.on <= last]
    answers = _answers(connection, wanted)
    taught: defaultdict[tuple[str, int], int] = defaultdict(int)
    seen: defaultdict[tuple[str, int], list[Ability]] = defaultdict(list)
    for one in wanted:
        for who, skill in _taught(connection, one):
            for after in ASKED_AGAIN:
                answer = answers.get((one.training_id, who.subject_id, skill, after))
                if answer is not None:
                    seen[skill, after].append(answer)
                if answer is not None or (on - one.slot.on).days >= after:
                    taught[skill, after] += 1
    return tuple(
        Kept(skill, after, seen[skill, after].count(Ability.ALONE), len(seen[skill, after]), count)
        for (skill, after), count in sorted(taught.items())
    )


def _held(connection: Connection) -> list[Planned]:
    return [one for one in planned(connection) if one.state is not State.CANCELLED]


def _taught(connection: Connection, one: Planned) -> Iterator[tuple[Attendee, str]]:
    for who in attendees(connection, one.training_id):
        if who.here and not who.guest:
            yield from ((who, skill) for skill in one.skills)


def _answers(connection: Connection, wanted: list[Planned]) -> Answers:
    """The latest of each."""
    taught = {one.training_id: one.slot.on for one in wanted}
    same = shown_as(connection)
    query = select(CHECK.c.training_id, CHECK.c.subject_id, CHECK.c.skill, CHECK.c.on, CHECK.c.result).where(
        CHECK.c.phase == Phase.LATER.value, CHECK.c.deleted == 0, CHECK.c.result.in_(list(Ability))
    )
    found: dict[tuple[bytes, bytes, str, int], Ability] = {}
    for training, subject, skill, day, result in connection.execute(
        query.order_by(CHECK.c.stamp, CHECK.c.id)
    ):
        after = asked_after(taught[training], date.fromisoformat(day)) if training in taught and day else None
        if after is not None:
            found[training, same.get(subject, subject), skill, after] = Ability(result)
    return found
