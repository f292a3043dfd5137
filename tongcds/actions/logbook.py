"""The support log: reading it, taking a visit out of it with a reason, correcting one, writing it to a file.

Logging a visit is in `visits`. What is withdrawn stays readable with its reason and counts nowhere: the facts
that it made true go, what it promised is cancelled, and promises that it kept are open again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.actions import audit, exports, visits
from tongcds.actions.core import Changes, Core
from tongcds.domain.consent import NOTES, Gate
from tongcds.domain.views import (
    GroupBy,
    LeftOut,
    LogFilter,
    LogPage,
    LogPlace,
    LogRow,
    LogSums,
    Result,
    SupportEntry,
    VisitEntry,
    Withdrawal,
    Withdrawn,
)
from tongcds.errors import UserError
from tongcds.i18n import _, format_date
from tongcds.records import record_type
from tongcds.storage import logbook, supports
from tongcds.storage.presence import VISIT, visit_counts
from tongcds.storage.vault import Change
from tongcds.storage.wording import result_words, split_ids, withdrawal_words

LOG: Final = "log"
REASONS: Final = tuple(why for why in Withdrawal if why is not Withdrawal.CORRECTED)
"""What a person can give as the reason of a withdrawal."""

_KINDS: Final = ("visit", "support", "observation", "follow_up")
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table
_WHOLE: Final = 1_000


def page(core: Core, wanted: LogFilter, after: LogPlace | None = None) -> LogPage:
    """The next part of the log that matches, the latest first."""
    with core.vault.read() as connection:
        return logbook.page(connection, wanted, after)


def sums(core: Core, wanted: LogFilter, by: GroupBy) -> LogSums:
    """How much matches and how it groups."""
    with core.vault.read() as connection:
        return logbook.sums(connection, wanted, by)


def reasons() -> tuple[tuple[str, str], ...]:
    """What can be given as the reason of a withdrawal: words and the word that is kept."""
    return tuple((withdrawal_words(why), why.value) for why in REASONS)


def entry_of(core: Core, visit_id: bytes) -> VisitEntry:
    """A visit as it was entered, to be corrected.

    Raises:
        UserError: visit_unknown.
    """
    with core.vault.read() as connection:
        visit = connection.execute(select(VISIT).where(VISIT.c.id == visit_id, visit_counts())).one_or_none()
        if visit is None:
            raise UserError("visit_unknown")
        given = connection.execute(
            select(_SUPPORT.c.service, _SUPPORT.c.person_ids, _SUPPORT.c.result)
            .where(_SUPPORT.c.visit_id == visit_id, _SUPPORT.c.deleted == 0)
            .order_by(_SUPPORT.c.stamp, _SUPPORT.c.id)
        ).all()
        due = connection.execute(
            select(_FOLLOW_UP.c.due_on)
            .where(_FOLLOW_UP.c.visit_id == visit_id, _FOLLOW_UP.c.deleted == 0, _FOLLOW_UP.c.state == "open")
            .limit(1)
        ).scalar_one_or_none()
    return VisitEntry(
        household_id=visit.household_id,
        on=date.fromisoformat(visit.on),
        supports=tuple(
            SupportEntry(one.service, tuple(split_ids(one.person_ids)), Result(one.result)) for one in given
        ),
        minutes=visit.minutes,
        note=visit.note or "",
        follow_up_on=date.fromisoformat(due) if due else None,
        by_id=visit.by_id,
        metres=visit.metres,
    )


def last_entry(core: Core) -> VisitEntry | None:
    """What the person who is here logged last, to be repeated; None where there is nothing."""
    who = core.author()
    with core.vault.read() as connection:
        latest = select(VISIT.c.id).where(VISIT.c.by_id == who, visit_counts())
        found = connection.execute(latest.order_by(VISIT.c.stamp.desc()).limit(1)).scalar_one_or_none()
    return None if found is None else entry_of(core, found)


def withdraw(core: Core, visit_id: bytes, why: str) -> tuple[Withdrawn, Changes]:
    """Take a visit out of the log and of every figure; it stays readable with the reason.

    Raises:
        UserError: visit_unknown (also one that was withdrawn before), withdrawal_reason_unknown.
    """
    if why not in REASONS:
        raise UserError("withdrawal_reason_unknown", reason=why)
    with core.vault.change(core.author()) as change:
        done = _withdraw(change, visit_id, Withdrawal(why))
        audit.record(core, change, audit.UNDO, visit_id)
    return done, Changes.of(*_KINDS)


def restore(core: Core, done: Withdrawn) -> Changes:
    """Undo a withdrawal."""
    with core.vault.change(core.author()) as change:
        _restore(change, done)
    return Changes.of(*_KINDS)


def correct(core: Core, visit_id: bytes, entry: VisitEntry) -> tuple[bytes, Withdrawn, Changes]:
    """Put another visit in the place of this one, which is withdrawn as corrected; both in one save.

    Who was there stays, unless `entry` names somebody else; who corrected it is the author of the record.

    Raises:
        UserError: visit_unknown, and as `visits.save_visit`.
    """
    visits.check(core, entry)
    author = core.author()
    with core.vault.change(author) as change:
        done = _withdraw(change, visit_id, Withdrawal.CORRECTED)
        group = change.writer.value_of("visit", visit_id, "group_id")
        # What is written next looks for open promises in the vault itself.
        change.writer.flush()
        tied = group if isinstance(group, bytes) else None
        there = change.writer.value_of("visit", visit_id, "by_id")
        if entry.by_id is None and isinstance(there, bytes):
            entry = replace(entry, by_id=there)
        corrected = visits.write(change, author, entry, corrects=visit_id, group=tied)
        audit.record(core, change, audit.UNDO, visit_id)
    return corrected, done, Changes.of(*_KINDS)


def undo_correction(core: Core, corrected: bytes, done: Withdrawn) -> Changes:
    """Take a correction back: the visit that was corrected counts again."""
    changes = visits.undo_visit(core, corrected)
    return Changes(changes.kinds | restore(core, done).kinds)


def left_out(core: Core, wanted: LogFilter) -> tuple[int, LeftOut]:
    """How many supports a table of what matches would hold, and who would not be named in it."""
    named = exports.gate(core)
    return len(withheld(whole(core, wanted), named)), named.left_out


def withheld(rows: Iterable[LogRow], named: Gate) -> tuple[LogRow, ...]:
    """The log as it may leave the vault: what was done stays, and who did not agree is not named."""
    found = []
    for row in rows:
        passing = [named.passes(NOTES, person, row.household_id) for person in row.people]
        may = all(passing) if passing else named.passes(NOTES, None, row.household_id)
        found.append(row if may else replace(row, whom=_("not named"), code="", note=""))
    return tuple(found)


def export_log(core: Core, wanted: LogFilter, *, ground: str = "") -> exports.Written:
    """Write what matches into a table (CSV) with the columns of B01.

    Who did not agree is not named in it, unless there is a `ground`.

    Raises:
        UserError: export_unwritable, ground_unknown.
    """
    named = exports.gate(core, ground)
    rows = withheld(whole(core, wanted), named)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(headings())
    table.writerows([exports.harmless(cell) for cell in cells(row, at)] for at, row in enumerate(rows, 1))
    name = _("support log {day}").format(day=core.today.isoformat())
    content = text.getvalue().encode("utf-8-sig")
    about = len({row.household_id for row in rows})
    path, changes = exports.hand_out(core, (name, ".csv"), content, LOG, about, left_out=named.left_out)
    return exports.Written(path, len(rows), named.left_out, changes)


def whole(core: Core, wanted: LogFilter) -> tuple[LogRow, ...]:
    """Everything that matches, for a file or paper."""
    rows: list[LogRow] = []
    after: LogPlace | None = None
    with core.vault.read() as connection:
        while True:
            part = logbook.page(connection, wanted, after, _WHOLE)
            rows += part.rows
            after = part.following
            if after is None:
                return tuple(rows)


def headings() -> tuple[str, ...]:
    """The columns of B01 (domain.md 4.3)."""
    return (
        _("No."),
        _("Day"),
        _("Village"),
        _("Household, person"),
        _("Service"),
        _("Result"),
        _("Helped by"),
        _("Next appointment"),
        _("Note"),
    )


def cells(row: LogRow, number: int) -> tuple[str, ...]:
    """A support as a line of B01."""
    note = row.note.replace("\n", " ")
    if row.withdrawn is not None:
        note = " · ".join(part for part in (withdrawal_words(row.withdrawn), note) if part)
    return (
        str(number),
        format_date(row.on),
        row.village,
        " · ".join(part for part in (row.code, row.whom) if part),
        f"{row.service} {row.service_name}".strip(),
        result_words(row.result),
        row.by,
        format_date(row.again_on) if row.again_on is not None else "",
        note,
    )


def _withdraw(change: Change, visit_id: bytes, why: Withdrawal) -> Withdrawn:
    known = select(VISIT.c.id).where(VISIT.c.id == visit_id, visit_counts())
    if change.connection.execute(known).one_or_none() is None:
        raise UserError("visit_unknown")
    writer = change.writer
    parts = supports.parts_of_visit(change.connection, visit_id)
    seen = tuple(parts.made.get("observation", ()))
    promised = _open_ones(change.connection, parts.made.get("follow_up", []))
    kept = tuple((one, _text(writer.value_of("follow_up", one, "done_on"))) for one in parts.closed)
    writer.update("visit", visit_id, withdrawn_why=why.value)
    writer.load("observation", seen)
    for observation in seen:
        writer.remove("observation", observation)
    for follow_up in promised:
        writer.update("follow_up", follow_up, state="cancelled")
    for follow_up, _done_on in kept:
        writer.update("follow_up", follow_up, state="open", done_on=None, closing_visit_id=None)
    return Withdrawn(visit_id, seen, promised, kept)


def _restore(change: Change, done: Withdrawn) -> None:
    writer = change.writer
    writer.update("visit", done.visit_id, withdrawn_why=None)
    for observation in done.observations:
        writer.restore("observation", observation)
    for follow_up in done.cancelled:
        writer.update("follow_up", follow_up, state="open")
    for follow_up, done_on in done.reopened:
        if writer.value_of("follow_up", follow_up, "state") == "open":
            writer.update(
                "follow_up", follow_up, state="done", done_on=done_on, closing_visit_id=done.visit_id
            )


def _open_ones(connection: Connection, ids: list[bytes]) -> tuple[bytes, ...]:
    query = select(_FOLLOW_UP.c.id).where(_FOLLOW_UP.c.id.in_(ids), _FOLLOW_UP.c.state == "open")
    return tuple(connection.execute(query).scalars())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
