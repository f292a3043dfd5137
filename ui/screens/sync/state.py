"""What Đồng bộ says about an exchange: pure functions from its status to words; `screen` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongcds.domain.attachments import unwanted_words
from tongcds.domain.views import SyncPhase, SyncStatus, SyncView, Tone
from tongcds.errors import UnavailableError, sentence
from tongcds.i18n import _, format_bytes, format_number, ngettext
from ui.words import moment

_MINUTE: Final = 60
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Progress:
    """The strip over the page. `share` None draws no meter; `action` "" shows no button."""

    words: str
    detail: str = ""
    share: float | None = None
    action: str = ""
    icon: str = "refresh-cw"
    tone: Tone | None = None


def kind_words(kind: str, count: int) -> str:
    """A number of records of a kind: "12 visits"."""
    match kind:
        case "household":
            words = ngettext("{n} household", "{n} households", count)
        case "person":
            words = ngettext("{n} person", "{n} people", count)
        case "observation":
            words = ngettext("{n} observation", "{n} observations", count)
        case "visit":
            words = ngettext("{n} visit", "{n} visits", count)
        case "support":
            words = ngettext("{n} support", "{n} supports", count)
        case "attachment":
            words = ngettext("{n} photo or paper", "{n} photos and papers", count)
        case "follow_up":
            words = ngettext("{n} promise", "{n} promises", count)
        case _:
            words = ngettext("{n} other change", "{n} other changes", count)
    return words.format(n=format_number(count))


def time_left(seconds: int) -> str:
    """An estimate, no more exact than it is."""
    if seconds < _MINUTE:
        return ngettext("about {n} second left", "about {n} seconds left", seconds).format(n=seconds)
    minutes = round(seconds / _MINUTE)
    return ngettext("about {n} minute left", "about {n} minutes left", minutes).format(n=minutes)


def _waits(status: SyncStatus) -> str:
    if status.packed_in and status.packed == status.waiting:
        packed = ngettext(
            "{n} change is on USB {file} and waits for the receipt",
            "{n} changes are on USB {file} and wait for the receipt",
            status.waiting,
        )
        return packed.format(n=format_number(status.waiting), file=status.packed_in)
    words = ngettext(
        "{n} change is saved on this computer and waits",
        "{n} changes are saved on this computer and wait",
        status.waiting,
    )
    return words.format(n=format_number(status.waiting))


def _sending(status: SyncStatus) -> Progress:
    words = _("Sending {done} of {total} changes").format(
        done=format_number(status.sent), total=format_number(status.to_send)
    )
    parts = []
    if status.bytes_to_send:
        sizes = {"done": format_bytes(status.bytes_sent), "total": format_bytes(status.bytes_to_send)}
        parts.append(_("{done} of {total}").format(**sizes))
    if status.seconds_left is not None:
        parts.append(time_left(status.seconds_left))
    return Progress(words, " · ".join(parts), status.sent / status.to_send, _("Pause"))


def _trouble(status: SyncStatus, now: datetime) -> str:
    """What went wrong, and when it is tried again: a time of day, which stays true while nobody looks."""
    words = sentence(UnavailableError(status.problem))
    if status.again_at is None:
        return words
    again = _("The next try is at {time}.").format(time=moment(status.again_at, now))
    return f"{words} {again}"


def _why(status: SyncStatus, kinds: tuple[tuple[str, int], ...], now: datetime) -> str:
    """What is to be said of changes that wait: what is in the way, or else what they are."""
    if not status.registered:
        return _(
            "The province does not know this computer yet. It will at the first sync, "
            "or through the first file on a USB stick."
        )
    if status.problem:
        return _trouble(status, now)
    parts = [kind_words(kind, count) for kind, count in kinds]
    if status.packed_in and status.packed < status.waiting:
        on_usb = ngettext("{n} of them on USB {file}", "{n} of them on USB {file}", status.packed)
        parts.append(on_usb.format(n=format_number(status.packed), file=status.packed_in))
    return ", ".join(parts)


def _sending_files(status: SyncStatus) -> Progress:
    words = _("Sending photos and papers: {done} of {total}").format(
        done=format_number(status.files_sent), total=format_number(status.files_to_send)
    )
    sizes = {
        "done": format_bytes(status.file_bytes_sent),
        "total": format_bytes(status.file_bytes_to_send),
    }
    share = status.file_bytes_sent / max(1, status.file_bytes_to_send)
    return Progress(words, _("{done} of {total}").format(**sizes), share, _("Pause"))


def _running(status: SyncStatus) -> Progress:
    if status.is_sending:
        return _sending(status)
    if status.phase is SyncPhase.SENDING and status.files_to_send:
        return _sending_files(status)
    return Progress(_("Fetching what others changed"), "", None, _("Pause"))


def _files_wait(status: SyncStatus) -> Progress:
    words = ngettext("{n} photo or paper waiting", "{n} photos and papers waiting", status.files_waiting)
    detail = _("{size}; all other changes are received. They are sent by themselves.").format(
        size=format_bytes(status.file_bytes_waiting)
    )
    if status.files_unwanted:
        detail = " ".join((detail, unwanted_words(status.files_unwanted)))
    icon = "clock" if status.online else "cloud-off"
    tone = Tone.WARN if status.files_unwanted else Tone.INFO
    return Progress(words.format(n=format_number(status.files_waiting)), detail, icon=icon, tone=tone)


def _idle(status: SyncStatus, kinds: tuple[tuple[str, int], ...], now: datetime) -> Progress:
    if status.waiting:
        icon = "clock" if status.online else "cloud-off"
        return Progress(_waits(status), _why(status, kinds, now), icon=icon, tone=Tone.WARN)
    if status.files_waiting:
        return _files_wait(status)
    if status.received_at is None:
        return Progress(
            _("Nothing to send yet"),
            _("What you log is saved on this computer first, and sent as soon as there is a network."),
            icon="cloud-check",
        )
    return Progress(
        _("The province has everything"),
        _("All received at {time}").format(time=moment(status.received_at, now)),
        icon="circle-check",
        tone=Tone.GOOD,
    )


def _metered(status: SyncStatus, price: int) -> Progress:
    """What sending would take over a link that is paid by volume; `price` of a megabyte in đồng or 0."""
    size = format_bytes(status.cost_bytes)
    if price:
        dong = format_number(max(1, round(status.cost_bytes / _MEGABYTE * price)))
        told = _("This network is paid by volume: about {size}, some {dong} đồng, and what is new here.")
        detail = told.format(size=size, dong=dong)
    else:
        told = _("This network is paid by volume: about {size}, and what is new here.")
        detail = told.format(size=size)
    return Progress(_waits(status), detail, None, _("Send now"), "circle-alert", Tone.WARN)


def progress(
    status: SyncStatus, kinds: tuple[tuple[str, int], ...], now: datetime, *, price: int = 0
) -> Progress:
    """What the strip says; `kinds` are the waiting changes by type of record."""
    match status.phase:
        case SyncPhase.SENDING | SyncPhase.RECEIVING:
            return _running(status)
        case SyncPhase.PAUSED:
            return Progress(_("Paused"), _waits(status), None, _("Go on"), "pause", Tone.WARN)
        case SyncPhase.NEEDS_UPDATE:
            trouble = sentence(UnavailableError("protocol_unsupported"))
            return Progress(_("Update needed"), trouble, icon="triangle-alert", tone=Tone.BAD)
        case SyncPhase.NEEDS_YOU:
            trouble = sentence(UnavailableError(status.problem)) if status.problem else _waits(status)
            return Progress(_("This needs you"), trouble, icon="circle-alert", tone=Tone.BAD)
    return _metered(status, price) if status.phase is SyncPhase.METERED else _idle(status, kinds, now)


def places_head(view: SyncView) -> str:
    """The title over what needs a look."""
    if view.returned or view.quarantined:
        count = len(view.returned) + len(view.quarantined) + len(view.conflicts)
        return ngettext("{n} thing to look at", "{n} things to look at", count).format(n=count)
    if view.conflicts:
        count = len(view.conflicts)
        words = ngettext("{n} place changed on two computers", "{n} places changed on two computers", count)
        return words.format(n=count)
    return _("Changed on two computers")
