"""What this laptop knows of each file behind attachments: who else has it, and whose it was.

A record can lose its words, or leave with its area, before the server has its file; afterwards the record
does not say which file that was. So it is noted while it does. Which records show which file is
`attachments`, the files themselves are `attachment_files`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, Table, Text, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from tongcds.records import record_type
from tongcds.replica.tables import OWN
from tongcds.storage.attachment_files import AttachmentFiles

KEPT_MS: Final = 14 * 24 * 60 * 60 * 1000
"""How long a file stays after its last record was removed, so that the removal can be taken back."""

PATIENCE_MS: Final = 6 * 60 * 60 * 1000
"""How long a file that the server refused waits before it is offered again."""

_NOTES: Final = MetaData()

# A file by its name in `attachment_files`. Moments in milliseconds (UTC): when the server confirmed that it
# has it, when it last refused it, since when nobody asks for it any more, when a backup elsewhere took it
# along.
ATTACHMENT_FILE: Final = Table(
    "attachment_file",
    _NOTES,
    Column("name", Text, primary_key=True),
    Column("received_at", Integer),
    Column("refused_at", Integer),
    Column("unneeded_since", Integer),
    Column("elsewhere_at", Integer),
    sqlite_strict=True,
)

# Which file, by its hash, a record names or named.
NAMED: Final = Table(
    "attachment_named",
    _NOTES,
    Column("record_id", LargeBinary, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    sqlite_strict=True,
)

_ATTACHMENT = record_type("attachment").table
_SLICE: Final = 400
_T = TypeVar("_T")
# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def create_tables(connection: Connection) -> None:
    """Make the tables, where they are not there yet."""
    _NOTES.create_all(connection)


def follow(connection: Connection, ids: Iterable[bytes]) -> None:
    """Attachments changed: note the files of those that were made here."""
    made_here = exists().where(OWN.c.id == _ATTACHMENT.c.id)
    for part in _slices(list(ids)):
        query = select(_ATTACHMENT.c.id, _ATTACHMENT.c.hash).where(
            _ATTACHMENT.c.id.in_(part), _ATTACHMENT.c.hash.is_not(None), made_here
        )
        _note(connection, [(row.id, row.hash) for row in connection.execute(query)])


def confirmed(connection: Connection, name: str, at: int) -> None:
    """The server has the file of this name, verified."""
    _put(connection, name, received_at=at, refused_at=None)


def refused(connection: Connection, name: str, at: int) -> None:
    """The server does not take the file of this name, for now."""
    _put(connection, name, refused_at=at)


def unasked(connection: Connection, name: str, at: int) -> None:
    """The server says that the records which named this file were removed or erased since they left."""
    _put(connection, name, refused_at=at)
    mine = (ATTACHMENT_FILE.c.name == name) & ATTACHMENT_FILE.c.unneeded_since.is_(None)
    connection.execute(update(ATTACHMENT_FILE).where(mine).values(unneeded_since=at))


def offer_again(connection: Connection) -> None:
    """The server was restored and may lack any of the files: every one is offered once more."""
    connection.execute(update(ATTACHMENT_FILE).values(received_at=None, refused_at=None))


def taken_along(connection: Connection, names: Iterable[str], at: int) -> None:
    """A backup elsewhere holds the files of these names."""
    for name in names:
        _put(connection, name, elsewhere_at=at)


def received(connection: Connection) -> set[str]:
    """Names of files that the server is known to have."""
    return _marked(connection, ATTACHMENT_FILE.c.received_at)


def refused_lately(connection: Connection, now: int) -> set[str]:
    """Names of files that the server refused a short while ago."""
    query = select(ATTACHMENT_FILE.c.name).where(ATTACHMENT_FILE.c.refused_at > now - PATIENCE_MS)
    return set(connection.execute(query).scalars())


def alone(connection: Connection, files: AttachmentFiles, *, backed_up: bool) -> set[str]:
    """Names of files that the server is not known to have, though a record asks for them.

    A record that left with its area asks for its file still, unless the server says that it is gone there
    too; one that was removed or erased does not. Those that a backup elsewhere holds only when `backed_up`.
    """
    here = files.names()
    if not here:
        return set()
    live = select(_ATTACHMENT.c.hash).where(_ATTACHMENT.c.deleted == 0, _ATTACHMENT.c.hash.is_not(None))
    asked = {files.name_of(digest) for digest in connection.execute(live.distinct()).scalars()}
    asked |= _left(connection, files).keys() - _marked(connection, ATTACHMENT_FILE.c.unneeded_since)
    found = here & asked - received(connection)
    return found if backed_up else found - _marked(connection, ATTACHMENT_FILE.c.elsewhere_at)


@dataclass(frozen=True, slots=True)
class Left:
    """A file of which only records that left this laptop are known, by its hash.

    `refused`: the server did not take it when it was offered last; `held`: a backup elsewhere has it.
    """

    digest: bytes
    records: tuple[bytes, ...]
    refused: bool
    held: bool


def left_behind(connection: Connection, files: AttachmentFiles) -> list[Left]:
    """The files whose records left before the server had them, and for which somebody may still ask."""
    left = _left(connection, files)
    if not left:
        return []
    mine = alone(connection, files, backed_up=True) & left.keys()
    live = select(_ATTACHMENT.c.hash).where(_ATTACHMENT.c.deleted == 0, _ATTACHMENT.c.hash.is_not(None))
    mine -= {files.name_of(digest) for digest in connection.execute(live.distinct()).scalars()}
    refused = _marked(connection, ATTACHMENT_FILE.c.refused_at)
    held = _marked(connection, ATTACHMENT_FILE.c.elsewhere_at)
    records: dict[bytes, list[bytes]] = defaultdict(list)
    for row in connection.execute(select(NAMED).order_by(NAMED.c.record_id)):
        records[row.hash].append(row.record_id)
    return [
        Left(digest, tuple(records[digest]), name in refused, name in held)
        for name, digest in sorted(left.items())
        if name in mine
    ]


def unneeded(connection: Connection, files: AttachmentFiles, now: int) -> Sequence[str]:
    """Names of files that may go, and a note of those whose time begins to run.

    A file whose records were removed or erased stays for two weeks. One whose records left this laptop goes
    at once when the server has it. Until then it stays, unless nobody will take it: two weeks after the
    server said that its records are gone, or that it does not take a file that a backup elsewhere holds.
    """
    here = files.names()
    if not here:
        return ()
    rows = connection.execute(
        select(_ATTACHMENT.c.id, _ATTACHMENT.c.hash, _ATTACHMENT.c.deleted).where(
            _ATTACHMENT.c.hash.is_not(None)
        )
    ).all()
    of_hash = {row.hash: files.name_of(row.hash) for row in rows}
    live = {of_hash[row.hash] for row in rows if not row.deleted}
    named = set(of_hash.values())
    # Files that were fetched are noted too: a server that was put back from a copy may ask for them.
    _note(connection, [(row.id, row.hash) for row in rows if of_hash[row.hash] in here])
    left = _left(connection, files)
    states = {row.name: row for row in connection.execute(select(ATTACHMENT_FILE))}
    going = []
    for name in here:
        state = states.get(name)
        since = None if state is None else state.unneeded_since
        there = state is not None and state.received_at is not None
        if name in live:
            if since is not None:
                _put(connection, name, unneeded_since=None)
        elif (name not in named and there) or (since is not None and now - since > KEPT_MS):
            going.append(name)
        elif since is None and (there or name not in left or _let_go(state)):
            _put(connection, name, unneeded_since=now)
    _forget(connection, files, gone=going, here=here)
    return going


def _let_go(state: _Row | None) -> bool:
    """Whether the server did not take a file that is in a backup elsewhere."""
    return state is not None and state.refused_at is not None and state.elsewhere_at is not None


def _left(connection: Connection, files: AttachmentFiles) -> dict[str, bytes]:
    """Names and hashes of files whose record is here no more, while what was erased leaves an empty one."""
    is_here = exists().where(_ATTACHMENT.c.id == NAMED.c.record_id)
    query = select(NAMED.c.hash).where(~is_here).distinct()
    return {files.name_of(digest): digest for digest in connection.execute(query).scalars()}


def _marked(connection: Connection, moment: Column[int]) -> set[str]:
    """Names of files for which this moment is noted."""
    return set(connection.execute(select(ATTACHMENT_FILE.c.name).where(moment.is_not(None))).scalars())


def _forget(connection: Connection, files: AttachmentFiles, *, gone: Sequence[str], here: set[str]) -> None:
    """Notes about files that go; and whose they were, for all that are not here."""
    for part in _slices(gone):
        connection.execute(ATTACHMENT_FILE.delete().where(ATTACHMENT_FILE.c.name.in_(part)))
    staying = here.difference(gone)
    over = [
        digest
        for digest in connection.execute(select(NAMED.c.hash).distinct()).scalars()
        if files.name_of(digest) not in staying
    ]
    for part in _slices(over):
        connection.execute(NAMED.delete().where(NAMED.c.hash.in_(part)))


def _note(connection: Connection, named: Sequence[tuple[bytes, bytes]]) -> None:
    if named:
        values = [{"record_id": record_id, "hash": digest} for record_id, digest in named]
        connection.execute(insert(NAMED).on_conflict_do_nothing(), values)


def _put(connection: Connection, name: str, **values: int | None) -> None:
    made = insert(ATTACHMENT_FILE).values(name=name, **values)
    connection.execute(made.on_conflict_do_update(index_elements=["name"], set_=values))


def _slices(whole: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(whole), _SLICE):
        yield whole[start : start + _SLICE]
