"""The honest sync badge: a pure function from the state of the exchange to what the top bar says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tongcds.domain.views import SyncPhase, SyncStatus, Tone
from tongcds.i18n import _, format_number, ngettext
from ui.words import moment


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
    if status.phase is SyncPhase.SENDING and status.to_send:
        words = _("Sending {done} of {total}").format(
            done=format_number(status.sent), total=format_number(status.to_send)
        )
        return Badge(words, Tone.INFO, "refresh-cw")
    if status.needs_you or status.phase is SyncPhase.NEEDS_YOU:
        words = _("Needs you ({n})").format(n=format_number(max(1, status.needs_you)))
        return Badge(words, Tone.BAD, "circle-alert")
    if status.waiting:
        return _waiting(status)
    if status.received_at is not None:
        words = _("All received at {time}").format(time=moment(status.received_at, now))
        return Badge(words, Tone.GOOD, "circle-check")
    return Badge(_("Nothing to send yet"), Tone.QUIET, "cloud-check" if status.online else "cloud-off")


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
