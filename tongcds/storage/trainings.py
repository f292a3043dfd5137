"""Training sessions: reading them, who was there, what they could do, and what became of whoever could not.

Several laptops write of one session without knowing of each other, so each person may have several records:
here they become one. Somebody was there where any record says so; of checks of one skill and phase the latest
counts. Two records of one person (`merged`) are one person here too. A trainer's computer has no register:
what it shows of people stands in the records of the session (`replica.trainees`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, select

from tongcds.domain.text import name_sort_key
from tongcds.domain.training import Ability, Audience, Phase, Slot, State, names_in
from tongcds.domain.views import Result
from tongcds.domain.views.training import Attendee, Ratings, Shown, TaskOf
from tongcds.records import record_type
from tongcds.storage import merged
from tongcds.storage.people import member_names
from tongcds.storage.presence import PERSON, aged, person_present
from tongcds.storage.wording import split_ids

TRAINING: Final = record_type("training").table
ATTENDANCE: Final = record_type("attendance").table
CHECK: Final = record_type("skill_check").table
RATING: Final = record_type("training_rating").table
_FOLLOW_UP: Final = record_type("follow_up").table
_OBSERVATION: Final = record_type("observation").table
_SUPPORT: Final = record_type("support").table
_VILLAGE: Final = record_type("village").table
_MEMBER: Final = record_type("member").table
_UNIT: Final = record_type("unit").table
_SLICE: Final = 400
_MOST: Final = 500
_ABILITY_OF: Final = {Result.ALONE.value: Ability.ALONE, Result.TOGETHER.value: Ability.HELPED}

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class Planned:
    """A session as its record has it."""

    training_id: bytes
    unit_id: bytes
    title: str
    course: str
    skills: tuple[str, ...]
    audience: Audience
    slot: Slot
    capacity: int | None
    note: str
    villages: tuple[bytes, ...]
    state: State
    moved_from: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What one record says of somebody at a session."""

    record_id: bytes
    village_id: bytes
    by_id: bytes | None
    name: str | None
    birth_year: int | None
    home: str | None
    household_id: bytes | None
    invited: bool
    here: bool


@dataclass(slots=True)
class _Person:
    """What the records of one person say together."""

    records: list[_Row] = field(default_factory=list)

    @property
    def here(self) -> bool:
        return any(row.here for row in self.records)

    @property
    def invited(self) -> bool:
        return any(row.invited for row in self.records)

    def said(self, name: str) -> Any:  # noqa: ANN401 - the value of a column
        return next((getattr(row, name) for row in self.records if getattr(row, name) is not None), None)


def planned(connection: Connection, training_id: bytes | None = None) -> tuple[Planned, ...]:
    """All sessions that are whole, or one of them; by day, the first first."""
    table = TRAINING.c
    query = select(TRAINING).where(table.deleted == 0, table.on.is_not(None), table.unit_id.is_not(None))
    if training_id is not None:
        query = query.where(table.id == training_id)
    rows = connection.execute(query.order_by(table.on.desc(), table.id).limit(_MOST)).all()
    return tuple(_planned(row) for row in reversed(rows))


def _planned(row: _Row) -> Planned:
    return Planned(
        training_id=row.id,
        unit_id=row.unit_id,
        title=row.title or "",
        course=row.course or "",
        skills=tuple(filter(None, (row.skills or "").split(";"))),
        audience=Audience(row.audience) if row.audience in set(Audience) else Audience.CITIZENS,
        slot=Slot(
            row.id,
            date.fromisoformat(row.on),
            row.starts_at or 0,
            row.minutes or 0,
            row.place or "",
            names_in(row.trainers or ""),
        ),
        capacity=row.capacity,
        note=row.note or "",
        villages=tuple(split_ids(row.village_ids)),
        state=State(row.state) if row.state in set(State) else State.PLANNED,
        moved_from=date.fromisoformat(row.moved_from) if row.moved_from else None,
        reason=row.reason or "",
    )


