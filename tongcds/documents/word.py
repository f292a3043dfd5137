"""A paper as a document for Word: a template filled for each sheet, each a section with its own pages."""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from docx.document import Document as DocumentObject
from docx.enum.section import WD_ORIENT

from tongcds.documents import Written, fields
from tongcds.documents.ooxml import Xml, element, paragraph, qname, twips
from tongcds.documents.templates import Filler, Template, own_files, read_own, shipped, unusable
from tongcds.documents.word_blocks import blocks
from tongcds.domain.text import clean
from tongcds.errors import UserError, sentence
from tongcds.papers.official import RULE_SHARE, STYLES, Element
from tongcds.papers.paper import Page, Paper, Sheet

log = logging.getLogger(__name__)

_BODY: Final = "\ue000noi_dung\ue000"
"""Marks the place of a sheet's blocks. No text can hold it: `clean` takes letters of nobody's out."""

_POINTS_PER_MM: Final = 72 / 25.4
_EMU_PER_MM: Final = 36_000
_LEFT_SHARE: Final = 0.44
# What letters of Times New Roman are wide, in parts of their size, near enough for a third to a half.
_CAPITAL, _SMALL_LETTER, _SPACE, _BOLDER = 0.68, 0.45, 0.25, 1.06
# Tiêu ngữ has a rule as long as itself, and its words never change: measured.
_MOTTO_EM: Final = 12.55
_OPTIONAL: Final = frozenset(
    STYLES[one].name
    for one in (
        Element.ABOVE, Element.OFFICE, Element.NUMBER, Element.PLACE_AND_DAY, Element.ANNEX, Element.KIND,
        Element.ABOUT, Element.PERIOD,
    )
)  # fmt: skip


def docx(paper: Paper, templates: Path) -> Written:
    """The paper in its template, and what was wrong with that.

    A template of somebody's that no paper can be made of is told, and the next one taken; ours comes last,
    and what goes wrong with it is a mistake of ours.
    """
    notes: list[str] = []
    for path in own_files(paper.form, templates):
        try:
            if path.is_file():
                written = _written(paper, read_own(path))
                return replace(written, notes=(*notes, *written.notes))
        except Exception as error:  # noqa: BLE001 - what somebody else wrote can end in anything
            log.info("a template cannot be used", extra={"code": type(error).__name__})
            notes.append(unusable(path.name, error))
    return replace(_written(paper, shipped()), notes=tuple(notes))


def _written(paper: Paper, template: Template) -> Written:
    """The paper in this template, a section for each sheet."""
    filler = Filler(template)
    whole: DocumentObject | None = None
    notes: tuple[str, ...] = ()
    for sheet in paper.sheets:
        values = fields.values(paper, sheet, _BODY)
        filled = filler.fill({name: _text(words) for name, words in values.items()})
        width = _lie(filled, paper.page)
        _tidy(filled, sheet, width)
        document = filled if whole is None else whole
        place = _place_of_body(filled)
        if place is None:
            notes = (sentence(UserError("template_without_body", file=template.name)),)
        else:
            for one in blocks(document, sheet.blocks, width):
                place.addprevious(one)
            _parent(place).remove(place)
        if whole is None:
            whole = filled
            _count_anew(_section(whole))
        else:
            _append(whole, filled)
    if whole is None:
        raise ValueError(paper.form)
    _close(whole)
    whole.core_properties.title = clean(paper.stem)
    content = io.BytesIO()
    whole.save(content)
    return Written(content.getvalue(), (*filler.notes(), *notes))


def _text(words: str) -> str:
    """A value for a template: lines stay lines, whatever else is no letter goes."""
    return words if words == _BODY else "\n".join(clean(line) for line in words.split("\n"))


def _body(document: DocumentObject) -> Xml:
    # Any: the types of python-docx call it any element.
    body: Any = document.element.body
    return body  # type: ignore[no-any-return]


def _parent(one: Xml) -> Xml:
    parent: Xml | None = one.getparent()
    if parent is None:
        raise ValueError(one.tag)
    return parent


def _place_of_body(document: DocumentObject) -> Xml | None:
    lines: list[Xml] = list(_body(document).iter(qname("p")))
    return next((one for one in lines if _BODY in "".join(one.itertext())), None)


def _style_of(one: Xml) -> str:
    found = one.find(f"{qname('pPr')}/{qname('pStyle')}")
    return "" if found is None else found.get(qname("val"), "")


