"""Finds the header of a sheet: over one to three rows, with merged parents or without, in any order.

What columns are called, and what people say of them, is for `columns`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from tongcds.domain.identity import FEMALE, MALE
from tongcds.imports.celltext import read_text
from tongcds.imports.columns import Field, Header, UserNames, field_of_name, name_key
from tongcds.imports.workbook import Cell, Kind, Merge, Sheet, column_index

_FEWEST_NAMES: Final = 3
_DEEPEST_HEADER: Final = 3
_LOWEST_HEADER: Final = 2000
"""No title is longer than this many rows; it keeps a million rows of something else from being searched."""
_WIDEST_PARENT: Final = 64
_GIVEN_NAME: Final = "tên"
_SEXES: Final = {"nam": MALE, "nữ": FEMALE, "nu": FEMALE}
_BIRTH_OF: Final = {MALE: Field.BIRTH_MALE, FEMALE: Field.BIRTH_FEMALE}
_SEX_OF: Final = {MALE: Field.SEX_MALE, FEMALE: Field.SEX_FEMALE}
_SEX_ALONE: Final = {Field.BIRTH_MALE: Field.SEX_MALE, Field.BIRTH_FEMALE: Field.SEX_FEMALE}
"""What columns Nam and Nữ without a parent hold when the birth has a column of its own: marks."""
_TOTALS: Final = frozenset({"tổng", "tổng số", "cộng", "chung"})


@dataclass(frozen=True, slots=True)
class _Label:
    """A text in a header and the columns it stretches over."""

    text: str
    left: int
    wide: bool


class _Grid:
    """The texts of a sheet as names of columns, with merged cells filled."""

    def __init__(self, sheet: Sheet, user: UserNames) -> None:
        self._rows = {row.number: row for row in sheet.rows}
        self._merges: dict[int, dict[int, Merge]] = defaultdict(dict)
        for merge in sheet.merges:
            if merge.bottom - merge.top < _DEEPEST_HEADER and merge.right - merge.left < _WIDEST_PARENT:
                for row in range(merge.top, merge.bottom + 1):
                    for column in range(merge.left, merge.right + 1):
                        self._merges[row][column] = merge
        self.decided: dict[int, Field | None] = {}
        self.decide({letter: of for (name, letter), of in user.columns.items() if name == sheet.name})
        self._by_name = {name_key(name): _field_or_none(of) for name, of in user.names.items()}

    def decide(self, columns: Mapping[str, str]) -> None:
        """Take what a person said of columns, by their letters."""
        for letter, of in columns.items():
            index = column_index(letter)
            if index is not None:
                self.decided[index] = _field_or_none(of)

    def field_of(self, text: str) -> Field | None:
        key = name_key(text) if self._by_name else ""
        return self._by_name[key] if key in self._by_name else field_of_name(text)

    def _merged(self, row: int) -> Mapping[int, Merge]:
        return self._merges.get(row, {})

    def label(self, row: int, column: int) -> _Label | None:
        """Return the text at a place; a merged block has its text at each of its places."""
        merge = self._merged(row).get(column)
        own = self._text(row, column) if merge is None else self._text(merge.top, merge.left)
        if not own:
            return None
        return (
            _Label(own, column, wide=False)
            if merge is None
            else _Label(own, merge.left, merge.right > merge.left)
        )

    def _text(self, row: int, column: int) -> str:
        held = self._rows.get(row)
        return read_text(held.cells.get(column)).text if held is not None else ""

    def own_cells(self, row: int) -> dict[int, Cell]:
        """Return the cells that begin on this row, without those of a block begun above."""
        held = self._rows.get(row)
        if held is None:
            return {}
        return {c: cell for c, cell in held.cells.items() if not self._begun_above(row, c)}

    def _begun_above(self, row: int, column: int) -> bool:
        merge = self._merged(row).get(column)
        return merge is not None and merge.top < row

    def columns_of(self, row: int) -> list[int]:
        """Return the columns that hold something on this row, blocks from above included, each block once."""
        held = self._rows.get(row)
        columns = set(held.cells) if held is not None else set()
        columns |= {column for column, merge in self._merged(row).items() if merge.left == column}
        return sorted(columns)

    def columns_below(self, row: int) -> set[int]:
        """Return every column that a text of this row stands over."""
        held = self._rows.get(row)
        return set(self._merged(row)) | (set(held.cells) if held is not None else set())

    def known(self, row: int) -> dict[int, Field]:
        """Return the fields that a row's texts name, by column."""
        named: dict[int, Field] = {}
        for column in self.columns_of(row):
            label = self.label(row, column)
            if label is None or label.left != column:
                continue
            of = self.decided[column] if column in self.decided else self.field_of(label.text)
            if of is not None:
                named[column] = of
        return named

    def reach(self, row: int) -> tuple[int, int]:
        """Return the first and last row of the header that a row belongs to."""
        first = last = row
        for column in self.columns_of(row):
            merge = self._merged(row).get(column)
            if merge is not None:
                first, last = min(first, merge.top), max(last, merge.bottom)
        while last - first + 1 < _DEEPEST_HEADER and self.is_sub_header(last + 1, first):
            last += 1
        return first, last

    def is_sub_header(self, row: int, first: int) -> bool:
        """Say whether a row divides the one above: every text of it below a parent, and none a value.

        `first` is where the header begins. A row of values may well hold "Nữ" or "Chủ hộ", so what counts is
        where the texts stand: below a heading that has others beside it, or in the gap to its right.
        """
        cells = self.own_cells(row)
        if not cells or any(cell.kind is not Kind.TEXT for cell in cells.values()):
            return False
        above = self.known(row - 1)
        gaps = 0
        for column, cell in cells.items():
            label = self.label(row - 1, column)
            if above.get(column) is Field.FULL_NAME and (
                label is None or not label.wide or self.field_of(read_text(cell).text) is None
            ):
                return False  # a name below "Họ và tên" is a person
            if label is None:
                higher = any(self.label(upper, column) is not None for upper in range(first, row - 1))
                if higher or self.parent_across_gap(row - 1, column) is None:
                    return False
                gaps += 1
            elif not label.wide and self.label(row - 1, column + 1) is not None:
                return False
        texts = [read_text(cell).text for cell in cells.values()]
        known = any(name_key(text) in _SEXES or self.field_of(text) is not None for text in texts)
        return known or (gaps > 0 and not any(char.isdigit() for text in texts for char in text))

    def parent_across_gap(self, row: int, column: int) -> _Label | None:
        """Return the parent of a sub-header in a file without merges: the nearest text to the left."""
        for left in range(column - 1, max(column - _WIDEST_PARENT, -1), -1):
            label = self.label(row, left)
            if label is not None:
                divided = self.label(row + 1, left) not in {None, label}
                return _Label(label.text, label.left, wide=True) if divided else None
        return None


