"""Invented villages and their people for the demo, for training and for benchmarks; nobody here exists.

Everything follows from a seed: the same arguments give the same village on every machine. Phone numbers have
000 after the prefix, personal numbers end in random digits. Names are put together in `invented_names`, what
is known of everybody in `invented_facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial
from random import Random
from typing import Final

from tongcds.domain.invented_facts import HOUSEHOLD, Home, Place, Seen, observations
from tongcds.domain.invented_names import full_name
from tongcds.domain.tables import read_table
from tongcds.paths import resources_folder


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """Somebody who does not exist. `birth` is ISO, sometimes the year alone; `relation` is in Vietnamese."""

    full_name: str
    sex: str
    birth: str
    relation: str
    is_head: bool
    ethnicity: str
    id_number: str | None
    phone: str | None
    facts: tuple[Seen, ...] = ()

    @property
    def birth_year(self) -> int:
        """The year of birth."""
        return int(self.birth[:4])


@dataclass(frozen=True, slots=True)
class InventedHousehold:
    """A household, its head first. `poverty` is poor, near_poor or none."""

    code: str
    address: str
    poverty: str
    hardship: bool
    people: tuple[InventedPerson, ...]
    facts: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class InventedVillage:
    """A village with everybody in it."""

    name: str
    ethnicity: str
    households: tuple[InventedHousehold, ...]

    @property
    def people(self) -> tuple[InventedPerson, ...]:
        """Everybody, household by household."""
        return tuple(person for household in self.households for person in household.people)


@dataclass(frozen=True, slots=True)
class InventedMember:
    """Somebody of a team. `role` and `organisation` are in Vietnamese."""

    full_name: str
    sex: str
    birth_year: int
    phone: str
    organisation: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleVillage:
    """A line of the sample list: an invented village of a real commune, as the commune would list it.

    Coverage is yes, partial, planned or no; electricity grid, partial or solar.
    """

    village_code: str
    name: str
    type: str
    commune_code: str
    commune_name: str
    province_code: str
    old_commune_code: str
    old_commune_name: str
    old_district_name: str
    households: int
    people: int
    main_ethnicity: str
    electricity: str
    viettel_4g: str
    vinaphone_4g: str
    mobifone_4g: str
    any_5g: bool
    viettel_fibre: str
    vnpt_fibre: str
    fpt_fibre: str
    culture_house_wifi: bool
    surveyed_on: date
    note: str = ""

    @property
    def ethnicity(self) -> str:
        """The main ethnicity as `village` takes it."""
        return _ETHNICITIES[self.main_ethnicity]


_ETHNICITIES: Final = {
    "Thái": "thai",
    "Kinh": "kinh",
    "Mông": "mong",
    "Mường": "muong",
    "Khmer": "khmer",
    "Cơ-ho": "co-ho",
    "Hoa": "hoa",
    "Xinh Mun": "xinh-mun",
}
_SEXES: Final = ("female", "male")
_SIZES: Final = (1, 2, 3, 4, 5, 6, 7, 8)
_SIZE_WEIGHTS: Final = (4, 11, 18, 28, 20, 12, 5, 2)
_POVERTY: Final = ("poor", "near_poor", "none")
_POVERTY_WEIGHTS: Final = (11, 10, 79)
_PREFIXES: Final = "032 035 038 086 097 098 083 088 091 094 070 079 090 093".split()  # noqa: SIM905 - easier to read
_ROLES: Final = ("tổ trưởng", "tổ phó")
_ORGANISATIONS: Final = (
    "Trưởng bản",
    "Đoàn Thanh niên",
    "Hội Phụ nữ",
    "Công an xã",
    "Hội Nông dân",
    "Giáo viên",
    "Trạm y tế",
    "Hội Cựu chiến binh",
    "Doanh nghiệp viễn thông",
)
_COUPLE: Final = 2
_YOUNGEST_PARENT: Final = 19
_OLDEST_CHILD: Final = 38
_MARRYING_AGE: Final = 22
_HEAD_WITH_PARENTS: Final = 58
_PHONE_AGE: Final = 16
_CARD_AGE: Final = 14
_OLD_AGE: Final = 70
_NEW_CENTURY: Final = 2000


def village(
    seed: int | str,
    *,
    households: int,
    on: date,
    name: str = "Bản Nà Ngà",
    ethnicity: str = "thai",
    place: str = "014",
    first_number: int = 1,
    readiness: float | None = None,
) -> InventedVillage:
    """Return an invented village as it is known on a day.

    Households have about 4.1 people. Each fact is as common as `invented_facts.SHARES` says, moved by the
    village's readiness; who has it follows from age, poverty and the rest of the household.

    Args:
        seed: another seed gives another village.
        households: how many.
        on: the last day on which anybody looked.
        name: the village's name, also part of the addresses.
        ethnicity: a key of `invented_names.PARTS`; one household in ten is of another.
        place: first three digits of personal numbers.
        first_number: number in the code of the first household (HN-0001).
        readiness: how far the village is ahead (0.5) or behind (-0.5); None lets the seed decide.
    """
    random = Random(f"{seed}:{name}:{households}")  # noqa: S311 - invented people need no secrecy
    ahead = random.gauss(0, 0.3) if readiness is None else readiness
    made = []
    for index in range(households):
        own = ethnicity if _chance(random, 0.9) else random.choice(("kinh", "thai", "mong", "muong"))
        people = _family(random, own, on, place)
        (poverty,) = random.choices(_POVERTY, _POVERTY_WEIGHTS)
        address = f"Nhóm {1 + index * 6 // households}, {name[:1].lower()}{name[1:]}"
        hardship = poverty != "none" and _chance(random, 0.2)
        code = f"HN-{first_number + index:04d}"
        made.append(InventedHousehold(code, address, poverty, hardship, tuple(people)))
    homes = [
        Home(tuple(on.year - person.birth_year for person in household.people), household.poverty == "poor")
        for household in made
    ]
    return InventedVillage(name, ethnicity, _with_facts(made, observations(random, homes, on, ahead)))


def team(seed: int | str, *, size: int, on: date, ethnicity: str = "thai") -> tuple[InventedMember, ...]:
    """Return the invented members of a team: its leader first, then the deputy."""
    random = Random(f"{seed}:team:{size}")  # noqa: S311 - invented people need no secrecy
    members = []
    for place in range(size):
        sex = random.choice(_SEXES)
        members.append(
            InventedMember(
                full_name(random, ethnicity, sex),
                sex,
                on.year - random.randint(21, 60),
                _phone(random),
                _ORGANISATIONS[place % len(_ORGANISATIONS)],
                _ROLES[place] if place < len(_ROLES) else "thành viên",
            )
        )
    return tuple(members)


@cache
def sample_villages() -> tuple[SampleVillage, ...]:
    """Return the invented villages of three real communes that ship with the program."""
    path = resources_folder() / "sample" / "villages_sample.csv"
    return read_table(path, SampleVillage, key="village_code")


def _with_facts(
    households: Sequence[InventedHousehold], known: dict[Place, tuple[Seen, ...]]
) -> tuple[InventedHousehold, ...]:
    return tuple(
        replace(
            household,
            facts=known.get((number, HOUSEHOLD), ()),
            people=tuple(
                replace(person, facts=known.get((number, member), ()))
                for member, person in enumerate(household.people)
            ),
        )
        for number, household in enumerate(households)
    )


class _Family:
    """A household while it is being made up."""

    def __init__(self, random: Random, ethnicity: str, on: date, place: str) -> None:
        self.random = random
        self.people: list[InventedPerson] = []
        self.name: str | None = None
        self._made = partial(_person, random, on=on, ethnicity=ethnicity, place=place)

    def add(self, sex: str, age: int, relation: str, *, by_blood: bool = True) -> InventedPerson:
        """Add somebody, with the family name if it runs in the blood, and with a name of their own."""
        family = self.name if by_blood else None
        person = self._made(sex, age, family=family)
        while any(person.full_name == other.full_name for other in self.people):
            name = full_name(self.random, person.ethnicity, sex, family)
            person = replace(person, full_name=name)
        self.people.append(replace(person, relation=relation, is_head=not self.people))
        return self.people[-1]


def _family(random: Random, ethnicity: str, on: date, place: str) -> list[InventedPerson]:
    """A head, perhaps a spouse and a parent, then children and grandchildren until the household is full."""
    (size,) = random.choices(_SIZES, _SIZE_WEIGHTS)
    family = _Family(random, ethnicity, on, place)
    head_age = round(min(86.0, max(22.0, random.gauss(57 if size <= _COUPLE else 46, 13))))
    head = family.add("male" if _chance(random, 0.77) else "female", head_age, "chủ hộ")
    family.name, mother_age = head.full_name.split()[0], head_age
    if size > 1 and _chance(random, 0.9 if head.sex == "male" else 0.4):
        spouse_age = max(_YOUNGEST_PARENT, head_age + random.randint(-5, 3))
        if head.sex == "male":
            family.add("female", spouse_age, "vợ", by_blood=False)
            mother_age = spouse_age
        else:
            family.name = family.add("male", spouse_age, "chồng", by_blood=False).full_name.split()[0]
    if size - len(family.people) > 1 and head_age < _HEAD_WITH_PARENTS and _chance(random, 0.4):
        parent_age = min(94, head_age + random.randint(20, 30))
        if _chance(random, 0.7):
            family.add("female", parent_age, "mẹ", by_blood=False)
        else:
            family.add("male", parent_age, "bố")
    _add_children(family, size, mother_age)
    return family.people


def _add_children(family: _Family, size: int, mother_age: int) -> None:
    random = family.random
    young_mother_age = 0
    while len(family.people) < size:
        sex = random.choice(_SEXES)
        oldest = min(mother_age - _YOUNGEST_PARENT, _OLDEST_CHILD)
        if oldest < 0:
            family.add(sex, random.randint(12, 30), "em")
        elif young_mother_age >= _YOUNGEST_PARENT and _chance(random, 0.7):
            family.add(sex, random.randint(0, young_mother_age - _YOUNGEST_PARENT), "cháu")
        else:
            age = random.randint(min(max(0, mother_age - 40), oldest), oldest)
            family.add(sex, age, "con")
            marries = sex == "male" and age >= _MARRYING_AGE and _chance(random, 0.5)
            if marries and not young_mother_age and len(family.people) < size:
                young_mother_age = max(18, age + random.randint(-3, 2))
                family.add("female", young_mother_age, "con dâu", by_blood=False)


def _person(
    random: Random, sex: str, age: int, *, on: date, ethnicity: str, place: str, family: str | None
) -> InventedPerson:
    year = on.year - age
    born = min(date(year, 1, 1) + timedelta(days=random.randrange(365)), on)
    century = (2 if year >= _NEW_CENTURY else 0) + (sex == "female")
    number = f"{place}{century}{year % 100:02d}{random.randrange(1_000_000):06d}"
    has_number = _chance(random, 0.95 if age >= _CARD_AGE else 0.5)
    has_phone = age >= _PHONE_AGE and _chance(random, 0.75 if age < _OLD_AGE else 0.4)
    return InventedPerson(
        full_name=full_name(random, ethnicity, sex, family),
        sex=sex,
        birth=born.isoformat() if _chance(random, 0.85) else str(year),
        relation="",
        is_head=False,
        ethnicity=ethnicity,
        id_number=number if has_number else None,
        phone=_phone(random) if has_phone else None,
    )


def _chance(random: Random, probability: float) -> bool:
    return random.random() < probability


def _phone(random: Random) -> str:
    return f"{random.choice(_PREFIXES)}000{random.randrange(10_000):04d}"
