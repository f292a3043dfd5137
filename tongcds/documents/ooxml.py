"""Elements of WordprocessingML, made one by one: text goes in as text and never as markup."""

from __future__ import annotations

from typing import Final

from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

from tongcds.domain.text import clean
from tongcds.papers.official import STYLES, Element
from tongcds.papers.paper import Align

Xml = BaseOxmlElement
WML: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TWIPS_PER_MM: Final = 1440 / 25.4
_ALIGNED: Final = {Align.START: "left", Align.CENTRE: "center", Align.END: "right"}
_EDGES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")


def qname(name: str) -> str:
    """The full name of "w:p"."""
    return f"{{{WML}}}{name.removeprefix('w:')}"


def element(name: str, *children: Xml, **attributes: str | float) -> Xml:
    """An element of the word processor's own namespace, its attributes too."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qname(key), f"{value:.0f}" if isinstance(value, float) else str(value))
    made.extend(children)
    return made


def twips(millimetres: float) -> float:
    """Millimetres as the word processor measures."""
    return millimetres * TWIPS_PER_MM


def run(words: str, *, bold: bool | None = None, italic: bool | None = None, size: float = 0) -> Xml:
    """Letters; what is None is as the paragraph's style says. `size` in points."""
    return _run(clean(words), bold=bold, italic=italic, size=size)


def glue(words: str) -> Xml:
    """Letters of the program's own between others: their spaces stay."""
    return _run(words, bold=None, italic=None, size=0)


def _run(words: str, *, bold: bool | None, italic: bool | None, size: float) -> Xml:
    properties = element("rPr")
    for name, given in (("b", bold), ("i", italic)):
        if given is not None:
            properties.append(element(name, val="1" if given else "0"))
    if size:
        properties.append(element("sz", val=2 * size))
    text = element("t")
    text.text = words
    text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element("r", *([properties] if len(properties) else []), text)


def paragraph(style: Element | str, *runs: Xml, align: Align | None = None, tabs: Xml | None = None) -> Xml:
    """A paragraph of a style, by our name or the word processor's."""
    name = STYLES[style].name if isinstance(style, Element) else style
    properties = element("pPr", element("pStyle", val=name))
    if tabs is not None:
        properties.append(tabs)
    if align is not None:
        properties.append(element("jc", val=_ALIGNED[align]))
    return element("p", properties, *runs)


def dotted(position_mm: float) -> Xml:
    """A tab with a dotted line to write on up to a place."""
    return element("tabs", element("tab", val="left", leader="dot", pos=twips(position_mm)))


def tab() -> Xml:
    """The jump to the next tab."""
    return element("r", element("tab"))


def table(shares: list[float], rows: list[Xml], *, ruled: bool, beside: int = 60) -> Xml:
    """A table over the whole width; `shares` are its columns' widths beside each other.

    `beside` is the room beside the words of a cell, in twips.
    """
    whole = sum(shares)
    properties = element("tblPr", element("tblW", w=5000, type="pct"))
    if ruled:
        lines = (element(edge, val="single", sz=4, space=0, color="000000") for edge in _EDGES)
        properties.append(element("tblBorders", *lines))
    properties.append(element("tblLayout", type="fixed"))
    margins = (element(edge, w=beside, type="dxa") for edge in ("left", "right"))
    properties.append(element("tblCellMar", *margins))
    grid = (element("gridCol", w=9350 * share / whole) for share in shares)
    return element("tbl", properties, element("tblGrid", *grid), *rows)


def row(*cells: Xml, head: bool = False, least_mm: float = 0, exactly: bool = False) -> Xml:
    """A row that no page tears; `head`: it comes again on every page. `exactly`: no higher than least_mm."""
    properties = element("trPr", element("cantSplit"))
    if least_mm:
        properties.append(element("trHeight", val=twips(least_mm), hRule="exact" if exactly else "atLeast"))
    if head:
        properties.append(element("tblHeader"))
    return element("tr", properties, *cells)


def cell(
    *blocks: Xml,
    share: float,
    across: int = 1,
    merged: str = "",
    middle: bool = False,
    cut: tuple[str, ...] = (),
) -> Xml:
    """A cell; `share` of 100 is its width. `merged` over rows: "restart" begins, "continue" goes on.

    `cut`: edges that are dashed, in the order top, left, bottom, right.
    """
    properties = element("tcPr", element("tcW", w=50 * share, type="pct"))
    if across > 1:
        properties.append(element("gridSpan", val=across))
    if merged:
        properties.append(element("vMerge", val=merged))
    if cut:
        dashed = (element(edge, val="dashed", sz=4, space=0, color="808080") for edge in cut)
        properties.append(element("tcBorders", *dashed))
    if middle:
        properties.append(element("vAlign", val="center"))
    return element("tc", properties, *(blocks or (element("p"),)))
