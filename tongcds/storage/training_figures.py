"""What training sessions of some days came to: who was reached, what they can do, and who taught.

One session is read by `trainings`; here many are counted by the same rules: somebody was there where any
record says so, the latest check counts, and two records of one person are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, func, select

from tongcds.domain.training import Ability, Phase, Share, State, share
from tongcds.domain.views.training import Reached, Taught, TrainingFigures
from tongcds.storage import register
from tongcds.storage.members import staff
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present
from tongcds.storage.trainings import ATTENDANCE, CHECK, Planned, planned, shown_as

_PHASES: Final = (Phase.BEFORE.value, Phase.AFTER.value)

Came = Mapping[bytes, Mapping[bytes, bytes]]
"""By session: who was there, each with the village that they were noted in."""


def figures(connection: Connection, first: date, last: date) -> TrainingFigures:
    """Count the sessions from one day to another, both included."""
    wanted = {
        one.training_id: one
        for one in planned(connection)
        if first <= one.slot.on <= last and one.state is not State.CANCELLED
    }
    same = shown_as(connection)
    came = _came(connection, wanted, same)
    held = [one for one in wanted.values() if one.training_id in came]
    lives = _lives(connection, last)
    people = {subject for of in came.values() for subject in of}
    members = {one.member_id for one in staff(connection, last)}
    known = people & (_registered(connection) | _told(connection, same))
    return TrainingFigures(
        first=first,
        last=last,
        sessions=len(held),
        minutes=sum(one.slot.minutes for one in held),
        people=len(people),
        guests=len(people - known - members),
        there=sum(map(len, came.values())),
        villages=_reached(register.villages(connection), _without(came, members), known, lives),
        skills=tuple(sorted(_skills(connection, came, same), key=_weakest)),
        trainers=_taught(held, came),
    )


def _came(connection: Connection, wanted: Iterable[bytes], same: Mapping[bytes, bytes]) -> Came:
    sessions = set(wanted)
    query = select(ATTENDANCE.c.training_id, ATTENDANCE.c.subject_id, ATTENDANCE.c.village_id).where(
        ATTENDANCE.c.deleted == 0, ATTENDANCE.c.erased.is_(None), ATTENDANCE.c.here == 1
    )
    found: dict[bytes, dict[bytes, bytes]] = {}
    for training, subject, village in connection.execute(query.order_by(ATTENDANCE.c.id)):
        if training in sessions and subject is not None:
            found.setdefault(training, {})[same.get(subject, subject)] = village
    return found


def _without(came: Came, members: set[bytes]) -> Came:
    """Members who learn are nobody that a village was reached by."""
    return {
        training: {who: village for who, village in of.items() if who not in members}
        for training, of in came.items()
    }


def _registered(connection: Connection) -> set[bytes]:
    query = select(PERSON.c.id).where(PERSON.c.deleted == 0, PERSON.c.erased.is_(None))
    return set(connection.execute(query).scalars())


def _told(connection: Connection, same: Mapping[bytes, bytes]) -> set[bytes]:
    """Who is of a register elsewhere: a trainer is told so by the server."""
    query = select(ATTENDANCE.c.subject_id).where(ATTENDANCE.c.household_id.is_not(None))
    return {same.get(subject, subject) for subject in connection.execute(query).scalars()}


def _lives(connection: Connection, on: date) -> dict[bytes, int]:
    query = (
        select(PERSON.c.village_id, func.count())
        .join_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
        .where(person_present(on), household_present(on))
        .group_by(PERSON.c.village_id)
    )
    return dict(connection.execute(query).all())


def _reached(
    villages: Sequence[tuple[bytes, str]], came: Came, known: set[bytes], lives: Mapping[bytes, int]
) -> tuple[Reached, ...]:
    of_village: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for people in came.values():
        for subject, village in people.items():
            of_village[village].add(subject)
    rows = [
        Reached(
            village,
            name,
            len(of_village[village] & known),
            len(of_village[village] - known),
            lives.get(village, 0),
        )
        for village, name in villages
    ]
    return tuple(sorted(rows, key=lambda row: row.share or 0.0))


def _skills(connection: Connection, came: Came, same: Mapping[bytes, bytes]) -> list[Share]:
    query = select(CHECK.c.training_id, CHECK.c.subject_id, CHECK.c.skill, CHECK.c.phase, CHECK.c.result)
    query = query.where(CHECK.c.deleted == 0, CHECK.c.phase.in_(_PHASES), CHECK.c.result.in_(list(Ability)))
    latest: dict[tuple[str, bytes, bytes, Phase], Ability] = {}
    for training, subject, skill, phase, result in connection.execute(
        query.order_by(CHECK.c.stamp, CHECK.c.id)
    ):
        shown = same.get(subject, subject)
        if shown in came.get(training, {}):
            latest[skill, training, shown, Phase(phase)] = Ability(result)
    seen: defaultdict[str, list[tuple[Phase, Ability]]] = defaultdict(list)
    for (skill, _training, _subject, phase), ability in latest.items():
        seen[skill].append((phase, ability))
    return [share(skill, of) for skill, of in seen.items()]


def _weakest(one: Share) -> tuple[float, str]:
    return (1.0 if one.part_after is None else one.part_after, one.skill)


def _taught(held: Sequence[Planned], came: Came) -> tuple[Taught, ...]:
    found: dict[str, Taught] = {}
    for one in held:
        there = len(came[one.training_id])
        for name in one.slot.trainers:
            was = found.get(name, Taught(name, 0, 0, 0))
            found[name] = Taught(name, was.sessions + 1, was.minutes + one.slot.minutes, was.there + there)
    return tuple(sorted(found.values(), key=lambda one: (-one.there, one.name)))
