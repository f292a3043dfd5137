"""Writes that were set aside: keeping them whole, finding them again, and closing them.

Who decides about them, and what the server tells others, is `server.quarantine`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, select, update

from tongcds.protocol.messages import Outcome, Write
from tongcds.replica import erasure
from tongcds.replica.chain import content_hash
from tongcds.replica.devices import HASH_BYTES, hashes_of
from tongcds.replica.own import unpack_body
from tongcds.replica.rows import insert_many
from tongcds.replica.tables import QUARANTINE

OPEN: Final = "open"
ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
REUSED: Final = "number_reused"
"""The outcome of a write whose number the device used for another one before: it was restored or cloned."""

_pack = msgspec.msgpack.Encoder().encode


class Aside(NamedTuple):
    """A write that was set aside: of which device, under which hash, why, when (milliseconds)."""

    device: int
    hash: bytes
    write: Write
    code: str
    at: int
    state: str
    record: bytes | None


def set_aside(connection: Connection, device: int, refused: Iterable[tuple[Write, str]], now: int) -> None:
    """Set writes aside, once each; a chunk may hold nothing else."""
    aside = {(write.n, content_hash(device, write)): (write, code) for write, code in refused}
    if not aside:
        return
    low, high = min(n for n, _ in aside), max(n for n, _ in aside)
    known = select(QUARANTINE.c.n, QUARANTINE.c.hash)
    known = known.where(QUARANTINE.c.device == device, QUARANTINE.c.n.between(low, high))
    there = {(n, content) for n, content in connection.execute(known)}
    insert_many(
        connection,
        QUARANTINE,
        [
            {
                "device": device,
                "n": n,
                "hash": content,
                "type": write.type,
                "id": write.id,
                "stamp": write.stamp,
                "author": write.author,
                "body": _pack((write.values, write.bases)),
                "code": code,
                "at": now,
                # What was said of an erased record is nobody's to decide; its words are gone.
                "state": REFUSED if code == erasure.CODE else OPEN,
                "record": None,
            }
            for (n, content), (write, code) in aside.items()
            if (n, content) not in there
        ],
    )


def found(connection: Connection, *where: Any) -> list[Aside]:  # noqa: ANN401  SQLAlchemy's conditions
    """What was set aside and fits, in the order in which it was written."""
    query: Select[Any] = select(QUARANTINE).where(*where).order_by(QUARANTINE.c.device, QUARANTINE.c.n)
    rows = []
    for kept in connection.execute(query):
        values, bases = unpack_body(kept.body)
        write = Write(kept.type, kept.id, kept.n, kept.stamp, kept.author, values, bases)
        rows.append(Aside(kept.device, kept.hash, write, kept.code, kept.at, kept.state, kept.record))
    return rows


def mark(connection: Connection, asides: Sequence[Aside], **values: object) -> None:
    """Note something about writes that were set aside: a code or a state."""
    _note(connection, asides, [values] * len(asides))


def mark_records(connection: Connection, records: Sequence[tuple[Aside, bytes]]) -> None:
    """Note the record by which others see each of them."""
    _note(connection, [aside for aside, _ in records], [{"record": record} for _, record in records])


def _note(connection: Connection, asides: Sequence[Aside], values: Sequence[Mapping[str, object]]) -> None:
    """One statement, however many they are: a laptop may have a whole chunk set aside."""
    if not asides:
        return
    this = and_(
        QUARANTINE.c.device == bindparam("its_device"),
        QUARANTINE.c.n == bindparam("its_n"),
        QUARANTINE.c.hash == bindparam("its_hash"),
    )
    columns: dict[str, object] = {name: bindparam(name) for name in values[0]}
    connection.execute(
        update(QUARANTINE).where(this).values(columns),
        [
            {**said, "its_device": aside.device, "its_n": aside.write.n, "its_hash": aside.hash}
            for aside, said in zip(asides, values, strict=True)
        ],
    )


def aside_among(connection: Connection, device: int, low: int, high: int) -> list[Outcome]:
    """What of a device's received writes from `low` to `high` is set aside and was not taken after all."""
    hashes = hashes_of(connection, device, low, high)
    query = select(QUARANTINE.c.n, QUARANTINE.c.hash, QUARANTINE.c.code).where(
        QUARANTINE.c.device == device, QUARANTINE.c.n.between(low, high), QUARANTINE.c.state != ACCEPTED
    )
    return [
        Outcome(n, code)
        for n, content, code in connection.execute(query.order_by(QUARANTINE.c.n))
        if hashes.get(n) == content[:HASH_BYTES]
    ]


def outcomes_of_known(
    connection: Connection, device: int, known: Sequence[Write], watermark: int, now: int
) -> list[Outcome]:
    """What is to be said of writes that came before: that they were set aside, in case the answer was lost.

    Said up to the watermark, since the receipt covers as much: the lost chunk may have been larger. The same
    number with another content is set aside now.
    """
    if not known:
        return []
    low, high = known[0].n, known[-1].n
    hashes = hashes_of(connection, device, low, watermark)
    contents = {write.n: content_hash(device, write) for write in known}
    reused = [(w, REUSED) for w in known if hashes.get(w.n) != contents[w.n][:HASH_BYTES]]
    set_aside(connection, device, reused, now)
    aside = select(QUARANTINE.c.n, QUARANTINE.c.hash, QUARANTINE.c.code)
    aside = aside.where(
        QUARANTINE.c.device == device, QUARANTINE.c.n.between(low, watermark), QUARANTINE.c.state != ACCEPTED
    )
    return [
        Outcome(n, code)
        for n, content, code in connection.execute(aside.order_by(QUARANTINE.c.n))
        if contents.get(n) == content or (n > high and hashes.get(n) == content[:HASH_BYTES])
    ]
