"""Bringing in a register from a spreadsheet: preview, apply in one transaction, take back as a whole.

Reading and comparing are `tongcds.imports`. A commune's import makes villages that are not there yet; a
team's leaves out rows of other villages, and the preview says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from tongcds import memory
from tongcds.actions import audit, column_memory, poverty
from tongcds.actions.core import Changes, Core
from tongcds.clock import milliseconds
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import ImportChoices, ImportPreview, ImportRow, ImportSheet, Role
from tongcds.domain.village_names import type_word
from tongcds.errors import CancelledError, UserError
from tongcds.imports.changes import Ref
from tongcds.imports.columns import name_key
from tongcds.imports.matching import (
    ExistingHousehold,
    ExistingPerson,
    ExistingRegister,
    match_villages,
)
from tongcds.imports.peek import peek
from tongcds.imports.plan import NO_VILLAGE, ImportPlan, PlannedWrite, plan_import
from tongcds.imports.preview import preview
from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings, Register
from tongcds.records import Value, record_type
from tongcds.replica import Writer
from tongcds.replica.rows import read_rows
from tongcds.storage import backups, exchange, existing, local

Progress = Callable[[int, int], None]
_STEP = 200
AS_FOUND: Final = ImportChoices()
_KINDS = ("household", "person", "village", "poverty_class")
_LIST_SEPARATOR = ";"
_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """A file that was read and compared; nothing is written yet."""

    preview: ImportPreview
    register: Register
    path: Path
    settings: ImportSettings
    held_on: date
    decision_no: str

    def chosen_columns(self) -> dict[tuple[str, str], str]:
        """What columns were taken for because somebody said so, now or for an earlier file."""
        keys = {name_key(heading) for heading in self.settings.column_names}
        named = {
            (sheet.name, column.letter): "" if column.field is None else column.field.value
            for sheet in self.register.sheets
            for column in sheet.columns
            if keys and name_key(column.heading.rpartition(" / ")[2]) in keys
        }
        return {**named, **self.settings.column_mapping}


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What taking an import back did; `kept` households were edited or visited since, and stayed."""

    removed: int
    kept: int


def _ignore(_done: int, _total: int) -> None:
    """Nobody wants to know."""


@memory.looking_later()
def prepare_import(
    core: Core,
    path: Path,
    choices: ImportChoices = AS_FOUND,
    *,
    column_names: Mapping[str, str] | None = None,
    progress: Progress = _ignore,
    cancelled: Callable[[], bool] = lambda: False,
) -> PreparedImport:
    """Read a spreadsheet and say, row by row, what an import would do.

    What columns mean is guessed, then taken as it was remembered for files with the same headings, then as
    `choices` (by sheet and letter) and `column_names` (by heading) say. Since when the poverty classes of the
    file hold, and by which decision, stands in its title unless `choices` say otherwise; a file that names no
    day holds as of today.

    Raises:
        UserError: the file is no register; the sentence says which and what to do. date_in_future.
        CancelledError: `cancelled` said so.
    """
    if choices.held_on is not None and choices.held_on > core.today:
        raise UserError("date_in_future")
    settings = replace(_settings(core, choices), column_names=dict(column_names or {}))
    register = read_register(path, settings, progress, cancelled)
    with core.vault.read() as connection:
        remembered, remembered_on = column_memory.recall(connection, register)
    if remembered.keys() - settings.column_mapping.keys():
        settings = replace(settings, column_mapping={**remembered, **settings.column_mapping})
        register = read_register(path, settings, progress, cancelled)
    who = core.credentials()
    with core.vault.read() as connection:
        known = existing.village_names(connection)
        here = _villages(register, known, who.unit_id, Role(who.role))
        made = _missing(register, here) if Role(who.role) is Role.COMMUNE else ()
        here |= {name: derived_id("village of an import", name) for name in made}
        since = choices.held_on or register.dated.on or core.today
        there = _existing(connection, here, since)
    # Outside the transaction: comparing 20,000 rows must not keep a search waiting.
    plan = plan_import(register, there, village_ids=here)
    said = choices.decision_no
    decision = register.dated.decision_no if said is None else said
    shown = replace(
        preview(register, plan, file_name=path.name),
        remembered_on=remembered_on,
        held_on=since,
        decision_no=decision,
    )
    return PreparedImport(shown, register, path, settings, since, decision)


