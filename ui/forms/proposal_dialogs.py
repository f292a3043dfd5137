"""Asking for a change of a target, and deciding on what others ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, State, Word
from tongcds.domain.targets import read_amount
from tongcds.domain.views import TargetRow
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.errors import SENTENCES, UserError
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, format_date, format_number
from tongcds.papers.targets import NOTHING, amount, wanted
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.field import LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import column, line, open_at
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
        self._reason = LabeledField(_("Reason"), self.reason)
        basis = LabeledField(_("Document that it rests on"), self.basis)
        for field in (self._value, self._last, self._reason, basis):
            self.box.addWidget(field)
        self.problem = _problem()
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
        _say_problem(None, self.problem, self._reason)
        if not unread and day is not None:
            self.written.emit(ProposalText(value, day, self.reason.toPlainText(), self.basis.text()))

    def show_problem(self, problem: Exception) -> None:
        """Say why it was not saved; what was written stays."""
        _say_problem(problem, self.problem, self._reason)


class ProposalsDialog(QDialog):
    """Every proposal. `said`: the row, a `Word`, the reason, whether a changed target is known of."""

    help_topic = "targets"

    said = Signal(object, object, str, bool)

    def __init__(self, rows: Sequence[ProposalRow], *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Proposals to change targets"))
        columns: list[Column[ProposalRow]] = [
            Column(_("Target"), lambda row: TextCell(row.name, second=row.unit, strong=True), stretch=1),
            Column(_("When proposed"), lambda row: _ends(row.was, row.was_last, row)),
            Column(_("Proposed"), lambda row: _ends(row.says.value, row.says.last, row)),
            Column(_("State"), lambda row: TextCell(_(STATE_WORDS[row.state]))),
        ]
        model: RowsModel[ProposalRow] = RowsModel(columns, self)
        self.rows = RowsView(model, name=_("Proposals to change targets"), side=2)
        model.set_rows(tuple(rows[:MOST_ROWS]))
        self.detail = DetailCard(_("In full"))
        add = self.detail.add_act
        self.accept_it = add(_("Accept"), "check", partial(self._say, Word.ACCEPTED))
        self.give_back = add(_("Return"), "undo-2", partial(self._say, Word.RETURNED))
        self.refuse = add(_("Refuse"), "x", partial(self._say, Word.REFUSED))
        self.take_back = add(_("Take back"), "undo-2", partial(self._say, Word.WITHDRAWN))
        self.reason = LineField()
        self._reason = LabeledField(_("Reason, to return or refuse"), self.reason)
        side = column(gap=3)
        side.addWidget(self.detail, 1)
        side.addWidget(self._reason)
        self.problem = _problem()
        side.addWidget(self.problem)
        parts = line(gap=3)
        parts.addWidget(self.rows, 2)
        parts.addLayout(side, 1)
        leave = Button(_("Close"), hint="Escape", kind=Kind.PRIMARY)
        leave.clicked.connect(self.reject)
        buttons = line(gap=2)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(self.windowTitle(), Style.TITLE, wrap=True))
        box.addLayout(parts, 1)
        box.addLayout(buttons)
        open_at(self, Length.DIALOG * 2, Length.DIALOG)
        self.rows.picked.connect(self._show)
        self.rows.choose(0)
        self._show(None)
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, word: Word) -> None:
        row = self.chosen()
        if row is not None:
            _say_problem(None, self.problem, self._reason)
            self.said.emit(row, word, self.reason.text(), row.changed)

    def chosen(self) -> ProposalRow | None:
        """The proposal that is chosen."""
        row = self.rows.current_row()
        return row if isinstance(row, ProposalRow) else None

    def _show(self, _row: object) -> None:
        row = self.chosen()
        _say_problem(None, self.problem, self._reason)
        self.detail.set_words(_("No proposal yet.") if row is None else _full(row))
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
        _say_problem(problem, self.problem, self._reason)


def _problem() -> Text:
    words = Text("", Style.ERROR, wrap=True)
    words.hide()
    return words


def _say_problem(problem: Exception | None, words: Text, reason: LabeledField) -> None:
    """Say what is wrong, at the reason where that is what is missing; None takes it away."""
    said = "" if problem is None else words_for(problem)
    missing = isinstance(problem, UserError) and problem.code == "proposal_reason_missing"
    reason.show_error(said if missing else "")
    words.setText("" if missing else said)
    words.setVisible(bool(said) and not missing)
    if missing:
        reason.editor.setFocus(Qt.FocusReason.OtherFocusReason)


def _amount(value: Decimal | None, measure: str) -> str:
    return NOTHING if value is None else amount(value, measure)


def _until(day: date) -> str:
    return _("by {day}").format(day=format_date(day))


def _ends(value: Decimal | None, last: date, row: ProposalRow) -> TextCell:
    return TextCell(_amount(value, row.measure), second=_until(last))


def _full(row: ProposalRow) -> str:
    when = "" if row.on is None else format_date(row.on)
    was = f"{_amount(row.was, row.measure)} {_until(row.was_last)}"
    asked = f"{_amount(row.says.value, row.measure)} {_until(row.says.last)}"
    lines = [
        " · ".join(filter(None, (f"{row.unit} → {row.addressee}", when, row.by))),
        f"{row.name}: {was} → {asked}",
        f"{_('Reason')}: {row.says.reason}",
        f"{_('Document that it rests on')}: {row.says.basis}" if row.says.basis else "",
    ]
    if row.changed and row.terms is not None:
        now = f"{_amount(row.terms.value, row.measure)} {_until(row.terms.last)}"
        lines.append(_("The target was changed meanwhile, now it is {value}.").format(value=now))
    for step in row.steps:
        on = "" if step.on is None else format_date(step.on)
        said = " · ".join(filter(None, (on, step.by, _(WORD_WORDS[step.word]))))
        lines.append(": ".join(filter(None, (said, step.reason))))
    return "\n".join(filter(None, lines))
