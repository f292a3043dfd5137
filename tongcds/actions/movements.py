"""People who come and go: leaving for good or for a time, coming back, joining another household.

Each is one save and answers what takes it back. Whoever leaves takes their history along; when a head goes,
another one is asked for, and the others are related to the new head as far as that follows
(`domain.kinship_change`). Everything else of a household is edited in `households`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.kinship import HEAD
from tongcds.domain.kinship_change import UNKNOWN, Kin, relation_to
from tongcds.domain.leaving import Leaving, load_leaving_reasons
from tongcds.domain.text import clean
from tongcds.domain.views import AwayRow, EditUndo, Joining, Movement
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.storage import household_records, movements, register
from tongcds.storage.vault import Change

_KINDS = ("person", "household")


def away(core: Core, household_id: bytes | None = None) -> tuple[AwayRow, ...]:
    """Who is away for a time, and who left and could come back; of one household or of all."""
    with core.vault.read() as connection:
        return movements.away(connection, core.today, household_id)


def leave(core: Core, wanted: Movement) -> tuple[EditUndo, Changes]:
    """Somebody leaves, for good or for a time, or is taken out because they never belonged there.

    Raises:
        UserError: reason_unknown, date_in_future, return_before_leaving, person_unknown, head_needed.
    """
    reason = load_leaving_reasons().get(wanted.why)
    if reason is None:
        raise UserError("reason_unknown", reason=wanted.why)
    if wanted.on > core.today:
        raise UserError("date_in_future")
    if wanted.back_by is not None and wanted.back_by <= wanted.on:
        raise UserError("return_before_leaving")
    with core.vault.change(core.author()) as change:
        going = _Going(change, core.today, wanted.person_id)
        on = wanted.on.isoformat()
        match reason.leaving:
            case Leaving.AWAY:
                back_by = wanted.back_by.isoformat() if wanted.back_by is not None else None
                going.set(away_on=on, away_why=wanted.why, back_by=back_by)
            case Leaving.GOOD:
                going.make_way(wanted.new_head, on)
                going.set(left_on=on, left_why=wanted.why, away_on=None, away_why=None, back_by=None)
            case Leaving.MISTAKE:
                going.make_way(wanted.new_head, on)
                going.journal.remove("person", wanted.person_id)
        undo = going.journal.undo()
    return undo, Changes.of(*_KINDS)


def come_back(core: Core, person_id: bytes, on: date) -> tuple[EditUndo, Changes]:
    """Somebody who was away, or had left, lives in the household again from this day on.

    Whoever had left does not count for the days between. A household that had left with them is there again.

    Raises:
        UserError: date_in_future, return_before_leaving, person_unknown, person_not_away.
    """
    if on > core.today:
        raise UserError("date_in_future")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        left_on, away_on = (_value(change, "person", person_id, name) for name in ("left_on", "away_on"))
        since = left_on or away_on
        if not isinstance(since, str):
            raise UserError("person_not_away")
        if on.isoformat() < since:
            raise UserError("return_before_leaving")
        values: dict[str, Value] = dict.fromkeys(("away_on", "away_why", "back_by"))
        if left_on is not None:
            values |= {"left_on": None, "left_why": None, "gone_from": left_on, "gone_until": on.isoformat()}
        journal.update("person", person_id, **values)
        household_id = _value(change, "person", person_id, "household_id")
        if isinstance(household_id, bytes) and _value(change, "household", household_id, "left_on"):
            journal.update("household", household_id, left_on=None)
        undo = journal.undo()
    return undo, Changes.of(*_KINDS)


def join(core: Core, wanted: Joining) -> tuple[EditUndo, Changes]:
    """Somebody goes to live in another household of the register, with their history.

    Visits stay where they were made; their lines name the person all the same.

    Raises:
        UserError: person_unknown, household_unknown, same_household, head_needed.
    """
    with core.vault.change(core.author()) as change:
        there = register.household_brief(change.connection, wanted.household_id)
        if there is None:
            raise UserError("household_unknown")
        going = _Going(change, core.today, wanted.person_id)
        if going.household_id == wanted.household_id:
            raise UserError("same_household")
        going.make_way(wanted.new_head, core.today.isoformat())
        going.set(
            household_id=wanted.household_id,
            village_id=there.village_id,
            relation=clean(wanted.relation) or UNKNOWN,
            away_on=None,
            away_why=None,
            back_by=None,
        )
        if going.village_id != there.village_id:
            for kind, ids in movements.parts_of_person(change.connection, wanted.person_id).items():
                change.writer.load(kind, ids)
                for record_id in ids:
                    going.journal.update(kind, record_id, village_id=there.village_id)
        undo = going.journal.undo()
    return undo, Changes.of(*_KINDS, "observation", "settled", "attachment", "consent", "privacy_request")


def _value(change: Change, kind: str, record_id: bytes, name: str) -> Value:
    try:
        if not change.writer.value_of(kind, record_id, "deleted"):
            return change.writer.value_of(kind, record_id, name)
    except KeyError:
        pass
    raise UserError(f"{kind}_unknown")


class _Going:
    """One person on the way out of the household where they live."""

    def __init__(self, change: Change, today: date, person_id: bytes) -> None:
        self._change = change
        self._person = person_id
        self.journal = Journal(change.writer)
        household_id = _value(change, "person", person_id, "household_id")
        village_id = _value(change, "person", person_id, "village_id")
        if not isinstance(household_id, bytes) or not isinstance(village_id, bytes):
            raise UserError("person_unknown")
        self.household_id, self.village_id = household_id, village_id
        here = household_records.present_people(change.connection, household_id, today)
        if person_id not in here:
            raise UserError("person_unknown")
        self._others = [other for other in here if other != person_id]

    def set(self, **values: Value) -> None:
        """Change fields of the person."""
        self.journal.update("person", self._person, **values)

    def make_way(self, new_head: bytes | None, on: str) -> None:
        """Another head where this was the head; a household that nobody is left in has left on this day."""
        if not self._others:
            self.journal.update("household", self.household_id, left_on=on)
            return
        head = _value(self._change, "household", self.household_id, "head_id")
        if head != self._person:
            return
        if new_head not in self._others or new_head is None:
            raise UserError("head_needed")
        name_head(self._change, self.journal, self.household_id, new_head, self._others)


def name_head(
    change: Change,
    journal: Journal,
    household_id: bytes,
    new_head: bytes,
    people: Sequence[bytes],
    *,
    said: frozenset[bytes] = frozenset(),
) -> None:
    """Make somebody the head, and relate the others to them as far as that follows.

    Args:
        change: the change that all of it is part of.
        journal: what takes it back.
        household_id: whose head.
        new_head: one of `people`.
        people: who lives there from now on.
        said: those whose relation somebody has just said; it stays.
    """
    change.writer.load("person", [*people])
    old_head = change.writer.value_of("household", household_id, "head_id")
    old_sex = ""
    if isinstance(old_head, bytes):
        change.writer.load("person", [old_head])
        old_sex = str(change.writer.value_of("person", old_head, "sex") or "")
    journal.update("household", household_id, head_id=new_head)
    relate(change, journal, new_head, people, old_head_sex=old_sex, said=said)


def relate(
    change: Change,
    journal: Journal,
    new_head: bytes,
    people: Sequence[bytes],
    *,
    old_head_sex: str,
    said: frozenset[bytes] = frozenset(),
) -> None:
    """Relate people to a new head of theirs; `said` as in `name_head`."""
    kin = {person: _kin(change, person) for person in people}
    for person in people:
        if person == new_head:
            journal.update("person", person, relation=HEAD)
        elif person not in said:
            relation = relation_to(kin[new_head], kin[person], old_head_sex)
            journal.update("person", person, relation=relation or None)


def _kin(change: Change, person_id: bytes) -> Kin:
    values = [change.writer.value_of("person", person_id, name) for name in ("relation", "sex", "birth")]
    relation, sex, birth = (str(value or "") for value in values)
    return Kin(relation, sex, birth)
