"""The figures once more, as plainly as they can be said: loops over plain rows, no SQL, one period at a time.

What each indicator means is written down here again, from the texts of the catalogue, not from its formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.unit.reports.teaching import attended, attending, could, held, minutes, taught, written
from tongcds.domain.identity import age_on

Rows = Sequence[Mapping[str, Any]]
Told = tuple[int | None, int | None, int, str]
"""Numerator, denominator, how many records stand behind it and their fingerprint."""


@dataclass(frozen=True)
class Tables:
    villages: Rows = ()
    households: Rows = ()
    people: Rows = ()
    observations: Rows = ()
    visits: Rows = ()
    supports: Rows = ()
    teams: Rows = ()
    members: Rows = ()
    trainings: Rows = ()
    attendances: Rows = ()
    checks: Rows = ()


def lives_there(row: Mapping[str, Any], on: date) -> bool:
    joined, left = row.get("joined_on"), row["left_on"]
    return (
        not row["deleted"]
        and (joined is None or date.fromisoformat(joined) <= on)
        and (left is None or date.fromisoformat(left) > on)
        and not _was_gone(row, on)
    )


def _was_gone(row: Mapping[str, Any], on: date) -> bool:
    since, until = row.get("gone_from"), row.get("gone_until")
    if since is None or until is None:
        return False
    return date.fromisoformat(since) <= on < date.fromisoformat(until)


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


def residents(
    tables: Tables, place: bytes, on: date, least: int = 0, most: int = 999
) -> list[Mapping[str, Any]]:
    homes = {h["id"]: h for h in tables.households}

    def is_here(person: Mapping[str, Any]) -> bool:
        home = homes.get(person["household_id"])
        age = age_on(person["birth"], on)
        if person["birth"] is not None and age is None:
            return False
        if (least or most < 999) and (age is None or not least <= age <= most):
            return False
        return (
            person["village_id"] == place
            and lives_there(person, on)
            and (home is None or lives_there(home, on))
        )

    return [person for person in tables.people if is_here(person)]


def had_begun(tables: Tables, home: Mapping[str, Any], on: date) -> bool:
    """Not before it was split off, nor before the first of its people came or was born."""
    if home.get("split_on") is not None and date.fromisoformat(home["split_on"]) > on:
        return False
    people = [
        p
        for p in tables.people
        if p["household_id"] == home["id"] and p["village_id"] == home["village_id"] and not p["deleted"]
    ]
    if not any(p.get("joined_on") for p in people):
        return True
    begun = [
        p.get("joined_on") or (p["birth"] and p["birth"] + "-01-01"[len(p["birth"]) - 4 :]) for p in people
    ]
    return any(day is None or date.fromisoformat(day) <= on for day in begun)


def homes_of(tables: Tables, place: bytes, on: date, poverty: Sequence[str] = ()) -> list[Mapping[str, Any]]:
    return [
        h
        for h in tables.households
        if h["village_id"] == place
        and lives_there(h, on)
        and had_begun(tables, h, on)
        and (not poverty or h.get("poverty") in poverty)
    ]


def is_so(observation: Mapping[str, Any], on: date, months: int | None) -> bool:
    if observation["value"] != 1:
        return False
    if months is None:
        return True
    back = on.month - 1 - months % 12
    limit = (on.year - months // 12 - (back < 0), back % 12 + 1, on.day)
    seen = date.fromisoformat(observation["held_on"])
    return (seen.year, seen.month, seen.day) > limit


def of_people(
    *facts: str, least: int = 0, most: int = 999, months: int | None = None, asked: bool = False
) -> Callable[[Tables, bytes, date, date], Told]:
    """People of some age of whom all the facts are so; with `asked` only those whom somebody asked."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        having, looked_at, whole, behind = 0, 0, 0, []
        for person in residents(tables, place, last, least, most):
            found = [latest(tables.observations, person["id"], fact, last) for fact in facts]
            known = [o for o in found if o is not None]
            if asked and not known:
                continue
            whole += 1
            settled = len(known) == len(facts) or not all(is_so(o, last, months) for o in known)
            looked_at += settled
            if len(known) == len(facts) and all(is_so(o, last, months) for o in known):
                having += 1
                behind += [o["id"] for o in known]
        return (having, whole, len(behind), written(behind)) if looked_at else (None, whole, 0, "")

    return told


