"""Lists of a team and a commune: B14, the members of the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tongcds.domain.views import MemberLine, Whoami
from tongcds.i18n import _, format_number, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.paper import (
    Align,
    Column,
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
        Signatures((Signature(""), signature(_("Head of the team")))),
    )
    name = _("List of members")
    return Paper("B14", name, (Sheet(name, letterhead(who, on), title, blocks),), Page.LANDSCAPE)


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
