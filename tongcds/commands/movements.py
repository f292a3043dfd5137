"""Commands for people who come and go: leave, return, join another household, and who is away."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import households, movements
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, plain, read_day, show, the_household
from tongcds.domain.leaving import leaving_words, load_leaving_reasons
from tongcds.domain.text import fold
from tongcds.domain.views import AwayRow, HouseholdRow, Joining, Movement
from tongcds.errors import UserError
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("person-leave", _leave, "somebody leaves a household, for good or for a time")
    _whom(made)
    made.add_argument("--why", required=True, choices=list(load_leaving_reasons()), help="the reason")
    made.add_argument("--on", help="day as 2026-11-23; today without it")
    made.add_argument("--back-by", help="day on which they are expected back")
    made.add_argument("--head", default="", help="name of the new head, where the head leaves")
    made = add("person-return", _return, "somebody who was away or had left lives there again")
    _whom(made)
    made.add_argument("--on", help="day as 2026-11-23; today without it")
    made = add("person-join", _join, "somebody goes to live in another household of the register")
    _whom(made)
    made.add_argument("--to", required=True, help="code of that household, or a text that matches it")
    made.add_argument("--relation", default="", help="what they are to its head")
    made.add_argument("--head", default="", help="name of the new head of the household they leave")
    made = add("away", _away, "who is away for a time, and who left and could come back")
    made.add_argument("--household", default="", help="household code, or a text that matches one household")


def _whom(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("household", help="household code, or a text that matches one household")
    parser.add_argument("person", help="name of the person, with or without marks")


def _leave(options: argparse.Namespace, core: Core) -> int:
    household = the_household(core, options.household)
    wanted = Movement(
        _here(core, household, options.person),
        options.why,
        read_day(options.on) if options.on else core.today,
        read_day(options.back_by) if options.back_by else None,
        _here(core, household, options.head) if options.head else None,
    )
    movements.leave(core, wanted)
    return _told(options, household)


def _return(options: argparse.Namespace, core: Core) -> int:
    # A household that everybody left is in no list any more, so its code is looked for here.
    found = [row for row in movements.away(core) if fold(row.code) == fold(options.household)]
    if not found:
        found = list(movements.away(core, the_household(core, options.household).household_id))
    person = _one(
        [row.person_id for row in found if fold(options.person) in fold(row.full_name)], options.person
    )
    movements.come_back(core, person, read_day(options.on) if options.on else core.today)
    return _told(options, the_household(core, options.household))


def _join(options: argparse.Namespace, core: Core) -> int:
    household, there = the_household(core, options.household), the_household(core, options.to)
    wanted = Joining(
        _here(core, household, options.person),
        there.household_id,
        options.relation,
        _here(core, household, options.head) if options.head else None,
    )
    movements.join(core, wanted)
    return _told(options, there)


def _away(options: argparse.Namespace, core: Core) -> int:
    wanted = the_household(core, options.household).household_id if options.household else None
    found = movements.away(core, wanted)
    rows = [{name: plain(getattr(row, name)) for name in AwayRow.__slots__} for row in found]
    show(options, {"away": rows}, [_line(row) for row in found])
    return DONE


def _line(row: AwayRow) -> str:
    since = format_date(row.since) if row.since is not None else ""
    back = _("expected {day}").format(day=format_date(row.back_by)) if row.back_by is not None else ""
    parts = (row.full_name, row.code, leaving_words(row.why), since, back)
    return " · ".join(part for part in parts if part)


def _here(core: Core, household: HouseholdRow, name: str) -> bytes:
    record = households.start(core, household.household_id).record
    people = record.people if record is not None else ()
    return _one([one.person_id for one in people if fold(name) in fold(one.full_name)], name)


def _one(found: list[bytes], name: str) -> bytes:
    if not name or len(found) != 1:
        raise UserError("person_unclear", name=name, count=len(found))
    return found[0]


def _told(options: argparse.Namespace, household: HouseholdRow) -> int:
    show(
        options, {"household": household.household_id}, [_("Saved: {name}.").format(name=household.head_name)]
    )
    return DONE
