"""Editing the register: households and people added, changed, leaving, split, moved; facts seen by hand.

Each save is one transaction and answers what is needed to take it back. Doubtful values are kept as written;
pointing at them is `tongcds.forms.household`. Looking things up is `register`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal, take_back
from tongcds.actions.movements import name_head, relate
from tongcds.actions.poverty import write_class
from tongcds.domain.facts import How, Subject, load_facts
from tongcds.domain.leaving import Leaving, load_leaving_reasons
from tongcds.domain.views import (
    EditUndo,
    FieldChange,
    HouseholdChange,
    HouseholdSaved,
    HouseholdStart,
    Lookalike,
    PersonChange,
    PersonQuery,
    PovertyClass,
    Seen,
)
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.storage import household_records, poverty, register
from tongcds.storage import lookalikes as finding
from tongcds.storage.local import drop_draft, load_enrolment
from tongcds.storage.vault import Change

_BY_HAND: Final = frozenset({How.SEEN.value, How.TOLD.value})
_WRITE: Final = "write"
_FIELDS: Final = frozenset({"code", "address", "poverty", "hardship", "note"})
_PERSON_FIELDS: Final = frozenset(
    {
        "full_name", "birth", "sex", "relation", "phone", "id_number", "id_kind", "note", "joined_on",
    }
)  # fmt: skip


def start(core: Core, household_id: bytes | None = None) -> HouseholdStart:
    """What a form begins with, for a new household or one that is on record; that somebody looked is noted.

    Raises:
        UserError: household_unknown; village_unknown where there is no village to write in.
    """
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
        if enrolment is None:
            raise UserError("not_enrolled")
        mine = {entry.area for entry in enrolment.entries if entry.mode == _WRITE}
        villages = tuple(known for known in register.villages(connection) if known[0] in mine)
        record = None
        if household_id is not None:
            record = household_records.household_record(connection, household_id, core.today)
            if record is None:
                raise UserError("household_unknown")
        if not villages:
            raise UserError("village_unknown")
        codes = {village: household_records.next_code(connection, village) for village, _name in villages}
    if household_id is not None:
        core.saw(household_id)
    return HouseholdStart(villages, codes, record)


def lookalikes(core: Core, wanted: PersonQuery) -> tuple[Lookalike, ...]:
    """People on record who may be the one that is being typed, at most five."""
    with core.vault.read() as connection:
        return finding.lookalikes(connection, wanted, core.today)


def code_is_taken(core: Core, village_id: bytes, code: str, but: bytes | None = None) -> bool:
    """Whether another household of the village has this code."""
    with core.vault.read() as connection:
        return household_records.same_code(connection, village_id, code, but)


def save_household(core: Core, wanted: HouseholdChange) -> tuple[HouseholdSaved, Changes]:
    """Save a household with its people, moves and departures; on disk when this returns.

    Raises:
        UserError: nothing_selected (a new household without people), name_missing, household_unknown,
            person_unknown, village_unknown, head_needed, everybody_splits, date_in_future, reason_unknown,
            or stale_record when a field that is set was changed by somebody else since it was read.
    """
    _check(core, wanted)
    author = core.author()
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        if wanted.household_id is None:
            household_id, split_id = _make(journal, wanted), None
        else:
            household_id = wanted.household_id
            split_id = _Editing(core, change, journal, wanted).save(household_id)
        if wanted.draft:
            drop_draft(change.connection, author, wanted.draft)
        saved = HouseholdSaved(household_id, journal.undo(), split_id)
    return saved, Changes.of(*journal.kinds())


def record_facts(core: Core, seen: Sequence[Seen]) -> tuple[EditUndo, Changes]:
    """Keep what was seen or told; earlier observations stay, the latest day counts.

    Raises:
        UserError: nothing_selected, fact_unknown, how_unknown, date_in_future, household_unknown,
            person_unknown.
    """
    if not seen:
        raise UserError("nothing_selected")
    for one in seen:
        fact = load_facts().get(one.fact)
        if fact is None or fact.subject.value != one.subject:
            raise UserError("fact_unknown", fact=one.fact)
        if one.how not in _BY_HAND:
            raise UserError("how_unknown", how=one.how)
        if one.held_on > core.today:
            raise UserError("date_in_future")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        for one in seen:
            observed: dict[str, Value] = {
                "village_id": _area_of(change, one),
                "subject": one.subject,
                "subject_id": one.subject_id,
                "fact": one.fact,
                "value": int(one.value),
                "held_on": one.held_on.isoformat(),
                "how": one.how,
            }
            journal.create("observation", observed)
        undo = journal.undo()
    return undo, Changes.of("observation")


def undo_edit(core: Core, undo: EditUndo) -> Changes:
    """Take a saved edit, or observations, back; what was changed again since stays."""
    return take_back(core, undo)


def leaving_for_good() -> tuple[str, ...]:
    """Why somebody leaves a household for good; for a time they leave by `movements`."""
    return tuple(code for code, one in load_leaving_reasons().items() if one.leaving is Leaving.GOOD)


def _area_of(change: Change, seen: Seen) -> bytes:
    kind = "person" if seen.subject == Subject.PERSON else "household"
    try:
        if not change.writer.value_of(kind, seen.subject_id, "deleted"):
            village = change.writer.value_of(kind, seen.subject_id, "village_id")
            if isinstance(village, bytes):
                return village
    except KeyError:
        pass
    raise UserError(f"{kind}_unknown")


def _check(core: Core, wanted: HouseholdChange) -> None:
    """Refuse what no vault could make sense of."""
    for person in wanted.people:
        named = {field.name: field.now for field in person.fields}
        if (person.person_id is None or "full_name" in named) and not named.get("full_name"):
            raise UserError("name_missing")
        if person.leaves is not None and person.leaves.on > core.today:
            raise UserError("date_in_future")
        if person.leaves is not None and person.leaves.why not in leaving_for_good():
            raise UserError("reason_unknown", reason=person.leaves.why)
        if str(named.get("joined_on") or "") > core.today.isoformat():
            raise UserError("date_in_future")
    if wanted.household_id is None:
        if not wanted.people:
            raise UserError("nothing_selected")
        if any(person.person_id is not None for person in wanted.people):
            raise UserError("person_unknown")
    writable = [village for village, _name in start(core, wanted.household_id).villages]
    if wanted.village_id not in writable:
        raise UserError("village_unknown")


def _now(fields: Sequence[FieldChange], allowed: frozenset[str]) -> dict[str, Value]:
    """The new values, as records hold them."""
    unknown = {field.name for field in fields} - allowed
    if unknown:
        raise KeyError(*unknown)
    return {
        field.name: int(field.now)
        if isinstance(field.now, bool)
        else (None if field.now == "" else field.now)
        for field in fields
    }


def _make(journal: Journal, wanted: HouseholdChange) -> bytes:
    """A new household with its people; the first of them is the head unless another is named."""
    household_id = journal.writer.reserve()
    head = wanted.head or 0
    ids = [_add(journal, person, household_id, wanted.village_id) for person in wanted.people]
    home: dict[str, Value] = {"village_id": wanted.village_id, "head_id": ids[head]}
    journal.create("household", home | _now(wanted.fields, _FIELDS), reserved=household_id)
    return household_id


def _add(journal: Journal, person: PersonChange, household_id: bytes, village_id: bytes) -> bytes:
    place: dict[str, Value] = {"village_id": village_id, "household_id": household_id}
    return journal.create("person", place | _now(person.fields, _PERSON_FIELDS))


def _says_relation(person: PersonChange) -> bool:
    return any(field.name == "relation" for field in person.fields)


class _Editing:
    """One household that is on record, on its way into another state."""

    def __init__(self, core: Core, change: Change, journal: Journal, wanted: HouseholdChange) -> None:
        self._change = change
        self._connection = change.connection
        self._today = core.today
        self._journal = journal
        self._wanted = wanted

    def save(self, household_id: bytes) -> bytes | None:
        """Write everything; answers the household that was split off."""
        wanted, journal = self._wanted, self._journal
        here = household_records.present_people(self._connection, household_id, self._today)
        named = [person.person_id for person in wanted.people if person.person_id is not None]
        if not set(named) <= set(here):
            raise UserError("person_unknown")
        journal.writer.load("person", named)
        village = journal.writer.value_of("household", household_id, "village_id")
        if not isinstance(village, bytes):
            raise UserError("household_unknown")
        self._set_class(household_id)
        self._set("household", household_id, wanted.fields, _FIELDS)
        ids = [self._save_person(person, household_id) for person in wanted.people]
        split = self._split(household_id, ids) if any(person.splits for person in wanted.people) else None
        gone = {ids[at] for at, person in enumerate(wanted.people) if person.splits or person.leaves}
        self._settle_head(household_id, ids, [*here, *(i for i in ids if i not in here)], gone)
        if village != wanted.village_id:
            self._move(household_id)
        return split

    def _set(
        self, kind: str, record_id: bytes, fields: Sequence[FieldChange], allowed: frozenset[str]
    ) -> None:
        values = _now(fields, allowed)
        was = {field.name: field.was for field in fields}
        for name, value in values.items():
            stands = self._journal.writer.value_of(kind, record_id, name)
            if (stands or None) not in {was[name] or None, value or None}:
                raise UserError("stale_record")
        self._journal.update(kind, record_id, **values)

    def _set_class(self, household_id: bytes) -> None:
        """A household whose classes have days gets another one from today on."""
        said = next((field.now for field in self._wanted.fields if field.name == "poverty"), None)
        if said is not None and poverty.history(self._connection, household_id):
            wanted = PovertyClass(household_id, str(said), self._today)
            write_class(self._change, self._journal, wanted)

    def _save_person(self, person: PersonChange, household_id: bytes) -> bytes:
        if person.person_id is None:
            return _add(self._journal, person, household_id, self._wanted.village_id)
        self._set("person", person.person_id, person.fields, _PERSON_FIELDS)
        if person.leaves is not None:
            on, why = person.leaves.on.isoformat(), person.leaves.why
            self._journal.update("person", person.person_id, left_on=on, left_why=why)
        return person.person_id

    def _split(self, household_id: bytes, ids: Sequence[bytes]) -> bytes:
        wanted = self._wanted
        going = [at for at, person in enumerate(wanted.people) if person.splits]
        head = wanted.split_head if wanted.split_head in going else going[0]
        home: dict[str, Value] = {"village_id": wanted.village_id, "head_id": ids[head]}
        said: dict[str, Value] = {"code": wanted.split_code or None, "split_on": self._today.isoformat()}
        made = self._journal.create("household", home | said)
        for at in going:
            self._journal.update("person", ids[at], household_id=made)
        kin = {ids[at] for at in going if _says_relation(wanted.people[at])}
        sex = self._sex_of_head(household_id)
        going_ids = [ids[at] for at in going]
        relate(self._change, self._journal, ids[head], going_ids, old_head_sex=sex, said=frozenset(kin))
        return made

    def _sex_of_head(self, household_id: bytes) -> str:
        head = self._journal.writer.value_of("household", household_id, "head_id")
        if not isinstance(head, bytes):
            return ""
        self._journal.writer.load("person", [head])
        return str(self._journal.writer.value_of("person", head, "sex") or "")

    def _settle_head(
        self, household_id: bytes, ids: Sequence[bytes], everybody: Sequence[bytes], gone: set[bytes]
    ) -> None:
        """Name the new head; a household that everybody left has left itself."""
        wanted = self._wanted
        stay = [person for person in everybody if person not in gone]
        if not stay:
            if any(person.splits for person in wanted.people):
                raise UserError("everybody_splits")
            last = max(person.leaves.on for person in wanted.people if person.leaves is not None)
            self._journal.update("household", household_id, left_on=last.isoformat())
            return
        head = ids[wanted.head] if wanted.head is not None else None
        if head is None:
            before = self._journal.writer.value_of("household", household_id, "head_id")
            if before in gone:
                raise UserError("head_needed")
        elif head in gone:
            raise UserError("head_needed")
        elif head != self._journal.writer.value_of("household", household_id, "head_id"):
            said = {ids[at] for at, one in enumerate(wanted.people) if wanted.kin_said or _says_relation(one)}
            self._name_head(household_id, head, stay, frozenset(said))

    def _name_head(
        self, household_id: bytes, head: bytes, stay: Sequence[bytes], said: frozenset[bytes]
    ) -> None:
        name_head(self._change, self._journal, household_id, head, stay, said=said)

    def _move(self, household_id: bytes) -> None:
        """Everything that hangs on a household carries the village as its area, so all of it goes along."""
        for kind, ids in household_records.parts_of_household(self._connection, household_id).items():
            self._journal.writer.load(kind, ids)
            for record_id in ids:
                self._journal.update(kind, record_id, village_id=self._wanted.village_id)
