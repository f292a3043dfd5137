"""Make the template of papers for Word out of the official format: `python scripts/paper_template.py`.

It writes `resources/documents/van-ban.docx`, which offices copy and edit. `tests/unit/documents` holds the
file to what this makes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tongcds.documents.fields import RULE_STYLES, Field  # noqa: E402 - after the checkout is on the path
from tongcds.papers.official import (  # noqa: E402
    FIRST_LINE_MM,
    FONT,
    GAP,
    PAGE_NUMBER_MM,
    STYLES,
    Element,
    Style,
)
from tongcds.papers.paper import MARGINS, PAGE_MM, Align, Page  # noqa: E402

TARGET: Final = ROOT / "resources" / "documents" / "van-ban.docx"
_ALIGNED: Final = {
    Align.START: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.END: WD_ALIGN_PARAGRAPH.RIGHT,
}
_SPACED: Final = {
    Element.BODY: 1.0, Element.PLAIN: 1.0, Element.HEADING: 1.5, Element.CENTRED: 1.0, Element.NOTE: 0.5,
    Element.NUMBER: 0.5, Element.PLACE_AND_DAY: 0.5, Element.ANNEX: 2.0, Element.KIND: 1.5,
}  # fmt: skip
"""How many gaps stand before a line."""

_LEFT: Final = (
    (Element.ABOVE, Field.ABOVE), (Element.OFFICE, Field.OFFICE), (RULE_STYLES[0], None),
    (Element.NUMBER, Field.NUMBER),
)  # fmt: skip
_RIGHT: Final = (
    (Element.COUNTRY, Field.COUNTRY), (Element.MOTTO, Field.MOTTO), (RULE_STYLES[1], None),
    (Element.PLACE_AND_DAY, Field.PLACE_AND_DAY),
)  # fmt: skip
_TITLE: Final = (
    (Element.ANNEX, Field.ANNEX), (Element.KIND, Field.KIND), (Element.ABOUT, Field.ABOUT),
    (RULE_STYLES[2], None), (Element.PERIOD, Field.PERIOD), (Element.BODY, Field.BODY),
)  # fmt: skip
_LEFT_SHARE: Final = 44


def main() -> None:
    """Write the template."""
    TARGET.parent.mkdir(exist_ok=True)
    made().save(str(TARGET))


# Any: python-docx has no published types for what is built here.
def made() -> Any:  # noqa: ANN401
    """The template as a document."""
    document = Document()
    for paragraph in list(document.paragraphs):
        paragraph._element.getparent().remove(paragraph._element)  # noqa: SLF001 - there is no other way
    _styles(document)
    _page(document)
    table = document.add_table(1, 2)
    _open_table(table)
    for cell, lines in zip(table.rows[0].cells, (_LEFT, _RIGHT), strict=True):
        _lines(document, cell, lines)
    for element, field in _TITLE:
        _line(document.add_paragraph(), element, field)
    document.core_properties.title = ""
    document.core_properties.author = "TongCDS"
    document.core_properties.comments = ""
    return document


def _styles(document: Any) -> None:  # noqa: ANN401
    normal = document.styles["Normal"]
    _font(normal, STYLES[Element.BODY])
    normal.paragraph_format.space_after = Pt(0)
    for element, style in STYLES.items():
        made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = normal
        made.quick_style = True
        _font(made, style)
        made.font.bold, made.font.italic, made.font.all_caps = style.bold, style.italic, style.capitals
        look = made.paragraph_format
        look.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if style.justified else _ALIGNED[style.align]
        look.space_before, look.space_after = Pt(GAP * _SPACED.get(element, 0)), Pt(0)
        look.line_spacing = 1.0
        if element is Element.BODY:
            look.first_line_indent = Mm(FIRST_LINE_MM)
        if element in {Element.HEADING, Element.SIGNER, Element.SIGN_NOTE}:
            look.keep_with_next = True
    for name in RULE_STYLES:
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = normal
        made.font.size = Pt(3)
        made.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        border = OxmlElement("w:pBdr")
        bottom = OxmlElement("w:bottom")
        for key, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
            bottom.set(qn(f"w:{key}"), value)
        border.append(bottom)
        made.element.get_or_add_pPr().insert_element_before(
            border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
        )


def _font(made: Any, style: Style) -> None:  # noqa: ANN401
    made.font.name, made.font.size = FONT, Pt(style.size)
    fonts = made.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)


def _page(document: Any) -> None:  # noqa: ANN401
    section = document.sections[0]
    width, height = PAGE_MM[Page.PORTRAIT]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(MARGINS.top), Mm(MARGINS.bottom)
    section.left_margin, section.right_margin = Mm(MARGINS.left), Mm(MARGINS.right)
    section.header_distance = section.footer_distance = Mm(PAGE_NUMBER_MM)
    section.different_first_page_header_footer = True
    section.header.is_linked_to_previous = False
    number = section.header.paragraphs[0]
    number.style = document.styles[STYLES[Element.PAGE_NUMBER].name]
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()._element  # noqa: SLF001
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = words
        run.append(part)


def _open_table(table: Any) -> None:  # noqa: ANN401
    table.autofit = False
    properties = table._element.tblPr  # noqa: SLF001
    width = properties.find(qn("w:tblW"))
    if width is None:
        width = OxmlElement("w:tblW")
        properties.append(width)
    width.set(qn("w:type"), "pct")
    width.set(qn("w:w"), "5000")
    # Without room at the sides of cells both heads have a line of their own.
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        none = OxmlElement(f"w:{side}")
        none.set(qn("w:w"), "0")
        none.set(qn("w:type"), "dxa")
        margins.append(none)
    properties.append(margins)
    shares = (_LEFT_SHARE, 100 - _LEFT_SHARE)
    content = PAGE_MM[Page.PORTRAIT][0] - MARGINS.left - MARGINS.right
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(content * share / 100)
    for cell, share in zip(table.rows[0].cells, shares, strict=True):
        room = cell._element.get_or_add_tcPr().get_or_add_tcW()  # noqa: SLF001
        room.set(qn("w:type"), "pct")
        room.set(qn("w:w"), str(50 * share))


def _lines(document: Any, cell: Any, lines: Any) -> None:  # noqa: ANN401
    del document
    for at, (element, field) in enumerate(lines):
        _line(cell.paragraphs[0] if at == 0 else cell.add_paragraph(), element, field)


def _line(paragraph: Any, element: Element | str, field: Field | None) -> None:  # noqa: ANN401
    paragraph.style = STYLES[element].name if isinstance(element, Element) else element
    if field is not None:
        paragraph.add_run(f"{{{{ {field.value} }}}}")


if __name__ == "__main__":
    main()
