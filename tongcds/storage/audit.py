"""The log of access: who saw, showed, exported or erased what on this computer, chained line by line.

Every line names ids and counts, never names. The lines stay in the vault; those that matter elsewhere (a
number shown, an export, an erasure, a day's count, too much looked at) are also records that sync, each with
its place and hash in the chain. They are the anchors outside: records go to the server and come back, and the
server's signed receipts cover the writes behind them. `verify` holds the lines against all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from typing import Any, Final

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from tongcds.protocol.messages import Write, receipt_text
from tongcds.records import record_type
from tongcds.replica.chain import content_hash, link
from tongcds.replica.own import unpack_body
from tongcds.replica.tables import OWN
from tongcds.storage.local import get_note, put_note

OPEN, REVEAL, EXPORT, PRINT, WITHOUT, BACKUP, UNDO, ERASE, KEYS, DAY, BULK, RESTART, RETIRE = (
    "open", "reveal", "export", "print", "without", "backup", "undo", "erase", "keys", "day", "bulk",
    "restart", "retire",
)  # fmt: skip
"""What a line says: a household was opened, a number was shown ...; so many people did not agree to what the
line before it tells of; a day's count; too many households in a
day; the vault was put back from a copy, so that a new chain begins; it is about to be destroyed."""

BULK_HOUSEHOLDS: Final = 200
"""More households opened by one person in a day are told to the commune."""

HEAD_BYTES: Final = 16
RECEIPT: Final = "the last receipt"
_LOG: Final = "access log"
_BEGINS: Final = "access log begins"
_LOG_BYTES: Final = 8
_START: Final = bytes(32)
_AUDIT: Final = record_type("audit")
_pack = msgspec.msgpack.Encoder().encode

_TABLES: Final = MetaData()

LINE: Final = Table(
    "audit_line",
    _TABLES,
    Column("log", LargeBinary, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("on", Text, nullable=False),
    Column("who", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", LargeBinary, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_line_seen", "on", "who", "kind", "subject_id"),
    sqlite_strict=True,
)

# Any: rows answer each column under its name.
_Row = Any


def create_tables(connection: Connection) -> None:
    """Make the table of the lines, where it is not there yet."""
    _TABLES.create_all(connection)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `at` in milliseconds (UTC), `on` the local day; `detail` is a code such as a field's name."""

    at: int
    on: str
    who: bytes
    kind: str
    subject_id: bytes = b""
    amount: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: its chain, its number from 1 up, and the chain's hash after it."""

    log: bytes
    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a chain begins since its oldest lines went: after which line, its hash, before which day."""

    after: int
    hash: bytes
    before: str


_FROM_THE_FIRST: Final = Beginning(0, _START, "")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a log.

    `code`: changed, missing, cut (lines), anchor_changed, write_changed, receipt_wrong (somebody was at the
    vault), or restarted (the vault was put back from a copy, lines after it are gone).
    """

    code: str
    log: bytes
    sequence: int


def append(connection: Connection, line: Line) -> Place:
    """Add a line to the chain.

    Where the anchors know more lines than there are, the vault was put back from a copy: a new chain begins,
    and says so.
    """
    last = _last(connection)
    if last is None or _anchored(connection, last.log) > last.sequence:
        restarted = last is not None
        last = Place(token_bytes(_LOG_BYTES), 0, _START)
        put_note(connection, _LOG, last.log.hex())
        if restarted:
            last = _put(connection, last, Line(line.at, line.on, line.who, RESTART))
    return _put(connection, last, line)


def opened_on(connection: Connection, who: bytes, on: str) -> int:
    """How many households somebody opened on a day."""
    query = select(func.count(LINE.c.subject_id.distinct()))
    return connection.execute(query.where(*_said(who, on, OPEN))).scalar_one()


def is_said(connection: Connection, who: bytes, on: str, kind: str, subject_id: bytes = b"") -> bool:
    """Whether there is such a line of this person and day."""
    query = select(LINE.c.sequence).where(*_said(who, on, kind), LINE.c.subject_id == subject_id).limit(1)
    return connection.execute(query).first() is not None


def days_to_sum_up(connection: Connection, before: str) -> list[tuple[bytes, str, int, int]]:
    """Past days of people without their count: who, day, households opened, numbers shown."""
    summed = select(LINE.c.who, LINE.c.detail).where(LINE.c.kind == DAY)
    done = {(who, day) for who, day in connection.execute(summed)}
    days = connection.execute(
        select(
            LINE.c.who,
            LINE.c.on,
            func.count(LINE.c.subject_id.distinct()).filter(LINE.c.kind == OPEN),
            func.count().filter(LINE.c.kind == REVEAL),
        )
        .where(LINE.c.on < before, LINE.c.kind.in_((OPEN, REVEAL)))
        .group_by(LINE.c.who, LINE.c.on)
        .order_by(LINE.c.on, LINE.c.who)
    )
    return [tuple(row) for row in days if (row[0], row[1]) not in done]


