"""Which photos and papers belong to what, and where each stands; the files are `attachment_files`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, or_, select, update

from tongcds.domain.views import AttachmentRow, Standing
from tongcds.records import record_type
from tongcds.replica import unsent_records
from tongcds.storage.attachment_files import AttachmentFiles
from tongcds.storage.local import ATTACHMENT_FILE
from tongcds.storage.merged import elsewhere, shows
from tongcds.storage.presence import PERSON
from tongcds.storage.standing import gravest, standings
from tongcds.storage.supports import visits_for

KEPT_MS: Final = 14 * 24 * 60 * 60 * 1000
"""How long a file stays after its last record was removed, so that the removal can be taken back."""

PATIENCE_MS: Final = 6 * 60 * 60 * 1000
"""How long a file that the server refused waits before it is offered again."""

_ATTACHMENT = record_type("attachment").table
_VISIT = record_type("visit").table
_SLICE: Final = 400

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class Attached:
    """The record of an attachment, as far as its file is concerned."""

    attachment_id: bytes
    digest: bytes
    size: int
    media_type: str
    name: str


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
    """What is still to be sent of this laptop's files: how many, and their size in bytes."""

    files: int = 0
    size: int = 0


def waiting(connection: Connection, files: AttachmentFiles) -> Waiting:
    """Files of live records that the server has not confirmed, whether their records arrived or not."""
    rows = _unconfirmed(connection, files)
    return Waiting(len(rows), sum(row.size for row in rows))


def unsent_files(connection: Connection, files: AttachmentFiles) -> tuple[Path, ...]:
    """Files of live records that nobody but this laptop has for certain, sealed as they lie there."""
    return tuple(files.path_of(row.attached.digest) for row in _unconfirmed(connection, files))


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
    """Files that can be sent now, the smallest first: their records are received, in an area we may write.

    Those that the server refused lately are left alone.
    """
    rows = [row for row in _unconfirmed(connection, files) if row.area in areas]
    unsent = unsent_records(connection, [row.attached.attachment_id for row in rows])
    refused = set(
        connection.execute(
            select(ATTACHMENT_FILE.c.name).where(ATTACHMENT_FILE.c.refused_at > now - PATIENCE_MS)
        ).scalars()
    )
    able = [
        row.attached
        for row in rows
        if row.attached.attachment_id not in unsent and files.name_of(row.attached.digest) not in refused
    ]
    return sorted(able, key=lambda one: (one.size, one.digest))


@dataclass(frozen=True, slots=True)
class _Unconfirmed:
    attached: Attached
    area: bytes
    size: int


def _to_offer(connection: Connection, files: AttachmentFiles) -> set[str]:
    """Names of files that are here and not known to be at the server."""
    confirmed = select(ATTACHMENT_FILE.c.name).where(ATTACHMENT_FILE.c.received_at.is_not(None))
    here = files.names()
    return here - set(connection.execute(confirmed).scalars()) if here else here


def _unconfirmed(connection: Connection, files: AttachmentFiles) -> list[_Unconfirmed]:
    """One row for each file, though several records may name it."""
    wanted = _to_offer(connection, files)
    if not wanted:
        return []
    found: dict[bytes, _Unconfirmed] = {}
    query = select(_ATTACHMENT).where(_ATTACHMENT.c.deleted == 0, _ATTACHMENT.c.hash.is_not(None))
    for row in connection.execute(query.order_by(_ATTACHMENT.c.stamp)):
        if row.hash not in found and files.name_of(row.hash) in wanted:
            found[row.hash] = _Unconfirmed(_attached(row), row.area, row.size or 0)
    return list(found.values())


def confirmed(connection: Connection, name: str, at: int) -> None:
    """The server has the file of this name, verified."""
    _put(connection, name, received_at=at, refused_at=None)


def refused(connection: Connection, name: str, at: int) -> None:
    """The server does not take the file of this name, for now."""
    _put(connection, name, refused_at=at)


def offer_again(connection: Connection) -> None:
    """The server was restored and may lack any of the files: every one is offered once more."""
    connection.execute(update(ATTACHMENT_FILE).values(received_at=None, refused_at=None))


def _put(connection: Connection, name: str, **values: int | None) -> None:
    known = connection.execute(
        update(ATTACHMENT_FILE).where(ATTACHMENT_FILE.c.name == name).values(**values)
    ).rowcount
    if not known:
        connection.execute(insert(ATTACHMENT_FILE).values(name=name, **values))


def unneeded(connection: Connection, files: AttachmentFiles, now: int) -> Sequence[str]:
    """Names of files that may go, and a note of those whose time begins to run.

    A file without a live record stays for two weeks. One that no record names at all (its area left this
    laptop) goes at once when the server has it.
    """
    here = files.names()
    if not here:
        return ()
    rows = connection.execute(select(_ATTACHMENT.c.hash, _ATTACHMENT.c.deleted)).all()
    live = {files.name_of(row.hash) for row in rows if row.hash is not None and not row.deleted}
    named = {files.name_of(row.hash) for row in rows if row.hash is not None}
    states = {row.name: row for row in connection.execute(select(ATTACHMENT_FILE))}
    going = []
    for name in here:
        state = states.get(name)
        since = None if state is None else state.unneeded_since
        if name in live:
            if since is not None:
                _put(connection, name, unneeded_since=None)
        elif (name not in named and state is not None and state.received_at is not None) or (
            since is not None and now - since > KEPT_MS
        ):
            going.append(name)
        elif since is None:
            _put(connection, name, unneeded_since=now)
    for start in range(0, len(going), _SLICE):
        part = going[start : start + _SLICE]
        connection.execute(ATTACHMENT_FILE.delete().where(ATTACHMENT_FILE.c.name.in_(part)))
    return going
