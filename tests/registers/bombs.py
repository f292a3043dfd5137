"""Small files that want to be large, files that lie about their sizes, and files with a password."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from random import Random

from tests.registers.book import Book, Number, Page, plain
from tests.registers.write_ods import MIMETYPE, ods_bytes
from tests.registers.write_xls import compound_file, record, workbook_stream
from tests.registers.write_xlsx import xlsx_bytes

MEBIBYTE = 1024 * 1024
_HEADER = ("STT", "Họ và tên", "Năm sinh", "Ghi chú")


def small_book() -> Book:
    """A register of one person, to be spoiled."""
    page = Page("Hộ dân", {(1, c): plain(text) for c, text in enumerate(_HEADER)})
    page.cells |= {(2, 0): Number(1), (2, 1): plain("Lò Văn Ánh"), (2, 2): Number(1980), (2, 3): plain("x")}
    return Book([page])


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
PLAIN_XLSX = xlsx_bytes(small_book(), Random(0))
PLAIN_ODS = ods_bytes(small_book(), Random(1))


def xlsx(part: str, said: bytes, instead: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a workbook with something else in place of a text in one part."""

    def make() -> bytes:
        parts = _parts(PLAIN_XLSX)
        assert said in parts[part], parts[part][:900]
        return _packed({**parts, part: parts[part].replace(said, instead(), 1)})

    return make


def ods(said: bytes, instead: Callable[[], bytes]) -> Callable[[], bytes]:
    def make() -> bytes:
        parts = _parts(PLAIN_ODS)
        assert said in parts["content.xml"]
        return _packed({**parts, "content.xml": parts["content.xml"].replace(said, instead(), 1)})

    return make


def _much(text: bytes, mebibytes: int = 60) -> bytes:
    return text * (mebibytes * MEBIBYTE // len(text))


def _zeros() -> bytes:
    return _packed({**_parts(PLAIN_XLSX), "xl/media/image1.bin": bytes(100 * MEBIBYTE)})


def _many_parts() -> bytes:
    return _packed({**_parts(PLAIN_XLSX), **{f"xl/media/{n}": b"" for n in range(60_000)}})


def _entities(text: bytes) -> bytes:
    levels = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(10)
    )
    return b"<!DOCTYPE x [" + levels + b"]>" + text


def _late_entities() -> bytes:
    """Return a document type behind a comment longer than any prologue that is looked at."""
    return b"<!--" + b"x" * 50_000 + b"-->" + _entities(b"")


# .xls


def xls(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    return lambda: compound_file({"Workbook": change(workbook_stream(small_book()))})


def _before_end(stream: bytes, records: bytes) -> bytes:
    """Put records at the end of the last sheet."""
    assert stream.endswith(record(0x000A))
    return stream[: -len(record(0x000A))] + records + record(0x000A)


def _far_cells(stream: bytes) -> bytes:
    cells = b"".join(record(0x0203, struct.pack("<HHHd", row, 255, 1, 1.0)) for row in range(2, 65_535))
    return _before_end(stream, cells)


def _lying_strings(stream: bytes) -> bytes:
    at = stream.index(b"\xfc\x00")
    return stream[: at + 4] + struct.pack("<II", 2**31, 2**31) + stream[at + 12 :]


def _many_sheets(stream: bytes) -> bytes:
    """Name the one sheet 50,000 times."""
    at = stream.index(b"\x85\x00")
    (length,) = struct.unpack_from("<H", stream, at + 2)
    return stream[:at] + stream[at : at + 4 + length] * 50_000 + stream[at + 4 + length :]


def _password(stream: bytes) -> bytes:
    """Put FILEPASS behind the first BOF: what follows would be scrambled."""
    (length,) = struct.unpack_from("<H", stream, 2)
    return (
        stream[: 4 + length] + record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) + stream[4 + length :]
    )


def _lying_length() -> bytes:
    """Say in the directory that the workbook is 4 GiB."""
    data = bytearray(xls(bytes)())
    at = data.index("Workbook".encode("utf-16-le")) + 120
    data[at : at + 4] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(data)


def _lying_table() -> bytes:
    """Say in the header that there are two thousand million sectors of tables."""
    data = bytearray(xls(bytes)())
    data[44:48] = struct.pack("<I", 2**31)
    data[68:76] = struct.pack("<II", 1, 2**31)
    return bytes(data)


def _ring() -> bytes:
    """Let every sector follow itself."""
    data = bytearray(xls(bytes)())
    table = len(data) - 512
    data[table:] = b"".join(struct.pack("<I", n) for n in range(128))
    return bytes(data)


def _office_password() -> bytes:
    return compound_file({"EncryptionInfo": bytes(248), "EncryptedPackage": Random(1).randbytes(50_000)})


def _ods_password() -> bytes:
    manifest = (
        b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        b'<m:file-entry m:full-path="content.xml"><m:encryption-data m:checksum="x"/></m:file-entry>'
        b"</m:manifest>"
    )
    return _packed({**_parts(PLAIN_ODS), "content.xml": bytes(99), "META-INF/manifest.xml": manifest})


def _ods_password_whole() -> bytes:
    return _packed(
        {"mimetype": MIMETYPE.encode(), "META-INF/manifest.xml": b"<m/>", "encrypted-package": bytes(999)}
    )


