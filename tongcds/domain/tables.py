"""Reads the tables (CSV) that a province may edit, and says exactly what is wrong in them.

A table is described by the dataclass of its rows: fields are columns, their types are the checks, and a field
without a default may not be blank. What the tables mean stands in `catalogue`, `facts` and `units`.
"""

from __future__ import annotations

import csv
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from tongcds.domain.text import clean
from tongcds.errors import UserError

Row = TypeVar("Row")

IN_TABLE: Final = "in table"
"""In the metadata of a field: False where it is no column."""

_TRUTH = {"yes": True, "no": False}


def read_table(
    path: Path,
    row_type: type[Row],
    *,
    key: str = "code",
    refers: Mapping[str, Collection[str]] | None = None,
) -> tuple[Row, ...]:
    """Return the rows of a CSV file (UTF-8, comma, one header line) in file order.

    Types of fields: `str`, `int`, `Decimal`, `bool` (yes, no), `date` (2026-11-23), an enumeration of
    words, and tuples of these separated by ";"; each may also be None where blank is allowed.

    Args:
        path: the file.
        row_type: a dataclass, one field a column.
        key: the column whose values must differ from row to row.
        refers: for a column, the codes that it may name.

    Raises:
        UserError: with file, line and column, for a file that cannot be read, a column missing or unknown, a
            value of the wrong kind, a code given twice, or a name that stands for nothing.
    """
    found = read_lines(path, row_type, key=key, refers=refers)
    if found.problems:
        raise found.problems[0]
    return found.rows


@dataclass(frozen=True, slots=True)
class Lines(Generic[Row]):
    """The lines of a table that make sense; `numbers` says where each stands in the file.

    `problems` says of each of the others what is wrong with it, and `lost` are the codes that they would have
    had.
    """

    rows: tuple[Row, ...] = ()
    numbers: tuple[int, ...] = ()
    problems: tuple[UserError, ...] = ()
    lost: frozenset[str] = frozenset()


def read_lines(
    path: Path,
    row_type: type[Row],
    *,
    key: str = "code",
    refers: Mapping[str, Collection[str]] | None = None,
    lost: Mapping[str, Collection[str]] | None = None,
) -> Lines[Row]:
    """Return the lines that make sense, as `read_table`, and what is wrong with the others.

    Args:
        path: the file.
        row_type: a dataclass, one field a column.
        key: the column whose values must differ from row to row.
        refers: for a column, the codes that it may name.
        lost: for a column, codes whose own line made no sense. Nobody is told twice: where such a one is
            named, the cell counts as empty, and the line goes where it may not be.

    Raises:
        UserError: the file cannot be read at all, or a column is missing. One that is unknown is told among
            the problems, and the lines are read without it.
    """
    columns = _columns(row_type)
    lines = _lines(path)
    header = [clean(cell) for cell in lines[0][1]] if lines else []
    problems = _check_header(path, header, columns)
    rows: list[Row] = []
    numbers: list[int] = []
    gone: set[str] = set()
    seen: set[str] = set()
    for line, cells in lines[1:]:
        try:
            values = _values(path.name, line, header, cells, columns)
            code = str(values[key])
            _check_once(path.name, line, key, code, seen)
            for name, known in (refers or {}).items():
                told = (lost or {}).get(name, ())
                values[name] = columns[name].known(path.name, line, values[name], known=known, lost=told)
        except UserError as error:
            problems.append(error)
            gone.add(_code_of(header, cells, key))
        except _Lost:
            gone.add(_code_of(header, cells, key))
        else:
            seen.add(code)
            rows.append(row_type(**values))
            numbers.append(line)
    return Lines(tuple(rows), tuple(numbers), tuple(problems), frozenset(gone - seen))


def read_some(
    path: Path,
    row_type: type[Row],
    *,
    key: str = "code",
    refers: Mapping[str, Collection[str]] | None = None,
    lost: Mapping[str, Collection[str]] | None = None,
) -> Lines[Row]:
    """As `read_lines`, but a table that cannot be read at all, or has other columns, has no lines."""
    try:
        return read_lines(path, row_type, key=key, refers=refers, lost=lost)
    except UserError as error:
        return Lines(problems=(error,))


