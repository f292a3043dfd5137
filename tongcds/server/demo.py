"""A corner of a province to try things on: real communes, invented villages and people, a year of figures.

Everything follows from a seed and the given day; who is invented is in `tongcds.domain.invented`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import Connection, insert

from tongcds.clock import day_of
from tongcds.domain import invented
from tongcds.domain.facts import load_facts
from tongcds.domain.invented import InventedHousehold, InventedPerson, SampleVillage
from tongcds.domain.stamps import new_prefix
from tongcds.domain.units import Era, load_units
from tongcds.domain.views import Result, Role
from tongcds.protocol.messages import Invitation
from tongcds.replica import register_device
from tongcds.server import enrolment, figures, units
from tongcds.server.folder import exists, make_folder, open_folder
from tongcds.server.office import OfficeWriter, found_office
from tongcds.server.ops import Province
from tongcds.server.scopes import communes_of, entries_packed
from tongcds.server.tables import DEVICE

PROVINCE: Final = "14"
COMMUNE: Final = "04123"
AREA: Final = "Khu vực Mai Sơn"
VILLAGE: Final = "Bản Nà Ngà"
VILLAGE_CODE: Final = "04123-25"
HOUSEHOLDS: Final = 148
FEWER: Final = 19
SERVER_NAME: Final = "Máy chủ chạy thử tỉnh Sơn La"
NAME: Final = "Lò Thị Ngân"

# Neighbouring communes of Chiềng Mung: how many villages, and how far they are ahead or behind.
_NEIGHBOURS: Final = (
    ("04132", 4, 0.1),
    ("04117", 4, -0.3),
    ("04144", 3, -1.1),
    ("04136", 3, -0.6),
    ("04108", 4, 0.2),
)
_OWN_READINESS: Final = 0.35
_FIRST: Final = ("Nà", "Co", "Huổi", "Phiêng", "Pá", "Nậm", "Noong", "Bó")
_SECOND: Final = ("Lươm", "Hịa", "Tếp", "Sang", "Phặng", "Khoa", "Ư", "Lìm", "Cút", "Mặn", "Hốc", "Dòn")
_DAY_MS: Final = 86_400_000
_GUESTS: Final = (
    (VILLAGE_CODE, NAME),
    (COMMUNE, "Cà Thị Hương"),
    (AREA, "Quàng Văn Hải"),
)
_SERVICES: Final = ("PY01", "ID01", "PS02", "SE01")
_COUNTED: Final = frozenset({"household_smartphone", "fibre", "account", "internet"})


@dataclass(frozen=True, slots=True)
class _Village:
    code: str
    name: str
    commune: str
    ethnicity: str
    households: int
    readiness: float
    whole: bool


def make(
    folder: Path, *, url: str, now: Callable[[], int], seed: int = 1
) -> tuple[Province, list[Invitation]]:
    """The demo's server, made or opened again, with fresh invitations for a team, a commune and an area.

    Raises:
        UserError: the folder holds a server that cannot be opened.
        UnavailableError: the folder cannot be written.
    """
    moment = now()
    if exists(folder):
        province = open_folder(folder, now=now)
    else:
        province = make_folder(folder, name=SERVER_NAME, url=url, database="", now=now)
        with province.database.write() as connection:
            _fill(connection, moment, seed)
    with province.database.write() as connection:
        guests = [
            enrolment.invite(
                connection, units.find(connection, where), name, key=province.key, url=url, now=moment
            )
            for where, name in _GUESTS
        ]
    return province, guests


def _fill(connection: Connection, now: int, seed: int) -> None:
    province = load_units().by_code(PROVINCE, Era.SINCE_2025)
    if province is None:
        raise LookupError(PROVINCE)
    found_office(connection, name=SERVER_NAME, province_id=province.id, now=now)
    communes = [COMMUNE, *(code for code, _, _ in _NEIGHBOURS)]
    units.seed(connection, PROVINCE, communes, now=now)
    units.make_cluster(connection, AREA, communes, now=now)
    random = Random(f"demo:{seed}")  # noqa: S311 - invented people need no secrecy
    villages = _villages(random)
    ids = units.add_villages(connection, [_line(v) for v in villages], now=now)
    writer = OfficeWriter(connection, now=now)
    for village_id, village in zip(ids, villages, strict=True):
        _people(writer, random, village_id, village, now=now, seed=seed)
        if village.code != VILLAGE_CODE:
            _laptop(connection, random, village_id, village, now)
    figures.touch(connection, writer.flush())
    figures.count_again(connection, communes_of(connection, province.id), now=now)


def _villages(random: Random) -> list[_Village]:
    made = [_Village(VILLAGE_CODE, VILLAGE, COMMUNE, "thai", HOUSEHOLDS, 0.0, whole=True)]
    made += [
        _Village(
            v.village_code, v.name, COMMUNE, v.ethnicity, FEWER + random.randint(-4, 6), _near(random,
            _OWN_READINESS), whole=False,
        )
        for v in invented.sample_villages()
        if v.commune_code == COMMUNE
    ]  # fmt: skip
    names = [f"Bản {first} {second}" for first in _FIRST for second in _SECOND]
    random.shuffle(names)
    for commune, count, readiness in _NEIGHBOURS:
        made += [
            _Village(
                f"{commune}-{place:02d}", names.pop(), commune, random.choice(("thai", "thai", "mong")),
                FEWER + random.randint(-4, 10), _near(random, readiness), whole=False,
            )
            for place in range(1, count + 1)
        ]  # fmt: skip
    return made


def _near(random: Random, readiness: float) -> float:
    return readiness + random.gauss(0, 0.2)


def _line(village: _Village) -> units.VillageLine:
    sample: SampleVillage | None = next(
        (v for v in invented.sample_villages() if v.village_code == village.code), None
    )
    if sample is None:
        return units.VillageLine(village.name, village.commune, village.code, "bản", electricity="grid")
    return units.VillageLine(
        village.name,
        village.commune,
        village.code,
        sample.type,
        sample.old_commune_code,
        sample.electricity,
        sample.viettel_4g,
        sample.vinaphone_4g,
        sample.mobifone_4g,
        sample.viettel_fibre,
    )


def _people(
    writer: OfficeWriter, random: Random, village_id: bytes, village: _Village, *, now: int, seed: int
) -> None:
    """A village's team, register and observations."""
    today = day_of(now)
    team = writer.create(
        "team",
        unit_id=village_id,
        name=f"Tổ CNSCĐ {village.name[0].lower()}{village.name[1:]}",
        level="village",
        decided_on=(today - timedelta(days=500)).isoformat(),
    )
    members: list[bytes] = []
    for place, somebody in enumerate(
        invented.team(
            f"{seed}:{village.code}", size=5 if village.whole else 1, on=today, ethnicity=village.ethnicity
        )
    ):
        own = village.whole and place == 0
        members.append(
            writer.create(
                "member",
                unit_id=village_id,
                team_id=team,
                full_name=NAME if own else somebody.full_name,
                sex="female" if own else somebody.sex,
                birth_year=somebody.birth_year,
                phone=somebody.phone,
                organisation=somebody.organisation,
                role=Role.TEAM.value,
                joined_on=(today - timedelta(days=480)).isoformat(),
            )
        )
    writer.as_author(members[0])
    register = invented.village(
        f"{seed}:{village.code}",
        households=village.households,
        on=today,
        name=village.name,
        ethnicity=village.ethnicity,
        readiness=village.readiness,
    )
    made = [
        _household(writer, village_id, household, whole=village.whole) for household in register.households
    ]
    if village.whole:
        _visits(
            writer, random, village_id, list(zip(made, register.households, strict=True)), members[0], now=now
        )


