"""Looks through the records of an .xls before `xls` has them read, for what would cost out of all proportion.

xlrd believes every number of the file: a cell in the last column fills its row, and a sheet that is named a
thousand times is read a thousand times. Records are those of MS-XLS.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Final

from xlrd.compdoc import CompDoc  # type: ignore[import-untyped] # publishes no annotations

from tongcds.errors import UserError

_STREAMS: Final = ("Workbook", "Book")
_HEAD: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HH")
_FILEPASS: Final = 0x002F
_BOUNDSHEET: Final = 0x0085
_BEGINS: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_ONE_CELL: Final = frozenset(
    {0x0006, 0x00D6, 0x00FD, 0x0201, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406}
)
_MANY_CELLS: Final = frozenset({0x00BD, 0x00BE})
_MOST_SHEETS: Final = 1_024
_EMPTY_PLACES: Final = 1_000_000
_PLACES_A_CELL: Final = 4


def workbook_stream(data: bytes) -> bytes | None:
    """Return the records of the workbook in a compound file, None where it has none; any error is damage."""
    compound = CompDoc(data, logfile=io.StringIO())
    for name in _STREAMS:
        mem, base, size = compound.locate_named_stream(name)
        if mem is not None:
            found: bytes = mem[base : base + size]
            return found
    return None


def refuse_xls_bombs(stream: bytes) -> None:
    """Refuse a workbook that would swell while it is read.

    Raises:
        UserError: `file_encrypted`, `file_damaged` or `file_unsafe`.
    """
    offsets: set[bytes] = set()
    cells = places = 0
    widest: dict[int, int] = {}
    for kind, at, length in _records(stream):
        if kind == _FILEPASS:
            raise UserError("file_encrypted")
        if kind in _BEGINS:
            places += sum(widest.values())
            widest = {}
        elif kind == _BOUNDSHEET:
            offset = stream[at : at + 4]
            if offset in offsets or len(offsets) == _MOST_SHEETS:
                raise UserError("file_damaged")
            offsets.add(offset)
        elif (kind in _ONE_CELL or kind in _MANY_CELLS) and length >= _PLACE.size:
            row, column = _PLACE.unpack_from(stream, at)
            cells += 1
            if kind in _MANY_CELLS:
                (last,) = struct.unpack_from("<H", stream, at + length - 2)
                cells += max(0, last - column)
                column = max(column, last)
            if column >= widest.get(row, 0):
                widest[row] = column + 1
    if places + sum(widest.values()) > _PLACES_A_CELL * cells + _EMPTY_PLACES:
        raise UserError("file_unsafe")


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield what each record is, where its data begin and how long they are; padding ends it."""
    at = 0
    while at + _HEAD.size <= len(stream):
        kind, length = _HEAD.unpack_from(stream, at)
        at += _HEAD.size
        if at + length > len(stream):
            return
        yield kind, at, length
        at += length
