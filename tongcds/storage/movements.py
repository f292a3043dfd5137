"""Who is away, who left, and what hangs on one person alone when they go to another household."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, or_, select

from tongcds.domain.leaving import load_leaving_reasons
from tongcds.domain.text import name_sort_key
from tongcds.domain.views import AwayRow
from tongcds.records import record_type
from tongcds.storage import merged
from tongcds.storage.presence import HOUSEHOLD, OBSERVATION, PERSON, person_present

_VILLAGE: Final = record_type("village").table
_SETTLED: Final = record_type("settled").table
_ATTACHMENT: Final = record_type("attachment").table
_CONSENT: Final = record_type("consent").table
_REQUEST: Final = record_type("privacy_request").table
_ATTENDANCE: Final = record_type("attendance").table
_CHECK: Final = record_type("skill_check").table

# Any: rows answer each column under its name.
_Row = Any


def away(connection: Connection, on: date, household_id: bytes | None = None) -> tuple[AwayRow, ...]:
    """Who is away on this day and who left and could come back, of one household or of all.

    Those away come first, the longest overdue at the top; then those who left, the last first.
    """
    day = on.isoformat()
    gone = [code for code, one in load_leaving_reasons().items() if not one.returns]
    person = PERSON.c
    left = and_(
        person.left_on <= day,
        or_(person.left_why.is_(None), person.left_why.not_in(gone)),
        person.deleted == 0,
        merged.shows(person.id),
    )
    for_a_time = and_(person.away_on <= day, person_present(on))
    head = PERSON.alias("head")
    query = (
        select(
            PERSON,
            HOUSEHOLD.c.code,
            head.c.full_name.label("head_name"),
            _VILLAGE.c.name.label("village"),
        )
        .join(HOUSEHOLD, HOUSEHOLD.c.id == person.household_id)
        .outerjoin(head, head.c.id == HOUSEHOLD.c.head_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == person.village_id)
        .where(person.erased.is_(None), HOUSEHOLD.c.deleted == 0, or_(left, for_a_time))
    )
    if household_id is not None:
        query = query.where(person.household_id == household_id)
    rows = [_away_row(row, on) for row in connection.execute(query)]
    return tuple(sorted(rows, key=lambda row: (row.left, -row.late, *_order(row))))


def _order(row: AwayRow) -> tuple[int, str, bytes]:
    since = row.since.toordinal() if row.since is not None else 0
    return (-since if row.left else since), name_sort_key(row.full_name), row.person_id


def _away_row(row: _Row, on: date) -> AwayRow:
    left = row.left_on is not None and row.left_on <= on.isoformat()
    since = row.left_on if left else row.away_on
    back_by = date.fromisoformat(row.back_by) if row.back_by and not left else None
    return AwayRow(
        person_id=row.id,
        household_id=row.household_id,
        full_name=row.full_name or "",
        birth_year=int(row.birth[:4]) if row.birth else None,
        code=row.code or "",
        head_name=row.head_name or "",
        village_name=row.village or "",
        why=(row.left_why if left else row.away_why) or "other",
        since=date.fromisoformat(since) if since else None,
        back_by=back_by,
        late=max((on - back_by).days, 0) if back_by is not None else 0,
        left=left,
    )


def parts_of_person(connection: Connection, person_id: bytes) -> dict[str, tuple[bytes, ...]]:
    """What belongs to one person and goes with them into another village, by type."""
    return {
        "observation": _about(connection, OBSERVATION, person_id),
        "settled": _about(connection, _SETTLED, person_id),
        "attachment": _about(connection, _ATTACHMENT, person_id),
        "consent": _about(connection, _CONSENT, person_id),
        "privacy_request": _about(connection, _REQUEST, person_id),
        "attendance": _about(connection, _ATTENDANCE, person_id),
        "skill_check": _about(connection, _CHECK, person_id),
    }


def _about(connection: Connection, table: Table, person_id: bytes) -> tuple[bytes, ...]:
    query = select(table.c.id).where(table.c.subject_id == person_id, table.c.deleted == 0)
    return tuple(connection.execute(query).scalars())
