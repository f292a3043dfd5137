"""A whole commune after two years, for the benchmarks: 8,000 households, 31,000 people, 100,000 supports."""

from __future__ import annotations

from random import Random

from benchmarks._day import TODAY
from benchmarks._vaults import MEMBER, Home
from tongcds.domain.catalogue import facts_made
from tongcds.replica import Writer
from tongcds.storage.vault import Vault

HOUSEHOLDS = 8_000
PEOPLE = 31_000
SUPPORTS = 100_000
_SERVICES = ("PY01", "PY03", "IN03", "ID02", "SE01", "PS01", "EC01")


def lived_in(vault: Vault, homes: list[Home]) -> None:
    """What the teams saw and did in two years: facts of everybody, 100,000 supports in some 50,000 visits."""
    random = Random("start")  # noqa: S311 - invented people need no secrecy
    for start in range(0, len(homes), HOUSEHOLDS // 8):
        with vault.change(MEMBER) as change:
            for home in homes[start : start + HOUSEHOLDS // 8]:
                _observed(change.writer, home, random)
    left = SUPPORTS
    while left > 0:
        with vault.change(MEMBER) as change:
            for _ in range(min(5_000, (left + 1) // 2)):
                left -= _visited(change.writer, random.choice(homes), random)


def _observed(writer: Writer, home: Home, random: Random) -> None:
    for fact in ("smartphone", "account", "vneid2", "internet"):
        for person in home.people:
            if random.random() < 0.7:
                _observe(writer, home, ("person", person), fact, int(random.random() < 0.6))


def _observe(  # noqa: PLR0917 - all that an observation says
    writer: Writer, home: Home, subject: tuple[str, bytes], fact: str, value: int, visit: bytes | None = None
) -> None:
    writer.create(
        "observation",
        village_id=home.village_id,
        subject=subject[0],
        subject_id=subject[1],
        fact=fact,
        value=value,
        held_on=TODAY.replace(month=5, day=8).isoformat(),
        how="seen",
        visit_id=visit,
    )


def _visited(writer: Writer, home: Home, random: Random) -> int:
    year = random.choice((2025, 2026))
    on = TODAY.replace(year=year, month=random.randint(1, 10), day=random.randint(1, 28)).isoformat()
    visit = writer.create(
        "visit", village_id=home.village_id, household_id=home.household_id, on=on, minutes=20, by_id=MEMBER
    )
    given = random.sample(_SERVICES, 2)
    for service in given:
        result = random.choice(("alone", "together", "come_back"))
        person = random.choice(home.people)
        writer.create(
            "support",
            village_id=home.village_id,
            visit_id=visit,
            service=service,
            person_ids=person,
            result=result,
        )
        if result != "come_back":
            for fact, value in facts_made(service):
                about = person if fact.subject == "person" else home.household_id
                _observe(writer, home, (fact.subject.value, about), fact.code, int(value), visit)
        elif random.random() < 0.1:
            writer.create(
                "follow_up",
                village_id=home.village_id,
                household_id=home.household_id,
                visit_id=visit,
                service=service,
                person_ids=person,
                due_on=TODAY.isoformat(),
                state="open",
            )
    return len(given)
