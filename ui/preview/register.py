"""An invented register on its way in, for previews and tests: every name here is made up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from tongcds.domain.views import (
    ImportChoices,
    ImportColumn,
    ImportEncoding,
    ImportPreview,
    ImportPreviewRow,
    ImportSheet,
    ImportTopRow,
)
from tongcds.errors import CancelledError, UserError

SHEET: Final = "Bản Nà Ngà"
_COLUMNS: Final = (
    ("A", "TT", "no"), ("B", "Họ và tên", "full_name"), ("C", "Nam", "birth_male"),
    ("D", "Nữ", "birth_female"), ("F", "Số CMND/CCCD", "id_number"), ("G", "ĐT", "phone"),
    ("I", "HN", "poor"), ("K", "Chữ ký", ""),
)  # fmt: skip
_ROWS: Final = (
    (63, "Lò Văn Ón · 2097", "", "wrong", "Năm sinh ở tương lai"),
    (22, "14085000412", "014085000412", "doubtful", "Số định danh 11 chữ số: có lẽ mất số 0 đầu"),
    (31, "Hà Thị Xuân · 1978", "Hà Thị Xuân · 1978", "doubtful", "Giống HN-0087 (cùng tên, năm sinh, bản)"),
    (40, "1,2E+11", "", "doubtful", "Số định danh bị Excel làm tròn, để trống"),
    (14, "Lường Văn Pản", "Lường Văn Pản", "changed", "Thêm điện thoại 098 000 4521"),
    (57, "Cộng bản: 146 hộ", "", "skipped", "Dòng cộng"),
    (71, "0912.000.145", "091 200 0145", "new", ""),
    (72, "Quàng Văn Inh", "Quàng Văn Inh", "new", ""),
    (15, "Cà Thị Hương", "Cà Thị Hương", "same", ""),
)
_SAMPLES: Final = {
    "TT": ("1", "2", "3"),
    "Họ và tên": ("Lò Văn Pản", "Cà Thị Hương", "Hà Thị Xuân"),
    "ĐT": ("0912.000.145", "0980004521"),
}
_LETTERS: Final = (
    ImportEncoding("", ("NguyÔn V¨n An", "Lß ThÞ Tõ")),
    ImportEncoding("tcvn3", ("Nguyễn Văn An", "Lò Thị Từ")),
    ImportEncoding("vni", ("NguyÔn V¨n An", "Lß ThÞ Tõ")),
)
_READINGS: Final = (
    ImportEncoding("tcvn3", ("Nguyễn Văn An", "Lò Thị Từ")),
    ImportEncoding("vni", ("NguyÔn V¨n An", "Lß ThÞ Tõ")),
    ImportEncoding("windows-1258", ("NguyÔn V¨n An", "Lß ThỊ Tõ")),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file that was read."""

    preview: ImportPreview


def sample(kind: str = "typical") -> ImportPreview:
    """What an import would do; `kind` is typical, same (nothing to write) sheets (two sheets) or long."""
    nothing = kind == "same"
    rows = [ImportPreviewRow(SHEET, *row) for row in _ROWS]
    if kind == "sheets":
        rows.append(ImportPreviewRow("Bản Mòn", 8, "Lò Thị Én", "Lò Thị Én", "new", ""))
    if kind == "long":
        rows += [
            ImportPreviewRow(SHEET, n, f"Lò Văn {n}", f"Lò Văn {n}", "new", "") for n in range(100, 1_400)
        ]
    return ImportPreview(
        file_name="ho-dan-2025.xlsx",
        about=f"trang “{SHEET}”",
        households_new=0 if nothing else 128,
        households_changed=0 if nothing else 13,
        households_same=148 if nothing else 7,
        rows_doubtful=0 if nothing else 9,
        rows_wrong=0 if nothing else 2,
        rows_skipped=5,
        households_to_write=0 if nothing else 141,
        people_to_write=0 if nothing else 583,
        columns=tuple(ImportColumn(SHEET, *column, _SAMPLES.get(column[1], ())) for column in _COLUMNS),
        rows=tuple(rows),
        villages_missing=("bản Mòn",) if kind == "sheets" else (),
    )


def prepare(
    path: Path,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
    *,
    choices: ImportChoices,
    forget: bool = False,
) -> Sample:
    """Read an invented file; its name says what becomes of it.

    Raises:
        UserError: the file is called "broken" or "empty".
    """
    if path.stem == "broken":
        raise UserError("file_damaged")
    if path.stem == "empty" and not (choices.header_rows and "full_name" in choices.columns.values()):
        raise UserError("no_register")
    progress(300, 600)
    if cancelled():
        raise CancelledError
    shown = sample(path.stem if path.stem in {"same", "sheets", "long"} else "typical")
    if path.stem == "unsure" and choices.encoding is None:
        shown = replace(shown, encodings=_READINGS)
    if path.stem == "reviewed":
        shown = replace(
            shown, poverty_changes=13, held_on=date(2025, 12, 15), decision_no="123/QĐ-UBND",
            columns=tuple(replace(c, readings=_LETTERS) if c.letter == "B" else c for c in shown.columns),
        )  # fmt: skip
    if path.stem == "remembered" and not forget:
        shown = replace(shown, remembered_on=date(2026, 11, 20))
    return Sample(shown)


def peek(
    path: Path,
    *,
    choices: ImportChoices,
    cancelled: Callable[[], bool],
) -> tuple[ImportSheet, ...]:
    """The top of an invented file whose headings nobody would recognise."""
    del path, cancelled
    header_rows = choices.header_rows
    headings = ("TT", "Người trong nhà", "Sinh", "Máy") if header_rows.get(SHEET, 3) else ("", "", "", "")
    samples = (("1", "2"), ("Lò Văn Pản", "Cà Thị Hương"), ("1978", "1985"), ("0912.000.145",))
    return (
        ImportSheet(
            SHEET,
            rows=(
                ImportTopRow(1, "UBND xã"),
                ImportTopRow(3, "TT | Người trong nhà | Sinh | Máy"),
                ImportTopRow(4, "1 | Lò Văn Pản | 1978 | 0912.000.145"),
            ),
            header_row=header_rows.get(SHEET, 3),
            columns=tuple(
                ImportColumn(SHEET, letter, heading, choices.columns.get((SHEET, letter), ""), values)
                for letter, heading, values in zip("ABCD", headings, samples, strict=True)
            ),
        ),
    )
