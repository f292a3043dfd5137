"""Members of the own unit, as this laptop knows them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from tongcds.records import record_type

_MEMBER = record_type("member").table.c


def member_named(connection: Connection, unit_id: bytes, name: str) -> bytes | None:
    """The member of a unit with exactly this name, or None."""
    query = select(_MEMBER.id).where(
        _MEMBER.unit_id == unit_id, _MEMBER.full_name == name, _MEMBER.deleted == 0
    )
    return connection.execute(query.limit(1)).scalar()


def team_of(connection: Connection, member_id: bytes) -> bytes | None:
    """The team that a member belongs to; None for staff, and where it is not known here."""
    return connection.execute(select(_MEMBER.team_id).where(_MEMBER.id == member_id)).scalar()
