"""Changes of the commune's teams that the server kept aside, for an officer of the commune to decide.

The decision is an ordinary write, made offline like any other. The server carries it out when it arrives: it
merges what was accepted as its author's own change. What the commune's own computers wrote, and what waited
for thirty days, is decided at the province (`python -m tongcds.server quarantine`).
"""

from __future__ import annotations

from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.domain.views import QuarantinedRow, Role
from tongcds.errors import UserError
from tongcds.storage import aside

__all__ = ["accept_quarantined", "quarantined", "refuse_quarantined"]

_ACCEPT: Final = "accept"
_REFUSE: Final = "refuse"


def quarantined(core: Core) -> tuple[QuarantinedRow, ...]:
    """What waits for this commune's decision, the oldest first; at most 200. Empty for every other role.

    Each row says whose change it is, of which record and village, what stands in each field now and what was
    wanted, and why the server kept it aside. `can_be_accepted` is False where no permission would help: a
    value that the server cannot keep, an observation that was to be changed.
    """
    known = core.credentials()
    if known.role != Role.COMMUNE:
        return ()
    with core.vault.read() as connection:
        return aside.quarantined(connection, known.unit_id)


def accept_quarantined(core: Core, record_id: bytes) -> Changes:
    """Let a change take effect in its author's name; the next exchange brings the decision to the server.

    Raises:
        UserError: `quarantine_unknown` when nothing of that kind waits (it may be decided already),
            `quarantine_not_acceptable` where `can_be_accepted` is False.
    """
    return _decide(core, record_id, _ACCEPT)


def refuse_quarantined(core: Core, record_id: bytes) -> Changes:
    """Let a change have no effect; its author hears of it.

    Raises:
        UserError: `quarantine_unknown`.
    """
    return _decide(core, record_id, _REFUSE)


def _decide(core: Core, record_id: bytes, decision: str) -> Changes:
    row = next((row for row in quarantined(core) if row.record_id == record_id), None)
    if row is None:
        raise UserError("quarantine_unknown")
    if decision == _ACCEPT and not row.can_be_accepted:
        raise UserError("quarantine_not_acceptable")
    with core.vault.change(core.author()) as change:
        change.writer.update("quarantined", record_id, decision=decision)
    return Changes.of("quarantined")
