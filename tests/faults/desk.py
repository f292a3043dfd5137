"""A laptop's real exchange and files in a real vault, over a way to the server that can be bent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.unit.server.conftest import World
from tests.unit.storage.homes import PASSPHRASE
from tongcds.protocol.messages import Invitation, encode
from tongcds.server import courier, ops, registration
from tongcds.server.problems import Refusal
from tongcds.storage.local import load_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync import enrol
from tongcds.sync.exchange import Exchange
from tongcds.sync.transport import Traffic, _refusal

ASKING = frozenset({"enrolment", "note", "exchange"})
"""Tables in which asking alone leaves traces: counters, and what was asked for."""


def served(world: World, path: str, body: bytes) -> bytes:
    """What the server answers on any path."""
    match path.rsplit("/", 1)[-1]:
        case "sync":
            return ops.sync(world.province, body)
        case "compare":
            return encode(ops.compare(world.province, body))
        case "register":
            return encode(registration.register(world.province, body)[0])
        case "incarnation":
            return encode(ops.incarnate(world.province, body))
        case "bundle":
            return courier.carry(world.province, body)
        case _:
            return encode(ops.enrol(world.province, body))


def invited(world: World, unit: str, name: str) -> Invitation:
    """An invitation as a typed code carries it: what is to be believed comes from the server's answer."""
    return msgspec.structs.replace(world.invite(unit, name), ticket=b"")


@dataclass
class Bent:
    """A transport; `bend` may put anything in the place of an answer, or raise."""

    world: World
    bend: Callable[[str, bytes], bytes] = lambda _path, answer: answer
    traffic: Traffic = field(default_factory=Traffic)

    def post(self, path: str, body: bytes) -> bytes:
        try:
            return self.bend(path, served(self.world, path, body))
        except Refusal as refusal:
            raise _refusal(encode(refusal.problem)) from None

    def close(self) -> None:
        pass


class Desk:
    """One enrolled laptop."""

    def __init__(self, world: World, folder: Path, unit: str, name: str) -> None:
        folder.mkdir()
        self.world = world
        self.way = Bent(world)
        self.vault = Vault.create(folder / "vault", PASSPHRASE, person=name, now=world.now)
        begun = enrol.begin(self.vault, invited(world, unit, name))
        self.me = enrol.finish(self.vault, begun, self.way, world.clock)
        self.sync()

    def sync(self) -> None:
        Exchange(self.vault, self.way, self.world.clock).run()

    def write(self, code: str) -> bytes:
        with self.vault.change(self.me.member_id) as change:
            return change.writer.create("household", village_id=self.me.unit_id, code=code)

    def scope(self) -> object:
        with self.vault.read() as connection:
            enrolment = load_enrolment(connection)
        assert enrolment is not None
        return enrolment.entries, enrolment.epoch, enrolment.credentials

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that the vault holds, but for the traces of asking."""
        with self.vault.read() as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_words%'"
            names = set(connection.exec_driver_sql(query).scalars()) - ASKING
            return {
                name: sorted(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
                for name in names
            }

    def close(self) -> None:
        self.vault.close()
