"""Stock figures: how many households or people of a village have something on a day, out of how many.

One implementation for the laptop's vault and the province's server, on SQLite and PostgreSQL. What is counted
is data (`domain.catalogue`), how a screen lays figures out is `reports.overview`. The rules of counting (own,
except where a source is named):

- A household is in its village on a day unless it was removed or its `left_on` is that day or earlier; a
  person likewise, and not before `joined_on`. Who belongs to a household that left is gone with it.
- A fact holds as the latest observation on or before the day says; of several on one day, the last one made.
  Whoever was never looked at does not count as having something.
- A household also has what the catalogue says to follow from a person who lives there: one smartphone in the
  household is enough (XHS01, Quyết định 811/QĐ-UBND of Sơn La).
- Ages are full years. Of a birth known by year or month only the first day counts, so that whoever may have
  reached an age counts as having reached it (as in `domain.identity.age_on`). Who has no birth on record is
  in no group with an age limit.
- Where nobody of those counted was ever looked at, the numerator is not known, which is not 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from sqlalchemy import Connection

from tongcds.domain.catalogue import RollUp, load_indicators
from tongcds.domain.facts import Subject, load_facts
from tongcds.replica.merged import as_table, merged_people
from tongcds.reports.counting import Counted, counted_query, population_query, prepare

_SLICE = 400
_FINGERPRINT = 1 << 32


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of one unit on one day, in whole numbers.

    `numerator` None: nobody has looked yet; `denominator` None: not counted from the register at all.
    `records` is how many observations stand behind the numerator and `fingerprint` names them ("7F3A-19C2",
    "" where nothing is known): replicas that show the same fingerprint counted the same records.
    """

    numerator: int | None
    denominator: int | None
    records: int
    fingerprint: str


NOTHING_KNOWN = Count(None, None, 0, "")
"""Also the count of an indicator that is not counted from the register."""


@cache
def counted_as(indicator: str) -> Counted | None:
    """How an indicator is counted from the register, or None for one that is not.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    entry = load_indicators()[indicator]
    facts = load_facts()
    fact = facts.get(entry.fact)
    if fact is None or entry.entity != fact.subject or entry.roll_up is not RollUp.RATIO:
        return None
    implied = (f.code for f in facts.values() if f.implies == fact.code)
    person = fact.subject is Subject.PERSON
    return Counted(
        of_people=person,
        fact=fact.code,
        implied_by=() if person else tuple(implied),
        min_age=(entry.min_age or 0) if person else 0,
    )


def counted_indicators() -> tuple[str, ...]:
    """Codes of all indicators that are counted from the register, in the order of the catalogue."""
    return tuple(code for code in load_indicators() if counted_as(code) is not None)


def definition(indicator: str) -> str:
    """Names the way in which the indicator is counted and changes with it; "" where it is not counted."""
    how = counted_as(indicator)
    if how is None:
        return ""
    facts = "|".join((how.fact, *how.implied_by))
    return f"1:{'person' if how.of_people else 'household'}:{how.min_age}:{facts}"


def stock(
    connection: Connection, indicators: Sequence[str], village_ids: Sequence[bytes], on: date
) -> dict[tuple[bytes, str], Count]:
    """Every indicator of every village on one day, by village and indicator.

    A few queries serve all villages together. An indicator that is not counted from the register gives
    `NOTHING_KNOWN`.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    return stock_on_days(connection, indicators, village_ids, [on])[on]


def stock_on_days(
    connection: Connection, indicators: Sequence[str], village_ids: Sequence[bytes], days: Sequence[date]
) -> dict[date, dict[tuple[bytes, str], Count]]:
    """The same on several days, at little more than the price of one.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    villages = list(dict.fromkeys(village_ids))
    texts = [day.isoformat() for day in days]
    result: dict[date, dict[tuple[bytes, str], Count]] = {day: {} for day in days}
    prepare(connection)
    for start in range(0, len(villages), _SLICE):
        part = villages[start : start + _SLICE]
        merged = as_table(merged_people(connection, part))
        totals: dict[tuple[bool, int], dict[tuple[str, bytes], int]] = {}
        for code in indicators:
            way = counted_as(code)
            if way is None:
                for counts in result.values():
                    counts.update(((village, code), NOTHING_KNOWN) for village in part)
                continue
            group = way.of_people, way.min_age
            if group not in totals:
                population = connection.execute(population_query(way, part, texts, merged))
                totals[group] = {(day, village): total for day, village, total in population}
            having = {
                (day, village): Count(int(number), None, int(records), _written(int(ids or 0)))
                for day, village, number, records, ids in connection.execute(
                    counted_query(connection, way, part, texts, merged)
                )
            }
            for day, counts in result.items():
                for village in part:
                    key = day.isoformat(), village
                    count = having.get(key, NOTHING_KNOWN)
                    counts[village, code] = replace(count, denominator=totals[group].get(key, 0))
    return result


def _written(number: int) -> str:
    text = f"{number % _FINGERPRINT:08X}"
    return f"{text[:4]}-{text[4:]}"


def _read(fingerprint: str) -> int:
    return int(fingerprint.replace("-", ""), 16)


def rolled_up(
    counts: Mapping[tuple[bytes, str], Count], group_of: Mapping[bytes, bytes]
) -> dict[tuple[bytes, str], Count]:
    """Figures of larger units: numerators and denominators added, percentages never averaged.

    Args:
        counts: by unit and indicator, as `stock` gives them.
        group_of: the larger unit of each unit; units that it does not name are left out.

    A part in which nothing is known adds nothing to the numerator but is in the denominator, as is each
    single household that nobody has looked at. Where no part knows anything, neither does the whole.
    Fingerprints add up too: that of a commune is that of all its villages' records.
    """
    parts: defaultdict[tuple[bytes, str], list[Count]] = defaultdict(list)
    for (unit, indicator), count in counts.items():
        if unit in group_of:
            parts[group_of[unit], indicator].append(count)
    return {key: added(members) for key, members in parts.items()}


def added(counts: Collection[Count]) -> Count:
    """One figure out of several, as `rolled_up` says."""
    known = [c for c in counts if c.numerator is not None]
    denominators = [c.denominator for c in counts if c.denominator is not None]
    return Count(
        sum(c.numerator or 0 for c in known) if known else None,
        sum(denominators) if denominators else None,
        sum(c.records for c in known),
        _written(sum(_read(c.fingerprint) for c in known)) if known else "",
    )
