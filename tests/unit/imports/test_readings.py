"""What cells mean: births, numbers, phones, sexes, ethnic groups, names, fonts and formulas."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tongcds.imports.reading import read_register

HEADER = ["STT", "Họ và tên", "Giới tính", "Năm sinh", "CCCD", "SĐT", "Dân tộc", "Ghi chú"]
TCVN3_NAME = "L\xfd Th\xde \xb8nh"
"""Lý Thị ánh as .VnTime holds it: TCVN3 has no capital Á."""


def one(register):
    (household,) = register.households
    (member,) = household.members
    return member


def row(**cells):
    wanted = {"STT": 1, "Họ và tên": "Lò Văn Ánh", **cells}
    return [wanted.get(name) for name in HEADER]


def codes(register):
    return {(w.field, w.code) for w in register.warnings}


# births


@pytest.mark.parametrize(
    ("cell", "birth", "code"),
    [
        (date(1985, 2, 1), "1985-02-01", None),
        (datetime(1985, 2, 1, 7, 30), "1985-02-01", None),  # noqa: DTZ001 - a cell has no zone
        (1985, "1985", None),
        (31079, "1985-02-01", None),
        ("1985", "1985", None),
        ("1985.", "1985", None),
        ("'1985", "1985", None),
        ("5/1985", "1985-05", None),
        ("1/2/1985", "1985-02-01", None),
        ("01-02-1985", "1985-02-01", None),
        ("1.2.1985", "1985-02-01", None),
        ("31/2/1985", "1985", "birth_invalid"),
        ("2/13/1985", "1985", "birth_invalid"),
        ("khoảng 1985", "1985", "birth_invalid"),
        ("không rõ", None, "birth_invalid"),
        ("1/2/85", "1985-02-01", "birth_two_digit_year"),
        ("1/2/26", "2026-02-01", "birth_two_digit_year"),
        ("1/2/27", "1927-02-01", "birth_two_digit_year"),
        (2027, "2027", "birth_future"),
        ("24/11/2026", "2026-11-24", "birth_future"),
        ("12/2026", "2026-12", "birth_future"),
        ("23/11/2026", "2026-11-23", None),
        ("0", None, None),
        ("chưa có", None, None),
        (None, None, None),
    ],
)
def test_a_birth_is_read_as_precisely_as_it_is_known(read_rows, cell, birth, code):
    register = read_rows([HEADER, row(**{"Năm sinh": cell})])
    assert one(register).birth == birth
    assert codes(register) == ({("birth", code)} if code else set())


def test_a_two_digit_year_takes_the_century_of_the_personal_number_if_it_agrees(read_rows):
    agreeing = read_rows([HEADER, row(**{"Năm sinh": "1/2/20", "CCCD": "014020123456"})])
    other = read_rows([HEADER, row(**{"Năm sinh": "1/2/20", "CCCD": "014021123456"})])
    assert [one(r).birth for r in (agreeing, other)] == ["1920-02-01", "2020-02-01"]
    assert codes(agreeing) == {("birth", "birth_two_digit_year")}
    assert ("id_number", "id_birth_mismatch") in codes(other)


def test_days_count_from_1904_where_the_workbook_says_so(read_rows):
    def from_1904(book):
        book.epoch = CALENDAR_MAC_1904

    rows = [HEADER, row(**{"Năm sinh": 29617})]
    assert one(read_rows(rows, change=from_1904)).birth == "1985-02-01"
    assert one(read_rows(rows)).birth == "1981-01-31"


def test_both_columns_of_births_filled_leave_the_sex_open(read_rows):
    register = read_rows(
        [["STT", "Họ và tên", "Năm sinh", None], [None, None, "Nam", "Nữ"], [1, "Lò Văn Ánh", 1980, 1981]],
        merges=["A1:A2", "B1:B2", "C1:D1"],
    )
    assert (one(register).sex, one(register).birth) == (None, "1980")
    assert codes(register) == {("sex", "sex_two_columns")}


# numbers


@pytest.mark.parametrize(
    ("cell", "number", "kind", "expected"),
    [
        ("014080123456", "014080123456", "cccd", set()),
        ("014 080.123-456", "014080123456", "cccd", set()),
        ("'014080123456", "014080123456", "cccd", set()),
        (14080123456, "014080123456", "cccd", {"id_zero_restored"}),
        ("14080123456", "014080123456", "cccd", {"id_zero_restored"}),
        (1080123456, "001080123456", "cccd", {"id_zero_restored"}),
        (9080123456, None, None, {"id_invalid"}),
        ("171234567", "171234567", "cmnd", {"id_old_cmnd"}),
        (12345678, "012345678", "cmnd", {"id_zero_restored", "id_old_cmnd"}),
        ("1.40850E+10", None, None, {"id_digits_lost"}),
        ("1,40850E+10", None, None, {"id_digits_lost"}),
        ("0140801234567", None, None, {"id_invalid"}),
        ("mất thẻ", None, None, {"id_invalid"}),
        ("chưa làm", None, None, set()),
        (0, None, None, set()),
        ("099080123456", "099080123456", "cccd", {"id_unknown_place"}),
        ("014180123456", "014180123456", "cccd", {"id_sex_mismatch"}),
        ("014081123456", "014081123456", "cccd", {"id_birth_mismatch"}),
        ("014381123456", "014381123456", "cccd", {"id_sex_mismatch", "id_birth_mismatch"}),
    ],
)
def test_a_personal_number_is_put_right_and_compared_but_never_refused(
    read_rows, cell, number, kind, expected
):
    register = read_rows([HEADER, row(**{"CCCD": cell, "Giới tính": "Nam", "Năm sinh": 1980})])
    assert (one(register).id_number, one(register).id_kind) == (number, kind)
    assert codes(register) == {("id_number", code) for code in expected}


def test_a_number_is_read_with_all_its_digits_whatever_its_display(read_rows):
    def scientific(book):
        book.active["E2"].number_format = "0.00E+00"
        book.active["F2"].number_format = "dd/mm/yyyy"

    register = read_rows([HEADER, row(CCCD=14080123456, SĐT=981234521)], change=scientific)
    assert (one(register).id_number, one(register).phone) == ("014080123456", "0981234521")


@pytest.mark.parametrize(
    ("cell", "phone", "more", "expected"),
    [
        ("0981234521", "0981234521", (), set()),
        ("098.123-45 21", "0981234521", (), set()),
        ("+84 981 234 521", "0981234521", (), set()),
        ("84981234521", "0981234521", (), set()),
        (981234521, "0981234521", (), {"phone_zero_restored"}),
        ("01681234567", "0381234567", (), {"phone_old_prefix"}),
        (1681234567, "0381234567", (), {"phone_zero_restored", "phone_old_prefix"}),
        ("(0237) 3.000.123", "02373000123", (), set()),
        ("0981234521 / 0912345678", "0981234521", ("0912345678",), {"phone_extra"}),
        (
            "0981234521 hoặc 0912345678; 0912345679",
            "0981234521",
            ("0912345678", "0912345679"),
            {"phone_extra"},
        ),
        ("0981234521, 12", "0981234521", (), {"phone_invalid"}),
        ("09812345", None, (), {"phone_invalid"}),
        ("0400000000", None, (), {"phone_invalid"}),
        ("không có", None, (), set()),
        ("ko", None, (), set()),
    ],
)
def test_a_phone_is_put_into_one_form(read_rows, cell, phone, more, expected):
    register = read_rows([HEADER, row(SĐT=cell)])
    assert (one(register).phone, one(register).more_phones) == (phone, more)
    assert codes(register) == {("phone", code) for code in expected}


# words


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("Nam", "male"),
        ("NỮ", "female"),
        ("nu", "female"),
        (1, "male"),
        (0, "female"),
        ("?", None),
        (None, None),
    ],
)
def test_a_sex_comes_from_its_column_only(read_rows, cell, sex):
    assert one(read_rows([HEADER, row(**{"Giới tính": cell})])).sex == sex


@pytest.mark.parametrize(
    ("cell", "slug", "code"),
    [
        ("Thái", "thai", None),
        ("H'Mông", "mong", None),
        ("HMÔNG", "mong", None),
        ("Khơ-me", "khmer", None),
        ("K'Ho", "co-ho", None),
        ("Cơ-ho", "co-ho", None),
        ("Khơ Mú", "kho-mu", None),
        ("dân tộc Kinh", "kinh", None),
        ("Muong", "muong", None),
        (4, None, "ethnicity_code"),
        ("04", None, "ethnicity_code"),
        ("Sao Hoả", None, "ethnicity_unknown"),
        ("Thài", None, "ethnicity_unknown"),
        ("-", None, None),
    ],
)
def test_an_ethnic_group_is_read_by_name_never_by_number(read_rows, cell, slug, code):
    register = read_rows([HEADER, row(**{"Dân tộc": cell})])
    assert one(register).ethnicity == slug
    assert codes(register) == ({("ethnicity", code)} if code else set())


@pytest.mark.parametrize(
    ("cell", "name", "code"),
    [
        ("LÒ VĂN ÁNH", "Lò Văn Ánh", "case_restored"),
        ("lò văn ánh", "Lò Văn Ánh", "case_restored"),
        ("K'BRÈO", "K'Brèo", "case_restored"),
        ("lò-văn ánh", "Lò-Văn Ánh", "case_restored"),
        ("Lò văn Ánh", "Lò văn Ánh", None),
        ("Lo\u0300 Va\u0306n A\u0301nh", "Lò Văn Ánh", None),
        ("\u00d0oàn Văn Ánh", "Đoàn Văn Ánh", None),
        ("Lò\u00a0Văn\u200b  Ánh\u202e ", "Lò Văn Ánh", None),
        ("Lò\u00adVăn", "LòVăn", None),
        ("Hoà Thuý", "Hoà Thuý", None),
        ("'Lò Văn Ánh", "Lò Văn Ánh", None),
        ("NguyÔn V¨n  An", "NguyÔn V¨n  An", "legacy_unclear"),
        ("+cmd|calc", "+cmd|calc", "formula_text"),
        ("-LÒ VĂN ÁNH", "-LÒ VĂN ÁNH", "formula_text"),
        ("@SUM(A1)", "@SUM(A1)", "formula_text"),
        ("=text:=HYPERLINK(A1)", "=HYPERLINK(A1)", "formula_text"),
        ("<b>Lò</b> & Văn", "<b>Lò</b> & Văn", None),
    ],
)
def test_a_name_passes_one_gate_and_stays_plain_text(read_rows, cell, name, code):
    register = read_rows([HEADER, row(**{"Họ và tên": cell})])
    assert one(register).full_name == name
    assert codes(register) == ({("full_name", code)} if code else set())


def test_a_very_long_name_and_control_characters_are_kept_as_text(read_rows):
    long = "Ánh " * 2500
    register = read_rows([HEADER, row(**{"Họ và tên": long, "Ghi chú": "a_x0007_b_x000D_c"})])
    assert (one(register).full_name, one(register).note) == (long.strip(), "ab c")


# fonts


def in_font(cell, name):
    def change(book):
        book.active[cell].font = Font(name=name)

    return change


@pytest.mark.parametrize(
    ("stored", "font", "name", "expected"),
    [
        (TCVN3_NAME, ".VnTime", "Lý Thị Ánh", {"case_restored"}),
        ("L\xfd Th\xde Hoa", ".vntime", "Lý Thị Hoa", set()),
        ("l\xfd th\xde \xb8nh", ".VnTimeH", "Lý Thị Ánh", {"case_restored"}),
        ("Nguyeãn Thò Huyeàn", "VNI-Times", "Nguyễn Thị Huyền", set()),
        ("Ñaëng Vaên Öôùc", "vni-helve", "Đặng Văn Ước", set()),
        ("Lý Thị Ánh", ".VnTime", "Lý Thị Ánh", set()),
        ("T­ V\xa8n", ".VnTime", "Tư Văn", set()),
    ],
)
def test_old_fonts_are_known_by_name_and_converted(read_rows, stored, font, name, expected):
    register = read_rows([HEADER, row(**{"Họ và tên": stored})], change=in_font("B2", font))
    assert one(register).full_name == name
    assert codes(register) == {("full_name", code) for code in expected}


def test_old_fonts_are_left_alone_without_a_yes(make_book, settings):
    from dataclasses import replace

    path = make_book([HEADER, row(**{"Họ và tên": "NguyÔn V¨n An"})], change=in_font("B2", ".VnTime"))
    register = read_register(path, replace(settings, convert_legacy_fonts=False))
    assert one(register).full_name == "NguyÔn V¨n An"
    assert codes(register) == {("full_name", "legacy_unclear")}
    assert register.sheets[0].legacy_fonts == ("tcvn3",)


def test_each_run_of_a_cell_is_converted_by_its_own_font(read_rows):
    def rich(book):
        book.active["B2"] = CellRichText(
            TextBlock(InlineFont(rFont=".VnTime"), "L\xfd Th\xde "),
            TextBlock(InlineFont(rFont="Arial"), "Hương"),
        )

    assert one(read_rows([HEADER, row()], change=rich)).full_name == "Lý Thị Hương"


def test_a_letter_of_vni_in_two_runs_of_one_font_is_one_letter(read_rows):
    cell = CellRichText(
        TextBlock(InlineFont(rFont="VNI-Times", b=True), "Nguyeãn Thò Huye"),
        TextBlock(InlineFont(rFont="VNI-Times"), "àn"),
    )
    register = read_rows([["STT", "Họ và tên", "Năm sinh"], [1, cell, 1980]])
    assert register.households[0].members[0].full_name == "Nguyễn Thị Huyền"


def test_a_header_in_an_old_font_is_known(read_rows):
    register = read_rows(
        [["STT", "Hä vµ tªn", "N¨m sinh"], [1, "Lò Văn Ánh", 1980]], change=in_font("B1", ".VnTimeH")
    )
    assert one(register).birth == "1980"


# formulas


def with_formula(path, cell, stored):
    """Put a formula with a stored value into the sheet's XML, as a spreadsheet program would save it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    sheet, count = re.subn(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)', stored, sheet, count=1)
    assert count == 1
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("stored", "birth", "expected"),
    [
        ('<c r="D2"><f>2026-46</f><v>1980</v></c>', "1980", set()),
        ('<c r="D2" t="str"><f>A1</f><v>5/1980</v></c>', "1980-05", set()),
        ('<c r="D2" t="str"><f>A1</f><v></v></c>', None, set()),
        ('<c r="D2"><f>2026-46</f></c>', None, {("birth", "formula_uncached")}),
        ('<c r="D2"><f>2026-46</f><v></v></c>', None, {("birth", "formula_uncached")}),
        ('<c r="D2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', None, {("birth", "formula_error")}),
        ('<c r="D2" t="e"><v>#N/A</v></c>', None, {("birth", "formula_error")}),
    ],
)
def test_the_stored_value_of_a_formula_counts_and_nothing_is_computed(
    make_book, settings, stored, birth, expected
):
    path = with_formula(make_book([HEADER, row(**{"Năm sinh": 1})]), "D2", stored)
    register = read_register(path, settings)
    assert one(register).birth == birth
    assert codes(register) == expected


def test_a_broken_formula_in_place_of_a_name_leaves_the_row_out(make_book, settings):
    path = make_book([HEADER, row(), row(**{"Họ và tên": "x", "CCCD": "12", "Năm sinh": "31/2/1980"})])
    path = with_formula(path, "B3", '<c r="B3" t="e"><f>1/0</f><v>#REF!</v></c>')
    register = read_register(path, settings)
    assert register.people == 1
    assert codes(register) == {("full_name", "formula_error"), ("full_name", "name_missing")}
