"""One report: its sections to be typed into, its figures with what is behind them, and how it will look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QWidget

from tongcds.domain.reporting import STATE_WORDS, State
from tongcds.domain.views import Tone
from tongcds.domain.views.report import Report, ReportRow, ReportSection, with_text
from tongcds.domain.views.reporting import Proposal, ReportPage
from tongcds.i18n import _, format_date, format_number, ngettext
from tongcds.papers.periodic import number_words, target_words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms import report_words
from ui.forms.reasons_part import ReasonsPart
from ui.forms.report_compared import Compared
from ui.forms.report_offer import Offer
from ui.forms.report_sheet import ReportSheet
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MarkCell, TextCell
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.drafting import Drafting
from ui.widgets.field import Choice, LabeledField, TextArea
from ui.widgets.notice import Notice
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, ScrollColumn, SideBySide, column
from ui.widgets.text import Text

_BIGGEST: Final = 110  # dots an inch: a page as wide as a desk has room for


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report being drawn up (`page` None) with what a section may take over, or one that was handed up.

    `asks`: what a unit above wants to read in it.
    """

    report: Report | None
    page: ReportPage | None = None
    proposal: Proposal | None = None
    asks: str = ""


class ReportScreen(Page):
    """`handed` and `kept` carry the typed words by place; `left` is Esc.

    `behind` carries a `ReportRow` or, of a comparison of plan and result, a `TargetLine`.
    Of one that was handed up: `withdrawn`, `corrected`, `accepted`, `looked` and `returned` say what is
    wanted with it, `version_chosen` carries the id of another version. `difficulties_wanted` asks for those
    that a section speaks of, `comparison_wanted` for what goes into `compared`, `difference_wanted` for why a
    figure there differs.

    Args:
        load: answers what is shown; runs off the UI thread.
        sheet: draws the first page at so many dots an inch, for so many pixels to a point; likewise.
        counts: where `load` runs.
        files: where `sheet` runs.
        changes: what tells that it is to be read again.
    """

    help_topic = "reports"

    left = Signal()
    handed = Signal(object)
    kept = Signal(object)
    behind = Signal(object)
    withdrawn = Signal()
    corrected = Signal()
    accepted = Signal()
    looked = Signal()
    returned = Signal()
    paper_wanted = Signal(object)
    version_chosen = Signal(object)
    difficulties_wanted = Signal()
    comparison_wanted = Signal(object)
    difference_wanted = Signal(object)

    def __init__(
        self,
        load: Callable[[], ReportShown],
        sheet: Callable[[Report, float, float], QImage],
        *,
        counts: Tasks,
        files: Tasks,
        changes: ChangeBus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._draw, self._counts, self._files = load, sheet, counts, files
        self.shown: ReportShown | None = None
        self._typed: dict[str, str] = {}
        self._section = ""
        self._drafting = Drafting(self)
        self._drafting.due.connect(self._keep)
        self._make_head()
        self._notice = Notice("info", Tone.INFO)
        cards = SideBySide()
        cards.add(self._make_side(), 4)
        cards.add(self._make_sheet(), 7)
        for part in (self._head, self._notice):
            self.body.addWidget(part)
        self.body.addWidget(cards, 1)
        self.keep_escape(self._leave)
        self.begin_at(self.sections)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self._reload_page, frozenset({"report_step", "exchange"}))

    def _make_head(self) -> None:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self._leave)
        self.paper = Button(_("Word, Excel, PDF…"), icon="file-text", hint="Ctrl+P")
        self.paper.clicked.connect(self.ask_print)
        self.withdraw = Button(_("Take the report back"), icon="undo-2")
        self.withdraw.clicked.connect(self.withdrawn)
        self.look = Button(_("Look at it"), icon="clock")
        self.look.clicked.connect(self.looked)
        self.give_back = Button(_("Return…"), icon="undo-2")
        self.give_back.clicked.connect(self.returned)
        self.accept = Button(_("Accept the report"), icon="check", keys="Ctrl+Return", kind=Kind.PRIMARY)
        self.accept.clicked.connect(self.accepted)
        self.correct = Button(_("Correct"), icon="pen-line", keys="Ctrl+Return", kind=Kind.PRIMARY)
        self.correct.clicked.connect(self.corrected)
        self.hand_up = Button(_("Hand up"), icon="check", keys="Ctrl+Return", kind=Kind.PRIMARY)
        self.hand_up.clicked.connect(self._hand_up)
        self._buttons = (self.withdraw, self.look, self.give_back, self.accept, self.correct, self.hand_up)
        self._head = PageHead(_("Periodic report"), "", [leave, self.paper, *self._buttons])

    def ask_print(self) -> None:
        """Want the report as a paper, with the words typed so far."""
        report = self.shown.report if self.shown is not None else None
        if report is not None:
            self.paper_wanted.emit(with_text(report, self._typed))

    def _make_side(self) -> QWidget:
        self.parts = ChoicePills(
            _("What is shown"),
            [
                Answer("text", _("Contents"), None),
                Answer("figures", _("Figures"), None),
                Answer("compared", _("Comparison"), None),
            ],
            "text",
            large=True,
        )
        self.parts.changed.connect(self._turn)
        self._sections: RowsModel[ReportSection] = RowsModel(
            [Column("", self._section_cell, stretch=1), Column("", self._state_cell)], self
        )
        self.sections = RowsView(self._sections, name=_("Contents"), headings=False)
        self.sections.picked.connect(self._pick)
        self.sections.opened.connect(self._to_text)
        self._rows: RowsModel[ReportRow] = RowsModel([Column("", _row_cell, stretch=1)], self)
        self.rows = RowsView(self._rows, name=_("Figures"), headings=False)
        self.rows.opened.connect(self.behind)
        self.text = TextArea()
        self.text.textChanged.connect(self._type)
        self.field = LabeledField(_("Contents"), self.text)
        self._lead = Text("", Style.NOTE, wrap=True)
        self.offer = Offer()
        self.offer.taken.connect(self._take_over)
        self.offer.opened.connect(self._open_difficulties)
        writing = QWidget()
        box = column(writing, gap=3)
        box.addWidget(self.sections, 3)
        box.addWidget(self._lead)
        box.addWidget(self.offer)
        box.addWidget(self.field, 2)
        figures = QWidget()
        box = column(figures, gap=2)
        box.addWidget(self.rows, 1)
        box.addWidget(Text(_("Enter opens the records behind a figure."), Style.NOTE, wrap=True))
        self._stack = QStackedWidget()
        self._stack.addWidget(writing)
        self._stack.addWidget(figures)
        self.compared = Compared()
        self.compared.opened.connect(self.difference_wanted)
        self._stack.addWidget(self.compared)
        self.reasons = ReasonsPart()
        self.reasons.typed.connect(self._type_reason)
        self.reasons.opened.connect(self.behind)
        self._stack.addWidget(self.reasons)
        card = Card()
        card.body.setSpacing(space(3))
        self.versions = Choice()
        self.versions.setAccessibleName(_("Versions"))
        self.versions.activated.connect(self._choose_version)
        card.body.addWidget(self.versions)
        card.body.addWidget(self.parts)
        card.body.addWidget(self._stack, 1)
        return card

    def _make_sheet(self) -> QWidget:
        self.sheet = ReportSheet()
        self.sheet.wanted.connect(self._ask_sheet)
        scroll = ScrollColumn()
        scroll.body.addWidget(self.sheet, 1)
        card = Card(flush=True)
        card.body.addWidget(scroll, 1)
        return card

    # Reading

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._counts.run(self._load, self.show_report, owner=self, failed=self._failed)

    def _reload_page(self) -> None:
        """A draft that is being typed into stays as it is."""
        self.is_fresh()
        if self.shown is None or self.shown.page is not None:
            self.reload()

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_report(self, shown: ReportShown) -> None:
        """Draw the report, and what may be done with it."""
        self.show_content()
        if self.shown is None and shown.report is not None and shown.report.targets:
            # Of a comparison the reasons are what is to be typed.
            self.parts.choose("figures")
        self.shown = shown
        report, page = shown.report, shown.page
        self._typed = {} if report is None else dict(report.typed)
        name = page.name if page is not None else report.title if report is not None else ""
        period = page.period if page is not None else report.period if report is not None else ""
        self._head.set_words(f"{name}, {period}", report_words.about(report, page))
        may = {
            self.hand_up: page is None,
            self.withdraw: page is not None and page.may_withdraw,
            self.correct: page is not None and page.may_correct and not page.may_decide,
            self.accept: page is not None and page.may_decide and page.state is not State.ACCEPTED,
            self.give_back: page is not None and page.may_decide and page.state is not State.RETURNED,
            self.look: page is not None and page.may_decide and page.state is State.SENT,
        }
        for button, shows in may.items():
            button.setVisible(shows)
        self.text.setReadOnly(page is not None)
        self._show_versions(page)
        self._notice.say(report_words.news(report, page, shown.asks), tone=report_words.tone(page))
        at = max(0, self.sections.currentIndex().row())
        self._sections.set_rows(() if report is None else report.sections)
        self._rows.set_rows(() if report is None else report.rows)
        self.reasons.show_lines(() if report is None else report.targets, self._typed, fixed=page is not None)
        self.sections.choose(at)
        self.rows.choose(0)
        self._pick(self.sections.current_row())
        self._turn()
        self._ask_sheet()

    def _show_versions(self, page: ReportPage | None) -> None:
        known = () if page is None else page.versions
        self.versions.clear()
        for at, one in enumerate(known):
            when = "" if one.handed_on is None else format_date(one.handed_on)
            number = _("Version {n}").format(n=format_number(len(known) - at))
            words = " · ".join(filter(None, (number, when, _(STATE_WORDS[one.state]))))
            self.versions.addItem(words, one.report_id)
            if page is not None and one.report_id == page.report_id:
                self.versions.setCurrentIndex(at)
        self.versions.setVisible(len(known) > 1)

    def _choose_version(self) -> None:
        page = self.shown.page if self.shown is not None else None
        wanted = self.versions.currentData()
        if page is not None and isinstance(wanted, bytes) and wanted != page.report_id:
            self.version_chosen.emit(wanted)

    def _ask_sheet(self) -> None:
        report = None if self.shown is None else self.shown.report
        if report is None:
            self.sheet.show_image(QImage())
            return
        room = max(1, self.sheet.width() - 2 * space(4))
        dpi = min(_BIGGEST, room / (210 / 25.4))  # the width of A4
        ratio = self.devicePixelRatioF()
        words = self._words()
        shown = with_text(report, words)
        self._files.run(lambda: self._draw(shown, dpi, ratio), self.sheet.show_image, owner=self)

    # Typing

    def _pick(self, row: object) -> None:
        if not isinstance(row, ReportSection):
            return
        self._section = row.code
        self.field.say(f"{row.code}. {row.title}")
        self._lead.setText(row.lead)
        self._lead.setVisible(bool(row.lead))
        blocked = self.text.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.text.setPlainText(self._typed.get(row.code, ""))
        self.text.blockSignals(blocked)
        self._show_offer()

    def _show_offer(self) -> None:
        found = self.shown.proposal if self.shown is not None else None
        here = found is not None and found.section == self._section
        self.offer.show_proposal(found if here else None, self._typed.get(self._section, ""))

    def _take_over(self, lines: tuple[str, ...]) -> None:
        """Put what is offered under what stands there already."""
        typed = self.text.toPlainText().rstrip()
        self.text.setPlainText("\n".join(filter(None, (typed, *lines))))
        self._to_text(None)

    def _open_difficulties(self) -> None:
        self._drafting.flush()
        self.difficulties_wanted.emit()

    def _to_text(self, _row: object) -> None:
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _type(self) -> None:
        if self.shown is not None and self.shown.page is None and self._section:
            self._typed[self._section] = self.text.toPlainText()
            self._drafting.touch()
            self._show_offer()
            self.sections.viewport().update()

    def _type_reason(self, place: str, words: str) -> None:
        if self.shown is not None and self.shown.page is None:
            self._typed[place] = words
            self._drafting.touch()

    def _words(self) -> dict[str, str]:
        return {code: text for code, text in self._typed.items() if text.strip()}

    def _keep(self) -> None:
        self.kept.emit(self._words())
        self._ask_sheet()

    def keep_draft(self) -> None:
        """Write down what is typed; the window calls it before it closes."""
        self._drafting.flush()

    def _hand_up(self) -> None:
        self._drafting.forget()
        self.handed.emit(self._words())

    def _leave(self) -> None:
        self._drafting.flush()
        self.left.emit()

    def _turn(self, _part: object = None) -> None:
        part = str(self.parts.value())
        report = self.shown.report if self.shown is not None else None
        self._stack.setCurrentIndex(("text", "figures", "compared").index(part))
        if part == "figures" and report is not None and report.targets:
            self._stack.setCurrentWidget(self.reasons)
        if part == "compared" and report is not None:
            self.compared.begin()
            self.comparison_wanted.emit(report)

    # Cells

    def _section_cell(self, row: ReportSection) -> Cell:
        done = any(one.lead or self._is_typed(one) for one in self._with_parts(row))
        if done and not self._is_offered(row):
            return MarkCell(f"{row.code}. {row.title}", "circle-check", Tone.GOOD)
        # A part of a section may stay empty, a whole section should not.
        missing = Tone.QUIET if "." in row.code else Tone.WARN
        return MarkCell(f"{row.code}. {row.title}", "circle-dashed", missing)

    def _state_cell(self, row: ReportSection) -> Cell:
        offered = self.shown.proposal if self.shown is not None else None
        if offered is not None and offered.section == row.code and offered.count:
            words = ngettext("{n} item", "{n} items", offered.count)
            return TextCell(words.format(n=format_number(offered.count)), muted=True)
        if self._is_typed(row):
            return TextCell(_("typed"), muted=True)
        within = self._with_parts(row)
        count = sum(len(one.indicators) for one in within)
        if count:
            return TextCell(ngettext("{n} figure", "{n} figures", count).format(n=count), muted=True)
        return TextCell(_("typed") if any(map(self._is_typed, within)) else _("empty"), muted=True)

    def _is_offered(self, row: ReportSection) -> bool:
        """Whether a section says what was offered to it and nobody has touched that."""
        offered = self.shown.proposal if self.shown is not None else None
        text = self._typed.get(row.code, "")
        return offered is not None and offered.section == row.code and bool(text) and text == offered.text

    def _is_typed(self, row: ReportSection) -> bool:
        return bool(self._typed.get(row.code, "").strip())

    def _with_parts(self, row: ReportSection) -> tuple[ReportSection, ...]:
        """A section and its parts, what they say is said in it: "II" with "II.1" and the others."""
        report = None if self.shown is None else self.shown.report
        known = () if report is None else report.sections
        return tuple(one for one in known if one.code == row.code or one.code.startswith(f"{row.code}."))


def _row_cell(row: ReportRow) -> Cell:
    mark = row.now.fingerprint
    parts = (target_words(row.now), _("mark {mark}").format(mark=mark) if mark else "")
    return TextCell(f"{row.name}: {number_words(row.now)}", second=" · ".join(filter(None, parts)))
