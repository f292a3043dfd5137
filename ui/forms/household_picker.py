"""Finding the household a form is about: type a part of a name, arrows and Enter choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.text import highlight
from tongcds.domain.views import HouseholdRow
from tongcds.i18n import _
from ui import theme
from ui.household_words import household_line, household_pill
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, column
from ui.widgets.text import Text

TYPING_MS: Final = 120
MOST_HITS: Final = 8
ROWS_SHOWN: Final = 3


class _Field(SearchField):
    """The search field; while an Enter waits for its answer, it keeps what is typed ahead."""

    moved = Signal(int)
    entered = Signal()

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder)
        self.held: list[QKeyEvent] | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.held is not None and key != Qt.Key.Key_Escape:
            self.held.append(event.clone())
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() & ~_KEYPAD:
            self.entered.emit()
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


_KEYPAD = Qt.KeyboardModifier.KeypadModifier


class HouseholdPicker(QWidget):
    """A search field with its hits; `highlighted` and `chosen` carry a `HouseholdRow`.

    The best hit is highlighted at once, so that its people can be shown while one still types; Enter, Tab or
    a click chooses it. What is typed after an Enter that still waits for its answer is kept (`take_held`).

    Args:
        find: answers the best hits for what was typed; runs off the UI thread.
    """

    highlighted = Signal(object)
    chosen = Signal(object)
    searched = Signal()

    def __init__(
        self,
        find: Callable[[str], Sequence[HouseholdRow]],
        tasks: Tasks,
        *,
        label: str,
        today: date,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._today = today
        self._tasks = tasks
        self._choice: HouseholdRow | None = None
        self._answered = ""
        self.label = Text(label, Style.LABEL)
        self.field = _Field(_("Name or household code, without marks"))
        self.field.setAccessibleName(label)
        self.label.setBuddy(self.field)
        self._model: RowsModel[HouseholdRow] = RowsModel([Column("", self._cell, stretch=1)], self)
        self.hits = RowsView(self._model, name=_("Households found"), headings=False, side=3)
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sheet = Card(flush=True)
        self._sheet.body.addWidget(self.hits)
        self._sheet.hide()
        self._error = Text("", Style.ERROR, wrap=True)
        self._error.hide()
        self._nothing = Text("", Style.NOTE, wrap=True)
        self._nothing.hide()
        box = column(self, gap=1)
        box.addWidget(self.label)
        box.addWidget(self.field)
        box.addWidget(self._error)
        box.addWidget(self._nothing)
        box.addSpacing(space(0.5))
        box.addWidget(self._sheet)
        self.setFocusProxy(self.field)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textEdited.connect(self._typed)
        self.field.moved.connect(self._move)
        self.field.entered.connect(self._enter)
        self.field.editingFinished.connect(self._leave)
        self.hits.clicked.connect(self._click)

    def _cell(self, row: HouseholdRow) -> RowCell:
        words, tone = household_pill(row)
        marks = highlight(self.field.text(), row.head_name) if self._choice is None else ()
        return RowCell(row.head_name, self._line(row), pill=words, tone=tone, marks=marks)

    def _line(self, row: HouseholdRow) -> str:
        villages = {other.village_name for other in self._model.rows()}
        return household_line(row, self._today, with_village=len(villages) > 1)

    def choice(self) -> HouseholdRow | None:
        """The household that was chosen, None while one still searches."""
        return self._choice

    def shown(self) -> list[HouseholdRow]:
        """The hits (or the choice) that stand under the field."""
        return self._model.rows() if not self._sheet.isHidden() else []

    def show_choice(self, row: HouseholdRow | None) -> None:
        """Show a household as chosen without telling anyone; None empties the search."""
        self._timer.stop()
        self._choice = row
        self.field.held = None
        self.field.setText(row.head_name if row is not None else "")
        self._nothing.hide()
        self._show_rows([row] if row is not None else [])

    def show_error(self, sentence: str) -> None:
        """Say under the field what is wrong."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.field.setAccessibleDescription(sentence)

    def take_held(self) -> list[QKeyEvent]:
        """What was typed ahead since Enter, for whoever has the focus now."""
        held, self.field.held = self.field.held or [], None
        return held

    def _typed(self, words: str) -> None:
        self.show_error("")
        self._choice = None
        if words.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self._answered = ""
            self._nothing.hide()
            self._show_rows([])
        self.searched.emit()

    def _ask(self) -> None:
        self._timer.stop()
        wanted = self.field.text()
        self._tasks.run(
            partial(self._find, wanted), partial(self._show, wanted), owner=self, failed=self._fail
        )

    def _fail(self, problem: Exception) -> None:
        self.field.held = None
        raise problem

    def _show(self, wanted: str, rows: Sequence[HouseholdRow]) -> None:
        if wanted != self.field.text() or self._choice is not None:
            return
        self._answered = wanted
        self._show_rows(list(rows)[:MOST_HITS])
        self._nothing.setVisible(not rows)
        if not rows:
            told = _("No household found for “{words}”. Try a part of the name, or the code.")
            self._nothing.setText(told.format(words=wanted.strip()))
            self.field.held = None
        elif self.field.held is not None:
            self._choose(rows[0])

    def _show_rows(self, rows: Sequence[HouseholdRow]) -> None:
        self._model.set_rows(rows)
        self._sheet.setVisible(bool(rows))
        self._fit()
        if rows:
            self._highlight(0)

    def _fit(self) -> None:
        """As high as the rows that are shown, in the size of text in force."""
        height = theme.current().scaled(Length.ROW_TWO_LINES)
        self._sheet.setFixedHeight(min(self._model.rowCount(), ROWS_SHOWN) * height + 2 * Length.LINE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_sheet"):
            self._fit()

    def _highlight(self, at: int) -> None:
        self.hits.choose(at)
        row = self._model.row(at)
        self.field.setAccessibleDescription(f"{row.head_name}. {self._line(row)}")
        if self._choice is None:
            self.highlighted.emit(row)

    def _move(self, by: int) -> None:
        rows = self._model.rowCount()
        if rows and self._choice is None:
            self._highlight((self.hits.currentIndex().row() + by) % rows)

    def _current(self) -> HouseholdRow | None:
        row = self.hits.current_row()
        return row if isinstance(row, HouseholdRow) and not self._sheet.isHidden() else None

    def _enter(self) -> None:
        if self._choice is not None:
            self.chosen.emit(self._choice)
        elif self._answered == self.field.text() and (row := self._current()) is not None:
            self._choose(row)
        elif self.field.text().strip():
            self.field.held = []
            self._ask()

    def _leave(self) -> None:
        # Tab on a highlighted hit means that hit, as in every list that completes what is typed.
        settled = self._choice is None and self._answered == self.field.text()
        if settled and not self.field.hasFocus() and (row := self._current()) is not None:
            self._choose(row)

    def _click(self, index: QModelIndex) -> None:
        self._choose(self._model.row(index))

    def _choose(self, row: HouseholdRow) -> None:
        held = self.field.held
        self.show_choice(row)
        self.field.held = held if held is not None else []
        self.chosen.emit(row)
