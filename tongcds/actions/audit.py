"""The log of access: what is noted, who is told when too much was looked at, and whether it is whole.

What the lines hold and how they are chained is `storage.audit`'s.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.clock import day_of, moment_of
from tongcds.domain.privacy import log_kept_from
from tongcds.domain.views import AuditFinding, AuditLine, AuditView, Reminder
from tongcds.errors import UserError
from tongcds.replica import load_identity
from tongcds.storage import audit, people
from tongcds.storage.audit import BACKUP, ERASE, EXPORT, KEYS, PRINT, RETIRE, REVEAL, UNDO, WITHOUT
from tongcds.storage.local import load_enrolment
from tongcds.storage.vault import Change
from tongcds.sync import incarnation

__all__ = [
    "BACKUP",
    "ERASE",
    "EXPORT",
    "KEYS",
    "PRINT",
    "RETIRE",
    "REVEAL",
    "UNDO",
    "WITHOUT",
    "access_log",
    "alarms",
    "is_noted_today",
    "keep_views",
    "note",
    "record",
    "record_late",
]

_LINES = 500
_ALARM_DAYS = 30
_WRITE = "write"


def note(core: Core, kind: str, subject_id: bytes = b"", *, count: int = 0, detail: str = "") -> Changes:
    """Note that the person at this computer did something, in a change of its own."""
    with core.vault.change(core.author()) as change:
        record(core, change, kind, subject_id, count=count, detail=detail)
    return Changes.of("audit")


def record(
    core: Core, change: Change, kind: str, subject_id: bytes = b"", *, count: int = 0, detail: str = ""
) -> None:
    """Note it in the change that does it: both are kept, or neither."""
    now = core.now()
    line = audit.Line(now, core.today.isoformat(), change.writer.author, kind, subject_id, count, detail)
    _anchor(change, line, households=0)


def is_noted_today(core: Core, kind: str, subject_id: bytes = b"") -> bool:
    """Whether the person who is here had this noted today."""
    who = core.author()
    with core.vault.read() as connection:
        return audit.is_said(connection, who, core.today.isoformat(), kind, subject_id)


def record_late(change: Change, kind: str, *, at: int, on: date, count: int, detail: str) -> None:
    """Note what the change's author did earlier, at a moment (milliseconds, UTC) of that local day."""
    line = audit.Line(at, on.isoformat(), change.writer.author, kind, amount=count, detail=detail)
    _anchor(change, line, households=0)


def keep_views(core: Core, *, days: bool = False) -> Changes:
    """Put down which households were opened since the last time; call it often, and before closing.

    A household counts once a person and day. Where somebody opened more than 200 in a day, the commune hears
    of it with the next exchange. A past day's count is put down once; with `days` also where nothing was
    opened since.
    """
    seen = core.take_views()
    if not seen and not days:
        return Changes()
    told = False
    with core.vault.change(core.author()) as change:
        connection = change.connection
        for who, household_id, at in seen:
            on = day_of(at).isoformat()
            if audit.is_said(connection, who, on, audit.OPEN, household_id):
                continue
            audit.append(connection, audit.Line(at, on, who, audit.OPEN, household_id))
            count = audit.opened_on(connection, who, on)
            if count > audit.BULK_HOUSEHOLDS and not audit.is_said(connection, who, on, audit.BULK):
                line = audit.Line(at, on, who, audit.BULK, amount=count)
                _anchor(change, line, households=count, whose=who)
                told = True
        for who, on, households, shown in audit.days_to_sum_up(connection, core.today.isoformat()):
            now = core.now()
            line = audit.Line(now, core.today.isoformat(), who, audit.DAY, amount=shown, detail=on)
            _anchor(change, line, households=households, on=on, whose=who)
    return Changes.of("audit") if told else Changes()


def access_log(core: Core) -> AuditView:
    """The latest lines, those of other computers that this one may see among them, and the check."""
    known = core.credentials()
    with core.vault.read() as connection:
        me = load_identity(connection, now=core.now)
        first = 1 if me is None else incarnation.numbers(connection, me)[-1].first
        findings = audit.verify(
            connection,
            device=known.device,
            first=first,
            server_key=known.server_key,
            kept_from=log_kept_from(core.today).isoformat(),
        )
        found = _lines(connection)
    return AuditView(
        tuple(sorted(found, key=_moment, reverse=True)[:_LINES]),
        tuple(AuditFinding(one.code, one.log.hex(), one.sequence) for one in findings),
    )


def alarms(connection: Connection, today: date) -> tuple[Reminder, ...]:
    """Who opened too many households in a day of the last month; nobody but the commune is told."""
    rows = audit.bulk_reading(connection, (today - timedelta(days=_ALARM_DAYS)).isoformat())
    names = people.member_names(connection, [row.subject_id for row in rows])
    return tuple(
        Reminder("bulk", names.get(row.subject_id, ""), row.on, None, count=row.households) for row in rows
    )


def _anchor(change: Change, line: audit.Line, *, households: int, on: str = "", whose: bytes = b"") -> None:
    """Add a line, and its place to the records that sync.

    `whose`: a count is put down by whoever sits there next, so the record names the member it is about.
    """
    enrolment = load_enrolment(change.connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    place = audit.append(change.connection, line)
    change.writer.create(
        "audit",
        unit_id=enrolment.credentials.unit_id,
        kind=line.kind,
        on=on or line.on,
        log=place.log,
        sequence=place.sequence,
        head=place.hash[: audit.HEAD_BYTES],
        households=households,
        amount=line.amount,
        subject_id=whose or line.subject_id or None,
    )


def _lines(connection: Connection) -> list[AuditLine]:
    enrolment = load_enrolment(connection)
    entries = () if enrolment is None else enrolment.entries
    # A team reads its commune's area, but who looked at what there is the commune's to know.
    units = [entry.area for entry in entries if entry.mode == _WRITE]
    here = audit.lines(connection, _LINES)
    there = audit.elsewhere(connection, units, _LINES)
    names = people.member_names(connection, [*(r.who for r in here), *map(_doer, there)])
    about = people.subject_names(
        connection, [*(r.subject_id for r in here), *(r.subject_id or b"" for r in there)]
    )
    found = [
        AuditLine(
            on=date.fromisoformat(row.on),
            at=moment_of(row.at),
            person=names.get(row.who, ""),
            kind=row.kind,
            about=about.get(row.subject_id, ""),
            detail=row.detail,
            count=row.amount,
            here=True,
        )
        for row in here
    ]
    found += [
        AuditLine(
            on=date.fromisoformat(row.on),
            at=None,
            person=names.get(_doer(row), ""),
            kind=row.kind,
            about=about.get(row.subject_id or b"", ""),
            detail="",
            count=row.households or row.amount or 0,
            here=False,
        )
        for row in there
    ]
    return found


def _doer(row: Any) -> bytes:  # noqa: ANN401 - rows answer each column under its name
    """Whose act a record of another computer tells of."""
    return bytes(row.subject_id if row.kind in {audit.BULK, audit.DAY} else row.author)


def _moment(line: AuditLine) -> tuple[date, datetime]:
    return line.on, line.at or datetime.combine(line.on, datetime.min.time(), UTC)