def peek_import(
    core: Core,
    path: Path,
    choices: ImportChoices = AS_FOUND,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[ImportSheet, ...]:
    """Return the top of each sheet of a file, for a person to say which row names the columns.

    Raises:
        UserError: the file is no spreadsheet; the sentence says which and what to do.
        CancelledError: `cancelled` said so.
    """
    return peek(path, _settings(core, choices), cancelled)


def _settings(core: Core, choices: ImportChoices) -> ImportSettings:
    with core.vault.read() as connection:
        known_headers = column_memory.known_headers(connection)
    return ImportSettings(
        reference_date=core.today,
        import_sensitive=choices.sensitive,
        column_mapping=choices.columns,
        header_rows=choices.header_rows,
        known_headers=known_headers,
        encoding=choices.encoding,
        column_encodings=choices.column_encodings,
    )


@memory.looking_later()
def apply_import(
    core: Core,
    prepared: PreparedImport,
    progress: Progress = _ignore,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[ImportRow, Changes]:
    """Write everything in one transaction: all of it, or after a failure or a cancel nothing.

    The plan is made anew inside the transaction, so that whatever was written since the preview counts. A
    backup is made before.

    Raises:
        UnavailableError: backup_no_room, backup_failed, disk_full, disk_failing; nothing is changed.
        CancelledError: `cancelled` said so; nothing is changed.
    """
    who, author = core.credentials(), core.author()
    register = prepared.register
    core.vault.backup(backups.IMPORT)
    with core.vault.change(author) as change:
        known = existing.village_names(change.connection)
        here = _villages(register, known, who.unit_id, Role(who.role))
        created: dict[str, list[bytes]] = {"village": [], "household": [], "person": []}
        first = change.writer.next_n
        if Role(who.role) is Role.COMMUNE:
            for name in _missing(register, here):
                here[name] = change.writer.create(
                    "village", commune_id=who.unit_id, name=name, village_type=type_word(name)
                )
                created["village"].append(here[name])
        there = _existing(change.connection, here, prepared.held_on)
        plan = plan_import(register, there, village_ids=here)
        reviewed = plan.poverty_changes
        stay = poverty.overtaken(change.connection, list(reviewed), prepared.held_on)
        changed = _write(change.writer, plan.without_poverty(stay), created, progress, cancelled)
        before = {one: _text(changed["household"][one].get("poverty")) for one in reviewed}
        found = {one: (before[one], now) for one, now in reviewed.items()}
        created["poverty_class"] = poverty.write_found(change, found, prepared.held_on, prepared.decision_no)
        batch = local.ImportBatch(
            id=secrets.token_bytes(16),
            at=milliseconds(core.clock),
            file_name=prepared.path.name,
            households=plan.households_to_write,
            people=plan.people_to_write,
            created=created,
            changed=changed,
            first_n=first,
            last_n=change.writer.next_n - 1,
        )
        local.save_import(change.connection, batch)
        column_memory.remember(change.connection, register, prepared.chosen_columns(), core.today)
    with core.vault.read() as connection:
        row = next(row for row in exchange.imports(connection) if row.import_id == batch.id)
    return row, Changes.of(*_KINDS, "import")


def undo_import(core: Core, import_id: bytes) -> tuple[UndoneImport, Changes]:
    """Take an import back: what it made goes, what it changed becomes as it was.

    What was edited or visited since stays, household by household, and is counted.

    Raises:
        UserError: import_not_undoable when it is unknown or was taken back before.
        UnavailableError: as `apply_import`, since here too a backup is made before.
    """
    removed = kept = 0
    core.vault.backup(backups.UNDO)
    with core.vault.change(core.author()) as change:
        batch = local.load_import(change.connection, import_id)
        if batch is None or batch.undone_at is not None:
            raise UserError("import_not_undoable")
        writer = change.writer
        batch = _still_here(change.connection, batch)
        for name in _KINDS:
            writer.load(name, [*batch.created.get(name, ()), *batch.changed.get(name, {})])
        stay = _edited_since(change.connection, writer, batch)
        stay |= poverty.needed(change.connection, writer, batch.created.get("poverty_class", ()))
        for name in ("poverty_class", "person", "household", "village"):
            for record_id in batch.created.get(name, ()):
                if record_id in stay:
                    kept += name == "household"
                elif writer.remove(name, record_id):
                    removed += 1
        for name, records in batch.changed.items():
            for record_id, before in records.items():
                later = writer.set_after(name, record_id, batch.last_n)
                writer.update(name, record_id, **{k: v for k, v in before.items() if k not in later})
                kept += bool(later & before.keys())
        local.mark_import_undone(change.connection, import_id, milliseconds(core.clock))
        audit.record(core, change, audit.UNDO)
    return UndoneImport(removed, kept), Changes.of(*_KINDS, "import")


def past_imports(core: Core) -> tuple[ImportRow, ...]:
    """Every import into this vault, the last first, those that were taken back too."""
    with core.vault.read() as connection:
        return exchange.imports(connection)


def _still_here(connection: Connection, batch: local.ImportBatch) -> local.ImportBatch:
    """The import without records that left since: removed long ago, moved away, or refused."""
    named = {*batch.created, *batch.changed}
    here = {
        name: read_rows(
            connection, record_type(name), [*batch.created.get(name, ()), *batch.changed.get(name, {})]
        ).keys()
        for name in named
    }
    return replace(
        batch,
        created={name: [i for i in ids if i in here[name]] for name, ids in batch.created.items()},
        changed={
            name: {i: values for i, values in records.items() if i in here[name]}
            for name, records in batch.changed.items()
        },
    )


def _edited_since(connection: Connection, writer: Writer, batch: local.ImportBatch) -> set[bytes]:
    """New records that must stay: edited or visited since, with their whole household and their village."""
    households = list(batch.created.get("household", ()))
    stay = existing.named_by_visits(connection, households)
    stay |= {h for h in households if writer.set_after("household", h, batch.last_n)}
    people = {p: writer.value_of("person", p, "household_id") for p in batch.created.get("person", ())}
    for person, home in people.items():
        if writer.set_after("person", person, batch.last_n):
            stay.add(person)
            if isinstance(home, bytes):
                stay.add(home)
    stay |= {person for person, home in people.items() if home in stay}
    villages = {writer.value_of("household", h, "village_id") for h in households if h in stay}
    return stay | {
        v for v in batch.created.get("village", ()) if v in villages or _lived_in(connection, v, households)
    }


def _lived_in(connection: Connection, village: bytes, but: Sequence[bytes]) -> bool:
    """Whether a village has households beside those of the import."""
    return bool({row["id"] for row in existing.household_rows(connection, [village])} - set(but))


def _villages(register: Register, known: Mapping[str, bytes], unit_id: bytes, role: Role) -> dict[str, bytes]:
    """For each village name of the file its id, as far as this vault has it; a team has only its own."""
    if role is Role.TEAM:
        known = {name: village for name, village in known.items() if village == unit_id}
    names = [village.name for village in register.villages if village.name]
    here = match_villages(names, known)
    if role is Role.TEAM or len(known) == 1:
        here[NO_VILLAGE] = unit_id if role is Role.TEAM else next(iter(known.values()))
    return here


def _missing(register: Register, here: Mapping[str, bytes]) -> tuple[str, ...]:
    return tuple(v.name for v in register.villages if v.name and v.name not in here)


def _existing(connection: Connection, here: Mapping[str, bytes], on: date) -> ExistingRegister:
    """What is here, with the poverty classes of that day."""
    villages = list(dict.fromkeys(here.values()))
    return ExistingRegister(
        tuple(_known(ExistingHousehold, r) for r in existing.household_rows(connection, villages, on)),
        tuple(_known(ExistingPerson, r) for r in existing.person_rows(connection, villages)),
    )


def _known(kind: type[_Known], row: Mapping[str, Any]) -> _Known:
    """A row of the vault as `imports` wants it: truth values and lists unpacked."""
    values = {name: row[name] for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]
    if "hardship" in values and values["hardship"] is not None:
        values["hardship"] = bool(values["hardship"])
    if "more_phones" in values:
        values["more_phones"] = tuple(filter(None, (values["more_phones"] or "").split(_LIST_SEPARATOR)))
    return kind(**values)


def _write(
    writer: Writer,
    plan: ImportPlan,
    created: dict[str, list[bytes]],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> dict[str, dict[bytes, dict[str, Value]]]:
    """Put the plan down; returns the former values of what it changed."""
    ids = {write.ref: write.id or writer.reserve() for write in plan.writes}
    for kind in ("household", "person"):
        writer.load(kind, [write.id for write in plan.writes if write.kind == kind and write.id])
    changed: dict[str, dict[bytes, dict[str, Value]]] = {}
    for done, write in enumerate(plan.writes):
        if done % _STEP == 0:
            if cancelled():
                raise CancelledError
            progress(done, len(plan.writes))
        values = _values(write, ids)
        if write.id is None:
            writer.create(write.kind, reserved=ids[write.ref], **values)
            created[write.kind].append(ids[write.ref])
        else:
            before = {name: writer.value_of(write.kind, write.id, name) for name in values}
            changed.setdefault(write.kind, {})[write.id] = before
            writer.update(write.kind, write.id, **values)
    progress(len(plan.writes), len(plan.writes))
    return changed


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _values(write: PlannedWrite, ids: Mapping[int, bytes]) -> dict[str, Value]:
    """The planned fields as records hold them."""
    values: dict[str, Value] = {}
    for name, value in write.fields.items():
        match value:
            case Ref(number):
                values[name] = ids[number]
            case bool():
                values[name] = int(value)
            case list() | tuple():
                values[name] = _LIST_SEPARATOR.join(str(item) for item in value) or None
            case None | str() | int() | bytes():
                values[name] = value
            case _:
                raise TypeError(name)
    return values
