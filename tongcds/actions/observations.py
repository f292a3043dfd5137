"""What was observed of a household in the course of time, and taking a wrong observation off the record.

An observation never changes. A wrong one is removed, and the reason stands in the access log of whoever did
it. Observing is `households.record_facts`; what follows from a support goes with its visit (`logbook`).
"""

from __future__ import annotations

from sqlalchemy import select

from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.facts import Mistake
from tongcds.domain.views import EditUndo, ObservationRow
from tongcds.errors import UserError
from tongcds.storage import register
from tongcds.storage.observations import observations_of
from tongcds.storage.presence import OBSERVATION

__all__ = ["observations", "withdraw"]


def observations(core: Core, household_id: bytes) -> tuple[ObservationRow, ...]:
    """Every observation of the household and its people, the latest day first.

    Raises:
        UserError: household_unknown.
    """
    with core.vault.read() as connection:
        if register.household_brief(connection, household_id) is None:
            raise UserError("household_unknown")
        return observations_of(connection, household_id)


def withdraw(core: Core, observation_id: bytes, why: str) -> tuple[EditUndo, Changes]:
    """Take an observation off the record; what was observed before it counts again.

    Raises:
        UserError: observation_unknown (also one that was withdrawn before), observation_of_visit,
            mistake_unknown.
    """
    if why not in list(Mistake):
        raise UserError("mistake_unknown", reason=why)
    seen = OBSERVATION.c
    wanted = select(seen.subject_id, seen.visit_id).where(seen.id == observation_id, seen.deleted == 0)
    with core.vault.change(core.author()) as change:
        row = change.connection.execute(wanted).one_or_none()
        if row is None:
            raise UserError("observation_unknown")
        if row.visit_id is not None:
            raise UserError("observation_of_visit")
        journal = Journal(change.writer)
        change.writer.load("observation", [observation_id])
        journal.remove("observation", observation_id)
        undo = journal.undo()
        audit.record(core, change, audit.UNDO, row.subject_id, detail=why)
    return undo, Changes.of("observation")
