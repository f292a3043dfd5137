"""The replica's own book-keeping beside the records: areas, devices, own writes, hashes seen, quarantine."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table, Text, text

from tongcds.records import METADATA as RECORDS
from tongcds.records.declare import WIDE, Octets

BOOKS = MetaData()

# On the server `counter` is the last number given in the area, on a device the cursor up to which it pulled.
# `count` and `digest` are of its live records; `digest` is the sum modulo 2^128 of the hashes of their
# versions, so that one change costs one step.
AREA = Table(
    "area_state",
    BOOKS,
    Column("area", Octets(), primary_key=True),
    Column("counter", WIDE, nullable=False),
    Column("count", WIDE, nullable=False),
    Column("digest", Octets(), nullable=False),
    sqlite_strict=True,
)

# Every device whose writes were received here: prefix of its ids, highest n without a gap, hash of its chain.
DEVICE = Table(
    "device_state",
    BOOKS,
    Column("device", WIDE, primary_key=True, autoincrement=False),
    Column("prefix", WIDE, nullable=False),
    Column("watermark", WIDE, nullable=False),
    Column("chain", Octets(), nullable=False),
    sqlite_strict=True,
)

# Hashes of received writes, eight bytes each, a row a chunk: the same (device, n) with another content is
# a restored or cloned device, not a repetition.
SEEN = Table(
    "seen_writes",
    BOOKS,
    Column("device", WIDE, primary_key=True, autoincrement=False),
    Column("first", WIDE, primary_key=True, autoincrement=False),
    Column("last", WIDE, nullable=False),
    Column("hashes", Octets(), nullable=False),
    sqlite_strict=True,
)

# The log of this device's writes: the outbox, and what is offered again to a restored server. state: 0
# waiting, 1 received, 2 returned (then `code` says why), 3 returned and settled. `chain` is the chain's hash
# after this write.
OWN = Table(
    "own_write",
    BOOKS,
    Column("n", WIDE, primary_key=True, autoincrement=False),
    Column("type", Integer, nullable=False),
    Column("id", Octets(), nullable=False),
    Column("stamp", WIDE, nullable=False),
    Column("author", Octets(), nullable=False),
    Column("body", Octets(), nullable=False),
    Column("chain", Octets(), nullable=False),
    Column("state", Integer, nullable=False),
    Column("code", Text),
    Index("ix_own_write_id", "id"),
    Index("ix_own_write_code", "n", sqlite_where=text("code IS NOT NULL")),
    # How many wait is asked after each save, and a first import alone is a hundred thousand.
    Index("ix_own_write_waiting", "n", sqlite_where=text("state = 0")),
    sqlite_strict=True,
)

# On a laptop: up to which of another laptop's writes it took from files. `next_only`: since then the server
# told nothing, so that a file has to go on where the last one ended.
PEER = Table(
    "peer_state",
    BOOKS,
    Column("device", WIDE, primary_key=True, autoincrement=False),
    Column("watermark", WIDE, nullable=False),
    Column("next_only", Integer, nullable=False),
    sqlite_strict=True,
)

# Authentic writes that were not applied, kept whole until somebody with authority decides. state: open,
# accepted, refused, withdrawn; `record` is the record by which others see it, once there is one.
QUARANTINE = Table(
    "quarantine",
    BOOKS,
    Column("device", WIDE, primary_key=True, autoincrement=False),
    Column("n", WIDE, primary_key=True, autoincrement=False),
    Column("hash", Octets(), primary_key=True),
    Column("type", Integer, nullable=False),
    Column("id", Octets(), nullable=False),
    Column("stamp", WIDE, nullable=False),
    Column("author", Octets(), nullable=False),
    Column("body", Octets(), nullable=False),
    Column("code", Text, nullable=False),
    Column("at", WIDE, nullable=False),
    Column("state", Text, nullable=False),
    Column("record", Octets()),
    Index("ix_quarantine_state", "state", "code"),
    Index("ix_quarantine_record", "record"),
    sqlite_strict=True,
)

# Left behind in an area that a record moved out of; `at` in milliseconds (UTC), 0 on a laptop.
MOVED = Table(
    "moved",
    BOOKS,
    Column("area", Octets(), primary_key=True),
    Column("id", Octets(), primary_key=True),
    Column("type", Integer, nullable=False),
    Column("number", WIDE, nullable=False),
    Column("to_area", Octets(), nullable=False),
    Column("at", WIDE, nullable=False),
    Index("ix_moved_area_number", "area", "number"),
    sqlite_strict=True,
)

# On a laptop: what a server that was put back from a copy does not know any more, as it was here. `whole`:
# all of a record of an area that the server gives to nobody, called `place`; otherwise what others had
# changed of a record that the server has. `since` in milliseconds (UTC).
LOST = Table(
    "lost_state",
    BOOKS,
    Column("id", Octets(), primary_key=True),
    Column("type", Integer, nullable=False),
    Column("area", Octets(), nullable=False),
    Column("place", Text, nullable=False),
    Column("whole", Integer, nullable=False),
    Column("since", WIDE, nullable=False),
    Column("body", Octets(), nullable=False),
    sqlite_strict=True,
)

# What a device knows of itself: one row.
SELF = Table(
    "self_state",
    BOOKS,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("device", WIDE, nullable=False),
    Column("prefix", WIDE, nullable=False),
    Column("next_n", WIDE, nullable=False),
    Column("chain", Octets(), nullable=False),
    Column("received", WIDE, nullable=False),
    Column("last_stamp", WIDE, nullable=False),
    Column("offset_ms", WIDE, nullable=False),
    Column("leap", Integer, nullable=False),
    sqlite_strict=True,
)


def create_tables(connection: Connection) -> None:
    """Make every record table and the books, where they are not there yet."""
    RECORDS.create_all(connection)
    BOOKS.create_all(connection)
