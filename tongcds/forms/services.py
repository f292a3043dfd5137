"""Which services the log offers for what was typed, grouped and in order; choosing is `visit`'s affair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tongcds.domain.text import Span, highlight, matches
from tongcds.domain.views import ServiceChoice

MOST_OFFERED: Final = 12
"""As many as a laptop's window shows without scrolling."""

_NOT_QUICK: Final = 10_000


@dataclass(frozen=True, slots=True)
class Offer:
    """A service on offer; `marks` are the spans of its name that the typed words hit."""

    service: ServiceChoice
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Services of one group, under its heading."""

    name: str
    offers: tuple[Offer, ...]


def offered(services: Sequence[ServiceChoice], words: str = "") -> tuple[OfferGroup, ...]:
    """Return at most 12 services, most used first, each under its group.

    Without words: the quick ones and those this team has used. With words: all whose name, group or code
    they begin; a hit in the name comes before one in the group.
    """
    if words.strip():
        hits = [service for service in services if matches(words, _searched(service))]
        hits.sort(key=lambda service: (not matches(words, service.name), *_rank(service)))
    else:
        hits = sorted((service for service in services if service.quick or service.used), key=_rank)
    return _grouped(Offer(service, highlight(words, service.name)) for service in hits[:MOST_OFFERED])


def _searched(service: ServiceChoice) -> str:
    return f"{service.name} {service.group_name} {service.code}"


def _rank(service: ServiceChoice) -> tuple[int, int]:
    return -service.used, service.quick or _NOT_QUICK


def _grouped(offers: Iterable[Offer]) -> tuple[OfferGroup, ...]:
    groups: dict[str, list[Offer]] = {}
    names: dict[str, str] = {}
    for offer in offers:
        groups.setdefault(offer.service.group, []).append(offer)
        names[offer.service.group] = offer.service.group_name
    return tuple(OfferGroup(names[code], tuple(found)) for code, found in groups.items())
