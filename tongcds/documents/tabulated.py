"""Forms of figures filled in: B04 and B05 with a row for each unit below, B03 with one for each indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from tongcds.documents.compared import targets_rows
from tongcds.documents.forms import Form, FormColumn, Part, Rank, RowsOf, Sum, Term, Word
from tongcds.documents.numbers import (
    NOTHING,
    SIGNS,
    count_cell,
    figure_cell,
    is_share,
    narrow_cell,
    parts_words,
    share_cell,
    sign,
)
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period, before
from tongcds.domain.report_types import load_report_types
from tongcds.domain.views import BoardFigure, BoardRow, BoardView, Whoami
from tongcds.domain.views.report import Report, ReportRow
from tongcds.i18n import _, language
from tongcds.papers.letterhead import letterhead
from tongcds.papers.paper import (
    Behind,
    Block,
    Cell,
    Chart,
    Closing,
    Column,
    Kind,
    Letterhead,
    Look,
    Paper,
    Paragraph,
    Row,
    Series,
    Sheet,
    Signature,
    Signatures,
    Table,
    Title,
)

_Figures = Mapping[str, BoardFigure]


def units_paper(form: Form, view: BoardView, who: Whoami, on: date) -> Paper:
    """A form whose rows are the units below; where it says so the whole comes last."""
    period = Period(view.first, view.last)
    below = [(row, _by_code(row)) for row in view.rows]
    ranks = {
        column.holds.indicator: _ranks(column.holds.indicator, below)
        for column in form.columns
        if isinstance(column.holds, Rank)
    }
    rows = [
        Row(
            tuple(_unit_cell(column, row, figures, period, number=at, ranks=ranks) for column in form.columns)
        )
        for at, (row, figures) in enumerate(below, 1)
    ]
    if form.line.total and rows:
        whole = _by_code(view.whole)
        cells = (_total_cell(column, view.whole, whole, period) for column in form.columns)
        rows.append(Row(tuple(cells), Kind.TOTAL))
    blocks: list[Block] = [form_table(form, rows)]
    blocks += [Paragraph(words, Look.NOTE) for words in (*_legend(rows), *view.notes)]
    if not rows:
        blocks.append(Paragraph(_("There is no unit below this one, so the table has no rows."), Look.NOTE))
    blocks.append(form_end(form, form_signer(form)))
    blocks += _charts(form, view)
    title = Title(form.title(language()), view.path[-1][1], period_words(view.period, view.first, view.last))
    name = form.name(language())
    sheet = Sheet(name, letterhead(who, on), title, tuple(blocks))
    return Paper(
        form.line.code, name, (sheet,), form.line.page, figure_fields(view.whole.figures, view.period)
    )


def figures_paper(form: Form, report: Report, head: Letterhead, signer: Signature) -> Paper:
    """A form whose rows are a report's indicators or targets, signed as it says, else by the `signer`."""
    name = form.name(language())
    title = Title(
        form.title(language()), report.heading.unit, period_words(report.period, report.first, report.last)
    )
    notes = (Paragraph(words, Look.NOTE) for words in report.notes)
    end = form_end(form, form_signer(form) if form.line.signer else signer)
    sheet = Sheet(name, head, title, (figures_table(form, report), *notes, end))
    fields = figure_fields([row.now for row in report.rows], report.period)
    return Paper(form.line.code, name, (sheet,), form.line.page, fields)


def figures_table(form: Form, report: Report) -> Table:
    """The table alone, as a report's annex has it."""
    if form.line.rows is RowsOf.TARGETS:
        return form_table(form, targets_rows(form, report))
    periods = _periods(report)
    rows = [
        Row(
            tuple(_indicator_cell(column, row, report.unit_id, periods, number=at) for column in form.columns)
        )
        for at, row in enumerate(report.rows, 1)
    ]
    return form_table(form, rows)


def _legend(rows: Sequence[Row]) -> tuple[str, ...]:
    """What the signs in cells without a number mean, of those that are there."""
    there = {cell for row in rows for cell in row.cells if isinstance(cell, str)}
    words = {
        NOTHING: _("{sign}: no figure, because nobody looked or nothing was published; that is not 0."),
        **{sign: _("{sign}: fewer than five people, so it is not shown.") for sign in SIGNS.values()},
    }
    return tuple(said.format(sign=sign) for sign, said in words.items() if sign in there)


def form_table(form: Form, rows: Sequence[Row]) -> Table:
    """A form's table with these rows."""
    columns = tuple(
        Column(column.title(language()), column.line.share, column.line.align, column.group(language()))
        for column in form.columns
    )
    return Table(columns, tuple(rows), numbered=form.line.numbered)


def form_signer(form: Form) -> Signature:
    """Who signs, where the form says so."""
    return Signature(form.line.signer, _("(signature and full name)"), authority=form.line.authority)


def form_end(form: Form, signer: Signature) -> Closing | Signatures:
    """The end of a form: who made it and who signs, or who receives it and who signs."""
    if form.line.receivers:
        return Closing(form.line.receivers, signer)
    made_by = Signature(form.line.made_by, _("(signature and full name)") if form.line.made_by else "")
    return Signatures((made_by, signer))


def period_words(name: str, first: date, last: date) -> str:
    """The line under a title that says the period."""
    words = _("({period}: from {first} to {last})")
    return words.format(period=name, first=f"{first:%d/%m/%Y}", last=f"{last:%d/%m/%Y}")


