"""Counting only what changed gives what counting everything gives, whatever changed and however late."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from tests.unit.reports.straightforward import Tables, figure
from tests.unit.server.conftest import (
    AREA,
    COMMUNE,
    OTHER_COMMUNE,
    OTHER_VILLAGE,
    SECOND_VILLAGE,
    VILLAGE,
    World,
)
from tongcds.clock import day_of
from tongcds.domain.formulas import Of, counted_indicators, load_formulas
from tongcds.domain.periods import month_of, month_to
from tongcds.domain.views import Role
from tongcds.records import METADATA, record_type
from tongcds.records.declare import ERASED
from tongcds.replica import device_row
from tongcds.replica.erasure import MARK
from tongcds.reports import resting
from tongcds.reports.counting import frame_for
from tongcds.reports.figures import Count
from tongcds.reports.passes import one_pass
from tongcds.server import changes, counting, figures, reforms, units
from tongcds.server.counting import Task, days_of
from tongcds.server.office import OWN_DEVICE, OfficeWriter
from tongcds.server.tables import CELL, STATE

FACTS = ("smartphone", "account", "online_service", "vneid2")
OF_HOMES = ("fibre", "household_smartphone", "qr_payment")
SERVICES = ("PS02", "SE01", "PY01")
KINDS = ("household", "person", "observation", "visit", "support", "team", "member", "duplicate",
         "poverty_class", "training", "attendance", "skill_check")  # fmt: skip
STEPS = 6


def table_of(kind: str) -> Any:
    return record_type(kind).table


class Life:
    """What happens in four villages, by chance, as records that the server merges."""

    def __init__(self, world: World, chance: random.Random, *, pairs: bool = True) -> None:
        self.world, self.chance, self.pairs = world, chance, pairs
        self.villages = [world.unit(code) for code in (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE)]
        self.communes = [world.unit(code) for code in (COMMUNE, OTHER_COMMUNE)]
        self.made: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
        self.homes: dict[bytes, bytes] = {}

    @property
    def today(self) -> date:
        return day_of(self.world.now())

    def day(self) -> str:
        back = self.chance.choice((0, 0, 1, self.chance.randrange(40), self.chance.randrange(420)))
        return (self.today - timedelta(days=back)).isoformat()

    def some(self, kind: str) -> bytes | None:
        return self.chance.choice(self.made[kind]) if self.made[kind] else None

    def go_on(self, times: int) -> None:
        with self.world.province.database.write() as connection:
            writer = OfficeWriter(connection, now=self.world.now())
            for _ in range(times):
                self.chance.choice(self.ways())(writer)
            figures.touch(connection, writer.flush())

    def ways(self) -> list[Callable[[OfficeWriter], None]]:
        ways = [self.arrive, self.see, self.see, self.visit, self.visit, self.correct, self.move, self.remove]
        ways += [self.leave, self.erase, self.staff, self.cover, self.teach, self.teach, self.teach_otherwise]
        return [*ways, self.say_of_pairs, self.classify] if self.pairs else ways

    def arrive(self, writer: OfficeWriter) -> None:
        village = self.chance.choice(self.villages)
        home = writer.create("household", village_id=village, poverty=self.chance.choice((None, "poor")))
        self.made["household"].append(home)
        self.homes[home] = village
        for _ in range(3):
            birth = f"{self.chance.choice((1950, 1990, 2011, 2012))}-{self.chance.randint(1, 12):02d}"
            self.made["person"].append(
                writer.create(
                    "person", village_id=village, household_id=home, birth=birth,
                    sex=self.chance.choice(("male", "female")),
                    joined_on=self.chance.choice((None, None, self.day())),
                )
            )  # fmt: skip
            self.homes[self.made["person"][-1]] = village

    def see(self, writer: OfficeWriter) -> None:
        kind, facts = self.chance.choice((("person", FACTS), ("household", OF_HOMES)))
        subject = self.some(kind)
        if subject is not None:
            self.made["observation"].append(
                writer.create(
                    "observation", village_id=self.homes[subject], subject=kind, subject_id=subject,
                    fact=self.chance.choice(facts), value=self.chance.randint(0, 1), held_on=self.day(),
                )
            )  # fmt: skip

    def visit(self, writer: OfficeWriter) -> None:
        home, person = self.some("household"), self.some("person")
        if home is None:
            return
        village = self.homes[home]
        visit = writer.create(
            "visit", village_id=village, household_id=home, on=self.day(), by_id=self.some("member")
        )
        self.made["visit"].append(visit)
        result = self.chance.choice(("alone", "declined"))
        self.made["support"].append(
            writer.create(
                "support", village_id=village, visit_id=visit, service=self.chance.choice(SERVICES),
                person_ids=self.chance.choice((person, None)), result=result,
            )
        )  # fmt: skip

    def correct(self, writer: OfficeWriter) -> None:
        visit, support = self.some("visit"), self.some("support")
        if visit is None or support is None:
            return
        match self.chance.randrange(5):
            case 0:
                writer.put("visit", visit, on=self.day())
            case 1:
                writer.put("visit", visit, withdrawn_why=self.chance.choice(("twice", None)))
            case 2:
                writer.put("visit", visit, household_id=self.some("household"))
            case 3:
                writer.put("support", support, visit_id=visit)
            case _:
                writer.put("support", support, result=self.chance.choice(("alone", "declined")))

    def move(self, writer: OfficeWriter) -> None:
        """A household goes to another village; some of what was seen of it stays behind."""
        kind = self.chance.choice(
            ("household", "person", "observation", "visit", "support", "member", "attendance", "skill_check")
        )
        record = self.some(kind)
        if record is not None:
            to = self.chance.choice(self.villages)
            writer.put(kind, record, wake=False, **{record_type(kind).area_field: to})
            if record in self.homes:
                self.homes[record] = to

    def remove(self, writer: OfficeWriter) -> None:
        kind = self.chance.choice(KINDS)
        record = self.some(kind)
        if record is not None:
            writer.remove(kind, record)

    def leave(self, writer: OfficeWriter) -> None:
        kind = self.chance.choice(("household", "person", "person"))
        record = self.some(kind)
        if record is not None:
            writer.put(kind, record, left_on=self.chance.choice((self.day(), None)))

    def erase(self, writer: OfficeWriter) -> None:
        kind = self.chance.choice(("household", "person", "visit"))
        record = self.some(kind)
        if record is not None and self.chance.random() < 0.5:
            writer.put(kind, record, **{ERASED: MARK})
            # Nobody says anything more of it.
            self.made[kind].remove(record)

    def staff(self, writer: OfficeWriter) -> None:
        unit = self.chance.choice((*self.villages, *self.communes))
        team = writer.create("team", unit_id=unit, name="Tổ")
        self.made["team"].append(team)
        self.made["member"].append(
            writer.create("member", unit_id=unit, team_id=team, organisation="Đoàn Thanh niên")
        )

    def cover(self, writer: OfficeWriter) -> None:
        writer.put("village", self.chance.choice(self.villages), fibre=self.chance.choice(("yes", "no")))

    def teach(self, writer: OfficeWriter) -> None:
        """A session of a village or a commune, ticks and checks of whoever was there, some of them twice."""
        on, unit = self.day(), self.chance.choice((*self.villages, *self.communes))
        state = self.chance.choice(("held", "held", "planned"))
        session = writer.create("training", unit_id=unit, on=on, state=state, minutes=90)
        self.made["training"].append(session)
        for _ in range(2):
            person = self.some("person")
            if person is None:
                return
            whose = {"village_id": self.homes[person], "training_id": session, "subject_id": person, "on": on}
            self.made["attendance"].append(writer.create("attendance", here=1, **whose))
            skill, result = self.chance.choice(("K0.1", "K6.2")), self.chance.choice(("alone", "cannot"))
            check = writer.create("skill_check", skill=skill, phase="after", result=result, **whose)
            self.made["skill_check"].append(check)

    def teach_otherwise(self, writer: OfficeWriter) -> None:
        session, tick = self.some("training"), self.some("attendance")
        if session is None or tick is None:
            return
        match self.chance.randrange(5):
            case 0:
                writer.put("training", session, on=self.day())
            case 1:
                writer.put("training", session, state=self.chance.choice(("held", "cancelled")))
            case 2:
                writer.put("training", session, minutes=self.chance.choice((45, None)))
            case 3:
                writer.put("attendance", tick, here=self.chance.choice((0, 1)))
            case _:
                writer.put("attendance", tick, on=self.day())

    def say_of_pairs(self, writer: OfficeWriter) -> None:
        kind = self.chance.choice(("household", "person"))
        if len(self.made[kind]) > 1:
            first, second = sorted(self.chance.sample(self.made[kind], 2))
            self.made["duplicate"].append(
                writer.create(
                    "duplicate", village_id=self.homes[first], subject=kind, first_id=first,
                    second_id=second, verdict=self.chance.choice(("one", "two")), shown_id=first,
                )
            )  # fmt: skip

    def classify(self, writer: OfficeWriter) -> None:
        home = self.some("household")
        if home is not None:
            self.made["poverty_class"].append(
                writer.create(
                    "poverty_class", village_id=self.homes[home], household_id=home,
                    poverty=self.chance.choice(("poor", "none")), valid_from=self.day(),
                )
            )  # fmt: skip


def begin(world: World, *, pairs: bool = True, happens: int = 30) -> Life:
    seed = random.randrange(sys.maxsize)
    print(f"seed {seed}")  # noqa: T201  what is needed to repeat it
    life = Life(world, random.Random(seed), pairs=pairs)
    life.go_on(happens)
    refresh(world)
    return life


def refresh(world: World) -> None:
    figures.refresh(world.province.database, Role.AREA, world.unit(AREA), now=world.now())


def kept(connection: Connection) -> dict[tuple[bytes, str, str], Count]:
    return {
        (row.village, row.indicator, row.month): Count(
            row.numerator, row.denominator, row.records, row.fingerprint
        )
        for row in connection.execute(select(CELL))
    }


def counted_whole(connection: Connection, life: Life) -> dict[tuple[bytes, str, str], Count]:
    days = dict.fromkeys(counted_indicators(), counting.MONTHS)
    stale = dict.fromkeys((*life.villages, *life.communes), Task(days, 0, 0, 0))
    found = counting.counted(connection, stale, life.today)
    months = {day.on: day.month for day in days_of(life.today)}
    return {
        (place, code, months[on]): c for on, counts in found.items() for (place, code), c in counts.items()
    }


def is_exact(world: World, life: Life) -> bool:
    """Whether what was kept of what was counted little by little is what everything counted anew gives."""
    with world.province.database.read() as connection:
        whole = counted_whole(connection, life)
        there = kept(connection)
    return all(there.get(key) == count for key, count in whole.items())


def test_what_is_counted_little_by_little_is_what_everything_gives(world: World) -> None:
    life = begin(world)
    for step in range(STEPS):
        life.go_on(life.chance.randint(1, 3))
        if step == STEPS // 2:
            world.clock.advance(days=life.chance.choice((1, 9)))
            move_a_village(world, life)
        refresh(world)
        assert is_exact(world, life)
    before = writes_made(world)
    with world.province.database.write() as connection:
        figures.touch(connection, [*life.villages, *life.communes], entirely=True)
        connection.execute(update(STATE).values(added_up=""))
    refresh(world)
    # Nor does any unit above get another figure from it.
    assert writes_made(world) == before


def move_a_village(world: World, life: Life) -> None:
    with world.province.database.write() as connection:
        village, commune = units.find(connection, SECOND_VILLAGE), units.find(connection, OTHER_COMMUNE)
        reforms.move_village(connection, village, commune, on=life.today, document="", now=world.now())


def writes_made(world: World) -> int:
    with world.province.database.read() as connection:
        return device_row(connection, OWN_DEVICE).watermark


def test_plain_loops_over_the_servers_rows_agree_with_what_it_publishes(world: World) -> None:
    # Which records are one, and which class held, the loops do not know.
    life = begin(world, pairs=False)
    for _ in range(3):
        life.go_on(5)
        refresh(world)
    with world.province.database.read() as connection:
        there = kept(connection)
        tables = {village: tables_of(connection, village) for village in life.villages}
    for day in days_of(life.today)[:3]:
        period = month_to(day.on)
        for village in life.villages:
            for code in counted_indicators():
                told = Count(*figure(code, village, period.first, period.last, tables[village]))
                assert there[village, code, day.month] == told, (code, day)


def tables_of(connection: Connection, village: bytes) -> Tables:
    def rows(kind: str) -> list[dict[str, Any]]:
        table = table_of(kind)
        return [
            dict(row) for row in connection.execute(select(table).where(table.c.area == village)).mappings()
        ]

    names = ("village", "household", "person", "observation", "visit", "support", "team", "member",
             "training", "attendance", "skill_check")  # fmt: skip
    return Tables(*(rows(name) for name in names))


FORGETTING: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the facts": lambda m: m.setattr(resting, "of_facts", dict),
    "what was taught": lambda m: m.setattr(resting, "of_training", frozenset),
    "who lives there": lambda m: m.setattr(changes, "everything", dict),
}


@pytest.mark.parametrize("what", FORGETTING)
def test_a_server_that_forgets_what_a_change_reaches_is_noticed(
    small_world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # Negative control.
    life = begin(small_world)
    FORGETTING[what](monkeypatch)

    def goes_on_exactly() -> bool:
        life.go_on(3)
        refresh(small_world)
        return is_exact(small_world, life)

    assert not all(goes_on_exactly() for _ in range(100))


def is_exact_after_a_correction(world: World) -> bool:
    """A visit of September was one of November."""
    life = begin(world, happens=0)
    with world.province.database.write() as connection:
        writer = OfficeWriter(connection, now=world.now())
        home = writer.create("household", village_id=life.villages[0])
        visit = writer.create("visit", village_id=life.villages[0], household_id=home, on="2026-09-15")
        figures.touch(connection, writer.flush())
    refresh(world)
    with world.province.database.write() as connection:
        writer = OfficeWriter(connection, now=world.now())
        writer.put("visit", visit, on="2026-11-20")
        figures.touch(connection, writer.flush())
    refresh(world)
    return is_exact(world, life)


def test_a_visit_that_is_corrected_leaves_the_month_that_it_was_in(small_world: World) -> None:
    assert is_exact_after_a_correction(small_world)


def test_a_server_that_forgets_how_a_visit_was_is_noticed(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(changes, "_names_of", lambda versions: {})
    assert not is_exact_after_a_correction(small_world)


def test_every_table_that_figures_are_counted_from_is_looked_at_for_changes() -> None:
    every = [formula for several in load_formulas().values() for formula in several]
    read: set[str] = set()
    for of in Of:
        mine = [formula for formula in every if formula.of is of]
        frame = frame_for(mine, [b"place"], [month_of(date(2026, 11, 1))], {b"one": b"other"})
        one = one_pass(frame, mine)
        for part in (*one.sheets.values(), *one.seen.values()):
            read |= METADATA.tables.keys() & set(re.findall(r"\w+", str(select(part))))
    # Which records are one is read beforehand.
    assert read | {"duplicate"} == {*changes.ALWAYS, *changes.DATED}