def _field_or_none(name: str) -> Field | None:
    return Field(name) if name in set(Field) else None


def find_header(sheet: Sheet, user: UserNames) -> Header | None:
    """Return the header of a sheet: the first row with three known names, one of them a person's name.

    It may reach over up to three rows: a merged parent stretches over its sub-headers. Where the person said
    which row it is, it is that one, whatever it says.
    """
    grid = _Grid(sheet, user)
    if sheet.name in user.header_rows:
        return _said_header(sheet, grid, user.header_rows[sheet.name])
    for row in sheet.rows[:_LOWEST_HEADER]:
        known = grid.known(row.number)
        if Field.FULL_NAME not in known.values():
            continue
        if len(known) < _FEWEST_NAMES and grid.is_sub_header(row.number + 1, row.number):
            known = {**grid.known(row.number + 1), **known}
        if len(known) >= _FEWEST_NAMES:
            header = _header(grid, *grid.reach(row.number))
            if header.column(Field.FULL_NAME) is not None:
                return header
    return _remembered_header(sheet, grid, user)


def _said_header(sheet: Sheet, grid: _Grid, row: int) -> Header:
    """Return the header that begins on a row, or above the first row if that is 0: every column is there."""
    first, last = grid.reach(row) if row else (0, 0)
    header = _header(grid, first, last)
    below = islice((held for held in sheet.rows if held.number > last), _ROWS_LOOKED_AT)
    there = sorted({*header.headings, *(column for held in below for column in held.cells)})
    return replace(header, headings={column: header.headings.get(column, "") for column in there})


def _remembered_header(sheet: Sheet, grid: _Grid, user: UserNames) -> Header | None:
    for row in sheet.rows[:_ROWS_LOOKED_AT] if user.known_headers else ():
        first, last = grid.reach(row.number)
        columns = user.known_headers.get(_header(grid, first, last).fingerprint())
        if columns is not None:
            grid.decide(columns)
            return _header(grid, first, last)
    return None


