"""Reads the tables (CSV) that a province may edit, and says exactly what is wrong in them.

A table is described by the dataclass of its rows: fields are columns, their types are the checks, and a field
without a default may not be blank. What the tables mean stands in `catalogue`, `facts` and `units`.
"""

from __future__ import annotations

import csv
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from tongcds.domain.text import clean
from tongcds.errors import UserError

Row = TypeVar("Row")

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
    columns = _columns(row_type)
    lines = _lines(path)
    header = [clean(cell) for cell in lines[0][1]] if lines else []
    _check_header(path, header, columns)
    rows: list[Row] = []
    seen: set[str] = set()
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            raise UserError(
                "table_row_length", file=path.name, line=line, found=len(cells), wanted=len(header)
            )
        values: dict[str, Any] = {}
        for name, cell in zip(header, cells, strict=True):
            value = columns[name].read(path.name, line, cell)
            _check_reference(path.name, line, name, value, (refers or {}).get(name))
            values[name] = value
        code = str(values[key])
        if code in seen:
            raise UserError("table_code_twice", file=path.name, line=line, column=key, value=code)
        seen.add(code)
        rows.append(row_type(**values))
    return tuple(rows)


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
    return {f.name: _Column(f.name, hints[f.name], f.default) for f in fields(row_type)}


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it ends on."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, cells) for cells in reader if any(cells)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError("table_unreadable", file=path.name) from None


def _check_header(path: Path, header: Sequence[str], columns: Mapping[str, _Column]) -> None:
    for name in header:
        if name not in columns:
            raise UserError("table_column_unknown", file=path.name, line=1, column=name)
        if header.count(name) > 1:
            raise UserError("table_code_twice", file=path.name, line=1, column=name, value=name)
    for name in columns:
        if name not in header:
            raise UserError("table_column_missing", file=path.name, line=1, column=name)


def _check_reference(file: str, line: int, column: str, value: object, known: Collection[str] | None) -> None:
    if known is None or value is None:
        return
    for part in value if isinstance(value, tuple) else (value,):
        if part and part not in known:
            raise UserError("table_reference_unknown", file=file, line=line, column=column, value=part)
