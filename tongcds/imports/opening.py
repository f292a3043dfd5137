"""Finds out what a file is by its content, whatever its name says, and has the right reader read it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from tongcds.errors import UserError
from tongcds.imports.workbook import Tick, Workbook
from tongcds.imports.xlsx import WORKBOOK_PART, read_xlsx

MOST_BYTES: Final = 256 * 1024 * 1024
"""A register of a whole city packs into a tenth of this."""

_ZIP: Final = b"PK"
_OLE2: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")


def open_workbook(path: Path, tick: Tick) -> Workbook:
    """Read the sheets of a spreadsheet file.

    Raises:
        UserError: `file_missing`, `file_encrypted`, `file_damaged`, `file_not_spreadsheet`, `file_unsafe` or
            `file_too_big`.
    """
    try:
        with path.open("rb") as stream:
            opening = stream.read(len(_OLE2))
        size = path.stat().st_size
    except OSError as error:
        raise UserError("file_missing") from error
    if size == 0:
        raise UserError("file_damaged")
    if size > MOST_BYTES:
        raise UserError("file_too_big", limit=f"{MOST_BYTES // 1024 // 1024} MB")
    if opening.startswith(_ZIP):
        return _open_zip(path, tick)
    if opening.startswith(_OLE2) and _ENCRYPTED_PACKAGE in path.read_bytes():
        raise UserError("file_encrypted")
    raise UserError("file_not_spreadsheet")


def _open_zip(path: Path, tick: Tick) -> Workbook:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.replace("\\", "/").lstrip("/").lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise UserError("file_damaged") from error
    if WORKBOOK_PART in names:
        return read_xlsx(path, tick)
    raise UserError("file_not_spreadsheet")
