"""A periodic report as an official paper: its sections in words, and the table of its figures as an annex.

What a report holds is `domain.views.report`; the table is the form B03, or M06 where its rows are targets
(`documents.tabulated`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from tongcds.documents.forms import Form, RowsOf
from tongcds.documents.numbers import figure_words
from tongcds.documents.tabulated import figure_fields, figures_table
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import is_asked_for
from tongcds.domain.report_types import Level
from tongcds.domain.units import LAST_DAY_BEFORE
from tongcds.domain.views import Role, Whoami
from tongcds.domain.views.report import Report, ReportSection
from tongcds.i18n import _, language, pgettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.official import official_number
from tongcds.papers.paper import (
    Behind,
    Block,
    Closing,
    Letterhead,
    Lines,
    Look,
    Number,
    Paper,
    Paragraph,
    Sheet,
    Signature,
    Title,
    Words,
)

FORM: Final = "BC"
_ROLES: Final = {
    Level.TEAM: Role.TEAM,
    Level.COMMUNE: Role.COMMUNE,
    Level.PROVINCE: Role.PROVINCE,
}
_SIGNS: Final = {Level.COMMUNE: "BC-UBND", Level.DISTRICT: "BC-UBND", Level.PROVINCE: "BC-SKHCN"}


def report_paper(report: Report, annex: Form) -> Paper:
    """The report: heads, sections, the signer, and an annex with its figures."""
    head = report_head(report)
    title = Title(pgettext("paper", "Report"), _about(report, annex), ruled=True)
    blocks = (*_addressed(report), *_sections(report), _closing(report))
    main = Sheet(pgettext("paper", "Report"), head, title, blocks)
    figures = Sheet(
        _("Annex"),
        None,
        Title(
            annex.title(language()),
            report.heading.unit,
            _("(Together with the report of {unit}, {period})").format(
                unit=report.heading.unit, period=_small(report.period)
            ),
            annex=_("Annex I"),
        ),
        (figures_table(annex, report), *(Paragraph(words, Look.NOTE) for words in report.notes)),
    )
    fields = figure_fields([row.now for row in report.rows], report.period)
    words_alone = is_asked_for(report.type_code) and not report.rows
    return Paper(FORM, report.title, (main,) if words_alone else (main, figures), fields=fields)


def _about(report: Report, annex: Form) -> str:
    if is_asked_for(report.type_code):
        return report.title
    about = (
        _("Plan and result compared, {period}")
        if annex.line.rows is RowsOf.TARGETS
        else _("Results of the community digital-technology teams, {period}")
    )
    return about.format(period=_small(report.period))


def report_head(report: Report) -> Letterhead:
    """The head of whoever reports, on the day on which the figures were counted."""
    heading = report.heading
    level = Level(heading.level)
    number = official_number(0, _SIGNS[level]) if level in _SIGNS else ""
    role, commune = _ROLES.get(level, Role.AREA), heading.commune
    if is_area(level, report.last):
        number, commune = "", ""
    elif level is Level.DISTRICT:
        # It had its own People's Committee, as a commune has.
        role, commune = Role.COMMUNE, heading.unit
    who = Whoami(heading.signer, role, heading.unit, commune, heading.province, "", 0)
    head = letterhead(who, report.drawn_on)
    return Letterhead(head.above, head.body, number, head.place_and_day)


def is_area(level: Level, on: date) -> bool:
    """Whether who stands between commune and province is an area: without seal and register."""
    return level is Level.DISTRICT and on > LAST_DAY_BEFORE


def _small(period: str) -> str:
    return period[:1].lower() + period[1:]


def _addressed(report: Report) -> Iterator[Block]:
    if report.heading.addressee:
        yield Paragraph(_("To: {addressee}").format(addressee=report.heading.addressee), Look.CENTRED)


def _sections(report: Report) -> Iterator[Block]:
    """Sections under their numbers: "II.3" is the third part of the second.

    Where nobody wrote anything there is room for a pen.
    """
    codes = [section.code for section in report.sections]
    for section in report.sections:
        upper, _dot, lower = section.code.partition(".")
        yield Paragraph(f"{lower or upper}. {section.title}", Look.HEADING)
        if section.lead:
            yield Paragraph(_lead(report, section))
        yield from (Paragraph(line) for line in section.text.split("\n") if line.strip())
        has_parts = any(code.startswith(f"{section.code}.") for code in codes)
        if not section.lead and not section.text.strip() and not has_parts:
            yield Lines("", 1)


def _lead(report: Report, section: ReportSection) -> Words:
    """The sentence with its numbers, each with what is behind it."""
    rows = {row.indicator: row for row in report.rows}
    period = Period(report.first, report.last)
    parts: list[str | Number] = []
    rest = section.lead
    for code in section.indicators:
        words = figure_words(rows[code].now) if code in rows else ""
        before, found, after = rest.partition(words) if words else (rest, "", "")
        value = rows[code].now.value if code in rows else None
        if not found or value is None:
            continue
        parts += [before, Number(words, value, behind=Behind(code, report.unit_id, period))]
        rest = after
    return (*parts, rest)


def report_signer(report: Report) -> Signature:
    """Who signs a report."""
    return signer_at(Level(report.heading.level), report.heading.signer, report.last)


def signer_at(level: Level, name: str, on: date) -> Signature:
    """Who signs what an office of a level hands up about a time that ends on this day."""
    if is_area(level, on):
        return Signature(_("Person in charge of the area"), _("(signature and full name)"), name)
    match level:
        case Level.TEAM:
            return Signature(_("Head of the team"), _("(signature and full name)"), name)
        case Level.COMMUNE | Level.DISTRICT:
            return Signature(_("Chairman"), name=name, authority=_("On behalf of the People's Committee"))
        case _:
            return Signature(_("Director"), name=name)


def _closing(report: Report) -> Closing:
    """Who receives it and who signs; team and area have no records office."""
    heading, level = report.heading, Level(report.heading.level)
    kept = _("Kept: the team.") if level is Level.TEAM else _("Kept: the records office.")
    if is_area(level, report.last):
        kept = _("Kept: the area.")
    to = (f"{heading.addressee};",) if heading.addressee else ()
    return Closing((*to, kept), report_signer(report))
