"""The blocks of a paper as elements of a document for Word, in the styles of its template."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

import segno
from docx.document import Document as DocumentObject
from docx.shared import Mm

from tongcds.documents import ooxml
from tongcds.documents.ooxml import Xml, cell, element, glue, paragraph, row, run, table
from tongcds.papers.official import NAME_SIZE, RECEIVERS, Element, cell_elements
from tongcds.papers.paper import (
    Align,
    Block,
    Boxes,
    Cards,
    Cell,
    Chart,
    Closing,
    Code,
    Column,
    Fact,
    Facts,
    Filled,
    Kind,
    Lines,
    Look,
    Mark,
    PageBreak,
    Paragraph,
    Row,
    Signature,
    Signatures,
    Table,
    said,
)

_LOOKS: Final = {
    Look.BODY: Element.BODY,
    Look.PLAIN: Element.PLAIN,
    Look.HEADING: Element.HEADING,
    Look.CENTRED: Element.CENTRED,
    Look.NOTE: Element.NOTE,
}
_MARKS: Final = {Mark.OPEN: "☐", Mark.YES: "☑", Mark.NO: "☒"}
_QR_MM: Final = 23
_CODE_SHARE: Final = 24.0
_CARD_CODE: Final = 17.0
_EMPTY_LINES: Final = 3
_BESIDE: Final = 60
_BESIDE_NARROW: Final = 24
"""Beside the words of a ruled cell, in twips."""


def blocks(document: DocumentObject, wanted: tuple[Block, ...], width_mm: float) -> Iterator[Xml]:
    """Each block's elements; pictures become parts of the document. `width_mm`: the room between margins."""
    for block in wanted:
        match block:
            case Paragraph():
                yield paragraph(_LOOKS[block.look], run(said(block.words)))
            case Table():
                yield _table(block)
                yield _small()
            case Signatures():
                yield _small()
                yield _signatures(block.places)
                yield _small()
            case Closing():
                yield _small()
                yield _closing(block)
                yield _small()
            case PageBreak():
                yield element("p", element("r", element("br", type="page")))
            case Chart():
                pass  # a spreadsheet draws it
            case _:
                yield from _to_fill_in(document, block, width_mm)


def _to_fill_in(document: DocumentObject, block: Filled, width_mm: float) -> Iterator[Xml]:
    match block:
        case Facts():
            yield _facts(block, width_mm)
        case Boxes():
            label = [run(f"{block.label}:"), glue(" ")] if block.label else []
            choices = [
                part
                for one in block.choices
                for part in (glue(f"{_MARKS[one.mark]}\u00a0"), run(one.words), glue("   "))
            ]
            yield paragraph(Element.PLAIN, *label, *choices, align=Align.START)
        case Lines():
            label = [run(f"{block.label}:"), glue(" ")] if block.label else []
            yield _written_on(*label, width_mm=width_mm)
            yield from (_written_on(width_mm=width_mm) for _more in range(block.count - 1))
        case Code():
            yield _code(document, block, width_mm)
        case Cards():
            yield _cards(document, block)


def _small() -> Xml:
    """Nothing, two points high: two tables beside each other would become one."""
    return paragraph(Element.PLAIN, run("", size=2))


def _written_on(*runs: Xml, width_mm: float) -> Xml:
    return paragraph(Element.PLAIN, *runs, ooxml.tab(), align=Align.START, tabs=ooxml.dotted(width_mm))


def _shares(columns: tuple[Column, ...]) -> list[float]:
    whole = sum(column.share for column in columns)
    return [100 * column.share / whole for column in columns]


def _table(block: Table) -> Xml:
    shares = _shares(block.columns)
    rows = _titles(block, shares)
    _title, narrow = cell_elements(block)
    if block.numbered:
        numbers = (
            cell(paragraph(narrow, run(f"({at})", italic=True), align=Align.CENTRE), share=share)
            for at, share in enumerate(shares, 1)
        )
        rows.append(row(*numbers, head=True))
    rows += [_row(one, block, shares) for one in block.rows]
    return table(shares, rows, ruled=True, beside=_BESIDE_NARROW if narrow is Element.NARROW else _BESIDE)


def _titles(block: Table, shares: list[float]) -> list[Xml]:
    element, _cells = cell_elements(block)

    def title(words: str, **more: Any) -> Xml:  # noqa: ANN401 - handed on to `cell`
        return cell(paragraph(element, run(words)), middle=True, **more)

    if not any(column.group for column in block.columns):
        return [
            row(
                *(title(one.title, share=share) for one, share in zip(block.columns, shares, strict=True)),
                head=True,
            )
        ]
    upper: list[Xml] = []
    lower: list[Xml] = []
    placed = list(zip(block.columns, shares, strict=True))
    for group, members in groupby(placed, key=lambda one: one[0].group):
        inside = list(members)
        if group:
            upper.append(title(group, share=sum(share for _one, share in inside), across=len(inside)))
            lower += [title(one.title, share=share) for one, share in inside]
        else:
            upper += [title(one.title, share=share, merged="restart") for one, share in inside]
            lower += [cell(share=share, merged="continue") for _one, share in inside]
    return [row(*upper, head=True), row(*lower, head=True)]


