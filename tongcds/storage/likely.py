"""Pairs of records of the whole register that may be one person or one household, with the reason.

Only records that agree in something are compared (`_blocks`), so that a register of 50,000 people takes
seconds and not days. Who is on record already while somebody is typed is in `lookalikes`; what was said of
pairs so far is in `duplicates`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from tongcds.domain.likeness import ALIKE, likeness
from tongcds.domain.text import fold
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present

# More records than this with one name and year, or one phone, say nothing about each other.
MOST_ALIKE: Final = 8
# So many people of two households that may be the same make the households one.
_PEOPLE_IN_COMMON: Final = 2
_REASONS: Final = ("id_number", "name", "phone", "alike", "near", "name_only")
"""Reasons for two people, the surest first."""

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any
Ids = tuple[bytes, bytes]


class Found(NamedTuple):
    """A pair in the order of the ids, and why the two may be one."""

    ids: Ids
    why: str


def people_at(connection: Connection, on: date, homes: Collection[bytes] | None = None) -> Sequence[_Row]:
    """Everybody who shows on this day, or who lives in these households, as `same_person` compares them."""
    query = select(
        PERSON.c.id, PERSON.c.village_id, PERSON.c.household_id, PERSON.c.full_name, PERSON.c.birth,
        PERSON.c.phone, PERSON.c.id_number, PERSON.c.sex,
    ).where(person_present(on), PERSON.c.erased.is_(None))  # fmt: skip
    if homes is not None:
        query = query.where(PERSON.c.household_id.in_(list(homes)))
    return connection.execute(query.order_by(PERSON.c.id)).all()


def likely_people(people: Sequence[_Row], settled: Collection[Ids]) -> list[Found]:
    """Pairs of people of one village, the surest reason first; those that are settled are left out."""
    found: dict[Ids, str] = {}
    for block in _blocks(people):
        for one, other in combinations(block, 2):
            ids = (one.id, other.id) if one.id < other.id else (other.id, one.id)
            if ids not in found and ids not in settled and (why := same_person(one, other)):
                found[ids] = why
    return sorted(map(Found._make, found.items()), key=lambda pair: (_REASONS.index(pair.why), pair.ids))


def _blocks(people: Iterable[_Row]) -> Iterator[list[_Row]]:
    """People of one village who agree in something: whoever may be one is together in some block."""
    groups: dict[tuple[object, ...], list[_Row]] = defaultdict(list)
    for one in people:
        words = fold(one.full_name or "").split()
        if one.id_number:
            groups["id", one.village_id, one.id_number].append(one)
        if words and one.phone:
            groups["phone", one.village_id, one.phone, words[-1]].append(one)
        if len(words) > 1:
            groups["words", one.village_id, *sorted(words)].append(one)
            if one.birth:
                # A slip is in the given name or before it.
                groups["given", one.village_id, one.birth[:4], words[-1]].append(one)
                groups["family", one.village_id, one.birth[:4], *words[:-1]].append(one)
    for (kind, *_key), block in groups.items():
        if len(block) > 1 and (len(block) <= MOST_ALIKE or kind in {"given", "family"}):
            yield block


def same_person(one: _Row, other: _Row) -> str:
    """Why two people of one village may be one, or "".

    The same personal number; the same phone and given name; a name that is alike and the same year of birth;
    the same name where a year is one off or not known. Sexes that contradict each other speak against it.
    """
    if one.sex and other.sex and one.sex != other.sex:
        return ""
    if one.id_number and one.id_number == other.id_number:
        return "id_number"
    name, beside = one.full_name or "", other.full_name or ""
    alike = likeness(name, beside) if " " in name.strip() and " " in beside.strip() else 0.0
    year, another = (one.birth or "")[:4], (other.birth or "")[:4]
    same_year = bool(year) and year == another
    if alike == 1 and same_year:
        return "name"
    if one.phone and one.phone == other.phone and _given(name) and _given(name) == _given(beside):
        return "phone"
    if alike < 1:
        return "alike" if alike >= ALIKE and same_year else ""
    one_off = bool(year and another) and abs(int(year) - int(another)) == 1
    return "near" if one_off else "" if year and another else "name_only"


def _given(name: str) -> str:
    return next(reversed(fold(name).split()), "")


def likely_households(
    connection: Connection,
    on: date,
    people: Sequence[_Row],
    alike: Iterable[Found],
    settled: Collection[Ids],
) -> list[Found]:
    """Pairs of households of one village that may be one, in the order of their ids.

    Two people or more of the one may be people of the other; or their heads may be one; or they have one code
    and somebody in common.
    """
    homes: dict[bytes, _Row] = {
        row.id: row
        for row in connection.execute(
            select(HOUSEHOLD.c.id, HOUSEHOLD.c.code, HOUSEHOLD.c.head_id).where(
                household_present(on), HOUSEHOLD.c.erased.is_(None)
            )
        )
    }
    lives: Mapping[bytes, bytes | None] = {one.id: one.household_id for one in people}
    common: dict[Ids, list[Ids]] = defaultdict(list)
    for pair in alike:
        at = [lives[one] for one in pair.ids]
        if at[0] != at[1] and at[0] in homes and at[1] in homes:
            first, second = sorted(home for home in at if home is not None)
            common[first, second].append(pair.ids)
    found = []
    for ids, pairs in common.items():
        first, second = (homes[home] for home in ids)
        why = ""
        if len({one for one, _other in pairs}) >= _PEOPLE_IN_COMMON <= len({other for _one, other in pairs}):
            why = "people"
        elif any(set(pair) == {first.head_id, second.head_id} for pair in pairs):
            why = "head"
        elif first.code and first.code == second.code:
            why = "code"
        if why and ids not in settled:
            found.append(Found(ids, why))
    return sorted(found)


def matched(mine: Sequence[_Row], theirs: Sequence[_Row], apart: Collection[Ids]) -> dict[bytes, bytes]:
    """Whom of `theirs` is whom of `mine`, everybody once, the surest first; `apart` are known to be two."""
    told: list[tuple[int, bytes, bytes]] = []
    for one in mine:
        for other in theirs:
            first, second = sorted((one.id, other.id))
            why = same_person(one, other)
            if why and (first, second) not in apart:
                told.append((_REASONS.index(why), one.id, other.id))
    found: dict[bytes, bytes] = {}
    for _rank, one_id, other_id in sorted(told):
        if one_id not in found.values() and other_id not in found:
            found[other_id] = one_id
    return found
