"""The queries behind figures: who lives where on a day, what is known of them, which records say so.

The rules they follow are written down in `reports.figures`. Days are ISO text; both sides of a
comparison have the same length, so that every collation puts them in the order of days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from tongcds.records import record_type

_HOUSEHOLD = record_type("household").table
_PERSON = record_type("person").table
_OBSERVATION = record_type("observation").table
_HASH_BYTES = 4
_REGISTERED = "tongcds_sum_of_ids"


@dataclass(frozen=True, slots=True)
class Counted:
    """How an indicator is counted: of whom `fact` is so, out of whom.

    Out of all people of at least `min_age` years or, where `of_people` is false, of all households; a
    household also has what one of `implied_by` says of somebody in it.
    """

    of_people: bool
    fact: str
    implied_by: tuple[str, ...]
    min_age: int


class _SumOfIds:
    """SQLite's half of `_sum_of_ids`."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, record_id: bytes | None) -> None:
        """Take one row's id in; NULL for a row that does not count."""
        if record_id is not None:
            self._sum += int.from_bytes(sha256(record_id).digest()[:_HASH_BYTES], "big")

    def finalize(self) -> int:
        """The sum over all rows."""
        return self._sum


def prepare(connection: Connection) -> None:
    """Make the connection ready for the queries below; does nothing the second time."""
    if connection.dialect.name != "sqlite" or _REGISTERED in connection.info:
        return
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.create_aggregate(_REGISTERED, 1, _SumOfIds)
        connection.info[_REGISTERED] = True


def _sum_of_ids(connection: Connection, column: ColumnElement[bytes | None]) -> ColumnElement[int]:
    """The sum of the first four bytes of the SHA-256 of each id, the same on both databases.

    It names a set of records, and sums of parts are the sum of the whole.
    """
    if connection.dialect.name == "sqlite":
        return func.tongcds_sum_of_ids(column, type_=BigInteger)
    start = func.encode(func.substring(func.sha256(column), 1, _HASH_BYTES), "hex", type_=Text)
    return func.sum(cast(cast(literal("x", Text) + start, BIT(8 * _HASH_BYTES)), BigInteger))


def days_of(days: Sequence[str], min_age: int = 0) -> CTE:
    """The days, each with the last day of birth that makes somebody `min_age` years old."""
    each = [
        select(
            literal(day, Text).label("day"),
            literal(f"{int(day[:4]) - min_age:04d}{day[4:]}", Text).label("born_by"),
        )
        for day in days
    ]
    return union_all(*each).cte("days")


