"""The command that logs a visit, or one session for several households; reading the log is in `logbook`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from tongcds.actions import visits
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, the_household, write
from tongcds.domain.text import fold
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("log", log_visit, "log a visit")
    made.add_argument(
        "--household", required=True, help="household code, or a text that matches one household"
    )
    made.add_argument("--person", action="append", default=[], help="name of a person helped; repeat")
    made.add_argument(
        "--service",
        action="append",
        required=True,
        metavar="CODE[=RESULT]",
        help="service code and alone, together, come_back or declined; repeat",
    )
    made.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="CODE[=NAME,NAME]",
        help="another household of the same session, its head or these people; repeat",
    )
    made.add_argument("--on", help="day as 2026-11-23; today without it")
    made.add_argument("--minutes", type=int)
    made.add_argument("--metres", type=int, help="how far it was to come there")
    made.add_argument("--note", default="")
    made.add_argument("--again", help="day of the next visit")


def log_visit(options: argparse.Namespace, core: Core) -> int:
    """Log a visit: a household by code or by search, its people by name, services with results."""
    household = the_household(core, options.household)
    helped = _people_named(core, household.household_id, options.person)
    entry = VisitEntry(
        household_id=household.household_id,
        on=read_day(options.on) if options.on else core.today,
        supports=tuple(_support(item, helped) for item in options.service),
        minutes=options.minutes,
        metres=options.metres,
        note=options.note,
        follow_up_on=read_day(options.again) if options.again else None,
    )
    others = tuple(_also(core, item, entry, options.service) for item in options.also)
    if others:
        made, _changes = visits.save_group(core, (entry, *others))
    else:
        made = (visits.save_visit(core, entry)[0],)
    if options.json:
        plain = {"visit": made[0].hex(), "visits": [one.hex() for one in made]}
        write(json.dumps(plain | visits.entry_to_plain(entry), ensure_ascii=False))
    else:
        write(_("Saved: {name}, {day}").format(name=household.head_name, day=format_date(entry.on)))
    return DONE


def _also(core: Core, item: str, first: VisitEntry, services: Sequence[str]) -> VisitEntry:
    """Another household of the same session: `CODE` or `CODE=NAME,NAME`."""
    code, _sep, names = item.partition("=")
    home = the_household(core, code).household_id
    helped = _people_named(core, home, [name for name in names.split(",") if name])
    supports = tuple(_support(one, helped) for one in services)
    return replace(first, household_id=home, supports=supports)


def _people_named(core: Core, household_id: bytes, names: Sequence[str]) -> tuple[bytes, ...]:
    """The people that these names (marks or none) fit, each exactly one; the head without names."""
    people = visits.people(core, household_id)
    if not names:
        return tuple(person.person_id for person in people if person.is_head)
    found = []
    for name in names:
        fitting = [person.person_id for person in people if fold(name) in fold(person.full_name)]
        if len(fitting) != 1:
            raise UserError("person_unclear", name=name, count=len(fitting))
        found += fitting
    return tuple(dict.fromkeys(found))


def _support(item: str, helped: tuple[bytes, ...]) -> SupportEntry:
    """One service of the command line, `CODE` or `CODE=result`."""
    code, _sep, result = item.partition("=")
    if result and result not in set(Result):
        raise UserError("result_unknown", result=result)
    return SupportEntry(code, helped, Result(result or Result.TOGETHER))
