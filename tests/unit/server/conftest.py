"""A server of two communes on each database, and laptops that talk to it without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from tests.surroundings import FakeClock
from tests.unit.server.laptop import Laptop
from tests.unit.server.postgresql import Cluster, running_cluster
from tongcds.domain.units import load_units
from tongcds.protocol.messages import Invitation, encode
from tongcds.server import enrolment, ops, units
from tongcds.server.attachment_files import AttachmentFiles
from tongcds.server.database import Database, sqlite_url
from tongcds.server.office import found_office
from tongcds.server.ops import Province

COMMUNE, OTHER_COMMUNE = "04123", "04132"
VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE = "04123-01", "04123-02", "04132-01"
AREA = "Khu vực Mai Sơn"
FOUNDED = 1_790_000_000_000


def found(database: Database, *, now: int = FOUNDED) -> None:
    """Sơn La with two communes of two villages each, in one cluster."""
    province = load_units().by_code("14", "2025")
    assert province is not None
    lines = [
        units.VillageLine(name, commune, f"{commune}-{place:02d}")
        for commune in (COMMUNE, OTHER_COMMUNE)
        for place, name in enumerate(("Bản Nà Ngà", "Bản Co Trai"), 1)
    ]
    with database.write() as connection:
        found_office(connection, name="Máy chủ thử", province_id=province.id, now=now)
        units.seed(connection, "14", [COMMUNE, OTHER_COMMUNE], now=now)
        units.add_villages(connection, lines, now=now)
        units.make_cluster(connection, AREA, [COMMUNE, OTHER_COMMUNE], now=now)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("template") / "province.sqlite"
    with closing(Database(sqlite_url(file))) as database:
        found(database)
    return file


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="session")
def postgresql_template(cluster) -> str:
    name = cluster.create()
    with closing(Database(cluster.address(name))) as database:
        found(database)
    return name


@dataclass
class World:
    """A province and the laptops that were enrolled with it."""

    province: Province
    clock: FakeClock
    laptops: list[Laptop] = field(default_factory=list)

    def now(self) -> int:
        return int(self.clock().timestamp() * 1000)

    def post(self, path: str, body: bytes) -> bytes:
        """What the routes do, without HTTP; a refusal is raised."""
        if path.endswith("/sync"):
            return ops.sync(self.province, body)
        return encode(ops.enrol(self.province, body))

    def invite(self, unit: str, name: str = "Lò Thị Ngân", *, role: str = "", hours: int = 72) -> Invitation:
        with self.province.database.write() as connection:
            place = units.find(connection, unit)
            return enrolment.invite(
                connection,
                place,
                name,
                key=self.province.key,
                url="https://cds.example",
                now=self.now(),
                role=role,
                hours=hours,
            )

    def laptop(
        self, unit: str, name: str = "Lò Thị Ngân", *, post: Callable[[str, bytes], bytes] | None = None
    ) -> Laptop:
        """An enrolled laptop of somebody of this unit."""
        laptop = Laptop(post or self.post, self.now)
        laptop.enrol(self.invite(unit, name).secret)
        self.laptops.append(laptop)
        return laptop

    def unit(self, code: str) -> bytes:
        with self.province.database.read() as connection:
            return units.find(connection, code).unit_id

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.close()
        self.province.database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path, clock) -> Iterator[World]:
    """A province on each of the two databases."""
    if request.param == "sqlite":
        file = tmp_path / "province.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        address = sqlite_url(file)
    else:
        cluster = request.getfixturevalue("cluster")
        address = cluster.address(cluster.create(request.getfixturevalue("postgresql_template")))
    yield from _world(address, clock, tmp_path)


@pytest.fixture
def small_world(sqlite_template, tmp_path, clock) -> Iterator[World]:
    """A province on the embedded database, where the database makes no difference."""
    file = tmp_path / "province.sqlite"
    shutil.copyfile(sqlite_template, file)
    yield from _world(sqlite_url(file), clock, tmp_path)


def _world(address: str, clock: FakeClock, folder: Path) -> Iterator[World]:
    made: list[World] = []

    def now() -> int:
        return made[0].now()

    files = AttachmentFiles(folder / "attachments", bytes(32))
    key = SigningKey.generate()
    made.append(World(Province(Database(address), key, "https://cds.example", now, files), clock))
    yield made[0]
    made[0].close()