def _household(
    writer: OfficeWriter, village_id: bytes, household: InventedHousehold, *, whole: bool
) -> tuple[bytes, list[bytes]]:
    """One household with its people; observations of every fact, or of the published ones only."""
    reserved = writer.reserve()
    people = [_person(writer, village_id, reserved[0], person) for person in household.people]
    writer.create(
        "household",
        reserved=reserved,
        village_id=village_id,
        code=household.code,
        head_id=people[0],
        address=household.address,
        poverty=household.poverty,
        hardship=int(household.hardship),
        stated_size=len(people),
    )
    known = load_facts()
    subjects = [
        (reserved[0], household.facts),
        *zip(people, (p.facts for p in household.people), strict=True),
    ]
    for subject, seen in subjects:
        for one in seen:
            if whole or one.fact in _COUNTED:
                writer.create(
                    "observation",
                    village_id=village_id,
                    subject=known[one.fact].subject.value,
                    subject_id=subject,
                    fact=one.fact,
                    value=int(one.value),
                    held_on=one.held_on.isoformat(),
                    how=one.how.value,
                )
    return reserved[0], people


def _person(writer: OfficeWriter, village_id: bytes, household: bytes, person: InventedPerson) -> bytes:
    return writer.create(
        "person",
        village_id=village_id,
        household_id=household,
        full_name=person.full_name,
        relation=person.relation,
        sex=person.sex,
        birth=person.birth,
        ethnicity=person.ethnicity,
        id_number=person.id_number,
        id_kind="cccd" if person.id_number else None,
        phone=person.phone,
    )


