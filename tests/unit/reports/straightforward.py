"""The figures once more, as plainly as they can be said: loops over plain rows, no SQL, one day at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from tongcds.domain.identity import age_on

Rows = Sequence[Mapping[str, Any]]
# indicator: (entity, facts of the subject itself, facts of people that follow for their household, least age)
MEANINGS: dict[str, tuple[str, str, str | None, int]] = {
    "XHS01": ("household", "household_smartphone", "smartphone", 0),
    "XHS04": ("household", "fibre", None, 0),
    "XHS09": ("person", "account", None, 15),
    "XHS10": ("person", "account", None, 0),
    "XHS11": ("person", "internet", None, 0),
    "XHS12": ("person", "vneid2", None, 14),
}


def lives_there(row: Mapping[str, Any], on: date) -> bool:
    joined, left = row.get("joined_on"), row["left_on"]
    return (
        not row["deleted"]
        and (joined is None or date.fromisoformat(joined) <= on)
        and (left is None or date.fromisoformat(left) > on)
    )


def latest(observations: Rows, subject: bytes, fact: str, on: date) -> Mapping[str, Any] | None:
    known = [
        o
        for o in observations
        if o["subject_id"] == subject
        and o["fact"] == fact
        and not o["deleted"]
        and o["value"] is not None
        and o["held_on"] is not None
        and date.fromisoformat(o["held_on"]) <= on
    ]
    return max(known, key=lambda o: (o["held_on"], o["stamp"], o["device"], o["n"]), default=None)


def figure(
    indicator: str, village: bytes, on: date, households: Rows, people: Rows, observations: Rows
) -> tuple[int | None, int, int, str]:
    """Numerator, denominator, how many observations stand behind it and their fingerprint."""
    entity, fact, implied, least_age = MEANINGS[indicator]
    homes = {h["id"]: h for h in households}

    def is_here(person: Mapping[str, Any]) -> bool:
        home = homes.get(person["household_id"])
        age = age_on(person["birth"], on)
        if person["birth"] is not None and age is None:
            return False
        if least_age and (age is None or age < least_age):
            return False
        return (
            person["village_id"] == village
            and lives_there(person, on)
            and (home is None or lives_there(home, on))
        )

    residents = [person for person in people if is_here(person)]
    if entity == "household":
        subjects = [h["id"] for h in households if h["village_id"] == village and lives_there(h, on)]
    else:
        subjects = [person["id"] for person in residents]
    having, looked_at, behind = 0, 0, []
    for subject in subjects:
        found = [latest(observations, subject, fact, on)]
        if implied:
            found += [
                latest(observations, p["id"], implied, on) for p in residents if p["household_id"] == subject
            ]
        known = [o for o in found if o is not None]
        looked_at += bool(known)
        so = [o["id"] for o in known if o["value"] == 1]
        having += bool(so)
        behind += so
    if not looked_at:
        return None, len(subjects), 0, ""
    total = sum(int.from_bytes(sha256(i).digest()[:4], "big") for i in behind) % 2**32
    return having, len(subjects), len(behind), f"{total >> 16:04X}-{total & 0xFFFF:04X}"
