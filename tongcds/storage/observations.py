"""Every observation of a household and its people, the latest day first. What holds of them is `presence`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select

from tongcds.domain.facts import load_facts
from tongcds.domain.views import ObservationRow
from tongcds.i18n import language
from tongcds.storage import merged
from tongcds.storage.people import member_names
from tongcds.storage.presence import OBSERVATION, PERSON, VISIT
from tongcds.storage.standing import standings


def observations_of(connection: Connection, household_id: bytes) -> tuple[ObservationRow, ...]:
    """All that stands on record; also of people who left, and of records that another one stands for."""
    known = select(PERSON.c.id, PERSON.c.full_name).where(
        PERSON.c.household_id == household_id, PERSON.c.deleted == 0
    )
    names = {person: name or "" for person, name in connection.execute(known)}
    for record, shown in merged.stood_for(connection, list(names)).items():
        names[record] = names[shown]
    seen = OBSERVATION.c
    rows = connection.execute(
        select(
            seen.id,
            seen.subject_id,
            seen.fact,
            seen.value,
            seen.held_on,
            seen.how,
            seen.visit_id,
            func.coalesce(VISIT.c.by_id, seen.author).label("by"),
        )
        .outerjoin_from(OBSERVATION, VISIT, VISIT.c.id == seen.visit_id)
        .where(
            seen.subject_id.in_([household_id, *merged.stood_for(connection, [household_id]), *names]),
            seen.deleted == 0,
            seen.value.is_not(None),
            seen.held_on.is_not(None),
        )
        .order_by(seen.held_on.desc(), seen.stamp.desc(), seen.device.desc(), seen.n.desc())
    ).all()
    members = member_names(connection, [row.by for row in rows])
    stand = standings(connection, [row.id for row in rows])
    return tuple(
        ObservationRow(
            observation_id=row.id,
            subject_id=row.subject_id,
            whom=names.get(row.subject_id, ""),
            fact=row.fact or "",
            label=_label(row.fact or ""),
            value=bool(row.value),
            held_on=date.fromisoformat(row.held_on),
            how=row.how or "",
            by=members.get(row.by, ""),
            standing=stand[row.id],
            of_visit=row.visit_id is not None,
        )
        for row in rows
    )


def _label(code: str) -> str:
    # A newer program may know facts that this one does not.
    fact = load_facts().get(code)
    return fact.short(language()) if fact is not None else code
