"""Commands that edit the register; texts are read and doubted by the same session as in the form."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Final

from tongcds.actions import households, quality
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, read_day, show, the_household
from tongcds.domain.facts import load_facts
from tongcds.domain.identity import FEMALE, MALE
from tongcds.domain.text import fold
from tongcds.domain.views import HouseholdSaved, Seen
from tongcds.errors import UserError
from tongcds.forms.household import (
    ADDRESS,
    CODE,
    HARDSHIP,
    NOTE,
    POVERTIES,
    POVERTY,
    SPLIT_CODE,
    HouseholdSession,
)
from tongcds.forms.person_line import (
    BIRTH,
    DAY,
    ID_NUMBER,
    NAME,
    PHONE,
    PRESENCE,
    RELATION,
    SEX,
    PersonLine,
    Presence,
)
from tongcds.forms.person_line import NOTE as PERSON_NOTE
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_HOME: Final = (CODE, ADDRESS, POVERTY, HARDSHIP, NOTE)
_PERSON: Final = (NAME, BIRTH, SEX, RELATION, PHONE, ID_NUMBER, PERSON_NOTE)
_CHOICES: Final[dict[str, tuple[str, ...]]] = {POVERTY: POVERTIES, HARDSHIP: ("0", "1")}
_SEXES: Final = {"": "", "female": FEMALE, "nu": FEMALE, "male": MALE, "nam": MALE}
_ANSWERS: Final = {"yes": True, "no": False}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("household-add", add_household, "add a household")
    _fields(made)
    made = add("household-edit", edit_household, "change a household: its fields, its people, its village")
    made.add_argument("household", help="household code, or a text that matches one household")
    _fields(made)
    made.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="NAME:FIELD=VALUE[,…]",
        help="change a person; repeat",
    )
    made.add_argument("--head", default="", help="name of the new head")
    made.add_argument(
        "--leaves",
        action="append",
        default=[],
        metavar="NAME=WHY[@DAY]",
        help="somebody leaves for good: moved, married_out, died or other; repeat",
    )
    made.add_argument(
        "--split", action="append", default=[], metavar="NAME", help="goes into a new household; repeat"
    )
    made.add_argument("--split-code", default="", help="code of the new household; otherwise the next one")
    made = add("observe", observe, "keep what was seen or told of a household or one of its people")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument(
        "--fact", action="append", required=True, metavar="CODE=yes|no", help="what is so; repeat"
    )
    made.add_argument("--person", default="", help="name of the person it is about")
    made.add_argument("--how", default="seen", help="seen or told")
    made.add_argument("--on", help="day as 2026-11-23; today without it")


def _fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--village", default="", help="name of the village")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help=f"{', '.join(_HOME)}; repeat"
    )
    parser.add_argument(
        "--person",
        action="append",
        default=[],
        metavar="FIELD=VALUE[,…]",
        help=f"one more person: {', '.join(_PERSON)}; repeat",
    )


def add_household(options: argparse.Namespace, core: Core) -> int:
    """Add a household; the first person is its head."""
    session = HouseholdSession(households.start(core), core.today)
    _write_home(session, options)
    for at, words in enumerate(options.person):
        _write_person(session.lines[0] if at == 0 else session.add_person(), _pairs(words))
    return _save(options, core, session)


def edit_household(options: argparse.Namespace, core: Core) -> int:
    """Change a household; what is not named stays as it is."""
    household = the_household(core, options.household)
    session = HouseholdSession(households.start(core, household.household_id), core.today)
    _write_home(session, options)
    for words in options.person:
        _write_person(session.add_person(), _pairs(words))
    for words in options.change:
        name, _sep, fields = words.partition(":")
        _write_person(_line(session, name), _pairs(fields))
    for words in options.leaves:
        name, _sep, why = words.partition("=")
        why, _sep, day = why.partition("@")
        if why not in households.leaving_for_good():
            raise UserError("reason_unknown", reason=why)
        _line(session, name).sheet.texts |= {PRESENCE: why, DAY: f"{read_day(day):%d/%m/%Y}" if day else ""}
    for name in options.split:
        _line(session, name).sheet.texts[PRESENCE] = Presence.SPLIT.value
    if options.split_code:
        session.home.texts[SPLIT_CODE] = options.split_code
    if options.head:
        session.choose_head(_line(session, options.head))
    return _save(options, core, session)


def observe(options: argparse.Namespace, core: Core) -> int:
    """Keep observations of one person, or of the household itself."""
    household = the_household(core, options.household)
    subject, subject_id = "household", household.household_id
    if options.person:
        session = HouseholdSession(households.start(core, household.household_id), core.today)
        record = _line(session, options.person).record
        if record is None:
            raise UserError("person_unknown")
        subject, subject_id = "person", record.person_id
    day = read_day(options.on) if options.on else core.today
    seen = []
    for words in options.fact:
        code, _sep, answer = words.partition("=")
        if code not in load_facts():
            raise UserError("fact_unknown", fact=code)
        if answer not in _ANSWERS:
            raise UserError("field_unknown", text=words)
        seen.append(Seen(subject, subject_id, code, _ANSWERS[answer], day, options.how))
    households.record_facts(core, seen)
    doubts = quality.doubts_about(core, seen)
    lines = [_("Saved: {name}.").format(name=household.head_name), *doubts]
    show(options, {"saved": len(seen), "doubts": list(doubts)}, lines)
    return LOOK if doubts else DONE


def _pairs(words: str) -> dict[str, str]:
    """FIELD=VALUE,FIELD=VALUE as a dictionary."""
    pairs = {}
    for part in words.split(","):
        name, sep, value = part.partition("=")
        if not sep:
            raise UserError("field_unknown", text=part)
        pairs[name.strip()] = value.strip()
    return pairs


def _write_home(session: HouseholdSession, options: argparse.Namespace) -> None:
    if options.village:
        wanted = [v for v, name in session.start.villages if fold(name) == fold(options.village)]
        if len(wanted) != 1:
            raise UserError("village_unknown")
        session.move_to(wanted[0])
    for words in options.set:
        name, sep, value = words.partition("=")
        if not sep or name not in _HOME or value not in _CHOICES.get(name, (value,)):
            raise UserError("field_unknown", text=words)
        session.home.texts[name] = "" if name == HARDSHIP and value == "0" else value


def _write_person(line: PersonLine, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        known = _SEXES.get(fold(value)) if name == SEX else value
        if name not in _PERSON or known is None:
            raise UserError("field_unknown", text=f"{name}={value}")
        line.sheet.texts[name] = known


def _line(session: HouseholdSession, name: str) -> PersonLine:
    """The one person whose name this fits, marks or none."""
    fitting = [line for line in session.lines if fold(name) in fold(line.name)]
    if not name or len(fitting) != 1:
        raise UserError("person_unclear", name=name, count=len(fitting))
    return fitting[0]


def _save(options: argparse.Namespace, core: Core, session: HouseholdSession) -> int:
    """Save, and say what should be looked at once more."""
    if problems := session.problems():
        raise UserError("form_incomplete", words=" ".join(dict.fromkeys(one.words for one in problems)))
    doubts = [(one.line.name if one.line is not None else "", one.words) for one in session.doubts()]
    alike = [
        {"name": line.name, "like": found.full_name, "code": found.code, "why": found.why}
        for line in session.lines
        if line.record is None and not line.is_empty
        for found in households.lookalikes(core, session.query(line))
    ]
    saved, _changes = households.save_household(core, session.change())
    head = session.head.name if session.head is not None else ""
    show(options, _answer(saved, doubts, alike), _lines(head, doubts, alike))
    return LOOK if doubts or alike else DONE


def _answer(
    saved: HouseholdSaved, doubts: Sequence[tuple[str, str]], alike: Sequence[dict[str, str]]
) -> dict[str, object]:
    return {
        "household": saved.household_id,
        "split": saved.split_id,
        "doubts": [{"name": name, "words": words} for name, words in doubts],
        "alike": list(alike),
    }


def _lines(head: str, doubts: Sequence[tuple[str, str]], alike: Sequence[dict[str, str]]) -> list[str]:
    known = _("On record already: {name}, {code}.")
    return [
        _("Saved: {name}.").format(name=head),
        *(": ".join(part for part in (name, words) if part) for name, words in doubts),
        *(known.format(name=one["like"], code=one["code"]) for one in alike),
    ]
