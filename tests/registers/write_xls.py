"""Writes a drawn workbook as .xls: BIFF8 records (MS-XLS) in a compound file (MS-CFB)."""

from __future__ import annotations

import struct
from random import Random

from tests.registers.book import DEFAULT_FONT, Book, Day, Formula, Number, Page, Text, Value, serial

_MOST_RECORD = 8_000
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_ERRORS = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}
_DATE_FORMAT = 164


def record(kind: int, data: bytes = b"") -> bytes:
    """Return one record."""
    return struct.pack("<HH", kind, len(data)) + data


def _letters(text: str) -> tuple[int, bytes]:
    """Return the option flag and the characters: one byte each where Latin-1 is enough."""
    try:
        return 0, text.encode("latin-1")
    except UnicodeEncodeError:
        return 1, text.encode("utf-16-le")


def _short(text: str) -> bytes:
    flag, data = _letters(text)
    return struct.pack("<BB", len(text.encode("utf-16-le")) // 2, flag) + data


class _Writer:
    def __init__(self, book: Book) -> None:
        self.book = book
        self.fonts: dict[str, int] = {DEFAULT_FONT: 0}
        self.styles: dict[tuple[str, bool], int] = {(DEFAULT_FONT, False): 1}
        self.strings: list[Text] = []
        self.places: dict[Text, int] = {}

    def font(self, name: str) -> int:
        if name not in self.fonts:
            count = len(self.fonts)
            self.fonts[name] = count + (count >= 4)  # there is no font 4
        return self.fonts[name]

    def style(self, font: str, *, date: bool = False) -> int:
        self.font(font)
        return self.styles.setdefault((font, date), len(self.styles) + 1)

    def cell(self, row: int, column: int, value: Value) -> bytes:
        match value:
            case Text():
                for _, font in value.runs:
                    self.font(font)
                if value not in self.places:
                    self.places[value] = len(self.strings)
                    self.strings.append(value)
                place = struct.pack("<HHH", row - 1, column, self.style(value.runs[0][1]))
                return record(0x00FD, place + struct.pack("<I", self.places[value]))
            case Day(day):
                style = self.style(DEFAULT_FONT, date=True)
                stored = float(serial(day, date1904=self.book.date1904))
                return record(0x0203, struct.pack("<HHHd", row - 1, column, style, stored))
            case Number(number):
                place = struct.pack("<HHH", row - 1, column, 1)
                if isinstance(number, int) and 0 <= number < 1 << 29:
                    return record(0x027E, place + struct.pack("<I", number << 2 | 2))
                return record(0x0203, place + struct.pack("<d", float(number)))
            case Formula(result):
                return self.formula(row, column, result)

    def formula(self, row: int, column: int, result: Text | Number | str | None) -> bytes:
        tail = b"\x00\x00" + bytes(4) + b"\x03\x00" + b"\x1e\x01\x00"  # the formula is =1
        style = self.style(result.runs[0][1]) if isinstance(result, Text) else 1
        place = struct.pack("<HHH", row - 1, column, style)
        match result:
            case Number(number):
                return record(0x0006, place + struct.pack("<d", float(number)) + tail)
            case Text():
                flag, data = _letters(result.text)
                count = len(data) // (1 + flag)
                said = record(0x0207, struct.pack("<HB", count, flag) + data)
                return record(0x0006, place + bytes(6) + b"\xff\xff" + tail) + said
            case None:
                raise ValueError(result)  # the format has no formula without a result
            case error:
                stored = b"\x02\x00" + bytes((_ERRORS[error],)) + bytes(3) + b"\xff\xff"
                return record(0x0006, place + stored + tail)

    def sheet(self, page: Page) -> bytes:
        last_row, last_column = page.last_row(), page.last_column()
        out = [_bof(0x0010), record(0x0200, struct.pack("<IIHHH", 0, last_row, 0, last_column + 1, 0))]
        out += [record(0x007D, struct.pack("<6H", c, c, 2560, 1, 1, 0)) for c in sorted(page.hidden_columns)]
        for row in range(1, max([last_row, *page.hidden_rows, 0]) + 1):
            flags = 0x100 | (0x20 if row in page.hidden_rows else 0)
            out.append(record(0x0208, struct.pack("<6HI", row - 1, 0, last_column + 1, 320, 0, 0, flags)))
        out += [self.cell(row, column, page.cells[row, column]) for row, column in sorted(page.cells)]
        for start in range(0, len(page.merges), 1000):
            some = page.merges[start : start + 1000]
            blocks = b"".join(
                struct.pack("<4H", top - 1, bottom - 1, left, right) for top, left, bottom, right in some
            )
            out.append(record(0x00E5, struct.pack("<H", len(some)) + blocks))
        return b"".join([*out, record(0x000A)])

    def shared_strings(self) -> bytes:
        bodies = [struct.pack("<II", len(self.strings), len(self.strings))]
        for text in self.strings:
            flag, data = _letters(text.text)
            said = struct.pack("<HB", len(data) // (1 + flag), flag | (8 if len(text.runs) > 1 else 0))
            changes = b""
            if len(text.runs) > 1:
                at = len(text.runs[0][0])
                for part, font in text.runs[1:]:
                    changes += struct.pack("<HH", at, self.font(font))
                    at += len(part)
                said += struct.pack("<H", len(text.runs) - 1)
            body = said + data + changes
            if len(bodies[-1]) + len(body) > _MOST_RECORD:
                bodies.append(b"")
            bodies[-1] += body
        return record(0x00FC, bodies[0]) + b"".join(record(0x003C, body) for body in bodies[1:])

    def globals(self, sheets: list[bytes]) -> bytes:
        strings = self.shared_strings()  # may still name fonts
        head = [
            _bof(0x0005),
            record(0x0042, struct.pack("<H", 1200)),
            record(0x0022, struct.pack("<H", self.book.date1904)),
        ]
        look = struct.pack("<5HBBBB", 240, 0, 0x7FFF, 400, 0, 0, 0, 0, 0)
        head += [record(0x0031, look + _short(name)) for name in self.fonts]
        flag, data = _letters("dd/mm/yyyy")
        head.append(record(0x041E, struct.pack("<HHB", _DATE_FORMAT, len("dd/mm/yyyy"), flag) + data))
        head.append(record(0x00E0, struct.pack("<HHHBBBBIIH", 0, 0, 0xFFF5, 0, 0, 0, 0, 0, 0, 0)))
        for font, date in self.styles:
            shown = _DATE_FORMAT if date else 0
            head.append(
                record(0x00E0, struct.pack("<HHHBBBBIIH", self.fonts[font], shown, 1, 0, 0, 0, 0, 0, 0, 0))
            )
        names = [struct.pack("<BB", page.hidden, 0) + _short(page.name) for page in self.book.pages]
        size = sum(map(len, head)) + sum(len(record(0x0085, bytes(4) + name)) for name in names)
        at = size + len(strings) + len(record(0x000A))
        bounds = []
        for name, sheet in zip(names, sheets, strict=True):
            bounds.append(record(0x0085, struct.pack("<I", at) + name))
            at += len(sheet)
        return b"".join([*head, *bounds, strings, record(0x000A)])


def _bof(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def workbook_stream(book: Book) -> bytes:
    """Return the records of a workbook."""
    writer = _Writer(book)
    sheets = [writer.sheet(page) for page in book.pages]
    return writer.globals(sheets) + b"".join(sheets)


def compound_file(streams: dict[str, bytes]) -> bytes:
    """Return a compound file with these streams, none of them short enough for the small sectors."""
    whole = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    chains, entries, at = [], [], 0
    for name, data in whole.items():
        count = -(-len(data) // _SECTOR)
        chains.append((at, count))
        entries.append(_entry(name, 2, at, len(data)))
        at += count
    # Siblings hang on one another to the right, which is a tree too.
    tree = [
        _entry("Root Entry", 5, _END, 0, child=1),
        *(
            entry[:72] + struct.pack("<I", n + 1 if n < len(entries) else _FREE) + entry[76:]
            for n, entry in enumerate(entries, 1)
        ),
    ]
    directory = b"".join(tree).ljust(-(-len(tree) // 4) * _SECTOR, b"\0")
    directory_count = len(directory) // _SECTOR
    chains.append((at, directory_count))
    directory_at = at
    at += directory_count
    fat_count = 1
    while fat_count * (_SECTOR // 4) < at + fat_count:
        fat_count += 1
    fat = [_FREE] * (fat_count * (_SECTOR // 4))
    for start, count in chains:
        for n in range(start, start + count):
            fat[n] = n + 1 if n + 1 < start + count else _END
    for n in range(at, at + fat_count):
        fat[n] = _FAT
    heads = [*range(at, at + fat_count)] + [_FREE] * (109 - fat_count)
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    head += struct.pack("<IIIIIIIII", 0, fat_count, directory_at, 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *heads)
    body = b"".join(data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0") for data in whole.values())
    return head + body + directory + struct.pack(f"<{len(fat)}I", *fat)


def _entry(name: str, kind: int, start: int, size: int, *, child: int = _FREE) -> bytes:
    written = name.encode("utf-16-le").ljust(64, b"\0")
    length = (len(name) + 1) * 2
    return (
        written
        + struct.pack("<HBBIII", length, kind, 1, _FREE, _FREE, child)
        + bytes(16 + 4 + 16)
        + struct.pack("<IQ", start, size)
    )


def xls_bytes(book: Book, _: Random) -> bytes:
    """Return the file."""
    return compound_file({"Workbook": workbook_stream(book)})
