"""Sheets with long tables cut into parts, so that no part takes long to lay out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from PySide6.QtGui import QTextDocument

from tongcds.papers.paper import Block, Page, Sheet, Table
from ui.paper.typeset import set_sheet, typeset

_PART_ROWS: Final = 80


class Part(NamedTuple):
    """Some whole pages of a sheet. `begins`: those that the sheet begins with. `document`: set already."""

    sheet: Sheet
    begins: bool
    pages: int
    document: QTextDocument | None = None


def parts(sheet: Sheet, page: Page) -> Iterator[Part]:
    """A sheet in parts that each end with a page.

    A table of thousands of rows is laid out in one go that stops everybody else, and in more than twice the
    time of its halves; so it is cut where a page ends. Whole rows go to the next page.
    """
    begins, blocks = True, sheet.blocks
    while (at := next((at for at, one in enumerate(blocks) if _is_long(one)), None)) is not None:
        table = blocks[at]
        if not isinstance(table, Table):
            break
        some = replace(table, rows=table.rows[:_PART_ROWS])
        setter = set_sheet(replace(sheet, blocks=(*blocks[:at], some)), page, begins=begins)
        cut, pages = setter.rows_on_whole_pages(some)
        if not cut:
            break
        # Laid out for the cut, it is not laid out again to be counted.
        yield Part(
            replace(sheet, blocks=(*blocks[:at], replace(table, rows=table.rows[:cut]))), begins, pages
        )
        begins, blocks = False, (replace(table, rows=table.rows[cut:]), *blocks[at + 1 :])
    rest = replace(sheet, blocks=blocks)
    document = typeset(rest, page, begins=begins)
    yield Part(rest, begins, document.pageCount(), document)


def _is_long(block: Block) -> bool:
    return isinstance(block, Table) and len(block.rows) > _PART_ROWS