# text


def _html(inside: bytes, mebibytes: int = 20) -> Callable[[], bytes]:
    return lambda: b"<html><table><tr><td>" + _much(inside, mebibytes)


_ROWS = b"<sheetData>"
_LONG_STRING = b"<si><t>" + b"a" * MEBIBYTE + b"</t></si>"
_ODS_ROW = b"<table:table-row>"
UNSAFE, DAMAGED, BIG, SECRET = "file_unsafe", "file_damaged", "file_too_big", "file_encrypted"

BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zeros": (UNSAFE, _zeros),
    "many parts": (UNSAFE, _many_parts),
    "entities": (UNSAFE, xlsx(SHEET, b"<worksheet", lambda: _entities(b"<worksheet"))),
    "late entities": (UNSAFE, xlsx(SHEET, b"<worksheet", lambda: _late_entities() + b"<worksheet")),
    "ods entities": (UNSAFE, ods(b"<office:doc", lambda: _entities(b"<office:doc"))),
    "nesting": (UNSAFE, xlsx(SHEET, _ROWS, lambda: _much(b"<x>", 30) + _ROWS)),
    "ods nesting": (UNSAFE, ods(_ODS_ROW, lambda: _much(b"<text:span>", 30) + _ODS_ROW)),
    "row 10^9": (DAMAGED, xlsx(SHEET, b'<row r="2"', lambda: b'<row r="1000000000"')),
    "cell in row 10^7": (DAMAGED, xlsx(SHEET, b'r="A2"', lambda: b'r="A9999999"')),
    "empty rows": (UNSAFE, xlsx(SHEET, _ROWS, lambda: _ROWS + _much(b'<row r="1" hidden="1"/>'))),
    "empty cells": (UNSAFE, xlsx(SHEET, _ROWS, lambda: _ROWS + _much(b'<row><c r="A1"/></row>'))),
    "same cells": (UNSAFE, xlsx(SHEET, _ROWS, lambda: _ROWS + _much(b"<row><c><v>1</v></c></row>"))),
    "hidden columns": (DAMAGED, xlsx(SHEET, _ROWS, lambda: _much(b'<col min="1" max="16384"/>') + _ROWS)),
    "blocks": (UNSAFE, xlsx(SHEET, _ROWS, lambda: _much(b'<mergeCell ref="A1:XFD9"/>') + _ROWS)),
    "long attribute": (UNSAFE, xlsx(SHEET, _ROWS, lambda: b'<x y="' + _much(b"a") + b'"/>' + _ROWS)),
    "long comment": (UNSAFE, xlsx(SHEET, _ROWS, lambda: b"<!--" + _much(b"a") + b"-->" + _ROWS)),
    "strings": (UNSAFE, xlsx(STRINGS, b"<si>", lambda: _much(b"<si/>") + b"<si>")),
    "long strings": (UNSAFE, xlsx(STRINGS, b"<si>", lambda: _much(_LONG_STRING) + b"<si>")),
    "one long string": (UNSAFE, xlsx(STRINGS, b"<si>", lambda: b"<si><t>" + _much(b"a") + b"</t></si><si>")),
    "styles": (UNSAFE, xlsx(STYLES, b"<cellXfs>", lambda: b"<cellXfs>" + _much(b"<xf/>"))),
    "ods rows": (BIG, ods(_ODS_ROW, lambda: b'<table:table-row table:number-rows-repeated="1048576">')),
    "ods columns": (
        BIG,
        ods(_ODS_ROW, lambda: (
            b'<table:table-row table:number-rows-repeated="900"><table:table-cell office:value-type="float"'
            b' office:value="1" table:number-columns-repeated="16384"/></table:table-row>' + _ODS_ROW
        )),
    ),
    "ods 10^9 rows": (
        BIG, ods(_ODS_ROW, lambda: b'<table:table-row table:number-rows-repeated="1000000000000">'),
    ),
    "ods spaces": (UNSAFE, ods(b"<text:p>", lambda: b"<text:p>" + _much(b'<text:s text:c="999999999"/>'))),
    "ods styles": (UNSAFE, ods(_ODS_ROW, lambda: _much(b"<table:table-column/>") + _ODS_ROW)),
    "xls far cells": (UNSAFE, xls(_far_cells)),
    "xls lying strings": (DAMAGED, xls(_lying_strings)),
    "xls one sheet often": (DAMAGED, xls(_many_sheets)),
    "xls lying length": (DAMAGED, _lying_length),
    "xls lying table": (DAMAGED, _lying_table),
    "xls ring": (DAMAGED, _ring),
    "html open tags": (UNSAFE, _html(b"<b>")),
    "html endless tag": (UNSAFE, _html(b"<a ")),
    "html blocks": (BIG, _html(b"<tr><td rowspan=2 colspan=16384>x")),
    "csv one line": (DAMAGED, lambda: "Họ và tên;Năm sinh;STT\n".encode() + _much(b";", 30)),
    "password of .xlsx": (SECRET, _office_password),
    "password of .xls": (SECRET, xls(_password)),
    "password of .ods": (SECRET, _ods_password),
    "password of a whole .ods": (SECRET, _ods_password_whole),
}  # fmt: skip
"""For each file the refusal it must get, and what makes it."""
