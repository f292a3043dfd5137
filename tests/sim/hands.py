"""What people do at a laptop of the simulated province: type, change, remove, move, settle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import select

from tests.sim.ledger import Ledger
from tests.sim.machines import Machine
from tongcds.records import record_type
from tongcds.replica import WRITE
from tongcds.replica.rows import Row, read_rows
from tongcds.storage.local import load_enrolment

TEXTS = ("Nhóm 1", "Nhóm 2", "Nhóm 3", "Bản trên", "Bản dưới")


class Hands:
    """The steps of people; each answers what is worth remembering of it."""

    rng: random.Random
    ledger: Ledger
    counts: Counter[str]
    villages: list[bytes]
    most_records: int

    def _areas(self, machine: Machine, mode: str) -> list[bytes]:
        with machine.vault.read() as connection:
            known = load_enrolment(connection)
        assert known is not None
        return [entry.area for entry in known.entries if entry.mode == mode and entry.area in self.villages]

    def _pick(self, machine: Machine, type_name: str, *, deleted: int = 0) -> Row | None:
        record = record_type(type_name)
        table = record.table
        with machine.vault.read() as connection:
            ids = connection.execute(
                select(table.c.id).where(table.c.deleted == deleted).order_by(table.c.id)
            ).scalars()
            chosen = list(ids)
            if not chosen:
                return None
            chosen_id = self.rng.choice(chosen)
            return read_rows(connection, record, [chosen_id])[chosen_id]

    @contextmanager
    def _change(self, machine: Machine) -> Iterator[Any]:
        with machine.vault.change(machine.author) as change:
            first = change.writer.next_n
            yield change.writer
            device = change.writer._me.device
        with machine.vault.read() as connection:
            self.ledger.note(connection, device, first - 1)

    def create(self, machine: Machine) -> object:
        areas = self._areas(machine, WRITE)
        if not areas or self.counts["household"] >= self.most_records:
            return None
        area = self.rng.choice(areas)
        self.counts["household"] += 1
        with self._change(machine) as writer:
            household = writer.reserve()
            person = writer.create(
                "person", village_id=area, household_id=household, full_name=self.rng.choice(TEXTS)
            )
            return writer.create(
                "household",
                reserved=household,
                village_id=area,
                head_id=person,
                address=self.rng.choice(TEXTS),
            )

    def edit(self, machine: Machine) -> object:
        type_name = self.rng.choice(("household", "household", "person"))
        row = self._pick(machine, type_name)
        if row is None:
            return None
        fields = ("address", "note", "code") if type_name == "household" else ("full_name", "note", "phone")
        values = {
            name: self.rng.choice(TEXTS) + str(self.rng.randrange(50))
            for name in self.rng.sample(fields, self.rng.choice((1, 1, 2)))
        }
        with self._change(machine) as writer:
            return writer.update(type_name, row["id"], **values)

    def remove(self, machine: Machine) -> object:
        type_name = self.rng.choice(("household", "person"))
        row = self._pick(machine, type_name)
        if row is None:
            return None
        with self._change(machine) as writer:
            device, n = writer._me.device, writer.next_n
            writer.remove(type_name, row["id"])
        self.ledger.saw(device, n, row)
        return row["id"]

    def restore_record(self, machine: Machine) -> object:
        row = self._pick(machine, "household", deleted=1)
        if row is None:
            return None
        with self._change(machine) as writer:
            return writer.restore("household", row["id"])

    def observe(self, machine: Machine) -> object:
        if machine.older:
            return None
        row = self._pick(machine, "household")
        if row is None:
            return None
        with self._change(machine) as writer:
            return writer.create(
                "observation",
                village_id=row["area"],
                subject="household",
                subject_id=row["id"],
                fact="fibre",
                value=self.rng.randrange(2),
                held_on="2026-11-23",
                how="seen",
            )

    def settle(self, machine: Machine) -> object:
        row = self._pick(machine, "conflict")
        if row is None or row["values"]["resolved"]:
            return None
        v = row["values"]
        with machine.vault.read() as connection:
            subject = record_type(str(v["subject_type"]))
            here = read_rows(connection, subject, [v["subject_id"]])  # type: ignore[list-item]
        with self._change(machine) as writer:
            writer.update("conflict", row["id"], resolved=1)
            if here and v["field"] not in {"deleted", "village_id"} and self.rng.random() < 0.5:
                value = msgspec.msgpack.decode(v["other_value"])  # type: ignore[arg-type]
                writer.update(subject.name, v["subject_id"], **{str(v["field"]): value})
        return row["id"]

    def decide(self, machine: Machine) -> object:
        """Say something of a write that was set aside, whether or not it is one's own to say."""
        row = self._pick(machine, "quarantined")
        if row is None or row["values"]["state"] != "open":
            return None
        said = self.rng.choice(({"decision": "accept"}, {"decision": "refuse"}, {"withdrawn": 1}))
        with self._change(machine) as writer:
            return writer.update("quarantined", row["id"], **said), sorted(said)

    def move(self, machine: Machine) -> object:
        areas = self._areas(machine, WRITE)
        row = self._pick(machine, "household")
        if row is None or len(areas) < 2:
            return None
        with self._change(machine) as writer:
            return writer.update("household", row["id"], village_id=self.rng.choice(areas))
