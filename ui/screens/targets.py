"""Mục tiêu: targets beside their figures, figures that were typed in, and the targets of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.views import TargetRow, TargetsView, TypedFigure
from tongcds.i18n import _, format_date, format_number, language, ngettext, pgettext
from tongcds.papers import targets as paper_words
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms import target_words
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MeterCell, NumberCell, PillCell, TextCell
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.detail import DetailCard
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide


class Part(StrEnum):
    """What the list shows."""

    TARGETS = "targets"
    TYPED = "typed"
    CATALOGUE = "catalogue"


class TargetsScreen(Page):
    """`left` is Esc. `set_requested` wants a form for a target: with a row to change it, None for a new one.

    `taken` carries a row of the catalogue to begin with, `ended` one that is pursued no longer, `shared` one
    whose lack is to be asked of teams. `typing_requested` wants a form for a figure, with one to correct or
    None; `taken_out` carries one that goes. `proposing` carries a target that somebody wants changed,
    `proposals_wanted` asks for the list of what was proposed.

    Args:
        load: answers a `TargetsView`; runs off the UI thread.
    """

    help_topic = "targets"

    left = Signal()
    set_requested = Signal(object)
    taken = Signal(object)
    ended = Signal(object)
    shared = Signal(object)
    typing_requested = Signal(object)
    taken_out = Signal(object)
    proposing = Signal(object)
    proposals_wanted = Signal()

    def __init__(
        self,
        load: Callable[[], TargetsView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: TargetsView | None = None
        self.body.addWidget(self._make_head())
        self.parts = ChoicePills(
            _("What is shown"),
            [
                Answer(Part.TARGETS, _("Targets"), None),
                Answer(Part.TYPED, _("Typed-in figures"), None),
                Answer(Part.CATALOGUE, _("Targets of the plans"), None),
            ],
            Part.TARGETS,
            large=True,
        )
        self.parts.changed.connect(self._turn)
        self.body.addWidget(self.parts)
        cards = SideBySide(narrowest=Length.STACKED + space(30))
        cards.add(self._make_lists(), 5)
        cards.add(self._make_detail(), 2)
        self.body.addWidget(cards, 1)
        for keys, act in (
            ("Escape", self.left.emit),
            ("Ctrl+J", self.proposals_wanted.emit),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.targets)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)

    def _make_head(self) -> QWidget:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.proposed = Button(_("Proposals…"), icon="messages-square", hint="Ctrl+J")
        self.proposed.clicked.connect(self.proposals_wanted)
        self.type_in = Button(_("Type a figure in"), icon="pen-line")
        self.type_in.clicked.connect(self._type_in)
        self.set = Button(_("Set a target"), icon="plus", kind=Kind.PRIMARY)
        self.set.clicked.connect(self._set)
        self._head = PageHead(_("Targets"), "", [leave, self.proposed, self.type_in, self.set])
        return self._head

    def _make_lists(self) -> QWidget:
        self._targets: RowsModel[TargetRow] = RowsModel(_target_columns(), self)
        self._catalogue: RowsModel[TargetRow] = RowsModel(_target_columns(), self)
        self._typed: RowsModel[TypedFigure] = RowsModel(_typed_columns(), self)
        self.targets = RowsView(self._targets, name=_("Targets"), side=2)
        self.typed = RowsView(self._typed, name=_("Typed-in figures"), side=2)
        self.catalogue = RowsView(self._catalogue, name=_("Targets of the plans"), side=2)
        self._stack = QStackedWidget()
        self._empty = EmptyState("chart-column", "", "")
        for table in (self.targets, self.typed, self.catalogue):
            table.picked.connect(self._tell)
            table.opened.connect(self._open)
            self._stack.addWidget(table)
        self._stack.addWidget(self._empty)
        card = Card(flush=True)
        card.body.addWidget(self._stack)
        return card

    def _make_detail(self) -> QWidget:
        self.detail = DetailCard(_("In full"))
        add = self.detail.add_act
        self.change = add(_("Change"), "pen-line", self._change, keys="F2")
        self.remove = add(_("End"), "x", self._remove, keys="Delete")
        self.share = add(_("Share out to teams"), "messages-square", self._share)
        self.propose = add(_("Propose a change"), "pen-line", self._propose, keys="Insert")
        return self.detail

    # Reading

    def reload(self) -> None:
        """Read and count everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.view = None
        self.show_problem(words_for(problem))

    def show_view(self, view: TargetsView) -> None:
        """Draw the view; what was chosen stays chosen."""
        self.view = view
        self.show_content()
        said = ngettext("{n} target", "{n} targets", len(view.targets)).format(
            n=format_number(len(view.targets))
        )
        typed = ngettext("{n} typed-in figure", "{n} typed-in figures", len(view.typed)).format(
            n=format_number(len(view.typed))
        )
        title = _("Targets of {unit}").format(unit=words.in_a_sentence(view.unit))
        self._head.set_words(title, f"{said} · {typed}")
        for button in (self.type_in, self.set):
            button.setVisible(view.may_write)
        self.targets.show_rows(view.targets)
        self.typed.show_rows(view.typed)
        self.catalogue.show_rows(view.catalogue)
        self._turn()

    def _turn(self, _part: object = None) -> None:
        table = self._table()
        if table.rows_model.rowCount():
            self._stack.setCurrentWidget(table)
            self._tell(table.current_row())
            return
        self._empty.set_words(*self._nothing())
        self._stack.setCurrentWidget(self._empty)
        self._tell(None)

    def _nothing(self) -> tuple[str, str]:
        if self.parts.value() == Part.TYPED:
            return (
                _("No figure typed in yet"),
                _("What nobody here can count, such as a rank, is typed in with its source and stands apart "
                  "from what is counted."),
            )  # fmt: skip
        return (
            _("No target yet"),
            _("An office sets what an indicator should reach, with the document that says so. Targets of the "
              "plans can be taken over with Enter."),
        )  # fmt: skip

    def _table(self) -> RowsView:
        return {Part.TYPED: self.typed, Part.CATALOGUE: self.catalogue}.get(
            Part(str(self.parts.value())), self.targets
        )

    def _chosen(self) -> TargetRow | TypedFigure | None:
        row = self._table().current_row()
        return row if isinstance(row, TargetRow | TypedFigure) else None

    def _tell(self, _row: object) -> None:
        row, may = self._chosen(), self.view is not None and self.view.may_write
        own = self._is_own(row)
        if isinstance(row, TargetRow):
            self.detail.set_words(target_words.about_target(row))
        else:
            self.detail.set_words("" if row is None else target_words.about_typed(row))
        listed = isinstance(row, TargetRow) and row.target_id is None
        self.change.set_words(
            _("Take over") if listed else _("Correct") if isinstance(row, TypedFigure) else _("Change")
        )
        self.change.setVisible(own or (listed and may))
        self.remove.set_words(
            pgettext("typed-in figure", "Take out") if isinstance(row, TypedFigure) else _("End")
        )
        self.remove.setVisible(own and (isinstance(row, TypedFigure) or row is None or row.ended_on is None))
        asks = self.view is not None and len(self.view.units) > 1
        self.share.setVisible(asks and isinstance(row, TargetRow) and not listed)

        self.propose.setVisible(isinstance(row, TargetRow) and not listed and row.ended_on is None)

    def _propose(self) -> None:
        self.proposing.emit(self._chosen())

    def _is_own(self, row: TargetRow | TypedFigure | None) -> bool:
        if self.view is None or row is None or not self.view.may_write:
            return False
        if isinstance(row, TargetRow):
            return row.mine and row.target_id is not None
        return row.terms.unit_id in {unit for unit, _name in self.view.units}

    # What is asked for

    def _set(self) -> None:
        self.set_requested.emit(None)

    def _type_in(self) -> None:
        self.typing_requested.emit(None)

    def _open(self, _row: object) -> None:
        if self.change.isVisible():
            self._change()

    def _change(self) -> None:
        row = self._chosen()
        if row is None:
            return
        if isinstance(row, TypedFigure):
            self.typing_requested.emit(row)
        else:
            (self.taken if row.target_id is None else self.set_requested).emit(row)

    def _remove(self) -> None:
        row = self._chosen()
        if row is not None:
            (self.taken_out if isinstance(row, TypedFigure) else self.ended).emit(row)

    def _share(self) -> None:
        self.shared.emit(self._chosen())


