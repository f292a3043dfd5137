"""The list of a round, to be taken along: whom to visit, in the order of the way, with room to write."""

from __future__ import annotations

from datetime import date

from tongcds.domain.views import RoundView, StopRow, StopState, Whoami
from tongcds.i18n import _, format_date, ngettext
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import ROW_MM, number_column, signature, total_line
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
        Column(_("Code"), 10),
        Column(_("Head of household"), 24),
        Column(_("Address"), 18),
        Column(_("People"), 8, Align.CENTRE),
        Column(_("Met"), 7, Align.CENTRE),
        Column(_("Nobody home"), 8, Align.CENTRE),
        Column(_("Declined"), 8, Align.CENTRE),
        Column(_("Note"), 24),
    )
    rows = tuple(_row(at, stop) for at, stop in enumerate(stops, 1))
    days = _("From {begins} to {ends}").format(
        begins=format_date(view.row.begins_on), ends=format_date(view.row.ends_on)
    )
    about = " · ".join(filter(None, (view.row.name, view.row.village_name)))
    blocks = (
        Table(columns, rows, numbered=True, least_mm=ROW_MM),
        Paragraph(total_line(ngettext("{n} household", "{n} households", len(rows)), len(rows)), Look.PLAIN),
        Signatures((Signature(""), signature(_("Who went"), name))),
    )
    title = Title(_("Households to be visited"), about, days)
    return Sheet(name or _("Nobody yet"), letterhead(who, on), title, blocks)


def _row(at: int, stop: StopRow) -> Row:
    marks = tuple(
        Mark.YES if stop.state is state else Mark.OPEN
        for state in (StopState.DONE, StopState.ABSENT, StopState.DECLINED)
    )
    return Row((str(at), stop.code, stop.head_name, stop.address, str(stop.people), *marks, stop.note))
