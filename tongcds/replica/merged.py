"""Which records are one and the same person or household, read from what people said of pairs (`duplicate`).

Nothing is hidden by being overwritten: somebody says that two records are one, and reading follows. The
latest word on a pair counts; pairs that are one make groups, however long the chain; the latest word in a
group names the record that shows. All of this depends on the records alone, so every replica finds the same,
in whatever order they came (docs/decisions/019, 026).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CTE, Connection, LargeBinary, Select, func, literal, or_, select

from tongcds.domain.stamps import ID_LENGTH
from tongcds.records import record_type

ONE, TWO, OPEN = "one", "two", "open"
"""Verdicts: one person, two people, and neither: taken back."""

MOST_RECORDS: Final = 16
"""Nobody is on record more often: in a larger group everybody shows, so that no chain hides a village."""

PERSON, HOUSEHOLD = "person", "household"
"""What a word is about."""

_SAID = record_type("duplicate").table.c
_PERSON = record_type("person").table
_HOUSEHOLD = record_type("household").table
_SLICE: Final = 400

# Any: rows answer each column under its name.
_Row = Any


def merged_records(connection: Connection, villages: Sequence[bytes] | None = None) -> dict[bytes, bytes]:
    """Records of people and households that do not show, each with the one that stands for it.

    Of these villages or of all. Only records of one village are one, as the word on them says: whoever holds
    the village finds the same there as the server, whatever else they hold. A record that was removed or
    erased stands for nobody. The head of a household always shows, and stands for the others of the group
    before anybody else does; of a household that is said to be another one, the head is no head any more. A
    household does not show once nobody shows in it: no word can hide somebody who lives there.
    """
    said = _standing(_words(connection, HOUSEHOLD, villages), frozenset())
    words = _words(connection, PERSON, villages)
    heads = connection.execute(_heads()).all() if words else ()
    leading = frozenset((head, village) for home, head, village in heads if home not in said)
    people = _standing(words, leading)
    inhabited = _inhabited(connection, list(said), people)
    return people | {home: stands for home, stands in said.items() if home not in inhabited}


def _words(connection: Connection, subject: str, villages: Sequence[bytes] | None) -> list[_Row]:
    found = connection.execute(_pairs(subject, villages))
    return sorted(found, key=lambda word: (word.stamp, word.device, word.n), reverse=True)


def _standing(words: Sequence[_Row], heads: frozenset[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Who does not show, each with who stands for them; `heads` with their village always show."""
    found: dict[bytes, bytes] = {}
    for latest in _groups(words):
        members = {one for word in latest for one in (word.first_id, word.second_id)}
        if len(members) > MOST_RECORDS:
            continue
        leading = {one for one in members if (one, latest[0].village_id) in heads}
        able = leading or members
        stands = next((word.shown_id for word in latest if word.shown_id in able), min(able))
        found |= dict.fromkeys(members - leading - {stands}, stands)
    return found


def _inhabited(connection: Connection, homes: Sequence[bytes], people: Mapping[bytes, bytes]) -> set[bytes]:
    """Those of the households in which somebody shows."""
    found: set[bytes] = set()
    for start in range(0, len(homes), _SLICE):
        there = select(_PERSON.c.household_id, _PERSON.c.id).where(
            _PERSON.c.household_id.in_(homes[start : start + _SLICE]),
            # As the village's own records know it.
            _HOUSEHOLD.c.id == _PERSON.c.household_id,
            _HOUSEHOLD.c.village_id == _PERSON.c.village_id,
            _PERSON.c.deleted == 0,
            _PERSON.c.erased.is_(None),
            _PERSON.c.left_on.is_(None),
        )
        found.update(home for home, person in connection.execute(there) if person not in people)
    return found


def _pairs(subject: str, villages: Sequence[bytes] | None) -> Select[Any]:
    """The latest word on each pair of people or households, where it says that the two are one."""
    said = select(
        _SAID.village_id, _SAID.first_id, _SAID.second_id, _SAID.shown_id, _SAID.verdict,
        _SAID.stamp, _SAID.device, _SAID.n,
        func.row_number()
        .over(
            partition_by=(_SAID.village_id, _SAID.first_id, _SAID.second_id),
            order_by=(_SAID.stamp.desc(), _SAID.device.desc(), _SAID.n.desc()),
        )
        .label("place"),
    ).where(_SAID.deleted == 0, _SAID.subject == subject)  # fmt: skip
    if villages is not None:
        said = said.where(_SAID.village_id.in_(villages))
    latest = said.subquery("said")
    table = _PERSON if subject == PERSON else _HOUSEHOLD
    first, second = table.alias("first_record"), table.alias("second_record")
    return (
        select(latest)
        .join(first, first.c.id == latest.c.first_id)
        .join(second, second.c.id == latest.c.second_id)
        .where(
            latest.c.place == 1,
            latest.c.verdict == ONE,
            latest.c.first_id != latest.c.second_id,
            latest.c.shown_id.in_([latest.c.first_id, latest.c.second_id]),
            *(
                condition
                for record in (first, second)
                for condition in (
                    record.c.village_id == latest.c.village_id,
                    record.c.deleted == 0,
                    record.c.erased.is_(None),
                )
            ),
        )
    )


def _heads() -> Select[bytes, bytes, bytes]:
    """Households that live there whose heads something was said of; each with its head and village."""
    spoken_of = (select(one).where(_SAID.deleted == 0) for one in (_SAID.first_id, _SAID.second_id))
    home = _HOUSEHOLD.c
    return select(home.id, home.head_id, home.village_id).where(
        home.deleted == 0,
        home.left_on.is_(None),
        or_(*(home.head_id.in_(one) for one in spoken_of)),
    )


# Apart, so that it can be counted how often it is asked.
_Parents = dict[bytes, bytes]


def _groups(words: Iterable[_Row]) -> Iterator[list[_Row]]:
    """The words of each group, in the order given; in nearly linear time, whatever was written."""
    parent = _Parents()

    def root(one: bytes) -> bytes:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    words = list(words)
    for word in words:
        parent[root(word.first_id)] = root(word.second_id)
    groups: dict[bytes, list[_Row]] = defaultdict(list)
    for word in words:
        groups[root(word.first_id)].append(word)
    yield from groups.values()


def as_table(merged: Mapping[bytes, bytes]) -> CTE:
    """The answer of `merged_records` inside a statement: `id` and `survivor`; one parameter however long.

    A statement that uses it several times takes the same object each time.
    """
    packed = literal(b"".join(one + other for one, other in merged.items()), LargeBinary)
    at = select(literal(1).label("at")).where(func.length(packed) > 0).cte("merged_at", recursive=True)
    following = at.c.at + 2 * ID_LENGTH
    at = at.union_all(select(following).where(following <= func.length(packed)))
    return select(
        func.substr(packed, at.c.at, ID_LENGTH, type_=LargeBinary).label("id"),
        func.substr(packed, at.c.at + ID_LENGTH, ID_LENGTH, type_=LargeBinary).label("survivor"),
    ).cte("merged")
