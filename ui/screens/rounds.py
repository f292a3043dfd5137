"""Rounds from house to house: which there are, and the households of one, to be ticked off on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import (
    STOP_WORDS,
    MemberChoice,
    RoundRow,
    RoundView,
    StopRow,
    StopState,
    Tone,
)
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, RowCell, TextCell
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide, column
from ui.widgets.text import Text

_HEEDED: Final = frozenset({"round", "round_stop", "household", "visit", "exchange"})
_KEYS: Final = {"1": StopState.DONE, "2": StopState.ABSENT, "3": StopState.DECLINED, "0": StopState.OPEN}


@dataclass(frozen=True, slots=True)
class RoundsShown:
    """What the screen shows: all rounds, one of them opened, and who can be named to go."""

    rounds: tuple[RoundRow, ...]
    opened: RoundView | None
    members: tuple[MemberChoice, ...]


class RoundsScreen(Page):
    """Signals: `ticked` carries the stops and a `StopState`, `assigned` the stops and a member's id or None.

    `dropped` carries stops, `closed` and `print_requested` a round's id, `opened` and `log_requested` a
    household's. `entry_requested` carries the round whose list is to be typed in; None: papers of no round.

    Args:
        load: answers what is shown for the round that was chosen (None: the first); runs off the UI thread.
    """

    help_topic = "rounds"

    left = Signal()
    plan_requested = Signal()
    ticked = Signal(object, object)
    assigned = Signal(object, object)
    dropped = Signal(object)
    closed = Signal(object)
    print_requested = Signal(object)
    opened = Signal(object)
    entry_requested = Signal(object)
    log_requested = Signal(object)

    def __init__(
        self,
        load: Callable[[bytes | None], RoundsShown],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._round: bytes | None = None
        self._build()
        QShortcut(QKeySequence("Escape"), self).activated.connect(self.left)
        self.begin_at(self.stops)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _build(self) -> None:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.printing = Button(_("Print the list"), icon="clipboard-check", hint="Ctrl+P")
        self.printing.clicked.connect(self.ask_print)
        plan = Button(_("Plan a round"), icon="plus", kind=Kind.PRIMARY)
        plan.clicked.connect(self.plan_requested)
        self.entry = Button(_("Enter from paper"), icon="pen-line", hint="Ctrl+E")
        self.entry.clicked.connect(self._enter)
        QShortcut(QKeySequence("Ctrl+E"), self).activated.connect(self._enter)
        self._head = PageHead(_("Rounds"), "", [leave, self.printing, self.entry, plan])
        self._rounds: RowsModel[RoundRow] = RowsModel([Column("", _round_cell, stretch=1)], self)
        self.rounds = RowsView(self._rounds, name=_("Rounds"), headings=False)
        self.rounds.picked.connect(self._pick)
        side = Card(flush=True)
        side.body.addWidget(self.rounds)
        self._stops: RowsModel[StopRow] = RowsModel(
            [
                Column(_("Household"), _household_cell, stretch=3),
                Column(_("Who goes"), lambda stop: TextCell(stop.member_name or "—"), stretch=2),
                Column(_("How it went"), _state_cell),
                Column(_("Note"), lambda stop: TextCell(stop.note, muted=True), stretch=1),
            ],
            self,
        )
        self.stops = RowsView(self._stops, name=_("Households of the round"))
        self.stops.opened.connect(self._open)
        self.stops.picked.connect(self._name_member)
        for key, state in _KEYS.items():
            shortcut = QShortcut(QKeySequence(key), self.stops)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._tick, state))
        out = QShortcut(QKeySequence("Delete"), self.stops)
        out.setContext(Qt.ShortcutContext.WidgetShortcut)
        out.activated.connect(self._drop)
        self._card = Card(flush=True)
        self._card.body.addWidget(self.stops, 1)
        self._card.body.addWidget(self._acts())
        cards = SideBySide()
        cards.add(side, 2)
        cards.add(self._card, 5)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)

    def _acts(self) -> QWidget:
        """What can be done with the household that is chosen, and with the round."""
        acts = FlowRow()
        for key, state, icon in (
            ("1", StopState.DONE, "check"),
            ("2", StopState.ABSENT, "clock"),
            ("3", StopState.DECLINED, "x"),
        ):
            button = Button(_(STOP_WORDS[state]), icon=icon, hint=key, kind=Kind.SMALL)
            button.clicked.connect(partial(self._tick, state))
            acts.flow.addWidget(button)
        self.member = Choice()
        self.member.setAccessibleName(_("Who goes"))
        self.member.activated.connect(self._assign)
        acts.flow.addWidget(self.member)
        log = Button(_("Log support"), icon="clipboard-pen", kind=Kind.SMALL)
        log.clicked.connect(self._log)
        acts.flow.addWidget(log)
        drop = Button(_("Take out"), icon="x", hint="Delete", kind=Kind.SMALL)
        drop.clicked.connect(self._drop)
        acts.flow.addWidget(drop)
        self.end = Button(_("End the round"), kind=Kind.SMALL)
        self.end.clicked.connect(self._close)
        acts.flow.addWidget(self.end)
        framed = QWidget()
        box = column(framed, gap=1)
        box.setContentsMargins(space(3), space(2), space(3), space(2))
        self._note = Text("", Style.NOTE, wrap=True)
        box.addWidget(acts)
        box.addWidget(self._note)
        return framed

    # Showing

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(partial(self._load, self._round), self.show_rounds, owner=self, failed=self._failed)

    def show_round(self, round_id: bytes) -> None:
        """Open this round."""
        self._round = round_id
        self.reload()

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_rounds(self, shown: RoundsShown) -> None:
        """Draw rounds; the household that is chosen stays chosen."""
        if not shown.rounds:
            first = EmptyState(
                "map-pin",
                _("No rounds yet"),
                _("A round says which households are to be visited, by whom and until when. Choose some with "
                  "the filters of the register, then plan a round for them."),
                action=_("Plan a round"),
                action_icon="plus",
            )  # fmt: skip
            first.acted.connect(self.plan_requested)
            self.show_instead(first)
            return
        self.show_content()
        blocked = self.rounds.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self._rounds.set_rows(shown.rounds)
        opened = shown.opened
        if opened is not None:
            self._round = opened.row.round_id
            self.rounds.choose([row.round_id for row in shown.rounds].index(self._round))
        self.rounds.blockSignals(blocked)
        self.member.clear()
        self.member.addItem(_("Nobody yet"), None)
        for choice in shown.members:
            self.member.addItem(choice.name, choice.member_id)
        self._show_stops(opened)

    def _show_stops(self, opened: RoundView | None) -> None:
        self.stops.show_rows(opened.stops if opened else (), lambda stop: stop.stop_id)
        if opened is None:
            return
        self._head.set_words(opened.row.name, _about(opened))
        self._card.set_head(opened.row.village_name, _counts(opened))
        over = opened.row.closed_on is not None
        self.end.setEnabled(not over)
        words = _(
            "Keys: 1 done, 2 nobody home, 3 declined, 0 not yet. Logging a visit ticks its household off."
        )
        ended = (
            _("Ended on {day}.").format(day=format_date(opened.row.closed_on)) if opened.row.closed_on else ""
        )
        self._note.setText(ended or words)
        self._name_member(self._current())

    def _pick(self, row: object) -> None:
        if isinstance(row, RoundRow) and row.round_id != self._round:
            self.show_round(row.round_id)

    # Acting

    def _current(self) -> StopRow | None:
        row = self.stops.current_row()
        return row if isinstance(row, StopRow) else None

    def _tick(self, state: StopState) -> None:
        stop = self._current()
        if stop is not None:
            self.ticked.emit((stop.stop_id,), state)
            self.stops.choose(self.stops.currentIndex().row() + 1)

    def _name_member(self, row: object) -> None:
        if isinstance(row, StopRow):
            self.member.setCurrentIndex(max(self.member.findData(row.member_id), 0))

    def _assign(self) -> None:
        stop = self._current()
        if stop is not None:
            self.assigned.emit((stop.stop_id,), self.member.currentData())

    def _drop(self) -> None:
        stop = self._current()
        if stop is not None:
            self.dropped.emit((stop.stop_id,))

    def _open(self, row: object) -> None:
        if isinstance(row, StopRow) and row.here:
            self.opened.emit(row.household_id)

    def _log(self) -> None:
        stop = self._current()
        if stop is not None and stop.here:
            self.log_requested.emit(stop.household_id)

    def _close(self) -> None:
        if self._round is not None:
            self.closed.emit(self._round)

    def _enter(self) -> None:
        self.entry_requested.emit(self._round)

    def ask_print(self) -> None:
        """Ask for the list on paper; the window calls it for Ctrl+P."""
        if self._round is not None:
            self.print_requested.emit(self._round)


_TONES: Final = {
    StopState.OPEN: Tone.QUIET,
    StopState.DONE: Tone.GOOD,
    StopState.ABSENT: Tone.WARN,
    StopState.DECLINED: Tone.BAD,
}


def _round_cell(row: RoundRow) -> Cell:
    days = f"{format_date(row.begins_on)} – {format_date(row.ends_on)}"
    if row.closed_on is not None:
        return RowCell(row.name, f"{row.village_name} · {days}", _("ended"), Tone.QUIET)
    left = _("{left} of {n} left").format(left=format_number(row.left), n=format_number(row.stops))
    return RowCell(row.name, f"{row.village_name} · {days}", left, Tone.INFO if row.left else Tone.GOOD)


def _household_cell(stop: StopRow) -> Cell:
    if not stop.here:
        return RowCell(stop.head_name or stop.code, _("not here any more"))
    people = ngettext("{n} person", "{n} people", stop.people).format(n=format_number(stop.people))
    return RowCell(stop.head_name, " · ".join(filter(None, (stop.code, people, stop.address))))


def _state_cell(stop: StopRow) -> Cell:
    words = _(STOP_WORDS[stop.state])
    day = stop.visited_on or stop.on
    return PillCell(f"{words}, {format_date(day)}" if day else words, _TONES[stop.state])


def _about(opened: RoundView) -> str:
    days = f"{format_date(opened.row.begins_on)} – {format_date(opened.row.ends_on)}"
    households = ngettext("{n} household", "{n} households", opened.row.stops)
    return f"{days} · {households.format(n=format_number(opened.row.stops))}"


def _counts(opened: RoundView) -> str:
    said = [(opened.counts[state], _(words)) for state, words in STOP_WORDS.items()]
    return " · ".join(f"{format_number(count)} {words}" for count, words in said if count)
