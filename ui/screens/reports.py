"""Báo cáo: the reports that this unit owes, and those that the units below hand up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from tongcds.domain.report_requests import is_asked_for
from tongcds.domain.reporting import STATE_WORDS, State
from tongcds.domain.views import Standing, Tone
from tongcds.domain.views.reporting import CycleView, DueRow, IncomingRow, IncomingView, came_late
from tongcds.i18n import _, format_date, format_number
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.reminder_row import proposals_words
from ui.tasks import Tasks
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead

TONES: Final = MappingProxyType(
    {
        State.RUNNING: Tone.QUIET,
        State.DUE: Tone.WARN,
        State.OVERDUE: Tone.BAD,
        State.SENT: Tone.INFO,
        State.RECEIVED: Tone.INFO,
        State.RETURNED: Tone.BAD,
        State.WITHDRAWN: Tone.WARN,
        State.ACCEPTED: Tone.GOOD,
        State.REFUSED: Tone.BAD,
        State.CONTRARY: Tone.BAD,
    }
)
"""The colours of states."""

_HEEDED: Final = frozenset(
    {
        "report", "report_step", "report_content", "report_request", "target_proposal", "village", "team",
        "exchange",
    }
)  # fmt: skip


class Part(StrEnum):
    """What the list shows."""

    OWN = "own"
    INCOMING = "incoming"


class ReportsScreen(Page):
    """`drawn` carries a `DueRow` to draw up, `opened` the id of a report that was handed up.

    `asked`: units below are to be asked for one; `withdrawn` carries the kind that is not wanted after all.
    `proposals_wanted` asks for the proposals to change targets.
    `emulation_wanted`: campaigns and proposals to commend.

    Args:
        load: answers the whole view; runs off the UI thread.
        look: answers what came in of a kind over the period that a day lies in.
    """

    help_topic = "reports"

    drawn = Signal(object)
    opened = Signal(object)
    asked = Signal()
    withdrawn = Signal(str)
    proposals_wanted = Signal()
    emulation_wanted = Signal()

    def __init__(
        self,
        load: Callable[[], CycleView],
        look: Callable[[str, date], IncomingView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._look, self._tasks = load, look, tasks
        self._asked: tuple[str, date] | None = None
        self._sums: IncomingView | None = None
        self._view: CycleView | None = None
        self.draw_up = Button(_("Draw up"), icon="pen-line", hint="Return", kind=Kind.PRIMARY)
        self.draw_up.clicked.connect(self._open)
        self.ask = Button(_("Ask for a report…"), icon="plus", keys="Insert", kind=Kind.SMALL)
        self.ask.clicked.connect(self.asked)
        self.withdraw = Button(_("Ask for it no more"), icon="x", kind=Kind.SMALL)
        self.withdraw.clicked.connect(self._withdraw)
        self.proposed = Button("", icon="clipboard-check", hint="Ctrl+J", kind=Kind.SMALL)
        self.proposed.clicked.connect(self.proposals_wanted)
        self.emulation = Button(_("Emulation and commendation"), icon="landmark", hint="Ctrl+E")
        self.emulation.clicked.connect(self.emulation_wanted)
        self._head = PageHead(_("Reports"), "", [self.emulation, self.draw_up])
        self.parts = ChoicePills(
            _("What is shown"),
            [Answer(Part.OWN, _("Own reports"), None), Answer(Part.INCOMING, _("Reports handed in"), None)],
            Part.OWN,
            large=True,
        )
        self.parts.changed.connect(self._turn)
        self.kinds, self.periods = Choice(), Choice()
        self.kinds.setAccessibleName(_("Kind of report"))
        self.periods.setAccessibleName(_("Period"))
        for choice in (self.kinds, self.periods):
            choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
            choice.activated.connect(self._ask)
        self._bar = FlowRow()
        for widget in (self.parts, self.kinds, self.periods, self.ask, self.withdraw, self.proposed):
            self._bar.flow.addWidget(widget)
        self._own: RowsModel[DueRow] = RowsModel(_own_columns(), self)
        self._incoming: RowsModel[IncomingRow] = RowsModel(_incoming_columns(), self)
        self.own = RowsView(self._own, name=_("Own reports"))
        self.incoming = RowsView(self._incoming, name=_("Reports handed in"))
        self._stack = QStackedWidget()
        for table in (self.own, self.incoming):
            table.opened.connect(self._open)
            table.picked.connect(self._offer)
            self._stack.addWidget(table)
        card = Card(flush=True)
        card.body.addWidget(self._stack, 1)
        for part in (self._head, self._bar):
            self.body.addWidget(part)
        self.body.addWidget(card, 1)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._open)
        QShortcut(QKeySequence("Ctrl+J"), self).activated.connect(self.proposals_wanted)
        QShortcut(QKeySequence("Ctrl+E"), self).activated.connect(self.emulation_wanted)
        self.begin_at(self.own)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: CycleView) -> None:
        """Draw the view; the place in the lists stays."""
        self._view = view
        if not view.rows and view.incoming is None:
            self.show_instead(
                EmptyState(
                    "file-spreadsheet",
                    _("No report is due"),
                    _("Reports that this unit owes stand here with their day. A report is drawn from the "
                      "figures; you type the rest and hand it up."),
                )
            )  # fmt: skip
            return
        self.show_content()
        below = view.incoming
        self._bar.setVisible(below is not None)
        self.proposed.setVisible(view.proposals > 0)
        self.proposed.set_words(proposals_words(view.proposals))
        self.own.show_rows(view.rows)
        if below is not None and not view.rows and self.parts.value() == Part.OWN:
            self.parts.choose(Part.INCOMING)
        if below is not None and self._asked is None:
            self._show_incoming(below)
        elif below is not None:
            self._ask_again()
        self._turn()

    def _show_incoming(self, view: IncomingView) -> None:
        for choice, entries, now in (
            (self.kinds, [(name, code) for code, name in view.kinds], view.kind),
            (self.periods, [(name, last) for last, name in view.periods], view.last),
        ):
            choice.clear()
            for name, value in entries:
                choice.addItem(name, value)
            choice.choose(now)
        self._sums = view
        self.incoming.show_rows(view.rows)
        self._turn()

    def _withdraw(self) -> None:
        self._asked, kind = None, str(self.kinds.currentData())
        self.withdrawn.emit(kind)

    def _ask(self) -> None:
        self._asked = str(self.kinds.currentData()), self.periods.currentData()
        self._ask_again()

    def _ask_again(self) -> None:
        if self._asked is not None:
            code, day = self._asked
            self._tasks.run(
                lambda: self._look(code, day), self._show_incoming, owner=self, failed=self._failed
            )

    def _turn(self, _part: object = None) -> None:
        view = self._view
        if view is None:
            return
        incoming = self.parts.value() == Part.INCOMING and view.incoming is not None
        for choice in (self.kinds, self.periods):
            choice.setVisible(incoming)
        self.ask.setVisible(view.may_ask)
        self.withdraw.setVisible(view.may_ask and incoming and is_asked_for(str(self.kinds.currentData())))
        self._stack.setCurrentWidget(self.incoming if incoming else self.own)
        self._head.set_words(
            _("Reports"), _sums_words(self._sums) if incoming and self._sums is not None else view.unit
        )
        self._offer(None)

    def _chosen(self) -> DueRow | IncomingRow | None:
        table = self._stack.currentWidget()
        row = table.current_row() if isinstance(table, RowsView) else None
        return row if isinstance(row, DueRow | IncomingRow) else None

    def _offer(self, _row: object) -> None:
        row = self._chosen()
        handed = row is not None and row.report_id is not None
        self.draw_up.set_words(_("Open") if handed else _("Draw up"))
        self.draw_up.setEnabled(handed or isinstance(row, DueRow))

    def _open(self, _row: object = None) -> None:
        row = self._chosen()
        if row is None:
            return
        if row.report_id is not None:
            self.opened.emit(row.report_id)
        elif isinstance(row, DueRow):
            self.drawn.emit(row)


def _own_columns() -> list[Column[DueRow]]:
    return [
        Column(_("Periodic report"), _own_cell, stretch=2),
        Column(_("Deadline"), lambda row: TextCell(format_date(row.due_on))),
        Column(_("Handed up"), _handed_cell),
        Column(_("State"), _state_cell),
        Column(_("Sending"), _standing_cell),
    ]


def _incoming_columns() -> list[Column[IncomingRow]]:
    return [
        Column(_("Unit"), _unit_cell, stretch=2),
        Column(_("Handed up"), _handed_cell),
        Column(_("State"), _state_cell),
        Column(_("Sending"), _standing_cell),
    ]


def _own_cell(row: DueRow) -> Cell:
    drafted = _("draft on this computer") if row.drafted else ""
    to = _("to {addressee}").format(addressee=row.addressee) if row.addressee else ""
    about = (
        row.reason or (row.asks if row.report_id is None else "") or " · ".join(filter(None, (to, drafted)))
    )
    return TextCell(f"{row.name}, {row.period}", second=about, strong=True)


def _unit_cell(row: IncomingRow) -> Cell:
    teams = ""
    if row.below:
        teams = _("{n} of {all} teams reported").format(
            n=format_number(row.below_in), all=format_number(row.below)
        )
    return TextCell(row.unit, second=" · ".join(filter(None, (teams, row.reason))), strong=True)


def _handed_cell(row: DueRow | IncomingRow) -> Cell:
    if row.handed_on is None:
        return TextCell("–", muted=True)
    late = _("late") if came_late(row) else _("in time")
    return TextCell(format_date(row.handed_on), second=late)


def _state_cell(row: DueRow | IncomingRow) -> Cell:
    if row.twice:
        return PillCell(_("handed up twice"), Tone.BAD)
    return PillCell(_(STATE_WORDS[row.state]), TONES[row.state])


def _standing_cell(row: DueRow | IncomingRow) -> Cell:
    # What somebody did with it stands beside it already.
    if row.report_id is None or row.standing is Standing.RECEIVED:
        return PillCell("")
    state = words.standing(row.standing)
    return PillCell(state.words, state.tone, icon=state.icon)


def _sums_words(view: IncomingView) -> str:
    sums = view.sums
    return _(
        "{period}, due {day}: {handed} of {units} handed up, {in_time} in time, {accepted} accepted"
    ).format(
        period=view.period,
        day=format_date(view.due_on),
        handed=format_number(sums.handed),
        units=format_number(sums.units),
        in_time=format_number(sums.in_time),
        accepted=format_number(sums.accepted),
    )
