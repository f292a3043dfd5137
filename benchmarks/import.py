"""Importing a register of 20,000 people: until its preview is there, and until everything is written.

The vault holds half of them already, some with another phone number, so that rows are compared, changed and
added. The backup that goes before an import counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import openpyxl

from benchmarks._day import TODAY, clock
from benchmarks._vaults import HOUSEHOLDS_A_VILLAGE, filled
from benchmarks.metric import Metric
from tongcds.actions.core import Core
from tongcds.actions.importing import apply_import, prepare_import
from tongcds.domain.invented import village

ROWS = 20_000
_KNOWN = 10_000
_CHANGED_EVERY = 5
_HEADINGS = (
    "STT", "Mã hộ", "Họ và tên", "Quan hệ với chủ hộ", "Giới tính", "Ngày sinh", "Số CCCD",
    "Điện thoại", "Thôn", "Địa chỉ", "Diện hộ", "Ghi chú",
)  # fmt: skip


def run() -> Iterator[Metric]:
    """Preview the file, then write it."""
    with filled(_KNOWN) as (vault, _):
        path = vault.folder.parent / "register.xlsx"
        _write(path)
        core = Core(vault, clock)
        began = time.perf_counter()
        prepared = prepare_import(core, path)
        previewed = time.perf_counter()
        row, _changes = apply_import(core, prepared)
        applied = time.perf_counter()
    if not ROWS - _KNOWN <= row.people < ROWS:
        raise RuntimeError(row.people)
    yield Metric("preview_20000_seconds", round(previewed - began, 2), "s")
    yield Metric("apply_20000_seconds", round(applied - previewed, 2), "s")
    yield Metric("people_written", row.people, "")


def _write(path: Path) -> None:
    """The register of a commune as an Excel file, a row a person."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Hộ dân")
    sheet.append(_HEADINGS)
    for number, row in enumerate(_rows(), 1):
        if number > ROWS:
            break
        sheet.append((number, *row))
    book.save(path)


def _rows() -> Iterator[tuple[str | None, ...]]:
    """People of one village after the other, the same as in the vault."""
    homes = people = 0
    for number in count(1):
        name = f"Bản Nà Ngà {number}"
        made = village(number, households=HOUSEHOLDS_A_VILLAGE, on=TODAY, name=name, first_number=homes + 1)
        for household in made.households:
            homes += 1
            poverty = {"poor": "Hộ nghèo", "near_poor": "Hộ cận nghèo"}.get(household.poverty)
            for person in household.people:
                people += 1
                yield (
                    household.code,
                    person.full_name,
                    person.relation,
                    "Nam" if person.sex == "male" else "Nữ",
                    "/".join(reversed(person.birth.split("-"))),
                    None,
                    f"0912000{people % 1000:03d}" if people % _CHANGED_EVERY == 0 else person.phone,
                    name,
                    household.address,
                    poverty,
                    None,
                )
