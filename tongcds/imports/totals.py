"""Subtotals and totals typed into a register, compared with what was listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tongcds.imports.register import ImportedHousehold, StatedTotal
from tongcds.imports.rows import Line
from tongcds.imports.workbook import Kind

_FIGURE: Final = r"(\d{1,3}(?:[.,]\d{3})+|\d+)"
_HOUSEHOLDS: Final = re.compile(
    rf"{_FIGURE}\s*hộ\b(?!\s+(?:cận\s+)?nghèo)|\bhộ\s*[:=]\s*{_FIGURE}", re.IGNORECASE
)
_PEOPLE: Final = re.compile(
    rf"{_FIGURE}\s*(?:nhân\s+khẩu|khẩu|người)\b|\b(?:nhân\s+)?(?:khẩu|người)\s*[:=]\s*{_FIGURE}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatedFigures:
    """What a subtotal or total states; `village` None: for the whole sheet."""

    row: int
    village: str | None
    households: int | None
    people: int | None


def read_stated(line: Line, size_column: int | None, village: str | None) -> StatedFigures:
    """Read the figures of a total's row: from its texts, people otherwise from the column of sizes."""
    said = " ; ".join(
        text.text for column, text in line.texts.items() if line.cells[column].kind is Kind.TEXT
    )
    people = _figure(_PEOPLE, said)
    if people is None and size_column is not None:
        number = line.text(size_column).text
        people = int(number) if number.isascii() and number.isdigit() else None
    return StatedFigures(line.number, village, _figure(_HOUSEHOLDS, said), people)


def _figure(pattern: re.Pattern[str], said: str) -> int | None:
    found = pattern.search(said)
    if found is None:
        return None
    digits = next(group for group in found.groups() if group)
    return int(re.sub(r"\D", "", digits))


def compare_total(
    sheet: str, stated: StatedFigures, households: list[ImportedHousehold], *, by_size: bool, sized: bool
) -> StatedTotal:
    """Compare a stated total with what the sheet lists for its village, or in all.

    `by_size`: only heads are listed, so people are counted from the stated sizes; without a column of sizes
    (`sized`) there is then nothing to compare people with.
    """
    meant = [h for h in households if stated.village is None or h.village == stated.village]
    people: int | None = sum(len(h.members) for h in meant)
    if by_size:
        people = sum(h.stated_size or 0 for h in meant) if sized else None
    agrees = stated.households in {None, len(meant)} and (
        stated.people is None or people is None or stated.people == people
    )
    return StatedTotal(
        sheet, stated.row, stated.village, stated.households, stated.people, len(meant), people, agrees
    )
