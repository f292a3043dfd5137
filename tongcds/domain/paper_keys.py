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
from tongcds.domain.views import Result, StopState

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


def lettered_facts() -> Mapping[str, Fact]:
    """The facts with a letter, in the order of the catalogue."""
    return {fact.letter: fact for fact in load_facts().values() if fact.letter}
