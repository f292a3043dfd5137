"""Desktops with a real vault and the real exchange, at a real server, with only a call between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from tests.unit.server.conftest import World
from tongcds.actions.core import Core
from tongcds.errors import UnavailableError
from tongcds.protocol.messages import encode
from tongcds.records import record_type
from tongcds.replica import Writer, load_identity
from tongcds.server import behind, courier, ops, registration
from tongcds.server.problems import Refusal
from tongcds.storage.vault import Vault
from tongcds.sync import enrol
from tongcds.sync.exchange import Outcome
from tongcds.sync.transport import Traffic, _refusal

PASSPHRASE = "bốn con vịt vàng"


@dataclass
class Wire:
    """A way to the server; `posts` are the paths asked for. `cut` loses the answers of these paths."""

    serve: Callable[[str, bytes], bytes]
    traffic: Traffic = field(default_factory=Traffic)
    posts: list[str] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)

    def post(self, path: str, body: bytes) -> bytes:
        self.posts.append(path)
        self.traffic.sent += len(body)
        try:
            answer = self.serve(path, body)
        except Refusal as refusal:
            raise _refusal(encode(refusal.problem)) from None
        if path in self.cut:
            raise UnavailableError("server_unreachable")
        self.traffic.received += len(answer)
        return answer

    def close(self) -> None:
        """Nothing is held open."""


@dataclass
class Desk:
    """One desktop: its core, what it holds, and what it said."""

    world: World
    core: Core
    wire: Wire

    @classmethod
    def at(cls, world: World, folder: Path, unit: str, name: str, role: str = "") -> Desk:
        """A new desktop of somebody of this unit, enrolled."""
        vault = Vault.create(folder, PASSPHRASE, person=name, now=world.now)
        wire = Wire(_served(world))
        core = Core(vault, world.clock, connect=lambda _: wire)
        begun = enrol.begin(vault, world.invite(unit, name, role=role))
        enrol.finish(vault, begun, wire, world.clock)
        return cls(world, core, wire)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        with self.core.vault.change(self.core.author()) as change:
            yield change.writer

    def create(self, type_name: str = "household", **values: Any) -> bytes:
        with self.writing() as writer:
            return writer.create(type_name, **{"village_id": self.unit, **values})

    def update(self, record_id: bytes, type_name: str = "household", **values: Any) -> None:
        with self.writing() as writer:
            writer.update(type_name, record_id, **values)

    def remove(self, record_id: bytes, type_name: str = "household") -> None:
        with self.writing() as writer:
            writer.remove(type_name, record_id)

    @property
    def unit(self) -> bytes:
        return self.core.credentials().unit_id

    def sync(self) -> Outcome:
        return self.core.runner.exchange_now()

    def rows(self, type_name: str, *, deleted: bool = False) -> dict[bytes, dict[str, Any]]:
        table = record_type(type_name).table
        with self.core.vault.read() as connection:
            found = connection.execute(select(table)).mappings()
            return {row["id"]: dict(row) for row in found if deleted or not row["deleted"]}

    def next_n(self) -> int:
        with self.core.vault.read() as connection:
            me = load_identity(connection, now=self.world.now)
        assert me is not None
        return me.next_n

    def close(self) -> None:
        self.core.close()


def _served(world: World) -> Callable[[str, bytes], bytes]:
    doors = {"behind": behind.answer, "compare": ops.compare, "incarnation": ops.incarnate, "sync": ops.sync}

    def serve(path: str, body: bytes) -> bytes:
        door = doors.get(path.rsplit("/", 1)[1])
        if door is not None:
            answer = door(world.province, body)
            return answer if isinstance(answer, bytes) else encode(answer)
        if path.endswith("/bundle"):
            return courier.carry(world.province, body)
        if path.endswith("/register"):
            return encode(registration.register(world.province, body)[0])
        return encode(ops.enrol(world.province, body))

    return serve


def server_rows(world: World, type_name: str, *, deleted: bool = False) -> dict[bytes, dict[str, Any]]:
    """What the server holds."""
    table = record_type(type_name).table
    with world.province.database.read() as connection:
        found = connection.execute(select(table)).mappings()
        return {row["id"]: dict(row) for row in found if deleted or not row["deleted"]}


def scalar(world: World, query: Any) -> Any:
    with world.province.database.read() as connection:
        return connection.execute(query).scalar()


Work = Callable[[Connection], object]


def on_server(world: World, work: Work) -> None:
    with world.province.database.write() as connection:
        work(connection)


def synced(desks: Callable[..., Desk], world: World, unit: str, person: str) -> Desk:
    """A desktop after its first exchange."""
    desk = desks(world, unit, person)
    desk.sync()
    return desk


def sync_all(*desks: Desk) -> None:
    """Let each exchange twice, so that what one sends all others have."""
    for _round in range(2):
        for desk in desks:
            desk.sync()
