"""Consent asked purpose by purpose, requests with their due days, erasure, and what is kept for too long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.privacy import (
    RequestState,
    Way,
    consent_text,
    due_days,
    load_purposes,
    load_request_kinds,
)
from tongcds.domain.views import (
    ConsentAnswer,
    ConsentRenewal,
    ConsentState,
    EditUndo,
    Erased,
    NewRequest,
    Reminder,
    RequestRow,
    RetentionRow,
    Role,
)
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.storage import erasure, privacy, register
from tongcds.storage.vault import Change

_SOON: Final = 3
"""Requests due within so many days are shown among what is to be done."""

_RENEW_DAYS: Final = 30

_CLOSED: Final = frozenset({RequestState.DONE.value, RequestState.DECLINED.value})


def consents(core: Core, household_id: bytes) -> tuple[ConsentState, ...]:
    """What a household and each of its people agreed to, the household first."""
    with core.vault.read() as connection:
        return privacy.consents_of(connection, household_id, core.today)


def consents_to_renew(core: Core) -> tuple[ConsentRenewal, ...]:
    """Who has to be asked again: the last answer ran out, or does within 30 days; the oldest first."""
    with core.vault.read() as connection:
        return privacy.to_renew(connection, core.today, _RENEW_DAYS)


def keep_consent(core: Core, answer: ConsentAnswer) -> tuple[EditUndo, Changes]:
    """Keep what somebody said when they were asked; a later answer takes the place of an earlier one.

    It runs out on `expires_on`, or as long after as the text that was read says.

    Raises:
        UserError: nothing_selected where no purpose was answered; purpose_unknown, way_unknown,
            date_in_future, consent_over, household_unknown, person_unknown.
    """
    unknown = answer.purposes.keys() - load_purposes().keys()
    if unknown:
        raise UserError("purpose_unknown", purpose=min(unknown))
    if answer.way not in set(Way):
        raise UserError("way_unknown", way=answer.way)
    if answer.on > core.today:
        raise UserError("date_in_future")
    if answer.expires_on is not None and answer.expires_on < answer.on:
        raise UserError("consent_over")
    given = [code for code in load_purposes() if answer.purposes.get(code)]
    declined = [code for code in load_purposes() if answer.purposes.get(code) is False]
    if not given and not declined:
        raise UserError("nothing_selected")
    with core.vault.change(core.author()) as change:
        village = _village_of(change, answer.household_id)
        if not privacy.is_there(change.connection, answer.subject, [answer.subject_id]):
            raise UserError(f"{answer.subject}_unknown")
        journal = Journal(change.writer)
        text = consent_text(answer.on)
        until = answer.expires_on or text.holds_until(answer.on)
        kinds = {kind for code in given for kind in load_purposes()[code].kinds}
        values: dict[str, Value] = {
            "village_id": village,
            "household_id": answer.household_id,
            "subject": answer.subject,
            "subject_id": answer.subject_id,
            "text_version": text.code,
            "given": ";".join(given) or None,
            "declined": ";".join(declined) or None,
            "kinds": ";".join(sorted(kinds)) or None,
            "way": answer.way,
            "on": answer.on.isoformat(),
            "collector_id": change.writer.author,
            "place": answer.place or None,
            "evidence": answer.evidence or None,
            "expires_on": until.isoformat() if until is not None else None,
        }
        journal.create("consent", values)
        undo = journal.undo()
    return undo, Changes.of("consent")


def withdraw_consent(core: Core, consent_id: bytes, way: str) -> tuple[EditUndo, Changes]:
    """Keep that somebody took their consent back, today.

    Raises:
        UserError: consent_unknown, way_unknown.
    """
    if way not in set(Way):
        raise UserError("way_unknown", way=way)
    with core.vault.change(core.author()) as change:
        if not privacy.is_there(change.connection, "consent", [consent_id]):
            raise UserError("consent_unknown")
        journal = Journal(change.writer)
        day = core.today.isoformat()
        journal.update("consent", consent_id, withdrawn_on=day, withdrawn_way=way)
        undo = journal.undo()
    return undo, Changes.of("consent")


def requests(core: Core, *, open_only: bool = False) -> tuple[RequestRow, ...]:
    """The requests of the villages that this vault holds, the next due first."""
    with core.vault.read() as connection:
        return privacy.requests(connection, core.today, open_only=open_only)


def add_request(core: Core, wanted: NewRequest) -> tuple[bytes, EditUndo, Changes]:
    """Write a request down; its due days follow from its kind.

    Raises:
        UserError: request_kind_unknown, name_missing, date_in_future, village_unknown.
    """
    kind = load_request_kinds().get(wanted.kind)
    if kind is None:
        raise UserError("request_kind_unknown", kind=wanted.kind)
    if not wanted.who.strip():
        raise UserError("name_missing")
    if wanted.received_on > core.today:
        raise UserError("date_in_future")
    reply_by, due_on = due_days(kind, wanted.received_on)
    with core.vault.change(core.author()) as change:
        if wanted.village_id not in dict(register.villages(change.connection)):
            raise UserError("village_unknown")
        journal = Journal(change.writer)
        values: dict[str, Value] = {
            "village_id": wanted.village_id,
            "household_id": wanted.household_id,
            "subject_id": wanted.subject_id or wanted.household_id,
            "kind": wanted.kind,
            "who": wanted.who.strip(),
            "detail": wanted.detail.strip() or None,
            "received_on": wanted.received_on.isoformat(),
            "reply_by": reply_by.isoformat(),
            "due_on": due_on.isoformat(),
            "state": RequestState.OPEN.value,
        }
        request_id = journal.create("privacy_request", values)
        undo = journal.undo()
    return request_id, undo, Changes.of("privacy_request")


def reply_request(core: Core, request_id: bytes) -> tuple[EditUndo, Changes]:
    """Keep that the person was told today that their request was received and what follows.

    Raises:
        UserError: request_unknown.
    """
    return _change_request(core, request_id, replied_on=core.today.isoformat())


def extend_request(core: Core, request_id: bytes) -> tuple[EditUndo, Changes]:
    """Give a request the one extension that its kind allows.

    Raises:
        UserError: request_unknown, extension_not_possible.
    """
    with core.vault.read() as connection:
        known = privacy.known_request(connection, request_id)
    kind = load_request_kinds().get(known.kind) if known is not None else None
    if known is None:
        raise UserError("request_unknown")
    if kind is None or not kind.extension_days or known.extended_to or known.state != RequestState.OPEN:
        raise UserError("extension_not_possible")
    until = date.fromisoformat(known.due_on) + timedelta(days=kind.extension_days)
    return _change_request(core, request_id, extended_to=until.isoformat())


def close_request(core: Core, request_id: bytes, state: str, answer: str) -> tuple[EditUndo, Changes]:
    """Keep that a request was done or declined, and what the person was told.

    Raises:
        UserError: request_unknown, state_unknown; answer_missing where it is declined without a reason.
    """
    if state not in _CLOSED:
        raise UserError("state_unknown", state=state)
    if state == RequestState.DECLINED and not answer.strip():
        raise UserError("answer_missing")
    day = core.today.isoformat()
    with core.vault.read() as connection:
        known = privacy.known_request(connection, request_id)
    replied = known.replied_on if known is not None and known.replied_on else day
    return _change_request(
        core, request_id, state=state, done_on=day, answer=answer.strip() or None, replied_on=replied
    )


def reminders(core: Core) -> tuple[Reminder, ...]:
    """What about privacy waits for somebody today: requests that are due, and alarms for the commune."""
    role = Role(core.credentials().role)
    with core.vault.read() as connection:
        found = [
            Reminder("request", row.who, row.kind, row.days_left, row.household_id or b"")
            for row in privacy.requests(connection, core.today, open_only=True)
            if row.days_left is not None and row.days_left <= _SOON
        ]
        if role is Role.COMMUNE:
            found += audit.alarms(connection, core.today)
    return tuple(found)


def erase(core: Core, subject: str, subject_id: bytes) -> tuple[Erased, Changes]:
    """Erase a person or a household because they asked, or because its time is over; nothing brings it back.

    The last person of a household takes the household along. What was done stays as counts. Their own
    requests to be erased are done with it.

    Raises:
        UserError: person_unknown, household_unknown; head_needed for a head as long as others live there.
    """
    with core.vault.change(core.author()) as change:
        connection = change.connection
        if subject == "person":
            household_id, is_head, others = erasure.others_at_home(connection, subject_id)
            if household_id is None:
                raise UserError("person_unknown")
            if others and is_head:
                raise UserError("head_needed")
            if others:
                found = erasure.of_person(connection, subject_id, household_id)
            else:
                found = erasure.of_household(connection, household_id)
        elif subject == "household" and privacy.is_there(connection, "household", [subject_id]):
            found = erasure.of_household(connection, subject_id)
        else:
            raise UserError("household_unknown")
        asked = privacy.open_deletions(change.connection, found.records.get("privacy_request", ()))
        count = _erase(core, change, found)
        for request_id, replied_on in asked:
            day = core.today.isoformat()
            change.writer.update(
                "privacy_request",
                request_id,
                state=RequestState.DONE.value,
                done_on=day,
                replied_on=replied_on or day,
            )
        audit.record(core, change, audit.ERASE, subject_id, count=count)
    return Erased(count), Changes.of(*found.records, "conflict")


def over_their_time(core: Core) -> tuple[RetentionRow, ...]:
    """What is kept for longer than its type may be; somebody looks at it and confirms."""
    with core.vault.read() as connection:
        return privacy.over_their_time(connection, core.today)


def erase_over_their_time(core: Core, confirmed: tuple[RetentionRow, ...]) -> tuple[Erased, Changes]:
    """Erase what somebody confirmed of `over_their_time`; anything that is not on that list is left alone."""
    due = {(row.kind, row.record_id) for row in over_their_time(core)}
    count = 0
    with core.vault.change(core.author()) as change:
        for row in confirmed:
            if (row.kind, row.record_id) not in due:
                continue
            if row.kind == "household":
                found = erasure.of_household(change.connection, row.record_id)
            elif row.kind == "person":
                home, _is_head, _others = erasure.others_at_home(change.connection, row.record_id)
                found = erasure.of_person(change.connection, row.record_id, home or b"")
            else:
                found = erasure.ToErase({row.kind: (row.record_id,)}, ())
            done = _erase(core, change, found)
            audit.record(core, change, audit.ERASE, row.record_id, count=done)
            count += done
    kinds = {row.kind for row in confirmed}
    return Erased(count), Changes.of("household", "person", "conflict", *kinds)


def _erase(core: Core, change: Change, found: erasure.ToErase) -> int:
    writer, today = change.writer, core.today.isoformat()
    for promise in found.promises:
        writer.update("follow_up", promise, state="cancelled", done_on=today)
    count = 0
    for name, ids in found.records.items():
        writer.load(name, ids)
        for record_id in ids:
            # Figures of past days count them until today.
            if name in {"household", "person"} and not writer.value_of(name, record_id, "left_on"):
                writer.update(name, record_id, left_on=today)
            count += writer.erase(name, record_id)
    return count


def _change_request(core: Core, request_id: bytes, **values: Value) -> tuple[EditUndo, Changes]:
    with core.vault.change(core.author()) as change:
        if privacy.known_request(change.connection, request_id) is None:
            raise UserError("request_unknown")
        journal = Journal(change.writer)
        journal.update("privacy_request", request_id, **values)
        undo = journal.undo()
    return undo, Changes.of("privacy_request")


def _village_of(change: Change, household_id: bytes) -> bytes:
    if privacy.is_there(change.connection, "household", [household_id]):
        village = change.writer.value_of("household", household_id, "village_id")
        if isinstance(village, bytes):
            return village
    raise UserError("household_unknown")
