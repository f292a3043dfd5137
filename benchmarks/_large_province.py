"""An invented province in PostgreSQL, kept from one run of a benchmark to the next.

One commune is invented and its records are copied under other ids inside the database; every village has the
same number of households. The cluster lies in `build/`, under the name of everything it was made from: what
is declared otherwise today is made anew. 840 villages take some minutes to make and to publish for the
first time, and seconds to open again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.schema import CreateIndex

from benchmarks._day import TODAY, now
from tests.unit.server.postgresql import cluster_in
from tongcds.domain.catalogue import facts_made
from tongcds.domain.invented import village
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.server import figures
from tongcds.server.database import Database
from tongcds.server.office import found_office
from tongcds.server.tables import OFFICE

VILLAGES: Final = 28
HOUSEHOLDS: Final = 286
VISITS: Final = 10_000
PROVINCE: Final = derived_id("figures", "province")
AREA: Final = derived_id("figures", "area")
_UNIT: Final = record_type("unit").table
_VILLAGE: Final = record_type("village").table.c
_SERVICES: Final = ("PY01", "PY03", "IN03", "ID01", "SE01", "PS02", "EC01", "HE01")
_SURVEYED: Final = (
    ("smartphone", 0.8), ("account", 0.7), ("vneid2", 0.75), ("internet", 0.5), ("e_health", 0.3)
)  # fmt: skip
_KINDS: Final = ("village", "team", "member", "household", "person", "observation", "visit", "support")
_AUTHOR: Final = derived_id("figures", "author")
_DIALECT: Final = dialect.dialect()  # type: ignore[no-untyped-call]
_BUILD: Final = Path(__file__).resolve().parents[1] / "build"

# A server of its own gives its database a quarter of the memory.
_SETTINGS: Final = {"shared_buffers": "512MB", "effective_cache_size": "2GB", "max_wal_size": "4GB"}

Rows = dict[str, list[dict[str, Any]]]


@contextmanager
def province(communes: int) -> Iterator[str]:
    """The address of a database with so many communes, while the block runs."""
    folder = _BUILD / f"province-{communes}-{_made_from()}"
    ready = folder / "ready"
    if not ready.exists():
        for old in _BUILD.glob(f"province-{communes}-*"):
            shutil.rmtree(old)
        folder.mkdir(parents=True)
        with cluster_in(folder, settings=_SETTINGS) as cluster:
            _make(cluster.address(cluster.create()), communes)
        ready.touch()
    with cluster_in(folder, settings=_SETTINGS) as cluster:
        yield cluster.address("t1")


def _made_from() -> str:
    """Changes with everything that the province is made from."""
    tables = [record_type(name).table for name in _KINDS] + list(OFFICE.tables.values())
    columns = [f"{c.table.name}.{c.name} {c.type}" for table in tables for c in table.columns]
    return sha256("\n".join([Path(__file__).read_text("utf-8"), *columns]).encode()).hexdigest()[:12]


def _make(address: str, communes: int) -> None:
    with closing(Database(address)) as database, database.write() as made:
        found_office(made, name="Máy chủ thử", province_id=PROVINCE, now=now())
    rows = _commune()
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
        for name, records in rows.items():
            with _without_indexes(cursor, name):
                _copy(cursor, name, records)
                _multiply(cursor, name, communes)
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")
    _number(address)
    with closing(Database(address)) as database:
        with database.write() as made:
            _units(made)
        figures.refresh(database, Role.PROVINCE, PROVINCE, now=now())
    with psycopg.connect(address, autocommit=True) as connection:
        # So that the first question does not pay for what was written.
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _number(address: str) -> None:
    """Every area stands at the highest number of its records, as if these had come one by one."""
    tables = (sql.SQL("SELECT area, number FROM {}").format(sql.Identifier(name)) for name in _KINDS)
    with psycopg.connect(address) as connection:
        connection.execute(
            sql.SQL(
                "INSERT INTO area_state (area, counter, count, digest)"
                " SELECT area, max(number), count(*), %s FROM ({}) AS records GROUP BY area"
            ).format(sql.SQL(" UNION ALL ").join(tables)),
            [bytes(16)],
        )


def _units(connection: Connection) -> None:
    """The communes of the province, and one area of all of them."""
    made = list(connection.execute(select(_VILLAGE.commune_id).distinct()).scalars())
    system = {"number": 0, "device": 2, "stamp": 1, "author": _AUTHOR, "editor": 0, "deleted": 0}
    rows = [
        {
            "id": unit,
            "area": unit,
            "n": n,
            "kind": "commune",
            "parent_id": PROVINCE,
            "name": f"Xã {n}",
            **system,
        }
        for n, unit in enumerate(made, 1)
    ]
    connection.execute(insert(_UNIT), rows)
    area = {"id": AREA, "area": AREA, "n": len(made) + 1, "kind": "cluster", "parent_id": PROVINCE, **system}
    connection.execute(insert(_UNIT).values(**area, name="Khu vực", member_ids=b"".join(made)))


@contextmanager
def _without_indexes(cursor: psycopg.Cursor[Any], name: str) -> Iterator[None]:
    """Indexes are made once at the end, which is several times faster than with every row."""
    table = record_type(name).table
    key = sql.Identifier(f"{name}_pkey")
    cursor.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(name), key))
    for index in table.indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(str(index.name))))
    yield
    cursor.execute(
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY (id)").format(sql.Identifier(name), key)
    )
    for index in table.indexes:
        cursor.execute(str(CreateIndex(index).compile(dialect=_DIALECT)))


def _copy(cursor: psycopg.Cursor[Any], name: str, records: list[dict[str, Any]]) -> None:
    columns = [column.name for column in record_type(name).table.columns]
    words = sql.SQL(", ").join(map(sql.Identifier, columns))
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), words)) as copy:
        for row in records:
            copy.write_row([row.get(column) for column in columns])


def _multiply(cursor: psycopg.Cursor[Any], name: str, communes: int) -> None:
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
        sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {words}"
            " FROM generate_series(2, {last}) AS k, {table} ORDER BY k"
        ).format(table=sql.Identifier(name), names=names, words=words, last=sql.Literal(communes))
    )


@dataclass(frozen=True, slots=True)
class _Home:
    place: bytes
    household: bytes
    people: list[bytes]
    member: bytes


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
