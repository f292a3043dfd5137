"""The list of a round, to be taken along: whom to visit, in the order of the way, with room to write.

The number of a line is the household's place in the round, the same on every sheet and whenever it is
printed, so that what was written can be typed in by it (`forms.paper_line`). The foot explains what to write.
"""

from __future__ import annotations

from datetime import date

from tongcds.domain import record_code
from tongcds.domain.facts import Subject
from tongcds.domain.paper_keys import lettered_facts, numbered_services
from tongcds.domain.views import RoundView, StopRow, StopState, Whoami
from tongcds.i18n import _, format_date, language, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import ROW_MM, number_column, signature, total_line
from tongcds.papers.paper import (
    Align,
    Block,
    Code,
    Column,
    Fact,
    Look,
    Mark,
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


def round_list(who: Whoami, view: RoundView, on: date) -> Paper:
    """A sheet for each who goes, so that everybody takes their own; what nobody is named for comes last."""
    going = dict.fromkeys((stop.member_id, stop.member_name) for stop in view.stops if stop.member_id)
    sheets = tuple(
        _sheet(who, view, on, [stop for stop in view.stops if stop.member_id == member], name)
        for member, name in [*going, (None, "")]
        if any(stop.member_id == member for stop in view.stops)
    )
    return Paper("ROUND", _("Round"), sheets, Page.LANDSCAPE)


def _sheet(who: Whoami, view: RoundView, on: date, stops: list[StopRow], name: str) -> Sheet:
    columns = (
        number_column(),
        Column(_("Household code"), 9),
        Column(_("Head of household"), 19),
        Column(_("Address"), 12),
        Column(_("People"), 6.5, Align.CENTRE),
        Column(_("Met"), 5.5, Align.CENTRE),
        Column(_("Nobody home"), 6.5, Align.CENTRE),
        Column(_("Declined"), 6.5, Align.CENTRE),
        Column(_("Services"), 10),
        Column(_("Facts"), 10),
        Column(_("Come back on"), 8),
        Column(_("Difficulty, note"), 13),
    )
    rows = tuple(_row(stop) for stop in stops)
    days = _("From {begins} to {ends}").format(
        begins=format_date(view.row.begins_on), ends=format_date(view.row.ends_on)
    )
    about = " · ".join(filter(None, (view.row.name, view.row.village_name)))
    blocks: tuple[Block, ...] = (
        _code(view, name),
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(total_line(ngettext("{n} household", "{n} households", len(rows)), len(rows)), Look.PLAIN),
        *(Paragraph(words, Look.NOTE) for words in _legend(on)),
        Signatures((Signature(""), signature(_("Who went"), name))),
    )
    title = Title(_("Households to be visited"), about, days)
    return Sheet(name or _("Nobody yet"), letterhead(who, on), title, blocks)


def _code(view: RoundView, name: str) -> Code:
    words = _(
        "To type this list in, open the round and press Ctrl+E, or scan the code into the field for the "
        "line. The code holds the number of the round alone and says nothing about anybody."
    )
    entries = (Fact(_("Day of the visits"), ""), Fact(_("Who went"), name))
    return Code(record_code.scanned_round(view.row.round_id), "", words, entries)


def _row(stop: StopRow) -> Row:
    marks = tuple(
        Mark.YES if stop.state is state else Mark.OPEN
        for state in (StopState.DONE, StopState.ABSENT, StopState.DECLINED)
    )
    about = (str(stop.place), stop.code, stop.head_name, stop.address, str(stop.people))
    return Row((*about, *marks, "", "", "", stop.note))


def _legend(on: date) -> tuple[str, ...]:
    """What to write into the columns, as `forms.paper_line` reads it."""
    said = language()
    services = "; ".join(
        f"{number} {service.short(said)}" for number, service in numbered_services(on).items()
    )
    facts = lettered_facts().items()

    def listed(subject: Subject) -> str:
        return "; ".join(f"{letter} {fact.short(said)}" for letter, fact in facts if fact.subject is subject)

    return (
        _("Services: {services}.").format(services=services),
        _(
            "Behind the number of a service: t did it alone, h come back, k declined; no letter: done "
            "together. 3.2 is for the second person of the survey sheet, 3.24 for the second and the fourth; "
            "without one it is the head."
        ),
        _("Facts of the head: {person}. 2p is of the second person. Facts of the household: {household}. "
          "p is yes, p- is not yet.").format(
            person=listed(Subject.PERSON), household=listed(Subject.HOUSEHOLD)
        ),
    )  # fmt: skip
