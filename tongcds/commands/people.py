"""Commands about who may open the vault: people of this computer and their passphrases."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tongcds.actions import people
from tongcds.actions.core import Core
from tongcds.clock import Clock
from tongcds.commands import passphrases
from tongcds.commands.answers import DONE, show
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("people", list_people, "who may open this vault")
    made = add("person-invite", invite, "let another person of the team in: four words for their first time")
    made.add_argument("name", help="full name")
    made = add("person-accept", list_people, "begin with the four words and make up a passphrase")
    made.add_argument("--code", required=True, help="the four words, with marks or without")
    passphrases.add_new_to(made)
    made.set_defaults(opens=_accept)
    made = add("person-remove", remove, "take somebody's way in away; what they wrote stays")
    made.add_argument("name", help="name, or enough of it")
    made = add("passphrase", change, "another passphrase for oneself")
    passphrases.add_new_to(made)


def list_people(options: argparse.Namespace, core: Core) -> int:
    """Everybody who may open this vault."""
    there = people.people(core)
    lines = []
    for person in there:
        notes = [
            words
            for words, holds in (
                (_("here now"), person.here),
                (_("leads"), person.leads),
                (_("invited, has not come yet"), person.invited),
            )
            if holds
        ]
        lines.append(f"{person.name}  {', '.join(notes)}".rstrip())
    show(options, {"people": [_as_plain(person) for person in there]}, lines)
    return DONE


def _as_plain(person: people.Person) -> dict[str, object]:
    return {"name": person.name, "here": person.here, "leads": person.leads, "invited": person.invited}


def invite(options: argparse.Namespace, core: Core) -> int:
    """Let another person in."""
    made, _changes = people.invite_person(core, options.name)
    words = _("Four words for {name}, good once, within {days} days: {code}")
    show(options, made, [words.format(name=made.name, days=made.days, code=made.code)])
    return DONE


def remove(options: argparse.Namespace, core: Core) -> int:
    """Take somebody's way in away."""
    fitting = [person for person in people.people(core) if fold(options.name) in fold(person.name)]
    if len(fitting) != 1:
        raise UserError("holder_unclear", name=options.name, count=len(fitting))
    people.remove_person(core, fitting[0].slot_id)
    words = _("{name} can no longer open the vault on this computer.")
    show(options, {"removed": fitting[0].name}, [words.format(name=fitting[0].name)])
    return DONE


def change(options: argparse.Namespace, core: Core) -> int:
    """Another passphrase for whoever is here."""
    people.change_passphrase(core, passphrases.present(options), passphrases.new(options))
    show(options, {"changed": True}, [_("The passphrase was changed.")])
    return DONE


def _accept(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    return people.accept(profile, options.code, passphrases.new(options), clock)
