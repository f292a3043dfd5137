"""Logging a visit: the visit, its supports, what they made true, and what was promised; all in one save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.clock import moment_of
from tongcds.domain.catalogue import facts_made, load_service_groups, load_services, services_in_force
from tongcds.domain.facts import How, Subject
from tongcds.domain.views import Draft, PersonRow, Result, ServiceChoice, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.forms.visit import FARTHEST_KM, LONGEST_MINUTES
from tongcds.i18n import language
from tongcds.replica import Writer
from tongcds.storage import local, register, supports
from tongcds.storage.vault import Change

_KINDS = ("visit", "support", "observation", "follow_up")
_DONE = frozenset({Result.ALONE, Result.TOGETHER})
_OFFERED_UNITS = frozenset({"person", "household", "business"})


def services(core: Core) -> tuple[ServiceChoice, ...]:
    """The services that can be given to a household today, quick ones first, then the most used."""
    with core.vault.read() as connection:
        used = supports.service_counts(connection)
    speech = language()
    groups = load_service_groups()
    choices = [
        ServiceChoice(
            code=service.code,
            name=service.short(speech),
            group=service.group,
            group_name=groups[service.group].short(speech),
            unit=service.unit.value,
            quick=service.quick or 0,
            used=used.get(service.code, 0),
        )
        for service in services_in_force(core.today)
        if service.unit in _OFFERED_UNITS
    ]
    return tuple(sorted(choices, key=lambda c: (c.quick == 0, c.quick, -c.used, c.code)))


def people(core: Core, household_id: bytes) -> tuple[PersonRow, ...]:
    """The people of a household as the log screen lists them, the head first."""
    with core.vault.read() as connection:
        return register.people_of(connection, household_id, core.today)


def save_visit(core: Core, entry: VisitEntry) -> tuple[bytes, Changes]:
    """Save a visit with everything that follows from it; on disk when this returns. Answers the visit's id.

    Raises:
        UserError: nothing_selected, date_in_future, minutes_out_of_range, distance_out_of_range,
            household_unknown, person_unknown, service_unknown.
    """
    check(core, entry)
    author = core.author()
    with core.vault.change(author) as change:
        visit_id = write(change, author, entry)
        local.drop_draft(change.connection, author, "visit")
    return visit_id, Changes.of(*_KINDS)


def save_group(core: Core, entries: Sequence[VisitEntry]) -> tuple[tuple[bytes, ...], Changes]:
    """Save one session for several households: a visit for each, tied together; all of them or none.

    Raises:
        UserError: as `save_visit`.
    """
    if not entries:
        raise UserError("nothing_selected")
    for entry in entries:
        check(core, entry)
    author = core.author()
    with core.vault.change(author) as change:
        group = change.writer.reserve()
        first, *others = entries
        made = [write(change, author, first, group=group, reserved=group)]
        made += [write(change, author, entry, group=group) for entry in others]
        local.drop_draft(change.connection, author, "visit")
    return tuple(made), Changes.of(*_KINDS)


def write(
    change: Change,
    author: bytes,
    entry: VisitEntry,
    *,
    corrects: bytes | None = None,
    group: bytes | None = None,
    reserved: bytes | None = None,
) -> bytes:
    """Write a checked visit within a change; `corrects` names the one that it stands in for.

    `group` is the first visit of the session that it belongs to, `reserved` an id to write it under.

    Raises:
        UserError: household_unknown, person_unknown.
    """
    household = register.household_brief(change.connection, entry.household_id)
    if household is None:
        raise UserError("household_unknown")
    inside = register.person_ids_of(change.connection, entry.household_id)
    if any(person not in inside for support in entry.supports for person in support.person_ids):
        raise UserError("person_unknown")
    visit_id = change.writer.create(
        "visit",
        reserved=reserved,
        village_id=household.village_id,
        household_id=entry.household_id,
        on=entry.on.isoformat(),
        minutes=entry.minutes,
        metres=entry.metres,
        by_id=entry.by_id or author,
        note=entry.note or None,
        corrects_id=corrects,
        group_id=group,
    )
    for support in entry.supports:
        _save_support(change.writer, household.village_id, entry, visit_id, support)
    waiting = supports.open_follow_ups_of(change.connection, entry.household_id)
    _keep_promises(change.writer, waiting, entry, visit_id)
    _promise(change.writer, household.village_id, entry, visit_id)
    return visit_id


def undo_visit(core: Core, *visits: bytes) -> Changes:
    """Take visits back: supports, what they made true, what they promised; kept promises open again."""
    with core.vault.change(core.author()) as change:
        for visit_id in visits:
            _take_back(core, change, visit_id)
    return Changes.of(*_KINDS)


def _take_back(core: Core, change: Change, visit_id: bytes) -> None:
    parts = supports.parts_of_visit(change.connection, visit_id)
    for name, ids in parts.made.items():
        change.writer.load(name, ids)
        for record_id in ids:
            change.writer.remove(name, record_id)
    for follow_up in parts.closed:
        change.writer.update("follow_up", follow_up, state="open", done_on=None, closing_visit_id=None)
    audit.record(core, change, audit.UNDO, visit_id)


def save_draft(core: Core, form: str, content: dict[str, object]) -> Draft:
    """Keep a form as the person who is here types it; nobody else is shown it."""
    now, who = core.clock(), core.author()
    with core.vault.write() as connection:
        local.save_draft(connection, who, local.SavedDraft(form, int(now.timestamp() * 1000), content))
    return Draft(form, now, content)


def load_draft(core: Core, form: str) -> Draft | None:
    """What was being typed when the form was last left, or the program ended."""
    who = core.author()
    with core.vault.read() as connection:
        saved = local.load_draft(connection, who, form)
    if saved is None:
        return None
    return Draft(saved.form, moment_of(saved.saved_at), saved.content)


def drop_draft(core: Core, form: str) -> None:
    """Forget a draft."""
    who = core.author()
    with core.vault.write() as connection:
        local.drop_draft(connection, who, form)


def check(core: Core, entry: VisitEntry) -> None:
    """Refuse what no visit can be.

    Raises:
        UserError: nothing_selected, date_in_future, minutes_out_of_range, distance_out_of_range,
            service_unknown.
    """
    if not entry.supports:
        raise UserError("nothing_selected")
    if entry.on > core.today:
        raise UserError("date_in_future")
    if entry.minutes is not None and not 1 <= entry.minutes <= LONGEST_MINUTES:
        raise UserError("minutes_out_of_range", longest=LONGEST_MINUTES)
    if entry.metres is not None and not 1 <= entry.metres <= FARTHEST_KM * 1000:
        raise UserError("distance_out_of_range", farthest=FARTHEST_KM)
    for support in entry.supports:
        if support.service not in load_services():
            raise UserError("service_unknown", code=support.service)


def _save_support(
    writer: Writer, village_id: bytes, entry: VisitEntry, visit_id: bytes, support: SupportEntry
) -> None:
    writer.create(
        "support",
        village_id=village_id,
        visit_id=visit_id,
        service=support.service,
        person_ids=b"".join(support.person_ids) or None,
        result=support.result.value,
    )
    if support.result not in _DONE:
        return
    for fact, holds in facts_made(support.service):
        subjects = support.person_ids if fact.subject is Subject.PERSON else (entry.household_id,)
        for subject in subjects:
            writer.create(
                "observation",
                village_id=village_id,
                subject=fact.subject.value,
                subject_id=subject,
                fact=fact.code,
                value=int(holds),
                held_on=entry.on.isoformat(),
                how=How.DONE_WITH_US.value,
                visit_id=visit_id,
            )


def _keep_promises(
    writer: Writer,
    waiting: Mapping[bytes, tuple[str, frozenset[bytes]]],
    entry: VisitEntry,
    visit_id: bytes,
) -> None:
    """Close open follow-ups of the household for services that are done now with everybody they name.

    `waiting`: follow-up → service and people. A service of the whole household is done with all of it.
    """
    done: dict[str, set[bytes]] = {}
    whole = set()
    for support in entry.supports:
        if support.result in _DONE:
            done.setdefault(support.service, set()).update(support.person_ids)
            whole |= set() if support.person_ids else {support.service}
    for follow_up, (service, people) in waiting.items():
        if service in whole or (service in done and people <= done[service]):
            writer.update(
                "follow_up",
                follow_up,
                state="done",
                done_on=entry.on.isoformat(),
                closing_visit_id=visit_id,
            )


def _promise(writer: Writer, village_id: bytes, entry: VisitEntry, visit_id: bytes) -> None:
    """One follow-up a support that is to be continued; all of them when a date was given and none is."""
    if entry.follow_up_on is None:
        return
    unfinished = [s for s in entry.supports if s.result is Result.COME_BACK] or list(entry.supports)
    for support in unfinished:
        writer.create(
            "follow_up",
            village_id=village_id,
            household_id=entry.household_id,
            visit_id=visit_id,
            service=support.service,
            person_ids=b"".join(support.person_ids) or None,
            due_on=entry.follow_up_on.isoformat(),
            detail=entry.note or None,
            state="open",
        )


def entry_to_plain(entry: VisitEntry) -> dict[str, object]:
    """A visit entry as plain values, for `--json`."""
    plain = asdict(entry)
    plain["household_id"] = entry.household_id.hex()
    plain["by_id"] = entry.by_id.hex() if entry.by_id is not None else None
    plain["on"] = entry.on.isoformat()
    plain["follow_up_on"] = entry.follow_up_on.isoformat() if isinstance(entry.follow_up_on, date) else None
    plain["supports"] = [
        {"service": s.service, "person_ids": [p.hex() for p in s.person_ids], "result": s.result.value}
        for s in entry.supports
    ]
    return plain
