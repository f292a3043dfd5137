"""Papers on pages: how many there are, one page painted anywhere, the whole as a PDF or on a printer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QBuffer, QIODevice, QLineF, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextDocument,
)

from tongcds.errors import CancelledError
from tongcds.papers.paper import MARGINS, PAGE_MM, Page, Paper, Sheet, Table
from ui import theme
from ui.paper.canvas import RULE, content_size
from ui.paper.links import Link, links_of
from ui.paper.marks import DPI, millimetres, points
from ui.paper.parts import parts
from ui.paper.typeset import BODY, typeset
from ui.paper.writing import font
from ui.words import NAME

_MM_PER_INCH: Final = 25.4
_SOME_LINES: Final = 80


class _Place(NamedTuple):
    """A page: the part of the paper that it is in, its place there, and its number in its sheet."""

    part: int
    page: int
    number: int


class Laid(NamedTuple):
    """How far a layout is: pages that there are, and rows and sheets done of all."""

    pages: int
    done: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total


Watch = Callable[[int, int], None]
"""Told how much of how much is done; whatever it raises ends the work."""


def unwatched(_done: int, _total: int) -> None:
    """Watches nothing."""


class Pages:
    """The pages of a paper, laid out bit by bit. Made, used and dropped on one thread; any thread will do.

    A page can be painted as soon as it is laid out. Parts are set when they are needed and the last one is
    kept, so that a stack of hundreds costs no memory.
    """

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._set: tuple[int, QTextDocument] | None = None
        self._parts: list[tuple[Sheet, bool]] = []
        self._places: list[_Place] = []
        self._done, self._total = 0, sum(_lines(sheet) for sheet in paper.sheets)
        self._work = self._lay_out()

    def __len__(self) -> int:
        """How many pages are laid out."""
        return len(self._places)

    def laid(self) -> Laid:
        """How far the layout is."""
        return Laid(len(self), self._done, self._total)

    def lay_out_some(self) -> Laid:
        """Lay out the next few pages; some tens of milliseconds of work."""
        enough = min(self._done + _SOME_LINES, self._total)
        for _part in self._work:
            if self._done >= enough:
                break
        return self.laid()

    def lay_out(self, watch: Watch = unwatched) -> Pages:
        """Lay out the rest; `watch` is told how many rows and sheets of all are laid out."""
        for _part in self._work:
            watch(self._done, self._total)
        return self

    def _lay_out(self) -> Iterator[None]:
        """A part of a sheet at each step."""
        for sheet in self.paper.sheets:
            number = 0
            for part in parts(sheet, self.paper.page):
                at = len(self._parts)
                self._parts.append((part.sheet, part.begins))
                if part.document is not None:
                    self._set = at, part.document
                for page in range(part.pages):
                    number += 1
                    self._places.append(_Place(at, page, number))
                self._done = min(self._done + _lines(part.sheet), self._total)
                yield

    def size_mm(self) -> tuple[int, int]:
        """Width and height of every page."""
        return PAGE_MM[self.paper.page]

    def paint(self, painter: QPainter, number: int, dpi: float) -> None:
        """Paint a page, counted from 0, with its corner at the painter's origin."""
        place = self._places[number]
        document = self._document(place.part)
        size = content_size(self.paper.page)
        painter.save()
        painter.scale(dpi / DPI, dpi / DPI)
        if place.number > 1:
            self._number(painter, place.number)
        top = place.page * size.height()
        painter.translate(millimetres(MARGINS.left), millimetres(MARGINS.top) - top)
        page = QRectF(0, top, size.width(), size.height())
        document.drawContents(painter, page)
        _close_tables(painter, document, page.bottom())
        painter.restore()

    def image(self, number: int, dpi: float) -> QImage:
        """A page as a picture of this resolution."""
        width, height = self.size_mm()
        side = QSizeF(width, height) * (dpi / _MM_PER_INCH)
        image = QImage(side.toSize(), QImage.Format.Format_RGB32)
        image.fill(theme.PAPER_WHITE)
        painter = QPainter(image)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.paint(painter, number, dpi)
        painter.end()
        return image

    def links(self, number: int) -> tuple[Link, ...]:
        """The numbers of a page that something stands behind, from its top to its end."""
        place = self._places[number]
        height = content_size(self.paper.page).height()
        found = links_of(self._document(place.part), place.page * height, height)
        return tuple(link.moved(MARGINS.left, MARGINS.top) for link in found)

    def paint_all(
        self, device: QPagedPaintDevice, dpi: float, numbers: Sequence[int], watch: Watch = unwatched
    ) -> bool:
        """Paint these pages on a PDF or a printer whose margins are none; False where that fails.

        `watch` is told how many of the pages are painted.
        """
        painter = QPainter()
        if not painter.begin(device):
            return False
        for at, number in enumerate(numbers):
            if at:
                device.newPage()
            self.paint(painter, number, dpi)
            try:
                watch(at + 1, len(numbers))
            except CancelledError:
                painter.end()
                raise
        return painter.end()

    def pdf(self, watch: Watch = unwatched) -> bytes:
        """What is laid out as a PDF/A-1b with its fonts embedded."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setPdfVersion(QPagedPaintDevice.PdfVersion.PdfVersion_A1b)
        writer.setResolution(DPI)
        writer.setPageLayout(page_layout(self.paper.page))
        writer.setTitle(self.paper.stem)
        writer.setCreator(NAME)
        self.paint_all(writer, DPI, range(len(self)), watch)
        del writer
        return bytes(buffer.data().data())

    def _document(self, at: int) -> QTextDocument:
        if self._set is None or self._set[0] != at:
            sheet, begins = self._parts[at]
            self._set = at, typeset(sheet, self.paper.page, begins=begins)
        return self._set[1]

    def _number(self, painter: QPainter, number: int) -> None:
        """Centred in the top margin; the first page of a sheet has none."""
        width, _height = self.size_mm()
        band = QRectF(
            0, millimetres(MARGINS.top / 2) - points(BODY) / 2, millimetres(width), points(2 * BODY)
        )
        look = font(BODY)
        # A painter's font is measured by the device, the page by the layout.
        look.setPixelSize(round(points(BODY)))
        painter.setFont(look)
        painter.drawText(band, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, str(number))


def page_layout(page: Page) -> QPageLayout:
    """A4 this way round, without margins of the device: a paper brings its own."""
    way = QPageLayout.Orientation.Landscape if page is Page.LANDSCAPE else QPageLayout.Orientation.Portrait
    return QPageLayout(QPageSize(QPageSize.PageSizeId.A4), way, QMarginsF())


def pdf(paper: Paper) -> bytes:
    """The paper as a PDF, laid out and painted in one go."""
    return Pages(paper).lay_out().pdf()


def _close_tables(painter: QPainter, document: QTextDocument, end: float) -> None:
    """Draw the line under the last row of a page where a ruled table goes on; Qt leaves it open there."""
    layout = document.documentLayout()
    thin = points(RULE)
    painter.setPen(QPen(theme.PAPER_INK, thin))
    for frame in document.rootFrame().childFrames():
        form = frame.frameFormat()
        room = layout.frameBoundingRect(frame)
        if form.border() and room.top() < end < room.bottom() - form.bottomMargin():
            painter.drawLine(QLineF(room.left(), end - thin / 2, room.right(), end - thin / 2))


def _lines(sheet: Sheet) -> int:
    """How much work a sheet is: its rows, and the sheet itself where it has few."""
    return max(1, sum(len(block.rows) for block in sheet.blocks if isinstance(block, Table)))