def counts(connection: Connection, training_id: bytes | None = None) -> dict[bytes, tuple[int, int]]:
    """How many people were invited to each session, or one of them, and how many were there."""
    people: dict[bytes, dict[bytes, _Person]] = {}
    columns = (ATTENDANCE.c.subject_id, ATTENDANCE.c.invited, ATTENDANCE.c.here)
    query = select(ATTENDANCE.c.training_id, *columns).where(_whole())
    if training_id is not None:
        query = query.where(ATTENDANCE.c.training_id == training_id)
    rows = connection.execute(query).all()
    same = shown_instead(connection, [row.subject_id for row in rows])
    for row in rows:
        of_one = people.setdefault(row.training_id, {})
        of_one.setdefault(same.get(row.subject_id, row.subject_id), _Person()).records.append(row)
    return {
        training: (sum(one.invited for one in of.values()), sum(one.here for one in of.values()))
        for training, of in people.items()
    }


def attendance_of(connection: Connection, training_id: bytes, subject_id: bytes) -> tuple[Noted, ...]:
    """The records about one person of a session, under any record of theirs."""
    others = merged.stood_for(connection, [subject_id])
    query = select(ATTENDANCE).where(
        _whole(), ATTENDANCE.c.training_id == training_id, ATTENDANCE.c.subject_id.in_([subject_id, *others])
    )
    return tuple(
        Noted(
            row.id,
            row.village_id,
            row.by_id,
            row.name,
            row.birth_year,
            row.home,
            row.household_id,
            bool(row.invited),
            bool(row.here),
        )
        for row in connection.execute(query.order_by(ATTENDANCE.c.stamp, ATTENDANCE.c.id))
    )


def attendees(connection: Connection, training_id: bytes) -> tuple[Attendee, ...]:
    """The people of a session by given name, each once; those who were called off are left out."""
    query = select(ATTENDANCE).where(_whole(), ATTENDANCE.c.training_id == training_id)
    rows = connection.execute(query.order_by(ATTENDANCE.c.stamp, ATTENDANCE.c.id)).all()
    same = shown_instead(connection, [row.subject_id for row in rows])
    people: dict[bytes, _Person] = {}
    for row in rows:
        people.setdefault(same.get(row.subject_id, row.subject_id), _Person()).records.append(row)
    registered = _registered(connection, list(people))
    villages = _village_names(connection, [row.village_id for row in rows if row.village_id])
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    checks = _checks(connection, training_id, same)
    staff = _members(connection, list(people))
    found = []
    for subject, one in people.items():
        if not (one.here or one.invited):
            continue
        person = registered.get(subject)
        village = one.records[0].village_id
        year = one.said("birth_year") if person is None else year_of(person.birth)
        found.append(
            Attendee(
                subject_id=subject,
                name=(one.said("name") if person is None else person.full_name) or "",
                birth_year=year,
                village=(one.said("home") if person is None else "") or villages.get(village, ""),
                village_id=village,
                household_id=one.said("household_id") if person is None else person.household_id,
                invited=one.invited,
                here=one.here,
                taken_by=tuple(
                    dict.fromkeys(names.get(row.by_id, "") for row in one.records if row.here and row.by_id)
                ),
                checks=checks.get(subject, {}),
                member=subject in staff,
            )
        )
    return tuple(sorted(found, key=_by_name))


