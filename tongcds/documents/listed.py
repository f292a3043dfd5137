"""B06 filled in: the difficulties of some units over a period, a row for each as it stood at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from tongcds.documents.forms import Form, FormColumn, Word
from tongcds.documents.tabulated import form_end, form_signer, form_table, period_words
from tongcds.domain.difficulties import STAGE_WORDS
from tongcds.domain.views import Whoami
from tongcds.domain.views.difficulties import DifficultyList, DifficultyRow
from tongcds.i18n import _, format_date, language, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import total_line
from tongcds.papers.paper import Block, Cell, Look, Paper, Paragraph, Row, Sheet, Signature, Title


def difficulties_paper(form: Form, found: DifficultyList, who: Whoami, signer: Signature, on: date) -> Paper:
    """A form whose rows are difficulties; `signer` where it names none itself."""
    rows = tuple(
        Row(tuple(_cell(column, row, found, number=at) for column in form.columns))
        for at, row in enumerate(found.rows, 1)
    )
    blocks: list[Block] = [form_table(form, rows)]
    if rows:
        words = ngettext("{n} difficulty", "{n} difficulties", len(rows))
        blocks.append(Paragraph(total_line(words, len(rows)), Look.PLAIN))
    else:
        blocks.append(Paragraph(_("No difficulty was open in this period."), Look.NOTE))
    blocks.append(form_end(form, form_signer(form) if form.line.signer else signer))
    name = form.name(language())
    title = Title(form.title(language()), found.unit, period_words(found.period, found.first, found.last))
    return Paper(
        form.line.code, name, (Sheet(name, letterhead(who, on), title, tuple(blocks)),), form.line.page
    )


def _cell(column: FormColumn, row: DifficultyRow, found: DifficultyList, *, number: int) -> Cell:
    says = row.says
    cells: Mapping[Word, Callable[[], Cell]] = {
        Word.NUMBER: lambda: str(number),
        Word.KIND: lambda: row.kind,
        Word.WHAT: lambda: _one_line(says.text),
        Word.WHERE: lambda: ", ".join(filter(None, (row.unit, found.within.get(row.unit_id), says.place))),
        Word.CAUSE: lambda: _one_line(says.cause),
        Word.DONE: lambda: _done(row),
        Word.PROPOSAL: lambda: _one_line(says.proposal),
        Word.OWNER: lambda: row.owner,
        Word.DUE: lambda: "" if row.due_on is None else format_date(row.due_on),
        Word.STATE: lambda: _(STAGE_WORDS[row.stage]).capitalize(),
    }
    return cells.get(column.holds, str)() if isinstance(column.holds, Word) else ""


def _done(row: DifficultyRow) -> str:
    """What the unit did itself, and what it was answered."""
    answer = _("Answer: {text}").format(text=_one_line(row.answer)) if row.answer else ""
    done = _one_line(row.says.done)
    return ". ".join(filter(None, (done.rstrip("."), answer))) if answer else done


def _one_line(words: str) -> str:
    return " ".join(words.split())
