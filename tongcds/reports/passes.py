"""What one statement reads once for all its formulas: who is asked about, and every sign seen of them.

Households and the people who live in them share a pass: what is known of somebody is read once, for them and
for their household, and the same rows are counted by every group that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from tongcds.domain.facts import load_facts
from tongcds.domain.formulas import Formula, Of
from tongcds.reports import looks, signs
from tongcds.reports.frame import Frame, Rows
from tongcds.reports.sheets import AGE_BANDS, SHEETS, Breakdown

_LIVES_IN: Final = "home"
_SHEET_OF: Final = MappingProxyType(
    {Of.SUPPORTED: Of.SUPPORTS, Of.ATTENDERS: Of.ATTENDANCES, Of.SESSION_MINUTES: Of.SESSIONS}
)
_TOGETHER: Final = (
    frozenset({Of.HOUSEHOLDS, Of.PEOPLE}),
    *(frozenset({kind, sheet}) for kind, sheet in _SHEET_OF.items()),
)


@dataclass(frozen=True, slots=True)
class Pass:
    """What is read, by the kind of subject: `sheets` of all kinds, `seen` where formulas look for signs.

    A sheet has `span`, `village`, `subject`, the `record` where that is another, the `amount` where subjects
    have one, the groups that it can be broken down by, and `asked`: a bit for each of `looks.questions` that
    the subject answers with yes. Of what was seen there is a row each: the columns of `reports.signs`, with
    groups and `asked` of the subject.
    """

    sheets: Mapping[Of, CTE]
    seen: Mapping[Of, CTE]


def sheet_of(formula: Formula) -> Of:
    """The kind whose sheet a formula is counted on: who was helped is found among the supports."""
    return _SHEET_OF.get(formula.of, formula.of)


def in_passes(formulas: Sequence[Formula], *, apart: bool = False) -> Iterable[list[Formula]]:
    """The formulas that are counted in one pass, each time; `apart`: as many passes as there may be."""
    if apart:
        return by_sheet(formulas).values()
    together: dict[frozenset[Of], list[Formula]] = {}
    for formula in formulas:
        kinds = next((kinds for kinds in _TOGETHER if formula.of in kinds), frozenset({formula.of}))
        together.setdefault(kinds, []).append(formula)
    return together.values()


def by_sheet(formulas: Sequence[Formula]) -> dict[Of, list[Formula]]:
    """The formulas of a pass by their sheets."""
    found: dict[Of, list[Formula]] = {}
    for formula in formulas:
        found.setdefault(sheet_of(formula), []).append(formula)
    return found


def one_pass(frame: Frame, formulas: Sequence[Formula]) -> Pass:
    """What a statement about these formulas (`in_passes`) reads."""
    parts = by_sheet(formulas)
    names = {of: _names(mine) for of, mine in parts.items()}
    implied = sorted(name for name in names.get(Of.HOUSEHOLDS, ()) if _of_people(name))
    sheets = {of: _sheet(frame, of, parts.get(of, [])) for of in parts}
    seen: dict[Of, CTE] = {}
    of_people = names.pop(Of.PEOPLE, set()) | set(implied)
    if of_people:
        people = _sheet(frame, Of.PEOPLE, parts.get(Of.PEOPLE, []), with_home=bool(implied))
        if Of.PEOPLE in sheets:
            sheets[Of.PEOPLE] = people
        seen[Of.PEOPLE] = _seen(people, _signs_named(frame, of_people), f"seen_{Of.PEOPLE}")
    for of, wanted in names.items():
        rows = _signs_named(frame, wanted.difference(implied))
        if of is Of.HOUSEHOLDS and implied:
            rows.append(_implied(frame, seen[Of.PEOPLE], implied))
        if rows:
            seen[of] = _seen(sheets[of], rows, f"seen_{of}")
    return Pass(sheets, seen)


def _names(formulas: Sequence[Formula]) -> set[str]:
    return {name for formula in formulas for look in looks.looks_of(formula) for name in look.signs}


def _of_people(name: str) -> bool:
    fact = load_facts().get(name)
    return fact is not None and fact.subject == "person"


def _sheet(frame: Frame, of: Of, formulas: Sequence[Formula], *, with_home: bool = False) -> CTE:
    """Worked out once for each subject and then looked up in, not once more for every sign."""
    asked = looks.questions(formulas)
    names = {condition.name for question in asked for condition in question} | frame.groups
    wants = {looks.attribute_column(name) for name in names} | ({_LIVES_IN} if with_home else set())
    mine = replace(frame, wants=frozenset(wants))
    # With an offset it stays a query of its own: else a day of birth is worked out anew for every question.
    rows = SHEETS[of](mine).offset(0).subquery("rows")
    bits = sum(
        (case((looks.hold(rows, question), 1 << at), else_=0) for at, question in enumerate(asked)),
        literal(0, BigInteger),
    )
    wanted = ("span", "village", "subject", "record", "amount", _LIVES_IN)
    kept = [rows.c[name] for name in wanted if name in rows.c]
    return (
        select(*kept, *_groups(frame, rows), bits.label("asked"))
        .cte(f"sheet_{of}")
        .prefix_with("MATERIALIZED")
    )


def _groups(frame: Frame, rows: FromClause) -> list[ColumnElement[str]]:
    """The groups that a subject is in, one column for each breakdown; "" is not known."""
    found: list[ColumnElement[str]] = []
    for by in Breakdown:
        if by not in frame.groups or looks.attribute_column(by) not in rows.c:
            continue
        if by is Breakdown.AGE:
            found.append(_age_band(rows).label(by.value))
        else:
            found.append(func.coalesce(rows.c[by.value], "").label(by.value))
    return found


def _age_band(rows: FromClause) -> ColumnElement[str]:
    bands: list[tuple[ColumnElement[bool], Any]] = [(rows.c.born.is_(None), literal("", Text))]
    for first, last in reversed(AGE_BANDS):
        if first:
            name = f"{first}+" if last is None else f"{first}-{last}"
            bands.append((rows.c.born <= rows.c[f"by_{first}"], literal(name, Text)))
    return case(*bands, else_=literal(f"{AGE_BANDS[0][0]}-{AGE_BANDS[0][1]}", Text))


def _seen(sheet: CTE, rows: Sequence[Rows], name: str) -> CTE:
    """Every one of these signs that is about a subject of the sheet."""
    found = (union_all(*rows) if len(rows) > 1 else rows[0]).subquery("found")
    same = and_(
        sheet.c.subject == found.c.subject,
        sheet.c.span == found.c.span,
        sheet.c.village == found.c.village,
    )
    others = [column for column in sheet.c if column.key not in {*found.c.keys(), "record"}]
    return select(*found.c, *others).join_from(found, sheet, same).cte(name)


def _implied(frame: Frame, seen: CTE, names: Sequence[str]) -> Rows:
    """Facts of people who are there, said of the household they live in."""
    of_facts = signs.facts(frame, names).selected_columns
    said = {column.key: seen.c[str(column.key)] for column in of_facts}
    said["subject"] = seen.c[_LIVES_IN].label("subject")
    return select(*said.values()).where(seen.c.sign.in_(names), seen.c[_LIVES_IN].is_not(None))


def _signs_named(frame: Frame, names: set[str]) -> list[Rows]:
    """The statements that give these signs."""
    facts = sorted(names & load_facts().keys())
    parts = [signs.facts(frame, facts)] if facts else []
    parts += [_found_first(name, rows(frame)) for name, rows in looks.OTHER_SIGNS.items() if name in names]
    return parts


def _found_first(name: str, rows: Rows) -> Rows:
    """The same rows, found before they are joined: SQLite may look for them again for every subject."""
    found = rows.cte(f"all_{name}").prefix_with("MATERIALIZED", dialect="sqlite")
    return select(*found.c)
