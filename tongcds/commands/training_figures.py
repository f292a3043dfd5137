"""The command that says what training sessions came to."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import training_figures
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.domain.training import skill_name
from tongcds.i18n import _, format_date, format_number

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("training-figures", figures, "what training sessions of some days came to")
    made.add_argument("--from", dest="first", metavar="DAY", help="1 January without it")
    made.add_argument("--to", dest="last", metavar="DAY", help="today without it")
    add("ask-again", ask_again, "who was taught 30 or 90 days ago and is to be asked what they can still do")


def ask_again(options: argparse.Namespace, core: Core) -> int:
    """List whom to ask; `assess ID SKILL ABILITY NAME --phase later` keeps the answer."""
    found = training_figures.to_ask(core)
    lines = [
        f"{one.training_id.hex()}  {one.name} ({one.village})  {one.skill}  "
        + _("{days} days after {day}").format(days=one.after, day=format_date(one.on))
        for one in found
    ]
    show(options, {"people": found}, lines)
    return DONE


def figures(options: argparse.Namespace, core: Core) -> int:
    """Say what sessions came to."""
    first = read_day(options.first) if options.first else core.today.replace(month=1, day=1)
    found = training_figures.figures(core, first, read_day(options.last) if options.last else core.today)
    words = _("{sessions} sessions, {hours} hours, {people} people ({guests} of no register)")
    lines = [
        words.format(
            sessions=format_number(found.sessions),
            hours=format_number(round(found.minutes / 60, 1)),
            people=format_number(found.people),
            guests=format_number(found.guests),
        )
    ]
    lines += [f"    {one.village:<28} {one.people:>5}/{one.lives:<6} +{one.guests}" for one in found.villages]
    lines += [
        f"    {one.skill:<6} {one.before}/{one.asked_before} → {one.after}/{one.asked_after}  "
        + skill_name(one.skill)
        for one in found.skills
    ]
    lines += [
        f"    {one.skill:<6} {one.alone}/{one.asked}  "
        + _("still alone {days} days after; {n} were taught").format(days=one.after, n=one.taught)
        for one in found.kept
    ]
    lines += [
        f"    {one.name:<28} {one.unit:<18} {len(one.can)}/{len(one.can) + len(one.lacks)}  "
        + (_("lacks {skills}").format(skills=", ".join(one.lacks)) if one.lacks else "")
        for one in found.members
    ]
    lines.append(_("{n} of {all} members were trained").format(n=found.trained, all=len(found.members)))
    lines += [
        f"    {one.name:<28} {one.sessions:>4} {one.minutes / 60:>6.1f} h {one.there:>6}"
        for one in found.trainers
    ]
    show(options, found, lines)
    return DONE
