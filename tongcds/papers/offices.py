"""An office's papers beside figures: B08 handing over devices, B09 coverage, B10 training, B15 payments.

What no record holds (device numbers, marks, plans of operators) is there to be written in by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.number_words import dong_in_words
from tongcds.domain.views import HouseholdDetail, MemberLine, VillageCoverage, Whoami
from tongcds.i18n import _, format_number, ngettext, pgettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import ROW_MM, head_of, number_column, signature, total_line
from tongcds.papers.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Kind,
    Lines,
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
    Unit,
)

_COVERED: Final = {"yes": Mark.YES, "no": Mark.NO}
_EMPTY_ROWS: Final = 6
LARGEST: Final = 100_000_000
LONGEST_MONTHS: Final = 36
"""Most đồng a month and most months; more is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What each member is paid: đồng a month, and for how many months."""

    monthly: int
    months: int


def handover(who: Whoami, household: HouseholdDetail | None, on: date) -> Paper:
    """B08: a device is handed over to a household; None leaves its lines empty."""
    giving = (
        Fact(_("Handed over by"), who.unit_name, wide=True),
        Fact(_("Represented by"), who.person),
        Fact(_("Position"), ""),
    )
    taking = (
        Fact(_("Received by"), "" if household is None else household.head_name, wide=True),
        Fact(_("Household code"), "" if household is None else household.code),
        Fact(_("Village"), "" if household is None else household.village_name),
        Fact(_("Address"), "" if household is None else household.address, wide=True),
    )
    columns = (
        number_column(),
        Column(_("Kind of device"), 26),
        Column(_("Number of the device (IMEI)"), 26),
        Column(_("Number of pieces"), 10, Align.CENTRE),
        Column(_("Accessories"), 20),
        Column(_("Condition"), 18),
    )
    rows = tuple(Row((str(at), *("",) * 5)) for at in range(1, 4))
    blocks: tuple[Block, ...] = (
        Paragraph(_("A. Who hands over"), Look.HEADING),
        Facts(giving),
        Paragraph(_("B. Who receives"), Look.HEADING),
        Facts(taking),
        Paragraph(_("C. What is handed over"), Look.HEADING),
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(
            _("The number of a device is written down only where the receiver agrees to it."), Look.NOTE
        ),
        Paragraph(
            _(
                "Both sides looked at the devices and agree that they are complete and work. This record is "
                "made in two copies of the same value; each side keeps one."
            )
        ),
        Lines(_("Remarks"), 2),
        Signatures((signature(_("Receiver")), signature(_("Giver")))),
    )
    name = _("Record of handing over devices")
    sheet = Sheet(
        name,
        letterhead(who, on),
        Title(pgettext("paper", "Record"), _("of handing over devices"), ruled=True),
        blocks,
    )
    return Paper("B08", name, (sheet,))


def coverage_gaps(who: Whoami, villages: Sequence[VillageCoverage], on: date) -> Paper:
    """B09: villages where no operator's broadband reaches everybody."""
    columns = (
        number_column(),
        Column(_("Village"), 15),
        Column(_("Commune (new)"), 12),
        Column(_("Commune (old)"), 12),
        Column(_("District (old)"), 12),
        Column(_("Households"), 8, Align.END),
        Column(_("People"), 8, Align.END),
        Column(_("Electricity"), 7, Align.CENTRE),
        Column("Viettel", 8, Align.CENTRE, _("4G coverage")),
        Column("VNPT", 8, Align.CENTRE, _("4G coverage")),
        Column("MobiFone", 8, Align.CENTRE, _("4G coverage")),
        Column(_("Fibre"), 7, Align.CENTRE),
        Column(_("Plan"), 12),
        Column(_("Year"), 6),
    )
    rows = tuple(_gap(at, one) for at, one in enumerate(villages, 1))
    count = len(rows)
    legend = _("In the boxes: a tick is everywhere, a stroke is nowhere, empty is in part or not known.")
    blocks = (
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(total_line(ngettext("{n} village", "{n} villages", count), count), Look.PLAIN),
        Paragraph(legend, Look.NOTE),
        Signatures((signature(_("Made by")), signature(head_of(who)))),
    )
    name = _("Villages without coverage")
    title = Title(_("List of villages without mobile broadband"))
    return Paper("B09", name, (Sheet(name, letterhead(who, on), title, blocks),), Page.LANDSCAPE)


