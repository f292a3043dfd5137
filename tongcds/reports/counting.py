"""Turns formulas into statements: one for all formulas of a pass (`reports.passes`) and all groups.

Two questions are asked of each kind of subject. The sheet says how many there are, and how many with an
attribute: those who answer alike are added up first. The signs say of how many something is known and is so:
each sign is laid beside every formula that looks for it, and added up by village and formula. So nothing is
as wide as there are formulas, and what has one sign a person is never sorted by person. The rules are written
down in `reports.figures`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
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

from tongcds.domain.formulas import Condition, Formula
from tongcds.domain.periods import Period
from tongcds.reports import looks
from tongcds.reports.frame import Frame, Rows, classes_in, merged_in_villages, moments_of, villages_in
from tongcds.reports.lines import OF_AMOUNTS, OF_DIFFERENT, About, Line, Row, added_up, bits_of
from tongcds.reports.passes import by_sheet, one_pass
from tongcds.reports.sheets import AGE_BANDS, Breakdown

_HASH_BYTES: Final = 4
_REGISTERED: Final = "tongcds_sum_of_ids"
_SET_IN: Final = "tongcds_counting_in"


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
    if connection.dialect.name == "postgresql" and connection.info.get(_SET_IN) is not (
        within := connection.get_transaction()
    ):
        connection.info[_SET_IN] = within
        # Sorts and sums of a whole province do not go to the disk and back, and what is joined here was just
        # made and is in no order: sorting it first is never the shorter way. Villages are shared out among
        # the cores already.
        connection.exec_driver_sql(
            "SET LOCAL work_mem = '128MB'; SET LOCAL enable_mergejoin = off;"
            " SET LOCAL max_parallel_workers_per_gather = 0"
        )
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


def tally(  # noqa: PLR0917 - what one statement needs
    connection: Connection,
    formulas: Sequence[Formula],
    places: Sequence[bytes],
    periods: Sequence[Period],
    merged: Mapping[bytes, bytes],
    by: Sequence[Breakdown | None] = (None,),
    *,
    marks: bool = True,
) -> list[Line]:
    """Count formulas of one pass in all places and periods; where there is nobody to count there is no line.

    `merged` is what `replica.merged.merged_records` says. For each of `by` there is a line a group; formulas
    of subjects that cannot be told apart so are left out. Without `marks` no ids of records are added up.
    """
    prepare(connection)
    frame = frame_for(formulas, places, periods, merged, by)
    read = one_pass(frame, formulas)
    parts: list[_Part] = []
    for of, mine in by_sheet(formulas).items():
        sheet, seen = read.sheets[of], read.seen.get(of)
        verdicts = None
        if seen is not None:
            verdicts = _verdicts(connection, mine, seen, groups=frame.groups, marks=marks)
        there = (one for one in by if one is None or one.value in sheet.c)
        parts += (_Part(mine, sheet, seen, verdicts, one, marks) for one in there)
    return list(_lines(connection, parts))


def frame_for(
    formulas: Sequence[Formula],
    places: Sequence[bytes],
    periods: Sequence[Period],
    merged: Mapping[bytes, bytes],
    by: Sequence[Breakdown | None] = (None,),
) -> Frame:
    """The frame of statements about these formulas, all of one pass."""
    conditions = [c for formula in formulas for part in looks.attributes(formula) for c in part]
    return Frame(
        places,
        moments_of(periods, _ages(conditions, by), sorted({f.months for f in formulas if f.months})),
        max(period.last for period in periods).isoformat(),
        merged_in_villages(merged) if merged else None,
        classes_in(places),
        villages_in(places),
        groups=frozenset(one.value for one in by if one is not None),
    )


def _ages(conditions: Iterable[Condition], by: Collection[Breakdown | None]) -> list[int]:
    ages = {int(c.words[0]) for c in conditions if c.name == "min_age"}
    ages |= {int(c.words[0]) + 1 for c in conditions if c.name == "max_age"}
    if Breakdown.AGE in by:
        ages |= {first for first, _ in AGE_BANDS if first}
    return sorted(ages)


@dataclass(frozen=True, slots=True)
class _Part:
    """The formulas of one sheet, told apart by one breakdown or not at all."""

    formulas: Sequence[Formula]
    sheet: CTE
    seen: CTE | None
    verdicts: CTE | None
    by: Breakdown | None
    marks: bool


def _lines(connection: Connection, parts: Sequence[_Part]) -> Iterable[Line]:
    statements = [
        statement
        for number, part in enumerate(parts)
        for statement in _statements(connection, part, literal(number, Integer))
    ]
    if not statements:
        return
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for values in connection.execute(union_all(*statements)).all():
        row = Row._make(values)
        found[row.part].append(row)
    for number, part in enumerate(parts):
        for (span, village, group), several in added_up(part.formulas, found[number]).items():
            for formula, its in zip(part.formulas, several, strict=True):
                looked = its.denominator if looks.asks_for_team(formula) else its.looked
                numbers = (looked, its.numerator, its.denominator, its.records, its.ids)
                yield Line(span, village, part.by, group, formula.indicator, *numbers)


def _statements(connection: Connection, part: _Part, number: ColumnElement[int]) -> Iterable[Rows]:
    """What is asked of a part, in the columns of `Row`."""
    yield _alike(connection, part, number)
    for at, formula in enumerate(part.formulas):
        if formula.of in OF_DIFFERENT:
            yield _different(part, number, at)
        elif formula.of in OF_AMOUNTS:
            yield _amount(part, number, at)
    if part.seen is None:
        return
    direct = [at for at, formula in enumerate(part.formulas) if looks.one_sign_each(formula)]
    if direct:
        yield _by_sign(connection, part, part.seen, number, direct)
    if part.verdicts is not None:
        yield _by_subject(part, part.verdicts, number)


_NONE: Final = literal(0, Integer)


def _alike(connection: Connection, part: _Part, number: ColumnElement[int]) -> Rows:
    """Subjects that give the same answers."""
    sheet = part.sheet
    behind = 0
    for bits in bits_of(part.formulas):
        behind |= bits.behind
    ids: ColumnElement[Any] = _NONE
    if behind and part.marks:
        record = sheet.c.record if "record" in sheet.c else sheet.c.subject
        ids = _sum_of_ids(connection, case((sheet.c.asked.bitwise_and(behind) != 0, record)))
    keys = (sheet.c.span, sheet.c.village, *_groups(part, sheet))
    return select(
        number, literal(int(About.ALIKE), Integer), sheet.c.asked, *_named(keys),
        func.count(), _NONE, _NONE, ids, _NONE,
    ).group_by(*keys, sheet.c.asked)  # fmt: skip


def _different(part: _Part, number: ColumnElement[int], at: int) -> Rows:
    """People behind supports or attendances, each once."""
    return _once(part, number, at, About.DIFFERENT, func.count(distinct(part.sheet.c.subject)))


def _amount(part: _Part, number: ColumnElement[int], at: int) -> Rows:
    """What the subjects come to together."""
    return _once(part, number, at, About.AMOUNT, func.sum(part.sheet.c.amount))


def _once(
    part: _Part, number: ColumnElement[int], at: int, about: About, counted: ColumnElement[int]
) -> Rows:
    sheet, bits = part.sheet, bits_of(part.formulas)[at]
    keys = (sheet.c.span, sheet.c.village, *_groups(part, sheet))
    return (
        select(
            number, literal(int(about), Integer), literal(at, BigInteger), *_named(keys),
            _NONE, counted, _NONE, _NONE, _NONE,
        )
        .where(sheet.c.asked.bitwise_and(bits.behind) != 0)
        .group_by(*keys)
    )  # fmt: skip


def _by_sign(
    connection: Connection, part: _Part, seen: CTE, number: ColumnElement[int], some: Collection[int]
) -> Rows:
    """Where a subject has one sign, every sign is a subject; those alike are added up first."""
    formulas = part.formulas
    fresh = [column for column in seen.c if column.key.startswith("fresh_")]
    keys = (
        seen.c.span,
        seen.c.village,
        *_groups(part, seen),
        seen.c.sign,
        seen.c.value,
        seen.c.asked,
        *fresh,
    )
    mine = [look for at in some for look in looks.looks_of(formulas[at])]
    names = sorted({name for look in mine for name in look.signs})
    # Behind a figure are those who are counted; the hash of an id is what costs most.
    for_yes = all(look.wanted == 1 and not look.anything for look in mine)
    behind = case((seen.c.value == 1, seen.c.record)) if for_yes else seen.c.record
    ids = _sum_of_ids(connection, behind) if part.marks else _NONE
    alike = (
        select(*keys, func.count().label("many"), ids.label("ids"))
        .where(seen.c.sign.in_(names))
        .group_by(*keys)
        .subquery("alike")
    )
    rows = looks.beside(alike, formulas, some)
    counted = func.sum(case((rows.c.good == 1, rows.c.many), else_=0))
    return _of_formulas(
        part,
        number,
        rows,
        (
            func.sum(rows.c.many),
            counted,
            counted,
            func.sum(case((rows.c.good == 1, rows.c.ids))),
            _NONE,
        ),
    )


def _by_subject(part: _Part, verdicts: CTE, number: ColumnElement[int]) -> Rows:
    its = verdicts.c
    sums = (
        func.sum(its.inside * its.known),
        func.sum(its.counted),
        func.sum(its.counted * its.records),
        func.sum(its.counted * its.ids),
        func.sum(its.inside),
    )
    return _of_formulas(part, number, verdicts, sums)


def _verdicts(
    connection: Connection, formulas: Sequence[Formula], seen: CTE, *, groups: Collection[str], marks: bool
) -> CTE | None:
    """Where a subject has many signs, or must have several: what is so of each, once for all breakdowns."""
    some = [
        at
        for at, formula in enumerate(formulas)
        if looks.looks_of(formula) and not looks.one_sign_each(formula)
    ]
    if not some:
        return None
    rows = looks.beside(seen, formulas, some)
    theirs = (rows.c[name] for name in sorted(groups) if name in rows.c)
    keys = (rows.c.span, rows.c.village, *theirs, rows.c.subject, rows.c.formula)
    behind = case((and_(rows.c.good == 1, rows.c.counts == 1), rows.c.record))
    ids = func.coalesce(_sum_of_ids(connection, behind), 0) if marks else _NONE
    subjects = (
        select(
            *keys, *looks.answers(rows, formulas, some), func.count(behind).label("records"), ids.label("ids")
        )
        .group_by(*keys)
        .subquery("subjects")
    )
    said = looks.verdict(subjects, formulas, some)
    kept = ("span", "village", *sorted(groups), "formula", "records", "ids")
    return select(
        *(subjects.c[name] for name in kept if name in subjects.c),
        case((said.inside, 1), else_=0).label("inside"),
        case((said.known, 1), else_=0).label("known"),
        case((said.counted, 1), else_=0).label("counted"),
    ).cte(f"verdicts_on_{seen.name}")


def _of_formulas(
    part: _Part, number: ColumnElement[int], rows: FromClause, sums: Sequence[ColumnElement[Any]]
) -> Rows:
    keys = (rows.c.span, rows.c.village, *_groups(part, rows))
    about = literal(int(About.SIGNS), Integer)
    at = cast(rows.c.formula, BigInteger)
    return select(number, about, at, *_named(keys), *sums).group_by(*keys, rows.c.formula)


def _groups(part: _Part, rows: FromClause) -> list[ColumnElement[str]]:
    return [] if part.by is None else [rows.c[part.by.value]]


def _named(keys: Sequence[ColumnElement[Any]]) -> Sequence[ColumnElement[Any]]:
    """Period, place and group, which is "" where nothing is told apart."""
    return keys if len(keys) == _WITH_GROUP else (*keys, literal("", Text))


_WITH_GROUP: Final = 3
