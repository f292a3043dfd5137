"""Builds small workbooks and reads them back through the door of the importer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings, Register

TODAY = date(2026, 11, 23)


@pytest.fixture
def settings() -> ImportSettings:
    return ImportSettings(TODAY, import_sensitive=True)


@pytest.fixture
def make_book(tmp_path: Path) -> Callable[..., Path]:
    def make(
        rows: Sequence[Sequence[Any]],
        *,
        merges: Sequence[str] = (),
        change: Callable[[openpyxl.Workbook], object] | None = None,
        title: str = "Hộ dân",
        name: str = "so-ho.xlsx",
    ) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = title
        for row in rows:
            sheet.append(list(row))
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and cell.data_type == "f" and cell.value.startswith("=text:"):
                    cell.value = cell.value.removeprefix("=text:")
                    cell.data_type = "s"
        for merge in merges:
            sheet.merge_cells(merge)
        if change is not None:
            change(book)
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def read_rows(make_book: Callable[..., Path], settings: ImportSettings) -> Callable[..., Register]:
    def read(
        rows: Sequence[Sequence[Any]], *, with_settings: ImportSettings | None = None, **more: Any
    ) -> Register:
        return read_register(make_book(rows, **more), with_settings or settings)

    return read


@pytest.fixture
def warned() -> Callable[[Register], set[tuple[int, str, str]]]:
    def of(register: Register) -> set[tuple[int, str, str]]:
        return {(warning.row, warning.field, warning.code) for warning in register.warnings}

    return of
