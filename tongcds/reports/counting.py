"""Turns formulas into statements: a sheet with a row for each subject, its marks beside it, and the sums.

All formulas of the same kind of subject are counted in one pass. The rules are written down in
`reports.figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
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
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from tongcds.domain.catalogue import load_services
from tongcds.domain.facts import load_facts
from tongcds.domain.formulas import Condition, Formula, Of
from tongcds.domain.periods import Period
from tongcds.replica.merged import as_table
from tongcds.reports import signs
from tongcds.reports.sheets import SHEETS, Breakdown
from tongcds.reports.signs import Frame, Rows

AGE_BANDS: Final = ((0, 5), (6, 13), (14, 17), (18, 34), (35, 59), (60, None))
"""Ages that figures are broken down by, both counted in."""

_HASH_BYTES: Final = 4
_REGISTERED: Final = "tongcds_sum_of_ids"

_Bool = ColumnElement[bool]


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
            self._sum += int.from_bytes(sha256(record_id).digest()[:_HASH_BYTES], "big")

    def finalize(self) -> int:
        """The sum over all rows."""
        return self._sum


def prepare(connection: Connection) -> None:
    """Make the connection ready for the statements below; does nothing the second time."""
    if connection.dialect.name == "postgresql" and connection.in_transaction():
        # Sorts and sums of a whole province do not go to the disk and back.
        connection.exec_driver_sql("SET LOCAL work_mem = '64MB'")
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


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a condition looks for among the signs of a subject: any of `names`, saying `wanted`.

    `wanted` None is content with any word. Signs that begin with `kind` and are none of `names` say no; with
    no names all of the kind say what they say. With `months` what was seen longer ago no longer says yes.
    """

    names: tuple[str, ...]
    wanted: int | None = 1
    months: int | None = None
    kind: str = ""

    def is_of(self, sign: ColumnElement[str]) -> _Bool:
        return sign.startswith(self.kind, autoescape=True) if self.kind else sign.in_(self.names)

    def value(self, signs_of: Subquery) -> ColumnElement[Any]:
        """What a sign of it says."""
        if self.wanted is None:
            return literal(1, Integer)
        if self.kind and self.names:
            return case((signs_of.c.sign.in_(self.names), signs_of.c.value), else_=0)
        if self.months:
            return case((signs_of.c.on > signs_of.c[f"after_{self.months}"], signs_of.c.value), else_=0)
        return signs_of.c.value


def tally(  # noqa: PLR0917 - what one statement needs
    connection: Connection,
    formulas: Sequence[Formula],
    places: Sequence[bytes],
    periods: Sequence[Period],
    merged: Mapping[bytes, bytes],
    by: Breakdown | None = None,
) -> list[Line]:
    """Count all formulas in all places and periods; where there is nobody to count there is no line.

    `merged` is what `replica.merged.merged_records` says. With `by` there is a line a group, and formulas of
    subjects that cannot be told apart so are left out.
    """
    prepare(connection)
    frame = Frame(
        places,
        signs.moments_of(periods, _ages(formulas, by), sorted({f.months for f in formulas if f.months})),
        max(period.last for period in periods).isoformat(),
        as_table(merged),
    )
    lines: list[Line] = []
    for of in Of:
        mine = [formula for formula in formulas if formula.of is of]
        if mine:
            lines += _counted(connection, frame, of, mine, by)
    return lines


def _ages(formulas: Iterable[Formula], by: Breakdown | None) -> list[int]:
    conditions = [condition for f in formulas for condition in (*f.where, *f.having)]
    ages = {int(c.words[0]) for c in conditions if c.name == "min_age"}
    ages |= {int(c.words[0]) + 1 for c in conditions if c.name == "max_age"}
    if by is Breakdown.AGE:
        ages |= {first for first, _ in AGE_BANDS if first}
    return sorted(ages)


