"""Training: courses as data, what a skill that somebody shows proves, and which sessions clash.

Pure values; sessions, attendance and checks are records (`storage.trainings`). Courses and proofs are tables
that a province edits. A course never changes: what is taught otherwise is its next version ("older/2"), and
the one before gets a last day, so that a session goes on saying what was taught in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.catalogue import Basis, load_skills, lost_skills
from tongcds.domain.facts import Subject, fact_lines, load_facts
from tongcds.domain.stamps import derived_id
from tongcds.domain.tables import Lines, read_lines
from tongcds.domain.text import fold
from tongcds.i18n import N_, language
from tongcds.paths import resources_folder

DAYS_TO_VISIT: Final = 14
"""Within so many days after a session its team goes to see whoever could not do it; a start, not a rule."""

ASKED_AGAIN: Final = MappingProxyType({30: (15, 59), 90: (60, 180)})
"""After how many days it is asked whether somebody can still do it, and from and to which day that counts.

Nobody knocks on exactly the thirtieth day: an answer between them is one of that time.
"""

_YEAR: Final = 4
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?)?")
_HOURS: Final = 24
_MINUTES: Final = 60
_YEARS: Final = range(1900, 2100)


class Audience(StrEnum):
    """For whom a course is."""

    CITIZENS = "citizens"
    TEAM = "team"
    OFFICIALS = "officials"


class State(StrEnum):
    """Where a session stands."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Ability(StrEnum):
    """What somebody can do."""

    ALONE = "alone"
    HELPED = "helped"
    CANNOT = "cannot"


class Phase(StrEnum):
    """When it was looked at: before the session, at its end, or at home some weeks later."""

    BEFORE = "before"
    AFTER = "after"
    LATER = "later"


