"""Turns formulas into statements, all formulas of one kind of subject in one pass over each source.

Two questions are asked of each kind. The sheet says how many subjects there are, and how many with an
attribute. The signs say of how many something is known and is so: each sign is laid beside every formula that
looks for it, and added up by village and formula. So nothing is as wide as there are formulas, and what has
one sign a person is never sorted by person. The rules are written down in `reports.figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Subquery,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    select,
    union_all,
)

from tongcds.domain.formulas import Condition, Formula, Of
from tongcds.domain.periods import Period
from tongcds.reports import looks
from tongcds.reports.frame import Frame, Rows, classes_in, merged_in_villages, moments_of
from tongcds.reports.sheets import SHEETS, Breakdown

AGE_BANDS: Final = ((0, 5), (6, 13), (14, 17), (18, 34), (35, 59), (60, None))
"""Ages that figures are broken down by, both counted in."""

_HASH_BYTES: Final = 4
_REGISTERED: Final = "tongcds_sum_of_ids"


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted for one formula in one place and period, before it becomes a `Count`."""

    span: int
    village: bytes
    group: str
    indicator: str
    looked: int
    numerator: int
    denominator: int
    records: int
    ids: int


class _SumOfIds:
    """SQLite's half of `_sum_of_ids`."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, record_id: bytes | None) -> None:
        """Take one row's id in; NULL for a row that does not count."""
        if record_id is not None:
            self._sum += hash_of(record_id)

    def finalize(self) -> int:
        """The sum over all rows."""
        return self._sum


def hash_of(record_id: bytes) -> int:
    """What one record adds to a fingerprint."""
    return int.from_bytes(sha256(record_id).digest()[:_HASH_BYTES], "big")


def prepare(connection: Connection) -> None:
    """Make the connection ready for the statements below; does nothing the second time."""
    if connection.dialect.name == "postgresql" and connection.in_transaction():
        # Sorts and sums of a whole province do not go to the disk and back, and what is joined here was just
        # made and is in no order: sorting it first is never the shorter way.
        connection.exec_driver_sql("SET LOCAL work_mem = '128MB'; SET LOCAL enable_mergejoin = off")
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
    from sqlalchemy.dialects.postgresql import BIT  # noqa: PLC0415 - a laptop has no use for it

    # Cut as text: to cut the hash itself first takes a sixth longer.
    start = func.substring(func.encode(func.sha256(column), "hex"), 1, 2 * _HASH_BYTES, type_=Text)
    return func.sum(cast(cast(literal("x", Text) + start, BIT(8 * _HASH_BYTES)), BigInteger))


def of_one_sheet(formulas: Sequence[Formula]) -> Iterable[list[Formula]]:
    """The formulas by their sheets: who was helped and how often are counted in one pass."""
    together: dict[Callable[[Frame], Rows], list[Formula]] = {}
    for of in Of:
        together.setdefault(SHEETS[of], []).extend(formula for formula in formulas if formula.of is of)
    return filter(None, together.values())


def tally(  # noqa: PLR0917 - what one statement needs
    connection: Connection,
    formulas: Sequence[Formula],
    places: Sequence[bytes],
    periods: Sequence[Period],
    merged: Mapping[bytes, bytes],
    by: Breakdown | None = None,
) -> list[Line]:
    """Count formulas of one sheet in all places and periods; where there is nobody to count there is no line.

    `merged` is what `replica.merged.merged_records` says. With `by` there is a line a group, and formulas of
    subjects that cannot be told apart so are left out.
    """
    prepare(connection)
    return _lines(connection, frame_for(formulas, places, periods, merged, by), formulas, by)


def frame_for(
    formulas: Sequence[Formula],
    places: Sequence[bytes],
    periods: Sequence[Period],
    merged: Mapping[bytes, bytes],
    by: Breakdown | None = None,
) -> Frame:
    """The frame of statements about these formulas, all of one sheet."""
    conditions = [
        condition for f in formulas for conditions in looks.attributes(f) for condition in conditions
    ]
    groups = frozenset() if by is None else frozenset({_GROUPED_BY.get(by, by.value)})
    moments = moments_of(periods, _ages(conditions, by), sorted({f.months for f in formulas if f.months}))
    last_day = max(period.last for period in periods).isoformat()
    wants = groups | {looks.attribute_column(condition.name) for condition in conditions}
    return Frame(
        places,
        moments,
        last_day,
        merged_in_villages(merged) if merged else None,
        classes_in(places),
        wants,
        groups,
    )