_ROWS_LOOKED_AT: Final = 50


def _header(grid: _Grid, first: int, last: int) -> Header:
    rows = range(first, last + 1) if last else range(0)
    texts = tuple({c: read_text(cell).text for c, cell in grid.own_cells(row).items()} for row in rows)
    columns = sorted({c for row in rows for c in grid.columns_below(row)})
    stacks = {column: _stack(grid, rows, column) for column in columns}
    stacks = {column: stack for column, stack in stacks.items() if stack}
    fields = {column: _meaning(grid, stack) for column, stack in stacks.items()}
    _give_parents_away(grid, stacks, fields)
    fields.update(grid.decided)
    settled = _settled({c: of for c, of in sorted(fields.items()) if of is not None}, stacks)
    headings = {
        column: " / ".join(label.text for label in stack)
        for column, stack in stacks.items()
        if column in settled or stack[-1].left == column
    }
    return Header(first, last, settled, headings, texts, {of: column for column, of in settled.items()})


def _stack(grid: _Grid, rows: range, column: int) -> list[_Label]:
    """Return the labels above a column, parent first, each block once."""
    stack: list[_Label] = []
    for row in rows:
        label = grid.label(row, column)
        if label is None and row < rows[-1] and grid.label(rows[-1], column) is not None:
            label = grid.parent_across_gap(row, column)
        if label is not None and label not in stack:
            stack.append(label)
    return stack


def _meaning(grid: _Grid, stack: list[_Label]) -> Field | None:
    name = stack[-1]
    parent = stack[-2] if len(stack) > 1 else None
    parent_field = grid.field_of(parent.text) if parent is not None else None
    sex = _SEXES.get(name_key(name.text))
    if sex is not None:
        if parent is None:
            return _BIRTH_OF[sex]
        return {Field.BIRTH: _BIRTH_OF, Field.SEX: _SEX_OF}.get(parent_field or Field.NOTE, {}).get(sex)
    own = grid.field_of(name.text)
    if own is not None or parent is None:
        return own
    if parent_field is Field.SIZE and name_key(name.text) in _TOTALS:
        return Field.SIZE
    return parent_field if not parent.wide else grid.field_of(f"{parent.text} {name.text}")


def _give_parents_away(
    grid: _Grid, stacks: Mapping[int, list[_Label]], fields: dict[int, Field | None]
) -> None:
    """Give a divided parent's own field to its first column if none of its sub-headers is known."""
    for column, stack in stacks.items():
        if len(stack) > 1 and fields[column] is None and stack[-2].left == column:
            parent = stack[-2]
            siblings = [c for c, s in stacks.items() if len(s) > 1 and s[-2].left == parent.left]
            if all(fields[c] is None for c in siblings):
                fields[column] = grid.field_of(parent.text)


def _settled(fields: dict[int, Field], stacks: Mapping[int, list[_Label]]) -> dict[int, Field]:
    """Keep one column a field, and the parts of a divided name together."""
    names = [c for c, of in fields.items() if of is Field.FULL_NAME]
    people = [c for c in names if c in stacks and "chủ hộ" not in name_key(stacks[c][-1].text)]
    settled: dict[int, Field] = {}
    if not names:
        return settled
    name = (people or names)[0]
    given = name
    if name in stacks and stacks[name][-1].wide:
        # One heading over two columns without sub-headers: family names in the first, given name in the next.
        given = next((c for c in names if c > name and stacks.get(c) == stacks[name]), name)
    if given != name:
        settled[name] = Field.FAMILY_NAMES
    elif name in stacks and name_key(stacks[name][-1].text) == _GIVEN_NAME:
        before = next((c for c, of in fields.items() if of is Field.FAMILY_NAMES), None)
        if before is not None:
            settled[before] = Field.FAMILY_NAMES
    settled[given] = Field.FULL_NAME
    has_birth = Field.BIRTH in fields.values()
    for column, of in fields.items():
        own = _SEX_ALONE.get(of, of) if has_birth and len(stacks.get(column, ())) == 1 else of
        if own not in {Field.FULL_NAME, Field.FAMILY_NAMES} and own not in settled.values():
            settled[column] = own
    return dict(sorted(settled.items()))