def _not_gone(left_on: ColumnElement[str | None], day: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(left_on.is_(None), left_on > day)


def _households(villages: Sequence[bytes]) -> Select[bytes, bytes, str | None]:
    """Everybody who may be counted on some day; `_present` says on which."""
    home = _HOUSEHOLD.c
    return select(home.village_id.label("village"), home.id.label("subject"), home.left_on).where(
        home.deleted == 0, home.village_id.in_(villages)
    )


def _people(
    villages: Sequence[bytes], merged: CTE, *, for_household: bool
) -> Select[bytes, bytes, str | None]:
    """The same of people; with `for_household` only those whose household is here, and it is the subject.

    A household that this replica does not know keeps nobody out.
    """
    person, home = _PERSON.c, _HOUSEHOLD.c
    # A birth known by its year or month counts from its first day.
    rest = func.substr(literal("-01-01", Text), func.length(person.birth) - len("985"), type_=Text)
    found = (
        select(
            person.village_id.label("village"),
            (home.id if for_household else person.id).label("subject"),
            person.left_on,
            person.joined_on,
            (person.birth + rest).label("born"),
            home.left_on.label("home_left_on"),
        )
        .join_from(_PERSON, _HOUSEHOLD, home.id == person.household_id, isouter=not for_household)
        .where(
            person.deleted == 0,
            person.village_id.in_(villages),
            func.coalesce(home.deleted, 0) == 0,
            # Two records of one person count once.
            person.id.not_in(select(merged.c.id)),
        )
    )
    return found.where(home.village_id == person.village_id) if for_household else found


def _present(here: Subquery, days: CTE, min_age: int) -> ColumnElement[bool]:
    """Whether somebody of `_households` or `_people` is there on a day, and old enough."""
    conditions = [_not_gone(here.c.left_on, days.c.day)]
    if "born" in here.c:
        born = here.c.born <= days.c.born_by
        conditions += [
            or_(here.c.joined_on.is_(None), here.c.joined_on <= days.c.day),
            _not_gone(here.c.home_left_on, days.c.day),
            born if min_age else or_(here.c.born.is_(None), born),
        ]
    return and_(*conditions)


def population_query(
    way: Counted, villages: Sequence[bytes], days: Sequence[str], merged: CTE
) -> Select[str, bytes, int]:
    """Day, village and how many there are to be counted; `merged` as `replica.merged.as_table` gives it."""
    moments = days_of(days, way.min_age)
    everybody = _people(villages, merged, for_household=False) if way.of_people else _households(villages)
    here = everybody.subquery("here")
    return (
        select(moments.c.day, here.c.village, func.count())
        .join_from(here, moments, _present(here, moments, way.min_age))
        .group_by(moments.c.day, here.c.village)
    )


def _known(
    everybody: Select[bytes, bytes, str | None],
    observed: ColumnElement[bytes],
    facts: Sequence[str],
    days: CTE,
    *,
    merged: CTE,
    last_day: str,
    min_age: int,
) -> Select[str, bytes, bytes, bytes, int]:
    """What held of whom on each day: observations that no later one of the same fact had replaced by then."""
    seen = _OBSERVATION.c
    wanted = (seen.fact.in_(facts), seen.deleted == 0, seen.value.is_not(None), seen.held_on <= last_day)
    told = everybody.add_columns(
        observed.label("observed"), seen.id.label("record"), seen.value, seen.fact, seen.held_on, seen.stamp,
        seen.device, seen.n,
    )  # fmt: skip
    # What was seen of somebody under another record of theirs was seen of them.
    seen_of = union_all(
        told.join(_OBSERVATION, seen.subject_id == observed).where(*wanted),
        told.join(merged, merged.c.survivor == observed)
        .join(_OBSERVATION, seen.subject_id == merged.c.id)
        .where(*wanted),
    ).subquery("seen_of")
    until = func.lead(seen_of.c.held_on, type_=Text).over(
        partition_by=(seen_of.c.observed, seen_of.c.fact),
        order_by=(seen_of.c.held_on, seen_of.c.stamp, seen_of.c.device, seen_of.c.n),
    )
    spans = select(seen_of, until.label("until")).subquery("spans")
    current = and_(
        _present(spans, days, min_age),
        spans.c.held_on <= days.c.day,
        or_(spans.c.until.is_(None), spans.c.until > days.c.day),
    )
    return select(days.c.day, spans.c.village, spans.c.subject, spans.c.record, spans.c.value).join_from(
        spans, days, current
    )


def counted_query(
    connection: Connection, way: Counted, villages: Sequence[bytes], days: Sequence[str], merged: CTE
) -> Select[str, bytes, int, int, int]:
    """Day, village, how many have it, how many records say so, and the sum that names these records.

    A village of which nothing is known on a day has no row.
    """
    moments = days_of(days, way.min_age)
    known = partial(_known, days=moments, merged=merged, last_day=max(days), min_age=way.min_age)
    if way.of_people:
        parts = [known(_people(villages, merged, for_household=False), _PERSON.c.id, [way.fact])]
    else:
        parts = [known(_households(villages), _HOUSEHOLD.c.id, [way.fact])]
        if way.implied_by:
            parts.append(known(_people(villages, merged, for_household=True), _PERSON.c.id, way.implied_by))
    everything = union_all(*parts).subquery("known")
    so = everything.c.value == 1
    return select(
        everything.c.day,
        everything.c.village,
        func.count(distinct(case((so, everything.c.subject)))),
        func.sum(case((so, 1), else_=0)),
        _sum_of_ids(connection, case((so, everything.c.record))),
    ).group_by(everything.c.day, everything.c.village)