def _section(document: DocumentObject) -> Xml:
    found: Xml | None = _body(document).find(qname("sectPr"))
    if found is None:
        raise ValueError(document)
    return found


def _lie(document: DocumentObject, page: Page) -> float:
    """Turn the page as the paper lies; answers the room between its margins in millimetres."""
    section = document.sections[-1]
    width, height = section.page_width or 0, section.page_height or 0
    if (width > height) is not (page is Page.LANDSCAPE):
        section.page_width, section.page_height = height, width  # type: ignore[assignment]
        section.orientation = WD_ORIENT.LANDSCAPE if page is Page.LANDSCAPE else WD_ORIENT.PORTRAIT
    room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    return room / _EMU_PER_MM


def _tidy(document: DocumentObject, sheet: Sheet, width_mm: float) -> None:
    """Take out lines of the heads that this sheet does not have, and give the rules their lengths."""
    names = {style.style_id: style.name for style in document.styles}
    body = _body(document)
    if sheet.letterhead is None:
        for one in list(body.iter(qname("tbl"))):
            if any(_named(line, names) == STYLES[Element.COUNTRY].name for line in one.iter(qname("p"))):
                _parent(one).remove(one)
    lengths = dict(zip(fields.RULE_STYLES, _rules(sheet, width_mm), strict=True))
    for one in list(body.iter(qname("p"))):
        name = _named(one, names)
        if name in lengths:
            room, length = lengths[name]
            _set_rule(one, room, length)
        elif name in _OPTIONAL and not "".join(one.itertext()).strip():
            _remove(one)


def _named(one: Xml, names: dict[str, Any]) -> str:
    style = _style_of(one)
    return str(names.get(style) or style)


def _remove(one: Xml) -> None:
    parent = _parent(one)
    # A cell has to keep one paragraph.
    if parent.tag != qname("tc") or len(parent.findall(qname("p"))) > 1:
        parent.remove(one)


def _rules(sheet: Sheet, width_mm: float) -> Iterator[tuple[float, float]]:
    """For each rule the room that it stands in and its length, in millimetres; length 0: there is none."""
    head = sheet.letterhead
    longest = max((_width_mm(words.upper(), Element.OFFICE) for words in head.body), default=0) if head else 0
    left = width_mm * _LEFT_SHARE
    yield left, min(longest, left) * RULE_SHARE
    yield width_mm - left, _MOTTO_EM * STYLES[Element.MOTTO].size / _POINTS_PER_MM
    about = _width_mm(sheet.title.about, Element.ABOUT) if sheet.title.ruled else 0
    yield width_mm, min(about, width_mm) * RULE_SHARE


def _width_mm(words: str, part: Element) -> float:
    style = STYLES[part]
    ems = sum(_SPACE if one == " " else _CAPITAL if one.isupper() else _SMALL_LETTER for one in words)
    return ems * style.size * (_BOLDER if style.bold else 1) / _POINTS_PER_MM


def _set_rule(one: Xml, room_mm: float, length_mm: float) -> None:
    if length_mm <= 0:
        _remove(one)
        return
    beside = twips(max(0.0, (room_mm - length_mm) / 2 - 1))
    properties = one.find(qname("pPr"))
    if properties is not None:
        for old in properties.findall(qname("ind")):
            properties.remove(old)
        properties.append(element("ind", left=beside, right=beside))


def _count_anew(section: Xml) -> None:
    """Let a section count its pages from 1; its first one shows no number."""
    for name in ("pgNumType", "titlePg"):
        for old in section.findall(qname(name)):
            section.remove(old)
    after = section.find(qname("cols"))
    numbers, first = element("pgNumType", start=1), element("titlePg")
    if after is None:
        section.extend((numbers, first))
    else:
        after.addprevious(numbers)
        after.addnext(first)


def _append(whole: DocumentObject, filled: DocumentObject) -> None:
    """Put another sheet behind: what is there ends with a section, the sheet begins one like it."""
    section = _section(whole)
    before = paragraph(Element.PLAIN)
    properties = before.find(qname("pPr"))
    if properties is not None:
        properties.append(copy.deepcopy(section))
    section.addprevious(before)
    own = _section(filled)
    for one in list(_body(filled)):
        if one is not own:
            section.addprevious(one)


def _close(document: DocumentObject) -> None:
    """A document ends with a paragraph, so a table at the end gets a small one after it."""
    section = _section(document)
    last = section.getprevious()
    if last is not None and last.tag == qname("tbl"):
        section.addprevious(paragraph(Element.PLAIN))
