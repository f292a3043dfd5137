"""Training sessions: planning one, postponing it, calling it off, opening it.

Telling the teams is `training_news`'s, who came `attendance`'s, what they could do `assessing`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.catalogue import load_skills
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.training import (
    Ability,
    Clash,
    Course,
    Phase,
    Slot,
    State,
    clashes,
    courses_in_force,
    load_courses,
    share,
)
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.training import (
    LARGEST,
    LONGEST,
    LONGEST_MINUTES,
    Attendee,
    TrainingPlan,
    TrainingRow,
    TrainingsView,
    TrainingView,
)
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.records import Value
from tongcds.storage import register
from tongcds.storage import trainings as stored
from tongcds.storage.standing import standings
from tongcds.storage.trainings import Planned

_DAY_MINUTES: Final = 24 * 60
_MOST_DAYS: Final = 366
_MOST_TIMES: Final = 52


def courses(core: Core) -> tuple[Course, ...]:
    """The courses that are given today."""
    return courses_in_force(core.today)


def view(core: Core) -> TrainingsView:
    """All sessions that this computer knows of."""
    who, on, unit = core.credentials(), core.today, planner(core)
    with core.vault.read() as connection:
        rows = _rows(connection, unit)
        villages = register.villages(connection)
    ahead = [row for row in rows if row.on >= on]
    past = [row for row in reversed(rows) if row.on < on]
    return TrainingsView(
        on,
        (*ahead, *past),
        villages,
        may_announce=who.role == Role.COMMUNE,
        may_plan=who.role != Role.TRAINER,
        may_take=who.role not in {Role.AREA, Role.PROVINCE},
    )


def planner(core: Core) -> bytes:
    """The unit in whose name this computer plans; none for a trainer, who teaches what others planned."""
    who = core.credentials()
    return b"" if who.role == Role.TRAINER else who.unit_id


def _rows(connection: Connection, unit: bytes, only: bytes | None = None) -> list[TrainingRow]:
    """Sessions by day, or one of them: a list that is being taken is read again after every tick."""
    everything = stored.planned(connection)
    planned = everything if only is None else stored.planned(connection, only)
    counts = stored.counts(connection, only)
    stand = standings(connection, [one.training_id for one in planned])
    units = [unit_id for one in planned for unit_id in (one.unit_id, *one.villages)]
    names = stored.unit_names(connection, units)
    slots: dict[date, list[Slot]] = {}
    for one in everything:
        if one.state is not State.CANCELLED:
            slots.setdefault(one.slot.on, []).append(one.slot)
    return [
        TrainingRow(
            training_id=one.training_id,
            title=one.title,
            course=one.course,
            skills=one.skills,
            audience=one.audience,
            on=one.slot.on,
            starts=one.slot.starts,
            minutes=one.slot.minutes,
            place=one.slot.place,
            trainers=one.slot.trainers,
            capacity=one.capacity,
            note=one.note,
            villages=one.villages,
            village_names=tuple(filter(None, (names.get(village, "") for village in one.villages))),
            state=one.state,
            moved_from=one.moved_from,
            reason=one.reason,
            unit="" if one.unit_id == unit else names.get(one.unit_id, ""),
            mine=_is_mine(one, unit),
            invited=counts.get(one.training_id, (0, 0))[0],
            here=counts.get(one.training_id, (0, 0))[1],
            clashes=_clashes(one, slots.get(one.slot.on, ())),
            standing=stand[one.training_id],
        )
        for one in planned
    ]


def open_one(core: Core, training: bytes) -> TrainingView:
    """A session with its people, what they can do, and what became of whoever could not.

    Raises:
        UserError: training_unknown.
    """
    unit = planner(core)
    with core.vault.read() as connection:
        row = _the_row(connection, unit, training)
        villages = register.villages(connection)
        people = stored.attendees(connection, training)
        tasks = stored.tasks_of(connection, training, {one.subject_id: one for one in people})
        promised = stored.promised(connection, training)
        ratings = stored.ratings(connection, training)
    unable = {
        one.subject_id: one.guest
        for one in people
        for skill in row.skills
        if not one.member and cannot(one, skill) and (one.subject_id, skill) not in promised
    }
    takers: dict[str, int] = {}
    for one in people:
        for name in one.taken_by[:1]:
            takers[name] = takers.get(name, 0) + 1
    return TrainingView(
        row=row,
        people=people,
        shares=tuple(share(skill, _seen_of(people, skill)) for skill in row.skills),
        tasks=tasks,
        to_visit=sum(not guest for guest in unable.values()),
        guests_to_visit=sum(unable.values()),
        ratings=ratings,
        has_register=bool(unit),
        takers=tuple(sorted(takers.items(), key=lambda one: (-one[1], one[0]))),
        villages=villages,
    )


def cannot(one: Attendee, skill: str) -> bool:
    """Whether somebody was there and could not do a skill at the end, with help or without."""
    return one.here and one.checks.get((skill, Phase.AFTER)) is Ability.CANNOT


def plan(core: Core, wanted: TrainingPlan) -> tuple[bytes, EditUndo, Changes]:
    """Plan a session of the own unit. That it clashes with another is shown and stops nobody.

    Raises:
        UserError: trainer_plans_nothing, training_course_unknown, training_skill_unknown,
            training_nothing_taught, training_place_missing, training_time_wrong,
            training_capacity_wrong, text_too_long, village_unknown.
    """
    unit = _planning(core)
    values, author = _checked(core, wanted), core.author()
    own: dict[str, Value] = {
        "unit_id": unit,
        "state": State.PLANNED.value,
        "by_id": author,
    }
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        made = journal.create("training", {**values, **own})
        undo = journal.undo()
    return made, undo, Changes.of("training")


def replan(core: Core, training: bytes, wanted: TrainingPlan) -> tuple[EditUndo, Changes]:
    """Change what was planned; another day is better said by `postpone`, which keeps the reason.

    Raises:
        UserError: training_unknown, training_not_yours, and those of `plan`.
    """
    return _update(core, training, _checked(core, wanted))


def postpone(
    core: Core, training: bytes, on: date, starts: int | None = None, reason: str = ""
) -> tuple[EditUndo, Changes]:
    """Put a session on another day; the day it was to be on first stays known.

    Raises:
        UserError: training_unknown, training_not_yours, training_day_over, training_time_wrong,
            text_too_long.
    """
    if on < core.today:
        raise UserError("training_day_over")
    was = _one(core, training)
    at = was.slot.starts if starts is None else starts
    _check_time(at, was.slot.minutes)
    moved = was.moved_from or was.slot.on
    values: dict[str, Value] = {
        "on": on.isoformat(),
        "starts_at": at,
        "moved_from": moved.isoformat() if moved != on else None,
        "reason": _line(reason) or None,
        "state": State.PLANNED.value,
    }
    return _update(core, training, values)


def cancel(core: Core, training: bytes, reason: str) -> tuple[EditUndo, Changes]:
    """Call a session off; it stays in the list with the reason.

    Raises:
        UserError: training_unknown, training_not_yours, training_reason_missing, text_too_long.
    """
    if not clean(reason):
        raise UserError("training_reason_missing")
    return _update(core, training, {"state": State.CANCELLED.value, "reason": _line(reason)})


def repeat(
    core: Core, training: bytes, *, every: int, times: int
) -> tuple[tuple[bytes, ...], EditUndo, Changes]:
    """Plan the same session again, every so many days.

    Raises:
        UserError: training_unknown, training_repeat_wrong, trainer_plans_nothing.
    """
    if not (1 <= every <= _MOST_DAYS and 1 <= times <= _MOST_TIMES):
        raise UserError("training_repeat_wrong", days=_MOST_DAYS, times=_MOST_TIMES)
    was = plan_of(the_row(core, training))
    author, unit = core.author(), _planning(core)
    made = []
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        for at in range(1, times + 1):
            again = replace(was, on=was.on + timedelta(days=every * at))
            values = _values(again)
            own: dict[str, Value] = {"unit_id": unit, "state": State.PLANNED.value, "by_id": author}
            made.append(journal.create("training", {**values, **own}))
        undo = journal.undo()
    return tuple(made), undo, Changes.of("training")


def plan_of(row: TrainingRow) -> TrainingPlan:
    """A session as a form begins with it."""
    return TrainingPlan(
        on=row.on,
        starts=row.starts,
        place=row.place,
        course=row.course,
        skills=row.skills,
        title=row.title,
        minutes=row.minutes,
        trainers=row.trainers,
        capacity=row.capacity,
        note=row.note,
        villages=row.villages,
        audience=row.audience,
    )


def would_clash(core: Core, wanted: TrainingPlan, but: bytes = b"") -> tuple[tuple[TrainingRow, Clash], ...]:
    """The sessions that one which is being planned would get in the way of."""
    rows = {row.training_id: row for row in view(core).rows if row.state is not State.CANCELLED}
    values = _values(wanted)
    minutes = values["minutes"]
    slot = Slot(
        but,
        wanted.on,
        wanted.starts,
        minutes if isinstance(minutes, int) else 0,
        wanted.place,
        wanted.trainers,
    )
    others = [slot_of(row) for row in rows.values()]
    return tuple((rows[clash.training_id], clash) for clash in clashes(slot, others))


def villages_named(core: Core, names: Sequence[str]) -> tuple[bytes, ...]:
    """The villages of these names, marks aside.

    Raises:
        UserError: village_unknown.
    """
    with core.vault.read() as connection:
        known = register.villages(connection)
    found = [register.named(known, name) for name in names]
    if None in found:
        raise UserError("village_unknown")
    return tuple(village for village in found if village is not None)


def slot_of(row: TrainingRow) -> Slot:
    """When and where a session is."""
    return Slot(row.training_id, row.on, row.starts, row.minutes, row.place, row.trainers)


def _planning(core: Core) -> bytes:
    unit = planner(core)
    if not unit:
        raise UserError("trainer_plans_nothing")
    return unit


def _is_mine(one: Planned, unit: bytes) -> bool:
    return one.unit_id == unit


def _clashes(one: Planned, slots: Sequence[Slot]) -> tuple[Clash, ...]:
    return () if one.state is State.CANCELLED else clashes(one.slot, slots)


def _seen_of(people: Sequence[Attendee], skill: str) -> list[tuple[Phase, Ability]]:
    return [
        (phase, ability)
        for one in people
        if one.here
        for (of, phase), ability in one.checks.items()
        if of == skill
    ]


def the_row(core: Core, training: bytes) -> TrainingRow:
    """A session as the list shows it.

    Raises:
        UserError: training_unknown.
    """
    unit = planner(core)
    with core.vault.read() as connection:
        return _the_row(connection, unit, training)


def _the_row(connection: Connection, unit: bytes, training: bytes) -> TrainingRow:
    for row in _rows(connection, unit, training):
        return row
    raise UserError("training_unknown")


def _one(core: Core, training: bytes) -> Planned:
    with core.vault.read() as connection:
        found = stored.planned(connection, training)
    if not found:
        raise UserError("training_unknown")
    return found[0]


def _update(core: Core, training: bytes, values: dict[str, Value]) -> tuple[EditUndo, Changes]:
    if not _is_mine(_one(core, training), planner(core)):
        raise UserError("training_not_yours")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        change.writer.load("training", [training])
        journal.update("training", training, **values)
        undo = journal.undo()
    return undo, Changes.of("training")


def _checked(core: Core, wanted: TrainingPlan) -> dict[str, Value]:
    if wanted.course and wanted.course not in load_courses():
        raise UserError("training_course_unknown", code=wanted.course)
    unknown = [code for code in wanted.skills if code not in load_skills()]
    if unknown:
        raise UserError("training_skill_unknown", code=unknown[0])
    values = _values(wanted)
    if not values["skills"]:
        raise UserError("training_nothing_taught")
    if not values["place"]:
        raise UserError("training_place_missing")
    minutes = values["minutes"]
    _check_time(wanted.starts, minutes if isinstance(minutes, int) else 0)
    if wanted.capacity is not None and not 1 <= wanted.capacity <= LARGEST:
        raise UserError("training_capacity_wrong", most=LARGEST)
    with core.vault.read() as connection:
        known = {village for village, _name in register.villages(connection)}
    if not set(wanted.villages) <= known:
        raise UserError("village_unknown")
    return values


def _values(wanted: TrainingPlan) -> dict[str, Value]:
    """The fields of the record; what the plan leaves open is the course's."""
    course = load_courses().get(wanted.course)
    skills = wanted.skills or (course.skills if course is not None else ())
    known = load_skills()
    usual = sum(known[code].minutes for code in skills if code in known)
    named = course.name(language()) if course is not None else ""
    if not named and skills and skills[0] in known:
        named = known[skills[0]].name(language())
    return {
        "title": _line(wanted.title) or named or None,
        "course": wanted.course or None,
        "skills": ";".join(dict.fromkeys(skills)) or None,
        "audience": (course.audience if course is not None else wanted.audience).value,
        "on": wanted.on.isoformat(),
        "starts_at": wanted.starts,
        "minutes": usual if wanted.minutes is None else wanted.minutes,
        "place": _line(wanted.place) or None,
        "trainers": "; ".join(filter(None, map(_line, wanted.trainers))) or None,
        "capacity": wanted.capacity,
        "note": _lines(wanted.note) or None,
        "village_ids": b"".join(dict.fromkeys(wanted.villages)) or None,
    }


def _check_time(starts: int, minutes: int) -> None:
    if not 0 <= starts < _DAY_MINUTES or not 1 <= minutes <= LONGEST_MINUTES:
        raise UserError("training_time_wrong")


def _line(words: str) -> str:
    return _short(clean(words))


def _lines(words: str) -> str:
    return _short(clean_lines(words))


def _short(words: str) -> str:
    if len(words) > LONGEST:
        raise UserError("text_too_long", most=LONGEST)
    return words
