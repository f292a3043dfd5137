"""Exchanging with the server, and everything Đồng bộ shows about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from tongcds.actions import opening
from tongcds.actions.core import Changes, Core
from tongcds.clock import day_of, milliseconds
from tongcds.domain.identity import read_id_number
from tongcds.domain.views import QuarantinedRow, RememberedRow, Role, SilentRow, SyncStatus, SyncView
from tongcds.errors import UserError
from tongcds.forms.one_field import read_field
from tongcds.i18n import _, format_date, format_number, ngettext
from tongcds.protocol import invitations
from tongcds.records import record_type
from tongcds.records.declare import DELETED
from tongcds.replica import Writer, load_identity
from tongcds.replica.lost import count_lost
from tongcds.reports import silence
from tongcds.storage import aside, exchange, local, waiting
from tongcds.sync import bundles, carrying, enrol
from tongcds.sync.alone import AUTHORS_HAVE_MS
from tongcds.sync.bundles import Exported, Imported
from tongcds.sync.exchange import Outcome, Progress

__all__ = [
    "Exported",
    "Imported",
    "answers_to_bring_back",
    "export_bundle",
    "remembered_words",
    "settle_conflict",
    "settle_with",
    "status",
    "sync_now",
    "sync_view",
    "take_bundle",
    "taken_words",
]


_LOOKS_AFTER: Final = frozenset({Role.COMMUNE, Role.AREA, Role.PROVINCE})


def sync_now(
    core: Core,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """One whole exchange in the calling thread.

    Raises:
        UnavailableError: the network or the server is not there; nothing is lost.
        UserError: the server refuses; the sentence says what to do.
    """
    return core.runner.exchange_now(progress, cancelled)


def status(core: Core) -> SyncStatus:
    """The truth behind the badge."""
    return core.runner.status()


def sync_view(core: Core) -> SyncView:
    """What waits, what two machines changed, what came back, and how exchanges and imports went."""
    with core.vault.read() as connection:
        enrolment = local.load_enrolment(connection)
        return SyncView(
            server_name=enrolment.credentials.server_name if enrolment else "",
            server_url=enrolment.server_url if enrolment else "",
            status=core.runner.status_in(connection),
            waiting_by_type=exchange.waiting_by_type(connection),
            conflicts=exchange.conflicts(connection),
            returned=aside.returned(connection),
            history=exchange.history(connection),
            imports=exchange.imports(connection),
            waiting=waiting.by_household(connection),
            heard=_heard(core, connection, enrolment),
            quarantined=_for_officers(connection, enrolment),
            remembered=_remembered(connection),
        )


def _remembered(connection: Connection) -> tuple[RememberedRow, ...]:
    """What a server that was put back from a copy lost and this laptop keeps."""
    counted = count_lost(connection)
    found = [RememberedRow(count, place or _("a village")) for place, count in sorted(counted.whole.items())]
    found += [RememberedRow(count, place, left=True) for place, count in sorted(counted.left.items())]
    if counted.changed:
        on = day_of(counted.since + AUTHORS_HAVE_MS)
        found.insert(0, RememberedRow(counted.changed, on=on))
    return tuple(found)


def remembered_words(row: RememberedRow) -> str:
    """What to tell a person about it."""
    if row.left:
        words = ngettext(
            "The server was put back from a copy and has {n} record outside {place} that had been brought "
            "there since. What was in it is kept on this computer, unseen. Ask whoever moved it to sync, or "
            "your commune to bring it to {place} again.",
            "The server was put back from a copy and has {n} records outside {place} that had been brought "
            "there since. What was in them is kept on this computer, unseen. Ask whoever moved them to sync, "
            "or your commune to bring them to {place} again.",
            row.count,
        )
        return words.format(n=format_number(row.count), place=row.place)
    if row.on is None:
        words = ngettext(
            "The server was put back from a copy and does not know {place}: {n} record of it is kept on "
            "this computer, unseen, and goes back to the server once {place} is there again.",
            "The server was put back from a copy and does not know {place}: {n} records of it are kept on "
            "this computer, unseen, and go back to the server once {place} is there again.",
            row.count,
        )
        return words.format(n=format_number(row.count), place=row.place)
    words = ngettext(
        "The server was put back from a copy: what others had changed since in {n} record is kept on this "
        "computer. If they do not send it again themselves, it goes back to the server from {day} on.",
        "The server was put back from a copy: what others had changed since in {n} records is kept on this "
        "computer. If they do not send it again themselves, it goes back to the server from {day} on.",
        row.count,
    )
    return words.format(n=format_number(row.count), day=format_date(row.on))


def _for_officers(connection: Connection, enrolment: local.Enrolment | None) -> tuple[QuarantinedRow, ...]:
    """What the commune's officers decide; nobody else sees any of it."""
    if enrolment is None or Role(enrolment.credentials.role) is not Role.COMMUNE:
        return ()
    return aside.quarantined(connection, enrolment.credentials.unit_id)


def _heard(
    core: Core, connection: Connection, enrolment: local.Enrolment | None
) -> tuple[SilentRow, ...] | None:
    """The teams that somebody above them looks after; a team sees none."""
    role = None if enrolment is None else Role(enrolment.credentials.role)
    if enrolment is None or role not in _LOOKS_AFTER:
        return None
    unit_id = enrolment.credentials.unit_id
    return silence.last_heard(connection, unit_id, core.today, is_commune=role is Role.COMMUNE)


