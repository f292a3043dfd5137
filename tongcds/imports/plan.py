"""Compares a register from a file with what the vault has, and lists what an import would write, and why.

Pure: the vault is handed over as an `ExistingRegister`, the writes come back as plain values for `actions` to
apply in one transaction. What the file leaves empty never erases what the vault has; a phone number or a note
that is replaced stays beside the new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tongcds.imports.changes import (
    Change,
    Reason,
    Ref,
    household_changes,
    household_doubts,
    person_changes,
    person_fields,
)
from tongcds.imports.findings import Finding, Weight
from tongcds.imports.matching import (
    ExistingHousehold,
    ExistingPerson,
    ExistingRegister,
    Matcher,
)
from tongcds.imports.register import ImportedHousehold, ImportedMember, Register


class State(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    DOUBTFUL = "doubtful"
    """Written all the same; a person should look."""
    WRONG = "wrong"
    """Left out, because something needed is missing."""
    SKIPPED = "skipped"
    """No household or person: a total, a page header, the signatures."""


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One record to write. `id` None: a new one, known to other writes as `Ref(ref)`.

    `fields` holds only what changes. A field that names another record holds its id, or a `Ref`, which may
    belong to a later write, so ids of new records are to be made before anything is written.
    """

    kind: str
    id: bytes | None
    ref: int
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the file: what it says, what will be written, its state and all reasons for it."""

    sheet: str
    row: int
    state: State
    in_file: str
    will_write: str
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Reason, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. Rows and writes are in file order, a household before its people."""

    rows: tuple[PlannedRow, ...]
    writes: tuple[PlannedWrite, ...]
    households_new: int
    households_changed: int
    households_same: int
    villages_missing: tuple[str, ...]

    @property
    def rows_doubtful(self) -> int:
        """How many rows a person should look at."""
        return sum(row.state is State.DOUBTFUL for row in self.rows)

    @property
    def rows_wrong(self) -> int:
        """How many rows are left out for want of something."""
        return sum(row.state is State.WRONG for row in self.rows)

    @property
    def rows_skipped(self) -> int:
        """How many rows are nobody: totals, page headers, signatures."""
        return sum(row.state is State.SKIPPED for row in self.rows)

    @property
    def households_to_write(self) -> int:
        """How many households are new or changed, in themselves or in their people."""
        return self.households_new + self.households_changed

    @property
    def poverty_changes(self) -> Mapping[bytes, str]:
        """The households that were here before and of another poverty class, with the new one."""
        return {
            write.id: str(write.fields["poverty"])
            for write in self.writes
            if write.kind == HOUSEHOLD and write.id is not None and "poverty" in write.fields
        }

    def without_poverty(self, households: Collection[bytes]) -> ImportPlan:
        """The same plan, but the poverty class of these households stays."""
        writes = (
            replace(write, fields={name: v for name, v in write.fields.items() if name != "poverty"})
            if write.kind == HOUSEHOLD and write.id in households
            else write
            for write in self.writes
        )
        return replace(self, writes=tuple(writes))

    @property
    def people_to_write(self) -> int:
        """How many people are new or changed."""
        return sum(write.kind == PERSON for write in self.writes)


HOUSEHOLD: Final = "household"
PERSON: Final = "person"
NO_VILLAGE: Final = ""
"""The key of `village_ids` for households whose file names no village."""


def plan_import(
    register: Register, existing: ExistingRegister, *, village_ids: Mapping[str, bytes]
) -> ImportPlan:
    """Say for each row what an import would do, and list the writes.

    Args:
        register: What the file says.
        existing: What the vault has in the villages concerned.
        village_ids: For each village name of the register its id; `NO_VILLAGE` for households without one.
            Households of any other village are left out and their villages named in `villages_missing`.
    """
    return _Planner(register, existing, village_ids).plan()


@dataclass(slots=True)
class _Count:
    new: int = 0
    changed: int = 0
    same: int = 0


