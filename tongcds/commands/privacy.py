"""Commands about privacy: masked numbers, the access log, consent, requests, erasure and retention."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from tongcds.actions import audit, exports, households, privacy, register
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, add_ground, read_day, show, the_household
from tongcds.domain.consent import detail_words
from tongcds.domain.identity import mask_citizen_id, mask_phone
from tongcds.domain.privacy import (
    audit_words,
    consent_line,
    consent_text,
    erased_words,
    finding_words,
    load_request_kinds,
    load_retention,
    request_words,
)
from tongcds.domain.text import fold
from tongcds.domain.views import AuditLine, ConsentAnswer, ConsentState, NewRequest, RequestRow
from tongcds.errors import UserError
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_SHOWN: Final = 50
_ANSWERS: Final = {"yes": True, "no": False}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("household", show_household, "one household and its people, numbers masked")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--reveal", action="store_true", help="show whole numbers; the access log notes it")
    made = add("audit", access_log, "who saw, showed, exported or erased what; audit verify checks the log")
    made.add_argument("what", nargs="?", choices=["show", "verify"], default="show")
    made = add("consent", consent, "what a household or one of its people agreed to; keeps an answer")
    made.add_argument(
        "household",
        nargs="?",
        help="household code, or a text that matches one; without it, who is to be asked again",
    )
    made.add_argument("--person", default="", help="name of the person it is about")
    made.add_argument(
        "--purpose", action="append", default=[], metavar="CODE=yes|no", help="an answer; repeat"
    )
    made.add_argument("--way", default="spoken", help="paper, spoken or ticked")
    made.add_argument("--on", help="day as 2026-11-23; today without it")
    made.add_argument("--place", default="")
    made.add_argument("--evidence", default="", help="number of the signed paper")
    made.add_argument("--until", help="last day on which the answer counts; as the text says without it")
    made.add_argument("--withdraw", action="store_true", help="the consent was taken back today")
    made = add("requests", list_requests, "requests about personal data, the next due first")
    made.add_argument("--open", action="store_true", help="only those that wait")
    made = add("request-add", add_request, "write a request about personal data down")
    made.add_argument("kind", choices=list(load_request_kinds()))
    made.add_argument("--who", required=True, help="who asks")
    made.add_argument("--household", default="", help="household code, or a text that matches one")
    made.add_argument("--village", default="", help="name of the village, for somebody in no register")
    made.add_argument("--on", help="day it was received; today without it")
    made.add_argument("--detail", default="")
    made = add("request", change_request, "reply to a request, extend it, or say that it is done")
    made.add_argument("id")
    made.add_argument("step", choices=["reply", "extend", "done", "declined"])
    made.add_argument("--answer", default="", help="what the person was told")
    made = add("erase", erase, "erase a household or a person at their request; nothing brings it back")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--person", default="", help="name of the person; the whole household without it")
    made.add_argument("--yes", action="store_true", help="do it; without it, only say what would go")
    made = add("export-register", export_register, "write the register into a table that Excel opens")
    made.add_argument("--numbers", action="store_true", help="with phones and personal numbers")
    add_ground(made)
    made = add("exports", list_exports, "files that you wrote out of the vault; deletes one with --delete")
    made.add_argument("--delete", type=int, metavar="NUMBER")
    made = add("retention", retention, "what is kept for too long; erases it with --erase")
    made.add_argument("--erase", action="store_true")
    made.add_argument(
        "--periods", action="store_true", help="how many months each kind is kept, and who says so"
    )


def show_household(options: argparse.Namespace, core: Core) -> int:
    """One household; whoever asks for whole numbers is noted for each of them."""
    household = the_household(core, options.household)
    register.household(core, household.household_id)
    record = households.start(core, household.household_id).record
    people, refusals = [], []
    for person in record.people if record is not None else ():
        numbers = {
            "phone": mask_phone(person.phone) if person.phone else "",
            "id_number": mask_citizen_id(person.id_number) if person.id_number else "",
        }
        for field in register.MASKED if options.reveal else ():
            if numbers[field]:
                shown = register.reveal(core, person.person_id, field)
                numbers[field] = shown.number
                refusals.append(shown.refusal)
        people.append({"name": person.full_name, "birth": person.birth, "sex": person.sex, **numbers})
    told = list(dict.fromkeys(filter(None, refusals)))
    answer = {"code": household.code, "head": household.head_name, "people": people, "refusals": told}
    lines = [f"{household.code}  {household.head_name}  {household.village_name}"]
    lines += [
        f"  {one['name']:<28} {one['birth']:<10} {one['phone']:<13} {one['id_number']}" for one in people
    ]
    show(options, answer, [*lines, *told])
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
        lines = [_log_line(one) for one in view.lines[:_SHOWN]]
        show(options, view, [*lines, *wrong])
    return LOOK if wrong else DONE


def consent(options: argparse.Namespace, core: Core) -> int:
    """What was agreed to, or who is to be asked again; keeps an answer where one is given."""
    if options.household is None:
        return _to_renew(options, core)
    home = the_household(core, options.household).household_id
    state = _subject(core, home, options.person)
    if options.withdraw:
        if state.consent_id is None:
            raise UserError("consent_unknown")
        privacy.withdraw_consent(core, state.consent_id, options.way)
    elif options.purpose:
        answers: dict[str, bool | None] = {}
        for words in options.purpose:
            code, _sep, said = words.partition("=")
            if said not in _ANSWERS:
                raise UserError("field_unknown", text=words)
            answers[code] = _ANSWERS[said]
        day = read_day(options.on) if options.on else core.today
        answer = ConsentAnswer(
            home,
            state.subject,
            state.subject_id,
            answers,
            options.way,
            day,
            options.place,
            options.evidence,
            read_day(options.until) if options.until else None,
        )
        privacy.keep_consent(core, answer)
    states = privacy.consents(core, home)
    text = consent_text(core.today)
    lines = [f"{one.name:<32} {consent_line(one)}" for one in states]
    answer_json = {"text_version": text.code, "consents": [asdict(one) for one in states]}
    show(options, answer_json, [*lines, "", text.text()])
    return DONE


def _to_renew(options: argparse.Namespace, core: Core) -> int:
    rows = privacy.consents_to_renew(core)
    lines = [f"{row.name:<32} {format_date(row.expires_on)}" for row in rows]
    show(options, {"to_renew": [asdict(row) for row in rows]}, lines)
    return LOOK if rows else DONE


def list_requests(options: argparse.Namespace, core: Core) -> int:
    """Requests, the next due first."""
    rows = privacy.requests(core, open_only=options.open)
    late = any(row.days_left is not None and row.days_left < 0 for row in rows)
    show(options, {"requests": [asdict(row) for row in rows]}, [_request_line(row) for row in rows])
    return LOOK if late else DONE


def add_request(options: argparse.Namespace, core: Core) -> int:
    """Write a request down."""
    home = the_household(core, options.household).household_id if options.household else None
    village = _village(core, home, options.village)
    day = read_day(options.on) if options.on else core.today
    wanted = NewRequest(options.kind, options.who, day, village, home, None, options.detail)
    request_id, _undo, _changes = privacy.add_request(core, wanted)
    row = next(row for row in privacy.requests(core) if row.request_id == request_id)
    show(options, row, [_request_line(row)])
    return DONE


def change_request(options: argparse.Namespace, core: Core) -> int:
    """One step on the way of a request."""
    try:
        request_id = bytes.fromhex(options.id)
    except ValueError:
        raise UserError("request_unknown") from None
    match options.step:
        case "reply":
            privacy.reply_request(core, request_id)
        case "extend":
            privacy.extend_request(core, request_id)
        case step:
            privacy.close_request(core, request_id, step, options.answer)
    row = next(row for row in privacy.requests(core) if row.request_id == request_id)
    show(options, row, [_request_line(row)])
    return DONE


def erase(options: argparse.Namespace, core: Core) -> int:
    """Erase for good, with --yes."""
    household = the_household(core, options.household)
    subject, subject_id, name = "household", household.household_id, household.head_name
    if options.person:
        state = _subject(core, household.household_id, options.person)
        subject, subject_id, name = state.subject, state.subject_id, state.name
    if not options.yes:
        words = _("{name} would be erased for good, with everything written about them. Add --yes to do it.")
        show(options, {"records": 0, "would": subject}, [words.format(name=name)])
        return LOOK
    done, _changes = privacy.erase(core, subject, subject_id)
    show(options, done, [erased_words(done.records)])
    return DONE


def retention(options: argparse.Namespace, core: Core) -> int:
    """What is kept for too long."""
    rows = privacy.over_their_time(core)
    if options.erase and rows:
        done, _changes = privacy.erase_over_their_time(core, rows)
        show(options, done, [erased_words(done.records)])
        return DONE
    if options.periods:
        return _periods(options)
    lines = [
        f"{load_retention()[row.kind].what():<28} {row.title:<32} {format_date(row.since)}" for row in rows
    ]
    show(options, {"records": [asdict(row) for row in rows]}, lines)
    return LOOK if rows else DONE


def _periods(options: argparse.Namespace) -> int:
    rules = list(load_retention().values())
    lines = [f"{rule.what():<28} {rule.months:>3}  {rule.source}" for rule in rules]
    show(options, {"periods": [asdict(rule) for rule in rules]}, lines)
    return DONE


def export_register(options: argparse.Namespace, core: Core) -> int:
    """The register in the clear, into the folder for exported files."""
    done = exports.export_register(core, numbers=options.numbers, ground=options.ground)
    words = _("Written: {file}. Anybody who has this copy can open it.").format(file=done.path)
    answer = {
        "file": str(done.path),
        "people": done.lines,
        "left_out": dict(done.left_out.counts),
        "without_phone": dict(done.without_phone.counts),
    }
    show(options, answer, list(filter(None, (words, done.words()))))
    return DONE


def list_exports(options: argparse.Namespace, core: Core) -> int:
    """What was exported and still has to be deleted."""
    if options.delete is not None:
        exports.delete(core, options.delete)
    rows = exports.listed(core)
    lines = [
        f"{row.export_id:>4}  {format_date(row.at)}  {row.people:>6}  {row.folder}/{row.name}"
        + ("" if row.there else "  " + _("not there any more"))
        for row in rows
    ]
    show(options, {"exports": [asdict(row) for row in rows]}, lines)
    return DONE


def _subject(core: Core, household_id: bytes, name: str) -> ConsentState:
    """The household, or the one person whose name this fits."""
    states = privacy.consents(core, household_id)
    if not name:
        return states[0]
    fitting = [one for one in states[1:] if fold(name) in fold(one.name)]
    if len(fitting) != 1:
        raise UserError("person_unclear", name=name, count=len(fitting))
    return fitting[0]


def _village(core: Core, household_id: bytes | None, name: str) -> bytes:
    if household_id is not None:
        record = households.start(core, household_id).record
        if record is None:
            raise UserError("household_unknown")
        return record.village_id
    known = households.start(core).villages
    fitting = [village for village, called in known if not name or fold(called) == fold(name)]
    if len(fitting) != 1:
        raise UserError("village_unknown")
    return fitting[0]


def _request_line(row: RequestRow) -> str:
    kind = load_request_kinds()[row.kind].name() if row.kind in load_request_kinds() else row.kind
    return "  ".join((row.request_id.hex(), format_date(row.received_on), row.who, kind, request_words(row)))


def _log_line(one: AuditLine) -> str:
    parts = (format_date(one.on), one.person, audit_words(one.kind), one.about, detail_words(one.detail))
    return "  ".join(filter(None, parts))