def lines(connection: Connection, limit: int) -> list[_Row]:
    """The lines of this vault, the latest first."""
    query = select(LINE).order_by(LINE.c.at.desc(), LINE.c.sequence.desc()).limit(limit)
    return list(connection.execute(query))


def elsewhere(connection: Connection, units: Sequence[bytes], limit: int) -> list[_Row]:
    """What other computers of these units said of theirs, the latest first."""
    table = _AUDIT.table
    ours = select(LINE.c.log).distinct()
    query = select(table).where(table.c.log.not_in(ours), table.c.unit_id.in_(units), table.c.deleted == 0)
    return list(connection.execute(query.order_by(table.c.stamp.desc()).limit(limit)))


def bulk_reading(connection: Connection, since: str) -> list[_Row]:
    """Days of people, on any computer, with too many households opened; the latest first."""
    table = _AUDIT.table
    query = select(table).where(table.c.kind == BULK, table.c.on >= since, table.c.deleted == 0)
    return list(connection.execute(query.order_by(table.c.on.desc(), table.c.id)))


def let_go(connection: Connection, before: str) -> int:
    """Drop the lines of days before this one from the beginning of each chain; returns how many went.

    The last line of a chain stays, and the hash before its new beginning is kept, so that it still holds.
    """
    begins = _beginnings(connection)
    count = 0
    for log, last in connection.execute(select(LINE.c.log, func.max(LINE.c.sequence)).group_by(LINE.c.log)):
        of_log = LINE.c.log == log
        first_kept = select(func.min(LINE.c.sequence)).where(of_log, LINE.c.on >= before)
        first = connection.execute(first_kept).scalar_one() or last
        query = select(LINE.c.sequence, LINE.c.hash).where(of_log, LINE.c.sequence == first - 1)
        edge = connection.execute(query).one_or_none()
        if edge is not None:
            begins[log] = Beginning(edge.sequence, edge.hash, before)
            count += connection.execute(delete(LINE).where(of_log, LINE.c.sequence < first)).rowcount
    if count:
        kept = {log.hex(): [one.after, one.hash.hex(), one.before] for log, one in begins.items()}
        put_note(connection, _BEGINS, json.dumps(kept))
    return count


def verify(
    connection: Connection, *, device: int, first: int, server_key: bytes, kept_from: str
) -> list[Finding]:
    """Everything that does not fit: lines against their chain, anchors, own writes and the last receipt.

    `first` is the first own write under this device number. Only lines of days before `kept_from` may have
    been let go.
    """
    begins = _beginnings(connection)
    found = [*_chains(connection, begins), *_anchors(connection, begins, kept_from), *_others(connection)]
    found += _own_writes(connection, device, first, server_key, kept_from)
    return found


def keep_receipt(connection: Connection, text: tuple[int, int, bytes, int, int], signature: bytes) -> None:
    """Keep the last verified receipt: device, watermark, chain, epoch, time; it anchors the own writes."""
    device, watermark, chain, epoch, time = text
    kept = [device, watermark, chain.hex(), epoch, time, signature.hex()]
    put_note(connection, RECEIPT, json.dumps(kept))


def _said(who: bytes, on: str, kind: str) -> tuple[Any, ...]:
    return LINE.c.on == on, LINE.c.who == who, LINE.c.kind == kind


def _last(connection: Connection) -> Place | None:
    log = bytes.fromhex(get_note(connection, _LOG))
    query = select(LINE.c.log, LINE.c.sequence, LINE.c.hash).where(LINE.c.log == log)
    row = connection.execute(query.order_by(LINE.c.sequence.desc()).limit(1)).one_or_none()
    return None if row is None else Place(*row)


def _anchored(connection: Connection, log: bytes) -> int:
    table = _AUDIT.table
    query = select(func.max(table.c.sequence)).where(table.c.log == log, table.c.unit_id.is_not(None))
    return connection.execute(query).scalar_one() or 0


def _put(connection: Connection, last: Place, line: Line) -> Place:
    place = Place(last.log, last.sequence + 1, _link(last.hash, last.log, last.sequence + 1, line))
    connection.execute(
        insert(LINE).values(
            log=place.log,
            sequence=place.sequence,
            at=line.at,
            on=line.on,
            who=line.who,
            kind=line.kind,
            subject_id=line.subject_id,
            amount=line.amount,
            detail=line.detail,
            hash=place.hash,
        )
    )
    return place


def _link(previous: bytes, log: bytes, sequence: int, line: Line) -> bytes:
    said = (log, sequence, line.at, line.on, line.who, line.kind, line.subject_id, line.amount, line.detail)
    return blake2b(previous + _pack(said), digest_size=32).digest()