def _counted(
    connection: Connection, frame: Frame, of: Of, formulas: Sequence[Formula], by: Breakdown | None
) -> list[Line]:
    sheet = SHEETS[of](frame, by).subquery("sheet")
    if by is not None and by not in sheet.c and (by is not Breakdown.AGE or "born" not in sheet.c):
        return []
    marks: dict[_Mark, int] = {}
    for formula in formulas:
        for condition in (*formula.where, *formula.having):
            mark = _mark_of(formula, condition)
            if mark is not None:
                marks.setdefault(mark, len(marks))
    joined: FromClause = sheet
    pivot = _pivot(connection, frame, of, marks)
    if pivot is not None:
        joined = sheet.outerjoin(
            pivot, and_(pivot.c.span == sheet.c.span, pivot.c.subject == sheet.c.subject)
        )
    group = literal("", Text) if by is None else _group(sheet, by)
    columns: list[ColumnElement[Any]] = []
    for formula in formulas:
        columns += _sums(connection, formula, sheet, pivot, marks)
    keys = (sheet.c.span, sheet.c.village, group)
    found = connection.execute(select(*keys, *columns).select_from(joined).group_by(*keys))
    lines = []
    for span, village, name, *numbers in found:
        whole = [int(number or 0) for number in numbers]
        for at, formula in enumerate(formulas):
            part = whole[at * _SUMS : (at + 1) * _SUMS]
            lines.append(Line(span, village, name, formula.indicator, *part))
    return lines


_SUMS: Final = 5  # as `_sums` gives them


def _sums(
    connection: Connection,
    formula: Formula,
    sheet: Subquery,
    pivot: Subquery | None,
    marks: Mapping[_Mark, int],
) -> list[ColumnElement[Any]]:
    """How many were looked at, have it, are there at all; the records behind, and the sum of their ids."""

    def holds(condition: Condition) -> _Bool:
        mark = _mark_of(formula, condition)
        if mark is None or pivot is None:
            return _attribute(sheet, condition)
        value = pivot.c[f"v{marks[mark]}"]
        return value.is_not(None) if mark.wanted is None else func.coalesce(value, -1) == mark.wanted

    used = [marks[mark] for c in formula.having if (mark := _mark_of(formula, c)) is not None]
    inside = and_(true(), *(holds(c) for c in formula.where))
    having = and_(inside, *(holds(c) for c in formula.having))
    looked = _looked_at(formula, sheet, [] if pivot is None else [pivot.c[f"v{i}"] for i in used])
    behind: tuple[ColumnElement[Any], ColumnElement[Any]]
    if used and pivot is not None:
        records = sum((pivot.c[f"n{i}"] for i in used[1:]), pivot.c[f"n{used[0]}"])
        ids = sum((pivot.c[f"r{i}"] for i in used[1:]), pivot.c[f"r{used[0]}"])
        behind = func.sum(case((having, records), else_=0)), func.sum(case((having, ids), else_=0))
    else:
        record = sheet.c.record if "record" in sheet.c else sheet.c.subject
        behind = func.sum(case((having, 1), else_=0)), _sum_of_ids(connection, case((having, record)))
    number = (
        func.count(distinct(case((having, sheet.c.subject))))
        if formula.of is Of.SUPPORTED
        else func.sum(case((having, 1), else_=0))
    )
    return [
        func.sum(case((and_(inside, looked), 1), else_=0)),
        number,
        func.sum(case((inside, 1), else_=0)),
        *behind,
    ]


def _looked_at(formula: Formula, sheet: Subquery, values: Sequence[ColumnElement[Any]]) -> _Bool:
    """Whether anything is known of a subject that the formula asks about."""
    attributes = [sheet.c[c.name] for c in formula.having if c.name in _PLACE]
    if attributes:
        return or_(*(attribute.is_not(None) for attribute in attributes))
    if values and not any(c.name == signs.TEAM for c in formula.having):  # no record of a team: there is none
        return or_(*(value.is_not(None) for value in values))
    return true()


def _attribute(sheet: Subquery, condition: Condition) -> _Bool:
    """A condition on the subject itself."""
    if condition.name == "min_age":
        return and_(sheet.c.born.is_not(None), sheet.c.born <= sheet.c[f"by_{condition.words[0]}"])
    if condition.name == "max_age":
        over = int(condition.words[0]) + 1
        return and_(sheet.c.born.is_not(None), sheet.c.born > sheet.c[f"by_{over}"])
    if condition.name == "group":
        codes = [code for code, service in load_services().items() if service.group in condition.words]
        return sheet.c.service.in_(codes)
    return func.coalesce(sheet.c[condition.name], "").in_(condition.words)


