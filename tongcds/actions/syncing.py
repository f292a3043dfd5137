"""Exchanging with the server, and everything Đồng bộ shows about it."""

from __future__ import annotations

from collections.abc import Callable

from tongcds.actions.core import Changes, Core
from tongcds.domain.views import SyncStatus, SyncView
from tongcds.records.declare import DELETED
from tongcds.replica import Writer
from tongcds.storage import exchange, local
from tongcds.sync.exchange import Outcome, Progress


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
            returned=exchange.returned(connection),
            history=exchange.history(connection),
            imports=exchange.imports(connection),
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


def _use(writer: Writer, clash: exchange.ConflictValues) -> None:
    if clash.field != DELETED:
        writer.update(clash.subject_type, clash.subject_id, **{clash.field: clash.other})
    elif clash.other:
        writer.remove(clash.subject_type, clash.subject_id)
    else:
        writer.restore(clash.subject_type, clash.subject_id)
