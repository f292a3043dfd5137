"""Which photos and papers belong to what, and where each stands.

The files are `attachment_files`, what is known of each of them `attachment_notes`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from tongcds.domain.views import AttachmentRow, Standing
from tongcds.records import record_type
from tongcds.replica import unsent_records
from tongcds.replica.tables import OWN
from tongcds.storage import attachment_notes
from tongcds.storage.attachment_files import AttachmentFiles
from tongcds.storage.merged import elsewhere, shows
from tongcds.storage.presence import PERSON
from tongcds.storage.standing import gravest, standings
from tongcds.storage.supports import visits_for

_ATTACHMENT = record_type("attachment").table
_VISIT = record_type("visit").table

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class Attached:
    """The record of an attachment, as far as its file is concerned.

    `left`: the records that named it and are not here any more; then this is what is left of them.
    """

    attachment_id: bytes
    digest: bytes
    size: int
    media_type: str
    name: str
    left: tuple[bytes, ...] = ()


def whose(connection: Connection, attachment_id: bytes) -> tuple[bytes | None, bytes]:
    """The person whom an attachment is about, None for a whole household, and the household."""
    query = select(_ATTACHMENT.c.subject, _ATTACHMENT.c.subject_id).where(_ATTACHMENT.c.id == attachment_id)
    subject, subject_id = connection.execute(query).one()
    if subject == "household":
        return None, subject_id
    table = PERSON if subject == "person" else _VISIT
    home = connection.execute(
        select(table.c.household_id).where(table.c.id == subject_id)
    ).scalar_one_or_none()
    return (subject_id if subject == "person" else None), home or b""


def attached(connection: Connection, attachment_id: bytes) -> Attached | None:
    """The attachment with this id, removed ones included; None when there is none."""
    query = select(_ATTACHMENT).where(_ATTACHMENT.c.id == attachment_id)
    row = connection.execute(query).one_or_none()
    return None if row is None or row.hash is None else _attached(row)


def _attached(row: _Row) -> Attached:
    return Attached(row.id, row.hash, row.size or 0, row.media_type or "", row.name or "")


def of_household(
    connection: Connection, files: AttachmentFiles, household_id: bytes
) -> tuple[AttachmentRow, ...]:
    """What is attached to a household, to its people under each of their records, to visits; latest first."""
    also = elsewhere(connection, household_id)
    homes = [household_id, *also.homes]
    people = select(PERSON.c.id).where(PERSON.c.household_id == household_id, shows(PERSON.c.id))
    visits = select(_VISIT.c.id).where(_VISIT.c.household_id.in_(homes))
    of_others = [*also.people, *visits_for(connection, also)]
    owner = _ATTACHMENT.c.subject_id
    rows = connection.execute(
        select(_ATTACHMENT, PERSON.c.full_name)
        .outerjoin_from(_ATTACHMENT, PERSON, PERSON.c.id == owner)
        .where(
            or_(owner.in_(homes), owner.in_(people), owner.in_(visits), owner.in_(of_others)),
            _ATTACHMENT.c.deleted == 0,
            _ATTACHMENT.c.hash.is_not(None),
        )
        .order_by(_ATTACHMENT.c.stamp.desc(), _ATTACHMENT.c.id)
    ).all()
    stand = standings(connection, [row.id for row in rows])
    offered = {files.name_of(row.hash) for row in rows} & _to_offer(connection, files)
    return tuple(
        AttachmentRow(
            attachment_id=row.id,
            name=row.name or "",
            media_type=row.media_type or "",
            size=row.size or 0,
            taken_on=date.fromisoformat(row.taken_on) if row.taken_on else None,
            note=row.note or "",
            person=row.full_name or "",
            # The record alone does not help anybody: it has arrived when its file has.
            standing=gravest(
                (stand[row.id], Standing.WAITING if files.name_of(row.hash) in offered else Standing.RECEIVED)
            ),
            here=files.has(row.hash),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to be sent of this laptop's files: how many, and their size in bytes.

    `unwanted` of them are of records that left, and the server did not take them.
    """

    files: int = 0
    size: int = 0
    unwanted: int = 0


def waiting(connection: Connection, files: AttachmentFiles) -> Waiting:
    """Files that the server has not confirmed, whether their records arrived, or left since, or neither.

    One that it does not take is let go once a backup elsewhere holds it, and waits no longer then.
    """
    sizes = [row.size for row in _unconfirmed(connection, files)]
    left = attachment_notes.left_behind(connection, files)
    sizes += [files.size_of(one.digest) for one in left if not (one.refused and one.held)]
    return Waiting(len(sizes), sum(sizes), sum(one.refused and not one.held for one in left))


def bring_back(connection: Connection, files: AttachmentFiles, backups: Sequence[Path]) -> int:
    """Fill in files that live records name and that are not here, from folders beside backups; how many came.

    Raises:
        UnavailableError: disk_full.
    """
    query = select(_ATTACHMENT.c.hash).where(_ATTACHMENT.c.deleted == 0, _ATTACHMENT.c.hash.is_not(None))
    lacking = [digest for digest in connection.execute(query.distinct()).scalars() if not files.has(digest)]
    return sum(any(files.bring_back(digest, folder) for folder in backups) for digest in lacking)


def ready(
    connection: Connection, files: AttachmentFiles, areas: Collection[bytes], now: int
) -> list[Attached]:
    """Files that can be sent now, the smallest first: their records are received, and their areas are ours.

    Also those of records that were made here, in an area that was taken from us since: nobody else has them.
    What the server refused lately is left alone.
    """
    rows = [row.attached for row in _unconfirmed(connection, files) if row.area in areas or row.made_here]
    rows += [
        Attached(one.records[0], one.digest, files.size_of(one.digest), "", "", one.records)
        for one in attachment_notes.left_behind(connection, files)
    ]
    unsent = unsent_records(connection, [row.attachment_id for row in rows])
    refused = attachment_notes.refused_lately(connection, now)
    able = [
        row for row in rows if row.attachment_id not in unsent and files.name_of(row.digest) not in refused
    ]
    return sorted(able, key=lambda one: (one.size, one.digest))


@dataclass(frozen=True, slots=True)
class _Unconfirmed:
    attached: Attached
    area: bytes
    size: int
    made_here: bool


def _to_offer(connection: Connection, files: AttachmentFiles) -> set[str]:
    """Names of files that are here and not known to be at the server."""
    here = files.names()
    return here - attachment_notes.received(connection) if here else here


def _unconfirmed(connection: Connection, files: AttachmentFiles) -> list[_Unconfirmed]:
    """One row for each file, though several records may name it."""
    wanted = _to_offer(connection, files)
    if not wanted:
        return []
    found: dict[bytes, _Unconfirmed] = {}
    made_here = exists().where(OWN.c.id == _ATTACHMENT.c.id).label("made_here")
    query = select(_ATTACHMENT, made_here).where(_ATTACHMENT.c.deleted == 0, _ATTACHMENT.c.hash.is_not(None))
    for row in connection.execute(query.order_by(_ATTACHMENT.c.stamp)):
        if row.hash not in found and files.name_of(row.hash) in wanted:
            found[row.hash] = _Unconfirmed(_attached(row), row.area, row.size or 0, bool(row.made_here))
    return list(found.values())
