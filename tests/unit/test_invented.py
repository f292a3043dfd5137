"""The invented villages: the same for a seed, plausible in their shares, and nobody real in them."""

from datetime import date

import pytest

from tongcds.domain.catalogue import load_services
from tongcds.domain.facts import How, load_facts
from tongcds.domain.invented import InventedVillage, sample_villages, team, village
from tongcds.domain.invented_facts import SHARES
from tongcds.domain.invented_names import PARTS
from tongcds.domain.text import clean
from tongcds.domain.units import Era, load_units

TODAY = date(2026, 11, 23)
FIRST_HOUSEHOLD = [
    ("Mè Văn Nọi", "1954-02-12", "chủ hộ"),
    ("Mè Thị Hịa", "1954-08-03", "vợ"),
    ("Mè Văn Lả", "1990-08-26", "con"),
    ("Cà Thị Toán", "1993-04-20", "con dâu"),
    ("Mè Thị Hương", "1991-06-20", "con"),
    ("Mè Thị Ngân", "2021-09-14", "cháu"),
]


def latest(seen, fact, on=TODAY):
    """Whether the fact held on a day, None where nobody had looked."""
    values = [
        one.value
        for one in sorted(seen, key=lambda one: one.held_on)
        if (one.fact, one.held_on <= on) == (fact, True)
    ]
    return values[-1] if values else None


def share(invented: InventedVillage, fact: str, *, of_age: int = 0, on: date = TODAY) -> float:
    if load_facts()[fact].subject == "household":
        subjects = [household.facts for household in invented.households]
    else:
        subjects = [person.facts for person in invented.people if on.year - person.birth_year >= of_age]
    return sum(latest(seen, fact, on) is True for seen in subjects) / len(subjects)


@pytest.fixture(scope="module")
def na_nga():
    return village("demo", households=148, on=TODAY, readiness=0.0)


def test_a_seed_gives_the_same_village_every_time_and_another_seed_another(na_nga):
    assert village("demo", households=148, on=TODAY, readiness=0.0) == na_nga
    assert village("other", households=148, on=TODAY, readiness=0.0) != na_nga


def test_a_seed_means_the_same_people_on_every_machine():
    first = village("demo", households=1, on=TODAY).households[0]
    assert [(person.full_name, person.birth, person.relation) for person in first.people] == FIRST_HOUSEHOLD


def test_households_are_of_the_size_of_the_north_west(na_nga):
    assert 3.8 <= len(na_nga.people) / len(na_nga.households) <= 4.5


@pytest.mark.parametrize(
    ("fact", "of_age", "expected"),
    [("household_smartphone", 0, 0.91), ("account", 15, 0.64), ("internet", 0, 0.51), ("fibre", 0, 0.43)],
)
def test_the_shares_are_those_of_an_average_village(na_nga, fact, of_age, expected):
    assert share(na_nga, fact, of_age=of_age) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("fact", ["household_smartphone", "account", "internet", "fibre"])
def test_a_readier_village_has_more_of_everything(fact):
    behind, ahead = (village("demo", households=120, on=TODAY, readiness=how) for how in (-0.6, 0.6))
    assert share(behind, fact) < share(ahead, fact)


def test_villages_differ_when_the_seed_decides_how_ready_they_are():
    shares = {
        round(share(village(seed, households=60, on=TODAY), "account", of_age=15), 2) for seed in range(6)
    }
    assert len(shares) > 3


def test_a_year_ago_fewer_had_an_account_than_today(na_nga):
    assert share(na_nga, "account", of_age=15, on=date(2025, 12, 31)) < share(na_nga, "account", of_age=15)


def test_smartphones_are_in_the_households_that_have_one(na_nga):
    for household in na_nga.households:
        somebody = any(latest(person.facts, "smartphone") for person in household.people)
        grown = any(TODAY.year - person.birth_year >= 15 for person in household.people)
        assert somebody == (latest(household.facts, "household_smartphone") is True and grown)


def test_only_facts_of_the_vocabulary_are_observed_and_none_in_the_future(na_nga):
    subjects = [(household.facts, "household") for household in na_nga.households]
    subjects += [(person.facts, "person") for person in na_nga.people]
    for seen, subject in subjects:
        for one in seen:
            assert load_facts()[one.fact].subject == subject
            assert one.held_on <= TODAY
            assert one.how in How
    assert {one.fact for one in SHARES} <= set(load_facts())


def test_children_have_no_account_and_the_newborn_no_internet(na_nga):
    for person in na_nga.people:
        age = TODAY.year - person.birth_year
        assert age >= 15 or latest(person.facts, "account") is None
        assert age >= 7 or not latest(person.facts, "internet")


def test_every_phone_number_is_one_that_nobody_has_been_given(na_nga):
    phones = [person.phone for person in na_nga.people if person.phone]
    assert phones
    assert all(len(phone) == 10 and phone[3:6] == "000" for phone in phones)


def test_personal_numbers_agree_with_place_sex_and_birth(na_nga):
    for person in na_nga.people:
        if person.id_number:
            century = (2 if person.birth_year >= 2000 else 0) + (person.sex == "female")
            assert person.id_number[:6] == f"014{century}{person.birth_year % 100:02d}"
            assert len(person.id_number) == 12


def test_a_household_has_one_head_and_no_two_people_of_one_name(na_nga):
    for household in na_nga.households:
        assert [person.is_head for person in household.people] == [True] + [False] * (
            len(household.people) - 1
        )
        assert household.people[0].relation == "chủ hộ"
        assert len({person.full_name for person in household.people}) == len(household.people)


def test_parents_are_older_than_their_children(na_nga):
    for household in na_nga.households:
        head = household.people[0]
        for person in household.people:
            if person.relation == "con":
                assert person.birth_year > head.birth_year
            if person.relation in {"bố", "mẹ"}:
                assert person.birth_year < head.birth_year


@pytest.mark.parametrize("ethnicity", sorted(PARTS))
def test_names_of_every_people_are_clean_text(ethnicity):
    for person in village("names", households=10, on=TODAY, ethnicity=ethnicity).people:
        assert clean(person.full_name) == person.full_name


def test_mong_men_and_k_ho_people_are_named_their_own_way():
    mong = village("names", households=30, on=TODAY, ethnicity="mong").people
    assert all(p.full_name.split()[1] == "A" for p in mong if p.ethnicity == "mong" and p.sex == "male")
    k_ho = [
        p
        for p in village("names", households=30, on=TODAY, ethnicity="co-ho").people
        if p.ethnicity == "co-ho"
    ]
    assert any(p.full_name.startswith("K'") for p in k_ho if p.sex == "male")
    assert not any(p.full_name.startswith("K'") for p in k_ho if p.sex == "female")


def test_a_team_has_a_leader_and_a_deputy_first():
    members = team("demo", size=5, on=TODAY)
    assert [member.role for member in members[:3]] == ["tổ trưởng", "tổ phó", "thành viên"]
    assert len(members) == 5


def test_the_sample_villages_lie_in_communes_that_stand():
    villages = sample_villages()
    assert len(villages) == 58
    for one in villages:
        commune = load_units().by_code(one.commune_code, Era.SINCE_2025)
        assert commune is not None
        assert commune.name == one.commune_name
        assert one.ethnicity in PARTS


def test_the_invented_know_services_that_would_have_made_their_facts():
    made = {service.fact for service in load_services().values()}
    assert {one.fact for one in SHARES} - made == set()


def test_a_village_of_nobody_is_no_mistake():
    assert village("demo", households=0, on=TODAY).people == ()
