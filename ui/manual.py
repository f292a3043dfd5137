"""The manual: the whole help with a picture of each screen, as a PDF file: one text with what F1 shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFormat,
    QTextImageFormat,
)
from PySide6.QtWidgets import QWidget

import tongcds
from tongcds import handbook
from tongcds.handbook import Topic
from tongcds.i18n import _, format_number
from ui import theme
from ui.forms.help_window import aired, written
from ui.preview import screens
from ui.stage import SIZE
from ui.theme import TEXT_STYLES, Style, space

_DOTS: Final = 96
"""Of the document, in an inch; one pixel of the window is one of these."""

_FINER: Final = 4
_MARGIN_MM: Final = 20
_MM_IN_AN_INCH: Final = 25.4
_LINK: Final = re.compile(r"\[([^\]]+)\]\([a-z-]+\)")


def write(file: Path) -> int:
    """Write the manual in the language of the program and the theme in use; returns the number of pages."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pictures = {name: _picture(name) for name in {topic.picture for topic in handbook.topics()} - {""}}
    # The contents name pages, which are known once everything is laid out: the second time they are right.
    pages = _pages_of(_document(pictures, {}))
    document = _document(pictures, pages)
    writer = QPdfWriter(str(file))
    writer.setTitle(_("TongCDS manual"))
    writer.setCreator(f"TongCDS {tongcds.__version__}")
    writer.setResolution(_DOTS * _FINER)
    millimetres = QPageLayout.Unit.Millimeter
    page = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(
        QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(*[_MARGIN_MM] * 4), millimetres)
    )
    painter = QPainter(writer)
    painter.scale(_FINER, _FINER)
    size = document.pageSize()
    for number in range(document.pageCount()):
        if number:
            writer.newPage()
            painter.setFont(theme.current().font(Style.NOTE))
            above = QRectF(0, -_pixels(_MARGIN_MM / 2), size.width(), _pixels(_MARGIN_MM / 3))
            painter.drawText(above, Qt.AlignmentFlag.AlignHCenter, format_number(number + 1))
        painter.save()
        painter.translate(0, -number * size.height())
        document.drawContents(painter, QRectF(0, number * size.height(), size.width(), size.height()))
        painter.restore()
    painter.end()
    return document.pageCount()


def _pixels(millimetres: float) -> float:
    return millimetres / _MM_IN_AN_INCH * _DOTS


def _picture(name: str) -> QImage:
    """A screen as the tests see it, with its invented people."""
    window: QWidget = screens.in_shell(name)
    window.resize(*SIZE)
    window.show()
    screens.settle()
    image = window.grab().toImage()
    window.close()
    window.deleteLater()
    return image


def _document(pictures: Mapping[str, QImage], pages: Mapping[str, int]) -> QTextDocument:
    """The whole manual, laid out on pages of the size that the margins leave."""
    whole = QTextDocument()
    page = QPageSize(QPageSize.PageSizeId.A4).size(QPageSize.Unit.Millimeter)
    room = QSizeF(_pixels(page.width() - 2 * _MARGIN_MM), _pixels(page.height() - 2 * _MARGIN_MM))
    written(whole, _contents(pages))
    whole.setDocumentMargin(0)
    cursor = QTextCursor(whole)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    for topic in handbook.topics():
        _head(cursor, topic)
        if topic.picture:
            whole.addResource(
                QTextDocument.ResourceType.ImageResource.value, QUrl(topic.picture), pictures[topic.picture]
            )
            cursor.insertBlock(_gap(), QTextCharFormat())
            shown = QTextImageFormat()
            shown.setName(topic.picture)
            shown.setWidth(room.width())
            cursor.insertImage(shown)
        # The first paragraph of what is inserted takes the shape of the block that is there.
        cursor.insertBlock(_gap(), QTextCharFormat())
        part = QTextDocument()
        written(part, _LINK.sub(r"\1", topic.text))
        cursor.insertFragment(QTextDocumentFragment(part))
    whole.setPageSize(room)
    return whole


def _gap() -> QTextBlockFormat:
    shape = QTextBlockFormat()
    aired(shape)
    shape.setBottomMargin(space(2))
    return shape


def _head(cursor: QTextCursor, topic: Topic) -> None:
    """The title of a topic on a new page, and a name by which its page is found again."""
    shape = _gap()
    shape.setHeadingLevel(1)
    shape.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
    style = TEXT_STYLES[Style.TITLE]
    letters = QTextCharFormat()
    letters.setFontWeight(QFont.Weight(style.weight))
    letters.setProperty(QTextFormat.Property.FontPixelSize, style.size)
    letters.setAnchor(True)
    letters.setAnchorNames([topic.key])
    cursor.insertBlock(shape, letters)
    cursor.insertText(topic.title, letters)


def _contents(pages: Mapping[str, int]) -> str:
    """The first page, in Markdown: what the manual is, and its topics by part with their pages."""
    lines = [f"# {_('TongCDS manual')}", "", _("Version {version}").format(version=tongcds.__version__)]
    for part, name in handbook.PARTS.items():
        lines += ["", f"## {_(name)}", ""]
        for topic in _of_part(part):
            page = format_number(pages[topic.key]) if topic.key in pages else ""
            lines.append(f"- {topic.title}  **{page}**" if page else f"- {topic.title}")
    return "\n".join(lines) + "\n"


def _of_part(part: str) -> Sequence[Topic]:
    return [topic for topic in handbook.topics() if topic.part == part]


def _pages_of(document: QTextDocument) -> dict[str, int]:
    """The page of each topic, counted from 1."""
    layout, found = document.documentLayout(), {}
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        names = pieces.fragment().charFormat().anchorNames() if not pieces.atEnd() else []
        if names:
            top = layout.blockBoundingRect(block).top()
            found[names[0]] = int(top // document.pageSize().height()) + 1
        block = block.next()
    return found
