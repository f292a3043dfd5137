"""Commands that list households: narrowed by a text and by filters, which can be kept under a name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from tongcds.actions import filters, register
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, show
from tongcds.domain.views import HouseholdFilter
from tongcds.i18n import format_number, ngettext

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("households", list_households, "list households, or those that match a text")
    made.add_argument("text", nargs="?", default="")
    add_narrowing(made)
    made.add_argument("--saved", default="", metavar="NAME", help="the filter that was kept under this name")
    made = add("filters", list_filters, "the filters of the list of households, each with its count")
    made.add_argument("--save", default="", metavar="NAME", help="keep what is asked for under a name")
    made.add_argument("--text", default="", help="text that the households match")
    add_narrowing(made)
    made.add_argument("--drop", default="", metavar="NAME", help="forget what is kept under a name")


def add_narrowing(parser: argparse.ArgumentParser) -> None:
    """Put the options into the parser of a command that is about some of the households."""
    parser.add_argument(
        "--filter", action="append", default=[], metavar="CODE", help="only those that it keeps; repeat"
    )
    parser.add_argument("--village", default="", metavar="NAME", help="only those of this village")
    parser.add_argument(
        "--supported", default="", metavar="CODE", help="only those that were supported with this service"
    )
    parser.add_argument("--not-supported", default="", metavar="CODE", help="only those in which nobody was")


def wanted_of(options: argparse.Namespace, core: Core) -> HouseholdFilter:
    """What the options ask for.

    Raises:
        UserError: filter_unknown, service_unknown, village_unclear.
    """
    return HouseholdFilter(
        text=options.text,
        needs=filters.checked(options.filter),
        village_id=filters.village_named(core, options.village),
        supported=filters.checked_service(options.supported),
        lacking=filters.checked_service(options.not_supported),
    )


def with_saved(core: Core, wanted: HouseholdFilter, name: str) -> HouseholdFilter:
    """What is wanted beside what a filter of that name keeps; "" names none.

    Raises:
        UserError: filter_unknown.
    """
    if not name:
        return wanted
    kept = filters.saved_filter(core, name)
    return HouseholdFilter(
        text=" ".join(filter(None, (kept.text, wanted.text))),
        needs=filters.checked([*kept.needs, *wanted.needs]),
        village_id=wanted.village_id or kept.village_id,
        supported=wanted.supported or kept.supported,
        lacking=wanted.lacking or kept.lacking,
    )


def list_households(options: argparse.Namespace, core: Core) -> int:
    """The register, or what a text and all the filters leave of it."""
    wanted = with_saved(core, wanted_of(options, core), options.saved)
    found = register.households(core, wanted)
    lines = [f"{r.code:<10} {r.head_name:<28} {r.people:>3}  {r.village_name}" for r in found.rows]
    if found.served is not None:
        people = ngettext("{n} person", "{n} people", found.served)
        lines.append(people.format(n=format_number(found.served)))
    show(options, found, lines)
    return DONE


def list_filters(options: argparse.Namespace, core: Core) -> int:
    """Every filter and its count, and what is kept; keeps or forgets some first."""
    if options.save:
        filters.save_filter(core, options.save, wanted_of(options, core))
    if options.drop:
        filters.drop_filter(core, options.drop)
    counts = register.households(core, HouseholdFilter()).filters
    saved = filters.counted_filters(core)
    show(
        options,
        {
            "filters": {one.code: one.count for one in counts},
            "saved": {one.name: asdict(one.wanted) for one in saved},
            "counts": {one.name: one.households for one in saved},
        },
        [
            *(f"{one.code:<24} {format_number(one.count):>8}" for one in counts),
            *(
                f"{one.name}: {', '.join(_words(one.wanted))} {format_number(one.households)}"
                for one in saved
            ),
        ],
    )
    return DONE


def _words(wanted: HouseholdFilter) -> list[str]:
    services = [f"+{wanted.supported}" * bool(wanted.supported), f"-{wanted.lacking}" * bool(wanted.lacking)]
    return [word for word in (wanted.text, *wanted.needs, *services) if word]
