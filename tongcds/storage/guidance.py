"""Announcements of the commune and quotas of its teams: reading them, and how far a quota has come.

That somebody read an announcement stays on this computer. Whoever rewrites one has it read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.quotas import Measure, measures
from tongcds.domain.views import AnnouncementRow, AnnouncementText, QuotaRow, QuotaTerms, Result
from tongcds.i18n import language
from tongcds.records import record_type
from tongcds.replica.merged import merged_records
from tongcds.storage import local
from tongcds.storage.people import member_names
from tongcds.storage.presence import VISIT, visit_counts
from tongcds.storage.standing import standings
from tongcds.storage.wording import split_ids

_ANNOUNCEMENT = record_type("announcement").table
_QUOTA = record_type("quota").table
_SUPPORT = record_type("support").table
_VILLAGE = record_type("village").table
_DONE: Final = (Result.ALONE.value, Result.TOGETHER.value)
_READ: Final = "read"

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def announcements(connection: Connection, who: bytes, on: date) -> tuple[AnnouncementRow, ...]:
    """All that are whole, those that hold first, then the latest; read by `who` or not."""
    table = _ANNOUNCEMENT.c
    query = (
        select(_ANNOUNCEMENT, _VILLAGE.c.name.label("village"))
        .outerjoin_from(_ANNOUNCEMENT, _VILLAGE, _VILLAGE.c.id == table.unit_id)
        .where(
            table.deleted == 0,
            table.text.is_not(None),
            table.valid_from.is_not(None),
            table.valid_to.is_not(None),
        )
        .order_by(table.valid_from.desc(), table.stamp.desc(), table.id)
    )
    rows = connection.execute(query).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    stand = standings(connection, [row.id for row in rows])
    found = [
        AnnouncementRow(
            announcement_id=row.id,
            village=row.village or "",
            says=(
                says := AnnouncementText(
                    row.title or "",
                    row.text,
                    date.fromisoformat(row.valid_from),
                    date.fromisoformat(row.valid_to),
                )
            ),
            by=names.get(row.by_id, ""),
            is_read=local.get_note(connection, _name(who, row.id)) == _version(says),
            in_force=says.valid_from <= on <= says.valid_to,
            standing=stand[row.id],
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda row: not row.in_force))


def mark_read(connection: Connection, who: bytes, row: AnnouncementRow, *, read: bool) -> None:
    """Keep that `who` read an announcement as it stands now, or forget that they did."""
    local.put_note(connection, _name(who, row.announcement_id), _version(row.says) if read else "")


def _name(who: bytes, announcement: bytes) -> str:
    return f"{_READ} {who.hex()} {announcement.hex()}"


def _version(says: AnnouncementText) -> str:
    """What was read: with other words it is to be read again, with other days it is not."""
    return f"{says.title}\n{says.text}"


def quotas(connection: Connection, on: date | None = None) -> tuple[QuotaRow, ...]:
    """All that are whole and that this version can count, with what is done; those that hold on a day alone.

    By village, those that end first before the others.
    """
    table = _QUOTA.c
    query = (
        select(_QUOTA, _VILLAGE.c.name.label("village"))
        .join_from(_QUOTA, _VILLAGE, _VILLAGE.c.id == table.unit_id)
        .where(table.deleted == 0, table.amount > 0, table.since.is_not(None), table.until.is_not(None))
        .order_by(_VILLAGE.c.name, table.until, table.since, table.id)
    )
    if on is not None:
        query = query.where(table.since <= on.isoformat(), table.until >= on.isoformat())
    rows = connection.execute(query).all()
    stand = standings(connection, [row.id for row in rows])
    merged = merged_records(connection, sorted({row.unit_id for row in rows})) if rows else {}
    found = []
    for row in rows:
        measure = measures().get((row.kind or "", row.code or ""))
        if measure is None:
            continue
        terms = QuotaTerms(
            kind=measure.kind.value,
            code=measure.code,
            amount=row.amount,
            since=date.fromisoformat(row.since),
            until=date.fromisoformat(row.until),
            note=row.note or "",
        )
        found.append(
            QuotaRow(
                quota_id=row.id,
                village_id=row.unit_id,
                village=row.village or "",
                name=measure.name(language()),
                terms=terms,
                households=measure.households,
                done=_done(connection, row.unit_id, measure, terms, merged),
                standing=stand[row.id],
            )
        )
    return tuple(found)


def _done(
    connection: Connection, village: bytes, measure: Measure, terms: QuotaTerms, merged: dict[bytes, bytes]
) -> int:
    """How many people or households count; two records of one person are one."""
    in_time = (
        VISIT.c.village_id == village,
        visit_counts(),
        VISIT.c.on.between(terms.since.isoformat(), terms.until.isoformat()),
    )
    if measure.services is None:
        visited = select(VISIT.c.household_id).where(*in_time, VISIT.c.household_id.is_not(None))
        return len({merged.get(home, home) for home in connection.execute(visited).scalars()})
    given = (
        select(VISIT.c.household_id, _SUPPORT.c.person_ids)
        .join_from(_SUPPORT, VISIT, VISIT.c.id == _SUPPORT.c.visit_id)
        .where(
            *in_time,
            _SUPPORT.c.deleted == 0,
            _SUPPORT.c.result.in_(_DONE),
            _SUPPORT.c.service.in_(sorted(measure.services)),
        )
    )
    found: set[bytes] = set()
    for household, people in connection.execute(given):
        found.update(_counted(measure, household, split_ids(people), merged))
    return len(found)


def _counted(
    measure: Measure, household: bytes | None, people: Sequence[bytes], merged: dict[bytes, bytes]
) -> Iterable[bytes]:
    if measure.households or not people:
        return () if household is None else (merged.get(household, household),)
    return (merged.get(person, person) for person in people)
