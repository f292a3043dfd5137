"""Households that are worth a visit: those with the weightiest reasons (`domain.needs`), the same every time.

One that somebody has promised to come back to is on the list of things to do, so it is not suggested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, and_, func, select

from tongcds.domain.needs import load_reasons
from tongcds.domain.views import Suggestion
from tongcds.i18n import language
from tongcds.records import record_type
from tongcds.storage.filters import FILTERS
from tongcds.storage.presence import HOUSEHOLD, PERSON, VISIT, household_present, visit_counts

_VILLAGE = record_type("village").table
_PROMISED: Final = "follow_up"


def suggestions(connection: Connection, on: date, limit: int) -> tuple[Suggestion, ...]:
    """The households with the most weight on this day; of equals, the one that was visited longest ago."""
    # A query a reason: in one query for all, SQLite would look at each household anew wherever its weight
    # is named.
    open_ones = and_(household_present(on), ~FILTERS[_PROMISED].condition(on))
    codes = dict(connection.execute(select(HOUSEHOLD.c.id, HOUSEHOLD.c.code).where(open_ones)).all())
    weights: Counter[bytes] = Counter()
    why: defaultdict[bytes, list[str]] = defaultdict(list)
    for reason in load_reasons():
        fitting = select(HOUSEHOLD.c.id).where(household_present(on), FILTERS[reason.code].condition(on))
        for household in connection.execute(fitting).scalars():
            if household in codes:
                weights[household] += reason.weight
                why[household].append(reason.name(language()))
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
        )
        for one in ranked
    )


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
