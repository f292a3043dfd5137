"""Rows of targets for a form: plan, result, what is missing and why (M06); the table is `tabulated`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tongcds.documents.forms import Form, FormColumn, Word
from tongcds.domain.catalogue import Comparator
from tongcds.domain.periods import Period
from tongcds.domain.targets import is_percent
from tongcds.domain.views.report import Report, TargetLine
from tongcds.domain.views.targets import VERDICT_WORDS, FigureSource
from tongcds.i18n import _
from tongcds.papers import targets as words
from tongcds.papers.paper import Behind, Cell, Number, Row, Unit


def targets_rows(form: Form, report: Report) -> tuple[Row, ...]:
    """A row for each target of a comparison."""
    return tuple(
        Row(tuple(_cell(column, line, report, number=at) for column in form.columns))
        for at, line in enumerate(report.targets, 1)
    )


def _cell(column: FormColumn, line: TargetLine, report: Report, *, number: int) -> Cell:
    row = line.row
    measure = row.terms.measure
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NUMBER: lambda: str(number),
        Word.NAME: lambda: row.name,
        Word.SET_BY: lambda: row.unit,
        Word.TARGET: lambda: _target(line),
        Word.NOW: lambda: _number(row.value, measure, words.now(row), _behind(line, report)),
        Word.MISSING: lambda: words.missing(line),
        Word.FORECAST: lambda: _number(row.expected, measure, words.expected(row), None),
        Word.VERDICT: lambda: _(VERDICT_WORDS[row.verdict]).capitalize(),
        Word.WHY: lambda: words.why(line),
        Word.NOTE: lambda: ". ".join(filter(None, (row.document, row.proposal))),
    }
    return cells[column.holds]() if isinstance(column.holds, Word) else ""


def _target(line: TargetLine) -> Cell:
    terms = line.row.terms
    value = None if terms.comparator is Comparator.BY else terms.value
    return _number(value, terms.measure, words.wanted(line.row), None)


def _number(value: Decimal | None, measure: str, said: str, behind: Behind | None) -> Cell:
    if value is None:
        return said
    if is_percent(measure):
        return Number(said, float(value) / 100, Unit.SHARE, behind)
    unit = Unit.COUNT if value == value.to_integral_value() else Unit.DECIMAL
    return Number(said, float(value), unit, behind)


def _behind(line: TargetLine, report: Report) -> Behind | None:
    """The records of a counted figure, as far as they were looked at."""
    row = line.row
    if row.source is not FigureSource.COUNTED or row.numerator is None:
        return None
    until = min(row.terms.last, report.last, report.drawn_on)
    return Behind(row.terms.indicator, report.unit_id, Period(min(row.terms.first, until), until))
