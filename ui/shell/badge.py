"""The honest sync badge: a pure function from the state of the exchange to what the top bar says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tongcds.clock import VIETNAM
from tongcds.domain.views import SyncPhase, SyncStatus, Tone
from tongcds.i18n import _, format_bytes, format_date, format_number, ngettext
from ui.words import moment

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Badge:
    """What the badge says, in which tone, with which icon."""

    words: str
    tone: Tone
    icon: str


def sync_badge(status: SyncStatus, now: datetime) -> Badge:
    """One of: update needed, sending n of m, needs you (n), n changes waiting (offline or not), received.

    "Received" is said only while nothing waits: it means that the server has everything this machine wrote.
    """
    if status.phase is SyncPhase.NEEDS_UPDATE:
        return Badge(_("Update needed"), Tone.BAD, "triangle-alert")
    if status.is_sending:
        words = _("Sending {done} of {total}").format(
            done=format_number(status.sent), total=format_number(status.to_send)
        )
        return Badge(words, Tone.INFO, "refresh-cw")
    if status.needs_you or status.phase is SyncPhase.NEEDS_YOU:
        words = _("Needs you ({n})").format(n=format_number(max(1, status.needs_you)))
        return Badge(words, Tone.BAD, "circle-alert")
    if status.waiting or status.files_waiting:
        return _waiting(status) if status.waiting else _files(status)
    if status.received_at is not None:
        words = _("All received at {time}").format(time=moment(status.received_at, now))
        return Badge(words, Tone.GOOD, "circle-check")
    return Badge(_("Nothing to send yet"), Tone.QUIET, "cloud-check" if status.online else "cloud-off")


def _files(status: SyncStatus) -> Badge:
    """Records have arrived; photos and papers are on their way, or wait."""
    if status.phase is SyncPhase.SENDING and status.files_to_send:
        words = _("Photos: {done} of {total}, {size}").format(
            done=format_number(status.files_sent),
            total=format_number(status.files_to_send),
            size=format_bytes(status.file_bytes_sent),
        )
        return Badge(words, Tone.INFO, "refresh-cw")
    words = ngettext("{n} photo or paper waiting", "{n} photos and papers waiting", status.files_waiting)
    words = words.format(n=format_number(status.files_waiting))
    return Badge(words, Tone.QUIET, "clock" if status.online else "cloud-off")


def _waiting(status: SyncStatus) -> Badge:
    number = format_number(status.waiting)
    if status.phase is SyncPhase.METERED:
        words = ngettext(
            "Paid network · {n} change waiting", "Paid network · {n} changes waiting", status.waiting
        )
        return Badge(words.format(n=number), Tone.WARN, "circle-alert")
    if status.online:
        words = ngettext("{n} change waiting", "{n} changes waiting", status.waiting)
        return Badge(words.format(n=number), Tone.WARN, "clock")
    words = ngettext("Offline · {n} change waiting", "Offline · {n} changes waiting", status.waiting)
    return Badge(words.format(n=number), Tone.WARN, "cloud-off")


def clock_warning(status: SyncStatus, now: datetime) -> str:
    """What to say of a clock that is more than a day off; "" for one that is not."""
    if not status.clock_wrong_ms:
        return ""
    days = max(1, round(abs(status.clock_wrong_ms) / _DAY_MS))
    behind = ngettext(
        "The clock of this computer is {n} day behind: it says {today}.",
        "The clock of this computer is {n} days behind: it says {today}.",
        days,
    )
    ahead = ngettext(
        "The clock of this computer is {n} day ahead: it says {today}.",
        "The clock of this computer is {n} days ahead: it says {today}.",
        days,
    )
    told = (behind if status.clock_wrong_ms > 0 else ahead).format(
        n=format_number(days), today=format_date(now.astimezone(VIETNAM).date())
    )
    safe = _("Nothing is lost, but days in the log will be wrong. Please set the date and time.")
    return f"{told} {safe}"