def _beginnings(connection: Connection) -> dict[bytes, Beginning]:
    kept = json.loads(get_note(connection, _BEGINS) or "{}")
    return {
        bytes.fromhex(log): Beginning(after, bytes.fromhex(hash_), before)
        for log, (after, hash_, before) in kept.items()
    }


def _chains(connection: Connection, begins: Mapping[bytes, Beginning]) -> Iterator[Finding]:
    log, expected, previous = b"", 1, _START
    for row in connection.execute(select(LINE).order_by(LINE.c.log, LINE.c.sequence)):
        if row.log != log:
            begun = begins.get(row.log, _FROM_THE_FIRST)
            log, expected, previous = row.log, begun.after + 1, begun.hash
        if row.sequence != expected:
            yield Finding("missing", log, expected)
        line = Line(row.at, row.on, row.who, row.kind, row.subject_id, row.amount, row.detail)
        if row.sequence == expected and _link(previous, log, row.sequence, line) != row.hash:
            yield Finding("changed", log, row.sequence)
        expected, previous = row.sequence + 1, row.hash


def _anchors(connection: Connection, begins: Mapping[bytes, Beginning], kept_from: str) -> Iterator[Finding]:
    """Anchors of chains that are here, against their lines; those of lines that may be gone by now aside."""
    table = _AUDIT.table
    ours = set(connection.execute(select(LINE.c.log).distinct()).scalars())
    current = bytes.fromhex(get_note(connection, _LOG))
    ours |= {current} if current else set()
    hashes = {(row.log, row.sequence): row.hash for row in connection.execute(select(LINE))}
    for row in connection.execute(select(table).where(table.c.log.in_(ours)).order_by(table.c.sequence)):
        line = hashes.get((row.log, row.sequence))
        begun = begins.get(row.log, _FROM_THE_FIRST)
        if line is None and row.sequence <= begun.after and row.on < min(begun.before, kept_from):
            continue
        if line is None:
            yield Finding("restarted" if row.log != current else "cut", row.log, row.sequence)
        elif line[:HEAD_BYTES] != row.head:
            yield Finding("anchor_changed", row.log, row.sequence)


def _others(connection: Connection) -> Iterator[Finding]:
    """Of other computers' chains only the anchors are here: no place may be told twice in two ways."""
    table = _AUDIT.table
    query = (
        select(table.c.log, table.c.sequence)
        .group_by(table.c.log, table.c.sequence)
        .having(func.count(table.c.head.distinct()) > 1)
    )
    for log, sequence in connection.execute(query):
        yield Finding("anchor_changed", log, sequence)


def _own_writes(
    connection: Connection, device: int, first: int, server_key: bytes, kept_from: str
) -> Iterator[Finding]:
    """The log's own writes stand in the chain that the server signed, and the records say what they said."""
    try:
        receipt = _receipt(connection, server_key)
    except ValueError:
        yield Finding("receipt_wrong", b"", 0)
        return
    table, chains = _AUDIT.table, dict[int, bytes]()
    kept = {
        row.id: (row.log, row.sequence, row.head)
        for row in connection.execute(select(table.c.id, table.c.log, table.c.sequence, table.c.head))
    }
    for row in connection.execute(select(OWN).where(OWN.c.n >= first - 1).order_by(OWN.c.n)):
        values, bases = unpack_body(row.body)
        before = _START if row.n == 1 else chains.get(row.n - 1)
        chains[row.n] = row.chain
        write = Write(row.type, row.id, row.n, row.stamp, row.author, values, bases)
        fits = row.n < first or before is None or link(before, content_hash(device, write)) == row.chain
        if not fits:
            yield Finding("write_changed", b"", row.n)
        # The server lets go of the record when its time is over; an own write may stay for longer.
        is_over = row.id not in kept and str(values.get("on", "")) < kept_from
        if row.type == _AUDIT.number and not is_over:
            said = (values.get("log"), values.get("sequence"), values.get("head"))
            if kept.get(row.id) != said:
                yield Finding("anchor_changed", bytes(values.get("log") or b""), values.get("sequence") or 0)
    if receipt is not None and receipt[0] == device and chains.get(receipt[1], receipt[2]) != receipt[2]:
        yield Finding("receipt_wrong", b"", receipt[1])


def _receipt(connection: Connection, server_key: bytes) -> tuple[int, int, bytes] | None:
    """Device, watermark and chain that the server signed; None before the first.

    Raises:
        ValueError: somebody forged it.
    """
    kept = get_note(connection, RECEIPT)
    if not kept:
        return None
    try:
        device, watermark, chain, epoch, time, signature = json.loads(kept)
        text = receipt_text(device, watermark, bytes.fromhex(chain), epoch, time)
        VerifyKey(server_key).verify(text, bytes.fromhex(signature))
    except (TypeError, BadSignatureError) as problem:
        raise ValueError("not the server's receipt") from problem
    return device, watermark, bytes.fromhex(chain)
