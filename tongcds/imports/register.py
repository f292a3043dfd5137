"""The values that an imported register is made of, and its JSON shape for comparing and for the command line.

Reading a file into a `Register` is `reading`; what it means for the vault (new, changed, same) is `plan`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongcds.imports.columns import Column, UserNames
from tongcds.imports.dated import UNDATED, Dated
from tongcds.imports.findings import Finding
from tongcds.imports.workbook import column_index

IMPORTED: Final = "imported"
EXPECTED_FORMAT: Final = "tongcds-import-expected/1"


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """What the person chose or answered.

    `reference_date`: today, for two-digit years and "in the future". `import_sensitive`: ethnicity and
    poverty are read only when on. `convert_legacy_fonts`: the yes to converting .VnTime and VNI by font.
    `encoding` ("utf-8", "windows-1258", "tcvn3", "vni") and `delimiter` answer the questions of a text file;
    the two old fonts also for the text of a workbook whose font does not say what it is.
    `column_mapping`: for a sheet's name and a column's letter the field, "" to leave the column out.
    `column_names`: for a heading the field it means wherever it appears, remembered from earlier files.
    `header_rows`: for a sheet the row that names its columns, 0 where none does. `known_headers`: for the
    fingerprint of a header that nobody would recognise what its columns were said to hold, by letter.
    `column_encodings`: for a sheet's name and a column's letter how its letters are meant.
    """

    reference_date: date
    import_sensitive: bool = False
    convert_legacy_fonts: bool = True
    encoding: str | None = None
    delimiter: str | None = None
    column_mapping: Mapping[tuple[str, str], str] = field(default_factory=dict)
    column_names: Mapping[str, str] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    known_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    column_encodings: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def letters_of(self, sheet: str) -> dict[int, str]:
        """Return how the letters of columns of a sheet are meant, where somebody said so."""
        return {
            index: encoding
            for (name, letter), encoding in self.column_encodings.items()
            if name == sheet and (index := column_index(letter)) is not None
        }

    @property
    def user(self) -> UserNames:
        """What the person decided about columns."""
        return UserNames(self.column_mapping, self.column_names, self.header_rows, self.known_headers)


@dataclass(frozen=True, slots=True)
class ImportedMember:
    """One person of a household as read. `birth` is ISO, as precise as known; `found` is the file's name."""

    row: int
    full_name: str
    relation: str | None = None
    is_head: bool = False
    sex: str | None = None
    birth: str | None = None
    id_number: str | None = None
    id_kind: str | None = None
    phone: str | None = None
    more_phones: tuple[str, ...] = ()
    ethnicity: str | None = None
    note: str | None = None
    found: str = ""


@dataclass(frozen=True, slots=True)
class ImportedHousehold:
    """One household as read.

    `no` is its number as written, `number_is_code` whether that is a household number and no mere STT.
    `poverty` (`poor`, `near_poor`, `none`) and `hardship` are None where the sheet has no such column.
    """

    sheet: str
    no: str | None
    village: str | None
    address: str | None
    poverty: str | None
    hardship: bool | None
    stated_size: int | None
    members: tuple[ImportedMember, ...]
    number_is_code: bool = False


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A subtotal (of a village) or total (of the sheet) in the file against what was listed."""

    sheet: str
    row: int
    village: str | None
    households: int | None
    people: int | None
    listed_households: int
    listed_people: int | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is no person: its kind (`village`, `subtotal`, `name_missing` …) and its first text."""

    row: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """What was recognised on one sheet.

    `reason` says why a sheet was ignored (`empty`, `no_header`, `hidden`), "" for a register.
    `legacy_fonts` names the old fonts met (`tcvn3`, `vni`), whether or not they were converted.
    `fingerprint` is the same for files of the same header.
    """

    name: str
    reason: str = ""
    header_rows: tuple[int, ...] = ()
    columns: tuple[Column, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    legacy_fonts: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class VillageCount:
    """A village of the file with the households and people listed under it."""

    name: str | None
    households: int
    people: int


@dataclass(frozen=True, slots=True)
class Register:
    """Everything a file holds that an import can use, in file order.

    `encoding_sure` False: ask the person which encoding the text file has, and read it again. `dated`: what
    the rows above the headers say of its day.
    """

    sheets: tuple[SheetInfo, ...]
    households: tuple[ImportedHousehold, ...]
    warnings: tuple[Finding, ...]
    stated_totals: tuple[StatedTotal, ...] = ()
    villages: tuple[VillageCount, ...] = ()
    outcome: str = IMPORTED
    encoding_sure: bool = True
    dated: Dated = UNDATED

    @property
    def people(self) -> int:
        """How many people are listed."""
        return sum(len(household.members) for household in self.households)


def count_villages(households: tuple[ImportedHousehold, ...]) -> tuple[VillageCount, ...]:
    """Return the villages in the order they are met."""
    count = Counter(household.village for household in households)
    people: Counter[str | None] = Counter()
    for household in households:
        people[household.village] += len(household.members)
    return tuple(VillageCount(name, count[name], people[name]) for name in count)


def to_expected_shape(register: Register) -> dict[str, object]:
    """Return a register as JSON values in the shape of the expected results beside the sample registers."""
    return {
        "format": EXPECTED_FORMAT,
        "outcome": register.outcome,
        "counts": {
            "households": len(register.households),
            "members": register.people,
            "villages": sum(village.name is not None for village in register.villages),
            "warnings": len(register.warnings),
            "warnings_by_code": dict(sorted(Counter(w.code for w in register.warnings).items())),
        },
        "sheets": [_sheet_shape(sheet) for sheet in register.sheets],
        "villages": [_shape(village, _VILLAGE) for village in register.villages],
        "stated_totals": [_shape(total, _TOTAL) for total in register.stated_totals],
        "warnings": [_shape(warning, _WARNING) for warning in register.warnings],
        "households": [
            {**_shape(h, _HOUSEHOLD), "members": [_member_shape(m) for m in h.members]}
            for h in register.households
        ],
    }


_VILLAGE: Final = ("name", "households", "people")
_TOTAL: Final = (
    "sheet", "row", "village", "households", "people", "listed_households", "listed_people", "agrees",
)  # fmt: skip
_WARNING: Final = ("sheet", "row", "field", "code")
_HOUSEHOLD: Final = ("sheet", "no", "village", "address", "poverty", "hardship", "stated_size")
_MEMBER: Final = (
    "row", "full_name", "relation", "is_head", "sex", "birth", "id_number", "id_kind", "phone", "ethnicity",
    "note",
)  # fmt: skip


def _shape(value: object, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(value, name) for name in names}


def _member_shape(member: ImportedMember) -> dict[str, object]:
    return {**_shape(member, _MEMBER), "more_phones": list(member.more_phones)}


def _sheet_shape(sheet: SheetInfo) -> dict[str, object]:
    if sheet.reason:
        return {"name": sheet.name, "role": "ignored", "reason": sheet.reason}
    shape: dict[str, object] = {
        "name": sheet.name,
        "role": "register",
        "header_rows": list(sheet.header_rows),
        "columns": {c.letter: c.field.value for c in sheet.columns if c.field is not None},
    }
    if sheet.legacy_fonts:
        shape["legacy_fonts"] = dict.fromkeys(sheet.legacy_fonts, True)
    if sheet.skipped:
        shape["skipped_rows"] = [{"row": s.row, "kind": s.kind} for s in sheet.skipped]
    return shape
