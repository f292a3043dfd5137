"""Commands that list households: narrowed by a text and by filters, which can be kept under a name."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import filters, register
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, show
from tongcds.domain.views import HouseholdFilter
from tongcds.i18n import format_number

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("households", list_households, "list households, or those that match a text")
    made.add_argument("text", nargs="?", default="")
    made.add_argument(
        "--filter", action="append", default=[], metavar="CODE", help="only those that it keeps; repeat"
    )
    made.add_argument("--saved", default="", metavar="NAME", help="filters that were kept under this name")
    made = add("filters", list_filters, "the filters of the list of households, each with its count")
    made.add_argument("--save", default="", metavar="NAME", help="keep those of --filter under a name")
    made.add_argument("--filter", action="append", default=[], metavar="CODE", help="a filter; repeat")
    made.add_argument("--drop", default="", metavar="NAME", help="forget what is kept under a name")


def list_households(options: argparse.Namespace, core: Core) -> int:
    """The register, or what a text and all the filters leave of it."""
    kept = filters.saved_filter(core, options.saved) if options.saved else ()
    needs = filters.checked([*kept, *options.filter])
    found = register.households(core, HouseholdFilter(text=options.text, needs=needs))
    show(
        options,
        found,
        [f"{r.code:<10} {r.head_name:<28} {r.people:>3}  {r.village_name}" for r in found.rows],
    )
    return DONE


def list_filters(options: argparse.Namespace, core: Core) -> int:
    """Every filter and its count, and what is kept; keeps or forgets some first."""
    if options.save:
        filters.save_filter(core, options.save, options.filter)
    if options.drop:
        filters.drop_filter(core, options.drop)
    counts = register.households(core, HouseholdFilter()).filters
    saved = filters.saved_filters(core)
    show(
        options,
        {"filters": {one.code: one.count for one in counts}, "saved": saved},
        [
            *(f"{one.code:<24} {format_number(one.count):>8}" for one in counts),
            *(f"{name}: {', '.join(codes)}" for name, codes in saved.items()),
        ],
    )
    return DONE
