"""Tập huấn: sessions day by day, planned, postponed, called off, announced, and opened to take the list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from tongcds.domain.training import AUDIENCE_WORDS, STATE_WORDS, State, skill_words, time_words
from tongcds.domain.views import Standing, Tone
from tongcds.domain.views.training import TrainingRow, TrainingsView
from tongcds.i18n import _, format_date, format_day, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.training_words import clash_words
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.messages import EmptyState
from ui.widgets.month import Entry, MonthView
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide
from ui.words import standing

_HEEDED: Final = frozenset({"training", "attendance", "exchange"})
_TONES: Final = MappingProxyType(
    {State.PLANNED: Tone.INFO, State.HELD: Tone.GOOD, State.CANCELLED: Tone.QUIET}
)


class TrainingsScreen(Page):
    """`planned` wants a form: with a row to change it, None for a new one; `figures_wanted` what all came to.

    `asking_wanted` is for whom to ask again. `opened`, `postponed`, `cancelled`, `repeated`, `announced`,
    `printed`, `carded`, `certified` and `confirmed` carry the row.

    Args:
        load: answers the view; runs off the UI thread.
    """

    help_topic = "training"

    planned = Signal(object)
    opened = Signal(object)
    postponed = Signal(object)
    cancelled = Signal(object)
    repeated = Signal(object)
    announced = Signal(object)
    printed = Signal(object)
    carded = Signal(object)
    certified = Signal(object)
    confirmed = Signal(object)
    figures_wanted = Signal()
    asking_wanted = Signal()

    def __init__(
        self,
        load: Callable[[], TrainingsView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: TrainingsView | None = None
        self.plan = Button(_("Plan a session"), icon="plus", hint="Insert", kind=Kind.PRIMARY)
        self.plan.clicked.connect(self._plan_one)
        figures = Button(_("Figures…"), icon="chart-column", hint="Ctrl+B")
        figures.clicked.connect(self.figures_wanted)
        QShortcut(QKeySequence("Ctrl+B"), self).activated.connect(self.figures_wanted)
        asking = Button(_("Ask again…"), icon="history", hint="Ctrl+Shift+K")
        asking.clicked.connect(self.asking_wanted)
        QShortcut(QKeySequence("Ctrl+Shift+K"), self).activated.connect(self.asking_wanted)
        self.by_month = Button(_("Month"), icon="calendar", hint="Ctrl+M")
        self.by_month.clicked.connect(self.turn_over)
        QShortcut(QKeySequence("Ctrl+M"), self).activated.connect(self.turn_over)
        self._head = PageHead(_("Training"), "", [self.by_month, asking, figures, self.plan])
        self._model: RowsModel[TrainingRow] = RowsModel(
            [
                Column(_("Day"), _day_cell),
                Column(_("Session"), _title_cell, stretch=1),
                Column(_("There"), _people_cell),
                Column(_("State"), _state_cell),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Training"))
        self.rows.picked.connect(self._show)
        self.rows.opened.connect(self._open)
        self.month = MonthView()
        self.month.picked.connect(lambda: self._show(None))
        self.month.opened.connect(lambda _key: self._open(self.chosen()))
        self._sides = QStackedWidget()
        self._sides.addWidget(self.rows)
        self._sides.addWidget(self.month)
        listed = Card(flush=True)
        listed.body.addWidget(self._sides, 1)
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(listed, 5)
        cards.add(self._make_detail(), 3)
        self.body.addWidget(self._head)
        self.body.addWidget(cards, 1)
        for keys, act in (("Insert", self._plan_one), ("F2", self._change)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.rows)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _make_detail(self) -> QWidget:
        self.detail = DetailCard(_("In full"))
        add = self.detail.add_act
        self.take = add(_("Take the list"), "clipboard-check", partial(self._emit, self.opened))
        self.change = add(_("Change"), "pen-line", partial(self._emit, self.planned))
        self.postpone = add(_("Postpone…"), "clock", partial(self._emit, self.postponed))
        self.cancel = add(_("Call off…"), "x", partial(self._emit, self.cancelled))
        self.repeat = add(_("Repeat…"), "copy", partial(self._emit, self.repeated))
        self.announce = add(_("Tell the teams"), "messages-square", partial(self._emit, self.announced))
        self.paper = add(_("List to sign"), "printer", partial(self._emit, self.printed))
        self.cards = add(_("Name cards"), "id-card", partial(self._emit, self.carded))
        self.certify = add(_("Certificates"), "file-text", partial(self._emit, self.certified))
        self.confirm = add(_("List to confirm"), "clipboard-pen", partial(self._emit, self.confirmed))
        return self.detail

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: TrainingsView) -> None:
        """Draw the view; what was chosen stays chosen."""
        self.view = view
        self.plan.setVisible(view.may_plan)
        if not view.rows:
            self._show_none(view)
            return
        self.show_content()
        ahead = sum(row.on >= view.on and row.state is State.PLANNED for row in view.rows)
        count = ngettext("{n} session to come", "{n} sessions to come", ahead)
        people = sum(row.here for row in view.rows)
        there = ngettext("{n} person was there so far", "{n} people were there so far", people)
        self._head.set_words(
            _("Training"),
            " · ".join((count.format(n=format_number(ahead)), there.format(n=format_number(people)))),
        )
        self.rows.show_rows(view.rows, lambda row: row.training_id)
        by_time = sorted(view.rows, key=lambda row: (row.on, row.starts))
        self.month.show_entries([_entry(row) for row in by_time], view.on)
        self._show(self.chosen())

    def _show_none(self, view: TrainingsView) -> None:
        if not view.may_plan:
            nobody = EmptyState(
                "book-open",
                _("No session names you yet"),
                _("Sessions that name you among their trainers come here with the next sync, with those who "
                  "are expected. Nothing else of the register does."),
            )  # fmt: skip
            self.show_instead(nobody)
            return
        first = EmptyState(
            "book-open",
            _("No training sessions yet"),
            _("A session says what is taught, when, where and by whom. On its day the list is taken "
              "here, offline too, and on several computers at once."),
            action=_("Plan a session"),
            action_icon="plus",
        )  # fmt: skip
        first.acted.connect(self._plan_one)
        self.show_instead(first)

    def _plan_one(self) -> None:
        if self.view is not None and self.view.may_plan:
            self.planned.emit(None)

    def chosen(self) -> TrainingRow | None:
        """The session that is chosen, in the list or in the month."""
        if self._shows_month():
            rows = self.view.rows if self.view is not None else ()
            return next((row for row in rows if row.training_id == self.month.chosen()), None)
        row = self.rows.current_row()
        return row if isinstance(row, TrainingRow) else None

    def _shows_month(self) -> bool:
        return self._sides.currentWidget() is self.month

    def turn_over(self) -> None:
        """From the list to the month and back; what is chosen stays chosen."""
        row = self.chosen()
        if self._shows_month():
            self._sides.setCurrentWidget(self.rows)
            at = self.view.rows.index(row) if self.view is not None and row is not None else 0
            self.rows.choose(at)
            self.rows.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._sides.setCurrentWidget(self.month)
            if row is not None:
                self.month.go_to(row.on, row.training_id)
            self.month.setFocus(Qt.FocusReason.OtherFocusReason)
        self.by_month.set_words(_("List") if self._shows_month() else _("Month"))
        self._show(None)

    def _show(self, _row: object) -> None:
        row = self.chosen()
        nothing = ""
        if self._shows_month():
            nothing = _(
                "Nothing is planned on this day. Arrows go through the days, PageUp and PageDown through "
                "the months, + and - through the sessions of a day."
            )
        self.detail.set_words(nothing if row is None or self.view is None else _full(row, self.view))
        on = row is not None and row.state is not State.CANCELLED
        takes = on and self.view is not None and self.view.may_take
        mine = row is not None and row.mine
        tells = self.view is not None and self.view.may_announce
        for button, shows in (
            (self.take, takes),
            (self.change, mine),
            (self.postpone, mine),
            (self.cancel, mine and on),
            (self.repeat, mine),
            (self.announce, tells and row is not None),
            (self.paper, takes),
            (self.cards, takes and row is not None and row.invited + row.here > 0),
            (self.certify, takes and row is not None and row.here > 0),
            (self.confirm, takes and row is not None and row.here > 0),
        ):
            button.setVisible(shows)

    def _change(self) -> None:
        row = self.chosen()
        if row is not None and row.mine:
            self.planned.emit(row)

    def _emit(self, signal: object) -> None:
        row = self.chosen()
        if row is not None:
            signal.emit(row)  # type: ignore[attr-defined]  # a signal of this screen

    def _open(self, row: object) -> None:
        if isinstance(row, TrainingRow) and self.view is not None and self.view.may_take:
            self.opened.emit(row)

    def ask_print(self) -> None:
        """Ask for the list on paper; the window calls it for Ctrl+P."""
        row = self.chosen()
        takes = self.view is not None and self.view.may_take
        if row is not None and takes and row.state is not State.CANCELLED:
            self.printed.emit(row)


def _entry(row: TrainingRow) -> Entry:
    return Entry(
        row.training_id, row.on, f"{time_words(row.starts)} {row.title}", _TONES[row.state], bool(row.clashes)
    )


def _day_cell(row: TrainingRow) -> Cell:
    ends = time_words(row.starts + row.minutes)
    return TextCell(format_day(row.on), f"{time_words(row.starts)}-{ends}", strong=True)


def _title_cell(row: TrainingRow) -> Cell:
    clash = _("clash") if row.clashes else ""
    sending = "" if row.standing is Standing.RECEIVED else standing(row.standing).words
    about = " · ".join(filter(None, (clash, row.place, ", ".join(row.trainers), row.unit, sending)))
    return TextCell(row.title, about)


def _people_cell(row: TrainingRow) -> Cell:
    invited = _("{n} invited").format(n=format_number(row.invited)) if row.invited else ""
    return TextCell(format_number(row.here), invited)


def _state_cell(row: TrainingRow) -> Cell:
    tone = Tone.WARN if row.clashes else _TONES[row.state]
    return PillCell(_(STATE_WORDS[row.state]), tone)


def _full(row: TrainingRow, view: TrainingsView) -> str:
    lines = [row.title, f"{format_day(row.on)}, {time_words(row.starts)} · {row.place}"]
    if row.moved_from is not None:
        lines.append(_("It was to be on {day} first.").format(day=format_date(row.moved_from)))
    if row.reason:
        lines.append(_("Reason: {reason}").format(reason=row.reason))
    titles = {one.training_id: one for one in view.rows}
    for clash in row.clashes:
        other = titles.get(clash.training_id)
        if other is not None:
            lines.append(clash_words(other, clash))
    if row.trainers:
        lines.append(_("Trainers: {names}").format(names=", ".join(row.trainers)))
    if row.capacity is not None:
        lines.append(_("Room for {n}").format(n=format_number(row.capacity)))
    whom = ", ".join((_(AUDIENCE_WORDS[row.audience]), *row.village_names))
    lines.append(_("For: {whom}").format(whom=whom))
    lines += map(skill_words, row.skills)
    if row.note:
        lines.append(row.note)
    return "\n\n".join(lines)
