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
    CTE,
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
from tongcds.reports.sheets import SHEETS

_Bool = ColumnElement[bool]
_FACT_CONDITIONS: Final = MappingProxyType({"fact": 1, "fact_not": 0, "known": 1})
_OTHER_SIGNS: Final[Mapping[str, Callable[[Frame], Rows]]] = MappingProxyType(
    {
        signs.VISITED: signs.visited,
        signs.GUIDED: signs.guided,
        signs.ACTIVE: signs.active,
        signs.TEAM: signs.teams_there,
        signs.ORGANISATION: signs.organised,
    }
)


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
    return condition.name not in _FACT_CONDITIONS and condition.name not in _OTHER_SIGNS


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


def hold(rows: FromClause, conditions: Sequence[Condition]) -> _Bool:
    """Whether all of these conditions on the subject itself hold."""
    return and_(true(), *(_holds(rows, condition) for condition in conditions))


def _holds(rows: FromClause, condition: Condition) -> _Bool:
    if condition.name == "min_age":
        return and_(rows.c.born.is_not(None), rows.c.born <= rows.c[f"by_{condition.words[0]}"])
    if condition.name == "max_age":
        over = int(condition.words[0]) + 1
        return and_(rows.c.born.is_not(None), rows.c.born > rows.c[f"by_{over}"])
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


def sheet_asked(frame: Frame, of: Of, formulas: Sequence[Formula]) -> CTE:
    """The sheet with `asked`: a bit for each of the formulas' wholes that the subject belongs to.

    Worked out once for each subject and then looked up in, not once more for every sign.
    """
    rows = SHEETS[of](frame).subquery("rows")
    asked = sum(
        (case((hold(rows, where), 1 << at), else_=0) for at, where in enumerate(_wheres(formulas))),
        literal(0, Integer),
    )
    return select(rows, asked.label("asked")).cte("sheet").prefix_with("MATERIALIZED")


def signs_seen(frame: Frame, of: Of, sheet: FromClause, formulas: Sequence[Formula]) -> CTE:
    """Every sign that one of the formulas looks for, of those in the sheet (`sheet_asked`).

    Columns: `span`, `village`, `subject`, `sign`, `word`, `value`, `record`, whether it is still `fresh_…`,
    the attributes that groups need, and `asked`.
    """
    names = {name for formula in formulas for look in looks_of(formula) for name in look.signs}
    parts = _signs_named(frame, of, names)
    found = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("found")
    same = and_(
        sheet.c.subject == found.c.subject,
        sheet.c.span == found.c.span,
        sheet.c.village == found.c.village,
    )
    kept = frame.groups | ({column.key for column in frame.ages} if "born" in frame.groups else set())
    groups = (column for column in sheet.c if column.key in kept)
    return select(*found.c, *groups, sheet.c.asked).join_from(found, sheet, same).cte("seen")


def _wheres(formulas: Sequence[Formula]) -> list[tuple[Condition, ...]]:
    """Whom the formulas ask about, each once."""
    return list(dict.fromkeys(attributes(formula)[0] for formula in formulas))


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


_ATTRIBUTE: Final = MappingProxyType({"min_age": "born", "max_age": "born"})


def attribute_column(name: str) -> str:
    """The column that answers a condition, or that a breakdown groups by."""
    return _ATTRIBUTE.get(name, name)


def _table(formulas: Sequence[Formula], some: Collection[int]) -> CTE:
    """The looks as rows: `formula`, `look`, `sign`, `wanted`, `counts`, and the bit of `whom` it is about."""
    wheres = _wheres(formulas)
    rows = [
        select(
            literal(at, Integer).label("formula"),
            literal(number, Integer).label("look"),
            literal(sign, Text).label("sign"),
            literal(look.wanted, Integer).label("wanted"),
            literal(int(look.counts), Integer).label("counts"),
            literal(1 << wheres.index(attributes(formulas[at])[0]), Integer).label("whom"),
        )
        for at in some
        for number, look in enumerate(looks_of(formulas[at]))
        for sign in look.signs
    ]
    return union_all(*rows).cte(f"looks_{min(some)}")


def _said(
    rows: FromClause, table: CTE, formulas: Sequence[Formula], some: Collection[int]
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


def _signs_named(frame: Frame, of: Of, names: set[str]) -> list[Rows]:
    """The statements that give these signs."""
    known = load_facts()
    facts = sorted(names & known.keys())
    own = [name for name in facts if (known[name].subject == "household") == (of is Of.HOUSEHOLDS)]
    implied = [name for name in facts if name not in own]
    parts: list[Rows] = []
    if own:
        parts.append(signs.facts(frame, own))
    if implied:
        parts.append(signs.implied_facts(frame, implied))
    parts += [_found_first(name, rows(frame)) for name, rows in _OTHER_SIGNS.items() if name in names]
    return parts


def _found_first(name: str, rows: Rows) -> Rows:
    """The same rows, found before they are joined: SQLite may look for them again for every subject."""
    found = rows.cte(f"all_{name}").prefix_with("MATERIALIZED", dialect="sqlite")
    return select(*found.c)


def answers(rows: FromClause, formulas: Sequence[Formula]) -> list[ColumnElement[Any]]:
    """What the signs of a subject say to each look together, `l0`, `l1` and so on; to be grouped."""
    most = max(len(looks_of(formula)) for formula in formulas)
    return [
        func.max(case((rows.c.look == number, rows.c.said))).label(f"l{number}") for number in range(most)
    ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a subject: whether it is in the whole, whether it is known if it is counted, whether it is."""

    inside: _Bool
    known: _Bool
    counted: _Bool


def verdict(subjects: Subquery, formulas: Sequence[Formula]) -> Verdict:
    """What `answers` mean."""
    inside, known, counted = [], [], []
    for at, formula in enumerate(formulas):
        mine = subjects.c.formula == at
        looks = looks_of(formula)
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
