"""How indicators are counted, as data: of whom, which of them belong to the whole, and what they must have.

A formula is one line of `formulas.csv`. It counts what it is `of`; `where` says who is in the whole (the
denominator), `having` who of these is counted (the numerator); `over` names another whole, where members are
set against people. Conditions are written `name=word|word` (any of the words) and all of them must hold:

====================  =============================================================================
min_age, max_age      people; full years, both counted in
sex, poverty          people and households; the words of the record
fibre, mobile         households, people, villages: what the village has (yes, partial, planned, no)
fact                  households, people: the last observation says yes; of a household also that of
                      anybody who lives there, as `facts.csv` says
fact_not              the same, and says no
known                 the same, and says anything
visited               households: a visit in the period
guided                people: a service in the period that was not declined; a word is a group of services
team                  villages: a team works there
active                teams: a visit of one of its members in the period
organisation          teams: a member of it; members: their own
result, group         supports: how they ended, the group of their service
result, skill         checks: what somebody could do, of which skill
====================  =============================================================================

With `months` an observation counts for so many months only: who bought online in the last twelve. A formula
holds from `valid_from` to `valid_to`; where the way of counting changes, the next line has the next version.
A line that makes no sense takes only its own indicator away: see `problems`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.catalogue import (
    RollUp,
    load_indicators,
    load_service_groups,
    load_skills,
    lost_indicators,
)
from tongcds.domain.facts import Subject, fact_lines, load_facts
from tongcds.domain.tables import read_some
from tongcds.errors import UserError
from tongcds.paths import resources_folder


class Of(StrEnum):
    """What is counted. `SUPPORTED` are the different people behind supports, each once.

    Of training: sessions that were held and the minutes that they took, who was there each time, the
    different people of these, and checks of a skill at the end of a session.
    """

    HOUSEHOLDS = "households"
    PEOPLE = "people"
    VILLAGES = "villages"
    TEAMS = "teams"
    MEMBERS = "members"
    VISITS = "visits"
    SUPPORTS = "supports"
    SUPPORTED = "supported"
    SESSIONS = "sessions"
    SESSION_MINUTES = "session_minutes"
    ATTENDANCES = "attendances"
    ATTENDERS = "attenders"
    CHECKS = "checks"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: a name of the table above and the words of which any will do."""

    name: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}={'|'.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Formula:
    """How an indicator is counted from `valid_from` to `valid_to`; None for no end."""

    indicator: str
    version: int
    of: Of
    where: tuple[Condition, ...] = ()
    having: tuple[Condition, ...] = ()
    over: Of | None = None
    months: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def is_ratio(self) -> bool:
        """Whether there is a whole to set it against."""
        return load_indicators()[self.indicator].roll_up is RollUp.RATIO

    @property
    def definition(self) -> str:
        """Names the way of counting, and changes with it: "1:people:min_age=15:fact=account"."""
        parts = [str(self.version), self.of.value]
        if self.of is Of.HOUSEHOLDS:
            asked = {word for c in (*self.where, *self.having) if c.name in _FACTS for word in c.words}
            also = [fact.code for fact in load_facts().values() if fact.implies in asked]
            parts[1] += f"+{'|'.join(also)}" if also else ""
        parts += [";".join(map(str, conditions)) for conditions in (self.where, self.having)]
        parts += [self.over.value if self.over else "", str(self.months or "")]
        return ":".join(parts).rstrip(":")

    def holds_on(self, day: date) -> bool:
        """Whether it is the way of counting on this day."""
        after = self.valid_from is None or self.valid_from <= day
        return after and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the table. `code` is the indicator's, with "/2" for its second version."""

    code: str
    of: Of
    where: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    over: Of | None = None
    months: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    notes: str = ""


_PLACE: Final = frozenset({"fibre", "mobile"})
_NAMES: Final[Mapping[Of, frozenset[str]]] = MappingProxyType(
    {
        Of.HOUSEHOLDS: _PLACE | {"poverty", "fact", "fact_not", "known", "visited"},
        Of.PEOPLE: _PLACE | {"min_age", "max_age", "sex", "poverty", "fact", "fact_not", "known", "guided"},
        Of.VILLAGES: _PLACE | {"team"},
        Of.TEAMS: frozenset({"active", "organisation"}),
        Of.MEMBERS: frozenset({"organisation"}),
        Of.VISITS: frozenset(),
        Of.SUPPORTS: frozenset({"result", "group"}),
        Of.SUPPORTED: frozenset({"result", "group"}),
        Of.SESSIONS: frozenset(),
        Of.SESSION_MINUTES: frozenset(),
        Of.ATTENDANCES: frozenset(),
        Of.ATTENDERS: frozenset(),
        Of.CHECKS: frozenset({"result", "skill"}),
    }
)
_FACTS: Final = frozenset({"fact", "fact_not", "known"})
_AGES: Final = frozenset({"min_age", "max_age"})
_SEVERAL: Final = frozenset({"visited", "guided", "team", "active"})
"""Conditions that need no word."""


@cache
def load_formulas(folder: Path | None = None) -> MappingProxyType[str, tuple[Formula, ...]]:
    """Return the formulas of each indicator that has one, in the order of their versions.

    Raises:
        UserError: the table cannot be read at all; a mistake in one line is told by `problems` instead.
    """
    return _read(folder)[0]


def problems(folder: Path | None = None) -> tuple[UserError, ...]:
    """What is wrong with single lines of the table; their indicators are not counted, all others are."""
    return _read(folder)[1]


def formula_on(indicator: str, day: date) -> Formula | None:
    """How an indicator is counted on a day, or None where it is not.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    load_indicators()[indicator]
    return next((f for f in load_formulas().get(indicator, ()) if f.holds_on(day)), None)


def counted_indicators() -> tuple[str, ...]:
    """Codes of all indicators that are counted from records, in the order of the catalogue."""
    return tuple(code for code in load_indicators() if code in load_formulas())


@cache
def _read(folder: Path | None) -> tuple[MappingProxyType[str, tuple[Formula, ...]], tuple[UserError, ...]]:
    path = (folder or resources_folder() / "catalogues") / "formulas.csv"
    found: dict[str, list[Formula]] = {}
    lines = read_some(path, _Line)
    wrong: list[UserError] = [*lines.problems]
    # With one of its ways of counting gone, another would hold on days for which it is not meant.
    spoilt = {code.partition("/")[0] for code in lines.lost}
    for line in lines.rows:
        indicator, _, version = line.code.partition("/")
        if indicator in lost_indicators() or _words(line) & fact_lines().lost:
            spoilt.add(indicator)
            continue
        try:
            made = _formula(path.name, line, indicator, version)
            _check_days(path.name, line.code, made, found.get(indicator, ()))
        except UserError as error:
            wrong.append(error)
            spoilt.add(indicator)
        else:
            found.setdefault(indicator, []).append(made)
    good = {code: tuple(found[code]) for code in load_indicators() if code in found and code not in spoilt}
    return MappingProxyType(good), tuple(wrong)


def _formula(file: str, line: _Line, indicator: str, version: str) -> Formula:
    if indicator not in load_indicators():
        raise UserError("formula_wrong", file=file, code=line.code, part=indicator)
    if version and not version.isdecimal():
        raise UserError("formula_wrong", file=file, code=line.code, part=version)
    return Formula(
        indicator,
        int(version or 1),
        line.of,
        tuple(_condition(file, line, text) for text in line.where),
        tuple(_condition(file, line, text) for text in line.having),
        line.over,
        line.months,
        line.valid_from,
        line.valid_to,
    )


def _words(line: _Line) -> set[str]:
    return {
        word.strip() for text in (*line.where, *line.having) for word in text.partition("=")[2].split("|")
    }


def _condition(file: str, line: _Line, text: str) -> Condition:
    name, given, words = text.partition("=")
    condition = Condition(name.strip(), tuple(word.strip() for word in words.split("|") if word.strip()))
    if name.strip() not in _NAMES[line.of] or not _makes_sense(line.of, condition):
        raise UserError("formula_wrong", file=file, code=line.code, part=text if given else name)
    return condition


def _makes_sense(of: Of, condition: Condition) -> bool:
    if not condition.words:
        return condition.name in _SEVERAL
    if condition.name in _FACTS:
        subject = Subject.HOUSEHOLD if of is Of.HOUSEHOLDS else Subject.PERSON
        return _all_in(condition.words, {f.code for f in load_facts().values() if f.subject is subject})
    if condition.name in _AGES:
        return len(condition.words) == 1 and condition.words[0].isdecimal()
    if condition.name == "skill":
        return _all_in(condition.words, load_skills())
    if condition.name in {"guided", "group"}:
        return _all_in(condition.words, load_service_groups())
    return True


def _all_in(words: Collection[str], known: Collection[str]) -> bool:
    return all(word in known for word in words)


def _check_days(file: str, code: str, made: Formula, others: Collection[Formula]) -> None:
    """Two ways of counting on one day would be two numbers."""
    first, last = made.valid_from or date.min, made.valid_to or date.max
    if first > last or any(
        first <= (other.valid_to or date.max) and (other.valid_from or date.min) <= last for other in others
    ):
        raise UserError("formula_wrong", file=file, code=code, part=f"{first}…{last}")
