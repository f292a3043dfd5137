"""Which records are one and the same person, read from what people said of pairs (record type `duplicate`).

Nothing is moved when two records turn out to be one person: somebody says so, and reading follows. The latest
word on a pair counts; pairs that are one make groups, however long the chain; the latest word in a group
names the record that shows. All of this depends on the records alone, so every replica finds the same, in
whatever order they came (docs/decisions/019).
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

_SAID = record_type("duplicate").table.c
_PERSON = record_type("person").table
_HOUSEHOLD = record_type("household").table.c

# Any: rows answer each column under its name.
_Row = Any


def merged_people(connection: Connection, villages: Sequence[bytes] | None = None) -> dict[bytes, bytes]:
    """Records of people that do not show, each with the one that stands for it; of these villages or of all.

    Only records of one village are one, as the word on them says: whoever holds a village finds the same
    there as the server, whatever else they hold. A record that was removed or erased stands for nobody. The
    head of a household always shows, and stands for the others of the group before anybody else does.
    """
    words = sorted(
        connection.execute(_pairs(villages)), key=lambda word: (word.stamp, word.device, word.n), reverse=True
    )
    if not words:
        return {}
    heads = {(head, village) for head, village in connection.execute(_heads())}
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


def _pairs(villages: Sequence[bytes] | None) -> Select[Any]:
    """The latest word on each pair, where it says that the two are one."""
    said = select(
        _SAID.village_id, _SAID.first_id, _SAID.second_id, _SAID.shown_id, _SAID.verdict,
        _SAID.stamp, _SAID.device, _SAID.n,
        func.row_number()
        .over(
            partition_by=(_SAID.village_id, _SAID.first_id, _SAID.second_id),
            order_by=(_SAID.stamp.desc(), _SAID.device.desc(), _SAID.n.desc()),
        )
        .label("place"),
    ).where(_SAID.deleted == 0, _SAID.subject == "person")  # fmt: skip
    if villages is not None:
        said = said.where(_SAID.village_id.in_(villages))
    latest = said.subquery("said")
    first, second = _PERSON.alias("first_person"), _PERSON.alias("second_person")
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
                for person in (first, second)
                for condition in (
                    person.c.village_id == latest.c.village_id,
                    person.c.deleted == 0,
                    person.c.erased.is_(None),
                )
            ),
        )
    )


def _heads() -> Select[bytes, bytes]:
    """Heads of households that live there, among those of whom something was said; with the village."""
    spoken_of = (select(one).where(_SAID.deleted == 0) for one in (_SAID.first_id, _SAID.second_id))
    return select(_HOUSEHOLD.head_id, _HOUSEHOLD.village_id).where(
        _HOUSEHOLD.deleted == 0,
        _HOUSEHOLD.left_on.is_(None),
        or_(*(_HOUSEHOLD.head_id.in_(one) for one in spoken_of)),
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
    """The answer of `merged_people` inside a statement: `id` and `survivor`; one parameter however long.

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
