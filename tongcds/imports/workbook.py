"""What every reader hands over, whatever the format: sheets of cells with fonts, merges and hidden parts.

Readers stand one format a module (`xlsx`, `xls`, `ods`, `delimited`, `html_table`), `opening` chooses among
them by content, and what cells mean is decided from `columns` upwards, the same way for every format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from tongcds.errors import UserError

MOST_COLUMNS: Final = 16_384
MOST_ROWS: Final = 1_048_576
LONGEST_TEXT: Final = 1024 * 1024
"""No program puts more than 32,767 characters into a cell."""
MOST_CELLS: Final = 4_000_000
"""A register of the biggest city ward (230,000 people, 16 columns) fits; what is bigger is no register."""

Tick = Callable[[], None]
"""Called now and then by long work; raises `CancelledError` when the person has stopped it."""


class Kind(Enum):
    """What a cell holds."""

    TEXT = auto()
    NUMBER = auto()
    DATE = auto()
    BOOLEAN = auto()
    ERROR = auto()
    """A formula that came to #REF!, #N/A and the like."""
    UNCACHED = auto()
    """A formula without a stored result; formulas are never computed here."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font; `font` "" where the format has no fonts."""

    text: str
    font: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    `number` keeps every digit whatever the display format (an int where it is whole); a date cell has it too
    where the format stores dates as day numbers.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    number: int | float | None = None
    day: date | None = None

    @property
    def text(self) -> str:
        """The text as stored, before any gate; a number or date as a reader of the sheet would write it."""
        if self.kind is Kind.TEXT:
            return "".join(run.text for run in self.runs)
        if self.day is not None:
            return f"{self.day.day:02d}/{self.day.month:02d}/{self.day.year:04d}"
        if self.kind is Kind.BOOLEAN:
            return "TRUE" if self.number else "FALSE"
        return "" if self.number is None else str(self.number)


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something; `number` counts from 1, columns from 0."""

    number: int
    cells: Mapping[int, Cell]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged block, bounds included; rows count from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. A hidden sheet is named but not read: it has no rows."""

    name: str
    rows: tuple[Row, ...] = ()
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file in their order, and its day-number system (`date1904`: Excel for old Macs).

    `encoding_sure` is False where the encoding of a text file had to be guessed and the guess is weak;
    `decoded` says that its bytes were turned into text by the encoding that the person named, if they did.
    """

    sheets: tuple[Sheet, ...]
    date1904: bool = False
    encoding_sure: bool = True
    decoded: bool = False


_START_1900: Final = date(1899, 12, 31)
_START_1904: Final = date(1904, 1, 1)
_NEVER_WAS: Final = 60
_LAST_SERIAL: Final = 2_958_465
"""31 December 9999 in the 1900 system."""


def day_of_serial(serial: float, *, date1904: bool) -> date | None:
    """Return the date of a spreadsheet's day number; None outside what a date can be.

    The 1900 system counts a 29 February 1900 that never was, so numbers before 61 lie one day off.
    """
    whole = int(serial)
    if not 1 <= whole <= _LAST_SERIAL:
        return None
    start = _START_1904 if date1904 else _START_1900 - timedelta(days=whole >= _NEVER_WAS)
    try:
        return start + timedelta(days=whole)
    except OverflowError:
        return None


def number_cell(value: float, *, as_date: bool, date1904: bool) -> Cell:
    """Return the cell of a stored number, a date cell if it is shown as a date and can be one."""
    whole: int | float = int(value) if value == value // 1 else value
    if as_date and (day := day_of_serial(value, date1904=date1904)) is not None:
        return Cell(Kind.DATE, number=whole, day=day)
    return Cell(Kind.NUMBER, number=whole)


def text_cell(text: str, font: str = "") -> Cell:
    """Return a cell of plain text in one font."""
    return Cell(Kind.TEXT, (Run(text, font),))


_MOST_MERGES: Final = 500_000


def refuse_many_merges(merges: Sequence[Merge]) -> None:
    """Refuse more merged blocks than the households of a city ward could have."""
    if len(merges) > _MOST_MERGES:
        raise UserError("file_too_big", limit=f"{_MOST_MERGES:,}")


@dataclass(slots=True)
class SheetRows:
    """Collects the cells of one sheet in any order and refuses more than a register can hold."""

    _rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    _hidden: set[int] = field(default_factory=set)
    _cells: int = 0

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Place a cell; the last one at a place stays."""
        cells = self._rows.get(row)
        if cells is None:
            cells = self._rows[row] = {}
        cells[column] = cell
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise UserError("file_too_big", limit=f"{MOST_CELLS:,}")

    def hide(self, row: int) -> None:
        """Mark a row as hidden."""
        self._hidden.add(row)

    def finish(self) -> tuple[Row, ...]:
        """Return the rows in order, each with its cells in order."""
        return tuple(
            Row(number, dict(sorted(self._rows[number].items())), number in self._hidden)
            for number in sorted(self._rows)
        )


def column_letter(column: int) -> str:
    """Return the letter of a column counted from 0: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


_MOST_COLUMN_LETTERS: Final = 3


@lru_cache(maxsize=1024)
def column_index(letters: str) -> int | None:
    """Return the column, counted from 0, of a letter such as "A" or "AB"; None if it is no such letter."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= _MOST_COLUMN_LETTERS):
        return None
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
