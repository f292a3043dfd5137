"""A server and laptops in memory that exchange as the real ones do, over the real wire format, when told to.

What the network does to an exchange is said at each one: `lose` the request or the answer, `twice`, something
typed `meanwhile`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from tongcds.domain.stamps import derived_id
from tongcds.protocol.chunks import WriteChunk, pack_states, pack_writes, unpack_states, unpack_writes
from tongcds.protocol.messages import Outcome, ScopeEntry, Write
from tongcds.records import RecordType, all_types, record_type
from tongcds.replica import (
    Received,
    Touched,
    Writer,
    acknowledge,
    adopt,
    create_tables,
    cursors_of,
    digest,
    load_identity,
    mark_returned,
    new_identity,
    page,
    pending,
    receive,
    register_device,
)
from tongcds.replica.rows import AreaSums, Row, read_areas, row_from
from tongcds.replica.tables import QUARANTINE

NOW = 1_795_000_000_000
"""A moment of November 2026, in milliseconds."""

TWO_YEARS = 2 * 365 * 86_400_000
NA_NGA, NA_TOP = derived_id("Nà Ngà"), derived_id("Nà Tọp")
AUTHOR = derived_id("author")


@cache
def _template() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        create_tables(connection)
    return engine


def empty_database() -> Connection:
    """A fresh database in memory with all tables; close it and its engine with `close`."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    connection = engine.connect()
    with _template().connect() as template:
        source = template.connection.driver_connection
        target = connection.connection.driver_connection
        assert source is not None
        source.backup(target)
    return connection


def close(connection: Connection) -> None:
    connection.close()
    connection.engine.dispose()


def anybody(_record: RecordType, _area: bytes, _write: Write, _row: Row | None) -> str:
    return ""


def rows(connection: Connection, type_name: str) -> list[Row]:
    record = record_type(type_name)
    query = select(record.table).order_by(record.table.c.id)
    return [row_from(record, raw) for raw in connection.execute(query).mappings()]


def dots(row: Row) -> set[tuple[int, int]]:
    """The writes behind a record as it stands."""
    return {(version.device, version.n) for version in (row["version"], *row["later"].values())}


Held = list[tuple[RecordType, Row]]


def everything(connection: Connection) -> Held:
    """Every record, removed ones too."""
    return [(record, row) for record in all_types() for row in rows(connection, record.name)]


def dump(connection: Connection, areas: Sequence[bytes]) -> list[Any]:
    """Everything that replicas of these areas must agree on."""
    return dump_of(everything(connection), areas)


def dump_of(held: Held, areas: Sequence[bytes]) -> list[Any]:
    """The same of what was read before."""
    wanted = frozenset(areas)
    return [
        (record.name, row["id"], row["area"], row["version"], row["later"], row["values"])
        for record, row in held
        if row["area"] in wanted
    ]


def recomputed(connection: Connection) -> dict[bytes, tuple[int, int]]:
    """Count and digest of each area, from the rows alone."""
    return recomputed_of(everything(connection))


def recomputed_of(held: Held) -> dict[bytes, tuple[int, int]]:
    """The same of what was read before."""
    sums = AreaSums()
    for record, row in held:
        sums.add(record, row)
    return {area: (sums._count[area], sums._digest[area] % (1 << 128)) for area in sums._count}


def kept(connection: Connection) -> dict[bytes, tuple[int, int]]:
    """Count and digest of each area, as they were kept along the way; empty areas left out."""
    return kept_of(connection, everything(connection))


def kept_of(connection: Connection, held: Held) -> dict[bytes, tuple[int, int]]:
    """The same where the records were read before."""
    areas = {row["area"] for _, row in held}
    return {area: sums[1:] for area, sums in read_areas(connection, list(areas)).items()}


class Office:
    """The server: one database and its clock."""

    def __init__(self, allowed: Callable[..., str] = anybody) -> None:
        self.connection = empty_database()
        self.allowed = allowed
        self.now = NOW
        self.writes: dict[tuple[int, int], Write] = {}
        # What each removal had before its eyes: the writes behind the record as it stood there.
        self.saw: dict[tuple[int, int], set[tuple[int, int]]] = {}

    def take(self, device: int, packed: bytes | None, cursors: Mapping[bytes, int]) -> Received:
        chunk = unpack_writes(packed) if packed else None
        writes = chunk.writes if chunk else []
        for write in writes:
            self.writes.setdefault((device, write.n), write)
        return receive(self.connection, device, writes, allowed=self.allowed, cursors=cursors, now=self.now)

    def quarantined(self) -> dict[tuple[int, int], str]:
        query = select(QUARANTINE.c.device, QUARANTINE.c.n, QUARANTINE.c.code)
        return {(device, n): code for device, n, code in self.connection.execute(query)}


