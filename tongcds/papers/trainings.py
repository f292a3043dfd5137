"""Papers of a session: B10, the list to be signed; name cards; certificates and the list of them.

The empty form for members of a team is `offices`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from tongcds.domain import record_code
from tongcds.domain.training import ABILITY_WORDS, Ability, Phase, skill_name, time_words
from tongcds.domain.views import Role, Whoami
from tongcds.domain.views.training import Attendee, TrainingRow
from tongcds.i18n import _, format_date, ngettext
from tongcds.papers.letterhead import letterhead, team_name
from tongcds.papers.lists import ROW_MM, head_of, number_column, signature, total_line
from tongcds.papers.official import official_number
from tongcds.papers.paper import (
    Align,
    Card,
    Cards,
    Cell,
    Closing,
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
    Signature,
    Signatures,
    Table,
    Title,
)

FORM: Final = "B10"
CERTIFICATE: Final = "GCN"
_CAN: Final = frozenset({Ability.ALONE, Ability.HELPED})
CARDS: Final = "THE"
CONFIRMED: Final = "DSXN"
CARDS_A_PAGE: Final = 8
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


def name_cards(row: TrainingRow, people: Sequence[Attendee]) -> Paper:
    """A card for each, with the code that ticks them at the door; the code says nothing about anybody."""
    when = f"{format_date(row.on)}, {time_words(row.starts)}"
    cards = [
        Card(record_code.scanned_person(one.subject_id), row.title, one.name, (one.village, when))
        for one in people
    ]
    name = _("Name cards")
    sheets = tuple(
        Sheet(name, None, Title(name, row.title), (Cards(tuple(cards[start : start + CARDS_A_PAGE])),))
        for start in range(0, len(cards), CARDS_A_PAGE)
    )
    return Paper(CARDS, _("Name cards {day}").format(day=row.on.isoformat()), sheets)


def confirmation(
    who: Whoami,
    row: TrainingRow,
    people: Sequence[Attendee],
    on: date,
    *,
    signer: Signature,
    left_out: str = "",
) -> Paper:
    """The list of whoever can do all that was taught, for the office that confirms it or gives certificates.

    `left_out` says who is not on it.
    """
    columns = (
        number_column(),
        Column(_("Full name"), 30),
        Column(_("Born in"), 12, Align.CENTRE),
        Column(_("Village"), 24),
        Column(_("Skills that they can do"), 18, Align.CENTRE),
        Column(_("Note"), 16),
    )
    taught = len(row.skills)
    rows = tuple(
        Row(
            (str(at), one.name, str(one.birth_year or ""), one.village, Number(f"{taught}/{taught}", 1.0), "")
        )
        for at, one in enumerate(people, 1)
    )
    asked = _(
        "{office} asks that it be confirmed, and certificates be given, that the people named below took "
        "part in the training “{title}” on {day} at {place} and can do what was taught: {skills}."
    ).format(
        office=_office(who),
        title=row.title,
        day=format_date(row.on),
        place=row.place,
        skills="; ".join(map(skill_name, row.skills)),
    )
    count = len(people)
    above = _("People's Committee of {unit}").format(unit=who.commune_name)
    receivers = (
        (f"{above};", _("Kept: the team.")) if who.role is Role.TEAM else (_("Kept: the records office."),)
    )
    blocks = (
        Paragraph(asked),
        Table(columns, rows, numbered=True),
        Paragraph(total_line(ngettext("{n} person", "{n} people", count), count), Look.PLAIN),
        *((Paragraph(left_out, Look.NOTE),) if left_out else ()),
        Closing(receivers, signer),
    )
    head = letterhead(who, on)
    if who.role is Role.COMMUNE:
        head = replace(head, number=official_number(0, "DS-UBND"))
    title = Title(_("List"), _("of people whose training is to be confirmed"), ruled=True)
    stem = _("List to confirm {day}").format(day=row.on.isoformat())
    return Paper(CONFIRMED, stem, (Sheet(_("List"), head, title, blocks),))


def _office(who: Whoami) -> str:
    match who.role:
        case Role.TEAM:
            return team_name(who.unit_name)
        case Role.COMMUNE:
            return _("People's Committee of {unit}").format(unit=who.commune_name)
        case _:
            return who.unit_name


def earned(row: TrainingRow, one: Attendee) -> bool:
    """Whether somebody was there, was looked at for every skill, and can do each, alone or with help."""
    return one.here and all(one.checks.get((skill, Phase.AFTER)) in _CAN for skill in row.skills)


def _ability(one: Attendee, skill: str) -> str:
    return _(ABILITY_WORDS[one.checks[skill, Phase.AFTER]])
