"""What a pen writes on the list of a round: numbers of services, letters of facts, how a support ended.

The list explains them at its foot and `forms.paper_line` reads them, so both ask here. Letters are those of
`record_code`, without vowels, so that Telex and VNI leave them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from tongcds.domain.catalogue import Service, services_in_force
from tongcds.domain.facts import Fact, load_facts
from tongcds.domain.text import fold, matches
from tongcds.domain.views import Result, StopState
from tongcds.i18n import LANGUAGES

STATES: Final[Mapping[str, StopState]] = MappingProxyType(
    {"1": StopState.DONE, "2": StopState.ABSENT, "3": StopState.DECLINED}
)
"""How it went at a household, by the key that ticks it off on the screen too."""

RESULTS: Final[Mapping[str, Result]] = MappingProxyType(
    {"": Result.TOGETHER, "t": Result.ALONE, "h": Result.COME_BACK, "k": Result.DECLINED}
)
"""How a support ended, by the letter behind its number; without one it was done together."""

NOT_YET: Final = "-"
"""Behind the letter of a fact: not yet."""

_OF_HOMES: Final = frozenset({"person", "household", "business"})


def numbered_services(on: date) -> Mapping[int, Service]:
    """The services with a number of their own on this day: those that the log offers first."""
    return {
        service.quick: service
        for service in services_in_force(on)
        if service.quick is not None and service.unit.value in _OF_HOMES
    }


def services_called(words: str, on: date) -> list[Service]:
    """The services for people and households that these words may mean, with marks or without.

    One that is called just so is meant alone, and so is the only one that the paper itself calls like that.
    """
    homes = [one for one in services_in_force(on) if one.unit.value in _OF_HOMES]
    found = [one for one in homes if any(matches(words, name) for name in (*_shorts(one), *_names(one)))]
    just_so = [one for one in found if fold(words) in {fold(name) for name in (*_shorts(one), *_names(one))}]
    on_paper = [
        one for one in found if one.quick is not None and any(matches(words, n) for n in _shorts(one))
    ]
    return next((some for some in (just_so, on_paper) if len(some) == 1), found)


def _shorts(service: Service) -> list[str]:
    return [service.short(said) for said in LANGUAGES]


def _names(service: Service) -> list[str]:
    return [service.name(said) for said in LANGUAGES]


def lettered_facts() -> Mapping[str, Fact]:
    """The facts with a letter, in the order of the catalogue."""
    return {fact.letter: fact for fact in load_facts().values() if fact.letter}
