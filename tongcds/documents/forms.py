"""Forms of figures as data: columns, groups, what each column holds, who signs. An office edits the tables.

`forms.csv` has a line for each form, `form_columns.csv` one for each column. Rows are the units below
(`units`), indicators (`indicators`), difficulties (`difficulties`), targets (`targets`), criteria of a
score sheet (`criteria`) or proposals to commend (`commendations`). What a column may hold:

=========================  ======================================================================
number, name, note         the running number; the unit or indicator; room to write
unit, before, now, year    rows of indicators: what is counted, the period before, this one, the
target, against            year so far; the target and how much of it is reached
set_by, target, now,       rows of targets: who set it, what is to be reached, the figure, what is missing,
missing, forecast,         where the pace leads, how it stands, and the cause with the reason
verdict, why
XHS01.part, XHS01.whole    rows of units: who is counted, out of how many
XHS01.value                the figure itself, a share where it is a percentage
A.part + B.part            the same added (`+`), taken away (`-`) or set into proportion (`/`)
rank XHS01                 the place among the units by the figure, the best first
kind, what, where, cause,  rows of difficulties: what it is about, what was told, of which unit and
done, proposal, owner,     place, why; what was done, with the answer; what is proposed; who has to
due, state                 answer, until which day, and how it stands
most, own, appraised,      rows of criteria: the most points, what the unit gave itself and what it was found
evidence                   worth, and what says so
post, unit, award,         rows of proposals to commend: post of a person, unit, form of commendation, what
merits, votes              they did, and how many of how many voted for it
=========================  ======================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.formulas import counted_indicators
from tongcds.domain.tables import read_table
from tongcds.errors import UserError
from tongcds.papers.paper import Align, Page
from tongcds.paths import resources_folder

_FORMS: Final = "forms.csv"
_COLUMNS: Final = "form_columns.csv"
_TERM: Final = re.compile(r"([A-Z0-9]+)\.(part|whole|value)")
_OPERATOR: Final = re.compile(r"\s*([+/-])\s*")


class RowsOf(StrEnum):
    """What the rows of a form are."""

    UNITS = "units"
    INDICATORS = "indicators"
    DIFFICULTIES = "difficulties"
    TARGETS = "targets"
    CRITERIA = "criteria"
    COMMENDATIONS = "commendations"


class Word(StrEnum):
    """What a column holds that is no figure of an indicator by its code."""

    NUMBER = "number"
    NAME = "name"
    NOTE = "note"
    UNIT = "unit"
    BEFORE = "before"
    NOW = "now"
    YEAR = "year"
    TARGET = "target"
    AGAINST = "against"
    KIND = "kind"
    WHAT = "what"
    WHERE = "where"
    CAUSE = "cause"
    DONE = "done"
    PROPOSAL = "proposal"
    OWNER = "owner"
    DUE = "due"
    STATE = "state"
    SET_BY = "set_by"
    MISSING = "missing"
    FORECAST = "forecast"
    VERDICT = "verdict"
    WHY = "why"
    MOST = "most"
    OWN = "own"
    APPRAISED = "appraised"
    EVIDENCE = "evidence"
    POST = "post"
    AWARD = "award"
    MERITS = "merits"
    VOTES = "votes"


_OF_ALL: Final = frozenset({Word.NUMBER, Word.NAME, Word.NOTE})
_WORDS_OF: Final = MappingProxyType(
    {
        RowsOf.UNITS: _OF_ALL,
        RowsOf.INDICATORS: _OF_ALL | {Word.UNIT, Word.BEFORE, Word.NOW, Word.YEAR, Word.TARGET, Word.AGAINST},
        RowsOf.DIFFICULTIES: frozenset(
            {
                Word.NUMBER,
                Word.NOTE,
                Word.KIND,
                Word.WHAT,
                Word.WHERE,
                Word.CAUSE,
                Word.DONE,
                Word.PROPOSAL,
                Word.OWNER,
                Word.DUE,
                Word.STATE,
            }
        ),
        RowsOf.TARGETS: _OF_ALL
        | {Word.SET_BY, Word.TARGET, Word.NOW, Word.MISSING, Word.FORECAST, Word.VERDICT, Word.WHY},
        RowsOf.CRITERIA: _OF_ALL | {Word.MOST, Word.OWN, Word.APPRAISED, Word.EVIDENCE},
        RowsOf.COMMENDATIONS: _OF_ALL | {Word.POST, Word.UNIT, Word.AWARD, Word.MERITS, Word.VOTES},
    }
)


class Part(StrEnum):
    """Which side of a figure."""

    PART = "part"
    WHOLE = "whole"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Term:
    """A side of an indicator's figure."""

    indicator: str
    part: Part


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with what is between them, from the left: `operators` has one less than `terms`."""

    terms: tuple[Term, ...]
    operators: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it is a proportion."""
        return "/" in self.operators


