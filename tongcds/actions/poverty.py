"""The poverty class of a household: written down with its day and its decision, looked up for any day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.text import clean
from tongcds.domain.views import POVERTY_CLASSES, EditUndo, PoorRow, PovertyClass, PovertyRow
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.replica import Writer
from tongcds.storage import poverty, register
from tongcds.storage.vault import Change

_KINDS: Final = ("poverty_class", "household")
_LATEST_AHEAD: Final = 366
"""Decisions of a review are written down at most so many days before they hold."""


def history(core: Core, household_id: bytes) -> tuple[PovertyRow, ...]:
    """The classes of a household in the course of time, the last first.

    Raises:
        UserError: household_unknown.
    """
    with core.vault.read() as connection:
        if register.household_brief(connection, household_id) is None:
            raise UserError("household_unknown")
        return poverty.history(connection, household_id)


def poor(core: Core, on: date) -> tuple[PoorRow, ...]:
    """The households that were poor or nearly poor on this day."""
    with core.vault.read() as connection:
        return poverty.poor(connection, on)


def classify(core: Core, wanted: PovertyClass) -> tuple[EditUndo, Changes]:
    """Write a class down; what held before stays in the course of time.

    Raises:
        UserError: poverty_unknown, date_too_far, household_unknown.
    """
    if wanted.poverty not in POVERTY_CLASSES:
        raise UserError("poverty_unknown", text=wanted.poverty)
    if (wanted.valid_from - core.today).days > _LATEST_AHEAD:
        raise UserError("date_too_far")
    with core.vault.change(core.author()) as change:
        journal = Journal(change.writer)
        write_class(change, journal, wanted)
        if wanted.valid_from <= core.today:
            _follow(change, journal, wanted)
        undo = journal.undo()
    return undo, Changes.of(*_KINDS)


def write_class(change: Change, journal: Journal, wanted: PovertyClass) -> None:
    """Write a class within a change; the first one keeps what stood in the household's field before.

    Raises:
        UserError: household_unknown.
    """
    household = register.household_brief(change.connection, wanted.household_id)
    if household is None:
        raise UserError("household_unknown")
    place: dict[str, Value] = {"village_id": household.village_id, "household_id": wanted.household_id}
    if not poverty.history(change.connection, wanted.household_id):
        before = change.writer.value_of("household", wanted.household_id, "poverty")
        journal.create("poverty_class", place | {"poverty": before})
    journal.create(
        "poverty_class",
        place
        | {
            "poverty": wanted.poverty or None,
            "valid_from": wanted.valid_from.isoformat(),
            "decision_no": clean(wanted.decision_no) or None,
            "decided_on": wanted.decided_on.isoformat() if wanted.decided_on is not None else None,
        },
    )


def write_found(
    change: Change,
    found: Mapping[bytes, tuple[str | None, str]],
    since: date,
    decision_no: str,
) -> list[bytes]:
    """Write down what a register found of households that were here before: what stood, and what holds since.

    Returns the records that were made. The fields of the households are for the caller; see `overtaken`.
    """
    writer, made = change.writer, []
    known = poverty.dated(change.connection, list(found))
    for household_id, (before, now) in found.items():
        place: dict[str, Value] = {
            "village_id": writer.value_of("household", household_id, "village_id"),
            "household_id": household_id,
        }
        if household_id not in known:
            made.append(writer.create("poverty_class", reserved=None, **(place | {"poverty": before})))
        dated: dict[str, Value] = {
            "poverty": now,
            "valid_from": since.isoformat(),
            "decision_no": clean(decision_no) or None,
        }
        made.append(writer.create("poverty_class", reserved=None, **(place | dated)))
    return made


def overtaken(connection: Connection, households: Sequence[bytes], since: date) -> set[bytes]:
    """Those of the households of which a later class is known already: theirs is not what holds today."""
    known = poverty.dated(connection, households)
    return {
        one
        for one, classes in known.items()
        if any(day is not None and day > since for day in classes.values())
    }


def needed(connection: Connection, writer: Writer, made: Sequence[bytes]) -> set[bytes]:
    """What of `write_found` has to stay although it is taken back.

    What stood before the first day stays while another class was written down since: without it, nobody
    would know any more what held before that one.
    """
    undated = {
        one: writer.value_of("poverty_class", one, "household_id")
        for one in made
        if writer.value_of("poverty_class", one, "valid_from") is None
    }
    known = poverty.dated(connection, [home for home in undated.values() if isinstance(home, bytes)])
    mine = set(made)
    return {
        one for one, home in undated.items() if isinstance(home, bytes) and known.get(home, {}).keys() - mine
    }


def withdraw(core: Core, record_id: bytes) -> tuple[EditUndo, Changes]:
    """Take a class that was written down wrongly off the record; the one before holds again.

    Raises:
        UserError: poverty_class_unknown.
    """
    table = poverty.POVERTY.c
    wanted = select(table.household_id).where(table.id == record_id, table.deleted == 0)
    with core.vault.change(core.author()) as change:
        household_id = change.connection.execute(wanted).scalar_one_or_none()
        if household_id is None:
            raise UserError("poverty_class_unknown")
        journal = Journal(change.writer)
        change.writer.load("poverty_class", [record_id])
        journal.remove("poverty_class", record_id)
        change.writer.flush()
        standing = poverty.history(change.connection, household_id)
        held = [row for row in standing if row.valid_from is None or row.valid_from <= core.today]
        journal.update("household", household_id, poverty=held[0].poverty if held else None)
        undo = journal.undo()
        audit.record(core, change, audit.UNDO, household_id)
    return undo, Changes.of(*_KINDS)


def _follow(change: Change, journal: Journal, wanted: PovertyClass) -> None:
    """The household's own field says what holds today: other programs and older ones read it."""
    later = [
        row.valid_from
        for row in poverty.history(change.connection, wanted.household_id)
        if row.valid_from is not None and row.valid_from > wanted.valid_from
    ]
    if not later:
        journal.update("household", wanted.household_id, poverty=wanted.poverty)
