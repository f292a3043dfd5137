"""What this laptop keeps for itself and never syncs: enrolment, drafts, exchanges, imports, notes.

Records that sync are written through `replica`; these small functions run in the same transactions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from tongcds.clock import moment_of
from tongcds.domain.views import ImportRow
from tongcds.protocol.messages import Credentials, ScopeEntry, Standing
from tongcds.records import Value
from tongcds.replica.tables import SELF

LOCAL: Final = MetaData()
_PACKED: Final = "packed"

ENROLMENT: Final = Table(
    "enrolment",
    LOCAL,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("server_url", Text, nullable=False),
    Column("signing_seed", LargeBinary, nullable=False),
    Column("credentials", LargeBinary, nullable=False),
    Column("counter", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("scope", Integer, nullable=False),
    Column("entries", LargeBinary, nullable=False),
    sqlite_strict=True,
)

DRAFT: Final = Table(
    "draft",
    LOCAL,
    Column("who", LargeBinary, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("saved_at", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    sqlite_strict=True,
)

EXCHANGE: Final = Table(
    "exchange",
    LOCAL,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("way", Text, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("watermark", Integer, nullable=False),
    Index("ix_exchange_at", "at"),
    sqlite_strict=True,
)

IMPORT: Final = Table(
    "import_batch",
    LOCAL,
    Column("id", LargeBinary, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("households", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("created", LargeBinary, nullable=False),
    Column("changed", LargeBinary, nullable=False),
    Column("first_n", Integer, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("undone_at", Integer),
    sqlite_strict=True,
)

NOTE: Final = Table(
    "note",
    LOCAL,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)

# Other laptops' files that were merged here: `decided` once the server was given one, or nobody has it.
MERGED: Final = Table(
    "merged_file",
    LOCAL,
    Column("file", Text, primary_key=True),
    Column("decided", Integer, nullable=False),
    sqlite_strict=True,
)

_ENROLMENT: Final = select(ENROLMENT)  # asked at every request, so made once
_NOTE: Final = select(NOTE.c.value).where(NOTE.c.name == bindparam("name"))

_pack = msgspec.msgpack.Encoder().encode


def create_tables(connection: Connection) -> None:
    """Make the local tables, where they are not there yet."""
    LOCAL.create_all(connection)


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """Where this laptop belongs. `signing_seed` is the device's Ed25519 seed, 32 bytes.

    `counter` numbers requests, so that none can be played again. `epoch`, `scope` (the scope's version) and
    `entries` are the newest that the server told; those inside `credentials` are of the day of enrolment. Its
    role and unit are the newest.
    """

    server_url: str
    signing_seed: bytes
    credentials: Credentials
    counter: int
    epoch: int
    scope: int
    entries: tuple[ScopeEntry, ...]


def save_enrolment(connection: Connection, enrolment: Enrolment) -> None:
    """Keep this enrolment, in place of an earlier one."""
    connection.execute(delete(ENROLMENT))
    connection.execute(
        insert(ENROLMENT).values(
            one=1,
            server_url=enrolment.server_url,
            signing_seed=enrolment.signing_seed,
            credentials=_pack(enrolment.credentials),
            counter=enrolment.counter,
            epoch=enrolment.epoch,
            scope=enrolment.scope,
            entries=_pack(list(enrolment.entries)),
        )
    )


def load_enrolment(connection: Connection) -> Enrolment | None:
    """The enrolment, or None before this laptop was invited."""
    row = connection.execute(_ENROLMENT).one_or_none()
    if row is None:
        return None
    return Enrolment(
        row.server_url,
        row.signing_seed,
        msgspec.msgpack.decode(row.credentials, type=Credentials),
        row.counter,
        row.epoch,
        row.scope,
        tuple(msgspec.msgpack.decode(row.entries, type=list[ScopeEntry])),
    )


def next_request(connection: Connection) -> int:
    """Count one more request and return its number, from 1 up.

    Raises:
        LookupError: this laptop is not enrolled.
    """
    counter = connection.execute(
        update(ENROLMENT).values(counter=ENROLMENT.c.counter + 1).returning(ENROLMENT.c.counter)
    ).scalar_one_or_none()
    if counter is None:
        raise LookupError("not enrolled")
    return int(counter)


def put_scope(connection: Connection, *, epoch: int, scope: int, entries: tuple[ScopeEntry, ...]) -> None:
    """Keep what the server said last about its epoch and this laptop's scope."""
    connection.execute(update(ENROLMENT).values(epoch=epoch, scope=scope, entries=_pack(list(entries))))


def put_standing(connection: Connection, known: Credentials, standing: Standing) -> None:
    """The person of this laptop works for another unit, or in another role, from now on."""
    credentials = msgspec.structs.replace(
        known,
        role=standing.role,
        unit_id=standing.unit_id,
        unit_name=standing.unit_name,
        commune_name=standing.commune_name,
    )
    connection.execute(update(ENROLMENT).values(credentials=_pack(credentials)))


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A form as it was typed; `saved_at` in milliseconds (UTC), `content` of plain MessagePack values."""

    form: str
    saved_at: int
    content: dict[str, object]


def save_draft(connection: Connection, who: bytes, draft: SavedDraft) -> None:
    """Keep the draft of a form, in place of the same member's earlier one of it."""
    drop_draft(connection, who, draft.form)
    connection.execute(
        insert(DRAFT).values(who=who, form=draft.form, saved_at=draft.saved_at, content=_pack(draft.content))
    )


def load_draft(connection: Connection, who: bytes, form: str) -> SavedDraft | None:
    """The draft that a member has of a form, or None."""
    query = select(DRAFT).where(DRAFT.c.who == who, DRAFT.c.form == form)
    row = connection.execute(query).one_or_none()
    return None if row is None else _draft(row.form, row.saved_at, row.content)


def load_drafts(connection: Connection, who: bytes) -> tuple[SavedDraft, ...]:
    """All drafts of a member, the latest first."""
    rows = connection.execute(select(DRAFT).where(DRAFT.c.who == who).order_by(DRAFT.c.saved_at.desc()))
    return tuple(_draft(row.form, row.saved_at, row.content) for row in rows)


def _draft(form: str, saved_at: int, content: bytes) -> SavedDraft:
    return SavedDraft(form, saved_at, msgspec.msgpack.decode(content, type=dict[str, object]))


def drop_draft(connection: Connection, who: bytes, form: str) -> bool:
    """Forget a member's draft of a form; False when there was none."""
    gone = connection.execute(delete(DRAFT).where(DRAFT.c.who == who, DRAFT.c.form == form))
    return gone.rowcount > 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange with the server. `way` and `outcome` as in `ExchangeRow`; `at` in milliseconds (UTC).

    `watermark` is the highest own write that a verified receipt covered afterwards.
    """

    at: int
    way: str
    sent: int
    received: int
    outcome: str
    attempts: int = 1
    problem: str = ""
    watermark: int = 0


def add_exchange(connection: Connection, exchange: Exchange) -> None:
    """Add to the history of exchanges."""
    connection.execute(
        insert(EXCHANGE).values(
            at=exchange.at,
            way=exchange.way,
            sent=exchange.sent,
            received=exchange.received,
            outcome=exchange.outcome,
            attempts=exchange.attempts,
            problem=exchange.problem,
            watermark=exchange.watermark,
        )
    )


def load_exchanges(connection: Connection, limit: int = 100) -> tuple[Exchange, ...]:
    """The history of exchanges, the latest first."""
    latest = select(EXCHANGE).order_by(EXCHANGE.c.at.desc(), EXCHANGE.c.id.desc()).limit(limit)
    rows = connection.execute(latest)
    return tuple(
        Exchange(r.at, r.way, r.sent, r.received, r.outcome, r.attempts, r.problem, r.watermark) for r in rows
    )


def received_at(connection: Connection, n: int) -> int | None:
    """When the first receipt that covers own write `n` came, in milliseconds (UTC); None when none did."""
    query = select(func.min(EXCHANGE.c.at)).where(EXCHANGE.c.watermark >= n)
    at: int | None = connection.execute(query).scalar_one()
    return at


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """What one import did, with all that is needed to take it back.

    `created` holds the ids of new records by type, in the order they were made; `changed` the former values
    of changed fields by type and id. `at` and `undone_at` in milliseconds (UTC).
    """

    id: bytes
    at: int
    file_name: str
    households: int
    people: int
    created: Mapping[str, list[bytes]]
    changed: Mapping[str, Mapping[bytes, Mapping[str, Value]]]
    first_n: int
    last_n: int
    undone_at: int | None = None


# Any: msgspec cannot decode a union of text and bytes; these bytes were packed by `save_import` below.
_Changed = dict[str, dict[bytes, dict[str, Any]]]


def save_import(connection: Connection, batch: ImportBatch) -> None:
    """Keep what an import did."""
    connection.execute(
        insert(IMPORT).values(
            id=batch.id,
            at=batch.at,
            file_name=batch.file_name,
            households=batch.households,
            people=batch.people,
            created=_pack(batch.created),
            changed=_pack(batch.changed),
            first_n=batch.first_n,
            last_n=batch.last_n,
            undone_at=batch.undone_at,
        )
    )


def load_import(connection: Connection, import_id: bytes) -> ImportBatch | None:
    """One import, or None."""
    row = connection.execute(select(IMPORT).where(IMPORT.c.id == import_id)).one_or_none()
    if row is None:
        return None
    return ImportBatch(
        row.id,
        row.at,
        row.file_name,
        row.households,
        row.people,
        msgspec.msgpack.decode(row.created, type=dict[str, list[bytes]]),
        msgspec.msgpack.decode(row.changed, type=_Changed),
        row.first_n,
        row.last_n,
        row.undone_at,
    )


def load_imports(connection: Connection) -> tuple[ImportRow, ...]:
    """The history of imports, the latest first, without what they did."""
    columns = (IMPORT.c.id, IMPORT.c.at, IMPORT.c.file_name, IMPORT.c.households, IMPORT.c.people)
    rows = connection.execute(select(*columns, IMPORT.c.undone_at).order_by(IMPORT.c.at.desc()))
    return tuple(
        ImportRow(
            r.id, moment_of(r.at), r.file_name, r.households, r.people, r.undone_at and moment_of(r.undone_at)
        )
        for r in rows
    )


def mark_import_undone(connection: Connection, import_id: bytes, at: int) -> None:
    """Note that an import was taken back at this moment (milliseconds, UTC)."""
    connection.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(undone_at=at))


def put_note(connection: Connection, name: str, value: str) -> None:
    """Keep a small text under a name; "" forgets it."""
    connection.execute(delete(NOTE).where(NOTE.c.name == name))
    if value:
        connection.execute(insert(NOTE), {"name": name, "value": value})


def notes_named(connection: Connection, beginning: str) -> dict[str, str]:
    """Return the notes whose names begin so."""
    here = NOTE.c.name.startswith(beginning, autoescape=True)
    return {row.name: row.value for row in connection.execute(select(NOTE).where(here))}


def get_note(connection: Connection, name: str) -> str:
    """The text kept under a name, or ""."""
    return connection.execute(_NOTE, {"name": name}).scalar_one_or_none() or ""


@dataclass(frozen=True, slots=True)
class Packed:
    """The last file with own writes in it: those of this device up to `last`.

    `counter` is that of its last request, `at` in milliseconds (UTC), `name` what people call the file.
    """

    device: int
    last: int
    counter: int
    at: int
    name: str


def put_packed(connection: Connection, last: Packed) -> None:
    """Note that a file with own writes was written."""
    put_note(connection, _PACKED, f"{last.device} {last.last} {last.counter} {last.at} {last.name}")


def packed(connection: Connection) -> Packed | None:
    """The last file with own writes that still say what it says, or None.

    A laptop that goes on under another number says them anew.
    """
    match get_note(connection, _PACKED).split():
        case [device, last, counter, at, name]:
            found = Packed(int(device), int(last), int(counter), int(at), name)
        case _:
            return None
    return found if connection.execute(select(SELF.c.device)).scalar() == found.device else None


def add_merged(connection: Connection, file: str) -> None:
    """Note that another laptop's file, kept under this name, was merged here before the server had it."""
    if connection.execute(select(MERGED).where(MERGED.c.file == file)).first() is None:
        connection.execute(insert(MERGED).values(file=file, decided=0))


def mark_decided(connection: Connection, files: Collection[str]) -> None:
    """The server was given these files, or nobody has them any more."""
    connection.execute(update(MERGED).where(MERGED.c.file.in_(files)).values(decided=1))


def merged_files(connection: Connection) -> dict[str, bool]:
    """Files that were merged here and are not settled, and whether the server was given them."""
    return {row.file: bool(row.decided) for row in connection.execute(select(MERGED))}


def forget_decided(connection: Connection) -> None:
    """The server's verdict on everything that it was given is here."""
    connection.execute(delete(MERGED).where(MERGED.c.decided == 1))
