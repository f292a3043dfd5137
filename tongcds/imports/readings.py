"""What one cell means in its column: names, sexes, births, numbers, marks, each with its findings.

Pure functions from cells to values. How phones, numbers and dates are read is the domain's business
(`tongcds.domain.identity`); which row belongs to whom is for `households`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from tongcds.domain.ethnicity import ethnicity_of
from tongcds.domain.identity import (
    FEMALE,
    MALE,
    is_future,
    read_birth,
    read_id_number,
    read_phone,
    split_phones,
)
from tongcds.domain.text import title_case, tone_fold
from tongcds.imports.celltext import CellText, says_nothing
from tongcds.imports.legacy_fonts import LegacyFont
from tongcds.imports.villages import capitals_at_words, village_name
from tongcds.imports.workbook import Cell, Kind, day_of_serial

HEAD: Final = "chủ hộ"
POOR: Final = "poor"
NEAR_POOR: Final = "near_poor"


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and what there is to say about it. `found` is the text of the file."""

    value: str | None
    findings: tuple[str, ...] = ()
    found: str = ""


NOTHING: Final = Reading(None)


def read_person_name(text: CellText) -> Reading:
    """Read a person's name: case is restored where the file lost it, nothing else changes."""
    name = text.text
    if text.unclear:
        return Reading(name, ("legacy_unclear",), text.found)
    if _like_formula(name):
        return Reading(name, ("formula_text",), text.found)
    if name.isupper() or name.islower():
        restored = title_case(name)
    elif text.legacy is LegacyFont.TCVN3:
        restored = capitals_at_words(name)
    else:
        restored = name
    return Reading(restored, ("case_restored",) if restored != name else (), text.found)


@lru_cache(maxsize=1024)
def read_village_name(text: CellText) -> Reading:
    """Read a village's name as it is kept, before it is compared with the other villages of the sheet."""
    if says_nothing(text.text):
        return NOTHING
    if text.unclear:
        return Reading(text.text, ("legacy_unclear",), text.found)
    if _like_formula(text.text):
        return Reading(text.text, ("formula_text",), text.found)
    return Reading(village_name(text.text, every_word=text.legacy is LegacyFont.TCVN3), (), text.found)


def _like_formula(text: str) -> bool:
    return text.startswith(("=", "+", "-", "@"))


def read_plain(text: CellText) -> Reading:
    """Read a text that is kept as it is: address, note."""
    if says_nothing(text.text):
        return NOTHING
    return Reading(text.text, ("legacy_unclear",) if text.unclear else (), text.found)


def read_relation(text: CellText) -> Reading:
    """Read the relation to the head in small letters; CH is the head."""
    plain = read_plain(text)
    if plain.value is None or text.unclear:
        return plain
    relation = plain.value.lower()
    is_head = relation == "ch" or (relation.startswith("ch") and tone_fold(relation) == HEAD)
    return Reading(HEAD if is_head else relation, (), text.found)


def read_number_text(text: CellText) -> str | None:
    """Read a household number or STT as written, without a full stop behind it."""
    trimmed = text.text.rstrip(" .")
    return None if says_nothing(trimmed) else trimmed


_SEXES: Final = {
    **dict.fromkeys(("nam", "nam giới", "trai", "m", "male", "1"), MALE),
    **dict.fromkeys(("nữ", "nu", "nữ giới", "gái", "f", "female", "0"), FEMALE),
}


def read_sex(text: CellText) -> str | None:
    """Read a sex column: Nam, Nữ, 1, 0."""
    return _SEXES.get(text.text.lower().rstrip("."))


def is_mark(text: CellText) -> bool:
    """Say whether a cell of a column of marks is marked: any content that does not mean "nothing"."""
    return text.text != "FALSE" and not says_nothing(text.text, zero=True)


def read_birth_cell(
    cell: Cell | None, text: CellText, *, today: date, date1904: bool, id_number: str | None
) -> Reading:
    """Read a birth from a date cell, a year, a day number or a text."""
    if cell is None or says_nothing(text.text, zero=True):
        return NOTHING
    day = cell.day
    if cell.kind is Kind.NUMBER and cell.number is not None and cell.number > _LAST_YEAR:
        day = day_of_serial(cell.number, date1904=date1904)
    if day is not None:
        birth = day.isoformat()
        return Reading(birth, ("birth_future",) if is_future(birth, today) else (), text.found)
    reading = read_birth(text.text, today=today, id_number=id_number)
    return Reading(reading.birth, reading.findings, text.found)


_LAST_YEAR: Final = 2100


def digits_of(cell: Cell | None, text: CellText) -> str:
    """Return what a numeric column holds: all digits of a number, whatever its display format."""
    if cell is not None and cell.kind in {Kind.NUMBER, Kind.DATE} and cell.number is not None:
        return str(cell.number)
    return text.text


def read_id_cell(cell: Cell | None, text: CellText) -> tuple[Reading, str | None]:
    """Read a personal number; return it and its kind (`cccd`, `cmnd`)."""
    digits = digits_of(cell, text)
    if says_nothing(digits, zero=True):
        return NOTHING, None
    number = read_id_number(digits)
    return Reading(number.number, number.findings, text.found), number.kind


def read_phone_cell(cell: Cell | None, text: CellText) -> tuple[Reading, tuple[str, ...]]:
    """Read the phones of a cell; return the first and the others."""
    digits = digits_of(cell, text)
    if says_nothing(digits, zero=True):
        return NOTHING, ()
    phones = [read_phone(part) for part in split_phones(digits)]
    numbers = list(dict.fromkeys(phone.number for phone in phones if phone.number is not None))
    findings = [code for phone in phones for code in phone.findings]
    if not phones:
        findings.append("phone_invalid")
    if len(numbers) > 1:
        findings.append("phone_extra")
    first = numbers[0] if numbers else None
    return Reading(first, tuple(dict.fromkeys(findings)), text.found), tuple(numbers[1:])


def read_ethnicity(text: CellText) -> Reading:
    """Read the slug of an ethnic group; a bare number is not read, because two code lists disagree."""
    if says_nothing(text.text):
        return NOTHING
    findings = ("legacy_unclear",) if text.unclear else ()
    if text.text.isdigit():
        return Reading(None, (*findings, "ethnicity_code"), text.found)
    slug = ethnicity_of(text.text)
    return Reading(slug, findings if slug else (*findings, "ethnicity_unknown"), text.found)


_NOT_POOR: Final = re.compile(r"không nghèo|không thuộc|thoát nghèo|thoát cận nghèo|trung bình")


def read_poverty(text: CellText) -> str | None:
    """Read the class of a household from a text: "Hộ nghèo", "Hộ cận nghèo"; anything else is neither."""
    said = tone_fold(text.text) if text.text else ""
    if not said or _NOT_POOR.search(said):
        return None
    if said in {"hcn", "cn"} or "cận nghèo" in said:
        return NEAR_POOR
    if said == "hn" or "nghèo" in said:
        return POOR
    return None


_SIZE: Final = re.compile(r"(\d{1,3})(?:\s*(?:nhân khẩu|khẩu|người))?")


def read_size(text: CellText) -> int | None:
    """Read the stated number of people of a household."""
    found = _SIZE.fullmatch(text.text.lower())
    return int(found[1]) if found else None
