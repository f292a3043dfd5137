"""Names for ids: of members who did something, and of households and people that it was about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from tongcds.records import record_type
from tongcds.storage.presence import HOUSEHOLD, PERSON

_MEMBER = record_type("member").table
_SLICE = 400


def member_names(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, str]:
    """The names of members."""
    found: dict[bytes, str] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _SLICE):
        query = select(_MEMBER.c.id, _MEMBER.c.full_name)
        query = query.where(_MEMBER.c.id.in_(wanted[start : start + _SLICE]))
        found.update((member_id, name or "") for member_id, name in connection.execute(query))
    return found


def subject_names(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, str]:
    """What households ("HN-0012 · Lường Văn Pản") and people are called; those erased are left out."""
    found: dict[bytes, str] = {}
    wanted = sorted({record_id for record_id in ids if record_id})
    for start in range(0, len(wanted), _SLICE):
        part = wanted[start : start + _SLICE]
        homes = (
            select(HOUSEHOLD.c.id, HOUSEHOLD.c.code, PERSON.c.full_name)
            .outerjoin_from(HOUSEHOLD, PERSON, PERSON.c.id == HOUSEHOLD.c.head_id)
            .where(HOUSEHOLD.c.id.in_(part), HOUSEHOLD.c.erased.is_(None))
        )
        for household_id, code, name in connection.execute(homes):
            found[household_id] = " · ".join(filter(None, (code, name)))
        persons = select(PERSON.c.id, PERSON.c.full_name).where(
            PERSON.c.id.in_(part), PERSON.c.erased.is_(None)
        )
        found.update((person_id, name or "") for person_id, name in connection.execute(persons))
    return found
