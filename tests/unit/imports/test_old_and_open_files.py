"""Workbooks of Excel 97 and of OpenDocument: the same rules, other readers."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tongcds.errors import UserError
from tongcds.imports.reading import read_register

DATA = Path(__file__).resolve().parents[2] / "data" / "imports"
OLD = DATA / "phong-chu-cu.xls"


def read_of(register):
    return [
        (h.village, h.poverty, m.full_name, m.birth, m.id_number)
        for h in register.households
        for m in h.members
    ]


def refusal(path, settings):
    with pytest.raises(UserError) as refused:
        read_register(path, settings)
    return refused.value.code


# .xls


def test_fonts_merges_dates_and_hidden_parts_of_an_old_workbook_are_read(settings, warned):
    register = read_register(OLD, settings)
    assert read_of(register) == [
        ("Bản A", "poor", "Lý Thị Hương", "1985-02-01", "014185123456"),
        ("Bản A", "none", "Nguyễn Văn An", "1980", None),
        ("Bản B", "none", "Lò Văn Ánh", "1985-02-01", None),
    ]
    assert warned(register) == {
        (2, "id_number", "id_zero_restored"),
        (3, "row", "hidden_row"),
        (4, "full_name", "case_restored"),
    }
    assert [(s.name, s.reason, s.legacy_fonts) for s in register.sheets] == [
        ("Hộ dân", "", ("tcvn3", "vni")),
        ("cũ", "hidden", ()),
    ]


def test_an_old_workbook_under_a_new_name_is_known_by_its_content(tmp_path, settings):
    path = tmp_path / "so-ho.xlsx"
    path.write_bytes(OLD.read_bytes())
    assert read_register(path, settings).people == 3


@pytest.mark.parametrize("kept", [8, 500, 600, 2000, 4000])
def test_a_truncated_old_workbook_is_damaged(tmp_path, settings, kept):
    path = tmp_path / "so-ho.xls"
    path.write_bytes(OLD.read_bytes()[:kept])
    assert refusal(path, settings) == "file_damaged"


def renamed_stream(name: str) -> bytes:
    """Return the compound file with its workbook stream under another name of the same length."""
    old, new = "Workbook".encode("utf-16-le"), name.encode("utf-16-le")
    assert len(old) == len(new)
    data = OLD.read_bytes()
    assert data.count(old) == 1
    return data.replace(old, new)


def test_a_compound_file_without_a_workbook_is_no_spreadsheet(tmp_path, settings):
    path = tmp_path / "van-ban.xls"
    path.write_bytes(renamed_stream("WordDocu"))
    assert refusal(path, settings) == "file_not_spreadsheet"


def test_a_package_encrypted_by_a_spreadsheet_program_says_so(tmp_path, settings):
    path = tmp_path / "so-ho.xlsx"
    path.write_bytes(renamed_stream("WordDocu") + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(path, settings) == "file_encrypted"


def test_an_old_workbook_with_a_password_says_so(tmp_path, settings):
    # Turn the record after the first BOF into FILEPASS: its content no longer matters.
    data = bytearray(OLD.read_bytes())
    at = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    data[at + 20 : at + 22] = b"\x2f\x00"
    path = tmp_path / "so-ho.xls"
    path.write_bytes(data)
    assert refusal(path, settings) == "file_encrypted"


# .ods

CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"
 xmlns:style="s" xmlns:fo="f" xmlns:svg="v">
<office:font-face-decls>
<style:font-face style:name="F1" svg:font-family="'.VnTime'"/></office:font-face-decls>
<office:automatic-styles>
<style:style style:name="old" style:family="table-cell">
<style:text-properties style:font-name="F1"/></style:style>
<style:style style:name="T1" style:family="text"><style:text-properties fo:font-family="Arial"/></style:style>
<style:style style:name="gone" style:family="table">
<style:table-properties table:display="false"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""
HEADER = "".join(
    f'<table:table-cell office:value-type="string"><text:p>{name}</text:p></table:table-cell>'
    for name in ("STT", "Thôn", "Họ và tên", "Năm sinh", "CCCD", "Ghi chú")
)
ROWS = f"""<table:table-column table:number-columns-repeated="6"/>
<table:table-row>{HEADER}</table:table-row>
<table:table-row>
 <table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>
 <table:table-cell office:value-type="string" table:number-rows-spanned="2">
