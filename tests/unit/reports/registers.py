"""Small registers at random, and plain rows put straight into the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from tests.unit.reports.straightforward import Tables
from tongcds.domain.stamps import derived_id
from tongcds.records import record_type

FIRST_DAY = date(2026, 2, 26)
DAYS = [FIRST_DAY + timedelta(days=i) for i in range(6)]
VILLAGES = [derived_id("village", i) for i in range(3)]

days = st.sampled_from([day.isoformat() for day in DAYS])
perhaps_days = st.none() | days
births = st.none() | st.sampled_from(
    [
        "2026-02-27",
        "2026-02",
        "2026",
        "2012-02-28",
        "2012-02-29",
        "2012-03",
        "2012",
        "2011-02-27",
        "2011-03-01",
        "2011-03",
        "2011",
        "1950",
    ]
)


# Facts that are counted together come up more often.
_OF_PEOPLE = (
    *("smartphone", "account", "vneid2", "skills_trained") * 3, "internet", "online_service",
    "benefits_by_account", "online_shopping", "phone_2g", "digital_signature", "e_health", "safety_trained",
    "skills_confirmed",
)  # fmt: skip
_OF_HOUSEHOLDS = (
    "household_smartphone", "household_smartphone", "fibre", "qr_payment", "zalo_group", "digital_address",
    "digital_family",
)  # fmt: skip
_NETWORK = st.sampled_from([None, "yes", "partial", "no"])


@dataclass
class Register:
    households: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    observations: list[dict[str, Any]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    villages: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    supports: list[dict[str, Any]] = field(default_factory=list)
    teams: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    classes: list[dict[str, Any]] = field(default_factory=list)
    trainings: list[dict[str, Any]] = field(default_factory=list)
    attendances: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def tables(self) -> Tables:
        """What the plain loops take."""
        return Tables(
            self.villages, self.households, self.people, self.observations, self.visits, self.supports,
            self.teams, self.members, self.trainings, self.attendances, self.checks,
        )  # fmt: skip

    def by_type(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of each record type."""
        return {
            "household": self.households,
            "person": self.people,
            "observation": self.observations,
            "duplicate": self.duplicates,
            "village": self.villages,
            "visit": self.visits,
            "support": self.supports,
            "team": self.teams,
            "member": self.members,
            "poverty_class": self.classes,
            "training": self.trainings,
            "attendance": self.attendances,
            "skill_check": self.checks,
        }

    def put(self, connection: Connection) -> None:
        for name, rows in self.by_type().items():
            put(connection, name, rows)

    def of_village(self, village: bytes) -> Register:
        """What whoever holds this village alone has of it."""

        def here(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [row for row in rows if row.get("village_id", row.get("unit_id", row["id"])) == village]

        return Register(**{name: here(rows) for name, rows in vars(self).items()})


def put(connection: Connection, type_name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that no replica wrote: what they do not name is empty."""
    record = record_type(type_name)
    if not rows:
        return
    made = []
    for number, row in enumerate(rows, 1):
        system = {"number": 0, "device": 1, "n": number, "stamp": number, "author": b"", "editor": 0}
        whole = {**dict.fromkeys(record.field_names), **system, "versions": None, "deleted": 0, **row}
        whole.setdefault("area", record.area_of(whole["id"], whole))
        made.append(whole)
    connection.execute(insert(record.table), made)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Households and people who come, go, move out or are removed, and what was seen of them."""
    made = Register()
    for i in range(draw(st.integers(0, 5))):
        made.households.append(
            {
                "id": derived_id("household", i),
                "village_id": draw(st.sampled_from(VILLAGES)),
                "left_on": draw(perhaps_days),
                "split_on": draw(st.none() | perhaps_days),
                "poverty": draw(st.sampled_from([None, "poor", "near_poor", "none"])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    for i in range(draw(st.integers(0, 8))):
        home = draw(st.sampled_from(made.households)) if made.households else None
        known = home is not None and draw(st.integers(0, 9)) > 0
        made.people.append(
            {
                "id": derived_id("person", i),
                "village_id": home["village_id"] if home and known else draw(st.sampled_from(VILLAGES)),
                "household_id": home["id"] if home and known else draw(st.sampled_from([None, b"\x01" * 16])),
                "birth": draw(births),
                "joined_on": draw(perhaps_days),
                "left_on": draw(perhaps_days),
                "gone_from": draw(perhaps_days),
                "gone_until": draw(perhaps_days),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    subjects = [(h, _OF_HOUSEHOLDS) for h in made.households]
    subjects += [(p, _OF_PEOPLE) for p in made.people]
    for i in range(draw(st.integers(0, 25)) if subjects else 0):
        subject, facts = draw(st.sampled_from(subjects))
        made.observations.append(
            {
                "id": derived_id("observation", i),
                "village_id": subject["village_id"],
                "subject_id": subject["id"],
                "fact": draw(st.sampled_from(facts)),
                "value": draw(st.sampled_from([0, 1, 1, None])),
                "held_on": draw(perhaps_days | st.sampled_from(["2025-02-26", "2025-03-01", "2025-03-02"])),
                "stamp": draw(st.integers(1, 3)),
                "device": draw(st.integers(1, 3)),
                "deleted": draw(st.sampled_from([0, 0, 0, 0, 1])),
                "n": i + 1,
            }
        )
    return made


@st.composite
def registers_with_duplicates(draw: st.DrawFn) -> Register:
    """The same, with words on pairs of people and of households, and heads among the people."""
    made = draw(registers())
    _say_of_pairs(draw, made)
    return made


def _say_of_pairs(draw: st.DrawFn, made: Register) -> None:
    ids = [person["id"] for person in made.people]
    for home in made.households:
        home["head_id"] = draw(st.sampled_from([None, *ids]))
    for subject, records in (("person", made.people), ("household", made.households)):
        there = [record["id"] for record in records]
        for i in range(draw(st.integers(0, 6)) if len(there) > 1 else 0):
            pair = st.lists(st.sampled_from(there), min_size=2, max_size=2, unique=True)
            first, second = sorted(draw(pair))
            made.duplicates.append(
                {
                    "id": derived_id("duplicate", subject, i),
                    "village_id": next(one["village_id"] for one in records if one["id"] == first),
                    "subject": subject,
                    "first_id": first,
                    "second_id": second,
                    "verdict": draw(st.sampled_from(["one", "one", "one", "two", "open"])),
                    "shown_id": draw(st.sampled_from([first, second])),
                    "stamp": draw(st.integers(1, 3)),
                    "device": draw(st.integers(1, 3)),
                }
            )


@st.composite
def scattered_registers(draw: st.DrawFn) -> Register:
    """Lively ones with pairs and classes, in which records of one village are about those of another."""
    made = draw(lively_registers())
    _say_of_pairs(draw, made)
    for i in range(draw(st.integers(0, 4)) if made.households else 0):
        home = draw(st.sampled_from(made.households))
        made.classes.append(
            {
                "id": derived_id("class", i),
                "village_id": home["village_id"],
                "household_id": home["id"],
                "poverty": draw(st.sampled_from(["poor", "near_poor", "none"])),
                "valid_from": draw(perhaps_days),
                "stamp": draw(st.integers(1, 3)),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    for name, rows in made.by_type().items():
        place = "unit_id" if name in {"team", "member", "training"} else "village_id"
        for row in rows if name != "village" else ():
            if draw(st.integers(0, 4)) == 0:
                row[place] = draw(st.sampled_from(VILLAGES))
    return made


@st.composite
def lively_registers(draw: st.DrawFn) -> Register:
    """The same, with what villages have, their teams, and what these did."""
    made = draw(registers())
    for village in VILLAGES:
        made.villages.append(
            {
                "id": village,
                "fibre": draw(st.sampled_from([None, "yes", "planned", "no"])),
                **{f"{name}_4g": draw(_NETWORK) for name in ("viettel", "vinaphone", "mobifone")},
                "valid_to": draw(st.sampled_from([None, None, "2026-02-27"])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    for i in range(draw(st.integers(0, 3))):
        made.teams.append(
            {
                "id": derived_id("team", i),
                "unit_id": draw(st.sampled_from(VILLAGES)),
                "deleted": draw(st.sampled_from([0, 0, 1])),
            }
        )
    for i in range(draw(st.integers(0, 4)) if made.teams else 0):
        team = draw(st.sampled_from(made.teams))
        made.members.append(
            {
                "id": derived_id("member", i),
                "unit_id": team["unit_id"],
                "team_id": draw(st.sampled_from([team["id"], team["id"], None])),
                "organisation": draw(st.sampled_from([None, "Đoàn Thanh niên", "Giáo viên"])),
                "joined_on": draw(perhaps_days),
                "left_on": draw(perhaps_days),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    homes = made.households or [{"id": derived_id("nobody"), "village_id": VILLAGES[0]}]
    for i in range(draw(st.integers(0, 6))):
        home = draw(st.sampled_from(homes))
        made.visits.append(
            {
                "id": derived_id("visit", i),
                "village_id": home["village_id"],
                "household_id": home["id"],
                "on": draw(perhaps_days | st.just("2026-01-15")),
                "by_id": draw(st.sampled_from([None, *(m["id"] for m in made.members)])),
                "withdrawn_why": draw(st.sampled_from([None, None, None, "twice"])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    ids = [person["id"] for person in made.people]
    for i in range(draw(st.integers(0, 8)) if made.visits else 0):
        visit = draw(st.sampled_from(made.visits))
        who = draw(st.lists(st.sampled_from(ids), max_size=3, unique=True)) if ids else []
        made.supports.append(
            {
                "id": derived_id("support", i),
                "village_id": visit["village_id"],
                "visit_id": visit["id"],
                "service": draw(st.sampled_from(["PS02", "SE01", "NEW99"])),
                "person_ids": b"".join(who) or draw(st.sampled_from([None, b""])),
                "result": draw(st.sampled_from(["alone", "together", "come_back", "declined"])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    _teach(draw, made, [*ids, derived_id("guest")])
    return made


def _teach(draw: st.DrawFn, made: Register, ids: list[bytes]) -> None:
    """Sessions, who was there, and what they could do, as several laptops wrote it down."""
    for i in range(draw(st.integers(0, 4))):
        made.trainings.append(
            {
                "id": derived_id("training", i),
                "unit_id": draw(st.sampled_from(VILLAGES)),
                "on": draw(perhaps_days | st.just("2026-01-15")),
                "minutes": draw(st.sampled_from([None, 45, 90])),
                "state": draw(st.sampled_from(["held", "held", "planned", "cancelled", None])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    sessions = st.sampled_from([None, *(one["id"] for one in made.trainings)])
    whom = st.sampled_from([None, *ids, *ids])
    for i in range(draw(st.integers(0, 8))):
        made.attendances.append(
            {
                "id": derived_id("attendance", i),
                "village_id": draw(st.sampled_from(VILLAGES)),
                "training_id": draw(sessions),
                "subject_id": draw(whom),
                "here": draw(st.sampled_from([0, 1, 1, 1, None])),
                "on": draw(perhaps_days),
                "erased": draw(st.sampled_from([None, None, None, None, b"\x01"])),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
    for i in range(draw(st.integers(0, 10))):
        made.checks.append(
            {
                "id": derived_id("check", i),
                "village_id": draw(st.sampled_from(VILLAGES)),
                "training_id": draw(sessions),
                "subject_id": draw(whom),
                "skill": draw(st.sampled_from(["K0.1", "K6.2", "K6.2", "K4.3", "T1", None])),
                "phase": draw(st.sampled_from(["after", "after", "after", "before", "later"])),
                "result": draw(st.sampled_from(["alone", "helped", "cannot", "cannot", "odd", None])),
                "on": draw(perhaps_days),
                "stamp": draw(st.integers(1, 3)),
                "device": draw(st.integers(1, 3)),
                "deleted": draw(st.sampled_from([0, 0, 0, 1])),
                "n": i + 1,
            }
        )