def refer_within(
    path: Path,
    lines: Lines[Row],
    column: str,
    known: Callable[[tuple[Row, ...]], Collection[str]],
    *,
    needed: bool = False,
) -> Lines[Row]:
    """Check a column that names other lines of the same table, those that `known` answers of its rows.

    A line that names nothing goes. One that names a line which made no sense names nobody from now on, or
    with `needed` goes too; of that nobody is told twice.
    """
    kept = dict(zip(lines.numbers, lines.rows, strict=True))
    problems, lost = list(lines.problems), set(lines.lost)
    while True:
        names = known(tuple(kept.values()))
        wrong = {
            number: named
            for number, row in kept.items()
            if (named := getattr(row, column)) not in {"", *names}
        }
        if not wrong:
            return Lines(tuple(kept.values()), tuple(kept), tuple(problems), frozenset(lost))
        number, named = next(iter(wrong.items()))
        if named in lost and not needed:
            kept[number] = replace(kept[number], **{column: ""})  # type: ignore[type-var]  # rows are dataclasses
            continue
        if named not in lost:
            told = {"file": path.name, "line": number, "column": column, "value": named}
            problems.append(UserError("table_reference_unknown", **told))
        lost.add(str(getattr(kept.pop(number), "code", "")))


class _Lost(Exception):  # noqa: N818 - told of already, caught here
    """A line that cannot be without another one, which made no sense."""


def _values(
    file: str, line: int, header: Sequence[str], cells: Sequence[str], columns: Mapping[str, _Column]
) -> dict[str, Any]:
    if len(cells) != len(header):
        raise UserError("table_row_length", file=file, line=line, found=len(cells), wanted=len(header))
    return {
        name: columns[name].read(file, line, cell)
        for name, cell in zip(header, cells, strict=True)
        if name in columns
    }


def _code_of(header: Sequence[str], cells: Sequence[str], key: str) -> str:
    at = header.index(key)
    return clean(cells[at]) if at < len(cells) else ""


def _check_once(file: str, line: int, key: str, code: str, seen: Collection[str]) -> None:
    if code in seen:
        raise UserError("table_code_twice", file=file, line=line, column=key, value=code)


class _Column:
    """One column: turns the text of a cell into the value its field declares."""

    def __init__(self, name: str, annotation: Any, default: Any) -> None:  # noqa: ANN401 - any type of field
        self.name = name
        self.default = default
        options = [annotation]
        if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
            options = [option for option in typing.get_args(annotation) if option is not type(None)]
        (self.kind,) = options
        self.many = typing.get_origin(self.kind) is tuple
        if self.many:
            self.kind = typing.get_args(self.kind)[0]

    def read(self, file: str, line: int, cell: str) -> Any:  # noqa: ANN401 - any type of field
        text = clean(cell)
        if not text:
            if self.default is MISSING:
                raise UserError("table_value_blank", file=file, line=line, column=self.name)
            return self.default
        try:
            if self.many:
                return tuple(self._one(part.strip()) for part in text.split(";"))
            return self._one(text)
        except (ValueError, KeyError, InvalidOperation):
            raise UserError("table_value_wrong", file=file, line=line, column=self.name, value=text) from None

    def known(
        self,
        file: str,
        line: int,
        value: Any,  # noqa: ANN401 - any type of field
        *,
        known: Collection[str],
        lost: Collection[str],
    ) -> Any:  # noqa: ANN401 - any type of field
        """The value with what it names checked; what was lost is taken out of it."""
        if value is None:
            return value
        kept = []
        for part in value if isinstance(value, tuple) else (value,):
            if not part or part in known:
                kept.append(part)
            elif part not in lost:
                raise UserError("table_reference_unknown", file=file, line=line, column=self.name, value=part)
        if kept:
            return tuple(kept) if isinstance(value, tuple) else kept[0]
        if self.default is MISSING:
            raise _Lost
        return self.default

    def _one(self, text: str) -> Any:  # noqa: ANN401 - any type of field
        if self.kind is bool:
            return _TRUTH[text]
        if self.kind is date:
            return date.fromisoformat(text)
        if self.kind is str or self.kind is int or self.kind is Decimal or issubclass(self.kind, StrEnum):
            return self.kind(text)
        raise TypeError(self.kind)


def _columns(row_type: type[Any]) -> dict[str, _Column]:
    hints = typing.get_type_hints(row_type)
    return {
        f.name: _Column(f.name, hints[f.name], f.default)
        for f in fields(row_type)
        if f.metadata.get(IN_TABLE, True)
    }


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it ends on."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, cells) for cells in reader if any(cells)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError("table_unreadable", file=path.name) from None


def _check_header(path: Path, header: Sequence[str], columns: Mapping[str, _Column]) -> list[UserError]:
    """The columns that are there besides; where one is missing, an unknown one may be it, misspelt.

    Raises:
        UserError: a column is missing or stands there twice.
    """
    unknown = []
    for name in header:
        if name not in columns:
            unknown.append(UserError("table_column_unknown", file=path.name, line=1, column=name))
        if header.count(name) > 1:
            raise UserError("table_code_twice", file=path.name, line=1, column=name, value=name)
    for name in columns:
        if name not in header:
            missing = UserError("table_column_missing", file=path.name, line=1, column=name)
            raise unknown[0] if unknown else missing
    return unknown