def latest_check(
    connection: Connection,
    training_id: bytes,
    seen: Shown,
    days: tuple[date, date] = (date.min, date.max),
) -> tuple[str, tuple[bytes, ...]] | None:
    """What was seen last of one skill on some days, and what followed from it and is still there.

    `seen` says whom, which skill and when it is about; of its result nothing is asked.
    """
    first, last = (day.isoformat() for day in days)
    row = connection.execute(
        select(CHECK.c.result, CHECK.c.observed)
        .where(
            CHECK.c.training_id == training_id,
            CHECK.c.subject_id == seen.subject_id,
            CHECK.c.skill == seen.skill,
            CHECK.c.phase == seen.phase.value,
            CHECK.c.deleted == 0,
            CHECK.c.on.between(first, last),
        )
        .order_by(CHECK.c.stamp.desc(), CHECK.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    there = select(_OBSERVATION.c.id).where(
        _OBSERVATION.c.id.in_(list(split_ids(row.observed))), _OBSERVATION.c.deleted == 0
    )
    return row.result or "", tuple(connection.execute(there).scalars())


def place_of(connection: Connection, subject_id: bytes) -> _Row | None:
    """Village and household of a person who is on record; None for anybody else."""
    query = select(PERSON.c.id, PERSON.c.village_id, PERSON.c.household_id).where(
        PERSON.c.id == subject_id, PERSON.c.deleted == 0, PERSON.c.erased.is_(None)
    )
    return connection.execute(query).one_or_none()


def tasks_of(
    connection: Connection, training_id: bytes, people: Mapping[bytes, Attendee]
) -> tuple[TaskOf, ...]:
    """What was promised after a session, each promise once, however many laptops wrote it down."""
    table = _FOLLOW_UP.c
    rows = connection.execute(
        select(_FOLLOW_UP)
        .where(table.training_id == training_id, table.deleted == 0, table.erased.is_(None))
        .order_by(table.state == "open", table.id)
    ).all()
    results = _results(connection, [row.closing_visit_id for row in rows if row.closing_visit_id])
    found: dict[tuple[bytes, str], TaskOf] = {}
    for row in rows:
        who = next(iter(split_ids(row.person_ids)), b"")
        skill = row.skill or ""
        one = people.get(who)
        if one is None or (who, skill) in found:
            continue
        later = one.checks.get((skill, Phase.LATER))
        found[who, skill] = TaskOf(
            subject_id=who,
            name=one.name,
            village=one.village,
            skill=skill,
            due_on=date.fromisoformat(row.due_on) if row.due_on else None,
            visited_on=date.fromisoformat(row.done_on) if row.done_on and row.state == "done" else None,
            called_off=row.state == "cancelled",
            can=later
            or results.get((row.closing_visit_id, row.service or "", who))
            or (Ability(row.shown) if row.shown in set(Ability) else None),
        )
    return tuple(
        sorted(found.values(), key=lambda task: (task.village, name_sort_key(task.name), task.skill))
    )


def promised(connection: Connection, training_id: bytes) -> set[tuple[bytes, str]]:
    """Person and skill of everything that was promised after a session, kept or not."""
    table = _FOLLOW_UP.c
    rows = connection.execute(
        select(table.person_ids, table.skill).where(table.training_id == training_id, table.deleted == 0)
    )
    same = {(who, skill or "") for people, skill in rows for who in split_ids(people)}
    shown = shown_instead(connection, [who for who, _skill in same])
    return {(shown.get(who, who), skill) for who, skill in same}


def ratings(connection: Connection, training_id: bytes) -> Ratings:
    """All slips added up."""
    rating = RATING.c
    sums = (func.coalesce(func.sum(one), 0) for one in (rating.good, rating.fair, rating.poor))
    query = select(*sums).where(rating.training_id == training_id, rating.deleted == 0)
    return Ratings(*connection.execute(query).one())


def people_of(
    connection: Connection, households: Sequence[bytes], on: date, least_age: int
) -> tuple[bytes, ...]:
    """Who lives in these households on a day and is so old; with an age, a birth must be known."""
    found: list[bytes] = []
    for start in range(0, len(households), _SLICE):
        query = select(PERSON.c.id).where(
            PERSON.c.household_id.in_(households[start : start + _SLICE]), person_present(on)
        )
        if least_age:
            query = query.where(aged(least_age, on))
        found.extend(connection.execute(query.order_by(PERSON.c.id)).scalars())
    return tuple(found)


def unit_names(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, str]:
    """What villages and units above are called."""
    wanted = sorted(set(ids))
    found = _village_names(connection, wanted)
    query = select(_UNIT.c.id, _UNIT.c.name).where(_UNIT.c.id.in_(wanted))
    return found | {unit: name or "" for unit, name in connection.execute(query)}


def _whole() -> ColumnElement[bool]:
    return and_(
        ATTENDANCE.c.deleted == 0,
        ATTENDANCE.c.erased.is_(None),
        ATTENDANCE.c.training_id.is_not(None),
        ATTENDANCE.c.subject_id.is_not(None),
    )


def shown_instead(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, bytes]:
    """For records that another stands for: that one."""
    found: dict[bytes, bytes] = {}
    wanted = sorted(set(subjects))
    for start in range(0, len(wanted), _SLICE):
        query = select(merged.MERGED.c.id, merged.MERGED.c.survivor).where(
            merged.MERGED.c.id.in_(wanted[start : start + _SLICE])
        )
        found.update(connection.execute(query).all())
    return found


def shown_as(connection: Connection) -> dict[bytes, bytes]:
    """Every record that another stands for, with that one."""
    return dict(connection.execute(select(merged.MERGED.c.id, merged.MERGED.c.survivor)).all())


def _registered(connection: Connection, subjects: Sequence[bytes]) -> dict[bytes, _Row]:
    found: dict[bytes, _Row] = {}
    for start in range(0, len(subjects), _SLICE):
        query = select(PERSON.c.id, PERSON.c.full_name, PERSON.c.birth, PERSON.c.household_id).where(
            PERSON.c.id.in_(subjects[start : start + _SLICE]),
            PERSON.c.deleted == 0,
            PERSON.c.erased.is_(None),
            PERSON.c.household_id.is_not(None),
        )
        found.update((row.id, row) for row in connection.execute(query))
    return found


def _members(connection: Connection, subjects: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(subjects), _SLICE):
        query = select(_MEMBER.c.id).where(_MEMBER.c.id.in_(subjects[start : start + _SLICE]))
        found.update(connection.execute(query).scalars())
    return found


def _village_names(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, str]:
    query = select(_VILLAGE.c.id, _VILLAGE.c.name).where(_VILLAGE.c.id.in_(sorted(set(ids))))
    return {village: name or "" for village, name in connection.execute(query)}


def _checks(
    connection: Connection, training_id: bytes, same: Mapping[bytes, bytes]
) -> dict[bytes, dict[tuple[str, Phase], Ability]]:
    found: dict[bytes, dict[tuple[str, Phase], Ability]] = {}
    query = select(CHECK.c.subject_id, CHECK.c.skill, CHECK.c.phase, CHECK.c.result).where(
        CHECK.c.training_id == training_id,
        CHECK.c.deleted == 0,
        CHECK.c.result.in_(list(Ability)),
        CHECK.c.phase.in_(list(Phase)),
    )
    for subject, skill, phase, result in connection.execute(query.order_by(CHECK.c.stamp, CHECK.c.id)):
        found.setdefault(same.get(subject, subject), {})[skill, Phase(phase)] = Ability(result)
    return found


def _results(connection: Connection, visits: Sequence[bytes]) -> dict[tuple[bytes, str, bytes], Ability]:
    """What came of supports on visits, by visit, service and person."""
    found: dict[tuple[bytes, str, bytes], Ability] = {}
    query = select(_SUPPORT).where(_SUPPORT.c.visit_id.in_(sorted(set(visits))), _SUPPORT.c.deleted == 0)
    for row in connection.execute(query):
        if row.result in _ABILITY_OF:
            for who in split_ids(row.person_ids):
                found[row.visit_id, row.service or "", who] = _ABILITY_OF[row.result]
    return found


def _by_name(one: Attendee) -> tuple[str, str, bytes]:
    # A second guest of one name is called "Vì Thị Xôm (2)", and stands beside the first.
    return name_sort_key(one.name.partition(" (")[0]), one.name, one.subject_id


def year_of(birth: str | None) -> int | None:
    """The year of a birth, however much of the day is known."""
    return int(birth[:4]) if birth else None