def of_households(
    fact: str,
    implied: str | None = None,
    *,
    poverty: Sequence[str] = (),
    wanted: int = 1,
    asked: bool = False,
) -> Callable[[Tables, bytes, date, date], Told]:
    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        having, looked_at, behind = 0, 0, []
        homes = homes_of(tables, place, last, poverty)
        if asked:
            homes = [h for h in homes if latest(tables.observations, h["id"], fact, last) is not None]
        for home in homes:
            found = [latest(tables.observations, home["id"], fact, last)]
            if implied:
                found += [
                    latest(tables.observations, p["id"], implied, last)
                    for p in residents(tables, place, last)
                    if p["household_id"] == home["id"]
                ]
            known = [o for o in found if o is not None]
            looked_at += bool(known)
            says = max((o["value"] for o in known), default=None)
            if says == wanted:
                having += 1
                behind += [o["id"] for o in known if o["value"] == wanted]
        return (having, len(homes), len(behind), written(behind)) if looked_at else (None, len(homes), 0, "")

    return told


def mobile(village: Mapping[str, Any]) -> str | None:
    words = [village.get(f"{name}_4g") for name in ("viettel", "vinaphone", "mobifone")]
    return next((word for word in ("yes", "partial", "no") if word in words), None)


def of_covered(
    whom: Callable[[Tables, bytes, date], list[Mapping[str, Any]]],
    has: Callable[[Mapping[str, Any]], str | None],
    wanted: str,
) -> Callable[[Tables, bytes, date, date], Told]:
    """Whoever lives in a village that has it."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        everybody = whom(tables, place, last)
        village = next((v for v in tables.villages if v["id"] == place and not v["deleted"]), {})
        word = has(village)
        if word is None or not everybody:
            return None, len(everybody), 0, ""
        so = [one["id"] for one in everybody] if word == wanted else []
        return len(so), len(everybody), len(so), written(so)

    return told


def standing(tables: Tables, place: bytes, on: date) -> list[Mapping[str, Any]]:
    day = on.isoformat()
    return [
        v
        for v in tables.villages
        if v["id"] == place
        and not v["deleted"]
        and (v.get("valid_from") or "0") <= day <= (v.get("valid_to") or "9")
    ]


def visits_in(tables: Tables, place: bytes, first: date, last: date) -> list[Mapping[str, Any]]:
    return [
        v
        for v in tables.visits
        if v["village_id"] == place
        and not v["deleted"]
        and v["withdrawn_why"] is None
        and v["on"] is not None
        and first <= date.fromisoformat(v["on"]) <= last
    ]


def has_a_log(tables: Tables, place: bytes, last: date) -> bool:
    return bool(visits_in(tables, place, date.min, last))


def helped(
    tables: Tables, place: bytes, first: date, last: date
) -> list[tuple[Mapping[str, Any], bytes | None]]:
    """Each support with each of its people; with None for one of the whole household."""
    days = {v["id"] for v in tables.visits if not v["deleted"] and v["withdrawn_why"] is None
            and v["on"] is not None and first <= date.fromisoformat(v["on"]) <= last
            and v["village_id"] == place}  # fmt: skip
    found: list[tuple[Mapping[str, Any], bytes | None]] = []
    for support in tables.supports:
        if support["deleted"] or support["visit_id"] not in days or support["village_id"] != place:
            continue
        packed = support["person_ids"] or b""
        ids = [packed[i : i + 16] for i in range(0, len(packed), 16)]
        found += [(support, one) for one in ids or [None]]
    return found


def visited(tables: Tables, place: bytes, first: date, last: date) -> Told:
    homes = homes_of(tables, place, last)
    calls = visits_in(tables, place, first, last)
    if not has_a_log(tables, place, last):
        return None, len(homes), 0, ""
    seen = {home["id"] for home in homes} & {v["household_id"] for v in calls}
    behind = [v["id"] for v in calls if v["household_id"] in seen]
    return len(seen), len(homes), len(behind), written(behind)


def guided(least: int) -> Callable[[Tables, bytes, date, date], Told]:
    """People of an age who were guided."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        old = residents(tables, place, last, least=least)
        if not has_a_log(tables, place, last):
            return None, len(old), 0, ""
        ids = {person["id"] for person in old}
        given = [
            (s["id"], p)
            for s, p in helped(tables, place, first, last)
            if p in ids and s["result"] != "declined"
        ]
        return len({p for _, p in given}), len(old), len(given), written(s for s, _ in given)

    return told


