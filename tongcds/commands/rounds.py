"""Commands for rounds from house to house: plan one, see it, say who goes where, tick off, end it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import timedelta

from tongcds.actions import rounds
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.commands.filters import add_narrowing, wanted_of, with_saved
from tongcds.domain.text import fold
from tongcds.domain.views import RoundPlan, RoundView, StopRow, StopState
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, ngettext

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_WORDS = {
    StopState.OPEN: "[ ]",
    StopState.DONE: "[x]",
    StopState.ABSENT: "[?]",
    StopState.DECLINED: "[-]",
}
_A_WEEK = timedelta(days=6)


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("rounds", _list, "rounds from house to house, and how many households are left in each")
    made = add("round-plan", _plan, "plan a round for the households that a text or a filter leaves")
    made.add_argument("round_name", metavar="NAME", help="what the round is called")
    made.add_argument("--text", default="", help="text that the households match")
    add_narrowing(made)
    made.add_argument("--saved", default="", metavar="NAME", help="the filter that was kept under this name")
    made.add_argument("--from", dest="begins", help="first day as 2026-11-23; today without it")
    made.add_argument("--to", dest="ends", help="last day; a week without it")
    made.add_argument("--member", action="append", default=[], help="name of somebody who goes; repeat")
    made = add("round", _show, "one round and its households")
    made.add_argument("id", help="number of the round, as `rounds` lists it, or the beginning of it")
    made.add_argument("--tick", action="append", default=[], metavar="CODE", help="household; repeat")
    made.add_argument("--state", choices=[state.value for state in StopState], default="done")
    made.add_argument("--note", default="")
    made.add_argument("--assign", metavar="NAME", help="who goes to the households of --tick instead")
    made.add_argument("--drop", action="store_true", help="take the households of --tick out instead")
    made.add_argument("--close", action="store_true", help="end the round")


def _list(options: argparse.Namespace, core: Core) -> int:
    found = rounds.rounds(core)
    lines = [
        f"{row.round_id.hex()}  {format_date(row.begins_on)} – {format_date(row.ends_on)}  {row.name}  "
        + (_("ended") if row.closed_on else _("{left} of {n} left").format(left=row.left, n=row.stops))
        for row in found
    ]
    show(options, {"rounds": [_plain(row) for row in found]}, lines)
    return DONE


def _plan(options: argparse.Namespace, core: Core) -> int:
    begins = read_day(options.begins) if options.begins else core.today
    wanted = RoundPlan(
        name=options.round_name,
        begins_on=begins,
        ends_on=read_day(options.ends) if options.ends else begins + _A_WEEK,
        households=rounds.candidates(core, with_saved(core, wanted_of(options, core), options.saved)),
        members=tuple(member_named(core, name) for name in options.member),
    )
    made, _undo, _changes = rounds.plan(core, wanted)
    number = len(wanted.households)
    line = ngettext("Planned: {n} household.", "Planned: {n} households.", number).format(n=number)
    show(
        options,
        {"rounds": [round_id.hex() for round_id in made], "households": number},
        [line, *(round_id.hex() for round_id in made)],
    )
    return DONE


def _show(options: argparse.Namespace, core: Core) -> int:
    round_id = round_named(core, options.id)
    stops = _stops(rounds.round_of(core, round_id), options.tick)
    if stops and options.drop:
        rounds.drop(core, stops)
    elif stops and options.assign:
        rounds.assign(core, stops, member_named(core, options.assign))
    elif stops:
        rounds.tick(core, stops, StopState(options.state), options.note)
    if options.close:
        rounds.close(core, round_id)
    view = rounds.round_of(core, round_id)
    lines = [f"{view.row.name} · {view.row.village_name}"]
    lines += [
        f"{_WORDS[stop.state]} {stop.code:<10} {stop.head_name:<28} {stop.member_name}  {stop.note}".rstrip()
        for stop in view.stops
    ]
    show(options, {**_plain(view.row), "stops": [_plain(stop) for stop in view.stops]}, lines)
    return DONE


def _plain(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}  # type: ignore[attr-defined]  # a frozen view


def round_named(core: Core, start: str) -> bytes:
    """The round whose number begins so.

    Raises:
        UserError: round_unknown, also where several do.
    """
    found = [row.round_id for row in rounds.rounds(core) if row.round_id.hex().startswith(start.lower())]
    if len(found) != 1:
        raise UserError("round_unknown")
    return found[0]


def _stops(view: RoundView, codes: Sequence[str]) -> tuple[bytes, ...]:
    by_code: dict[str, StopRow] = {fold(stop.code): stop for stop in view.stops}
    unknown = [code for code in codes if fold(code) not in by_code]
    if unknown:
        raise UserError("household_unknown")
    return tuple(by_code[fold(code)].stop_id for code in codes)


def member_named(core: Core, name: str) -> bytes:
    """The member of a team whose name this fits, marks or none.

    Raises:
        UserError: member_unclear, where none or several do.
    """
    fitting = [choice.member_id for choice in rounds.members(core) if fold(name) in fold(choice.name)]
    if len(fitting) != 1:
        raise UserError("member_unclear", name=name, count=len(fitting))
    return fitting[0]
