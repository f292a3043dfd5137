"""Commands of announcements and quotas: the commune writes them, its teams read them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TypeVar

from tongcds.actions import guidance
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.domain.quotas import QuotaKind, measures
from tongcds.domain.text import fold
from tongcds.domain.views import AnnouncementRow, AnnouncementText, QuotaRow, QuotaTerms
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, language, ngettext

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_T = TypeVar("_T")
_A_FORTNIGHT = timedelta(days=13)


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("announce", announce, "tell the teams something (the commune's office only)")
    made.add_argument("text")
    made.add_argument("--title", default="")
    made.add_argument(
        "--village", action="append", default=[], help="name of a village; all without it; repeat"
    )
    made.add_argument("--from", dest="begins", help="first day as 2026-11-23; today without it")
    made.add_argument("--to", dest="ends", help="last day; a fortnight without it")
    made = add("announcements", announcements, "announcements of the commune, those that hold first")
    made.add_argument("--unread", action="store_true", help="those that hold and were not read here")
    made = add("announcement", announcement, "mark an announcement as read, rewrite it or take it down")
    made.add_argument("id", help="as `announcements` lists it, or the beginning of it")
    made.add_argument("--read", action="store_true")
    made.add_argument("--unread", action="store_true")
    made.add_argument("--title")
    made.add_argument("--text")
    made.add_argument("--from", dest="begins")
    made.add_argument("--to", dest="ends")
    made.add_argument("--take-down", action="store_true")
    add("quota-measures", list_measures, "what a quota can be set for")
    made = add("quota-give", give, "ask teams for so much in some days (the commune's office only)")
    made.add_argument("kind", choices=[kind.value for kind in QuotaKind])
    made.add_argument("--code", default="", help="which one, as `quota-measures` lists it")
    made.add_argument(
        "--amount", type=int, required=True, help="how many people or households, for each team"
    )
    made.add_argument(
        "--village", action="append", default=[], help="name of a village; every one without it"
    )
    made.add_argument("--from", dest="begins", required=True, help="first day as 2026-11-23")
    made.add_argument("--to", dest="ends", required=True, help="last day")
    made.add_argument("--note", default="")
    add("quotas", quotas, "quotas of teams and how far each has come, counted from the log")
    made = add("quota", quota, "change a quota or withdraw it (the commune's office only)")
    made.add_argument("id", help="as `quotas` lists it, or the beginning of it")
    made.add_argument("--amount", type=int)
    made.add_argument("--from", dest="begins")
    made.add_argument("--to", dest="ends")
    made.add_argument("--note")
    made.add_argument("--withdraw", action="store_true")


def announce(options: argparse.Namespace, core: Core) -> int:
    """Write an announcement."""
    begins = read_day(options.begins) if options.begins else core.today
    ends = read_day(options.ends) if options.ends else begins + _A_FORTNIGHT
    says = AnnouncementText(options.title, options.text, begins, ends)
    made, _undo, _changes = guidance.announce(core, says, _villages(core, options.village))
    show(options, {"announcements": list(made)}, [_("The announcement goes out at the next sync.")])
    return DONE


def announcements(options: argparse.Namespace, core: Core) -> int:
    """List announcements."""
    found = guidance.view(core).announcements
    if options.unread:
        found = tuple(row for row in found if row.in_force and not row.is_read)
    show(
        options, {"announcements": [asdict(row) for row in found]}, [_announcement_line(row) for row in found]
    )
    return DONE


def announcement(options: argparse.Namespace, core: Core) -> int:
    """Change one announcement, or what is known of its being read."""
    found = guidance.view(core).announcements
    row = _the_one([(one.announcement_id, one) for one in found], options.id, "announcement_unknown")
    says = replace(
        row.says,
        title=row.says.title if options.title is None else options.title,
        text=row.says.text if options.text is None else options.text,
        valid_from=read_day(options.begins) if options.begins else row.says.valid_from,
        valid_to=read_day(options.ends) if options.ends else row.says.valid_to,
    )
    if options.take_down:
        guidance.take_down(core, row.announcement_id)
    elif says != row.says:
        guidance.rewrite(core, row.announcement_id, says)
    if (options.read or options.unread) and not options.take_down:
        guidance.mark_read(core, row.announcement_id, read=not options.unread)
    left = [one for one in guidance.view(core).announcements if one.announcement_id == row.announcement_id]
    show(options, {"announcements": [asdict(one) for one in left]}, [_announcement_line(one) for one in left])
    return DONE


def list_measures(options: argparse.Namespace, core: Core) -> int:  # noqa: ARG001 - as all commands
    """List what a quota can be set for."""
    speech = language()
    found = [{"kind": one.kind, "code": one.code, "name": one.name(speech)} for one in measures().values()]
    show(options, {"measures": found}, [f"{one['kind']:<10} {one['code']:<6} {one['name']}" for one in found])
    return DONE


def give(options: argparse.Namespace, core: Core) -> int:
    """Give a quota."""
    terms = QuotaTerms(
        options.kind,
        options.code,
        options.amount,
        read_day(options.begins),
        read_day(options.ends),
        options.note,
    )
    made, _undo, _changes = guidance.give(core, terms, _villages(core, options.village))
    words = ngettext("Given to {n} team.", "Given to {n} teams.", len(made))
    show(options, {"quotas": list(made)}, [words.format(n=format_number(len(made)))])
    return DONE


def quotas(options: argparse.Namespace, core: Core) -> int:
    """List quotas."""
    found = guidance.view(core).quotas
    show(options, {"quotas": [asdict(row) for row in found]}, [_quota_line(row) for row in found])
    return DONE


def quota(options: argparse.Namespace, core: Core) -> int:
    """Change or withdraw one quota."""
    found = guidance.view(core).quotas
    row = _the_one([(one.quota_id, one) for one in found], options.id, "quota_unknown")
    if options.withdraw:
        guidance.withdraw_quota(core, row.quota_id)
    else:
        terms = replace(
            row.terms,
            amount=row.terms.amount if options.amount is None else options.amount,
            since=read_day(options.begins) if options.begins else row.terms.since,
            until=read_day(options.ends) if options.ends else row.terms.until,
            note=row.terms.note if options.note is None else options.note,
        )
        guidance.change_quota(core, row.quota_id, terms)
    left = [one for one in guidance.view(core).quotas if one.quota_id == row.quota_id]
    show(options, {"quotas": [asdict(one) for one in left]}, [_quota_line(one) for one in left])
    return DONE


def _announcement_line(row: AnnouncementRow) -> str:
    days = f"{format_date(row.says.valid_from)} – {format_date(row.says.valid_to)}"
    where = row.village or _("the whole commune")
    mark = "[x]" if row.is_read else "[ ]"
    words = " · ".join(filter(None, (row.says.title, row.says.text.replace("\n", " "))))
    return f"{row.announcement_id.hex()}  {mark}  {days}  {where}  {words}"


def _quota_line(row: QuotaRow) -> str:
    days = f"{format_date(row.terms.since)} – {format_date(row.terms.until)}"
    name = row.name or _("Households visited")
    done = f"{format_number(row.done)}/{format_number(row.terms.amount)}"
    return f"{row.quota_id.hex()}  {row.village}  {name}  {done}  {days}"


def _villages(core: Core, names: list[str]) -> tuple[bytes, ...]:
    known = guidance.view(core).villages
    found = []
    for name in names:
        fitting = [village for village, called in known if fold(name) == fold(called)] or [
            village for village, called in known if fold(name) in fold(called)
        ]
        if len(fitting) != 1:
            raise UserError("village_unknown", name=name, count=len(fitting))
        found += fitting
    return tuple(dict.fromkeys(found))


def _the_one(found: list[tuple[bytes, _T]], beginning: str, code: str) -> _T:
    fitting = [row for record_id, row in found if beginning and record_id.hex().startswith(beginning.lower())]
    if len(fitting) != 1:
        raise UserError(code)
    return fitting[0]
