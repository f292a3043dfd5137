"""Puts the rows of one sheet together as households with their members, by the rules of import.

Rows have been told apart by `rows` and are read by `people`; what concerns the whole file (the same number
or person twice) is added by `reading`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from tongcds.imports.celltext import says_nothing
from tongcds.imports.columns import Field, Header, name_key
from tongcds.imports.findings import Finding, FindingList
from tongcds.imports.legacy_fonts import legacy_font_named
from tongcds.imports.people import SENSITIVE, PersonReader, PersonRow
from tongcds.imports.readings import HEAD, NEAR_POOR, POOR
from tongcds.imports.register import (
    ImportedHousehold,
    ImportedMember,
    ImportSettings,
    SkippedRow,
    StatedTotal,
)
from tongcds.imports.rows import Line, LineKind, read_lines
from tongcds.imports.totals import StatedFigures, compare_total, read_stated
from tongcds.imports.workbook import Sheet, Tick

NOT_POOR = "none"


@dataclass(frozen=True, slots=True)
class SheetReading:
    """What one sheet gives."""

    households: tuple[ImportedHousehold, ...]
    findings: tuple[Finding, ...]
    totals: tuple[StatedTotal, ...]
    skipped: tuple[SkippedRow, ...]


def read_sheet(
    sheet: Sheet,
    header: Header,
    settings: ImportSettings,
    *,
    date1904: bool,
    tick: Tick,
    advance: Callable[[int], None],
) -> SheetReading:
    """Read the households of one sheet below its header; `advance` is told how many rows are done."""
    lines = list(
        read_lines(
            sheet,
            header,
            convert=settings.convert_legacy_fonts,
            tick=tick,
            assumed=legacy_font_named(settings.encoding),
            letters=settings.letters_of(sheet.name),
        )
    )
    traits = _traits(header, settings, lines)
    findings = FindingList(sheet.name)
    reader = PersonReader(header, settings, findings, village_field=traits.village_field, date1904=date1904)
    groups = _Groups(sheet.name, traits, findings)
    skipped: list[SkippedRow] = []
    stated: list[StatedFigures] = []
    for index, line in enumerate(lines):
        if index % _TICK_EVERY == 0:
            tick()
            advance(index)
        if line.kind is LineKind.PERSON:
            groups.add(reader.read(line))
            continue
        skipped.append(SkippedRow(line.number, line.kind.value, line.first_text()))
        if line.kind is LineKind.VILLAGE:
            groups.enter_village(reader.read_heading(line))
        elif line.kind is LineKind.NAME_MISSING:
            reader.report_broken(line)
            findings.add(line.number, "full_name", "name_missing", line.first_text())
        elif line.kind in {LineKind.SUBTOTAL, LineKind.TOTAL}:
            village = groups.village if line.kind is LineKind.SUBTOTAL else None
            stated.append(read_stated(line, header.column(Field.SIZE), village))
    households = groups.finish()
    by_size = traits.grouping is Grouping.HEADS_ONLY
    sized = header.column(Field.SIZE) is not None
    totals = [compare_total(sheet.name, s, households, by_size=by_size, sized=sized) for s in stated]
    for total in totals:
        if not total.agrees:
            found = _figures(total.households, total.people)
            kept = _figures(total.listed_households, total.listed_people)
            findings.add(total.row, "total", "total_mismatch", found, kept)
    return SheetReading(tuple(households), findings.finish(), tuple(totals), tuple(skipped))


_TICK_EVERY = 512


def _figures(households: int | None, people: int | None) -> str:
    return " / ".join("–" if figure is None else str(figure) for figure in (households, people))


class Grouping(Enum):
    """How the rows of a sheet form households."""

    BY_NUMBER = auto()
    """Rows with the same household number in the same village are one household."""
    BY_HEAD = auto()
    """A head begins a household, the rows below belong to it."""
    HEADS_ONLY = auto()
    """Every row is a household of which only the head is listed."""


@dataclass(frozen=True, slots=True)
class _Traits:
    """What holds for all rows of a sheet."""

    grouping: Grouping
    village_field: Field
    has_poverty: bool
    has_hardship: bool


def _traits(header: Header, settings: ImportSettings, lines: list[Line]) -> _Traits:
    columns = {of for of in header.columns.values() if settings.import_sensitive or of not in SENSITIVE}
    headed = any(line.kind is LineKind.VILLAGE for line in lines)
    return _Traits(
        grouping=_grouping(header, lines),
        village_field=Field.VILLAGE if headed or Field.VILLAGE in columns else Field.ADDRESS,
        has_poverty=not columns.isdisjoint({Field.POVERTY, Field.POOR, Field.NEAR_POOR}),
        has_hardship=Field.HARDSHIP in columns,
    )


def _grouping(header: Header, lines: list[Line]) -> Grouping:
    """Return how rows form households; a column that is there but never filled decides nothing."""
    people = [line for line in lines if line.kind is LineKind.PERSON]
    numbers = _filled(people, header.column(Field.HOUSEHOLD_NO))
    relations = _filled(people, header.column(Field.RELATION))
    if numbers and not relations and len(set(numbers)) == len(people) and _names_heads(header):
        # "Mã hộ", "Họ tên chủ hộ", each number once: a list of heads that happens to have codes.
        return Grouping.HEADS_ONLY
    if numbers:
        return Grouping.BY_NUMBER
    return Grouping.BY_HEAD if relations else Grouping.HEADS_ONLY


def _filled(people: list[Line], column: int | None) -> list[str]:
    if column is None:
        return []
    texts = (line.text(column).text for line in people)
    return [text for text in texts if not says_nothing(text)]


def _names_heads(header: Header) -> bool:
    column = header.column(Field.FULL_NAME)
    return column is not None and HEAD in name_key(header.headings.get(column, ""))


@dataclass(slots=True)
class _Draft:
    """A household while its rows are being read."""

    no: str | None
    number_is_code: bool
    village: str | None
    address: str | None = None
    poor: bool = False
    near_poor: bool = False
    hardship: bool = False
    size: int | None = None
    size_row: int = 0
    members: list[ImportedMember] = field(default_factory=list)


class _Groups:
    """Decides row by row which household a person belongs to."""

    def __init__(self, sheet: str, traits: _Traits, findings: FindingList) -> None:
        self._sheet = sheet
        self._traits = traits
        self._findings = findings
        self._drafts: list[_Draft] = []
        self._by_number: dict[tuple[str | None, str], _Draft] = {}
        self._open: _Draft | None = None
        self._heading: str | None = None
        self.village: str | None = None
        """The village that a subtotal on the next row would belong to."""

    def enter_village(self, name: str | None) -> None:
        """Take a village heading: it ends a household and holds until the next one."""
        self._heading = self.village = name
        self._open = None

    def add(self, row: PersonRow) -> None:
        """Put a person into the household that their row belongs to."""
        household = self._household_of(row)
        self._open = household
        member = row.member
        if member.is_head and any(m.is_head for m in household.members):
            self._findings.add(member.row, "relation", "head_twice", member.found)
            member = replace(member, is_head=False)
        household.members.append(member)
        self._take_marks(household, row)
        self.village = household.village or self.village

    def _household_of(self, row: PersonRow) -> _Draft:
        village = row.village or self._heading
        before = self._open
        if before is not None and village is not None and before.village not in {None, village}:
            before = None
        if self._traits.grouping is Grouping.HEADS_ONLY:
            return self._begin(row, village)
        if self._traits.grouping is Grouping.BY_HEAD:
            return self._begin(row, village) if before is None or row.member.is_head else before
        if row.code is None:
            return before if before is not None else self._begin(row, village)
        if before is not None and before.no == row.code and (village is None or before.village is None):
            return before
        return self._by_number.get((village, row.code)) or self._begin(row, village)

    def _begin(self, row: PersonRow, village: str | None) -> _Draft:
        draft = _Draft(row.code or row.no, row.code is not None, village)
        if self._traits.grouping is Grouping.BY_NUMBER:
            draft.no = row.code
            if row.code is not None:
                self._by_number[village, row.code] = draft
        self._drafts.append(draft)
        return draft

    def _take_marks(self, household: _Draft, row: PersonRow) -> None:
        household.village = household.village or row.village or self._heading
        household.address = household.address or row.address
        household.hardship = household.hardship or row.hardship
        conflict = household.poor and household.near_poor
        household.poor = household.poor or row.poor
        household.near_poor = household.near_poor or row.near_poor
        if household.poor and household.near_poor and not conflict:
            self._findings.add(row.member.row, "poverty", "poverty_conflict")
        if household.size is None and row.size is not None:
            household.size, household.size_row = row.size, row.member.row

    def finish(self) -> list[ImportedHousehold]:
        """Return the households, each with a head, in the order they began."""
        return [self._finished(draft) for draft in self._drafts]

    def _finished(self, draft: _Draft) -> ImportedHousehold:
        members = draft.members
        heads_only = self._traits.grouping is Grouping.HEADS_ONLY
        if not any(member.is_head for member in members):
            first = members[0]
            members = [replace(first, is_head=True), *members[1:]]
            if not heads_only:
                self._findings.add(first.row, "relation", "head_missing", first.found)
        if not heads_only and draft.size is not None and draft.size != len(members):
            self._findings.add(draft.size_row, "size", "size_mismatch", str(draft.size), str(len(members)))
        poverty = POOR if draft.poor else NEAR_POOR if draft.near_poor else NOT_POOR
        return ImportedHousehold(
            sheet=self._sheet,
            no=draft.no,
            village=draft.village,
            address=draft.address,
            poverty=poverty if self._traits.has_poverty else None,
            hardship=draft.hardship if self._traits.has_hardship else None,
            stated_size=draft.size,
            members=tuple(members),
            number_is_code=draft.number_is_code,
        )
