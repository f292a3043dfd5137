"""All figures of a province of 30 communes from nothing, on PostgreSQL: 240,000 households, 930,000 people.

840 villages, 600,000 supports, every indicator that records speak of, one month. One commune is invented and
its records are copied thirty times under other ids inside the database, so that making the province takes a
few minutes; every village has the same number of households.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any, Final

import psycopg
from psycopg import sql

from benchmarks._vaults import TODAY
from benchmarks.metric import Metric
from tests.unit.server.postgresql import running_cluster
from tongcds.domain.catalogue import facts_made
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.invented import village
from tongcds.domain.periods import month_of
from tongcds.domain.stamps import derived_id
from tongcds.records import record_type
from tongcds.reports.figures import figures
from tongcds.server.database import Database
from tongcds.server.tables import create_all

COMMUNES: Final = 30
VILLAGES: Final = 28
HOUSEHOLDS: Final = 286
VISITS: Final = 10_000
_SERVICES: Final = ("PY01", "PY03", "IN03", "ID01", "SE01", "PS02", "EC01", "HE01")
_SURVEYED: Final = (
    ("smartphone", 0.8), ("account", 0.7), ("vneid2", 0.75), ("internet", 0.5), ("e_health", 0.3)
)  # fmt: skip
_KINDS: Final = ("village", "team", "member", "household", "person", "observation", "visit", "support")
_AUTHOR: Final = derived_id("figures", "author")

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Home:
    place: bytes
    household: bytes
    people: list[bytes]
    member: bytes


def run() -> Iterator[Metric]:
    """Make the province, then count it all, and one village alone, a few times."""
    with running_cluster() as cluster:
        address = cluster.address(cluster.create())
        villages = _province(address)
        with closing(Database(address)) as database, database.read() as connection:
            period = month_of(TODAY)
            whole, one = [], []
            for _ in range(3):
                began = perf_counter()
                found = figures(connection, counted_indicators(), villages, [period])
                whole.append(perf_counter() - began)
                began = perf_counter()
                figures(connection, counted_indicators(), villages[:1], [period])
                one.append((perf_counter() - began) * 1000)
            known = sum(1 for count in found[0].values() if count.numerator is not None)
    yield Metric("province_full_seconds", round(statistics.median(whole), 2), "s")
    yield Metric("village_count_ms", round(statistics.median(one), 1), "ms")
    yield Metric("figures_known", known, "1")


def _province(address: str) -> list[bytes]:
    with closing(Database(address)) as database, database.write() as made:
        create_all(made)
    rows = _commune()
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for name, records in rows.items():
            columns = [column.name for column in record_type(name).table.columns]
            words = sql.SQL(", ").join(map(sql.Identifier, columns))
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), words)) as copy:
                for row in records:
                    copy.write_row([row.get(column) for column in columns])
        for name in rows:
            _multiply(cursor, name)
        connection.commit()
        connection.autocommit = True
        cursor.execute("ANALYZE")
        cursor.execute("SELECT id FROM village")
        return [bytes(row[0]) for row in cursor.fetchall()]


def _multiply(cursor: psycopg.Cursor[Any], name: str) -> None:
    """The same records once more for each of the other communes, every id as another one."""
    kinds = record_type(name).kinds
    parts = []
    for column in record_type(name).table.columns:
        identifier = sql.Identifier(column.name)
        is_id = column.name in {"id", "area"} or kinds.get(column.name) in {"id", "ids"}
        parts.append(
            sql.SQL("substring(sha256({} || int4send(k)), 1, 16)").format(identifier) if is_id else identifier
        )
    words = sql.SQL(", ").join(parts)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in record_type(name).table.columns)
    cursor.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}, generate_series(2, {}) AS k").format(
            sql.Identifier(name), names, words, sql.Identifier(name), sql.Literal(COMMUNES)
        )
    )


class _Commune:
    """Rows of one invented commune, by record type."""

    def __init__(self) -> None:
        self.rows: Rows = {name: [] for name in _KINDS}
        self._random = Random("figures")  # noqa: S311 - invented people need no secrecy

    def put(self, kind: str, area: bytes, **fields: object) -> bytes:
        n = len(self.rows[kind]) + 1
        made = derived_id("figures", kind, n)
        system = {"number": n, "device": 2, "n": n, "stamp": n, "author": _AUTHOR, "editor": 0, "deleted": 0}
        self.rows[kind].append({"id": made, "area": area, **system, **fields})
        return made

    def village(self, number: int) -> list[_Home]:
        """A village, its team and everybody who lives there."""
        place = derived_id("figures", "village", number + 1)
        commune, name = derived_id("figures", "commune"), f"Bản {number}"
        self.put("village", place, commune_id=commune, name=name, fibre="yes", viettel_4g="yes")
        team = self.put("team", place, unit_id=place, name="Tổ")
        member = self.put("member", place, unit_id=place, team_id=team, organisation="Đoàn Thanh niên")
        homes = []
        for home in village(number, households=HOUSEHOLDS, on=TODAY, name=name).households:
            household = self.put("household", place, village_id=place, poverty=home.poverty)
            people = [
                self.put(
                    "person", place, village_id=place, household_id=household, sex=one.sex, birth=one.birth
                )
                for one in home.people
            ]
            homes.append(_Home(place, household, people, member))
        return homes

    def survey(self, home: _Home) -> None:
        """What was seen in May."""
        for fact, share in _SURVEYED:
            for person in home.people:
                if self._random.random() < share:
                    self._observe(home, ("person", person), fact, int(self._random.random() < 0.6))
        for fact in ("household_smartphone", "fibre"):
            self._observe(home, ("household", home.household), fact, int(self._random.random() < 0.6))

    def visit(self, homes: list[_Home]) -> None:
        """Somewhere two people are helped, and something is known from it."""
        home = self._random.choice(homes)
        on = f"2026-{self._random.randint(1, 11):02d}-{self._random.randint(1, 23):02d}"
        visit = self.put(
            "visit", home.place, village_id=home.place, household_id=home.household, on=on, by_id=home.member
        )
        for service in self._random.sample(_SERVICES, 2):
            person = self._random.choice(home.people)
            result = self._random.choice(("alone", "together", "come_back"))
            self.put(
                "support", home.place, village_id=home.place, visit_id=visit, service=service,
                person_ids=person, result=result,
            )  # fmt: skip
            for fact, value in facts_made(service):
                about = person if fact.subject == "person" else home.household
                self._observe(home, (fact.subject.value, about), fact.code, int(value), on)

    def _observe(
        self, home: _Home, subject: tuple[str, bytes], fact: str, value: int, on: str = "2026-05-08"
    ) -> None:
        self.put(
            "observation", home.place, village_id=home.place, subject=subject[0], subject_id=subject[1],
            fact=fact, value=value, held_on=on,
        )  # fmt: skip


def _commune() -> Rows:
    """One commune: its villages, teams, everybody who lives there, what is known and what was done."""
    made = _Commune()
    homes = [home for number in range(VILLAGES) for home in made.village(number)]
    for home in homes:
        made.survey(home)
    for _ in range(VISITS):
        made.visit(homes)
    return made.rows
