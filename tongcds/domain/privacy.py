"""Duties about personal data as tables that a province edits: consent, requests, holidays, retention.

The rules follow Luật 91/2025/QH15 and Nghị định 356/2025/NĐ-CP: a reply within 2 working days; then 10, 15 or
20 days by kind, some with one extension. Consent is asked purpose by purpose; silence is no consent. What is
kept of it are records; whether data of a kind may be written without consent is the commune's to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from tongcds.domain.tables import Lines, read_some
from tongcds.domain.views import ConsentState, RequestRow
from tongcds.errors import UserError
from tongcds.i18n import N_, _, format_date, format_number, language, ngettext
from tongcds.paths import resources_folder

_Row = TypeVar("_Row")

_SATURDAY: Final = 5
_MONTHS: Final = 12
_SHORTEST: Final = 28


class Way(StrEnum):
    """How somebody said yes, or took it back."""

    PAPER = "paper"
    SPOKEN = "spoken"
    TICKED = "ticked"


class RequestState(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class Since(StrEnum):
    """From which day retention counts."""

    LEFT = "left"
    DONE = "done"
    ENDED = "ended"
    TAKEN = "taken"
    LOGGED = "logged"
    HELD = "held"


WAY_NAMES: Final = MappingProxyType(
    {
        Way.PAPER: N_("signed paper"),
        Way.SPOKEN: N_("spoken, with a witness"),
        Way.TICKED: N_("ticked in person"),
    }
)
STATE_NAMES: Final = MappingProxyType(
    {
        RequestState.OPEN: N_("open"),
        RequestState.DONE: N_("done"),
        RequestState.DECLINED: N_("declined"),
    }
)
_AUDIT: Final = MappingProxyType(
    {
        "open": N_("opened the household"),
        "reveal": N_("showed the number"),
        "export": N_("wrote a file"),
        "print": N_("printed"),
        "without": N_("went on without the consent of those concerned"),
        "backup": N_("made a sealed copy of the vault elsewhere"),
        "undo": N_("took back"),
        "erase": N_("erased at the person's request"),
        "keys": N_("changed who may open the vault"),
        "day": N_("count of a day"),
        "bulk": N_("opened very many households"),
        "restart": N_("the vault was put back from a copy"),
        "retire": N_("removed the vault from the computer"),
    }
)
_FINDINGS: Final = MappingProxyType(
    {
        "changed": N_("Line {n} of the access log was changed."),
        "missing": N_("Line {n} of the access log is missing."),
        "cut": N_("The access log was cut off before line {n}."),
        "anchor_changed": N_("What the server knows of line {n} is not what stands here."),
        "write_changed": N_("Change number {n} of this computer is not as it was sent."),
        "receipt_wrong": N_("The server's receipt does not fit what this computer sent."),
        "restarted": N_("The vault was put back from a copy; lines up to {n} are gone."),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """What is read aloud when consent is asked; a change of wording is a new version.

    An answer holds for so many `months`, then somebody asks again; 0 means without end.
    """

    code: str
    valid_from: date
    months: int
    text_vi: str
    text_en: str

    def text(self) -> str:
        """In the language in force."""
        return self.text_vi if language() == "vi" else self.text_en

    def holds_until(self, given_on: date) -> date | None:
        """The last day on which an answer of this day counts; None when it does not run out."""
        return months_after(given_on, self.months) if self.months else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What data may be used for. `kinds`: the sensitive fields that may be written with it alone.

    `basis` names the law where the commune decided that no consent is needed for it.
    """

    code: str
    name_vi: str
    name_en: str
    kinds: tuple[str, ...] = ()
    basis: str = ""

    def name(self) -> str:
        """In the language in force."""
        return self.name_vi if language() == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKind:
    """What somebody may ask for: working days until a reply, days until it is done, days of an extension."""

    code: str
    name_vi: str
    name_en: str
    reply_days: int
    days: int
    extension_days: int

    def name(self) -> str:
        """In the language in force."""
        return self.name_vi if language() == "vi" else self.name_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A public holiday; its code is the day."""

    code: date
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many months records of a type are kept, since when that counts, and who says so.

    `source` is a law or a decision, in Vietnamese, for whoever edits the table.
    """

    code: str
    months: int
    since: Since
    what_vi: str
    what_en: str
    source: str

    def what(self) -> str:
        """In the language in force."""
        return self.what_vi if language() == "vi" else self.what_en


@cache
def _lines(folder: Path | None, name: str, row_type: type[_Row]) -> Lines[_Row]:
    return read_some((folder or resources_folder() / "privacy") / name, row_type)


def _texts(folder: Path | None) -> Lines[ConsentText]:
    return _lines(folder, "consent_texts.csv", ConsentText)


def _purposes(folder: Path | None) -> Lines[Purpose]:
    return _lines(folder, "consent_purposes.csv", Purpose)


def _kinds(folder: Path | None) -> Lines[RequestKind]:
    return _lines(folder, "request_kinds.csv", RequestKind)


def _holidays(folder: Path | None) -> Lines[Holiday]:
    return _lines(folder, "holidays.csv", Holiday)


def _retention(folder: Path | None) -> Lines[Retention]:
    return _lines(folder, "retention.csv", Retention)