@dataclass(frozen=True, slots=True)
class Rank:
    """The place among the units."""

    indicator: str


Holds = Word | Sum | Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A line of `forms.csv`. `total`: a last row for the whole; `chart`: indicators that a workbook draws.

    `authority`, `signer` and `made_by` stand over places to sign, `receivers` at the left of the last one.
    Rows that are no units without a `signer` are signed by whoever signs a report of that office.
    """

    code: str
    name_vi: str
    name_en: str
    title_vi: str
    title_en: str
    rows: RowsOf
    page: Page
    total: bool = False
    numbered: bool = True
    chart: tuple[str, ...] = ()
    made_by: str = ""
    authority: str = ""
    signer: str = ""
    receivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLine:
    """A line of `form_columns.csv`; `code` orders nothing and names the line alone."""

    code: str
    form: str
    title_vi: str
    title_en: str
    holds: str
    share: int = 10
    align: Align = Align.START
    group_vi: str = ""
    group_en: str = ""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form, and what it holds."""

    line: ColumnLine
    holds: Holds

    def title(self, language: str) -> str:
        """Its title, in "vi" or "en"."""
        return self.line.title_vi if language == "vi" else self.line.title_en

    def group(self, language: str) -> str:
        """The title over its group."""
        return self.line.group_vi if language == "vi" else self.line.group_en


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its columns."""

    line: FormLine
    columns: tuple[FormColumn, ...]

    def name(self, language: str) -> str:
        """What lists and files call it."""
        return self.line.name_vi if language == "vi" else self.line.name_en

    def title(self, language: str) -> str:
        """What stands over it."""
        return self.line.title_vi if language == "vi" else self.line.title_en

    def indicators(self) -> tuple[str, ...]:
        """Every indicator that it needs, each once."""
        found = dict.fromkeys(self.line.chart)
        for column in self.columns:
            match column.holds:
                case Sum(terms):
                    found |= dict.fromkeys(term.indicator for term in terms)
                case Rank(indicator):
                    found[indicator] = None
        return tuple(found)


def forms_of(folder: Path) -> tuple[Mapping[str, Form], tuple[UserError, ...]]:
    """The forms by code: those that ship, and an office's own where its two tables are in a folder.

    What is wrong with its own is answered too, with file, line and column.
    """
    if not (folder / _FORMS).is_file() or not (folder / _COLUMNS).is_file():
        return shipped_forms(), ()
    try:
        return {**shipped_forms(), **read_forms(folder)}, ()
    except UserError as error:
        return shipped_forms(), (error,)


@cache
def shipped_forms() -> Mapping[str, Form]:
    """The forms that ship."""
    return MappingProxyType(read_forms(resources_folder() / "documents"))


def read_forms(folder: Path) -> dict[str, Form]:
    """The forms of a folder by code.

    Raises:
        UserError: a table has a mistake; the parameters say where.
    """
    counted = counted_indicators()
    lines = read_table(folder / _FORMS, FormLine, refers={"chart": counted})
    kinds = {line.code: line for line in lines}
    columns = read_table(folder / _COLUMNS, ColumnLine, refers={"form": kinds})
    found: dict[str, list[FormColumn]] = {code: [] for code in kinds}
    for number, column in enumerate(columns, 2):
        told = {"file": _COLUMNS, "line": number, "column": "holds", "value": column.holds}
        found[column.form].append(FormColumn(column, _read(column.holds, kinds[column.form].rows, told)))
    for number, line in enumerate(lines, 2):
        if not found[line.code]:
            raise UserError("form_without_columns", file=_FORMS, line=number, column="code", value=line.code)
    return {code: Form(line, tuple(found[code])) for code, line in kinds.items()}


def _read(text: str, rows: RowsOf, told: Mapping[str, object]) -> Holds:
    if text in set(Word):
        word = Word(text)
        if word not in _WORDS_OF[rows]:
            raise UserError("table_value_wrong", **told)
        return word
    if rows is not RowsOf.UNITS:
        raise UserError("table_value_wrong", **told)
    begins, _space, indicator = text.partition(" ")
    if begins == "rank":
        _known(indicator.strip(), told)
        return Rank(indicator.strip())
    parts = _OPERATOR.split(text)
    terms = []
    for part in parts[::2]:
        found = _TERM.fullmatch(part)
        if found is None:
            raise UserError("table_value_wrong", **told)
        _known(found[1], told)
        terms.append(Term(found[1], Part(found[2])))
    return Sum(tuple(terms), tuple(parts[1::2]))


def _known(indicator: str, told: Mapping[str, object]) -> None:
    if indicator not in counted_indicators():
        raise UserError("table_reference_unknown", **{**told, "value": indicator})