class _Planner:
    def __init__(
        self, register: Register, existing: ExistingRegister, village_ids: Mapping[str, bytes]
    ) -> None:
        self._register = register
        self._matcher = Matcher(existing)
        self._village_ids = village_ids
        self._guessed = {(w.sheet, w.row) for w in register.warnings if w.code == "head_missing"}
        self._findings: dict[tuple[str, int], list[Finding]] = defaultdict(list)
        for finding in register.warnings:
            self._findings[finding.sheet, finding.row].append(finding)
        self._rows: list[PlannedRow] = []
        self._writes: list[PlannedWrite] = []
        self._refs = 0
        self._count = _Count()
        self._missing: dict[str, None] = {}

    def plan(self) -> ImportPlan:
        for household in self._register.households:
            village = self._village_ids.get(household.village or NO_VILLAGE)
            if village is None:
                self._leave_out(household)
            else:
                self._take(household, village)
        self._skip_others()
        order = {sheet.name: place for place, sheet in enumerate(self._register.sheets)}
        self._rows.sort(key=lambda row: (order.get(row.sheet, 0), row.row))
        return ImportPlan(
            tuple(self._rows),
            tuple(self._writes),
            self._count.new,
            self._count.changed,
            self._count.same,
            tuple(self._missing),
        )

    def _next_ref(self) -> int:
        self._refs += 1
        return self._refs

    def _leave_out(self, household: ImportedHousehold) -> None:
        self._missing[household.village or NO_VILLAGE] = None
        reason = Reason("village_unknown", {"village": household.village or "–"})
        for member in household.members:
            self._row(household.sheet, member, State.WRONG, reasons=(reason,), will_write="")

    def _take(self, household: ImportedHousehold, village: bytes) -> None:
        known = self._matcher.household(household, village)
        ref = self._next_ref()
        home: bytes | Ref = known.id if known is not None else Ref(ref)
        at = len(self._writes)
        head: bytes | Ref | None = None
        for member in household.members:
            written = self._person(household.sheet, member, village, known, home)
            guessed = (household.sheet, member.row) in self._guessed
            if member.is_head and not (guessed and known is not None and known.head_id is not None):
                head = written
        changes = household_changes(household, known, village, head)
        reasons = household_doubts(household, known, village)
        if changes:
            fields = {change.field: change.new for change in changes}
            write = PlannedWrite(HOUSEHOLD, None if known is None else known.id, ref, fields)
            self._writes.insert(at, write)
        if known is None:
            self._count.new += 1
        elif len(self._writes) > at:
            self._count.changed += 1
        else:
            self._count.same += 1
        if known is not None and (changes or reasons):
            self._add_to_head_row(household, changes, reasons)

    def _person(
        self,
        sheet: str,
        member: ImportedMember,
        village: bytes,
        known: ExistingHousehold | None,
        home: bytes | Ref,
    ) -> bytes | Ref:
        person = self._matcher.person(member, known) if known is not None else None
        if person is None:
            ref = self._next_ref()
            wanted = {**self._fields(sheet, member), "household_id": home, "village_id": village}
            fields = {name: value for name, value in wanted.items() if value not in (None, [])}
            self._writes.append(PlannedWrite(PERSON, None, ref, fields))
            reasons = tuple(
                Reason("like_existing", {"household": self._name_of(alike), "name": alike.full_name})
                for alike in self._matcher.look_alikes(member, village, known)
            )
            self._row(sheet, member, State.NEW, reasons=reasons)
            return Ref(ref)
        changes, reasons = person_changes(member, person, self._fields(sheet, member))
        if changes:
            fields = {change.field: change.new for change in changes}
            self._writes.append(PlannedWrite(PERSON, person.id, self._next_ref(), fields))
        state = State.CHANGED if changes else State.SAME
        self._row(sheet, member, state, reasons=reasons, changes=changes)
        return person.id

    def _fields(self, sheet: str, member: ImportedMember) -> dict[str, object]:
        named_head = member.is_head and (sheet, member.row) not in self._guessed
        return person_fields(member, named_head=named_head)

    def _name_of(self, person: ExistingPerson) -> str:
        home = self._matcher.households.get(person.household_id or b"")
        return home.code if home is not None and home.code else person.full_name

    def _row(
        self,
        sheet: str,
        member: ImportedMember,
        state: State,
        *,
        reasons: tuple[Reason, ...] = (),
        changes: tuple[Change, ...] = (),
        will_write: str | None = None,
    ) -> None:
        findings = tuple(self._findings.pop((sheet, member.row), ()))
        doubted = any(finding.weight is Weight.CHECK for finding in findings) or bool(reasons)
        if doubted and state is not State.WRONG:
            state = State.DOUBTFUL
        in_file, written = _shown(member, findings)
        if will_write is not None:
            written = will_write
        self._rows.append(PlannedRow(sheet, member.row, state, in_file, written, findings, reasons, changes))

    def _add_to_head_row(
        self, household: ImportedHousehold, changes: tuple[Change, ...], reasons: tuple[Reason, ...]
    ) -> None:
        """Show what changes about a household on the row of its head."""
        shown = household.members[0].row
        for place in range(len(self._rows) - 1, -1, -1):
            row = self._rows[place]
            if row.sheet == household.sheet and row.row == shown:
                state = State.CHANGED if row.state is State.SAME and changes else row.state
                self._rows[place] = PlannedRow(
                    row.sheet,
                    row.row,
                    State.DOUBTFUL if reasons else state,
                    row.in_file,
                    row.will_write,
                    row.findings,
                    row.reasons + reasons,
                    row.changes + tuple(c for c in changes if c.field != "head_id"),
                )
                return

    def _skip_others(self) -> None:
        for sheet in self._register.sheets:
            for skipped in sheet.skipped:
                findings = tuple(self._findings.pop((sheet.name, skipped.row), ()))
                if skipped.kind == "village" and not findings:
                    continue
                state = State.WRONG if skipped.kind == "name_missing" else State.SKIPPED
                if any(finding.code == "total_mismatch" for finding in findings):
                    state = State.DOUBTFUL
                reasons = (
                    ()
                    if skipped.kind in {"name_missing", "village"}
                    else (Reason(f"skipped_{skipped.kind}"),)
                )
                self._rows.append(
                    PlannedRow(sheet.name, skipped.row, state, skipped.text, "", findings, reasons)
                )


def _shown(member: ImportedMember, findings: tuple[Finding, ...]) -> tuple[str, str]:
    """Return what the table shows of a row: the name, and the value that most needs a look."""
    told = [f for f in findings if f.field != "full_name" and (f.found or f.kept) and f.found != member.found]
    told.sort(key=lambda finding: finding.weight is Weight.INFO)
    if not told:
        return member.found, member.full_name
    first = told[0]
    kept = f"{member.full_name} · {first.kept}" if first.kept else member.full_name
    return f"{member.found} · {first.found}" if first.found else member.found, kept