def problems(folder: Path | None = None) -> tuple[UserError, ...]:
    """What is wrong with single lines of these tables: they are left out, and everything else is there.

    Nothing goes out or away for want of a line: a purpose that is lost is one that nobody agreed to, a type
    without a time is kept, and nobody is asked with a text that is not there.
    """
    read = (_texts(folder), _purposes(folder), _kinds(folder), _holidays(folder), _retention(folder))
    return tuple(problem for lines in read for problem in lines.problems)


@cache
def load_consent_texts(folder: Path | None = None) -> tuple[ConsentText, ...]:
    """All versions, the oldest first."""
    return tuple(sorted(_texts(folder).rows, key=lambda text: text.valid_from))


def consent_text(on: date) -> ConsentText:
    """The version in force on a day; before the first one, the first.

    Raises:
        UserError: no line of the table makes sense, so there is nothing to ask with.
    """
    texts = load_consent_texts()
    if not texts:
        raise next(iter(_texts(None).problems), UserError("table_unreadable", file="consent_texts.csv"))
    return next((text for text in reversed(texts) if text.valid_from <= on), texts[0])


@cache
def load_purposes(folder: Path | None = None) -> MappingProxyType[str, Purpose]:
    """The purposes by code, in the order of the table."""
    return MappingProxyType({row.code: row for row in _purposes(folder).rows})


@cache
def load_request_kinds(folder: Path | None = None) -> MappingProxyType[str, RequestKind]:
    """The kinds of request by code, in the order of the table."""
    return MappingProxyType({row.code: row for row in _kinds(folder).rows})


@cache
def load_holidays(folder: Path | None = None) -> frozenset[date]:
    """Public holidays."""
    return frozenset(row.code for row in _holidays(folder).rows)


@cache
def load_retention(folder: Path | None = None) -> MappingProxyType[str, Retention]:
    """How long each type of record is kept, by type; one that is not there is kept without end."""
    return MappingProxyType({row.code: row for row in _retention(folder).rows})


def log_kept_from(today: date) -> date:
    """The first day of which the access log still keeps its lines."""
    rule = load_retention().get("audit")
    return date.min if rule is None else months_after(today, -rule.months)


def is_working_day(day: date) -> bool:
    """Monday to Friday, holidays aside."""
    return day.weekday() < _SATURDAY and day not in load_holidays()


def working_days_after(day: date, count: int) -> date:
    """The last of so many working days after a day."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def months_after(day: date, months: int) -> date:
    """The day so many months later (earlier with a minus), the 28th at the latest where a month is short."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(day.day, _SHORTEST))


def due_days(kind: RequestKind, received_on: date) -> tuple[date, date]:
    """Until when to reply, and until when it has to be done."""
    return working_days_after(received_on, kind.reply_days), received_on + timedelta(days=kind.days)


def sensitive_without_consent(given: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """Those of the filled fields that need a consent of their own which was not given.

    Args:
        given: the purposes that were agreed to.
        fields: filled fields that are sensitive.
    """
    purposes = load_purposes()
    covered = {kind for code in given if code in purposes for kind in purposes[code].kinds}
    needed = {kind for one in purposes.values() if not one.basis for kind in one.kinds}
    if _purposes(None).problems:
        # Which fields the lost purpose was of, nobody can say: all that no law lets us keep.
        needed = set(fields) - {kind for one in purposes.values() if one.basis for kind in one.kinds}
    return tuple(field for field in fields if field in needed - covered)


def audit_words(kind: str) -> str:
    """What a line of the access log says."""
    return _(_AUDIT[kind]) if kind in _AUDIT else kind


def finding_words(code: str, sequence: int) -> str:
    """What the check of the access log found, in a sentence."""
    return _(_FINDINGS[code]).format(n=sequence)


def consent_line(state: ConsentState) -> str:
    """Where a consent stands: "Agreed to 3 of 4 purposes, 12/11/2026"."""
    if state.on is None:
        return _("Consent not asked yet")
    if state.withdrawn_on is not None:
        return _("Consent withdrawn, {day}").format(day=format_date(state.withdrawn_on))
    if state.expired and state.expires_on is not None:
        return _("Consent expired, {day}; ask again").format(day=format_date(state.expires_on))
    asked = len(load_purposes())
    words = ngettext(
        "Agreed to {given} of {n} purpose, {day}", "Agreed to {given} of {n} purposes, {day}", asked
    )
    return words.format(given=len(state.given), n=asked, day=format_date(state.on))


def request_words(row: RequestRow) -> str:
    """Where a request stands: "reply by 25/11/2026", "to be done by 13/12/2026", "done, 2/12/2026"."""
    if row.state != RequestState.OPEN:
        known = STATE_NAMES.get(RequestState(row.state)) if row.state in set(RequestState) else row.state
        day = format_date(row.done_on) if row.done_on is not None else ""
        return ", ".join(part for part in (_(known or ""), day) if part)
    if row.replied_on is None:
        return _("reply by {day}").format(day=format_date(row.reply_by))
    return _("to be done by {day}").format(day=format_date(row.extended_to or row.due_on))


def erased_words(records: int) -> str:
    """What an erasure did."""
    words = ngettext(
        "Erased: {n} record. It goes from the server and all other computers with the next exchanges, and "
        "from older backups within 30 days.",
        "Erased: {n} records. They go from the server and all other computers with the next exchanges, and "
        "from older backups within 30 days.",
        records,
    )
    return words.format(n=format_number(records))