class Laptop:
    """A desktop with its own database, clock and scope."""

    def __init__(
        self, office: Office, device: int, areas: Sequence[bytes] = (NA_NGA,), *, ahead: int = 0
    ) -> None:
        self.office = office
        self.connection = empty_database()
        self.device = device
        self.areas = list(areas)
        self.ahead = ahead
        self.outcomes: dict[int, str] = {}
        self.me = new_identity(self.connection, device=device, now=self.milliseconds, prefix=device << 40 | 5)
        register_device(office.connection, device, self.me.prefix)

    def milliseconds(self) -> int:
        return self.office.now + self.ahead

    def restart(self) -> None:
        """Everything that is not in the database is forgotten."""
        me = load_identity(self.connection, now=self.milliseconds)
        assert me is not None
        self.me = me

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        writer = Writer(self.connection, self.me, AUTHOR)
        yield writer
        writer.flush()

    def create(self, type_name: str = "household", **values: Any) -> bytes:
        with self.writing() as writer:
            return writer.create(type_name, **{"village_id": self.areas[0], **values})

    def update(self, record_id: bytes, type_name: str = "household", **values: Any) -> None:
        with self.writing() as writer:
            writer.update(type_name, record_id, **values)

    def remove(self, record_id: bytes, type_name: str = "household") -> None:
        row = next(row for row in rows(self.connection, type_name) if row["id"] == record_id)
        self.office.saw[self.device, self.me.next_n] = dots(row)
        with self.writing() as writer:
            writer.remove(type_name, record_id)

    def restore(self, record_id: bytes, type_name: str = "household") -> None:
        with self.writing() as writer:
            writer.restore(type_name, record_id)

    def value(self, record_id: bytes, name: str, type_name: str = "household") -> Any:
        return next(row for row in rows(self.connection, type_name) if row["id"] == record_id)["values"][name]

    def has(self, record_id: bytes, type_name: str = "household") -> bool:
        return any(
            r["id"] == record_id and not r["values"]["deleted"] for r in rows(self.connection, type_name)
        )

    def exchange(
        self,
        *,
        lose: str = "",
        twice: bool = False,
        meanwhile: Callable[[], None] | None = None,
        chunk: int = 1000,
        limit: int = 1000,
    ) -> Touched | None:
        """One request and its answer; None when the answer did not come."""
        writes = pending(self.connection, self.me.received, chunk)
        packed = pack_writes(WriteChunk(self.device, self.me.prefix, writes)) if writes else None
        cursors = cursors_of(self.connection, self.areas)
        if meanwhile is not None:
            meanwhile()
        if lose == "request":
            return None
        received = self.office.take(self.device, packed, cursors)
        if twice:
            received = self.office.take(self.device, packed, cursors)
        scope = [ScopeEntry(area, "write") for area in self.areas]
        at = [cursors[area] for area in self.areas]
        found = page(self.office.connection, scope, at, puller=self.device, limit=limit)
        if lose == "answer":
            return None
        states = unpack_states(pack_states(found.states))
        assert received.expected == 0
        self._hear(received.watermark, received.outcomes)
        return adopt(
            self.connection,
            self.me,
            states,
            found.moved,
            dict(zip(self.areas, found.cursors, strict=True)),
            frozenset(self.areas),
        )

    def _hear(self, watermark: int, outcomes: Sequence[Outcome]) -> None:
        acknowledge(self.connection, self.me, watermark)
        self.outcomes |= {outcome.n: outcome.code for outcome in outcomes}
        mark_returned(self.connection, [(outcome.n, outcome.code) for outcome in outcomes])

    def same_as_office(self) -> bool:
        return digest(self.connection, self.areas) == digest(self.office.connection, self.areas)


def settle(*laptops: Laptop) -> None:
    """Exchange until nobody has anything new: once to push, once to hear of the others."""
    for _ in range(3):
        for laptop in laptops:
            laptop.exchange()


def shared(a: Laptop, b: Laptop, **values: Any) -> bytes:
    """A household that both have."""
    record_id = a.create(**values)
    settle(a, b)
    assert b.has(record_id)
    return record_id


def conflicts(replica: Laptop | Office) -> list[dict[str, Any]]:
    """The fields of every conflict record."""
    return [row["values"] for row in rows(replica.connection, "conflict")]
