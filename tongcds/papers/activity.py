"""B01, the book of a team's activities over a period, day by day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from tongcds.domain.views import LogFilter, LogRow, Whoami
from tongcds.i18n import _, format_date, format_day, format_number, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import number_column, signature, total_line
from tongcds.papers.paper import (
    Align,
    Column,
    Kind,
    Look,
    Page,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Signatures,
    Table,
    Title,
)

FORM = "B01"


def activities(
    who: Whoami, rows: Sequence[LogRow], on: date, period: LogFilter, *, result_words: Callable[[str], str]
) -> Paper:
    """The book; `rows` by day, the first day first. `period` says from when to when, where it does."""
    columns = (
        number_column(),
        Column(_("Day"), 13, Align.CENTRE),
        Column(_("Village"), 14),
        Column(_("Household / people"), 24),
        Column(_("What was done (code of the service)"), 24),
        Column(_("Result"), 14),
        Column(_("Helped by"), 16),
        Column(_("Next time"), 13, Align.CENTRE),
        Column(_("Note"), 16),
    )
    lines: list[Row] = []
    told: set[bytes] = set()
    number = 0
    for day, group in groupby(rows, key=lambda row: row.on):
        of_day = list(group)
        words = ngettext("{n} entry", "{n} entries", len(of_day)).format(n=format_number(len(of_day)))
        lines.append(Row((f"{format_day(day)}: {words}",), Kind.GROUP))
        for row in of_day:
            number += 1
            # What is said of a visit stands in its first line.
            note = row.note if row.visit_id not in told else ""
            told.add(row.visit_id)
            lines.append(_line(number, row, result_words(row.result), note))
    total = total_line(ngettext("{n} entry", "{n} entries", number), number)
    blocks = (
        Table(columns, tuple(lines), numbered=True),
        Paragraph(total, Look.PLAIN),
        Signatures((Signature(""), signature(_("Head of the team")))),
    )
    name = _("Book of activities")
    sheet = Sheet(
        name, letterhead(who, on), Title(_("Book of the team's activities"), note=_period(period)), blocks
    )
    return Paper(FORM, name, (sheet,), Page.LANDSCAPE)


def _period(period: LogFilter) -> str:
    if period.since is not None and period.until is not None:
        words = _("(From {first} to {last})")
        return words.format(first=format_date(period.since), last=format_date(period.until))
    if period.since is not None:
        return _("(From {first})").format(first=format_date(period.since))
    return _("(Until {last})").format(last=format_date(period.until)) if period.until is not None else ""


def _line(number: int, row: LogRow, result: str, note: str) -> Row:
    whom = f"{row.whom} ({row.code})" if row.code else row.whom
    what = f"{row.service_name} ({row.service})"
    again = format_date(row.again_on) if row.again_on is not None else ""
    return Row((str(number), format_date(row.on), row.village, whom, what, result, row.by, again, note))
