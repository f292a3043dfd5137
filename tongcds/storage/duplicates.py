"""What was said of pairs of records, and both of them side by side with the values from before a merge.

Which pairs may be one is found in `likely`; what follows from what was said is in `merged` and
`replica.merged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, and_, select

from tongcds.domain.views.duplicates import Earlier, Pair, PairList, Side
from tongcds.records import record_type
from tongcds.replica.merged import HOUSEHOLD as HOME
from tongcds.replica.merged import ONE, OPEN
from tongcds.replica.merged import PERSON as WHO
from tongcds.storage.likely import Found, Ids, likely_households, likely_people, people_at
from tongcds.storage.presence import HOUSEHOLD, PERSON, VISIT, person_present

_SAID = record_type("duplicate").table
_EARLIER = record_type("earlier").table
_VILLAGE = record_type("village").table

MOST_PAIRS: Final = 200
PERSON_FIELDS: Final = (
    "full_name",
    "sex",
    "birth",
    "ethnicity",
    "id_number",
    "phone",
    "more_phones",
    "note",
)
"""What can be taken over from one record of a person to another; the relation belongs to the household."""
HOUSEHOLD_FIELDS: Final = ("code", "address", "poverty", "hardship", "note")
"""The same of households."""

_TABLES: Final = {WHO: PERSON, HOME: HOUSEHOLD}
_SLICE: Final = 400

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def likely(connection: Connection, on: date) -> PairList:
    """Pairs of one village nobody has said anything about, households first, at most 200 of them.

    Two people of two households that may be one are not a pair of their own until that is settled.
    """
    settled = {ids for ids, said in said_of_pairs(connection).items() if said.verdict != OPEN}
    people = people_at(connection, on)
    # Whom somebody keeps apart are not somebody in common of two households either.
    alike = likely_people(people, settled)
    homes = likely_households(connection, on, people, alike, settled)
    between = {home.ids for home in homes}
    lives = {one.id: one.household_id or b"" for one in people}
    alone = [pair for pair in alike if tuple(sorted(lives[one] for one in pair.ids)) not in between]
    wanted = [*((HOME, pair) for pair in homes), *((WHO, pair) for pair in alone)]
    pairs = _pairs(connection, on, [(kind, pair, OPEN, None) for kind, pair in wanted[:MOST_PAIRS]])
    return PairList(pairs, len(wanted))


def said_of_pairs(connection: Connection) -> dict[Ids, _Row]:
    """The latest word on each pair, the one that was said last at the end."""
    words = connection.execute(
        select(_SAID).where(_SAID.c.deleted == 0).order_by(_SAID.c.stamp, _SAID.c.device, _SAID.c.n)
    )
    found: dict[Ids, _Row] = {}
    for word in words:
        found.pop((word.first_id, word.second_id), None)
        found[word.first_id, word.second_id] = word
    return found


def settled(connection: Connection, on: date) -> PairList:
    """Pairs of which somebody said that they are one, or two, the latest first; both records whole."""
    said = [word for word in said_of_pairs(connection).values() if word.verdict != OPEN][::-1]
    wanted = [
        (word.subject, Found((word.first_id, word.second_id), ""), word.verdict, word.shown_id)
        for word in said[:MOST_PAIRS]
    ]
    return PairList(_pairs(connection, on, wanted), len(said))


def pair_of(connection: Connection, first: bytes, second: bytes, on: date) -> Pair | None:
    """These two records side by side; None where they are not both people or households on record."""
    subject = subject_of(connection, first)
    ids = (first, second) if first < second else (second, first)
    said = said_of_pairs(connection).get(ids)
    verdict, shown = (said.verdict, said.shown_id) if said is not None else (OPEN, None)
    return next(iter(_pairs(connection, on, [(subject, Found(ids, ""), verdict, shown)])), None)


def _pairs(
    connection: Connection, on: date, wanted: Sequence[tuple[str, Found, str, bytes | None]]
) -> tuple[Pair, ...]:
    everybody = [one for _subject, pair, _verdict, _shown in wanted for one in pair.ids]
    sides = {**_people(connection, everybody), **_households(connection, everybody, on)}
    before = _earlier(connection, everybody)
    return tuple(
        Pair(
            subject,
            sides[first],
            sides[second],
            why,
            verdict,
            shown,
            tuple(one for side in (first, second) for one in before.get(side, ())),
        )
        for subject, ((first, second), why), verdict, shown in wanted
        if first in sides and second in sides
    )


def _slices(ids: Iterable[bytes]) -> list[list[bytes]]:
    every = sorted(set(ids))
    return [every[start : start + _SLICE] for start in range(0, len(every), _SLICE)]


def _people(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, Side]:
    found: dict[bytes, Side] = {}
    for part in _slices(ids):
        rows = connection.execute(
            select(
                PERSON,
                HOUSEHOLD.c.code,
                _VILLAGE.c.name.label("village_name"),
                and_(HOUSEHOLD.c.head_id == PERSON.c.id, HOUSEHOLD.c.left_on.is_(None)).label("leads"),
            )
            .outerjoin_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
            .outerjoin(_VILLAGE, _VILLAGE.c.id == PERSON.c.village_id)
            .where(PERSON.c.id.in_(part), PERSON.c.erased.is_(None))
        ).mappings()
        for row in rows:
            values = {name: row[name] for name in ("relation", *PERSON_FIELDS) if row[name]}
            found[row["id"]] = Side(
                row["id"], row["code"] or "", row["village_name"] or "", values, bool(row["leads"])
            )
    return found


def _households(connection: Connection, ids: Sequence[bytes], on: date) -> dict[bytes, Side]:
    found: dict[bytes, Side] = {}
    head = PERSON.alias("head")
    for part in _slices(ids):
        names = _names_at(connection, part, on)
        visited = select(VISIT.c.household_id, VISIT.c.id).where(
            VISIT.c.household_id.in_(part), VISIT.c.deleted == 0
        )
        visits: dict[bytes, int] = {}
        for home, _visit in connection.execute(visited):
            visits[home] = visits.get(home, 0) + 1
        rows = connection.execute(
            select(HOUSEHOLD, head.c.full_name.label("head"), _VILLAGE.c.name.label("village_name"))
            .outerjoin_from(HOUSEHOLD, head, head.c.id == HOUSEHOLD.c.head_id)
            .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
            .where(HOUSEHOLD.c.id.in_(part), HOUSEHOLD.c.erased.is_(None))
        ).mappings()
        for row in rows:
            home = row["id"]
            values = {name: str(row[name]) for name in HOUSEHOLD_FIELDS if row[name]}
            values |= {"head_id": row["head"]} if row["head"] else {}
            values |= {"person_ids": ", ".join(names[home])} if home in names else {}
            values |= {"visits": str(visits[home])} if home in visits else {}
            found[home] = Side(home, row["code"] or "", row["village_name"] or "", values)
    return found


def _names_at(connection: Connection, homes: Sequence[bytes], on: date) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    query = select(PERSON.c.household_id, PERSON.c.full_name).where(
        PERSON.c.household_id.in_(homes), person_present(on)
    )
    for home, name in connection.execute(query.order_by(PERSON.c.birth, PERSON.c.id)):
        found.setdefault(home, []).append(name or "?")
    return found


def _earlier(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, list[Earlier]]:
    """The values that merges put others in place of, by record; the latest last."""
    found: dict[bytes, list[Earlier]] = {}
    for part in _slices(ids):
        query = select(_EARLIER.c.subject_id, _EARLIER.c.field, _EARLIER.c.value).where(
            _EARLIER.c.subject_id.in_(part),
            _EARLIER.c.field.in_({*PERSON_FIELDS, *HOUSEHOLD_FIELDS}),
            _EARLIER.c.value.is_not(None),
            _EARLIER.c.deleted == 0,
        )
        for subject, field, value in connection.execute(query.order_by(_EARLIER.c.stamp, _EARLIER.c.n)):
            found.setdefault(subject, []).append(Earlier(subject, field, value))
    return found


def subject_of(connection: Connection, record_id: bytes) -> str:
    """What a record is: a household, or else a person."""
    home = select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id == record_id)
    return HOME if connection.execute(home).first() is not None else WHO


def village_of_pair(connection: Connection, first: bytes, second: bytes) -> tuple[str, bytes] | None:
    """What both are, and the village in which they are on record; None where that is not the same."""
    subject = subject_of(connection, first)
    table = _TABLES[subject]
    query = select(table.c.village_id).where(
        table.c.id.in_([first, second]), table.c.deleted == 0, table.c.erased.is_(None)
    )
    one, *others = [*connection.execute(query).scalars(), None]
    return (subject, one) if one is not None and others[:-1] == [one] else None


def is_head(connection: Connection, person_id: bytes) -> bool:
    """Whether this record heads a household that lives here."""
    query = select(HOUSEHOLD.c.id).where(
        HOUSEHOLD.c.head_id == person_id, HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.left_on.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def replaced_by(connection: Connection, first: bytes, second: bytes) -> Sequence[_Row]:
    """What the merges of a pair that hold put in place of what, the latest first."""
    words = connection.execute(
        select(_SAID.c.id, _SAID.c.verdict)
        .where(_SAID.c.first_id == first, _SAID.c.second_id == second, _SAID.c.deleted == 0)
        .order_by(_SAID.c.stamp.desc(), _SAID.c.device.desc(), _SAID.c.n.desc())
    ).all()
    holding: list[bytes] = []
    for word_id, verdict in words:
        if verdict == OPEN:
            break
        if verdict == ONE:
            holding.append(word_id)
    query = select(_EARLIER).where(
        _EARLIER.c.said_id.in_(holding), _EARLIER.c.deleted == 0, _EARLIER.c.erased.is_(None)
    )
    return connection.execute(query.order_by(_EARLIER.c.stamp.desc(), _EARLIER.c.n.desc())).all()


def values_of(connection: Connection, subject: str, record_id: bytes) -> Mapping[str, Any]:
    """A record's fields."""
    table = _TABLES[subject]
    row = connection.execute(select(table).where(table.c.id == record_id)).mappings().one_or_none()
    return dict(row) if row is not None else {}