<text:p>Bản A</text:p></table:table-cell>
 <table:table-cell table:style-name="old" office:value-type="string"><text:p>L\xfd Th\xde <text:span
   text:style-name="T1">Hương</text:span></text:p></table:table-cell>
 <table:table-cell office:value-type="date" office:date-value="1985-02-01">
<text:p>01/02/85</text:p></table:table-cell>
 <table:table-cell office:value-type="float" office:value="14185123456">
<text:p>1.4E+10</text:p></table:table-cell>
 <table:table-cell office:value-type="string">
<office:annotation><text:p>nhận xét</text:p></office:annotation><text:p>đi<text:s
   text:c="2"/>làm</text:p><text:p>ở xa</text:p></table:table-cell>
</table:table-row>
<table:table-row table:visibility="collapse">
 <table:table-cell office:value-type="float" office:value="2"/><table:covered-table-cell/>
 <table:table-cell office:value-type="string"><text:p>Cà Thị Xiên</text:p></table:table-cell>
 <table:table-cell table:formula="of:=1+1"/>
 <table:table-cell table:formula="of:=1/0" office:value-type="string">
<text:p>#DIV/0!</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="1048000">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row>
"""


@pytest.fixture
def make_ods(tmp_path):
    def make(content, *, mimetype="application/vnd.oasis.opendocument.spreadsheet", **parts):
        path = tmp_path / "so-ho.ods"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", mimetype)
            archive.writestr("content.xml", content)
            for name, data in parts.items():
                archive.writestr(name.replace("__", "/") + ".xml", data)
        return path

    return make


def tables(*bodies, style=""):
    return CONTENT.replace(
        "{tables}",
        "".join(
            f'<table:table table:name="Trang {n}" table:style-name="{style}">{body}</table:table>'
            for n, body in enumerate(bodies, 1)
        ),
    )


def test_an_open_document_is_read_with_fonts_merges_and_hidden_rows(make_ods, settings, warned):
    register = read_register(make_ods(tables(ROWS)), settings)
    assert read_of(register) == [
        ("Bản A", None, "Lý Thị Hương", "1985-02-01", "014185123456"),
        ("Bản A", None, "Cà Thị Xiên", None, None),
    ]
    assert register.households[0].members[0].note == "đi làm ở xa"
    assert warned(register) == {
        (2, "id_number", "id_zero_restored"),
        (3, "row", "hidden_row"),
        (3, "birth", "formula_uncached"),
        (3, "id_number", "formula_error"),
    }


def test_a_hidden_table_is_not_read(make_ods, settings):
    assert refusal(make_ods(tables(ROWS, style="gone")), settings) == "no_register"


def test_a_value_repeated_a_million_times_is_too_big_not_a_heap_of_memory(make_ods, settings):
    repeated = ROWS.replace(
        '<table:table-cell table:number-columns-repeated="16384"/>',
        '<table:table-cell table:number-columns-repeated="16384" '
        'office:value-type="float" office:value="1"/>',
    )
    assert refusal(make_ods(tables(repeated)), settings) == "file_too_big"


def test_an_encrypted_open_document_says_so(make_ods, settings):
    manifest = '<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    assert refusal(make_ods("scrambled", **{"META-INF__manifest": manifest}), settings) == "file_encrypted"


def test_an_open_text_document_is_no_spreadsheet(make_ods, settings):
    path = make_ods(tables(ROWS), mimetype="application/vnd.oasis.opendocument.text")
    assert refusal(path, settings) == "file_not_spreadsheet"


@pytest.mark.parametrize(
    ("said", "instead", "code"),
    [
        ("<office:body>", "", "file_damaged"),
        ('office:value="1"', 'office:value="x"', "file_damaged"),
        ('office:date-value="1985-02-01"', 'office:date-value="soon"', "file_damaged"),
        ("?>\n", '?>\n<!DOCTYPE x [<!ENTITY a "b">]>', "file_unsafe"),
    ],
)
def test_a_broken_or_crafted_open_document_is_refused(make_ods, settings, said, instead, code):
    content = tables(ROWS)
    assert said in content
    assert refusal(make_ods(content.replace(said, instead, 1)), settings) == code
