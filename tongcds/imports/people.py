"""Reads the row of one person: the member, and what the row says about the household around them.

Cells are read by `readings`; which rows form a household is for `households`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tongcds.domain.identity import FEMALE, MALE, doubts_about_id
from tongcds.domain.village_names import VillageSpellings
from tongcds.imports.celltext import CellText, is_ditto
from tongcds.imports.columns import Field, Header
from tongcds.imports.findings import FindingList
from tongcds.imports.readings import (
    HEAD,
    NEAR_POOR,
    NOTHING,
    POOR,
    Reading,
    is_mark,
    read_birth_cell,
    read_ethnicity,
    read_id_cell,
    read_number_text,
    read_person_name,
    read_phone_cell,
    read_plain,
    read_poverty,
    read_relation,
    read_sex,
    read_size,
    read_village_name,
)
from tongcds.imports.register import ImportedMember, ImportSettings
from tongcds.imports.rows import Line, person_name
from tongcds.imports.villages import is_heading
from tongcds.imports.workbook import Cell, Kind

SENSITIVE: Final = frozenset({Field.ETHNICITY, Field.POVERTY, Field.POOR, Field.NEAR_POOR})
_REPORTED_AS: Final = {
    Field.FAMILY_NAMES: "full_name",
    Field.BIRTH_MALE: "birth",
    Field.BIRTH_FEMALE: "birth",
    Field.SEX_MALE: "sex",
    Field.SEX_FEMALE: "sex",
    Field.POOR: "poverty",
    Field.NEAR_POOR: "poverty",
}
"""The field of a finding where several columns make one field."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person and what their row says about the household."""

    member: ImportedMember
    no: str | None
    code: str | None
    village: str | None
    address: str | None
    poor: bool
    near_poor: bool
    hardship: bool
    size: int | None


