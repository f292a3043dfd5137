"""Vướng mắc: difficulties of this unit and those below, who has to answer, and what was answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.difficulties import STAGE_WORDS, STEP_WORDS, Stage
from tongcds.domain.views import Standing, Tone
from tongcds.domain.views.difficulties import DifficultiesView, DifficultyRow
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide
from ui.words import standing

_TONES: Final = MappingProxyType(
    {
        Stage.OPEN: Tone.QUIET,
        Stage.ASKED: Tone.WARN,
        Stage.OVERDUE: Tone.BAD,
        Stage.ANSWERED: Tone.INFO,
        Stage.CLOSED: Tone.GOOD,
        Stage.CONTRARY: Tone.BAD,
    }
)
_HEEDED: Final = frozenset({"difficulty", "difficulty_step", "exchange"})


class DifficultiesScreen(Page):
    """`told` wants a form: with a row to tell it in other words, None for a new one.

    `passed`, `answered`, `settled`, `reopened`, `joined` and `parted` carry the row that is meant.
    `list_wanted`: as a paper.

    Args:
        load: answers the view; runs off the UI thread.
    """

    help_topic = "difficulties"

    told = Signal(object)
    passed = Signal(object)
    answered = Signal(object)
    settled = Signal(object)
    reopened = Signal(object)
    joined = Signal(object)
    parted = Signal(object)
    list_wanted = Signal()

    def __init__(
        self,
        load: Callable[[], DifficultiesView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: DifficultiesView | None = None
        tell = Button(_("Write one down"), icon="plus", hint="Insert", kind=Kind.PRIMARY)
        tell.clicked.connect(self._tell)
        self.paper = Button(_("List (B06)…"), icon="file-text", hint="Ctrl+P")
        self.paper.clicked.connect(self.ask_print)
        self._head = PageHead(_("Difficulties"), "", [self.paper, tell])
        self._model: RowsModel[DifficultyRow] = RowsModel(
            [
                Column(_("Difficulty"), _told_cell, stretch=1),
                Column(_("Who answers"), _owner_cell),
                Column(_("State"), lambda row: PillCell(_(STAGE_WORDS[row.stage]), _TONES[row.stage])),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Difficulties"))
        self.rows.picked.connect(self._show)
        self.rows.opened.connect(self._open)
        listed = Card(flush=True)
        listed.body.addWidget(self.rows, 1)
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(listed, 5)
        cards.add(self._make_detail(), 3)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)
        for keys, act in (("Insert", self._tell), ("F2", self._change)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _make_detail(self) -> QWidget:
        self.detail = DetailCard(_("In full"))
        add = self.detail.add_act
        self.answer = add(_("Answer…"), "pen-line", partial(self._emit, self.answered))
        self.pass_on = add(_("Pass on…"), "arrow-left", partial(self._emit, self.passed))
        self.settle = add(_("Settled"), "check", partial(self._emit, self.settled))
        self.reopen = add(_("Open again"), "undo-2", partial(self._emit, self.reopened))
        self.change = add(_("Change"), "pen-line", partial(self._emit, self.told))
        self.join = add(_("The same as…"), "copy", partial(self._emit, self.joined))
        self.part = add(_("Not the same"), "x", partial(self._emit, self.parted))
        return self.detail

    def ask_print(self) -> None:
        """Want the difficulties as a paper."""
        self.list_wanted.emit()

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: DifficultiesView) -> None:
        """Draw the view; what was chosen stays chosen."""
        self.view = view
        if not view.rows:
            first = EmptyState(
                "triangle-alert",
                _("No difficulties written down"),
                _("Write down what hinders the work, without naming anybody. It can be passed on to the unit "
                  "above with a day for the answer, and the answer stands here."),
                action=_("Write one down"),
                action_icon="plus",
            )  # fmt: skip
            first.acted.connect(self._tell)
            self.show_instead(first)
            return
        self.show_content()
        asked = sum(row.asked for row in view.rows)
        count = ngettext("{n} difficulty", "{n} difficulties", len(view.rows)).format(
            n=format_number(len(view.rows))
        )
        waits = ngettext("{n} to answer here", "{n} to answer here", asked).format(n=format_number(asked))
        self._head.set_words(_("Difficulties"), f"{count} · {waits}")
        self.rows.show_rows(view.rows, lambda row: row.difficulty_id)
        self._show(self.chosen())

    def chosen(self) -> DifficultyRow | None:
        """The difficulty that is chosen."""
        row = self.rows.current_row()
        return row if isinstance(row, DifficultyRow) else None

    def _show(self, _row: object) -> None:
        row = self.chosen()
        self.detail.set_words("" if row is None else self._full(row))
        may = row is not None and row.may_act
        over = row is not None and row.stage is Stage.CLOSED
        above = self.view is not None and bool(self.view.above)
        alone = row is not None and row.joined_with is None
        others = self.view is not None and len(self.view.rows) > 1
        for button, shows in (
            (self.answer, may and not over and row is not None and not row.mine),
            (self.pass_on, may and not over and above),
            (self.settle, may and not over),
            (self.reopen, may and over),
            (self.change, row is not None and row.mine),
            (self.join, may and alone and others),
            (self.part, may and not alone),
        ):
            button.setVisible(shows)

    def _full(self, row: DifficultyRow) -> str:
        says = row.says
        when = "" if row.on is None else format_date(row.on)
        lines = [" · ".join(filter(None, (row.unit, row.kind, says.place, when, row.by))), says.text]
        for name, words in ((_("Cause"), says.cause), (_("Done"), says.done), (_("Proposal"), says.proposal)):
            if words:
                lines.append(f"{name}: {words}")
        lines += [_step_words(row, at) for at in range(len(row.steps))]
        if row.joined_with is not None:
            lines.append(_("The same as: {text}").format(text=self._text_of(row.joined_with)))
        lines += [_("Joined with it: {text}").format(text=self._text_of(other)) for other in row.joins]
        return "\n\n".join(lines)

    def _text_of(self, difficulty: bytes) -> str:
        rows = () if self.view is None else self.view.rows
        return next((f"{row.unit}: {row.says.text}" for row in rows if row.difficulty_id == difficulty), "–")

    def _tell(self) -> None:
        self.told.emit(None)

    def _change(self) -> None:
        row = self.chosen()
        if row is not None and row.mine:
            self.told.emit(row)

    def _open(self, row: object) -> None:
        if isinstance(row, DifficultyRow) and row.asked:
            self.answered.emit(row)
        else:
            self._change()

    def _emit(self, signal: object) -> None:
        row = self.chosen()
        if row is not None:
            signal.emit(row)  # type: ignore[attr-defined]  # a signal of this screen


def _told_cell(row: DifficultyRow) -> Cell:
    sending = "" if row.standing is Standing.RECEIVED else standing(row.standing).words
    about = " · ".join(filter(None, (row.unit, row.kind, row.answer, sending)))
    return TextCell(row.says.text.splitlines()[0], second=about, strong=True)


def _owner_cell(row: DifficultyRow) -> Cell:
    due = "" if row.due_on is None else _("due {day}").format(day=format_date(row.due_on))
    return TextCell(row.owner, second=due)


def _step_words(row: DifficultyRow, at: int) -> str:
    step = row.steps[at]
    when = "" if step.on is None else format_date(step.on)
    to = f"→ {step.to}" if step.to else ""
    head = " ".join(filter(None, (when, step.sender, _(STEP_WORDS[step.word]), to)))
    return f"{head}: {step.text}" if step.text else head
