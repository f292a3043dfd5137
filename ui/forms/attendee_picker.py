"""Ticking people off by typing: a part of a name without marks, Enter, and the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.text import highlight
from tongcds.domain.training import is_whole, split_year
from tongcds.domain.views import Tone
from tongcds.domain.views.training import Candidate
from tongcds.i18n import _, format_number
from ui import theme
from ui.tasks import Tasks
from ui.theme import Length, Style
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, column
from ui.widgets.text import Text

TYPING_MS: Final = 120
ROWS_SHOWN: Final = 4


class _Field(SearchField):
    """The field; arrows move among the hits, Enter means one of them."""

    moved = Signal(int)
    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self.text():
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class AttendeePicker(QWidget):
    """A field with its hits under it. `chosen` carries a `Candidate`, `unknown` what nobody was found for.

    The field is empty again right after Enter, so that one types on. Where the answer was still on its way,
    Enter means the only one whom it finds, or who is called so; of several it is said, and nobody is chosen.

    Args:
        find: answers whom typing finds; runs off the UI thread.
    """

    chosen = Signal(object)
    unknown = Signal(str)
    left = Signal()

    def __init__(
        self, find: Callable[[str], Sequence[Candidate]], tasks: Tasks, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._tasks = tasks
        self._answered = ""
        self.field = _Field(_("Type a name, Enter ticks it"))
        self._model: RowsModel[Candidate] = RowsModel([Column("", self._cell, stretch=1)], self)
        self.hits = RowsView(self._model, name=_("People found"), headings=False, side=3)
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sheet = Card(flush=True)
        self._sheet.body.addWidget(self.hits)
        self._sheet.hide()
        self.told = Text("", Style.NOTE, wrap=True)
        self.told.hide()
        box = column(self, gap=1)
        box.addWidget(self.field)
        box.addWidget(self.told)
        box.addWidget(self._sheet)
        self.setFocusProxy(self.field)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textEdited.connect(self._typed)
        self.field.moved.connect(self._move)
        self.field.entered.connect(self._enter)
        self.field.left.connect(self.left)
        self.hits.clicked.connect(self._click)

    def shown(self) -> list[Candidate]:
        """The people that stand under the field."""
        return self._model.rows() if not self._sheet.isHidden() else []

    def say(self, words: str) -> None:
        """Say something under the field until the next key."""
        self.told.setText(words)
        self.told.setVisible(bool(words))

    def _cell(self, one: Candidate) -> RowCell:
        beside = " · ".join(filter(None, (str(one.birth_year or ""), one.village, one.beside)))
        marks = highlight(split_year(self.field.text())[0], one.name)
        pill, tone = (_("there"), Tone.GOOD) if one.here else ("", Tone.QUIET)
        return RowCell(one.name, beside, pill=pill, tone=tone, marks=marks)

    def _typed(self, words: str) -> None:
        self.say("")
        if words.strip():
            self._timer.start()
        else:
            self._timer.stop()
            self._show_rows([])

    def _ask(self) -> None:
        self._timer.stop()
        wanted = self.field.text()
        self._tasks.run(partial(self._find, wanted), partial(self._show, wanted), owner=self)

    def _show(self, wanted: str, found: Sequence[Candidate]) -> None:
        if wanted != self.field.text():
            return
        self._answered = wanted
        self._show_rows(found)
        if not found:
            words = _("Nobody found for “{words}”. Enter writes a guest down.")
            self.say(words.format(words=wanted.strip()))

    def _show_rows(self, found: Sequence[Candidate]) -> None:
        self._model.set_rows(found)
        self._sheet.setVisible(bool(found))
        self._fit()
        if found:
            self._highlight(0)

    def _fit(self) -> None:
        height = theme.current().scaled(Length.ROW_TWO_LINES)
        self._sheet.setFixedHeight(min(self._model.rowCount(), ROWS_SHOWN) * height + 2 * Length.LINE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_sheet"):
            self._fit()

    def _highlight(self, at: int) -> None:
        self.hits.choose(at)
        self.field.setAccessibleDescription(self._model.cell(at, 0).words)

    def _move(self, by: int) -> None:
        rows = self._model.rowCount()
        if rows:
            self._highlight((self.hits.currentIndex().row() + by) % rows)

    def _enter(self) -> None:
        wanted = self.field.text()
        if not wanted.strip():
            return
        row = self.hits.current_row()
        if self._answered == wanted and self.shown() and isinstance(row, Candidate):
            self._choose(row)
        elif self._answered == wanted:
            self._empty()
            self.unknown.emit(wanted.strip())
        else:
            # One types on meanwhile.
            self._empty()
            found = partial(self._late, wanted.strip())
            self._tasks.run(partial(self._find, wanted), found, owner=self)

    def _late(self, wanted: str, found: Sequence[Candidate]) -> None:
        meant = [one for one in found if is_whole(wanted, one.name)] or found
        if len(meant) == 1:
            self._choose(meant[0])
        elif not found:
            self.unknown.emit(wanted)
        else:
            words = _("{n} people match “{words}”: nobody was ticked. Type more of the name, or the year.")
            self.say(words.format(n=format_number(len(found)), words=wanted))

    def _click(self, index: QModelIndex) -> None:
        self._choose(self._model.row(index))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, one: Candidate) -> None:
        if self._answered == self.field.text():
            self._empty()
        if one.here:
            self.say(_("{name} is ticked already.").format(name=one.name))
        else:
            self.chosen.emit(one)

    def _empty(self) -> None:
        self._timer.stop()
        self._answered = ""
        self.field.clear()
        self.field.setAccessibleDescription("")
        self._show_rows([])
