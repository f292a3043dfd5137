"""Members of the own unit, as this laptop knows them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, or_, select

from tongcds.domain.identity import format_phone, mask_phone
from tongcds.domain.text import name_sort_key
from tongcds.domain.views import MemberLine
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


def members_of(connection: Connection, unit_id: bytes, on: date, *, numbers: bool) -> tuple[MemberLine, ...]:
    """Who belongs to a unit on this day, by name; phones are masked unless `numbers`."""
    day = on.isoformat()
    query = select(_MEMBER.full_name, _MEMBER.birth_year, _MEMBER.organisation, _MEMBER.phone).where(
        _MEMBER.unit_id == unit_id,
        _MEMBER.deleted == 0,
        or_(_MEMBER.left_on.is_(None), _MEMBER.left_on > day),
        or_(_MEMBER.joined_on.is_(None), _MEMBER.joined_on <= day),
    )
    write = format_phone if numbers else mask_phone
    found = [
        MemberLine(
            row.full_name or "", row.birth_year, row.organisation or "", write(row.phone) if row.phone else ""
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=lambda one: name_sort_key(one.full_name)))
