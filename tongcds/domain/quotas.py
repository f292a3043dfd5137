"""What a quota can be set for, and what counts for it.

A quota asks for a service, for any service of a group, for what a target measures, or for visits. Each person
counts once in its days, and where a support names nobody its household does; a target about households, and
visits, count households. How much of it is done is read from the log by `storage.guidance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from tongcds.domain.catalogue import load_indicators, load_service_groups, load_services
from tongcds.domain.facts import Subject, load_facts

LARGEST: Final = 1_000_000
"""The most that is asked for."""


class QuotaKind(StrEnum):
    """What a quota is about; its `code` names which one, "" for visits."""

    VISITS = "visits"
    INDICATOR = "indicator"
    GROUP = "group"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Measure:
    """What counts for a quota: supports with one of these services, None for every visit.

    `households`: each household counts once, whomever it was for.
    """

    kind: QuotaKind
    code: str
    services: frozenset[str] | None
    households: bool

    def name(self, language: str) -> str:
        """What is asked for, in "vi" or "en"; "" for visits, which need no name."""
        match self.kind:
            case QuotaKind.VISITS:
                return ""
            case QuotaKind.INDICATOR:
                return load_indicators()[self.code].short(language)
            case QuotaKind.GROUP:
                return load_service_groups()[self.code].short(language)
            case QuotaKind.SERVICE:
                return load_services()[self.code].short(language)


@cache
def measures() -> dict[tuple[str, str], Measure]:
    """Everything that a quota can be set for, by kind and code, in the order in which it is offered."""
    services, groups = load_services(), load_service_groups()
    found = [Measure(QuotaKind.VISITS, "", None, households=True)]
    found += [_of_indicator(code) for code, entry in load_indicators().items() if entry.fact]
    found += [
        Measure(
            QuotaKind.GROUP,
            group,
            frozenset(c for c, s in services.items() if s.group == group),
            households=False,
        )
        for group in groups
    ]
    found += [Measure(QuotaKind.SERVICE, code, frozenset({code}), households=False) for code in services]
    return {(one.kind.value, one.code): one for one in found if one.services is None or one.services}


def _of_indicator(code: str) -> Measure:
    """The services that make the fact true which the indicator counts."""
    facts = load_facts()
    fact = facts[load_indicators()[code].fact]
    making = {fact.code} | {one.code for one in facts.values() if one.implies == fact.code}
    services = {c for c, service in load_services().items() if service.fact in making and service.fact_value}
    return Measure(
        QuotaKind.INDICATOR, code, frozenset(services), households=fact.subject is Subject.HOUSEHOLD
    )
