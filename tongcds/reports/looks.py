"""What formulas look for among the signs, and the rows that this gives: a sign beside each formula it is for.

A formula has a look for each of its conditions that the subject itself does not answer. The looks of a
formula are numbered; its whole are the subjects of which those of `where` are so, and it counts those of
which all are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Subquery,
    Text,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from tongcds.domain.catalogue import load_services
from tongcds.domain.facts import load_facts
from tongcds.domain.formulas import Condition, Formula, Of
from tongcds.reports import signs
from tongcds.reports.frame import Frame, Rows
from tongcds.reports.sheets import Breakdown

_Bool = ColumnElement[bool]
_ANYTHING: Final = ()
"""Words of which each will do, as long as there is one."""
_OF_VILLAGES: Final = ("fibre", "mobile")
"""What nobody may have looked at."""
_FACT_CONDITIONS: Final = MappingProxyType({"fact": 1, "fact_not": 0, "known": 1})
OTHER_SIGNS: Final[Mapping[str, Callable[[Frame], Rows]]] = MappingProxyType(
    {
        signs.VISITED: signs.visited,
        signs.GUIDED: signs.guided,
        signs.ACTIVE: signs.active,
        signs.TEAM: signs.teams_there,
        signs.ORGANISATION: signs.organised,
    }
)
"""Signs that are no facts, and the statements that give them."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look: any of `signs` says `wanted`.

    With `words` a sign with another word says no; with `months` so does what was seen longer ago; a look that
    is content with `anything` takes every sign for a yes. What is behind a figure are the signs that `count`.
    """

    signs: tuple[str, ...]
    wanted: int
    counts: bool
    words: tuple[str, ...] = ()
    months: int | None = None
    anything: bool = False


@cache  # Asked for every village.
def looks_of(formula: Formula) -> tuple[Look, ...]:
    """The looks of a formula, by their numbers; none where the subjects themselves say everything."""
    return tuple(
        _look(formula, condition, counts=counts)
        for counts, conditions in ((False, formula.where), (True, formula.having))
        for condition in conditions
        if not _is_attribute(formula.of, condition)
    )


def _is_attribute(of: Of, condition: Condition) -> bool:
    if condition.name == signs.ORGANISATION:
        return of is not Of.TEAMS
    return condition.name not in _FACT_CONDITIONS and condition.name not in OTHER_SIGNS


def _look(formula: Formula, condition: Condition, *, counts: bool) -> Look:
    if condition.name in _FACT_CONDITIONS:
        facts = list(condition.words)
        if formula.of is Of.HOUSEHOLDS:
            facts += [fact.code for fact in load_facts().values() if fact.implies in condition.words]
        known = condition.name == "known"
        months = None if known else formula.months
        return Look(tuple(facts), _FACT_CONDITIONS[condition.name], counts, months=months, anything=known)
    words = condition.words
    if condition.name == signs.GUIDED:
        words = tuple(code for code, service in load_services().items() if service.group in condition.words)
    return Look((condition.name,), 1, counts, words)


@cache
def attributes(formula: Formula) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """The conditions, of the whole and of those counted, that the subjects themselves answer."""
    return tuple(c for c in formula.where if _is_attribute(formula.of, c)), tuple(
        c for c in formula.having if _is_attribute(formula.of, c)
    )


def answered(
    sheet: FromClause, formulas: Sequence[Formula], question: tuple[Condition, ...]
) -> ColumnElement[bool]:
    """Whether a subject of a sheet for these formulas says yes to one of their `questions`."""
    return sheet.c.asked.bitwise_and(1 << questions(formulas).index(question)) != 0


def hold(rows: FromClause, conditions: Sequence[Condition]) -> _Bool:
    """Whether all of these conditions on the subject itself hold."""
    return and_(true(), *(_holds(rows, condition) for condition in conditions))


def _holds(rows: FromClause, condition: Condition) -> _Bool:
    if condition.name == "min_age":
        return and_(rows.c.born.is_not(None), rows.c.born <= rows.c[f"by_{condition.words[0]}"])
    if condition.name == "max_age":
        over = int(condition.words[0]) + 1
        return and_(rows.c.born.is_not(None), rows.c.born > rows.c[f"by_{over}"])
    if condition.words == _ANYTHING:
        return rows.c[condition.name].is_not(None)
    if condition.name == "group":
        codes = [code for code, service in load_services().items() if service.group in condition.words]
        return rows.c.service.in_(codes)
    return func.coalesce(rows.c[condition.name], "").in_(condition.words)


def one_sign_each(formula: Formula) -> bool:
    """Whether a subject has at most one sign that this formula looks for: then every sign is a subject."""
    looks = looks_of(formula)
    if len(looks) != 1 or not looks[0].counts or len(looks[0].signs) != 1:
        return False
    fact = load_facts().get(looks[0].signs[0])
    return fact is not None and (fact.subject == "household") == (formula.of is Of.HOUSEHOLDS)


def questions(formulas: Sequence[Formula]) -> tuple[tuple[Condition, ...], ...]:
    """What all subjects of a sheet are asked about themselves, each once; its place is its bit in `asked`."""
    found = []
    for formula in formulas:
        found.append(attributes(formula)[0])
        if not looks_of(formula):
            found += [known_if_counted(formula), counted_alone(formula)]
    return tuple(dict.fromkeys(found))


def counted_alone(formula: Formula) -> tuple[Condition, ...]:
    """What must hold of a subject to be counted, where it answers that itself."""
    where, having = attributes(formula)
    return (*where, *having)


def known_if_counted(formula: Formula) -> tuple[Condition, ...]:
    """What must hold of a subject in the whole for somebody to know whether it is counted."""
    where, having = attributes(formula)
    return (*where, *(Condition(c.name, _ANYTHING) for c in having if c.name in _OF_VILLAGES))


def beside(rows: FromClause, formulas: Sequence[Formula], some: Collection[int]) -> Subquery:
    """Signs beside each look that they are for, of `some` of the formulas, where the subject is asked about.

    Adds `formula` (its place), `look` and whether it `counts`, what the sign `said` to it, and whether that
    was `good` (1, 0).
    """
    table = _table(formulas, some)
    said = _said(rows, table, formulas, some)
    return (
        select(
            *(column for column in rows.c if column.key not in {"sign", "word", "value", "asked"}),
            table.c.formula,
            table.c.look,
            table.c.counts,
            said.label("said"),
            case((said == table.c.wanted, 1), else_=0).label("good"),
        )
        .join_from(
            rows, table, and_(table.c.sign == rows.c.sign, rows.c.asked.bitwise_and(table.c.whom) != 0)
        )
        .subquery("beside")
    )


_ATTRIBUTE: Final = MappingProxyType({"min_age": "born", "max_age": "born", Breakdown.AGE: "born"})


def attribute_column(name: str) -> str:
    """The column that answers a condition, or that a breakdown groups by."""
    return _ATTRIBUTE.get(name, name)


def _table(formulas: Sequence[Formula], some: Collection[int]) -> Subquery:
    """The looks as rows: `formula`, `look`, `sign`, `wanted`, `counts`, and the bit of `whom` it is about."""
    asked = questions(formulas)
    rows = [
        select(
            literal(at, Integer).label("formula"),
            literal(number, Integer).label("look"),
            literal(sign, Text).label("sign"),
            literal(look.wanted, Integer).label("wanted"),
            literal(int(look.counts), Integer).label("counts"),
            literal(1 << asked.index(attributes(formulas[at])[0]), BigInteger).label("whom"),
        )
        for at in some
        for number, look in enumerate(looks_of(formulas[at]))
        for sign in look.signs
    ]
    return union_all(*rows).subquery("looks")


def _said(
    rows: FromClause, table: Subquery, formulas: Sequence[Formula], some: Collection[int]
) -> ColumnElement[int]:
    """What a sign says to a look."""
    special: list[tuple[_Bool, Any]] = []
    for at in some:
        for number, look in enumerate(looks_of(formulas[at])):
            mine = and_(table.c.formula == at, table.c.look == number)
            if look.anything:
                special.append((mine, literal(1, Integer)))
            elif look.words:
                special.append((and_(mine, rows.c.word.not_in(look.words)), literal(0, Integer)))
            elif look.months:
                special.append((and_(mine, rows.c[f"fresh_{look.months}"] == 0), literal(0, Integer)))
    return case(*special, else_=rows.c.value) if special else rows.c.value


def answers(rows: FromClause, formulas: Sequence[Formula], some: Collection[int]) -> list[ColumnElement[Any]]:
    """What the signs of a subject say to each look together, `l0`, `l1` and so on; to be grouped."""
    most = max(len(looks_of(formulas[at])) for at in some)
    return [
        func.max(case((rows.c.look == number, rows.c.said))).label(f"l{number}") for number in range(most)
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a subject: whether it is in the whole, whether it is known if it is counted, whether it is."""

    inside: _Bool
    known: _Bool
    counted: _Bool


