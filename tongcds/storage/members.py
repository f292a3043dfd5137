"""Members of the own unit, as this laptop knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, or_, select

from tongcds.domain.identity import format_phone, mask_phone
from tongcds.domain.text import name_sort_key
from tongcds.domain.views import MemberLine
from tongcds.records import record_type

_TABLE = record_type("member").table
_MEMBER = _TABLE.c
_VILLAGE = record_type("village").table
_UNIT = record_type("unit").table


def member_named(connection: Connection, unit_id: bytes, name: str) -> bytes | None:
    """The member of a unit with exactly this name, or None."""
    query = select(_MEMBER.id).where(
        _MEMBER.unit_id == unit_id, _MEMBER.full_name == name, _MEMBER.deleted == 0
    )
    return connection.execute(query.limit(1)).scalar()


def team_of(connection: Connection, member_id: bytes) -> bytes | None:
    """The team that a member belongs to; None for staff, and where it is not known here."""
    return connection.execute(select(_MEMBER.team_id).where(_MEMBER.id == member_id)).scalar()


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of a unit of this vault to be taught; `village_id` where it is a village's team."""

    member_id: bytes
    name: str
    birth_year: int | None
    unit_id: bytes
    unit: str
    village_id: bytes | None
    in_team: bool


def staff(connection: Connection, on: date) -> tuple[Staff, ...]:
    """Every member that this laptop knows of and who belongs to a unit on this day, by name."""
    query = (
        select(_TABLE, _VILLAGE.c.id.label("village_id"), _VILLAGE.c.name.label("village"), _UNIT.c.name)
        .outerjoin_from(_TABLE, _VILLAGE, _VILLAGE.c.id == _MEMBER.unit_id)
        .outerjoin(_UNIT, _UNIT.c.id == _MEMBER.unit_id)
        .where(_MEMBER.deleted == 0, _MEMBER.unit_id.is_not(None), *_belongs(on))
    )
    found = [
        Staff(
            row.id,
            row.full_name or "",
            row.birth_year,
            row.unit_id,
            row.village or row.name or "",
            row.village_id,
            in_team=row.village_id is not None or row.team_id is not None,
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=lambda one: (name_sort_key(one.name), one.member_id)))


def _belongs(on: date) -> tuple[ColumnElement[bool], ...]:
    day = on.isoformat()
    return (
        or_(_MEMBER.left_on.is_(None), _MEMBER.left_on > day),
        or_(_MEMBER.joined_on.is_(None), _MEMBER.joined_on <= day),
    )


def members_of(connection: Connection, unit_id: bytes, on: date, *, numbers: bool) -> tuple[MemberLine, ...]:
    """Who belongs to a unit on this day, by name; phones are masked unless `numbers`."""
    query = select(_MEMBER.full_name, _MEMBER.birth_year, _MEMBER.organisation, _MEMBER.phone).where(
        _MEMBER.unit_id == unit_id,
        _MEMBER.deleted == 0,
        *_belongs(on),
    )
    write = format_phone if numbers else mask_phone
    found = [
        MemberLine(
            row.full_name or "", row.birth_year, row.organisation or "", write(row.phone) if row.phone else ""
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=lambda one: name_sort_key(one.full_name)))