def _mark_of(formula: Formula, condition: Condition) -> _Mark | None:
    """What the condition looks for among the signs; None for one on the subject itself."""
    if condition.name in _FACT_CONDITIONS:
        facts = list(condition.words)
        if formula.of is Of.HOUSEHOLDS:
            facts += [fact.code for fact in load_facts().values() if fact.implies in condition.words]
        return _Mark(tuple(facts), _FACT_CONDITIONS[condition.name], formula.months)
    if condition.name == signs.GUIDED:
        codes = [code for code, service in load_services().items() if service.group in condition.words]
        return _Mark(tuple(f"{signs.GUIDED}:{code}" for code in codes), kind=f"{signs.GUIDED}:")
    if condition.name == signs.ORGANISATION and formula.of is Of.TEAMS:
        names = tuple(f"{signs.ORGANISATION}:{word}" for word in condition.words)
        return _Mark(names, kind=f"{signs.ORGANISATION}:")
    if condition.name in {signs.VISITED, signs.ACTIVE, signs.TEAM}:
        return _Mark((condition.name,))
    return None


_FACT_CONDITIONS: Final = MappingProxyType({"fact": 1, "fact_not": 0, "known": None})
_PLACE: Final = ("fibre", "mobile")


def _pivot(connection: Connection, frame: Frame, of: Of, marks: Mapping[_Mark, int]) -> Subquery | None:
    """For each subject in each period what its signs say for each mark (v), by how many records (n, r)."""
    if not marks:
        return None
    names = {name for mark in marks for name in (mark.names or (mark.kind,))}
    parts = _signs_of(frame, of, names)
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("signs")
    columns: list[ColumnElement[Any]] = []
    for mark, at in marks.items():
        value, mine = mark.value(rows), mark.is_of(rows.c.sign)
        so = mine if mark.wanted is None else and_(mine, value == mark.wanted)
        columns += [
            func.max(case((mine, value))).label(f"v{at}"),
            func.sum(case((so, 1), else_=0)).label(f"n{at}"),
            func.coalesce(_sum_of_ids(connection, case((so, rows.c.record))), 0).label(f"r{at}"),
        ]
    return (
        select(rows.c.span, rows.c.subject, *columns).group_by(rows.c.span, rows.c.subject).subquery("pivot")
    )


def _signs_of(frame: Frame, of: Of, names: Iterable[str]) -> list[Rows]:
    """The statements that give these signs."""
    known = load_facts()
    wanted = sorted(names)
    own = [n for n in wanted if n in known and (known[n].subject == "household") == (of is Of.HOUSEHOLDS)]
    implied = [n for n in wanted if n in known and n not in own]
    parts: list[Rows] = []
    if own:
        parts.append((signs.household_facts if of is Of.HOUSEHOLDS else signs.person_facts)(frame, own))
    if implied:
        parts.append(signs.implied_facts(frame, implied))
    for begin, rows in _OTHER_SIGNS.items():
        if any(name.partition(":")[0] == begin for name in wanted):
            parts.append(rows(frame))
    return parts


_OTHER_SIGNS: Final[Mapping[str, Callable[[Frame], Rows]]] = MappingProxyType(
    {
        signs.VISITED: signs.visited,
        signs.GUIDED: signs.guided,
        signs.ACTIVE: signs.active,
        signs.TEAM: signs.teams_there,
        signs.ORGANISATION: signs.organised,
    }
)


def _group(sheet: Subquery, by: Breakdown) -> ColumnElement[str]:
    if by is not Breakdown.AGE:
        return func.coalesce(sheet.c[by.value], "")
    bands: list[tuple[_Bool, Any]] = [(sheet.c.born.is_(None), literal("", Text))]
    for first, last in reversed(AGE_BANDS):
        if first:
            name = f"{first}+" if last is None else f"{first}-{last}"
            bands.append((sheet.c.born <= sheet.c[f"by_{first}"], literal(name, Text)))
    return case(*bands, else_=literal(f"{AGE_BANDS[0][0]}-{AGE_BANDS[0][1]}", Text))