def verdict(subjects: Subquery, formulas: Sequence[Formula], some: Collection[int]) -> Verdict:
    """What `answers` mean."""
    inside, known, counted = [], [], []
    for at in some:
        mine = subjects.c.formula == at
        looks = looks_of(formulas[at])
        says = {number: subjects.c[f"l{number}"] for number in range(len(looks))}
        so = {n: func.coalesce(says[n], -1) == look.wanted for n, look in enumerate(looks)}
        inside.append((mine, and_(true(), *(so[n] for n, look in enumerate(looks) if not look.counts))))
        # One no settles it; of a person who has three of four things nobody knows while the fourth is open.
        asked = [n for n, look in enumerate(looks) if look.counts]
        no = (and_(says[n].is_not(None), says[n] != looks[n].wanted) for n in asked)
        known.append((mine, or_(and_(true(), *(so[n] for n in asked)), *no)))
        counted.append((mine, and_(*so.values())))
    return Verdict(*(case(*each, else_=false()) for each in (inside, known, counted)))


def narrows(formula: Formula) -> bool:
    """Whether signs say who is in the whole."""
    return any(not look.counts for look in looks_of(formula))


def asks_for_team(formula: Formula) -> bool:
    """Whether it looks for teams: where there is no record of a team there is none."""
    return any(signs.TEAM in look.signs for look in looks_of(formula))
