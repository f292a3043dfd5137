"""A laptop in the tests of the server: a real replica in memory that speaks the protocol by hand.

The desktop's own half is `tongcds.sync`; the server's tests do without it, so that each side is held to the
protocol and not to the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Connection, StaticPool, create_engine, select

from tongcds.domain.stamps import new_prefix
from tongcds.protocol import envelope
from tongcds.protocol.chunks import WriteChunk, pack_writes, unpack_states
from tongcds.protocol.messages import (
    VERSION,
    Credentials,
    EnrolRequest,
    Registered,
    ScopeEntry,
    SyncAnswer,
    SyncRequest,
    decode,
    encode,
    receipt_text,
)
from tongcds.records import record_type
from tongcds.replica import (
    Identity,
    Writer,
    acknowledge,
    adopt,
    create_tables,
    digest,
    mark_returned,
    new_identity,
    pending,
)
from tongcds.replica.own import chain_at
from tongcds.replica.pages import put_cursors
from tongcds.replica.rows import read_areas

Post = Callable[[str, bytes], bytes]
"""Sends a body to a path and returns the answer's body; raises for a refusal."""

DAY = 86_400_000
NOON = 1_795_000_000_000 // DAY * DAY + 5 * 3_600_000


@dataclass
class Laptop:
    """An enrolled device with its own database."""

    post: Post
    now: Callable[[], int]
    key: SigningKey = field(default_factory=SigningKey.generate)
    prefix: int = field(default_factory=new_prefix)
    counter: int = 0
    scope: int = -1
    entries: list[ScopeEntry] = field(default_factory=list)
    answers: list[SyncAnswer] = field(default_factory=list)

    def enrol(self, code: str) -> Credentials:
        """Turn an invitation into this laptop's place."""
        request = EnrolRequest(VERSION, code, bytes(self.key.verify_key), self.prefix, self.now())
        registered = decode(Registered, self.post("/api/v1/enrol", encode(request)))
        self.me = decode(Credentials, registered.credentials)
        self.scope, self.entries = self.me.scope, self.me.entries
        self.begin()
        return self.me

    def begin(self) -> None:
        """An empty database of this device."""
        self.connection: Connection = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        ).connect()
        create_tables(self.connection)
        self.identity: Identity = new_identity(
            self.connection, device=self.me.device, now=self.now, prefix=self.prefix
        )

    def close(self) -> None:
        self.connection.close()
        self.connection.engine.dispose()

    def writer(self) -> Writer:
        return Writer(self.connection, self.identity, self.me.member_id)

    def household(self, village: bytes, name: str = "Lò Văn Pản") -> bytes:
        """A household with one person in it."""
        writer = self.writer()
        household = writer.reserve()
        person = writer.create(
            "person", village_id=village, household_id=household, full_name=name, birth="1985"
        )
        writer.create("household", reserved=household, village_id=village, code="HN-0001", head_id=person)
        writer.flush()
        return household

    def observe(self, household: bytes, fact: str, value: bool, *, on: str) -> None:
        """Somebody saw on a day whether this was so."""
        writer = self.writer()
        writer.create(
            "observation",
            village_id=self.me.unit_id,
            subject="household",
            subject_id=household,
            fact=fact,
            value=int(value),
            held_on=on,
            how="seen",
        )
        writer.flush()

    def cursors(self) -> list[int]:
        known = read_areas(self.connection, [e.area for e in self.entries])
        return [known.get(entry.area, (0, 0, 0))[0] for entry in self.entries]

    def request(self, *, limit: int = 1000, writes: int = 1000) -> SyncRequest:
        waiting = pending(self.connection, self.identity.received, writes)
        chunk = pack_writes(WriteChunk(self.me.device, self.prefix, waiting)) if waiting else None
        return SyncRequest(VERSION, self.me.epoch, self.scope, self.cursors(), self.now(), chunk, limit)

    def sealed(self, request: SyncRequest | bytes) -> bytes:
        self.counter += 1
        body = request if isinstance(request, bytes) else encode(request)
        return envelope.seal(
            body, device=self.me.device, counter=self.counter, key=self.key, server_key=self.me.server_key
        )

    def exchange(self, *, limit: int = 1000, writes: int = 1000) -> SyncAnswer:
        """One request and what follows from its answer."""
        answer = decode(
            SyncAnswer, self.post("/api/v1/sync", self.sealed(self.request(limit=limit, writes=writes)))
        )
        self.answers.append(answer)
        self.take(answer)
        return answer

    def take(self, answer: SyncAnswer) -> None:
        """Believe a receipt that verifies, take the page in, follow a new scope."""
        receipt = answer.receipt
        chain = chain_at(self.connection, receipt.watermark)
        assert chain is not None
        text = receipt_text(self.me.device, receipt.watermark, chain, receipt.epoch, receipt.time)
        VerifyKey(self.me.server_key).verify(text, receipt.signature)
        acknowledge(self.connection, self.identity, receipt.watermark)
        mark_returned(self.connection, [(o.n, o.code) for o in answer.outcomes])
        if answer.entries is not None:
            cursors = dict(zip([e.area for e in self.entries], self.cursors(), strict=True))
            self.scope, self.entries = answer.scope, answer.entries
            put_cursors(self.connection, {e.area: cursors.get(e.area, 0) for e in self.entries})
        else:
            states = unpack_states(answer.page) if answer.page else []
            areas = [e.area for e in self.entries]
            adopt(self.connection, self.identity, states, answer.moved,
                  dict(zip(areas, answer.cursors, strict=True)), frozenset(areas))  # fmt: skip
        if answer.digest and not pending(self.connection, self.identity.received, 1):
            # With writes of its own that are not sent yet a laptop rightly holds more than the server.
            whole = [e.area for e in self.entries if e.mode != "figures"]
            assert digest(self.connection, whole) == answer.digest, "this laptop holds something else"

    def sync(self) -> SyncAnswer:
        """Exchange until nothing is left on either side."""
        for _ in range(50):
            answer = self.exchange()
            if not answer.more and not pending(self.connection, self.identity.received, 1):
                return answer
        raise AssertionError("the exchange does not end")

    def rows(self, type_name: str) -> list[dict[str, object]]:
        table = record_type(type_name).table
        return [dict(row) for row in self.connection.execute(select(table)).mappings() if not row["deleted"]]

    def mode(self, area: bytes) -> str | None:
        return next((e.mode for e in self.entries if e.area == area), None)