def export_bundle(core: Core, folder: Path) -> Exported:
    """Write what waits into a bundle file in `folder`; it waits on until a receipt covers it.

    Raises:
        UserError: stick_unwritable, stick_lies.
    """
    done = bundles.export(core.vault, folder, core.clock)
    _note(core, "usb", sent=done.writes, received=0)
    return done


def take_bundle(core: Core, path: Path) -> tuple[Imported, Changes]:
    """Take a file from a stick in: an answer for this laptop, or a file of somebody else's to carry.

    Also another invitation, for a laptop that the server does not know yet: it takes all work along.

    Raises:
        UserError: file_missing, bundle_damaged, bundle_foreign, bundle_own, server_key_changed; of an
            invitation also already_enrolled, invitation_damaged, invitation_expired_here.
        UnavailableError: courier_full, disk_full.
    """
    if path.suffix == invitations.SUFFIX:
        begun = enrol.begin(core.vault, opening.read_invitation(path))
        enrol.start(core.vault, begun, core.clock)
        return Imported("", 0, 0, carried=False), Changes(frozenset({"exchange"}))
    done = bundles.take_in(core.vault, path, core.clock)
    if done.carried:
        _note(core, "courier", sent=0, received=done.merged)
    else:
        _note(core, "usb", sent=done.sent, received=done.received)
    return done, Changes(done.kinds | {"exchange"})


def taken_words(done: Imported) -> str:
    """What to tell a person about a file that was taken in."""
    if not done.name:
        return _("The new invitation was taken; everything you wrote goes along at the next sync.")
    if done.carried:
        words = _("Kept {name}; it goes to the server at the next sync.").format(name=done.name)
        if done.merged:
            words = ngettext(
                "{n} change of {name} is shown here already; the file goes to the server at the next sync.",
                "{n} changes of {name} are shown here already; the file goes to the server at the next sync.",
                done.merged,
            ).format(n=format_number(done.merged), name=done.name)
        if done.needed_from:
            words += " " + _(
                "An earlier file of that computer is missing here: from its change number {n} on."
            ).format(n=format_number(done.needed_from))
        return words
    words = _("Taken in {name}: received by the server {sent}, new here {received}.").format(
        name=done.name, sent=format_number(done.sent), received=format_number(done.received)
    )
    if done.needed_from:
        words += " " + _("The server lacks your changes from number {n} on: export to USB once more.").format(
            n=format_number(done.needed_from)
        )
    return words


def answers_to_bring_back(core: Core, folder: Path) -> int:
    """Copy the server's answers for other laptops into `folder`; returns how many there were.

    Raises:
        UserError: stick_unwritable.
    """
    return len(carrying.copy_answers(core.vault, folder))


def _note(core: Core, way: str, *, sent: int, received: int) -> None:
    with core.vault.write() as connection:
        me = load_identity(connection, now=lambda: milliseconds(core.clock))
        local.add_exchange(
            connection,
            local.Exchange(
                at=milliseconds(core.clock),
                way=way,
                sent=sent,
                received=received,
                outcome="done",
                watermark=me.received if me else 0,
            ),
        )


def settle_conflict(core: Core, conflict_id: bytes, side: int) -> Changes:
    """Settle a conflict by choosing one of its two sides; an ordinary write either way.

    Choosing the value that stands changes nothing but the conflict. A conflict that was settled in the
    meantime is left alone.
    """
    with core.vault.change(core.author()) as change:
        row = next((r for r in exchange.conflicts(change.connection) if r.conflict_id == conflict_id), None)
        clash = exchange.conflict_values(change.connection, conflict_id)
        if row is None or clash is None:
            return Changes()
        if not row.sides[side].in_use:
            _use(change.writer, clash)
        change.writer.update("conflict", conflict_id, resolved=1)
    return Changes.of("conflict", clash.subject_type)


def settle_with(core: Core, conflict_id: bytes, words: str) -> Changes:
    """Settle a conflict with a value that neither side gave: an ordinary write, made offline like any other.

    Raises:
        UserError: conflict_unknown when it was settled in the meantime; otherwise as
            `forms.one_field.read_field`, and nothing is changed.
    """
    with core.vault.change(core.author()) as change:
        clash = exchange.conflict_values(change.connection, conflict_id)
        if clash is None:
            raise UserError("conflict_unknown")
        record = record_type(clash.subject_type)
        values = {clash.field: read_field(record, clash.field, words, core.today)}
        if clash.field == "id_number":
            values["id_kind"] = read_id_number(words).kind
        change.writer.update(clash.subject_type, clash.subject_id, **values)
        change.writer.update("conflict", conflict_id, resolved=1)
    return Changes.of("conflict", clash.subject_type)


def _use(writer: Writer, clash: exchange.ConflictValues) -> None:
    if clash.field != DELETED:
        writer.update(clash.subject_type, clash.subject_id, **{clash.field: clash.other})
    elif clash.other:
        writer.remove(clash.subject_type, clash.subject_id)
    else:
        writer.restore(clash.subject_type, clash.subject_id)
