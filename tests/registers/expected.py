"""What must be read from a drawn register, in the shape of the samples' expected results."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.registers.people import doubts, name_key

Said = dict[str, Any]


@dataclass
class Expected:
    """Households in file order, warnings as (sheet, row, field, code), and stated totals."""

    households: list[Said] = field(default_factory=list)
    warnings: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    totals: list[Said] = field(default_factory=list)

    def warn(self, sheet: str, row: int, of: str, *codes: str) -> None:
        for code in codes:
            self.warnings[sheet, row, of, code] = 1

    def household(self, sheet: str, **said: object) -> Said:
        made = {
            "sheet": sheet, "no": None, "village": None, "address": None, "poverty": None, "hardship": None,
            "stated_size": None, "members": [], **said,
        }  # fmt: skip
        self.households.append(made)
        return made

    def member(self, household: Said, row: int, **said: object) -> Said:
        made = {
            "row": row, "full_name": "", "relation": None, "is_head": False, "sex": None, "birth": None,
            "id_number": None, "id_kind": None, "phone": None, "more_phones": [], "ethnicity": None,
            "note": None, **said,
        }  # fmt: skip
        household["members"].append(made)
        return made

    def total(
        self, sheet: str, row: int, village: str | None, *, stated: tuple[int | None, int | None], heads: bool
    ) -> None:
        """Compare a stated total with what is listed so far."""
        here = [h for h in self.households if h["sheet"] == sheet and village in {None, h["village"]}]
        people = sum((h["stated_size"] or 0) if heads else len(h["members"]) for h in here)
        agrees = stated[0] in {None, len(here)} and stated[1] in {None, people}
        self.totals.append(
            {
                "sheet": sheet, "row": row, "village": village, "households": stated[0], "people": stated[1],
                "listed_households": len(here), "listed_people": people, "agrees": agrees,
            }
        )  # fmt: skip
        if not agrees:
            self.warn(sheet, row, "total", "total_mismatch")

    def finish(self) -> None:
        """Add what only the whole file shows: doubts about numbers, the same number or person twice."""
        everybody = [(n, h, m) for n, h in enumerate(self.households) for m in h["members"]]
        numbers: defaultdict[str, list[tuple[Said, Said]]] = defaultdict(list)
        people: defaultdict[tuple[str, str], list[tuple[int, Said, Said]]] = defaultdict(list)
        for n, household, member in everybody:
            number = member["id_number"]
            if number is not None:
                numbers[number].append((household, member))
                member["id_kind"] = "cccd" if len(number) == 12 else "cmnd"
                found = doubts(number, member["sex"], member["birth"])
                self.warn(household["sheet"], member["row"], "id_number", *found)
            if member["birth"] is not None:
                people[name_key(member["full_name"]), member["birth"]].append((n, household, member))
        for same in numbers.values():
            for household, member in same if len(same) > 1 else ():
                self.warn(household["sheet"], member["row"], "id_number", "id_duplicate")
        for alike in people.values():
            for n, household, member in alike:
                if any(n != m and not _two_people(member, other) for m, _, other in alike):
                    self.warn(household["sheet"], member["row"], "full_name", "possible_duplicate")


def _two_people(one: Said, other: Said) -> bool:
    return bool(one["id_number"] and other["id_number"] and one["id_number"] != other["id_number"])
