"""Doubtful records of the whole vault: found household by household, kept until the household changes.

Whatever writes records notes them (`following`), and `check_some` looks at those again, a few at a time. What
was found can be made anew at any time.
The rules are `domain.quality`'s; that somebody said "it is so" is a record (`settled`) that goes to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from tongcds.domain.quality import Doubt, Home, Member, doubts, load_rules
from tongcds.domain.views import DoubtRow
from tongcds.records import record_type
from tongcds.storage.local import get_note, put_note
from tongcds.storage.presence import (
    HOUSEHOLD,
    OBSERVATION,
    PERSON,
    household_present,
    known_facts,
    person_on_record,
    person_present,
)
from tongcds.storage.search import ENTRY

QUALITY: Final = MetaData()

# Of records that were written since they were last looked at: households and people by their ids.
TOUCHED: Final = Table(
    "quality_touched", QUALITY, Column("subject_id", LargeBinary, primary_key=True), sqlite_strict=True
)
FOUND: Final = Table(
    "quality_found",
    QUALITY,
    Column("household_id", LargeBinary, primary_key=True),
    Column("subject_id", LargeBinary, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("said", LargeBinary, nullable=False),
    Index("ix_quality_found_subject_id", "subject_id"),
    sqlite_strict=True,
)

_CHECKED: Final = "tongcds checked"
_SLICE: Final = 200
# So many changes at once are an import or a first sync: then everything is looked at.
_MANY: Final = 20_000
_VILLAGE: Final = record_type("village").table
_VISIT: Final = record_type("visit").table
_SETTLED: Final = record_type("settled").table
_SAID: Final = record_type("duplicate").table

# For each type: whom its records are about, and the column that the changed ids stand in.
_OWNERS: Final[Mapping[str, Sequence[tuple[Select[Any], ColumnElement[bytes]]]]] = {
    "household": ((select(HOUSEHOLD.c.id), HOUSEHOLD.c.id),),
    "person": (
        (select(PERSON.c.household_id), PERSON.c.id),
        (select(ENTRY.c.household_id), ENTRY.c.record_id),
        (select(HOUSEHOLD.c.id), HOUSEHOLD.c.head_id),
    ),
    "observation": ((select(OBSERVATION.c.subject_id), OBSERVATION.c.id),),
    "visit": ((select(_VISIT.c.household_id), _VISIT.c.id),),
    "village": ((select(HOUSEHOLD.c.id), HOUSEHOLD.c.village_id),),
    # Whoever does not show any more, or shows again, is looked at again.
    "duplicate": tuple(
        (owner, _SAID.c.id)
        for which in ("first_id", "second_id")
        for owner in (
            select(_SAID.c[which]),
            select(PERSON.c.household_id).join(_SAID, PERSON.c.id == _SAID.c[which]),
        )
    ),
}

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def create_tables(connection: Connection) -> None:
    """Make the tables, where they are not there yet."""
    QUALITY.create_all(connection)


def note(connection: Connection, touched: Mapping[str, Iterable[bytes]]) -> None:
    """Note what has to be looked at again: `touched` holds ids of changed, new and removed records by type.

    Call it before the search follows, which knows where a person lived before.
    """
    wanted = {kind: list(ids) for kind, ids in touched.items() if kind in _OWNERS}
    count = sum(map(len, wanted.values()))
    if count > _MANY:
        put_note(connection, _CHECKED, "")
        return
    if count > _SLICE and _is_new(connection):
        return
    for kind, ids in wanted.items():
        for start in range(0, len(ids), _SLICE):
            part = ids[start : start + _SLICE]
            for query, column in _OWNERS[kind]:
                owners = query.where(column.in_(part)).subquery()
                connection.execute(
                    insert(TOUCHED)
                    .prefix_with("OR IGNORE")
                    .from_select(["subject_id"], select(owners).where(owners.c[0].is_not(None)))
                )


def _is_new(connection: Connection) -> bool:
    """Whether nothing was ever looked at: then everything will be, whatever is noted."""
    return (
        not get_note(connection, _CHECKED)
        and connection.execute(select(FOUND.c.rule).limit(1)).first() is None
    )


def forget(connection: Connection, ids: Sequence[bytes]) -> None:
    """Let go of what was found of erased records."""
    for start in range(0, len(ids), _SLICE):
        part = ids[start : start + _SLICE]
        connection.execute(delete(FOUND).where(FOUND.c.subject_id.in_(part)))
        connection.execute(delete(FOUND).where(FOUND.c.household_id.in_(part)))


def waits(connection: Connection, on: date) -> bool:
    """Whether something has to be looked at."""
    return _outdated(connection, on) or connection.execute(select(TOUCHED).limit(1)).first() is not None


def check_some(connection: Connection, on: date, most: int = _SLICE) -> bool:
    """Look at some households again; answers whether more of them wait.

    Everything is looked at once a month, since people grow older, and when the rules are others.
    """
    if _outdated(connection, on):
        everybody = select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.deleted == 0)
        connection.execute(insert(TOUCHED).prefix_with("OR IGNORE").from_select(["subject_id"], everybody))
        put_note(connection, _CHECKED, _edition(on))
    touched = connection.execute(select(TOUCHED.c.subject_id).limit(most)).scalars().all()
    if not touched:
        return False
    at_home = PERSON.c.household_id
    through = select(at_home).where(PERSON.c.id.in_(touched), at_home.is_not(None))
    homes = {*touched, *connection.execute(through).scalars()}
    people = connection.execute(select(PERSON.c.id).where(at_home.in_(homes))).scalars().all()
    _check(connection, sorted(homes | _neighbours(connection, homes, on)), on)
    done = delete(TOUCHED).where(TOUCHED.c.subject_id == bindparam("subject"))
    connection.execute(done, [{"subject": subject} for subject in {*homes, *people}])
    return connection.execute(select(TOUCHED).limit(1)).first() is not None


def doubtful(
    connection: Connection,
    most: int,
    rule: str = "",
    *,
    after: int = 0,
    household_id: bytes | None = None,
) -> tuple[DoubtRow, ...]:
    """What nobody has settled of one rule or of all, `after` so many; or only about one household.

    What was settled about other values comes up again.
    """
    head = PERSON.alias("head")
    query = (
        select(
            FOUND.c.rule,
            FOUND.c.subject_id,
            FOUND.c.household_id,
            FOUND.c.said,
            HOUSEHOLD.c.code,
            head.c.full_name.label("head"),
            PERSON.c.full_name,
            _VILLAGE.c.name.label("village"),
        )
        .join_from(FOUND, HOUSEHOLD, HOUSEHOLD.c.id == FOUND.c.household_id)
        .outerjoin(head, head.c.id == HOUSEHOLD.c.head_id)
        .outerjoin(PERSON, PERSON.c.id == FOUND.c.subject_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
        .where(~_is_settled())
        .order_by(_VILLAGE.c.name, HOUSEHOLD.c.code, FOUND.c.household_id, FOUND.c.rule, FOUND.c.subject_id)
        .limit(most)
        .offset(after)
    )
    if rule:
        query = query.where(FOUND.c.rule == rule)
    if household_id is not None:
        query = query.where(FOUND.c.household_id == household_id)
    rules = load_rules()
    return tuple(
        DoubtRow(
            rule=row.rule,
            name=rules[row.rule].name(),
            words=rules[row.rule].words(),
            field=rules[row.rule].field,
            subject=rules[row.rule].subject.value,
            subject_id=row.subject_id,
            household_id=row.household_id,
            said=row.said,
            person=row.full_name or "",
            head=row.head or "",
            code=row.code or "",
            village=row.village or "",
        )
        for row in connection.execute(query)
        if row.rule in rules
    )


def counts(connection: Connection) -> dict[str, int]:
    """How much of each rule nobody has settled, in the order of the rules."""
    query = select(FOUND.c.rule, func.count()).where(~_is_settled()).group_by(FOUND.c.rule)
    found: dict[str, int] = dict(connection.execute(query).all())
    return {code: found[code] for code in load_rules() if code in found}


def stands(connection: Connection, rule: str, subject_id: bytes, said: bytes) -> bytes | None:
    """The household of a doubt that was found and still rests upon the same values, or None."""
    query = select(FOUND.c.household_id).where(
        FOUND.c.rule == rule, FOUND.c.subject_id == subject_id, FOUND.c.said == said
    )
    return connection.execute(query.limit(1)).scalar_one_or_none()


def _is_settled() -> Any:  # noqa: ANN401 - a condition
    return (
        select(_SETTLED.c.id)
        .where(
            _SETTLED.c.subject_id == FOUND.c.subject_id,
            _SETTLED.c.rule == FOUND.c.rule,
            _SETTLED.c.said == FOUND.c.said,
            _SETTLED.c.deleted == 0,
            _SETTLED.c.erased.is_(None),
        )
        .exists()
    )


def _edition(on: date) -> str:
    rules = blake2b(repr(tuple(load_rules().values())).encode(), digest_size=8).hexdigest()
    return f"{on:%Y-%m} {rules}"


def _outdated(connection: Connection, on: date) -> bool:
    return get_note(connection, _CHECKED) != _edition(on)


def _neighbours(connection: Connection, homes: Iterable[bytes], on: date) -> set[bytes]:
    """Households that share a number or a code with these, now or when they were last looked at."""
    ids = list(homes)
    other = PERSON.alias("other")
    found: set[bytes] = set()
    for column in (PERSON.c.id_number, PERSON.c.phone):
        same = select(other.c.household_id).join_from(PERSON, other, other.c[column.name] == column)
        same = same.where(PERSON.c.household_id.in_(ids), column.is_not(None), other.c.deleted == 0)
        found.update(home for home in connection.execute(same.distinct()).scalars() if home is not None)
    # A number that was mended here no longer leads to those who shared it; what was found of them does.
    shared = ("id_twice", "phone_many", "code_twice")
    mine = select(FOUND.c.rule, FOUND.c.said).where(FOUND.c.household_id.in_(ids), FOUND.c.rule.in_(shared))
    for rule, said in connection.execute(mine):
        same = select(FOUND.c.household_id).where(FOUND.c.rule == rule, FOUND.c.said == said)
        found.update(connection.execute(same).scalars())
    twin = HOUSEHOLD.alias("twin")
    codes = select(twin.c.id).join_from(
        HOUSEHOLD, twin, (twin.c.village_id == HOUSEHOLD.c.village_id) & (twin.c.code == HOUSEHOLD.c.code)
    )
    found.update(connection.execute(codes.where(HOUSEHOLD.c.id.in_(ids), household_present(on))).scalars())
    return found


def _check(connection: Connection, homes: Sequence[bytes], on: date) -> None:
    for start in range(0, len(homes), _SLICE):
        part = homes[start : start + _SLICE]
        connection.execute(delete(FOUND).where(FOUND.c.household_id.in_(part)))
        rows = [
            _row(home.household_id, one) for home in _homes(connection, part, on) for one in doubts(home, on)
        ]
        if rows:
            connection.execute(insert(FOUND), rows)


def _row(household_id: bytes, doubt: Doubt) -> dict[str, object]:
    return {
        "household_id": household_id,
        "subject_id": doubt.subject_id,
        "rule": doubt.rule.code,
        "said": doubt.said,
    }


def _homes(connection: Connection, ids: Sequence[bytes], on: date) -> list[Home]:
    """These households as the rules look at them; those that left or were removed are left out."""
    homes = connection.execute(
        select(
            HOUSEHOLD.c.id,
            HOUSEHOLD.c.head_id,
            HOUSEHOLD.c.code,
            HOUSEHOLD.c.village_id,
            _VILLAGE.c.id.is_not(None).label("village_known"),
        )
        .outerjoin(
            _VILLAGE,
            (_VILLAGE.c.id == HOUSEHOLD.c.village_id)
            & (_VILLAGE.c.deleted == 0)
            & _VILLAGE.c.valid_to.is_(None),
        )
        .where(HOUSEHOLD.c.id.in_(ids), HOUSEHOLD.c.erased.is_(None), household_present(on))
    ).all()
    people: dict[bytes, list[_Row]] = {}
    for person in connection.execute(
        select(PERSON)
        .where(PERSON.c.household_id.in_(ids), PERSON.c.erased.is_(None), person_on_record(on))
        .order_by(PERSON.c.id)
    ):
        people.setdefault(person.household_id, []).append(person)
    everybody = [person for members in people.values() for person in members]
    known = known_facts(connection, [person.id for person in everybody], on)
    seen = _seen(connection, [person.id for person in everybody])
    same_id = _sharing(connection, PERSON.c.id_number, PERSON.c.id, everybody, on)
    same_phone = _sharing(connection, PERSON.c.phone, PERSON.c.household_id, everybody, on)
    visits = _visits(connection, ids)
    codes = _same_codes(connection, ids, on)

    def member(person: _Row) -> Member:
        return Member(
            person.id,
            person.birth,
            person.sex,
            person.relation or "",
            person.id_number or "",
            person.phone or "",
            {code: one.value for code, one in known.get(person.id, {}).items()},
            first_seen=seen.get(person.id, (None, None))[0],
            last_seen=seen.get(person.id, (None, None))[1],
            same_id=same_id.get(person.id_number, 1) - 1,
            same_phone=same_phone.get(person.phone, 1) - 1,
            joined_on=person.joined_on,
        )

    return [
        Home(
            home.id,
            home.head_id,
            tuple(member(person) for person in people.get(home.id, ())),
            village_known=bool(home.village_known),
            code=home.code or "",
            same_code=codes.get(home.id, 0),
            first_visit=visits.get(home.id, (None, None))[0],
            last_visit=visits.get(home.id, (None, None))[1],
        )
        for home in homes
    ]


def _seen(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
    """The days of the first and the last observation of each."""
    found: dict[bytes, tuple[str, str]] = {}
    for start in range(0, len(ids), _SLICE):
        query = select(
            OBSERVATION.c.subject_id, func.min(OBSERVATION.c.held_on), func.max(OBSERVATION.c.held_on)
        ).where(OBSERVATION.c.subject_id.in_(ids[start : start + _SLICE]), OBSERVATION.c.deleted == 0)
        for who, first, last in connection.execute(query.group_by(OBSERVATION.c.subject_id)):
            if first:
                found[who] = (first, last)
    return found


def _sharing(
    connection: Connection, number: Column[Any], who: Column[Any], people: Iterable[_Row], on: date
) -> Mapping[str, int]:
    """By number: how many different people or households have it."""
    numbers = sorted({value for person in people if (value := getattr(person, number.name))})
    found: dict[str, int] = {}
    for start in range(0, len(numbers), _SLICE):
        query = select(number, func.count(who.distinct())).where(
            number.in_(numbers[start : start + _SLICE]), person_present(on)
        )
        found.update((value, count) for value, count in connection.execute(query.group_by(number)))
    return found


def _visits(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, tuple[str | None, str | None]]:
    query = select(_VISIT.c.household_id, func.min(_VISIT.c.on), func.max(_VISIT.c.on)).where(
        _VISIT.c.household_id.in_(ids), _VISIT.c.deleted == 0
    )
    rows = connection.execute(query.group_by(_VISIT.c.household_id))
    return {home: (first, last) for home, first, last in rows}


def _same_codes(connection: Connection, ids: Sequence[bytes], on: date) -> dict[bytes, int]:
    twin = HOUSEHOLD.alias("twin")
    same = (
        (twin.c.village_id == HOUSEHOLD.c.village_id)
        & (twin.c.code == HOUSEHOLD.c.code)
        & (twin.c.id != HOUSEHOLD.c.id)
        & (twin.c.deleted == 0)
        & twin.c.left_on.is_(None)
    )
    query = select(HOUSEHOLD.c.id, func.count(twin.c.id)).join(twin, same)
    query = query.where(HOUSEHOLD.c.id.in_(ids), household_present(on)).group_by(HOUSEHOLD.c.id)
    return dict(connection.execute(query).all())


def members_known(connection: Connection, people: Sequence[bytes], on: date) -> list[Member]:
    """These people with what is known of them, for the rules about facts."""
    known = known_facts(connection, people, on)
    rows = connection.execute(select(PERSON).where(PERSON.c.id.in_(people), PERSON.c.deleted == 0))
    return [
        Member(
            row.id,
            row.birth,
            row.sex,
            id_number=row.id_number or "",
            phone=row.phone or "",
            facts={code: one.value for code, one in known.get(row.id, {}).items()},
        )
        for row in rows
    ]
