"""Reading proposals to change a target, with their steps; where they stand is `domain.reporting`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.reporting import State, Step, state_of
from tongcds.domain.views.proposals import ProposalText
from tongcds.domain.words import Standing
from tongcds.records import record_type
from tongcds.storage.people import member_names
from tongcds.storage.reports import steps_of
from tongcds.storage.standing import gravest, standings
from tongcds.storage.targets import decimal_of

_PROPOSAL: Final = record_type("target_proposal").table


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as its record has it, its steps in the order in which they came."""

    proposal_id: bytes
    unit_id: bytes
    unit: str
    target_id: bytes
    indicator: str
    addressee_id: bytes | None
    addressee: str
    was: Decimal | None
    was_last: date
    says: ProposalText
    on: date | None
    by: str
    steps: tuple[Step, ...]
    standing: Standing

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(self.steps)


def proposals(connection: Connection) -> tuple[Proposed, ...]:
    """All that are whole, the latest first."""
    table = _PROPOSAL.c
    rows = connection.execute(
        select(_PROPOSAL)
        .where(
            table.deleted == 0, table.target_id.is_not(None), table.last.is_not(None),
            table.was_last.is_not(None), table.indicator.is_not(None),
        )
        .order_by(table.on.desc(), table.stamp.desc(), table.id)
    ).all()  # fmt: skip
    steps = steps_of(connection, [row.id for row in rows])
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    stand = standings(
        connection, [*(row.id for row in rows), *(one.step_id for taken in steps.values() for one in taken)]
    )
    return tuple(
        Proposed(
            proposal_id=row.id,
            unit_id=row.unit_id,
            unit=row.unit or "",
            target_id=row.target_id,
            indicator=row.indicator,
            addressee_id=row.addressee_id,
            addressee=row.addressee or "",
            was=decimal_of(row.was),
            was_last=date.fromisoformat(row.was_last),
            says=ProposalText(
                decimal_of(row.value), date.fromisoformat(row.last), row.reason or "", row.basis or ""
            ),
            on=date.fromisoformat(row.on) if row.on else None,
            by=names.get(row.by_id, ""),
            steps=steps.get(row.id, ()),
            standing=gravest((stand[row.id], *(stand[one.step_id] for one in steps.get(row.id, ())))),
        )
        for row in rows
    )
