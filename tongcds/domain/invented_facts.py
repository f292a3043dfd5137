"""Invented observations: who of a village has a smartphone, an account, the Internet, and since when.

The people themselves are made in `invented`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from tongcds.domain.facts import How, Subject, load_facts


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation: on that day the fact was so."""

    fact: str
    value: bool
    held_on: date
    how: How


@dataclass(frozen=True, slots=True)
class Share:
    """How common a fact is: `share` of all people of at least `of_age` years, or of all households.

    Only people of at least `age` years can have it. `gained` is the part of those who came to have it in the
    last year, with the team's help.
    """

    fact: str
    share: float
    of_age: int = 0
    age: int = 0
    gained: float = 0.1


SHARES: Final = (
    Share("household_smartphone", 0.91, gained=0.05),
    Share("fibre", 0.43, gained=0.15),
    Share("zalo_group", 0.7, gained=0.2),
    Share("smartphone", 0.72, of_age=15, age=15, gained=0.06),
    Share("account", 0.64, of_age=15, age=15, gained=0.2),
    Share("internet", 0.51, age=7, gained=0.08),
    Share("vneid2", 0.7, of_age=14, age=14, gained=0.1),
    Share("online_service", 0.27, of_age=15, age=16, gained=0.35),
    Share("e_health", 0.34, age=1, gained=0.3),
    Share("digital_signature", 0.07, of_age=15, age=18, gained=0.6),
    Share("safety_trained", 0.22, of_age=15, age=15, gained=0.7),
)
"""What an average village of the north-west knows about itself, roughly as its province reported for 2025."""

HOUSEHOLD: Final = -1
"""The place, in a household, of the household itself."""

_SMARTPHONE: Final = "smartphone"
_HOUSEHOLD_SMARTPHONE: Final = "household_smartphone"
_NO_IS_NOTED: Final = 0.9
_POOR_LAG: Final = 0.9
_READIEST_AGE: Final = 30
_YEARS_OF_LAG: Final = 22

# A place in the village: the household's number and the person's number in it, or HOUSEHOLD.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Home:
    """What observations depend on: how old each person is, and whether the household is poor."""

    ages: tuple[int, ...]
    poor: bool


def observations(
    random: Random, homes: Sequence[Home], on: date, readiness: float
) -> dict[Place, tuple[Seen, ...]]:
    """Return what was observed of each household and person, oldest first for each fact.

    Everybody was asked about a year ago. Who came to have a fact since then was seen again on the day of it.
    """
    leaning = [random.gauss(0, 1) - (_POOR_LAG if home.poor else 0) for home in homes]
    asked = [on - timedelta(days=random.randint(370, 430)) for _ in homes]
    found: dict[Place, list[Seen]] = {}
    with_smartphone: set[Place] = set()
    for share in SHARES:
        counted = _counted(homes, share)
        holders = _holders(random, homes, counted, share=share, leaning=leaning, readiness=readiness)
        if share.fact == _HOUSEHOLD_SMARTPHONE:
            with_smartphone = holders
        elif share.fact == _SMARTPHONE:
            holders = _in_households_with_one(holders, counted, with_smartphone)
        for place in counted:
            seen = found.setdefault(place, [])
            seen.extend(_history(random, share, asked[place[0]], on, holds=place in holders))
    return {place: tuple(seen) for place, seen in found.items()}


def _counted(homes: Sequence[Home], share: Share) -> list[Place]:
    if load_facts()[share.fact].subject is Subject.HOUSEHOLD:
        return [(number, HOUSEHOLD) for number in range(len(homes))]
    return [
        (number, member)
        for number, home in enumerate(homes)
        for member, age in enumerate(home.ages)
        if age >= share.of_age
    ]


def _holders(
    random: Random,
    homes: Sequence[Home],
    counted: Sequence[Place],
    *,
    share: Share,
    leaning: Sequence[float],
    readiness: float,
) -> set[Place]:
    """Those who have the fact: as many as the share asks for, the readiest first."""
    odds = math.log(share.share / (1 - share.share)) + readiness
    wanted = round(len(counted) / (1 + math.exp(-odds)))

    def ready(place: Place) -> float:
        number, member = place
        lag = 0.0 if member == HOUSEHOLD else abs(homes[number].ages[member] - _READIEST_AGE) / _YEARS_OF_LAG
        return leaning[number] - lag + random.gauss(0, 0.7)

    able = [
        (number, member)
        for number, member in counted
        if member == HOUSEHOLD or homes[number].ages[member] >= share.age
    ]
    return set(sorted(able, key=ready, reverse=True)[:wanted])


def _in_households_with_one(
    holders: set[Place], counted: Sequence[Place], with_smartphone: set[Place]
) -> set[Place]:
    """Smartphones only where the household has one, and somebody's in each such household."""
    kept = {place for place in holders if (place[0], HOUSEHOLD) in with_smartphone}
    served = {number for number, _ in kept}
    for number, member in counted:
        if (number, HOUSEHOLD) in with_smartphone and number not in served:
            kept.add((number, member))
            served.add(number)
    return kept


def _history(random: Random, share: Share, asked: date, on: date, *, holds: bool) -> list[Seen]:
    how = random.choice((How.SEEN, How.TOLD))
    had = holds and random.random() >= share.gained
    first = Seen(share.fact, value=had, held_on=asked, how=how)
    if not holds:
        return [first] if random.random() < _NO_IS_NOTED else []
    if had:
        return [first]
    day = on - timedelta(days=random.randrange(360))
    return [first, Seen(share.fact, value=True, held_on=day, how=How.DONE_WITH_US)]
