"""Finds out what a file is by its content, whatever its name says, and has the right reader read it."""

from __future__ import annotations

import re
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

from tongcds.errors import UserError
from tongcds.imports import delimited
from tongcds.imports.delimited import decode, read_delimited
from tongcds.imports.headers import find_header
from tongcds.imports.html_table import looks_like_html, read_html, stated_encoding
from tongcds.imports.ods import CONTENT_PART, ENCRYPTED_PART, read_ods
from tongcds.imports.package import open_archive
from tongcds.imports.register import ImportSettings
from tongcds.imports.workbook import LONGEST_TEXT, Sheet, Tick, Workbook
from tongcds.imports.xlsx import WORKBOOK_PART, read_xlsx

MOST_BYTES: Final = 256 * 1024 * 1024
"""A register of a whole city packs into a tenth of this."""

MOST_XLS_BYTES: Final = 48 * 1024 * 1024
"""The format has 65,536 rows; one sheet full of people takes half of this."""

_ZIP: Final = b"PK"
_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_MIMETYPE_PART: Final = "mimetype"
_MOST_MIMETYPE: Final = 256
_OTHER_KINDS: Final = (
    b"%PDF",
    b"{\\rtf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
)
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_OPENING_BYTES: Final = 64 * 1024
_SEARCHED_BYTES: Final = 1024 * 1024


def open_workbook(path: Path, settings: ImportSettings, tick: Tick) -> Workbook:
    """Read the sheets of a spreadsheet file.

    Raises:
        UserError: `file_missing`, `file_encrypted`, `file_damaged`, `file_not_spreadsheet`, `file_unsafe` or
            `file_too_big`.
    """
    try:
        with path.open("rb") as stream:
            opening = stream.read(_OPENING_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise UserError("file_missing") from error
    if size == 0:
        raise UserError("file_damaged")
    if size > MOST_BYTES:
        raise UserError("file_too_big", limit=f"{MOST_BYTES // 1024 // 1024} MB")
    if opening.startswith(_ZIP + b"\x03") or opening in {_ZIP, _ZIP[:1]}:
        return _open_zip(path, tick)
    if opening.startswith(_OLE2):
        return _open_ole2(path, tick)
    return _open_text(path, opening, settings, tick)


def _open_zip(path: Path, tick: Tick) -> Workbook:
    with open_archive(path) as archive:
        names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    if WORKBOOK_PART in names:
        return read_xlsx(path, tick)
    if ENCRYPTED_PART in names:
        raise UserError("file_encrypted")
    if CONTENT_PART in names and _is_ods(path):
        return read_ods(path, tick)
    raise UserError("file_not_spreadsheet")


def _is_ods(path: Path) -> bool:
    """Say whether an OpenDocument package says it is a spreadsheet; one that says nothing is tried."""
    try:
        with open_archive(path) as archive:
            said = archive.open(_MIMETYPE_PART).read(_MOST_MIMETYPE)
    except KeyError:
        return True
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, OSError, zlib.error) as error:
        raise UserError("file_damaged") from error
    return b"spreadsheet" in said


def _open_ole2(path: Path, tick: Tick) -> Workbook:
    if _holds(path, _ENCRYPTED_PACKAGE):
        raise UserError("file_encrypted")
    if path.stat().st_size > MOST_XLS_BYTES:
        raise UserError("file_too_big", limit=f"{MOST_XLS_BYTES // 1024 // 1024} MB")
    from tongcds.imports.xls import read_xls  # noqa: PLC0415 - a megabyte, for one kind of file

    return read_xls(path, tick)


def _holds(path: Path, wanted: bytes) -> bool:
    """Say whether a file holds some bytes, without taking all of it into memory."""
    kept = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_SEARCHED_BYTES):
            if wanted in kept + chunk:
                return True
            kept = chunk[-len(wanted) :]
    return False


def _is_unbroken(path: Path, breaks: bytes) -> bool:
    """Say whether a file has a line, or a page a tag, so long that no spreadsheet program wrote it."""
    since = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_OPENING_BYTES):
            last = max(chunk.rfind(bytes((one,))) for one in breaks)
            since = since + len(chunk) if last < 0 else len(chunk) - last
            if since > LONGEST_TEXT:
                return True
    return False


def _page_text(data: bytes, encoding: str | None) -> str:
    """Return a web page by the person's answer, or by what its head says if that is true."""
    stated = stated_encoding(data) if encoding is None else None
    if stated is not None:
        with suppress(UserError):
            return decode(data, stated)
    return decode(data, encoding)


def _open_text(path: Path, opening: bytes, settings: ImportSettings, tick: Tick) -> Workbook:
    unicode_16 = opening.startswith(_UTF_16)
    if opening.startswith(_OTHER_KINDS) or (not unicode_16 and _NO_TEXT.search(opening)):
        raise UserError("file_not_spreadsheet")
    if path.stat().st_size > delimited.MOST_BYTES:
        raise UserError("file_too_big", limit=f"{delimited.MOST_BYTES // 1024 // 1024} MB")
    html = looks_like_html(opening)
    if _is_unbroken(path, b">" if html else b"\n\r"):
        raise UserError("file_unsafe" if html else "file_damaged")
    data = path.read_bytes()
    if html:
        return read_html(_page_text(data, settings.encoding), tick)

    def recognise(sheet: Sheet) -> int:
        header = find_header(sheet, settings.user)
        return 0 if header is None else len(header.columns)

    return read_delimited(
        data,
        path.name,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        recognise=recognise,
        tick=tick,
    )
