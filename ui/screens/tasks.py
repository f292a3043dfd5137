"""Việc cần làm: everything that was promised and is not done yet, the most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import TodoRow
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.household_words import due_words
from ui.tasks import Tasks
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead

TasksRead = tuple[tuple[TodoRow, ...], int]
"""Tasks, and how many there are in all."""

_HEEDED: Final = frozenset({"follow_up", "visit", "household", "exchange"})


class TasksScreen(Page):
    """`opened` carries the id of a household; `put_off`, `finished`, `called_off` a `TodoRow`; `left` is Esc.

    Args:
        load: answers the tasks; runs off the UI thread.
    """

    help_topic = "today"

    left = Signal()
    opened = Signal(object)
    put_off = Signal(object)
    finished = Signal(object)
    called_off = Signal(object)

    def __init__(
        self,
        load: Callable[[], TasksRead],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        leave = self._button(_("Close"), "Escape", self.left.emit)
        look = self._button(_("Open"), "Return", self._open, kind=Kind.PRIMARY, key=False)
        self._head = PageHead(_("To do"), "", [leave, look])
        others = [
            self._button(_("Put off…"), "F2", partial(self._tell, self.put_off)),
            self._button(_("Done without a visit"), "Ctrl+D", partial(self._tell, self.finished)),
            self._button(_("Not needed any more"), "Delete", partial(self._tell, self.called_off)),
        ]
        self._acts = [look, *others]
        below = FlowRow()
        for button in others:
            below.flow.addWidget(button)
        self._model: RowsModel[TodoRow] = RowsModel(
            [
                Column(_("Due"), _due),
                Column(_("Day"), lambda row: TextCell(format_date(row.due), muted=True)),
                Column(_("To do"), lambda row: TextCell(row.title, row.detail, strong=True), stretch=1),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("To do"))
        self.rows.opened.connect(self._open)
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        self.body.addWidget(self._head)
        self.body.addWidget(card, 1)
        self.body.addWidget(below)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _button(
        self, words: str, keys: str, act: Callable[[], None], *, kind: Kind = Kind.PLAIN, key: bool = True
    ) -> Button:
        button = Button(words, hint=keys, kind=kind)
        button.clicked.connect(act)
        if key:
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        return button

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_tasks, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_tasks(self, read: TasksRead) -> None:
        """Draw the tasks; the place in the list stays."""
        rows, total = read
        at = max(0, self.rows.currentIndex().row())
        self._model.set_rows(rows)
        words = ngettext("{n} task", "{n} tasks", total).format(n=format_number(total))
        if len(rows) < total:
            shown = _("the most urgent {n} are listed").format(n=format_number(len(rows)))
            words = f"{words} · {shown}"
        self._head.set_words(_("To do"), words)
        for button in self._acts:
            button.setEnabled(bool(rows))
        if not rows:
            self.show_instead(
                EmptyState(
                    "circle-check",
                    _("Nothing is due"),
                    _("When you log a visit and agree to come back, the promise appears here on its day."),
                )
            )
            return
        self.show_content()
        self.rows.choose(min(at, len(rows) - 1))

    def _chosen(self) -> TodoRow | None:
        row = self.rows.current_row()
        return row if isinstance(row, TodoRow) else None

    def _tell(self, signal: SignalInstance) -> None:
        if (row := self._chosen()) is not None:
            signal.emit(row)

    def _open(self) -> None:
        if (row := self._chosen()) is not None:
            self.opened.emit(row.household_id)


def _due(row: TodoRow) -> Cell:
    due = due_words(row.days_left)
    return PillCell(due.words, due.tone)