class PersonReader:
    """Reads the people of one sheet from top to bottom; it remembers the row above for ditto marks."""

    def __init__(
        self,
        header: Header,
        settings: ImportSettings,
        findings: FindingList,
        *,
        village_field: Field,
        date1904: bool,
    ) -> None:
        self._header = header
        self._settings = settings
        self._findings = findings
        self._village_field = village_field
        self._date1904 = date1904
        self._spellings = VillageSpellings()
        self._above: dict[Field, str | None] = {}
        self._columns: Mapping[Field, int] = {
            of: column
            for column, of in header.columns.items()
            if settings.import_sensitive or of not in SENSITIVE
        }

    def report_broken(self, line: Line) -> None:
        """Report formulas that have an error or no stored result, in the columns that are read."""
        for of, column in self._columns.items():
            cell = line.cell(column)
            if cell is not None and cell.kind in _BROKEN:
                self._findings.add(line.number, _REPORTED_AS.get(of, of.value), _BROKEN[cell.kind])

    def read_heading(self, line: Line) -> str | None:
        """Return the village that a heading names, in the sheet's own spelling."""
        text = next(t for c, t in line.texts.items() if _is_words(line.cells[c], t.text))
        return self._spelled(line, read_village_name(text))

    def read(self, line: Line) -> PersonRow:
        """Read a person's row."""
        self.report_broken(line)
        if line.hidden:
            self._findings.add(line.number, "row", "hidden_row")
        name = self._reported(line, "full_name", read_person_name(person_name(line, self._header)))
        relation = self._reported(line, "relation", read_relation(line.text(self._at(Field.RELATION))))
        number, kind = read_id_cell(*self._cell(line, Field.ID_NUMBER))
        self._reported(line, "id_number", number)
        sex, birth = self._read_sex_and_birth(line, number.value)
        if number.value is not None:
            for code in doubts_about_id(number.value, sex=sex, birth=birth):
                self._findings.add(line.number, "id_number", code, number.found, number.value)
        phone, more_phones = read_phone_cell(*self._cell(line, Field.PHONE))
        member = ImportedMember(
            row=line.number,
            full_name=name or "",
            relation=relation,
            is_head=relation == HEAD,
            sex=sex,
            birth=birth,
            id_number=number.value,
            id_kind=kind,
            phone=self._reported(line, "phone", phone),
            more_phones=more_phones,
            ethnicity=self._read_ethnicity(line),
            note=self._reported(line, "note", read_plain(line.text(self._at(Field.NOTE)))),
            found=person_name(line, self._header).found,
        )
        village = self._read_village(line)
        said = read_poverty(line.text(self._at(Field.POVERTY)))
        return PersonRow(
            member,
            no=read_number_text(line.text(self._at(Field.NO))),
            code=read_number_text(line.text(self._at(Field.HOUSEHOLD_NO))),
            village=village,
            address=None if self._village_field is Field.ADDRESS else self._read_address(line),
            poor=said == POOR or is_mark(line.text(self._at(Field.POOR))),
            near_poor=said == NEAR_POOR or is_mark(line.text(self._at(Field.NEAR_POOR))),
            hardship=is_mark(line.text(self._at(Field.HARDSHIP))),
            size=read_size(line.text(self._at(Field.SIZE))),
        )

    def _at(self, of: Field) -> int | None:
        return self._columns.get(of)

    def _cell(self, line: Line, of: Field) -> tuple[Cell | None, CellText]:
        return line.cell(self._at(of)), line.text(self._at(of))

    def _reported(self, line: Line, field: str, reading: Reading) -> str | None:
        for code in reading.findings:
            self._findings.add(line.number, field, code, reading.found, reading.value or "")
        return reading.value

    def _read_sex_and_birth(self, line: Line, id_number: str | None) -> tuple[str | None, str | None]:
        birth = self._birth(line, Field.BIRTH, id_number)
        sexes = set()
        for sex, marks, births in _BY_SEX:
            marked = is_mark(line.text(self._at(marks)))
            # Where the columns Nam and Nữ hold marks instead of births, the mark still says the sex.
            dated = is_mark(line.text(self._at(births)))
            if marked or dated:
                sexes.add(sex)
            if birth is NOTHING and dated and any(c.isdigit() for c in line.text(self._at(births)).text):
                birth = self._birth(line, births, id_number)
        if len(sexes) > 1:
            self._findings.add(line.number, "sex", "sex_two_columns")
        said = read_sex(line.text(self._at(Field.SEX)))
        if said is None and len(sexes) == 1:
            said = sexes.pop()
        return said, self._reported(line, "birth", birth)

    def _birth(self, line: Line, of: Field, id_number: str | None) -> Reading:
        return read_birth_cell(
            *self._cell(line, of),
            today=self._settings.reference_date,
            date1904=self._date1904,
            id_number=id_number,
        )

    def _read_ethnicity(self, line: Line) -> str | None:
        text = line.text(self._at(Field.ETHNICITY))
        if not is_ditto(text.text):
            self._above[Field.ETHNICITY] = self._reported(line, "ethnicity", read_ethnicity(text))
        return self._above.get(Field.ETHNICITY)

    def _read_address(self, line: Line) -> str | None:
        text = line.text(self._at(Field.ADDRESS))
        if not is_ditto(text.text):
            self._above[Field.ADDRESS] = self._reported(line, "address", read_plain(text))
        return self._above.get(Field.ADDRESS)

    def _read_village(self, line: Line) -> str | None:
        text = line.text(self._at(self._village_field))
        if not is_ditto(text.text):
            self._above[Field.VILLAGE] = self._spelled(line, read_village_name(text))
        return self._above.get(Field.VILLAGE)

    def _spelled(self, line: Line, reading: Reading) -> str | None:
        name = self._reported(line, "village", reading)
        if name is None or reading.findings:
            return name
        spelled = self._spellings.spelled(name)
        if spelled != name:
            self._findings.add(line.number, "village", "village_spelling", reading.found, spelled)
        return spelled


_BROKEN: Final = {Kind.ERROR: "formula_error", Kind.UNCACHED: "formula_uncached"}
_BY_SEX: Final = (
    (MALE, Field.SEX_MALE, Field.BIRTH_MALE),
    (FEMALE, Field.SEX_FEMALE, Field.BIRTH_FEMALE),
)


def _is_words(cell: Cell, text: str) -> bool:
    return cell.kind is Kind.TEXT and is_heading(text)