def calls(tables: Tables, place: bytes, first: date, last: date) -> Told:
    if not has_a_log(tables, place, last):
        return None, None, 0, ""
    found = [v["id"] for v in visits_in(tables, place, first, last)]
    return len(found), None, len(found), written(found)


def times(tables: Tables, place: bytes, first: date, last: date) -> Told:
    if not has_a_log(tables, place, last):
        return None, None, 0, ""
    found = [s["id"] for s, _ in helped(tables, place, first, last)]
    return len(found), None, len(found), written(found)


def different(tables: Tables, place: bytes, first: date, last: date) -> Told:
    if not has_a_log(tables, place, last):
        return None, None, 0, ""
    found = helped(tables, place, first, last)
    return len({p for _, p in found if p}), None, len(found), written(s["id"] for s, _ in found)


def successes(*results: str) -> Callable[[Tables, bytes, date, date], Told]:
    """Services that ended with one of the results."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        found = helped(tables, place, first, last)
        if not has_a_log(tables, place, last):
            return None, len(found), 0, ""
        good = [s["id"] for s, _ in found if s["result"] in results]
        return len(good), len(found), len(good), written(good)

    return told


def villages_with_mobile(wanted: str, *, share: bool) -> Callable[[Tables, bytes, date, date], Told]:
    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        there = standing(tables, place, last)
        so = [v["id"] for v in there if mobile(v) == wanted]
        known = any(mobile(v) for v in there)
        whole = len(there) if share else None
        return (len(so), whole, len(so), written(so)) if known else (None, whole, 0, "")

    return told


def teams_of(tables: Tables, place: bytes) -> list[Mapping[str, Any]]:
    return [team for team in tables.teams if team["unit_id"] == place and not team["deleted"]]


def members_of(tables: Tables, place: bytes, on: date) -> list[Mapping[str, Any]]:
    return [
        m for m in tables.members if m["unit_id"] == place and m["team_id"] is not None and lives_there(m, on)
    ]


def villages_with_a_team(tables: Tables, place: bytes, first: date, last: date) -> Told:
    there, teams = standing(tables, place, last), [team["id"] for team in teams_of(tables, place)]
    if not there:
        return None, 0, 0, ""
    return int(bool(teams)), 1, len(teams), written(teams)


def members_over(whole: Callable[[Tables, bytes, date], int]) -> Callable[[Tables, bytes, date, date], Told]:
    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        many, ids = whole(tables, place, last), [m["id"] for m in members_of(tables, place, last)]
        return (len(ids), many, len(ids), written(ids)) if ids or many else (None, many, 0, "")

    return told


def active_teams(tables: Tables, place: bytes, first: date, last: date) -> Told:
    teams = {team["id"] for team in teams_of(tables, place)}
    team_of = {m["id"]: m["team_id"] for m in tables.members}
    made = [
        (v["id"], team_of.get(v["by_id"]))
        for v in visits_in(tables, place, first, last)
        if v["by_id"] is not None
    ]
    behind = [visit for visit, team in made if team in teams]
    if not has_a_log(tables, place, last):
        return None, len(teams), 0, ""
    return len({team for _, team in made if team in teams}), len(teams), len(behind), written(behind)


def teams_with_youth(tables: Tables, place: bytes, first: date, last: date) -> Told:
    teams = {team["id"] for team in teams_of(tables, place)}
    young = [
        m
        for m in members_of(tables, place, last)
        if m["organisation"] == "Đoàn Thanh niên" and m["team_id"] in teams
    ]
    known = any(m["team_id"] in teams and m["organisation"] for m in members_of(tables, place, last))
    if not known:
        return None, len(teams), 0, ""
    return len({m["team_id"] for m in young}), len(teams), len(young), written(m["id"] for m in young)


MEANINGS: dict[str, Callable[[Tables, bytes, date, date], Told]] = {
    "XHS01": of_households("household_smartphone", "smartphone"),
    "XHS02": of_people("smartphone", least=15),
    "XHS03": of_covered(homes_of, lambda village: village.get("fibre"), "yes"),
    "XHS04": of_households("fibre"),
    "XHS05": of_covered(residents, mobile, "yes"),
    "XHS06": villages_with_mobile("yes", share=True),
    "XHS07": villages_with_mobile("no", share=False),
    "XHS09": of_people("account", least=15),
    "XHS10": of_people("account"),
    "XHS11": of_people("internet"),
    "XHS12": of_people("vneid2", least=14),
    "XHS13": of_people("digital_signature", least=15),
    "XHS15": of_people("skills_confirmed", least=18),
    "XHS16": of_people("e_health"),
    "XHS18": of_people("online_shopping", least=15, months=12),
    "XHS19": of_people("safety_trained", least=15),
    "XHS20": of_households("digital_address"),
    "XHS23": lambda *a: without_whole(of_people("phone_2g")(*a)),
    "XHS25": of_households("digital_family"),
    "XHS26": of_households("zalo_group"),
    "ECO03": of_households("qr_payment", asked=True),
    "XHS14": of_people("skills_trained", least=15, most=59),
    "XHS17": of_people("online_service", least=15, months=12),
    "XHS21": guided(least=60),
    "XHS22": of_households("household_smartphone", "smartphone", poverty=("poor", "near_poor")),
    "XHS24": of_people("benefits_by_account", asked=True),
    "XHS27": visited,
    "XHS28": of_people("vneid2", "account", "smartphone", "skills_trained", least=18),
    "TEA01": villages_with_a_team,
    "TEA02": members_over(lambda tables, place, on: len(teams_of(tables, place))),
    "TEA03": members_over(lambda tables, place, on: len(residents(tables, place, on))),
    "TEA05": active_teams,
    "TEA06": teams_with_youth,
    "ACT01": calls,
    "ACT02": times,
    "ACT03": different,
    "ACT04": successes("alone", "together"),
    "ACT05": taught(held),
    "ACT06": taught(attended),
    "ACT09": taught(attending),
    "ACT10": taught(minutes),
    "ACT11": taught(could()),
    "ACT12": taught(could("K0.1", "K0.2", "K0.3", "K0.4")),
    "ACT13": taught(could("K1.1", "K1.2", "K1.3")),
    "ACT14": taught(could("K2.1", "K2.2", "K2.3")),
    "ACT15": taught(could("K3.1", "K3.2", "K3.3", "K3.4")),
    "ACT16": taught(could("K4.1", "K4.2", "K4.3")),
    "ACT17": taught(could("K5.1", "K5.2", "K5.3", "K5.4", "K5.5")),
    "ACT18": taught(could("K6.1", "K6.2", "K6.3", "K6.4", "K6.5")),
    "SUP02": lambda *a: without_whole(
        of_households("household_smartphone", "smartphone", poverty=("poor", "near_poor"), wanted=0)(*a)
    ),
}


def without_whole(told: Told) -> Told:
    return told[0], None, *told[2:]


def figure(indicator: str, place: bytes, first: date, last: date, tables: Tables) -> Told:
    return MEANINGS[indicator](tables, place, first, last)
