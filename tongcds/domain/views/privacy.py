"""The access log, consent and requests about personal data, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, and when. `about` is a household's code and head, or ""; `here`: on this computer.

    `kind` is open, reveal, export, print, undo, erase, keys, day, bulk or restart; `count` belongs to it.
    `at` is None where only the day is known.
    """

    on: date
    at: datetime | None
    person: str
    kind: str
    about: str
    detail: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """Something that does not fit in the access log; `code` as in `storage.audit.Finding`."""

    code: str
    log: str
    sequence: int


@dataclass(frozen=True, slots=True)
class AuditView:
    """The latest lines and what the check of the chain found."""

    lines: tuple[AuditLine, ...]
    findings: tuple[AuditFinding, ...]


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something about privacy that waits for somebody: a request that is due, too much looked at.

    `kind`: request, bulk, retention. `days_left` is negative when it is overdue, None when there is no day.
    """

    kind: str
    title: str
    detail: str
    days_left: int | None
    household_id: bytes = b""
    count: int = 0
