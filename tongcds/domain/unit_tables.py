"""Reads and checks the four tables of administrative units; what they mean stands in `units`.

Apart from `tables`, which reads any catalogue with care: these have 25,000 lines and are read at every start.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tongcds.errors import UserError

Line = list[str]

PROVINCES: Final = "provinces_2025.csv"
COMMUNES: Final = "communes_2025.csv"
BEFORE: Final = "units_before_2025.csv"
SUCCESSORS: Final = "commune_successors.csv"

_COLUMNS: Final = {
    PROVINCES: ("code", "name", "type", "valid_from"),
    COMMUNES: ("code", "name", "type", "province_code", "valid_from"),
    BEFORE: ("code", "name", "type", "level", "parent_code", "valid_to"),
    SUCCESSORS: ("old_commune_code", "new_commune_code", "share_note"),
}
_LEVELS: Final = frozenset({"province", "district", "commune"})


@dataclass(frozen=True, slots=True)
class UnitTables:
    """The lines of the four tables, without their headers."""

    provinces: list[Line]
    communes: list[Line]
    before: list[Line]
    successors: list[Line]


def read_unit_tables(folder: Path) -> UnitTables:
    """Return the tables of a folder (UTF-8, LF, in the column order that ships).

    Raises:
        UserError: with file, line and column, for a table that cannot be read, another column, a code that
            stands twice, or one that names no unit.
    """
    # A code, a type, a day and a name stand in thousands of lines: each word is kept once, half the memory.
    once: dict[str, str] = {}
    tables = UnitTables(*(_read(folder / name, columns, once) for name, columns in _COLUMNS.items()))
    today = _codes(COMMUNES, tables.communes, _codes(PROVINCES, tables.provinces, frozenset()))
    before = _codes(BEFORE, tables.before, frozenset())
    _refer(COMMUNES, tables.communes, "province_code", today)
    _refer(BEFORE, tables.before, "level", _LEVELS, "table_value_wrong")
    _refer(BEFORE, tables.before, "parent_code", before | {""})
    _refer(SUCCESSORS, tables.successors, "old_commune_code", before)
    _refer(SUCCESSORS, tables.successors, "new_commune_code", today)
    for name, rows in ((PROVINCES, tables.provinces), (COMMUNES, tables.communes), (BEFORE, tables.before)):
        days = frozenset(day for day in {row[-1] for row in rows} if _is_day(day))
        _refer(name, rows, _COLUMNS[name][-1], days, "table_value_wrong")
    return tables


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read(path: Path, columns: tuple[str, ...], once: dict[str, str]) -> list[Line]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [[once.setdefault(word, word) for word in row] for row in csv.reader(file, strict=True)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError("table_unreadable", file=path.name) from None
    header = tuple(rows[0]) if rows else ()
    for name in columns:
        if name not in header:
            raise UserError("table_column_missing", file=path.name, line=1, column=name)
    if header != columns:
        unknown = next((name for name in header if name not in columns), header[-1])
        raise UserError("table_column_unknown", file=path.name, line=1, column=unknown)
    for line, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise UserError(
                "table_row_length", file=path.name, line=line, found=len(row), wanted=len(columns)
            )
    return rows[1:]


def _codes(file: str, rows: list[Line], others: frozenset[str]) -> frozenset[str]:
    """The codes of a table together with others that they must differ from."""
    codes = others.union(row[0] for row in rows)
    if len(codes) != len(others) + len(rows):
        seen = set(others)
        for line, row in enumerate(rows, 2):
            if row[0] in seen:
                raise UserError("table_code_twice", file=file, line=line, column="code", value=row[0])
            seen.add(row[0])
    return codes


def _refer(
    file: str, rows: list[Line], column: str, known: frozenset[str], code: str = "table_reference_unknown"
) -> None:
    at = _COLUMNS[file].index(column)
    if {row[at] for row in rows} <= known:
        return
    line, value = next((line, row[at]) for line, row in enumerate(rows, 2) if row[at] not in known)
    raise UserError(code, file=file, line=line, column=column, value=value)
