"""Training sessions as the screens show them: the plan, who came, what they could do, who is to visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.training import Ability, Audience, Clash, Phase, Share, State
from tongcds.domain.words import Standing
from tongcds.i18n import _, format_date

LONGEST: Final = 1_000
"""Letters of a title, a place, names of trainers, a note or a reason."""
LARGEST: Final = 2_000
"""People in one session, at most."""
LONGEST_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A session to be planned. `starts` is in minutes after midnight, `skills` are codes.

    Without `skills` those of the course are taught, without `minutes` it takes as long as they do, without a
    `title` it is called as the course. `villages`: whose people it is for; none for all.
    """

    on: date
    starts: int
    place: str
    course: str = ""
    skills: tuple[str, ...] = ()
    title: str = ""
    minutes: int | None = None
    trainers: tuple[str, ...] = ()
    capacity: int | None = None
    note: str = ""
    villages: tuple[bytes, ...] = ()
    audience: Audience = Audience.CITIZENS


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A session in the list. `unit` is who planned it ("" for this very unit), `mine` that it may be changed.

    `invited` and `here` count the people that this computer knows of.
    """

    training_id: bytes
    title: str
    course: str
    skills: tuple[str, ...]
    audience: Audience
    on: date
    starts: int
    minutes: int
    place: str
    trainers: tuple[str, ...]
    capacity: int | None
    note: str
    villages: tuple[bytes, ...]
    village_names: tuple[str, ...]
    state: State
    moved_from: date | None
    reason: str
    unit: str
    mine: bool
    invited: int
    here: int
    clashes: tuple[Clash, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class TrainingsView:
    """All sessions: those to come first, the next one on top, then those that were, the latest on top.

    A trainer plans none (`may_plan`); where people are unknown no list is taken (`may_take`).
    """

    on: date
    rows: tuple[TrainingRow, ...]
    villages: tuple[tuple[bytes, str], ...]
    may_announce: bool
    may_plan: bool = True
    may_take: bool = True


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody of a session. `household_id` is None for a guest, whom no register has.

    `checks` says what was seen, by skill and phase; `taken_by` who noted that they were there; `member` that
    they are of a team or an office, which learn themselves.
    """

    subject_id: bytes
    name: str
    birth_year: int | None
    village: str
    village_id: bytes
    household_id: bytes | None
    invited: bool
    here: bool
    taken_by: tuple[str, ...]
    checks: Mapping[tuple[str, Phase], Ability]
    member: bool = False

    @property
    def guest(self) -> bool:
        """Whether no register has them."""
        return self.household_id is None


@dataclass(frozen=True, slots=True)
class TaskOf:
    """What became of somebody who could not do a skill: a task of their team.

    `visited_on`: the day on which it was kept. `can`: what they can do since, as the visit or a later check
    says; None: nobody knows yet.
    """

    subject_id: bytes
    name: str
    village: str
    skill: str
    due_on: date | None
    visited_on: date | None
    called_off: bool
    can: Ability | None

    @property
    def words(self) -> str:
        """What became of it; "" where it has no day and nobody went."""
        if self.visited_on is not None:
            return _("visited on {day}").format(day=format_date(self.visited_on))
        if self.called_off:
            return _("not needed any more")
        return _("due {day}").format(day=format_date(self.due_on)) if self.due_on else ""


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many slips said what."""

    good: int = 0
    fair: int = 0
    poor: int = 0


@dataclass(frozen=True, slots=True)
class TrainingView:
    """A session opened: its people by given name, what they can do, tasks, slips, and who noted how many.

    `to_visit`: people of registers who cannot do something and have no task yet; `guests_to_visit`: those of
    no register, whom nobody can be sent to. A trainer's computer has no register to invite from.
    """

    row: TrainingRow
    people: tuple[Attendee, ...]
    shares: tuple[Share, ...]
    tasks: tuple[TaskOf, ...]
    to_visit: int
    guests_to_visit: int
    ratings: Ratings
    takers: tuple[tuple[str, int], ...]
    villages: tuple[tuple[bytes, str], ...]
    has_register: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom typing found: in a register here, or a guest who is on the list of the session."""

    subject_id: bytes
    name: str
    birth_year: int | None
    village: str
    beside: str
    here: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of no register here: name, year of birth, and the village that they come from, in words."""

    name: str
    birth_year: int | None = None
    home: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody could do of one skill."""

    subject_id: bytes
    skill: str
    phase: Phase
    ability: Ability


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Somebody who was taught a skill and of whom nobody knows yet whether they can still do it.

    `after`: the days after which it is asked, 30 or 90. `at_end`: what they could do when the session ended.
    """

    training_id: bytes
    title: str
    on: date
    subject_id: bytes
    household_id: bytes
    name: str
    birth_year: int | None
    village: str
    skill: str
    after: int
    at_end: Ability | None


@dataclass(frozen=True, slots=True)
class Kept:
    """How many can still do a skill alone so many days after, of those who were asked by then.

    `taught` are all whose time to be asked has come: who was not asked is nobody's yes or no.
    """

    skill: str
    after: int
    alone: int
    asked: int
    taught: int

    @property
    def share(self) -> float | None:
        """Out of 1; None where nobody was asked."""
        return self.alone / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class MemberSkills:
    """What a member of a team or an office learnt at sessions for them: skills of their courses.

    `can`: alone or with help.
    """

    member_id: bytes
    name: str
    unit: str
    sessions: int
    can: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """How many people of a village were at sessions, each once, out of how many who live there.

    Guests are counted where they were written down and live in no register.
    """

    village_id: bytes
    village: str
    people: int
    guests: int
    lives: int

    @property
    def share(self) -> float | None:
        """The share of those who live there; None for a village where nobody is on record."""
        return self.people / self.lives if self.lives else None


@dataclass(frozen=True, slots=True)
class Taught:
    """What somebody taught: so many sessions, minutes, and people there, as often as they came."""

    name: str
    sessions: int
    minutes: int
    there: int


@dataclass(frozen=True, slots=True)
class TrainingFigures:
    """What sessions of some days came to; only those count at which somebody was.

    `people` are counted once, `there` as often as they came; `minutes` are those of the sessions. `skills`
    are by the share of those who can do it alone afterwards, the weakest first; villages by the share that
    was reached, those where nobody was first.
    """

    first: date
    last: date
    sessions: int
    minutes: int
    people: int
    guests: int
    there: int
    villages: tuple[Reached, ...]
    skills: tuple[Share, ...]
    trainers: tuple[Taught, ...]
    kept: tuple[Kept, ...] = ()
    members: tuple[MemberSkills, ...] = ()

    @property
    def trained(self) -> int:
        """How many members were at a session for them, ever."""
        return sum(one.sessions > 0 for one in self.members)
