"""Pairs of records that may be one person: likely ones with the reason, and what was said of pairs so far.

What follows from what was said is in `merged` and `replica.merged`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.text import fold
from tongcds.domain.views.duplicates import Compared, Pair, Side
from tongcds.records import Kind, record_type
from tongcds.replica.merged import OPEN
from tongcds.storage.presence import HOUSEHOLD, PERSON, person_present
from tongcds.storage.wording import field_name, value_words

_SAID = record_type("duplicate").table
_VILLAGE = record_type("village").table
_FIELDS: Final = (
    "full_name",
    "relation",
    "sex",
    "birth",
    "ethnicity",
    "id_number",
    "phone",
    "more_phones",
    "note",
)
MOST_PAIRS: Final = 200
# More people than this with one name and year, or one phone, say nothing about each other.
_MOST_ALIKE: Final = 8

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def likely(connection: Connection, on: date) -> tuple[Pair, ...]:
    """Pairs of one village nobody has said anything about, the surest reason first, at most 200.

    The same personal number; the same name, marks aside, and year of birth; the same phone and given name.
    """
    people = connection.execute(
        select(
            PERSON.c.id, PERSON.c.village_id, PERSON.c.full_name, PERSON.c.birth, PERSON.c.phone,
            PERSON.c.id_number, PERSON.c.sex,
        ).where(person_present(on), PERSON.c.erased.is_(None))
    ).all()  # fmt: skip
    settled = {pair for pair, said in said_of_pairs(connection).items() if said.verdict != OPEN}
    found: dict[tuple[bytes, bytes], str] = {}
    for why in ("id_number", "name", "phone"):
        for group in _alike(people, why):
            for one, other in combinations(sorted(group, key=lambda person: person.id), 2):
                speaks_against = one.sex and other.sex and one.sex != other.sex
                if not speaks_against and (one.id, other.id) not in settled:
                    found.setdefault((one.id, other.id), why)
    chosen = list(found.items())[:MOST_PAIRS]
    return _pairs(connection, [(first, second, why, OPEN, None) for (first, second), why in chosen])


def _alike(people: Sequence[_Row], why: str) -> Iterator[list[_Row]]:
    groups: dict[object, list[_Row]] = defaultdict(list)
    for person in people:
        name = fold(person.full_name or "")
        match why:
            case "id_number":
                key = person.id_number
            case "name":
                key = (name, person.birth[:4]) if person.birth and " " in name else None
            case _:
                key = (person.phone, name.split()[-1]) if person.phone and name else None
        if key:
            groups[person.village_id, key].append(person)
    return (group for group in groups.values() if 1 < len(group) <= _MOST_ALIKE)


def said_of_pairs(connection: Connection) -> dict[tuple[bytes, bytes], _Row]:
    """The latest word on each pair."""
    words = connection.execute(
        select(_SAID)
        .where(_SAID.c.deleted == 0, _SAID.c.subject == "person")
        .order_by(_SAID.c.stamp, _SAID.c.device, _SAID.c.n)
    )
    return {(word.first_id, word.second_id): word for word in words}


def settled(connection: Connection) -> tuple[Pair, ...]:
    """Pairs of which somebody said that they are one person, or two; both records whole, side by side."""
    return _pairs(
        connection,
        [
            (first, second, "", word.verdict, word.shown_id)
            for (first, second), word in said_of_pairs(connection).items()
            if word.verdict != OPEN
        ],
    )


def _pairs(
    connection: Connection, wanted: Sequence[tuple[bytes, bytes, str, str, bytes | None]]
) -> tuple[Pair, ...]:
    sides = _sides(connection, [one for pair in wanted for one in pair[:2]])
    return tuple(
        Pair(sides[first], sides[second], why, verdict, shown)
        for first, second, why, verdict, shown in wanted
        if first in sides and second in sides
    )


def _sides(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, Side]:
    found: dict[bytes, Side] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 400):
        rows = connection.execute(
            select(PERSON, HOUSEHOLD.c.code, _VILLAGE.c.name.label("village_name"))
            .outerjoin_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
            .outerjoin(_VILLAGE, _VILLAGE.c.id == PERSON.c.village_id)
            .where(PERSON.c.id.in_(wanted[start : start + 400]), PERSON.c.erased.is_(None))
        ).mappings()
        for row in rows:
            values = {name: row[name] for name in _FIELDS if row[name]}
            found[row["id"]] = Side(row["id"], row["code"] or "", row["village_name"] or "", values)
    return found


def village_of_pair(connection: Connection, first: bytes, second: bytes) -> bytes | None:
    """The village in which both are on record; None when one is not, or they live in different ones."""
    query = select(PERSON.c.village_id).where(
        PERSON.c.id.in_([first, second]), PERSON.c.deleted == 0, PERSON.c.erased.is_(None)
    )
    one, *others = [*connection.execute(query).scalars(), None]
    return one if others[:-1] == [one] else None


def is_head(connection: Connection, person_id: bytes) -> bool:
    """Whether this record heads a household that lives here."""
    query = select(HOUSEHOLD.c.id).where(
        HOUSEHOLD.c.head_id == person_id, HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.left_on.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def compared(pair: Pair) -> tuple[Compared, ...]:
    """The two records field by field; a field that neither has is left out."""
    first, second = pair.first.masked(), pair.second.masked()
    places = ((first, pair.first), (second, pair.second))
    for values, side in places:
        values["code"], values["village_id"] = side.code, side.village_name
        if "sex" in values:
            values["sex"] = value_words("sex", Kind.WORD, values["sex"], {})
    return tuple(
        Compared(
            field_name(name),
            first.get(name, ""),
            second.get(name, ""),
            differs=first.get(name, "") != second.get(name, "")
            or pair.first.values.get(name) != pair.second.values.get(name),
        )
        for name in ("village_id", "code", *_FIELDS)
        if first.get(name) or second.get(name)
    )
