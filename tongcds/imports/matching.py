"""Finds out which household and person of the vault a household and person of a file are.

What then differs, and what is written, is for `plan`. Nothing here reads the vault: the caller hands over
what it has as an `ExistingRegister`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tongcds.domain.identity import CITIZEN_ID
from tongcds.domain.text import clean, tone_fold
from tongcds.domain.village_names import VillageSpellings
from tongcds.imports.readings import HEAD
from tongcds.imports.register import ImportedHousehold, ImportedMember


@dataclass(frozen=True, slots=True)
class ExistingHousehold:
    """A household of the vault, still living in its village."""

    id: bytes
    village_id: bytes | None
    code: str | None = None
    head_id: bytes | None = None
    address: str | None = None
    poverty: str | None = None
    hardship: bool | None = None
    stated_size: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ExistingPerson:
    """A person of the vault, still a member of their household."""

    id: bytes
    household_id: bytes | None
    village_id: bytes | None
    full_name: str
    relation: str | None = None
    sex: str | None = None
    birth: str | None = None
    ethnicity: str | None = None
    id_number: str | None = None
    id_kind: str | None = None
    phone: str | None = None
    more_phones: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ExistingRegister:
    """What the vault has of the villages that an import may touch."""

    households: tuple[ExistingHousehold, ...] = ()
    persons: tuple[ExistingPerson, ...] = ()


def match_villages(names: Iterable[str], known: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return for each name of a file the village it means, by the names the vault knows.

    Names may differ in case, spaces, punctuation, tone place, or have no type word; a name that fits no
    village is left out.
    """
    spellings = VillageSpellings()
    by_spelling: dict[str, bytes] = {}
    for name, village in known.items():
        by_spelling.setdefault(spellings.spelled(clean(name)), village)
    matched = {}
    for name in names:
        spelled = spellings.spelled(name)
        if spelled in by_spelling:
            matched[name] = by_spelling[spelled]
    return matched


class Matcher:
    """Looks up the vault's households and people. Each is found once: a second claim gets nothing."""

    def __init__(self, existing: ExistingRegister) -> None:
        self.households = {household.id: household for household in existing.households}
        self._by_code = {
            (h.village_id, _code_key(h.code)): h.id for h in reversed(existing.households) if h.code
        }
        self.members: dict[bytes, list[ExistingPerson]] = defaultdict(list)
        self._by_number: dict[str, list[ExistingPerson]] = defaultdict(list)
        self._by_name: dict[tuple[bytes | None, str], list[ExistingPerson]] = defaultdict(list)
        for person in existing.persons:
            if person.household_id is not None:
                self.members[person.household_id].append(person)
            if person.id_number:
                self._by_number[person.id_number].append(person)
            self._by_name[person.village_id, tone_fold(person.full_name)].append(person)
        self._claimed: set[bytes] = set()

    def household(self, household: ImportedHousehold, village: bytes) -> ExistingHousehold | None:
        """Return the vault's household: by code within the village, by personal number, by its head.

        The head counts by name and birth. A household that the file has already named is not returned again.
        """
        found = self._household(household, village)
        if found is None or found in self._claimed:
            return None
        self._claimed.add(found)
        return self.households[found]

    def _household(self, household: ImportedHousehold, village: bytes) -> bytes | None:
        if household.number_is_code and household.no is not None:
            by_code = self._by_code.get((village, _code_key(household.no)))
            if by_code is not None:
                return by_code
        members = sorted(household.members, key=lambda member: not member.is_head)
        by_number = Counter(
            person.household_id
            for member in members
            if member.id_number is not None
            for person in self._by_number.get(member.id_number, ())
            if person.household_id in self.households
        )
        if by_number:
            return by_number.most_common(1)[0][0]
        head, name = members[0], tone_fold(members[0].full_name)
        for person in self._by_name.get((village, name), ()):
            home = self.households.get(person.household_id or b"")
            if home is None or home.head_id != person.id or (household.number_is_code and home.code):
                continue  # two different codes are two households, whoever heads them
            if _same_person(head, name, person) and _same_birth(head.birth, person.birth):
                return home.id
        return None

    def person(self, member: ImportedMember, household: ExistingHousehold) -> ExistingPerson | None:
        """Return the member of a matched household that a person of the file is.

        By personal number, else by name and birth; where neither birth is known by name and relation, each
        found once, in order; by the name alone where a birth is missing and no other member has the name.
        """
        free = [p for p in self.members[household.id] if p.id not in self._claimed]
        name = tone_fold(member.full_name)
        candidates = [
            [p for p in free if member.id_number is not None and p.id_number == member.id_number],
            [p for p in free if _same_person(member, name, p) and _same_birth(member.birth, p.birth)],
            [p for p in free if _same_person(member, name, p) and _same_place(member, p)],
            [
                p
                for p in self.members[household.id]
                if _same_person(member, name, p) and not (member.birth and p.birth)
            ],
        ]
        for found in candidates[:3]:
            if found:
                self._claimed.add(found[0].id)
                return found[0]
        if len(candidates[3]) == 1 and candidates[3][0].id not in self._claimed:
            self._claimed.add(candidates[3][0].id)
            return candidates[3][0]
        return None

    def look_alikes(
        self, member: ImportedMember, village: bytes, household: ExistingHousehold | None
    ) -> list[ExistingPerson]:
        """Return people of the vault that a new person may be: the same number, or name, birth and village.

        Within their own household, two different numbers do not rule it out.
        """
        alike = list(self._by_number.get(member.id_number, ())) if member.id_number else []
        name = tone_fold(member.full_name)
        home = None if household is None else household.id
        for person in self._by_name.get((village, name), ()):
            at_home = home is not None and person.household_id == home
            if (at_home or _same_person(member, name, person)) and _same_birth(member.birth, person.birth):
                alike.append(person)
        return list({person.id: person for person in alike}.values())


def _code_key(code: str) -> str:
    return clean(code).casefold()


def _same_birth(one: str | None, other: str | None) -> bool:
    """Say whether two births, each as precise as known, may be one; unknown ones never are."""
    return bool(one and other and (one.startswith(other) or other.startswith(one)))


def _same_place(member: ImportedMember, person: ExistingPerson) -> bool:
    """Say whether two people without any birth stand in the same relation to the head."""
    relation = member.relation or (HEAD if member.is_head else None)
    return not member.birth and not person.birth and relation == person.relation


def _same_person(member: ImportedMember, name: str, person: ExistingPerson) -> bool:
    """Say whether name and papers agree: two different 12-digit numbers are two people."""
    if tone_fold(person.full_name) != name:
        return False
    both = member.id_kind == CITIZEN_ID == person.id_kind and member.id_number and person.id_number
    return not both or member.id_number == person.id_number
