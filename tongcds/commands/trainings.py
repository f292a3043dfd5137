"""Commands of training: courses, sessions, who was there, what they can do, and who is to be visited."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta

from tongcds.actions import assessing, attendance, training_news, trainings
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, plain, read_day, show
from tongcds.commands.filters import add_narrowing, wanted_of
from tongcds.domain.training import (
    ABILITY_WORDS,
    AUDIENCE_WORDS,
    DAYS_TO_VISIT,
    PHASE_WORDS,
    STATE_WORDS,
    Ability,
    Audience,
    Phase,
    is_whole,
    load_courses,
    read_time,
    skill_name,
    time_words,
)
from tongcds.domain.views.training import (
    Attendee,
    Guest,
    Ratings,
    Shown,
    TaskOf,
    TrainingPlan,
    TrainingRow,
    TrainingView,
)
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, language, ngettext

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("courses", list_courses, "courses with their skills, and how long each takes")
    add("trainings", list_all, "training sessions: those to come, then those that were")
    made = add("training-plan", plan, "plan a training session, or change one that was planned")
    made.add_argument("--course", default="", metavar="CODE", help="as `courses` lists it")
    made.add_argument("--skill", action="append", default=[], metavar="CODE", help="only these; repeat")
    made.add_argument("--on", help="day as 2026-11-25")
    made.add_argument("--at", help="begins at, as 19:30")
    made.add_argument("--place")
    made.add_argument("--title", default="", help="the course's name without it")
    made.add_argument("--minutes", type=int, help="as long as its skills take without it")
    made.add_argument("--trainer", action="append", default=[], metavar="NAME", help="repeat for several")
    made.add_argument("--capacity", type=int, metavar="PEOPLE")
    made.add_argument("--audience", choices=[one.value for one in Audience], help="citizens without it")
    made.add_argument("--materials", default="", metavar="TEXT", help="what to bring; units above read it")
    made.add_argument("--for", dest="villages", action="append", default=[], metavar="VILLAGE")
    made.add_argument("--change", metavar="ID", help="change this session instead")
    made = add("training", one, "one session: its list, what people can do, and their tasks")
    made.add_argument("id", help="as `trainings` lists it, or the beginning of it")
    made.add_argument("--postpone", metavar="DAY", help="put it on another day")
    made.add_argument("--at", help="and time, as 19:30")
    made.add_argument("--reason", default="", help="why, for --postpone and --call-off")
    made.add_argument("--call-off", action="store_true")
    made.add_argument("--announce", action="store_true", help="tell the teams of its villages")
    made.add_argument("--repeat", type=int, metavar="TIMES", help="plan it again so many times")
    made.add_argument("--every", type=int, default=7, metavar="DAYS", help="for --repeat")
    made.add_argument("--finish", action="store_true", help="end it: who could not do it becomes a task")
    made.add_argument("--due", metavar="DAY", help=f"for --finish; in {DAYS_TO_VISIT} days without it")
    for name in ("good", "fair", "poor"):
        made.add_argument(f"--{name}", type=int, default=0, metavar="SLIPS", help="add slips of opinions")
    _add_people_to(add)


def _add_people_to(add: Add) -> None:
    made = add("attend", attend, "tick who is there at a session, or invite people")
    made.add_argument("id", help="as for `training`")
    made.add_argument("names", nargs="*", help="a name each, marks or none, a year of birth behind it")
    made.add_argument("--invite", action="store_true", help="they are expected; nobody is ticked")
    made.add_argument("--members", action="store_true", help="invite the members of teams, or of the office")
    made.add_argument("--text", default="", help="for --invite: people of households that match this")
    made.add_argument("--aged", type=int, metavar="YEARS", help="for --invite: all of this age or older")
    add_narrowing(made)
    made.add_argument("--not-here", action="store_true", help="take their tick away")
    made.add_argument("--off-list", action="store_true", help="take them off the list")
    made.add_argument("--guest", metavar="NAME", help="somebody of no register here is there")
    made.add_argument("--born", type=int, metavar="YEAR", help="of the guest")
    made.add_argument("--home", default="", metavar="VILLAGE", help="of the guest")
    made.add_argument("--another", action="store_true", help="a second guest of that name, year and village")
    made = add("assess", assess, "note what people at a session can do")
    made.add_argument("id", help="as for `training`")
    made.add_argument("skill", help="its code")
    made.add_argument("ability", choices=[one.value for one in Ability])
    made.add_argument("names", nargs="*", help="without names: everybody there who was not looked at yet")
    made.add_argument("--phase", choices=[one.value for one in Phase], default=Phase.AFTER.value)
    made.add_argument("--on", metavar="DAY", help="the day of the session without it")


def list_courses(options: argparse.Namespace, core: Core) -> int:
    """List courses."""
    lines = []
    for course in trainings.courses(core):
        whom = _(AUDIENCE_WORDS[course.audience])
        lines.append(f"{course.code:<16} {course.minutes:>4} min  {course.name(language())} ({whom})")
        lines += [f"    {code:<6} {skill_name(code)}" for code in course.skills]
    show(options, {"courses": [asdict(course) for course in trainings.courses(core)]}, lines)
    return DONE


def list_all(options: argparse.Namespace, core: Core) -> int:
    """List sessions."""
    view = trainings.view(core)
    show(options, view, [line for row in view.rows for line in _lines(row)])
    return DONE


def plan(options: argparse.Namespace, core: Core) -> int:
    """Plan a session, or change one."""
    before = _the_one(core, options.change) if options.change else None
    wanted = _wanted(options, core, before)
    if before is None:
        made, _undo, _changes = trainings.plan(core, wanted)
    else:
        made = before.training_id
        trainings.replan(core, made, wanted)
    row = trainings.the_row(core, made)
    show(options, row, _lines(row))
    return DONE


def one(options: argparse.Namespace, core: Core) -> int:
    """Do something about a session, and show it."""
    training = _the_one(core, options.id).training_id
    if options.postpone:
        at = read_time(options.at) if options.at else None
        if options.at and at is None:
            raise UserError("training_time_wrong")
        trainings.postpone(core, training, read_day(options.postpone), at, options.reason)
    elif options.call_off:
        trainings.cancel(core, training, options.reason)
    elif options.repeat:
        trainings.repeat(core, training, every=options.every, times=options.repeat)
    elif options.good or options.fair or options.poor:
        assessing.rate(core, training, Ratings(options.good, options.fair, options.poor))
    elif options.finish:
        due = read_day(options.due) if options.due else core.today + timedelta(days=DAYS_TO_VISIT)
        assessing.finish(core, training, due)
    if options.announce:
        training_news.announce(core, training)
    _answer(options, trainings.open_one(core, training))
    return DONE


def attend(options: argparse.Namespace, core: Core) -> int:
    """Tick, invite, take ticks away, or write a guest down; then show the session."""
    training = _the_one(core, options.id).training_id
    people = [_person(core, training, name) for name in options.names]
    if options.guest:
        who = Guest(options.guest, options.born, options.home)
        attendance.guest(core, training, who, another=options.another)
    if options.members:
        people += attendance.members_to_invite(core, training)
    if options.invite or options.members:
        if options.aged is not None or options.text or options.filter or options.village:
            wanted = wanted_of(options, core)
            people += attendance.invitable(core, training, wanted, options.aged or 0)
        attendance.invite(core, training, people)
    elif options.off_list:
        attendance.call_off(core, training, people)
    elif options.not_here:
        attendance.not_here(core, training, people)
    elif people or not options.guest:
        attendance.come(core, training, people)
    _answer(options, trainings.open_one(core, training))
    return DONE


def assess(options: argparse.Namespace, core: Core) -> int:
    """Note what people can do; then show the session."""
    training = _the_one(core, options.id).training_id
    phase, ability = Phase(options.phase), Ability(options.ability)
    if options.names:
        people = [_person(core, training, name) for name in options.names]
    else:
        listed = trainings.open_one(core, training).people
        people = [who.subject_id for who in listed if who.here and (options.skill, phase) not in who.checks]
    seen = [Shown(subject, options.skill, phase, ability) for subject in people]
    assessing.assess(core, training, seen, read_day(options.on) if options.on else None)
    _answer(options, trainings.open_one(core, training))
    return DONE


def _wanted(options: argparse.Namespace, core: Core, before: TrainingRow | None) -> TrainingPlan:
    was = trainings.plan_of(before) if before is not None else None
    starts = read_time(options.at) if options.at else (was.starts if was is not None else None)
    if starts is None:
        raise UserError("training_time_wrong")
    if options.on is None and was is None:
        raise UserError("date_invalid")
    course = options.course or (was.course if was is not None else "")
    named = bool(options.course or options.skill)
    villages = trainings.villages_named(core, options.villages)
    audience = Audience.CITIZENS if was is None else was.audience
    if options.audience:
        audience = Audience(options.audience)
    return TrainingPlan(
        on=read_day(options.on) if options.on or was is None else was.on,
        starts=starts,
        place=options.place or (was.place if was is not None else ""),
        course=course,
        skills=tuple(options.skill) if named or was is None else was.skills,
        title=options.title or (was.title if was is not None and not named else ""),
        minutes=options.minutes or (was.minutes if was is not None and not named else None),
        trainers=tuple(options.trainer) or (was.trainers if was is not None else ()),
        capacity=options.capacity or (was.capacity if was is not None else None),
        note=options.materials or (was.note if was is not None else ""),
        villages=villages or (was.villages if was is not None else ()),
        audience=audience,
    )


def _the_one(core: Core, beginning: str) -> TrainingRow:
    fitting = [
        row for row in trainings.view(core).rows if row.training_id.hex().startswith(beginning.lower())
    ]
    if not beginning or len(fitting) != 1:
        raise UserError("training_unknown")
    return fitting[0]


def _person(core: Core, training: bytes, typed: str) -> bytes:
    found = attendance.candidates(core, training, typed)
    meant = [one for one in found if is_whole(typed, one.name)] or found
    if len(meant) != 1:
        raise UserError("training_person_unclear", count=len(meant), name=typed)
    return meant[0].subject_id


def _answer(options: argparse.Namespace, view: TrainingView) -> None:
    lines = _lines(view.row)
    for share in view.shares:
        lines.append(
            f"    {share.skill:<6} {skill_name(share.skill)}: "
            f"{share.before}/{share.asked_before} → {share.after}/{share.asked_after} "
            + _("alone, before → after")
        )
    lines += [_person_line(view.row.skills, who) for who in view.people]
    lines += [_task_line(task) for task in view.tasks]
    lines.append(
        ngettext("{n} person to visit", "{n} people to visit", view.to_visit).format(n=view.to_visit)
    )
    slips = view.ratings
    if slips != Ratings():
        words = _("Liked it: {good}, so so: {fair}, not: {poor}")
        lines.append(words.format(good=slips.good, fair=slips.fair, poor=slips.poor))
    show(options, {**asdict(view), "people": [_plain(who) for who in view.people]}, lines)


def _plain(who: Attendee) -> dict[str, object]:
    values = asdict(who)
    values["checks"] = [
        {"skill": skill, "phase": phase.value, "ability": ability.value}
        for (skill, phase), ability in who.checks.items()
    ]
    return {name: plain(value) if name != "checks" else value for name, value in values.items()}


def _person_line(skills: Sequence[str], who: Attendee) -> str:
    seen = [
        f"{skill} {_(PHASE_WORDS[phase])}: {_(ABILITY_WORDS[who.checks[skill, phase]])}"
        for skill in skills
        for phase in Phase
        if (skill, phase) in who.checks
    ]
    tick = "x" if who.here else " "
    year = str(who.birth_year or "")
    return f"[{tick}] {who.name:<28} {year:<4} {who.village:<18} {'; '.join(seen)}".rstrip()


def _task_line(task: TaskOf) -> str:
    can = "" if task.can is None else _(ABILITY_WORDS[task.can])
    return "  ".join(filter(None, (f"    → {task.name}", task.village, task.skill, task.words, can)))


def _lines(row: TrainingRow) -> list[str]:
    day = f"{format_date(row.on)} {time_words(row.starts)}"
    counted = _("{here} there, {invited} invited").format(here=row.here, invited=row.invited)
    parts = (row.training_id.hex(), day, row.title, row.place, _(STATE_WORDS[row.state]), counted, row.unit)
    lines = ["  ".join(filter(None, parts))]
    if row.reason or row.moved_from is not None:
        moved = "" if row.moved_from is None else _("first {day}").format(day=format_date(row.moved_from))
        lines.append("    " + "; ".join(filter(None, (moved, row.reason))))
    if row.course and row.course not in load_courses():
        lines.append(f"    {row.course}")
    lines += ["    ! " + _("At the same time as another session: the place or a trainer is taken")] * bool(
        row.clashes
    )
    return lines
