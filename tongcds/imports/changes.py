"""What a file says otherwise about a household or person of the vault, field by field.

What the file leaves empty changes nothing. Which record is meant is for `matching`; the plan as a whole for
`plan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongcds.domain.identity import CITIZEN_ID, OLD_ID
from tongcds.domain.text import fold, tone_fold
from tongcds.imports.matching import ExistingHousehold, ExistingPerson
from tongcds.imports.readings import HEAD
from tongcds.imports.register import ImportedHousehold, ImportedMember


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the id of a record that this import makes: the write with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the vault that the file says otherwise; `old` None where the vault has nothing."""

    field: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row has its state: a code of `preview.REASONS` and what its sentence needs."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


def person_fields(member: ImportedMember, *, named_head: bool) -> dict[str, object]:
    """Return the fields of a person as a record has them; `named_head`: the file names the head."""
    return {
        "full_name": member.full_name,
        "relation": HEAD if named_head and member.relation is None else member.relation,
        "sex": member.sex,
        "birth": member.birth,
        "ethnicity": member.ethnicity,
        "id_number": member.id_number,
        "id_kind": member.id_kind,
        "phone": member.phone,
        "more_phones": list(member.more_phones),
        "note": member.note,
    }


def person_changes(
    member: ImportedMember, person: ExistingPerson, wanted: Mapping[str, object]
) -> tuple[tuple[Change, ...], tuple[Reason, ...]]:
    """Return what the file says otherwise about a person, and what of that a person must decide."""
    changes = []
    reasons = []
    if fold(member.full_name) != fold(person.full_name):
        # Found by personal number under another name: one of the two is mistaken, so the name stays.
        reasons.append(Reason("name_differs", {"name": person.full_name}))
    elif tone_fold(member.full_name) != tone_fold(person.full_name):
        changes.append(Change("full_name", person.full_name, member.full_name))
    names = ["relation", "sex", "ethnicity"]
    if not (member.id_kind == OLD_ID and person.id_kind == CITIZEN_ID):
        names += ["id_number", "id_kind"]
    for name in names:
        new, old = wanted[name], getattr(person, name)
        if new is not None and new != old:
            changes.append(Change(name, old, new))
    if member.birth is not None and not (person.birth or "").startswith(member.birth):
        changes.append(Change("birth", person.birth, member.birth))
    changes += _phone_changes(member, person)
    note = _joined_note(person.note, member.note)
    if note != person.note:
        changes.append(Change("note", person.note, note))
    return tuple(changes), tuple(reasons)


def _phone_changes(member: ImportedMember, person: ExistingPerson) -> list[Change]:
    """Return the changes of phones: a number the vault has is never lost, it moves behind the new one."""
    had = [phone for phone in (person.phone, *person.more_phones) if phone]
    new = [phone for phone in (member.phone, *member.more_phones) if phone and phone not in had]
    if not new:
        return []
    if member.phone not in new:
        return [Change("more_phones", list(person.more_phones), [*person.more_phones, *new])]
    changes = [Change("phone", person.phone, member.phone)]
    others = [phone for phone in (*had, *new) if phone != member.phone]
    if others != list(person.more_phones):
        changes.append(Change("more_phones", list(person.more_phones), others))
    return changes


def _joined_note(old: str | None, new: str | None) -> str | None:
    if not new or (old and new in old):
        return old
    return f"{old}; {new}" if old else new


def household_changes(
    household: ImportedHousehold,
    known: ExistingHousehold | None,
    village: bytes,
    head: bytes | Ref | None,
) -> tuple[Change, ...]:
    """Return what the file says otherwise about a household; `head` is the record to be its head."""
    wanted: dict[str, object] = {
        "village_id": village if known is None or known.village_id is None else None,
        "code": household.no if household.number_is_code else None,
        "head_id": head,
        "address": household.address,
        "poverty": household.poverty,
        "hardship": household.hardship,
        "stated_size": household.stated_size,
    }
    changes = []
    for name, new in wanted.items():
        old = None if known is None else getattr(known, name)
        if new is None or new == old or (known is not None and _would_erase(name, old, new)):
            continue
        changes.append(Change(name, old, new))
    return tuple(changes)


def _would_erase(name: str, old: object, new: object) -> bool:
    """Say whether an unmarked cell would take away what the vault knows."""
    unmarked = (name == "poverty" and new == "none") or (name == "hardship" and new is False)
    return (unmarked and old is not None) or (name == "code" and bool(old))


def household_doubts(
    household: ImportedHousehold, known: ExistingHousehold | None, village: bytes
) -> tuple[Reason, ...]:
    """Return what about a matched household a person must decide."""
    if known is None:
        return ()
    doubts = []
    if household.poverty == "none" and known.poverty not in {None, "none"}:
        doubts.append(Reason("poverty_not_marked"))
    if known.code and household.number_is_code and household.no not in {None, known.code}:
        doubts.append(Reason("code_differs", {"code": known.code}))
    if known.village_id not in {None, village}:
        doubts.append(Reason("village_differs", {"village": household.village or "–"}))
    return tuple(doubts)
