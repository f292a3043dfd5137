"""What each part of an official paper looks like after Nghị định 30/2020/NĐ-CP, Phụ lục I, as a table.

The window's PDF, the templates for Word and the spreadsheets are set from it, and the tests that read these
files back measure them against `least` and `most`. Tables and notes are ours: the decree does not speak of
them. The page itself (`MARGINS`) stands in `paper`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.papers.paper import Align, Table

FONT: Final = "Times New Roman"
"""What files that are edited name; a PDF embeds Tinos, which has the same metrics."""

MARGIN_RANGES: Final = MappingProxyType(
    {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}
)
"""In millimetres."""

GAP: Final = 6.0
"""Points between paragraphs, at least."""

FIRST_LINE_MM: Final = 10.0
RULE_SHARE: Final = 0.4
"""How long the rule under the office and under the title is, of the text above: a third to a half."""

NAME_SIZE: Final = 17.0
"""Of the name on a card, in points; the decree does not speak of cards."""

PAGE_NUMBER_MM: Final = 10.0
"""The page's number stands so far under the edge, in the middle of the top margin."""


RECEIVERS: Final = "Nơi nhận"
"""What stands over the list of those who receive a paper."""


class Element(StrEnum):
    """A part of a paper. COUNTRY and MOTTO are the right head, ABOVE and OFFICE the left one."""

    COUNTRY = "country"
    MOTTO = "motto"
    ABOVE = "above"
    OFFICE = "office"
    NUMBER = "number"
    PLACE_AND_DAY = "place_and_day"
    ANNEX = "annex"
    KIND = "kind"
    ABOUT = "about"
    PERIOD = "period"
    BODY = "body"
    PLAIN = "plain"
    HEADING = "heading"
    CENTRED = "centred"
    NOTE = "note"
    TABLE_TITLE = "table_title"
    TABLE = "table"
    NARROW_TITLE = "narrow_title"
    NARROW = "narrow"
    SIGNER = "signer"
    SIGN_NOTE = "sign_note"
    SIGNER_NAME = "signer_name"
    RECEIVERS_TITLE = "receivers_title"
    RECEIVERS = "receivers"
    PAGE_NUMBER = "page_number"


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in points: `size` is ours, the decree allows `least` to `most`. `name` is what Word calls it."""

    name: str
    size: float
    least: float
    most: float
    align: Align = Align.CENTRE
    bold: bool = False
    italic: bool = False
    capitals: bool = False
    justified: bool = False


STYLES: Final = MappingProxyType(
    {
        Element.COUNTRY: Style("VB Quốc hiệu", 12, 12, 13, bold=True, capitals=True),
        Element.MOTTO: Style("VB Tiêu ngữ", 13, 13, 14, bold=True),
        Element.ABOVE: Style("VB Cơ quan cấp trên", 12, 12, 13, capitals=True),
        Element.OFFICE: Style("VB Cơ quan ban hành", 12, 12, 13, bold=True, capitals=True),
        Element.NUMBER: Style("VB Số, ký hiệu", 13, 13, 13),
        Element.PLACE_AND_DAY: Style("VB Địa danh, ngày", 13, 13, 14, italic=True),
        Element.ANNEX: Style("VB Phụ lục", 14, 14, 14, bold=True),
        Element.KIND: Style("VB Tên loại", 14, 13, 14, bold=True, capitals=True),
        Element.ABOUT: Style("VB Trích yếu", 13, 13, 14, bold=True),
        Element.PERIOD: Style("VB Kỳ, kèm theo", 13, 13, 14, italic=True),
        Element.BODY: Style("VB Nội dung", 13, 13, 14, Align.START, justified=True),
        Element.PLAIN: Style("VB Không thụt dòng", 13, 13, 14, Align.START, justified=True),
        Element.HEADING: Style("VB Đề mục", 13, 13, 14, Align.START, bold=True),
        Element.CENTRED: Style("VB Giữa dòng", 13, 13, 14),
        Element.NOTE: Style("VB Chú thích", 10.5, 10, 12, Align.START, italic=True, justified=True),
        Element.TABLE_TITLE: Style("VB Đầu bảng", 11.5, 10, 14, bold=True),
        Element.TABLE: Style("VB Ô bảng", 11.5, 10, 14, Align.START),
        Element.NARROW_TITLE: Style("VB Đầu bảng hẹp", 9.5, 8, 14, bold=True),
        Element.NARROW: Style("VB Ô bảng hẹp", 9.5, 8, 14, Align.START),
        Element.SIGNER: Style("VB Chức vụ ký", 13, 13, 14, bold=True, capitals=True),
        Element.SIGN_NOTE: Style("VB Ký, ghi rõ", 12, 11, 14, italic=True),
        Element.SIGNER_NAME: Style("VB Người ký", 13, 13, 14, bold=True),
        Element.RECEIVERS_TITLE: Style("VB Nơi nhận", 12, 12, 12, Align.START, bold=True, italic=True),
        Element.RECEIVERS: Style("VB Danh sách nhận", 11, 11, 11, Align.START),
        Element.PAGE_NUMBER: Style("VB Số trang", 13, 13, 14),
    }
)


_WIDE: Final = 14


def cell_elements(table: Table) -> tuple[Element, Element]:
    """What titles and cells of a table are set as: a table of very many columns in smaller letters."""
    if len(table.columns) > _WIDE:
        return Element.NARROW_TITLE, Element.NARROW
    return Element.TABLE_TITLE, Element.TABLE


def official_number(number: int, sign: str) -> str:
    """The number of a paper ("Số: 05/BC-UBND"); below 10 it gets a 0. Without one there is room for a pen."""
    return f"Số: {number:02d}/{sign}" if number else f"Số: …/{sign}"
