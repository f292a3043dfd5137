"""The access log, consent and requests about personal data, as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, and when. `about` is a household's code and head, or ""; `here`: on this computer.

    `kind` is a word of `domain.privacy.audit_words`; `count` belongs to it.
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
    """Something that waits for somebody: a request about privacy, too much looked at, a report.

    `kind`: request, bulk, retention, report, reports_in, proposals, difficulty. `days_left` is negative
    when it is overdue, None when there is no day.
    """

    kind: str
    title: str
    detail: str
    days_left: int | None
    household_id: bytes = b""
    count: int = 0


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What a household or person agreed to. `consent_id` None: nobody asked yet.

    `given` and `declined` are codes of purposes; `way` as in `domain.privacy.Way`. `expired`: its time is
    over, so it counts as none until somebody is asked again.
    """

    subject: str
    subject_id: bytes
    name: str
    consent_id: bytes | None = None
    given: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    text_version: str = ""
    way: str = ""
    on: date | None = None
    collector: str = ""
    place: str = ""
    evidence: str = ""
    expires_on: date | None = None
    withdrawn_on: date | None = None
    expired: bool = False

    @property
    def agreed(self) -> tuple[str, ...]:
        """The purposes that may be relied on now: none of a consent that was taken back or has run out."""
        return () if self.withdrawn_on is not None or self.expired else self.given


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many people did not agree to a use, by `domain.consent.Stance`, and what became of them.

    Without a `ground` they are left out, with one they go along and the access log says so.
    """

    counts: tuple[tuple[str, int], ...] = ()
    ground: str = ""

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(count for _stance, count in self.counts)


NOBODY: Final = LeftOut()
"""Everybody agreed."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """A number in full; `refusal` is what to say where the person does not want it to be used."""

    number: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ConsentRenewal:
    """A household or person to be asked again, since the last answer has run out or soon will."""

    household_id: bytes
    name: str
    expires_on: date
    expired: bool


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """What somebody said when they were asked, purpose by purpose; None means that it was not answered."""

    household_id: bytes
    subject: str
    subject_id: bytes
    purposes: dict[str, bool | None]
    way: str
    on: date
    place: str = ""
    evidence: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request about personal data. `days_left` counts to the next due day, None once it is answered."""

    request_id: bytes
    household_id: bytes | None
    kind: str
    who: str
    village: str
    detail: str
    received_on: date
    reply_by: date
    due_on: date
    replied_on: date | None
    extended_to: date | None
    state: str
    done_on: date | None
    answer: str
    days_left: int | None


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request as it is written down. `household_id` None: somebody who is not in the register."""

    kind: str
    who: str
    received_on: date
    village_id: bytes
    household_id: bytes | None = None
    subject_id: bytes | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """A record whose time is over: of which type, which one, what it is called, since when it counts."""

    kind: str
    record_id: bytes
    title: str
    since: date


@dataclass(frozen=True, slots=True)
class Erased:
    """How many records were emptied."""

    records: int


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file that was written out of the vault; `there`: it still lies where it was written."""

    export_id: int
    name: str
    folder: str
    at: datetime
    kind: str
    people: int
    there: bool
