"""A province, its laptops and everything that happens to them, drawn from one seed."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import Connection, update

from tests.sim.hands import Hands
from tests.sim.ledger import Account, Ledger
from tests.sim.machines import AnyPace, CrashedError, Machine, MemoryVault, Network, Weather, copy_of
from tests.sim.surroundings import ServerDatabase, quietly
from tests.unit.replica.laptops import dump, kept, recomputed
from tongcds.domain.units import load_units
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.messages import encode
from tongcds.records import record_type
from tongcds.replica import load_identity
from tongcds.replica.pages import FIGURES_ONLY
from tongcds.server import courier, database, enrolment, ops, registration, units
from tongcds.server.office import OfficeWriter, found_office, structure_changed
from tongcds.server.problems import Refusal
from tongcds.server.tables import DEVICE
from tongcds.storage.local import load_enrolment
from tongcds.sync import bundles, carrying, enrol, peers
from tongcds.sync.exchange import Exchange

NOW = 1_795_000_000_000
TWO_YEARS = 2 * 365 * 86_400_000
COMMUNES = ("04123", "04132")
VILLAGES = 2
_HEALING = 40
_CLOCKS = (0, 0, 0, TWO_YEARS, -TWO_YEARS, 3_600_000, -600_000)
_STORM = Weather(lose_request=0.08, lose_answer=0.12, twice=0.08, late=0.05)
_CALM = Weather()


class World(Hands):
    """One run. `step` does the next thing, `heal` brings all together, `problems` says what is wrong."""

    def __init__(self, seed: int, folder: Path, patch: pytest.MonkeyPatch, *, machines: int = 8) -> None:
        self.rng = random.Random(seed)
        quietly(patch, self.rng)
        self.folder = folder
        self.now = NOW
        self.ledger = Ledger()
        self.counts: Counter[str] = Counter()
        self.trace = blake2b(digest_size=16)
        self.held: list[tuple[str, bytes]] = []
        self.sticks: list[Path] = []
        self.copies: list[tuple[Path, int]] = []
        self.machines: list[Machine] = []
        self.wrong: list[str] = []
        # Records of whose writes some are lost with both their laptop and the server's copy; a third laptop
        # may hold them still.
        self.gone: set[bytes] = set()
        self.storm = _STORM
        self._file = folder / "province.sqlite"
        self._key = SigningKey.generate()
        self._open_server()
        self._found()
        homes = [f"{commune}-{village:02d}" for commune in COMMUNES for village in range(1, VILLAGES + 1)]
        places = [*homes, *COMMUNES, *homes]
        for number in range(machines):
            self._enrol(places[number % len(places)], f"Người {number}")

    def close(self) -> None:
        self.province.database.close()
        for machine in self.machines:
            machine.close()

    # ---- the province

    def _open_server(self) -> None:
        self.province = ops.Province(
            ServerDatabase(database.sqlite_url(self._file)),
            self._key,
            "https://cds.example",
            lambda: self.now,
        )

    def _found(self) -> None:
        register = load_units().by_code("14", "2025")
        assert register is not None
        lines = [
            units.VillageLine(f"Bản {village}", commune, f"{commune}-{village:02d}")
            for commune in COMMUNES
            for village in range(1, VILLAGES + 1)
        ]
        with self.province.database.write() as connection:
            found_office(connection, name="Máy chủ", province_id=register.id, now=self.now)
            units.seed(connection, "14", COMMUNES, now=self.now)
            self.villages = units.add_villages(connection, lines, now=self.now)
            units.make_cluster(connection, "Khu vực", COMMUNES, now=self.now)
            self.communes = [units.find(connection, code).unit_id for code in COMMUNES]

    def serve(self, path: str, body: bytes) -> bytes:
        """What the routes do."""
        match path.rsplit("/", 1)[1]:
            case "sync":
                return ops.sync(self.province, body)
            case "compare":
                return encode(ops.compare(self.province, body))
            case "incarnation":
                return encode(ops.incarnate(self.province, body))
            case "register":
                return encode(registration.register(self.province, body)[0])
            case "bundle":
                return courier.carry(self.province, body)
            case _:
                return encode(ops.enrol(self.province, body))

    def network(self, weather: Weather) -> Network:
        return Network(self.serve, self.rng, weather, self.held)

    # ---- laptops

    def _enrol(self, place: str, name: str) -> Machine:
        with self.province.database.write() as connection:
            invitation = enrolment.invite(
                connection,
                units.find(connection, place),
                name,
                key=self._key,
                url=self.province.url,
                now=self.now,
            )
        machine = self._machine(name, None)
        begun = enrol.begin(machine.vault, invitation)
        credentials = enrol.finish(machine.vault, begun, self.network(_CALM), machine.clock)
        machine.author = credentials.member_id
        return machine

    def _machine(self, name: str, engine: Any) -> Machine:
        folder = self.folder / f"{len(self.machines)}"
        folder.mkdir()
        machine = Machine(name, MemoryVault(folder, lambda: self.now), lambda: self.now)
        machine.vault = MemoryVault(folder, machine.milliseconds, engine)
        self.machines.append(machine)
        return machine

    def device(self, machine: Machine) -> int:
        with machine.vault.read() as connection:
            me = load_identity(connection, now=machine.milliseconds)
        assert me is not None
        return me.device

    # ---- steps

    def steps(self) -> dict[Callable[[Machine], object], int]:
        """What may happen to a laptop, and how often."""
        return {
            self.create: 8,
            self.edit: 16,
            self.remove: 3,
            self.restore_record: 2,
            self.observe: 6,
            self.settle: 4,
            self.move: 2,
            self.sync: 24,
            self.export: 2,
            self.stick: 4,
            self.late: 3,
            self.crash: 3,
            self.clock: 2,
            self.wait: 4,
            self.scope: 1,
            self.copy_machine: 1,
            self.restore_machine: 0.5,
            self.clone: 0.15,
            self.copy_server: 0.5,
            self.restore_server: 0.2,
            self.decide: 3,
        }

    def step(self) -> None:
        """One thing happens to one laptop."""
        choices = self.steps()
        machine = self.rng.choice(self.machines)
        (chosen,) = self.rng.choices(list(choices), list(choices.values()))
        name = chosen.__name__
        try:
            said = chosen(machine)
        except CrashedError:
            said = "crashed"
        self.counts[name] += 1
        self.trace.update(repr((name, machine.name, self.now, said)).encode())

    def sync(self, machine: Machine, weather: Weather | None = None) -> object:
        before = self.device(machine)
        exchange = Exchange(
            machine.vault,
            self.network(weather or self.storm),
            machine.clock,
            pace=AnyPace(self.rng),
        )
        said: object
        try:
            peers.hand_over(machine.vault, self.network(weather or self.storm))
            exchange.run()
            carrying.hand_over(machine.vault, self.network(weather or self.storm))
            outcome = exchange.outcome
            said = (outcome.sent, outcome.received, outcome.returned)
            if outcome.mismatch and not self.counts["server restored"]:
                self.wrong.append(f"{machine.name}: the digests differed")
        except UnavailableError as error:
            said = error.code
        except UserError as error:
            said = error.code
            self.wrong.append(f"{machine.name}: {error.code}")
        finally:
            after = self.device(machine)
            if after != before:
                self.counts["incarnation"] += 1
                with machine.vault.read() as connection:
                    self.ledger.note(connection, after)
        return said

    def export(self, machine: Machine) -> object:
        folder = self.folder / "stick"
        folder.mkdir(exist_ok=True)
        exported = bundles.export(machine.vault, folder, machine.clock)
        self.sticks.append(exported.path)
        return exported.writes

    def stick(self, machine: Machine) -> object:
        """A file from some stick comes to this laptop, maybe for the second time; answers go onto a stick."""
        self.sticks.extend(
            p for p in carrying.copy_answers(machine.vault, self.folder) if p not in self.sticks
        )
        if not self.sticks:
            return None
        place = self.rng.randrange(len(self.sticks))
        path = self.sticks[place]
        if self.rng.random() < 0.6:
            del self.sticks[place]
        if self.rng.random() < 0.3:
            return self._straight_to_the_server(path)
        try:
            found = bundles.take_in(machine.vault, path, machine.clock)
        except UserError as error:
            return error.code
        self.counts["merged from a stick"] += found.merged > 0
        return found.sent, found.received, found.carried, found.merged, found.needed_from

    def _straight_to_the_server(self, path: Path) -> object:
        try:
            answer = courier.carry(self.province, path.read_bytes())
        except Refusal as refusal:
            return refusal.problem.code
        self.counts["answer file"] += 1
        answered = self.folder / f"answer-{self.counts['answer file']}.tcds"
        answered.write_bytes(answer)
        self.sticks.append(answered)
        return len(self.sticks)

    def late(self, _machine: Machine) -> object:
        """A request that somebody heard on the way comes again."""
        if not self.held:
            return None
        path, body = self.held.pop(self.rng.randrange(len(self.held)))
        try:
            self.serve(path, body)
        except Refusal as refusal:
            return refusal.problem.code
        return path

    def crash(self, machine: Machine) -> object:
        """The laptop or the server stops between two transactions of an exchange."""
        if self.rng.random() < 0.5:
            machine.vault.crash_in = self.rng.randint(1, 6)
            try:
                return self.sync(machine)
            finally:
                machine.vault = MemoryVault(machine.vault.folder, machine.milliseconds, machine.vault.engine)
        server = self.province.database
        assert isinstance(server, ServerDatabase)
        server.crash_in = self.rng.randint(1, 8)
        try:
            return self.sync(machine)
        finally:
            server.crash_in = 0

    def clock(self, machine: Machine) -> object:
        machine.ahead = self.rng.choice(_CLOCKS) + self.rng.randrange(1000)
        return machine.ahead

    def wait(self, _machine: Machine) -> object:
        self.now += self.rng.choice((1_000, 60_000, 3_600_000, 40_000_000))
        return self.now

    def scope(self, machine: Machine) -> object:
        """A team goes to another village, a village to another commune, or somebody's role becomes less."""
        what = self.rng.randrange(3)
        with self.province.database.write() as connection:
            if what == 0:
                village, commune = self.rng.choice(self.villages), self.rng.choice(self.communes)
                writer = OfficeWriter(connection, now=self.now)
                writer.put("village", village, commune_id=commune)
                writer.flush()
                structure_changed(connection)
                return village, commune
            device = self.device(machine)
            if what == 1:
                place, role = self.rng.choice(self.villages), Role.TEAM
            else:
                place, role = self.rng.choice(self.communes), Role.COMMUNE
            connection.execute(
                update(DEVICE)
                .where(DEVICE.c.device == device)
                .values(unit_id=place, role=role.value, structure=-1)
            )
            return device, role.value, place

    def copy_machine(self, machine: Machine) -> object:
        machine.copies.append(copy_of(machine.vault.engine))
        if len(machine.copies) > 3:
            machine.copies.pop(0).dispose()
        return len(machine.copies)

    def restore_machine(self, machine: Machine) -> object:
        """The laptop is put back to an older copy; what it wrote since and did not send is gone with it."""
        if not machine.copies:
            return None
        copy = copy_of(self.rng.choice(machine.copies))
        with machine.vault.read() as connection:
            mine = self.ledger.keys_in(connection)
        with copy.connect() as connection:
            mine -= self.ledger.keys_in(connection)
        machine.vault.engine.dispose()
        machine.vault = MemoryVault(machine.vault.folder, machine.milliseconds, copy)
        self._lost(mine)
        return len(mine)

    def clone(self, machine: Machine) -> object:
        """The disk is copied into a second laptop; both are used."""
        if len(self.machines) > 14:
            return None
        twin = self._machine(f"{machine.name}+", copy_of(machine.vault.engine))
        twin.author = machine.author
        return twin.name

    def copy_server(self, _machine: Machine) -> object:
        path = self.folder / f"copy-{self.counts['copy_server']}.sqlite"
        shutil.copyfile(self._file, path)
        self.copies.append((path, self.now))
        self.copies = self.copies[-3:]
        return path.name

    def restore_server(self, _machine: Machine) -> object:
        if not self.copies:
            return None
        path, _ = self.rng.choice(self.copies)
        # Nobody puts two copies back within one second, and an epoch is one.
        self.now += 1_000
        self.province.database.close()
        shutil.copyfile(path, self._file)
        self._open_server()
        with self.province.database.write() as connection:
            from tongcds.server.office import restored

            restored(connection, now=self.now)
        # Until everybody offered again, others hold what the server lacks, and their exchanges say so.
        self.counts["server restored"] += 1
        self._lost(set(self.ledger.entries))
        return path.name

    def _lost(self, keys: set[Any]) -> None:
        """Forget those of these writes that neither the server nor any laptop has."""
        there = set()
        for machine in self.machines:
            with machine.vault.read() as connection:
                there |= self.ledger.keys_in(connection)
        keys -= there
        if not keys:
            return
        with self.province.database.read() as connection:
            self.gone |= self.ledger.forget(keys, connection)

    # ---- the end

    def heal(self) -> int:
        """Everybody exchanges until nobody has anything new; how many rounds it took."""
        self.held.clear()
        quiet = [(0, 0, 0)] * len(self.machines)
        for machine in self.machines:
            machine.vault.crash_in = 0
        for round_ in range(1, _HEALING):
            said = [self.sync(machine, _CALM) for machine in self.machines]
            self.trace.update(repr(said).encode())
            if said == quiet:
                return round_
        self.wrong.append(f"no quiet: {said}")
        return _HEALING

    def problems(self) -> list[str]:
        """What is not as it must be once everybody exchanged."""
        found = list(self.wrong)
        with self.province.database.read() as server:
            account = Account(server, self.ledger)
            if self.counts["server restored"]:
                # Taken once, and set aside when it was offered again: others took it over meanwhile.
                self.gone |= {key.id for key in account.aside}
            found += [f"lost: {line}" for line in account.missing()]
            found += [f"risen: {line}" for line in account.risen()]
            if kept(server) != recomputed(server):
                found.append("the server's digests are not those of its records")
            for machine in self.machines:
                found += [f"{machine.name}: {line}" for line in self._differences(machine, server)]
        return found

    def _differences(self, machine: Machine, server: Connection) -> Iterator[str]:
        with machine.vault.read() as connection:
            me = load_identity(connection, now=machine.milliseconds)
            enrolment_ = load_enrolment(connection)
            assert me is not None
            assert enrolment_ is not None
            whole = [e.area for e in enrolment_.entries if e.mode != FIGURES_ONLY]
            figures = [e.area for e in enrolment_.entries if e.mode == FIGURES_ONLY]
            here, there = (
                [r for r in dump(replica, whole) if r[1] not in self.gone] for replica in (connection, server)
            )
            self.trace.update(repr(here).encode())
            for line in [r for r in here if r not in there]:
                yield f"has {line}"
            for line in [r for r in there if r not in here]:
                yield f"lacks {line}"
            here, there = dump(connection, figures), dump(server, figures)
            if here != [r for r in there if not record_type(r[0]).about_people]:
                yield f"figures: {len(here)} here, {len(there)} there"
            held = {area for area, (count, _) in kept(connection).items() if count}
            if held - set(whole) - set(figures):
                yield f"holds {len(held - set(whole) - set(figures))} areas outside its scope"
            if kept(connection) != recomputed(connection):
                yield "its digests are not those of its records"
            if me.received != me.next_n - 1:
                yield f"received {me.received} of {me.next_n - 1}"

    def hash(self) -> str:
        """One word for everything that happened and how it ended."""
        return self.trace.hexdigest()
