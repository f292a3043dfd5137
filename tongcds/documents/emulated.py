"""B12 and B13 filled in: a score sheet with a row for each criterion, a list of who is to be commended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from tongcds.documents.forms import Form, FormColumn, Word
from tongcds.documents.tabulated import form_end, form_signer, form_table
from tongcds.domain.commendations import Sort
from tongcds.domain.views import Whoami
from tongcds.domain.views.emulation import CommendationRow, CriterionLine, SheetView
from tongcds.i18n import _, format_number, language, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.paper import (
    Block,
    Cell,
    Kind,
    Look,
    Number,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Title,
    Unit,
)


def score_paper(form: Form, view: SheetView, who: Whoami, signer: Signature, on: date) -> Paper:
    """A form whose rows are the criteria of a score sheet; `signer` where it names none itself."""
    rows = [
        Row(tuple(_criterion_cell(column, line, number=at) for column in form.columns))
        for at, line in enumerate(view.lines, 1)
    ]
    if form.line.total:
        rows.append(Row(tuple(_total_cell(column, view) for column in form.columns), Kind.TOTAL))
    blocks: list[Block] = [form_table(form, rows)]
    if any(line.own.contrary or line.appraised.contrary for line in view.lines):
        blocks.append(Paragraph(_("Without points: two people scored differently."), Look.NOTE))
    blocks.append(form_end(form, form_signer(form) if form.line.signer else signer))
    says = view.campaign.says
    words = _("({unit}: from {first} to {last})")
    note = words.format(unit=view.unit, first=f"{says.first:%d/%m/%Y}", last=f"{says.last:%d/%m/%Y}")
    return _paper(form, Title(_title(form), says.title, note), blocks, who, on)


def commended_paper(
    form: Form, rows: Sequence[CommendationRow], who: Whoami, signer: Signature, on: date
) -> Paper:
    """A form whose rows are proposals to commend; who did not agree to be named has a line without a name."""
    lines = tuple(
        Row(tuple(_commended_cell(column, row, number=at) for column in form.columns))
        for at, row in enumerate(rows, 1)
    )
    blocks: list[Block] = [form_table(form, lines)]
    groups = sum(row.says.sort is Sort.COLLECTIVE for row in rows)
    if rows:
        people = len(rows) - groups
        counts = (
            ngettext("{n} collective", "{n} collectives", groups).format(n=format_number(groups)),
            ngettext("{n} individual", "{n} individuals", people).format(n=format_number(people)),
        )
        blocks.append(Paragraph(_("In all: {counts}.").format(counts=", ".join(counts)), Look.PLAIN))
    else:
        blocks.append(Paragraph(_("Nobody is proposed yet."), Look.NOTE))
    blocks.append(form_end(form, form_signer(form) if form.line.signer else signer))
    return _paper(form, Title(_title(form), who.unit_name), blocks, who, on)


def points_cell(points: Decimal | None) -> Cell:
    """Points as a number; "" where there are none yet."""
    if points is None:
        return ""
    whole = points == points.to_integral_value()
    return Number(format_number(points), float(points), Unit.COUNT if whole else Unit.DECIMAL)


def _paper(form: Form, title: Title, blocks: Sequence[Block], who: Whoami, on: date) -> Paper:
    name = form.name(language())
    sheet = Sheet(name, letterhead(who, on), title, tuple(blocks))
    return Paper(form.line.code, name, (sheet,), form.line.page)


def _title(form: Form) -> str:
    return form.title(language())


def _criterion_cell(column: FormColumn, line: CriterionLine, *, number: int) -> Cell:
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NUMBER: lambda: str(number),
        Word.NAME: lambda: line.criterion.name,
        Word.MOST: lambda: points_cell(line.criterion.most),
        Word.OWN: lambda: points_cell(line.own.points),
        Word.APPRAISED: lambda: points_cell(line.appraised.points),
        Word.EVIDENCE: lambda: _evidence(line),
    }
    return cells.get(column.holds, str)() if isinstance(column.holds, Word) else ""


def _evidence(line: CriterionLine) -> str:
    """What the unit says, the figure, and why it was appraised otherwise."""
    figure = _("Figure: {figure}").format(figure=line.figure) if line.figure else ""
    reason = line.appraised.text
    said = _("Appraised: {reason}").format(reason=_one_line(reason)) if reason else ""
    parts = (one.rstrip(".") for one in (_one_line(line.own.text), figure, said) if one)
    return ". ".join(parts)


def _total_cell(column: FormColumn, view: SheetView) -> Cell:
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NAME: lambda: _("Total"),
        Word.MOST: lambda: points_cell(sum((line.criterion.most for line in view.lines), Decimal(0))),
        Word.OWN: lambda: points_cell(view.own),
        Word.APPRAISED: lambda: points_cell(view.final),
    }
    return cells.get(column.holds, str)() if isinstance(column.holds, Word) else ""


def _commended_cell(column: FormColumn, row: CommendationRow, *, number: int) -> Cell:
    says = row.says
    named = says.sort is Sort.COLLECTIVE or says.agreed
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NUMBER: lambda: str(number),
        Word.NAME: lambda: says.name if named else _("not named"),
        Word.POST: lambda: says.post if named else "",
        Word.UNIT: lambda: row.unit,
        Word.AWARD: lambda: row.award,
        Word.MERITS: lambda: _one_line(says.merits) if named else "",
        Word.VOTES: lambda: "" if says.votes is None else f"{says.votes.in_favour}/{says.votes.voters}",
    }
    return cells.get(column.holds, str)() if isinstance(column.holds, Word) else ""


def _one_line(words: str) -> str:
    return " ".join(words.split())
