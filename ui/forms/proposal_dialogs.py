"""Asking for a change of a target, and deciding on what others ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, State, Word
from tongcds.domain.targets import read_amount
from tongcds.domain.views import TargetRow
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, format_date, format_number
from tongcds.papers.targets import NOTHING, amount, wanted
from ui import theme
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.theme import Length, Style
from ui.widgets.button import Button, Kind
from ui.widgets.cells import NumberCell, TextCell
from ui.widgets.field import LabeledField, LineField, TextArea
from ui.widgets.flow import FlowRow
from ui.widgets.form_dialog import FormDialog
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.text import Text


class ProposeDialog(FormDialog):
    """`written` carries a `ProposalText`."""

    help_topic = "targets"

    written = Signal(object)

    def __init__(self, row: TargetRow, today: date, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Propose a change"), row.name, parent=parent)
        terms = row.terms
        now = _("Target: {target} by {day}").format(target=wanted(row), day=format_date(terms.last))
        self.box.addWidget(Text(now, Style.NOTE, wrap=True))
        self.value = LineField("" if terms.value is None else format_number(terms.value))
        self.last = DayLine(partial(read_coming_day, today=today), today)
        self.last.show_day(terms.last)
        self.reason, self.basis = TextArea(), LineField()
        self._value = LabeledField(_("Proposed value"), self.value)
        self._last = LabeledField(_("Last day"), self.last)
        for field in (
            self._value,
            self._last,
            LabeledField(_("Reason"), self.reason),
            LabeledField(_("Document that it rests on"), self.basis),
        ):
            self.box.addWidget(field)
        self.problem = Text("", Style.NOTE, wrap=True)
        self.box.addWidget(self.problem)
        self.end(self.save)
        self.value.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand it over, where it can be read."""
        words, day = self.value.text().strip(), self.last.day()
        value = read_amount(words)
        unread = bool(words) and value is None
        self._value.show_error(_(SENTENCES["number_unreadable"]).format(text=words) if unread else "")
        self._last.show_error("" if day is not None else _(SENTENCES["date_invalid"]))
        if not unread and day is not None:
            self.written.emit(ProposalText(value, day, self.reason.toPlainText(), self.basis.text()))

    def show_problem(self, problem: Exception) -> None:
        """Say why it was not saved; what was written stays."""
        self.problem.setText(words_for(problem))


class ProposalsDialog(FormDialog):
    """Every proposal. `said`: the row, a `Word`, the reason, whether a changed target is known of."""

    help_topic = "targets"

    said = Signal(object, object, str, bool)

    def __init__(self, rows: Sequence[ProposalRow], *, parent: QWidget | None = None) -> None:
        super().__init__(_("Proposals to change targets"), parent=parent)
        columns: list[Column[ProposalRow]] = [
            Column(_("Target"), lambda row: TextCell(row.name, second=row.unit, strong=True), stretch=1),
            Column(_("Now"), lambda row: NumberCell(_amount(row.was, row.measure))),
            Column(_("Proposed value"), lambda row: NumberCell(_amount(row.says.value, row.measure))),
            Column(_("State"), lambda row: TextCell(_(STATE_WORDS[row.state]))),
        ]
        model: RowsModel[ProposalRow] = RowsModel(columns, self)
        self.rows = RowsView(model, name=_("Proposals to change targets"))
        self.rows.setMinimumHeight(theme.current().scaled(Length.SIDE))
        model.set_rows(tuple(rows[:MOST_ROWS]))
        self.detail = Text("", Style.BODY, wrap=True)
        self.reason = LineField()
        self._reason = LabeledField(_("Reason, to return or refuse"), self.reason)
        self.accept_it = self._button(_("Accept"), "check", Word.ACCEPTED)
        self.give_back = self._button(_("Return"), "undo-2", Word.RETURNED)
        self.refuse = self._button(_("Refuse"), "x", Word.REFUSED)
        self.take_back = self._button(_("Take back"), "undo-2", Word.WITHDRAWN)
        acts = FlowRow()
        for button in (self.accept_it, self.give_back, self.refuse, self.take_back):
            acts.flow.addWidget(button)
        for part in (self.rows, self.detail, self._reason, acts):
            self.box.addWidget(part)
        self.problem = Text("", Style.NOTE, wrap=True)
        self.box.addWidget(self.problem)
        self.rows.picked.connect(self._show)
        self.rows.choose(0)
        self._show(None)
        self.end(self.accept, _("Close"))
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, words: str, icon: str, word: Word) -> Button:
        button = Button(words, icon=icon, kind=Kind.SMALL)
        button.clicked.connect(partial(self._say, word))
        return button

    def _say(self, word: Word) -> None:
        row = self.chosen()
        if row is not None:
            self.said.emit(row, word, self.reason.text(), row.changed)

    def chosen(self) -> ProposalRow | None:
        """The proposal that is chosen."""
        row = self.rows.current_row()
        return row if isinstance(row, ProposalRow) else None

    def _show(self, _row: object) -> None:
        row = self.chosen()
        self.detail.setText(_("No proposal yet.") if row is None else _full(row))
        decides = row is not None and row.may_decide
        self._reason.setVisible(decides)
        for button, state in (
            (self.accept_it, State.ACCEPTED),
            (self.give_back, State.RETURNED),
            (self.refuse, State.REFUSED),
        ):
            button.setVisible(decides and row is not None and row.state is not state)
        changed = row is not None and row.changed
        self.accept_it.set_words(_("Accept although it changed") if changed else _("Accept"))
        self.take_back.setVisible(row is not None and row.may_withdraw)

    def show_problem(self, problem: Exception) -> None:
        """Say why nothing was done."""
        self.problem.setText(words_for(problem))


def _amount(value: object, measure: str) -> str:
    return NOTHING if value is None else amount(value, measure)  # type: ignore[arg-type]  # a Decimal


def _full(row: ProposalRow) -> str:
    days = f"{format_date(row.was_last)} → {format_date(row.says.last)}"
    when = "" if row.on is None else format_date(row.on)
    lines = [
        " · ".join(filter(None, (f"{row.unit} → {row.addressee}", days, when, row.by))),
        row.says.reason,
        row.says.basis,
    ]
    if row.changed and row.terms is not None:
        now = _amount(row.terms.value, row.measure)
        lines.append(_("The target was changed meanwhile, now it is {value}.").format(value=now))
    for step in row.steps:
        on = "" if step.on is None else format_date(step.on)
        lines.append(" ".join(filter(None, (on, step.by, _(WORD_WORDS[step.word]), step.reason))))
    return "\n".join(filter(None, lines))
