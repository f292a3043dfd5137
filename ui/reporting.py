"""Wires the cycle of reports to the window: its place, drawing one up, deciding, and the count beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from tongcds.actions import (
    Changes,
    board,
    comparing,
    differences,
    documents,
    handed,
    incoming,
    proposing,
    report_requests,
    reporting,
)
from tongcds.actions.report_requests import RequestText
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import request_of
from tongcds.domain.reporting import Word
from tongcds.domain.views import BehindView, EditUndo
from tongcds.domain.views.differences import HeldAgainst
from tongcds.domain.views.report import Report, ReportRow, TargetLine
from tongcds.domain.views.reporting import DueRow, Reminders, ReportPage
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.errors import words_for
from ui.forms.behind_dialog import BehindDialog
from ui.forms.difference_dialog import DifferenceDialog
from ui.forms.reason_dialog import ReasonDialog
from ui.forms.request_report_dialog import RequestReportDialog
from ui.paper.pages import Pages
from ui.screens.report import ReportScreen, ReportShown
from ui.screens.reports import ReportsScreen

_HEEDED = frozenset({"report", "report_step", "report_request", "target_proposal", "exchange"})


_Dialog = BehindDialog | DifferenceDialog | ReasonDialog | RequestReportDialog


class Reporting(QObject):
    """Makes the screen of the place; figures are counted on the thread for counting.

    `preview` shows a report as a paper that can be saved and printed. `proposals_requested` wants the
    proposals to change targets, `emulation_wanted` campaigns and proposals to commend.
    """

    proposals_requested = Signal()
    emulation_wanted = Signal()

    def __init__(self, desk: Desk, preview: Callable[[Report], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._preview = preview
        self.dialog: _Dialog | None = None
        desk.changes.changed.connect(self._follow)

    def screen(self) -> ReportsScreen:
        """The screen of the place."""
        core, desk = self._desk.core, self._desk
        screen = ReportsScreen(
            partial(incoming.cycle, core), partial(incoming.incoming, core), desk.reads, desk.changes
        )
        screen.drawn.connect(self._draw)
        screen.opened.connect(self.open)
        screen.asked.connect(self._offer_to_ask)
        screen.withdrawn.connect(self._ask_no_more)
        screen.proposals_wanted.connect(self.proposals_requested)
        screen.emulation_wanted.connect(self.emulation_wanted)
        return screen

    # Asking units below for one

    def _offer_to_ask(self) -> None:
        self._desk.read(partial(report_requests.units_below, self._desk.core), self._ask, owner=self)

    def _ask(self, below: tuple[tuple[bytes, str], ...]) -> None:
        core = self._desk.core
        figures = report_requests.figures_offered(core)
        dialog = RequestReportDialog(core.today, below, figures, parent=self._desk.window())

        def asked(says: RequestText, unit: bytes | None) -> None:
            def work() -> Undoable:
                _made, undo, changes = report_requests.ask(core, says, () if unit is None else (unit,))
                return undo, changes

            self._desk.save(work, _("The request goes out at the next sync."), owner=self)

        dialog.asked.connect(asked)
        self._show(dialog)

    def _ask_no_more(self, kind: str) -> None:
        request = request_of(kind)
        if request is not None:
            work = partial(report_requests.withdraw, self._desk.core, request)
            self._desk.save(work, _("It is asked for no more; what came in stays."), owner=self)

    def count(self) -> None:
        """Say beside the place how many reports and proposals wait for somebody here."""
        work = partial(incoming.reminders, self._desk.core)
        self._desk.read(work, self._show_count, owner=self)

    def _follow(self, kinds: frozenset[str]) -> None:
        if not kinds.isdisjoint(_HEEDED):
            self.count()

    def _show_count(self, found: Reminders) -> None:
        self._desk.window().set_count("reports", len(found.due) + found.to_decide + found.proposals)

    # Drawing one up

    def _draw(self, row: DueRow) -> None:
        self._draw_up(row.kind, row.last)

    def _draw_up(self, kind: str, day: date) -> None:
        core = self._desk.core

        def load() -> ReportShown:
            report = reporting.drawn_up(core, kind, day)
            if report.targets:
                return ReportShown(report)
            offered = proposing.proposal(core, Period(report.first, report.last))
            return ReportShown(report, proposal=offered, asks=report_requests.asks_of(core, kind))

        screen = self._screen(load)
        screen.kept.connect(partial(self._keep, kind, day))
        screen.handed.connect(partial(self._hand_up, kind, day))
        self._desk.window().open_over(screen)

    def _keep(self, kind: str, day: date, typed: Mapping[str, str]) -> None:
        work = partial(reporting.keep_text, self._desk.core, kind, day, dict(typed))
        self._desk.write(work, self._kept, owner=self)

    def _kept(self, changes: Changes) -> None:
        """A draft is nobody else's: screens show it, and no exchange begins for it."""
        self._desk.changes.tell(changes.kinds)

    def _hand_up(self, kind: str, day: date, typed: Mapping[str, str]) -> None:
        work = partial(reporting.hand_up, self._desk.core, kind, day, dict(typed))

        def done(answer: tuple[bytes, EditUndo, Changes]) -> None:
            _made, undo, changes = answer
            self._desk.window().back()
            self._desk.told(_("The report goes out at the next sync."), undo, changes)

        self._desk.write(work, done, owner=self)

    # One that was handed up

    def open(self, report_id: bytes) -> None:
        """Show a report that was handed up."""
        core = self._desk.core

        def load() -> ReportShown:
            page = handed.read(core, report_id)
            return ReportShown(page.report, page)

        screen = self._screen(load)
        screen.version_chosen.connect(self._turn_to)
        screen.withdrawn.connect(partial(self._withdraw, report_id))
        screen.corrected.connect(partial(self._correct, report_id))
        screen.accepted.connect(partial(self._decide, report_id, Word.ACCEPTED, ""))
        screen.looked.connect(partial(self._decide, report_id, Word.RECEIVED, ""))
        screen.returned.connect(partial(self._ask_reason, screen, report_id))
        self._desk.window().open_over(screen)

    def _turn_to(self, report_id: bytes) -> None:
        self._desk.window().back()
        self.open(report_id)

    def _withdraw(self, report_id: bytes) -> None:
        work = partial(handed.withdraw, self._desk.core, report_id)
        self._desk.save(work, _("The report was taken back."), owner=self)

    def _correct(self, report_id: bytes) -> None:
        core = self._desk.core

        def go_on(asked: tuple[str, date]) -> None:
            self._desk.window().back()
            self._draw_up(*asked)

        self._desk.read(partial(handed.kind_and_day, core, report_id), go_on, owner=self)

    def _ask_reason(self, screen: ReportScreen, report_id: bytes) -> None:
        page: ReportPage | None = screen.shown.page if screen.shown is not None else None
        about = "" if page is None else f"{page.unit} · {page.name}, {page.period}"
        dialog = ReasonDialog(about, parent=self._desk.window())
        dialog.given.connect(partial(self._decide, report_id, Word.RETURNED))
        self._show(dialog)

    def _decide(self, report_id: bytes, word: Word, reason: str) -> None:
        said = {
            Word.ACCEPTED: _("The report was accepted."),
            Word.RETURNED: _("The report goes back at the next sync."),
        }

        def work() -> Undoable:
            return handed.decide(self._desk.core, report_id, word, reason)

        self._desk.save(work, said.get(word, _("Its sender hears that it is being looked at.")), owner=self)

    # Both

    def _screen(self, load: Callable[[], ReportShown]) -> ReportScreen:
        desk = self._desk
        screen = ReportScreen(load, first_page, counts=desk.counts, files=desk.files, changes=desk.changes)
        screen.left.connect(desk.window().back)
        screen.behind.connect(partial(self._list, screen))
        screen.paper_wanted.connect(self._preview)
        screen.difficulties_wanted.connect(self._to_difficulties)
        screen.comparison_wanted.connect(partial(self._compare, screen))
        screen.difference_wanted.connect(partial(self._show_difference, screen))
        return screen

    def _compare(self, screen: ReportScreen, report: Report) -> None:
        def fail(problem: Exception) -> None:
            screen.compared.fail(words_for(problem))

        work = partial(comparing.held_against, self._desk.core, report)
        self._desk.net.run(work, screen.compared.show_view, owner=screen, failed=fail)

    def _show_difference(self, screen: ReportScreen, row: HeldAgainst) -> None:
        report = screen.shown.report if screen.shown is not None else None
        if report is None:
            return
        period = Period(report.first, report.last)
        ask = partial(differences.figure_difference, self._desk.core, row.code, period, row.unit_id)
        dialog = DifferenceDialog(ask, self._desk.net, parent=self._desk.window())
        dialog.opened.connect(self._desk.show)
        self._show(dialog)

    def _to_difficulties(self) -> None:
        window = self._desk.window()
        window.back()
        window.show_place("difficulties")

    def _list(self, screen: ReportScreen, row: ReportRow | TargetLine) -> None:
        report = screen.shown.report if screen.shown is not None else None
        if report is None:
            return
        if isinstance(row, TargetLine):
            terms, until = row.row.terms, min(row.row.terms.last, report.last)
            indicator, period = terms.indicator, Period(min(terms.first, until), until)
        else:
            indicator, period = row.indicator, Period(report.first, report.last)
        work = partial(board.records, self._desk.core, indicator, period, report.unit_id)
        self._desk.counts.run(work, self._show_records, owner=self, failed=self._desk.failed)

    def _show_records(self, view: BehindView) -> None:
        dialog = BehindDialog(view, parent=self._desk.window())
        dialog.opened.connect(self._desk.show)
        self._show(dialog)

    def _show(self, dialog: _Dialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()


def first_page(report: Report, dpi: float, ratio: float) -> QImage:
    """The first page at so many dots an inch, on a screen with so many pixels to a point."""
    pages = Pages(documents.of_report(report).paper)
    pages.lay_out()
    image = pages.image(0, dpi * ratio)
    image.setDevicePixelRatio(ratio)
    return image
