"""The periodic report on paper: head, sections with their figures in words, and the table of B03 or B04.

What it says was drawn by `reports.periodic`; a section that says nothing stands there with its title alone.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tongcds.domain.report_types import Level
from tongcds.domain.views.board import WHY_WORDS, BoardFigure
from tongcds.domain.views.report import Report, ReportRow, ReportSection, UnitFigures
from tongcds.domain.words import Role, Whoami
from tongcds.i18n import _, format_number, format_percent
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import number_column, signature
from tongcds.papers.paper import (
    Align,
    Block,
    Column,
    Look,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Signatures,
    Table,
    Title,
)

_MOST_BELOW: Final = 5
"""Indicators of the units below that have room across a page."""

_ROLES: Final = MappingProxyType(
    {
        Level.TEAM: Role.TEAM,
        Level.COMMUNE: Role.COMMUNE,
        Level.DISTRICT: Role.AREA,
        Level.PROVINCE: Role.PROVINCE,
    }
)
_FORMS: Final = MappingProxyType({Level.TEAM: "B03", Level.COMMUNE: "B04"})


def report_paper(report: Report) -> Paper:
    """The report as a paper of whoever hands it up."""
    level = Level(report.heading.level)
    head = report.heading
    who = Whoami(head.signer, _ROLES[level], head.unit, head.commune, head.province, "", 0)
    blocks: list[Block] = []
    for section in report.sections:
        blocks += _section(section)
        if section.code == "II":
            blocks.append(_table(report.rows))
    if report.below:
        blocks += (
            Paragraph(_("Figures by unit"), Look.HEADING),
            _by_unit(report.rows, report.below),
        )
    blocks += [Paragraph(note, Look.NOTE) for note in report.notes]
    blocks.append(Signatures((Signature(""), signature(_signer(level), head.signer))))
    about = _("Results of work, {period}").format(period=report.period)
    title = Title(_("Periodic report"), about)
    sheet = Sheet(report.period, letterhead(who, report.drawn_on), title, tuple(blocks))
    return Paper(_FORMS.get(level, "B05"), _("Periodic report"), (sheet,))


def number_words(figure: BoardFigure) -> str:
    """A figure as it stands in a table: "135/148", "38", or why there is none."""
    if figure.numerator is None:
        return _(WHY_WORDS[figure.why])
    number = format_number(figure.numerator)
    return number if figure.denominator is None else f"{number}/{format_number(figure.denominator)}"


def target_words(figure: BoardFigure) -> str:
    """A figure beside its target: "91,2% / 96,52%"; "" where there is none."""
    value, mark = figure.value, figure.target
    if mark is None:
        return "" if value is None or figure.denominator is None else format_percent(value, decimals=1)
    if figure.denominator is None:
        return format_number(mark.value)
    now = "–" if value is None else format_percent(value, decimals=1)
    return f"{now} / {format_percent(mark.value, decimals=2)}"


def _signer(level: Level) -> str:
    match level:
        case Level.TEAM:
            return _("Leader of the team")
        case Level.COMMUNE:
            return _("Chairman")
        case _:
            return _("Director")


def _section(section: ReportSection) -> list[Block]:
    part, _dot, number = section.code.partition(".")
    if number and not (section.lead or section.text):
        return []
    heading = f"{number or part}. {section.title}"
    blocks: list[Block] = [Paragraph(heading, Look.HEADING)]
    blocks += [Paragraph(words) for words in (section.lead, *section.text.splitlines()) if words]
    return blocks


def _table(rows: tuple[ReportRow, ...]) -> Table:
    columns = (
        number_column(),
        Column(_("Indicator"), 34),
        Column(_("Period before"), 14, Align.END),
        Column(_("In the period"), 11, Align.END),
        Column(_("Year so far"), 14, Align.END),
        Column(_("Against target"), 19, Align.END),
    )
    cells = []
    for at, row in enumerate(rows, 1):
        gained = "–" if row.gained is None else format_number(row.gained)
        figures = (number_words(row.before), gained, number_words(row.year), target_words(row.now))
        cells.append(Row((str(at), row.name, *figures)))
    return Table(columns, tuple(cells))


def _by_unit(rows: tuple[ReportRow, ...], below: tuple[UnitFigures, ...]) -> Table:
    shown = rows[:_MOST_BELOW]
    columns = (
        number_column(),
        Column(_("Unit"), 25),
        *(Column(row.name, 14, Align.END) for row in shown),
    )
    cells = tuple(
        Row((str(at), unit.name, *map(number_words, unit.figures[: len(shown)])))
        for at, unit in enumerate(below, 1)
    )
    return Table(columns, cells)