def _visits(
    writer: OfficeWriter,
    random: Random,
    village_id: bytes,
    households: Sequence[tuple[tuple[bytes, list[bytes]], InventedHousehold]],
    member: bytes,
    *,
    now: int,
) -> None:
    """The team's last two months: visits, what was done, and what was promised for later."""
    today = day_of(now)
    chosen = random.sample(list(households), min(44, len(households)))
    for place, ((household, people), about) in enumerate(chosen):
        on = today - timedelta(days=1 + random.randrange(60))
        adults = [
            person
            for person, known in zip(people, about.people, strict=True)
            if today.year - known.birth_year > 17  # noqa: PLR2004 - of age
        ]
        helped = random.choice(adults)
        service = random.choice(_SERVICES)
        result = random.choices((Result.ALONE, Result.TOGETHER, Result.COME_BACK), (4, 4, 2))[0]
        visit = writer.create(
            "visit",
            village_id=village_id,
            household_id=household,
            on=on.isoformat(),
            minutes=random.choice((15, 20, 25, 30, 45)),
            by_id=member,
        )
        writer.create(
            "support",
            village_id=village_id,
            visit_id=visit,
            service=service,
            person_ids=helped,
            result=result.value,
        )
        if result is Result.COME_BACK or place % 9 == 0:
            writer.create(
                "follow_up",
                village_id=village_id,
                household_id=household,
                visit_id=visit,
                service=service,
                person_ids=helped,
                due_on=(today + timedelta(days=random.choice((-2, 0, 0, 1, 3, 6, 9)))).isoformat(),
                state="open",
            )


def _laptop(connection: Connection, random: Random, village_id: bytes, village: _Village, now: int) -> None:
    """An enrolled laptop of another team, which synced some days ago; those behind sync less often."""
    late = random.random() < (0.1 if village.readiness > 0 else 0.4)
    days = random.randint(15, 40) if late else random.randint(0, 6)
    number = enrolment.next_device(connection)
    register_device(connection, number, new_prefix())
    connection.execute(
        insert(DEVICE).values(
            device=number,
            public_key=secrets.token_bytes(32),
            counter=0,
            member_id=village_id,
            role=Role.TEAM.value,
            unit_id=village_id,
            enrolled_at=now - 300 * _DAY_MS,
            last_seen_at=now - days * _DAY_MS - random.randrange(_DAY_MS // 3),
            scope=0,
            structure=0,
            entries=entries_packed([]),
        )
    )
