"""A paper as it will be printed, page by page, before it is saved as a PDF or goes to a printer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QDialog, QScrollArea, QSizePolicy, QWidget

from tongcds.documents import Format
from tongcds.domain.views import LeftOut, Tone
from tongcds.i18n import _, format_number, format_percent
from ui import theme
from ui.forms.ground_choice import GroundChoice
from ui.paper.links import Link
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.choices import CheckRow
from ui.widgets.meter import MeterBar
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line
from ui.widgets.text import Text

ZOOMS: Final = (50, 75, 100, 125, 150, 200)
"""Per cent of the paper's real size."""

_REAL: Final = 100
_FIT_MOST: Final = 125
_SCREEN_DPI: Final = 96
_MM_PER_INCH: Final = 25.4
_SHARE_OF_SCREEN: Final = 0.9


class _Sheet(QWidget):
    """Draws one page on the grey of a desk; `asked` carries what stands behind a number that was clicked."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self._links: tuple[Link, ...] = ()
        self._chosen = -1
        self._dots = 1.0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_image(self, image: QImage, links: tuple[Link, ...], dots: float) -> None:
        """Show a page, and the numbers on it; `dots` are pixels to a millimetre."""
        self._image, self._links, self._dots, self._chosen = image, links, dots, -1
        self.setMinimumSize(self.sizeHint())
        self.update()

    def step(self, by: int) -> Link | None:
        """Go to another number of the page; answers it, None where there is none."""
        if not self._links:
            return None
        self._chosen = (self._chosen + by) % len(self._links) if self._chosen >= 0 else min(by, 0)
        self._chosen %= len(self._links)
        self.update()
        return self._links[self._chosen]

    def chosen(self) -> Link | None:
        """The number that was gone to."""
        return self._links[self._chosen] if self._chosen >= 0 else None

    def place_of(self, link: Link) -> QRectF:
        """Where a number stands in this widget."""
        dots = self._dots
        place = QRectF(link.left * dots, link.top * dots, link.width * dots, link.height * dots)
        return place.translated(self._paper().topLeft())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        link = self._at(event.position())
        if link is not None:
            self.asked.emit(link.behind)

    def _at(self, where: QPointF) -> Link | None:
        return next((link for link in self._links if self.place_of(link).contains(where)), None)

    def _paper(self) -> QRect:
        place = QRect(0, 0, self.sizeHint().width(), self.sizeHint().height())
        place.moveCenter(self.rect().center())
        place.moveTop(max(0, place.top()))
        return place

    def sizeHint(self) -> QSize:
        return self._image.deviceIndependentSize().toSize()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().colour("sunken"))
        painter.drawImage(self._paper(), self._image)
        for at, link in enumerate(self._links):
            place = self.place_of(link)
            painter.setPen(QPen(theme.PAPER_INK, 1, Qt.PenStyle.DotLine))
            painter.drawLine(place.bottomLeft(), place.bottomRight())
            if at == self._chosen:
                painter.setPen(QPen(theme.current().colour("accent"), 2))
                painter.drawRect(place.adjusted(-2, -1, 2, 1))


class PaperPreview(QDialog):
    """Shows the pages of a paper, as wide as there is room until somebody says how large.

    Page Up and Page Down turn, Ctrl and plus or minus zoom, Esc closes.

    F3 goes to the next number that something stands behind, Enter or a click asks for it (`behind_wanted`).

    `wanted` asks for a page (from 0) at a resolution; `show_page` brings it. `anew_wanted` asks for the
    paper anew: with whole phone numbers or without, and on which ground with those who did not agree.
    `started` says that there are pages to look at, `show_laid` how far the rest is. While a file is made or
    a printer served, closing asks with `stop_wanted` to stop that and nothing else.

    Args:
        title: what is printed.
        has_numbers: phone numbers are in it, so that they can be asked for whole.
        parent: the window.
    """

    help_topic = "printing"

    wanted = Signal(int, float)
    save_wanted = Signal(object)
    behind_wanted = Signal(object)
    print_wanted = Signal()
    stop_wanted = Signal()
    anew_wanted = Signal(bool, str)

    def __init__(self, title: str, *, has_numbers: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._count = 0
        self._page = 0
        self._laying = ""
        self._busy = False
        self._width_mm = 0
        self._zoom: int | None = None
        self._shown = 0
        self._sheet = _Sheet()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(self._sheet)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.place = Text(_("Reading what is to be printed…"), Style.MUTED)
        self.meter = MeterBar()
        self.meter.hide()
        self.before = Button(_("Page before"), hint="PgUp")
        self.before.clicked.connect(self.turn_back)
        self.after = Button(_("Next page"), hint="PgDn")
        self.after.clicked.connect(self.turn)
        self.smaller = Button("–", hint="")
        self.smaller.setAccessibleName(_("Smaller"))
        self.smaller.clicked.connect(self.zoom_out)
        self.larger = Button("+", hint="")
        self.larger.setAccessibleName(_("Larger"))
        self.larger.clicked.connect(self.zoom_in)
        self.size_words = Text("", Style.MUTED)
        self.numbers = CheckRow(_("Whole phone numbers (the access log notes it)"), key="numbers")
        if not has_numbers:
            self.numbers.hide()
        self.numbers.toggled.connect(self._ask_anew)
        self.without = GroundChoice(beside=True)
        self.without.changed.connect(self._ask_anew)
        self.leave = Button(_("Close"), hint="Escape")
        self.leave.clicked.connect(self.reject)
        self.save = Button(_("Save as PDF"), icon="hard-drive-download", hint="Ctrl+S")
        self.save.clicked.connect(partial(self.save_wanted.emit, Format.PDF))
        self.word = Button("Word", icon="file-text", hint="Ctrl+W")
        self.word.clicked.connect(partial(self.save_wanted.emit, Format.DOCX))
        self.excel = Button("Excel", icon="file-spreadsheet", hint="Ctrl+E")
        self.excel.clicked.connect(partial(self.save_wanted.emit, Format.XLSX))
        self.notes = Notice("triangle-alert", Tone.WARN, "")
        self.notes.hide()
        self._sheet.asked.connect(self.behind_wanted)
        self.print = Button(_("Print…"), icon="printer", hint="Ctrl+P", kind=Kind.PRIMARY)
        self.print.clicked.connect(self.print_wanted)
        self._build()
        self._listen()
        self._may(self._count > 0)

    def _build(self) -> None:
        box = column(self, gap=2)
        box.setContentsMargins(space(3), space(3), space(3), space(3))
        turning = line(gap=2)
        for widget in (self.before, self.after, self.place):
            turning.addWidget(widget)
        turning.addStretch(1)
        for widget in (self.smaller, self.size_words, self.larger):
            turning.addWidget(widget)
        box.addLayout(turning)
        box.addWidget(self.meter)
        box.addWidget(self.area, 1)
        warning = _("Anybody who has the paper or the PDF can read it. That you print or save it is noted.")
        box.addWidget(Notice("triangle-alert", Tone.WARN, warning))
        box.addWidget(self.notes)
        box.addWidget(self.without)
        buttons = line(gap=2)
        buttons.addWidget(self.numbers)
        buttons.addStretch(1)
        for button in (self.leave, self.word, self.excel, self.save, self.print):
            buttons.addWidget(button)
        box.addLayout(buttons)
        look = theme.current()
        room = self.screen().availableGeometry().size() * _SHARE_OF_SCREEN
        self.setMinimumSize(QSize(look.scaled(Length.DIALOG), look.scaled(Length.SIDE)).boundedTo(room))
        self.resize(room)
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _listen(self) -> None:
        for keys, act in (
            ("PgUp", self.turn_back), ("PgDown", self.turn),
            ("Ctrl+Home", self.first), ("Ctrl+End", self.last),
            ("Ctrl++", self.zoom_in), ("Ctrl+=", self.zoom_in), ("Ctrl+-", self.zoom_out),
            ("Ctrl+S", self.save.click), ("Ctrl+P", self.print.click), ("Ctrl+W", self.word.click),
            ("Ctrl+E", self.excel.click), ("F3", self.next_number), ("Shift+F3", self.number_before),
            ("Return", self._open_number), ("Enter", self._open_number),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def show_left(self, left: LeftOut) -> None:
        """Say who is not on the paper, or is without their consent."""
        self.without.show_left(left)

    def show_notes(self, notes: Sequence[str]) -> None:
        """Say what could not be done as asked."""
        self.notes.say(" ".join(notes))
        self.notes.setVisible(bool(notes))

    def next_number(self) -> None:
        """Go to the next number of this page that something stands behind."""
        self._at_number(self._sheet.step(1))

    def number_before(self) -> None:
        """Go to the one before."""
        self._at_number(self._sheet.step(-1))

    def _at_number(self, link: Link | None) -> None:
        if link is None:
            self.place.setText(_("No number on this page has records to open."))
            return
        self.place.setText(_("{number}: Enter shows what it counts.").format(number=link.words))
        place = self._sheet.place_of(link).center().toPoint()
        self.area.ensureVisible(place.x(), place.y())

    def _open_number(self) -> None:
        link = self._sheet.chosen()
        if link is not None:
            self.behind_wanted.emit(link.behind)

    def _ask_anew(self) -> None:
        self.anew_wanted.emit(self.numbers.isChecked(), self.without.ground())

    def started(self, pages: int, width_mm: int) -> None:
        """The first pages of a paper, so many and so wide, can be looked at."""
        self._count, self._width_mm = pages, width_mm
        self._page = min(self._page, pages - 1)
        self._ask()

    def show_laid(self, pages: int, done: int, total: int) -> None:
        """There are so many pages now; `done` of `total` rows and sheets are laid out."""
        self._count = pages
        self._laying = "" if done >= total else _counted(_("laying out: {n} of {all} rows"), done, total)
        if not self._busy:
            self.meter.show_share(done / max(total, 1))
            self.meter.setVisible(bool(self._laying))
            self._say_place()
            self._may(pages > 0)

    def show_work(self) -> None:
        """A file is being made or a printer served: until it is done, the only way on is to stop it."""
        self._busy = True
        self.leave.set_words(_("Cancel"))
        self._may(self._count > 0)

    def show_layout(self, done: int, total: int) -> None:
        """Say how much is laid out for a file or a printer."""
        self._show_work(_("Laying out: {n} of {all} rows"), done, total)

    def show_drawing(self, done: int, total: int) -> None:
        """Say how many pages are drawn for a file or a printer."""
        self._show_work(_("Drawing: {n} of {all} pages"), done, total)

    def _show_work(self, words: str, done: int, total: int) -> None:
        # The last word of work that was stopped may come late.
        if self._busy:
            self.meter.show_share(done / total)
            self.meter.show()
            self.place.setText(_counted(words, done, total))

    def reject(self) -> None:
        """Close; while something is being made, stop that instead."""
        if not self._busy:
            super().reject()
            return
        self._busy = False
        self.stop_wanted.emit()
        self.leave.set_words(_("Close"))
        self.meter.hide()
        self._say_place()
        self._may(self._count > 0)

    def show_page(self, number: int, image: QImage, links: tuple[Link, ...] = ()) -> None:
        """Show a page that was asked for, unless another one is wanted by now."""
        if number == self._page:
            dots = _SCREEN_DPI * self._shown / 100 / _MM_PER_INCH
            self._sheet.show_image(image, links, dots)

    def page(self) -> int:
        """The page that is shown, from 0."""
        return self._page

    def turn(self) -> None:
        """The next page."""
        self._go(self._page + 1)

    def turn_back(self) -> None:
        """The page before."""
        self._go(self._page - 1)

    def first(self) -> None:
        """The first page."""
        self._go(0)

    def last(self) -> None:
        """The last page."""
        self._go(self._count - 1)

    def zoom_in(self) -> None:
        """Larger."""
        self._change_zoom(next((zoom for zoom in ZOOMS if zoom > self._percent()), ZOOMS[-1]))

    def zoom_out(self) -> None:
        """Smaller."""
        self._change_zoom(next((zoom for zoom in reversed(ZOOMS) if zoom < self._percent()), ZOOMS[0]))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def _percent(self) -> int:
        """How large the page is shown; as wide as there is room where nobody said it."""
        if self._zoom is not None or not self._width_mm:
            return self._zoom or _REAL
        room = self.area.viewport().width() - self.area.verticalScrollBar().sizeHint().width()
        fitting = int(100 * room / (self._width_mm / _MM_PER_INCH * _SCREEN_DPI))
        return max(ZOOMS[0], min(fitting, _FIT_MOST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._count and self._percent() != self._shown:
            self._ask()

    def _change_zoom(self, zoom: int) -> None:
        if zoom != self._percent():
            self._zoom = zoom
            self._ask()

    def _go(self, page: int) -> None:
        if 0 <= page < self._count and page != self._page:
            self._page = page
            self.area.verticalScrollBar().setValue(0)
            self._ask()

    def _may(self, may: bool) -> None:  # noqa: FBT001 - a Qt-style setter
        for button in (self.smaller, self.larger):
            button.setEnabled(may)
        for making in (self.save, self.word, self.excel, self.print, self.numbers, self.without):
            making.setEnabled(may and not self._busy)
        self.before.setEnabled(may and self._page > 0)
        self.after.setEnabled(may and self._page < self._count - 1)

    def _ask(self) -> None:
        self._may(self._count > 0)
        self._say_place()
        percent = self._shown = self._percent()
        self.size_words.setText(format_percent(percent / 100))
        self.wanted.emit(self._page, _SCREEN_DPI * percent / 100 * self.devicePixelRatioF())

    def _say_place(self) -> None:
        words = _counted(_("Page {n} of {all}"), self._page + 1, self._count)
        if self._laying:
            page = _("Page {n}").format(n=format_number(self._page + 1))
            words = f"{page} · {self._laying}"
        self.place.setText(words)
        self.area.setAccessibleName(words)


def _counted(words: str, done: int, total: int) -> str:
    return words.format(n=format_number(done), all=format_number(total))
