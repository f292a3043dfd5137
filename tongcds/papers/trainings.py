"""Papers of a session: B10, its list to be signed, with attendance and marks as far as known; certificates.

The empty form for members of a team is `offices`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from tongcds.domain.training import ABILITY_WORDS, Ability, Phase, skill_name, time_words
from tongcds.domain.views import Whoami
from tongcds.domain.views.training import Attendee, TrainingRow
from tongcds.i18n import _, format_date, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import ROW_MM, head_of, number_column, signature, total_line
from tongcds.papers.paper import (
    Align,
    Cell,
    Column,
    Fact,
    Facts,
    Look,
    Mark,
    Number,
    Page,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signatures,
    Table,
    Title,
)

FORM: Final = "B10"
CERTIFICATE: Final = "GCN"
_CAN: Final = frozenset({Ability.ALONE, Ability.HELPED})
SPARE_ROWS: Final = 10
"""Lines for whoever comes without having been expected."""


def session_list(who: Whoami, row: TrainingRow, people: Sequence[Attendee], on: date, left_out: str) -> Paper:
    """The list of a session; `left_out` says of whom it keeps silent, or is ""."""
    columns = (
        number_column(),
        Column(_("Full name"), 28),
        Column(_("Born in"), 9, Align.CENTRE),
        Column(_("Village"), 20),
        Column(_("Attended"), 9, Align.CENTRE),
        Column(_("Marks"), 9, Align.CENTRE),
        Column(_("Signed"), 20),
    )
    lines: list[tuple[Cell, ...]] = [
        (
            one.name,
            str(one.birth_year) if one.birth_year else "",
            one.village,
            Mark.YES if one.here else Mark.OPEN,
            _marks(row, one),
            "",
        )
        for one in people
    ]
    lines += [("", "", "", Mark.OPEN, "", "")] * SPARE_ROWS
    rows = tuple(Row((str(at), *cells)) for at, cells in enumerate(lines, 1))
    count = len(people)
    blocks = (
        Facts(_facts(row)),
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(total_line(ngettext("{n} person", "{n} people", count), count), Look.PLAIN),
        Paragraph(_("Marks: skills that the person can do alone, out of those looked at."), Look.NOTE),
        *((Paragraph(left_out, Look.NOTE),) if left_out else ()),
        Signatures((signature(_("Made by")), signature(_("Teacher")), signature(head_of(who)))),
    )
    name = _("Training {day}").format(day=row.on.isoformat())
    sheet = Sheet(name, letterhead(who, on), Title(_("List and results of a training"), row.title), blocks)
    return Paper(FORM, name, (sheet,), Page.LANDSCAPE)


def _facts(row: TrainingRow) -> tuple[Fact, ...]:
    when = f"{format_date(row.on)}, {time_words(row.starts)}"
    return (
        Fact(_("Topic"), "; ".join(map(skill_name, row.skills)), wide=True),
        Fact(_("Day"), when),
        Fact(_("Place"), row.place),
        Fact(_("Teacher"), ", ".join(row.trainers), wide=True),
    )


def _marks(row: TrainingRow, one: Attendee) -> Cell:
    seen = [one.checks[skill, Phase.AFTER] for skill in row.skills if (skill, Phase.AFTER) in one.checks]
    if not seen:
        return ""
    alone = seen.count(Ability.ALONE)
    return Number(f"{alone}/{len(seen)}", alone / len(seen))


def certificates(who: Whoami, row: TrainingRow, people: Sequence[Attendee], on: date) -> Paper:
    """A sheet for each who can do all that was looked at, alone or with help, saying what that is."""
    made = _("Certificate")
    sheets = []
    for one in people:
        can = [skill for skill in row.skills if one.checks.get((skill, Phase.AFTER)) in _CAN]
        taught = tuple(
            Row((str(at), skill_name(skill), _ability(one, skill))) for at, skill in enumerate(can, 1)
        )
        columns = (number_column(), Column(_("Skill"), 60), Column(_("Result"), 20, Align.CENTRE))
        facts = (
            Fact(_("Full name"), one.name, wide=True),
            Fact(_("Born in"), str(one.birth_year or "")),
            Fact(_("Village"), one.village),
            Fact(_("Day"), format_date(row.on)),
            Fact(_("Place"), row.place),
        )
        blocks = (
            Paragraph(
                _("It is certified that this person took part in the training and can do:"), Look.PLAIN
            ),
            Facts(facts),
            Table(columns, taught, least_mm=ROW_MM),
            Signatures((signature(_("Teacher")), signature(head_of(who)))),
        )
        sheets.append(Sheet(made, letterhead(who, on), Title(made, row.title), blocks))
    stem = _("Certificates {day}").format(day=row.on.isoformat())
    return Paper(CERTIFICATE, stem, tuple(sheets))


def earned(row: TrainingRow, one: Attendee) -> bool:
    """Whether somebody was there, was looked at for every skill, and can do each, alone or with help."""
    return one.here and all(one.checks.get((skill, Phase.AFTER)) in _CAN for skill in row.skills)


def _ability(one: Attendee, skill: str) -> str:
    return _(ABILITY_WORDS[one.checks[skill, Phase.AFTER]])
