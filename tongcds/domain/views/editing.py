"""Households and people as they are edited: what a form was opened with, and what it asks to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

FieldValue = str | int | bytes | None


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person as the vault holds them. `birth` is as precise as known; numbers are whole, not masked."""

    person_id: bytes
    full_name: str = ""
    birth: str = ""
    sex: str = ""
    relation: str = ""
    phone: str = ""
    id_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdRecord:
    """A household as the vault holds it, with everybody who lives there, the head first."""

    household_id: bytes
    village_id: bytes
    code: str = ""
    address: str = ""
    poverty: str = ""
    hardship: bool = False
    note: str = ""
    head_id: bytes | None = None
    people: tuple[PersonRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdStart:
    """What a form begins with: the villages one may write in, the code that is free next in each.

    `record` is None for a household that is yet to be made.
    """

    villages: tuple[tuple[bytes, str], ...]
    codes: Mapping[bytes, str]
    record: HouseholdRecord | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that is set to another value than the form was opened with."""

    name: str
    was: FieldValue
    now: FieldValue


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody leaves for good: the day, and why (a code of `domain.leaving`)."""

    on: date
    why: str


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What becomes of one person; `person_id` None makes a new one. `splits`: goes into the new household."""

    person_id: bytes | None
    fields: tuple[FieldChange, ...] = ()
    leaves: Departure | None = None
    splits: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdChange:
    """What becomes of a household; `household_id` None makes a new one.

    Fields that nobody touched are not among `fields`, so that they stay as others wrote them. Who is not
    among `people` stays as they are.

    Attributes:
        head: place of the head in `people`, or None where the head stays who it is.
        village_id: another village than before moves the household with everything that hangs on it.
        kin_said: the relations of everybody to the new head are among the fields already; otherwise they
            follow from those to the old one (`domain.kinship_change`).
        split_code: code of the household that is split off.
        split_head: place in `people` of the head of that household; otherwise the first who goes there.
        draft: the form's draft, forgotten in the same step.
    """

    household_id: bytes | None
    village_id: bytes
    fields: tuple[FieldChange, ...] = ()
    people: tuple[PersonChange, ...] = ()
    head: int | None = None
    kin_said: bool = False
    split_code: str = ""
    split_head: int | None = None
    draft: str = ""


@dataclass(frozen=True, slots=True)
class EditUndo:
    """What takes an edit back: what it made, what stood before in what it changed, what it removed."""

    created: Mapping[str, tuple[bytes, ...]] = field(default_factory=lambda: MappingProxyType({}))
    changed: Mapping[str, Mapping[bytes, Mapping[str, FieldValue]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    last_n: int = 0
    removed: Mapping[str, tuple[bytes, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class HouseholdSaved:
    """A household that was saved, the one that was split off it, and how to take both back."""

    household_id: bytes
    undo: EditUndo
    split_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Something observed by hand: a yes or a no of a household or a person, on a day. `how`: seen or told."""

    subject: str
    subject_id: bytes
    fact: str
    value: bool
    held_on: date
    how: str


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """Somebody who is being typed, for finding them elsewhere. `birth` is as precise as known, or ""."""

    full_name: str
    birth: str
    phone: str
    id_number: str
    village_id: bytes
    household_id: bytes | None = None
    person_id: bytes | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Somebody on record who may be the one that is typed.

    `why`: id_number; phone (and a name that is alike) or phone_only; name (and year of birth), alike (nearly
    the name, and the year), name_only (a year is not known), near (the year is one off).
    """

    person_id: bytes
    household_id: bytes
    full_name: str
    birth_year: int | None
    code: str
    village_name: str
    why: str
