"""The vocabulary of observations: which facts can be observed of a household or a person, and how.

A fact is yes or no on a day and never overwritten. Which service makes a fact true stands in `catalogue`; the
observations themselves are records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.tables import Lines, read_lines, refer_within
from tongcds.i18n import N_, _
from tongcds.paths import resources_folder


class Subject(StrEnum):
    """Whom a fact is about."""

    HOUSEHOLD = "household"
    PERSON = "person"


class How(StrEnum):
    """How an observation came to be known."""

    SEEN = "seen"
    TOLD = "told"
    DONE_WITH_US = "done_with_us"
    IMPORTED = "imported"


HOW_NAMES: Final = MappingProxyType(
    {
        How.SEEN: N_("seen"),
        How.TOLD: N_("told"),
        How.DONE_WITH_US: N_("done with us"),
        How.IMPORTED: N_("imported"),
    }
)
"""How, in words; translate when shown."""


class Mistake(StrEnum):
    """Why an observation was wrong."""

    NOT_SO = "not_so"
    WRONG_PERSON = "wrong_person"
    WRONG_DAY = "wrong_day"
    TWICE = "twice"


MISTAKE_NAMES: Final = MappingProxyType(
    {
        Mistake.NOT_SO: N_("it was not so"),
        Mistake.WRONG_PERSON: N_("it is about somebody else"),
        Mistake.WRONG_DAY: N_("the day is wrong"),
        Mistake.TWICE: N_("it was noted twice"),
    }
)
"""Why it was wrong, in words; translate when shown."""


def how_words(how: str) -> str:
    """How an observation came to be known, in the language in force; a word of a newer program as it is."""
    return _(HOW_NAMES[How(how)]) if how in list(How) else how


def mistake_words(why: str) -> str:
    """Why an observation was wrong, in the language in force; "" for what is no reason of this program."""
    return _(MISTAKE_NAMES[Mistake(why)]) if why in list(Mistake) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that can be observed. `code` never changes its meaning.

    `indicator` is the code of the figure that counts it. A "yes" of a person makes the fact `implies` true
    for the person's household too: whoever has a smartphone lives in a household that has one. `letter`
    stands for it on the list of a round; none that Telex or VNI would change. `met_by` is given for a need:
    the fact of the same subject that meets it.
    """

    code: str
    subject: Subject
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str
    indicator: str = ""
    implies: str = ""
    letter: str = ""
    met_by: str = ""

    @property
    def is_need(self) -> bool:
        """Whether it says that something is needed; `met_by` is then the fact that meets the need."""
        return bool(self.met_by)

    def name(self, language: str) -> str:
        """The full name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def short(self, language: str) -> str:
        """The name for a column heading, in "vi" or "en"."""
        return self.short_vi if language == "vi" else self.short_en


@cache
def load_facts(folder: Path | None = None) -> MappingProxyType[str, Fact]:
    """Return all facts by code, in the order of the catalogue; lines that make no sense are left out.

    Raises:
        UserError: the table cannot be read at all; a mistake in one line is told by `fact_lines` instead.
    """
    return MappingProxyType({fact.code: fact for fact in fact_lines(folder).rows})


@cache
def fact_lines(folder: Path | None = None) -> Lines[Fact]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "catalogues") / "facts.csv"
    lines = refer_within(path, read_lines(path, Fact), "implies", _of_households)
    # A need that nothing can meet would stay for ever.
    return refer_within(path, lines, "met_by", lambda facts: {fact.code for fact in facts}, needed=True)


def _of_households(facts: tuple[Fact, ...]) -> set[str]:
    return {fact.code for fact in facts if fact.subject is Subject.HOUSEHOLD}


def is_need(code: str) -> bool:
    """Whether a fact says that something is needed."""
    fact = load_facts().get(code)
    return fact is not None and fact.is_need


def open_needs(known: Mapping[str, bool | None]) -> tuple[Fact, ...]:
    """What a subject needs, by what is known of it: said to be needed, and not there."""
    return tuple(
        fact
        for fact in load_facts().values()
        if fact.is_need and known.get(fact.code) and not known.get(fact.met_by)
    )
