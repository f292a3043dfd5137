"""Records in text files and tables in web pages, in the encodings they come in."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import replace

import pytest

from tongcds.errors import UserError
from tongcds.imports.encodings import readings
from tongcds.imports.reading import read_register

LINES = [
    "Mã hộ;Thôn;Họ và tên;Năm sinh;Số CCCD",
    "H1;Bản A;Lò Văn Ánh;1980;014080123456",
    "H1;Bản A;Đặng Thị Xuyến;5/1985;",
]
TEXT = "\r\n".join(LINES)


@pytest.fixture
def read_bytes(tmp_path, settings):
    def read(data, *, name="so-ho.csv", **chosen):
        path = tmp_path / name
        path.write_bytes(data)
        return read_register(path, replace(settings, **chosen))

    return read


def people(register):
    return [(m.full_name, m.birth) for h in register.households for m in h.members]


EXPECTED = [("Lò Văn Ánh", "1980"), ("Đặng Thị Xuyến", "1985-05")]


def in_windows_1258(text):
    """Write base letters and combining tones, as the keyboards of that encoding do."""
    marks = "\u0300\u0301\u0309\u0303\u0323"
    out = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(p for p in parts if p in marks)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in marks))
        out.append(base + tone)
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        in_windows_1258(TEXT),
        unicodedata.normalize("NFD", TEXT).encode(),
    ],
)
def test_the_encoding_is_found_out(read_bytes, data):
    register = read_bytes(data)
    assert people(register) == EXPECTED
    assert register.encoding_sure


def test_the_person_may_name_the_encoding(read_bytes):
    assert people(read_bytes(in_windows_1258(TEXT), encoding="windows-1258")) == EXPECTED
    with pytest.raises(UserError, match="encoding_unfit"):
        read_bytes(in_windows_1258(TEXT), encoding="utf-8")


def test_a_page_whose_head_says_a_wrong_encoding_is_read_all_the_same(read_bytes):
    page = in_windows_1258(PAGE.replace("\xfd", "y").replace("\xde", "i"))
    assert b"charset=utf-8" in page
    assert people(read_bytes(page, name="so-ho.xls"))[0] == ("Lò Văn Ánh", "1980")


def test_bytes_of_an_old_font_are_kept_as_found_until_the_person_says_so(read_bytes):
    data = "STT;Hä vµ tªn;N¨m sinh\r\n1;NguyÔn V¨n An;1980".encode("latin-1")
    register = read_bytes(data)
    assert people(register) == [("NguyÔn V¨n An", "1980")]
    assert not register.encoding_sure
    assert {w.code for w in register.warnings} == {"legacy_unclear"}
    assert people(read_bytes(data, encoding="tcvn3")) == [("Nguyễn Văn An", "1980")]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_delimiter_is_the_one_that_splits_the_header_best(read_bytes, delimiter):
    assert people(read_bytes(TEXT.replace(";", delimiter).encode())) == EXPECTED


def test_the_person_may_name_the_delimiter(read_bytes):
    assert people(read_bytes(TEXT.replace(";", "|").encode(), delimiter="|")) == EXPECTED


def test_a_row_is_a_record_and_blank_lines_count(read_bytes):
    header = "DANH SÁCH;;\n\nSTT;Họ và tên;Năm sinh;Ghi chú\n"
    data = header + '1;Lò Văn Ánh;1980;"đi làm\nở xa"\n\n2;Cà Thị Xiên;1985;""""\n'
    register = read_bytes(data.encode())
    assert [(m.row, m.note) for h in register.households for m in h.members] == [(4, "đi làm ở xa"), (6, '"')]
    assert register.sheets[0].name == "so-ho.csv"


def test_a_number_kept_as_text_by_a_formula_is_the_text_inside(read_bytes):
    data = 'STT;Họ và tên;CCCD;SĐT\n1;Lò Văn Ánh;="014080123456";"=""0981234521"""\n'
    member = read_bytes(data.encode()).households[0].members[0]
    assert (member.id_number, member.phone) == ("014080123456", "0981234521")


def test_every_value_is_text_so_a_day_number_is_no_birth(read_bytes):
    register = read_bytes("STT;Họ và tên;Năm sinh\n1;Lò Văn Ánh;31079\n".encode())
    assert people(register) == [("Lò Văn Ánh", None)]
    assert {w.code for w in register.warnings} == {"birth_invalid"}


def test_sub_headers_and_totals_are_known_in_text_files_too(read_bytes):
    header = "STT,Họ và tên,Năm sinh,,Số khẩu\n,,Nam,Nữ,\n"
    data = header + "1,Lò Văn Ánh,1980,,4\n2,Cà Thị Xiên,,1985,3\n,Cộng: 2 hộ,,,7\n"
    register = read_bytes(data.encode())
    assert [m.sex for h in register.households for m in h.members] == ["male", "female"]
    assert register.stated_totals[0].agrees


def test_text_without_a_header_is_no_register(read_bytes):
    with pytest.raises(UserError, match="no_register"):
        read_bytes("chỉ là thư\ncủa ai đó".encode())


