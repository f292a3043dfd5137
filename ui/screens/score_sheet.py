"""A score sheet: the criteria with the unit's own points and what they were appraised at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.reporting import State
from tongcds.domain.views.emulation import CriterionLine, SheetView
from tongcds.i18n import _
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms import emulation_words as words_of
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, NumberCell, TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide

_HEEDED: Final = frozenset({"campaign", "campaign_score", "campaign_sheet", "report_step", "exchange"})


class ScoreSheetScreen(Page):
    """`left` is Esc. `scored` carries the view and the line to score or to appraise.

    `handed` wants it handed up, `taken_back` back again, `agreed` the rest appraised as the unit scored it,
    `decided` the sheet decided, `returned` sent back; each carries the view. `paper_wanted`: as B12.

    Args:
        load: answers the sheet; runs off the UI thread.
    """

    help_topic = "emulation"

    left = Signal()
    scored = Signal(object, object)
    handed = Signal(object)
    taken_back = Signal(object)
    agreed = Signal(object)
    decided = Signal(object)
    returned = Signal(object)
    paper_wanted = Signal(object)

    def __init__(
        self,
        load: Callable[[], SheetView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: SheetView | None = None
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.paper = Button(_("Score sheet (B12)…"), icon="file-text", hint="Ctrl+P")
        self.paper.clicked.connect(self.ask_print)
        self.take_back = Button(_("Take back"), icon="undo-2")
        self.give_back = Button(_("Return…"), icon="undo-2")
        self.hand_up = Button(_("Hand up"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        self.decide = Button(_("Decide"), icon="check", hint="Ctrl+Return", kind=Kind.PRIMARY)
        for button, signal in (
            (self.take_back, self.taken_back),
            (self.give_back, self.returned),
            (self.hand_up, self.handed),
            (self.decide, self.decided),
        ):
            button.clicked.connect(partial(self._emit, signal))
        buttons = [leave, self.paper, self.take_back, self.give_back, self.hand_up, self.decide]
        self._head = PageHead(_("Score sheet"), "", buttons)
        self._model: RowsModel[CriterionLine] = RowsModel(
            [
                Column(_("Criterion"), _name_cell, stretch=1),
                Column(_("Most"), lambda line: NumberCell(words_of.points(line.criterion.most))),
                Column(_("Own score"), lambda line: NumberCell(words_of.scored(line.own))),
                Column(_("Appraised"), lambda line: NumberCell(words_of.scored(line.appraised))),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Criteria"))
        self.rows.picked.connect(self._tell)
        self.rows.opened.connect(self._score)
        listed = Card(flush=True)
        listed.body.addWidget(self.rows, 1)
        self.detail = DetailCard(_("In full"))
        self.score = self.detail.add_act(_("Score…"), "pen-line", self._score)
        self.agree = self.detail.add_act(_("Agree with the rest"), "check", partial(self._emit, self.agreed))
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(listed, 5)
        cards.add(self.detail, 3)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)
        for keys, act in (("Escape", self.left.emit), ("F2", self._score), ("Ctrl+Return", self._press)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def ask_print(self) -> None:
        """Want the sheet as a paper."""
        if self.view is not None:
            self.paper_wanted.emit(self.view)

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: SheetView) -> None:
        """Draw the sheet; what was chosen stays chosen."""
        self.view = view
        self.show_content()
        self._head.set_words(view.campaign.says.title, words_of.sheet_head(view))
        self.rows.show_rows(view.lines, lambda line: line.criterion.code)
        missing = any(not line.appraised.words for line in view.lines)
        for button, shows in (
            (self.take_back, view.may_withdraw),
            (self.give_back, view.may_decide and view.state is not State.RETURNED),
            (self.hand_up, view.may_hand_up),
            (self.decide, view.may_decide and view.state is not State.ACCEPTED and view.final is not None),
            (self.agree, view.may_appraise and missing),
            (self.score, view.may_score or view.may_appraise),
        ):
            button.setVisible(shows)
        self.score.set_words(_("Appraise…") if view.may_appraise else _("Score…"))
        self._tell(None)

    def _tell(self, _row: object) -> None:
        line = self.rows.current_row()
        told = words_of.criterion_in_full(line) if isinstance(line, CriterionLine) else ""
        said = [] if self.view is None else words_of.steps(self.view.steps)
        self.detail.set_words("\n\n".join(filter(None, (told, *said))))

    def _score(self, _row: object = None) -> None:
        line = self.rows.current_row()
        if self.view is not None and isinstance(line, CriterionLine) and self.score.isVisible():
            self.scored.emit(self.view, line)

    def _press(self) -> None:
        for button in (self.hand_up, self.decide):
            if button.isVisible():
                button.click()
                return

    def _emit(self, signal: object) -> None:
        if self.view is not None:
            signal.emit(self.view)  # type: ignore[attr-defined]  # a signal of this screen


def _name_cell(line: CriterionLine) -> Cell:
    figure = _("Figure: {figure}").format(figure=line.figure) if line.figure else ""
    evidence = line.own.text.splitlines()[0] if line.own.text else ""
    return TextCell(line.criterion.name, second=" · ".join(filter(None, (figure, evidence))), strong=True)
