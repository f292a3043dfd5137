"""Text that would like to be something else comes in by an import, is shown as typed, and leaves inert."""

from __future__ import annotations

import csv
from dataclasses import fields, is_dataclass
from pathlib import Path

import openpyxl
import pytest

from tests.unit.actions.test_visits import rows
from tongcds.actions import Core, exports, importing, printing, register
from tongcds.domain.views import HouseholdFilter

LONG = "Ằ" * 10_000
TYPED = {
    '=HYPERLINK("http://x.invalid";"a")': '=HYPERLINK("http://x.invalid";"a")',
    "=cmd|' /C calc'!A0": "=cmd|' /C calc'!A0",
    "+1+1": "+1+1",
    "-2+3": "-2+3",
    "@SUM(A1:A9)": "@SUM(A1:A9)",
    "\t=1+1": "=1+1",
    "<b>Lò</b> <img src=http://127.0.0.1/x>": "<b>Lò</b> <img src=http://127.0.0.1/x>",
    "&lt;Cà&gt;": "&lt;Cà&gt;",
    "'' OR 1=1; DROP TABLE person; --": "'' OR 1=1; DROP TABLE person; --",
    '%_" glob X': '%_" glob X',
    "Lò_x0007__x001B_ Ánh": "Lò Ánh",
    "\u202eLò\u202c \u200fVăn\u2066 Ón\u2069": "Lò Văn Ón",
    LONG: LONG.title(),
    "${jndi:x} {0} %s {{x}}": "${jndi:x} {0} %s {{x}}",
}
"""What stands in the file, and what it is from then on: direction marks and control characters go."""


@pytest.fixture
def taken(commune: Core, tmp_path: Path) -> Core:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Mã hộ", "Thôn", "Họ và tên", "Quan hệ", "Năm sinh", "Địa chỉ", "Ghi chú"])
    for n, text in enumerate(TYPED, 1):
        for column, value in enumerate([f"H{n}", "Bản Nà Ngà", text, "Chủ hộ", 1980, text, text], 1):
            cell = sheet.cell(n + 1, column, value)
            cell.data_type = "n" if isinstance(value, int) else "s"
    path = tmp_path / "so-ho.xlsx"
    book.save(path)
    importing.apply_import(commune, importing.prepare_import(commune, path))
    return commune


def texts_in(value: object) -> list[str]:
    """Return every text somewhere inside a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.items() for text in texts_in(item)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in texts_in(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [text for one in fields(value) for text in texts_in(getattr(value, one.name))]
    return []


def test_names_addresses_and_notes_are_kept_as_typed(taken: Core) -> None:
    kept = {row["full_name"]: row["note"] for row in rows(taken, "person")}
    assert set(kept) == set(TYPED.values())
    for name, note in kept.items():
        assert note.casefold() == name.casefold()
    addresses = {str(row["address"]).casefold() for row in rows(taken, "household")}
    assert addresses == {text.casefold() for text in TYPED.values()}


def test_the_list_shows_them_and_a_search_finds_them_and_nothing_breaks(taken: Core) -> None:
    shown = texts_in(register.households(taken, HouseholdFilter()).rows)
    assert set(TYPED.values()) <= set(shown)
    for text in TYPED:
        register.households(taken, HouseholdFilter(text=text[:200]))
    found = register.households(taken, HouseholdFilter(text="drop table")).rows
    assert ["'' OR 1=1; DROP TABLE person; --" in texts_in(row) for row in found] == [True]
    assert len(rows(taken, "person")) == len(TYPED)


def test_a_paper_says_them_letter_by_letter(taken: Core) -> None:
    printout = printing.sheets(taken, HouseholdFilter())
    said = " ".join(texts_in(printout.paper))
    for text in TYPED.values():
        assert text in said


def test_an_export_computes_nothing_and_comes_back_as_it_was(taken: Core, tmp_path: Path) -> None:
    done = exports.export_register(taken, ground="duty")
    table = list(csv.reader(done.path.read_text(encoding="utf-8-sig").splitlines()))
    cells = [cell for line in table for cell in line]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    prepared = importing.prepare_import(taken, done.path)
    names = {member.full_name for home in prepared.register.households for member in home.members}
    assert names == set(TYPED.values())
    assert prepared.preview.households_new == 0