def _target_columns() -> list[Column[TargetRow]]:
    return [
        Column(_("Indicator"), _name_cell, stretch=3),
        Column(_("Target"), lambda row: NumberCell(paper_words.wanted(row))),
        Column(_("Now"), _now_cell, stretch=1),
        Column(_("Forecast"), lambda row: NumberCell(paper_words.expected(row) or "–")),
        Column(_("How it stands"), _verdict_cell),
    ]


def _typed_columns() -> list[Column[TypedFigure]]:
    return [
        Column(_("Indicator"), _typed_name, stretch=1),
        Column(_("Figure"), lambda figure: NumberCell(target_words.typed_value(figure))),
        Column(_("Source"), lambda figure: TextCell(figure.terms.source, muted=True), stretch=1),
    ]


def _name_cell(row: TargetRow) -> TextCell:
    state = target_words.standing(row.standing, mine=row.mine)
    until = _("by {day}").format(day=format_date(row.terms.last))
    return TextCell(row.name, second=" · ".join(filter(None, (row.unit, until, state))), strong=True)


def _now_cell(row: TargetRow) -> Cell:
    share, target = target_words.share(row)
    if target is None:
        return TextCell(paper_words.now(row))
    return MeterCell(share, paper_words.now(row), target)


def _verdict_cell(row: TargetRow) -> PillCell:
    state = target_words.verdict(row)
    return PillCell(state.words, state.tone)


def _typed_name(figure: TypedFigure) -> TextCell:
    terms = figure.terms
    name = load_indicators()[terms.indicator].short(language())
    return TextCell(name, second=target_words.days(terms.first, terms.last), strong=True)