def _row(one: Row, block: Table, shares: list[float]) -> Xml:
    bold = True if one.kind is not Kind.PLAIN else None
    _title, element = cell_elements(block)
    if one.kind is Kind.GROUP:
        words = paragraph(element, run(_words(one.cells[0]), bold=True), align=Align.START)
        return row(cell(words, share=100, across=len(block.columns)), least_mm=block.least_mm)
    cells = (
        cell(
            paragraph(
                element,
                run(_words(found), bold=bold),
                align=Align.CENTRE if isinstance(found, Mark) else column.align,
            ),
            share=share,
        )
        for found, column, share in zip(_filled(one.cells, block), block.columns, shares, strict=True)
    )
    return row(*cells, least_mm=block.least_mm)


def _filled(cells: tuple[Cell, ...], block: Table) -> tuple[Cell, ...]:
    return (*cells, *("",) * (len(block.columns) - len(cells)))


def _words(found: Cell) -> str:
    if isinstance(found, Mark):
        return _MARKS[found]
    return found if isinstance(found, str) else found.words


def _facts(block: Facts, width_mm: float) -> Xml:
    rows: list[list[Fact]] = []
    for fact in block.entries:
        if fact.wide or not rows or len(rows[-1]) == block.across or rows[-1][0].wide:
            rows.append([fact])
        else:
            rows[-1].append(fact)
    share = 100 / block.across
    made = []
    for facts in rows:
        wide = facts[0].wide
        room = width_mm * (1 if wide else share / 100) - 4
        cells = [
            cell(_fact(fact, room), share=100 if wide else share, across=block.across if wide else 1)
            for fact in facts
        ]
        if not wide:
            cells += [cell(share=share) for _more in range(block.across - len(facts))]
        made.append(row(*cells))
    return table([share] * block.across, made, ruled=False)


def _fact(fact: Fact, room_mm: float) -> Xml:
    if fact.value:
        words = (run(f"{fact.label}:"), glue(" "), run(fact.value, bold=True))
        return paragraph(Element.PLAIN, *words, align=Align.START)
    return _written_on(run(f"{fact.label}:"), glue(" "), width_mm=room_mm)


def _qr(document: DocumentObject, payload: str) -> Xml:
    picture = io.BytesIO()
    # Q: a quarter of it may be dirty or creased.
    segno.make(payload, error="q", micro=False).save(picture, kind="png", scale=8, border=2)
    picture.seek(0)
    # Any: python-docx types the part as any part of a package.
    part: Any = document.part
    inline = part.new_pic_inline(picture, Mm(_QR_MM), Mm(_QR_MM))
    return element("r", element("drawing", inline))


def _code(document: DocumentObject, block: Code, width_mm: float) -> Xml:
    shown = _qr(document, block.payload)
    room = width_mm * (100 - _CODE_SHARE) / 100 - 4
    left = [paragraph(Element.NOTE, run(block.words)), *(_fact(fact, room) for fact in block.entries)]
    right = [
        paragraph(Element.CENTRED, shown),
        paragraph(Element.NOTE, run(block.typed, bold=True), align=Align.CENTRE),
    ]
    shares = [100 - _CODE_SHARE, _CODE_SHARE]
    line = row(cell(*left, share=shares[0]), cell(*right, share=shares[1]))
    return table(shares, [line], ruled=False)


def _cards(document: DocumentObject, block: Cards) -> Xml:
    shares = [_CARD_CODE, 100 / block.across - _CARD_CODE] * block.across
    rows = []
    for start in range(0, len(block.cards), block.across):
        cells: list[Xml] = []
        for one in block.cards[start : start + block.across]:
            lines = [paragraph(Element.NOTE, run(one.above), align=Align.START)]
            lines.append(
                paragraph(Element.PLAIN, run(one.name, bold=True, size=NAME_SIZE), align=Align.START)
            )
            lines += [paragraph(Element.PLAIN, run(words), align=Align.START) for words in one.lines]
            code = paragraph(Element.CENTRED, _qr(document, one.payload))
            cells.append(cell(code, share=shares[0], middle=True, cut=("top", "left", "bottom")))
            cells.append(cell(*lines, share=shares[1], middle=True, cut=("top", "bottom", "right")))
        cells += [cell(share=share) for share in shares[len(cells) :]]
        rows.append(row(*cells, least_mm=block.high_mm, exactly=True))
    return table(shares, rows, ruled=False)


def _signatures(places: tuple[Signature, ...]) -> Xml:
    share = 100 / len(places)
    authority, day = any(one.authority for one in places), any(one.day for one in places)
    cells = (cell(*_sign(one, authority=authority, day=day), share=share) for one in places)
    return table([share] * len(places), [row(*cells)], ruled=False)


def _sign(place: Signature, *, authority: bool, day: bool) -> list[Xml]:
    lines = [paragraph(Element.PLACE_AND_DAY, run(place.day))] if day else []
    if authority:
        lines.append(paragraph(Element.SIGNER, run(place.authority)))
    lines += [paragraph(Element.SIGNER, run(place.role)), paragraph(Element.SIGN_NOTE, run(place.note))]
    lines += [paragraph(Element.SIGNER_NAME) for _line in range(_EMPTY_LINES)]
    return [*lines, paragraph(Element.SIGNER_NAME, run(place.name))]


def _closing(block: Closing) -> Xml:
    left = [paragraph(Element.RECEIVERS, run(f"- {words}")) for words in block.receivers]
    if left:
        left.insert(0, paragraph(Element.RECEIVERS_TITLE, run(f"{RECEIVERS}:")))
    right = _sign(block.place, authority=bool(block.place.authority), day=False)
    return table([50, 50], [row(cell(*left, share=50), cell(*right, share=50))], ruled=False)
