"""A province, its laptops and everything that happens to them, drawn from one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from tests.sim.fate import Fate
from tests.sim.ledger import Account, Ledger
from tests.sim.machines import AnyPace, CrashedError, Machine, MemoryVault, Network, Weather
from tests.sim.surroundings import ServerDatabase, mixed_versions, quietly
from tests.unit.replica.laptops import Held, dump_of, everything, kept_of, recomputed_of
from tongcds.domain.units import load_units
from tongcds.errors import UnavailableError, UserError
from tongcds.protocol.messages import encode
from tongcds.records import record_type
from tongcds.replica import Identity, load_identity
from tongcds.replica.pages import FIGURES_ONLY
from tongcds.server import courier, database, enrolment, ops, registration, units
from tongcds.server.office import found_office, office
from tongcds.server.problems import Refusal
from tongcds.storage.local import load_enrolment
from tongcds.sync import bundles, carrying, enrol, peers
from tongcds.sync.alone import AUTHORS_HAVE_MS
from tongcds.sync.exchange import COMPARE_EVERY_MS, Exchange

NOW = 1_795_000_000_000
COMMUNES = ("04123", "04132")
VILLAGES = 2
_HEALING = 40
_DEEPEST = 2
_MEANWHILE = 0.25
_UPDATED = 0.002
_STORM = Weather(lose_request=0.08, lose_answer=0.12, twice=0.08, late=0.05)
_CALM = Weather()
# One exchange at a time; and whoever puts a vault back closes the program first.
_NEEDS_ITS_VAULT = frozenset({"sync", "export", "stick", "crash", "restore_machine", "revoke"})


class World(Fate):
    """One run. `step` does the next thing, `heal` brings all together, `problems` says what is wrong.

    A step is one thing that happens: somebody does something, a request reaches the server or is lost, an
    answer arrives or is lost, something breaks. While a request is on its way other things happen, to the
    same laptop too.
    """

    def __init__(
        self,
        seed: int,
        folder: Path,
        patch: pytest.MonkeyPatch,
        *,
        machines: int = 8,
        villages: int = VILLAGES,
        older: float = 0.0,
    ) -> None:
        self.rng = random.Random(seed)
        # Of the laptops so many begin with an older program; drawn apart, so that all else happens as ever.
        self._versions, self._older = random.Random(f"versions {seed}"), older
        self._running: Machine | None = None
        self.ledger = Ledger()
        quietly(patch, self.rng, self.ledger)
        mixed_versions(patch, lambda: self._running is not None and self._running.older)
        self.folder = folder
        self.now = NOW
        self.counts: Counter[str] = Counter()
        self.events = 0
        self.trace = blake2b(digest_size=16)
        self.held: list[tuple[str, bytes]] = []
        self.sticks: list[Path] = []
        self.copies: list[Path] = []
        self.machines: list[Machine] = []
        self.most_machines = machines + max(6, machines // 4)
        self.most_records = 80 + 5 * machines
        self.revoked: set[bytes] = set()
        self.wrong: list[str] = []
        self.rain, self.calm = _STORM, _CALM
        self.storm = self.rain
        self._depth = 0
        # Another way to the server than the weather's, for a scene.
        self.way: Callable[[], Network] | None = None
        self._key = SigningKey.generate()
        self._open_server()
        self._found(villages)
        self._acts = self._how_often()
        places = [*self.villages, *self.communes, *self.villages]
        for number in range(machines):
            self.enrol(places[number % len(places)], f"Người {number}")

    def close(self) -> None:
        self.province.database.close()
        for machine in self.machines:
            machine.close()

    # ---- the province

    def _open_server(self) -> None:
        self.province = ops.Province(
            ServerDatabase(database.sqlite_url(self.folder / "province.sqlite")),
            self._key,
            "https://cds.example",
            lambda: self.now,
        )

    def _found(self, villages: int) -> None:
        register = load_units().by_code("14", "2025")
        assert register is not None
        lines = [
            units.VillageLine(f"Bản {village}", commune, f"{commune}-{village:02d}")
            for commune in COMMUNES
            for village in range(1, villages + 1)
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

    def network(self, machine: Machine, weather: Weather) -> Network:
        """A machine's way to the server, as it is just now."""
        if self.way is not None:
            return self.way()
        weather = Weather(lose_request=1.0) if machine.is_cut_off() else weather
        return Network(self.serve, self.rng, weather, self.held, self._meanwhile)

    def _meanwhile(self) -> None:
        """A message is on its way: one step, and maybe others happen before it arrives."""
        self.events += 1
        if self._depth == _DEEPEST or not self.raining or self.rng.random() >= _MEANWHILE:
            return
        server = self.province.database
        assert isinstance(server, ServerDatabase)
        # Who is to crash is the exchange outside.
        server.crash_in, crash_in = 0, server.crash_in
        self._depth += 1
        try:
            for _ in range(self.rng.randint(1, 3)):
                self.step()
        finally:
            self._depth -= 1
            server.crash_in = crash_in

    # ---- laptops

    def enrol(self, unit: bytes, name: str) -> Machine:
        """A new laptop of somebody of this unit."""
        with self.province.database.write() as connection:
            state = office(connection)
            assert state is not None
            place = enrolment.place_of(connection, unit, state.province_id)
            assert place is not None
            invitation = enrolment.invite(
                connection, place, name, key=self._key, url=self.province.url, now=self.now
            )
        machine = self.machine(name, None)
        begun = enrol.begin(machine.vault, invitation)
        network = Network(self.serve, self.rng, _CALM, self.held, lambda: None)
        credentials = enrol.finish(machine.vault, begun, network, machine.clock)
        machine.author = credentials.member_id
        machine.older = self._versions.random() < self._older
        return machine

    def machine(self, name: str, engine: Any) -> Machine:
        """A laptop with an empty vault, or with this one."""
        folder = self.folder / f"{len(self.machines)}"
        folder.mkdir()
        machine = Machine(name, MemoryVault(folder, lambda: self.now), lambda: self.now)
        machine.vault = MemoryVault(folder, machine.milliseconds, engine)
        self.machines.append(machine)
        return machine

    def device(self, machine: Machine) -> int:
        return self._identity(machine).device

    @staticmethod
    def _identity(machine: Machine) -> Identity:
        with machine.vault.read() as connection:
            me = load_identity(connection, now=machine.milliseconds)
        assert me is not None
        return me

    # ---- steps

    def _how_often(self) -> dict[str, float]:
        """What may happen to a laptop, and how often; what needs its vault comes last."""
        return {
            "create": 8,
            "edit": 16,
            "remove": 3,
            "restore_record": 2,
            "observe": 6,
            "settle": 4,
            "move": 2,
            "decide": 3,
            "wait": 4,
            "clock": 2,
            "late": 3,
            "partition": 0.4,
            "swizzle": 3,
            "scope": 0.7,
            "reform": 0.4,
            "copy_machine": 1,
            "clone": 0.15,
            "copy_server": 0.5,
            "restore_server": 0.2,
            "sync": 14,
            "export": 2,
            "stick": 4,
            "crash": 3,
            "restore_machine": 0.5,
            "revoke": 0.15,
        }

    @property
    def raining(self) -> bool:
        """Whether things happen by themselves."""
        return self.storm is self.rain

    def run(self, steps: int) -> None:
        """At least so many steps."""
        while self.events < steps:
            self.step()

    def step(self) -> None:
        """One thing happens to one laptop, and whatever follows from it."""
        if self._older and self._versions.random() < _UPDATED:
            self._versions.choice(self.machines).older = False
        machine = self.rng.choice(self.machines)
        (name,) = self.rng.choices(list(self._acts), list(self._acts.values()))
        if machine.busy and name in _NEEDS_ITS_VAULT:
            return
        try:
            said = getattr(self, name)(machine)
        except CrashedError:
            said = "crashed"
        self.events += 1
        self.now += self.rng.randrange(1, 500)
        self.counts[name] += 1
        self.trace.update(repr((name, machine.name, self.now, said)).encode())

    def sync(self, machine: Machine, weather: Weather | None = None) -> object:
        before = self._identity(machine)
        network = self.network(machine, weather or self.storm)
        exchange = Exchange(machine.vault, network, machine.clock, pace=AnyPace(self.rng))
        said: object
        machine.busy, self._running, outside = True, machine, self._running
        try:
            peers.hand_over(machine.vault, network)
            exchange.run()
            carrying.hand_over(machine.vault, network)
            outcome = exchange.outcome
            self.counts["given back"] += outcome.given_back
            said = (outcome.sent, outcome.received, outcome.returned)
            if outcome.mismatch and not self.counts["server restored"]:
                self.wrong.append(f"{machine.name}: the digests differed")
        except UnavailableError as error:
            said = error.code
        except UserError as error:
            said = error.code
            if error.code != "device_revoked" or not self._is_revoked(machine):
                self.wrong.append(f"{machine.name}: {error.code}")
        finally:
            machine.busy, self._running = False, outside
            self._note_own(machine, before)
        return said

    def _note_own(self, machine: Machine, before: Identity) -> None:
        """What an exchange wrote itself, and the names of everything under another number."""
        after = self._identity(machine)
        if after.device != before.device:
            self.counts["incarnation"] += 1
            with machine.vault.read() as connection:
                self.ledger.note(connection, after.device)
        elif after.next_n > before.next_n:
            with machine.vault.read() as connection:
                self.ledger.note(connection, after.device, before.next_n - 1)

    def _is_revoked(self, machine: Machine) -> bool:
        with machine.vault.read() as connection:
            known = load_enrolment(connection)
        assert known is not None
        return bytes(SigningKey(known.signing_seed).verify_key) in self.revoked

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
        if not self.sticks or machine.older:
            return None
        place = self.rng.randrange(len(self.sticks))
        path = self.sticks[place]
        if self.rng.random() < 0.6:
            del self.sticks[place]
        if self.rng.random() < 0.3:
            return self.carry_to_server(path)
        try:
            found = bundles.take_in(machine.vault, path, machine.clock)
        except UserError as error:
            return error.code
        self.counts["merged from a stick"] += found.merged > 0
        return found.sent, found.received, found.carried, found.merged, found.needed_from

    def carry_to_server(self, path: Path) -> object:
        """Somebody hands the file in; the answer goes onto a stick."""
        try:
            answer = courier.carry(self.province, path.read_bytes())
        except Refusal as refusal:
            return refusal.problem.code
        self.counts["answer file"] += 1
        answered = self.folder / f"answer-{self.counts['answer file']}.tcds"
        answered.write_bytes(answer)
        self.sticks.append(answered)
        return len(self.sticks)

    # ---- the end

    def heal(self) -> int:
        """Everybody exchanges until nobody has anything new; how many rounds it took.

        What others still had to offer to a restored server is compared again after a week, and what nobody
        offered is said again by whoever holds it once its authors had their time.
        """
        rounds = self._until_quiet()
        for wait in (COMPARE_EVERY_MS, AUTHORS_HAVE_MS) if self.counts["server restored"] else ():
            self.now += wait
            rounds += self._until_quiet()
        return rounds

    def _until_quiet(self) -> int:
        self.held.clear()
        self.storm = self.calm
        for machine in self.machines:
            machine.vault.crash_in, machine.older = 0, False
            machine.clogged, machine.dark_until = False, 0
        quiet = {repr((0, 0, 0)), repr("device_revoked")}
        for round_ in range(1, _HEALING):
            said = [repr(self.sync(machine)) for machine in self.machines]
            self.trace.update("".join(said).encode())
            if set(said) <= quiet:
                return round_
        self.wrong.append(f"no quiet: {said}")
        return _HEALING

    def ledger_problems(self) -> list[str]:
        """Writes of which the server has nothing, as it stands."""
        with self.province.database.read() as server:
            return [f"lost: {line}" for line in Account(server, self.ledger).missing()]

    def problems(self) -> list[str]:
        """What is not as it must be once everybody exchanged."""
        found = list(self.wrong)
        with self.province.database.read() as server:
            account = Account(server, self.ledger)
            found += [f"lost: {line}" for line in account.missing()]
            found += [f"risen: {line}" for line in account.risen()]
            held = everything(server)
            if kept_of(server, held) != recomputed_of(held):
                found.append("the server's digests are not those of its records")
            for machine in self.machines:
                compare = self._unsent if self._is_revoked(machine) else self._differences
                found += [f"{machine.name}: {line}" for line in compare(machine, held)]
        return found

    def _differences(self, machine: Machine, held: Held) -> Iterator[str]:
        with machine.vault.read() as connection:
            enrolment_ = load_enrolment(connection)
            assert enrolment_ is not None
            whole = [e.area for e in enrolment_.entries if e.whole]
            figures = [e.area for e in enrolment_.entries if e.mode == FIGURES_ONLY]
            ours = everything(connection)
            here, there = dump_of(ours, whole), dump_of(held, whole)
            self.trace.update(repr(here).encode())
            # A removed one that nobody else ever heard of, or that is lost with its laptop, is nobody's news;
            # what the server has elsewhere may not stay, removed or not.
            known = {row["id"] for _, row in held}
            for line in [r for r in here if r not in there and (r[1] in known or not r[-1]["deleted"])]:
                yield f"has {line}"
            # Removed ones may have been let go of here, by a clock that is years ahead.
            for line in [r for r in there if r not in here and not r[-1]["deleted"]]:
                yield f"lacks {line}"
            here, there = dump_of(ours, figures), dump_of(held, figures)
            if here != [r for r in there if not record_type(r[0]).about_people]:
                yield f"figures: {len(here)} here, {len(there)} there"
            kept = kept_of(connection, ours)
            areas = {area for area, (count, _) in kept.items() if count} - set(whole) - set(figures)
            if areas:
                yield f"holds {len(areas)} areas outside its scope"
            if kept != recomputed_of(ours):
                yield "its digests are not those of its records"
        yield from self._unsent(machine, held)

    @staticmethod
    def _unsent(machine: Machine, _held: Held) -> Iterator[str]:
        me = World._identity(machine)
        if me.received != me.next_n - 1:
            yield f"received {me.received} of {me.next_n - 1}"

    def hash(self) -> str:
        """One word for everything that happened and how it ended."""
        return self.trace.hexdigest()
