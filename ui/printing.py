"""Wires papers to the window: what a screen offers, the preview, a PDF among the exports, the printer.

What a paper holds is `actions.printing`'s, how it is drawn `ui.paper`'s; what is worked with is the `Desk`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QAbstractPrintDialog, QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.actions import Changes, board, documents, opening, printing
from tongcds.actions.printing import Printout
from tongcds.documents import Format, Written
from tongcds.domain.periods import Period
from tongcds.domain.views import BehindView, HouseholdDetail, HouseholdFilter, LogFilter, Role
from tongcds.domain.views.report import Report
from tongcds.errors import CancelledError, UnavailableError, UserError, sentence
from tongcds.i18n import _
from tongcds.papers.paper import PAGE_MM, Behind, Paper
from ui.desk import Desk
from ui.forms.behind_dialog import BehindDialog
from ui.forms.paper_choice import PaperChoice
from ui.forms.paper_preview import PaperPreview
from ui.forms.payment_dialog import PaymentDialog
from ui.offered import Maker, Offered, offered
from ui.paper.links import Link
from ui.paper.pages import Laid, Pages, Watch, page_layout
from ui.paper.writing import font_notes
from ui.tasks import Progress

AskPrinter = Callable[[QPrinter, QWidget, Callable[[QPrinter], None]], None]
"""Asks for a printer and its settings; calls back with the printer that was chosen."""


def ask_printer(printer: QPrinter, parent: QWidget, chosen: Callable[[QPrinter], None]) -> None:
    """The system's own dialog.

    Raises:
        UnavailableError: no_printer.
    """
    if not QPrinterInfo.availablePrinterNames():
        raise UnavailableError("no_printer")
    dialog = QPrintDialog(printer, parent)
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintPageRange)
    # A file is written by "Save as PDF", which lists it.
    dialog.setOption(QAbstractPrintDialog.PrintDialogOption.PrintToFile, False)  # noqa: FBT003 - Qt's own
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(lambda: chosen(printer))
    # The dialog's own `open` is another one, which wants a slot by its name.
    QDialog.open(dialog)


class _Held:
    """The pages of one paper; made, asked and let go of on the thread for files alone."""

    def __init__(self) -> None:
        self._pages: Pages | None = None

    def begin(self, paper: Paper) -> Laid:
        """Lay out the first pages of a paper."""
        self._pages = Pages(paper)
        return self._pages.lay_out_some()

    def go_on(self, paper: Paper) -> Laid | None:
        """Lay out the next pages; None where the paper was let go of meanwhile."""
        if self._pages is None or self._pages.paper is not paper:
            return None
        return self._pages.lay_out_some()

    def pdf(self, paper: Paper, laying: Watch, drawing: Watch) -> bytes:
        """The paper as a PDF; it is laid out anew only where it was let go of meanwhile."""
        if self._pages is None or self._pages.paper is not paper:
            self._pages = Pages(paper)
        return self._pages.lay_out(laying).pdf(drawing)

    def image(self, number: int, dpi: float, ratio: float) -> tuple[QImage, tuple[Link, ...]]:
        """A page for a screen whose pixels are so many to one, and the numbers on it."""
        if self._pages is None or number >= len(self._pages):
            return QImage(), ()
        image = self._pages.image(number, dpi)
        image.setDevicePixelRatio(ratio)
        return image, self._pages.links(number)

    def print(self, printer: QPrinter, laying: Watch, drawing: Watch) -> bool:
        """Paint the pages that were asked for on a printer."""
        if self._pages is None:
            return False
        pages = self._pages.lay_out(laying)
        first = (printer.fromPage() or 1) - 1
        last = printer.toPage() or len(pages)
        numbers = range(first, min(last, len(pages)))
        try:
            return pages.paint_all(printer, printer.resolution(), numbers, drawing)
        except CancelledError:
            printer.abort()
            raise

    def end(self) -> None:
        """Let go of the pages."""
        self._pages = None


def _watch(report: Watch, stop: Event) -> Watch:
    """Reports what is done, and ends the work once somebody stops it."""

    def watch(done: int, total: int) -> None:
        if stop.is_set():
            raise CancelledError
        report(done, total)

    return watch


class Printing(QObject):
    """Makes, shows, saves and prints papers.

    Args:
        desk: what is worked with.
        narrowed: what the list of households is narrowed to now, and the household that is open there; None
            where that list is not on the screen.
        parent: whose window it is.
        ask: asks for a printer.
    """

    def __init__(
        self,
        desk: Desk,
        narrowed: Callable[[], tuple[HouseholdFilter, HouseholdDetail | None] | None],
        parent: QObject | None = None,
        *,
        ask: AskPrinter = ask_printer,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._narrowed = narrowed
        self.ask = ask
        self._printout: Printout | None = None
        self._held = _Held()
        self._stop = Event()
        self._laying, self._drawing = Progress(self), Progress(self)
        self._laying.moved.connect(self._show_layout)
        self._drawing.moved.connect(self._show_drawing)
        self.choice: PaperChoice | None = None
        self.payment: PaymentDialog | None = None
        self.preview: PaperPreview | None = None
        self.behind: BehindDialog | None = None

    def listen(self, window: QWidget) -> None:
        """Have Ctrl+P ask in this window what is to be printed."""
        QShortcut(QKeySequence("Ctrl+P"), window).activated.connect(self._asked)

    def _asked(self) -> None:
        # A screen with one paper of its own prints that.
        own = getattr(self._desk.window().seen(), "ask_print", None)
        if own is not None:
            own()
        elif self._desk.who.role is not Role.TRAINER:
            self.choose()

    def round_list(self, round_id: bytes) -> None:
        """Show the list of a round."""
        core = self._desk.core
        make: Maker = lambda _numbers, ground: printing.round_list(core, round_id, ground=ground)  # noqa: E731
        self._open(_("List of the round"), False, make)  # noqa: FBT003 - as in `offered`

    def show(self, title: str, make: Maker) -> None:
        """Show a paper without phone numbers."""
        self._open(title, False, make)  # noqa: FBT003 - as in `offered`

    def choose(self) -> None:
        """Ask which paper, of those that fit what is on the screen."""
        papers = offered(self._desk.core, self._narrowed())
        dialog = PaperChoice([paper.words for paper in papers], parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda at: self._open_offered(papers[at]))
        self.choice = dialog
        dialog.open()

    def _open_offered(self, paper: Offered) -> None:
        pays = paper.pays
        if pays is None:
            self._open(paper.words, paper.has_numbers, paper.make)
            return
        dialog = PaymentDialog(parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda payment: self._open(paper.words, paper.has_numbers, pays(payment)))
        self.payment = dialog
        dialog.open()

    def sheet(self, household_id: bytes) -> None:
        """Show the survey sheet of a household."""
        core = self._desk.core

        def make(numbers: bool, ground: str) -> Printout:  # noqa: FBT001 - as `Maker`
            return printing.sheets(core, [household_id], numbers=numbers, ground=ground)

        self._open(_("Survey sheet (B02)"), True, make)  # noqa: FBT003 - as in `offered`

    def report(self, report: Report) -> None:
        """Show a periodic report, with the numbers that it has."""
        make: Maker = lambda _numbers, _ground: documents.of_report(report)  # noqa: E731
        self._open(report.title, False, make)  # noqa: FBT003 - as in `offered`

    def obstacles(self, period: Period, unit_id: bytes | None) -> None:
        """Show the list of difficulties of a period and unit."""
        core = self._desk.core
        make: Maker = lambda _numbers, _ground: documents.obstacles(core, period, unit_id)  # noqa: E731
        self._open(_("List of difficulties (B06)"), False, make)  # noqa: FBT003 - as in `offered`

    def members(self) -> None:
        """Show the list of the team's members."""
        core = self._desk.core
        make: Maker = lambda numbers, _ground: printing.members(core, numbers=numbers)  # noqa: E731
        self._open(_("Members of the team (B14)"), True, make)  # noqa: FBT003 - as in `offered`

    def activities(self, wanted: LogFilter) -> None:
        """Show the book of activities that match."""
        core = self._desk.core
        self._open(
            _("Book of activities (B01)"),
            False,  # noqa: FBT003 - as in `offered`
            lambda _numbers, ground: printing.activities(core, wanted, ground=ground),
        )

    def _open(self, title: str, has_numbers: bool, make: Maker) -> None:  # noqa: FBT001 - part of a table
        preview = PaperPreview(title, has_numbers=has_numbers, parent=self._desk.window())
        preview.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        preview.wanted.connect(self._draw)
        preview.anew_wanted.connect(partial(self._make, make))
        preview.save_wanted.connect(self._save)
        preview.print_wanted.connect(self._ask_printer)
        preview.stop_wanted.connect(self._stop_work)
        preview.behind_wanted.connect(self._show_behind)
        preview.finished.connect(self._closed)
        self.preview = preview
        preview.open()
        self._make(make, False, "")  # noqa: FBT003 - as the signal of a box that is not ticked

    def _make(self, make: Maker, numbers: bool, ground: str) -> None:  # noqa: FBT001 - Qt's own signal
        # Asking for whole numbers is noted, so it is a change.
        tasks = self._desk.writes if numbers else self._desk.reads
        tasks.run(partial(make, numbers, ground), self._made, owner=self, failed=self._failed)

    def _made(self, printout: Printout) -> None:
        self._printout = printout
        preview = self.preview
        if preview is not None:
            preview.show_left(printout.left_out)
            preview.show_notes((*printout.notes, *font_notes()))
            begin = partial(self._held.begin, printout.paper)
            self._desk.files.run(begin, partial(self._begun, printout), owner=preview, failed=self._failed)

    def _begun(self, printout: Printout, laid: Laid) -> None:
        if self.preview is not None and self._printout is printout:
            self.preview.started(laid.pages, PAGE_MM[printout.paper.page][0])
            self._laid(printout, laid)

    def _laid(self, printout: Printout, laid: Laid | None) -> None:
        """Show how far it is and have the next bit laid out; a page that is turned to waits for one bit."""
        preview = self.preview
        if preview is None or self._printout is not printout or laid is None:
            return
        preview.show_laid(laid.pages, laid.done, laid.total)
        if not laid.whole:
            go_on = partial(self._held.go_on, printout.paper)
            done = partial(self._laid, printout)
            self._desk.files.run(go_on, done, owner=preview, failed=self._failed)

    def _draw(self, number: int, dpi: float) -> None:
        preview = self.preview
        if preview is not None:
            work = partial(self._held.image, number, dpi, preview.devicePixelRatioF())
            show = partial(self._show_page, preview, number)
            self._desk.files.run(work, show, owner=preview, failed=self._failed)

    def _show_page(self, preview: PaperPreview, number: int, shown: tuple[QImage, tuple[Link, ...]]) -> None:
        preview.show_page(number, *shown)

    def _show_behind(self, behind: Behind) -> None:
        """Show the records behind a number of the paper, to whoever may see them."""
        work = partial(board.records, self._desk.core, behind.indicator, behind.period, behind.unit_id)
        self._desk.counts.run(work, self._list_behind, owner=self, failed=self._not_behind)

    def _list_behind(self, view: BehindView) -> None:
        if self.preview is None:
            return
        dialog = BehindDialog(view, parent=self.preview)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.opened.connect(self._show_household)
        self.behind = dialog
        dialog.open()

    def _show_household(self, household_id: object) -> None:
        self._leave()
        if isinstance(household_id, bytes):
            self._desk.show(household_id)

    def _not_behind(self, problem: Exception) -> None:
        if self.preview is not None and isinstance(problem, UserError):
            self.preview.show_notes([sentence(problem)])
        else:
            self._failed(problem)

    def _save(self, kind: Format) -> None:
        printout = self._printout
        preview = self.preview
        if printout is not None and preview is not None and kind is not Format.PDF:
            # Nothing of it can be watched; whoever stops it gets no file.
            self._watches(preview)
            work = partial(printing.as_file, printout, kind)
            done = partial(self._write_as, printout, kind, self._stop)
            self._desk.files.run(work, done, owner=self, failed=self._failed)
        elif printout is not None and preview is not None:
            draw = partial(self._held.pdf, printout.paper, *self._watches(preview))
            self._desk.files.run(draw, partial(self._write, printout), owner=self, failed=self._failed)

    def _write(self, printout: Printout, content: bytes) -> None:
        work = partial(printing.save, self._desk.core, printout, content)
        self._desk.writes.run(work, self._saved, owner=self, failed=self._failed)

    def _write_as(self, printout: Printout, kind: Format, stop: Event, written: Written) -> None:
        if stop.is_set():
            return
        work = partial(printing.save, self._desk.core, printout, written.content, kind)
        done = partial(self._saved, notes=written.notes)
        self._desk.writes.run(work, done, owner=self, failed=self._failed)

    def _saved(self, answer: tuple[Path, Changes], notes: tuple[str, ...] = ()) -> None:
        path, changes = answer
        self._desk.changed(changes)
        self._leave()
        words = _("Written: {file}. Anybody who has this copy can open it.").format(file=path)
        self._desk.window().say(" ".join((words, *notes)), stays=True)

    def _ask_printer(self) -> None:
        printout, preview = self._printout, self.preview
        if printout is None or preview is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(printout.paper.stem)
        printer.setFullPage(True)
        printer.setPageLayout(page_layout(printout.paper.page))
        try:
            self.ask(printer, preview, partial(self._print, printout))
        except UnavailableError as problem:
            self._failed(problem)

    def _print(self, printout: Printout, printer: QPrinter) -> None:
        preview = self.preview
        if preview is not None:
            done = partial(self._printed, printout)
            laying, drawing = self._watches(preview)

            def work() -> bool:
                # What goes to a printer is noted afterwards, and has to be what the vault holds.
                opening.prove(self._desk.core)
                return self._held.print(printer, laying, drawing)

            self._desk.files.run(work, done, owner=self, failed=self._failed)

    def _printed(self, printout: Printout, went: bool) -> None:  # noqa: FBT001 - the answer of work
        if not went:
            self._failed(UnavailableError("printer_failed"))
            return
        self._leave()
        note = partial(printing.printed, self._desk.core, printout)
        self._desk.do(note, _("Handed to the printer."), owner=self)

    def _watches(self, preview: PaperPreview) -> tuple[Watch, Watch]:
        """What the preview shows of laying out and of drawing, until somebody stops it."""
        stop = self._stop = Event()
        preview.show_work()
        return _watch(self._laying.report, stop), _watch(self._drawing.report, stop)

    def _show_layout(self, done: int, total: int) -> None:
        if self.preview is not None:
            self.preview.show_layout(done, total)

    def _show_drawing(self, done: int, total: int) -> None:
        if self.preview is not None:
            self.preview.show_drawing(done, total)

    def _stop_work(self) -> None:
        self._stop.set()

    def _failed(self, problem: Exception) -> None:
        self._leave()
        self._desk.failed(problem)

    def _leave(self) -> None:
        if self.preview is not None:
            self.preview.accept()

    def _closed(self) -> None:
        self._stop.set()
        self.preview = None
        self._printout = None
        self._desk.files.run(self._held.end, lambda _nothing: None, owner=self)
