"""Commands about privacy: one household with its numbers masked, and the log of who looked at what."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tongcds.actions import audit, households, register
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show, the_household
from tongcds.domain.identity import mask_citizen_id, mask_phone
from tongcds.domain.privacy import audit_words, finding_words
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_SHOWN: Final = 50


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("household", show_household, "one household and its people, numbers masked")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--reveal", action="store_true", help="show whole numbers; the access log notes it")
    made = add("audit", access_log, "who saw, showed, exported or erased what; audit verify checks the log")
    made.add_argument("what", nargs="?", choices=["show", "verify"], default="show")


def show_household(options: argparse.Namespace, core: Core) -> int:
    """One household; whoever asks for whole numbers is noted for each of them."""
    household = the_household(core, options.household)
    register.household(core, household.household_id)
    record = households.start(core, household.household_id).record
    people = []
    for person in record.people if record is not None else ():
        numbers = {
            "phone": mask_phone(person.phone) if person.phone else "",
            "id_number": mask_citizen_id(person.id_number) if person.id_number else "",
        }
        for field in register.MASKED if options.reveal else ():
            if numbers[field]:
                numbers[field] = register.reveal(core, person.person_id, field)
        people.append({"name": person.full_name, "birth": person.birth, "sex": person.sex, **numbers})
    answer = {"code": household.code, "head": household.head_name, "people": people}
    lines = [f"{household.code}  {household.head_name}  {household.village_name}"]
    lines += [
        f"  {one['name']:<28} {one['birth']:<10} {one['phone']:<13} {one['id_number']}" for one in people
    ]
    show(options, answer, lines)
    return DONE


def access_log(options: argparse.Namespace, core: Core) -> int:
    """The log, or whether it is whole."""
    view = audit.access_log(core)
    wrong = [finding_words(one.code, one.sequence) for one in view.findings]
    if options.what == "verify":
        answer = {
            "whole": not wrong,
            "findings": [asdict(one) for one in view.findings],
            "lines": len(view.lines),
        }
        show(options, answer, wrong or [_("The access log is whole.")])
    else:
        lines = [
            "  ".join(filter(None, (format_date(one.on), one.person, audit_words(one.kind), one.about)))
            for one in view.lines[:_SHOWN]
        ]
        show(options, view, [*lines, *wrong])
    return LOOK if wrong else DONE