def _gap(at: int, one: VillageCoverage) -> Row:
    operators = (_COVERED.get(word, Mark.OPEN) for word in one.operators)
    return Row(
        (
            str(at), one.name, one.commune, one.old_commune, one.old_district, _count(one.households),
            _count(one.people), _COVERED.get(one.electricity, Mark.OPEN), *operators,
            _COVERED.get(one.fibre, Mark.OPEN), "", "",
        )
    )  # fmt: skip


def _count(number: int | None) -> Number | str:
    return "" if number is None else Number(format_number(number), number)


def training(who: Whoami, members: Sequence[MemberLine], on: date) -> Paper:
    """B10: who takes part in a training; attendance and marks are written in."""
    columns = (
        number_column(),
        Column(_("Full name"), 26),
        Column(_("Unit"), 22),
        Column(_("Position"), 20),
        Column(_("Attended"), 10, Align.CENTRE),
        Column(_("Marks"), 10, Align.CENTRE),
        Column(_("Signed"), 16),
    )
    known = [(one.full_name, who.unit_name, one.organisation) for one in members]
    known += [("", "", "")] * _EMPTY_ROWS
    rows = tuple(Row((str(at), *one, Mark.OPEN, "", "")) for at, one in enumerate(known, 1))
    facts = (Fact(_("Topic"), wide=True), Fact(_("Day")), Fact(_("Place")), Fact(_("Teacher"), wide=True))
    blocks = (
        Facts(facts),
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Signatures((signature(_("Made by")), signature(head_of(who)))),
    )
    name = _("Training")
    title = Title(_("List and results of a training"), who.unit_name)
    return Paper("B10", name, (Sheet(name, letterhead(who, on), title, blocks),), Page.LANDSCAPE)


def payments(who: Whoami, members: Sequence[MemberLine], payment: Payment | None, on: date) -> Paper:
    """B15: what members are paid, with the sum in words; without a `payment` amounts are written in."""
    columns = (
        number_column(),
        Column(_("Full name"), 28),
        Column(_("Amount a month (đồng)"), 16, Align.END),
        Column(_("Number of months"), 9, Align.CENTRE),
        Column(_("Sum (đồng)"), 16, Align.END),
        Column(_("Received and signed"), 25),
    )
    rows = [Row((str(at), one.full_name, *_paid(payment), "")) for at, one in enumerate(members, 1)]
    total = payment.monthly * payment.months * len(members) if payment is not None else None
    rows.append(Row(("", _("Total"), "", "", "" if total is None else _dong(total), ""), Kind.TOTAL))
    words: Block = Lines(_("In words"), 1)
    if total is not None:
        words = Paragraph(_("In words: {words}.").format(words=dong_in_words(total)), Look.PLAIN)
    blocks = (
        Table(columns, tuple(rows), numbered=True, least_mm=ROW_MM),
        words,
        Signatures((signature(_("Made by")), signature(_("Accountant")), signature(head_of(who)))),
    )
    name = _("List of payments")
    title = Title(_("List of support paid to members"), who.unit_name)
    return Paper("B15", name, (Sheet(name, letterhead(who, on), title, blocks),))


def _paid(payment: Payment | None) -> tuple[Number | str, ...]:
    if payment is None:
        return "", "", ""
    months = Number(format_number(payment.months), payment.months)
    return _dong(payment.monthly), months, _dong(payment.monthly * payment.months)


def _dong(amount: int) -> Number:
    return Number(format_number(amount), amount, Unit.DONG)
