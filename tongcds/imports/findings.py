"""What an import has to say about a row: codes, how much they weigh, and the sentence beside each code.

Refusals of a whole file are errors, with their sentences in `tongcds.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tongcds.i18n import N_, _


class Weight(Enum):
    """How much attention a finding asks for."""

    INFO = "info"
    """Put right, or good to know."""
    CHECK = "check"
    """A person should look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One warning on one row. It never blocks.

    `found` is what the file has, `kept` what was made of it; either may be empty.
    """

    sheet: str
    row: int
    field: str
    code: str
    found: str = ""
    kept: str = ""

    @property
    def weight(self) -> Weight:
        """How much attention it asks for."""
        return FINDINGS[self.code][0]


_INFO, _CHECK = Weight.INFO, Weight.CHECK

FINDINGS: Final[dict[str, tuple[Weight, str]]] = {
    "case_restored": (_INFO, N_("Capital letters put right")),
    "village_spelling": (_INFO, N_("Village spelled as above: {kept}")),
    "birth_two_digit_year": (_INFO, N_("Year of birth in two digits: read as {kept}")),
    "id_zero_restored": (_INFO, N_("Personal number too short: its first 0 was probably lost")),
    "phone_zero_restored": (_INFO, N_("Phone number: its first 0 was probably lost")),
    "phone_old_prefix": (_INFO, N_("Phone number from before 2018: given its new prefix")),
    "phone_extra": (_INFO, N_("Several phone numbers: the first is the main one")),
    "id_old_cmnd": (_INFO, N_("Old 9-digit identity card, kept as an old paper")),
    "hidden_row": (_INFO, N_("This row is hidden in the file")),
    "birth_invalid": (_CHECK, N_("There is no such date of birth: {found}")),
    "birth_future": (_CHECK, N_("Year of birth in the future")),
    "sex_two_columns": (_CHECK, N_("Both columns, men and women, are filled: sex left empty")),
    "id_digits_lost": (_CHECK, N_("Personal number rounded by Excel: left empty")),
    "id_invalid": (_CHECK, N_("Not a personal number: {found}. Left empty")),
    "id_unknown_place": (_CHECK, N_("The first three digits of the personal number are no known place")),
    "id_sex_mismatch": (_CHECK, N_("The personal number says another sex")),
    "id_birth_mismatch": (_CHECK, N_("The personal number says another year of birth")),
    "id_duplicate": (_CHECK, N_("The same personal number stands on another row")),
    "phone_invalid": (_CHECK, N_("Not a phone number: {found}. Left empty")),
    "ethnicity_code": (_CHECK, N_("Ethnic group as a number: two lists of codes disagree, left empty")),
    "ethnicity_unknown": (_CHECK, N_("Unknown ethnic group: {found}. Left empty")),
    "poverty_conflict": (_CHECK, N_("Marked both poor and near-poor: taken as poor")),
    "size_mismatch": (_CHECK, N_("The file states {found} people, {kept} are listed")),
    "total_mismatch": (_CHECK, N_("The total in the file is {found}, listed are {kept}")),
    "head_missing": (_CHECK, N_("Nobody is named as head: the first person is taken")),
    "head_twice": (_CHECK, N_("A second head in one household: kept as a member")),
    "name_missing": (_CHECK, N_("No name on this row: left out")),
    "possible_duplicate": (_CHECK, N_("Same name and birth in another household of the file")),
    "legacy_unclear": (_CHECK, N_("Looks like an old font, but the file does not say so: kept as found")),
    "formula_text": (_CHECK, N_("Begins like a formula: kept as plain text")),
    "formula_error": (_CHECK, N_("The formula in this cell has an error: left empty")),
    "formula_uncached": (_CHECK, N_("The formula in this cell has no stored result: left empty")),
}
"""For each code its weight and what to tell the person about the row."""


def finding_sentence(finding: Finding) -> str:
    """Return what to tell the person about a finding, in the language in force."""
    shown = {"found": shortened(finding.found), "kept": shortened(finding.kept)}
    return _(FINDINGS[finding.code][1]).format(**shown)


_SHOWN_LETTERS: Final = 80


def shortened(text: str) -> str:
    """Return a text short enough for one line of a table."""
    return text if len(text) <= _SHOWN_LETTERS else text[: _SHOWN_LETTERS - 1] + "…"


class FindingList:
    """Collects the findings of one sheet; the same thing is said once a row."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._found: dict[tuple[int, str, str], Finding] = {}

    def add(self, row: int, field: str, code: str, found: str = "", kept: str = "") -> None:
        """Note a finding on a field of a row."""
        self._found.setdefault((row, field, code), Finding(self._sheet, row, field, code, found, kept))

    def finish(self) -> tuple[Finding, ...]:
        """Return the findings in the order of rows."""
        return tuple(sorted(self._found.values(), key=lambda f: (f.row, f.code, f.field)))
