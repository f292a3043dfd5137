"""Finding the household a form is about: type a part of a name, arrows and Enter choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.text import highlight
from tongcds.domain.views import HouseholdRow
from tongcds.i18n import _
from ui.household_words import household_line, household_pill
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.cells import RowCell
from ui.widgets.found import FindField, FoundRows
from ui.widgets.surface import column
from ui.widgets.text import Text

TYPING_MS: Final = 120
MOST_HITS: Final = 8
ROWS_SHOWN: Final = 3


class _Field(FindField):
    """The search field; while an Enter waits for its answer, it keeps what is typed ahead."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder)
        self.held: list[QKeyEvent] | None = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif self.held is not None:
            self.held.append(event.clone())
        else:
            super().keyPressEvent(event)


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
        self._hits: FoundRows[HouseholdRow] = FoundRows(
            self._cell, name=_("Households found"), most=ROWS_SHOWN
        )
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
        box.addWidget(self._hits)
        self.setFocusProxy(self.field)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textEdited.connect(self._typed)
        self.field.moved.connect(self._move)
        self.field.entered.connect(self._enter)
        self.field.editingFinished.connect(self._leave)
        self._hits.highlighted.connect(self._tell)
        self._hits.clicked.connect(self._choose)

    def _cell(self, row: HouseholdRow) -> RowCell:
        words, tone = household_pill(row)
        marks = highlight(self.field.text(), row.head_name) if self._choice is None else ()
        return RowCell(row.head_name, self._line(row), pill=words, tone=tone, marks=marks)

    def _line(self, row: HouseholdRow) -> str:
        villages = {other.village_name for other in self._hits.rows()}
        return household_line(row, self._today, with_village=len(villages) > 1)

    def choice(self) -> HouseholdRow | None:
        """The household that was chosen, None while one still searches."""
        return self._choice

    def shown(self) -> list[HouseholdRow]:
        """The hits (or the choice) that stand under the field."""
        return self._hits.rows()

    def show_choice(self, row: HouseholdRow | None) -> None:
        """Show a household as chosen without telling anyone; None empties the search."""
        self._timer.stop()
        self._choice = row
        self.field.held = None
        self.field.setText(row.head_name if row is not None else "")
        self._nothing.hide()
        self._hits.show_rows([row] if row is not None else [])

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
            self._hits.show_rows([])
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
        self._hits.show_rows(list(rows)[:MOST_HITS])
        self._nothing.setVisible(not rows)
        if not rows:
            told = _("No household found for “{words}”. Try a part of the name, or the code.")
            self._nothing.setText(told.format(words=wanted.strip()))
            self.field.held = None
        elif self.field.held is not None:
            self._choose(rows[0])

    def _tell(self, row: HouseholdRow) -> None:
        self.field.setAccessibleDescription(f"{row.head_name}. {self._line(row)}")
        if self._choice is None:
            self.highlighted.emit(row)

    def _move(self, by: int) -> None:
        if self._choice is None:
            self._hits.move_by(by)

    def _enter(self) -> None:
        if self._choice is not None:
            self.chosen.emit(self._choice)
        elif self._answered == self.field.text() and (row := self._hits.current()) is not None:
            self._choose(row)
        elif self.field.text().strip():
            self.field.held = []
            self._ask()

    def _leave(self) -> None:
        # Tab on a highlighted hit means that hit, as in every list that completes what is typed.
        settled = self._choice is None and self._answered == self.field.text()
        if settled and not self.field.hasFocus() and (row := self._hits.current()) is not None:
            self._choose(row)

    def _choose(self, row: HouseholdRow) -> None:
        held = self.field.held
        self.show_choice(row)
        self.field.held = held if held is not None else []
        self.chosen.emit(row)
