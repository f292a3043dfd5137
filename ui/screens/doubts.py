"""Cần xem lại: records that a rule finds unlikely, each to be mended or said to be right as it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import DoubtList, DoubtRow
from tongcds.i18n import _, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import TextCell
from ui.widgets.field import Choice
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, line
from ui.widgets.text import Text

_PAGE: Final = 500
_HEEDED: Final = frozenset({"doubt", "settled"})


class DoubtsScreen(Page):
    """The doubts, with a choice of the rule. `left` is Esc; `mend_requested`, `settle_requested`: `DoubtRow`.

    Args:
        load: answers the page for the code of a rule, or for "", from a place on; runs off the UI thread.
    """

    help_topic = "doubts"

    left = Signal()
    mend_requested = Signal(object)
    settle_requested = Signal(object)
    duplicates_requested = Signal()

    def __init__(
        self,
        load: Callable[[str, int], DoubtList],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._first = 0
        self._shown = DoubtList((), (), waiting=False)
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.settle = Button(_("Right as it stands…"), icon="check", hint="Ctrl+D")
        self.settle.clicked.connect(self._ask_settle)
        self.mend = Button(_("Mend"), icon="pen-line", kind=Kind.PRIMARY)
        self.mend.clicked.connect(self._ask_mend)
        for keys, slot in (("Escape", self.left), ("Ctrl+D", self._ask_settle)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        self.duplicates = Button(_("Duplicates"), icon="copy")
        self.duplicates.clicked.connect(self.duplicates_requested)
        actions = [leave, self.duplicates, self.settle, self.mend]
        self._head = PageHead(_("To look at again"), "", actions)
        self.rule = Choice([(_("All rules"), "")])
        self.rule.setAccessibleName(_("Rule"))
        self.rule.currentIndexChanged.connect(self._begin_again)
        columns: list[Column[DoubtRow]] = [
            Column(
                _("Household"),
                lambda row: TextCell(row.head or row.code, _place(row), strong=True),
                stretch=2,
            ),
            Column(_("Person"), lambda row: TextCell(row.person), stretch=2),
            Column(_("What is doubtful"), lambda row: TextCell(row.words, row.name), stretch=4),
        ]
        self._model = RowsModel(columns, self)
        self.rows = RowsView(self._model, name=_("To look at again"))
        self.rows.opened.connect(self.mend_requested)
        self._nothing = EmptyState(
            "circle-check", _("Nothing to look at again"), _("Doubtful records of the register appear here.")
        )
        self.before = Button(_("Rows before"), hint="Alt+Left")
        self.after = Button(_("Rows after"), hint="Alt+Right")
        self.before.clicked.connect(partial(self._turn, -1))
        self.after.clicked.connect(partial(self._turn, 1))
        QShortcut(QKeySequence("Alt+Left"), self).activated.connect(partial(self._turn, -1))
        QShortcut(QKeySequence("Alt+Right"), self).activated.connect(partial(self._turn, 1))
        self._place = Text("", Style.NOTE)
        self._turning = QWidget()
        turning = line(self._turning, gap=2)
        turning.setContentsMargins(space(3), space(2), space(3), space(2))
        turning.addWidget(self._place)
        turning.addStretch(1)
        turning.addWidget(self.before)
        turning.addWidget(self.after)
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        card.body.addWidget(self._nothing, 1)
        card.body.addWidget(self._turning)
        self.body.addWidget(self._head)
        self.body.addWidget(self.rule)
        self.body.addWidget(card, 1)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def reload(self) -> None:
        """Read the list again."""
        self.is_fresh()
        load = partial(self._load, str(self.rule.currentData() or ""), self._first)
        self._tasks.run(load, self.show_list, owner=self, failed=self._failed)

    def _begin_again(self) -> None:
        self._first = 0
        self.reload()

    def _turn(self, way: int) -> None:
        first = self._shown.first + way * _PAGE
        if 0 <= first < self._shown.matching:
            self._first = first
            self.rows.choose(0)
            self.reload()

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_list(self, found: DoubtList) -> None:
        """Draw the list; the row at the same place stays chosen."""
        self.show_content()
        self._shown, self._first = found, found.first
        total = sum(count for _code, _name, count in found.rules)
        words = ngettext("{n} record", "{n} records", total).format(n=format_number(total))
        looking = _("still looking through the register…") if found.waiting else ""
        keys = _("Enter mends, Ctrl D says that it is right")
        self._head.set_words(_("To look at again"), " · ".join(filter(None, (words, looking, keys))))
        self._show_rules(found)
        at = max(self.rows.currentIndex().row(), 0)
        self._model.set_rows(found.rows)
        self.rows.choose(min(at, len(found.rows) - 1))
        for widget in (self.rows, self.settle, self.mend):
            widget.setVisible(bool(found.rows))
        self._nothing.setVisible(not found.rows)
        last = found.first + len(found.rows)
        self._turning.setVisible(found.first > 0 or last < found.matching)
        self.before.setEnabled(found.first > 0)
        self.after.setEnabled(last < found.matching)
        place = _("{first}–{last} of {all}")
        self._place.setText(
            place.format(
                first=format_number(found.first + 1),
                last=format_number(last),
                all=format_number(found.matching),
            )
        )

    def _show_rules(self, found: DoubtList) -> None:
        chosen = self.rule.currentData()
        blocked = QSignalBlocker(self.rule)
        self.rule.clear()
        self.rule.addItem(_("All rules"), "")
        for code, name, count in found.rules:
            self.rule.addItem(f"{name} ({format_number(count)})", code)
        self.rule.choose(chosen if any(code == chosen for code, _name, _count in found.rules) else "")
        blocked.unblock()

    def _ask_mend(self) -> None:
        if isinstance(row := self.rows.current_row(), DoubtRow):
            self.mend_requested.emit(row)

    def _ask_settle(self) -> None:
        if isinstance(row := self.rows.current_row(), DoubtRow):
            self.settle_requested.emit(row)


def _place(row: DoubtRow) -> str:
    return " · ".join(filter(None, (row.code, row.village)))
