"""What lists of households on paper hold. Sheets of one household are made of `household`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.consent import NOTES, SENSITIVE, Gate
from tongcds.domain.views import HouseholdLine
from tongcds.records import record_type
from tongcds.storage.poverty import poverty_on
from tongcds.storage.presence import HOUSEHOLD, PERSON, Known, implying, known_facts, person_present
from tongcds.storage.supports import names_of

_VILLAGE = record_type("village").table
_SLICE: Final = 400

# Any: rows answer each column under its name.
_Row = Any


def households(
    connection: Connection, ids: Sequence[bytes], on: date, fact: str, named: Gate
) -> tuple[HouseholdLine, ...]:
    """Those of these households that `named` lets pass, in this order; `fact` is what the list is about.

    Whether they are poor stands there for those alone who agreed to that, too.
    """
    sensitive = replace(named)
    homes: dict[bytes, _Row] = {}
    people: dict[bytes, list[bytes]] = {}
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        query = (
            select(
                HOUSEHOLD.c.id, HOUSEHOLD.c.code, poverty_on(on).label("poverty"), HOUSEHOLD.c.head_id,
                _VILLAGE.c.name.label("village"),
            )
            .outerjoin_from(HOUSEHOLD, _VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
            .where(HOUSEHOLD.c.id.in_(part))
        )  # fmt: skip
        homes.update((row.id, row) for row in connection.execute(query))
        there = select(PERSON.c.id, PERSON.c.household_id).where(
            PERSON.c.household_id.in_(part), person_present(on)
        )
        for person, home in connection.execute(there):
            people.setdefault(home, []).append(person)
    names = names_of(connection, [row.head_id for row in homes.values() if row.head_id])
    known = known_facts(connection, [*ids, *(each for some in people.values() for each in some)], on)
    lines = []
    for home in (homes[each] for each in ids if each in homes):
        if not named.passes(NOTES, home.head_id, home.id):
            continue
        facts = [known.get(each, {}) for each in (home.id, *people.get(home.id, ()))]
        phones = [seen["phone_2g"].value for seen in facts if "phone_2g" in seen]
        lines.append(
            HouseholdLine(
                code=home.code or "",
                head_name=names.get(home.head_id, ""),
                village=home.village or "",
                poverty=home.poverty if sensitive.passes(SENSITIVE, home.head_id, home.id) else None,
                people=len(people.get(home.id, ())),
                phone_2g=any(phones) if phones else None,
                since=_since(facts, fact),
            )
        )
    return tuple(lines)


def _since(facts: Sequence[Mapping[str, Known]], fact: str) -> date | None:
    days = [seen[code].held_on for seen in facts for code in (fact, *implying(fact)) if code in seen]
    return max(days, default=None)
