"""Asking units below for a thematic or urgent report. What comes in is `actions.incoming`'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.indicators import require_counted
from tongcds.actions.journal import Journal
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import LONGEST_TEXT, LONGEST_TITLE, Request, Sort, request_of
from tongcds.domain.report_types import Level, load_report_types
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.errors import UserError
from tongcds.i18n import _, language
from tongcds.reports import places
from tongcds.storage import report_requests as stored

_ASKED_OF: Final = MappingProxyType({Role.COMMUNE: Level.TEAM, Role.PROVINCE: Level.COMMUNE})


@dataclass(frozen=True, slots=True)
class RequestText:
    """What is asked for: over which days, until when; `indicators` may be none."""

    sort: Sort
    title: str
    text: str
    period: Period
    due_on: date
    indicators: tuple[str, ...] = ()


def may_ask(core: Core) -> bool:
    """Whether whoever works here asks units below for reports."""
    return Role(core.credentials().role) in _ASKED_OF


def made(core: Core) -> tuple[Request, ...]:
    """What the own unit asked for, the next due first."""
    unit = core.credentials().unit_id
    with core.vault.read() as connection:
        return tuple(one for one in stored.requests(connection) if one.unit_id == unit)


def ask(core: Core, says: RequestText, units: Sequence[bytes] = ()) -> tuple[bytes, EditUndo, Changes]:
    """Ask these units below for a report, or all of them; they read it at their next exchange.

    Raises:
        UserError: report_request_not_yours, report_request_untitled, text_too_long, report_request_day_over,
            report_request_before_end, board_unit_unknown; indicator_unknown, indicator_not_counted.
    """
    who = core.credentials()
    level = _ASKED_OF.get(Role(who.role))
    if level is None:
        raise UserError("report_request_not_yours")
    title, text = clean(says.title), clean_lines(says.text)
    if not title:
        raise UserError("report_request_untitled")
    for words, most in ((title, LONGEST_TITLE), (text, LONGEST_TEXT)):
        if len(words) > most:
            raise UserError("text_too_long", most=most)
    if says.due_on < core.today:
        raise UserError("report_request_day_over")
    if says.due_on < says.period.last:
        raise UserError("report_request_before_end")
    require_counted(says.indicators)
    below = {unit for unit, _called in units_below(core)}
    if not below.issuperset(units):
        raise UserError("board_unit_unknown")
    author = core.author()
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        request = journal.create(
            "report_request",
            {
                "unit_id": who.unit_id,
                "unit": who.unit_name,
                "sort": says.sort.value,
                "title": title,
                "text": text or None,
                "level": level.value,
                "asked": b"".join(units) or None,
                "indicators": ";".join(says.indicators) or None,
                "first": says.period.first.isoformat(),
                "last": says.period.last.isoformat(),
                "due_on": says.due_on.isoformat(),
                "on": core.today.isoformat(),
                "by_id": author,
            },
        )
        undo = journal.undo()
    return request, undo, Changes.of("report_request")


def withdraw(core: Core, request: bytes) -> tuple[EditUndo, Changes]:
    """Ask for it no more. What was handed up already stays.

    Raises:
        UserError: report_request_unknown.
    """
    if request not in {one.request_id for one in made(core)}:
        raise UserError("report_request_unknown")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        change.writer.load("report_request", [request])
        journal.remove("report_request", request)
        undo = journal.undo()
    return undo, Changes.of("report_request")


def units_below(core: Core) -> tuple[tuple[bytes, str], ...]:
    """The units that can be asked."""
    who = core.credentials()
    with core.vault.read() as connection:
        place = places.place(connection, who.unit_id, core.today)
    return () if place is None else place.below


def figures_offered(core: Core) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Sets of indicators to ask for, by name: none, and those of each periodic report of the units below."""
    level = _ASKED_OF.get(Role(core.credentials().role))
    kinds = (one for one in load_report_types().values() if one.level is level and one.indicators)
    as_in = _("As in: {report}")
    named = ((as_in.format(report=one.name(language())), one.indicators) for one in kinds)
    return ((_("No figures, words alone"), ()), *named)


def asks_of(core: Core, code: str) -> str:
    """What a report that was asked for is to say; "" for a periodic one."""
    wanted = request_of(code)
    with core.vault.read() as connection:
        found = (one for one in stored.requests(connection) if one.request_id == wanted)
        return next((one.text for one in found), "")