PAGE = """<html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8">
<style>td {color: red}</style></head>
<body><table border=1>
<tr><td colspan=5><b>DANH SÁCH HỘ</b></td></tr>
<tr><th rowspan=2>STT</th><th rowspan=2>Họ và<br>tên</th><th colspan=2>Năm sinh</th>
<th rowspan=2>Bản</th></tr>
<tr><th>Nam</th><th>Nữ</th></tr>
<tr><td>1</td><td>Lò Văn &Aacute;nh</td><td>1980</td><td></td><td rowspan=2>Bản A</td></tr>
<tr style="display: none"><td>2<td><font face=".VnTime">L\xfd Th\xde</font> <font face=Arial>Xiên</font></td>
<td></td><td>1985
<tr><td>3</td><td><script>alert(1)</script>&lt;b&gt;Hà&lt;/b&gt;</td><td>1990</td><td></td><td>Bản B</td></tr>
</table></body>"""


@pytest.mark.parametrize("name", ["so-ho.xls", "so-ho.html"])
def test_a_web_page_under_the_name_of_a_spreadsheet_is_read(read_bytes, name, warned):
    register = read_bytes(PAGE.encode(), name=name)
    assert [
        (h.sheet, h.village, h.members[0].full_name, h.members[0].sex, h.members[0].row)
        for h in register.households
    ] == [
        ("Table", "Bản A", "Lò Văn Ánh", "male", 4),
        ("Table", "Bản A", "Lý Thị Xiên", "female", 5),
        ("Table", "Bản B", "<b>Hà</b>", "male", 6),
    ]
    assert warned(register) == {(5, "row", "hidden_row")}


def test_a_table_whose_rows_are_not_marked_is_still_a_table(read_bytes):
    data = "<table><th>STT<th>Họ và tên<th>Năm sinh<tr><td>1<td>Lò Văn Ánh<td>1980"
    assert people(read_bytes(data.encode(), name="so-ho.xls")) == [("Lò Văn Ánh", "1980")]


def test_a_page_without_a_register_is_no_register(read_bytes):
    with pytest.raises(UserError, match="no_register"):
        read_bytes(b"<!doctype html><html><body>Sign in to this network</body></html>", name="so-ho.xls")


OLD = {
    "tcvn3": "STT;Hä vµ tªn;N¨m sinh\r\n1;NguyÔn V¨n An;1980\r\n",
    "vni": "STT;Hoï vaø teân;Naêm sinh\r\n1;Nguyeãn Vaên An;1980\r\n",
}


@pytest.mark.parametrize("encoding", OLD)
def test_the_same_names_are_shown_in_each_reading_and_one_of_them_is_right(read_bytes, encoding):
    data = OLD[encoding].encode("latin-1")
    shown = {one.encoding: one.texts for one in readings(read_bytes(data))}
    assert set(shown) == {"tcvn3", "vni", "windows-1258"}
    assert shown[encoding] == ("Nguyễn Văn An",)
    assert all(shown[other] != shown[encoding] for other in shown if other != encoding)
    assert people(read_bytes(data, encoding=encoding)) == [("Nguyễn Văn An", "1980")]


def test_nothing_is_asked_where_the_encoding_is_sure(read_bytes):
    assert readings(read_bytes(TEXT.encode())) == ()
    assert readings(read_bytes(in_windows_1258(TEXT))) == ()


MIXED = (
    "Họ và tên;Năm sinh;Thôn;Ghi chú\n"
    "NguyÔn V¨n An;1980;Baûn Nguyeãn;Hộ nghèo\n"
    "Lß ThÞ Tõ;1975;Baûn Nguyeãn;ở xa\n"
)


def test_each_column_can_have_letters_of_its_own(read_bytes):
    data = MIXED.encode()
    columns = {one.letter: one for one in read_bytes(data).sheets[0].columns}
    asked = {letter: {r.encoding: r.texts for r in one.readings} for letter, one in columns.items()}
    assert asked["A"][""] == ("NguyÔn V¨n An", "Lß ThÞ Tõ")
    assert asked["A"]["tcvn3"] == ("Nguyễn Văn An", "Lò Thị Từ")
    assert asked["C"]["vni"] == ("Bản Nguyễn",)
    assert not asked["B"]
    assert not asked["D"]
    sheet = read_bytes(data).sheets[0].name
    said = {(sheet, "A"): "tcvn3", (sheet, "C"): "vni"}
    register = read_bytes(data, column_encodings=said)
    assert [(h.members[0].full_name, h.village) for h in register.households] == [
        ("Nguyễn Văn An", "Bản Nguyễn"), ("Lò Thị Từ", "Bản Nguyễn"),
    ]  # fmt: skip
    assert register.households[0].members[0].note == "Hộ nghèo"
    assert not [w for w in register.warnings if w.code == "legacy_unclear"]
    assert {one.letter: one.encoding for one in register.sheets[0].columns if one.encoding} == {
        "A": "tcvn3", "C": "vni",
    }  # fmt: skip


def test_bytes_of_old_windows_beside_those_of_an_old_font_are_read_by_column(read_bytes):
    rows = [
        b"Ho ten;Nam sinh;Thon",
        *(f"NguyÔn V¨n {letter};1980;".encode("latin-1") + "Lâm Sơn".encode("cp1258") for letter in "ABC"),
    ]
    data = b"\n".join(rows) + b"\n"
    register = read_bytes(data)
    sheet = register.sheets[0].name
    assert not register.encoding_sure
    said = {(sheet, "A"): "tcvn3", (sheet, "C"): "windows-1258"}
    read = read_bytes(data, column_encodings=said).households
    assert [h.members[0].full_name for h in read] == ["Nguyễn Văn A", "Nguyễn Văn B", "Nguyễn Văn C"]
    assert {h.village for h in read} == {"Lâm Sơn"}
