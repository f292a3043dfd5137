"""Sheets with long tables cut into parts, so that no part takes long to lay out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tongcds.papers.paper import Block, Page, Sheet, Table
from ui.paper.typeset import set_sheet

_PART_ROWS: Final = 80


def parts(sheet: Sheet, page: Page) -> Iterator[tuple[Sheet, bool]]:
    """A sheet in parts that each end with a page, and whether a part is the one that begins it.

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
        cut = setter.rows_on_whole_pages(some)
        if not cut:
            break
        yield replace(sheet, blocks=(*blocks[:at], replace(table, rows=table.rows[:cut]))), begins
        begins, blocks = False, (replace(table, rows=table.rows[cut:]), *blocks[at + 1 :])
    yield replace(sheet, blocks=blocks), begins


def _is_long(block: Block) -> bool:
    return isinstance(block, Table) and len(block.rows) > _PART_ROWS
