"""What statements about figures have in common: the villages and periods they ask about, as one value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Integer, Select, Text, case, func, literal, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tongcds.domain.periods import Period
from tongcds.records import record_type
from tongcds.replica.merged import as_table

# Any: the columns are those that the docstrings name.
Rows = Select[Any]

_MANY: Final = 8
"""Of so many places a vault is about: their records are most of each table."""

_POVERTY: Final = record_type("poverty_class").table.c
_VILLAGE: Final = record_type("village").table.c
_OPERATORS: Final = (_VILLAGE.viettel_4g, _VILLAGE.vinaphone_4g, _VILLAGE.mobifone_4g)
_BEST_FIRST: Final = ("yes", "partial", "no")
_PERSON: Final = record_type("person").table.c
_HOUSEHOLD: Final = record_type("household").table.c


class _Unsought(FunctionElement[Any]):
    """A column that SQLite does not look up in an index; without statistics it takes any that fits."""

    name = "unsought"
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(_Unsought)
def _as_it_is(element: _Unsought, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as SQLAlchemy asks
    return compiler.process(element.clauses, **words)


@compiles(_Unsought, "sqlite")
def _without_index(element: _Unsought, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    return "+" + compiler.process(element.clauses, **words)


class _ByTwo(FunctionElement[Any]):
    """Two columns to be sorted by, whichever of them comes first."""

    name = "by_two"
    inherit_cache = True


@compiles(_ByTwo)
def _in_order_of_the_index(element: _ByTwo, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    return compiler.process(element.clauses, **words)


@compiles(_ByTwo, "postgresql")
def _by_what_differs_most(element: _ByTwo, compiler: SQLCompiler, **words: Any) -> str:  # noqa: ANN401 - as above
    return ", ".join(compiler.process(one, **words) for one in reversed(list(element.clauses)))


def by_fact_and_subject(fact: ColumnElement[Any], subject: ColumnElement[Any]) -> ColumnElement[Any]:
    """What observations are sorted by: in the order of the vault's index of them, which saves it the sorting.

    PostgreSQL sorts them all, in half the time where the subject comes first: few have another's first bytes.
    """
    return _ByTwo(fact, subject)


def through(column: ColumnElement[Any], places: Collection[bytes]) -> ColumnElement[Any]:
    """A column to be compared, of a table that is read through where records of many places are asked for.

    These lie mixed in a vault: from an index every row is a jump, and most jumps are a page to decrypt.
    """
    return _Unsought(column) if len(places) >= _MANY else column


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement is about: villages (and communes, for their teams), periods, who is here twice.

    `merged` says in which `village` a record (`id`) is one with another (`survivor`); it is None where none
    is: what is not asked for costs no database a wrong guess. `classes` are the poverty classes with days,
    `villages` what each village has. `groups` are the breakdowns that are asked for, `wants` the columns of
    subjects that it takes for these and for the formulas of a sheet ("born", "sex", "poverty", "fibre",
    "mobile"), and the "home" of people.
    """

    places: Sequence[bytes]
    moments: CTE
    last_day: str
    merged: CTE | None
    classes: CTE
    villages: CTE
    wants: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def through(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """A column to be compared, where a table of records is better read through than looked up in."""
        return through(column, self.places)

    def here(self, column: ColumnElement[bytes]) -> ColumnElement[bool]:
        """Whether a record, whose place stands in the column, is in one of the places."""
        return self.through(column).in_(self.places)

    # Rows carry these along: one more join by the period's number would be one more guess of the planner's.
    @property
    def ages(self) -> list[ColumnElement[Any]]:
        """The columns `by_…` of the periods."""
        return [column for column in self.moments.c if column.key.startswith("by_")]

    @property
    def _limits(self) -> list[ColumnElement[Any]]:
        return [column for column in self.moments.c if column.key.startswith("after_")]

    def fresh(self, on: ColumnElement[str]) -> list[ColumnElement[Any]]:
        """Columns `fresh_…`: whether what was seen on a day has not grown old by the end of the period."""
        names = [str(limit.key).replace("after", "fresh") for limit in self._limits]
        return [
            case((on > limit, 1), else_=0).label(name)
            for limit, name in zip(self._limits, names, strict=True)
        ]

    @property
    def always_fresh(self) -> list[ColumnElement[Any]]:
        """The same columns for signs of the period itself."""
        return [literal(1, Integer).label(column.key) for column in self.fresh(literal("", Text))]


def moments_of(periods: Sequence[Period], ages: Sequence[int], months: Sequence[int]) -> CTE:
    """The periods, numbered from 0 in `span`, with `first`, `last`, and the days that conditions need.

    `by_15` is the last day of birth that makes somebody 15 years old on the last day; `after_12` the day
    twelve months before it, after which an observation is still fresh.
    """
    rows = []
    for number, period in enumerate(periods):
        last = period.last.isoformat()
        columns: list[ColumnElement[Any]] = [
            literal(number, Integer).label("span"),
            literal(period.first.isoformat(), Text).label("first"),
            literal(last, Text).label("last"),
        ]
        columns += [literal(f"{int(last[:4]) - age:04d}{last[4:]}", Text).label(f"by_{age}") for age in ages]
        columns += [literal(_months_before(last, many), Text).label(f"after_{many}") for many in months]
        rows.append(select(*columns))
    return union_all(*rows).cte("moments")


def _months_before(day: str, months: int) -> str:
    month = int(day[:4]) * 12 + int(day[5:7]) - 1 - months
    return f"{month // 12:04d}-{month % 12 + 1:02d}{day[7:]}"


def merged_in_villages(merged: Mapping[bytes, bytes]) -> CTE:
    """What `replica.merged.merged_records` says, each with the village that it is so in.

    What was done for somebody elsewhere, before they moved, is not said of whom they are one with here.
    """
    found = as_table(merged)
    village = func.coalesce(_PERSON.village_id, _HOUSEHOLD.village_id)
    return (
        select(found.c.id, found.c.survivor, village.label("village"))
        .outerjoin(_PERSON.id.table, _PERSON.id == found.c.id)
        .outerjoin(_HOUSEHOLD.id.table, _HOUSEHOLD.id == found.c.id)
        .cte("merged_here")
    )


def classes_in(places: Sequence[bytes]) -> CTE:
    """The poverty classes that have days, each until the next one of the same village's records.

    Columns: `village`, `home`, `class`, `since`, `until`.

    What stood before the first known day begins at "".
    """
    dated = _POVERTY
    since = func.coalesce(dated.valid_from, "")
    until = func.lead(since).over(
        partition_by=(dated.village_id, dated.household_id),
        order_by=(since, dated.stamp, dated.device, dated.n),
    )
    return (
        select(
            dated.village_id.label("village"),
            dated.household_id.label("home"),
            dated.poverty.label("class"),
            since.label("since"),
            until.label("until"),
        )
        .where(dated.deleted == 0, dated.erased.is_(None), dated.village_id.in_(places))
        .cte("classes")
    )


def mobile() -> ColumnElement[str | None]:
    """The best that any operator has in a village: yes, partial, no, NULL where nobody looked."""
    return case(
        *((or_(*(operator == word for operator in _OPERATORS)), literal(word, Text)) for word in _BEST_FIRST),
        else_=literal(None, Text),
    )


def villages_in(places: Sequence[bytes]) -> CTE:
    """What each village has, worked out once and not for everybody who lives there.

    Columns: `village`, `fibre`, `mobile`.
    """
    return (
        select(_VILLAGE.id.label("village"), _VILLAGE.fibre, mobile().label("mobile"))
        .where(_VILLAGE.deleted == 0, _VILLAGE.id.in_(places))
        .cte("villages")
        .prefix_with("MATERIALIZED")
    )
