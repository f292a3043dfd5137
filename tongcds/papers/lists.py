"""Lists of a team and a commune: B07 and B11 of households, B14 of the team's members.

What no record holds (reasons, products, orders) is a column to be written in by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tongcds.domain.views import HouseholdLine, MemberLine, Role, Whoami
from tongcds.i18n import _, format_date, format_number, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.paper import (
    Align,
    Column,
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


def members(who: Whoami, lines: Sequence[MemberLine], on: date) -> Paper:
    """B14: who is in the team. What they do in it is not on record, so it is there to be written in."""
    columns = (
        number_column(),
        Column(_("Full name"), 26),
        Column(_("Year of birth"), 10, Align.CENTRE),
        Column(_("Position"), 22),
        Column(_("Duty in the team"), 22),
        Column(_("Phone"), 16, Align.CENTRE),
        Column(_("Note"), 16),
    )
    rows = tuple(
        Row((str(at), one.full_name, str(one.birth_year or ""), one.organisation, "", one.phone, ""))
        for at, one in enumerate(lines, 1)
    )
    title = Title(_("List of the team's members"), who.unit_name)
    blocks = (
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(total_line(ngettext("{n} member", "{n} members", len(rows)), len(rows)), Look.PLAIN),
        Signatures((Signature(""), signature(head_of(who)))),
    )
    name = _("List of members")
    return Paper("B14", name, (Sheet(name, letterhead(who, on), title, blocks),), Page.LANDSCAPE)


def without_smartphone(who: Whoami, lines: Sequence[HouseholdLine], on: date, left_out: str = "") -> Paper:
    """B07: households without a smartphone, with what was promised and handed over to be written in.

    `left_out` says who is not on it.
    """
    columns = (
        number_column(),
        Column(_("Head of household"), 24),
        Column(_("Village"), 17),
        Column(_("Poor, nearly poor"), 12, Align.CENTRE),
        Column(_("People"), 8, Align.CENTRE),
        Column(_("2G phone"), 8, Align.CENTRE),
        Column(_("Reason"), 18),
        Column(_("Proposal"), 16),
        Column(_("Source of support"), 14),
        Column(_("Handed over (day)"), 14, Align.CENTRE),
    )
    rows = tuple(
        Row(
            (str(at), _named(one), one.village, _poverty(one.poverty), str(one.people), Mark.of(one.phone_2g))
            + ("",) * 4
        )
        for at, one in enumerate(lines, 1)
    )
    table = Table(columns, rows, numbered=True, least_mm=ROW_MM)
    title = _("List of households without a smartphone")
    return _of_households(who, on, ("B07", _("Households without smartphone"), title), table, left_out)


def on_marketplaces(who: Whoami, lines: Sequence[HouseholdLine], on: date, left_out: str = "") -> Paper:
    """B11: households that sell on e-markets. What they sell and where is not on record.

    `left_out` says who is not on it.
    """
    columns = (
        number_column(),
        Column(_("Household"), 26),
        Column(_("Product"), 20),
        Column(_("E-market"), 14),
        Column(_("Day"), 12, Align.CENTRE),
        Column(_("Address on the web"), 22),
        Column(_("Orders"), 10, Align.CENTRE),
        Column(_("Note"), 16),
    )
    rows = tuple(
        Row(
            (
                str(at),
                _named(one, one.village),
                "",
                "",
                format_date(one.since) if one.since else "",
                "",
                "",
                "",
            )
        )
        for at, one in enumerate(lines, 1)
    )
    table = Table(columns, rows, numbered=True, least_mm=ROW_MM)
    title = _("List of households and products on e-markets")
    return _of_households(who, on, ("B11", _("Households on e-markets"), title), table, left_out)


def _of_households(who: Whoami, on: date, named: tuple[str, str, str], table: Table, left_out: str) -> Paper:
    count = len(table.rows)
    blocks = (
        table,
        Paragraph(total_line(ngettext("{n} household", "{n} households", count), count), Look.PLAIN),
        *((Paragraph(left_out, Look.NOTE),) if left_out else ()),
        Signatures((signature(_("Made by")), signature(head_of(who)))),
    )
    form, name, title = named
    return Paper(form, name, (Sheet(name, letterhead(who, on), Title(title), blocks),), Page.LANDSCAPE)


def head_of(who: Whoami) -> str:
    """Who signs at the right: for a commune its committee, for others whoever leads them."""
    match who.role:
        case Role.TEAM:
            return _("Head of the team")
        case Role.COMMUNE:
            return _("For the People's Committee")
        case Role.AREA:
            return _("Person in charge of the area")
        case _:
            return _("Director")


def _named(one: HouseholdLine, *more: str) -> str:
    return ", ".join(filter(None, (f"{one.head_name} ({one.code})" if one.code else one.head_name, *more)))


def _poverty(poverty: str | None) -> str:
    return {"poor": _("poor"), "near_poor": _("nearly poor")}.get(poverty or "", "")


ROW_MM = 7.0
"""Rows of lists that a hand fills in are at least so high."""


def number_column() -> Column:
    """The running number."""
    return Column(_("No."), 6, Align.CENTRE)


def total_line(words: str, count: int) -> str:
    """How many there are, as lists end ("Danh sách có 12 thành viên.")."""
    return _("The list holds {what}.").format(what=words.format(n=format_number(count)))


def signature(role: str, name: str = "") -> Signature:
    """A place to sign."""
    return Signature(role, _("(signature and full name)"), name)