AUDIENCE_WORDS: Final = MappingProxyType(
    {
        Audience.CITIZENS: N_("citizens"),
        Audience.TEAM: N_("team members"),
        Audience.OFFICIALS: N_("officials"),
    }
)
STATE_WORDS: Final = MappingProxyType(
    {State.PLANNED: N_("planned"), State.HELD: N_("held"), State.CANCELLED: N_("called off")}
)
ABILITY_WORDS: Final = MappingProxyType(
    {Ability.ALONE: N_("alone"), Ability.HELPED: N_("with help"), Ability.CANNOT: N_("not yet")}
)
PHASE_WORDS: Final = MappingProxyType(
    {Phase.BEFORE: N_("before training"), Phase.AFTER: N_("after training"), Phase.LATER: N_("weeks later")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Skills taught together. `code` is its name and version; both days are None for no limit."""

    code: str
    name_vi: str
    name_en: str
    audience: Audience
    skills: tuple[str, ...]
    basis: Basis
    valid_from: date | None = None
    valid_to: date | None = None
    notes: str = ""

    def name(self, language: str) -> str:
        """Its name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    @property
    def minutes(self) -> int:
        """The usual length of all of it."""
        skills = load_skills()
        return sum(skills[code].minutes for code in self.skills)

    def in_force(self, on: date) -> bool:
        """Whether it is given on this day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of a person who shows this skill, alone or with help: facts by code."""

    code: str
    facts: tuple[str, ...]


def course_lines(folder: Path | None = None) -> Lines[Course]:
    """The lines of the table of courses, with what is wrong in it."""
    refers, lost = {"skills": load_skills()}, {"skills": lost_skills()}
    return read_lines(_place(folder) / "courses.csv", Course, refers=refers, lost=lost)


def proof_lines(folder: Path | None = None) -> Lines[Proof]:
    """The lines of the table of proofs, with what is wrong in it."""
    people = {code for code, fact in load_facts().items() if fact.subject is Subject.PERSON}
    refers = {"code": load_skills(), "facts": people}
    lost = {"code": lost_skills(), "facts": fact_lines().lost}
    return read_lines(_place(folder) / "proofs.csv", Proof, refers=refers, lost=lost)


@cache
def load_courses(folder: Path | None = None) -> MappingProxyType[str, Course]:
    """All courses by code, in the order of the table, those of before too."""
    return MappingProxyType({course.code: course for course in course_lines(folder).rows})


@cache
def _proofs() -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType({proof.code: proof.facts for proof in proof_lines().rows})


def _place(folder: Path | None) -> Path:
    return folder or resources_folder() / "training"


def courses_in_force(on: date) -> tuple[Course, ...]:
    """The courses that are given on this day."""
    return tuple(course for course in load_courses().values() if course.in_force(on))


def facts_proved(skill: str, ability: Ability) -> tuple[str, ...]:
    """What is known of whoever showed a skill so well; nothing where they cannot do it yet."""
    return () if ability is Ability.CANNOT else _proofs().get(skill, ())


def skill_name(code: str) -> str:
    """What a skill is called; the code where the catalogue does not know it, as a later one might."""
    known = load_skills().get(code)
    return code if known is None else known.name(language())


def skill_words(code: str) -> str:
    """The code with the name behind it, as far as there is one."""
    name = skill_name(code)
    return code if name == code else f"{code} {name}"


def service_of(skill: str) -> str:
    """The service with which a team goes on teaching this skill at home; "" where there is none."""
    known = load_skills().get(skill)
    return known.services[0] if known is not None and known.services else ""


def guest_id(training: bytes, name: str, birth_year: int | None, home: str) -> bytes:
    """Who somebody is that no register has: the same for every laptop on which they are written down.

    Two laptops at two doors then mean one person, whatever marks and capitals were typed. Two people of one
    name, year and village are told apart by what is added to the name.
    """
    return derived_id("guest", training, fold(name), birth_year or 0, fold(home))


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where a session is, and who teaches there; `starts` in minutes after midnight."""

    training_id: bytes
    on: date
    starts: int
    minutes: int
    place: str
    trainers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Another session at the same time in the same place, or with the same trainer."""

    training_id: bytes
    place: bool
    trainers: tuple[str, ...]


def clashes(one: Slot, others: Iterable[Slot]) -> tuple[Clash, ...]:
    """The sessions that this one gets in the way of; names and places are compared without marks."""
    found = []
    mine = {fold(name): name for name in one.trainers}
    for other in others:
        if other.training_id == one.training_id or not _overlap(one, other):
            continue
        same_place = bool(one.place) and fold(one.place) == fold(other.place)
        both = tuple(mine[name] for name in map(fold, other.trainers) if name in mine)
        if same_place or both:
            found.append(Clash(other.training_id, same_place, both))
    return tuple(found)


def _overlap(one: Slot, other: Slot) -> bool:
    return (
        one.on == other.on
        and one.starts < other.starts + other.minutes
        and other.starts < one.starts + one.minutes
    )


def time_words(minutes: int) -> str:
    """A time of day ("19:30"); after midnight it begins again at 00:00."""
    return f"{minutes // _MINUTES % _HOURS:02d}:{minutes % _MINUTES:02d}"


def read_time(typed: str) -> int | None:
    """Minutes after midnight of what a hurried hand means: 19:30, 19h30, 19h, 7; None if it is no time."""
    found = _TIME.fullmatch(typed.strip().lower())
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return hours * 60 + minutes if hours < _HOURS and minutes < _MINUTES else None


def names_in(text: str) -> tuple[str, ...]:
    """Names that are separated by commas or semicolons."""
    return tuple(filter(None, (part.strip() for part in text.replace(";", ",").split(","))))


def asked_after(taught: date, on: date) -> int | None:
    """To which of the times of `ASKED_AGAIN` an answer of this day belongs; None for neither."""
    days = (on - taught).days
    return next((after for after, (first, last) in ASKED_AGAIN.items() if first <= days <= last), None)


def split_year(typed: str) -> tuple[str, int | None]:
    """What is typed of somebody without the year of birth behind it, and that year ("Lo Thi Hac 1952")."""
    words = typed.split()
    last = words[-1] if words else ""
    if len(words) > 1 and len(last) == _YEAR and last.isascii() and last.isdigit() and int(last) in _YEARS:
        return " ".join(words[:-1]), int(last)
    return " ".join(words), None


def is_whole(typed: str, name: str) -> bool:
    """Whether every word that was typed is one of the name's, marks aside: "pan" means Pản before Pánh."""
    return set(fold(split_year(typed)[0]).split()) <= set(fold(name).split())


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those who were looked at can do a skill alone, before and after.

    Only whoever was looked at counts: nobody is taken to be unable because nobody asked.
    """

    skill: str
    before: int
    asked_before: int
    after: int
    asked_after: int

    @property
    def part_before(self) -> float | None:
        """Out of 1, before; None where nobody was looked at."""
        return self.before / self.asked_before if self.asked_before else None

    @property
    def part_after(self) -> float | None:
        """Likewise, after."""
        return self.after / self.asked_after if self.asked_after else None


def share(skill: str, seen: Sequence[tuple[Phase, Ability]]) -> Share:
    """Count what was seen of one skill, once a person and phase."""
    counts = {
        phase: [ability for when, ability in seen if when is phase] for phase in (Phase.BEFORE, Phase.AFTER)
    }
    before, after = counts[Phase.BEFORE], counts[Phase.AFTER]
    return Share(skill, before.count(Ability.ALONE), len(before), after.count(Ability.ALONE), len(after))
