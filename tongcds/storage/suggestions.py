"""Households that are worth a visit: those with the weightiest reasons (`domain.needs`), the same every time.

A reason weighs more where the village is far from the target that it is about. A household that somebody has
promised to come back to is on the list of things to do, so it is not suggested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, and_, func, select

from tongcds.domain.needs import Shortfall, load_reasons
from tongcds.domain.views import Suggestion
from tongcds.i18n import _, format_percent, language
from tongcds.records import record_type
from tongcds.storage.filters import FILTERS
from tongcds.storage.presence import HOUSEHOLD, PERSON, VISIT, household_present, visit_counts

_VILLAGE = record_type("village").table
_PROMISED: Final = "follow_up"

Shortfalls = Mapping[bytes, Mapping[str, Shortfall]]
"""By village and by the code of a reason: the targets that the village has not reached."""


def suggestions(
    connection: Connection, on: date, limit: int, shortfalls: Shortfalls | None = None
) -> tuple[Suggestion, ...]:
    """The households with the most weight on this day; of equals, the one that was visited longest ago."""
    shortfalls = shortfalls or {}
    # A query a reason: in one query for all, SQLite would look at each household anew wherever its weight
    # is named.
    open_ones = and_(household_present(on), ~FILTERS[_PROMISED].condition(on))
    there = select(HOUSEHOLD.c.id, HOUSEHOLD.c.code, HOUSEHOLD.c.village_id).where(open_ones)
    codes: dict[bytes, str | None] = {}
    homes: dict[bytes, bytes] = {}
    for household, code, village in connection.execute(there):
        codes[household], homes[household] = code, village
    furthest = {village: _furthest(missing) for village, missing in shortfalls.items()}
    weights: Counter[bytes] = Counter()
    why: defaultdict[bytes, list[str]] = defaultdict(list)
    about: dict[bytes, str] = {}
    for reason in load_reasons():
        fitting = select(HOUSEHOLD.c.id).where(household_present(on), FILTERS[reason.code].condition(on))
        extra = {
            village: missing[reason.code].weight
            for village, missing in shortfalls.items()
            if reason.code in missing
        }
        for household in connection.execute(fitting).scalars():
            if household in codes:
                village = homes[household]
                weights[household] += reason.weight + extra.get(village, 0)
                why[household].append(reason.name(language()))
                if furthest.get(village) == reason.code:
                    about[household] = _target_words(shortfalls[village][reason.code])
    last = _last_visits(connection, on)
    ranked = sorted(weights, key=lambda one: (-weights[one], last.get(one, ""), codes[one] or "", one))[
        :limit
    ]
    names = _names(connection, ranked)
    return tuple(
        Suggestion(
            household_id=one,
            code=codes[one] or "",
            head_name=names[one][0],
            village=names[one][1],
            weight=weights[one],
            why=tuple(why[one]),
            last_visit=date.fromisoformat(last[one]) if one in last else None,
            furthest=about.get(one, ""),
        )
        for one in ranked
    )


def _furthest(missing: Mapping[str, Shortfall]) -> str:
    """The reason about the target from which most is missing, "" where every target is reached."""
    return max(missing, key=lambda code: (missing[code].missing, code), default="")


def _target_words(missing: Shortfall) -> str:
    words = _("the village's furthest target: {share} of {target}")
    share, target = (format_percent(part, decimals=1) for part in (missing.share, missing.target))
    return words.format(share=share, target=target)


def _last_visits(connection: Connection, on: date) -> dict[bytes, str]:
    query = (
        select(VISIT.c.household_id, func.max(VISIT.c.on))
        .where(visit_counts(), VISIT.c.on <= on.isoformat())
        .group_by(VISIT.c.household_id)
    )
    return dict(connection.execute(query).all())


def _names(connection: Connection, households: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """The head's name and the village of each."""
    head = and_(PERSON.c.id == HOUSEHOLD.c.head_id, PERSON.c.deleted == 0)
    rows = connection.execute(
        select(HOUSEHOLD.c.id, PERSON.c.full_name, _VILLAGE.c.name)
        .outerjoin_from(HOUSEHOLD, PERSON, head)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
        .where(HOUSEHOLD.c.id.in_(households))
    )
    return {household: (name or "", village or "") for household, name, village in rows}
