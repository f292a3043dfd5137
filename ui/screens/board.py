"""Tổng hợp in full: one indicator of a unit over a period, by unit below, over months and by groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import BoardFigure, BoardIndicator, BoardRow, BoardView, CloseView
from tongcds.i18n import N_, _, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.board_charts import GROUPS, chart_of
from ui.forms.board_parts import (
    Asked,
    PeriodBar,
    change_words,
    parts_words,
    target_words,
    value_words,
    why_words,
)
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MeterCell, NumberCell, TextCell
from ui.widgets.chart import Chart, ChartKind
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide, clear, column, line
from ui.widgets.text import Text

_BY_NAME: Final = "name"
_BEST: Final = "best"
_WORST: Final = "worst"
_KIND_HEADS: Final = {
    "village": N_("By village"),
    "commune": N_("By commune"),
    "old_commune": N_("By commune before 1 July 2025"),
}


class BoardScreen(Page):
    """`left` is Esc. `saved` carries a `QImage` that wants to become a file, and what it should be called.

    `said` is a sentence for the message bar, `targets_requested` wants the targets.
    `listed` carries an `Asked` whose records are wanted.

    Args:
        bar: chooses what is shown; it belongs to this screen from now on.
        load: answers a `BoardView`; runs off the UI thread, as does `look`.
        look: answers a `CloseView`.
    """

    help_topic = "board"

    left = Signal()
    saved = Signal(object, str)
    said = Signal(str)
    targets_requested = Signal()
    listed = Signal(object)

    def __init__(
        self,
        bar: PeriodBar,
        load: Callable[[Asked], BoardView],
        look: Callable[[Asked], CloseView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._look, self._tasks = load, look, tasks
        self._view: BoardView | None = None
        self._close: CloseView | None = None
        self.bar = bar
        self.bar.asked.connect(self._ask)
        self.body.addWidget(self._make_head())
        self.body.addWidget(self.bar)
        cards = SideBySide()
        cards.add(self._make_units(), 1)
        right = column(gap=4)
        right.addWidget(self._make_figure())
        right.addWidget(self._make_chart(), 1)
        cards.add(right, 1)
        self.body.addWidget(cards, 1)
        for keys, act in (
            ("Escape", self.left.emit),
            ("Backspace", self.go_up),
            ("Ctrl+L", self._list),
            ("Ctrl+S", self._save),
            ("Ctrl+C", self.copy_chart),
            ("Alt+Left", self.bar.go_back),
            ("Alt+Right", self.bar.go_on),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.bar.indicator)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)

    def _make_head(self) -> QWidget:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.up = Button(_("One level up"), icon="arrow-left", hint="Backspace")
        self.up.clicked.connect(self.go_up)
        self.records = Button(_("Records behind it"), icon="book-open", hint="Ctrl+L")
        self.records.clicked.connect(self._list)
        aims = Button(_("Targets"), icon="clipboard-check")
        aims.clicked.connect(self.targets_requested)
        self._head = PageHead("", "", [leave, self.up, aims, self.records])
        return self._head

    def _make_units(self) -> QWidget:
        self.order = Choice(
            [(_("By name"), _BY_NAME), (_("Highest first"), _BEST), (_("Lowest first"), _WORST)]
        )
        self.order.setAccessibleName(_("Order"))
        self.order.activated.connect(self._reorder)
        self.eras = Choice([(_("Villages of today"), False), (_("Communes before 1 July 2025"), True)])
        self.eras.setAccessibleName(_("Units"))
        self.eras.activated.connect(self._choose_era)
        self._units = Card(flush=True)
        above = FlowRow()
        above.flow.addWidget(self.order)
        above.flow.addWidget(self.eras)
        framed = QWidget()
        box = column(framed)
        box.setContentsMargins(space(4), space(1), space(4), space(2))
        box.addWidget(above)
        self._units.body.addWidget(framed)
        # Of its own, so that a table that comes later lies under the card's corners.
        place = QWidget()
        self._table_box = column(place)
        self._units.body.addWidget(place, 1)
        self.row_told = Text("", Style.NOTE, wrap=True)
        self.row_told.setContentsMargins(space(4), space(2), space(4), space(3))
        self.row_told.hide()
        self._units.body.addWidget(self.row_told)
        self.table: RowsView | None = None
        return self._units

    def _make_figure(self) -> QWidget:
        self._card = Card()
        self.value = Text("", Style.DISPLAY)
        self.detail = Text("", Style.NOTE, wrap=True)
        self.proof = Button(_("How it is counted"), kind=Kind.SMALL)
        self.proof.setCheckable(True)
        self.proof.toggled.connect(self._show_proof)
        self.how = Text("", Style.NOTE, wrap=True)
        self.how.hide()
        beside = line(gap=2)
        beside.addWidget(self.value)
        beside.addStretch(1)
        beside.addWidget(self.proof)
        self._card.body.addLayout(beside)
        self._card.body.addWidget(self.detail)
        self._card.body.addWidget(self.how)
        return self._card

    def _make_chart(self) -> QWidget:
        self.kinds = ChoicePills(
            _("Chart"),
            [
                Answer(ChartKind.LINE, _("Months"), None),
                Answer(ChartKind.BARS, _("Units"), None),
                Answer(ChartKind.MULTIPLES, _("Small charts"), None),
                Answer(GROUPS, _("Groups"), None),
            ],
            ChartKind.LINE,
        )
        self.kinds.changed.connect(self._show_chart)
        self.chart = Chart()
        self.chart.told.connect(self._tell)
        self._told = Text("", Style.NOTE)
        self._notes = Text("", Style.NOTE, wrap=True)
        copy = Button(_("Copy chart"), icon="copy", hint="Ctrl+C", kind=Kind.SMALL)
        copy.clicked.connect(self.copy_chart)
        save = Button(_("Save picture"), icon="hard-drive-download", hint="Ctrl+S", kind=Kind.SMALL)
        save.clicked.connect(self._save)
        above = FlowRow()
        for widget in (self.kinds, copy, save):
            above.flow.addWidget(widget)
        drawn = Card()
        drawn.body.addWidget(above)
        drawn.body.addWidget(self.chart, 1)
        drawn.body.addWidget(self._told)
        drawn.body.addWidget(self._notes)
        return drawn

    # Reading

    def _ask(self, _asked: Asked) -> None:
        self.reload()

    def reload(self) -> None:
        """Count, or read, again: first the figures, then what takes twelve months."""
        self.is_fresh()
        asked = self.bar.now()

        def load() -> tuple[Asked, BoardView]:
            return asked, self._load(asked)

        def look() -> tuple[Asked, CloseView]:
            return asked, self._look(asked)

        self._close = None
        self._tasks.run(load, self._loaded, owner=self, failed=self._failed)
        self._tasks.run(look, self._looked, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def _loaded(self, answer: tuple[Asked, BoardView]) -> None:
        asked, view = answer
        if asked == self.bar.now():
            self.show_view(view)

    def _looked(self, answer: tuple[Asked, CloseView]) -> None:
        asked, close = answer
        if asked == self.bar.now():
            self._close = close
            self._show_chart()

    # Showing

    def show_view(self, view: BoardView) -> None:
        """Draw the figures."""
        self._view = view
        self.show_content()
        way = " / ".join(name for _id, name in view.path)
        title = _("Overview of {unit}").format(unit=way[:1].lower() + way[1:])
        self._head.set_words(title, self._about(view))
        self.up.setVisible(len(view.path) > 1)
        self.records.setVisible(view.holds_records)
        self.eras.setVisible(view.row_kind in {"village", "old_commune"} and view.holds_records)
        self._show_whole(view)
        self._show_rows()
        self._show_chart()

    def _about(self, view: BoardView) -> str:
        if view.row_kind == "commune":
            units = ngettext("{n} commune", "{n} communes", len(view.rows))
        elif view.row_kind == "village":
            units = ngettext("{n} village", "{n} villages", len(view.rows))
        else:
            units = ""
        against = _("compared with {period}").format(period=view.against) if view.against else ""
        return " · ".join(filter(None, (view.period, units.format(n=format_number(len(view.rows))), against)))

    def _show_whole(self, view: BoardView) -> None:
        (indicator,), (figure, *_rest) = view.indicators, view.whole.figures
        self._card.set_head(indicator.short, f"{indicator.code} · {indicator.pillar}")
        self.value.setText(value_words(indicator, figure))
        parts = [parts_words(figure), why_words(figure)]
        if view.whole.against:
            then = view.whole.against[0]
            moved = change_words(indicator, figure, then)
            was = _("was {value}").format(value=value_words(indicator, then))
            parts += [f"{moved}, {was}" if moved else was]
        if figure.target is not None:
            parts.append(target_words(indicator, figure.target))
        self.detail.setText(" · ".join(filter(None, parts)))
        self.how.setText("\n".join(_proof(indicator, figure)))
        self._card.setAccessibleName(f"{indicator.name}: {self.value.text()}. {self.detail.text()}")

    def _show_proof(self, shown: bool) -> None:  # noqa: FBT001 - what the button carries
        self.how.setVisible(shown)

    def _ordered(self, view: BoardView) -> list[BoardRow]:
        order = self.order.currentData()
        rows = list(view.rows[:MOST_ROWS])
        if order == _BY_NAME:
            return rows
        known = [row for row in rows if row.figures[0].value is not None]
        known.sort(key=lambda row: row.figures[0].value or 0.0, reverse=order == _BEST)
        return known + [row for row in rows if row.figures[0].value is None]

    def _reorder(self) -> None:
        self._show_rows()
        self._show_chart()

    def _show_rows(self) -> None:
        view = self._view
        if view is None:
            return
        clear(self._table_box)
        self.table = None
        self.row_told.hide()
        title = _(_KIND_HEADS.get(view.row_kind, N_("This unit")))
        self._units.set_head(title, _("Enter or a double click opens a row") if view.rows else "")
        self.order.setVisible(bool(view.rows))
        if not view.rows:
            told = (
                _("Ctrl+L lists the records behind this figure, and each opens in the register.")
                if view.holds_records
                else _("What is behind this figure is with the commune and the team.")
            )
            self._table_box.addWidget(EmptyState("house", _("No units below"), told))
            return
        rows = self._ordered(view)
        model: RowsModel[BoardRow] = RowsModel(self._columns(view, rows), self)
        self.table = RowsView(model, name=title, pick=any(row.opens for row in rows), side=2)
        self.table.opened.connect(self._open)
        self.table.picked.connect(self._tell_row)
        self._table_box.addWidget(self.table)
        model.set_rows(rows)

    def _tell_row(self, row: BoardRow) -> None:
        """Say of the chosen row why it has no figure, or what proves the one it has."""
        view, (figure, *_rest) = self._view, row.figures
        if view is None:
            return
        told = [value_words(view.indicators[0], figure), why_words(figure), *_marks(figure)]
        self.row_told.setText(f"{row.name}: {' · '.join(filter(None, told))}")
        self.row_told.show()

    def _columns(self, view: BoardView, rows: Sequence[BoardRow]) -> list[Column[BoardRow]]:
        (indicator,) = view.indicators
        ranked = self.order.currentData() != _BY_NAME
        places = {row.unit_id: at for at, row in enumerate(rows, 1)}

        def name(row: BoardRow) -> TextCell:
            place = f"{places[row.unit_id]}. " if ranked and row.figures[0].value is not None else ""
            return TextCell(place + row.name, strong=True)

        def value(row: BoardRow) -> Cell:
            figure = row.figures[0]
            said = value_words(indicator, figure)
            if indicator.ratio and indicator.unit == "%":
                return MeterCell(figure.value, said, figure.target.value if figure.target else None)
            return NumberCell(said)

        columns: list[Column[BoardRow]] = [
            Column(_("Unit"), name, stretch=1),
            Column(indicator.short, value, stretch=1),
        ]
        if indicator.ratio:
            columns.append(Column(_("Part/whole"), lambda row: NumberCell(parts_words(row.figures[0]))))
        if view.against:
            columns.append(Column(_("Change"), lambda row: NumberCell(_moved(indicator, row))))
        return columns

    def _show_chart(self, _kind: object = None) -> None:
        view, close = self._view, self._close
        if view is None:
            return
        self.chart.show_data(*chart_of(view, close, self._ordered(view), self.kinds.value()))
        notes = dict.fromkeys((*view.notes, *(close.notes if close is not None else ())))
        self._notes.setText("\n".join(notes))
        self._notes.setVisible(bool(notes))
        self._told.setText("")

    def _tell(self, told: str) -> None:
        self._told.setText(told)

    # What is done

    def _open(self, row: BoardRow) -> None:
        if row.opens:
            self.bar.ask(unit_id=row.unit_id, old_communes=False)

    def go_up(self) -> None:
        """Show the unit above, down to the own one."""
        if self._view is not None and len(self._view.path) > 1:
            self.bar.ask(unit_id=self._view.path[-2][0], old_communes=False)

    def _choose_era(self) -> None:
        self.bar.ask(old_communes=bool(self.eras.currentData()))

    def _list(self) -> None:
        if self.records.isVisible():
            self.listed.emit(self.bar.now())

    def copy_chart(self) -> None:
        """Put the chart on the clipboard, as a picture."""
        QGuiApplication.clipboard().setImage(self.chart.picture())
        self.said.emit(_("The chart is on the clipboard; paste it into a document."))

    def _save(self) -> None:
        if self._view is not None:
            (indicator,) = self._view.indicators
            self.saved.emit(self.chart.picture(), f"{indicator.code} {self._view.last.isoformat()}.png")


def _proof(indicator: BoardIndicator, figure: BoardFigure) -> list[str]:
    """What proves a figure: what is counted, how, which records are behind it, and the target's document."""
    lines = []
    if indicator.numerator:
        lines.append(_("Counted: {what}").format(what=indicator.numerator))
    if indicator.denominator:
        lines.append(_("Out of: {what}").format(what=indicator.denominator))
    lines += _marks(figure)
    if figure.records:
        lines.append(_("Records behind it: {n}").format(n=format_number(figure.records)))
    if figure.target is not None:
        lines.append(_("Target by: {document}").format(document=figure.target.says))
    return lines


def _marks(figure: BoardFigure) -> list[str]:
    """What two computers that counted the same show the same of."""
    told = []
    if figure.fingerprint:
        told.append(_("Mark of the figure: {mark}").format(mark=figure.fingerprint))
    if figure.definition:
        told.append(_("Way of counting: {definition}").format(definition=figure.definition))
    return told


def _moved(indicator: BoardIndicator, row: BoardRow) -> str:
    return change_words(indicator, row.figures[0], row.against[0]) or "–"
