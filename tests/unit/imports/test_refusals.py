"""Files that are no register are refused by name, before they can do harm, and nothing else is."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tongcds.errors import SENTENCES, CancelledError, UserError
from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings

HEADER = ["STT", "Họ và tên", "Năm sinh", "Giới tính"]
ROWS = [HEADER, [1, "Lò Văn Ánh", 1980, "Nam"]]
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


def refusal(path: Path, settings: ImportSettings) -> str:
    with pytest.raises(UserError) as refused:
        read_register(path, settings)
    assert refused.value.code in SENTENCES
    return refused.value.code


def rewritten(
    path: Path, change: Callable[[str, bytes], bytes], *, also: dict[str, bytes] | None = None
) -> Path:
    """Write the package again with changed parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**parts, **(also or {})}.items():
            archive.writestr(name, data)
    return target


def stating(path: Path, part: str, size: int) -> Path:
    """Make the package's directory state another unpacked size for a part."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        names = [info.filename for info in archive.infolist()]
    at = -1
    for name in names:
        at = data.index(b"PK\x01\x02", at + 1)
        if name == part:
            data[at + 24 : at + 28] = struct.pack("<I", size)
    target = path.with_name("stated.xlsx")
    target.write_bytes(data)
    return target


def with_doctype(part: str) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        opening, closing, rest = data.partition(b"?>")
        return opening + closing + DOCTYPE + rest if closing else DOCTYPE + data

    return change


def test_an_ordinary_file_is_not_refused(make_book, settings):
    assert read_register(make_book(ROWS), settings).people == 1


def test_a_file_is_known_by_its_content_not_by_its_name(make_book, settings):
    path = make_book(ROWS).rename(make_book(ROWS).with_name("so-ho.doc"))
    assert read_register(path, settings).people == 1


def test_a_missing_file_is_said_to_be_missing(tmp_path, settings):
    assert refusal(tmp_path / "not-there.xlsx", settings) == "file_missing"


@pytest.mark.parametrize("kept", [0, 3, 60, 500, 2000, -1, -30])
def test_an_empty_or_truncated_file_is_damaged(make_book, settings, kept):
    path = make_book(ROWS)
    path.write_bytes(path.read_bytes()[:kept])
    assert refusal(path, settings) == "file_damaged"


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"]
)
def test_a_part_that_is_no_xml_is_damage(make_book, settings, part):
    path = rewritten(make_book(ROWS), lambda name, data: data[: len(data) // 2] if name == part else data)
    assert refusal(path, settings) == "file_damaged"


@pytest.mark.parametrize(
    ("part", "said", "instead"),
    [
        ("xl/workbook.xml", b"<workbook", b'<?xml version="1.0" encoding="utf-q"?><workbook'),
        ("xl/styles.xml", b"<fonts", b'<numFmts><numFmt formatCode="0"/></numFmts><fonts'),
        ("xl/worksheets/sheet1.xml", b'r="B2"', b'r="B"'),
        ("xl/worksheets/sheet1.xml", b"<v>1980</v>", b"<v>nan</v>"),
        ("xl/worksheets/sheet1.xml", b"<sheetData", b'<cols><col hidden="1"/></cols><sheetData'),
    ],
)
def test_nonsense_where_the_format_wants_a_number_is_damage(make_book, settings, part, said, instead):
    def change(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        assert said in data
        return data.replace(said, instead, 1)

    assert refusal(rewritten(make_book(ROWS), change), settings) == "file_damaged"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bao-cao.pdf.xlsx", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"),
        ("anh.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4),
        ("anh-chup.xlsx", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)),
        ("van-ban.xlsx", b"{\\rtf1\\ansi Danh s\\'e1ch}"),
    ],
)
def test_another_kind_of_file_is_no_spreadsheet(tmp_path, settings, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path, settings) == "file_not_spreadsheet"


@pytest.mark.parametrize("part", ["word/document.xml", "anh/1.png"])
def test_a_package_without_a_workbook_is_no_spreadsheet(tmp_path, settings, part):
    path = tmp_path / "khac.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, b"<x/>")
    assert refusal(path, settings) == "file_not_spreadsheet"


def test_elements_nested_without_end_are_unsafe(make_book, settings):
    def deepen(name: str, data: bytes) -> bytes:
        return data.replace(b"<sheetData>", b"<x>" * 300 + b"<sheetData>") if "sheet1" in name else data

    assert refusal(rewritten(make_book(ROWS), deepen), settings) == "file_unsafe"


def test_a_row_with_more_cells_than_a_sheet_has_columns_is_damage(make_book, settings):
    def widen(name: str, data: bytes) -> bytes:
        return data.replace(b"</row>", b'<c r="A1"/>' * 16_385 + b"</row>", 1) if "sheet1" in name else data

    assert refusal(rewritten(make_book(ROWS), widen), settings) == "file_damaged"


def test_a_password_on_the_package_is_named(make_book, settings):
    path = make_book(ROWS)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert refusal(path, settings) == "file_encrypted"


@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/styles.xml",
        "docProps/core.xml",
        "[Content_Types].xml",
    ],
)
def test_a_document_type_anywhere_in_the_package_is_unsafe(make_book, settings, part):
    assert refusal(rewritten(make_book(ROWS), with_doctype(part)), settings) == "file_unsafe"


def test_entities_are_refused_and_never_expanded(make_book, settings):
    def laughing(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        levels = b"".join(
            b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(10)
        )
        return b"<!DOCTYPE x [" + levels + b"]>" + data.replace("Lò Văn Ánh".encode(), b"&l9;")

    assert refusal(rewritten(make_book(ROWS), laughing), settings) == "file_unsafe"


def test_a_package_that_unpacks_beyond_the_bound_is_unsafe(make_book, settings):
    part = "xl/worksheets/sheet1.xml"
    assert refusal(stating(make_book(ROWS), part, 513 * 1024 * 1024), settings) == "file_unsafe"


def test_a_small_part_that_swells_two_hundredfold_is_unsafe_and_is_not_unpacked(make_book, settings):
    path = rewritten(
        make_book(ROWS), lambda _, data: data, also={"xl/media/image1.bin": bytes(65 * 1024 * 1024)}
    )
    tracemalloc.start()
    try:
        assert refusal(path, settings) == "file_unsafe"
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_part_that_swells_but_stays_small_is_read(make_book, settings):
    path = rewritten(make_book(ROWS), lambda _, data: data, also={"xl/media/image1.bin": bytes(1024 * 1024)})
    assert read_register(path, settings).people == 1


def test_a_directory_that_states_too_little_is_damage_not_a_way_around_the_bound(make_book, settings):
    assert refusal(stating(make_book(ROWS), "xl/worksheets/sheet1.xml", 100), settings) == "file_damaged"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["Danh sách"], ["Lò Văn Ánh", 1980]],
        [["STT", "Họ và tên", "Nghề nghiệp"], [1, "Lò Văn Ánh", "nông"]],
        [["STT", "Năm sinh", "Giới tính"], [1, 1980, "Nam"]],
    ],
)
def test_a_sheet_without_three_known_columns_and_a_name_is_no_register(make_book, settings, rows):
    assert refusal(make_book(rows), settings) == "no_register"


def test_a_stopped_import_says_that_it_was_stopped(make_book, settings):
    with pytest.raises(CancelledError):
        read_register(make_book(ROWS), settings, cancelled=lambda: True)


def test_progress_counts_up_to_all_rows(make_book, settings):
    seen: list[tuple[int, int]] = []
    read_register(make_book(ROWS), settings, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)
