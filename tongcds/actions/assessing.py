"""What people can do before and after a training session, and the tasks for whoever cannot do it yet.

What somebody shows becomes observations at once, so that figures move; whoever could not do it at the end
becomes a task of their village's team when the session is ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from tongcds.actions import trainings
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.facts import How, Subject
from tongcds.domain.training import ASKED_AGAIN, Phase, State, asked_after, facts_proved, service_of
from tongcds.domain.views import EditUndo
from tongcds.domain.views.training import LARGEST, Attendee, Ratings, Shown, TrainingRow
from tongcds.errors import UserError
from tongcds.i18n import _, format_date
from tongcds.storage import trainings as stored
from tongcds.storage.vault import Change

_CHECKS: Final = ("skill_check", "observation")


def assess(
    core: Core, training: bytes, seen: Sequence[Shown], on: date | None = None
) -> tuple[EditUndo, Changes]:
    """Keep what people could do; what was kept before is corrected.

    Without a day it was on that of the session, or today where it was looked at later, at home.

    Raises:
        UserError: training_unknown, nothing_selected, training_skill_unknown for one that is not taught,
            training_not_on_list for somebody who was neither there nor invited, date_in_future.
    """
    if not seen:
        raise UserError("nothing_selected")
    with core.vault.read() as connection:
        planned = stored.planned(connection, training)
        people = {one.subject_id: one for one in stored.attendees(connection, training)}
    if not planned:
        raise UserError("training_unknown")
    later = all(one.phase is Phase.LATER for one in seen)
    day = on or (core.today if later else min(planned[0].slot.on, core.today))
    if day > core.today:
        raise UserError("date_in_future")
    for one in seen:
        if one.skill not in planned[0].skills:
            raise UserError("training_skill_unknown", code=one.skill)
        if one.subject_id not in people:
            raise UserError("training_not_on_list")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        keeping = _Keeping(change, journal, training, planned[0].slot.on, day)
        for one in seen:
            keeping.keep(one, people[one.subject_id])
        undo = journal.undo()
    return undo, Changes.of(*_CHECKS)


def finish(core: Core, training: bytes, due_on: date) -> tuple[int, EditUndo, Changes]:
    """End a session: whoever could not do a skill becomes a task of their team, due on a day.

    Can be said again after more was typed in: nobody gets a task twice. Answers how many tasks were made.

    Raises:
        UserError: training_unknown, training_cancelled, due_in_past.
    """
    if due_on < core.today:
        raise UserError("due_in_past")
    opened = trainings.open_one(core, training)
    if opened.row.state is State.CANCELLED:
        raise UserError("training_cancelled")
    made = 0
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        promised = stored.promised(change.connection, training)
        for one in opened.people:
            for skill in opened.row.skills:
                wanted = trainings.cannot(one, skill) and (one.subject_id, skill) not in promised
                if wanted and one.household_id is not None:
                    _promise(journal, opened.row, one, skill, due_on)
                    made += 1
        ends = opened.row.mine or not trainings.planner(core)
        if ends and opened.row.state is not State.HELD:
            change.writer.load("training", [training])
            journal.update("training", training, state=State.HELD.value)
        undo = journal.undo()
    return made, undo, Changes.of("training", "follow_up")


def rate(core: Core, training: bytes, slips: Ratings) -> tuple[EditUndo, Changes]:
    """Add slips on which people said how they liked it.

    Raises:
        UserError: training_unknown, training_slips_wrong.
    """
    numbers = (slips.good, slips.fair, slips.poor)
    if min(numbers) < 0 or not 1 <= sum(numbers) <= LARGEST:
        raise UserError("training_slips_wrong", most=LARGEST)
    trainings.the_row(core, training)
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        journal.create(
            "training_rating",
            {
                "unit_id": core.credentials().unit_id,
                "training_id": training,
                "good": slips.good,
                "fair": slips.fair,
                "poor": slips.poor,
            },
        )
        undo = journal.undo()
    return undo, Changes.of("training_rating")


@dataclass(frozen=True, slots=True)
class _Keeping:
    """One save of checks: where it writes, of which session, on which day."""

    change: Change
    journal: Journal
    training: bytes
    taught: date
    day: date

    def keep(self, seen: Shown, who: Attendee) -> None:
        """Write what was seen of one skill, and what follows from it; what it corrects goes."""
        before = stored.latest_check(self.change.connection, self.training, seen, self._days(seen.phase))
        if before is not None:
            if before[0] == seen.ability.value:
                return
            self.change.writer.load("observation", before[1])
            for observation in before[1]:
                self.journal.remove("observation", observation)
        # Before the session nobody was taught; and what a guest can do is known of nobody in a register.
        proves = seen.phase is not Phase.BEFORE and not who.guest
        facts = facts_proved(seen.skill, seen.ability) if proves else ()
        observed = [self._observe(fact, seen, who) for fact in facts]
        self.journal.create(
            "skill_check",
            {
                "village_id": who.village_id,
                "training_id": self.training,
                "subject_id": seen.subject_id,
                "skill": seen.skill,
                "phase": seen.phase.value,
                "result": seen.ability.value,
                "on": self.day.isoformat(),
                "observed": b"".join(observed) or None,
            },
        )

    def _days(self, phase: Phase) -> tuple[date, date]:
        """What is seen at home after a month corrects nothing of what was seen at another time."""
        after = asked_after(self.taught, self.day) if phase is Phase.LATER else None
        if after is None:
            return date.min, date.max
        first, last = ASKED_AGAIN[after]
        return self.taught + timedelta(days=first), self.taught + timedelta(days=last)

    def _observe(self, fact: str, seen: Shown, who: Attendee) -> bytes:
        return self.journal.create(
            "observation",
            {
                "village_id": who.village_id,
                "subject": Subject.PERSON.value,
                "subject_id": seen.subject_id,
                "fact": fact,
                "value": 1,
                "held_on": self.day.isoformat(),
                "how": How.DONE_WITH_US.value,
            },
        )


def _promise(journal: Journal, row: TrainingRow, who: Attendee, skill: str, due_on: date) -> None:
    after = _("After the training “{title}”, {day}")
    journal.create(
        "follow_up",
        {
            "village_id": who.village_id,
            "household_id": who.household_id,
            "service": service_of(skill) or None,
            "person_ids": who.subject_id,
            "due_on": due_on.isoformat(),
            "detail": after.format(title=row.title, day=format_date(row.on)),
            "state": "open",
            "training_id": row.training_id,
            "skill": skill,
        },
    )