def _by_code(row: BoardRow) -> _Figures:
    return {figure.indicator: figure for figure in row.figures}


def figure_fields(figures: Sequence[BoardFigure], period: str) -> tuple[tuple[str, str], ...]:
    """What an office's own template may take by name: each indicator's figure, and what it was made of."""
    found = [("ky", period)]
    for figure in figures:
        cell = figure_cell(figure, b"", Period(date.min, date.max))
        found.append((figure.indicator, cell if isinstance(cell, str) else getattr(cell, "words", "")))
        found.append((f"{figure.indicator}_so", parts_words(figure)))
    return tuple(found)


# Cells


def _unit_cell(
    column: FormColumn,
    row: BoardRow,
    figures: _Figures,
    period: Period,
    *,
    number: int,
    ranks: Mapping[str, Mapping[bytes, int]],
) -> Cell:
    match column.holds:
        case Word.NUMBER:
            return str(number)
        case Word.NAME:
            return row.name
        case Rank(indicator):
            place = ranks[indicator].get(row.unit_id)
            return "" if place is None else count_cell(place)
        case Sum() as wanted:
            return _sum_cell(wanted, figures, row.unit_id, period)
        case _:
            return ""


def _total_cell(column: FormColumn, row: BoardRow, figures: _Figures, period: Period) -> Cell:
    match column.holds:
        case Word.NAME:
            return _("Total")
        case Sum() as wanted:
            return _sum_cell(wanted, figures, row.unit_id, period)
        case _:
            return ""


def _sum_cell(wanted: Sum, figures: _Figures, unit_id: bytes, period: Period) -> Cell:
    first, *more = wanted.terms
    figure = figures[first.indicator]
    if not more and first.part is Part.VALUE:
        return narrow_cell(figure, unit_id, period)
    values = [_side(figures[term.indicator], term) for term in wanted.terms]
    for term, value in zip(wanted.terms, values, strict=True):
        if value is None:
            return sign(figures[term.indicator].why)
    total = float(values[0] or 0)
    for operator, value in zip(wanted.operators, values[1:], strict=True):
        if operator == "/" and not value:
            return ""
        known = float(value or 0)
        total = total + known if operator == "+" else total - known if operator == "-" else total / known
    if wanted.is_share:
        return share_cell(total)
    # What is counted of one indicator has records behind it, a sum of several has not one list.
    behind = Behind(first.indicator, unit_id, period) if not more and first.part is Part.PART else None
    return count_cell(round(total), behind)


def _side(figure: BoardFigure, term: Term) -> float | None:
    match term.part:
        case Part.PART:
            return figure.numerator
        case Part.WHOLE:
            return figure.denominator
        case Part.VALUE:
            return figure.value


def _ranks(indicator: str, below: Sequence[tuple[BoardRow, _Figures]]) -> dict[bytes, int]:
    """Places by a figure, the highest first; the same figure has the same place, none has none."""
    values = {row.unit_id: value for row, figures in below if (value := figures[indicator].value) is not None}
    return {unit: 1 + sum(other > value for other in values.values()) for unit, value in values.items()}


def _periods(report: Report) -> Mapping[Word, Period]:
    own = Period(report.first, report.last)
    kind = load_report_types().get(report.type_code)
    if kind is None:
        # Asked for once: what came before are as many days.
        year = Period(date(own.last.year, 1, 1), own.last)
        return {Word.NOW: own, Word.BEFORE: before(own), Word.YEAR: year}
    return {Word.NOW: own, Word.BEFORE: kind.before(own), Word.YEAR: kind.year_to(own)}


def _indicator_cell(
    column: FormColumn, row: ReportRow, unit_id: bytes, periods: Mapping[Word, Period], *, number: int
) -> Cell:
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NUMBER: lambda: str(number),
        Word.NAME: lambda: row.name,
        Word.UNIT: lambda: row.unit,
        Word.BEFORE: lambda: figure_cell(row.before, unit_id, periods[Word.BEFORE]),
        Word.NOW: lambda: figure_cell(row.now, unit_id, periods[Word.NOW]),
        Word.YEAR: lambda: figure_cell(row.year, unit_id, periods[Word.YEAR]),
        Word.TARGET: lambda: _target_cell(row),
        Word.AGAINST: lambda: _against_cell(row),
        Word.NOTE: lambda: parts_words(row.now),
    }
    return cells[column.holds]() if isinstance(column.holds, Word) else ""


def _against_cell(row: ReportRow) -> Cell:
    target, value = row.now.target, row.now.value
    return "" if target is None or not target.value or value is None else share_cell(value / target.value)


def _target_cell(row: ReportRow) -> Cell:
    target = row.now.target
    if target is None:
        return ""
    if is_share(row.indicator):
        return share_cell(target.value)
    return count_cell(round(target.value))


def _charts(form: Form, view: BoardView) -> list[Block]:
    charts: list[Block] = []
    for code in form.line.chart:
        values = tuple(_by_code(row)[code].value for row in view.rows)
        if any(value is not None for value in values):
            name = load_indicators()[code].short(language())
            labels = tuple(row.name for row in view.rows)
            charts.append(Chart(name, labels, (Series(name, values), *_target_of(code, view, len(labels)))))
    return charts


def _target_of(code: str, view: BoardView, count: int) -> tuple[Series, ...]:
    target = _by_code(view.whole)[code].target
    return () if target is None else (Series(_("Target"), (target.value,) * count),)