def _ages(conditions: Iterable[Condition], by: Breakdown | None) -> list[int]:
    ages = {int(c.words[0]) for c in conditions if c.name == "min_age"}
    ages |= {int(c.words[0]) + 1 for c in conditions if c.name == "max_age"}
    if by is Breakdown.AGE:
        ages |= {first for first, _ in AGE_BANDS if first}
    return sorted(ages)


_GROUPED_BY: Final[Mapping[Breakdown, str]] = MappingProxyType({Breakdown.AGE: "born"})


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of one formula in one place: as in `Line`; `whole` None: as the sheet says."""

    looked: int = 0
    numerator: int = 0
    records: int = 0
    ids: int = 0
    whole: int | None = None


def _lines(
    connection: Connection, frame: Frame, formulas: Sequence[Formula], by: Breakdown | None
) -> list[Line]:
    of = formulas[0].of
    sheet = SHEETS[of](frame).subquery("sheet")
    if by is not None and _GROUPED_BY.get(by, by.value) not in sheet.c:
        return []
    plain = [formula for formula in formulas if not looks.looks_of(formula)]
    others = [formula for formula in formulas if formula not in plain]
    wholes, sums = _of_sheet(connection, sheet, formulas, plain, by)
    if others:
        listed = looks.sheet_asked(frame, of, others)
        sums |= _of_signs(connection, looks.signs_seen(frame, of, listed, others), others, by)
    lines = []
    for place, whole_of in wholes.items():
        for formula in formulas:
            whole = whole_of[looks.attributes(formula)[0]]
            found = sums.get((place, formula), _Sums(whole=0 if looks.narrows(formula) else None))
            whole = whole if found.whole is None else found.whole
            looked = whole if looks.asks_for_team(formula) else found.looked
            lines.append(
                Line(*place, formula.indicator, looked, found.numerator, whole, found.records, found.ids)
            )
    return lines


_Key = tuple[int, bytes, str]
_Found = dict[tuple[_Key, Formula], _Sums]
_Wholes = dict[_Key, dict[tuple[Condition, ...], int]]


def _of_sheet(
    connection: Connection,
    sheet: Subquery,
    formulas: Sequence[Formula],
    plain: Sequence[Formula],
    by: Breakdown | None,
) -> tuple[_Wholes, _Found]:
    """How many are asked about, and what the subjects themselves answer; formulas share their wholes."""
    wheres = list(dict.fromkeys(looks.attributes(formula)[0] for formula in formulas))
    columns: list[ColumnElement[Any]] = [
        func.sum(case((looks.hold(sheet, where), 1), else_=0)) for where in wheres
    ]
    ways = list(dict.fromkeys(map(looks.attributes, plain)))
    for where, having in ways:
        columns += _plain_sums(connection, sheet, where, having)
    of_people = list(dict.fromkeys(looks.attributes(f) for f in plain if f.of is Of.SUPPORTED))
    columns += [
        func.count(distinct(case((looks.hold(sheet, (*where, *having)), sheet.c.subject))))
        for where, having in of_people
    ]
    keys = (sheet.c.span, sheet.c.village, _group(sheet, by))
    wholes: _Wholes = {}
    sums: _Found = {}
    for span, village, group, *values in connection.execute(select(*keys, *columns).group_by(*keys)):
        numbers = [int(value or 0) for value in values]
        place = (span, village, group)
        wholes[place] = dict(zip(wheres, numbers, strict=False))
        different = dict(zip(of_people, numbers[len(numbers) - len(of_people) :], strict=True))
        for formula in plain:
            way = looks.attributes(formula)
            start = len(wheres) + ways.index(way) * _PLAIN_SUMS
            looked, many, ids = numbers[start : start + _PLAIN_SUMS]
            counted = different[way] if formula.of is Of.SUPPORTED else many
            sums[place, formula] = _Sums(looked, counted, many, ids)
    return wholes, sums


_PLAIN_SUMS: Final = 3


def _plain_sums(
    connection: Connection, sheet: Subquery, where: Sequence[Condition], having: Sequence[Condition]
) -> list[ColumnElement[Any]]:
    """How many of something is known, how many rows are counted, and their ids."""
    inside = looks.hold(sheet, where)
    counted = and_(inside, looks.hold(sheet, having))
    asked = [sheet.c[c.name].is_not(None) for c in having if c.name in _OF_VILLAGES]
    record = sheet.c.record if "record" in sheet.c else sheet.c.subject
    return [
        func.sum(case((and_(inside, *asked), 1), else_=0)),
        func.sum(case((counted, 1), else_=0)),
        _sum_of_ids(connection, case((counted, record))),
    ]


_OF_VILLAGES: Final = ("fibre", "mobile")


def _of_signs(connection: Connection, seen: CTE, formulas: Sequence[Formula], by: Breakdown | None) -> _Found:
    """What is counted by signs; both halves read the same ones."""
    direct = [at for at, formula in enumerate(formulas) if looks.one_sign_each(formula)]
    others = [at for at in range(len(formulas)) if at not in direct]
    halves = []
    if direct:
        halves.append(_by_sign(connection, seen, formulas, direct, by))
    if others:
        halves.append(_by_subject(connection, seen, formulas, others, by))
    found: _Found = {}
    for row in connection.execute(union_all(*halves)).all():
        span, village, group, at, *numbers = tuple(row)
        formula = formulas[at]
        known, counted, records, ids, inside = (int(number or 0) for number in numbers)
        whole = inside if looks.narrows(formula) else None
        found[(span, village, group), formula] = _Sums(known, counted, records, ids, whole)
    return found


def _by_sign(
    connection: Connection,
    seen: CTE,
    formulas: Sequence[Formula],
    some: Collection[int],
    by: Breakdown | None,
) -> Rows:
    """Where a subject has one sign, every sign is a subject; those alike are added up first."""
    group = _group(seen, by).label("in_group")
    fresh = [column for column in seen.c if column.key.startswith("fresh_")]
    keys = (seen.c.span, seen.c.village, group, seen.c.sign, seen.c.word, seen.c.value, seen.c.asked, *fresh)
    mine = [look for at in some for look in looks.looks_of(formulas[at])]
    names = sorted({name for look in mine for name in look.signs})
    # Behind a figure are those who are counted; the hash of an id is what costs most.
    for_yes = all(look.wanted == 1 and not look.anything for look in mine)
    behind = case((seen.c.value == 1, seen.c.record)) if for_yes else seen.c.record
    alike = (
        select(*keys, func.count().label("many"), _sum_of_ids(connection, behind).label("ids"))
        .where(seen.c.sign.in_(names))
        .group_by(*keys)
        .subquery("alike")
    )
    rows = looks.beside(alike, formulas, some)
    counted = func.sum(case((rows.c.good == 1, rows.c.many), else_=0))
    places = (rows.c.span, rows.c.village, rows.c.in_group, rows.c.formula)
    return select(
        *places,
        func.sum(rows.c.many),
        counted,
        counted,
        func.sum(case((rows.c.good == 1, rows.c.ids))),
        literal(0, Integer),
    ).group_by(*places)


def _by_subject(
    connection: Connection,
    seen: CTE,
    formulas: Sequence[Formula],
    some: Collection[int],
    by: Breakdown | None,
) -> Rows:
    """Where a subject has many signs, or must have several, what is so of each comes first."""
    rows = looks.beside(seen, formulas, some)
    keys = (rows.c.span, rows.c.village, _group(rows, by).label("in_group"), rows.c.subject, rows.c.formula)
    behind = case((and_(rows.c.good == 1, rows.c.counts == 1), rows.c.record))
    subjects = (
        select(
            *keys,
            *looks.answers(rows, formulas),
            func.count(behind).label("records"),
            func.coalesce(_sum_of_ids(connection, behind), 0).label("ids"),
        )
        .group_by(*keys)
        .subquery("subjects")
    )
    said = looks.verdict(subjects, formulas)
    places = (subjects.c.span, subjects.c.village, subjects.c.in_group, subjects.c.formula)
    return select(
        *places,
        func.sum(case((and_(said.inside, said.known), 1), else_=0)),
        func.sum(case((said.counted, 1), else_=0)),
        func.sum(case((said.counted, subjects.c.records), else_=0)),
        func.sum(case((said.counted, subjects.c.ids), else_=0)),
        func.sum(case((said.inside, 1), else_=0)),
    ).group_by(*places)


def _group(rows: FromClause, by: Breakdown | None) -> ColumnElement[str]:
    if by is None:
        return literal("", Text)
    if by is not Breakdown.AGE:
        return func.coalesce(rows.c[by.value], "")
    bands: list[tuple[ColumnElement[bool], Any]] = [(rows.c.born.is_(None), literal("", Text))]
    for first, last in reversed(AGE_BANDS):
        if first:
            name = f"{first}+" if last is None else f"{first}-{last}"
            bands.append((rows.c.born <= rows.c[f"by_{first}"], literal(name, Text)))
    return case(*bands, else_=literal(f"{AGE_BANDS[0][0]}-{AGE_BANDS[0][1]}", Text))
