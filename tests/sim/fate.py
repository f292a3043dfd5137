"""What happens to laptops and to the server of the simulated province without anybody wanting it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from tests.sim.hands import Hands
from tests.sim.machines import Machine, MemoryVault, copy_of
from tests.sim.surroundings import ServerDatabase
from tongcds.server import enrolment, ops, reforms, units
from tongcds.server.enrolment import Place, place_of
from tongcds.server.office import office, restored
from tongcds.server.problems import Refusal
from tongcds.server.scopes import communes_of, villages_of
from tongcds.server.tables import DEVICE

TWO_YEARS = 2 * 365 * 86_400_000
_CLOCKS = (0, 0, 0, TWO_YEARS, -TWO_YEARS, 3_600_000, -600_000)
_WAITS = (1_000, 60_000, 3_600_000, 40_000_000)
_DARK = (3_600_000, 86_400_000, 10 * 86_400_000)
_COPIES = 3


class Fate(Hands):
    """The steps of misfortune and of the province's office; each answers what is worth remembering of it."""

    now: int
    folder: Path
    machines: list[Machine]
    province: ops.Province
    held: list[tuple[str, bytes]]
    copies: list[Path]
    communes: list[bytes]
    revoked: set[bytes]
    most_machines: int
    serve: Callable[[str, bytes], bytes]
    device: Callable[[Machine], int]
    sync: Callable[[Machine], object]
    enrol: Callable[[bytes, str], Machine]
    machine: Callable[[str, Any], Machine]
    _open_server: Callable[[], None]

    # ---- the network

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

    def partition(self, _machine: Machine) -> object:
        """Some laptops, often those of one place, reach no network for long."""
        share = self.rng.choice((0.2, 0.5, 0.9))
        until = self.now + self.rng.choice(_DARK)
        cut_off = [m for m in self.machines if self.rng.random() < share]
        for machine in cut_off:
            machine.dark_until = until
        return [m.name for m in cut_off]

    def swizzle(self, _machine: Machine) -> object:
        """FoundationDB's swizzle-clogging: lines stop one after the other, and come back in another order.

        Each call is one of those moments.
        """
        clogged = [m for m in self.machines if m.clogged]
        if self.counts["unclogging"] or len(clogged) > len(self.machines) // 2:
            self.counts["unclogging"] = len(clogged) > 1
            if clogged:
                self.rng.choice(clogged).clogged = False
        else:
            self.rng.choice(self.machines).clogged = True
        return [m.name for m in self.machines if m.clogged]

    # ---- laptops

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
        self.now += self.rng.choice(_WAITS)
        return self.now

    def copy_machine(self, machine: Machine) -> object:
        machine.copies.append(copy_of(machine.vault.engine))
        if len(machine.copies) > _COPIES:
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
        self.lost(mine)
        return len(mine)

    def clone(self, machine: Machine) -> object:
        """The disk is copied into other laptops, seldom into five; all are used."""
        names = []
        for _ in range(self.rng.choice((1, 1, 1, 5))):
            if len(self.machines) >= self.most_machines:
                break
            names.append(self.twin(machine).name)
        return names

    def twin(self, machine: Machine) -> Machine:
        """A second laptop with the same disk."""
        twin = self.machine(f"{machine.name}+", copy_of(machine.vault.engine))
        twin.author, twin.older = machine.author, machine.older
        return twin

    def revoke(self, machine: Machine) -> object:
        """The province takes a laptop out, with all that were copied from it; its person gets another one."""
        if len(self.revoked) >= len(self.machines) // 4:
            return None
        with self.province.database.write() as connection:
            device = self.device(machine)
            known = connection.execute(select(DEVICE).where(DEVICE.c.device == device)).one_or_none()
            if known is None or known.revoked_at is not None:
                return None
            enrolment.revoke(connection, device, now=self.now)
            self.revoked.add(known.public_key)
            place = _place(connection, known.unit_id)
        if place is not None and len(self.machines) < self.most_machines:
            # A server put back to a copy from before would not know the new one; see `enrol`.
            self.copies.clear()
            self.enrol(place.unit_id, f"{machine.name}'")
        return device

    # ---- the province

    def scope(self, machine: Machine) -> object:
        """A village goes to another commune, a team to another village, or somebody's role becomes less."""
        what = self.rng.randrange(3)
        on = date(2026, 11, 23)
        with self.province.database.write() as connection:
            if what == 0:
                village = _place(connection, self.rng.choice(self.villages))
                commune = _place(connection, self.rng.choice(self.communes))
                assert village is not None
                assert commune is not None
                reforms.move_village(connection, village, commune, on=on, document="", now=self.now)
                return village.name, commune.name
            device = self.device(machine)
            if connection.execute(select(DEVICE.c.device).where(DEVICE.c.device == device)).first() is None:
                return None
            place = _place(connection, self.rng.choice(self.villages if what == 1 else self.communes))
            assert place is not None
            reforms.reassign(connection, device, place, now=self.now)
            return device, place.name

    def reform(self, _machine: Machine) -> object:
        """Two villages or two communes become one, or there is a new village."""
        with self.province.database.write() as connection:
            what = self.rng.choices(("village", "commune", "new"), (3, 1, 3))[0]
            if what == "new":
                self.counts["new village"] += 1
                commune = connection.execute(
                    select(units._UNIT.code).where(units._UNIT.id == self.rng.choice(self.communes))
                ).scalar_one()
                name = f"Bản mới {self.counts['new village']}"
                line = units.VillageLine(name, commune, f"{commune}-9{self.counts['new village']}")
                self.villages += units.add_villages(connection, [line], now=self.now)
                return name
            standing = self.villages if what == "village" else self.communes
            if len(standing) < (4 if what == "village" else 2):
                return None
            target, *old = self.rng.sample(standing, self.rng.choice((2, 2, 3)) if what == "village" else 2)
            into, *sources = (_place(connection, unit) for unit in (target, *old))
            assert into is not None
            reforms.merge(
                connection,
                [source for source in sources if source is not None],
                into,
                on=date(2026, 11, 23),
                document="",
                now=self.now,
            )
            standing[:] = [unit for unit in standing if unit not in old]
            return what, into.name

    def copy_server(self, _machine: Machine) -> object:
        path = self.folder / f"copy-{self.counts['copy_server']}.sqlite"
        shutil.copyfile(self.folder / "province.sqlite", path)
        self.copies.append(path)
        self.copies = self.copies[-_COPIES:]
        return path.name

    def restore_server(self, _machine: Machine) -> object:
        if not self.copies:
            return None
        path = self.rng.choice(self.copies)
        self.put_back(path)
        return path.name

    def put_back(self, path: Path) -> None:
        """The server is put back from this copy."""
        self.now += 600_000  # nobody does it faster
        self.province.database.close()
        shutil.copyfile(path, self.folder / "province.sqlite")
        self._open_server()
        with self.province.database.write() as connection:
            restored(connection, now=self.now)
            self.revoked = set(
                connection.execute(
                    select(DEVICE.c.public_key).where(DEVICE.c.revoked_at.is_not(None))
                ).scalars()
            )
            state = office(connection)
            assert state is not None
            self.communes, self.villages = _standing(connection, state.province_id)
        # Until everybody offered again, others hold what the server lacks, and their exchanges say so.
        self.counts["server restored"] += 1
        self.lost(set(self.ledger.entries))

    def lost(self, keys: set[Any]) -> None:
        """Forget those of these writes that neither the server nor any laptop has."""
        there = set()
        for machine in self.machines:
            with machine.vault.read() as connection:
                there |= self.ledger.keys_in(connection)
        keys -= there
        if not keys:
            return
        with self.province.database.read() as connection:
            self.ledger.forget(keys, connection)


def _place(connection: Connection, unit: bytes) -> Place | None:
    state = office(connection)
    assert state is not None
    return place_of(connection, unit, state.province_id)


def _standing(connection: Connection, province: bytes) -> tuple[list[bytes], list[bytes]]:
    communes = communes_of(connection, province)
    return communes, [village for village, _ in villages_of(connection, communes)]
