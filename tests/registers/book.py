"""A workbook as drawn, whatever its format: pages of cells with fonts, merges, hidden parts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

DEFAULT_FONT = "Times New Roman"


@dataclass(frozen=True)
class Text:
    """Runs of text, each in its font."""

    runs: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


@dataclass(frozen=True)
class Number:
    """A stored number; `as_shown` is what the cell displays where a format keeps that too."""

    value: int | float
    as_shown: str = ""

    @property
    def text(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class Day:
    """A cell that holds a date and shows it as one."""

    day: date

    @property
    def text(self) -> str:
        return self.day.strftime("%d/%m/%Y")


@dataclass(frozen=True)
class Formula:
    """A formula with the result that was stored for it: a value, an error such as #REF!, or none (None)."""

    result: Text | Number | str | None

    @property
    def text(self) -> str:
        return (
            self.result if isinstance(self.result, str) else "" if self.result is None else self.result.text
        )


Value = Text | Number | Day | Formula
Block = tuple[int, int, int, int]
"""A merged block: first row, first column, last row, last column; rows from 1, columns from 0."""


@dataclass
class Page:
    """One sheet. Rows count from 1, columns from 0."""

    name: str
    cells: dict[tuple[int, int], Value] = field(default_factory=dict)
    merges: list[Block] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False

    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    def rows(self) -> defaultdict[int, dict[int, Value]]:
        """Return the cells of each row by column, of rows without any too."""
        rows: defaultdict[int, dict[int, Value]] = defaultdict(dict)
        for (row, column), value in self.cells.items():
            rows[row][column] = value
        return rows


@dataclass
class Book:
    """The pages of a file; `date1904` counts days from 1904, as Excel for old Macs did."""

    pages: list[Page] = field(default_factory=list)
    date1904: bool = False


def plain(text: str, font: str = DEFAULT_FONT) -> Text:
    """Return a text in one font."""
    return Text(((text, font),))


def serial(day: date, *, date1904: bool) -> int:
    """Return the number by which a spreadsheet stores a day (after February 1900)."""
    return (day - (date(1904, 1, 1) if date1904 else date(1899, 12, 30))).days
