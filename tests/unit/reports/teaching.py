"""What training came to once more, as plainly as it can be said, for `straightforward`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.reports.straightforward import Tables, Told


def written(records: Iterable[bytes]) -> str:
    total = sum(int.from_bytes(sha256(i).digest()[:4], "big") for i in records) % 2**32
    return f"{total >> 16:04X}-{total & 0xFFFF:04X}"


def _on_a_day(row: Mapping[str, Any], first: date, last: date) -> bool:
    return row["on"] is not None and first <= date.fromisoformat(row["on"]) <= last


def held_at(tables: Tables, place: bytes, first: date, last: date) -> list[Mapping[str, Any]]:
    return [
        t
        for t in tables.trainings
        if t["unit_id"] == place and not t["deleted"] and t["state"] == "held" and _on_a_day(t, first, last)
    ]


def there_at(tables: Tables, place: bytes, first: date, last: date) -> dict[Any, bytes]:
    """Session and person of all who were there, each with the first record that says so."""
    found: dict[Any, bytes] = {}
    for a in tables.attendances:
        told = a["village_id"] == place and not a["deleted"] and a["erased"] is None and a["here"] == 1
        if told and None not in {a["training_id"], a["subject_id"]} and _on_a_day(a, first, last):
            whose = a["training_id"], a["subject_id"]
            found[whose] = min(a["id"], found.get(whose, a["id"]))
    return found


def taught(
    count: Callable[[Tables, bytes, date, date], Told],
) -> Callable[[Tables, bytes, date, date], Told]:
    """Nothing is known before the first session that was held, attended, or checked here."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        figure = count(tables, place, first, last)
        begun = (
            held_at(tables, place, date.min, last)
            or there_at(tables, place, date.min, last)
            or could()(tables, place, date.min, last)[1]
        )
        return figure if begun else (None, figure[1], 0, "")

    return told


def held(tables: Tables, place: bytes, first: date, last: date) -> Told:
    ids = [t["id"] for t in held_at(tables, place, first, last)]
    return len(ids), None, len(ids), written(ids)


def minutes(tables: Tables, place: bytes, first: date, last: date) -> Told:
    there = held_at(tables, place, first, last)
    ids = [t["id"] for t in there]
    return sum(t["minutes"] or 0 for t in there), None, len(ids), written(ids)


def attended(tables: Tables, place: bytes, first: date, last: date) -> Told:
    found = there_at(tables, place, first, last)
    return len(found), None, len(found), written(found.values())


def attending(tables: Tables, place: bytes, first: date, last: date) -> Told:
    found = there_at(tables, place, first, last)
    return len({person for _, person in found}), None, len(found), written(found.values())


def could(*skills: str) -> Callable[[Tables, bytes, date, date], Told]:
    """Checks at the end of a session of these skills, or of any; the last one of each person counts."""

    def told(tables: Tables, place: bytes, first: date, last: date) -> Told:
        latest: dict[Any, Mapping[str, Any]] = {}
        for c in sorted(tables.checks, key=lambda c: (c["stamp"], c["device"], c["n"])):
            whose = c["training_id"], c["subject_id"], c["skill"]
            if (
                c["village_id"] == place
                and not c["deleted"]
                and c["phase"] == "after"
                and c["result"] in {"alone", "helped", "cannot"}
                and None not in whose
                and _on_a_day(c, first, last)
            ):
                latest[whose] = c
        asked = [c for c in latest.values() if not skills or c["skill"] in skills]
        good = [c["id"] for c in asked if c["result"] != "cannot"]
        return len(good), len(asked), len(good), written(good)

    return told
